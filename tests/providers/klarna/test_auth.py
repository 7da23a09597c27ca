from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest

from .conftest import Klarna, basic, klarna_with, purchase_of

API_KEY = "klarna_test_api_c29tZS1yYW5kb20ta2V5"
UUID = "3f1f3a0c-2b6e-4d5a-9d5e-0c8f3f1f3a0c"


@pytest.mark.parametrize(
    "authorization",
    [
        basic("PK12345_abcd12345", "sharedSecret"),
        basic("K123456_abcd12345", "sharedSecret"),
        basic("PN99999_ff", "x"),
        basic("anybody", "pass:word:with:colons"),
        basic("å ßö ☃", "pässwörd"),
        basic(UUID, API_KEY),
        f"Basic {API_KEY}",
        basic().replace("Basic", "basic"),
        basic().replace("Basic ", "Basic  "),
    ],
)
def test_any_credentials_are_accepted(klarna: Klarna, authorization: str) -> None:
    klarna.authorization = authorization

    assert 200 == klarna.create_session().status_code


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic ",
        "Bearer abc",
        f"Bearer {API_KEY}",
        API_KEY,
        "Basic !!!not-base64!!!",
        basic("", "secret"),
        basic("PK00001_test", ""),
        "Basic " + b64encode(b"no-colon").decode(),
    ],
)
def test_credentials_that_are_none_are_refused(klarna: Klarna, authorization: str) -> None:
    klarna.authorization = authorization

    answer = klarna.create_session()

    assert 401 == answer.status_code
    assert "text/html" == answer.headers["Content-Type"]


def test_a_request_without_the_header_is_refused(klarna: Klarna) -> None:
    answer = klarna.http.post("/payments/v1/sessions", json={})

    assert 401 == answer.status_code


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("POST", "/payments/v1/sessions", b"{}"),
        ("POST", "/payments/v1/sessions", b"{ no json"),
        ("GET", "/payments/v1/sessions/nobody", b""),
        ("POST", "/payments/v1/authorizations/nobody/order", b"{}"),
        ("PUT", "/payments/v1/sessions", b""),
        ("GET", "/payments/v1/nowhere", b""),
    ],
)
def test_credentials_are_checked_before_anything_else(klarna: Klarna, method: str, path: str, data: bytes) -> None:
    answer = klarna.http.open(path, method=method, data=data)

    assert 401 == answer.status_code


def test_the_user_name_names_the_world(klarna: Klarna) -> None:
    klarna.authorization = basic("PK00001_world-blue")
    created = klarna.create_session().get_json()

    klarna.authorization = basic("PK00001_test")

    assert 404 == klarna.read_session(created["session_id"]).status_code
    klarna.authorization = basic("another_world-blue", "another")
    assert 200 == klarna.read_session(created["session_id"]).status_code


def test_an_api_key_names_a_world_too(klarna: Klarna) -> None:
    klarna.authorization = "Basic klarna_test_api_world-blue"

    klarna.create_session()

    assert ["blue", "default"] == klarna.app.extensions["worlds"].names()


class TestListedCredentials:
    def test_a_listed_pair_is_accepted(self) -> None:
        klarna = klarna_with(klarna_credentials="PK00001_test:secret, PK2:other")

        assert 200 == klarna.create_session().status_code

    @pytest.mark.parametrize("authorization", [basic("PK00001_test", "wrong"), basic("PK2", "secret"), basic("x", "y")])
    def test_any_other_pair_is_refused(self, authorization: str) -> None:
        klarna = klarna_with(klarna_credentials="PK00001_test:secret, PK2:other")
        klarna.authorization = authorization

        answer = klarna.create_session()

        assert (401, 176) == (answer.status_code, len(answer.data))


class TestRateLimits:
    def test_without_enforcement_every_answer_tells_the_limit(self, klarna: Klarna) -> None:
        sixth = [klarna.create_session() for _ in range(6)][-1]

        assert 200 == sixth.status_code
        assert ("5, 5;w=1", "4", "1") == tuple(
            sixth.headers[f"X-Ratelimit-{name}"] for name in ("Limit", "Remaining", "Reset")
        )

    def test_the_sixth_session_of_a_second_is_refused(self) -> None:
        klarna = klarna_with(klarna_rate_limits="on")

        answers = [klarna.create_session() for _ in range(6)]

        assert [200] * 5 + [429] == [answer.status_code for answer in answers]
        assert ["4", "3", "2", "1", "0", "0"] == [answer.headers["X-Ratelimit-Remaining"] for answer in answers]

    def test_refused_sessions_count_as_well(self) -> None:
        klarna = klarna_with(klarna_rate_limits="on")

        answers = [klarna.create_session({}) for _ in range(6)]

        assert [400] * 5 + [429] == [answer.status_code for answer in answers]

    def test_the_next_second_is_free_again(self) -> None:
        klarna = klarna_with(klarna_rate_limits="on")
        for _ in range(6):
            klarna.create_session()

        klarna.world.advance(timedelta(seconds=1))

        assert 200 == klarna.create_session().status_code

    def test_other_calls_have_a_limit_of_their_own(self) -> None:
        klarna = klarna_with(klarna_rate_limits="on")
        session_id = klarna.session_id()

        answers = [klarna.read_session(session_id) for _ in range(51)]

        assert [200] * 50 + [429] == [answer.status_code for answer in answers]
        assert "50, 50;w=1" == answers[0].headers["X-Ratelimit-Limit"]

    def test_every_merchant_has_limits_of_their_own(self) -> None:
        klarna = klarna_with(klarna_rate_limits="on")
        for _ in range(6):
            klarna.create_session()

        klarna.authorization = basic("PK00002_other")

        assert 200 == klarna.create_session(purchase_of()).status_code

    def test_updating_a_session_is_no_creation(self) -> None:
        klarna = klarna_with(klarna_rate_limits="on")
        session_id = klarna.session_id()

        answers = [klarna.update_session(session_id, {}) for _ in range(6)]

        assert {204} == {answer.status_code for answer in answers}

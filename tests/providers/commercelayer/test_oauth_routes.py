"""The authorization server over HTTP: how clients ask, what they are answered, and what that is worth."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mock_server.app import create_app, data_folder
from mock_server.providers.commercelayer.state.tokens import JWT_BEARER
from mock_server.settings import Settings
from tests.providers.commercelayer.grants import BACK, CLAIMS, assertion

JSON = "application/json; charset=utf-8"
UNKNOWN_CLIENT = {
    "title": "invalid_client",
    "detail": "Client authentication failed due to unknown client, no client authentication included, or unsupported "
    "authentication method.",
    "code": "UNAUTHORIZED",
    "status": 401,
}
INVALID_TOKEN = {
    "title": "Invalid token",
    "detail": "The access token you provided is invalid.",
    "code": "INVALID_TOKEN",
    "status": "401",
}


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(http: FlaskClient, client_id: str = "shop_world-test", **fields: Any) -> TestResponse:
    return http.post("/oauth/token", json={"grant_type": "client_credentials", "client_id": client_id, **fields})


def token_for(http: FlaskClient, **fields: Any) -> str:
    answer = ask(http, **fields)
    assert 200 == answer.status_code, answer.text
    return str(answer.get_json()["access_token"])


def call(http: FlaskClient, token: str, path: str = "/api/no_such_resource", method: str = "GET") -> TestResponse:
    """By default of a path that is not there: 404 for those who are let in."""
    return http.open(path, method=method, headers={"Authorization": f"Bearer {token}"})


def refusal(answer: TestResponse) -> Any:
    (error,) = answer.get_json()["errors"]
    return error


class TestTokens:
    def test_the_answer_is_not_to_be_stored(self, http: FlaskClient) -> None:
        answer = ask(http)

        assert (200, JSON, "no-store") == (
            answer.status_code, answer.headers["Content-Type"], answer.headers["Cache-Control"]
        )  # fmt: skip
        assert ["access_token", "token_type", "expires_in", "scope", "created_at"] == list(answer.get_json())
        assert ("30", "60", "29") == tuple(
            answer.headers[f"X-Ratelimit-{name}"] for name in ("Limit", "Interval", "Remaining")
        )

    def test_a_form_with_basic_is_as_good(self, http: FlaskClient) -> None:
        basic = b64encode(b"back-office_world-test:secret").decode()

        answer = http.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
        )

        assert (200, 7200) == (answer.status_code, answer.get_json()["expires_in"])

    def test_a_form_alone_is_too(self, http: FlaskClient) -> None:
        answer = http.post("/oauth/token", data={"grant_type": "client_credentials", "client_id": "shop"})

        assert (200, 14_400) == (answer.status_code, answer.get_json()["expires_in"])

    def test_it_lets_in_and_lives_in_the_clients_world(self, app: Flask, http: FlaskClient) -> None:
        token = token_for(http)

        assert 404 == call(http, token).status_code
        assert ["test"] == app.extensions["worlds"].names()

    @pytest.mark.parametrize("client_id", ["nobody", "wrong-client-id", "unknown-1"])
    def test_some_clients_are_unknown_always(self, http: FlaskClient, client_id: str) -> None:
        answer = ask(http, client_id)

        assert (401, UNKNOWN_CLIENT, JSON) == (answer.status_code, refusal(answer), answer.headers["Content-Type"])

    @pytest.mark.parametrize("client_id", ["nobody-else", "not-wrong-", "somebody"])
    def test_others_are_not(self, http: FlaskClient, client_id: str) -> None:
        assert 200 == ask(http, client_id).status_code

    @pytest.mark.parametrize(
        ("fields", "status", "title"),
        [
            ({"client_id": ""}, 401, "invalid_client"),
            ({"client_id": "x" * 256}, 400, "invalid_request"),
            ({"client_id": "half \ud800"}, 400, "invalid_request"),
            ({"grant_type": None}, 400, "invalid_request"),
            ({"grant_type": ["password"]}, 400, "invalid_request"),
            ({"grant_type": "implicit"}, 400, "unsupported_grant_type"),
            ({"scope": {"market": 1}}, 400, "invalid_request"),
            ({"scope": "market:code:nowhere"}, 400, "invalid_scope"),
            ({"scope": "stock_location:id:abc"}, 400, "invalid_scope"),
            ({"grant_type": "password", "username": "ann@shop.example"}, 400, "invalid_request"),
            ({"grant_type": "password", "username": "a@shop.example", "password": "x"}, 401, "invalid_grant"),
            ({"grant_type": "refresh_token"}, 400, "invalid_request"),
            ({"grant_type": "refresh_token", "refresh_token": "made-up"}, 401, "invalid_grant"),
            ({"grant_type": "authorization_code", "code": "made-up"}, 400, "invalid_request"),
            ({"grant_type": "authorization_code", "code": "x", "redirect_uri": BACK}, 401, "invalid_grant"),
            ({"grant_type": JWT_BEARER}, 400, "invalid_request"),
            ({"grant_type": JWT_BEARER, "assertion": assertion({CLAIMS: {}})}, 400, "invalid_assertion"),
        ],
    )
    def test_what_cannot_be_granted_is_told(
        self, http: FlaskClient, fields: dict[str, Any], status: int, title: str
    ) -> None:
        answer = ask(http, **fields)

        told = refusal(answer)
        assert (status, status, title) == (answer.status_code, told["status"], told["title"])
        assert ("no-store", JSON) == (answer.headers["Cache-Control"], answer.headers["Content-Type"])

    @pytest.mark.parametrize("text", ["{", "[]", "null"])
    def test_a_body_that_is_no_object_is_refused(self, http: FlaskClient, text: str) -> None:
        answer = http.post("/oauth/token", data=text, content_type="application/json")

        assert (400, "BAD_REQUEST") == (answer.status_code, refusal(answer)["code"])

    def test_an_assertion_gets_a_token_too(self, http: FlaskClient) -> None:
        answer = ask(http, grant_type=JWT_BEARER, assertion=assertion({CLAIMS: {"custom_claim": {"a": 1}}}))

        assert (200, "Bearer") == (answer.status_code, answer.get_json()["token_type"])

    def test_a_rule_refuses_by_name(self, http: FlaskClient) -> None:
        rule = {"when": {"operation": "commercelayer.oauth.token"}, "then": {"error": "InvalidGrant"}, "times": 1}
        http.post("/_mock/rules?world=test", json=rule)

        statuses = [ask(http).status_code for _ in range(2)]

        assert [401, 200] == statuses


class TestBearers:
    def test_a_token_ends_with_the_worlds_time(self, http: FlaskClient) -> None:
        http.post("/_mock/clock?world=test", json={"freeze": "2026-11-21T12:00:00Z"})
        token = token_for(http)

        statuses = [call(http, token).status_code]
        for duration in ("3h59m59s", "1s"):
            http.post("/_mock/clock?world=test", json={"advance": duration})
            statuses.append(call(http, token).status_code)

        assert [404, 404, 401] == statuses
        assert INVALID_TOKEN == refusal(call(http, token))

    def test_a_revoked_token_ends_at_once(self, http: FlaskClient) -> None:
        token, other = token_for(http), token_for(http)

        answer = http.post("/oauth/revoke", json={"client_id": "shop_world-test", "token": token})

        assert (200, "{}", JSON) == (answer.status_code, answer.text, answer.headers["Content-Type"])
        assert (401, INVALID_TOKEN) == (call(http, token).status_code, refusal(call(http, token)))
        assert 404 == call(http, other).status_code

    @pytest.mark.parametrize("told", [{"token": "1234", "client_secret": "s"}, {"token": "1", "client_id": None}])
    def test_nobody_revokes_without_saying_who(self, http: FlaskClient, told: dict[str, Any]) -> None:
        answer = http.post("/oauth/revoke", json=told)

        assert (403, {
            "title": "unauthorized_client", "detail": "You are not authorized to revoke this token",
            "code": "FORBIDDEN", "status": 403,
        }) == (answer.status_code, refusal(answer))  # fmt: skip

    def test_a_token_of_another_client_is_not_ones_own(self, http: FlaskClient) -> None:
        token = token_for(http)

        answer = http.post("/oauth/revoke", json={"client_id": "other_world-test", "token": token})

        assert (403, 404) == (answer.status_code, call(http, token).status_code)

    def test_nothing_is_revoked_without_a_token(self, http: FlaskClient) -> None:
        answer = http.post("/oauth/revoke", json={"client_id": "shop"})

        assert (400, "invalid_request") == (answer.status_code, refusal(answer)["title"])

    @pytest.mark.parametrize("change", [lambda text: text[:-3] + "AAA", lambda text: text + "A", lambda text: ""])
    def test_what_is_no_token_of_ours_is_refused(self, http: FlaskClient, change: Any) -> None:
        answer = call(http, change(token_for(http)))

        assert (401, INVALID_TOKEN) == (answer.status_code, refusal(answer))

    def test_settings_list_clients_and_want_real_tokens(self) -> None:
        settings = Settings(commercelayer_clients="shop_world-test", commercelayer_strict_auth="on")
        http = create_app(settings).test_client()

        statuses = [
            ask(http, "other").status_code, call(http, token_for(http)).status_code, call(http, "opaque").status_code
        ]  # fmt: skip

        assert [401, 404, 401] == statuses

    def test_with_limits_on_the_edge_answers_in_its_own_shape(self) -> None:
        http = create_app(Settings(commercelayer_rate_limits="on")).test_client()
        http.post("/_mock/clock", json={"freeze": "2026-11-21T12:00:00Z"})

        core = [call(http, "opaque").status_code for _ in range(26)]
        tokens = [ask(http, "shop").status_code for _ in range(31)]
        refused = (call(http, "opaque"), ask(http, "shop"))
        http.post("/_mock/clock", json={"advance": "1m"})

        assert ([404] * 25 + [429], [200] * 30 + [429]) == (core, tokens)
        for answer in refused:
            assert {"errors": {"title": "Too Many Requests", "code": "THROTTLED", "status": 429}} == answer.get_json()
            assert (JSON, "0") == (answer.headers["Content-Type"], answer.headers["Retry-After"])
        assert (404, 200) == (call(http, "opaque").status_code, ask(http, "shop").status_code)


class TestAccess:
    """What a token is worth at the core API."""

    @pytest.fixture
    def told(self, http: FlaskClient) -> dict[str, Any]:
        """What a new world tells its clients."""
        told: dict[str, Any] = http.post("/_mock/worlds", json={}).get_json()["commercelayer"]
        return told

    def test_what_a_world_tells_its_clients_works(self, http: FlaskClient, told: dict[str, Any]) -> None:
        answer = ask(http, told["client_id"], scope=told["scope"])
        integration = token_for(http, client_id=told["integration_client_id"], client_secret=told["client_secret"])
        opaque = told["authorization"].removeprefix("Bearer ")

        assert (200, told["scope"]) == (answer.status_code, answer.get_json()["scope"])
        statuses = [
            call(http, token, "/api/organization").status_code
            for token in (answer.get_json()["access_token"], integration, opaque)
        ]
        assert [200, 200, 200] == statuses

    def test_a_sales_channel_lists_no_orders(self, http: FlaskClient, told: dict[str, Any]) -> None:
        shop = token_for(http, client_id=told["client_id"])
        back_office = token_for(http, client_id=told["integration_client_id"], client_secret="s")

        answers = [call(http, token, "/api/orders") for token in (shop, back_office)]

        assert [401, 200] == [answer.status_code for answer in answers]
        assert {
            "title": "Access denied",
            "detail": "You are not authorized to perform this action on the requested resource.",
            "code": "UNAUTHORIZED",
            "status": "401",
        } == refusal(answers[0])

    def test_a_customer_who_signed_up_logs_in(self, http: FlaskClient, told: dict[str, Any]) -> None:
        data = {"type": "customers", "attributes": {"email": "bob@shop.example", "password": "s3cret"}}
        headers = {"Authorization": told["authorization"], "Content-Type": "application/vnd.api+json"}
        customer = http.post("/api/customers", json={"data": data}, headers=headers).get_json()["data"]

        answer = ask(
            http, told["client_id"], grant_type="password", username="bob@shop.example", password="s3cret"
        ).get_json()

        assert (customer["id"], "customer") == (answer["owner_id"], answer["owner_type"])

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/api/skus", ("500", "public, no-cache", "Authorization, Accept-Encoding, Origin")),
            ("/api/customers", ("100", "max-age=0, private, must-revalidate", "Accept, Accept-Encoding, Origin")),
        ],
    )
    def test_lists_that_seldom_change_may_be_cached(
        self, http: FlaskClient, path: str, expected: tuple[str, ...]
    ) -> None:
        answer = call(http, "opaque", path)

        names = ("X-Ratelimit-Limit", "Cache-Control", "Vary")
        assert (200, expected) == (answer.status_code, tuple(answer.headers[name] for name in names))


@pytest.mark.parametrize("name", ["token", "revoke", "jwks", "authorize", "decide"])
def test_a_sample_is_answered_as_it_says(http: FlaskClient, name: str) -> None:
    file = data_folder("fixtures") / "commercelayer" / f"oauth.{name}.json"
    sample = json.loads(file.read_text(encoding="utf-8"))
    asked, expected = sample["request"], sample["response"]

    answer = http.open(asked["path"], method=asked["method"], json=asked.get("body"), data=asked.get("form"))

    assert (expected["status"], expected["content_type"]) == (
        answer.status_code, answer.headers.get("Content-Type")
    )  # fmt: skip
    if expected["body"] is not None:
        told = answer.get_json()
        assert list(expected["body"]) == list(told)
        fixed = expected["body"].keys() - {"access_token", "created_at"}
        assert {key: expected["body"][key] for key in fixed} == {key: told[key] for key in fixed}


def test_the_published_key_verifies_what_was_issued(http: FlaskClient) -> None:
    answer = http.get("/.well-known/jwks.json")
    (key,) = answer.get_json()["keys"]
    token = token_for(http)

    told = jwt.decode(token, jwt.PyJWK(key).key, algorithms=["RS512"])

    assert (200, JSON, "RS512", "sig") == (answer.status_code, answer.headers["Content-Type"], key["alg"], key["use"])
    assert "shop_world-test" == told["application"]["client_id"]
    assert key["kid"] == jwt.get_unverified_header(token)["kid"]

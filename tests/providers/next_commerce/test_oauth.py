"""An app is installed: the page that asks a user, the code that it brings, and what the token may do."""

from __future__ import annotations

import re
from base64 import b64encode
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mock_server.app import create_app
from mock_server.settings import Settings
from tests.threads import at_once

BACK = "https://app.test/callback"
ASKED = {
    "response_type": "code", "client_id": "app_world-test", "redirect_uri": BACK, "scope": "orders:read webhooks:write",
}  # fmt: skip
CLIENT = {"client_id": "app_world-test", "client_secret": "s3cret"}


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    return app.test_client()


def open_page(http: FlaskClient, **fields: str) -> TestResponse:
    asked = {name: value for name, value in (ASKED | fields).items() if value}
    return http.get(f"/oauth2/authorize/?{urlencode(asked)}", follow_redirects=True)


def press(http: FlaskClient, page: TestResponse, decision: str = "authorize") -> str:
    """One of the page's two buttons; where the browser is sent."""
    action = re.search(r'action="([^"]+)"', page.text)
    assert f'value="{decision}"' in page.text
    assert action is not None
    answer = http.post(unescape(action.group(1)), data={"decision": decision})
    assert 303 == answer.status_code, answer.text
    return answer.headers["Location"]


def told_to(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def code_for(http: FlaskClient, **fields: str) -> str:
    return told_to(press(http, open_page(http, **fields)))["code"]


def ask(http: FlaskClient, **fields: str) -> TestResponse:
    asked = {"grant_type": "authorization_code", "redirect_uri": BACK, **CLIENT, **fields}
    return http.post("/oauth2/token/", data={name: value for name, value in asked.items() if value})


def refresh(http: FlaskClient, token: str, **fields: str) -> TestResponse:
    return ask(http, grant_type="refresh_token", refresh_token=token, redirect_uri="", **fields)


def call(http: FlaskClient, token: str, path: str, method: str = "GET", body: Any = None) -> TestResponse:
    return http.open(f"/api/admin{path}", method=method, json=body, headers={"Authorization": f"Bearer {token}"})


def advance(http: FlaskClient, duration: str) -> None:
    http.post("/_mock/clock?world=test", json={"advance": duration})


class TestPage:
    def test_it_says_who_wants_what_of_which_store(self, http: FlaskClient) -> None:
        page = open_page(http)

        assert 200 == page.status_code
        for text in ("app_world-test", "demo.29next.store", "orders:read webhooks:write", "app.test"):
            assert text in page.text

    def test_a_client_that_names_a_world_gets_that_worlds_page(self, http: FlaskClient) -> None:
        answer = http.get(f"/oauth2/authorize/?{urlencode(ASKED)}")

        location = urlsplit(answer.headers["Location"])
        assert (302, "/oauth2/authorize/") == (answer.status_code, location.path)
        assert {**ASKED, "world": "test"} == told_to(answer.headers["Location"])

    def test_another_gets_the_page_at_once(self, http: FlaskClient) -> None:
        asked = {**ASKED, "client_id": "app"}

        assert 200 == http.get(f"/oauth2/authorize/?{urlencode(asked)}").status_code

    def test_who_agrees_is_sent_back_with_the_store_and_a_code(self, http: FlaskClient) -> None:
        url = press(http, open_page(http))

        told = told_to(url)
        assert url.startswith(f"{BACK}?store=demo.29next.store&code=")
        assert ["store", "code"] == list(told)

    def test_the_store_is_that_of_the_setting(self) -> None:
        http = create_app(Settings(next_commerce_store="tea")).test_client()

        assert "tea.29next.store" == told_to(press(http, open_page(http)))["store"]

    def test_who_does_not_brings_no_code(self, http: FlaskClient) -> None:
        told = told_to(press(http, open_page(http, state="x"), "deny"))

        assert {"store": "demo.29next.store", "error": "access_denied", "state": "x"} == told

    def test_what_the_app_sent_along_comes_back(self, http: FlaskClient) -> None:
        url = press(http, open_page(http, redirect_uri=f"{BACK}?tab=1", state="ä b&c"))

        told = told_to(url)
        assert ("1", "ä b&c", True) == (told["tab"], told["state"], "code" in told)

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"client_id": ""}, "client_id is missing"),
            ({"response_type": "token"}, "response_type is &#39;token&#39;, expected &#39;code&#39;"),
            ({"response_type": ""}, "response_type is None"),
            ({"redirect_uri": ""}, "redirect_uri is None, expected an http(s) URL"),
            ({"redirect_uri": "javascript:alert(1)"}, "expected an http(s) URL"),
            ({"redirect_uri": "https://x/\r\nSet-Cookie: a=b"}, "expected an http(s) URL"),
            ({"redirect_uri": "https://x/\x01"}, "expected an http(s) URL"),
            ({"redirect_uri": "https://x/ä"}, "expected an http(s) URL"),
            ({"redirect_uri": "https://x/#part"}, "expected an http(s) URL"),
            ({"redirect_uri": "http://["}, "expected an http(s) URL"),
            ({"scope": "orders:read orders:delete"}, "unknown: orders:delete; known: admin:read"),
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_what_cannot_be_asked_is_told_on_a_page_and_goes_nowhere(
        self, http: FlaskClient, method: str, fields: dict[str, str], said: str
    ) -> None:
        asked = {name: value for name, value in {**ASKED, "client_id": "app", **fields}.items() if value}

        answer = http.open(f"/oauth2/authorize/?{urlencode(asked)}", method=method, data={"decision": "authorize"})

        assert (400, True, False) == (answer.status_code, said in answer.text, "Location" in answer.headers)

    def test_what_an_app_calls_itself_is_escaped(self, http: FlaskClient) -> None:
        page = open_page(http, client_id="<b>app")

        assert ("<b>app" in page.text, "&lt;b&gt;app" in page.text) == (False, True)

    @pytest.mark.parametrize(
        "scope", ["orders:read%20users:read", "orders:read+users:read", "orders:read%20%20users:read"]
    )
    def test_scopes_are_parted_by_blanks_however_spelled(self, http: FlaskClient, scope: str) -> None:
        asked = urlencode({**ASKED, "client_id": "app"} | {"scope": ""})

        page = http.get(f"/oauth2/authorize/?{asked.replace('scope=', f'scope={scope}')}")

        assert "orders:read users:read" in page.text


class TestTokens:
    def test_a_code_gets_one_as_the_guide_shows_it(self, http: FlaskClient) -> None:
        answer = ask(http, code=code_for(http))

        told = answer.get_json()
        assert ["access_token", "expires_in", "token_type", "scope", "refresh_token"] == list(told)
        assert (200, 15_778_476_000, "Bearer", ASKED["scope"]) == (
            answer.status_code, told["expires_in"], told["token_type"], told["scope"]
        )  # fmt: skip
        assert ("no-store", "no-cache") == (answer.headers["Cache-Control"], answer.headers["Pragma"])

    def test_it_may_do_what_was_agreed_to_and_no_more_in_its_world(self, app: Flask, http: FlaskClient) -> None:
        token = ask(http, code=code_for(http)).get_json()["access_token"]
        hook = {"target": "http://127.0.0.1:9/", "events": ["app.uninstalled"], "name": "x", "secret_key": "s"}

        statuses = [
            call(http, token, "/orders/").status_code, call(http, token, "/webhooks/", "POST", hook).status_code,
            call(http, token, "/webhooks/").status_code, call(http, token, "/users/").status_code,
        ]  # fmt: skip

        assert [200, 201, 403, 403] == statuses
        assert ["test"] == [name for name in app.extensions["worlds"].names() if name != "default"]

    def test_what_no_scope_asks_for_is_everything(self, http: FlaskClient) -> None:
        told = ask(http, code=code_for(http, scope="")).get_json()

        assert ("admin:read admin:write", 200) == (
            told["scope"], call(http, told["access_token"], "/users/").status_code
        )  # fmt: skip

    def test_a_scope_that_is_asked_for_twice_is_given_once(self, http: FlaskClient) -> None:
        code = code_for(http, scope="orders:read orders:read")

        assert "orders:read" == ask(http, code=code).get_json()["scope"]

    def test_a_client_may_say_who_it_is_as_basic(self, http: FlaskClient) -> None:
        basic = b64encode(b"app_world-test:s3%2Fcret").decode()
        form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code": code_for(http)}

        answer = http.post("/oauth2/token/", data=form, headers={"Authorization": f"Basic {basic}"})

        assert 200 == answer.status_code

    def test_a_client_without_a_world_is_found_in_the_codes(self, http: FlaskClient) -> None:
        """The browser came by a page of that world; the app's server knows nothing of worlds."""
        code = code_for(http, client_id="app", world="test")

        told = ask(http, client_id="app", code=code)
        again = refresh(http, told.get_json()["refresh_token"], client_id="app")

        tokens = [answer.get_json()["access_token"] for answer in (told, again)]
        assert ([True, True], 200) == ([token.endswith("_world-test") for token in tokens], again.status_code)

    def test_a_token_of_the_default_world_names_none(self, http: FlaskClient) -> None:
        told = ask(http, client_id="app", code=code_for(http, client_id="app")).get_json()

        assert [True, True] == [told[name].isalnum() for name in ("access_token", "refresh_token")]

    def test_a_listed_token_does_not_shut_out_issued_ones(self) -> None:
        http = create_app(Settings(next_commerce_tokens="only")).test_client()
        token = ask(http, code=code_for(http)).get_json()["access_token"]

        assert [200, 401] == [call(http, each, "/orders/").status_code for each in (token, "other_world-test")]


class TestRefused:
    @pytest.mark.parametrize(
        ("fields", "status", "body"),
        [
            ({"client_id": ""}, 401, {"error": "invalid_client"}),
            ({"client_secret": ""}, 401, {"error": "invalid_client"}),
            ({"client_id": "nobody"}, 401, {"error": "invalid_client"}),
            ({"client_id": "wrong-app_world-test"}, 401, {"error": "invalid_client"}),
            ({"grant_type": ""}, 400, {"error": "unsupported_grant_type"}),
            ({"grant_type": "password"}, 400, {"error": "unsupported_grant_type"}),
            ({"code": ""}, 400, {"error": "invalid_request", "error_description": "Missing code parameter."}),
            ({"code": "made-up"}, 400, {"error": "invalid_grant"}),
            ({"client_id": "other_world-test"}, 400, {"error": "invalid_grant"}),
            (
                {"redirect_uri": f"{BACK}/"}, 400,
                {"error": "invalid_request", "error_description": "Mismatching redirect URI."},
            ),
            (
                {"redirect_uri": ""}, 400,
                {"error": "invalid_request", "error_description": "Mismatching redirect URI."},
            ),
            (
                {"grant_type": "refresh_token"}, 400,
                {"error": "invalid_request", "error_description": "Missing refresh_token parameter."},
            ),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_told_and_the_code_is_good_still(
        self, http: FlaskClient, fields: dict[str, str], status: int, body: dict[str, str]
    ) -> None:
        code = code_for(http)

        answer = ask(http, **{"code": code, **fields})

        assert (status, body, "no-store") == (
            answer.status_code, answer.get_json(), answer.headers["Cache-Control"]
        )  # fmt: skip
        assert 200 == ask(http, code=code).status_code

    def test_a_code_is_good_once(self, http: FlaskClient) -> None:
        code = code_for(http)

        first, second = ask(http, code=code), ask(http, code=code)

        assert (200, 400, {"error": "invalid_grant"}) == (first.status_code, second.status_code, second.get_json())

    @pytest.mark.usefixtures("eager_threads")
    def test_of_many_who_bring_it_at_once_one_gets_a_token(self, app: Flask) -> None:
        code = code_for(app.test_client())

        statuses = at_once(lambda: ask(app.test_client(), code=code).status_code)

        assert [200, *[400] * 15] == sorted(statuses)

    @pytest.mark.parametrize(("after", "status"), [("599s", 200), ("600s", 400)])
    def test_a_code_is_good_for_ten_minutes(self, http: FlaskClient, after: str, status: int) -> None:
        http.post("/_mock/clock?world=test", json={"freeze": "2026-11-20T17:00:00Z"})
        code = code_for(http)

        advance(http, after)

        assert status == ask(http, code=code).status_code

    def test_the_journal_says_why(self, http: FlaskClient) -> None:
        answer = ask(http, code=code_for(http), redirect_uri="https://elsewhere.test")

        entry = http.get(answer.headers["X-Mock-Explain"]).get_json()
        (fault,) = entry["explanation"]["faults"]
        expected = f"redirect_uri is 'https://elsewhere.test', the code was sent to '{BACK}'"
        assert {"path": "redirect_uri", "text": expected} == fault

    def test_json_is_no_form(self, http: FlaskClient) -> None:
        answer = http.post("/oauth2/token/", json={"grant_type": "authorization_code", **CLIENT, "code": "x"})

        assert (401, {"error": "invalid_client"}) == (answer.status_code, answer.get_json())

    def test_secrets_are_not_journaled(self, http: FlaskClient) -> None:
        answer = ask(http, code=code_for(http))

        entry = http.get(answer.headers["X-Mock-Explain"]).text
        told = answer.get_json()
        assert [False] * 3 == [text in entry for text in ("s3cret", told["access_token"], told["refresh_token"])]


class TestRefreshing:
    def test_a_new_token_of_the_same_scopes_takes_the_place_of_the_first(self, http: FlaskClient) -> None:
        first = ask(http, code=code_for(http)).get_json()

        answer = refresh(http, first["refresh_token"])

        second = answer.get_json()
        assert (200, first["scope"]) == (answer.status_code, second["scope"])
        assert (401, 200) == (
            call(http, first["access_token"], "/orders/").status_code,
            call(http, second["access_token"], "/orders/").status_code,
        )
        assert 'error="invalid_token"' in call(http, first["access_token"], "/orders/").headers["WWW-Authenticate"]

    def test_it_is_good_once(self, http: FlaskClient) -> None:
        token = ask(http, code=code_for(http)).get_json()["refresh_token"]

        assert [200, 400] == [refresh(http, token).status_code for _ in range(2)]

    def test_another_client_does_not_get_one(self, http: FlaskClient) -> None:
        token = ask(http, code=code_for(http)).get_json()["refresh_token"]

        answer = refresh(http, token, client_id="other_world-test")

        assert (400, {"error": "invalid_grant"}) == (answer.status_code, answer.get_json())
        assert 200 == refresh(http, token).status_code


class TestWithoutABrowser:
    def test_a_test_gets_a_token_with_its_scopes(self, http: FlaskClient) -> None:
        answer = http.post("/_mock/next_commerce/tokens?world=test", json={"scopes": ["orders:read"]})

        told = answer.get_json()
        assert (200, ["access_token", "scope"], "orders:read") == (answer.status_code, list(told), told["scope"])
        assert [200, 403] == [call(http, told["access_token"], path).status_code for path in ("/orders/", "/users/")]

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ({"scopes": ["orders:delete"]}, "scopes: unknown: orders:delete"),
            ({"scopes": "orders:read"}, "scopes"),
            ({"scope": []}, "scope"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, http: FlaskClient, body: dict[str, Any], said: str) -> None:
        answer = http.post("/_mock/next_commerce/tokens", json=body)

        assert (400, True) == (answer.status_code, answer.get_json()["error"].startswith(said))

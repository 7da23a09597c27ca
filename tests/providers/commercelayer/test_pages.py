"""The page that asks a user for consent, and where it sends the browser."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.providers.commercelayer.grants import BACK

ASKED = {
    "client_id": "webapp_world-test", "redirect_uri": f"{BACK}?tab=1", "response_type": "code", "state": "ä b",
}  # fmt: skip


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    return app.test_client()


def token_of(http: FlaskClient, client_id: str, sent_to: str) -> TestResponse:
    """What the code in the URL that the browser was sent to gets."""
    code = parse_qs(urlsplit(sent_to).query)["code"][0]
    asked = {"grant_type": "authorization_code", "client_id": client_id, "client_secret": "s", "code": code}
    return http.post("/oauth/token", json=asked | {"redirect_uri": ASKED["redirect_uri"]})


def open_page(http: FlaskClient, **fields: str) -> TestResponse:
    return http.get(f"/oauth/authorize?{urlencode(ASKED | fields)}", follow_redirects=True)


def press(http: FlaskClient, page: TestResponse, decision: str) -> TestResponse:
    """One of the page's two buttons."""
    action = re.search(r'action="([^"]+)"', page.text)
    assert f'value="{decision}"' in page.text
    assert action is not None
    return http.post(unescape(action.group(1)), data={"decision": decision})


def test_a_client_that_names_a_world_gets_that_worlds_page(http: FlaskClient) -> None:
    answer = http.get(f"/oauth/authorize?{urlencode(ASKED)}")

    location = urlsplit(answer.headers["Location"])
    assert (302, "/oauth/authorize") == (answer.status_code, location.path)
    assert {**{name: [value] for name, value in ASKED.items()}, "world": ["test"]} == parse_qs(location.query)


def test_a_user_who_agrees_brings_a_code_that_gets_a_token(http: FlaskClient) -> None:
    page = open_page(http)

    answer = press(http, page, "authorize")

    assert (200, 303) == (page.status_code, answer.status_code)
    location = answer.headers["Location"]
    told = parse_qs(urlsplit(location).query)
    assert location.startswith(f"{BACK}?tab=1&") and ["ä b"] == told["state"]
    token = token_of(http, "webapp_world-test", location)
    assert (200, "user") == (token.status_code, token.get_json()["owner_type"])


def test_a_user_who_denies_brings_none(http: FlaskClient) -> None:
    answer = press(http, open_page(http), "deny")

    told = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (303, {"tab": ["1"], "error": ["access_denied"], "state": ["ä b"]}) == (answer.status_code, told)


def test_a_client_that_names_no_world_is_of_the_default_one(http: FlaskClient) -> None:
    page = open_page(http, client_id="webapp")

    answer = press(http, page, "authorize")

    assert (200, 303) == (page.status_code, answer.status_code)
    assert 200 == token_of(http, "webapp", answer.headers["Location"]).status_code


def test_a_world_of_the_header_stays_when_the_browser_comes_back(http: FlaskClient) -> None:
    page = http.get(f"/oauth/authorize?{urlencode(ASKED)}", headers={"X-Mock-World": "blue"})

    answer = press(http, page, "authorize")

    assert (200, 303) == (page.status_code, answer.status_code)
    assert answer.headers["X-Mock-Explain"].endswith("?world=blue")


def test_what_the_client_says_is_escaped(http: FlaskClient) -> None:
    page = open_page(http, client_id='<b>"', state='"><script>')

    assert "<b>" not in page.text and "<script" not in page.text


@pytest.mark.parametrize(
    "fields",
    [
        {"redirect_uri": "javascript:alert(1)"}, {"redirect_uri": "//evil.example"}, {"redirect_uri": ""},
        {"response_type": "token"}, {"client_id": ""}, {"scope": "market:code:nowhere"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_bad_request_leads_nowhere(http: FlaskClient, method: str, fields: dict[str, str]) -> None:
    query = urlencode(ASKED | {"world": "test"} | fields)

    answer = http.open(f"/oauth/authorize?{query}", method=method, data={"decision": "deny"})

    assert (400, "text/html; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])
    assert "Location" not in answer.headers

"""The Campaigns API as a browser's page of another origin sees it: keys, preflights, and answers that are all JSON."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mock_server.app import create_app
from mock_server.settings import Settings
from tests.klarna import InProcess
from tests.next_commerce import NextCommerce
from tests.providers.next_commerce.campaign import TEAPOT, asked, paid, refused

ORIGIN = "https://shop.test"
PATHS = [
    ("GET", "/api/v1/campaigns/"), ("POST", "/api/v1/carts/"), ("POST", "/api/v1/carts/calculate/"),
    ("POST", "/api/v1/orders/"), ("GET", "/api/v1/orders/0123456789abcdef/"),
    ("POST", "/api/v1/orders/0123456789abcdef/upsells/"), ("GET", "/api/v1/addresses/autocomplete/"),
]  # fmt: skip


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_page_may_send_its_key_and_json(browser: FlaskClient, method: str, path: str) -> None:
    preflight = browser.options(
        path,
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )

    assert (204, ORIGIN, "authorization,content-type") == (
        preflight.status_code, preflight.headers["Access-Control-Allow-Origin"],
        preflight.headers["Access-Control-Allow-Headers"],
    )  # fmt: skip
    assert method in preflight.headers["Access-Control-Allow-Methods"].split(", ")


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("body", [None, b"{", b"[]", b'{"lines": 1}'])
def test_every_refusal_is_json_that_the_page_may_read(
    browser: FlaskClient, method: str, path: str, body: bytes | None
) -> None:
    answers = [
        browser.open(path, method=method, data=body, headers={"Origin": ORIGIN, "Content-Type": type_, **key})
        for key in ({}, {"Authorization": "key"})
        for type_ in ("application/json", "text/plain")
    ]

    assert {("application/json", ORIGIN)} == {
        (answer.content_type, answer.headers["Access-Control-Allow-Origin"]) for answer in answers
    }
    assert [True] * 4 == [isinstance(answer.get_json(), dict) for answer in answers]


def test_the_key_comes_bare_and_names_the_world(next_commerce: NextCommerce, browser: FlaskClient) -> None:
    order = paid(next_commerce)

    own, other, none = (
        browser.get(f"/api/v1/orders/{order['ref_id']}/", headers=headers)
        for headers in ({"Authorization": "campaign_world-test"}, {"Authorization": "campaign"}, {})
    )

    assert (order, 404, 401) == (own.get_json(), other.status_code, none.status_code)
    assert {"detail": "Authentication credentials were not provided."} == none.get_json()


def test_the_fifth_call_of_a_second_is_throttled_and_the_page_may_read_how_long() -> None:
    client = create_app(Settings(next_commerce_rate_limits="on")).test_client()
    shop = NextCommerce(InProcess(client), "test")
    shop.freeze()

    answers = [shop.campaign("GET", "/campaigns/", origin=ORIGIN) for _ in range(5)]

    assert [200, 200, 200, 200, 429] == [answer.status for answer in answers]
    assert ("1", "*, Authorization") == (
        answers[4].headers["Retry-After"], answers[4].headers["Access-Control-Expose-Headers"],
    )  # fmt: skip
    assert "throttled" in answers[4].text


def test_a_method_that_a_path_does_not_take_is_refused_as_json(next_commerce: NextCommerce) -> None:
    refusal = refused(next_commerce, "DELETE", "/orders/")

    assert (405, {"detail": 'Method "DELETE" not allowed.'}) == refusal


def test_paths_answer_with_and_without_their_slash(next_commerce: NextCommerce) -> None:
    body: dict[str, Any] = {"lines": [{"package_id": TEAPOT}]}

    statuses = [next_commerce.campaign("POST", f"/carts/calculate{slash}", body).status for slash in ("/", "")]

    assert [200, 200] == statuses


def test_a_browser_that_paid_is_sent_back_to_the_page_with_its_world(
    next_commerce: NextCommerce, browser: FlaskClient
) -> None:
    order = next_commerce.campaign("POST", "/orders/", asked()).json

    back = browser.post(f"{order['payment_complete_url']}&utm_source=x", data={"outcome": "declined"})

    assert order["payment_complete_url"].endswith("/?world=test")
    assert (303, f"https://shop.test/checkout?payment_failed=true&ref_id={order['ref_id']}") == (
        back.status_code, back.headers["Location"],
    )  # fmt: skip


def test_a_test_without_a_browser_can_have_the_way_back_delivered(next_commerce: NextCommerce) -> None:
    order = next_commerce.campaign("POST", "/orders/", asked(success_url="http://127.0.0.1:9/next")).json

    told = next_commerce.complete(order["ref_id"], deliver=True)

    assert ("GET", f"http://127.0.0.1:9/next?ref_id={order['ref_id']}") == (
        told["delivered"]["method"], told["delivered"]["url"],
    )  # fmt: skip

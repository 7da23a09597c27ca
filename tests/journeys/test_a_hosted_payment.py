"""A shop sells on Klarna's hosted page over real HTTP: session, page, callbacks, order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.klarna import Answer, Klarna, fine
from tests.receiver import Receiver


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    """A shopper's browser, which does not leave this machine."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def klarna(klarna_over_http: Klarna) -> Klarna:
    """In a world where it is noon until somebody moves the clock."""
    fine(klarna_over_http.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"}))
    return klarna_over_http


def host(klarna: Klarna, shop: Receiver, *, purchase: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """A hosted session of a fresh payment session."""
    session_id = klarna.create_session(**(purchase or {}))["session_id"]
    body = {
        "payment_session_url": f"https://api.playground.klarna.com/payments/v1/sessions/{session_id}",
        "merchant_urls": {
            "success": shop.url("/success?sid={{session_id}}&token={{authorization_token}}&order={{order_id}}"),
            "back": shop.url("/back"),
            "cancel": shop.url("/cancel"),
            "failure": shop.url("/failure"),
            "status_update": shop.url("/told?secret=1"),
        },
        "options": options,
    }
    made: dict[str, Any] = fine(klarna.send("POST", "/hpp/v1/sessions", body))
    return made


def read(klarna: Klarna, hosted: dict[str, Any]) -> Answer:
    return klarna.send("GET", f"/hpp/v1/sessions/{hosted['session_id']}")


def open_page(browser: requests.Session, hosted: dict[str, Any]) -> str:
    answer = browser.get(hosted["redirect_url"], timeout=5)
    assert 200 == answer.status_code
    return answer.text


def press(browser: requests.Session, hosted: dict[str, Any], outcome: str) -> str:
    """Send the form; answers with the path that the browser is sent to."""
    answer = browser.post(hosted["redirect_url"], data={"outcome": outcome}, allow_redirects=False, timeout=5)
    assert 303 == answer.status_code, answer.text
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}".removesuffix("?")


def statuses(shop: Receiver, count: int) -> list[str]:
    """Of the callbacks, as soon as there are so many."""
    return [request.json["session"]["status"] for request in shop.wait_for(count)]


def test_from_the_page_to_the_shops_own_order(klarna: Klarna, browser: requests.Session, receiver: Receiver) -> None:
    hosted = host(klarna, receiver)

    page = open_page(browser, hosted)
    (opened,) = receiver.wait_for(1)
    back = press(browser, hosted, "")

    told = receiver.wait_for(2)[-1]
    token = told.json["session"]["authorization_token"]
    assert "1 × Socks" in page
    assert ["POST", "/told?secret=1", "IN_PROGRESS"] == [opened.method, opened.path, opened.json["session"]["status"]]
    assert f"/success?sid={hosted['session_id']}&token={token}&order=" == back
    assert [told.json["session"], "COMPLETED"] == [read(klarna, hosted).json, told.json["session"]["status"]]
    assert "ACCEPTED" == klarna.create_order(token)["fraud_status"]


def test_the_page_places_and_captures_the_order(klarna: Klarna, browser: requests.Session, receiver: Receiver) -> None:
    hosted = host(klarna, receiver, place_order_mode="CAPTURE_ORDER")

    open_page(browser, hosted)
    back = press(browser, hosted, "")

    assert ["IN_PROGRESS", "COMPLETED"] == statuses(receiver, 2)
    session = read(klarna, hosted).json
    (order,) = klarna.control("GET", "/state/orders").json
    assert [session["order_id"]] == parse_qs(urlsplit(back).query)["order"]
    assert [order["order_id"], order["klarna_reference"]] == [session["order_id"], session["klarna_reference"]]
    assert ["CAPTURED", 2000] == [order["status"], order["captured_amount"]]


def test_a_declined_shopper_may_try_again(klarna: Klarna, browser: requests.Session, receiver: Receiver) -> None:
    hosted = host(klarna, receiver)

    open_page(browser, hosted)
    first = press(browser, hosted, "rejected")
    statuses(receiver, 2)
    open_page(browser, hosted)
    second = press(browser, hosted, "")

    assert ["/failure", "/success"] == [first, second.partition("?")[0]]
    assert ["IN_PROGRESS", "FAILED", "IN_PROGRESS", "COMPLETED"] == statuses(receiver, 4)


@pytest.mark.parametrize(
    ("channel", "outcome", "where", "status"),
    [("ECOMMERCE", "back", "/back", "BACK"), ("TELESALES", "cancelled", "/cancel", "CANCELLED")],
)
def test_a_shopper_leaves(
    klarna: Klarna, browser: requests.Session, receiver: Receiver, channel: str, outcome: str, where: str, status: str
) -> None:
    hosted = host(klarna, receiver, purchase={"acquiring_channel": channel})

    open_page(browser, hosted)
    back = press(browser, hosted, outcome)

    assert [where, ["IN_PROGRESS", status]] == [back, statuses(receiver, 2)]
    assert status == read(klarna, hosted).json["status"]


def test_a_page_times_out_an_hour_before_its_payment_session(klarna: Klarna, receiver: Receiver) -> None:
    hosted = host(klarna, receiver)

    fired = klarna.advance("47h")

    assert ["klarna.hosted_payment_page.timeout", "webhook"] == [what["what"] for what in fired]
    assert ["TIMEOUT"] == statuses(receiver, 1)
    assert 404 == read(klarna, hosted).status


def test_a_callback_that_nobody_takes_is_tried_four_times(
    klarna: Klarna, browser: requests.Session, receiver: Receiver
) -> None:
    receiver.answers(500, 500, 500, 500)
    hosted = host(klarna, receiver)
    open_page(browser, hosted)
    receiver.wait_for(1)

    klarna.advance("1h")

    (message,) = klarna.control("GET", "/state/webhooks").json
    assert ["failed", 4] == [message["state"], len(message["attempts"])]
    assert ["IN_PROGRESS"] * 4 == statuses(receiver, 4)


def test_an_order_placed_elsewhere_completes_the_page(klarna: Klarna, receiver: Receiver) -> None:
    payment_session = klarna.create_session()
    url = f"http://127.0.0.1/payments/v1/sessions/{payment_session['session_id']}"
    body = {"payment_session_url": url, "merchant_urls": {"status_update": receiver.url()}}
    hosted = fine(klarna.send("POST", "/hpp/v1/sessions", body))

    token = klarna.authorize(payment_session["session_id"])["authorization_token"]
    klarna.create_order(token)

    assert ["COMPLETED"] == statuses(receiver, 1)
    assert token == read(klarna, hosted).json["authorization_token"]

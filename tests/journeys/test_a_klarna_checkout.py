"""A shop that sells through Klarna Checkout, from the snippet in its page to the push at its server."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.klarna import Klarna, fine
from tests.receiver import Receiver


def _order(receiver: Receiver, **urls: str) -> dict[str, Any]:
    line = {
        "name": "Socks", "quantity": 2, "unit_price": 1000, "tax_rate": 1900, "total_amount": 2000,
        "total_tax_amount": 319,
    }  # fmt: skip
    return {
        "purchase_country": "DE", "purchase_currency": "EUR", "locale": "de-DE", "order_amount": 2000,
        "order_tax_amount": 319, "order_lines": [line],
        "merchant_urls": {
            "terms": receiver.url("/terms"), "checkout": receiver.url("/checkout"),
            "confirmation": receiver.url("/thanks?kco={checkout.order.id}"),
            "push": receiver.url("/push?kco={checkout.order.id}"), **urls,
        },
    }  # fmt: skip


@pytest.fixture
def klarna(klarna_over_http: Klarna) -> Klarna:
    """Where it is noon until somebody moves the clock."""
    fine(klarna_over_http.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"}))
    return klarna_over_http


def _press(page: str, outcome: str) -> requests.Response:
    """As the browser does that has the page in a frame; where it is sent to is not followed."""
    with requests.Session() as browser:
        browser.trust_env = False
        assert f'value="{outcome}"' in browser.get(page, timeout=10).text
        return browser.post(page, data={"outcome": outcome}, allow_redirects=False, timeout=10)


def test_from_the_snippet_to_the_push(klarna: Klarna, receiver: Receiver, server: str) -> None:
    created = klarna.send("POST", "/checkout/v3/orders", _order(receiver))
    order_id = created.json["order_id"]
    (page,) = re.findall(r'src="([^"]+)"', created.json["html_snippet"])

    sent_to = _press(page, "")

    assert (server, 201) == (f"{urlsplit(page).scheme}://{urlsplit(page).netloc}", created.status)
    assert (303, receiver.url(f"/thanks?kco={order_id}")) == (sent_to.status_code, sent_to.headers["Location"])
    assert "checkout_complete" == klarna.send("GET", f"/checkout/v3/orders/{order_id}").json["status"]
    placed = fine(klarna.control("GET", f"/state/orders/{order_id}"))
    assert ("AUTHORIZED", 2000) == (placed["status"], placed["remaining_authorized_amount"])
    assert [] == receiver.requests

    klarna.advance("1m59s")
    assert [] == receiver.requests

    fired = klarna.advance("1s")

    assert [f"/push?kco={order_id}"] == [push.path for push in receiver.requests]
    assert [("klarna.checkout.push", "delivered")] == [(what["event"], what["state"]) for what in fired]

    klarna.advance("1h")

    assert 5 == len(receiver.requests)


def test_a_shop_that_says_no_keeps_the_shopper_from_paying(klarna: Klarna, receiver: Receiver) -> None:
    body = _order(receiver, validation=receiver.url("/validate"))
    created = klarna.send("POST", "/checkout/v3/orders", body).json
    (page,) = re.findall(r'src="([^"]+)"', created["html_snippet"])
    receiver.answers(303, Location=receiver.url("/sold-out"))

    denied = _press(page, "")
    approved = _press(page, "")

    assert [receiver.url("/sold-out"), receiver.url(f"/thanks?kco={created['order_id']}")] == [
        answer.headers["Location"] for answer in (denied, approved)
    ]
    assert ["/validate", "/validate"] == [asked.path for asked in receiver.requests]
    assert created["order_id"] == receiver.requests[0].json["order_id"]


def test_a_lost_push_is_repeated(klarna: Klarna, receiver: Receiver) -> None:
    klarna.add_rule("klarna.checkout.push", {"outcome": "lost"}, times=1)
    created = klarna.send("POST", "/checkout/v3/orders", _order(receiver)).json
    fine(klarna.control("POST", f"/klarna/checkout/{created['order_id']}/complete"))

    klarna.advance("2m")
    lost = list(receiver.requests)
    klarna.advance("5m")

    assert (0, 1) == (len(lost), len(receiver.requests))
    assert ["delivered", "lost"] == [message["state"] for message in fine(klarna.control("GET", "/state/webhooks"))]


def test_a_shop_that_acknowledges_hears_no_more(klarna: Klarna, receiver: Receiver) -> None:
    created = klarna.send("POST", "/checkout/v3/orders", _order(receiver)).json
    fine(klarna.control("POST", f"/klarna/checkout/{created['order_id']}/complete"))
    klarna.advance("2m")

    acknowledged = klarna.send("POST", f"/ordermanagement/v1/orders/{created['order_id']}/acknowledge")
    klarna.advance("3d")

    assert (204, 1) == (acknowledged.status, len(receiver.requests))

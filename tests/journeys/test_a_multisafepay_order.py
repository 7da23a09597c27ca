"""A website sells through MultiSafepay over real HTTP: order, page, notifications, shipment, settlement, refund."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.multisafepay import MultiSafepay, line_of
from tests.receiver import Received, Receiver


class Page(HTMLParser):
    """The form of a payment page: where it leads, its methods and its buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.methods: list[str] = []
        self.buttons: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        elif tag == "input" and found["name"] == "gateway":
            self.methods.append(found["value"])
        elif tag == "button" and found["name"] == "outcome":
            self.buttons.append(found["value"])


class Browser:
    """A shopper's browser, which does not leave this machine."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def open(self, url: str) -> Page:
        answer = self._session.get(url, timeout=5)
        assert [200, "text/html; charset=utf-8"] == [answer.status_code, answer.headers["Content-Type"]]
        return Page(answer.text)

    def press(self, page: Page, outcome: str, **fields: str) -> str:
        """Send the form; answers with the address that the browser is sent to."""
        assert outcome in page.buttons
        form = {"outcome": outcome, **fields}
        answer = self._session.post(page.action, data=form, allow_redirects=False, timeout=5)
        assert 303 == answer.status_code, answer.text
        return answer.headers["Location"]

    def text_of(self, url: str) -> str:
        return self._session.get(url, timeout=5).text


@pytest.fixture
def browser() -> Iterator[Browser]:
    with requests.Session() as session:
        session.trust_env = False
        yield Browser(session)


@pytest.fixture
def shop(receiver: Receiver) -> Receiver:
    """The website's server, which acknowledges each notification."""
    receiver.text = "OK"
    return receiver


def _urls(shop: Receiver, **fields: str) -> dict[str, str]:
    return {
        "notification_url": shop.url("/notify?shop=1"),
        "notification_method": "POST",
        "redirect_url": "http://shop.test/thanks?type=redirect",
        "cancel_url": "http://shop.test/cart",
        **fields,
    }


def _signed(request: Received, api_key: str) -> dict[str, Any]:
    """The order of a notification whose signature was checked as shops do."""
    seconds, _, digest = b64decode(request.headers["auth"]).decode().partition(":")
    own = hmac.new(api_key.encode(), f"{seconds}:{request.text}".encode(), "sha512").hexdigest()
    assert own == digest
    query = parse_qs(urlsplit(request.path).query)
    order: dict[str, Any] = request.json
    assert {"shop": ["1"], "transactionid": [order["order_id"]], "timestamp": [seconds]} == query
    assert json.dumps(order, separators=(",", ":"), ensure_ascii=False) == request.text
    return order


def _states(requests: list[Received], api_key: str) -> list[str]:
    orders = [_signed(request, api_key) for request in requests]
    return [f"{order['status']}/{order['financial_status']}" for order in orders]


def test_a_klarna_order_from_the_page_to_the_refund(
    multisafepay_over_http: MultiSafepay, browser: Browser, shop: Receiver
) -> None:
    website = multisafepay_over_http
    created = website.create("2026/Ü 1", payment_options=_urls(shop))

    page = browser.open(created["payment_url"])
    (started,) = shop.wait_for(1)
    back = browser.press(page, "")
    shop.wait_for(2)
    website.ship("2026/Ü 1", tracktrace_code="3S1")
    shop.wait_for(3)
    website.advance("21d")
    website.refund("2026/Ü 1", amount=2500)
    shop.wait_for(5)
    website.advance("1d")

    assert [page.methods, page.buttons[0]] == [[], ""]
    assert "http://shop.test/thanks?type=redirect&transactionid=2026%2F%C3%9C%201" == back
    assert [
        "initialized/initialized",
        "completed/uncleared",
        "shipped/uncleared",
        "shipped/completed",
        "partial_refunded/completed",
        "partial_refunded/completed",
    ] == _states(shop.wait_for(6), website.api_key)
    assert ["POST", "application/json"] == [started.method, started.headers["content-type"]]
    refunds = [request.json["related_transactions"][0]["status"] for request in shop.requests[4:]]
    assert ["initialized", "completed"] == refunds
    order, ledger = website.read("2026/Ü 1"), website.ledger_order("2026/Ü 1")
    assert [10000, 2500] == [order["amount"], order["amount_refunded"]]
    assert ["CAPTURED", 10000, 10000, 2500] == [
        ledger[name] for name in ("status", "order_amount", "captured_amount", "refunded_amount")
    ]
    assert {"delivered"} == {message["state"] for message in website.webhooks()}


def test_the_last_notification_is_the_order_as_it_is_read(
    multisafepay_over_http: MultiSafepay, shop: Receiver
) -> None:
    multisafepay_over_http.pay(payment_options=_urls(shop))

    notified = shop.wait_for(2)[-1].json

    assert multisafepay_over_http.read() == notified


def test_an_order_without_a_method_lets_the_shopper_choose(
    multisafepay_over_http: MultiSafepay, browser: Browser, shop: Receiver
) -> None:
    created = multisafepay_over_http.create(gateway="", payment_options=_urls(shop))

    page = browser.open(created["payment_url"])
    browser.press(page, "", gateway="IDEAL")

    assert "KLARNA" == page.methods[0]
    assert {"KLARNA", "IDEAL", "VISA"} <= set(page.methods)
    states = _states(shop.wait_for(2), multisafepay_over_http.api_key)
    assert ["initialized/initialized", "completed/completed"] == states
    assert "IDEAL" == multisafepay_over_http.read()["payment_details"]["type"]


def test_a_page_without_a_cart_does_not_offer_klarna(
    multisafepay_over_http: MultiSafepay, browser: Browser
) -> None:
    created = multisafepay_over_http.create(gateway="", shopping_cart=None)

    methods = browser.open(created["payment_url"]).methods

    assert "KLARNA" not in methods
    assert "IDEAL" in methods


@pytest.mark.parametrize(
    ("button", "state", "where"),
    [
        ("", "completed/uncleared", "/thanks"),
        ("pending", "uncleared/uncleared", "/thanks"),
        ("declined", "declined/declined", "/cart"),
        ("cancelled", "void/void", "/cart"),
        ("expired", "expired/expired", "/cart"),
    ],
)
def test_every_button_of_the_page_does_what_it_says(
    multisafepay_over_http: MultiSafepay, browser: Browser, shop: Receiver, button: str, state: str, where: str
) -> None:
    created = multisafepay_over_http.create(payment_options=_urls(shop))
    page = browser.open(created["payment_url"])

    back = browser.press(page, button)

    assert [where, state] == [urlsplit(back).path, multisafepay_over_http.status()]
    assert {"transactionid": ["ON-1"]}.items() <= parse_qs(urlsplit(back).query).items()
    assert state == _states(shop.wait_for(2), multisafepay_over_http.api_key)[-1]
    assert [] == Page(browser.text_of(created["payment_url"])).buttons


def test_pressing_twice_leads_back_both_times_and_pays_once(
    multisafepay_over_http: MultiSafepay, browser: Browser, shop: Receiver
) -> None:
    page = browser.open(multisafepay_over_http.create(payment_options=_urls(shop))["payment_url"])

    first, second = browser.press(page, ""), browser.press(page, "declined")

    assert first == second
    assert "completed/uncleared" == multisafepay_over_http.status()
    assert 1 == len(multisafepay_over_http.control("GET", "/state/orders").json)


def test_what_the_shop_wrote_is_shown_as_text(multisafepay_over_http: MultiSafepay, browser: Browser) -> None:
    cart = {"items": [line_of(100, name="<script>alert(1)</script>")]}
    created = multisafepay_over_http.create(shopping_cart=cart)

    html = browser.text_of(created["payment_url"])

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html
    assert "€\xa0100,00" in html


def test_a_direct_order_leads_to_klarnas_page(multisafepay_over_http: MultiSafepay, browser: Browser) -> None:
    created = multisafepay_over_http.create(type="direct")

    page = browser.open(created["payment_url"])

    assert ["", "pending", "declined", "cancelled", "expired"] == page.buttons


def test_without_a_method_of_notification_the_shop_is_asked_to_look(
    multisafepay_over_http: MultiSafepay, shop: Receiver
) -> None:
    urls = _urls(shop)
    del urls["notification_method"]
    multisafepay_over_http.pay(payment_options=urls)

    told = shop.wait_for(2)

    assert [("GET", ""), ("GET", "")] == [(request.method, request.text) for request in told]
    assert all("auth" not in request.headers for request in told)
    assert ["ON-1"] == parse_qs(urlsplit(told[-1].path).query)["transactionid"]


def test_a_link_that_nobody_opened_is_told_before_there_is_a_transaction(
    multisafepay_over_http: MultiSafepay, shop: Receiver
) -> None:
    multisafepay_over_http.create(payment_options=_urls(shop), seconds_active=60)

    multisafepay_over_http.advance("61s")

    (told,) = shop.wait_for(1)
    assert ["pretransaction"] == parse_qs(urlsplit(told.path).query)["payload_type"]
    assert ["expired", None] == [told.json["status"], told.json["transaction_id"]]


def test_a_notification_that_is_not_acknowledged_comes_again_with_a_fresh_signature(
    multisafepay_over_http: MultiSafepay, receiver: Receiver
) -> None:
    receiver.text = "thanks"
    multisafepay_over_http.create(type="direct", payment_options=_urls(receiver))
    multisafepay_over_http.data("PATCH", "/orders/ON-1", {"status": "cancelled"})
    receiver.wait_for(1)

    multisafepay_over_http.advance("15m")
    receiver.text = "multisafepay_ok"
    multisafepay_over_http.advance("15m")
    multisafepay_over_http.advance("1h")

    told = receiver.wait_for(3)
    assert ["cancelled/cancelled"] * 3 == _states(told, multisafepay_over_http.api_key)
    assert 3 == len({request.headers["auth"] for request in told})
    (message,) = multisafepay_over_http.webhooks()
    assert "delivered" == message["state"]
    assert "'thanks'" in message["attempts"][0]["why"]

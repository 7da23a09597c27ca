"""An external checkout sells through NEXT Commerce over real HTTP: order, page, return, webhooks, upsell, refund."""

from __future__ import annotations

import hmac
import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.klarna import OverHttp, fine
from tests.next_commerce import MONTHLY, TEA_MONTH, TOWEL, NextCommerce, line_of, order_of, payment_in
from tests.receiver import Received, Receiver

SECRET = "whsec_example"
ALL_EVENTS = (
    "customer.created", "order.created", "order.updated", "transaction.created", "subscription.created",
    "subscription.updated",
)  # fmt: skip


class Form(HTMLParser):
    """The form of a page: where it leads, its fields and its buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.buttons: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        elif tag == "input" and found.get("type") == "hidden":
            self.fields[found["name"]] = found["value"]
        elif tag == "button" and found.get("name") == "outcome":
            self.buttons.append(found["value"])


@pytest.fixture
def store(next_commerce_over_http: NextCommerce) -> NextCommerce:
    """A store in a world where it is noon in New York until somebody moves the clock."""
    next_commerce_over_http.freeze()
    return next_commerce_over_http


def _press(url: str, outcome: str) -> None:
    """Open a payment page, press a button, and send what the page sends by itself, as a browser does."""
    with requests.Session() as browser:
        browser.trust_env = False
        page = Form(browser.get(url, timeout=5).text)
        assert outcome in page.buttons
        answer = Form(browser.post(page.action, data={"outcome": outcome}, timeout=5).text)
        browser.post(answer.action, data=answer.fields, timeout=5)


def _returned(request: Received) -> Any:
    """What a shop's return handler reads, as the guides show it."""
    assert "application/x-www-form-urlencoded" == request.headers["content-type"]
    return json.loads(parse_qs(request.text)["response"][0])


def _start(store: NextCommerce, receiver: Receiver, **fields: Any) -> str:
    details = {"payment_return_url": receiver.url("/return")}
    url: str = store.post("/orders/", order_of(payment_details=details, **fields))["payment_complete_url"]
    return url


def _verified(request: Received) -> Any:
    """A webhook's payload, once both published ways of checking its signature have passed."""
    payload = json.loads(request.text)
    given = request.headers["x-29next-signature"]
    of_bytes = hmac.new(SECRET.encode(), request.text.encode(), "sha256").hexdigest()
    of_json = hmac.new(SECRET.encode(), json.dumps(payload).encode(), "sha256").hexdigest()
    assert given == of_bytes == of_json
    return payload


def test_a_shopper_pays_in_the_browser_and_the_shop_gets_the_order(store: NextCommerce, receiver: Receiver) -> None:
    _press(_start(store, receiver), "")

    (request,) = receiver.wait_for(1)
    order = _returned(request)
    assert ("POST", "/return", "paid") == (request.method, request.path, order["payment_status"])
    assert order == store.read(order["number"])


@pytest.mark.parametrize("outcome", ["declined", "cancelled", "expired"])
def test_a_shopper_who_does_not_pay_comes_back_with_nothing(
    store: NextCommerce, receiver: Receiver, outcome: str
) -> None:
    _press(_start(store, receiver), outcome)

    (request,) = receiver.wait_for(1)
    assert {} == _returned(request)
    assert [] == store.results("/orders/")


def test_a_test_without_a_browser_has_the_server_send_the_return(store: NextCommerce, receiver: Receiver) -> None:
    told = store.complete(payment_in(_start(store, receiver)), deliver=True)

    (request,) = receiver.wait_for(1)
    assert told["order"] == _returned(request)
    assert ("delivered", 200) == (told["delivered"]["state"], told["delivered"]["attempts"][0]["status"])


def test_webhooks_tell_of_the_customer_the_order_its_payment_and_its_subscription(
    store: NextCommerce, receiver: Receiver
) -> None:
    store.listen(receiver.url(), *ALL_EVENTS)

    store.buy(lines=[line_of(TEA_MONTH, 1, "17.99", subscription=MONTHLY)])

    payloads = [_verified(request) for request in receiver.wait_for(5)]
    told = {payload["event_type"]: payload for payload in payloads}
    assert {
        "customer.created", "order.created", "transaction.created", "order.updated", "subscription.created",
    } == set(told)  # fmt: skip
    assert ["api_version", "object", "data", "event_id", "event_type", "webhook"] == list(told["order.created"])
    created = told["order.created"]
    assert ("order", "demo", "2024-04-01") == (
        created["object"], created["webhook"]["store"], created["api_version"],
    )  # fmt: skip
    assert 5 == len({payload["event_id"] for payload in payloads})


def test_an_order_goes_from_upsell_to_refund_on_the_ledger(store: NextCommerce) -> None:
    number = store.buy()["number"]

    store.post(f"/orders/{number}/add-line-items/", {"lines": [line_of(TOWEL, 1, "10.33")]})
    order = store.read(number)
    line, transactions = order["lines"][1], order["transactions"]
    calculated = store.post(
        f"/orders/{number}/refund/calculate/", {"refund_lines": [{"line_id": line["id"], "quantity": 1}]}
    )
    store.post(f"/orders/{number}/refund/", {
        "transactions": [{"id": transactions[1]["id"], "amount": calculated["amount_incl_tax"]}],
        "refund_lines": [{"line_id": line["id"], "quantity": 1, "restock_type": "cancel"}],
    })  # fmt: skip

    assert "open/partially_refunded/unfulfilled" == store.status(number)
    assert [(1500, 0), (1033, 1033)] == [
        (klarna["captured_amount"], klarna["refunded_amount"]) for klarna in store.ledger_orders()
    ]


def test_a_subscription_renews_by_the_worlds_clock_and_charges_klarna(
    store: NextCommerce, receiver: Receiver
) -> None:
    store.listen(receiver.url(), "transaction.created")
    first = store.buy(lines=[line_of(TEA_MONTH, 1, "17.99", subscription=MONTHLY)])

    store.advance("31d")

    (subscription,) = store.results("/subscriptions/")
    assert [0, 1] == [each["billing_cycle"] for each in subscription["orders"]]
    renewal = store.read(subscription["orders"][1]["order_number"])
    assert (first["subscriptions"], [{"id": subscription["id"], "billing_cycle": 1}], "subscription") == (
        [{"id": subscription["id"], "billing_cycle": 0}], renewal["subscriptions"], renewal["source"],
    )  # fmt: skip
    told = _verified(receiver.wait_for(2)[-1])["data"]
    assert ({"id": subscription["id"], "billing_cycle": 1}, renewal["number"]) == (told["subscription"], told["order"])
    assert [2299, 2299] == [klarna["captured_amount"] for klarna in store.ledger_orders()]


def test_a_campaign_page_sells_and_comes_back_by_get(
    store: NextCommerce, over_http: OverHttp, receiver: Receiver
) -> None:
    page = {"Origin": "http://localhost:5173"}
    preflight = over_http.send(
        "OPTIONS", "/api/v1/orders/", auth=None, body=None,
        headers={**page, "Access-Control-Request-Method": "POST",
                 "Access-Control-Request-Headers": "authorization,content-type"},
    )  # fmt: skip
    body = {
        "lines": [{"package_id": 1, "quantity": 1}],
        "user": {"email": "ada@shop.test", "first_name": "Ada", "last_name": "Roe"},
        "shipping_address": order_of()["shipping_address"],
        "shipping_method": 1,
        "payment_detail": {"payment_method": "klarna"},
        "success_url": receiver.url("/thanks?step=2"),
        "payment_failed_url": receiver.url("/failed"),
    }
    made = fine(store.campaign("POST", "/orders/", body, origin=page["Origin"]))
    with requests.Session() as browser:
        browser.trust_env = False
        form = Form(browser.get(made["payment_complete_url"], timeout=5).text)
        browser.post(form.action, data={"outcome": ""}, timeout=5)

    (request,) = receiver.wait_for(1)
    found = fine(store.campaign("GET", f"/orders/{made['ref_id']}/"))
    assert (204, page["Origin"]) == (preflight.status, preflight.headers["Access-Control-Allow-Origin"])
    assert ("GET", {"step": ["2"], "ref_id": [made["ref_id"]]}) == (
        request.method, parse_qs(urlsplit(request.path).query),
    )  # fmt: skip
    assert not found.get("payment_complete_url")
    assert found["number"] == store.results("/orders/")[0]["number"]

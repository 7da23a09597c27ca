"""What shoppers do on the payment page, and what becomes of the order."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.multisafepay import MultiSafepay

from ..website import multisafepay_with

SHOP = {"redirect_url": "http://shop.test/thanks?from=msp", "cancel_url": "http://shop.test/cart#pay"}
THANKS, CART = "http://shop.test/thanks?from=msp&transactionid=ON-1", "http://shop.test/cart?transactionid=ON-1#pay"
# outcome -> the state of the order, and where the browser goes
OUTCOMES = {
    "accepted": ("completed/uncleared", THANKS),
    "pending": ("uncleared/uncleared", THANKS),
    "declined": ("declined/declined", CART),
    "cancelled": ("void/void", CART),
    "expired": ("expired/expired", CART),
}
UNPAID = ("declined", "cancelled", "expired")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_the_shopper_does_becomes_of_the_order(multisafepay: MultiSafepay, outcome: str) -> None:
    state, back = OUTCOMES[outcome]
    multisafepay.create(payment_options=SHOP)

    told = multisafepay.complete(outcome=outcome)

    assert [state, back] == [f"{told['status']}/{told['financial_status']}", told["return_url"]]
    assert state == multisafepay.status()


@pytest.mark.parametrize("outcome", UNPAID)
def test_nobody_owes_klarna_for_an_order_that_was_not_paid(multisafepay: MultiSafepay, outcome: str) -> None:
    multisafepay.create()

    multisafepay.complete(outcome=outcome)

    assert [] == multisafepay.control("GET", "/state/orders").json
    assert [] == multisafepay.advance("40d")


def test_the_status_of_the_method_is_the_financial_one(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()

    (method,) = multisafepay.read()["payment_methods"]

    assert ["uncleared", "KLARNA", "Klarna", 10000] == [
        method[name] for name in ("status", "type", "payment_description", "amount")
    ]


def test_a_paid_order_keeps_the_transaction_of_the_page(multisafepay: MultiSafepay) -> None:
    created = multisafepay.create(type="direct")

    paid = multisafepay.complete()

    assert created["transaction_id"] == paid["transaction_id"]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_closed_page_takes_nothing_more(multisafepay: MultiSafepay, outcome: str) -> None:
    multisafepay.create()
    multisafepay.complete(outcome=outcome)

    answer = multisafepay.control("POST", "/multisafepay/orders/ON-1/complete", {"outcome": "accepted"})

    assert [409, "IMPOSSIBLE"] == [answer.status, answer.json["code"]]
    assert OUTCOMES[outcome][0] == multisafepay.status()


def test_nobody_can_pay_what_nobody_created(multisafepay: MultiSafepay) -> None:
    answer = multisafepay.control("POST", "/multisafepay/orders/ON-1/complete", {})

    assert [404, "NOT_FOUND"] == [answer.status, answer.json["code"]]


@pytest.mark.parametrize(
    ("decide", "state", "fraud_status"),
    [("accepted", "completed/uncleared", "ACCEPTED"), ("rejected", "declined/declined", "REJECTED")],
)
def test_klarna_decides_a_pending_order_by_the_clock(
    multisafepay: MultiSafepay, decide: str, state: str, fraud_status: str
) -> None:
    multisafepay.create()
    multisafepay.complete(outcome="pending", decide=decide, after="2h")

    multisafepay.advance("1h59m")
    before = [multisafepay.status(), multisafepay.ledger_order()["fraud_status"]]
    due = multisafepay.advance("1m")

    assert ["uncleared/uncleared", "PENDING"] == before
    assert [f"order.{decide}"] == [event["what"] for event in due]
    assert [state, fraud_status] == [multisafepay.status(), multisafepay.ledger_order()["fraud_status"]]


def test_a_rejected_order_neither_ships_nor_expires(multisafepay: MultiSafepay) -> None:
    multisafepay.create()
    multisafepay.complete(outcome="pending", decide="rejected", after="1m")
    multisafepay.advance("1m")

    refused = multisafepay.refusal("PATCH", "/orders/ON-1", {"status": "shipped"})
    multisafepay.advance("40d")

    assert 1000 == refused[1]
    assert "declined/declined" == multisafepay.status()


def test_a_declined_order_stays_as_it_is_when_klarna_cancels_its_own_four_hours_later(
    multisafepay: MultiSafepay,
) -> None:
    multisafepay.create()
    multisafepay.complete(outcome="pending", decide="rejected", after="1m")
    multisafepay.advance("1m")
    before = [multisafepay.read(), multisafepay.webhooks()]

    multisafepay.advance("4h")

    assert "CANCELLED" == multisafepay.ledger_order()["status"]
    assert before == [multisafepay.read(), multisafepay.webhooks()]


def test_a_pending_order_that_nobody_decides_expires_after_28_days(multisafepay: MultiSafepay) -> None:
    multisafepay.create()
    multisafepay.complete(outcome="pending")

    multisafepay.advance("28d")

    assert ["expired/expired", "EXPIRED"] == [multisafepay.status(), multisafepay.ledger_order()["status"]]


def test_a_decline_tells_its_reason(multisafepay: MultiSafepay) -> None:
    multisafepay.create()

    told = multisafepay.complete(outcome="declined", reason="risk")

    assert ["risk", "risk"] == [told["reason"], multisafepay.read()["reason"]]


def test_a_shop_without_urls_gets_nobody_back(multisafepay: MultiSafepay) -> None:
    assert "" == multisafepay.pay()["return_url"]


def test_a_page_without_a_method_lets_the_shopper_choose(multisafepay: MultiSafepay) -> None:
    multisafepay.create(gateway="")

    paid = multisafepay.complete(gateway="ideal")

    assert ["IDEAL", "completed", "completed"] == [
        paid["payment_details"]["type"], paid["status"], paid["financial_status"],
    ]  # fmt: skip
    assert [] == multisafepay.control("GET", "/state/orders").json


def test_klarna_is_preferred_where_it_is_offered(multisafepay: MultiSafepay) -> None:
    multisafepay.create(gateway=None)

    assert "KLARNA" == multisafepay.complete()["payment_details"]["type"]


@pytest.mark.parametrize(
    ("fields", "gateway"),
    [
        ({}, "IDEAL"),  # the order is Klarna's
        ({"gateway": "", "shopping_cart": None}, "KLARNA"),  # no cart
        ({"gateway": "", "currency": "USD", "customer": {"country": "US"}}, "KLARNA"),
    ],
)
def test_a_method_that_is_not_offered_cannot_be_chosen(
    multisafepay: MultiSafepay, fields: dict[str, Any], gateway: str
) -> None:
    multisafepay.create(**fields)

    answer = multisafepay.control("POST", "/multisafepay/orders/ON-1/complete", {"gateway": gateway})

    assert 400 == answer.status
    assert "initialized/initialized" == multisafepay.status()


@pytest.mark.parametrize("fields", [{"gateway": "IDEAL"}, {"gateway": "VISA"}, {"gateway": ""}])
def test_only_klarna_can_be_asked_to_decide_later(multisafepay: MultiSafepay, fields: dict[str, str]) -> None:
    multisafepay.create(**fields)
    before = multisafepay.read()

    gateway = {} if fields["gateway"] else {"gateway": "ideal"}
    answer = multisafepay.control("POST", "/multisafepay/orders/ON-1/complete", {"outcome": "pending", **gateway})

    assert [400, "MISUSED"] == [answer.status, answer.json["code"]]
    assert before == multisafepay.read()


@pytest.mark.parametrize("scenario", ["pending-then-accepted", "pending-then-rejected"])
def test_where_klarna_decides_later_others_are_paid(multisafepay: MultiSafepay, scenario: str) -> None:
    multisafepay.choose_scenario(scenario)

    multisafepay.pay(gateway="IDEAL")

    assert "completed/completed" == multisafepay.status()


@pytest.mark.parametrize(("gateway", "waits"), [("IDEAL", "1h"), ("KLARNA", "24h"), ("BANKTRANS", "1440h")])
def test_a_chosen_method_has_its_own_time(app: Flask, multisafepay: MultiSafepay, gateway: str, waits: str) -> None:
    page = multisafepay.create(gateway=gateway)
    multisafepay.advance("20d")
    app.test_client().get(page["payment_url"])

    early = multisafepay.advance(f"{int(waits[:-1]) * 60 - 1}m")
    due = multisafepay.advance("1m")

    assert [[], ["multisafepay.order.expired"]] == [early, [event["what"] for event in due]]


def test_opening_the_page_starts_the_transaction_once(app: Flask, multisafepay: MultiSafepay) -> None:
    page = multisafepay.create()

    numbers = []
    for _ in range(2):
        app.test_client().get(page["payment_url"])
        numbers.append(multisafepay.read()["transaction_id"])

    assert re.fullmatch(r"\d{16}", str(numbers[0]))
    assert numbers[0] == numbers[1]


def test_the_year_2021_has_short_transaction_numbers() -> None:
    multisafepay = multisafepay_with(multisafepay_version="2021")

    paid = multisafepay.pay()

    assert re.fullmatch(r"\d{7}", str(paid["transaction_id"]))

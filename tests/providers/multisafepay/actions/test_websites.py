"""Websites of one world, each with an API key of its own: they share nothing but the world's time."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.klarna import InProcess
from tests.multisafepay import PERSON, MultiSafepay

NOT_FOUND = (404, 1006, "Invalid transaction ID")
HELD = {"notification_url": "https://www.example.com/hook"}


@pytest.fixture
def other(app: Flask, multisafepay: MultiSafepay) -> MultiSafepay:
    """Another website of the same world."""
    website = MultiSafepay(InProcess(app.test_client()), multisafepay.world)
    website.api_key = f"another-website_world-{multisafepay.world}"
    return website


def _store_card(website: MultiSafepay) -> str:
    """The token of a customer's card."""
    customer = {**PERSON, "reference": "sanne-1"}
    card = {"type": "direct", "gateway": "VISA", "customer": customer, "recurring_model": "cardOnFile"}
    token: str = website.create("CARD", **card)["payment_details"]["recurring_id"]
    return token


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/orders/{id}", None),
        ("PATCH", "/orders/{id}", {"status": "shipped"}),
        ("PATCH", "/orders/{id}", {"status": "cancelled"}),
        ("PATCH", "/orders/{id}", {"invoice_id": "F-1"}),
        ("POST", "/orders/{id}/refunds", {"currency": "EUR", "amount": 100}),
        ("PATCH", "/orders/{id}/refunds/{refund}", {"status": "void"}),
        ("POST", "/orders/{id}/capture", {}),
        ("PATCH", "/capture/{id}", {"status": "cancelled"}),
    ],
)
@pytest.mark.parametrize("known_by", ["order_id", "transaction_id", "external_transaction_id", "refund_order_id"])
def test_an_order_is_its_own_websites(
    multisafepay: MultiSafepay, other: MultiSafepay, method: str, path: str, body: Any, known_by: str
) -> None:
    multisafepay.pay()
    multisafepay.ship()
    refund = multisafepay.refund(amount=100, refund_order_id="BACK")["refund_id"]
    order = multisafepay.read()
    ids = {**order, **order["payment_details"], "refund_order_id": "BACK"}

    refused = other.refusal(method, path.format(id=ids[known_by], refund=refund), body)

    assert NOT_FOUND == refused
    assert order == multisafepay.read()


def test_a_reservation_is_its_own_websites(multisafepay: MultiSafepay, other: MultiSafepay) -> None:
    multisafepay.create(type="direct", gateway="VISA", capture="manual")

    for method, path, body in (
        ("POST", "/orders/ON-1/capture", {"amount": 100, "new_order_id": "a"}),
        ("PATCH", "/capture/ON-1", {"status": "cancelled"}),
    ):
        assert NOT_FOUND == other.refusal(method, path, body)
    assert "completed/initialized" == multisafepay.status()


def test_both_may_use_the_same_order_id(multisafepay: MultiSafepay, other: MultiSafepay) -> None:
    multisafepay.pay(amount=10000)
    other.create(amount=2500)

    other.data("PATCH", "/orders/ON-1", {"status": "cancelled"})

    assert [(10000, "completed"), (2500, "cancelled")] == [
        (order["amount"], order["status"]) for order in (multisafepay.read(), other.read())
    ]


def test_both_may_use_the_same_id_for_a_part_and_for_a_refund(multisafepay: MultiSafepay, other: MultiSafepay) -> None:
    for website in (multisafepay, other):
        website.create(type="direct", gateway="VISA", capture="manual")
        website.data("POST", "/orders/ON-1/capture", {"amount": 4000, "new_order_id": "a"})
        website.refund("a", amount=100, refund_order_id="BACK")

    assert [4000, 4000] == [website.read("a")["amount"] for website in (multisafepay, other)]
    numbers = [website.read("BACK")["transaction_id"] for website in (multisafepay, other)]
    assert [website.read("a")["transaction_id"] for website in (multisafepay, other)] == numbers


def test_transactions_are_its_own(multisafepay: MultiSafepay, other: MultiSafepay) -> None:
    paid = [website.pay(f"ON-{number}") for number, website in enumerate((multisafepay, other))]
    numbers = [order["transaction_id"] for order in paid]

    listed = [
        [item["transaction_id"] for item in website.data("GET", "/transactions")] for website in (multisafepay, other)
    ]

    assert [[numbers[0]], [numbers[1]]] == listed
    assert NOT_FOUND == other.refusal("GET", f"/transactions/{numbers[0]}")
    assert numbers[1] == other.data("GET", f"/transactions/{numbers[1]}")["transaction_id"]


@pytest.mark.parametrize(("method", "word"), [("GET", "token"), ("PATCH", "update"), ("DELETE", "remove")])
def test_stored_cards_are_its_own(
    multisafepay: MultiSafepay, other: MultiSafepay, method: str, word: str
) -> None:
    token = _store_card(multisafepay)

    refused = other.refusal(method, f"/recurring/sanne-1/{word}/{token}", {} if method == "PATCH" else None)

    assert (410, 1000, "Not found: token") == refused
    assert [] == other.data("GET", "/recurring/sanne-1")["tokens"]
    assert [token] == [card["token"] for card in multisafepay.data("GET", "/recurring/sanne-1")["tokens"]]


@pytest.mark.parametrize("newest", [0, 1])
def test_the_shopper_pays_the_newest_of_an_order_id(
    multisafepay: MultiSafepay, other: MultiSafepay, newest: int
) -> None:
    websites = [multisafepay, other]
    websites[1 - newest].create(amount=10000)
    websites[newest].create(amount=2500)

    paid = multisafepay.complete()

    assert 2500 == paid["amount"]
    assert ["completed/uncleared", "initialized/initialized"] == [
        websites[newest].status(), websites[1 - newest].status(),
    ]  # fmt: skip


def test_the_shopper_pays_either_by_its_transaction(multisafepay: MultiSafepay, other: MultiSafepay) -> None:
    older = multisafepay.create(type="direct")["transaction_id"]
    other.create(type="direct", amount=2500)

    paid = multisafepay.complete(str(older))

    assert [10000, "initialized/initialized"] == [paid["amount"], other.status()]


def test_the_state_shows_the_newest_of_an_order_id(multisafepay: MultiSafepay, other: MultiSafepay) -> None:
    multisafepay.create(amount=10000)
    other.create(amount=2500)

    shown = multisafepay.control("GET", "/state/multisafepay_orders/ON-1").json

    assert 2500 == shown["amount"]


def test_a_slow_notification_of_one_supersedes_none_of_the_other(
    multisafepay: MultiSafepay, other: MultiSafepay
) -> None:
    for website in (multisafepay, other):
        website.pay(payment_options=HELD)

    queues = {message["queue"] for message in multisafepay.webhooks()}

    assert [2, 4] == [len(queues), len(multisafepay.webhooks(order_id="ON-1"))]

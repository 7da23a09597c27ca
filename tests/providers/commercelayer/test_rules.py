"""What rules see of an order: its purchase in Klarna's words, whatever the request or the webhook says of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of
from tests.receiver import Receiver

UPDATE = "commercelayer.orders.update"
OF_THE_ORDER = [
    ("purchase.order_amount", 7750),
    ("purchase.purchase_country", "IT"),
    ("purchase.purchase_currency", "EUR"),
    ("purchase.billing_address.email", {"matches": "^mario@"}),
    ("purchase.customer_email", "mario@shop.test"),
    ("purchase.language_code", "it"),
]


@pytest.mark.parametrize(("name", "value"), OF_THE_ORDER)
def test_a_rule_picks_the_order_that_is_refused(commercelayer: CommerceLayer, name: str, value: Any) -> None:
    commercelayer.add_rule(UPDATE, {"outcome": "declined"}, match={name: value})
    commercelayer.pay()

    refusal = commercelayer.refused("orders", SEED_ORDER, {"_place": True})

    assert ["422 PAYMENT_NOT_APPROVED_FOR_EXECUTION payment not approved for execution"] == refusal
    assert "PAYMENT_NOT_APPROVED_FOR_EXECUTION" == commercelayer.explanation()["code"]


def test_an_order_that_differs_is_placed(commercelayer: CommerceLayer) -> None:
    commercelayer.add_rule(UPDATE, {"outcome": "declined"}, match={"purchase.order_amount": 7751})

    commercelayer.place()

    assert "placed/authorized/unfulfilled" == commercelayer.status()


@pytest.mark.parametrize(("name", "value"), OF_THE_ORDER)
def test_what_is_made_for_an_order_is_picked_by_it(commercelayer: CommerceLayer, name: str, value: Any) -> None:
    commercelayer.add_rule("commercelayer.klarna_payments.create", {"error": "Throttled"}, match={name: value})
    other = commercelayer.new_order(quantity=9, language_code="fr", email="jo@shop.test")
    if name in ("purchase.order_amount", "purchase.customer_email", "purchase.language_code"):
        commercelayer.pay(other)

    body = document_of("klarna_payments", {}, {"order": ("orders", SEED_ORDER)})
    assert 429 == commercelayer.send("POST", "/klarna_payments", body).status


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("headers.x-commercelayer-topic", "orders.place"),
        ("body.data.attributes.status", "placed"),
        ("purchase.order_amount", 7750),
    ],
)
def test_a_rule_picks_the_webhook_that_is_lost(
    commercelayer: CommerceLayer, receiver: Receiver, name: str, value: Any
) -> None:
    commercelayer.listen(receiver.url(), "orders.place")
    commercelayer.listen(receiver.url(), "customers.create")
    commercelayer.add_rule("commercelayer.webhooks.deliver", {"outcome": "lost"}, match={name: value})

    commercelayer.create("customers", {"email": "zoe@shop.test"})
    commercelayer.place()
    commercelayer.advance("0s")

    assert ["customers.create"] == [each.headers["x-commercelayer-topic"] for each in receiver.requests]

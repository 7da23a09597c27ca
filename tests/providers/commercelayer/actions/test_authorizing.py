"""Orders of Commerce Layer that are authorized before they are placed: in part, in whole, and called off again."""

from __future__ import annotations

import pytest
from flask import Flask

from mock_server.ledger import captures
from tests.commercelayer import SEED_ORDER, CommerceLayer


@pytest.fixture
def pending(commercelayer: CommerceLayer) -> CommerceLayer:
    """With the seeded order of 77.50 pending, and a payment that the shopper authorized."""
    commercelayer.pay()
    return commercelayer


def _authorization(commercelayer: CommerceLayer) -> str:
    return str(commercelayer.only(f"/orders/{SEED_ORDER}/authorizations")["id"])


def test_an_order_may_rest_authorized_and_pending(pending: CommerceLayer) -> None:
    order = pending.pull("_authorize")

    assert ["pending/authorized/unfulfilled", ["authorizations 7750"]] == [pending.status(), pending.transactions()]
    assert [True, None] == [order["editable"], order["placed_at"]]


@pytest.mark.parametrize(("cents", "status"), [(3000, "partially_authorized"), (7750, "authorized")])
def test_an_amount_is_authorized_as_asked(pending: CommerceLayer, cents: int, status: str) -> None:
    order = pending.pull("_authorize", _authorization_amount_cents=cents)

    assert [status, [f"authorizations {cents}"]] == [order["payment_status"], pending.transactions()]
    assert cents == pending.ledger_order()["order_amount"]


def test_what_is_authorized_in_part_is_captured_in_part(pending: CommerceLayer) -> None:
    pending.pull("_authorize", _authorization_amount_cents=3000)
    pending.pull("_place")
    pending.pull("_approve")

    order = pending.pull("_capture")

    assert ["partially_paid", ["authorizations 3000", "captures 3000"]] == [
        order["payment_status"], pending.transactions(),
    ]  # fmt: skip
    assert ["CAPTURED", 3000] == [pending.ledger_order()[name] for name in ("status", "captured_amount")]


def test_what_is_authorized_is_not_authorized_again(pending: CommerceLayer) -> None:
    pending.pull("_authorize")

    pending.pull("_authorize")

    assert ["authorizations 7750"] == pending.transactions()


def test_the_payment_of_what_is_authorized_cannot_be_deleted(pending: CommerceLayer) -> None:
    pending.pull("_authorize")
    payment = pending.get(f"/orders/{SEED_ORDER}/payment_source")["data"]["id"]

    refused = pending.refusal("DELETE", f"/klarna_payments/{payment}")

    assert [f"423 LOCKED Failed to destroy KlarnaPayment with id={payment}"] == refused
    pending.pull("_place")
    pending.pull("_approve_and_capture")
    assert ["approved/paid/in_progress", ["authorizations 7750", "captures 7750"]] == [
        pending.status(), pending.transactions(),
    ]  # fmt: skip


def test_a_capture_of_klarnas_side_is_called_off_and_the_order_stays_pending(
    pending: CommerceLayer, app: Flask
) -> None:
    pending.pull("_authorize")
    world = app.extensions["worlds"].get(pending.world)
    captures.capture_order(world, pending.ledger_order()["order_id"], 7750)
    paid = pending.read("orders", SEED_ORDER)["payment_status"]
    capture = pending.only(f"/orders/{SEED_ORDER}/captures")["id"]

    pending.update("captures", capture, {"_cancel": True})

    assert ["paid", "pending/unpaid/unfulfilled"] == [paid, pending.status()]
    assert ["authorizations 7750", "captures 7750", "refunds 7750"] == pending.transactions()
    assert 7750 == pending.ledger_order()["refunded_amount"]


def test_a_cart_that_grew_is_authorized_in_part(pending: CommerceLayer) -> None:
    pending.pull("_authorize")
    line = pending.listed(f"/orders/{SEED_ORDER}/line_items")[0]["id"]

    pending.update("line_items", line, {"quantity": 3})

    assert "pending/partially_authorized/unfulfilled" == pending.status()
    assert 7750 == pending.read("authorizations", _authorization(pending))["capture_balance_cents"]


def test_an_order_that_is_called_off_lets_its_authorization_go(pending: CommerceLayer) -> None:
    pending.pull("_authorize")

    pending.pull("_cancel")

    assert ["cancelled/voided/unfulfilled", ["authorizations 7750", "voids 7750"]] == [
        pending.status(), pending.transactions(),
    ]  # fmt: skip

"""A Klarna payment pays the order that it is of: not one that borrows it, nor one that it was moved away from."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer
from tests.klarna import InProcess, Klarna

NO_SOURCE = ["422 VALIDATION_ERROR payment_source - can't be blank"]
NOT_THIS = ["422 VALIDATION_ERROR payment_source - is invalid"]
UNPAID = ["pending/unpaid/unfulfilled", []]


@pytest.fixture
def klarna(app: Any) -> Klarna:
    """Klarna's own face of the world that ``commercelayer`` is in."""
    return Klarna(InProcess(app.test_client()), "test")


def _state(shop: CommerceLayer, order: str) -> list[Any]:
    return [shop.status(order), shop.transactions(order)]


def _source(shop: CommerceLayer, order: str) -> Any:
    return (shop.get(f"/orders/{order}/payment_source")["data"] or {}).get("id")


def _token(shop: CommerceLayer, payment: dict[str, Any]) -> str:
    """The shopper's authorization of a payment's session."""
    asked = {"session_id": payment["attributes"]["session_id"]}
    return str(shop.control("POST", "/klarna/authorizations", asked).json["authorization_token"])


def test_a_borrowed_payment_places_nothing(commercelayer: CommerceLayer) -> None:
    one, other = commercelayer.new_order(), commercelayer.new_order()
    payment = commercelayer.pay(one)["id"]
    commercelayer.update("orders", other, payment_source=("klarna_payments", payment))

    assert NOT_THIS == commercelayer.refused("orders", other, {"_place": True})
    assert [UNPAID, UNPAID] == [_state(commercelayer, one), _state(commercelayer, other)]
    commercelayer.pull("_place", order_id=one)
    assert [["placed/authorized/unfulfilled", ["authorizations 1950"]], UNPAID] == [
        _state(commercelayer, one), _state(commercelayer, other),
    ]  # fmt: skip


def test_a_payment_is_not_borrowed_in_the_request_that_places(commercelayer: CommerceLayer) -> None:
    one, other = commercelayer.new_order(), commercelayer.new_order()
    payment = commercelayer.pay(one)["id"]

    refused = commercelayer.refused("orders", other, {"_place": True}, payment_source=("klarna_payments", payment))

    assert NOT_THIS == refused
    assert [UNPAID, UNPAID] == [_state(commercelayer, one), _state(commercelayer, other)]
    assert [payment, None] == [_source(commercelayer, one), _source(commercelayer, other)]


def test_a_payment_that_is_moved_is_the_other_orders_source(commercelayer: CommerceLayer, klarna: Klarna) -> None:
    other = commercelayer.new_order()
    payment = commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))

    moved = commercelayer.update("klarna_payments", payment["id"], order=("orders", other))

    session = klarna.read_session(payment["attributes"]["session_id"])
    assert [None, payment["id"]] == [_source(commercelayer, SEED_ORDER), _source(commercelayer, other)]
    assert [False, 1950] == [moved["mismatched_amounts"], session["order_amount"]]


def test_the_order_it_was_moved_to_is_placed_and_the_first_one_is_not(commercelayer: CommerceLayer) -> None:
    other = commercelayer.new_order()
    payment = commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))
    commercelayer.update("klarna_payments", payment["id"], order=("orders", other))
    commercelayer.update("klarna_payments", payment["id"], {"auth_token": _token(commercelayer, payment)})

    assert NO_SOURCE == commercelayer.refused("orders", SEED_ORDER, {"_place": True})
    commercelayer.pull("_place", order_id=other)
    assert [UNPAID, ["placed/authorized/unfulfilled", ["authorizations 1950"]]] == [
        _state(commercelayer, SEED_ORDER), _state(commercelayer, other),
    ]  # fmt: skip
    assert 1950 == commercelayer.ledger_order(other)["order_amount"]


@pytest.mark.parametrize("triggers", [("_authorize",), ("_place",)])
def test_a_payment_that_paid_is_not_moved(commercelayer: CommerceLayer, triggers: tuple[str, ...]) -> None:
    other = commercelayer.new_order()
    payment = commercelayer.pay()["id"]
    commercelayer.pull(*triggers)
    before = _state(commercelayer, SEED_ORDER)

    refused = commercelayer.refused("klarna_payments", payment, order=("orders", other))

    assert ["422 VALIDATION_ERROR order_data - is expired"] == refused
    assert [before, UNPAID] == [_state(commercelayer, SEED_ORDER), _state(commercelayer, other)]
    assert [payment, None] == [_source(commercelayer, SEED_ORDER), _source(commercelayer, other)]


def test_a_payment_is_not_moved_to_an_order_that_is_placed(commercelayer: CommerceLayer) -> None:
    payment = commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))["id"]
    other = commercelayer.new_order()
    commercelayer.place(other)
    paid_with = _source(commercelayer, other)

    refused = commercelayer.refused("klarna_payments", payment, order=("orders", other))

    assert ["422 VALIDATION_ERROR order - is invalid"] == refused
    assert [payment, paid_with] == [_source(commercelayer, SEED_ORDER), _source(commercelayer, other)]


def test_the_token_that_an_order_was_placed_with_stays(commercelayer: CommerceLayer) -> None:
    payment = commercelayer.pay()["id"]
    token = commercelayer.read("klarna_payments", payment)["auth_token"]
    commercelayer.pull("_place")

    refused = commercelayer.refused("klarna_payments", payment, {"auth_token": "another", "reference": "r"})

    after = commercelayer.read("klarna_payments", payment)
    assert ["422 VALIDATION_ERROR auth_token - is invalid"] == refused
    assert [token, None] == [after["auth_token"], after["reference"]]


def test_the_payment_of_an_order_that_is_gone_can_be_removed(commercelayer: CommerceLayer) -> None:
    payment = commercelayer.pay()["id"]
    commercelayer.send("DELETE", f"/orders/{SEED_ORDER}")

    assert 204 == commercelayer.send("DELETE", f"/klarna_payments/{payment}").status
    assert 404 == commercelayer.send("GET", f"/klarna_payments/{payment}").status

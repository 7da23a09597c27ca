"""What a customer of Commerce Layer keeps for the next order: the payment source, the addresses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer

SAVE = "_save_payment_source_to_customer_wallet"
USE = "_customer_payment_source_id"
EMAIL = "mario@shop.test"  # whose the seeded order is


def _customer(commercelayer: CommerceLayer) -> str:
    return str(commercelayer.get(f"/orders/{SEED_ORDER}/customer")["data"]["id"])


def _wallet(commercelayer: CommerceLayer) -> list[dict[str, Any]]:
    return commercelayer.listed(f"/customers/{_customer(commercelayer)}/customer_payment_sources")


def test_a_payment_source_with_a_token_is_kept_for_the_customer(commercelayer: CommerceLayer) -> None:
    payment = commercelayer.pay()
    token = commercelayer.read("klarna_payments", payment["id"])["auth_token"]

    commercelayer.pull(SAVE)

    (kept,) = _wallet(commercelayer)
    here = f"/customer_payment_sources/{kept['id']}"
    assert token == kept["attributes"]["payment_source_token"]
    assert [payment["id"], _customer(commercelayer)] == [
        commercelayer.get(f"{here}/{name}")["data"]["id"] for name in ("payment_source", "customer")
    ]


def test_a_payment_source_is_kept_once(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()

    commercelayer.pull(SAVE)
    commercelayer.pull(SAVE)

    assert 1 == len(_wallet(commercelayer))


def test_what_is_kept_is_offered_to_the_customers_next_order(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.pull(SAVE)
    mine, other = commercelayer.new_order(email=EMAIL), commercelayer.new_order()

    offered = [
        commercelayer.listed(f"/orders/{order}/available_customer_payment_sources") for order in (mine, other)
    ]

    assert [1, 0] == [len(each) for each in offered]


def test_what_is_kept_pays_another_order_without_the_shopper(commercelayer: CommerceLayer) -> None:
    payment = commercelayer.pay()
    commercelayer.pull(SAVE)
    (kept,) = _wallet(commercelayer)
    order = commercelayer.new_order(email=EMAIL)

    commercelayer.update("orders", order, {USE: kept["id"]})

    source = commercelayer.get(f"/orders/{order}/payment_source")["data"]
    assert payment["attributes"]["session_id"] != source["attributes"]["session_id"]
    assert source["attributes"]["auth_token"]
    commercelayer.pull("_place", order_id=order)
    assert ["placed/authorized/unfulfilled", ["authorizations 1950"]] == [
        commercelayer.status(order), commercelayer.transactions(order),
    ]  # fmt: skip


def test_both_orders_of_a_wallet_are_placed(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.pull(SAVE)
    (kept,) = _wallet(commercelayer)
    order = commercelayer.new_order(email=EMAIL)

    commercelayer.pull("_place", order_id=order, **{USE: kept["id"]})

    assert ["authorizations 7750"] == commercelayer.transactions()
    assert ["authorizations 1950"] == commercelayer.transactions(order)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_payment_source_without_a_token_is_not_kept(commercelayer: CommerceLayer, is_there: bool) -> None:
    if is_there:
        commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))

    refused = commercelayer.refused("orders", SEED_ORDER, {SAVE: True})

    assert [["422 VALIDATION_ERROR payment_source - can't be blank"], []] == [refused, _wallet(commercelayer)]


def test_a_stranger_uses_nobodys_payment_source(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.pull(SAVE)
    (kept,) = _wallet(commercelayer)
    order = commercelayer.new_order()

    refused = commercelayer.refused("orders", order, {USE: kept["id"]})

    assert [f"422 VALIDATION_ERROR {USE} - is invalid"] == refused
    assert commercelayer.get(f"/orders/{order}/payment_source")["data"] is None


def test_an_order_of_nobody_keeps_nothing(commercelayer: CommerceLayer) -> None:
    order = commercelayer.create("orders")["id"]

    assert ["422 VALIDATION_ERROR customer - can't be blank"] == commercelayer.refused("orders", order, {SAVE: True})


@pytest.mark.parametrize("kind", ["billing", "shipping"])
def test_an_address_is_kept_in_the_customers_book(commercelayer: CommerceLayer, kind: str) -> None:
    commercelayer.pull(f"_save_{kind}_address_to_customer_address_book")

    kept = commercelayer.only(f"/customers/{_customer(commercelayer)}/customer_addresses")
    address = commercelayer.get(f"/orders/{SEED_ORDER}/{kind}_address")["data"]
    found = commercelayer.get(f"/customer_addresses/{kept['id']}/address")["data"]["attributes"]
    assert address["attributes"]["line_1"] == found["line_1"]


def test_an_address_of_the_book_is_cloned_into_an_order(commercelayer: CommerceLayer) -> None:
    commercelayer.pull("_save_billing_address_to_customer_address_book")
    kept = commercelayer.only(f"/customers/{_customer(commercelayer)}/customer_addresses")["id"]
    order = commercelayer.create("orders", {"customer_email": EMAIL})["id"]

    commercelayer.update("orders", order, {"_billing_address_clone_id": kept})

    cloned = commercelayer.get(f"/orders/{order}/billing_address")["data"]["attributes"]
    assert ["Via Garibaldi 12", "IT"] == [cloned["line_1"], cloned["country_code"]]


def test_a_refused_wish_places_nothing(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()

    refused = commercelayer.refused("orders", SEED_ORDER, {"_place": True, USE: "nobodyKnow", "reference": "r"})

    assert [f"422 VALIDATION_ERROR {USE} - is invalid"] == refused
    assert ["pending/unpaid/unfulfilled", []] == [commercelayer.status(), commercelayer.transactions()]
    assert commercelayer.read("orders", SEED_ORDER)["reference"] is None

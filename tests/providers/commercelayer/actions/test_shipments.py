"""Shipments of Commerce Layer: made for an address, priced by their method, moved on until all is shipped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of

STEPS = [
    ("_upcoming", "upcoming", ""),
    ("_on_hold", "on_hold", "on_hold_at"),
    ("_picking", "picking", "picking_at"),
    ("_packing", "packing", "packing_at"),
    ("_ready_to_ship", "ready_to_ship", "ready_to_ship_at"),
    ("_ship", "shipped", "shipped_at"),
    ("_deliver", "delivered", "delivered_at"),
    ("_cancel", "cancelled", ""),
]


def _shipment(commercelayer: CommerceLayer, order: str = SEED_ORDER) -> str:
    return str(commercelayer.only(f"/orders/{order}/shipments")["id"])


def _method(commercelayer: CommerceLayer, name: str) -> str:
    return str(commercelayer.only(f"/shipping_methods?filter[q][name_eq]={name.replace(' ', '%20')}")["id"])


def _choose(commercelayer: CommerceLayer, method: str) -> dict[str, Any]:
    return commercelayer.update(
        "shipments", _shipment(commercelayer), shipping_method=("shipping_methods", method)
    )


def test_an_order_with_goods_and_an_address_has_a_shipment(commercelayer: CommerceLayer) -> None:
    order = commercelayer.new_order(quantity=2)

    shipment = commercelayer.only(f"/orders/{order}/shipments")

    number = commercelayer.read("orders", order)["number"]
    assert ["draft", f"{number}/S/0001", 2] == [
        shipment["attributes"][name] for name in ("status", "number", "skus_count")
    ]
    lines = commercelayer.listed(f"/shipments/{shipment['id']}/line_items")
    assert ["skus"] == [line["attributes"]["item_type"] for line in lines]


def test_without_an_address_there_is_no_shipment(commercelayer: CommerceLayer) -> None:
    commercelayer.update("orders", SEED_ORDER, shipping_address=None)

    assert [] == commercelayer.listed(f"/orders/{SEED_ORDER}/shipments")
    order = commercelayer.read("orders", SEED_ORDER)
    assert [0, 0, 7250] == [
        order[name] for name in ("shipments_count", "shipping_amount_cents", "total_amount_cents")
    ]


def test_another_method_changes_what_the_order_comes_to(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()

    shipment = _choose(commercelayer, _method(commercelayer, "Express shipping"))

    order = commercelayer.read("orders", SEED_ORDER)
    assert [1200, 1200, 8450] == [
        shipment["cost_amount_cents"], order["shipping_amount_cents"], order["total_amount_cents"],
    ]  # fmt: skip
    assert commercelayer.get(f"/orders/{SEED_ORDER}/payment_source")["data"] is None


def test_the_same_method_leaves_the_payment_source(commercelayer: CommerceLayer) -> None:
    payment = commercelayer.pay()

    _choose(commercelayer, _method(commercelayer, "Standard shipping"))

    assert payment["id"] == commercelayer.get(f"/orders/{SEED_ORDER}/payment_source")["data"]["id"]


@pytest.mark.parametrize(("over", "cents"), [(7249, 0), (7250, 500)])
def test_a_method_is_free_over_its_limit(commercelayer: CommerceLayer, over: int, cents: int) -> None:
    told = {"name": "Free", "price_amount_cents": 500, "free_over_amount_cents": over, "currency_code": "EUR"}
    method = commercelayer.create("shipping_methods", told)["id"]

    _choose(commercelayer, method)

    assert cents == commercelayer.read("orders", SEED_ORDER)["shipping_amount_cents"]


def test_a_method_of_another_currency_is_neither_offered_nor_taken(commercelayer: CommerceLayer) -> None:
    told = {"name": "Dollars", "price_amount_cents": 500, "currency_code": "USD"}
    method = commercelayer.create("shipping_methods", told)["id"]
    shipment = _shipment(commercelayer)

    refused = commercelayer.refused("shipments", shipment, shipping_method=("shipping_methods", method))

    offered = commercelayer.listed(f"/shipments/{shipment}/available_shipping_methods")
    assert ["422 VALIDATION_ERROR shipping_method - is invalid"] == refused
    assert ["Express shipping", "Standard shipping"] == sorted(each["attributes"]["name"] for each in offered)


def test_a_placed_order_keeps_its_method(commercelayer: CommerceLayer) -> None:
    express = _method(commercelayer, "Express shipping")
    commercelayer.place()

    refused = commercelayer.refused(
        "shipments", _shipment(commercelayer), shipping_method=("shipping_methods", express)
    )

    assert ["422 VALIDATION_ERROR shipping_method - is invalid"] == refused
    assert 7750 == commercelayer.read("orders", SEED_ORDER)["total_amount_cents"]


@pytest.mark.parametrize(("trigger", "status", "stamp"), STEPS)
def test_a_shipment_moves_on_and_notes_when(
    commercelayer: CommerceLayer, trigger: str, status: str, stamp: str
) -> None:
    commercelayer.place()
    commercelayer.pull("_approve")
    shipment = _shipment(commercelayer)

    told = commercelayer.update("shipments", shipment, {trigger: True})

    assert status == told["status"]
    assert not stamp or told[stamp] is not None


@pytest.mark.parametrize(
    ("paid", "status"), [(True, "approved/paid/fulfilled"), (False, "approved/authorized/unfulfilled")]
)
def test_an_order_is_fulfilled_when_all_of_a_paid_one_is_shipped(
    commercelayer: CommerceLayer, paid: bool, status: str
) -> None:
    commercelayer.place()
    commercelayer.pull("_approve_and_capture" if paid else "_approve")

    commercelayer.update("shipments", _shipment(commercelayer), {"_ship": True})

    assert status == commercelayer.status()


def test_a_sales_channel_chooses_the_method_and_moves_nothing(commercelayer: CommerceLayer) -> None:
    shop = commercelayer.as_sales_channel(scope="market:code:EU")
    express, shipment = _method(commercelayer, "Express shipping"), _shipment(commercelayer)

    told = shop.update("shipments", shipment, shipping_method=("shipping_methods", express))

    assert 1200 == told["cost_amount_cents"]
    refused = shop.refused("shipments", shipment, {"_ship": True})
    assert ["401 UNAUTHORIZED You are not authorized to perform this action on the requested resource."] == refused


@pytest.mark.parametrize("trigger", ["_get_rates", "_purchase", "_decrement_stock"])
def test_carriers_and_stock_are_not_emulated(commercelayer: CommerceLayer, trigger: str) -> None:
    shipment = _shipment(commercelayer)

    body = document_of("shipments", {trigger: True}, id_=shipment)

    answer = commercelayer.send("PATCH", f"/shipments/{shipment}", body)

    assert "NOT_EMULATED" == answer.json["errors"][0]["code"]

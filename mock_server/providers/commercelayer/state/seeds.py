"""What a world of Commerce Layer has from the start: a shop in the EU that sells with Klarna, and the order of the
documents, QWERtyUpBa."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.carts import sums_of
from mock_server.providers.commercelayer.state.customers import claim
from mock_server.providers.commercelayer.state.names import named
from mock_server.providers.commercelayer.state.records import Reference, fixed_id, reference

ORDER_ID = "QWERtyUpBa"
_MARK = "commercelayer.furnished"
_NUMBER = "1000000"  # before those of new orders
# code -> name, price in minor units
_SKUS = {
    "TSHIRTMM000000FFFFFFXLXX": ("White T-shirt, XL", 2900),
    "CAPXXXXX000000FFFFFFXXXX": ("White cap", 1450),
    "MUGXXXXXFFFFFF000000XXXX": ("Black mug", 995),
}
# name -> price in minor units
_SHIPPING = {"Standard shipping": 500, "Express shipping": 1200}


def furnish(world: World) -> None:
    """Put the shop into a world, once; its ids follow from what things are, so whoever comes second puts the same."""
    if world.store.get(_MARK, "shop") is not None:
        return
    market = _shop(world)
    _order(world, market)
    world.store.put(_MARK, "shop", {"done": True})


def _put(
    world: World,
    type_: str,
    key: str,
    attributes: Mapping[str, Any],
    relations: Mapping[str, Record | Reference | None] | None = None,
    *,
    id_: str = "",
    belongs: Mapping[str, Reference] | None = None,
    **private: Any,
) -> Record:
    id_ = id_ or fixed_id(f"{type_} {key}")
    found = records.find(world, type_, id_)
    if found is not None:  # somebody else is at it
        return found
    named = {name: reference(to) if isinstance(to, dict) else to for name, to in (relations or {}).items()}
    return records.create(world, type_, attributes, named, id_=id_, belongs=belongs, **private)


def _shop(world: World) -> Record:
    merchant = _put(world, "merchants", "", {"name": "Main merchant"})
    prices = _put(world, "price_lists", "EU", {"name": "EU price list", "code": "EU", "currency_code": "EUR"})
    model = _put(world, "inventory_models", "EU", {"name": "EU inventory model"})
    parts = {"merchant": merchant, "price_list": prices, "base_price_list": prices, "inventory_model": model}
    market = _put(
        world, "markets", "EU",
        {"name": "Europe", "code": "EU", "number": 1001, "shared_secret": fixed_secret(world, "market EU")}, parts,
    )  # fmt: skip
    category = _put(world, "shipping_categories", "", {"name": "Merchandising", "code": "MERCH"})
    for code, (name, cents) in _SKUS.items():
        sku = _put(world, "skus", code, {"code": code, "name": name}, {"shipping_category": category})
        price = {"currency_code": "EUR", "sku_code": code, "amount_cents": cents, "compare_at_amount_cents": cents}
        _put(world, "prices", code, price, {"price_list": prices, "sku": sku})
    for name, cents in _SHIPPING.items():
        offer = {"name": name, "currency_code": "EUR", "price_amount_cents": cents}
        _put(world, "shipping_methods", name, offer, {"market": market})
    gateway = _put(
        world, "klarna_gateways", "", {"name": "Klarna Gateway"},
        country_code="EU", api_key="PK00001_commercelayer", api_secret="secret",  # a playground's, of this server
    )  # fmt: skip
    method = {
        "name": "Klarna Payment", "payment_source_type": "klarna_payments", "currency_code": "EUR",
        "price_amount_cents": 0,
    }  # fmt: skip
    _put(world, "payment_methods", "klarna", method, {"market": market, "payment_gateway": gateway})
    return market


def _order(world: World, market: Record) -> None:
    """Pending, complete but for the payment source."""
    person = {
        "first_name": "Mario", "last_name": "Verdi", "line_1": "Via Garibaldi 12", "city": "Milano",
        "zip_code": "20121", "state_code": "MI", "country_code": "IT", "phone": "+393331234567",
        "email": "mario@shop.test",
    }  # fmt: skip
    address = _put(world, "addresses", ORDER_ID, {**person, **named(person)})
    customer = _put(world, "customers", "mario", {"email": person["email"]})
    claim(world, person["email"], customer["id"])
    method = records.find(world, "payment_methods", fixed_id("payment_methods klarna"))
    parts = {
        "market": market, "customer": customer, "billing_address": address, "shipping_address": address,
        "payment_method": method, "payment_source": None,
    }  # fmt: skip
    here = ["orders", ORDER_ID]
    lines = [_line(world, code, quantity, here) for code, quantity in zip(_SKUS, (2, 1), strict=False)]
    standard = records.find(world, "shipping_methods", fixed_id("shipping_methods Standard shipping"))
    lines.append(_shipment(world, here, address, standard))
    lines.append(_charge(world, here, "payment_methods", "Klarna Payment", 0, method))
    told = {
        "number": _NUMBER, "status": "pending", "customer_email": person["email"],
        "language_code": "it", "currency_code": "EUR",
        "tax_included": True, "country_code": "IT", "token": fixed_secret(world, ORDER_ID), **sums_of(lines),
        "shipments_count": 1,
    }  # fmt: skip
    _put(world, "orders", ORDER_ID, told, parts, id_=ORDER_ID, belongs={"orders": reference(customer)})


def _line(world: World, code: str, quantity: int, order: Reference) -> Record:
    name, cents = _SKUS[code]
    attributes = {
        "sku_code": code, "quantity": quantity, "currency_code": "EUR", "unit_amount_cents": cents,
        "compare_at_amount_cents": cents, "total_amount_cents": quantity * cents, "name": name,
    }  # fmt: skip
    sku = records.find(world, "skus", fixed_id(f"skus {code}"))
    parts = {"order": order, "item": sku, "sku": sku}
    return _put(world, "line_items", f"{ORDER_ID} {code}", attributes, parts, belongs={"line_items": order})


def _shipment(world: World, order: Reference, address: Record, method: Record | None) -> Record:
    shipment = _put(
        world, "shipments", ORDER_ID,
        {
            "number": f"{_NUMBER}/S/0001", "status": "draft", "currency_code": "EUR", "cost_amount_cents": 500,
            "skus_count": 3,
        },
        {"order": order, "shipping_address": address, "shipping_method": method}, belongs={"shipments": order},
    )  # fmt: skip
    return _charge(world, order, "shipments", "Standard shipping", 500, shipment)


def _charge(world: World, order: Reference, type_: str, name: str, cents: int, item: Record | None) -> Record:
    """A line that is no product: shipping, the price of a payment method."""
    attributes = {
        "item_type": type_, "name": name, "quantity": 1, "currency_code": "EUR", "unit_amount_cents": cents,
        "compare_at_amount_cents": cents, "total_amount_cents": cents,
    }  # fmt: skip
    parts = {"order": order, "item": item}
    return _put(world, "line_items", f"{ORDER_ID} {type_}", attributes, parts, belongs={"line_items": order})


def fixed_secret(world: World, key: str) -> str:
    """32 hex digits that follow from the world's seed and the key."""
    return f"{world.ids.tied_to('commercelayer.secret', key).getrandbits(128):032x}"

"""Where a relationship leads: to what a record names, to what belongs to it, or to what suits it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer.state import records

TRANSACTIONS = ("authorizations", "captures", "voids", "refunds")


def one(world: World, record: Record, name: str) -> Record | None:
    """The record that a to-one relationship leads to."""
    return records.follow(world, record["relations"].get(name))


def many(world: World, record: Record, name: str) -> list[Record]:
    """The records that a to-many relationship leads to; those of types that are not emulated are not there."""
    special = _SPECIAL.get((record["type"], name))
    if special is not None:
        return list(special(world, record))
    if name in TRANSACTIONS and record["type"] == "orders":
        return [each for each in transactions(world, record) if each["type"] == name]
    return records.belonging(world, record, name, _TYPES.get(name, name))


def transactions(world: World, order: Record) -> list[Record]:
    """All that was authorized, captured, voided and refunded of an order, in their order."""
    found = []
    for key in records.ids_of(world, records.reference(order), "transactions"):
        type_, id_ = key.split("/")
        found.append(records.find(world, type_, id_))
    return [each for each in found if each is not None]


def payment_methods_for(world: World, order: Record) -> list[Record]:
    """Enabled methods of the order's market, or of all markets, in its currency."""
    return [method for method in records.every(world, "payment_methods") if suits(method, order)]


def suits(offer: Record, order: Record) -> bool:
    """Whether a payment or shipping method is offered for an order."""
    attributes, market = offer["attributes"], offer["relations"].get("market")
    if attributes.get("disabled_at"):
        return False
    if attributes.get("currency_code") not in (None, order["attributes"].get("currency_code")):
        return False
    return market is None or market == order["relations"].get("market")


def _shipping_methods(world: World, shipment: Record) -> list[Record]:
    order = one(world, shipment, "order")
    return [m for m in records.every(world, "shipping_methods") if order is not None and suits(m, order)]


def _shipped_items(world: World, shipment: Record) -> list[Record]:
    order = one(world, shipment, "order")
    items = records.belonging(world, order, "line_items") if order else []
    return [item for item in items if item["attributes"]["item_type"] == "skus"]


def _wallet(world: World, order: Record) -> list[Record]:
    customer = one(world, order, "customer")
    return records.belonging(world, customer, "customer_payment_sources") if customer else []


def _pointing_here(type_: str, name: str) -> Callable[[World, Record], Iterable[Record]]:
    """Records of a type whose relationship of this name leads to the record: of settings, of which there are few."""

    def pointing(world: World, record: Record) -> Iterable[Record]:
        here = records.reference(record)
        return (each for each in records.every(world, type_) if each["relations"].get(name) == here)

    return pointing


def _deliveries(world: World, event: Record) -> list[Record]:
    """What was sent because of an event, newest last."""
    return records.belonging(world, event, "last_event_callbacks", "event_callbacks")


def _listening(world: World, event: Record) -> Iterable[Record]:
    topic = event["attributes"]["name"]
    return (hook for hook in records.every(world, "webhooks") if hook["attributes"]["topic"] == topic)


_TYPES = {"last_event_callbacks": "event_callbacks"}
_SPECIAL: dict[tuple[str, str], Callable[[World, Any], Iterable[Record]]] = {
    ("orders", "available_payment_methods"): payment_methods_for,
    ("orders", "available_customer_payment_sources"): _wallet,
    ("orders", "transactions"): transactions,
    ("shipments", "available_shipping_methods"): _shipping_methods,
    ("shipments", "line_items"): _shipped_items,
    ("payment_gateways", "payment_methods"): _pointing_here("payment_methods", "payment_gateway"),
    ("klarna_gateways", "payment_methods"): _pointing_here("payment_methods", "payment_gateway"),
    ("klarna_gateways", "klarna_payments"): _pointing_here("klarna_payments", "payment_gateway"),
    ("price_lists", "prices"): _pointing_here("prices", "price_list"),
    ("skus", "prices"): _pointing_here("prices", "sku"),
    ("shipping_categories", "skus"): _pointing_here("skus", "shipping_category"),
    ("events", "webhooks"): _listening,
    ("events", "last_event_callbacks"): _deliveries,
}

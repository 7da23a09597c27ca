"""An order kept in step with what is in it: its shipment, its charges, its sums, and the end of its payment source."""

from __future__ import annotations

from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer.actions import rows
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.carts import country_of, lines_of, shipped_of, sums_of
from mock_server.providers.commercelayer.state.statuses import DRAFT, OPEN, PENDING
from mock_server.providers.commercelayer.webhooks import emit


def keep_in_step(world: World, order: Record, *, keeps_source: bool = False) -> Record:
    """Make shipment, charges and sums follow the order's lines, addresses and methods; answers with the order by now.

    Unless it ``keeps_source`` (what is sold did not change), or autorefresh is off, the payment source goes: a new one
    is needed. Whoever writes looks once more, so that of several at once the last one knows all lines.
    """
    order = records.find(world, "orders", order["id"]) or order
    was = order["attributes"]["status"]
    while True:
        changes = _sums(world, order)
        relations: dict[str, records.Reference | None] = {}
        if not keeps_source and order["attributes"].get("autorefresh") and order["relations"].get("payment_source"):
            relations = {"payment_source": None}
            changes["refreshed_at"] = to_text(world.clock.now())
        order = records.update(world, order, changes, relations)
        if sums_of(lines_of(world, order)).items() <= order["attributes"].items():
            break
    if was == DRAFT and order["attributes"]["status"] == PENDING:
        emit(world, "orders.pending", order)
    if records.ids_of(world, records.reference(order), "transactions"):
        order = rows.settle(world, order)
    return order


def _sums(world: World, order: Record) -> dict[str, Any]:
    """What follows for the order's attributes, once its charges are what they should be."""
    lines = lines_of(world, order)
    goods = [line for line in lines if line["attributes"]["item_type"] == "skus"]
    charges = _shipping(world, order, goods) + _payment(world, order, goods)
    for line in lines:
        if line not in goods and line["id"] not in {charge["id"] for charge in charges}:
            records.remove(world, line, belongs={"line_items": records.reference(order)})
    changes = {
        **sums_of([*goods, *charges]),
        "shipments_count": len(records.ids_of(world, records.reference(order), "shipments")),
        "country_code": country_of(world, order, "shipping_address", "billing_address") or None,
    }
    if order["attributes"]["status"] in OPEN:
        changes["status"] = PENDING if goods else DRAFT
    return changes


def _shipping(world: World, order: Record, goods: list[Record]) -> list[Record]:
    """One shipment of all that is shipped, once there is an address; its method's price is a line."""
    here, shipped = records.reference(order), shipped_of(world, goods)
    address = order["relations"].get("shipping_address")
    shipments = records.belonging(world, order, "shipments")
    if not shipped or not address:
        for shipment in shipments:
            records.remove(world, shipment, belongs={"shipments": here})
        return []
    count = sum(line["attributes"]["quantity"] for line in shipped)
    if not shipments:
        attributes = {
            "number": f"{order['attributes']['number']}/S/0001", "status": DRAFT,
            "currency_code": order["attributes"]["currency_code"], "cost_amount_cents": 0, "skus_count": count,
        }  # fmt: skip
        parts = {"order": here, "shipping_address": address, "shipping_method": None}
        id_ = records.fixed_id(f"shipment of {order['id']}")  # so that of two at once there is one
        shipments = [records.create(world, "shipments", attributes, parts, id_=id_, belongs={"shipments": here})]
    shipment = shipments[0]
    method = records.follow(world, shipment["relations"].get("shipping_method"))
    cents = _price_of(method, sum(line["attributes"]["total_amount_cents"] for line in shipped))
    shipment = records.update(
        world, shipment, {"cost_amount_cents": cents, "skus_count": count}, {"shipping_address": address}
    )
    return [_charge(world, order, "shipments", method["attributes"]["name"], cents, shipment)] if method else []


def _price_of(method: Record | None, goods_cents: int) -> int:
    if method is None:
        return 0
    free_over = method["attributes"].get("free_over_amount_cents")
    return 0 if free_over is not None and goods_cents > free_over else int(method["attributes"]["price_amount_cents"])


def _payment(world: World, order: Record, goods: list[Record]) -> list[Record]:
    """What the payment method costs is a line too."""
    method = records.follow(world, order["relations"].get("payment_method"))
    if method is None or not goods:
        return []
    attributes = method["attributes"]
    return [_charge(world, order, "payment_methods", attributes["name"], attributes["price_amount_cents"], method)]


def _charge(world: World, order: Record, type_: str, name: str, cents: int, item: Record) -> Record:
    """The order's one line of this type, made or brought up to date."""
    told: dict[str, Any] = {
        "name": name, "quantity": 1, "unit_amount_cents": cents, "compare_at_amount_cents": cents,
        "total_amount_cents": cents, "currency_code": order["attributes"]["currency_code"],
    }  # fmt: skip
    parts = {"order": records.reference(order), "item": records.reference(item)}
    for line in lines_of(world, order):
        if line["attributes"]["item_type"] == type_:
            return records.update(world, line, told, parts)
    id_ = records.fixed_id(f"{type_} of {order['id']}")
    here = records.reference(order)
    attributes = {**told, "item_type": type_}
    return records.create(world, "line_items", attributes, parts, id_=id_, belongs={"line_items": here})

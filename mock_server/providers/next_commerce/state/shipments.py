"""Fulfillment orders and fulfillments of an order: what a warehouse was asked to ship, and what it shipped.

A fulfillment order: id, location_id, status, request_status, line_items ({id, line_id, quantity, fulfilled}), holds
({reason, reason_message, at}), requests ({type, message, notify}), created_at, updated_at.

A fulfillment: id, fulfillment_order_id, location_id, status (success | canceled), delivery_status, items ({id, line_id,
quantity}), tracking ({carrier, code, link, other_name}), events, created_at, last_event_at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.money import moment, money

_IDS = 100  # ids of an order's fulfillment orders, and of their items, begin with its number
MAIN_LOCATION = 1
OPEN, PROCESSING, ON_HOLD, INCOMPLETE, CLOSED, CANCELED = (
    "open", "processing", "on_hold", "incomplete", "closed", "canceled",
)  # fmt: skip


def new_fulfillment_order(world: World, order: Record) -> Record | None:
    """What the main warehouse is to ship of an order's lines that no fulfillment order covers; None when nothing is."""
    items = []
    for line in order["lines"]:
        quantity = orders.unshipped_of(line) - _covered(order, line["id"])
        if line["requires_shipping"] and quantity > 0:
            items.append({"line_id": line["id"], "quantity": quantity, "fulfilled": 0})
    return fulfillment_order(world, order, MAIN_LOCATION, items) if items else None


def fulfillment_order(world: World, order: Record, location_id: int, items: Sequence[Record]) -> Record:
    """One more of an order, of these items ({line_id, quantity, fulfilled})."""
    id_ = int(order["number"]) * _IDS + len(order["fulfillment_orders"]) + 1
    now = to_text(world.clock.now())
    return {
        "id": id_,
        "location_id": location_id,
        "status": OPEN,
        "request_status": "pending",
        "line_items": [{**item, "id": id_ * _IDS + n} for n, item in enumerate(items, 1)],
        "holds": [],
        "requests": [],
        "created_at": now,
        "updated_at": now,
    }


def number_in(fulfillment_order_id: str) -> str:
    """The number of the order that a fulfillment order is of."""
    return str(int(fulfillment_order_id) // _IDS) if fulfillment_order_id.isdigit() else ""


def _covered(order: Record, line_id: int) -> int:
    """Items of a line that an open fulfillment order is to ship."""
    return sum(
        item["quantity"] - item["fulfilled"]
        for each in order["fulfillment_orders"]
        if each["status"] not in (CLOSED, CANCELED)
        for item in each["line_items"]
        if item["line_id"] == line_id
    )


def with_fulfillment_order(world: World, order: Record) -> Record:
    """The order with a fulfillment order for what none covers yet, and the status that follows."""
    made = new_fulfillment_order(world, order)
    if made is not None:
        order = {**order, "fulfillment_orders": [*order["fulfillment_orders"], made]}
    return {**order, "fulfillment_status": status_of(order)}


def status_of(order: Record) -> str:
    """An order's fulfillment_status. Source: docs.nextcommerce.com, order statuses (read 2026-11-21)."""
    physical = [line for line in order["lines"] if line["requires_shipping"]]
    open_ones = {each["status"] for each in order["fulfillment_orders"]}
    if not physical:
        return "fulfilled" if order["fulfillments"] else "not_required"
    if not any(orders.unshipped_of(line) for line in physical):
        return "fulfilled" if order["fulfillments"] else "unfulfilled"
    for status in (ON_HOLD, PROCESSING, INCOMPLETE):
        if status in open_ones:
            return status
    if any(each["request_status"] == "rejected" for each in order["fulfillment_orders"]):
        return "rejected"
    return "incomplete" if any(line["fulfilled"] for line in physical) else "unfulfilled"


def fulfillment_view(world: World, order: Record, fulfillment: Record) -> dict[str, Any]:
    """A fulfillment as orders show it; of several parcels the plural members name all."""
    tracking = fulfillment["tracking"] or [{"carrier": None, "code": None, "link": None}]
    location = records.find(world, "locations", fulfillment["location_id"]) or {"address": None}
    lines = [_fulfillment_line(order, item) for item in fulfillment["items"]]
    first = tracking[0]
    return {
        "id": fulfillment["id"],
        "order_number": order["number"],
        "location_id": fulfillment["location_id"],
        "origin_address": location["address"],
        "status": fulfillment["status"],
        "delivery_status": fulfillment["delivery_status"],
        "requires_shipping": True,
        "shipping_method": order["shipping"]["name"],
        "tracking_carrier": first["carrier"] or "",
        "tracking_carriers": _joined(tracking, "carrier"),
        "tracking_code": first["code"] or "",
        "tracking_codes": _joined(tracking, "code"),
        "tracking_link": first["link"] or "",
        "tracking_links": _joined(tracking, "link"),
        "line_items": [line for line in lines if line is not None],
        "created_at": moment(world, fulfillment["created_at"]),
        "last_event_date": moment(world, fulfillment["last_event_at"]),
    }


def _joined(tracking: Sequence[Mapping[str, Any]], name: str) -> str:
    return ",".join(str(each[name]) for each in tracking if each[name])


def _fulfillment_line(order: Record, item: Mapping[str, Any]) -> dict[str, Any] | None:
    from mock_server.providers.next_commerce.state.views import product_of_line  # which shows fulfillments itself

    line = orders.find_line(order, item["line_id"])
    if line is None:
        return None
    told = product_of_line(order, line)
    price = money(orders.price_of(line, item["quantity"]))
    return {
        "id": item["id"],
        "order_line_id": line["id"],
        **{name: told[name] for name in ("product_id", "product_title", "product_image", "sku")},
        "quantity": item["quantity"],
        "fulfilled_quantity": item["quantity"],
        "returnable_quantity": item["quantity"],
        "returned_quantity": 0,
        "requires_shipping": line["requires_shipping"],
        "fulfillment_service": None,
        "currency": order["currency"],
        "price_excl_tax": price,
        "price_incl_tax": price,
        "total_discount": money(orders.discount_of(line, item["quantity"])),
        "tax_lines": [],
    }


def recounted(world: World, order: Record) -> Record:
    """The order after its lines changed: open fulfillment orders ask for no more than is left to ship."""
    left = {line["id"]: orders.unshipped_of(line) for line in order["lines"]}
    counted = []
    for each in order["fulfillment_orders"]:
        if each["status"] not in (CLOSED, CANCELED):
            items = []
            for item in each["line_items"]:
                waiting = min(item["quantity"] - item["fulfilled"], left.get(item["line_id"], 0))
                left[item["line_id"]] = left.get(item["line_id"], 0) - waiting
                if waiting or item["fulfilled"]:
                    items.append({**item, "quantity": item["fulfilled"] + waiting})
            each = {**each, "line_items": items, **({} if items else {"status": CANCELED})}
        counted.append(each)
    return with_fulfillment_order(world, {**order, "fulfillment_orders": counted})

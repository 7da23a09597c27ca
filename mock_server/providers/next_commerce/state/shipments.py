"""Fulfillment orders and fulfillments of an order: what a warehouse was asked to ship, and what it shipped.

A fulfillment order: id, location_id, status, request_status (None at a location where nobody is asked), before (the
request_status of a step earlier), line_items ({id, line_id, quantity, fulfilled}), holds ({reason, reason_message,
at}), requests ({type, message, notify}), answer (the location's, with its reason and message), created_at, updated_at.

A fulfillment: id, fulfillment_order_id (None of what is not shipped), location_id, status (success | canceled),
delivery_status, items ({id, line_id, quantity}), tracking ({carrier, code, link, other_name}), events ({id, status,
message, happened_at, estimated_delivery_at, an address, latitude, longitude, created_at}), created_at, last_event_at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.line_views import product_of_line
from mock_server.providers.next_commerce.state.money import moment, money

_IDS = 100  # ids of an order's fulfillment orders, and of their items, begin with its number
_ID = re.compile(r"[0-9]{1,18}")
MOST = _IDS - 1  # fulfillment orders of an order
MAIN_LOCATION = 1
OPEN, PROCESSING, ON_HOLD, INCOMPLETE, CLOSED, CANCELED = (
    "open", "processing", "on_hold", "incomplete", "closed", "canceled",
)  # fmt: skip
PENDING, REJECTED, CANCEL_ACCEPTED, ENDED = "pending", "rejected", "cancel_accepted", "closed"  # of request_status


def fulfillment_order(world: World, order: Record, location_id: int, items: Sequence[Record]) -> Record:
    """One more of an order, of these items ({line_id, quantity, fulfilled})."""
    id_ = int(order["number"]) * _IDS + len(order["fulfillment_orders"]) + 1
    now = to_text(world.clock.now())
    return {
        "id": id_,
        "location_id": location_id,
        "status": OPEN,
        "request_status": PENDING,
        "before": None,
        "line_items": [{**item, "id": id_ * _IDS + n} for n, item in enumerate(items, 1)],
        "holds": [],
        "requests": [],
        "answer": None,
        "created_at": now,
        "updated_at": now,
    }


def number_in(fulfillment_order_id: str) -> str:
    """The number of the order that a fulfillment order is of."""
    return str(int(fulfillment_order_id) // _IDS) if _ID.fullmatch(fulfillment_order_id) else ""


def find_in(order: Record, fulfillment_order_id: Any) -> Record | None:
    found: list[Record] = order["fulfillment_orders"]
    return next((each for each in found if str(each["id"]) == str(fulfillment_order_id)), None)


def with_changed(order: Record, fulfillment_order: Record) -> Record:
    """The order with one of its fulfillment orders replaced, or with one more, and the status that follows."""
    found = order["fulfillment_orders"]
    kept = [fulfillment_order if each["id"] == fulfillment_order["id"] else each for each in found]
    if fulfillment_order not in kept:
        kept.append(fulfillment_order)
    order = {**order, "fulfillment_orders": kept}
    return {**order, "fulfillment_status": status_of(order)}


def waiting_of(fulfillment_order: Record) -> dict[int, int]:
    """Id of an item -> how many of it are still to be shipped; without those of which none is."""
    if not covers(fulfillment_order):
        return {}
    waiting = {item["id"]: item["quantity"] - item["fulfilled"] for item in fulfillment_order["line_items"]}
    return {id_: quantity for id_, quantity in waiting.items() if quantity > 0}


def covers(fulfillment_order: Record) -> bool:
    """Whether its items are still to be shipped through it; so are those of an accepted cancellation, which can be
    moved or requested again."""
    status, request_status = fulfillment_order["status"], fulfillment_order["request_status"]
    return status not in (CLOSED, CANCELED) or (status == CANCELED and request_status == CANCEL_ACCEPTED)


def _uncovered(order: Record) -> dict[int, int]:
    """Id of a line -> items that no fulfillment order is to ship."""
    left = {line["id"]: orders.unshipped_of(line) for line in order["lines"] if line["requires_shipping"]}
    for each in order["fulfillment_orders"]:
        waiting = waiting_of(each)
        for item in each["line_items"]:
            if item["line_id"] in left:
                left[item["line_id"]] -= waiting.get(item["id"], 0)
    return {id_: quantity for id_, quantity in left.items() if quantity > 0}


def with_fulfillment_order(world: World, order: Record) -> Record:
    """The order with what none covers yet in the fulfillment order that waits at the main warehouse, else in a new
    one, and the status that follows."""
    items = [{"line_id": id_, "quantity": n, "fulfilled": 0} for id_, n in _uncovered(order).items()]
    host = next((each for each in order["fulfillment_orders"] if _takes_more(each)), None)
    if not items or order["status"] == orders.CANCELED:
        return {**order, "fulfillment_status": status_of(order)}
    if host is None:
        return with_changed(order, fulfillment_order(world, order, MAIN_LOCATION, items))
    return with_changed(order, {**host, "line_items": _joined_items(host, items)})


def _takes_more(fulfillment_order: Record) -> bool:
    is_new = (fulfillment_order["status"], fulfillment_order["request_status"]) == (OPEN, PENDING)
    return is_new and fulfillment_order["location_id"] == MAIN_LOCATION


def _joined_items(fulfillment_order: Record, more: Sequence[Record]) -> list[Record]:
    """Its items with more; of a line that it has already, more of the same."""
    items = {item["line_id"]: item for item in fulfillment_order["line_items"]}
    last = max((item["id"] for item in items.values()), default=fulfillment_order["id"] * _IDS)
    for each in more:
        same = items.get(each["line_id"])
        last += same is None
        quantity = each["quantity"] + (same["quantity"] if same else 0)
        items[each["line_id"]] = {**(same or {**each, "id": last}), "quantity": quantity}
    return list(items.values())


def divided(fulfillment_order: Record, leaving: Mapping[int, int]) -> tuple[list[Record], list[Record]]:
    """Its items without those that leave (id of an item -> how many), and those, without ids."""
    staying, gone = [], []
    for item in fulfillment_order["line_items"]:
        quantity = leaving.get(item["id"], 0)
        if item["quantity"] > quantity:
            staying.append({**item, "quantity": item["quantity"] - quantity})
        if quantity:
            gone.append({"line_id": item["line_id"], "quantity": quantity, "fulfilled": 0})
    return staying, gone


def status_of(order: Record) -> str:
    """An order's fulfillment_status. Source: docs.nextcommerce.com, order statuses (read 2026-11-21)."""
    physical = [line for line in order["lines"] if line["requires_shipping"]]
    open_ones = {each["status"] for each in order["fulfillment_orders"]}
    if not physical:
        return "fulfilled" if order["fulfillments"] else "not_required"
    if not any(orders.unshipped_of(line) for line in physical):
        return "fulfilled" if order["fulfillments"] else "unfulfilled"
    for status in (PROCESSING, ON_HOLD, INCOMPLETE):
        if status in open_ones:
            return status
    if any(each["request_status"] == REJECTED for each in order["fulfillment_orders"]):
        return "rejected"
    return "incomplete" if any(line["fulfilled"] for line in physical) else "unfulfilled"


def is_complete(order: Record) -> bool:
    """Whether an open order needs nothing any more: all is shipped, nothing is owed."""
    is_paid = not orders.outstanding(order)
    return bool(order["status"] == orders.OPEN and order["fulfillment_status"] == "fulfilled" and is_paid)


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
        "fulfillment_service": "",
        "currency": order["currency"],
        "price_excl_tax": price,
        "price_incl_tax": price,
        "total_discount": money(orders.discount_of(line, item["quantity"])),
        "tax_lines": [],
    }


def recounted(world: World, order: Record) -> Record:
    """The order after its lines changed: fulfillment orders ask for no more than is left to ship; one of which nothing
    is left is over."""
    left = {line["id"]: orders.unshipped_of(line) for line in order["lines"]}
    counted = []
    for each in order["fulfillment_orders"]:
        if covers(each):
            items = []
            for item in each["line_items"]:
                waiting = min(item["quantity"] - item["fulfilled"], left.get(item["line_id"], 0))
                left[item["line_id"]] = left.get(item["line_id"], 0) - waiting
                if waiting or item["fulfilled"]:
                    items.append({**item, "quantity": item["fulfilled"] + waiting})
            each = _ended({**each, "line_items": items})
        counted.append(each)
    return with_fulfillment_order(world, {**order, "fulfillment_orders": counted})


def _ended(fulfillment_order: Record) -> Record:
    """Over when nothing waits: closed when something was shipped."""
    if waiting_of(fulfillment_order):
        return fulfillment_order
    status = CLOSED if fulfillment_order["line_items"] else CANCELED
    return {**fulfillment_order, "status": status, "request_status": ENDED}


def called_off(fulfillment_order: Record) -> Record:
    """Nothing of it is shipped any more, when its order is canceled."""
    if fulfillment_order["status"] == CLOSED:
        return fulfillment_order
    return {**fulfillment_order, "status": CANCELED, "request_status": ENDED}

"""Fulfillment orders that become two: moved to another location, cancelled and asked for anew, requested in part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.errors import Fault
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import placing
from mock_server.providers.next_commerce.actions.fulfillment import (
    FULFILLMENT,
    Found,
    call_back,
    callback_url,
    changed,
    require_room,
)
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders, records, shipments, warehouse
from mock_server.providers.next_commerce.state.catalogue import stock_of
from mock_server.providers.next_commerce.state.fulfillment_views import LOCATIONS

Pair = tuple[Record, Record, Record | None]  # the order, the original fulfillment order, and the one made of it
_ITEMS = "fulfillment_order_line_items"


def available_locations(world: World, found: Found) -> list[dict[str, Any]]:
    """Where else its items can be shipped from; a location lacks those of which its stock says so.

    Source: developers.nextcommerce.com, order management (read 2026-11-21).
    """
    order, own = found
    told = []
    for location in records.oldest(world, LOCATIONS):
        able = [id_ for id_ in shipments.waiting_of(own) if _is_there(world, order, own, id_, location["id"])]
        if able and location["id"] != own["location_id"]:
            told.append({"id": location["id"], "name": location["name"], "fulfillment_order_line_ids": able})
    return told


def _is_there(world: World, order: Record, own: Record, item_id: int, location_id: int) -> bool:
    """Whether a location can ship an item; stock that nobody counts there is enough."""
    item = next(each for each in own["line_items"] if each["id"] == item_id)
    line = orders.find_line(order, item["line_id"]) or {"variant_id": None}
    variant = records.find(world, "variants", line["variant_id"])
    if variant is None or not variant.get("track_stock", True) or variant.get("allow_backorders"):
        return True
    counted = [each["num_in_stock"] for each in stock_of(variant) if each["location_id"] == location_id]
    quantity = shipments.waiting_of(own)[item_id]
    return all(in_stock is None or in_stock >= quantity for in_stock in counted)


def move(world: World, found: Found, wanted: Mapping[str, Any]) -> Pair:
    """All its items, or those asked for, go to another location, in a new fulfillment order; one of which all went is
    closed. What was moved goes to its warehouse after the store's delay. Sends order.updated. Raises InvalidFields.

    Source: developers.nextcommerce.com, order management; next-bulk-move (read 2026-11-21).
    """
    order, own = found
    location_id = wanted["new_location_id"]
    warehouse.require(order, own, warehouse.MOVE)
    _check_destination(world, found, location_id)
    leaving = _asked(own, wanted)
    _check_stock(world, found, leaving, location_id)
    require_room(order)
    pair = _split(world, found, leaving, warehouse.MOVE, location_id)
    placing.post_later(world, pair[0])
    return pair


def cancel(world: World, found: Found) -> Pair:
    """It is canceled; what it was to ship waits in a new one, at the same location. Sends order.updated.

    Raises InvalidFields. Source: schema 2024-04-01, fulfillmentOrdersCancel (read 2026-11-21).
    """
    order, own = found
    warehouse.require(order, own, warehouse.CANCEL)
    require_room(order)
    pair = _split(world, found, shipments.waiting_of(own), warehouse.CANCEL, own["location_id"])
    placing.post_later(world, pair[0])
    return pair


def request(world: World, found: Found, wanted: Mapping[str, Any]) -> Pair:
    """Have it shipped now; of a part of it the rest waits in a new one. Sends order.updated, and tells the location's
    callback fulfillment_requested. Raises InvalidFields.

    Source: developers.nextcommerce.com, order management (read 2026-11-21).
    """
    order, own = found
    warehouse.require(order, own, warehouse.REQUEST)
    asked = _asked(own, wanted)
    waiting = shipments.waiting_of(own)
    rest = {id_: quantity - asked.get(id_, 0) for id_, quantity in waiting.items() if quantity > asked.get(id_, 0)}
    if rest:
        require_room(order)
    noted = {
        "type": "fulfill_request",
        "message": wanted.get("message"),
        "notify": bool(wanted.get("notify")),
    }
    pair = _split(world, found, rest, warehouse.REQUEST, own["location_id"], noted)
    call_back(world, pair[:2], FULFILLMENT)
    return pair


def _split(
    world: World, found: Found, leaving: Mapping[int, int], action: str, location_id: int, noted: Record | None = None
) -> Pair:
    """Do this with a fulfillment order, and have what leaves it in a new one. Raises InvalidFields."""
    order, own = found
    now, is_asked = to_text(world.clock.now()), callback_url(world, own) is not None
    is_all = leaving == shipments.waiting_of(own)

    def split(current: Record, this: Record) -> Record:
        after = warehouse.after(current, this, action, is_asked=is_asked)
        if shipments.waiting_of(this) != shipments.waiting_of(own):
            why = f"items of fulfillment order {own['id']} were shipped or removed meanwhile"
            raise InvalidFields.at("non_field_errors", "This fulfillment order has changed.", why)
        staying, gone = shipments.divided(this, leaving)
        if action == warehouse.MOVE and not is_all:
            after = this  # what stays is as it was
        requests = [*this["requests"], noted] if noted else this["requests"]
        items = this["line_items"] if is_all else staying
        kept = {**after, "line_items": items, "requests": requests, "updated_at": now}
        current = shipments.with_changed(current, kept)
        made = shipments.fulfillment_order(world, current, location_id, gone) if gone else None
        return shipments.with_changed(current, made) if made else current

    changed_order = changed(world, found, split)
    made = changed_order["fulfillment_orders"][-1] if leaving else None
    return changed_order, shipments.find_in(changed_order, own["id"]) or own, made


def _asked(own: Record, wanted: Mapping[str, Any]) -> dict[int, int]:
    """Id of an item -> how many are asked for; everything that waits when nothing is said. Raises InvalidFields."""
    return asked_items(own, wanted.get(_ITEMS) or ()) or shipments.waiting_of(own)


def asked_items(own: Record, wanted: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Id of an item -> how many are asked for, all without a quantity. Raises InvalidFields."""
    waiting = shipments.waiting_of(own)
    asked: dict[int, int] = {}
    for index, each in enumerate(wanted):
        left = waiting.get(each["id"], 0) - asked.get(each["id"], 0)
        quantity = each.get("quantity", left)
        if each["id"] not in waiting:
            known = ", ".join(str(id_) for id_ in waiting) or "none"
            why = f"items of fulfillment order {own['id']} that wait are {known}"
            raise _of_item(index, "id", f'Invalid pk "{each["id"]}" - object does not exist.', why)
        if quantity > left or not left:
            text = f"Ensure this value is less than or equal to {left}."
            raise _of_item(index, "quantity", text, f"quantity is {quantity}, {left} of item {each['id']} wait")
        asked[each["id"]] = asked.get(each["id"], 0) + quantity
    return asked


def _of_item(index: int, name: str, text: str, why: str) -> InvalidFields:
    told: list[Any] = [{} for _ in range(index)]
    return InvalidFields(fields={_ITEMS: [*told, {name: [text]}]}, faults=[Fault(f"{_ITEMS}[{index}].{name}", why)])


def _check_destination(world: World, found: Found, location_id: int) -> None:
    known = [each["id"] for each in records.oldest(world, LOCATIONS)]
    others = [id_ for id_ in known if id_ != found[1]["location_id"]]
    hint = f"other locations are {', '.join(str(id_) for id_ in others) or 'none'}"
    if location_id not in known:
        text = f'Invalid pk "{location_id}" - object does not exist.'
        raise InvalidFields.at("new_location_id", text, f"there is no location {location_id}; {hint}")
    if location_id not in others:
        why = f"fulfillment order {found[1]['id']} is assigned to location {location_id}; {hint}"
        raise InvalidFields.at("new_location_id", "The fulfillment order is at this location already.", why)


def _check_stock(world: World, found: Found, leaving: Mapping[int, int], location_id: int) -> None:
    lacking = [id_ for id_ in leaving if not _is_there(world, *found, id_, location_id)]
    if lacking:
        why = f"location {location_id} has not enough of items {', '.join(str(id_) for id_ in lacking)}"
        raise InvalidFields.at("new_location_id", "The location does not stock all items.", why)

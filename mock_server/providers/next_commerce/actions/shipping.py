"""Fulfillments: what left a warehouse, with which carrier, and what became of it on its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import webhooks
from mock_server.providers.next_commerce.actions import fulfillment, moving, placing
from mock_server.providers.next_commerce.actions import collecting
from mock_server.providers.next_commerce.actions.fulfillment import Found
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders, records, shipments, warehouse
from mock_server.providers.next_commerce.state.fulfillment_views import OF_EVENT
from mock_server.providers.next_commerce.state.delivery import TRACKING_ADDED, with_events

Shipped = tuple[Record, Record]  # an order, and one of its fulfillments
_GONE = "These items are fulfilled already."


def create_fulfillment(world: World, found: Found, wanted: Mapping[str, Any]) -> Shipped:
    """What a fulfillment order asked for, or a part of it, is on its way. Once nothing of it is left it is closed.

    An order of which everything was shipped is fulfilled: what is only authorized is captured when its gateway does so,
    and once it is paid it is archived. Sends fulfillment.created, order.updated, and what a capture sends. Raises
    InvalidFields.
    Source: developers.nextcommerce.com, fulfillment service; docs.nextcommerce.com, order statuses (read 2026-11-21).
    """
    order, own = found
    warehouse.require(order, own, warehouse.SHIP)
    asked = moving.asked_items(own, wanted.get("fulfillment_order_line_items") or ())
    lines = {item["id"]: item["line_id"] for item in own["line_items"]}
    items = {lines[id_]: quantity for id_, quantity in (asked or shipments.waiting_of(own)).items()}
    tracking = [
        {
            "carrier": each["carrier"],
            "code": each.get("tracking_code") or None,
            "link": each.get("tracking_link") or None,
            "other_name": each.get("carrier_other_name") or None,
        }
        for each in wanted.get("tracking_info") or ()
    ]
    return _ship(world, order, own, items, tracking)


def add_fulfillment(world: World, order: Record, wanted: Mapping[str, Any]) -> Shipped:
    """Lines of an order are on their way, all that are left unless told; what needs no shipping goes along.

    Sends and raises what ``create_fulfillment`` does. Lines of one location go in one fulfillment.
    Source: schema 2024-04-01, ordersFulfillmentsCreate (read 2026-11-21).
    """
    own, items = _of_lines(order, [id_ for id_ in wanted.get("lines") or () if id_ is not None])
    if own is not None:
        warehouse.require(order, own, warehouse.SHIP)
    code, link, carrier = (wanted.get(name) or None for name in ("tracking_code", "tracking_link", "carrier"))
    is_tracked = code or link or carrier
    tracking = [{"carrier": carrier, "code": code, "link": link, "other_name": None}] if is_tracked else []
    return _ship(world, order, own, items, tracking)


def _of_lines(order: Record, line_ids: Sequence[int]) -> tuple[Record | None, dict[int, int]]:
    """The fulfillment order that ships these lines, none when nothing is shipped, and how many of each.

    Raises InvalidFields.
    """
    _check_lines(order, line_ids)
    lines = [line for line in order["lines"] if not line_ids or line["id"] in line_ids]
    meant = {line["id"] for line in lines}
    items = {line["id"]: orders.unshipped_of(line) for line in lines if not line["requires_shipping"]}
    owns = []
    for each in order["fulfillment_orders"]:
        waiting = shipments.waiting_of(each)
        of_lines = {i["line_id"]: waiting[i["id"]] for i in each["line_items"] if i["id"] in waiting}
        own_items = {id_: quantity for id_, quantity in of_lines.items() if id_ in meant}
        if own_items:
            owns.append(each)
            items |= own_items
    if len(owns) > 1:
        why = f"they are in fulfillment orders {', '.join(str(each['id']) for each in owns)}; ship one after the other"
        raise InvalidFields.at("lines", "These lines are not shipped together.", why)
    items = {id_: quantity for id_, quantity in items.items() if quantity}
    if not items:
        why = f"nothing of lines {', '.join(str(id_) for id_ in sorted(meant))} is left to ship"
        raise InvalidFields.at("lines", "These lines are fulfilled already.", why)
    return (owns[0] if owns else None), items


def _check_lines(order: Record, line_ids: Sequence[int]) -> None:
    if order["status"] != orders.OPEN:
        why = f"status of order {order['number']} is {order['status']}, expected open"
        raise InvalidFields.at("non_field_errors", f"This action is not allowed on {order['status']} orders.", why)
    known = [line["id"] for line in order["lines"]]
    for id_ in line_ids:
        if id_ not in known:
            why = f"lines of order {order['number']} are {', '.join(str(each) for each in known)}"
            raise InvalidFields.at("lines", f'Invalid pk "{id_}" - object does not exist.', why)


def _ship(
    world: World, order: Record, own: Record | None, items: Mapping[int, int], tracking: Sequence[Record]
) -> Shipped:
    """``items``: id of a line -> how many of it leave."""
    made = _fulfillment(world, own, items, tracking)

    def ship(current: Record) -> Record:
        _check_lines(current, list(items))
        for id_, quantity in items.items():
            current = _with_shipped(current, id_, quantity)
        this = shipments.find_in(current, own["id"]) if own else None
        if this is not None:
            current = shipments.with_changed(current, _with_items_shipped(current, this, items, made["created_at"]))
        current = {**current, "fulfillments": [*current["fulfillments"], made]}
        return {**current, "fulfillment_status": shipments.status_of(current)}

    after = orders.change(world, order["number"], ship)
    _tell(world, "fulfillment.created", after, made)
    placing.tell(world, "order.updated", after)
    return _settled(world, after), made


def _fulfillment(world: World, own: Record | None, items: Mapping[int, int], tracking: Sequence[Record]) -> Record:
    return {
        "id": records.new_id(world, "fulfillments"),
        "fulfillment_order_id": own["id"] if own else None,
        "location_id": own["location_id"] if own else shipments.MAIN_LOCATION,
        "status": "success",
        "delivery_status": TRACKING_ADDED if any(each["code"] for each in tracking) else None,
        "items": [
            {"id": records.new_id(world, "fulfillment_lines"), "line_id": id_, "quantity": quantity}
            for id_, quantity in items.items()
        ],
        "tracking": list(tracking),
        "events": [],
        "created_at": to_text(world.clock.now()),
        "last_event_at": None,
    }


def _with_shipped(order: Record, line_id: int, quantity: int) -> Record:
    line = orders.find_line(order, line_id)
    left = orders.unshipped_of(line) if line else 0
    if line is None or quantity > left:
        why = f"{quantity} items of line {line_id} were to be shipped, {left} are left by now"
        raise InvalidFields.at("non_field_errors", _GONE, why)
    return orders.with_line(order, {**line, "fulfilled": line["fulfilled"] + quantity})


def _with_items_shipped(order: Record, own: Record, items: Mapping[int, int], now: str) -> Record:
    """The fulfillment order after these left; closed when nothing of it waits. Raises InvalidFields."""
    closed = warehouse.after(order, own, warehouse.SHIP)
    shipped = [
        {**item, "fulfilled": item["fulfilled"] + items.get(item["line_id"], 0)} for item in own["line_items"]
    ]
    if any(item["fulfilled"] > item["quantity"] for item in shipped):
        why = f"fewer items of fulfillment order {own['id']} wait by now"
        raise InvalidFields.at("non_field_errors", _GONE, why)
    left = shipments.waiting_of({**own, "line_items": shipped})
    return {**(own if left else closed), "line_items": shipped, "updated_at": now}


def _settled(world: World, order: Record) -> Record:
    """An order of which everything was shipped: captured when its gateway does so then, archived when it is paid."""
    if order["fulfillment_status"] != "fulfilled":
        return order
    gateway = records.find(world, "gateways", order["payment"]["gateway_id"]) or {}
    if gateway.get("captures_on_fulfillment") and orders.open_authorizations(order):
        try:
            order = collecting.capture_order(world, order)
        except InvalidFields:
            return order  # the parcel has left; what Klarna does not pay any more stays authorized here
    return fulfillment.archive(world, order)


def find_fulfillment(order: Record, fulfillment_id: str) -> Record:
    """Raises NotFound."""
    owner = f"order {order['number']} has fulfillments"
    return records.one_of(order["fulfillments"], fulfillment_id, "Fulfillment", owner)


def find_event(fulfillment: Record, event_id: str) -> Record:
    """Raises NotFound."""
    owner = f"fulfillment {fulfillment['id']} has events"
    return records.one_of(fulfillment["events"], event_id, "FulfillmentEvent", owner)


def add_event(world: World, shipped: Shipped, wanted: Mapping[str, Any]) -> Record:
    """Where a parcel is; its newest event says how its delivery goes. Sends fulfillment.updated, order.updated.

    Source: schema 2024-04-01, ordersFulfillmentsEventsCreate (read 2026-11-21).
    """
    now, due = world.clock.now(), wanted.get("estimated_delivery_at")
    event = {
        "id": records.new_id(world, "fulfillment_events"),
        "status": wanted["status"],
        "happened_at": to_text(wanted.get("happened_at") or now),
        "estimated_delivery_at": to_text(due) if due else None,
        **{name: wanted.get(name) for name in OF_EVENT},
        "created_at": to_text(now),
    }
    _change_events(world, shipped, lambda events: [*events, event])
    return event


def remove_event(world: World, shipped: Shipped, event: Record) -> None:
    """Forget an event; the delivery is as the newest of the others says. Sends fulfillment.updated, order.updated.

    Source: schema 2024-04-01, ordersFulfillmentsEventsDestroy (read 2026-11-21).
    """
    _change_events(world, shipped, lambda events: [each for each in events if each["id"] != event["id"]])


def _change_events(world: World, shipped: Shipped, change: Callable[[list[Record]], list[Record]]) -> None:
    order, fulfillment = shipped

    def apply(current: Record) -> Record:
        kept = [
            with_events(each, change(each["events"])) if each["id"] == fulfillment["id"] else each
            for each in current["fulfillments"]
        ]
        return {**current, "fulfillments": kept}

    after = orders.change(world, order["number"], apply)
    _tell(world, "fulfillment.updated", after, find_fulfillment(after, str(fulfillment["id"])))
    placing.tell(world, "order.updated", after)


def _tell(world: World, event: str, order: Record, fulfillment: Record) -> None:
    view, number = shipments.fulfillment_view(world, order, fulfillment), order["number"]
    webhooks.emit(world, event, "fulfillment", view, key=f"fulfillment {fulfillment['id']}", order=number)

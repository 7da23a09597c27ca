"""Fulfillment orders: found, held, sent to their warehouse and called back from it. Each docstring names its source."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from mock_server.core.clock import Alarm, to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import placing
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders, records, shipments, warehouse
from mock_server.providers.next_commerce.state.fulfillment_views import LOCATIONS
from mock_server.providers.next_commerce.webhooks import FACE

Found = tuple[Record, Record]  # an order, and one of its fulfillment orders
FULFILLMENT, CANCELLATION = "fulfillment_requested", "cancellation_requested"  # what a location's callback is told
_CALLBACK = "/fulfillment-order-notification/"  # after a location's callback_url
_PAID = ("paid", "authorized", "partially_refunded")  # payment statuses that ship


def find(world: World, fulfillment_order_id: str) -> Found:
    """Raises NotFound."""
    order = orders.find(world, shipments.number_in(fulfillment_order_id))
    own = shipments.find_in(order, fulfillment_order_id) if order else None
    if order is None or own is None:
        known = ", ".join(str(each["id"]) for each in order["fulfillment_orders"]) if order else ""
        hint = f"; order {order['number']} has {known or 'none'}" if order else ""
        why = f"no fulfillment order {fulfillment_order_id} in world {world.name}{hint}"
        raise errors.NotFound.of("FulfillmentOrder", why)
    return order, own


def changed(world: World, found: Found, change: Callable[[Record, Record], Record]) -> Record:
    """Change an order by one of its fulfillment orders and send order.updated; answers with the order."""
    order, own = found

    def apply(current: Record) -> Record:
        return change(current, shipments.find_in(current, own["id"]) or own)

    after = orders.change(world, order["number"], apply)
    placing.tell(world, "order.updated", after)
    return after


def step(world: World, found: Found, action: str, noted: Mapping[str, Record] | None = None, **changes: Any) -> Found:
    """Do what the fulfillment order's status allows: it changes as the table says, and so does its order's status.

    ``noted``: what is added to which of its lists. Sends order.updated. Raises InvalidFields.
    """
    order, own = found
    now, is_asked = to_text(world.clock.now()), callback_url(world, own) is not None

    def take(current: Record, this: Record) -> Record:
        lists = {name: [*this[name], entry] for name, entry in (noted or {}).items()}
        after = warehouse.after(current, this, action, is_asked=is_asked)
        return shipments.with_changed(current, {**after, **lists, **changes, "updated_at": now})

    after = changed(world, found, take)
    return after, shipments.find_in(after, own["id"]) or own


def hold(world: World, found: Found, wanted: Mapping[str, Any]) -> Found:
    """Keep it from being sent to its warehouse. Sends order.updated. Raises InvalidFields.

    Source: developers.nextcommerce.com, order management (read 2026-11-21).
    """
    now = to_text(world.clock.now())
    held = {"reason": wanted["reason"], "reason_message": wanted.get("reason_message"), "at": now}
    return step(world, found, warehouse.HOLD, {"holds": held})


def release_hold(world: World, found: Found) -> Found:
    """Let it go to its warehouse; the store's delay begins anew. Sends order.updated. Raises InvalidFields.

    Source: docs.nextcommerce.com, order statuses (read 2026-11-21).
    """
    after = step(world, found, warehouse.RELEASE, holds=[])
    placing.post_later(world, after[0])
    return after


def accept_request(world: World, found: Found, wanted: Mapping[str, Any]) -> Found:
    """The location will ship it. Sends order.updated. Raises InvalidFields.

    Source: developers.nextcommerce.com, fulfillment service (read 2026-11-21).
    """
    return step(world, found, warehouse.ACCEPT, answer=dict(wanted))


def reject_request(world: World, found: Found, wanted: Mapping[str, Any]) -> Found:
    """The location will not ship it: it is open again, its order rejected. Sends order.updated. Raises InvalidFields.

    Source: developers.nextcommerce.com, fulfillment service (read 2026-11-21).
    """
    return step(world, found, warehouse.REJECT, answer=dict(wanted))


def withdraw_request(world: World, found: Found) -> Found:
    """The shop takes back a request that nobody answered. Sends order.updated. Raises InvalidFields."""
    return step(world, found, warehouse.WITHDRAW)


def request_cancellation(world: World, found: Found, wanted: Mapping[str, Any]) -> Found:
    """Ask the location not to ship it; one without callback_url agrees at once. Sends order.updated, and tells the
    location's callback cancellation_requested. Raises InvalidFields.

    Source: developers.nextcommerce.com, order management, fulfillment service (read 2026-11-21).
    """
    asked = {"type": "cancel_request", "message": wanted.get("message"), "notify": False}
    after = step(world, found, warehouse.REQUEST_CANCELLATION, {"requests": asked})
    call_back(world, after, CANCELLATION)
    return after


def accept_cancellation(world: World, found: Found, wanted: Mapping[str, Any]) -> Found:
    """It is canceled, and can be moved or requested again. Sends order.updated. Raises InvalidFields.

    Source: developers.nextcommerce.com, fulfillment service; next-bulk-move (read 2026-11-21).
    """
    return step(world, found, warehouse.ACCEPT_CANCELLATION, answer=dict(wanted))


def reject_cancellation(world: World, found: Found, wanted: Mapping[str, Any]) -> Found:
    """It ships nevertheless. Sends order.updated. Raises InvalidFields.

    Source: developers.nextcommerce.com, fulfillment service (read 2026-11-21).
    """
    return step(world, found, warehouse.REJECT_CANCELLATION, answer=dict(wanted))


def withdraw_cancellation(world: World, found: Found) -> Found:
    """The shop wants it shipped after all. Sends order.updated. Raises InvalidFields."""
    return step(world, found, warehouse.WITHDRAW_CANCELLATION)


def close(world: World, found: Found, wanted: Mapping[str, Any]) -> Found:
    """The location gives up what is left of it: it is incomplete. Sends order.updated. Raises InvalidFields.

    Source: schema 2024-04-01, fulfillmentOrdersClose (read 2026-11-21).
    """
    return step(world, found, warehouse.CLOSE, answer=dict(wanted))


def paid(world: World, order: Record) -> Record:
    """Money came for an order: what waits goes to its warehouse, what was shipped already is archived."""
    placing.post_later(world, order)
    return archive(world, order)


def archive(world: World, order: Record) -> Record:
    """An open order that is fulfilled and paid is archived. Sends order.updated.

    Source: docs.nextcommerce.com, order statuses (read 2026-11-21).
    """
    if not shipments.is_complete(order):
        return order

    def close(current: Record) -> Record:
        return {**current, "status": orders.ARCHIVED} if shipments.is_complete(current) else current

    after = orders.change(world, order["number"], close)
    placing.tell(world, "order.updated", after)
    return after


def require_room(order: Record) -> None:
    """Raises InvalidFields for an order with as many fulfillment orders as can be."""
    if len(order["fulfillment_orders"]) >= shipments.MOST:
        why = f"order {order['number']} has {shipments.MOST} fulfillment orders, ids of more would be another order's"
        raise InvalidFields.at("non_field_errors", "This order has too many fulfillment orders.", why)


def callback_url(world: World, fulfillment_order: Record) -> str | None:
    """Where its location is told of requests; None when nobody is asked."""
    location = records.find(world, LOCATIONS, fulfillment_order["location_id"]) or {}
    return location.get("callback_url") or None


def call_back(world: World, found: Found, type_: str) -> None:
    """Tell the location that something was requested of it, once and soon, where webhooks may go.

    Source: developers.nextcommerce.com, fulfillment service (read 2026-11-21).
    """
    order, own = found
    url = callback_url(world, own)
    if url is None:
        return
    headers = {"Content-Type": "application/json", "X-29Next-Store": world.settings.next_commerce_store}
    about = {"event": type_, "about": f"fulfillment order {own['id']}", "order_id": order["number"]}
    body = json.dumps({"type": type_})
    world.outbox.post(f"{FACE}.{type_}", f"{url.rstrip('/')}{_CALLBACK}", body, headers=headers, about=about)


def post_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of an order that goes to its warehouses: what is neither held, rejected nor sent yet, once it is paid.

    Sends order.updated, and tells each location's callback fulfillment_requested.
    Source: docs.nextcommerce.com, order statuses (read 2026-11-21).
    """
    order = orders.find(world, alarm.key)
    if order is None or orders.payment_status(order) not in _PAID:
        return None
    after, sent = _send(world, order)
    if not sent:
        return None
    placing.tell(world, "order.updated", after)
    for each in after["fulfillment_orders"]:
        if each["id"] in sent:
            call_back(world, (after, each), FULFILLMENT)
    return {"what": "next_commerce.posted_to_fulfillment", "order_number": alarm.key}


def _send(world: World, order: Record) -> tuple[Record, list[int]]:
    """The order with all that is new requested of its locations, and the ids of that."""
    asked = {each["id"]: callback_url(world, each) for each in order["fulfillment_orders"]}
    now = to_text(world.clock.now())
    sent: list[int] = []

    def send(current: Record) -> Record:
        new = [each for each in current["fulfillment_orders"] if each["id"] in asked and _is_new(current, each)]
        sent[:] = [each["id"] for each in new]
        for each in new:
            after = warehouse.after(current, each, warehouse.REQUEST, is_asked=asked[each["id"]] is not None)
            current = shipments.with_changed(current, {**after, "updated_at": now})
        return current

    if not any(_is_new(order, each) for each in order["fulfillment_orders"]):
        return order, []
    return orders.change(world, order["number"], send), sent


def _is_new(order: Record, fulfillment_order: Record) -> bool:
    """Whether nothing but time keeps it from its warehouse."""
    can_go = warehouse.REQUEST in warehouse.supported(order, fulfillment_order)
    return can_go and fulfillment_order["request_status"] == shipments.PENDING

"""How the authorised money of an order is let go: cancelled or released by the merchant, or by time, which may be
extended."""

from __future__ import annotations

from datetime import datetime, timedelta

from mock_server.core.clock import Alarm, parse_time, to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import events
from mock_server.ledger.transitions import CANCELLED, CAPTURED, EXPIRED, NotAllowed, require

AUTHORIZED_FOR = timedelta(days=28)
LONGEST = timedelta(days=180)  # from the day it was placed, however often it is extended
EXPIRY = "order.expire"  # name of the alarm


def expiry_from(moment: datetime) -> datetime:
    """Midnight UTC of day 28."""
    return _midnight(moment + AUTHORIZED_FOR)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def cancel_order(world: World, order_id: str) -> Record:
    """Let all of an order's money go; also of a pending one. Publishes order.cancelled.

    Raises NotAllowed: unknown order, something captured, cancelled or expired already.
    Source: Order Management API, cancel (read 2026-11-20).
    """
    order = _release(world, order_id, "cancel", CANCELLED)
    world.clock.cancel_alarm(parse_time(order["expires_at"]), EXPIRY, order_id)
    world.publish(events.ORDER_CANCELLED, order)
    return order


def release_order(world: World, order_id: str) -> Record:
    """Let go what remains of an order of which part was captured: it is captured then. Publishes order.released.

    Raises NotAllowed: unknown order, nothing captured or everything, cancelled or expired already.
    Source: Order Management API, release remaining authorization (read 2026-11-21).
    """

    def release(order: Record | None) -> Record:
        if order is None:
            raise NotAllowed("unknown", f"no order {order_id} in world {world.name}")
        require("release", order["status"], order_id)
        captured = order["captured_amount"]
        return order | {"status": CAPTURED, "order_amount": captured, "remaining_authorized_amount": 0}

    order = world.store.change("orders", order_id, release)
    assert order is not None  # release never answers None
    world.clock.cancel_alarm(parse_time(order["expires_at"]), EXPIRY, order_id)
    world.publish(events.ORDER_RELEASED, order)
    return order


def extend_order(world: World, order_id: str) -> Record:
    """28 more days from today, up to 180 days after the order was placed.

    Raises NotAllowed: unknown order, all captured, cancelled or expired already, or older than 180 days.
    Source: docs.klarna.com, extend authorization time (read 2026-11-20).
    """
    earlier: list[datetime] = []
    now = world.clock.now()

    def extend(order: Record | None) -> Record:
        if order is None:
            raise NotAllowed("unknown", f"no order {order_id} in world {world.name}")
        require("extend", order["status"], order_id)
        latest = _midnight(parse_time(order["created_at"]) + LONGEST)
        if now >= latest:
            raise NotAllowed("too_late", f"order {order_id} could be extended until {to_text(latest)}")
        earlier[:] = [parse_time(order["expires_at"])]
        return order | {"expires_at": to_text(min(expiry_from(now), latest))}

    order = world.store.change("orders", order_id, extend)
    assert order is not None  # extend never answers None
    world.clock.cancel_alarm(earlier[0], EXPIRY, order_id)
    world.clock.set_alarm(parse_time(order["expires_at"]), EXPIRY, order_id)
    return order


def expire_order(world: World, alarm: Alarm) -> Record | None:
    """The alarm of an order: expires it unless something was captured or it ended before. Publishes order.expired."""
    try:
        order = _release(world, alarm.key, "expire", EXPIRED)
    except NotAllowed:
        return None
    world.publish(events.ORDER_EXPIRED, order)
    return {"what": events.ORDER_EXPIRED, "order_id": alarm.key}


def _release(world: World, order_id: str, move: str, status: str) -> Record:
    def release(order: Record | None) -> Record:
        if order is None:
            raise NotAllowed("unknown", f"no order {order_id} in world {world.name}")
        require(move, order["status"], order_id)
        return order | {"status": status, "remaining_authorized_amount": 0}

    order = world.store.change("orders", order_id, release)
    assert order is not None  # release never answers None
    return order

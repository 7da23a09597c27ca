"""How the authorised money of an order is let go: cancelled or released by the merchant, or by time, which may be
extended."""

from __future__ import annotations

from datetime import datetime, timedelta

from mock_server.core.clock import Alarm, parse_time, to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import events
from mock_server.ledger.moves import move
from mock_server.ledger.transitions import CANCELLED, CAPTURED, CLOSED, EXPIRED, NotAllowed

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
    order = move(
        world, order_id, "cancel", lambda order: order | {"status": CANCELLED, "remaining_authorized_amount": 0}
    )
    world.clock.cancel_alarm(parse_time(order["expires_at"]), EXPIRY, order_id)
    world.publish(events.ORDER_CANCELLED, order)
    return order


def release_order(world: World, order_id: str) -> Record:
    """Let go what remains of an order of which part was captured: it is captured then. Publishes order.released.

    Raises NotAllowed: unknown order, nothing captured or everything, cancelled or expired already.
    Source: Order Management API, release remaining authorization (read 2026-11-21).
    """

    order = move(world, order_id, "release", _without_rest)
    world.clock.cancel_alarm(parse_time(order["expires_at"]), EXPIRY, order_id)
    world.publish(events.ORDER_RELEASED, order)
    return order


def extend_order(world: World, order_id: str) -> Record:
    """28 more days from today, up to 180 days after the order was placed: then it expires at last.

    Raises NotAllowed: unknown order, all captured, cancelled or expired already.
    Source: docs.klarna.com, extend authorization time (read 2026-11-20).
    """
    earlier: list[datetime] = []
    now = world.clock.now()

    def extend(order: Record) -> Record:
        latest = _midnight(parse_time(order["created_at"]) + LONGEST)
        earlier[:] = [parse_time(order["expires_at"])]
        return order | {"expires_at": to_text(min(expiry_from(now), latest))}

    order = move(world, order_id, "extend", extend)
    world.clock.cancel_alarm(earlier[0], EXPIRY, order_id)
    world.clock.set_alarm(parse_time(order["expires_at"]), EXPIRY, order_id)
    return order


def close_order(world: World, order_id: str) -> Record:
    """Klarna closes an order of which everything was captured: it has been settled.

    Raises NotAllowed for any other. Assumed: no condition is published, no merchant's call does it.
    """
    return move(world, order_id, "close", lambda order: order | {"status": CLOSED})


def expire_order(world: World, alarm: Alarm) -> Record | None:
    """The alarm of an order: it expires, or what remains of one of which part was captured is let go.

    Publishes order.expired, or order.released (assumed of the latter). Nothing happens when it ended before.
    """

    def expire(order: Record) -> Record:
        if order["captured_amount"]:
            return _without_rest(order)
        return order | {"status": EXPIRED, "remaining_authorized_amount": 0}

    try:
        order = move(world, alarm.key, "expire", expire)
    except NotAllowed:
        return None
    what = events.ORDER_EXPIRED if order["status"] == EXPIRED else events.ORDER_RELEASED
    world.publish(what, order)
    return {"what": what, "order_id": alarm.key}


def _without_rest(order: Record) -> Record:
    """What was captured is all there is."""
    return order | {
        "status": CAPTURED, "order_amount": order["captured_amount"], "remaining_authorized_amount": 0
    }  # fmt: skip

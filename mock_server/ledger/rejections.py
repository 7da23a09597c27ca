"""What may become of a rejected order: its merchant captures it all the same, or Klarna cancels it after four hours.

Source: docs.klarna.com, pending orders (read 2026-11-20).
"""

from __future__ import annotations

from datetime import timedelta

from mock_server.core.clock import Alarm, parse_time, to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import endings, events
from mock_server.ledger.moves import move
from mock_server.ledger.transitions import ACCEPTED, CANCELLED, REJECTED, NotAllowed

PATIENCE = timedelta(hours=4)
GIVE_UP = "order.give_up"  # name of the alarm


def wait_for_merchant(world: World, order_id: str) -> None:
    """Set the alarm of an order that was rejected just now."""
    world.clock.set_alarm(world.clock.now() + PATIENCE, GIVE_UP, order_id)


def overruled(order: Record, captured_at: str) -> Record:
    """What a merchant's capture changes of a rejected order, within four hours of the decision; else nothing."""
    decided_at = order["decided_at"]
    if order["fraud_status"] != REJECTED or decided_at is None:
        return {}
    if parse_time(captured_at) >= parse_time(decided_at) + PATIENCE:
        return {}
    return {"fraud_status": ACCEPTED, "overruled_at": captured_at}


def give_up_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a rejected order that nobody captured: Klarna cancels it. Publishes order.cancelled.

    Such an order has ``given_up_at``: it was no merchant who cancelled it.
    """
    given_up_at = to_text(world.clock.now())

    def give_up(order: Record) -> Record:
        if order["fraud_status"] != REJECTED:
            raise NotAllowed("status", f"order {alarm.key} is not {REJECTED}")
        return order | {"status": CANCELLED, "remaining_authorized_amount": 0, "given_up_at": given_up_at}

    try:
        order = move(world, alarm.key, "cancel", give_up)
    except NotAllowed:
        return None
    world.clock.cancel_alarm(parse_time(order["expires_at"]), endings.EXPIRY, alarm.key)
    world.publish(events.ORDER_CANCELLED, order)
    return {"what": events.ORDER_CANCELLED, "order_id": alarm.key}

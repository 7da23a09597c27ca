"""Captures: taking part or all of the authorised money."""

from __future__ import annotations

from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import disputes, events, rejections
from mock_server.ledger.moves import move
from mock_server.ledger.transitions import ACCEPTED, PENDING, NotAllowed, Reason, status_after_capture


def capture_order(
    world: World, order_id: str, amount: int, *, overruling: str = "", **details: Any
) -> tuple[Record, Record]:
    """Take ``amount`` minor units of what is still authorised; answers with the order and the capture.

    ``details`` are kept with the capture (description, reference, order_lines, ...). A capture acknowledges the order,
    unless Klarna made it (auto_capture). ``overruling`` names the face that may capture its rejected orders too, within
    four hours of the decision: they are accepted then. Publishes order.captured.
    Raises NotAllowed: unknown order, wrong status, still pending, or more than what remains.
    Source: Order Management API, captures (read 2026-11-20).
    """
    capture_id = world.ids.uuid("capture")
    captured_at = to_text(world.clock.now())

    def take(order: Record) -> Record:
        may_overrule = overruling and order["placed_through"].startswith(overruling)
        overruled = rejections.overruled(order, captured_at) if may_overrule else {}
        _require_accepted(order | overruled)
        _require_remaining(order, amount)
        captured = order["captured_amount"] + amount
        capture = {
            "capture_id": capture_id,
            "klarna_reference": f"{order['klarna_reference']}-{len(order['captures']) + 1}",
            "captured_amount": amount,
            "captured_at": captured_at,
            "refunded_amount": 0,
            **details,
        }
        return order | {
            "captured_amount": captured,
            "remaining_authorized_amount": order["order_amount"] - captured,
            "status": status_after_capture(order["order_amount"], captured),
            "captures": [*order["captures"], capture],
            "acknowledged_at": order.get("acknowledged_at") or (None if order["auto_capture"] else captured_at),
            **overruled,
            **disputes.after_capture(order, capture),
        }

    order = move(world, order_id, "capture", take)
    disputes.tell(world, order, capture_id)
    world.publish(events.ORDER_CAPTURED, order)
    return order, order["captures"][-1]


def _require_accepted(order: Record) -> None:
    if order["fraud_status"] != ACCEPTED:
        reason: Reason = "pending" if order["fraud_status"] == PENDING else "rejected"
        raise NotAllowed(reason, f"order {order['order_id']} has fraud_status {order['fraud_status']}")


def _require_remaining(order: Record, amount: int) -> None:
    remaining = order["order_amount"] - order["captured_amount"]
    if not 0 <= amount <= remaining:
        sum_ = f"{order['order_amount']} - {order['captured_amount']}"
        raise NotAllowed("amount", f"captured_amount is {amount}, at most {remaining} = {sum_} remains authorised")

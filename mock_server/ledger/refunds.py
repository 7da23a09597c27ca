"""Refunds: giving captured money back."""

from __future__ import annotations

from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import events
from mock_server.ledger.transitions import NotAllowed, require


def refund_order(world: World, order_id: str, amount: int, **details: Any) -> tuple[Record, Record]:
    """Give ``amount`` minor units of the captured money back; answers with the order and the refund.

    The order's status does not change. ``details`` are kept with the refund. Publishes order.refunded.
    Raises NotAllowed: unknown order, nothing captured, or more than captured less refunded.
    Source: Order Management API, refunds (read 2026-11-20).
    """
    refund_id = world.ids.uuid("refund")
    refunded_at = to_text(world.clock.now())

    def give_back(order: Record | None) -> Record:
        if order is None:
            raise NotAllowed("unknown", f"no order {order_id} in world {world.name}")
        require("refund", order["status"], order_id)
        left = order["captured_amount"] - order["refunded_amount"]
        if not 0 <= amount <= left:
            sum_ = f"{order['captured_amount']} - {order['refunded_amount']}"
            raise NotAllowed("amount", f"refunded_amount is {amount}, at most {left} = {sum_} can go back")
        refund = {"refund_id": refund_id, "refunded_amount": amount, "refunded_at": refunded_at, **details}
        return order | {
            "refunded_amount": order["refunded_amount"] + amount,
            "refunds": [*order["refunds"], refund],
        }

    order = world.store.change("orders", order_id, give_back)
    assert order is not None  # give_back never answers None
    world.publish(events.ORDER_REFUNDED, order)
    return order, next(r for r in order["refunds"] if r["refund_id"] == refund_id)

"""Refunds: giving captured money back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import events
from mock_server.ledger.moves import move
from mock_server.ledger.transitions import NotAllowed


def refund_order(world: World, order_id: str, amount: int, **details: Any) -> tuple[Record, Record]:
    """Give ``amount`` minor units of the captured money back; answers with the order and the refund.

    The order's status does not change; the oldest capture is refunded first. ``details`` are kept with the refund
    (description, reference, order_lines, ...). Publishes order.refunded.
    Raises NotAllowed: unknown order, nothing captured, more than captured less refunded ("amount"), or a fee held back
    where that is not possible ("return_fee").
    Source: Order Management API, refunds; docs.klarna.com, refund orders (read 2026-11-20).
    """
    refund_id = world.ids.uuid("refund")
    refunded_at = to_text(world.clock.now())
    lines = details.get("order_lines") or ()

    def give_back(order: Record) -> Record:
        left = order["captured_amount"] - order["refunded_amount"]
        if not 0 <= amount <= left:
            sum_ = f"{order['captured_amount']} - {order['refunded_amount']}"
            raise NotAllowed("amount", f"refunded_amount is {amount}, at most {left} = {sum_} can go back")
        if any(line.get("type") == "return_fee" for line in lines):
            _require_whole_return(order, amount, lines)
        refund = {"refund_id": refund_id, "refunded_amount": amount, "refunded_at": refunded_at, **details}
        return order | {
            "refunded_amount": order["refunded_amount"] + amount,
            "captures": _refunded(order["captures"], amount),
            "refunds": [*order["refunds"], refund],
        }

    order = move(world, order_id, "refund", give_back)
    world.publish(events.ORDER_REFUNDED, order)
    return order, order["refunds"][-1]


def _require_whole_return(order: Record, amount: int, lines: Sequence[Record]) -> None:
    """A fee is held back of one full capture only, and the lines say to the cent what goes back."""
    captures = len(order["captures"])
    if captures != 1 or order["captured_amount"] != order["order_amount"]:
        text = f"a return_fee needs one capture of all {order['order_amount']}, there are {captures}"
        raise NotAllowed("return_fee", f"{text} of {order['captured_amount']}")
    total = sum(line["total_amount"] for line in lines)
    if total != amount:
        raise NotAllowed("return_fee", f"refunded_amount is {amount}, its lines with the return_fee sum up to {total}")


def _refunded(captures: Sequence[Record], amount: int) -> list[Record]:
    """The captures with ``amount`` more refunded of them, the oldest first."""
    refunded = []
    for capture in captures:
        part = min(amount, capture["captured_amount"] - capture["refunded_amount"])
        amount -= part
        refunded.append(capture | {"refunded_amount": capture["refunded_amount"] + part} if part else capture)
    return refunded

"""How an order reaches the shopper, and when its captures have to be paid: facts beside the money."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from mock_server.core.clock import parse_time, to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.moves import move
from mock_server.ledger.transitions import NotAllowed

PAY_WITHIN = timedelta(days=30)
# days that a due date may be put off -> Klarna's fee for it, minor units; no figures are published
EXTENSIONS: Mapping[int, int] = {14: 0, 30: 0, 60: 0}
_BY_INVOICE = ("invoice", "b2b_invoice")  # methods whose captures have a due date to put off

ChangeCapture = Callable[[Record, Record], Record]  # order and capture as they are -> the capture as it will be


def add_shipping_info(world: World, order_id: str, infos: Sequence[Mapping[str, Any]]) -> Record:
    """Append shipments to an order, in any status; raises NotAllowed for an unknown order."""

    def add(order: Record) -> Record:
        return order | {"shipping_info": [*order.get("shipping_info", ()), *infos]}

    return move(world, order_id, "add_shipping_info", add)


def add_capture_shipping_info(
    world: World, order_id: str, capture_id: str, infos: Sequence[Mapping[str, Any]]
) -> Record:
    """Append shipments to a capture; raises NotAllowed: unknown order or capture, nothing captured."""

    def add(_: Record, capture: Record) -> Record:
        return capture | {"shipping_info": [*capture.get("shipping_info", ()), *infos]}

    return _change_capture(world, order_id, capture_id, "add_capture_shipping_info", add)


def update_billing_address(world: World, order_id: str, capture_id: str, address: Mapping[str, str]) -> Record:
    """Replace the parts of a capture's billing address that are given; the order's own stays as it is.

    Raises NotAllowed: unknown order or capture, nothing captured.
    """

    def update(order: Record, capture: Record) -> Record:
        return capture | {"billing_address": {**billing_address_of(order, capture), **address}}

    return _change_capture(world, order_id, capture_id, "update_capture_customer", update)


def billing_address_of(order: Record, capture: Record) -> Record:
    """The capture's own once it was changed, the order's before."""
    found: Record = capture.get("billing_address") or order.get("billing_address") or {}
    return found


def send_out(world: World, order_id: str, capture_id: str) -> Record:
    """Note that Klarna sends the shopper the statement of a capture once more; no mail leaves this server.

    Raises NotAllowed: unknown order or capture, nothing captured.
    """
    now = to_text(world.clock.now())
    return _change_capture(world, order_id, capture_id, "send_out", lambda _, capture: capture | {"sent_out_at": now})


def extend_due_date(world: World, order_id: str, capture_id: str, days: int) -> Record:
    """Put off the day by which the shopper pays a capture: at first 30 days after it.

    Raises NotAllowed: unknown order or capture ("unknown", "unknown_capture"), nothing captured ("status"), or so many
    days are not offered ("days"). Assumed: the days, their fees, and that only invoices have a due date.
    Source: Order Management API, extend due date (read 2026-11-20).
    """

    def extend(order: Record, capture: Record) -> Record:
        options = extensions_of(order)
        if days not in options:
            offered = ", ".join(map(str, options)) or f"none by {order['initial_payment_method']['type']}"
            raise NotAllowed("days", f"number_of_days is {days}, offered are: {offered}")
        due = capture.get("due_date") or to_text(parse_time(capture["captured_at"]) + PAY_WITHIN)
        return capture | {"due_date": to_text(parse_time(due) + timedelta(days=days))}

    return _change_capture(world, order_id, capture_id, "extend_due_date", extend)


def extensions_of(order: Record) -> Mapping[int, int]:
    """Days by which the due dates of an order's captures may be put off -> the fee, minor units."""
    return EXTENSIONS if order["initial_payment_method"]["type"] in _BY_INVOICE else {}


def find_capture(order: Record, capture_id: str) -> Record:
    """Raises NotAllowed("unknown_capture")."""
    for capture in order["captures"]:
        if capture["capture_id"] == capture_id:
            found: Record = capture
            return found
    raise NotAllowed("unknown_capture", f"order {order['order_id']} has no capture {capture_id}")


def _change_capture(world: World, order_id: str, capture_id: str, name: str, change: ChangeCapture) -> Record:
    """The order as it is afterwards."""

    def apply(order: Record) -> Record:
        changed = change(order, find_capture(order, capture_id))
        captures = [changed if capture["capture_id"] == capture_id else capture for capture in order["captures"]]
        return order | {"captures": captures}

    return move(world, order_id, name, apply)

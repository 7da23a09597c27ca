"""What other faces do with the Klarna orders of this one, and what Klarna decides later, shows here and is told."""

from __future__ import annotations

from collections.abc import Callable

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import charging, placing, subscribing
from mock_server.providers.next_commerce.actions import orders as actions
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.methods import HARD_DECLINE
from mock_server.providers.next_commerce.webhooks import FACE

_OWN = "next_commerce_transaction"  # in a capture or refund of the ledger that this face made


def _listener(follow: Callable[[World, Record, Record], None]) -> Callable[[World, Record], None]:
    def listen(world: World, record: Record) -> None:
        order = orders.behind(world, record["order_id"]) if record["placed_through"] == FACE else None
        if order is not None:
            follow(world, order, record)

    return listen


@_listener
def captured(world: World, order: Record, record: Record) -> None:
    """Money of an authorization, or of an order that was pending."""
    capture = record["captures"][-1]
    if _OWN in capture:
        return
    authorized = next(
        (t for t in orders.open_authorizations(order) if t["ledger_order_id"] == record["order_id"]), None
    )
    type_, parent = ("capture", authorized["id"]) if authorized else ("debit", None)
    made = charging.transaction_of(
        world, order, type_, capture["captured_amount"], parent_id=parent, ledger_order_id=record["order_id"]
    )
    after = _with_transaction(world, order, made)
    if not order["transactions"]:
        after = subscribing.begin(world, after)
    placing.tell(world, "order.updated", after)


def _with_transaction(world: World, order: Record, made: Record) -> Record:
    after = orders.change(
        world, order["number"], lambda found: {**found, "transactions": [*found["transactions"], made]}
    )
    charging.keep(world, [made])
    return after


@_listener
def refunded(world: World, order: Record, record: Record) -> None:
    refund = record["refunds"][-1]
    if _OWN in refund:
        return
    amount = refund["refunded_amount"]
    made: list[Record] = []
    for each in order["transactions"]:
        left = orders.refundable(order, each) if each["ledger_order_id"] == record["order_id"] else 0
        share = min(left, amount)
        if share:
            amount -= share
            made.append(
                charging.transaction_of(
                    world, order, "refund", share, parent_id=each["id"], ledger_order_id=record["order_id"]
                )
            )
    kept = {
        "id": records.new_id(world, "refunds"),
        "created_at": to_text(world.clock.now()),
        "note": refund.get("description"),
        "lines": [],
        "adjustments": [_discrepancy(world, sum(each["amount"] for each in made))],
        "transactions": made,
    }

    def add(found: Record) -> Record:
        return {**found, "refunds": [*found["refunds"], kept], "transactions": [*found["transactions"], *made]}

    after = orders.change(world, order["number"], add)
    charging.keep(world, made)
    placing.tell(world, "order.updated", after)


def _discrepancy(world: World, amount: int) -> Record:
    return {"id": records.new_id(world, "adjustments"), "type": "refund_discrepancy", "amount": amount}


@_listener
def accepted(world: World, order: Record, record: Record) -> None:
    """With a gateway that captures later; otherwise the capture follows by itself."""
    if record["auto_capture"]:
        return
    made = charging.transaction_of(
        world, order, "authorize", record["order_amount"], ledger_order_id=record["order_id"]
    )
    after = subscribing.begin(world, _with_transaction(world, order, made))
    placing.tell(world, "order.updated", after)


@_listener
def rejected(world: World, order: Record, record: Record) -> None:
    """Klarna decided against it: the order is canceled, its payment failed."""
    made = charging.transaction_of(
        world, order, "debit", record["order_amount"], ledger_order_id=record["order_id"], status="failed",
        response_code=HARD_DECLINE,
    )  # fmt: skip
    _with_transaction(world, order, made)
    _cancel(world, order)


@_listener
def cancelled(world: World, order: Record, record: Record) -> None:
    """Cancelled in the ledger: authorizations are void; an order that was only pending is canceled."""
    held = [t for t in orders.open_authorizations(order) if t["ledger_order_id"] == record["order_id"]]
    for each in held:
        after = actions.void(world, order, each)
        placing.tell(world, "order.updated", after)
    if not held and orders.payment_status(order) == "pending" and order["status"] == orders.OPEN:
        _cancel(world, order)


@_listener
def expired(world: World, order: Record, record: Record) -> None:
    """The authorization ran out with nothing captured."""

    def mark(found: Record) -> Record:
        marked = [
            {**t, "expired": True} if t["type"] == "authorize" and t["ledger_order_id"] == record["order_id"] else t
            for t in found["transactions"]
        ]
        return {**found, "transactions": marked}

    actions.changed(world, order, mark)


def _cancel(world: World, order: Record) -> None:
    actions.changed(world, order, lambda found: {**found, "status": orders.CANCELED})

"""What other faces do with the Klarna orders of this one, and what Klarna decides later, shows here and is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mock_server.core.clock import Alarm
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.orders import find_order
from mock_server.providers.next_commerce.actions import charging, collecting, fulfillment, placing, refunds, subscribing
from mock_server.providers.next_commerce.actions import orders as actions
from mock_server.providers.next_commerce.state import orders
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
    after = charging.add(world, order, made)
    if not order["subscriptions"]:
        after = subscribing.begin(world, after)
    placing.tell(world, "order.updated", after)
    fulfillment.paid(world, after)


@_listener
def refunded(world: World, order: Record, record: Record) -> None:
    """A refund that another face made, of the charges behind this Klarna order, the oldest first."""
    refund = record["refunds"][-1]
    charges = [t for t in orders.succeeded(order, "debit", "capture") if t["ledger_order_id"] == record["order_id"]]
    if _OWN in refund or not refund["refunded_amount"] or not charges:
        return
    made = [
        charging.transaction_of(
            world, order, "refund", share, parent_id=of["id"], ledger_order_id=record["order_id"],
            subscription=of["subscription"],
        )
        for of, share in _shares(order, charges, refund["refunded_amount"])
    ]  # fmt: skip
    refunds.note_elsewhere(world, order, made, refund.get("description"))


def _shares(order: Record, charges: Sequence[Record], amount: int) -> Iterator[tuple[Record, int]]:
    """What each charge gives of a refund; the last also what is left of one whose charge is still being noted."""
    for each in charges:
        share = amount if each is charges[-1] else min(amount, orders.refundable(order, each))
        amount -= share
        if share:
            yield each, share


@_listener
def accepted(world: World, order: Record, record: Record) -> None:
    """With a gateway that captures later; otherwise the capture follows by itself."""
    if record["auto_capture"]:
        return
    made = charging.transaction_of(
        world, order, "authorize", record["order_amount"], ledger_order_id=record["order_id"]
    )
    after = subscribing.begin(world, charging.add(world, order, made))
    placing.tell(world, "order.updated", after)
    fulfillment.paid(world, after)


@_listener
def rejected(world: World, order: Record, record: Record) -> None:
    """Klarna decided against it: the order is canceled, its payment failed."""
    made = charging.transaction_of(
        world, order, "debit", record["order_amount"], ledger_order_id=record["order_id"], status="failed",
        response_code=HARD_DECLINE,
    )  # fmt: skip
    charging.add(world, order, made)
    _cancel(world, order, "Klarna rejected the payment")


@_listener
def stopped(world: World, order: Record, record: Record) -> None:
    """Klarna takes its acceptance back: what is authorized is void, the order is canceled.

    Assumed: NEXT Commerce documents no such decision. What was shipped was captured, and is not stopped.
    """
    _void(world, order, record)
    _cancel(world, order, "Klarna stopped the order")


@_listener
def cancelled(world: World, order: Record, record: Record) -> None:
    """Cancelled in the ledger: authorizations are void; an order that was only pending is canceled."""
    held = _void(world, order, record)
    if not held and orders.is_undecided(order) and order["status"] == orders.OPEN:
        _cancel(world, order, "Klarna's order was cancelled")


@_listener
def released(world: World, order: Record, record: Record) -> None:
    """The rest of an authorization of which part was captured."""
    _void(world, order, record)


def _void(world: World, order: Record, record: Record) -> list[Record]:
    """What is left of the authorizations behind this Klarna order; answers with them."""
    held = [t for t in orders.open_authorizations(order) if t["ledger_order_id"] == record["order_id"]]
    for each in held:
        placing.tell(world, "order.updated", collecting.void(world, order, each))
    return held


@_listener
def updated(world: World, order: Record, record: Record) -> None:
    """Another amount is authorised: so much can be captured. Sends transaction.updated and order.updated.

    Assumed: NEXT Commerce documents no change of an authorization.
    """
    held = next((t for t in orders.succeeded(order, "authorize") if t["ledger_order_id"] == record["order_id"]), None)
    if held is not None and held["amount"] != record["order_amount"]:
        klarna_id = record["order_id"]
        after = charging.change_amount(
            world, order, held["id"], lambda: int(find_order(world, klarna_id)["order_amount"])
        )
        placing.tell(world, "order.updated", after)


@_listener
def expired(world: World, order: Record, record: Record) -> None:
    """The authorization ran out with nothing captured."""

    def is_meant(each: Record) -> bool:
        return bool(each["ledger_order_id"] == record["order_id"])

    actions.changed(world, order, lambda found: _with_expired(found, is_meant))


def expire_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a card's authorization that nobody captured within seven days. Sends order.updated.

    Source: docs.nextcommerce.com, authorize and capture payments (read 2026-11-21).
    """
    number, _, transaction_id = alarm.key.partition(" ")
    order = orders.find(world, number)
    held = orders.find_transaction(order, transaction_id) if order else None
    if order is None or held is None or not orders.capturable(order, held):
        return None
    actions.changed(world, order, lambda found: _with_expired(found, lambda each: str(each["id"]) == transaction_id))
    return {"what": "next_commerce.authorization.expired", "order_number": number}


def _with_expired(order: Record, is_meant: Callable[[Record], bool]) -> Record:
    """The order with these authorizations worth nothing any more."""
    marked = [
        {**each, "expired": True} if each["type"] == "authorize" and is_meant(each) else each
        for each in order["transactions"]
    ]
    return {**order, "transactions": marked}


def _cancel(world: World, order: Record, reason: str) -> None:
    """Unless somebody did so before."""

    def cancel(found: Record) -> Record:
        return actions.canceled(found, reason) if found["status"] == orders.OPEN else found

    actions.changed(world, order, cancel)

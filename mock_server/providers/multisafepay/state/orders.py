"""MultiSafepay's orders in the store: found by either id, changed in one step.

An order record: key (site and order_id), order_id, site (of the API key), type, gateway (None until the shopper picks
one), currency, amount, description, customer, delivery, gateway_info, cart ({items, tables} or None), payment_options,
var1..3, custom_info, items (HTML of the shop's), locale, session_id, base_url, transaction_id and
external_transaction_id (None until a method was started; the latter is the Klarna order's), status, financial_status,
was_paid, before_refunds (the status that refunds took the place of), reason, reason_code, created, modified, completed,
expires_at (UTC, None: never), amount_refunded, refunds (oldest first: {refund_id, order_id, amount, status,
financial_status, description, at, modified}), wants_capture, capture (of a card's reservation: {remaining, orders,
elsewhere: captured in orders of their own or let go} or None), recurring ({id, model} or None), card ({last4, bin,
expiry, holder} or None), shipment (what the shop told of it), invoice_id,
later (what the shopper does by themselves after a while, or None). Amounts are minor units.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.multisafepay.errors import Impossible
from mock_server.providers.multisafepay.state.statuses import PAID_STATES, State, after_refunds, moved

KIND = "multisafepay_orders"
TRANSACTIONS = "multisafepay_transactions"  # PSP id, Klarna's order id, a refund's own id -> key of the order
SESSIONS = "multisafepay_sessions"  # session id -> key of the order
IDS = "multisafepay_ids"  # order_id -> key of the order that had it last, on whichever website
SITES = "multisafepay_sites"  # site -> its API key
# names of alarms; their keys are the session (of the first two), the order's key, and "refund_id key"
EXPIRY, SHOPPER = "multisafepay.expire", "multisafepay.shopper"
SETTLEMENT, REFUND = "multisafepay.settle", "multisafepay.refund"
_AMSTERDAM = "Europe/Amsterdam"
_BUSINESS_DAYS, _SATURDAY = 14, 5  # until Klarna pays a shipped order
_EXTRA_DIGITS = 6  # of a transaction id, behind the seconds since 1970


def key_of(site: str, order_id: str) -> str:
    """Websites may use the same order_id."""
    return f"{site}/{order_id}"


def find(world: World, id_: str, site: str) -> Record | None:
    """A website's order by its order_id, by MultiSafepay's transaction id, or by the own id of one of its refunds."""
    own = key_of(site, id_)
    order = world.store.get(KIND, own) or _known(world, TRANSACTIONS, id_) or _known(world, TRANSACTIONS, own)
    return order if order and order["site"] == site else None


def find_anywhere(world: World, id_: str) -> Record | None:
    """The newest order of this order_id, or the one of this transaction id, whichever website made it."""
    return _known(world, IDS, id_) or _known(world, TRANSACTIONS, id_)


def find_by_session(world: World, session_id: str) -> Record | None:
    """The order of a payment page, unless a newer page took its place."""
    order = _known(world, SESSIONS, session_id)
    return order if order and order["session_id"] == session_id else None


def find_by_key(world: World, key: str) -> Record | None:
    return world.store.get(KIND, key)


def newest(world: World, order: Record) -> Record:
    """The order as it is by now, unless it was replaced."""
    found = find_by_key(world, order["key"])
    return found if found and found["session_id"] == order["session_id"] else order


def _known(world: World, index: str, key: str) -> Record | None:
    known = world.store.get(index, key)
    return world.store.get(KIND, known["key"]) if known else None


def remember(world: World, index: str, id_: str, order_key: str) -> None:
    """Have an order found by another id."""
    world.store.put(index, id_, {"key": order_key})


def state_of(order: Record) -> State:
    return State(order["status"], order["financial_status"])


def as_moved(world: World, order: Record, move: str, **changes: Any) -> Record:
    """The record after a move; raises Impossible."""
    state = moved(state_of(order), move, order["order_id"])
    if state in PAID_STATES:
        changes = {"was_paid": True, **changes}
    if state.financial_status == "completed" and not order["completed"]:
        changes = {"completed": to_text(world.clock.now()), **changes}
    return order | {**state._asdict(), "modified": to_text(world.clock.now()), **changes}


def change(world: World, order: Record, apply: Callable[[Record], Record]) -> Record:
    """Change an order in one atomic step; ``apply`` may refuse by raising. Raises Impossible when it was replaced."""

    def checked(found: Record | None) -> Record:
        if found is None or found["session_id"] != order["session_id"]:
            raise Impossible(f"order {order['order_id']} was replaced meanwhile")
        return apply(found)

    changed = world.store.change(KIND, order["key"], checked)
    assert changed is not None  # checked never answers None
    return changed


def move(world: World, order: Record, move: str, **changes: Any) -> Record:
    """Make a move; raises Impossible, and nothing is changed."""
    return change(world, order, lambda found: as_moved(world, found, move, **changes))


def new_transaction_id(world: World, key: str) -> int:
    """A PSP id that leads to the order of this key: the seconds and six digits; before 2025 seven digits."""
    while True:
        chance = world.ids.draw("multisafepay_transaction")
        number = chance.randrange(1_000_000, 10_000_000)
        if world.settings.multisafepay_version == "2025":
            seconds = world.clock.now_ms() // 1000
            number = seconds * 10**_EXTRA_DIGITS + chance.randrange(10**_EXTRA_DIGITS)
        if _claimed(world, str(number), key):
            return number


def _claimed(world: World, id_: str, key: str) -> bool:
    """Whether the id was free; it is not any more."""
    was_free: list[bool] = []

    def claim(found: Record | None) -> Record:
        was_free[:] = [found is None]
        return found or {"key": key}

    world.store.change(TRANSACTIONS, id_, claim)
    return was_free[0]


def forget(world: World, *ids: object) -> None:
    """Have nothing found by these transaction ids."""
    for id_ in ids:
        if id_ is not None:
            world.store.change(TRANSACTIONS, str(id_), lambda _: None)


def wall_clock(moment: datetime) -> datetime:
    """The time in Amsterdam, which is MultiSafepay's."""
    from zoneinfo import ZoneInfo  # not before an order is there

    return moment.astimezone(ZoneInfo(_AMSTERDAM))


def set_settlement(world: World, key: str) -> None:
    """Have the money of a shipped order arrive 14 business days from now."""
    moment, days = world.clock.now(), _BUSINESS_DAYS
    while days:
        moment += timedelta(days=1)
        days -= moment.weekday() < _SATURDAY
    world.clock.set_alarm(moment, SETTLEMENT, key)


def refund_entry(
    world: World, order: Record, number: int, amount: int, *, state: tuple[str, str], **details: Any
) -> Record:
    """A refund before it is one: ``state`` is its status and financial_status."""
    now = to_text(world.clock.now())
    return {
        "refund_id": number,
        "order_id": order["order_id"],
        "amount": amount,
        "status": state[0],
        "financial_status": state[1],
        "description": None,
        "at": now,
        "modified": now,
        **details,
    }


def with_refund(world: World, order: Record, entry: Record) -> Record:
    """The order with one more refund."""
    return counted(world, order | {"refunds": [*order["refunds"], entry]})


def with_refund_changed(world: World, order: Record, number: int, **changes: Any) -> Record:
    """The order after one of its refunds changed."""
    now = to_text(world.clock.now())
    refunds = [
        refund | changes | {"modified": now} if refund["refund_id"] == number else refund for refund in order["refunds"]
    ]
    return counted(world, order | {"refunds": refunds})


def counted(world: World, order: Record) -> Record:
    """The order with what its refunds make of its amount_refunded and status; void ones count for nothing."""
    refunded = sum(refund["amount"] for refund in order["refunds"] if refund["status"] != "void")
    before = order["before_refunds"] or order["status"]
    status = after_refunds(before, order["amount"], refunded, world.settings.multisafepay_refunded)
    return order | {
        "amount_refunded": refunded,
        "before_refunds": before if refunded else None,
        "status": status,
        "modified": to_text(world.clock.now()),
    }

"""What an order's status allows, and what becomes of it, as a table.

Source: docs.commercelayer.io, orders, 2025; the actions that Commerce Layer's dashboard offers per status; statuses of
360 orders of a test organization (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DRAFT, PENDING, PLACING, PLACED = "draft", "pending", "placing", "placed"
APPROVED, CANCELLED, EDITING = "approved", "cancelled", "editing"
UNPAID, FREE, AUTHORIZED, PARTLY_AUTHORIZED = "unpaid", "free", "authorized", "partially_authorized"
PAID, PARTLY_PAID, VOIDED, REFUNDED = "paid", "partially_paid", "voided", "refunded"
PARTLY_REFUNDED = "partially_refunded"
UNFULFILLED, IN_PROGRESS, FULFILLED, NOT_REQUIRED = "unfulfilled", "in_progress", "fulfilled", "not_required"

OPEN = (DRAFT, PENDING)  # before anything is placed
EDITABLE = (*OPEN, EDITING)
HOLDING = (AUTHORIZED, PARTLY_AUTHORIZED, PARTLY_PAID)  # payment statuses with money that can be captured
TAKEN = (PAID, PARTLY_PAID, PARTLY_REFUNDED)  # with money that can be given back


class Move(NamedTuple):
    """A trigger of an order: where it may start, what of it was done before, and where it leads."""

    from_: tuple[str, ...]
    done: tuple[str, ...] = ()  # statuses in which it changes nothing, and is no mistake
    payment: tuple[str, ...] = ()  # payment statuses it needs; none: any
    payment_done: tuple[str, ...] = ()  # with one of these in any of those statuses it changes nothing
    to: str = ""  # the status afterwards; none: as before
    payment_to: str = ""  # the payment status afterwards; none: as before
    sales: bool = False  # whether a sales channel may pull it


_ANY = (DRAFT, PENDING, PLACING, PLACED, APPROVED, CANCELLED, EDITING)
MOVES: Mapping[str, Move] = {
    "_pending": Move((DRAFT, PLACING), (PENDING,), to=PENDING),
    "_authorize": Move(
        (PENDING, PLACED, APPROVED), payment_done=(AUTHORIZED, PARTLY_PAID, PAID, FREE), payment_to=AUTHORIZED,
        sales=True,
    ),
    "_place": Move((PENDING, PLACING), (PLACED, APPROVED), to=PLACED, payment_to=AUTHORIZED, sales=True),
    "_approve": Move((PLACED,), (APPROVED,), to=APPROVED),
    "_approve_and_capture": Move(
        (PLACED, APPROVED), payment=(*HOLDING, PARTLY_REFUNDED, FREE), payment_done=(PAID,), to=APPROVED,
        payment_to=PAID,
    ),
    "_capture": Move((APPROVED,), payment=(*HOLDING, PARTLY_REFUNDED), payment_done=(PAID,), payment_to=PAID),
    "_fulfill": Move((APPROVED,), payment=(PAID, PARTLY_PAID, FREE, PARTLY_REFUNDED)),
    "_refund": Move(
        (APPROVED,), (CANCELLED,), payment=TAKEN, payment_done=(REFUNDED,), to=CANCELLED, payment_to=REFUNDED
    ),
    "_cancel": Move(
        (DRAFT, PENDING, PLACING, PLACED, APPROVED), (CANCELLED,),
        payment=(UNPAID, AUTHORIZED, PARTLY_AUTHORIZED, VOIDED, FREE), to=CANCELLED, sales=True,
    ),
    "_start_editing": Move((PLACED,), (EDITING,), payment=(FREE, AUTHORIZED, PARTLY_AUTHORIZED, PAID), to=EDITING),
    "_stop_editing": Move((EDITING,), (PLACED,), to=PLACED),
    "_archive": Move(_ANY, sales=True),
    "_unarchive": Move(_ANY, sales=True),
    "_refresh": Move(EDITABLE, sales=True),
    "_refresh_prices": Move(EDITABLE),
    "_update_taxes": Move((*EDITABLE, PLACED, APPROVED), sales=True),
    "_validate": Move((*EDITABLE, PLACED, APPROVED, PLACING), sales=True),
    "_nullify_payment_source": Move(EDITABLE, sales=True),
    "_fix_payment_source": Move((*EDITABLE, PLACED, APPROVED)),
    "_reset_circuit": Move(_ANY),
}  # fmt: skip
# triggers that only integrations may use, whatever the status
NOT_FOR_SALES = frozenset(name for name, move in MOVES.items() if not move.sales) | {"_add_tags", "_remove_tags"}


def why_not(trigger: str, status: str, payment_status: str) -> str:
    """Why an order in these statuses does not take a trigger; empty when it does."""
    move = MOVES[trigger]
    if status not in move.from_:
        return f"{trigger} needs status {' or '.join(move.from_)}, it is {status}"
    if move.payment and payment_status not in move.payment:
        return f"{trigger} needs payment_status {' or '.join(move.payment)}, it is {payment_status}"
    return ""


def is_done(trigger: str, status: str, payment_status: str) -> bool:
    """Whether a trigger was pulled before: a second pull is answered alike, and changes nothing."""
    move = MOVES[trigger]
    if move.payment_done:
        return payment_status in move.payment_done and status in (*move.from_, *move.done)
    return status in move.done


def after(trigger: str, status: str, payment_status: str) -> tuple[str, str]:
    """Where a trigger leads, when all goes well."""
    if is_done(trigger, status, payment_status):
        return status, payment_status
    move = MOVES[trigger]
    is_paid = payment_status in (PAID, FREE) and move.payment_to == AUTHORIZED
    return move.to or status, payment_status if is_paid else move.payment_to or payment_status

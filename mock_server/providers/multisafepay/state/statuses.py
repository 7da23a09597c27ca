"""The statuses of a MultiSafepay order and the moves between them, as tables.

A state is a pair: status (what the shop acts on) and financial_status (where the money is).
Source: docs.multisafepay.com, payment statuses and Klarna; the same pages of 2020 to 2022 (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mock_server.providers.multisafepay.errors import Impossible


class State(NamedTuple):
    status: str
    financial_status: str


INITIALIZED = State("initialized", "initialized")
UNCLEARED = State("uncleared", "uncleared")  # Klarna is still deciding; of e-invoices: waits for the merchant
AUTHORIZED = State("completed", "uncleared")  # what every paid Klarna order is until it settles
RESERVED = State("completed", "initialized")  # a card's money, to be captured by the merchant
PAID = State("completed", "completed")
DECLINED = State("declined", "declined")
CANCELLED = State("cancelled", "cancelled")
VOID = State("void", "void")
EXPIRED = State("expired", "expired")
SHIPPED = State("shipped", "uncleared")
SETTLED = State("shipped", "completed")

# move -> state before -> state after
MOVES: Mapping[str, Mapping[State, State]] = {
    # of the shopper
    "authorize": {INITIALIZED: AUTHORIZED},
    "pay": {INITIALIZED: PAID},
    "reserve": {INITIALIZED: RESERVED},
    "hold": {INITIALIZED: UNCLEARED},
    "decline": {INITIALIZED: DECLINED},
    "abort": {INITIALIZED: VOID},
    # of Klarna
    "accept": {UNCLEARED: AUTHORIZED},
    "reject": {UNCLEARED: DECLINED, AUTHORIZED: DECLINED},  # assumed of the latter, whose acceptance Klarna takes back
    # of the merchant
    "cancel": {INITIALIZED: CANCELLED, UNCLEARED: VOID, AUTHORIZED: VOID, RESERVED: VOID},
    "ship": {UNCLEARED: SHIPPED, AUTHORIZED: SHIPPED, PAID: SETTLED},
    "capture": {RESERVED: PAID},
    # of time
    "expire": {INITIALIZED: EXPIRED, UNCLEARED: EXPIRED, AUTHORIZED: EXPIRED, RESERVED: VOID},
    "settle": {
        SHIPPED: SETTLED,
        State("partial_refunded", "uncleared"): State("partial_refunded", "completed"),
        State("refunded", "uncleared"): State("refunded", "completed"),
        State("void", "uncleared"): State("void", "completed"),  # wholly refunded, by the setting of that name
    },
}

# a new order may take the order_id of one in these
REPLACEABLE = ("initialized", "declined", "cancelled", "void", "expired")
PAID_STATES = (AUTHORIZED, PAID, RESERVED)  # whoever was in one of these keeps its order_id
REFUNDABLE = ("completed", "shipped", "partial_refunded")


def moved(state: State, move: str, order_id: str) -> State:
    """The state after a move; raises Impossible."""
    table = MOVES[move]
    if state not in table:
        wanted = " or ".join("/".join(before) for before in table)
        raise Impossible(f"{move} of order {order_id} needs {wanted}, it is {'/'.join(state)}")
    return table[state]


def after_refunds(before: str, amount: int, refunded: int, full: str) -> str:
    """The status of an order that was ``before``; minor units. ``full`` is what a wholly refunded one is called."""
    if refunded == 0:
        return before
    return "partial_refunded" if refunded < amount else full

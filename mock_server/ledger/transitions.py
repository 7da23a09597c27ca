"""The allowed moves of an order, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

AUTHORIZED = "AUTHORIZED"
PART_CAPTURED = "PART_CAPTURED"
CAPTURED = "CAPTURED"
CANCELLED = "CANCELLED"
EXPIRED = "EXPIRED"
CLOSED = "CLOSED"

ACCEPTED = "ACCEPTED"
PENDING = "PENDING"
REJECTED = "REJECTED"

# move -> statuses an order may be in for it. Source: Order Management API reference (read 2026-11-20).
ALLOWED_IN: Mapping[str, tuple[str, ...]] = {
    "capture": (AUTHORIZED, PART_CAPTURED),
    "refund": (PART_CAPTURED, CAPTURED, CLOSED),
    "cancel": (AUTHORIZED,),
    "extend": (AUTHORIZED, PART_CAPTURED),
    "release": (PART_CAPTURED,),
    "expire": (AUTHORIZED, PART_CAPTURED),
    "close": (CAPTURED,),
    "decide": (AUTHORIZED,),
    "acknowledge": (AUTHORIZED, PART_CAPTURED, CAPTURED, CLOSED),
    "update_authorization": (AUTHORIZED, PART_CAPTURED),
    "update_references": (AUTHORIZED, PART_CAPTURED, CAPTURED, EXPIRED, CLOSED),
    "update_customer": (AUTHORIZED, PART_CAPTURED),
    "add_shipping_info": (AUTHORIZED, PART_CAPTURED, CAPTURED, CANCELLED, EXPIRED, CLOSED),
    "add_capture_shipping_info": (PART_CAPTURED, CAPTURED, CLOSED),
    "update_capture_customer": (PART_CAPTURED, CAPTURED, CLOSED),
    "send_out": (PART_CAPTURED, CAPTURED, CLOSED),
    "extend_due_date": (PART_CAPTURED, CAPTURED, CLOSED),
}
STOPPED = "STOPPED"  # a decision about an accepted order, which is REJECTED then

# fraud decision -> fraud statuses it may follow
DECIDED_FROM: Mapping[str, tuple[str, ...]] = {ACCEPTED: (PENDING,), REJECTED: (PENDING,), STOPPED: (ACCEPTED,)}
# fraud decision -> the order's fraud status afterwards
DECIDED_AS: Mapping[str, str] = {ACCEPTED: ACCEPTED, REJECTED: REJECTED, STOPPED: REJECTED}


Reason = Literal[
    "unknown", "unknown_capture", "status", "pending", "rejected", "amount", "below_captured", "growth", "days",
    "return_fee",
]  # fmt: skip


class NotAllowed(Exception):
    """A move that the order's status or amounts do not allow."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def status_after_update(status: str, order_amount: int, captured_amount: int) -> str:
    """Of an order whose authorised amount changed, minor units: nothing is left of a smaller one when all is taken."""
    return CAPTURED if captured_amount and captured_amount == order_amount else status


def status_after_capture(order_amount: int, captured_amount: int) -> str:
    """Minor units; captured up to the last cent is CAPTURED."""
    return CAPTURED if captured_amount == order_amount else PART_CAPTURED


def require(move: str, status: str, order_id: str) -> None:
    """Raises NotAllowed when an order in this status does not take the move."""
    if status not in ALLOWED_IN[move]:
        wanted = " or ".join(ALLOWED_IN[move])
        raise NotAllowed("status", f"{move} of order {order_id} needs status {wanted}, it is {status}")

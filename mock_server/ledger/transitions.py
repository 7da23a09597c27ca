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
    "expire": (AUTHORIZED,),
}
STOPPED = "STOPPED"  # a decision about an accepted order, which is REJECTED then

# fraud decision -> fraud statuses it may follow
DECIDED_FROM: Mapping[str, tuple[str, ...]] = {ACCEPTED: (PENDING,), REJECTED: (PENDING,), STOPPED: (ACCEPTED,)}
# fraud decision -> the order's fraud status afterwards
DECIDED_AS: Mapping[str, str] = {ACCEPTED: ACCEPTED, REJECTED: REJECTED, STOPPED: REJECTED}


Reason = Literal["unknown", "status", "pending", "rejected", "amount", "too_late"]


class NotAllowed(Exception):
    """A move that the order's status or amounts do not allow."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def status_after_capture(order_amount: int, captured_amount: int) -> str:
    """Minor units; captured up to the last cent is CAPTURED."""
    return CAPTURED if captured_amount == order_amount else PART_CAPTURED


def require(move: str, status: str, order_id: str) -> None:
    """Raises NotAllowed when an order in this status does not take the move."""
    if status not in ALLOWED_IN[move]:
        wanted = " or ".join(ALLOWED_IN[move])
        raise NotAllowed("status", f"{move} of order {order_id} needs status {wanted}, it is {status}")

"""Disputes: a shopper objects to a capture, or Klarna asks the merchant not to send an order of high risk.

A dispute record, kept on the order: reason, capture_id (None: of the order as a whole), opened_at, amount (minor
units). Not emulated: the Disputes API, in which a merchant answers them; an order's money does not change.
Source: docs.klarna.com, sample customer data (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.rules import Option
from mock_server.core.store import Record
from mock_server.core.world import World

HIGH_RISK = "high_risk_order"  # the only one that is about the order itself
REASONS = (
    "return", "goods_not_received", "already_paid", "faulty_goods", "incorrect_invoice", "unauthorized_purchase",
    "non_compliance", "non_guaranteed_payment_program", "return_not_possible", HIGH_RISK,
)  # fmt: skip


def read_reason(word: Any) -> str:
    """Raises ValueError."""
    if not isinstance(word, str) or word not in REASONS:
        raise ValueError(f"dispute is {word!r}; expected one of {', '.join(REASONS)}")
    return word


# an option of every outcome that places an order
OPTIONS: Mapping[str, Option] = {
    "dispute": Option(
        f"why each capture will be disputed: {', '.join(REASONS[:-1])}; or {HIGH_RISK}: the order itself", read_reason
    )
}


def of_new_order(reason: str, amount: int, at: str) -> Record:
    """What an order keeps of what will be disputed: ``disputed_as`` and ``disputes``, oldest first."""
    opened = [_dispute(reason, None, amount, at)] if reason == HIGH_RISK else []
    return {"disputed_as": reason or None, "disputes": opened}


def after_capture(order: Record, capture: Record) -> Record:
    """The order's disputes with the one of this capture, if there is to be one."""
    reason = order["disputed_as"]
    if reason in (None, HIGH_RISK):
        return {}
    opened = _dispute(reason, capture["capture_id"], capture["captured_amount"], capture["captured_at"])
    return {"disputes": [*order["disputes"], opened]}


def tell(world: World, order: Record, capture_id: str | None) -> None:
    """Have the journal say which dispute was opened just now, if one was."""
    for dispute in order["disputes"]:
        if dispute["capture_id"] == capture_id:
            of = f"capture {capture_id}" if capture_id else f"order {order['order_id']}: it is not to be sent"
            world.notes.append(f"dispute {dispute['reason']} of {dispute['amount']} was opened on {of}")


def _dispute(reason: str, capture_id: str | None, amount: int, at: str) -> Record:
    return {"reason": reason, "capture_id": capture_id, "opened_at": at, "amount": amount}

"""An order in any state at once, for a test that is about what comes after: by lawful moves only.

Session, authorization, order, captures and refunds are made as a merchant and a shopper make them, so what the order
tells of its past is true, and whoever listens is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from mock_server.core.clock import parse_time
from mock_server.core.errors import ApiError, Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import decisions, endings, orders
from mock_server.ledger.transitions import REJECTED
from mock_server.providers.klarna.actions import order_management, payments, shopper
from mock_server.providers.klarna.schemas import payments as schemas

_ASKED_BY = "POST /_mock/klarna/orders"
_ACCEPTED = Decision(decided_by=_ASKED_BY)
_PENDING = Decision("pending", decided_by=_ASKED_BY)


class _Maker(NamedTuple):
    """An order on its way to a state; amounts are minor units."""

    world: World
    order_id: str
    captured: int
    refunded: int

    def capture(self) -> None:
        order_management.create_capture(self.world, self.order_id, {"captured_amount": self.captured}, _ACCEPTED)

    def refund(self) -> None:
        order_management.create_refund(self.world, self.order_id, {"refunded_amount": self.refunded})

    def cancel(self) -> None:
        order_management.cancel_order(self.world, self.order_id)

    def release(self) -> None:
        order_management.release_remaining_authorization(self.world, self.order_id)

    def reject(self) -> None:
        decisions.decide_order(self.world, self.order_id, REJECTED)

    def expire(self) -> None:
        self.world.move_clock(parse_time(orders.find_order(self.world, self.order_id)["expires_at"]))

    def close(self) -> None:
        endings.close_order(self.world, self.order_id)


Step = Callable[[_Maker], None]


class _Way(NamedTuple):
    """How an order comes into a state; ``captured`` and ``refunded`` say how much of it."""

    steps: Sequence[Step] = ()
    captured: str = ""  # "part" or "all" of the order
    refunded: str = ""  # "part" or "all" of what was captured
    is_pending: bool = False


WAYS: Mapping[str, _Way] = {
    "AUTHORIZED": _Way(),
    "PENDING": _Way(is_pending=True),
    "REJECTED": _Way((_Maker.reject,), is_pending=True),
    "PART_CAPTURED": _Way((_Maker.capture,), "part"),
    "CAPTURED": _Way((_Maker.capture,), "all"),
    "RELEASED": _Way((_Maker.capture, _Maker.release), "part"),
    "PART_REFUNDED": _Way((_Maker.capture, _Maker.refund), "all", "part"),
    "REFUNDED": _Way((_Maker.capture, _Maker.refund), "all", "all"),
    "CANCELLED": _Way((_Maker.cancel,)),
    "EXPIRED": _Way((_Maker.expire,)),
    "CLOSED": _Way((_Maker.capture, _Maker.close), "all"),
}


def make_order(world: World, wanted: Mapping[str, Any], *, merchant: str, base_url: str) -> Record:
    """Place an order and bring it into a state of ``WAYS``; answers with the order's record.

    ``wanted`` has the state, and if they matter purchase, captured_amount and refunded_amount. EXPIRED moves the
    world's clock to the day it expires. Raises Misused for amounts that do not fit the state, and in Klarna's words
    for a purchase that Klarna would refuse; nothing is placed then.
    """
    way, purchase = WAYS[wanted["state"]], _purchase(wanted.get("purchase", {}))
    captured = _amount(wanted, "captured_amount", way.captured, purchase.get("order_amount"))
    refunded = _amount(wanted, "refunded_amount", way.refunded, captured)
    try:
        decision = _PENDING if way.is_pending else _ACCEPTED
        order_id = _place(world, purchase, decision, merchant=merchant, base_url=base_url)
    except ApiError as error:
        cause = str(error.__cause__ or "")
        because = f": {cause}" if cause else "".join(f"; {fault.text}" for fault in error.faults)
        raise Misused(f"{str(error) or error.code}{because}", status=error.status, code=error.code) from error
    maker = _Maker(world, order_id, captured, refunded)
    for step in way.steps:
        step(maker)
    return orders.find_order(world, order_id)


def _purchase(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Tea for 100 euros in Germany, and what was asked on top."""
    amount = asked.get("order_amount", 10000)
    line = {"name": "Tea", "quantity": 1, "unit_price": amount, "total_amount": amount}
    return {
        "purchase_country": "DE", "purchase_currency": "EUR", "locale": "de-DE", "order_amount": amount,
        "order_lines": [line], **asked,
    }  # fmt: skip


def _amount(wanted: Mapping[str, Any], name: str, part: str, whole: Any) -> int:
    """How much is captured or refunded, minor units; half of the whole when the state is about a part of it."""
    amount = wanted.get(name)
    if not part and amount is not None:
        raise Misused(f"{name}: not of state {wanted['state']}")
    if not part or not isinstance(whole, int):
        return 0
    least = 2 if part == "part" else 1
    if whole < least:
        raise Misused(f"order_amount is {whole}, expected at least {least} for state {wanted['state']}")
    if amount is None:
        return whole if part == "all" else whole // 2
    if (part == "all" and amount != whole) or not 0 < amount < whole + (part == "all"):
        expected = f"{whole}" if part == "all" else f"1 to {whole - 1}"
        raise Misused(f"{name} is {amount}, expected {expected} for state {wanted['state']}")
    return int(amount)


def _place(world: World, purchase: Mapping[str, Any], decision: Decision, *, merchant: str, base_url: str) -> str:
    body = {**schemas.load_order(purchase), "auto_capture": False}
    made = payments.create_session(world, schemas.load_session(purchase), merchant=merchant, base_url=base_url)
    session = payments.find_session(world, made["session_id"])
    told = shopper.authorize(world, session, _ACCEPTED, data={})
    if "authorization_token" not in told:
        raise Misused(f"the shopper is not authorized: {', '.join(told['error']['invalid_fields'])}")
    token = told["authorization_token"]
    answer = payments.create_order(
        world, payments.find_authorization(world, token), body, decision,
        token=token, merchant=merchant, base_url=base_url,
    )  # fmt: skip
    return str(answer["order_id"])

"""Whatever moves a merchant, Klarna and time make, in whatever order: the amounts of an order add up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mock_server.app import create_worlds
from mock_server.core.store import Record
from mock_server.ledger import endings, orders, updates
from mock_server.ledger.captures import capture_order
from mock_server.ledger.decisions import Verdict, decide_order
from mock_server.ledger.refunds import refund_order
from mock_server.ledger.transitions import ACCEPTED, PENDING, REJECTED, NotAllowed
from mock_server.settings import Settings

from .conftest import Till

AMOUNTS = st.integers(-1, 12_000)
FINAL = ("CANCELLED", "EXPIRED", "CLOSED")


class Order(RuleBasedStateMachine):
    """One order of 10,000, pending or not; each rule is a move, lawful or not."""

    @initialize(is_pending=st.booleans(), auto_capture=st.booleans())
    def place(self, is_pending: bool, auto_capture: bool) -> None:
        self.world = create_worlds(Settings()).get("default")
        self.world.clock.freeze(datetime(2026, 11, 20, 12, tzinfo=UTC))
        verdict = Verdict(PENDING) if is_pending else Verdict()
        self.order_id = Till(self.world).order(verdict, auto_capture=auto_capture)["order_id"]
        self.before = self.order()

    def order(self) -> Record:
        return orders.find_order(self.world, self.order_id)

    def move(self, move: Callable[..., object], *args: Any) -> None:
        """A refused move changes nothing."""
        self.before = self.order()
        try:
            move(self.world, self.order_id, *args)
        except NotAllowed:
            assert self.before == self.order()

    @rule(amount=AMOUNTS)
    def capture(self, amount: int) -> None:
        self.move(capture_order, amount)

    @rule(amount=AMOUNTS)
    def refund(self, amount: int) -> None:
        self.move(refund_order, amount)

    @rule(amount=AMOUNTS.filter(lambda amount: amount >= 0))
    def update(self, amount: int) -> None:
        self.move(updates.update_authorization, amount, ())

    @rule(fraud_status=st.sampled_from([ACCEPTED, REJECTED]))
    def decide(self, fraud_status: str) -> None:
        self.move(decide_order, fraud_status)

    @rule(end=st.sampled_from([endings.cancel_order, endings.release_order, endings.extend_order, endings.close_order]))
    def end(self, end: Callable[..., object]) -> None:
        self.move(end)

    @rule(hours=st.sampled_from([1, 5, 24, 24 * 20, 24 * 30]))
    def wait(self, hours: int) -> None:
        self.before = self.order()
        self.world.advance(timedelta(hours=hours))

    @invariant()
    def the_sums_are_those_of_the_parts(self) -> None:
        order = self.order()
        captured = sum(capture["captured_amount"] for capture in order["captures"])
        refunded = sum(refund["refunded_amount"] for refund in order["refunds"])
        assert [captured, refunded] == [order["captured_amount"], order["refunded_amount"]]
        assert refunded == sum(capture["refunded_amount"] for capture in order["captures"])
        assert all(0 <= each["refunded_amount"] <= each["captured_amount"] for each in order["captures"])

    @invariant()
    def no_more_is_captured_than_authorized_and_refunded_than_captured(self) -> None:
        order = self.order()
        assert 0 <= order["refunded_amount"] <= order["captured_amount"] <= order["order_amount"]
        left = 0 if order["status"] in FINAL else order["order_amount"] - order["captured_amount"]
        assert left == order["remaining_authorized_amount"]

    @invariant()
    def the_status_says_how_much_is_captured(self) -> None:
        order = self.order()
        captured, status = order["captured_amount"], order["status"]
        if status in ("AUTHORIZED", "CANCELLED", "EXPIRED"):
            assert 0 == captured
        if status == "PART_CAPTURED":
            assert captured <= order["order_amount"]
        if status in ("CAPTURED", "CLOSED"):
            assert order["order_amount"] == captured

    @invariant()
    def what_has_ended_stays_as_it_is(self) -> None:
        if self.before["status"] in FINAL:
            assert self.before["status"] == self.order()["status"]
        if self.before["fraud_status"] == REJECTED and self.order()["fraud_status"] == ACCEPTED:
            assert self.order()["captured_amount"]


TestAnyMoves = Order.TestCase
TestAnyMoves.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)

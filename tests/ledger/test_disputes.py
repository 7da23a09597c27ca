from __future__ import annotations

import pytest

from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.decisions import Verdict
from mock_server.ledger.disputes import HIGH_RISK, REASONS, read_reason

from .conftest import Till

OF_CAPTURES = [reason for reason in REASONS if reason != HIGH_RISK]


@pytest.mark.parametrize("reason", OF_CAPTURES)
def test_each_capture_is_disputed(world: World, till: Till, reason: str) -> None:
    placed = till.order(Verdict(dispute=reason), amount=10000)

    captures = [capture_order(world, placed["order_id"], amount)[1] for amount in (4000, 6000)]

    assert [] == placed["disputes"]
    assert [
        {"reason": reason, "capture_id": each["capture_id"], "opened_at": each["captured_at"], "amount": amount}
        for each, amount in zip(captures, (4000, 6000), strict=True)
    ] == till.stored(placed)["disputes"]


def test_the_journal_is_told_of_each(world: World, till: Till) -> None:
    placed = till.order(Verdict(dispute="return"), amount=10000)

    _, capture = capture_order(world, placed["order_id"], 4000)

    assert [f"dispute return of 4000 was opened on capture {capture['capture_id']}"] == world.notes


def test_an_order_of_high_risk_is_stopped_from_being_sent_and_its_captures_are_not_disputed(
    world: World, till: Till
) -> None:
    placed = till.order(Verdict(dispute=HIGH_RISK), amount=10000)
    noted = list(world.notes)

    capture_order(world, placed["order_id"], 10000)

    expected = {"reason": HIGH_RISK, "capture_id": None, "opened_at": placed["created_at"], "amount": 10000}
    assert [expected] == placed["disputes"] == till.stored(placed)["disputes"]
    assert [
        f"dispute {HIGH_RISK} of 10000 was opened on order {placed['order_id']}: it is not to be sent"
    ] == noted == world.notes


def test_other_orders_are_not_disputed(world: World, till: Till) -> None:
    placed = till.order(amount=10000)

    capture_order(world, placed["order_id"], 10000)

    assert (None, []) == (placed["disputed_as"], till.stored(placed)["disputes"])
    assert [] == world.notes


def test_a_capture_that_waited_for_the_decision_is_disputed_too(world: World, till: Till) -> None:
    placed = till.order(Verdict(dispute="already_paid"), amount=4200, auto_capture=True)

    assert [4200] == [each["amount"] for each in till.stored(placed)["disputes"]]


@pytest.mark.parametrize("word", ["", "returned", None, ["return"], 5])
def test_a_reason_that_is_none_is_refused_with_those_allowed(word: object) -> None:
    with pytest.raises(ValueError, match="expected one of return, goods_not_received"):
        read_reason(word)

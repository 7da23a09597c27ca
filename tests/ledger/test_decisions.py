from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.world import World
from mock_server.ledger.decisions import Verdict, decide_order, read_verdict
from mock_server.ledger.transitions import NotAllowed

from .conftest import Heard, Till

IN_FIVE_MINUTES = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("outcome", "options", "expected"),
    [
        ("accepted", {}, Verdict("ACCEPTED")),
        ("any_token", {}, Verdict("ACCEPTED")),
        ("pending", {}, Verdict("PENDING")),
        ("pending", {"decide": "accepted", "after": "5m"}, Verdict("PENDING", "ACCEPTED", IN_FIVE_MINUTES)),
        ("pending", {"decide": "rejected"}, Verdict("PENDING", "REJECTED", timedelta())),
        ("stopped", {"after": "5m"}, Verdict("ACCEPTED", "STOPPED", IN_FIVE_MINUTES)),
        ("stopped", {}, Verdict("ACCEPTED", "STOPPED", timedelta())),
        ("accepted", {"dispute": "return"}, Verdict("ACCEPTED", dispute="return")),
        ("pending", {"dispute": "return"}, Verdict("PENDING", dispute="return")),
    ],
)
def test_an_outcome_is_read_as_a_verdict(outcome: str, options: dict[str, Any], expected: Verdict) -> None:
    assert expected == read_verdict(outcome, options)


def test_an_unknown_decision_is_refused_with_those_allowed() -> None:
    with pytest.raises(ValueError) as refused:
        read_verdict("pending", {"decide": "maybe"})

    assert "decide is 'maybe'; expected accepted or rejected" == str(refused.value)


def test_a_duration_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="is no duration"):
        read_verdict("pending", {"after": "soon"})


@pytest.mark.parametrize(("then", "event"), [("ACCEPTED", "order.accepted"), ("REJECTED", "order.rejected")])
def test_a_pending_order_is_decided_when_its_time_has_come(
    world: World, till: Till, heard: Heard, then: str, event: str
) -> None:
    placed = till.order(Verdict("PENDING", then, IN_FIVE_MINUTES))

    fired = world.advance(IN_FIVE_MINUTES)

    assert [{"at": "2026-11-20T12:05:00.000Z", "what": event, "order_id": placed["order_id"]}] == fired
    assert then == till.stored(placed)["fraud_status"]
    assert event == heard.names[-1]


def test_a_pending_order_is_not_decided_before_its_time(world: World, till: Till) -> None:
    placed = till.order(Verdict("PENDING", "ACCEPTED", IN_FIVE_MINUTES))

    world.advance(IN_FIVE_MINUTES - timedelta(milliseconds=1))

    assert "PENDING" == till.stored(placed)["fraud_status"]


def test_a_pending_order_without_a_time_stays_pending(world: World, till: Till) -> None:
    placed = till.order(Verdict("PENDING"))

    fired = world.advance(timedelta(days=2))

    assert [] == fired
    assert "PENDING" == till.stored(placed)["fraud_status"]


def test_who_decides_first_decides(world: World, till: Till, heard: Heard) -> None:
    placed = till.order(Verdict("PENDING", "ACCEPTED", IN_FIVE_MINUTES))
    decide_order(world, placed["order_id"], "REJECTED")

    fired = world.advance(IN_FIVE_MINUTES)

    assert [] == fired
    assert "REJECTED" == till.stored(placed)["fraud_status"]
    assert ["order.placed", "order.rejected"] == heard.names[1:]


def test_a_decided_order_is_not_decided_again(world: World, till: Till) -> None:
    placed = till.order()

    with pytest.raises(NotAllowed) as refused:
        decide_order(world, placed["order_id"], "REJECTED")

    assert "status" == refused.value.reason
    assert f"order {placed['order_id']} is ACCEPTED, not PENDING" == str(refused.value)
    assert "ACCEPTED" == till.stored(placed)["fraud_status"]


def test_an_order_nobody_placed_cannot_be_decided(world: World) -> None:
    with pytest.raises(NotAllowed) as refused:
        decide_order(world, "nobody", "ACCEPTED")

    assert "unknown" == refused.value.reason


def test_accepting_makes_the_capture_that_waited(world: World, till: Till, heard: Heard) -> None:
    placed = till.order(Verdict("PENDING", "ACCEPTED", IN_FIVE_MINUTES), amount=4200, auto_capture=True)

    world.advance(IN_FIVE_MINUTES)

    stored = till.stored(placed)
    assert ("CAPTURED", 4200) == (stored["status"], stored["captured_amount"])
    assert ["order.accepted", "order.captured"] == heard.names[-2:]


def test_rejecting_makes_no_capture(world: World, till: Till) -> None:
    placed = till.order(Verdict("PENDING", "REJECTED", IN_FIVE_MINUTES), auto_capture=True)

    world.advance(IN_FIVE_MINUTES)

    assert ("AUTHORIZED", 0) == (till.stored(placed)["status"], till.stored(placed)["captured_amount"])


def test_a_decision_leaves_its_time(world: World, till: Till) -> None:
    placed = till.order(Verdict("PENDING", "REJECTED", IN_FIVE_MINUTES))

    world.advance(IN_FIVE_MINUTES)

    assert (None, "2026-11-20T12:05:00.000Z") == (placed["decided_at"], till.stored(placed)["decided_at"])


def test_an_accepted_order_is_stopped_when_its_time_has_come(world: World, till: Till, heard: Heard) -> None:
    placed = till.order(Verdict("ACCEPTED", "STOPPED", IN_FIVE_MINUTES))

    fired = world.advance(IN_FIVE_MINUTES)

    stored = till.stored(placed)
    assert ["order.stopped"] == [each["what"] for each in fired]
    assert ("ACCEPTED", "REJECTED", "AUTHORIZED") == (
        placed["fraud_status"], stored["fraud_status"], stored["status"],
    )  # fmt: skip
    assert ["order.placed", "order.stopped"] == heard.names[1:]


def test_an_accepted_order_that_was_captured_is_not_stopped(world: World, till: Till) -> None:
    placed = till.order(Verdict("ACCEPTED", "STOPPED", IN_FIVE_MINUTES), auto_capture=True)

    fired = world.advance(IN_FIVE_MINUTES)

    assert ([], "ACCEPTED") == (fired, till.stored(placed)["fraud_status"])


def test_only_an_accepted_order_can_be_stopped(world: World, till: Till) -> None:
    placed = till.order(Verdict("PENDING"))

    with pytest.raises(NotAllowed) as refused:
        decide_order(world, placed["order_id"], "STOPPED")

    assert f"order {placed['order_id']} is PENDING, not ACCEPTED" == str(refused.value)

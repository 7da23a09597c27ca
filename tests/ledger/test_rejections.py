from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.decisions import Verdict, decide_order
from mock_server.ledger.endings import cancel_order
from mock_server.ledger.transitions import NotAllowed

from .conftest import Heard, Till

FOUR_HOURS = timedelta(hours=4)
MOMENT = timedelta(milliseconds=1)


def rejected(world: World, till: Till, **fields: Any) -> Record:
    """An order that was pending, and is rejected at noon."""
    return decide_order(world, till.order(Verdict("PENDING"), **fields)["order_id"], "REJECTED")


def test_klarna_cancels_a_rejected_order_after_four_hours(world: World, till: Till, heard: Heard) -> None:
    order = rejected(world, till)

    world.advance(FOUR_HOURS - MOMENT)
    before = till.stored(order)["status"]
    fired = world.advance(MOMENT)

    stored = till.stored(order)
    assert ("AUTHORIZED", "CANCELLED", 0) == (before, stored["status"], stored["remaining_authorized_amount"])
    assert "2026-11-20T16:00:00.000Z" == stored["given_up_at"]
    assert [("order.cancelled", order["order_id"])] == [(each["what"], each["order_id"]) for each in fired]
    assert ["order.rejected", "order.cancelled"] == heard.names[-2:]


def test_a_stopped_order_is_cancelled_after_four_hours_too(world: World, till: Till) -> None:
    order = decide_order(world, till.order()["order_id"], "STOPPED")

    world.advance(FOUR_HOURS)

    assert "CANCELLED" == till.stored(order)["status"]


def test_a_rejected_order_that_was_cancelled_is_not_expired(world: World, till: Till, heard: Heard) -> None:
    rejected(world, till)

    world.advance(timedelta(days=40))

    assert "order.expired" not in heard.names


def test_a_merchant_who_captures_in_time_accepts_the_order(world: World, till: Till, heard: Heard) -> None:
    order = rejected(world, till, amount=10000)
    world.advance(FOUR_HOURS - MOMENT)

    captured, _ = capture_order(world, order["order_id"], 10000, overruling="klarna")

    assert ("ACCEPTED", "CAPTURED", 10000) == (
        captured["fraud_status"], captured["status"], captured["captured_amount"],
    )  # fmt: skip
    assert "2026-11-20T15:59:59.999Z" == captured["overruled_at"]
    assert ["order.rejected", "order.captured"] == heard.names[-2:]


def test_what_was_captured_in_part_is_not_cancelled_and_goes_on_as_accepted(world: World, till: Till) -> None:
    order = rejected(world, till, amount=10000)
    capture_order(world, order["order_id"], 4000, overruling="klarna")

    fired = world.advance(FOUR_HOURS)

    assert [] == fired
    assert 10000 == capture_order(world, order["order_id"], 6000)[0]["captured_amount"]


def test_a_capture_too_large_accepts_nothing(world: World, till: Till) -> None:
    order = rejected(world, till, amount=10000)

    with pytest.raises(NotAllowed) as refused:
        capture_order(world, order["order_id"], 10001, overruling="klarna")

    assert "amount" == refused.value.reason
    assert order == till.stored(order)


def test_who_does_not_overrule_cannot_capture_what_was_rejected(world: World, till: Till) -> None:
    order = rejected(world, till)

    with pytest.raises(NotAllowed) as refused:
        capture_order(world, order["order_id"], 1)

    assert "rejected" == refused.value.reason


def test_four_hours_later_nobody_captures_it(world: World, till: Till) -> None:
    order = rejected(world, till)
    world.clock.freeze(world.clock.now() + FOUR_HOURS)  # before its alarm was handled

    with pytest.raises(NotAllowed) as refused:
        capture_order(world, order["order_id"], 1, overruling="klarna")

    assert "rejected" == refused.value.reason


def test_a_pending_order_is_not_overruled(world: World, till: Till) -> None:
    order = till.order(Verdict("PENDING"))

    with pytest.raises(NotAllowed) as refused:
        capture_order(world, order["order_id"], 1, overruling="klarna")

    assert "pending" == refused.value.reason


def test_a_merchant_who_cancels_before_is_the_one_who_cancelled(world: World, till: Till, heard: Heard) -> None:
    order = rejected(world, till)
    cancel_order(world, order["order_id"])

    fired = world.advance(FOUR_HOURS)

    assert ([], 1) == (fired, heard.names.count("order.cancelled"))
    assert "given_up_at" not in till.stored(order)

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.decisions import Verdict
from mock_server.ledger.transitions import NotAllowed

from tests.threads import tried_at_once

from .conftest import Heard, Till


def amounts(order: Record) -> tuple[str, int, int]:
    return order["status"], order["captured_amount"], order["remaining_authorized_amount"]


def test_a_part_of_the_money_can_be_captured(world: World, till: Till) -> None:
    placed = till.order(amount=1000)

    order, capture = capture_order(world, placed["order_id"], 400)

    assert ("PART_CAPTURED", 400, 600) == amounts(order)
    assert (400, 0, "2026-11-20T12:00:00.000Z") == (
        capture["captured_amount"], capture["refunded_amount"], capture["captured_at"],
    )  # fmt: skip
    assert order == till.stored(placed)


def test_captures_add_up_to_the_whole(world: World, till: Till) -> None:
    placed = till.order(amount=1000)
    capture_order(world, placed["order_id"], 400)

    order, second = capture_order(world, placed["order_id"], 600)

    assert ("CAPTURED", 1000, 0) == amounts(order)
    assert [400, 600] == [capture["captured_amount"] for capture in order["captures"]]
    assert f"{order['klarna_reference']}-2" == second["klarna_reference"]


def test_details_are_kept_with_the_capture(world: World, till: Till) -> None:
    placed = till.order(amount=1000)

    _, capture = capture_order(world, placed["order_id"], 400, description="first parcel", reference="P1")

    assert ("first parcel", "P1") == (capture["description"], capture["reference"])


def test_a_capture_acknowledges_the_order_once(world: World, till: Till) -> None:
    placed = till.order(amount=1000)

    first, _ = capture_order(world, placed["order_id"], 400)
    world.advance(timedelta(hours=1))
    second, capture = capture_order(world, placed["order_id"], 400)

    assert {"2026-11-20T12:00:00.000Z"} == {first["acknowledged_at"], second["acknowledged_at"]}
    assert "2026-11-20T13:00:00.000Z" == capture["captured_at"]


def test_a_capture_is_told(world: World, till: Till, heard: Heard) -> None:
    placed = till.order(amount=1000)

    order, _ = capture_order(world, placed["order_id"], 400)

    assert ("order.captured", order) == heard[-1]


@pytest.mark.parametrize(
    ("before", "amount", "text"),
    [
        (0, 1001, "captured_amount is 1001, at most 1000 = 1000 - 0 remains authorised"),
        (400, 601, "captured_amount is 601, at most 600 = 1000 - 400 remains authorised"),
    ],
)
def test_a_capture_above_the_authorisation_is_refused(
    world: World, till: Till, heard: Heard, before: int, amount: int, text: str
) -> None:
    placed = till.order(amount=1000)
    if before:
        capture_order(world, placed["order_id"], before)
    kept, told = till.stored(placed), len(heard)

    with pytest.raises(NotAllowed) as refused:
        capture_order(world, placed["order_id"], amount)

    assert ("amount", text) == (refused.value.reason, str(refused.value))
    assert (kept, told) == (till.stored(placed), len(heard))


def test_a_captured_order_takes_no_further_capture(world: World, till: Till) -> None:
    placed = till.order(amount=1000)
    capture_order(world, placed["order_id"], 1000)

    with pytest.raises(NotAllowed) as refused:
        capture_order(world, placed["order_id"], 1)

    assert "status" == refused.value.reason


@pytest.mark.parametrize("amount", [-1, -1000])
def test_a_capture_below_zero_is_refused(world: World, till: Till, amount: int) -> None:
    """Else a negative capture would open the way for one above the authorisation."""
    placed = till.order(amount=1000)

    with pytest.raises(NotAllowed) as refused:
        capture_order(world, placed["order_id"], amount)

    assert "amount" == refused.value.reason
    assert [] == till.stored(placed)["captures"]


@pytest.mark.parametrize("fraud_status", ["PENDING", "REJECTED"])
def test_an_order_that_is_not_accepted_is_not_captured(world: World, till: Till, fraud_status: str) -> None:
    placed = till.order(Verdict(fraud_status))

    with pytest.raises(NotAllowed) as refused:
        capture_order(world, placed["order_id"], 1)

    assert fraud_status.lower() == refused.value.reason
    assert f"order {placed['order_id']} has fraud_status {fraud_status}" == str(refused.value)


@pytest.mark.parametrize("status", ["CANCELLED", "EXPIRED", "CLOSED"])
def test_an_order_that_is_over_is_not_captured(world: World, till: Till, status: str) -> None:
    placed = till.order()
    world.store.put("orders", placed["order_id"], placed | {"status": status})

    with pytest.raises(NotAllowed) as refused:
        capture_order(world, placed["order_id"], 1)

    assert "status" == refused.value.reason


def test_an_order_nobody_placed_is_not_captured(world: World) -> None:
    with pytest.raises(NotAllowed) as refused:
        capture_order(world, "nobody", 1)

    assert "unknown" == refused.value.reason


def test_16_threads_never_capture_more_than_was_authorized(world: World, till: Till) -> None:
    placed = till.order(amount=1000)

    results = tried_at_once(lambda: capture_order(world, placed["order_id"], 300))

    stored = till.stored(placed)
    assert 3 == sum(isinstance(result, tuple) for result in results)
    assert ("PART_CAPTURED", 900, 100) == amounts(stored)
    assert 900 == sum(capture["captured_amount"] for capture in stored["captures"])
    assert 3 == len({capture["capture_id"] for capture in stored["captures"]})

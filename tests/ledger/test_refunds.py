from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.refunds import refund_order
from mock_server.ledger.transitions import NotAllowed

from tests.threads import tried_at_once

from .conftest import Heard, Till


@pytest.fixture
def captured(world: World, till: Till) -> Record:
    """An order of 1000 of which 600 are captured."""
    order, _ = capture_order(world, till.order(amount=1000)["order_id"], 600)
    return order


def test_a_part_of_the_captured_money_can_go_back(world: World, till: Till, captured: Record) -> None:
    order, refund = refund_order(world, captured["order_id"], 250, description="one kettle was broken")

    assert ("PART_CAPTURED", 600, 250) == (order["status"], order["captured_amount"], order["refunded_amount"])
    assert (250, "2026-11-20T12:00:00.000Z", "one kettle was broken") == (
        refund["refunded_amount"], refund["refunded_at"], refund["description"],
    )  # fmt: skip
    assert order == till.stored(captured)


def test_refunds_add_up_to_what_was_captured(world: World, captured: Record) -> None:
    refund_order(world, captured["order_id"], 250)

    order, _ = refund_order(world, captured["order_id"], 350)

    assert 600 == order["refunded_amount"]
    assert [250, 350] == [refund["refunded_amount"] for refund in order["refunds"]]


def test_a_refund_is_told(world: World, captured: Record, heard: Heard) -> None:
    order, _ = refund_order(world, captured["order_id"], 1)

    assert ("order.refunded", order) == heard[-1]


@pytest.mark.parametrize(
    ("before", "amount", "text"),
    [
        (0, 601, "refunded_amount is 601, at most 600 = 600 - 0 can go back"),
        (250, 351, "refunded_amount is 351, at most 350 = 600 - 250 can go back"),
    ],
)
def test_a_refund_above_what_was_captured_is_refused(
    world: World, till: Till, captured: Record, before: int, amount: int, text: str
) -> None:
    if before:
        refund_order(world, captured["order_id"], before)
    kept = till.stored(captured)

    with pytest.raises(NotAllowed) as refused:
        refund_order(world, captured["order_id"], amount)

    assert ("amount", text) == (refused.value.reason, str(refused.value))
    assert kept == till.stored(captured)


@pytest.mark.parametrize("amount", [-1, -600])
def test_a_refund_below_zero_is_refused(world: World, till: Till, captured: Record, amount: int) -> None:
    """Else a negative refund would open the way for one above what was captured."""
    with pytest.raises(NotAllowed) as refused:
        refund_order(world, captured["order_id"], amount)

    assert "amount" == refused.value.reason
    assert [] == till.stored(captured)["refunds"]


def line(type_: str, amount: int) -> dict[str, Any]:
    return {"type": type_, "name": type_, "quantity": 1, "unit_price": amount, "total_amount": amount}


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [((100,), [100, 0, 0]), ((300,), [300, 0, 0]), ((301,), [300, 1, 0]), ((250, 250), [300, 200, 0]),
     ((1000,), [300, 500, 200])],
)  # fmt: skip
def test_the_oldest_capture_is_refunded_first(
    world: World, till: Till, amounts: tuple[int, ...], expected: list[int]
) -> None:
    order_id = till.order(amount=1000)["order_id"]
    for amount in (300, 500, 200):
        capture_order(world, order_id, amount)

    for amount in amounts:
        order, _ = refund_order(world, order_id, amount)

    assert expected == [capture["refunded_amount"] for capture in order["captures"]]
    assert sum(expected) == order["refunded_amount"]


def test_a_fee_is_held_back_of_a_full_capture(world: World, till: Till) -> None:
    order_id = till.order(amount=1000, auto_capture=True)["order_id"]
    lines = [line("physical", 1000), line("return_fee", -100)]

    order, refund = refund_order(world, order_id, 900, order_lines=lines)

    assert (900, lines) == (order["refunded_amount"], refund["order_lines"])


@pytest.mark.parametrize(
    ("captures", "amount", "text"),
    [
        ((600,), 500, "a return_fee needs one capture of all 1000, there are 1 of 600"),
        ((600, 400), 900, "a return_fee needs one capture of all 1000, there are 2 of 1000"),
        ((1000,), 901, "refunded_amount is 901, its lines with the return_fee sum up to 900"),
        ((1000,), 1000, "refunded_amount is 1000, its lines with the return_fee sum up to 900"),
    ],
)
def test_a_fee_is_held_back_of_nothing_else(
    world: World, till: Till, captures: tuple[int, ...], amount: int, text: str
) -> None:
    placed = till.order(amount=1000)
    for part in captures:
        capture_order(world, placed["order_id"], part)
    kept = till.stored(placed)

    with pytest.raises(NotAllowed) as refused:
        refund_order(
            world, placed["order_id"], amount, order_lines=[line("physical", 1000), line("return_fee", -100)]
        )

    assert ("return_fee", text) == (refused.value.reason, str(refused.value))
    assert kept == till.stored(placed)


def test_an_order_without_captures_has_nothing_to_refund(world: World, till: Till) -> None:
    placed = till.order()

    with pytest.raises(NotAllowed) as refused:
        refund_order(world, placed["order_id"], 1)

    assert "status" == refused.value.reason


def test_an_order_nobody_placed_is_not_refunded(world: World) -> None:
    with pytest.raises(NotAllowed) as refused:
        refund_order(world, "nobody", 1)

    assert "unknown" == refused.value.reason


def test_16_threads_never_refund_more_than_was_captured(world: World, till: Till, captured: Record) -> None:
    results = tried_at_once(lambda: refund_order(world, captured["order_id"], 250))

    stored = till.stored(captured)
    assert 2 == sum(isinstance(result, tuple) for result in results)
    assert 500 == stored["refunded_amount"]
    assert 500 == sum(refund["refunded_amount"] for refund in stored["refunds"])

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.shipping import (
    add_capture_shipping_info,
    add_shipping_info,
    extend_due_date,
    extensions_of,
    find_capture,
    send_out,
    update_billing_address,
)
from mock_server.ledger.transitions import NotAllowed
from tests.threads import at_once

from .conftest import Till

FIRST, SECOND = {"tracking_number": "1"}, {"tracking_number": "2"}


@pytest.fixture
def captured(world: World, till: Till) -> Record:
    """An order with two captures."""
    order_id = till.order(amount=1000)["order_id"]
    capture_order(world, order_id, 400)
    order, _ = capture_order(world, order_id, 100)
    return order


def test_parcels_are_appended_to_the_order(world: World, till: Till) -> None:
    placed = till.order()

    add_shipping_info(world, placed["order_id"], [FIRST])
    order = add_shipping_info(world, placed["order_id"], [SECOND, FIRST])

    assert [FIRST, SECOND, FIRST] == order["shipping_info"]
    assert order == till.stored(placed)


def test_parcels_are_appended_to_the_one_capture(world: World, till: Till, captured: Record) -> None:
    one, other = captured["captures"]

    add_capture_shipping_info(world, captured["order_id"], other["capture_id"], [FIRST])
    order = add_capture_shipping_info(world, captured["order_id"], other["capture_id"], [SECOND])

    assert [one, other | {"shipping_info": [FIRST, SECOND]}] == order["captures"]
    assert captured | {"captures": order["captures"]} == order == till.stored(captured)


@pytest.mark.usefixtures("eager_threads")
def test_16_threads_append_16_parcels(world: World, till: Till, captured: Record) -> None:
    capture_id = captured["captures"][0]["capture_id"]

    at_once(lambda: add_capture_shipping_info(world, captured["order_id"], capture_id, [FIRST]))

    assert 16 == len(till.stored(captured)["captures"][0]["shipping_info"])


def test_a_capture_gets_a_billing_address_of_its_own(world: World, till: Till, captured: Record) -> None:
    one, other = captured["captures"]

    update_billing_address(world, captured["order_id"], one["capture_id"], {"city": "Lund", "title": "Ms"})
    order = update_billing_address(world, captured["order_id"], one["capture_id"], {"title": ""})

    changed = {**captured.get("billing_address", {}), "city": "Lund", "title": ""}
    assert [one | {"billing_address": changed}, other] == order["captures"]
    assert captured | {"captures": order["captures"]} == order == till.stored(captured)


def test_a_statement_sent_once_more_is_noted(world: World, till: Till, captured: Record) -> None:
    one, other = captured["captures"]
    world.advance(timedelta(hours=1))

    order = send_out(world, captured["order_id"], one["capture_id"])

    assert [one | {"sent_out_at": "2026-11-20T13:00:00.000Z"}, other] == order["captures"]


@pytest.mark.parametrize(
    ("days", "due"),
    [(14, "2027-01-03T12:00:00.000Z"), (30, "2027-01-19T12:00:00.000Z"), (60, "2027-02-18T12:00:00.000Z")],
)
def test_a_capture_is_due_after_30_days_and_those_it_is_put_off_by(
    world: World, captured: Record, days: int, due: str
) -> None:
    one, other = captured["captures"]

    order = extend_due_date(world, captured["order_id"], one["capture_id"], days)

    assert [one | {"due_date": due}, other] == order["captures"]


def test_a_due_date_is_put_off_again_from_where_it_is(world: World, captured: Record) -> None:
    capture_id = captured["captures"][0]["capture_id"]
    extend_due_date(world, captured["order_id"], capture_id, 14)
    world.advance(timedelta(days=5))

    order = extend_due_date(world, captured["order_id"], capture_id, 14)

    assert "2027-01-17T12:00:00.000Z" == order["captures"][0]["due_date"]


@pytest.mark.parametrize("days", [0, -14, 13, 61, 10**9])
def test_days_nobody_offered_are_refused(world: World, till: Till, captured: Record, days: int) -> None:
    with pytest.raises(NotAllowed) as refused:
        extend_due_date(world, captured["order_id"], captured["captures"][0]["capture_id"], days)

    text = f"number_of_days is {days}, offered are: 14, 30, 60"
    assert ("days", text) == (refused.value.reason, str(refused.value))
    assert captured == till.stored(captured)


@pytest.mark.parametrize(
    ("method", "is_offered"),
    [("invoice", True), ("b2b_invoice", True), ("pay_by_card", False), ("fixed_amount", False)],
)
def test_only_invoices_have_a_due_date(world: World, captured: Record, method: str, is_offered: bool) -> None:
    order = captured | {"initial_payment_method": {"type": method}}
    world.store.put("orders", order["order_id"], order)

    assert ({14: 0, 30: 0, 60: 0} if is_offered else {}) == extensions_of(order)
    if not is_offered:
        with pytest.raises(NotAllowed, match=f"offered are: none by {method}"):
            extend_due_date(world, order["order_id"], order["captures"][0]["capture_id"], 14)


MOVES: dict[str, Callable[[World, str, str], Any]] = {
    "add_capture_shipping_info": lambda world, order_id, id_: add_capture_shipping_info(world, order_id, id_, [FIRST]),
    "send_out": send_out,
    "extend_due_date": lambda world, order_id, id_: extend_due_date(world, order_id, id_, 14),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_capture_nobody_made_is_unknown(world: World, till: Till, captured: Record, name: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        MOVES[name](world, captured["order_id"], "nobody")

    text = f"order {captured['order_id']} has no capture nobody"
    assert ("unknown_capture", text) == (refused.value.reason, str(refused.value))
    assert captured == till.stored(captured)


def test_a_capture_is_found_by_its_id(captured: Record) -> None:
    assert captured["captures"][1] == find_capture(captured, captured["captures"][1]["capture_id"])

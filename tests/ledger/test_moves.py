"""Every move of an order in every status: allowed or refused as the table says, and nothing changes when refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_server.core.clock import Alarm
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import captures, endings, refunds, shipping, updates
from mock_server.ledger.moves import move
from mock_server.ledger.transitions import ALLOWED_IN, NotAllowed
from tests.threads import tried_at_once

from .conftest import NOON, Heard, Till

STATUSES = ("AUTHORIZED", "PART_CAPTURED", "CAPTURED", "CANCELLED", "EXPIRED", "CLOSED")
CAPTURE = {
    "capture_id": "c-1", "klarna_reference": "R-1", "captured_amount": 400, "refunded_amount": 0,
    "captured_at": "2026-11-20T12:00:00.000Z",
}  # fmt: skip
# status -> amounts and captures that go with it
FACTS: dict[str, Record] = {
    "AUTHORIZED": {"captured_amount": 0, "remaining_authorized_amount": 1000, "captures": []},
    "PART_CAPTURED": {"captured_amount": 400, "remaining_authorized_amount": 600, "captures": [CAPTURE]},
    "CAPTURED": {
        "captured_amount": 400, "order_amount": 400, "remaining_authorized_amount": 0, "captures": [CAPTURE],
    },
    "CANCELLED": {"captured_amount": 0, "remaining_authorized_amount": 0, "captures": []},
    "EXPIRED": {"captured_amount": 0, "remaining_authorized_amount": 0, "captures": []},
    "CLOSED": {"captured_amount": 400, "order_amount": 400, "remaining_authorized_amount": 0, "captures": [CAPTURE]},
}  # fmt: skip
# move -> how it is made
MOVES: dict[str, Callable[[World, str], Any]] = {
    "capture": lambda world, order_id: captures.capture_order(world, order_id, 1),
    "refund": lambda world, order_id: refunds.refund_order(world, order_id, 1),
    "cancel": endings.cancel_order,
    "extend": endings.extend_order,
    "release": endings.release_order,
    "expire": lambda world, order_id: endings.expire_order(world, Alarm(0, endings.EXPIRY, order_id)),
    "close": endings.close_order,
    "acknowledge": updates.acknowledge_order,
    "update_authorization": lambda world, order_id: updates.update_authorization(world, order_id, 900, ()),
    "update_references": lambda world, order_id: updates.update_references(world, order_id, {"merchant_data": "m"}),
    "update_customer": lambda world, order_id: updates.update_shipping_address(world, order_id, {"city": "Lund"}),
    "add_shipping_info": lambda world, order_id: shipping.add_shipping_info(world, order_id, [{}]),
    "add_capture_shipping_info": lambda world, order_id: shipping.add_capture_shipping_info(
        world, order_id, "c-1", [{}]
    ),
    "update_capture_customer": lambda world, order_id: shipping.update_billing_address(
        world, order_id, "c-1", {"city": "Lund"}
    ),
    "send_out": lambda world, order_id: shipping.send_out(world, order_id, "c-1"),
    "extend_due_date": lambda world, order_id: shipping.extend_due_date(world, order_id, "c-1", 14),
}
ALLOWED = {
    "capture": {"AUTHORIZED", "PART_CAPTURED"},
    "refund": {"PART_CAPTURED", "CAPTURED", "CLOSED"},
    "cancel": {"AUTHORIZED"},
    "extend": {"AUTHORIZED", "PART_CAPTURED"},
    "release": {"PART_CAPTURED"},
    "expire": {"AUTHORIZED", "PART_CAPTURED"},
    "close": {"CAPTURED"},
    "acknowledge": {"AUTHORIZED", "PART_CAPTURED", "CAPTURED", "CLOSED"},
    "update_authorization": {"AUTHORIZED", "PART_CAPTURED"},
    "update_references": set(STATUSES) - {"CANCELLED"},
    "update_customer": {"AUTHORIZED", "PART_CAPTURED"},
    "add_shipping_info": set(STATUSES),
    "add_capture_shipping_info": {"PART_CAPTURED", "CAPTURED", "CLOSED"},
    "update_capture_customer": {"PART_CAPTURED", "CAPTURED", "CLOSED"},
    "send_out": {"PART_CAPTURED", "CAPTURED", "CLOSED"},
    "extend_due_date": {"PART_CAPTURED", "CAPTURED", "CLOSED"},
}


def in_status(till: Till, status: str) -> Record:
    order = till.order(amount=1000)
    order |= {"status": status, **FACTS[status]}
    till.world.store.put("orders", order["order_id"], order)
    return order


def test_the_table_is_the_documents() -> None:
    assert ALLOWED == {name: set(ALLOWED_IN[name]) for name in ALLOWED}
    assert set(MOVES) == set(ALLOWED)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", MOVES)
def test_a_move_is_made_in_its_statuses_and_refused_in_all_others(
    world: World, till: Till, heard: Heard, name: str, status: str
) -> None:
    placed = in_status(till, status)
    told = len(heard)
    refused = None

    try:
        answer = MOVES[name](world, placed["order_id"])
    except NotAllowed as error:
        refused = error

    if status in ALLOWED[name]:
        assert refused is None
        assert name == "extend" or placed != till.stored(placed)
        return
    assert (placed, told) == (till.stored(placed), len(heard))
    if name == "expire":  # an alarm that comes too late is nobody's fault
        assert answer is None
    else:
        assert refused is not None
        assert "status" == refused.reason
        assert str(refused).startswith(f"{name} of order {placed['order_id']} needs status ")
        assert str(refused).endswith(f", it is {status}")


@pytest.mark.parametrize("name", [name for name in MOVES if name != "expire"])
def test_no_move_is_made_of_an_order_nobody_placed(world: World, heard: Heard, name: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        MOVES[name](world, "nobody")

    assert ("unknown", "no order nobody in world default") == (refused.value.reason, str(refused.value))
    assert ([], []) == (heard, list(world.store.all("orders")))


def test_what_a_change_refuses_changes_nothing(world: World, till: Till) -> None:
    placed = till.order()

    def refuse(order: Record) -> Record:
        order["status"] = "CLOSED"
        raise NotAllowed("amount", "not so much")

    with pytest.raises(NotAllowed, match="not so much"):
        move(world, placed["order_id"], "capture", refuse)

    assert placed == till.stored(placed)


def test_a_captured_order_is_closed_and_its_money_may_still_go_back(world: World, till: Till) -> None:
    order_id = till.order(amount=1000, auto_capture=True)["order_id"]

    closed = endings.close_order(world, order_id)
    order, _ = refunds.refund_order(world, order_id, 1000)

    assert ["CLOSED", "CLOSED", 1000] == [closed["status"], order["status"], order["refunded_amount"]]


@pytest.mark.usefixtures("eager_threads")
def test_an_order_is_either_cancelled_or_captured(world: World, till: Till) -> None:
    placed = till.order(amount=1000)
    names = iter(["cancel", "capture_all"] * 8)
    acts: dict[str, Callable[..., Any]] = {
        "cancel": endings.cancel_order,
        "capture_all": lambda world, order_id: captures.capture_order(world, order_id, 1000),
    }

    results = tried_at_once(lambda: acts[next(names)](world, placed["order_id"]))

    order = till.stored(placed)
    assert 1 == sum(not isinstance(result, NotAllowed) for result in results)
    assert (order["status"], order["captured_amount"]) in [("CANCELLED", 0), ("CAPTURED", 1000)]
    assert 0 == order["remaining_authorized_amount"]


@pytest.mark.usefixtures("eager_threads")
def test_captures_and_a_smaller_authorization_never_pass_each_other(world: World, till: Till) -> None:
    placed = till.order(amount=1000)
    names = iter(["capture", "shrink"] * 8)
    acts: dict[str, Callable[..., Any]] = {
        "capture": lambda order_id: captures.capture_order(world, order_id, 100),
        "shrink": lambda order_id: updates.update_authorization(world, order_id, 500, ()),
    }

    tried_at_once(lambda: acts[next(names)](placed["order_id"]))

    order = till.stored(placed)
    assert sum(capture["captured_amount"] for capture in order["captures"]) == order["captured_amount"]
    assert order["captured_amount"] <= order["order_amount"]
    assert order["order_amount"] - order["captured_amount"] == order["remaining_authorized_amount"]
    assert ("CAPTURED" == order["status"]) == (0 == order["remaining_authorized_amount"])
    assert NOON == world.clock.now()

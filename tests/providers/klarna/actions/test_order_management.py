from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_server.core.errors import ApiError
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.endings import cancel_order
from mock_server.ledger.transitions import NotAllowed
from mock_server.providers.klarna.actions import order_management as actions
from mock_server.providers.klarna.errors import order_management as errors
from tests.ledger.conftest import Till

GRANTED, REJECTED = Decision(), Decision(outcome="rejected", decided_by="this test")
ADDRESS = {"given_name": "Astrid", "city": "Lund", "country": "SE", "email": "astrid@shop.test"}
INFOS: dict[str, Any] = {"shipping_info": [{}]}

# what a merchant does to order and capture -> as an action
ACTS: dict[str, Callable[[World, str, str], Any]] = {
    "read_order": lambda world, order_id, _: actions.read_order(world, order_id),
    "acknowledge_order": lambda world, order_id, _: actions.acknowledge_order(world, order_id),
    "update_authorization": lambda world, order_id, _: actions.update_authorization(
        world, order_id, {"order_amount": 900}, GRANTED
    ),
    "cancel_order": lambda world, order_id, _: actions.cancel_order(world, order_id),
    "create_capture": lambda world, order_id, _: actions.create_capture(
        world, order_id, {"captured_amount": 1}, GRANTED
    ),
    "read_capture": actions.read_capture,
    "add_capture_shipping_info": lambda world, order_id, capture_id: actions.add_capture_shipping_info(
        world, order_id, capture_id, INFOS
    ),
    "update_capture_customer_details": lambda world, order_id, capture_id: actions.update_capture_customer_details(
        world, order_id, capture_id, {}
    ),
    "trigger_send_out": actions.trigger_send_out,
    "read_due_date_options": actions.read_due_date_options,
    "extend_due_date": lambda world, order_id, capture_id: actions.extend_due_date(
        world, order_id, capture_id, {"number_of_days": 14}
    ),
    "update_customer_details": lambda world, order_id, _: actions.update_customer_details(world, order_id, {}),
    "extend_authorization_time": lambda world, order_id, _: actions.extend_authorization_time(world, order_id),
    "update_merchant_references": lambda world, order_id, _: actions.update_merchant_references(world, order_id, {}),
    "create_refund": lambda world, order_id, _: actions.create_refund(world, order_id, {"refunded_amount": 1}),
    "read_refund": actions.read_refund,
    "release_remaining_authorization": lambda world, order_id, _: actions.release_remaining_authorization(
        world, order_id
    ),
    "add_shipping_info": lambda world, order_id, _: actions.add_shipping_info(world, order_id, INFOS),
}


@pytest.fixture
def till(world: World) -> Till:
    return Till(world)


@pytest.fixture
def order(till: Till) -> Record:
    """Of 1000, nothing captured."""
    return till.order(amount=1000, billing_address=ADDRESS)


@pytest.mark.parametrize("act", ACTS)
def test_an_order_nobody_placed_is_unknown_and_the_journal_says_where(world: World, act: str) -> None:
    with pytest.raises(errors.NoSuchOrder) as refused:
        ACTS[act](world, "nobody", "nothing")

    assert (404, "NO_SUCH_ORDER") == (refused.value.status, refused.value.code)
    assert "no order nobody in world default" == str(refused.value.__cause__)


@pytest.mark.parametrize("act", sorted(ACTS.keys() - {"read_order", "add_shipping_info", "cancel_order"}))
def test_what_a_cancelled_order_refuses_changes_nothing(world: World, till: Till, order: Record, act: str) -> None:
    cancel_order(world, order["order_id"])
    before = till.stored(order)

    with pytest.raises(ApiError) as refused:
        ACTS[act](world, order["order_id"], "nothing")

    assert refused.value.status in (403, 404)
    assert before == till.stored(order)


def test_a_capture_keeps_what_was_said_of_it(world: World, till: Till, order: Record) -> None:
    told = {"description": "d", "reference": "r", "order_lines": [{"name": "Pot"}], "shipping_info": [{}]}

    capture = actions.create_capture(
        world, order["order_id"], {"captured_amount": 400, "shipping_delay": 5, **told}, GRANTED
    )

    assert told == {name: capture[name] for name in told}
    assert "shipping_delay" not in capture
    assert [capture] == till.stored(order)["captures"]


def test_a_refund_keeps_what_was_said_of_it(world: World, till: Till, order: Record) -> None:
    capture_order(world, order["order_id"], 400)
    told = {"description": "d", "reference": "r", "order_lines": [{"name": "Pot"}]}

    refund = actions.create_refund(world, order["order_id"], {"refunded_amount": 100, **told})

    assert told == {name: refund[name] for name in told}
    assert refund == actions.read_refund(world, order["order_id"], refund["refund_id"])
    assert [refund] == till.stored(order)["refunds"]


def test_a_card_that_refuses_is_explained(world: World, till: Till, order: Record) -> None:
    with pytest.raises(errors.PaymentMethodFailed) as refused:
        actions.create_capture(world, order["order_id"], {"captured_amount": 400}, REJECTED)

    assert ([], "this test: rejected") == (refused.value.messages, str(refused.value.__cause__))
    assert order == till.stored(order)


def test_a_refusal_of_the_ledger_is_explained_with_numbers(world: World, order: Record) -> None:
    with pytest.raises(errors.CaptureNotAllowed) as refused:
        actions.create_capture(world, order["order_id"], {"captured_amount": 1001}, GRANTED)

    assert isinstance(refused.value.__cause__, NotAllowed)
    assert "captured_amount is 1001, at most 1000 = 1000 - 0 remains authorised" == str(refused.value.__cause__)


@pytest.mark.parametrize(
    ("amount", "decision", "is_granted"),
    [(1001, REJECTED, False), (1001, GRANTED, True), (1000, REJECTED, True), (999, REJECTED, True)],
)
def test_only_a_greater_amount_is_a_new_risk(
    world: World, till: Till, order: Record, amount: int, decision: Decision, is_granted: bool
) -> None:
    try:
        actions.update_authorization(world, order["order_id"], {"order_amount": amount}, decision)
    except errors.NotAllowed as refused:
        assert "the new risk check said rejected" == str(refused.__cause__)

    assert (amount if is_granted else 1000) == till.stored(order)["order_amount"]


@pytest.mark.parametrize(
    "address", [{"email": "a@b.test"}, {"country": "no"}, {"attention": ""}, {"phone": ""}, {"family_name": ""}, {}]
)
def test_an_address_one_can_send_to_is_taken(
    world: World, till: Till, order: Record, address: dict[str, str]
) -> None:
    """The family name was never there, it is not cleared."""
    actions.update_customer_details(world, order["order_id"], {"shipping_address": address})

    assert ADDRESS | address == till.stored(order)["shipping_address"]


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ({"given_name": ""}, "given_name is mandatory, it cannot be cleared"),
        ({"city": ""}, "city is mandatory, it cannot be cleared"),
        ({"country": "SWE"}, "country is 'SWE', expected [A-Za-z]{2}"),
        ({"email": "astrid"}, r"email is 'astrid', expected [^@\s]+@[^@\s]+\.[^@\s]+"),
    ],
)
def test_an_address_nobody_can_send_to_is_explained(
    world: World, till: Till, order: Record, address: dict[str, str], text: str
) -> None:
    with pytest.raises(errors.InvalidAddress) as refused:
        actions.update_customer_details(world, order["order_id"], {"shipping_address": address})

    (name,) = address
    assert [(f"shipping_address/{name}", text)] == [(fault.path, fault.text) for fault in refused.value.faults]
    assert order == till.stored(order)


def test_due_dates_of_a_card_are_not_put_off(world: World, order: Record) -> None:
    order, capture = capture_order(world, order["order_id"], 400)
    world.store.put("orders", order["order_id"], order | {"initial_payment_method": {"type": "pay_by_card"}})

    options = actions.read_due_date_options(world, order["order_id"], capture["capture_id"])

    assert {"currency": "SEK", "options": []} == options
    with pytest.raises(errors.NotAllowed):
        actions.extend_due_date(world, order["order_id"], capture["capture_id"], {"number_of_days": 14})

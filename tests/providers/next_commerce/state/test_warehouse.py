"""The table of what may be done with a fulfillment order leads from known statuses to known statuses."""

from __future__ import annotations

import pytest

from mock_server.core.store import Record
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import warehouse
from mock_server.providers.next_commerce.state.warehouse import BY_HAND, STEPS, Step, after, supported

# source: schema 2024-04-01, FulfillmentOrder
STATUSES = {"not_required", "open", "processing", "on_hold", "incomplete", "closed", "canceled"}
REQUEST_STATUSES = {
    "pending", "requested", "accepted", "rejected", "cancel_requested", "cancel_accepted", "cancel_rejected", "closed",
}  # fmt: skip
OPEN_ORDER = {"number": "100001", "status": "open"}
ACTIONS = sorted({action for steps in STEPS.values() for action in steps})


def of(step: Step, **fields: object) -> Record:
    """One teapot that waits."""
    items = [{"id": 1000010101, "line_id": 1001, "quantity": 1, "fulfilled": 0}]
    status, request_status = step
    known = {"id": 10000101, "status": status, "request_status": request_status, "before": None, "line_items": items}
    return {**known, **fields}


def step_of(fulfillment_order: Record) -> Step:
    return fulfillment_order["status"], fulfillment_order["request_status"]


@pytest.mark.parametrize("is_asked", [True, False])
def test_every_step_leads_to_a_known_place_from_which_one_can_go_on_or_which_is_the_end(is_asked: bool) -> None:
    ends = {("closed", "closed"), ("canceled", "closed")}
    for step, actions in STEPS.items():
        for action in actions:
            reached = step_of(after(OPEN_ORDER, of(step, before="accepted"), action, is_asked=is_asked))
            assert reached in {*STEPS, *ends}
            assert reached[0] in STATUSES and reached[1] in {None, *REQUEST_STATUSES}


def test_every_place_but_the_first_is_reached() -> None:
    reached = {
        step_of(after(OPEN_ORDER, of(step, before="accepted"), action, is_asked=is_asked))
        for step, actions in STEPS.items()
        for action in actions
        for is_asked in (True, False)
    }

    assert set(STEPS) <= {("open", "pending"), *reached}


def test_what_a_location_without_callback_does_by_hand_waits_for_nobody() -> None:
    assert {("processing", None), ("canceled", "cancel_accepted")} == set(BY_HAND.values())
    assert not {"requested", "cancel_requested"} & {request_status for _, request_status in BY_HAND.values()}


@pytest.mark.parametrize("step", STEPS)
def test_what_is_not_supported_is_refused_and_what_is_supported_is_not(step: Step) -> None:
    for action in ACTIONS:
        if action in supported(OPEN_ORDER, of(step)):
            assert after(OPEN_ORDER, of(step), action)["before"] == step[1]
        else:
            with pytest.raises(InvalidFields):
                after(OPEN_ORDER, of(step), action)


@pytest.mark.parametrize("step", [("closed", "closed"), ("canceled", "closed"), ("not_required", "pending")])
def test_at_the_end_nothing_is_supported(step: Step) -> None:
    assert [] == supported(OPEN_ORDER, of(step))


@pytest.mark.parametrize("step", STEPS)
def test_of_an_order_that_is_not_open_or_of_no_items_nothing_is_supported(step: Step) -> None:
    assert [] == supported({"number": "100001", "status": "archived"}, of(step))
    assert [] == supported(OPEN_ORDER, of(step, line_items=[]))


def test_an_accepted_cancellation_can_be_moved() -> None:
    """next-bulk-move asks for this word in supported_actions."""
    assert warehouse.MOVE in supported(OPEN_ORDER, of(("canceled", "cancel_accepted")))
    assert "move" == warehouse.MOVE

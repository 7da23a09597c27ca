from __future__ import annotations

import pytest

from mock_server.ledger import transitions
from mock_server.ledger.transitions import NotAllowed, require, status_after_capture, status_after_update

STATUSES = ("AUTHORIZED", "PART_CAPTURED", "CAPTURED", "CANCELLED", "EXPIRED", "CLOSED")


@pytest.mark.parametrize(
    ("move", "allowed"),
    [("capture", {"AUTHORIZED", "PART_CAPTURED"}), ("refund", {"PART_CAPTURED", "CAPTURED", "CLOSED"})],
)
@pytest.mark.parametrize("status", STATUSES)
def test_each_move_is_allowed_in_its_statuses_only(move: str, allowed: set[str], status: str) -> None:
    try:
        require(move, status, "order-1")
        went = True
    except NotAllowed:
        went = False

    assert (status in allowed) == went


def test_a_refused_move_names_order_move_and_statuses() -> None:
    with pytest.raises(NotAllowed) as refused:
        require("capture", "CANCELLED", "order-1")

    assert "status" == refused.value.reason
    assert "capture of order order-1 needs status AUTHORIZED or PART_CAPTURED, it is CANCELLED" == str(refused.value)


@pytest.mark.parametrize(("captured", "status"), [(1, "PART_CAPTURED"), (999, "PART_CAPTURED"), (1000, "CAPTURED")])
def test_an_order_is_captured_when_its_last_cent_is(captured: int, status: str) -> None:
    assert status == status_after_capture(1000, captured)


@pytest.mark.parametrize(
    ("amount", "captured", "status"),
    [(1000, 0, "AUTHORIZED"), (0, 0, "AUTHORIZED"), (1000, 400, "PART_CAPTURED"), (400, 400, "CAPTURED")],
)
def test_an_order_is_captured_when_its_amount_becomes_what_was_captured(
    amount: int, captured: int, status: str
) -> None:
    before = "PART_CAPTURED" if captured else "AUTHORIZED"

    assert status == status_after_update(before, amount, captured)


def test_a_fraud_decision_follows_pending_and_a_stop_follows_accepted() -> None:
    expected = {"ACCEPTED": ("PENDING",), "REJECTED": ("PENDING",), "STOPPED": ("ACCEPTED",)}

    assert expected == dict(transitions.DECIDED_FROM)


def test_every_fraud_decision_leads_to_a_fraud_status_of_klarnas() -> None:
    assert set(transitions.DECIDED_FROM) == set(transitions.DECIDED_AS)
    assert {"ACCEPTED", "REJECTED"} == set(transitions.DECIDED_AS.values())


def test_no_table_names_an_unknown_status() -> None:
    named = {status for statuses in transitions.ALLOWED_IN.values() for status in statuses}

    assert set() == named - set(STATUSES)

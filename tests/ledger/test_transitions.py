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


def test_a_fraud_decision_follows_pending_only() -> None:
    assert {"ACCEPTED": ("PENDING",), "REJECTED": ("PENDING",)} == dict(transitions.DECIDED_FROM)


def test_no_table_names_an_unknown_status() -> None:
    named = {status for statuses in transitions.ALLOWED_IN.values() for status in statuses}

    assert set() == named - set(STATUSES)

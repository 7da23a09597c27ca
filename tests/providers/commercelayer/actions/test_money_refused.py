"""Money triggers of Commerce Layer that have nothing to move are refused; none is answered as if it had."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer

NOT_PERMITTED = ["422 VALIDATION_ERROR status - transition not permitted"]


def _row(shop: CommerceLayer, type_: str) -> str:
    """The order's one authorization or capture."""
    return str(shop.only(f"/orders/{SEED_ORDER}/{type_}")["id"])


def _money(shop: CommerceLayer) -> tuple[str, list[str], Any]:
    ledger = shop.ledger_order()
    sums = [ledger[f"{name}_amount"] for name in ("remaining_authorized", "captured", "refunded")]
    return shop.status(), shop.transactions(), sums


@pytest.mark.parametrize("trigger", ["_void", "_capture", "_cancel"])
def test_a_voided_authorization_is_done_with(approved: CommerceLayer, trigger: str) -> None:
    authorization = _row(approved, "authorizations")
    approved.update("authorizations", authorization, {"_void": True})
    before = _money(approved)

    assert NOT_PERMITTED == approved.refused("authorizations", authorization, {trigger: True, "reference": "r"})
    assert before == _money(approved)
    assert approved.read("authorizations", authorization)["reference"] is None


@pytest.mark.parametrize("trigger", ["_void", "_capture"])
def test_so_is_one_that_was_captured_whole(approved: CommerceLayer, trigger: str) -> None:
    authorization = _row(approved, "authorizations")
    approved.update("authorizations", authorization, {"_capture": True})
    before = _money(approved)

    assert NOT_PERMITTED == approved.refused("authorizations", authorization, {trigger: True})
    assert before == _money(approved)


@pytest.mark.parametrize("trigger", ["_refund", "_cancel"])
def test_so_is_a_capture_that_was_given_back_whole(approved: CommerceLayer, trigger: str) -> None:
    approved.pull("_capture")
    capture = _row(approved, "captures")
    approved.update("captures", capture, {"_refund": True})
    before = _money(approved)

    assert NOT_PERMITTED == approved.refused("captures", capture, {trigger: True})
    assert before == _money(approved)


@pytest.mark.parametrize("others", [{"_void": True}, {"_void": True, "_cancel": True}])
def test_an_authorization_is_captured_or_let_go_and_not_both(approved: CommerceLayer, others: dict[str, bool]) -> None:
    before = _money(approved)

    refused = approved.refused("authorizations", _row(approved, "authorizations"), {"_capture": True, **others})

    assert [NOT_PERMITTED, before] == [refused, _money(approved)]


def test_an_order_that_never_paid_is_given_nothing_back(approved: CommerceLayer) -> None:
    approved.pull("_cancel")
    before = _money(approved)

    assert NOT_PERMITTED == approved.refused("orders", SEED_ORDER, {"_refund": True})
    assert before == _money(approved)


@pytest.mark.parametrize(
    ("type_", "before", "trigger"), [("authorizations", (), "_capture"), ("captures", ("_capture",), "_refund")]
)
def test_what_somebody_wrote_to_have_failed_moves_nothing(
    approved: CommerceLayer, type_: str, before: tuple[str, ...], trigger: str
) -> None:
    for each in before:
        approved.pull(each)
    row = _row(approved, type_)
    approved.update(type_, row, {"succeeded": False})
    status, _, sums = _money(approved)

    refused = [approved.refused("orders", SEED_ORDER, {trigger: True}), approved.refused(type_, row, {trigger: True})]

    assert [NOT_PERMITTED, NOT_PERMITTED] == refused
    assert (status, sums) == _money(approved)[::2]


def test_a_void_before_anything_is_captured_cancels_a_placed_order(commercelayer: CommerceLayer) -> None:
    commercelayer.place()

    commercelayer.update("authorizations", _row(commercelayer, "authorizations"), {"_void": True})

    assert ("cancelled/voided/unfulfilled", ["authorizations 7750", "voids 7750"], [0, 0, 0]) == _money(commercelayer)
    assert commercelayer.read("orders", SEED_ORDER)["cancelled_at"]
    assert NOT_PERMITTED == commercelayer.refused("orders", SEED_ORDER, {"_approve": True})


def test_an_amount_alone_authorizes(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()

    order = commercelayer.update("orders", SEED_ORDER, {"_authorization_amount_cents": 100})

    assert ["partially_authorized", ["authorizations 100"]] == [order["payment_status"], commercelayer.transactions()]


def test_an_error_of_an_earlier_placement_does_not_stay(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.add_rule("commercelayer.orders.update", {"outcome": "declined"}, times=1)
    commercelayer.pull("_place", place_async=True)
    commercelayer.advance("2s")
    failed = [commercelayer.read("orders", SEED_ORDER)["errors_count"], len(_errors(commercelayer))]

    commercelayer.pull("_place")
    commercelayer.advance("2s")

    assert [[1, 1], "placed/authorized/unfulfilled"] == [failed, commercelayer.status()]
    assert [0, []] == [commercelayer.read("orders", SEED_ORDER)["errors_count"], _errors(commercelayer)]


def _errors(shop: CommerceLayer) -> list[dict[str, Any]]:
    return shop.listed(f"/orders/{SEED_ORDER}/resource_errors")

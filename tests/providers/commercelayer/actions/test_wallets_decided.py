"""Orders paid with what the customer kept: Klarna decides of them like of any other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import CommerceLayer, document_of
from tests.klarna import fine

SAVE = "_save_payment_source_to_customer_wallet"
USE = "_customer_payment_source_id"
EMAIL = "mario@shop.test"  # whose the seeded order is
DECLINED = ["422 PAYMENT_NOT_APPROVED_FOR_EXECUTION payment not approved for execution"]
EXPIRED = ["422 VALIDATION_ERROR order_data - is expired"]
MISMATCH = ["422 VALIDATION_ERROR payment_source - is invalid"]
PLACED = ["placed/authorized/unfulfilled", ["authorizations 1950"]]


@pytest.fixture
def again(commercelayer: CommerceLayer) -> CommerceLayer:
    """With the seeded order placed and paid for, whose customer kept the payment source."""
    commercelayer.place()
    commercelayer.pull(SAVE)
    return commercelayer


def _kept(shop: CommerceLayer) -> str:
    return str(shop.only("/customer_payment_sources")["id"])


def _asked(shop: CommerceLayer, order: str) -> dict[str, Any]:
    """Pay with what is kept and place, in one request."""
    return document_of("orders", {USE: _kept(shop), "_place": True, "reference": "again"}, id_=order)


def _state(shop: CommerceLayer, order: str) -> list[Any]:
    return [shop.status(order), shop.transactions(order)]


@pytest.mark.parametrize(
    ("outcome", "refused", "kept"),
    [
        ("declined", DECLINED, ["authorizations 1950 failed"]),
        ("expired", EXPIRED, []),
        ("amounts_mismatch", MISMATCH, []),
    ],
)
def test_klarnas_no_is_a_no_and_leaves_no_payment_source(
    again: CommerceLayer, outcome: str, refused: list[str], kept: list[str]
) -> None:
    order = again.new_order(email=EMAIL)

    answer = again.refusal("PATCH", f"/orders/{order}", _asked(again, order), x_mock_outcome=outcome)

    assert [refused, "pending/unpaid/unfulfilled"] == [answer, again.status(order)]
    assert kept == again.transactions(order)
    assert again.get(f"/orders/{order}/payment_source")["data"] is None
    assert again.read("orders", order)["reference"] is None


@pytest.mark.parametrize(
    ("scenario", "refused"),
    [
        ("declined-on-place", DECLINED),
        ("rejected", DECLINED),
        ("session-expired", EXPIRED),
        ("amounts-mismatch", MISMATCH),
    ],
)
def test_a_scenario_decides_too(again: CommerceLayer, scenario: str, refused: list[str]) -> None:
    order = again.new_order(email=EMAIL)
    again.choose_scenario(scenario)

    assert refused == again.refusal("PATCH", f"/orders/{order}", _asked(again, order))
    assert "pending/unpaid/unfulfilled" == again.status(order)


@pytest.mark.parametrize(("outcome", "refused"), [("declined", DECLINED), ("amounts_mismatch", MISMATCH)])
def test_in_two_requests_it_is_the_same(again: CommerceLayer, outcome: str, refused: list[str]) -> None:
    order = again.new_order(email=EMAIL)
    again.update("orders", order, {USE: _kept(again)})

    body = document_of("orders", {"_place": True}, id_=order)

    assert refused == again.refusal("PATCH", f"/orders/{order}", body, x_mock_outcome=outcome)
    assert "pending/unpaid/unfulfilled" == again.status(order)


def test_after_a_no_the_customer_may_try_again(again: CommerceLayer) -> None:
    order = again.new_order(email=EMAIL)
    again.refusal("PATCH", f"/orders/{order}", _asked(again, order), x_mock_outcome="declined")

    again.pull("_place", order_id=order, **{USE: _kept(again)})

    assert ["placed/authorized/unfulfilled", ["authorizations 1950 failed", "authorizations 1950"]] == _state(
        again, order
    )


def test_klarna_may_take_its_time(again: CommerceLayer) -> None:
    order = again.new_order(email=EMAIL)

    fine(again.send("PATCH", f"/orders/{order}", _asked(again, order), x_mock_outcome="pending"))

    assert [PLACED, "PENDING"] == [_state(again, order), again.ledger_order(order)["fraud_status"]]


def test_a_no_of_an_order_that_is_placed_later_is_kept(again: CommerceLayer) -> None:
    order = again.new_order(email=EMAIL, place_async=True)

    fine(again.send("PATCH", f"/orders/{order}", _asked(again, order), x_mock_outcome="declined"))
    again.advance("2s")

    assert ["placing/unpaid/unfulfilled", 1] == [again.status(order), again.read("orders", order)["errors_count"]]


def test_who_lost_the_answer_asks_again_and_is_not_charged_again(again: CommerceLayer) -> None:
    order = again.new_order(email=EMAIL)
    asked = _asked(again, order)

    statuses = [again.send("PATCH", f"/orders/{order}", asked).status for _ in range(2)]

    assert [[200, 200], PLACED] == [statuses, _state(again, order)]
    assert 1 == len(again.listed("/klarna_payments?filter[q][order_id_eq]=" + order))


def test_what_is_kept_pays_again_and_again(again: CommerceLayer) -> None:
    orders = [again.new_order(email=EMAIL) for _ in range(2)]

    for order in orders:
        again.pull("_place", order_id=order, **{USE: _kept(again)})
        again.pull("_approve_and_capture", order_id=order)

    assert [["approved/paid/in_progress", ["authorizations 1950", "captures 1950"]]] * 2 == [
        _state(again, order) for order in orders
    ]
    assert [1950, 1950] == [again.ledger_order(order)["captured_amount"] for order in orders]
    assert ["authorizations 7750"] == again.transactions()


def test_a_customer_who_logged_in_pays_with_it_without_klarnas_widget(commercelayer: CommerceLayer) -> None:
    ann = commercelayer.as_customer("ann@shop.test", scope="market:code:EU")
    first, second = ann.new_order(email="ann@shop.test"), ann.new_order(email="ann@shop.test")
    ann.pay(first)
    ann.pull("_place", SAVE, order_id=first)

    ann.pull("_place", order_id=second, **{USE: _kept(ann)})

    assert [PLACED, PLACED] == [_state(commercelayer, order) for order in (first, second)]

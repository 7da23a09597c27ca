"""Refunds of MultiSafepay: by amount and by cart, within what is left, only once the goods are on their way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.multisafepay import MultiSafepay, line_of

from ..website import multisafepay_with

REFUSED = (400, 1034, "Cannot refund transaction")
SAME = (400, 1034, "Same refund done in short period")
NO_INFORMATION = (400, 1033, "Error fetching refund information")
POT = line_of(25, 3, merchant_item_id="POT", tax_table_selector="high")  # 75.00 + 15.75
LID = line_of(9, 2, merchant_item_id="LID")  # 18.00
COUPON = line_of(-5, 1, merchant_item_id="COUPON")  # -5.00
ITEMS = [POT, LID, COUPON]
AMOUNT = 10375


def _shipped(multisafepay: MultiSafepay, **fields: Any) -> dict[str, Any]:
    paid = multisafepay.pay(**{"amount": AMOUNT, "shopping_cart": {"items": ITEMS}, **fields})
    multisafepay.ship()
    return paid


def _refunded(multisafepay: MultiSafepay) -> tuple[str, int, int]:
    """Status and sum at MultiSafepay, sum in the ledger."""
    order = multisafepay.read()
    return order["status"], order["amount_refunded"], multisafepay.ledger_order()["refunded_amount"]


def _by_cart(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"checkout_data": {"items": [*ITEMS, *lines]}, **fields}


def _back(line: dict[str, Any], pieces: int = 1, **fields: Any) -> dict[str, Any]:
    return {**line, "unit_price": -line["unit_price"], "quantity": pieces, **fields}


def test_a_refund_goes_back_in_the_ledger_too(multisafepay: MultiSafepay) -> None:
    _shipped(multisafepay)

    multisafepay.refund(amount="375", description="a dent")

    assert ("partial_refunded", 375, 375) == _refunded(multisafepay)
    (refund,) = multisafepay.ledger_order()["refunds"]
    assert [375, "a dent"] == [refund["refunded_amount"], refund["description"]]


def test_a_refund_is_answered_with_the_payment_and_a_number_of_its_own(multisafepay: MultiSafepay) -> None:
    paid = _shipped(multisafepay)

    answer = multisafepay.refund(amount=375)

    assert ["transaction_id", "refund_id"] == list(answer)
    assert paid["transaction_id"] == answer["transaction_id"] != answer["refund_id"]


def test_a_refund_is_told_with_the_order(multisafepay: MultiSafepay) -> None:
    paid = _shipped(multisafepay)
    answer = multisafepay.refund(amount=375)

    (related,) = multisafepay.read()["related_transactions"]

    assert {
        "amount": 375,
        "order_id": "ON-1",
        "reference_transaction_id": paid["transaction_id"],
        "transaction_id": answer["refund_id"],
        "type": "refund",
        "description": f"Refund order {paid['transaction_id']}",
    } == {
        name: related[name]
        for name in ("amount", "order_id", "reference_transaction_id", "transaction_id", "type", "description")
    }


@pytest.mark.parametrize("asked", [{}, {"amount": 0}, {"amount": ""}, {"amount": None}, {"amount": AMOUNT}])
def test_no_amount_is_all_that_is_left(multisafepay: MultiSafepay, asked: dict[str, Any]) -> None:
    _shipped(multisafepay)

    multisafepay.refund(**asked)

    assert ("refunded", AMOUNT, AMOUNT) == _refunded(multisafepay)


def test_the_rest_follows_a_part(multisafepay: MultiSafepay) -> None:
    _shipped(multisafepay)
    multisafepay.refund(amount=375)

    multisafepay.refund()

    assert ("refunded", AMOUNT, AMOUNT) == _refunded(multisafepay)
    assert [375, 10000] == [refund["amount"] for refund in multisafepay.read()["related_transactions"]]


def test_a_wholly_refunded_order_is_void_where_the_setting_says_so() -> None:
    multisafepay = multisafepay_with(multisafepay_refunded="void")
    _shipped(multisafepay)

    multisafepay.refund(amount=375)
    part = multisafepay.read()["status"]
    multisafepay.refund()

    assert ["partial_refunded", "void"] == [part, multisafepay.read()["status"]]


@pytest.mark.parametrize(("before", "amount"), [(None, AMOUNT + 1), (375, 10001), (AMOUNT, 1), (AMOUNT, None)])
def test_more_than_is_left_is_refused(multisafepay: MultiSafepay, before: int | None, amount: int | None) -> None:
    _shipped(multisafepay)
    if before:
        multisafepay.refund(amount=before)

    refused = multisafepay.refusal("POST", "/orders/ON-1/refunds", {"currency": "EUR", "amount": amount})

    assert REFUSED == refused
    assert [before or 0] * 2 == list(_refunded(multisafepay)[1:])


def test_the_journal_tells_what_is_left(multisafepay: MultiSafepay) -> None:
    _shipped(multisafepay)
    multisafepay.refund(amount=375)

    multisafepay.refusal("POST", "/orders/ON-1/refunds", {"currency": "EUR", "amount": 10001})

    (fault,) = multisafepay.explanation()["faults"]
    assert ["amount", "amount is 10001, 10000 = 10375 - 375 is left"] == [fault["path"], fault["text"]]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"amount": 100}, (400, 1002, "Invalid currency")),
        ({"amount": 100, "currency": "USD"}, (400, 1002, "Invalid currency")),
        ({"amount": -100, "currency": "EUR"}, (400, 1001, "Invalid amount")),
        ({"amount": "1.50", "currency": "EUR"}, (400, 1001, "Invalid amount")),
        ({"checkout_data": {"items": []}}, NO_INFORMATION),
        ({"checkout_data": {"items": ITEMS}}, NO_INFORMATION),
        (_by_cart(_back(line_of(1, merchant_item_id="OTHER"))), NO_INFORMATION),
        (_by_cart(_back(LID), {**COUPON, "unit_price": 9}), NO_INFORMATION),  # comes to nothing
        (_by_cart(_back(LID), {**COUPON, "unit_price": 5, "quantity": 2}), NO_INFORMATION),  # to less
        (_by_cart(_back(LID), {**COUPON, "unit_price": 9}, amount=AMOUNT, currency="EUR"), NO_INFORMATION),
        (_by_cart(_back(POT, 4)), REFUSED),
    ],
)
def test_a_refused_refund_gives_nothing_back(
    multisafepay: MultiSafepay, body: dict[str, Any], refused: tuple[int, int, str]
) -> None:
    _shipped(multisafepay)

    assert refused == multisafepay.refusal("POST", "/orders/ON-1/refunds", body)
    assert ("shipped", 0, 0) == _refunded(multisafepay)


def test_the_same_sum_within_five_minutes_is_refused(multisafepay: MultiSafepay) -> None:
    _shipped(multisafepay)
    multisafepay.refund(amount=100)
    multisafepay.advance("4m59s")

    assert SAME == multisafepay.refusal("POST", "/orders/ON-1/refunds", {"currency": "EUR", "amount": 100})
    assert ("partial_refunded", 100, 100) == _refunded(multisafepay)


def test_the_same_sum_is_fine_after_five_minutes(multisafepay: MultiSafepay) -> None:
    _shipped(multisafepay)
    multisafepay.refund(amount=100)
    multisafepay.advance("5m")

    multisafepay.refund(amount=100)

    assert ("partial_refunded", 200, 200) == _refunded(multisafepay)


def test_another_sum_is_fine_at_once(multisafepay: MultiSafepay) -> None:
    _shipped(multisafepay)
    multisafepay.refund(amount=100)

    multisafepay.refund(amount=101)

    assert ("partial_refunded", 201, 201) == _refunded(multisafepay)


def test_the_same_sum_of_another_order_is_fine_at_once(multisafepay: MultiSafepay) -> None:
    for order_id in ("ON-1", "ON-2"):
        multisafepay.pay(order_id)
        multisafepay.ship(order_id)

    refunded = [multisafepay.refund(order_id, amount=100)["refund_id"] for order_id in ("ON-1", "ON-2")]

    assert 2 == len(set(refunded))


@pytest.mark.parametrize("state", ["initialized", "completed", "uncleared", "declined", "void", "expired"])
def test_klarnas_money_comes_back_after_shipment_only(multisafepay: MultiSafepay, state: str) -> None:
    outcomes = {"completed": "accepted", "uncleared": "pending", "void": "cancelled"}
    multisafepay.create()
    if state != "initialized":
        multisafepay.complete(outcome=outcomes.get(state, state))

    refused = multisafepay.refusal("POST", "/orders/ON-1/refunds", {"currency": "EUR", "amount": 100})

    assert REFUSED == refused
    assert [state, 0] == [multisafepay.read()[name] for name in ("status", "amount_refunded")]


@pytest.mark.parametrize(
    ("lines", "sum_"),
    [
        ([_back(POT)], 3025),
        ([_back(POT, 3)], 9075),
        ([_back(POT, 2), _back(LID)], 6950),
        ([{**POT, "quantity": -1}], 3025),
        ([{**POT, "quantity": "-2"}, {**LID, "quantity": -2}], 7850),
        ([{**POT, "unit_price": "-25", "quantity": "1"}], 3025),
        ([_back(POT, tax_table_selector="none")], 2500),  # another rate is another sum
        ([_back(POT), {**COUPON, "unit_price": 5}], 2525),  # the discount is taken back with the pot
        ([line_of(-12.34, merchant_item_id="refund_id_77", name="Refund")], 1234),
        ([line_of(-10, merchant_item_id="refund_id_77", tax_table_selector="high")], 1210),
    ],
)
def test_the_lines_that_come_back_are_summed_with_their_vat(
    multisafepay: MultiSafepay, lines: list[dict[str, Any]], sum_: int
) -> None:
    _shipped(multisafepay)

    multisafepay.data("POST", "/orders/ON-1/refunds", _by_cart(*lines))

    assert ("partial_refunded", sum_, sum_) == _refunded(multisafepay)


def test_a_whole_cart_with_its_discount_can_come_back(multisafepay: MultiSafepay) -> None:
    _shipped(multisafepay)

    lines = [_back(POT, 3), _back(LID, 2), {**COUPON, "quantity": -1}]
    multisafepay.data("POST", "/orders/ON-1/refunds", _by_cart(*lines))

    assert ("refunded", AMOUNT, AMOUNT) == _refunded(multisafepay)


def test_only_the_copies_need_be_sent(multisafepay: MultiSafepay) -> None:
    _shipped(multisafepay)

    multisafepay.data("POST", "/orders/ON-1/refunds", {"checkout_data": {"items": [_back(LID)]}})

    assert ("partial_refunded", 900, 900) == _refunded(multisafepay)


def test_a_cart_may_bring_tax_tables_of_its_own(multisafepay: MultiSafepay) -> None:
    _shipped(multisafepay)
    tables = {"default": {"rate": "0.5"}, "alternate": []}

    for name in ("tax_tables", "tax_table"):
        data = {"items": [*ITEMS, _back(LID, 1 if name == "tax_table" else 2)], name: tables}
        multisafepay.data("POST", "/orders/ON-1/refunds", {"checkout_data": data})

    assert ("partial_refunded", 1350 + 2700, 1350 + 2700) == _refunded(multisafepay)


def test_the_cart_counts_when_the_whole_amount_stands_beside_it(multisafepay: MultiSafepay) -> None:
    _shipped(multisafepay)

    multisafepay.refund(amount=AMOUNT, description="one lid", **_by_cart(_back(LID)))

    assert ("partial_refunded", 900, 900) == _refunded(multisafepay)


def test_a_cart_refund_of_the_same_sum_is_refused_too(multisafepay: MultiSafepay) -> None:
    _shipped(multisafepay)
    multisafepay.data("POST", "/orders/ON-1/refunds", _by_cart(_back(LID)))

    assert SAME == multisafepay.refusal("POST", "/orders/ON-1/refunds", _by_cart({**LID, "quantity": -1}))


def test_the_cent_that_an_order_was_short_of_is_not_asked_back(multisafepay: MultiSafepay) -> None:
    line = line_of(5.2, 3, tax_table_selector="high")  # 18.88 by the rounding rule
    _shipped(multisafepay, amount=1887, shopping_cart={"items": [line]})

    multisafepay.data("POST", "/orders/ON-1/refunds", {"checkout_data": {"items": [line, _back(line, 3)]}})

    assert ("refunded", 1887, 1887) == _refunded(multisafepay)

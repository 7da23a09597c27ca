"""Refunds: calculated, made, refused with the arithmetic; in both versions, and of one transaction."""

from __future__ import annotations

from typing import Any

import pytest

from tests.next_commerce import CAPTURES_LATER, OLD, TOWEL, NextCommerce, line_of, order_of


@pytest.fixture
def order(next_commerce: NextCommerce) -> dict[str, Any]:
    """Two teapots of 10.00 and a towel of 3.00, 5.00 of shipping: 28.00, paid with Klarna."""
    return next_commerce.buy(lines=[line_of(quantity=2), line_of(TOWEL, 1, "3.00")])


def _line(order: dict[str, Any], index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"line_id": order["lines"][index]["id"], "quantity": 1, **fields}


def _share(order: dict[str, Any], amount: str, **fields: Any) -> dict[str, Any]:
    return {"id": order["transactions"][0]["id"], "amount": amount, **fields}


def test_calculating_tells_what_would_go_back_and_changes_nothing(
    next_commerce: NextCommerce, order: dict[str, Any]
) -> None:
    body = {"refund_lines": [_line(order)], "refund_shipping": {"amount_excl_tax": "3.99"}}

    told = next_commerce.post(f"/orders/{order['number']}/refund/calculate/", body)

    assert ("13.99", "13.99", "USD") == (told["amount_incl_tax"], told["amount_excl_tax"], told["currency"])
    assert ("10.00", "cancel", 2) == tuple(
        told["refund_lines"][0][name] for name in ("amount_incl_tax", "restock_type", "refundable_quantity")
    )
    assert ("3.99", "5.00") == tuple(told["refund_shipping"][name] for name in ("amount_incl_tax", "refundable_amount"))
    assert [("13.99", "28.00")] == [(each["amount"], each["refundable_amount"]) for each in told["transactions"]]
    assert order == next_commerce.read(order["number"])


def test_a_refund_takes_lines_out_and_gives_the_money_back_through_the_ledger(
    next_commerce: NextCommerce, order: dict[str, Any]
) -> None:
    body = {
        "transactions": [_share(order, "15.00")],
        "refund_lines": [_line(order, restock_type="cancel")],
        "refund_shipping": {"full_refund": True},
        "note": "broken",
    }

    refund = next_commerce.post(f"/orders/{order['number']}/refund/", body)

    after = next_commerce.read(order["number"])
    assert ("15.00", "15.00", "broken") == (
        refund["total_refund_amount"], refund["total_return_incl_tax"], refund["note"],
    )  # fmt: skip
    assert [("refund_shipping", "5.00")] == [(a["type"], a["amount_incl_tax"]) for a in refund["adjustments"]]
    assert ("13.00", "0.00", "partially_refunded") == tuple(
        after[name] for name in ("total_incl_tax", "total_outstanding", "payment_status")
    )
    assert (2, 1) == tuple(after["lines"][0][name] for name in ("quantity", "current_quantity"))
    assert [refund] == after["refunds"]
    assert 1500 == next_commerce.ledger_orders()[0]["refunded_amount"]


def test_what_lines_and_shipping_do_not_explain_is_a_discrepancy(
    next_commerce: NextCommerce, order: dict[str, Any]
) -> None:
    refund = next_commerce.post(f"/orders/{order['number']}/refund/", {"transactions": [_share(order, "4.00")]})

    assert [("refund_discrepancy", "4.00")] == [(a["type"], a["amount_incl_tax"]) for a in refund["adjustments"]]
    assert "24.00" == next_commerce.read(order["number"])["total_incl_tax"]


def test_all_of_it_is_refunded(next_commerce: NextCommerce, order: dict[str, Any]) -> None:
    next_commerce.post(f"/orders/{order['number']}/refund/", {"transactions": [_share(order, "28.00")]})

    refused = next_commerce.refusal(
        "POST", f"/orders/{order['number']}/refund/", {"transactions": [_share(order, "0.01")]}
    )

    assert "open/refunded/unfulfilled" == next_commerce.status(order["number"])
    assert (400, {"non_field_errors": ["This order cannot be refunded."]}) == refused


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {"transactions": ["This field is required."]}, "transactions"),
    (
        {"transactions": [{"amount": "28.01"}]},
        {"transactions": [{"amount": ["Ensure this value is less than or equal to 28.00."]}]},
        "amount is 28.01, 28.00 of transaction",
    ),
    (
        {"transactions": [{"id": 1, "amount": "1.00"}]},
        {"transactions": [{"id": ['Invalid pk "1" - object does not exist.']}]},
        "has transactions 8001",
    ),
    (
        {
            "transactions": [{"amount": "1.00"}],
            "refund_lines": [{"line_id": 1, "quantity": 1, "restock_type": "cancel"}],
        },
        {"refund_lines": [{"line_id": ['Invalid pk "1" - object does not exist.']}]},
        "has lines 1001, 1002",
    ),
    (
        {"transactions": [{"amount": "1.00"}], "refund_lines": [{"quantity": 3, "restock_type": "cancel"}]},
        {"refund_lines": [{"quantity": ["Ensure this value is less than or equal to 2."]}]},
        "quantity is 3, 2 items",
    ),
    (
        {"transactions": [{"amount": "1.00"}], "refund_lines": [{"quantity": 1}]},
        {"refund_lines": [{"restock_type": ["This field is required."]}]},
        "restock_type",
    ),
    (
        {"transactions": [{"amount": "1.00"}], "refund_lines": [{"quantity": 1, "restock_type": "return"}]},
        {"refund_lines": [{"restock_type": ['"return" is not a valid choice.']}]},
        "0 of 2 items of line",
    ),
    (
        {"transactions": [{"amount": "9.00"}], "refund_shipping": {"amount_excl_tax": "5.01"}},
        {"refund_shipping": {"amount_excl_tax": ["Ensure this value is less than or equal to 5.00."]}},
        "amount is 5.01, 5.00 of the shipping is left",
    ),
    (
        {"transactions": [{"amount": "1.00"}, {"amount": "1.00"}]},
        {"transactions": ["Each transaction may be refunded once."]},
        "is there twice",
    ),
]


@pytest.mark.parametrize(("body", "told", "why"), REFUSED, ids=str)
def test_a_bad_refund_is_refused_with_the_arithmetic_and_changes_nothing(
    next_commerce: NextCommerce, order: dict[str, Any], body: dict[str, Any], told: dict[str, Any], why: str
) -> None:
    asked = {
        **body,
        **({"transactions": [{**_share(order, ""), **each} for each in body["transactions"]]} if body else {}),
        "refund_lines": [{"line_id": order["lines"][0]["id"], **each} for each in body.get("refund_lines", [])],
    }

    refused = next_commerce.refusal("POST", f"/orders/{order['number']}/refund/", asked)

    assert (400, told) == refused
    assert why in next_commerce.explanation()["faults"][0]["text"]
    assert order == next_commerce.read(order["number"])


def test_what_is_only_authorized_is_captured_first(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy("card_token", payment_details={"card_token": "t", "payment_gateway": CAPTURES_LATER})

    refused = next_commerce.refusal(
        "POST", f"/orders/{order['number']}/refund/", {"transactions": [_share(order, "1.00")]}
    )

    assert (400, {"non_field_errors": ["This order cannot be refunded."]}) == refused
    assert "capture it first" in next_commerce.explanation()["faults"][0]["text"]


def test_the_old_version_refunds_an_amount_and_answers_with_the_order(
    next_commerce: NextCommerce, order: dict[str, Any]
) -> None:
    old = next_commerce.of_version(OLD)

    told = old.post(f"/orders/{order['number']}/refund/", {"amount": "6.00"})
    refused = old.refusal("POST", f"/orders/{order['number']}/refund/", {"amount": "22.01"})

    assert (order["number"], "partially_refunded") == (told["number"], told["payment_status"])
    assert (400, {"amount": ["Ensure this value is less than or equal to 22.00."]}) == refused


def test_an_amount_is_taken_from_the_oldest_transactions_first(
    next_commerce: NextCommerce, order: dict[str, Any]
) -> None:
    next_commerce.post(f"/orders/{order['number']}/add-line-items/", {"lines": [line_of(TOWEL, 1, "10.00")]})

    next_commerce.of_version(OLD).post(f"/orders/{order['number']}/refund/", {"amount": "30.00"})

    assert ["debit 28.00", "debit 10.00", "refund 28.00", "refund 2.00"] == next_commerce.transactions(order["number"])
    assert [2800, 200] == [klarna["refunded_amount"] for klarna in next_commerce.ledger_orders()]


def test_the_old_version_cannot_calculate_nor_edit_lines(next_commerce: NextCommerce, order: dict[str, Any]) -> None:
    old = next_commerce.of_version(OLD)

    answers = [
        old.send("POST", f"/orders/{order['number']}/{path}/", {}) for path in ("refund/calculate", "lines")
    ]

    assert [(404, "text/html; charset=utf-8")] * 2 == [(a.status, a.headers["Content-Type"]) for a in answers]


def test_one_transaction_is_refunded_by_itself(next_commerce: NextCommerce, order: dict[str, Any]) -> None:
    id_ = order["transactions"][0]["id"]

    told = next_commerce.post(f"/transactions/{id_}/refund/", {"amount": "8.00"})
    refused = next_commerce.refusal("POST", f"/transactions/{id_}/refund/", {"amount": "20.01"})

    assert ("refund", "8.00", id_) == (told["type"], told["amount"], told["parent_id"])
    assert "20.00" == next_commerce.get(f"/transactions/{id_}/")["amount_available_for_refund"]
    assert (400, {"amount": ["Ensure this value is less than or equal to 20.00."]}) == refused


def test_an_external_refund_leaves_the_ledger_alone(next_commerce: NextCommerce, order: dict[str, Any]) -> None:
    body = {"transactions": [_share(order, "5.00", is_external=True)]}

    refund = next_commerce.post(f"/orders/{order['number']}/refund/", body)

    assert refund["transactions"][0]["is_external"]
    assert 0 == next_commerce.ledger_orders()[0]["refunded_amount"]


def test_a_refund_of_a_refund_offers_nothing(next_commerce: NextCommerce, order: dict[str, Any]) -> None:
    id_ = order["transactions"][0]["id"]
    refund = next_commerce.post(f"/transactions/{id_}/refund/", {"amount": "8.00"})

    refused = next_commerce.refusal("POST", f"/transactions/{refund['id']}/refund/", {"amount": "1.00"})

    assert (400, {"amount": ["Ensure this value is less than or equal to 0.00."]}) == refused


def test_an_order_paid_with_a_test_card_has_nothing_to_refund(next_commerce: NextCommerce) -> None:
    order = next_commerce.post("/orders/", order_of("card_token", payment_details={"card_token": "test_card"}))

    next_commerce.refusal(
        "POST", f"/orders/{order['number']}/refund/", {"transactions": [{"id": 1, "amount": "1.00"}]}
    )

    assert "there is no transaction" in next_commerce.explanation()["faults"][0]["text"]

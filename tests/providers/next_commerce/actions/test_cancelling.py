"""Orders are cancelled once, with their money or without."""

from __future__ import annotations

from tests.next_commerce import NextCommerce, line_of


def test_a_cancelled_order_keeps_its_money_unless_it_is_asked_back(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]

    next_commerce.post(f"/orders/{number}/cancel/", {"cancel_reason": "no"})

    assert "canceled/paid/unfulfilled" == next_commerce.status(number)


def test_a_full_refund_goes_back_through_the_ledger(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]

    order = next_commerce.post(f"/orders/{number}/cancel/", {"cancel_reason": "no", "full_refund": True})

    assert ("canceled", "refunded", "0.00") == (order["status"], order["payment_status"], order["total_incl_tax"])
    assert ["debit 15.00", "refund 15.00"] == next_commerce.transactions(number)
    assert 1500 == next_commerce.ledger_orders()[0]["refunded_amount"]


def test_a_cancelled_order_is_cancelled_once_and_takes_nothing_more(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]
    next_commerce.post(f"/orders/{number}/cancel/", {"cancel_reason": "no"})

    told = [
        next_commerce.refusal("POST", f"/orders/{number}/{what}/", body)[1]
        for what, body in (
            ("cancel", {"cancel_reason": "no"}), ("add-line-items", {"lines": [line_of()]}), ("collect-payment", {}),
            ("mark-as-paid", {}), ("lines", line_of()), ("capture", {}),
        )
    ]  # fmt: skip

    assert [{"non_field_errors": ["This order is canceled."]}] * 6 == told


def test_a_reason_is_needed_to_cancel(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]

    refused = next_commerce.refusal("POST", f"/orders/{number}/cancel/", {})

    assert (400, {"cancel_reason": ["This field is required."]}) == refused

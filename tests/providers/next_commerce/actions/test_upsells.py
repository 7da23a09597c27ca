"""More is sold after the purchase: the same method is charged again, without the shopper."""

from __future__ import annotations

import pytest

from tests.klarna import fine
from tests.next_commerce import TOWEL, NextCommerce, line_of

MORE = {"lines": [line_of(TOWEL, 1, "10.33")]}


def test_klarna_is_charged_again_on_the_ledger(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]

    answer = next_commerce.send("POST", f"/orders/{number}/add-line-items/", MORE)

    first, second = next_commerce.ledger_orders()
    assert (200, "25.33", "paid") == (
        answer.status, answer.json["total_incl_tax"], answer.json["payment_status"],
    )  # fmt: skip
    assert ["debit 15.00", "debit 10.33"] == next_commerce.transactions(number)
    assert (1033, "CAPTURED", None) == tuple(second[name] for name in ("order_amount", "status", "session_id"))
    (token,) = fine(next_commerce.control("GET", "/state/customer_tokens"))
    assert (token["token_id"], "ACTIVE") == (second["customer_token_id"], token["status"])
    assert "customer_token_id" not in first


@pytest.mark.parametrize("method", ["paypal", "twint", "apple_pay", "google_pay", "link", "card_token"])
def test_so_are_other_methods_that_can_be(next_commerce: NextCommerce, method: str) -> None:
    order = next_commerce.buy(method)

    next_commerce.post(f"/orders/{order['number']}/add-line-items/", MORE)

    assert order["supports_post_purchase_upsells"]
    assert ["debit 15.00", "debit 10.33"] == next_commerce.transactions(order["number"])


@pytest.mark.parametrize("method", ["ideal", "affirm", "afterpay", "bancontact", "sepa_debit", "swish"])
def test_methods_that_cannot_are_refused(next_commerce: NextCommerce, method: str) -> None:
    order = next_commerce.buy(method)

    status, body = next_commerce.refusal("POST", f"/orders/{order['number']}/add-line-items/", MORE)

    assert (False, 400) == (order["supports_post_purchase_upsells"], status)
    assert "does not support post purchase upsells." in body["non_field_errors"][0]
    assert ["debit 15.00"] == next_commerce.transactions(order["number"])


def test_a_declined_upsell_leaves_the_order_as_it_is(next_commerce: NextCommerce) -> None:
    next_commerce.choose_scenario("upsell-declined")
    number = next_commerce.buy()["number"]
    before = next_commerce.read(number)

    refused = next_commerce.refusal("POST", f"/orders/{number}/add-line-items/", MORE)

    assert (400, "2001") == (refused[0], refused[1]["payment_response_code"])
    assert before == next_commerce.read(number)
    assert ["failed", "succeeded"] == [each["status"] for each in next_commerce.results("/transactions/")]
    assert 1 == len(next_commerce.ledger_orders())


def test_a_pending_order_is_not_charged_again(next_commerce: NextCommerce) -> None:
    order = next_commerce.complete(next_commerce.start(), "pending")["order"]

    refused = next_commerce.refusal("POST", f"/orders/{order['number']}/add-line-items/", MORE)

    assert (400, {"non_field_errors": ["This order is not paid, its payment is pending."]}) == refused


def test_an_order_paid_in_test_takes_more_without_a_transaction(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy("card_token", payment_details={"card_token": "test_card"})

    after = next_commerce.post(f"/orders/{order['number']}/add-line-items/", MORE)

    assert ("25.33", [], "paid") == (after["total_incl_tax"], after["transactions"], after["payment_status"])


def test_the_lines_of_an_upsell_are_checked_like_others(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]

    refused = next_commerce.refusal("POST", f"/orders/{number}/add-line-items/", {"lines": [line_of(999)]})

    assert (400, {"lines": [{"product_id": ['Invalid pk "999" - object does not exist.']}]}) == refused


def test_what_an_edited_order_owes_is_collected_once(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]
    next_commerce.post(f"/orders/{number}/lines/", line_of(TOWEL, 1, "3.00"))

    owing = next_commerce.read(number)
    collected = next_commerce.post(f"/orders/{number}/collect-payment/")
    again = next_commerce.refusal("POST", f"/orders/{number}/collect-payment/", {})

    assert ("partially_paid", "3.00") == (owing["payment_status"], owing["total_outstanding"])
    assert ("paid", "0.00") == (collected["payment_status"], collected["total_outstanding"])
    assert (400, {"non_field_errors": ["This order has no outstanding balance."]}) == again
    assert [1500, 300] == [order["order_amount"] for order in next_commerce.ledger_orders()]


def test_a_declined_collection_can_be_tried_again(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]
    next_commerce.post(f"/orders/{number}/lines/", line_of(TOWEL, 1, "3.00"))
    next_commerce.choose_scenario("upsell-declined")
    refused = next_commerce.refusal("POST", f"/orders/{number}/collect-payment/", {})
    next_commerce.choose_scenario("accepted")

    order = next_commerce.post(f"/orders/{number}/collect-payment/")

    assert (400, "paid") == (refused[0], order["payment_status"])


def test_what_was_paid_elsewhere_is_marked_so(next_commerce: NextCommerce) -> None:
    number = next_commerce.post("/orders/", {"lines": [line_of()], "shipping_price": "0.00"})["number"]

    order = next_commerce.post(f"/orders/{number}/mark-as-paid/", {"external_payment_method": "bank"})
    again = next_commerce.refusal("POST", f"/orders/{number}/mark-as-paid/", {})

    (transaction,) = order["transactions"]
    assert ("paid", "bank", True) == (
        order["payment_status"], transaction["payment_method"], transaction["is_external"],
    )  # fmt: skip
    assert (400, {"non_field_errors": ["This order is already paid."]}) == again

"""Transactions by themselves: shown, captured, refused, verified."""

from __future__ import annotations

from typing import Any

import pytest

from tests.next_commerce import CAPTURES_LATER, NextCommerce, order_of


@pytest.fixture
def authorized(next_commerce: NextCommerce) -> dict[str, Any]:
    """The transaction of an order of 15.00 that a card has only authorized."""
    details = {"card_token": "tok_1", "payment_gateway": CAPTURES_LATER}
    order = next_commerce.post("/orders/", order_of("card_token", payment_details=details))
    found: dict[str, Any] = order["transactions"][0]
    return found


def test_a_transaction_shows_its_order_and_customer(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy()

    told = next_commerce.get(f"/transactions/{order['transactions'][0]['id']}/")

    assert (order["number"], "jane@shop.test", "15.00", {}) == (
        told["order"], told["user"]["email"], told["amount_available_for_refund"], told["subscription"],
    )  # fmt: skip
    inside = {name: value for name, value in order["transactions"][0].items() if name != "is_initial_retry"}
    assert inside == {name: told[name] for name in inside}


def test_an_authorization_is_captured_in_parts(next_commerce: NextCommerce, authorized: dict[str, Any]) -> None:
    path = f"/transactions/{authorized['id']}/capture/"

    first = next_commerce.post(path, {"amount": "6.00"})
    rest = next_commerce.post(path)
    refused = next_commerce.refusal("POST", path, {})

    assert [("capture", "6.00"), ("capture", "9.00")] == [(each["type"], each["amount"]) for each in (first, rest)]
    assert [authorized["id"]] * 2 == [each["parent_id"] for each in (first, rest)]
    assert (400, {"non_field_errors": ["This transaction cannot be captured."]}) == refused


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("15.01", "Ensure this value is less than or equal to 15.00."),
        ("0.00", "Ensure this value is greater than or equal to 0.01."),
        ("x", "A valid number is required."),
    ],
)
def test_an_amount_out_of_bounds_is_refused(
    next_commerce: NextCommerce, authorized: dict[str, Any], amount: str, text: str
) -> None:
    refused = next_commerce.refusal("POST", f"/transactions/{authorized['id']}/capture/", {"amount": amount})

    assert (400, {"amount": [text]}) == refused


def test_a_charge_has_nothing_to_capture(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy()

    refused = next_commerce.refusal("POST", f"/transactions/{order['transactions'][0]['id']}/capture/", {})

    assert (400, {"non_field_errors": ["This transaction cannot be captured."]}) == refused


def test_a_failed_transaction_offers_nothing(next_commerce: NextCommerce) -> None:
    next_commerce.complete(next_commerce.start(), "declined")
    (failed,) = next_commerce.results("/transactions/")

    refused = [
        next_commerce.refusal("POST", f"/transactions/{failed['id']}/{what}/", {"amount": "1.00"})
        for what in ("refund", "capture")
    ]

    assert [(400, {"non_field_errors": ["This transaction offers no further actions."]})] * 2 == refused


def test_a_transaction_nobody_made_is_not_found(next_commerce: NextCommerce) -> None:
    refused = next_commerce.refusal("GET", "/transactions/1/")

    assert (404, {"detail": "No Transaction matches the given query."}) == refused


def test_a_card_is_looked_at_without_a_charge(next_commerce: NextCommerce) -> None:
    told = next_commerce.post(
        "/transactions/verify/", {"card_token": "tok_1", "currency": "usd", "user": {"email": "a@shop.test"}}
    )

    assert ("tok_1", 12, "a@shop.test") == (
        told["card_token"], told["preferred_payment_gateway"]["id"], told["user"]["email"],
    )  # fmt: skip
    assert [] == next_commerce.results("/transactions/")


def test_a_card_that_is_declined_is_no_customer(next_commerce: NextCommerce) -> None:
    body = {"card_token": "tok_1", "currency": "USD", "user": {"email": "a@shop.test"}}

    answer = next_commerce.send("POST", "/transactions/verify/", body, x_mock_outcome="declined")

    assert (400, "2000") == (answer.status, answer.json["payment_response_code"])
    assert ["ada@example.com"] == [user["email"] for user in next_commerce.state("users")]

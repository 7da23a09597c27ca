"""Every row of Klarna's error catalogue for Order Management: got the natural way.

Source: docs.klarna.com, error codes and messages for Order Management; playground calls recorded 2021-09-17.
"""

from __future__ import annotations

from datetime import timedelta
import pytest

from .conftest import Klarna
from .orders import ADDRESS, ALL, CAPTURE, NOBODY, ON_A_CAPTURE, ON_AN_ORDER, PARCELS, Orders, assert_refused

DAY = timedelta(days=1)
UNKNOWN_ORDER = {
    "acknowledge_order": f"Order {NOBODY} cannot be found. Acknowledgement not possible.",
    "cancel_order": f"Order {NOBODY} cannot be found. Cancel not possible.",
    "create_capture": f"Order {NOBODY} cannot be found. Capture not possible.",
    "create_refund": f"Order {NOBODY} cannot be found. Refund not possible.",
    "update_merchant_references": "Order cannot be found. Merchant references cannot be updated.",
    "add_shipping_info": f"Order {NOBODY} cannot be found. Shipping info cannot be added to order {NOBODY}.",
    "add_capture_shipping_info": f"Order {NOBODY} cannot be found. Shipping info cannot be added to capture {CAPTURE}.",
    "trigger_send_out": f"Order {NOBODY} cannot be found.",
    "update_customer_details": f"Order {NOBODY} cannot be found. Customer details cannot be updated.",
    "extend_authorization_time": f"Order {NOBODY} cannot be found. Authorization time cannot be extended.",
    "release_remaining_authorization": (
        f"Order {NOBODY} cannot be found. Remaining authorization cannot be released."
    ),
}


@pytest.fixture
def orders(klarna: Klarna) -> Orders:
    return Orders(klarna)


@pytest.mark.parametrize("operation", ALL)
def test_an_order_nobody_placed_cannot_be_found(orders: Orders, operation: str) -> None:
    method, path, body = ALL[operation]

    answer = orders.ask(method, NOBODY + path.replace("<capture>", CAPTURE), body)

    expected = UNKNOWN_ORDER.get(operation, f"Order {NOBODY} cannot be found")
    assert_refused(answer, 404, "NO_SUCH_ORDER", [expected])


def test_the_order_id_of_the_documents_cannot_be_found(orders: Orders) -> None:
    """Its last group has eleven digits; it is told as unknown, not as malformed."""
    order_id = "7849fd84-47dc-4919-a7ce-47b9f46156f"

    answer = orders.ask("GET", order_id)

    assert_refused(answer, 404, "NO_SUCH_ORDER", [f"Order {order_id} cannot be found"])


@pytest.mark.parametrize("operation", ON_A_CAPTURE)
def test_a_capture_nobody_made_cannot_be_found(orders: Orders, operation: str) -> None:
    order_id = orders.place()
    orders.capture(order_id, 100)
    method, path, body = ON_A_CAPTURE[operation]

    answer = orders.ask(method, order_id + path.replace("<capture>", CAPTURE), body)

    expected = f"Capture {CAPTURE} cannot be found for order {order_id}."
    if operation == "add_capture_shipping_info":
        expected = f"Capture could not be found. Shipping info cannot be added to capture {CAPTURE}"
    assert_refused(answer, 404, "NO_SUCH_CAPTURE", [expected])


def test_a_refund_nobody_made_cannot_be_found(orders: Orders) -> None:
    order_id = orders.place()

    answer = orders.ask("GET", f"{order_id}/refunds/{NOBODY}")

    assert_refused(answer, 404, "NOT_FOUND", [f"Refund {NOBODY} cannot be found for order {order_id}"])


def test_the_capture_of_one_order_is_not_that_of_another(orders: Orders) -> None:
    order_id, other_id = orders.place(), orders.place()
    capture_id, refund_id = orders.capture(other_id, 100), orders.refund(other_id, 50)

    answers = [orders.ask("GET", f"{order_id}/{path}") for path in (f"captures/{capture_id}", f"refunds/{refund_id}")]

    assert [404, 404] == [answer.status_code for answer in answers]


@pytest.mark.parametrize("amounts", [(25001,), (10000, 15001), (25000, 1)])
def test_more_than_remains_cannot_be_captured(orders: Orders, amounts: tuple[int, ...]) -> None:
    order_id = orders.place()
    for amount in amounts[:-1]:
        orders.capture(order_id, amount)

    answer = orders.ask("POST", f"{order_id}/captures", {"captured_amount": amounts[-1]})

    message = "Captured amount is higher than the remaining authorized amount. Capture not possible."
    expected = "Capture not allowed" if amounts == (25000, 1) else message
    assert_refused(answer, 403, "CAPTURE_NOT_ALLOWED", [expected])


def test_nothing_cannot_be_captured(orders: Orders) -> None:
    answer = orders.ask("POST", f"{orders.place()}/captures", {"captured_amount": 0})

    assert_refused(answer, 403, "CAPTURE_NOT_ALLOWED", ["Capture not allowed"])


def test_an_order_that_is_over_takes_no_capture(orders: Orders) -> None:
    cancelled, expired = orders.place(), orders.place()
    orders.ask("POST", f"{cancelled}/cancel")
    orders.klarna.world.advance(29 * DAY)

    for order_id in (cancelled, expired):
        answer = orders.ask("POST", f"{order_id}/captures", {"captured_amount": 1})

        assert_refused(answer, 403, "CAPTURE_NOT_ALLOWED", ["Capture not allowed"])


def test_a_pending_order_takes_no_capture(orders: Orders) -> None:
    order_id = orders.place(outcome="pending")

    answer = orders.ask("POST", f"{order_id}/captures", {"captured_amount": 1})

    assert "PENDING" == orders.read(order_id)["fraud_status"]
    assert_refused(answer, 403, "CAPTURE_NOT_ALLOWED", ["Capture not allowed"])


def test_a_card_that_refuses_fails_a_capture_and_takes_a_later_one(orders: Orders) -> None:
    order_id = orders.place()

    answer = orders.ask("POST", f"{order_id}/captures", {"captured_amount": 100}, X_Mock_Outcome="rejected")

    assert_refused(answer, 403, "PAYMENT_METHOD_FAILED", [])
    assert [] == orders.read(order_id)["captures"]
    orders.capture(order_id, 100)


@pytest.mark.parametrize("name", ["captures", "refunds"])
@pytest.mark.parametrize(("amount", "outcome"), [(0, "accepted"), (1, "rejected")])
def test_that_there_is_no_order_is_told_first(orders: Orders, name: str, amount: int, outcome: str) -> None:
    body = {"captured_amount": amount, "refunded_amount": amount}

    answer = orders.ask("POST", f"{NOBODY}/{name}", body, X_Mock_Outcome=outcome if name == "captures" else "accepted")

    assert (404, "NO_SUCH_ORDER") == (answer.status_code, answer.get_json()["error_code"])


def test_an_order_with_captures_cannot_be_cancelled(orders: Orders) -> None:
    order_id = orders.place()
    orders.capture(order_id, 1)

    answer = orders.ask("POST", f"{order_id}/cancel")

    assert_refused(answer, 403, "CANCEL_NOT_ALLOWED", ["Order has previous captures. Cancel not possible."])


def test_nothing_goes_back_of_an_order_without_captures(orders: Orders) -> None:
    answer = orders.ask("POST", f"{orders.place()}/refunds", {"refunded_amount": 1})

    assert_refused(answer, 403, "REFUND_NOT_ALLOWED", ["Order has no captures. Refund not possible"])


@pytest.mark.parametrize("amounts", [(10001,), (4000, 6001)])
def test_no_more_goes_back_than_was_captured(orders: Orders, amounts: tuple[int, ...]) -> None:
    order_id = orders.place()
    orders.capture(order_id, 10000)
    for amount in amounts[:-1]:
        orders.refund(order_id, amount)

    answer = orders.ask("POST", f"{order_id}/refunds", {"refunded_amount": amounts[-1]})

    assert_refused(answer, 403, "REFUND_NOT_ALLOWED", ["Over refund is not allowed. Refund not possible."])


@pytest.mark.parametrize(
    ("amount", "lines"),
    [
        (0, []),
        (9000, [("physical", 10000), ("return_fee", -1000)]),  # not all was captured
    ],
)
def test_a_refund_that_is_none_is_refused(orders: Orders, amount: int, lines: list[tuple[str, int]]) -> None:
    order_id = orders.place()
    orders.capture(order_id, 10000)
    body = {
        "refunded_amount": amount,
        "order_lines": [
            {"type": type_, "name": type_, "quantity": 1, "unit_price": total, "total_amount": total}
            for type_, total in lines
        ],
    }

    answer = orders.ask("POST", f"{order_id}/refunds", body)

    assert_refused(answer, 403, "REFUND_NOT_ALLOWED", ["Refund not allowed"])


def test_an_order_never_authorizes_less_than_was_captured(orders: Orders) -> None:
    order_id = orders.place()
    orders.capture(order_id, 8000)

    answer = orders.ask("PATCH", f"{order_id}/authorization", {"order_amount": 7000})

    message = (
        "Resulting authorization amount 7000 cannot be less than the captured amount 8000 for order."
        " Order authorization cannot be updated"
    )
    assert_refused(answer, 403, "NOT_ALLOWED", [message])


@pytest.mark.parametrize("amount", [1, 24999, 25001])
def test_the_authorization_of_an_order_that_is_captured_stays(orders: Orders, amount: int) -> None:
    order_id = orders.place()
    orders.capture(order_id, 25000)

    answer = orders.ask("PATCH", f"{order_id}/authorization", {"order_amount": amount})

    assert_refused(answer, 403, "NOT_ALLOWED", ["Update not allowed."])


def test_the_new_risk_check_of_a_greater_amount_can_fail(orders: Orders) -> None:
    order_id = orders.place()

    greater = orders.ask("PATCH", f"{order_id}/authorization", {"order_amount": 25001}, X_Mock_Outcome="rejected")
    smaller = orders.ask("PATCH", f"{order_id}/authorization", {"order_amount": 24999}, X_Mock_Outcome="rejected")

    assert_refused(greater, 403, "NOT_ALLOWED", ["Update not allowed."])
    assert (204, 24999) == (smaller.status_code, orders.read(order_id)["order_amount"])


def test_a_billing_address_cannot_be_updated(orders: Orders) -> None:
    order_id = orders.place()
    changes = {"billing_address": {"city": "Lund"}, "shipping_address": {"city": "Lund"}}

    answer = orders.ask("PATCH", f"{order_id}/customer-details", changes)

    message = "Billing address cannot be updated for user account order. Customer details cannot be updated."
    assert_refused(answer, 403, "NOT_ALLOWED", [message])
    assert "Stockholm" == orders.read(order_id)["shipping_address"]["city"]


@pytest.mark.parametrize(
    "address", [{"given_name": ""}, {"email": ""}, {"country": "Sweden"}, {"email": "no address"}, {"country": "S1"}]
)
def test_an_address_that_is_none_is_refused(orders: Orders, address: dict[str, str]) -> None:
    order_id = orders.place()

    answer = orders.ask("PATCH", f"{order_id}/customer-details", {"shipping_address": {"city": "Lund", **address}})

    assert_refused(answer, 422, "INVALID_ADDRESS", ["The shipping and/or billing address is invalid"])
    assert {name: orders.read(order_id)["shipping_address"][name] for name in ADDRESS} == ADDRESS


def test_an_order_that_is_captured_has_nothing_to_release(orders: Orders) -> None:
    order_id = orders.place()
    orders.capture(order_id, 25000)

    answer = orders.ask("POST", f"{order_id}/release-remaining-authorization")

    message = "Order is fully captured. Remaining authorization cannot be released."
    assert_refused(answer, 403, "NOT_ALLOWED", [message])


def test_an_order_is_released_once(orders: Orders) -> None:
    order_id = orders.place()
    orders.capture(order_id, 1)

    first, second = (orders.ask("POST", f"{order_id}/release-remaining-authorization") for _ in range(2))

    message = "Order is fully captured. Remaining authorization cannot be released."
    assert 204 == first.status_code
    assert_refused(second, 403, "NOT_ALLOWED", [message])


def test_an_order_without_captures_cannot_be_released(orders: Orders) -> None:
    fresh, cancelled = orders.place(), orders.place()
    orders.ask("POST", f"{cancelled}/cancel")

    answers = [orders.ask("POST", f"{order_id}/release-remaining-authorization") for order_id in (fresh, cancelled)]

    message = "Order has no captures. Remaining authorization cannot be released."
    assert_refused(answers[0], 403, "NOT_ALLOWED", [message])
    assert_refused(answers[1], 403, "NOT_ALLOWED", ["Update not allowed."])


def test_an_expired_order_cannot_be_extended(orders: Orders) -> None:
    order_id = orders.place()
    orders.klarna.world.advance(29 * DAY)

    answer = orders.ask("POST", f"{order_id}/extend-authorization-time")

    message = "Order is expired. Authorization time cannot be extended."
    assert_refused(answer, 403, "NOT_ALLOWED", [message])


@pytest.mark.parametrize(("path", "what"), [("shipping-info", "Shipping info cannot be added."),
                                            ("trigger-send-out", "Send out cannot be triggered.")])  # fmt: skip
def test_an_order_without_captures_has_none_to_change(orders: Orders, path: str, what: str) -> None:
    answer = orders.ask("POST", f"{orders.place()}/captures/{CAPTURE}/{path}", PARCELS)

    assert_refused(answer, 403, "NOT_ALLOWED", [f"Order has no captures. {what}"])


@pytest.mark.parametrize("days", [0, -14, 15])
def test_a_due_date_is_not_put_off_by_days_nobody_offered(orders: Orders, days: int) -> None:
    order_id = orders.place()
    capture_id = orders.capture(order_id, 100)

    answer = orders.ask("PATCH", f"{order_id}/captures/{capture_id}/extend-due-date", {"number_of_days": days})

    assert_refused(answer, 403, "NOT_ALLOWED", ["Update not allowed."])


@pytest.mark.parametrize(
    "operation",
    [
        "acknowledge_order", "update_authorization", "update_customer_details", "extend_authorization_time",
        "update_merchant_references",
    ],
)  # fmt: skip
def test_a_cancelled_order_stays_as_it_is(orders: Orders, operation: str) -> None:
    order_id = orders.place()
    orders.ask("POST", f"{order_id}/cancel")
    method, path, body = ON_AN_ORDER[operation]
    before = orders.read(order_id)

    answer = orders.ask(method, order_id + path, body)

    assert_refused(answer, 403, "NOT_ALLOWED", ["Update not allowed."])
    assert before == orders.read(order_id)


@pytest.mark.parametrize(
    ("method", "country", "is_extended"),
    [
        ("invoice", "US", True), ("slice_it_by_card", "US", True), ("pay_by_card", "SE", False),
        ("pay_by_card", "US", False), ("fixed_sum_credit", "US", False), ("base_account", "US", False),
        ("deferred_interest", "US", False), ("fixed_sum_credit", "SE", True),
    ],
)  # fmt: skip
def test_neither_cards_nor_loans_of_the_us_are_extended(
    orders: Orders, method: str, country: str, is_extended: bool
) -> None:
    order_id = orders.place()
    payer = {"initial_payment_method": {"type": method}, "purchase_country": country, "billing_address": {}}
    orders.klarna.world.store.change("orders", order_id, lambda order: (order or {}) | payer)

    answer = orders.ask("POST", f"{order_id}/extend-authorization-time")

    if is_extended:
        assert 204 == answer.status_code
    else:
        assert_refused(answer, 403, "NOT_ALLOWED", ["Update not allowed."])

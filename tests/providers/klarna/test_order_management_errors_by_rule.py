"""Every row of Klarna's error catalogue for Order Management, ordered by a rule of the control API.

Source: docs.klarna.com, error codes and messages for Order Management; playground calls recorded 2021-09-17.
"""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from .conftest import Klarna
from .orders import ALL, CAPTURE, ON_A_CAPTURE, ON_A_REFUND, Orders, assert_refused
from .refusals import assert_is_gateway_page

Row = tuple[str, int, str, list[str]]  # error, and what is answered: status, code, messages

WRITES = [name for name in ALL if ALL[name][0] != "GET"]
WITH_BODY = [name for name in ALL if ALL[name][2] is not None]
COMMON: list[Row] = [
    ("INVALID_ORDER_ID", 400, "INVALID_ORDER_ID", ["Order ID must be a valid UUID."]),
    ("NO_SUCH_ORDER", 404, "NO_SUCH_ORDER", ["Order cannot be found"]),
    ("TOO_MANY_REQUESTS", 429, "TOO_MANY_REQUESTS", ["Too many requests"]),
    ("INTERNAL_SERVER_ERROR", 500, "INTERNAL_SERVER_ERROR", ["Unexpected server error"]),
    ("UNEXPECTED_ERROR", 500, "UNEXPECTED_ERROR", ["Unexpected server error"]),
    ("BadGateway", 502, "TEMPORARILY_UNAVAILABLE", ["Temporarily unavailable"]),
    ("TEMPORARILY_UNAVAILABLE", 503, "TEMPORARILY_UNAVAILABLE", ["Temporarily unavailable"]),
    ("GatewayTimeout", 504, "TEMPORARILY_UNAVAILABLE", ["Temporarily unavailable"]),
]
TOO_LONG = "The size of the shipping_info/shipping_company value must be between 0 and 100"
BODIES: list[Row] = [
    ("UNPROCESSABLE_ENTITY", 422, "UNPROCESSABLE_ENTITY", [TOO_LONG]),
    ("BAD_REQUEST", 400, "BAD_REQUEST", []),
]
NOT_ALLOWED: Row = ("NOT_ALLOWED", 403, "NOT_ALLOWED", ["Update not allowed."])
NO_SUCH_CAPTURE: Row = ("NO_SUCH_CAPTURE", 404, "NO_SUCH_CAPTURE", ["Capture could not be found"])
INVALID_ADDRESS: Row = ("INVALID_ADDRESS", 422, "INVALID_ADDRESS", ["The shipping and/or billing address is invalid"])
OWN: dict[str, list[Row]] = {
    "acknowledge_order": [NOT_ALLOWED],
    "update_authorization": [NOT_ALLOWED],
    "cancel_order": [("CANCEL_NOT_ALLOWED", 403, "CANCEL_NOT_ALLOWED", ["Cancel not allowed"])],
    "create_capture": [
        ("CAPTURE_NOT_ALLOWED", 403, "CAPTURE_NOT_ALLOWED", ["Capture not allowed"]),
        ("PAYMENT_METHOD_FAILED", 403, "PAYMENT_METHOD_FAILED", []),
    ],
    "read_capture": [NO_SUCH_CAPTURE],
    "add_capture_shipping_info": [NOT_ALLOWED, NO_SUCH_CAPTURE],
    "update_capture_customer_details": [NOT_ALLOWED, NO_SUCH_CAPTURE, INVALID_ADDRESS],
    "trigger_send_out": [NOT_ALLOWED, NO_SUCH_CAPTURE],
    "read_due_date_options": [NO_SUCH_CAPTURE],
    "extend_due_date": [NOT_ALLOWED, NO_SUCH_CAPTURE],
    "update_customer_details": [NOT_ALLOWED, INVALID_ADDRESS],
    "extend_authorization_time": [NOT_ALLOWED],
    "update_merchant_references": [NOT_ALLOWED],
    "create_refund": [("REFUND_NOT_ALLOWED", 403, "REFUND_NOT_ALLOWED", ["Refund not allowed"])],
    "read_refund": [("NOT_FOUND", 404, "NOT_FOUND", ["Refund cannot be found"])],
    "release_remaining_authorization": [NOT_ALLOWED],
}


@pytest.fixture
def orders(klarna: Klarna) -> Orders:
    return Orders(klarna)


def refused(orders: Orders, operation: str, **then: Any) -> TestResponse:
    """What a sound request of an order with a capture is answered, once a rule was made; it changes nothing."""
    order_id = orders.place()
    thing = CAPTURE
    if operation in ON_A_CAPTURE | ON_A_REFUND:
        thing = orders.capture(order_id, 100)
    if operation in ON_A_REFUND:
        thing = orders.refund(order_id, 50)
    orders.add_rule(operation, then)
    before = orders.stored()
    method, path, body = ALL[operation]

    answer = orders.ask(method, order_id + path.replace("<capture>", thing), body)

    assert before == orders.stored()
    return answer


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize(("error", "status", "code", "expected"), COMMON)
def test_any_operation_can_be_ordered_to_refuse(
    orders: Orders, operation: str, error: str, status: int, code: str, expected: list[str]
) -> None:
    answer = refused(orders, operation, error=error)

    assert_refused(answer, status, code, expected)


@pytest.mark.parametrize("operation", WRITES)
def test_any_write_can_be_ordered_into_conflict(orders: Orders, operation: str) -> None:
    assert_refused(refused(orders, operation, error="CONFLICT"), 409, "CONFLICT", [])


@pytest.mark.parametrize("operation", WITH_BODY)
@pytest.mark.parametrize(("error", "status", "code", "expected"), BODIES)
def test_any_body_can_be_ordered_to_be_refused(
    orders: Orders, operation: str, error: str, status: int, code: str, expected: list[str]
) -> None:
    answer = refused(orders, operation, error=error)

    assert_refused(answer, status, code, expected)


@pytest.mark.parametrize(
    ("operation", "error", "status", "code", "expected"),
    [(operation, *row) for operation, rows in OWN.items() for row in rows],
)
def test_an_operations_own_errors_can_be_ordered(
    orders: Orders, operation: str, error: str, status: int, code: str, expected: list[str]
) -> None:
    answer = refused(orders, operation, error=error)

    assert_refused(answer, status, code, expected)


@pytest.mark.parametrize("error", ["CAPTURE_NOT_ALLOWED", "PAYMENT_METHOD_FAILED", "TOO_MANY_REQUESTS", "CONFLICT"])
def test_the_messages_of_an_ordered_error_can_be_chosen(orders: Orders, error: str) -> None:
    answer = refused(orders, "create_capture", error=error, messages=["One", "Two"])

    assert_refused(answer, answer.status_code, error, ["One", "Two"])


@pytest.mark.parametrize("operation", ALL)
def test_the_gateways_page_can_be_ordered(orders: Orders, operation: str) -> None:
    assert_is_gateway_page(refused(orders, operation, error="Unauthorised"))


@pytest.mark.parametrize("operation", ALL)
def test_the_containers_page_can_be_ordered(orders: Orders, operation: str) -> None:
    answer = refused(orders, operation, error="InvalidId")

    assert (400, "435", "text/html;charset=utf-8") == (
        answer.status_code, answer.headers["Content-Length"], answer.headers["Content-Type"],
    )  # fmt: skip


@pytest.mark.parametrize("operation", ALL)
def test_a_body_too_large_can_be_ordered(orders: Orders, operation: str) -> None:
    answer = refused(orders, operation, error="TooLarge")

    assert_refused(answer, 413, "REQUEST_TOO_LARGE", ["Request is too large"])

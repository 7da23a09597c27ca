"""Every row of Klarna's error catalogue for Payments, ordered by a rule of the control API.

Source: docs.klarna.com, error codes and messages for Klarna Payments; playground calls recorded 2017 to 2024.
"""

from __future__ import annotations

import pytest

from .conftest import Klarna
from .refusals import OPERATIONS, assert_is_gateway_page, assert_is_rate_limited, assert_refused, perform

Row = tuple[str, list[str], int, str, list[str]]  # error, its messages, and what is answered: status, code, messages

COMMON: list[Row] = [
    ("OperationNotConfigured", [], 403, "INVALID_OPERATION", []),
    ("INVALID_OPERATION", ["Not for you"], 403, "INVALID_OPERATION", ["Not for you"]),
    ("MerchantInactive", [], 403, "MERCHANT_INACTIVE", []),
    ("MERCHANT_INACTIVE", [], 403, "MERCHANT_INACTIVE", []),
    ("PermissionDenied", [], 403, "PERMISSION_DENIED", []),
    ("PERMISSION_DENIED", [], 403, "PERMISSION_DENIED", []),
    ("BadRequest", [], 400, "BAD_REQUEST", []),
    ("InternalServerError", [], 500, "INTERNAL_SERVER_ERROR", ["Internal error"]),
    ("INTERNAL_SERVER_ERROR", [], 500, "INTERNAL_SERVER_ERROR", ["Internal error"]),
]
BAD_VALUES = [
    "Bad value: purchase_currency, purchase_country",
    "Bad value: order_amount, purchase_country, order_lines, purchase_currency",
    "Bad value: order_amount",
    "Bad value: order_lines[0].total_amount",
    "Bad value: order_lines[3].total_tax_amount",
    "Bad value: order_tax_amount",
    "Bad value: order_lines",
    "Bad value: purchase_currency",
    "Bad value: order_lines[0].reference",
    "Bad value: locale",
    "Bad value: billing_address.postal_code, shipping_address.postal_code",
    "Bad value: attachment.attachment",
]
CONSUMED: Row = (
    "AuthorizationTokenConsumed", [], 403, "INVALID_OPERATION", ["Authorization token already consumed"],
)  # fmt: skip
UNKNOWN_TOKEN: Row = ("InvalidAuthorizationToken", [], 404, "NOT_FOUND", ["Invalid authorization token"])
UNKNOWN_SESSION: Row = ("InvalidSessionId", [], 404, "NOT_FOUND", ["Invalid session id"])
COMPLETED: Row = ("SESSION_COMPLETED", [], 404, "SESSION_COMPLETED", ["Session has already been completed"])
NOT_MATCHING: list[Row] = [
    ("NotMatchingFields", [message], 409, "BAD_VALUE", [message])
    for message in (
        "Not matching fields: [billing_address.postal_code]",
        "Not matching fields: [shipping_address.organization_name]",
        "Not matching fields: [Incorrect number of items in the cart. Expected: 2, Actual: 3]",
    )
]
NOT_TOKENIZABLE = "invoice is not valid for creating customer tokens in SE"
OWN: dict[str, list[Row]] = {
    "create_session": [("BAD_VALUE", [message], 400, "BAD_VALUE", [message]) for message in BAD_VALUES],
    "read_session": [UNKNOWN_SESSION],
    "update_session": [UNKNOWN_SESSION, COMPLETED],
    "create_order": [
        ("BadValue", ["Bad value: order_lines[0].total_amount"], 400, "BAD_VALUE",
         ["Bad value: order_lines[0].total_amount"]),
        CONSUMED, UNKNOWN_TOKEN, COMPLETED, *NOT_MATCHING,
        ("DifferentRequestBody", [], 409, "BAD_VALUE",
         ["The order has been already completed with different request body"]),
        ("REJECTED", [], 403, "REJECTED", ["Rejected"]),
    ],
    "delete_authorization": [
        UNKNOWN_TOKEN,
        ("AuthorizationCannotBeDeleted", [], 404, "NOT_FOUND", ["Authorization cannot be deleted"]),
    ],
    "create_customer_token": [
        UNKNOWN_TOKEN, NOT_MATCHING[0],
        ("BadValue", ["Bad value: purchase_country"], 400, "BAD_VALUE", ["Bad value: purchase_country"]),
        ("NotTokenizable", [], 400, "BAD_REQUEST", ["X is not valid for creating customer tokens in Y"]),
        ("NotTokenizable", [NOT_TOKENIZABLE], 400, "BAD_REQUEST", [NOT_TOKENIZABLE]),
        ("NotAllowedForIntent", [], 403, "INVALID_OPERATION",
         ["Not allowed to create customer token for intent buy"]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(("error", "messages", "status", "code", "expected"), COMMON)
def test_any_operation_can_be_ordered_to_refuse(
    klarna: Klarna, operation: str, error: str, messages: list[str], status: int, code: str, expected: list[str]
) -> None:
    klarna.add_rule(operation, error=error, messages=messages)

    answer = perform(klarna, operation)

    assert_refused(answer, status, code, expected)


@pytest.mark.parametrize(
    ("operation", "error", "messages", "status", "code", "expected"),
    [(operation, *row) for operation, rows in OWN.items() for row in rows],
)
def test_an_operations_own_errors_can_be_ordered(
    klarna: Klarna, operation: str, error: str, messages: list[str], status: int, code: str, expected: list[str]
) -> None:
    klarna.add_rule(operation, error=error, messages=messages)

    answer = perform(klarna, operation)

    assert_refused(answer, status, code, expected)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_gateways_page_can_be_ordered(klarna: Klarna, operation: str) -> None:
    klarna.add_rule(operation, error="Unauthorised")

    assert_is_gateway_page(perform(klarna, operation))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_rate_limit_can_be_ordered(klarna: Klarna, operation: str) -> None:
    klarna.add_rule(operation, error="RateLimited")

    answer = perform(klarna, operation)

    assert_is_rate_limited(answer)
    assert "0" == answer.headers["X-Ratelimit-Remaining"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_body_too_large_can_be_ordered(klarna: Klarna, operation: str) -> None:
    klarna.add_rule(operation, error="TooLarge")

    answer = perform(klarna, operation)

    assert 413 == answer.status_code
    assert ["correlation_id", "error_code", "error_messages"] == list(answer.get_json())


def test_an_ordered_error_leaves_no_trace(klarna: Klarna) -> None:
    token = klarna.token()
    klarna.add_rule("create_order", error="INTERNAL_SERVER_ERROR", times=1)

    first, second = klarna.create_order(token), klarna.create_order(token)

    assert [500, 200] == [first.status_code, second.status_code]


def test_an_error_that_an_operation_does_not_have_is_refused(klarna: Klarna) -> None:
    rule = {"when": {"operation": "klarna.payments.create_session"}, "then": {"error": "REJECTED"}}

    answer = klarna.call("POST", "/_mock/rules", rule)

    assert 400 == answer.status_code
    assert "'REJECTED' is no error of klarna.payments.create_session" in answer.get_json()["error"]


# --- explained --------------------------------------------------------------------------------------------------------

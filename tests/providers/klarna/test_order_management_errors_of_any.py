"""What any request of Order Management may be refused for, and how it is explained.

Source: docs.klarna.com, error codes and messages for Order Management (read 2026-11-20).
"""

from __future__ import annotations

import pytest

from .conftest import Klarna, klarna_with, purchase_of
from .orders import ALL, CAPTURE, NOBODY, ON_AN_ORDER, Orders, assert_refused


@pytest.fixture
def orders(klarna: Klarna) -> Orders:
    return Orders(klarna)


def test_a_field_that_is_too_long_is_named_with_slashes(orders: Orders) -> None:
    order_id = orders.place()
    parcel = {"shipping_company": "P" * 101}

    answer = orders.ask("POST", f"{order_id}/shipping-info", {"shipping_info": [parcel]})

    message = "The size of the shipping_info/shipping_company value must be between 0 and 100"
    assert_refused(answer, 422, "UNPROCESSABLE_ENTITY", [message])


def test_a_body_beyond_a_megabyte_is_too_large(orders: Orders) -> None:
    body = {"captured_amount": 1, "description": "x" * 2**20}

    answer = orders.ask("POST", f"{orders.place()}/captures", body)

    assert_refused(answer, 413, "REQUEST_TOO_LARGE", ["Request is too large"])


def test_too_many_requests_are_told_as_json() -> None:
    orders = Orders(klarna_with(klarna_rate_limits="on"))

    answer = [orders.ask("GET", NOBODY) for _ in range(51)][-1]

    assert 429 == answer.status_code
    assert ["TOO_MANY_REQUESTS", ["Too many requests"]] == [
        answer.get_json()[name] for name in ("error_code", "error_messages")
    ]
    assert "application/json" == answer.headers["Content-Type"]


@pytest.mark.parametrize("operation", [name for name in ALL if ALL[name][2] is not None])
@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"captured_amount": {}, "refunded_amount": []}'])
def test_a_body_that_cannot_be_read_has_no_message(orders: Orders, operation: str, text: str) -> None:
    method, path, body = ALL[operation]
    if "captured_amount" in text and not {"captured_amount", "refunded_amount"} & set(body):
        text = '"text"'
    order_id = orders.place()

    answer = orders.klarna.http.open(
        f"/ordermanagement/v1/orders/{order_id}{path.replace('<capture>', CAPTURE)}", method=method, data=text,
        headers={"Authorization": orders.klarna.authorization},
    )  # fmt: skip

    assert_refused(answer, 400, "BAD_REQUEST", [])


def test_the_explanation_shows_the_sum(orders: Orders) -> None:
    order_id = orders.place()
    orders.capture(order_id, 10000)

    answer = orders.ask("POST", f"{order_id}/captures", {"captured_amount": 15001})

    expected = "captured_amount is 15001, at most 15000 = 25000 - 10000 remains authorised"
    assert expected == orders.klarna.explanation(answer)["because"]


def test_the_explanation_of_a_broken_field_says_what_was_sent(orders: Orders) -> None:
    lines = [*purchase_of()["order_lines"], {"quantity": -1, "name": "n", "unit_price": 0}]

    answer = orders.ask("POST", f"{orders.place()}/captures", {"captured_amount": 1, "order_lines": lines})

    assert_refused(answer, 422, "UNPROCESSABLE_ENTITY", [
        "'order_lines/quantity' must be greater than or equal to 0", "'order_lines/total_amount' must not be null",
    ])  # fmt: skip
    assert {
        "'order_lines/quantity' must be greater than or equal to 0; it is -1",
        "'order_lines/total_amount' must not be null; order_lines[2].total_amount is missing",
    } == {fault["text"] for fault in orders.klarna.explanation(answer)["faults"]}


def test_a_failure_of_this_server_is_told_as_klarnas(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("mock_server.ledger.orders.find_order", fail)

    answer = orders.ask("GET", NOBODY)

    assert_refused(answer, 500, "INTERNAL_SERVER_ERROR", ["Unexpected server error"])
    assert "planted" in caplog.text


# --- refusals change nothing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", [name for name in ON_AN_ORDER if ON_AN_ORDER[name][0] != "GET"])
def test_a_canned_refusal_changes_nothing(orders: Orders, operation: str) -> None:
    order_id = orders.place()
    orders.add_rule(operation, {"error": "NO_SUCH_ORDER"}, times=1)
    method, path, body = ON_AN_ORDER[operation]
    before = orders.stored()

    answer = orders.ask(method, order_id + path, body)

    assert (404, before) == (answer.status_code, orders.stored())

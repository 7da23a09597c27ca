"""Lines of an order are edited: no money moves, what is owed changes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.klarna import fine
from tests.next_commerce import TOWEL, NextCommerce, line_of


@pytest.fixture
def order(next_commerce: NextCommerce) -> dict[str, Any]:
    """Three teapots of 10.00 and 5.00 of shipping, paid."""
    return next_commerce.buy(lines=[line_of(quantity=3)])


def _line(order: dict[str, Any]) -> str:
    return f"/orders/{order['number']}/lines/{order['lines'][0]['id']}/"


def test_a_line_that_is_added_is_owed(next_commerce: NextCommerce, order: dict[str, Any]) -> None:
    answer = next_commerce.send("POST", f"/orders/{order['number']}/lines/", line_of(TOWEL, 2, "3.00"))

    assert (201, "6.00", "partially_paid", "35.00") == (
        answer.status, answer.json["total_outstanding"], answer.json["payment_status"],
        answer.json["original_total_incl_tax"],
    )  # fmt: skip
    assert 1 == len(next_commerce.ledger_orders())


def test_fewer_items_leave_the_money_where_it_is(next_commerce: NextCommerce, order: dict[str, Any]) -> None:
    after = fine(next_commerce.send("PATCH", _line(order), {"quantity": 1, "reason": "changed their mind"}))

    line = after["lines"][0]
    assert (3, 1, 1, "10.00", "30.00") == (
        line["quantity"], line["current_quantity"], line["fulfillable_quantity"], line["price_incl_tax"],
        line["original_price_incl_tax"],
    )  # fmt: skip
    assert ("15.00", "0.00", "paid") == (after["total_incl_tax"], after["total_outstanding"], after["payment_status"])


def test_more_items_are_owed(next_commerce: NextCommerce, order: dict[str, Any]) -> None:
    after = fine(next_commerce.send("PATCH", _line(order), {"quantity": 5}))

    assert (5, "20.00") == (after["lines"][0]["quantity"], after["total_outstanding"])


def test_a_line_is_taken_out_whole(next_commerce: NextCommerce, order: dict[str, Any]) -> None:
    answer = next_commerce.send("DELETE", _line(order))

    assert (200, 0, "5.00") == (
        answer.status, answer.json["lines"][0]["current_quantity"], answer.json["total_incl_tax"],
    )  # fmt: skip


def test_metadata_of_a_line_is_replaced(next_commerce: NextCommerce, order: dict[str, Any]) -> None:
    after = fine(next_commerce.send("PATCH", _line(order), {"metadata": {"gift": True}}))

    assert ({"gift": True}, 3) == (after["lines"][0]["metadata"], after["lines"][0]["current_quantity"])


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("POST", "/lines/", {}, {name: ["This field is required."] for name in ("product_id", "quantity")}),
        ("POST", "/lines/", line_of(999), {"product_id": ['Invalid pk "999" - object does not exist.']}),
        ("PATCH", "/lines/1/", {"quantity": 1}, {"detail": "No OrderLine matches the given query."}),
        ("DELETE", "/lines/x/", None, {"detail": "No OrderLine matches the given query."}),
    ],
)
def test_a_bad_edit_is_refused_and_changes_nothing(
    next_commerce: NextCommerce, order: dict[str, Any], method: str, path: str, body: Any, told: dict[str, Any]
) -> None:
    refused = next_commerce.refusal(method, f"/orders/{order['number']}{path}", body)

    assert told == refused[1]
    assert order == next_commerce.read(order["number"])


def test_what_the_warehouse_has_cannot_be_taken_out(next_commerce: NextCommerce, order: dict[str, Any]) -> None:
    fine(next_commerce.send("PATCH", f"/orders/{order['number']}/", {"fulfillment_status": "processing"}))

    refused = next_commerce.refusal("PATCH", _line(order), {"quantity": 2})

    assert 0 == next_commerce.read(order["number"])["lines"][0]["editable_quantity"]
    assert (400, {"quantity": ["Ensure this value is greater than or equal to 3."]}) == refused

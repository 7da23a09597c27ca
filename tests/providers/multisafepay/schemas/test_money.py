"""Bodies of refunds, captures and stored cards. Source: docs.multisafepay.com, refund an order, manual capture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_server.providers.multisafepay.errors import Refused
from mock_server.providers.multisafepay.schemas.money import (
    load_capture,
    load_capture_update,
    load_recurring_update,
    load_refund,
    load_refund_update,
)
from tests.multisafepay import TABLES, line_of

Load = Callable[[dict[str, Any]], dict[str, Any]]


def refused(load: Load, body: dict[str, Any]) -> tuple[str, list[str]]:
    with pytest.raises(Refused) as caught:
        load(body)
    return caught.value.code, [fault.path for fault in caught.value.faults]


def cart_of(*lines: dict[str, Any], **beside: Any) -> dict[str, Any]:
    return {"checkout_data": {"items": list(lines), **beside}}


class TestRefund:
    def test_a_currency_is_all_that_it_needs(self) -> None:
        assert {"currency": "EUR", "cart": None} == load_refund({"currency": "eur"})

    @pytest.mark.parametrize(("amount", "number"), [("4840", 4840), (4840.0, 4840), (0, 0), ("0", 0)])
    def test_an_amount_comes_as_number_or_text(self, amount: Any, number: int) -> None:
        assert number == load_refund({"currency": "EUR", "amount": amount})["amount"]

    @pytest.mark.parametrize("amount", [None, ""])
    def test_an_empty_amount_is_none(self, amount: Any) -> None:
        assert "amount" not in load_refund({"currency": "EUR", "amount": amount})

    @pytest.mark.parametrize(
        ("body", "code", "path"),
        [
            ({}, "1002", "currency"),
            ({"currency": ""}, "1002", "currency"),
            ({"currency": "EURO"}, "1002", "currency"),
            ({"currency": "EUR", "amount": -1}, "1001", "amount"),
            ({"currency": "EUR", "amount": "all"}, "1001", "amount"),
            ({"currency": "EUR", "var1": "x" * 501}, "1010", "var1"),
            ({"currency": "EUR", "refund_order_id": "x" * 51}, "1000", "refund_order_id"),
            ({"checkout_data": "all"}, "1000", "checkout_data"),
            ({"checkout_data": {"items": None}}, "1033", "checkout_data.items"),
            ({"checkout_data": {"tax_tables": TABLES}}, "1033", "checkout_data.items"),
            (cart_of(line_of("x")), "1031", "checkout_data.items[0].unit_price"),
            (cart_of(line_of(1), None), "1033", "checkout_data.items[1]"),  # type: ignore[arg-type]  # as it comes
        ],
    )
    def test_a_bad_field_is_refused_with_its_code(self, body: dict[str, Any], code: str, path: str) -> None:
        assert (code, [path]) == refused(load_refund, body)

    def test_a_cart_needs_no_currency(self) -> None:
        found = load_refund(cart_of(line_of(40, 2), line_of("-40.00", "1")))

        prices = [(item["unit_price"], item["quantity"]) for item in found["cart"]["items"]]
        assert [("40", "2"), ("-40.00", "1")] == prices
        assert found["cart"]["tables"] is None

    @pytest.mark.parametrize("name", ["tax_tables", "tax_table"])
    def test_tax_tables_come_under_either_name(self, name: str) -> None:
        found = load_refund(cart_of(line_of(-40), **{name: TABLES}))

        assert "0.21" == found["cart"]["tables"]["default"]["rate"]
        assert ["high", "none"] == [table["name"] for table in found["cart"]["tables"]["alternate"]]

    def test_a_line_without_an_id_has_none(self) -> None:
        line = {"unit_price": -1, "quantity": 1}

        assert {"merchant_item_id": None, "name": None, "unit_price": "-1", "quantity": "1"} == load_refund(
            cart_of(line)
        )["cart"]["items"][0]

    @pytest.mark.parametrize("empty", [None, "", []])
    def test_an_empty_cart_is_a_refund_by_amount(self, empty: Any) -> None:
        assert load_refund({"currency": "EUR", "checkout_data": empty})["cart"] is None


class TestRefundUpdate:
    def test_a_reserved_refund_can_be_made_void(self) -> None:
        assert {"status": "void", "description": "x" * 200} == load_refund_update(
            {"status": "void", "description": "x" * 200}
        )

    @pytest.mark.parametrize(
        ("body", "code", "path"),
        [
            ({}, "1016", "status"),
            ({"status": "completed"}, "1000", "status"),
            ({"status": "void", "description": "x" * 201}, "1000", "description"),
        ],
    )
    def test_nothing_else(self, body: dict[str, Any], code: str, path: str) -> None:
        assert (code, [path]) == refused(load_refund_update, body)


class TestCapture:
    def test_every_field_may_be_left_out(self) -> None:
        assert {} == load_capture({})

    @pytest.mark.parametrize("status", ["completed", "shipped"])
    def test_a_part_becomes_an_order_of_its_own(self, status: str) -> None:
        body = {"amount": "400", "new_order_id": "x" * 50, "new_order_status": status, "invoice_id": 5}

        assert {**body, "amount": 400, "invoice_id": "5"} == load_capture(body)

    @pytest.mark.parametrize(
        ("body", "code", "path"),
        [
            ({"amount": -1}, "1001", "amount"),
            ({"amount": "some"}, "1001", "amount"),
            ({"new_order_id": "x" * 51}, "1006", "new_order_id"),
            ({"new_order_status": "void"}, "1000", "new_order_status"),
            ({"invoice_id": "x" * 51}, "1000", "invoice_id"),
        ],
    )
    def test_a_bad_field_is_refused_with_its_code(self, body: dict[str, Any], code: str, path: str) -> None:
        assert (code, [path]) == refused(load_capture, body)

    @pytest.mark.parametrize(("body", "code"), [({}, "1016"), ({"status": "void"}, "1000")])
    def test_a_reservation_can_only_be_cancelled(self, body: dict[str, Any], code: str) -> None:
        assert {"status": "cancelled"} == load_capture_update({"status": "cancelled"})
        assert (code, ["status"]) == refused(load_capture_update, body)


class TestStoredCard:
    @pytest.mark.parametrize("model", ["cardOnFile", "subscription", "unscheduled"])
    def test_its_holder_expiry_and_model_can_change(self, model: str) -> None:
        body = {"card_holder_name": "S Bakker", "card_expiry_date": "3012", "recurring_model": model}

        assert body == load_recurring_update(body)

    def test_an_unknown_model_is_refused(self) -> None:
        assert ("1000", ["recurring_model"]) == refused(load_recurring_update, {"recurring_model": "CardOnFile"})

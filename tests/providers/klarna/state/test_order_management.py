"""What an order, its captures and refunds look like: keys in the recorded order, "" and 0 where nothing was sent."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.refunds import refund_order
from mock_server.providers.klarna.state.order_management import (
    address_view,
    capture_view,
    lines_view,
    method_view,
    order_view,
    refund_view,
)
from tests.ledger.conftest import Till

# as recorded 2021-09-17 and 2023-06-06
ORDER_KEYS = [
    "order_id", "status", "fraud_status", "order_amount", "original_order_amount", "captured_amount", "refunded_amount",
    "remaining_authorized_amount", "purchase_currency", "locale", "order_lines", "merchant_reference1",
    "klarna_reference", "customer", "billing_address", "shipping_address", "created_at", "purchase_country",
    "expires_at", "captures", "refunds", "initial_payment_method", "shipping_info",
]  # fmt: skip
LINE_KEYS = [
    "reference", "type", "quantity", "quantity_unit", "name", "total_amount", "unit_price", "total_discount_amount",
    "tax_rate", "total_tax_amount",
]  # fmt: skip
ADDRESS_KEYS = [
    "given_name", "family_name", "title", "street_address", "street_address2", "postal_code", "city", "region",
    "country", "email", "phone",
]  # fmt: skip
CAPTURE_KEYS = [
    "capture_id", "klarna_reference", "captured_amount", "captured_at", "description", "order_lines",
    "refunded_amount", "billing_address", "shipping_address", "shipping_info",
]  # fmt: skip
REFUND_KEYS = ["refund_id", "refunded_amount", "refunded_at", "description", "order_lines", "credit_invoice"]
NOTHING = dict.fromkeys(ADDRESS_KEYS, "")


@pytest.fixture
def till(world: World) -> Till:
    return Till(world)


def test_an_order_has_the_recorded_keys_in_their_order(till: Till) -> None:
    order = till.order(merchant_reference1="ON-1")

    assert ORDER_KEYS == list(order_view(order))


def test_what_was_never_sent_is_absent_or_empty(till: Till) -> None:
    view = order_view(till.order())

    assert [key for key in ORDER_KEYS if key != "merchant_reference1"] == list(view)
    assert ({"type": "person"}, NOTHING, NOTHING) == (
        view["customer"], view["billing_address"], view["shipping_address"],
    )  # fmt: skip
    assert ([], [], []) == (view["captures"], view["refunds"], view["shipping_info"])


def test_nothing_of_the_ledgers_own_is_shown(till: Till) -> None:
    order = till.order(merchant_urls={"push": "https://shop.test"}, auto_capture=True)

    shown = set(order_view(order)) | set(order_view(order)["captures"][0])

    assert not shown & {
        "session_id", "authorization_token", "merchant", "merchant_urls", "placed_through", "auto_capture", "decides",
        "acknowledged_at", "order_tax_amount",
    }  # fmt: skip


def test_every_reference_has_its_place(till: Till) -> None:
    view = order_view(till.order(merchant_reference1="1", merchant_reference2="2", merchant_data="d"))

    keys = list(view)
    assert ["merchant_reference1", "merchant_reference2", "klarna_reference"] == keys[11:14]
    assert ("1", "2", "d") == (view["merchant_reference1"], view["merchant_reference2"], view["merchant_data"])


def test_a_bare_line_is_filled_with_nothing() -> None:
    line = {"name": "Kettle", "quantity": 2, "unit_price": 5, "total_amount": 10, "tax_rate": None}

    (view,) = lines_view([line])

    assert LINE_KEYS == list(view)
    assert {
        "reference": "", "type": "physical", "quantity": 2, "quantity_unit": "", "name": "Kettle", "total_amount": 10,
        "unit_price": 5, "total_discount_amount": 0, "tax_rate": 0, "total_tax_amount": 0,
    } == view  # fmt: skip


def test_a_full_line_is_shown_in_full() -> None:
    more: dict[str, Any] = {
        "merchant_data": "m", "product_url": "p", "image_url": "i", "product_identifiers": {"brand": "b"},
        "subscription": {"name": "s", "interval": "DAY", "interval_count": 1},
    }  # fmt: skip
    line = {**more, **{key: 1 for key in LINE_KEYS if key not in ("type", "name", "reference", "quantity_unit")}}

    (view,) = lines_view([{**line, "type": "digital", "name": "n", "reference": "r", "quantity_unit": "u"}])

    assert [*LINE_KEYS, *more] == list(view)
    assert more == {key: view[key] for key in more}
    assert ("digital", "n", "r", "u", 1) == (
        view["type"], view["name"], view["reference"], view["quantity_unit"], view["tax_rate"],
    )  # fmt: skip


@pytest.mark.parametrize("nothing", [None, [], ()])
def test_no_lines_are_an_empty_list(nothing: Any) -> None:
    assert [] == lines_view(nothing)


def test_an_address_is_filled_with_nothing_and_may_name_a_company() -> None:
    assert NOTHING | {"city": "Lund"} == address_view({"city": "Lund", "phone": None, "unknown": "x"})
    assert ADDRESS_KEYS == list(address_view({"city": "Lund"}))
    assert [*ADDRESS_KEYS, "organization_name", "attention"] == list(
        address_view({"attention": "Astrid", "organization_name": "Tea"})
    )


def test_goods_go_to_the_billing_address_unless_there_is_another(till: Till) -> None:
    alone = order_view(till.order(billing_address={"city": "Lund"}))
    both = order_view(till.order(billing_address={"city": "Lund"}, shipping_address={"city": "Umeå"}))

    assert ["Lund", "Lund"] == [alone[f"{kind}_address"]["city"] for kind in ("billing", "shipping")]
    assert ["Lund", "Umeå"] == [both[f"{kind}_address"]["city"] for kind in ("billing", "shipping")]


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ({}, [("type", "person")]),
        ({"type": "organization"}, [("type", "organization")]),
        ({"date_of_birth": "1978-12-31", "gender": "female"}, [("date_of_birth", "1978-12-31"), ("type", "person")]),
    ],
)
def test_a_customer_is_a_person_unless_said_otherwise(
    till: Till, customer: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert expected == list(order_view(till.order(customer=customer))["customer"].items())


def test_country_and_currency_are_upper_case(till: Till) -> None:
    view = order_view(till.order(purchase_country="se", purchase_currency="sek"))

    assert ("SE", "SEK") == (view["purchase_country"], view["purchase_currency"])


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("invoice", {"type": "INVOICE", "description": "Pay later"}),
        ("pay_by_card", {"type": "PAY_BY_CARD", "description": "Pay by card"}),
        (
            "slice_it_by_card",
            {
                "type": "FIXED_AMOUNT_BY_CARD", "description": "Slice it (Fixed Payments by Card)",
                "number_of_installments": 4,
            },
        ),
        (
            "fixed_amount",
            {"type": "FIXED_AMOUNT", "description": "Slice it (Fixed Payments)", "number_of_installments": 3},
        ),
        ("something else", {"type": "OTHER", "description": "Other"}),
    ],
)  # fmt: skip
def test_a_payment_method_is_named_as_recorded(method: str, expected: dict[str, Any]) -> None:
    assert expected == method_view(method)
    assert list(expected) == list(method_view(method))


@pytest.mark.parametrize(
    "type_",
    [
        "ACCOUNT", "ALTERNATIVE_PAYMENT_METHOD", "BANK_TRANSFER", "CARD", "DEFERRED_INTEREST", "DIRECT_DEBIT",
        "FIXED_AMOUNT_BY_CARD", "FIXED_AMOUNT", "FIXED_SUM_CREDIT", "INVOICE_BUSINESS", "INVOICE", "MOBILEPAY",
        "PAY_BY_CARD", "PAY_IN_X", "PAY_LATER_BY_CARD", "PAY_LATER_IN_PARTS", "SWISH", "OTHER",
    ],
)  # fmt: skip
def test_every_documented_type_of_payment_method_is_there(type_: str) -> None:
    own = {"ACCOUNT": "base_account", "BANK_TRANSFER": "direct_bank_transfer", "INVOICE_BUSINESS": "b2b_invoice",
           "FIXED_AMOUNT_BY_CARD": "slice_it_by_card"}  # fmt: skip

    assert type_ == method_view(own.get(type_, type_.lower()))["type"]


def test_a_capture_has_its_keys_and_the_orders_addresses(world: World, till: Till) -> None:
    order, capture = capture_order(world, till.order(billing_address={"city": "Lund"})["order_id"], 400)

    view = capture_view(order, capture)

    assert CAPTURE_KEYS == list(view)
    assert [f"{order['klarna_reference']}-1", 400, "2026-11-20T12:00:00.000Z", "", [], 0, []] == [
        view[name]
        for name in (
            "klarna_reference", "captured_amount", "captured_at", "description", "order_lines", "refunded_amount",
            "shipping_info",
        )
    ]  # fmt: skip
    assert ["Lund", "Lund"] == [view[f"{kind}_address"]["city"] for kind in ("billing", "shipping")]


def test_a_refund_has_the_recorded_keys_in_their_order(world: World, till: Till) -> None:
    order_id = till.order(auto_capture=True)["order_id"]

    _, refund = refund_order(world, order_id, 5, description="description")

    view = refund_view(refund)
    assert REFUND_KEYS == list(view)
    assert (5, "2026-11-20T12:00:00.000Z", "description", [], False) == tuple(view[name] for name in REFUND_KEYS[1:])


def test_a_reference_is_shown_where_there_is_one(world: World, till: Till) -> None:
    order_id = till.order()["order_id"]
    order, capture = capture_order(world, order_id, 10, reference="P-1")
    _, refund = refund_order(world, order_id, 5, reference="R-1")

    for view, expected in ((capture_view(order, capture), "P-1"), (refund_view(refund), "R-1")):
        assert expected == view["reference"]
        assert list(view).index("description") + 1 == list(view).index("reference")


def test_captures_and_refunds_come_oldest_first_within_the_order(world: World, till: Till) -> None:
    order_id = till.order()["order_id"]
    for amount in (300, 200):
        capture_order(world, order_id, amount)
    for amount in (20, 10):
        order, _ = refund_order(world, order_id, amount)

    view = order_view(order)

    assert [300, 200] == [capture["captured_amount"] for capture in view["captures"]]
    assert [20, 10] == [refund["refunded_amount"] for refund in view["refunds"]]
    assert [capture_view(order, capture) for capture in order["captures"]] == view["captures"]

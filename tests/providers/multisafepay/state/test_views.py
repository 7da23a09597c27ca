"""The order object. Source: a Klarna order recorded 2021-11-15, a Riverty order of 2025-03-12, their keys and types."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from tests.klarna import InProcess
from tests.multisafepay import PERSON, TABLES, MultiSafepay, line_of, order_of
from tests.providers.multisafepay.website import app_with, multisafepay_with

# the keys of a Klarna order answered to type direct, in their order
KEYS = [
    "amount", "amount_refunded", "checkout_options", "costs", "created", "currency", "custom_info", "customer",
    "description", "fastcheckout", "financial_status", "items", "modified", "order_adjustment", "order_id",
    "order_total", "payment_details", "payment_methods", "reason", "reason_code", "related_transactions",
    "shopping_cart", "status", "transaction_id", "var1", "var2", "var3", "qr_url", "payment_url",
]  # fmt: skip
PARTS = {
    "checkout_options": ["alternate", "default"],
    "custom_info": ["custom_1", "custom_2", "custom_3"],
    "customer": [
        "address1", "address2", "city", "country", "country_name", "email", "first_name", "house_number", "last_name",
        "locale", "phone1", "phone2", "state", "zip_code",
    ],
    "order_adjustment": ["total_adjustment", "total_tax"],
    "payment_details": [
        "collecting_flow", "external_transaction_id", "recurring_flow", "recurring_id", "recurring_model", "type",
    ],
}  # fmt: skip
METHOD = [
    "amount", "currency", "description", "external_transaction_id", "payment_description", "status", "type",
]  # fmt: skip
ITEM = [
    "cashback", "currency", "description", "image", "merchant_item_id", "name", "options", "product_url", "quantity",
    "tax_table_selector", "unit_price", "weight",
]  # fmt: skip
WATCH = {"items": [line_of("267.7685950413", tax_table_selector="high")]}
HEAVY = {"unit": "KG", "value": "12"}
WHOLE = [line_of("100.00", merchant_item_id="1111", weight=HEAVY)]


def direct(multisafepay: MultiSafepay, **fields: Any) -> dict[str, Any]:
    """The answer to a direct order; 100.00 unless its cart says otherwise."""
    return multisafepay.create(**{"type": "direct", **fields})


class TestKeys:
    def test_a_direct_answer_has_the_recorded_keys_in_the_recorded_order(self, multisafepay: MultiSafepay) -> None:
        assert KEYS == list(direct(multisafepay))

    @pytest.mark.parametrize("part", PARTS)
    def test_so_have_its_parts(self, multisafepay: MultiSafepay, part: str) -> None:
        assert PARTS[part] == list(direct(multisafepay)[part])

    def test_so_have_its_lists(self, multisafepay: MultiSafepay) -> None:
        order = direct(multisafepay)

        assert [METHOD] == [list(method) for method in order["payment_methods"]]
        assert [ITEM] == [list(item) for item in order["shopping_cart"]["items"]]
        assert ["unit", "value"] == list(order["shopping_cart"]["items"][0]["weight"])
        assert ["name", "rules", "standalone"] == list(order["checkout_options"]["alternate"][0])
        assert ["country", "rate"] == list(order["checkout_options"]["alternate"][0]["rules"][0])
        assert ["rate", "shipping_taxed"] == list(order["checkout_options"]["default"])

    def test_an_order_that_is_read_has_no_pages(self, multisafepay: MultiSafepay) -> None:
        direct(multisafepay)

        assert KEYS[:-2] == list(multisafepay.read())

    @pytest.mark.parametrize("version", ["2021", "2019"])
    def test_the_keys_are_the_same_in_every_version(self, version: str) -> None:
        assert KEYS == list(direct(multisafepay_with(multisafepay_version=version)))

    def test_a_page_that_nobody_opened_is_not_a_transaction(self, multisafepay: MultiSafepay) -> None:
        multisafepay.create()

        order = multisafepay.read()

        assert (None, {}, []) == (order["transaction_id"], order["payment_details"], order["payment_methods"])

    def test_a_paid_order_tells_when_it_was_completed(self, multisafepay: MultiSafepay) -> None:
        order = direct(multisafepay, gateway="VISA")

        assert order["completed"] == order["created"]

    def test_other_pay_later_methods_are_known_by_the_birthday(self, multisafepay: MultiSafepay) -> None:
        order = direct(multisafepay, gateway="AFTERPAY", gateway_info={"birthday": "06-05-1984"})

        assert ["account_holder_name", "account_id", *PARTS["payment_details"]] == list(order["payment_details"])
        assert ["account_id", *METHOD] == list(order["payment_methods"][0])
        assert "1984-05-06" == order["payment_details"]["account_id"] == order["payment_methods"][0]["account_id"]

    def test_what_was_not_sent_is_null(self, multisafepay: MultiSafepay) -> None:
        order = direct(multisafepay, var1="", var2="two", custom_info={"custom_2": "b"})

        assert (None, "two", None) == (order["var1"], order["var2"], order["var3"])
        assert {"custom_1": None, "custom_2": "b", "custom_3": None} == order["custom_info"]


class TestTypes:
    def test_2025_has_numbers(self) -> None:
        order = direct(multisafepay_with(), shopping_cart={"items": WHOLE})

        assert (100, {"total_adjustment": 0, "total_tax": 0}) == (order["order_total"], order["order_adjustment"])
        assert {"rate": 0.21, "shipping_taxed": True} == order["checkout_options"]["default"]
        assert [0.21, 0] == [table["rules"][0]["rate"] for table in order["checkout_options"]["alternate"]]
        assert [True, ""] == [table["standalone"] for table in order["checkout_options"]["alternate"]]
        (item,) = order["shopping_cart"]["items"]
        assert (100, "1111", HEAVY) == (item["unit_price"], item["merchant_item_id"], item["weight"])
        assert int is type(item["unit_price"]) is type(item["quantity"])

    def test_2025_has_null_where_nothing_is(self) -> None:
        order = direct(multisafepay_with())

        assert (None, None) == (order["reason"], order["reason_code"])
        assert (None, "Netherlands") == (order["customer"]["phone2"], order["customer"]["country_name"])

    @pytest.mark.parametrize("version", ["2021", "2019"])
    def test_before_money_was_text(self, version: str) -> None:
        order = direct(multisafepay_with(multisafepay_version=version), shopping_cart={"items": WHOLE})

        assert "100.00" == order["order_total"]
        assert {"total_adjustment": "0.00", "total_tax": "0.00"} == order["order_adjustment"]
        assert {"rate": "0.21", "shipping_taxed": True} == order["checkout_options"]["default"]
        assert ["0.21", "0.00"] == [table["rules"][0]["rate"] for table in order["checkout_options"]["alternate"]]
        (item,) = order["shopping_cart"]["items"]
        assert ("100.00", 1111, 1) == (item["unit_price"], item["merchant_item_id"], item["quantity"])
        assert {"unit": "KG", "value": 12} == item["weight"]

    @pytest.mark.parametrize("version", ["2021", "2019"])
    def test_and_nothing_was_empty_text(self, version: str) -> None:
        order = direct(multisafepay_with(multisafepay_version=version))

        assert ("", "") == (order["reason"], order["reason_code"])
        assert ("", None) == (order["customer"]["phone2"], order["customer"]["country_name"])

    @pytest.mark.parametrize(("version", "digits"), [("2025", 16), ("2021", 7), ("2019", 7)])
    def test_a_transaction_id_is_an_integer(self, version: str, digits: int) -> None:
        number = direct(multisafepay_with(multisafepay_version=version))["transaction_id"]

        assert (int, digits) == (type(number), len(str(number)))

    def test_a_modern_one_starts_with_the_seconds(self) -> None:
        seconds = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp())

        assert seconds == direct(multisafepay_with())["transaction_id"] // 10**6

    @pytest.mark.parametrize(("version", "shown"), [("2025", "182"), ("2021", 182), ("2019", 182)])
    def test_an_order_id_of_digits_was_an_integer(self, version: str, shown: Any) -> None:
        assert shown == direct(multisafepay_with(multisafepay_version=version), order_id="182")["order_id"]

    @pytest.mark.parametrize("order_id", ["000182", "1" * 30])
    def test_one_that_no_integer_spells_stays_text(self, order_id: str) -> None:
        """Else nobody could ask for it again."""
        assert order_id == direct(multisafepay_with(multisafepay_version="2021"), order_id=order_id)["order_id"]

    @pytest.mark.parametrize("version", ["2025", "2021"])
    def test_one_with_letters_is_text(self, version: str) -> None:
        assert "ON-1" == direct(multisafepay_with(multisafepay_version=version))["order_id"]

    @pytest.mark.parametrize(
        ("version", "names"),
        [
            ("2019", ["order_id", "payment_url"]),
            ("2021", ["order_id", "payment_url", "session_id"]),
            ("2025", ["order_id", "payment_url", "session_id", "events_token", "events_url", "events_stream_url"]),
        ],
    )
    def test_a_redirect_answer_grew_over_the_years(self, version: str, names: list[str]) -> None:
        assert names == list(multisafepay_with(multisafepay_version=version).create())

    def test_weight_that_was_not_sent_is_null(self, multisafepay: MultiSafepay) -> None:
        (item,) = direct(multisafepay)["shopping_cart"]["items"]

        assert {"unit": None, "value": None} == item["weight"]


class TestSums:
    def test_sums_are_not_rounded(self, multisafepay: MultiSafepay) -> None:
        order = direct(multisafepay, amount=32400, shopping_cart=WATCH)

        assert 323.999999999973 == order["order_total"]
        assert {"total_adjustment": 56.231404958673, "total_tax": 56.231404958673} == order["order_adjustment"]
        assert 267.7685950413 == order["shopping_cart"]["items"][0]["unit_price"]

    def test_as_text_they_are(self) -> None:
        order = direct(multisafepay_with(multisafepay_version="2021"), amount=32400, shopping_cart=WATCH)

        assert ("324.00", "56.23") == (order["order_total"], order["order_adjustment"]["total_tax"])

    def test_a_default_that_is_absent_is_an_empty_list(self, multisafepay: MultiSafepay) -> None:
        tables = {"alternate": TABLES["alternate"]}

        order = direct(multisafepay, checkout_options={"tax_tables": tables})

        assert [] == order["checkout_options"]["default"]
        assert ["high", "none"] == [table["name"] for table in order["checkout_options"]["alternate"]]

    def test_an_order_without_cart_has_no_sums(self, multisafepay: MultiSafepay) -> None:
        order = direct(multisafepay, gateway="VISA", shopping_cart=None)

        assert not {"order_total", "order_adjustment", "shopping_cart", "checkout_options"} & set(order)
        assert order["items"] is None


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 1, 15, 11, 30, 5, tzinfo=UTC), "2026-01-15T12:30:05"),
        (datetime(2026, 7, 15, 11, 30, 5, tzinfo=UTC), "2026-07-15T13:30:05"),
        (datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), "2026-03-29T01:59:59"),
        (datetime(2026, 3, 29, 1, 0, 0, tzinfo=UTC), "2026-03-29T03:00:00"),
        (datetime(2026, 12, 31, 23, 30, 0, tzinfo=UTC), "2027-01-01T00:30:00"),
    ],
)
def test_times_are_those_of_amsterdam(moment: datetime, shown: str) -> None:
    app: Flask = app_with()
    app.extensions["worlds"].get("test").clock.freeze(moment)
    multisafepay = MultiSafepay(InProcess(app.test_client()), "test")

    order = multisafepay.data("POST", "/orders", order_of(type="direct"))

    assert (shown, shown) == (order["created"], order["modified"])


@pytest.mark.parametrize(("name", "given", "shown"), [
    ("phone1", {"phone": ""}, "0201112233"),
    ("email", {"email": ""}, "jip@shop.test"),
    ("company_name", {"company_name": "Thee BV"}, "Thee BV"),
    ("state", {"state": "ZH"}, "ZH"),
])  # fmt: skip
def test_a_customer_is_shown_with_what_is_known(
    multisafepay: MultiSafepay, name: str, given: dict[str, str], shown: str
) -> None:
    info = {"phone": "0201112233", "email": "jip@shop.test"}

    order = direct(multisafepay, customer={**PERSON, **given}, gateway_info=info)

    assert shown == order["customer"][name]
    assert sorted(order["customer"]) == list(order["customer"])

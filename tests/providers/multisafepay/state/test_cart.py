"""The arithmetic of carts, with MultiSafepay's published vectors. Source: docs.multisafepay.com, rounding rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mock_server.providers.multisafepay.errors import Refused
from mock_server.providers.multisafepay.state.cart import (
    check_amount,
    check_cart,
    digits_of,
    in_minor_units,
    rate_of,
    total_of,
)
from tests.multisafepay import line_of, order_of
from tests.providers.multisafepay.website import LAX, loaded, refused

RATES = {"21": "0.21", "9": "0.09", "none": "0.00"}

# lines as (unit_price, quantity, table), amount
SEED = [("90", "2", "none"), ("35", "2", "none"), ("10", "1", "none")]
RIVERTY = [("90", "3", "21"), ("35", "1", "9"), ("10", "1", "none")]
ROUNDING = [("13.761467889", "2", "9"), ("8.2644628099", "4", "21"), ("4.5412844037", "1", "9")]
WATCH = [("267.7685950413", "1", "21")]
VECTORS = [
    (SEED, 26000, "260", "0"),
    ([("100", "1", "none")], 10000, "100", "0"),
    (RIVERTY, 37485, "315", "59.85"),
    (ROUNDING, 7495, "65.12", "9.83"),
    (WATCH, 32400, "267.77", "56.23"),
]
Lines = list[tuple[str, str, str]]


def tables_of(default: str | None = "0.06", **rates: str) -> dict[str, Any]:
    names = {**RATES, **rates}
    return {
        "default": default and {"rate": default, "shipping_taxed": False},
        "alternate": [{"name": name, "rules": [{"rate": rate}]} for name, rate in names.items()],
    }


def items_of(lines: Lines) -> list[dict[str, Any]]:
    return [{"unit_price": price, "quantity": count, "tax_table_selector": name} for price, count, name in lines]


def code_of(*currencies: Any) -> str:
    items = [{"unit_price": "1", "quantity": "1", "currency": currency} for currency in currencies]
    with pytest.raises(Refused) as caught:
        check_cart(items, tables_of(), "EUR")
    return caught.value.code


class TestTotals:
    @pytest.mark.parametrize(("lines", "amount", "items", "tax"), VECTORS)
    def test_a_published_cart_comes_to_its_amount(self, lines: Lines, amount: int, items: str, tax: str) -> None:
        total = total_of(items_of(lines), tables_of(), 2)

        assert amount == total.amount
        assert (Decimal(items), Decimal(tax)) == (round(total.items, 2), round(total.tax, 2))

    @pytest.mark.parametrize(("lines", "amount", "items", "tax"), VECTORS)
    def test_a_published_cart_is_accepted_over_the_wire(
        self, lines: Lines, amount: int, items: str, tax: str
    ) -> None:
        cart = {"items": [line_of(price, count, tax_table_selector=name) for price, count, name in lines]}

        order = loaded(order_of(amount=amount, shopping_cart=cart, checkout_options={"tax_tables": tables_of()}))

        assert amount == order["amount"]

    def test_exact_sums_are_not_rounded(self) -> None:
        total = total_of(items_of(WATCH), tables_of(), 2)

        assert (Decimal("56.231404958673"), Decimal("323.999999999973")) == (total.tax, total.exact)

    def test_each_sum_is_rounded_and_then_added(self) -> None:
        """2.104 and 0.44184 are 2.54584, which rounded as a whole would be 2.55."""
        total = total_of(items_of([("2.104", "1", "21")]), tables_of(), 2)

        assert ("254 = 210 + 44 VAT", 254) == (total.text, total.amount)

    def test_rounding_line_by_line_would_be_something_else(self) -> None:
        cart = items_of([("0.004", "1", "none")] * 10)

        assert 4 == total_of(cart, tables_of(), 2).amount

    @pytest.mark.parametrize(
        ("major", "minor"),
        [("56.225", 5623), ("56.2249999", 5622), ("-56.225", -5623), ("0.005", 1), ("-0.005", -1), ("0", 0),
         ("999999999999.995", 100000000000000)],
    )  # fmt: skip
    def test_halves_go_away_from_zero(self, major: str, minor: int) -> None:
        assert minor == in_minor_units(Decimal(major), 2)

    @pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("SEK", 2), ("JPY", 0)])
    def test_yen_have_no_decimals(self, currency: str, digits: int) -> None:
        assert digits == digits_of(currency)
        assert 10 * 10**digits == total_of(items_of([("10", "1", "none")]), None, digits).amount

    def test_ten_yen_are_an_amount_of_ten(self) -> None:
        cart = {"items": [line_of("10")]}
        order = order_of(amount=10, gateway=LAX, currency="JPY", shopping_cart=cart)
        order["checkout_options"]["validate_cart"] = True

        assert 10 == loaded(order)["amount"]
        assert ("1027", ["amount"]) == refused(order | {"amount": 1000})


class TestTolerance:
    @pytest.mark.parametrize("difference", [-1, 0, 1])
    def test_a_cent_is_let_pass(self, difference: int) -> None:
        check_amount(37485 + difference, items_of(RIVERTY), tables_of(), 2)

    @pytest.mark.parametrize("difference", [-2, 2, 10000])
    def test_two_are_refused(self, difference: int) -> None:
        with pytest.raises(Refused) as caught:
            check_amount(37485 + difference, items_of(RIVERTY), tables_of(), 2)

        (fault,) = caught.value.faults
        assert ("1027", "amount") == (caught.value.code, fault.path)
        assert f"amount is {37485 + difference}, the cart comes to 37485 = 31500 + 5985 VAT (±1)" == fault.text

    def test_the_cent_of_the_php_sdks_own_test_passes(self) -> None:
        """5.20 times 3 at 21 % is 18.88 by the rule; 18.87 is accepted."""
        check_amount(1887, items_of([("5.20", "3", "21")]), tables_of(), 2)

    @pytest.mark.parametrize(
        ("gateway", "is_refused"), [("KLARNA", True), ("AFTERPAY", True), (LAX, False), (None, False)]
    )
    def test_only_pay_later_carts_are_always_checked(self, gateway: str | None, is_refused: bool) -> None:
        order = order_of(gateway=gateway, shopping_cart={"items": [line_of(99)]})

        if is_refused:
            assert ("1027", ["amount"]) == refused(order)
        else:
            assert 10000 == loaded(order)["amount"]

    @pytest.mark.parametrize("gateway", [LAX, None])
    def test_others_are_when_the_shop_asks_for_it(self, gateway: str | None) -> None:
        order = order_of(gateway=gateway, shopping_cart={"items": [line_of(99)]})
        order["checkout_options"]["validate_cart"] = "true"

        assert ("1027", ["amount"]) == refused(order)


class TestSelectors:
    @pytest.mark.parametrize(
        ("selector", "rate"),
        [("21", "0.21"), ("none", "0"), (9, "0.09"), ("low", "0.06"), ("", "0.06"), (None, "0.06")],
    )
    def test_a_table_is_found_by_name_else_it_is_the_default(self, selector: Any, rate: str) -> None:
        item = {"unit_price": "1", "quantity": "1", "tax_table_selector": selector}

        check_cart([item] if selector else [], tables_of(), "EUR")
        assert Decimal(rate) == rate_of(item, tables_of())

    def test_a_line_without_selector_takes_the_default(self) -> None:
        assert Decimal("0.06") == rate_of({"unit_price": "1", "quantity": "1"}, tables_of())

    @pytest.mark.parametrize("default", ["0.06", None])
    def test_a_table_named_0_is_a_table(self, default: str | None) -> None:
        tables = tables_of(default, **{"0": "0.00"})
        item = {"unit_price": "1", "quantity": "1", "tax_table_selector": "0"}

        check_cart([item], tables, "EUR")

        assert Decimal(0) == rate_of(item, tables)

    @pytest.mark.parametrize(
        ("selector", "names"), [("0", {}), (0, {}), (0, {"0": "0.00"}), (0.0, {"0": "0.00"})]
    )
    def test_zero_without_such_a_table_and_the_number_are_refused(self, selector: Any, names: dict[str, str]) -> None:
        line = {"unit_price": "1", "quantity": "1"}
        items = [line, {**line, "tax_table_selector": selector}]

        with pytest.raises(Refused) as caught:
            check_cart(items, tables_of(**names), "EUR")

        (fault,) = caught.value.faults
        assert ("1029", "shopping_cart.items[1].tax_table_selector") == (caught.value.code, fault.path)

    def test_of_two_tables_with_one_name_the_first_counts(self) -> None:
        tables = tables_of()
        tables["alternate"].insert(0, {"name": "21", "rules": [{"rate": "0.5"}]})
        item = {"unit_price": "1", "quantity": "1", "tax_table_selector": "21"}

        check_cart([item], tables, "EUR")

        assert Decimal("0.5") == rate_of(item, tables)

    def test_of_two_rules_the_first_counts(self) -> None:
        rules = [{"rate": "0.0825", "country": "US"}, {"rate": "0.08375", "country": "NL"}]
        tables = {"default": None, "alternate": [{"name": "2", "rules": rules}]}

        assert Decimal("0.0825") == rate_of({"tax_table_selector": "2"}, tables)

    def test_without_tables_there_is_no_vat(self) -> None:
        assert Decimal(0) == rate_of({"tax_table_selector": "21"}, None)
        assert Decimal(0) == rate_of({"tax_table_selector": None}, tables_of(None))


class TestCurrencies:
    @pytest.mark.parametrize("currencies", [(), ("EUR", "EUR"), ("EUR", None), ("",), (None, "")])
    def test_lines_are_in_the_orders_currency_or_say_nothing(self, currencies: tuple[Any, ...]) -> None:
        check_cart([{"currency": currency} for currency in currencies], tables_of(), "EUR")

    @pytest.mark.parametrize(
        ("currencies", "code"),
        [
            (("EUR", "USD"), "1025"),
            (("USD", "GBP"), "1025"),
            (("USD",), "1026"),
            ((None, "USD"), "1026"),
            (("XXX",), "1030"),
            (("EUR", "XXX"), "1030"),
        ],
    )
    def test_any_other_is_refused(self, currencies: tuple[Any, ...], code: str) -> None:
        assert code == code_of(*currencies)

    @pytest.mark.parametrize(
        ("fields", "code"),
        [({"currency": "usd"}, "1026"), ({"currency": "ABC"}, "1030"), ({"unit_price": "?"}, "1031")],
    )
    def test_over_the_wire_too(self, fields: dict[str, Any], code: str) -> None:
        cart = {"items": [line_of(100), line_of(0, **fields)]}

        found, _ = refused(order_of(shopping_cart=cart))

        assert code == found

    def test_two_currencies_over_the_wire(self) -> None:
        cart = {"items": [line_of(100, currency="EUR"), line_of(0, currency="SEK")]}

        assert ("1025", ["shopping_cart.items"]) == refused(order_of(shopping_cart=cart))

    def test_a_rate_that_is_none_over_the_wire(self) -> None:
        tables = {"default": {"rate": "high"}}

        assert ("1028", ["checkout_options.tax_tables.default.rate"]) == refused(
            order_of(checkout_options={"tax_tables": tables})
        )

"""What the ledger is told of an order: Klarna's names, lines that add up to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.ledger.arithmetic import check_purchase
from mock_server.providers.multisafepay.schemas.orders import tables_of
from mock_server.providers.multisafepay.state.cart import total_of
from mock_server.providers.multisafepay.state.purchase import country_of, purchase_of
from tests.multisafepay import PERSON, order_of
from tests.providers.multisafepay.website import loaded

RATES = {"high": "0.21", "low": "0.09", "none": "0", "third": "0.0825"}
_PRICES = st.one_of(
    st.decimals(min_value=Decimal("-5000"), max_value=Decimal("5000"), places=2),
    st.decimals(min_value=Decimal("-5000"), max_value=Decimal("5000"), places=10),
)
_QUANTITIES = st.one_of(st.integers(1, 30), st.integers(-3, 0), st.decimals(min_value=0, max_value=9, places=3))
_LINES = st.lists(st.tuples(_PRICES, _QUANTITIES, st.sampled_from([*RATES, "unknown"])), min_size=1, max_size=8)


def tables(**rates: str) -> dict[str, Any]:
    alternate = [{"name": name, "rules": [{"rate": rate}]} for name, rate in rates.items()]
    made = tables_of({"default": {"rate": "0.21"}, "alternate": alternate})
    assert made is not None
    return made


def record_of(lines: list[tuple[Any, Any, str]], *, difference: int = 0, **rates: str) -> dict[str, Any]:
    """An order as the store keeps it, its amount off by the cents that are let pass."""
    items = [
        {"merchant_item_id": f"P{index}", "name": "Pot", "unit_price": f"{price:f}", "quantity": f"{quantity}",
         "tax_table_selector": name}
        for index, (price, quantity, name) in enumerate(lines)
    ]  # fmt: skip
    known = tables(**(rates or RATES))
    amount = total_of(items, known, 2).amount + difference
    return {**loaded(order_of()), "amount": amount, "cart": {"items": items, "tables": known}}


def one_line(price: str, quantity: str = "1", selector: str = "high", **fields: Any) -> dict[str, Any]:
    """The line that the ledger gets for a cart of one."""
    record = record_of([(Decimal(price), Decimal(quantity), selector)])
    record["cart"]["items"][0] |= fields
    line: dict[str, Any] = purchase_of(record)["order_lines"][0]
    return line


@settings(max_examples=150, deadline=None)
@given(lines=_LINES, difference=st.integers(-1, 1))
def test_the_lines_of_any_cart_add_up_and_pass_klarnas_arithmetic(
    lines: list[tuple[Any, Any, str]], difference: int
) -> None:
    record = record_of(lines, difference=difference)

    purchase = purchase_of(record)

    assert record["amount"] == purchase["order_amount"]
    assert record["amount"] == sum(line["total_amount"] for line in purchase["order_lines"])
    assert purchase["order_tax_amount"] == sum(line["total_tax_amount"] for line in purchase["order_lines"])
    assert [] == check_purchase(purchase)


@pytest.mark.parametrize("rate", ["0.08375", "0.055555"])
def test_a_rate_finer_than_klarnas_passes_its_arithmetic_too(rate: str) -> None:
    record = record_of([(Decimal("90000"), 1, "fine")], fine=rate)

    assert [] == check_purchase(purchase_of(record))


class TestLines:
    def test_prices_are_with_vat_in_minor_units(self) -> None:
        line = one_line("40.00", "2")

        assert ("physical", "P0", "Pot", 2) == tuple(line[name] for name in ("type", "reference", "name", "quantity"))
        assert (4840, 2100, 9680, 0, 1680) == tuple(
            line[name]
            for name in ("unit_price", "tax_rate", "total_amount", "total_discount_amount", "total_tax_amount")
        )

    def test_what_the_quantity_does_not_divide_is_a_discount(self) -> None:
        line = one_line("3.3333", "3", "none")

        assert (334, 1000, 2) == (line["unit_price"], line["total_amount"], line["total_discount_amount"])

    @pytest.mark.parametrize("quantity", ["0.5", "1.25", "-2", "0"])
    def test_a_quantity_that_klarna_does_not_know_becomes_one(self, quantity: str) -> None:
        line = one_line("100", quantity, "none")

        assert (1, round(Decimal(quantity) * 10000)) == (line["quantity"], line["total_amount"])

    def test_a_discount_is_one(self) -> None:
        line = one_line("-5.00", "1", "none")

        assert ("discount", -500) == (line["type"], line["total_amount"])

    def test_the_shipment_is_a_fee(self) -> None:
        assert "shipping_fee" == one_line("5.00", merchant_item_id="msp-shipping")["type"]

    def test_a_line_without_id_and_name_has_empty_ones(self) -> None:
        line = one_line("5.00", merchant_item_id=None, name=None)

        assert ("", "") == (line["reference"], line["name"])

    @pytest.mark.parametrize(("difference", "kind"), [(1, "surcharge"), (-1, "discount")])
    def test_the_cent_that_is_let_pass_has_a_line(self, difference: int, kind: str) -> None:
        lines = purchase_of(record_of([(Decimal("40.00"), 2, "high")], difference=difference))["order_lines"]

        assert 2 == len(lines)
        assert (kind, difference, 0) == tuple(lines[1][name] for name in ("type", "total_amount", "total_tax_amount"))

    def test_an_exact_cart_has_none(self) -> None:
        assert 1 == len(purchase_of(record_of([(Decimal("40.00"), 2, "high")]))["order_lines"])

    def test_an_order_without_cart_is_one_line(self) -> None:
        purchase = purchase_of({**loaded(order_of(amount=1234)), "cart": None})

        (line,) = purchase["order_lines"]
        assert (1234, "Order ON-1", "ON-1") == (line["total_amount"], line["name"], line["reference"])
        assert (1234, 0) == (purchase["order_amount"], purchase["order_tax_amount"])


class TestWhoBuys:
    def test_customer_and_delivery_are_billing_and_shipping(self) -> None:
        delivery = {**PERSON, "city": "Delft", "address2": "achter", "state": "ZH", "company_name": "Thee BV"}

        purchase = purchase_of(loaded(order_of(delivery=delivery)))

        expected = {
            "given_name": "Sanne", "family_name": "Bakker", "email": "sanne@shop.test", "phone": "0101234567",
            "postal_code": "3011AA", "city": "Rotterdam", "country": "NL", "street_address": "Kade 7",
        }  # fmt: skip
        assert expected == purchase["billing_address"]
        assert purchase["shipping_address"] == expected | {
            "city": "Delft", "street_address2": "achter", "region": "ZH", "organization_name": "Thee BV",
        }  # fmt: skip

    def test_without_delivery_it_goes_to_the_customer(self) -> None:
        purchase = purchase_of(loaded(order_of(delivery=None)))

        assert purchase["billing_address"] == purchase["shipping_address"]

    def test_the_email_may_stand_with_the_gateway(self) -> None:
        customer = {name: value for name, value in PERSON.items() if name != "email"}

        purchase = purchase_of(loaded(order_of(customer=customer, gateway_info={"email": "jip@shop.test"})))

        assert "jip@shop.test" == purchase["billing_address"]["email"]

    def test_birthday_locale_currency_and_reference(self) -> None:
        purchase = purchase_of(loaded(order_of(gateway_info={"birthday": "06-05-1984"})))

        assert {"date_of_birth": "1984-05-06"} == purchase["customer"]
        assert ("NL", "EUR", "nl-NL", "ON-1") == tuple(
            purchase[name] for name in ("purchase_country", "purchase_currency", "locale", "merchant_reference1")
        )

    def test_no_birthday_is_no_customer(self) -> None:
        assert "customer" not in purchase_of(loaded(order_of()))

    @pytest.mark.parametrize(
        ("customer", "delivery", "country"),
        [
            ({"country": "BE", "locale": "nl_NL"}, {"country": "DE"}, "BE"),
            ({"locale": "nl_NL"}, {"country": "DE"}, "DE"),
            ({"locale": "de_AT"}, None, "AT"),
            ({"locale": "en_US"}, None, ""),
            (None, None, ""),
        ],
    )
    def test_the_country_is_where_it_is_said_first(self, customer: Any, delivery: Any, country: str) -> None:
        assert country == country_of(loaded(order_of(customer=customer, delivery=delivery)))

    @pytest.mark.parametrize(("currency", "country"), [("EUR", "NL"), ("GBP", "GB"), ("SEK", "SE")])
    def test_klarna_is_told_a_country_of_the_currency_when_nobody_says_one(self, currency: str, country: str) -> None:
        purchase = purchase_of(loaded(order_of(customer=None, delivery=None, currency=currency)))

        assert country == purchase["purchase_country"]

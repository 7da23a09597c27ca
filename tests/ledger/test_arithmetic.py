from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.ledger.arithmetic import LINE_TAXES, LINE_TOTALS, ORDER_TOTALS, check_purchase


def line(total: int, rate: int | None = None, tax: int | None = None, **fields: Any) -> dict[str, Any]:
    made = {"name": "Kettle", "quantity": 1, "unit_price": total, "total_amount": total, **fields}
    return made | {key: value for key, value in (("tax_rate", rate), ("total_tax_amount", tax)) if value is not None}


def purchase(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"order_amount": sum(line["total_amount"] for line in lines), "order_lines": list(lines), **fields}


def paths(broken: dict[str, Any]) -> list[str]:
    return [fault.path for fault in check_purchase(broken)]


def texts(broken: dict[str, Any]) -> list[str]:
    return [fault.text for fault in check_purchase(broken)]


class TestLineTotals:
    def test_quantity_times_unit_price_is_the_total(self) -> None:
        assert [] == paths(purchase(line(3000, quantity=3, unit_price=1000)))

    def test_the_discount_is_taken_off(self) -> None:
        assert [] == paths(purchase(line(2500, quantity=3, unit_price=1000, total_discount_amount=500)))

    @pytest.mark.parametrize("total", [2999, 3001])
    def test_one_minor_unit_beside_the_total_is_refused(self, total: int) -> None:
        broken = purchase(line(total, quantity=3, unit_price=1000))

        assert ["order_lines[0].total_amount"] == paths(broken)

    def test_the_explanation_shows_the_multiplication(self) -> None:
        broken = purchase(line(900, quantity=2, unit_price=500))

        assert ["order_lines[0].total_amount is 900, expected 1000 = 2*500"] == texts(broken)

    def test_the_explanation_shows_the_discount(self) -> None:
        broken = purchase(line(1000, quantity=2, unit_price=500, total_discount_amount=100))

        assert ["order_lines[0].total_amount is 1000, expected 900 = 2*500 - 100"] == texts(broken)

    def test_a_discount_as_negative_amount_is_refused_when_added_instead_of_taken_off(self) -> None:
        broken = purchase(line(1100, quantity=2, unit_price=500, total_discount_amount=100))

        assert ["order_lines[0].total_amount"] == paths(broken)

    def test_a_published_order_with_a_total_one_above_its_price_is_refused(self) -> None:
        broken = purchase(line(20, quantity=1, unit_price=19), order_amount=19)

        assert ["order_lines[0].total_amount", "order_amount"] == paths(broken)

    @pytest.mark.parametrize("missing", ["quantity", "unit_price", "total_amount"])
    def test_a_line_that_lacks_a_number_is_left_to_the_schema(self, missing: str) -> None:
        incomplete = line(900, quantity=2, unit_price=500)
        del incomplete[missing]

        assert [] == paths({"order_lines": [incomplete]})

    def test_a_quantity_of_zero_costs_nothing(self) -> None:
        assert [] == paths(purchase(line(0, quantity=0, unit_price=1000)))


class TestLineTaxes:
    @pytest.mark.parametrize(
        ("total", "rate", "tax"),
        [
            (9999, 2300, 1870),  # playground, recorded 2023
            (12300, 2300, 2300),  # playground, recorded 2023
            (2000, 2300, 374),  # playground, recorded 2023
            (1800, 2100, 312),  # a published checkout order
            (59500, 2500, 11900),  # the tax page's "rejected" sample, right at 25 %
            (10000, 0, 0),
            (10000, 10000, 5000),
        ],
    )
    def test_taxes_that_klarna_accepted_are_accepted(self, total: int, rate: int, tax: int) -> None:
        assert [] == paths(purchase(line(total, rate, tax)))

    def test_a_tax_that_klarna_refused_is_refused(self) -> None:
        broken = purchase(line(495, 700, 41))

        assert ["order_lines[0].total_tax_amount"] == paths(broken)

    def test_the_explanation_shows_the_formula_with_its_numbers(self) -> None:
        broken = purchase(line(50000, 1000, 5000))

        expected = "order_lines[0].total_tax_amount is 5000, expected 4545 = 50000 - 50000*10000/(10000+1000), ±1"
        assert [expected] == texts(broken)

    @pytest.mark.parametrize("tax", [999, 1000, 1001])
    def test_exactly_one_beside_a_whole_tax_is_accepted(self, tax: int) -> None:
        assert [] == paths(purchase(line(11000, 1000, tax)))

    @pytest.mark.parametrize("tax", [998, 1002])
    def test_two_beside_a_whole_tax_is_refused(self, tax: int) -> None:
        assert ["order_lines[0].total_tax_amount"] == paths(purchase(line(11000, 1000, tax)))

    @pytest.mark.parametrize(("tax", "expected"), [(4544, 1), (4545, 0), (4546, 0), (4547, 1)])
    def test_the_tolerance_is_measured_from_the_unrounded_tax(self, tax: int, expected: int) -> None:
        """50000 at 10 % is 4545.45: 4544 is 1.45 away, 4546 is 0.55 away."""
        assert expected == len(paths(purchase(line(50000, 1000, tax))))

    @pytest.mark.parametrize(("tax", "expected"), [(-28, 0), (-27, 0), (-29, 1), (27, 1), (-25, 1)])
    def test_a_negative_line_has_a_negative_tax(self, tax: int, expected: int) -> None:
        """A gift card of 3.00 taxed at 10 % holds -27.27 of tax."""
        assert expected == len(paths(purchase(line(500), line(-300, 1000, tax))))

    def test_a_line_without_a_rate_may_name_any_tax(self) -> None:
        assert [] == paths(purchase(line(1000, None, 999)))

    def test_a_line_without_a_tax_may_name_any_rate(self) -> None:
        assert [] == paths(purchase(line(1000, 2500, None)))

    def test_every_broken_line_is_told(self) -> None:
        broken = purchase(line(1000, 1000, 500), line(1000, 1000, 91), line(1000, 1000, 400))

        assert ["order_lines[0].total_tax_amount", "order_lines[2].total_tax_amount"] == paths(broken)

    def test_amounts_of_many_digits_keep_every_digit(self) -> None:
        exact = line(200_000_000, 2500, 40_000_000)

        assert [] == paths(purchase(exact))
        assert ["order_lines[0].total_tax_amount"] == paths(purchase(exact | {"total_tax_amount": 40_000_002}))


class TestOrderAmount:
    def test_the_sum_of_the_lines_is_the_amount(self) -> None:
        assert [] == paths(purchase(line(2000), line(1000)))

    def test_the_recorded_refusal_is_refused(self) -> None:
        broken = purchase(line(2000, 2300, 374), line(1000, 2300, 187), order_amount=2000, order_tax_amount=561)

        assert ["order_amount"] == paths(broken)
        assert ["order_amount is 2000, expected 3000 = 2000+1000"] == texts(broken)

    @pytest.mark.parametrize("amount", [2999, 3001])
    def test_there_is_no_tolerance(self, amount: int) -> None:
        assert ["order_amount"] == paths(purchase(line(2000), line(1000), order_amount=amount))

    def test_a_discount_line_lowers_the_sum(self) -> None:
        discount = line(-500, 2500, -100, type="discount")

        assert [] == paths(purchase(line(2000, 2500, 400), discount, order_tax_amount=300))

    def test_a_discount_line_of_the_physical_type_is_a_discount_too(self) -> None:
        assert [] == paths(purchase(line(2000), line(-500, type="physical")))

    def test_the_explanation_shows_negative_lines_as_subtraction(self) -> None:
        broken = purchase(line(2000), line(-500), order_amount=2000)

        assert ["order_amount is 2000, expected 1500 = 2000-500"] == texts(broken)

    def test_the_explanation_of_a_long_cart_is_cut_after_twenty_lines(self) -> None:
        broken = purchase(*[line(1)] * 21, order_amount=20)

        assert [f"order_amount is 20, expected 21 = {'+'.join('1' * 20)}+..."] == texts(broken)

    def test_a_session_that_only_tokenizes_may_cost_nothing(self) -> None:
        assert [] == paths(purchase(line(0), order_amount=0))

    def test_without_an_amount_nothing_is_compared(self) -> None:
        assert [] == paths({"order_lines": [line(2000)]})

    def test_without_lines_nothing_is_compared(self) -> None:
        assert [] == paths({"order_amount": 5})


class TestOrderTax:
    @pytest.mark.parametrize("tax", [598, 599, 600, 601, 602])
    def test_one_minor_unit_per_line_is_tolerated(self, tax: int) -> None:
        assert [] == paths(purchase(line(2000, 2500, 400), line(1000, 2500, 200), order_tax_amount=tax))

    @pytest.mark.parametrize("tax", [597, 603])
    def test_more_than_one_minor_unit_per_line_is_refused(self, tax: int) -> None:
        broken = purchase(line(2000, 2500, 400), line(1000, 2500, 200), order_tax_amount=tax)

        assert ["order_tax_amount"] == paths(broken)
        assert [f"order_tax_amount is {tax}, expected 600 = 400+200, ±2"] == texts(broken)

    def test_without_an_order_tax_nothing_is_compared(self) -> None:
        assert [] == paths(purchase(line(2000, 2500, 400)))

    def test_in_the_us_the_sales_tax_line_is_the_tax(self) -> None:
        american = purchase(line(20000), line(1000, type="sales_tax"), order_tax_amount=1000)

        assert 21000 == american["order_amount"]
        assert [] == paths(american)

    def test_several_sales_tax_lines_add_up(self) -> None:
        lines = (line(20000), line(1000, type="sales_tax"), line(300, type="sales_tax"))

        assert [] == paths(purchase(*lines, order_tax_amount=1300))
        assert ["order_tax_amount"] == paths(purchase(*lines, order_tax_amount=1000))

    def test_the_recorded_american_order_is_accepted(self) -> None:
        lines = (line(2999, type="physical"), line(500, type="shipping_fee"), line(175, type="sales_tax"))

        assert [] == paths(purchase(*lines, order_amount=3674))

    def test_order_tax_on_top_of_the_lines_is_refused(self) -> None:
        """The tax page's text adds the tax to the sum; its sample, and Klarna, count the tax line once."""
        lines = (line(20000), line(1000, type="sales_tax"))

        assert ["order_amount"] == paths(purchase(*lines, order_amount=22000, order_tax_amount=1000))


class TestStages:
    def test_line_totals_come_before_line_taxes_before_order_totals(self) -> None:
        broken = purchase(
            line(900, 1000, 500, quantity=2, unit_price=500), order_amount=1, order_tax_amount=9,
        )  # fmt: skip

        stages = {fault.path: fault.stage for fault in check_purchase(broken)}

        assert {
            "order_lines[0].total_amount": LINE_TOTALS,
            "order_lines[0].total_tax_amount": LINE_TAXES,
            "order_amount": ORDER_TOTALS,
            "order_tax_amount": ORDER_TOTALS,
        } == stages
        assert LINE_TOTALS < LINE_TAXES < ORDER_TOTALS


def oracle(asked: dict[str, Any]) -> set[str]:
    """The rules as fractions, written from Klarna's text and from nothing else."""
    broken = set()
    for index, item in enumerate(asked["order_lines"]):
        if item["total_amount"] != item["quantity"] * item["unit_price"] - item["total_discount_amount"]:
            broken.add(f"order_lines[{index}].total_amount")
        total = Fraction(item["total_amount"])
        tax = total - total * 10000 / (10000 + item["tax_rate"])
        if abs(item["total_tax_amount"] - tax) > 1:
            broken.add(f"order_lines[{index}].total_tax_amount")
    if asked["order_amount"] != sum(item["total_amount"] for item in asked["order_lines"]):
        broken.add("order_amount")
    taxes = sum(item["total_tax_amount"] for item in asked["order_lines"])
    if abs(asked["order_tax_amount"] - taxes) > len(asked["order_lines"]):
        broken.add("order_tax_amount")
    return broken


@st.composite
def nearly_right_lines(draw: st.DrawFn) -> dict[str, Any]:
    quantity = draw(st.integers(0, 1000))
    unit_price = draw(st.integers(-200_000, 200_000))
    discount = draw(st.sampled_from([0, 0, 1, 500]))
    total = quantity * unit_price - discount + draw(st.sampled_from([0, 0, 0, 1, -1]))
    rate = draw(st.integers(0, 10_000))
    tax = total * rate // (10_000 + rate) + draw(st.integers(-2, 3))
    return {
        "name": "Kettle", "quantity": quantity, "unit_price": unit_price, "total_discount_amount": discount,
        "total_amount": total, "tax_rate": rate, "total_tax_amount": tax,
    }  # fmt: skip


@st.composite
def nearly_right_purchases(draw: st.DrawFn) -> dict[str, Any]:
    lines = draw(st.lists(nearly_right_lines(), min_size=1, max_size=4))
    amount = sum(item["total_amount"] for item in lines) + draw(st.sampled_from([0, 0, 1, -1]))
    tax = sum(item["total_tax_amount"] for item in lines) + draw(st.integers(-5, 5))
    return {"order_amount": amount, "order_tax_amount": tax, "order_lines": lines}


@settings(max_examples=300, deadline=None)
@given(nearly_right_purchases())
def test_the_rules_agree_with_exact_fractions(asked: dict[str, Any]) -> None:
    assert oracle(asked) == set(paths(asked))

"""Amounts as answers show them, in the way of each currency."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.providers.commercelayer.state.money import triple

CURRENCIES = (
    "AUD", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HUF", "MXN", "NOK", "NZD", "PLN", "RON", "SEK", "USD",
)  # fmt: skip


def formatted(cents: int, currency: str) -> object:
    return dict(triple("total_amount", cents, currency))["formatted_total_amount"]


@pytest.mark.parametrize(
    ("cents", "currency", "text"),
    [
        (3500, "EUR", "€35,00"),
        (-10000, "EUR", "-€100,00"),
        (123456789, "EUR", "€1.234.567,89"),
        (0, "EUR", "€0,00"),
        (5, "EUR", "€0,05"),
        (-5, "EUR", "-€0,05"),
        (99999, "EUR", "€999,99"),
        (100000, "EUR", "€1.000,00"),
        (123450, "USD", "$1,234.50"),
        (123450, "GBP", "£1,234.50"),
        (123450, "SEK", "1 234,50 kr"),
        (123450, "DKK", "1.234,50 kr."),
        (123450, "PLN", "1 234,50 zł"),
        (123450, "CHF", "CHF1,234.50"),
        (-123450, "SEK", "-1 234,50 kr"),
    ],
)
def test_an_amount_is_written_as_its_currency_is(cents: int, currency: str, text: str) -> None:
    assert text == formatted(cents, currency)


def test_an_amount_is_three_attributes() -> None:
    assert {
        "total_amount_cents": 7750,
        "total_amount_float": 77.5,
        "formatted_total_amount": "€77,50",
    } == dict(triple("total_amount", 7750, "EUR"))


def test_no_amount_is_three_times_nothing() -> None:
    assert [None] * 3 == [value for _, value in triple("duty_amount", None, "EUR")]


def test_an_amount_without_a_currency_is_written_as_euros() -> None:
    assert "€1,00" == dict(triple("total_amount", 100, None))["formatted_total_amount"]


@given(st.integers(-(10**12), 10**12), st.sampled_from(CURRENCIES))
def test_the_digits_of_a_text_are_those_of_the_cents(cents: int, currency: str) -> None:
    text = str(formatted(cents, currency))

    digits = "".join(sign for sign in text if sign.isdigit())
    assert abs(cents) == int(digits)
    assert (cents < 0) == text.startswith("-")

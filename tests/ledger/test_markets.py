from __future__ import annotations

from typing import Any

import pytest

from mock_server.ledger import markets

EURO = {"AT", "BE", "DE", "ES", "FI", "FR", "GR", "IE", "IT", "NL", "PT", "SK"}
OWN_CURRENCY = {
    "AU": "AUD", "CA": "CAD", "CH": "CHF", "CZ": "CZK", "DK": "DKK", "GB": "GBP", "HU": "HUF", "MX": "MXN",
    "NO": "NOK", "NZ": "NZD", "PL": "PLN", "RO": "RON", "SE": "SEK", "US": "USD",
}  # fmt: skip


def test_klarna_sells_in_26_countries_each_in_its_own_currency() -> None:
    expected = {country: "EUR" for country in EURO} | OWN_CURRENCY

    assert expected == {country: market.currency for country, market in markets.MARKETS.items()}
    assert 26 == len(markets.MARKETS)


@pytest.mark.parametrize(
    ("region", "countries"), [("NA", {"US", "CA", "MX"}), ("OC", {"AU", "NZ"})]
)
def test_the_regions_overseas_have_their_countries(region: str, countries: set[str]) -> None:
    assert countries == {country for country, market in markets.MARKETS.items() if market.region == region}


@pytest.mark.parametrize(
    ("country", "languages"),
    [
        ("BE", {"nl", "fr", "en"}),
        ("CH", {"de", "fr", "it", "en"}),
        ("FI", {"fi", "sv", "en"}),
        ("GB", {"en"}),
        ("US", {"en", "es"}),
        ("NO", {"nb", "en"}),
    ],
)
def test_a_country_speaks_its_languages(country: str, languages: set[str]) -> None:
    assert languages == set(markets.MARKETS[country].languages)


@pytest.mark.parametrize(
    ("purchase", "country"),
    [
        ({"purchase_country": "se"}, "SE"),
        ({"purchase_country": "SE", "billing_address": {"country": "de"}}, "DE"),
        ({"purchase_country": "SE", "billing_address": {"city": "Lund"}}, "SE"),
        ({"purchase_country": "SE", "billing_address": None}, "SE"),
        ({}, ""),
    ],
)
def test_the_billing_country_overrides_the_purchase_country(purchase: dict[str, Any], country: str) -> None:
    assert country == markets.country_of(purchase)


@pytest.mark.parametrize(
    ("locale", "country", "language"),
    [
        ("EN", "SE", "en"),  # recorded
        ("PL", "SE", "en"),  # recorded: foreign to the country, falls back
        ("sv-SE", "SE", "sv"),
        ("DE-de", "DE", "de"),
        (None, "SE", "en"),
        ("es-US", "US", "es"),
    ],
)
def test_a_foreign_language_falls_back_to_english(locale: str | None, country: str, language: str) -> None:
    assert language == markets.language_of({"locale": locale, "purchase_country": country})


@pytest.mark.parametrize(
    ("category", "country", "method"),
    [
        ("pay_over_time", "US", "slice_it_by_card"),  # recorded 2021
        ("pay_over_time", "SE", "fixed_amount"),
        ("pay_now", "SE", "direct_debit"),
        ("pay_later", "SE", "invoice"),
        ("direct_bank_transfer", "DE", "direct_bank_transfer"),
        ("", "SE", "invoice"),
        ("klarna", "US", "invoice"),
    ],
)
def test_the_category_settles_the_payment_method(category: str, country: str, method: str) -> None:
    assert method == markets.payment_method(category, country)


def test_the_modern_form_offers_one_category_everywhere() -> None:
    offered = {markets.categories(country, "klarna") for country in markets.MARKETS}

    assert {(("klarna", "Pay with Klarna"),)} == offered


def test_the_recorded_categories_of_sweden_are_offered() -> None:
    expected = {"pay_later": "Buy now, pay later", "pay_over_time": "Monthly financing", "pay_now": "Pay now"}

    assert expected == dict(markets.categories("SE", "recorded"))

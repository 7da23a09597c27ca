"""The countries Klarna sells in: local currency, locales, region, and the payment methods offered there.

Source: docs.klarna.com, purchase countries, currencies and locales (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

EU, NA, OC = "EU", "NA", "OC"


class Market(NamedTuple):
    """One country."""

    currency: str
    languages: tuple[str, ...]  # a locale is a language and the country: de-AT
    region: str = EU

    @property
    def path(self) -> str:
        """The region's part of a URL: https://js.playground.klarna.com/eu/kp."""
        return self.region.lower()


# alpha-2 country -> its market
MARKETS = {
    "AT": Market("EUR", ("de", "en")),
    "AU": Market("AUD", ("en",), OC),
    "BE": Market("EUR", ("nl", "fr", "en")),
    "CA": Market("CAD", ("en", "fr"), NA),
    "CH": Market("CHF", ("de", "fr", "it", "en")),
    "CZ": Market("CZK", ("cs", "en")),
    "DE": Market("EUR", ("de", "en")),
    "DK": Market("DKK", ("da", "en")),
    "ES": Market("EUR", ("es", "en")),
    "FI": Market("EUR", ("fi", "sv", "en")),
    "FR": Market("EUR", ("fr", "en")),
    "GB": Market("GBP", ("en",)),
    "GR": Market("EUR", ("el", "en")),
    "HU": Market("HUF", ("hu", "en")),
    "IE": Market("EUR", ("en",)),
    "IT": Market("EUR", ("it", "en")),
    "MX": Market("MXN", ("en", "es"), NA),
    "NL": Market("EUR", ("nl", "en")),
    "NO": Market("NOK", ("nb", "en")),
    "NZ": Market("NZD", ("en",), OC),
    "PL": Market("PLN", ("pl", "en")),
    "PT": Market("EUR", ("pt", "en")),
    "RO": Market("RON", ("ro", "en")),
    "SE": Market("SEK", ("sv", "en")),
    "SK": Market("EUR", ("sk", "en")),
    "US": Market("USD", ("en", "es"), NA),
}

# region -> (identifier, name) of the payment method categories, as recorded: SE 2023-2024, US 2021
_CATEGORIES = {
    NA: (("pay_over_time", "4 interest-free payments"),),
    EU: (("pay_later", "Buy now, pay later"), ("pay_over_time", "Monthly financing"), ("pay_now", "Pay now")),
    OC: (("pay_later", "Buy now, pay later"), ("pay_over_time", "Monthly financing"), ("pay_now", "Pay now")),
}
_ONE_CATEGORY = (("klarna", "Pay with Klarna"),)  # what Klarna's documents show since 2025

# (identifier, region or None) -> type of the authorized payment method
_METHODS = {
    ("pay_over_time", NA): "slice_it_by_card",
    ("pay_over_time", None): "fixed_amount",
    ("pay_now", None): "direct_debit",
    ("direct_debit", None): "direct_debit",
    ("direct_bank_transfer", None): "direct_bank_transfer",
}


def categories(country: str, form: str) -> tuple[tuple[str, str], ...]:
    """(identifier, English name) of what is offered; ``form`` is the setting of that name."""
    if form == "klarna":
        return _ONE_CATEGORY
    return _CATEGORIES[MARKETS[country].region]


def payment_method(category: str, country: str) -> str:
    """The method a shopper ends up with: ``invoice`` unless the category says otherwise."""
    found = _METHODS.get((category, MARKETS[country].region)) or _METHODS.get((category, None))
    return found or "invoice"


def country_of(purchase: Mapping[str, Any]) -> str:
    """The country a purchase counts for, upper case: the billing country overrides the purchase country."""
    billing = purchase.get("billing_address")
    country = billing.get("country") if isinstance(billing, dict) else None
    return str(country or purchase.get("purchase_country") or "").upper()


def language_of(purchase: Mapping[str, Any]) -> str:
    """The language pages are shown in; a language foreign to the country falls back to English, as recorded."""
    language = str(purchase.get("locale") or "en-US")[:2].lower()
    market = MARKETS.get(country_of(purchase))
    return language if market and language in market.languages else "en"

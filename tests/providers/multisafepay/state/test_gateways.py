"""Payment methods. Source: docs.multisafepay.com, gateway ids, transaction expiration, payment statuses, Klarna."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_server.providers.multisafepay.schemas.orders import Country
from mock_server.providers.multisafepay.state.gateways import (
    CATEGORIES,
    COUPONS,
    CURRENCIES,
    GATEWAYS,
    ISSUERS,
    find_gateway,
    offered,
    takes,
)

PAY_LATER = {
    "KLARNA", "AFTERPAY", "PAYAFTER", "EINVOICE", "IN3", "IN3B2B", "BILLINK", "BNPL_INST", "BNPL_INSTM", "BNPL_MF",
    "BNPL_OB", "SANTANDER", "ZINIA", "ZINIA_IN3",
}  # fmt: skip


def test_klarna_sells_in_its_markets() -> None:
    klarna = GATEWAYS["KLARNA"]

    assert set("AT BE DK FI FR DE IT NL NO PT ES SE GB".split()) == set(klarna.countries)
    assert {"DKK", "EUR", "GBP", "NOK", "SEK"} == set(klarna.currencies)
    assert ("Klarna", "Klarna - buy now, pay later") == (klarna.name, klarna.description)


def test_pay_later_methods_want_a_cart() -> None:
    assert PAY_LATER == {name for name, gateway in GATEWAYS.items() if gateway.is_bnpl}


@pytest.mark.parametrize("name", ["VISA", "MASTERCARD", "MAESTRO", "AMEX", "CREDITCARD"])
def test_cards_are_paid_at_once(name: str) -> None:
    assert (True, True) == (GATEWAYS[name].is_card, GATEWAYS[name].pays_at_once)


@pytest.mark.parametrize(
    ("name", "paid"),
    [
        ("KLARNA", "completed/uncleared"),
        ("AFTERPAY", "completed/uncleared"),
        ("IN3", "completed/uncleared"),
        ("BILLINK", "completed/uncleared"),
        ("IDEAL", "completed/completed"),
        ("VISA", "completed/completed"),
        ("PAYPAL", "completed/initialized"),
        ("ALIPAY", "completed/initialized"),
        ("PAYAFTER", "uncleared/uncleared"),
        ("EINVOICE", "uncleared/uncleared"),
    ],
)
def test_what_paid_means_depends_on_the_method(name: str, paid: str) -> None:
    assert paid == "/".join(GATEWAYS[name].paid)


@pytest.mark.parametrize(
    ("name", "waits"),
    [
        ("KLARNA", timedelta(days=1)),
        ("IN3", timedelta(hours=2)),
        ("IDEAL", timedelta(hours=1)),
        ("VISA", timedelta(hours=1)),
        ("AFTERPAY", timedelta(days=90)),
        ("PAYAFTER", timedelta(days=90)),
        ("BNPL_INSTM", timedelta(days=14)),
        ("BANKTRANS", timedelta(days=60)),
        ("PAYPAL", timedelta(days=14)),
        ("EINVOICE", None),
        ("EPS", None),
        ("GIROPAY", None),
        ("DIRDEB", None),
    ],
)
def test_how_long_a_method_waits(name: str, waits: timedelta | None) -> None:
    assert waits == GATEWAYS[name].waits


@pytest.mark.parametrize(("name", "days"), [("VISA", 7), ("MASTERCARD", 30), ("MAESTRO", 30)])
def test_how_long_a_scheme_keeps_a_reservation(name: str, days: int) -> None:
    assert timedelta(days=days) == GATEWAYS[name].captured_within


@pytest.mark.parametrize("name", ["IDEAL", "KLARNA", "PAYPAL"])
def test_only_cards_can_be_captured_by_hand(name: str) -> None:
    assert GATEWAYS[name].captured_within is None


@pytest.mark.parametrize("spelling", ["KLARNA", "klarna", "Klarna"])
def test_a_gateway_is_found_in_any_case(spelling: str) -> None:
    assert GATEWAYS["KLARNA"] is find_gateway(spelling)


def test_an_unknown_one_is_not() -> None:
    assert find_gateway("KLARMA") is None


@pytest.mark.parametrize(
    ("name", "country", "currency", "is_offered"),
    [
        ("KLARNA", "NL", "EUR", True),
        ("KLARNA", "SE", "SEK", True),
        ("KLARNA", "US", "EUR", False),
        ("KLARNA", "NL", "USD", False),
        ("KLARNA", "", "", True),
        ("KLARNA", "", "USD", False),
        ("VISA", "US", "USD", True),
        ("AFTERPAY", "DE", "EUR", False),
    ],
)
def test_where_and_in_what_a_method_is_offered(name: str, country: str, currency: str, is_offered: bool) -> None:
    assert is_offered == takes(GATEWAYS[name], country, currency)


def test_a_page_without_a_cart_offers_no_pay_later() -> None:
    with_cart, without = offered("NL", "EUR", with_cart=True), offered("NL", "EUR", with_cart=False)

    assert PAY_LATER == set(with_cart) - set(without)
    assert "KLARNA" not in offered("US", "EUR", with_cart=True)


def test_every_method_takes_known_currencies_and_real_countries() -> None:
    country = Country()

    for gateway in GATEWAYS.values():
        assert set(gateway.currencies) <= set(CURRENCIES)
        assert list(gateway.countries) == [country.deserialize(code) for code in gateway.countries]


def test_coupons_are_no_gateways() -> None:
    assert COUPONS and not set(COUPONS) & set(GATEWAYS)


def test_the_test_bank_and_the_categories_are_there() -> None:
    assert "3151" in ISSUERS["mybank"] and "0031" in ISSUERS["ideal"]
    assert CATEGORIES[114] == "Other"

"""Prices of packages, and what offers take off them."""

from __future__ import annotations

import pytest

from mock_server.core.world import World
from mock_server.providers.next_commerce.state import campaigns, records
from mock_server.providers.next_commerce.state.campaigns import Line, Offer, Package
from mock_server.providers.next_commerce.state.seeds import CURRENCIES, furnish

TEAPOT, PAIR = Package(1, "Teapot", 1), Package(2, "Pair", 2, units=2)
TWENTY = Offer(1, "Three", 20, least=3, packages=(1,))
TEN = Offer(2, "Ten", 10, coupon={"code": "TEN"})


@pytest.fixture
def world(world: World) -> World:
    furnish(world)
    return world


def _line(package: Package, quantity: int, price: int) -> Line:
    return Line({"quantity": quantity}, package, {}, price, 0, ())


def _reduced(lines: list[Line], *codes: str, is_upsell: bool = False) -> list[int]:
    return [line.reduced for line in campaigns.reduced(lines, [TWENTY, TEN], codes, is_upsell=is_upsell)]


@pytest.mark.parametrize(("quantity", "price"), [(1, 1000), (2, 1000), (3, 800), (4, 800)])
def test_an_offer_applies_from_its_quantity_on(quantity: int, price: int) -> None:
    assert [price] == _reduced([_line(TEAPOT, quantity, 1000)])


def test_an_offer_is_about_its_own_packages() -> None:
    assert [800, 500] == _reduced([_line(TEAPOT, 3, 1000), _line(PAIR, 3, 500)])


@pytest.mark.parametrize("code", ["TEN", "ten", " Ten "])
def test_a_code_is_the_same_in_any_letters(code: str) -> None:
    assert [900] == _reduced([_line(TEAPOT, 1, 1000)], code)


def test_a_code_takes_off_what_an_offer_left() -> None:
    assert [720] == _reduced([_line(TEAPOT, 3, 1000)], "TEN")


def test_an_upsell_has_codes_only() -> None:
    assert [900] == _reduced([_line(TEAPOT, 3, 1000)], "TEN", "", is_upsell=True)


def test_what_is_taken_off_is_rounded_down_for_each_unit() -> None:
    (line,) = campaigns.reduced([_line(PAIR, 3, 999)], [TEN], ["TEN"], is_upsell=False)

    assert (900, 6, [(TEN, 594)]) == (line.reduced, line.units, campaigns.saved([line]))


def test_every_package_has_a_price_in_every_currency_of_the_store(world: World) -> None:
    sold = campaigns.packages(world)

    assert [] == [
        (package.ref_id, currency)
        for package, variant in sold
        for currency in CURRENCIES
        if not campaigns.prices(package, variant, currency)
    ]
    assert 7 == len(sold)


def test_a_variant_without_a_price_in_a_currency_has_none_in_a_package(world: World) -> None:
    variant = records.find(world, "variants", 1)

    assert variant is not None
    assert campaigns.prices(TEAPOT, {**variant, "prices": {"USD": 1}}, "EUR") is None


def test_a_retail_price_of_the_catalogue_stands_beside_the_packages_own(world: World) -> None:
    variant = records.find(world, "variants", 1) or {}

    assert (3999, 2999, 0) == campaigns.prices(TEAPOT, {**variant, "retail_prices": {"USD": 3999}}, "USD")


def test_the_stores_coupons_are_offers_with_a_code(world: World) -> None:
    assert [(1, "", 20), (2, "WELCOME10", 10), (3, "HALF", 50)] == [
        (offer.ref_id, offer.code, offer.percent) for offer in campaigns.offers(world)
    ]

"""What an order of Commerce Layer comes to, and the purchase that Klarna sees of it."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.arithmetic import check_purchase
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.carts import (
    klarnas_country_of,
    lines_of,
    purchase_of,
    sums_of,
    why_not_klarnas,
)
from mock_server.providers.commercelayer.state.seeds import ORDER_ID, furnish


@pytest.fixture
def order(world: World) -> Record:
    """The seeded one: 72.50 of goods, 5.00 of shipping, to Italy."""
    furnish(world)
    found = records.find(world, "orders", ORDER_ID)
    assert found is not None
    return found


def _line(item_type: str, quantity: int, cents: int) -> dict[str, Any]:
    return {"attributes": {"item_type": item_type, "quantity": quantity, "total_amount_cents": cents}}


def _address(world: World, **attributes: Any) -> list[str]:
    return list(records.reference(records.create(world, "addresses", attributes)))


def test_sums_are_those_of_each_kind_of_line() -> None:
    lines = [
        _line("skus", 2, 5800), _line("skus", 1, 1450), _line("shipments", 1, 500), _line("payment_methods", 1, 200),
    ]  # fmt: skip

    sums = sums_of(lines)

    names = ("subtotal", "shipping", "payment_method", "total", "total_taxable", "place_total", "total_tax")
    assert [7250, 500, 200, 7950, 7950, 7950, 0] == [sums[f"{name}_amount_cents"] for name in names]
    assert [3, 7950] == [sums["skus_count"], sums["total_amount_with_taxes_cents"]]


def test_no_lines_come_to_nothing() -> None:
    sums = sums_of([])

    assert {0, None} == set(sums.values())
    assert ["duty_amount_cents"] == [name for name, value in sums.items() if value is None]


def test_the_seeded_order_comes_to_its_lines(world: World, order: Record) -> None:
    sums = sums_of(lines_of(world, order))

    assert sums.items() <= order["attributes"].items()


def test_klarna_sees_lines_that_add_up(world: World, order: Record) -> None:
    purchase = purchase_of(world, order)

    assert [7750, 0, "IT", "EUR", "it-IT"] == [
        purchase[name]
        for name in ("order_amount", "order_tax_amount", "purchase_country", "purchase_currency", "locale")
    ]
    assert [] == check_purchase(purchase)


def test_klarna_sees_who_pays_and_where_it_goes(world: World, order: Record) -> None:
    purchase = purchase_of(world, order)

    told = {"given_name": "Mario", "family_name": "Verdi", "email": "mario@shop.test", "postal_code": "20121"}
    assert told.items() <= purchase["billing_address"].items()
    assert purchase["billing_address"] == purchase["shipping_address"]


def test_the_orders_email_stands_in_for_that_of_the_address(world: World, order: Record) -> None:
    here = _address(world, first_name="Jo", country_code="IT")
    moved = records.update(world, order, {"customer_email": "jo@shop.test"}, {"billing_address": here})

    assert "jo@shop.test" == purchase_of(world, moved)["billing_address"]["email"]


@pytest.mark.parametrize(
    ("billing", "shipping", "own", "country"),
    [("DE", "IT", "FR", "DE"), (None, "it", "FR", "IT"), (None, None, "FR", "FR"), (None, None, None, "")],
)
def test_the_country_is_that_of_who_pays_else_of_where_it_goes(
    world: World, order: Record, billing: str | None, shipping: str | None, own: str | None, country: str
) -> None:
    relations = {
        f"{name}_address": _address(world, country_code=code) if code else None
        for name, code in (("billing", billing), ("shipping", shipping))
    }
    moved = records.update(world, order, {"country_code": own}, relations)

    assert country == klarnas_country_of(world, moved)


@pytest.mark.parametrize(
    ("attributes", "code", "why"),
    [
        ({}, "IT", ""),
        ({"currency_code": "SEK"}, "SE", ""),
        ({}, "SE", "SEK"),
        ({"currency_code": "USD"}, "IT", "EUR"),
        ({}, "JP", "does not sell in JP"),
        ({}, "", "wants a country"),
        ({"total_amount_cents": 0}, "IT", "above 0"),
    ],
)
def test_klarna_is_asked_where_it_sells_in_that_currency(
    world: World, order: Record, attributes: dict[str, Any], code: str, why: str
) -> None:
    here = _address(world, country_code=code)
    relations = {"billing_address": here, "shipping_address": here}
    moved = records.update(world, order, {"country_code": None, **attributes}, relations)

    found = why_not_klarnas(world, moved)

    assert [bool(why), True] == [bool(found), why in found]

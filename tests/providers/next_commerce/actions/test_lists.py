"""Lists of orders and transactions: filtered, newest first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.klarna import fine
from tests.next_commerce import ADDRESS, TOWEL, NextCommerce, line_of


@pytest.fixture
def store(next_commerce: NextCommerce) -> NextCommerce:
    """Three orders, a day apart: a refunded one by Klarna, a canceled test order by card, one in Germany by iDEAL."""
    next_commerce.freeze("2026-11-20T17:00:00Z")
    first = next_commerce.buy(attribution={"funnel": "spring", "utm_source": "mail"}, tags=["vip", "b2b"])
    next_commerce.post(f"/transactions/{first['transactions'][0]['id']}/refund/", {"amount": "15.00"})
    next_commerce.advance("1d")
    second = next_commerce.buy(
        "card_token", payment_details={"card_token": "4111111111111111"}, vouchers=["HALF"],
        user={"email": "bob@shop.test", "first_name": "Bob"},
    )  # fmt: skip
    next_commerce.post(f"/orders/{second['number']}/cancel/", {"cancel_reason": "no"})
    next_commerce.advance("1d")
    next_commerce.buy(
        "ideal", currency="EUR", lines=[line_of(TOWEL, 1, "4.00")], shipping_address={**ADDRESS, "country": "DE"},
    )  # fmt: skip
    return next_commerce


def _found(store: NextCommerce, query: str) -> list[int]:
    """Which of the orders, 1 to 3."""
    numbers = [row["number"] for row in store.results("/orders/")][::-1]
    return sorted(numbers.index(row["number"]) + 1 for row in store.results(f"/orders/?{query}"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [1, 2, 3]),
        ("status=canceled", [2]),
        ("status=open&status=canceled", [1, 2, 3]),
        ("status[]=canceled", [2]),
        ("status=open,canceled", [1, 2, 3]),
        ("payment_status=refunded", [1]),
        ("payment_method=klarna", [1]),
        ("payment_method=bankcard,ideal", [2, 3]),
        ("currency=EUR", [3]),
        ("countries=DE", [3]),
        ("sku=TOWEL-1", [3]),
        ("product=110", [1, 2]),
        ("is_test=true", [2]),
        ("is_test=false", [1, 3]),
        ("coupon_code=HALF", [2]),
        ("tags=b2b", [1]),
        ("funnels=spring", [1]),
        ("utm_source=mail", [1]),
        ("sources=admin_api", [1, 2, 3]),
        ("sources=checkout", []),
        ("search_text=BOB", [2]),
        ("name=bob", [2]),
        ("address=harbour", [1, 2, 3]),
        ("date_placed_from=2026-11-21", [2, 3]),
        ("date_placed_to=2026-11-21", [1, 2]),
        ("date_placed_from=2026-11-21&date_placed_to=2026-11-21", [2]),
        ("subscription_lifecycle=recurring", []),
        ("has_outstanding_balance=true", []),
        ("fulfillment_status=unfulfilled", [1, 2, 3]),
        ("is_disputed=true", []),
        ("limit=1", [1, 2, 3]),
        ("nonsense=1", [1, 2, 3]),
    ],
)
def test_orders_are_found_by_every_documented_filter(store: NextCommerce, query: str, found: list[int]) -> None:
    store.advance("0s")

    assert found == _found(store, query)


def test_the_newest_order_comes_first_without_what_only_the_whole_shows(store: NextCommerce) -> None:
    rows = store.results("/orders/")

    assert ["100003", "100002", "100001"] == [row["number"] for row in rows]
    assert {"lines", "transactions", "refunds", "shipping_address"}.isdisjoint(rows[0])


def test_one_order_is_found_by_its_number(store: NextCommerce) -> None:
    assert ["100002"] == [row["number"] for row in store.results("/orders/?order_number=100002")]


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("type=refund", ["15.00"]),
        ("status=failed", []),
        ("payment_method=bankcard", ["10.00"]),
        ("amount_min=15", ["15.00", "15.00"]),
        ("amount_max=14.99", ["9.00", "10.00"]),
        ("bankcard_last_four=1111", ["10.00"]),
        ("gateway_id=2", ["10.00"]),
        ("core_transaction_code=1000&currency=EUR", ["9.00"]),
        ("is_test=true", ["10.00"]),
        ("external_id=100001", ["15.00", "15.00"]),
        ("funnels=spring", ["15.00", "15.00"]),
        ("date_created_from=2026-11-22", ["9.00"]),
        ("subscription_life_cycle=recurring", []),
        ("card_type=visa", ["10.00"]),
    ],
)
def test_transactions_are_found_by_theirs(store: NextCommerce, query: str, amounts: list[str]) -> None:
    assert amounts == [row["amount"] for row in store.results(f"/transactions/?{query}")]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/orders/?date_placed_from=yesterday", {"date_placed_from": ["Enter a valid date."]}),
        ("/transactions/?amount_min=x", {"amount_min": ["Enter a number."]}),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(store: NextCommerce, path: str, told: dict[str, Any]) -> None:
    assert (400, told) == store.refusal("GET", path)


def test_days_are_those_of_the_stores_calendar(next_commerce: NextCommerce) -> None:
    next_commerce.freeze("2026-11-21T03:00:00Z")  # still the 20th in New York
    next_commerce.buy("card_token")

    assert 1 == len(fine(next_commerce.send("GET", "/orders/?date_placed_to=2026-11-20"))["results"])

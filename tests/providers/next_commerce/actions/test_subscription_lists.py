"""Subscriptions are listed newest first, by any of the documented filters; so is what was charged for one."""

from __future__ import annotations

import pytest

from tests.next_commerce import COFFEE_CLUB, STRIPE, NextCommerce, line_of

KLARNA, CARD, TEST = 12001, 12002, 12003


@pytest.fixture
def shop(next_commerce: NextCommerce) -> NextCommerce:
    """Jane's with Klarna, recovered on 2026-12-23; Joe's by card, canceled on that day; Jane's in test, on hold."""
    next_commerce.freeze()
    next_commerce.subscribe(attribution={"funnel": "spring", "utm_source": "mail", "agent": 7})
    joe = {"email": "joe@shop.test", "first_name": "Joe", "last_name": "Doe", "phone_number": "+4915112345678"}
    details = {"card_token": "tok_1", "payment_gateway": STRIPE}
    coffee = [line_of(COFFEE_CLUB, subscription={"interval": "year", "interval_count": 1})]
    next_commerce.buy("card_token", user=joe, payment_details=details, lines=coffee)
    next_commerce.add_rule("next_commerce.renewals.charge", {"outcome": "declined"}, times=1)
    next_commerce.advance("33d3h")
    next_commerce.post(f"/subscriptions/{CARD}/cancel/", {"cancel_reason": "product_too_expensive"})
    next_commerce.subscribe("card_token", payment_details={"card_token": "6011111111111117"})
    next_commerce.post(f"/subscriptions/{TEST}/pause/")
    return next_commerce


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [TEST, CARD, KLARNA]),
        ("limit=1", [TEST, CARD, KLARNA]),
        ("search_text=12002", [CARD]),
        ("search_text=ROE", [TEST, KLARNA]),
        ("search_text=joe@", [CARD]),
        ("search_text=1511", [CARD]),
        ("address=monsey", [TEST, CARD, KLARNA]),
        ("address=Berlin", []),
        ("status=active", [KLARNA]),
        ("status=active&status=paused", [TEST, KLARNA]),
        ("status=past_due", []),
        ("product=114", [CARD]),
        ("sku=TEA-MONTH,COFFEE-CLUB", [TEST, CARD, KLARNA]),
        ("gateway=13", [CARD]),
        ("gateway_status=active", [TEST, CARD, KLARNA]),
        ("gateway_status=inactive", []),
        ("payment_method=klarna", [KLARNA]),
        ("payment_method=bankcard", [TEST, CARD]),
        ("card_type=visa", [CARD]),
        ("card_type=discover", [TEST]),
        ("card_type=mastercard", []),
        ("order_number=100001", [KLARNA]),
        ("order_number=100003", [KLARNA]),
        ("customer_email=jane@shop.test", [TEST, KLARNA]),
        ("customer_phone_number=4915112345678", [CARD]),
        ("customer_phone_number=+4915112345678", [CARD]),
        ("cancel_reason=product_too_expensive", [CARD]),
        ("date_from=2026-12-23", [TEST]),
        ("date_to=2026-11-20", [CARD, KLARNA]),
        ("next_renewal_date_from=2027-01-20&next_renewal_date_to=2027-01-20", [KLARNA]),
        ("next_renewal_date_from=2027-01-21", [TEST]),
        ("cancel_date_from=2026-12-23&cancel_date_to=2026-12-23", [CARD]),
        ("cancel_date_from=2026-12-24", []),
        ("recoveries_source=retries", [KLARNA]),
        ("recoveries_source=dashboard", []),
        ("recoveries_date_from=2026-12-23&recoveries_date_to=2026-12-23", [KLARNA]),
        ("recoveries_date_to=2026-12-22", []),
        ("funnels=spring,summer", [KLARNA]),
        ("agents=7", [KLARNA]),
        ("utm_source=mail", [KLARNA]),
        ("affiliate=nobody", []),
        ("is_test=true", [TEST]),
        ("is_test=false", [CARD, KLARNA]),
        ("shoe_size=44", [TEST, CARD, KLARNA]),
    ],
)
def test_a_filter_finds(shop: NextCommerce, query: str, expected: list[int]) -> None:
    assert expected == [each["id"] for each in shop.results(f"/subscriptions/?{query}")]


@pytest.mark.parametrize("name", ["date_from", "next_renewal_date_to", "cancel_date_from", "recoveries_date_from"])
def test_a_day_that_is_none_is_refused(shop: NextCommerce, name: str) -> None:
    assert (400, {name: ["Enter a valid date."]}) == shop.refusal("GET", f"/subscriptions/?{name}=soon")


def test_rows_are_whole_subscriptions(shop: NextCommerce) -> None:
    rows = shop.results("/subscriptions/")

    assert [shop.subscription(id_) for id_ in (TEST, CARD, KLARNA)] == rows


def test_the_transactions_of_a_subscription_are_those_of_its_orders_and_its_declines(shop: NextCommerce) -> None:
    number = shop.subscription(KLARNA)["orders"][0]["order_number"]
    (debit,) = shop.read(number)["transactions"]
    shop.post(f"/orders/{number}/refund/", {"transactions": [{"id": debit["id"], "amount": "1.00"}]})

    found = shop.results(f"/subscriptions/{KLARNA}/transactions/")

    assert [
        ("refund", "succeeded", "1.00", "100001"),
        ("debit", "succeeded", "24.99", "100003"),
        ("debit", "failed", "24.99", None),
        ("debit", "succeeded", "24.99", "100001"),
    ] == [(each["type"], each["status"], each["amount"], each["order"]) for each in found]
    assert found[1] == shop.get(f"/transactions/{found[1]['id']}/")


def test_a_subscription_in_test_has_no_transactions(shop: NextCommerce) -> None:
    assert [] == shop.results(f"/subscriptions/{TEST}/transactions/")

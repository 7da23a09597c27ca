"""Subscriptions begin: with the lines of an order that recur, and by themselves; and how they are changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.klarna import fine
from tests.next_commerce import (
    ADDRESS,
    COFFEE_CLUB,
    MONTHLY,
    TEA_MONTH,
    TEAPOT,
    TOWEL,
    NextCommerce,
    line_of,
    order_of,
    subscription_of,
)

HOOK = "https://example.com/hook"
ANNUAL = {"interval": "year", "interval_count": 1}


@pytest.fixture(autouse=True)
def _noon(next_commerce: NextCommerce) -> None:
    """Of Friday 2026-11-20, in New York."""
    next_commerce.freeze()


def test_a_line_that_recurs_begins_a_subscription(next_commerce: NextCommerce) -> None:
    line = line_of(TEA_MONTH, 2, "19.99", subscription={**MONTHLY, "price": "17.99"})

    order = next_commerce.buy(lines=[line, line_of(TEAPOT)])

    (begun,) = order["subscriptions"]
    subscription = next_commerce.subscription(begun["id"])
    assert ("recurring", 0) == (order["subscription_lifecycle"], begun["billing_cycle"])
    assert [(TEA_MONTH, 2, "17.99")] == [(e["variant_id"], e["quantity"], e["price"]) for e in subscription["lines"]]
    assert ("active", "Monthly", "40.98", "klarna") == tuple(
        subscription[name] for name in ("status", "frequency", "total", "payment_method")
    )
    assert "2026-12-20T12:00:00-05:00" == subscription["next_renewal_date"]
    assert [{"order_number": order["number"], "billing_cycle": 0}] == subscription["orders"]


def test_an_order_of_several_intervals_begins_one_subscription_for_each(next_commerce: NextCommerce) -> None:
    lines = [
        line_of(TEA_MONTH, subscription=MONTHLY),
        line_of(COFFEE_CLUB, subscription=ANNUAL),
        line_of(TEAPOT, subscription=MONTHLY),
    ]

    order = next_commerce.buy(lines=lines)

    found = [next_commerce.subscription(begun["id"]) for begun in order["subscriptions"]]
    assert [("Monthly", 2), ("Yearly", 1)] == [(each["frequency"], each["num_lines"]) for each in found]
    assert ["2026-12-20T12:00:00-05:00", "2027-11-20T12:00:00-05:00"] == [each["next_renewal_date"] for each in found]


def test_the_first_charge_is_billing_cycle_0(next_commerce: NextCommerce) -> None:
    subscription = next_commerce.subscribe()

    (charge,) = next_commerce.results(f"/subscriptions/{subscription['id']}/transactions/")

    assert {"id": subscription["id"], "billing_cycle": 0} == charge["subscription"]
    assert ("debit", "24.99") == (charge["type"], charge["amount"])
    recurring = next_commerce.results("/transactions/?subscription_life_cycle=recurring")
    assert [charge["id"]] == [each["id"] for each in recurring]


def test_an_upsell_begins_a_subscription_too(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]
    upsell = {"lines": [line_of(TEA_MONTH, 1, "19.99", subscription=MONTHLY)]}

    order = next_commerce.post(f"/orders/{number}/add-line-items/", upsell)

    (begun,) = order["subscriptions"]
    charges = {each["amount"]: each["subscription"] for each in next_commerce.results("/transactions/")}
    assert "recurring" == order["subscription_lifecycle"]
    assert "22.99" == next_commerce.subscription(begun["id"])["total"]
    assert {"id": begun["id"], "billing_cycle": 0} == charges["19.99"]
    assert not charges["15.00"]


def test_a_free_upsell_that_recurs_has_no_charge_yet(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]
    upsell = {"lines": [line_of(TEA_MONTH, 1, "0.00", subscription={**MONTHLY, "price": "9.00"})]}

    next_commerce.post(f"/orders/{number}/add-line-items/", upsell)

    (charge,) = next_commerce.results("/transactions/")
    assert not charge["subscription"]
    assert "14.00" == next_commerce.results("/subscriptions/")[0]["total"]


def test_the_end_of_a_pending_klarna_order_decides_whether_it_begins(next_commerce: NextCommerce) -> None:
    lines = [line_of(TEA_MONTH, subscription=MONTHLY)]
    pending = [next_commerce.start(lines=lines) for _ in range(2)]

    for payment, verdict in zip(pending, ("accepted", "rejected"), strict=True):
        next_commerce.complete(payment, "pending", decide=verdict, after="5m")
    before = next_commerce.results("/subscriptions/")
    next_commerce.advance("5m")

    assert [0, 1] == [len(before), len(next_commerce.results("/subscriptions/"))]


@pytest.mark.parametrize("method", ["ideal", "sepa_debit", "external"])
def test_methods_that_do_not_recur_begin_none(next_commerce: NextCommerce, method: str) -> None:
    lines = [line_of(TEA_MONTH, subscription=MONTHLY)]

    status, _ = next_commerce.refusal("POST", "/orders/", order_of(method, lines=lines))

    assert (400, []) == (status, next_commerce.results("/subscriptions/"))


def test_a_saved_card_is_the_subscriptions_for_good(next_commerce: NextCommerce) -> None:
    next_commerce.buy("card_token")
    order = next_commerce.post("/orders/", order_of("saved_card", lines=[line_of(TEA_MONTH, subscription=MONTHLY)]))

    subscription = next_commerce.subscription(order["subscriptions"][0]["id"])

    assert ("bankcard", "tok_4242") == (
        subscription["payment_method"], subscription["payment_details"]["card_token"],
    )  # fmt: skip


def test_the_store_tells_of_a_subscription(next_commerce: NextCommerce) -> None:
    next_commerce.listen(HOOK, "subscription.created", "subscription.updated")

    subscription = next_commerce.subscribe()
    fine(next_commerce.send("PATCH", f"/subscriptions/{subscription['id']}/", {"shipping_price": "1.00"}))

    assert ["subscription.created", "subscription.updated"] == next_commerce.told()


def test_a_subscription_is_created_without_an_order(next_commerce: NextCommerce) -> None:
    answer = next_commerce.send("POST", "/subscriptions/", subscription_of())

    subscription = answer.json
    assert (201, "23.98", [], "bankcard") == (
        answer.status, subscription["total"], subscription["orders"], subscription["payment_method"],
    )  # fmt: skip
    assert "2026-11-30T20:41:37-05:00" == subscription["next_renewal_date"]
    assert subscription == next_commerce.subscription(subscription["id"])
    assert [] == next_commerce.results("/orders/") == next_commerce.results("/transactions/")
    assert ADDRESS["line1"] == subscription["shipping_address"]["line1"]
    assert subscription["shipping_address"]["id"] == subscription["billing_address"]["id"]


def test_its_customer_is_found_by_e_mail_or_made(next_commerce: NextCommerce) -> None:
    body = subscription_of()

    first, second = (next_commerce.post("/subscriptions/", body)["user"]["id"] for _ in range(2))

    (user,) = [each for each in next_commerce.state("users") if each["email"] == "john@smiths.test"]
    assert [user["id"]] * 2 == [first, second]
    assert (2, 0, "lead") == (user["subscriptions_count"], user["orders_count"], user["user_type"])


def test_it_goes_to_the_default_address(next_commerce: NextCommerce) -> None:
    next_commerce.buy(user={"email": "john@smiths.test", "first_name": "John", "last_name": "Smith"})
    body = subscription_of(shipping_address=None, billing_same_as_shipping_address=False)

    made = next_commerce.post(
        "/subscriptions/", {**body, "use_default_shipping_address": True, "use_default_billing_address": True}
    )

    assert [ADDRESS["line1"]] * 2 == [made[name]["line1"] for name in ("shipping_address", "billing_address")]


def test_its_price_is_the_products_own_for_subscriptions(next_commerce: NextCommerce) -> None:
    made = next_commerce.post("/subscriptions/", subscription_of(lines=[{"product_id": TEA_MONTH, "quantity": 1}]))

    assert "17.99" == made["lines"][0]["price"]


@pytest.mark.parametrize("date", ["2022-2-28T08:41:37+07:00", "1066-10-14", "2026-11-20T12:00:00-05:00"])
def test_a_date_in_the_past_renews_within_30_minutes(next_commerce: NextCommerce, date: str) -> None:
    made = next_commerce.post("/subscriptions/", subscription_of(next_renewal_date=date))

    fired = next_commerce.advance("30m")

    assert "2026-11-20T12:30:00-05:00" == made["next_renewal_date"]
    assert ["next_commerce.subscription.renewed"] == [each["what"] for each in fired]


def test_a_date_without_an_offset_is_the_stores(next_commerce: NextCommerce) -> None:
    made = next_commerce.post("/subscriptions/", subscription_of(next_renewal_date="2026-12-07T12:04:45"))

    assert "2026-12-07T12:04:45-05:00" == made["next_renewal_date"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"payment_details": {}}, {"payment_details": {"card_token": ["This field is required."]}}),
        ({"payment_details": None}, {"payment_details": {"card_token": ["This field is required."]}}),
        ({"next_renewal_date": "8999-01-01"}, {"next_renewal_date": ["Datetime value out of range."]}),
        ({"shipping_code": "pigeon"}, {"shipping_code": ['"pigeon" is not a valid choice.']}),
        ({"lines": []}, {"lines": {"non_field_errors": ["This list may not be empty."]}}),
        (
            {"lines": [{"product_id": 112, "quantity": 1}]},
            {"lines": [{"product_id": ['Invalid pk "112" - object does not exist.']}]},
        ),
    ],
)
def test_a_subscription_that_cannot_be_is_refused_and_leaves_nothing(
    next_commerce: NextCommerce, fields: dict[str, Any], told: dict[str, Any]
) -> None:
    before = next_commerce.state("users")

    refused = next_commerce.refusal("POST", "/subscriptions/", subscription_of(**fields))

    assert (400, told) == refused
    assert [] == next_commerce.results("/subscriptions/")
    assert before == next_commerce.state("users")


def test_a_card_that_declines_begins_no_subscription(next_commerce: NextCommerce) -> None:
    body = subscription_of(payment_details={"card_token": "4012888888881881"})

    status, told = next_commerce.refusal("POST", "/subscriptions/", body)

    assert (400, "2000") == (status, told["payment_response_code"])
    assert [] == next_commerce.results("/subscriptions/")


def test_lines_of_an_upsell_join_no_running_subscription(next_commerce: NextCommerce) -> None:
    first = next_commerce.subscribe()
    number = first["orders"][0]["order_number"]

    next_commerce.post(
        f"/orders/{number}/add-line-items/", {"lines": [line_of(TOWEL, 1, "4.00", subscription=MONTHLY)]}
    )

    assert [1, 1] == [each["num_lines"] for each in next_commerce.results("/subscriptions/")]

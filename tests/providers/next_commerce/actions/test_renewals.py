"""Renewals: what falls due by the world's clock, or is asked for, is charged and ordered."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mock_server.core.clock import Alarm, parse_time, to_ms
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import renewals
from tests.klarna import fine
from tests.next_commerce import ADDRESS, COFFEE_CLUB, MONTHLY, TEA_MONTH, NextCommerce, line_of

DUE = "2026-12-20T17:00:00.000Z"


@pytest.fixture(autouse=True)
def _noon(next_commerce: NextCommerce) -> None:
    """Of Friday 2026-11-20, in New York."""
    next_commerce.freeze()


def _newest(next_commerce: NextCommerce, id_: int) -> dict[str, Any]:
    """The order of the last renewal."""
    return next_commerce.read(next_commerce.subscription(id_)["orders"][-1]["order_number"])


def test_a_renewal_due_is_an_order_that_is_paid(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]

    fired = next_commerce.subscriptions_fired("30d")

    order = _newest(next_commerce, id_)
    assert [(DUE, "renewed")] == fired
    assert ("subscription", "recurring", "open", "paid", "unfulfilled") == tuple(
        order[name] for name in ("source", "subscription_lifecycle", "status", "payment_status", "fulfillment_status")
    )
    assert [{"id": id_, "billing_cycle": 1}] == order["subscriptions"]
    assert "2026-12-20T12:00:00-05:00" == order["date_placed"] == order["created_at"]


def test_klarna_is_charged_on_the_ledger_by_the_customer_token(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]

    next_commerce.advance("65d")

    first, *renewed = next_commerce.ledger_orders()
    (token,) = fine(next_commerce.control("GET", "/state/customer_tokens"))
    numbers = [each["order_number"] for each in next_commerce.subscription(id_)["orders"]]
    assert "customer_token_id" not in first
    assert [(token["token_id"], "CAPTURED", 2499, None)] * 2 == [
        (each["customer_token_id"], each["status"], each["captured_amount"], each["session_id"]) for each in renewed
    ]
    assert numbers == [each["merchant_reference1"] for each in (first, *renewed)]
    assert ["TEA-MONTH", "default"] == [line["reference"] for line in renewed[0]["order_lines"]]


def test_a_renewal_charges_the_recurring_price(next_commerce: NextCommerce) -> None:
    line = line_of(TEA_MONTH, 2, "1.00", subscription={**MONTHLY, "price": "17.99"})
    id_ = next_commerce.buy(lines=[line], vouchers=["HALF"])["subscriptions"][0]["id"]

    next_commerce.advance("30d")

    order = _newest(next_commerce, id_)
    assert ("40.98", "0.00", []) == (order["total_incl_tax"], order["total_discount"], order["voucher_discounts"])
    assert [600, 4098] == [each["order_amount"] for each in next_commerce.ledger_orders()]


def test_a_renewals_transaction_names_its_billing_cycle(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]

    next_commerce.advance("65d")

    charges = next_commerce.results(f"/subscriptions/{id_}/transactions/")
    assert [2, 1, 0] == [each["subscription"]["billing_cycle"] for each in charges]
    assert [("debit", "succeeded", 1000, "klarna")] * 3 == [
        tuple(each[name] for name in ("type", "status", "response_code", "payment_method")) for each in charges
    ]
    assert ["100003", "100002", "100001"] == [each["order"] for each in charges]
    assert charges[0]["order"] == charges[0]["external_id"]


def test_several_intervals_renew_in_order_each_at_its_time(next_commerce: NextCommerce) -> None:
    next_commerce.subscribe()
    coffee = [line_of(COFFEE_CLUB, subscription={"interval": "week", "interval_count": 3})]
    next_commerce.buy("card_token", lines=coffee)

    fired = next_commerce.subscriptions_fired("63d")

    assert [
        ("2026-12-11T17:00:00.000Z", "renewed"),
        (DUE, "renewed"),
        ("2027-01-01T17:00:00.000Z", "renewed"),
        ("2027-01-20T17:00:00.000Z", "renewed"),
        ("2027-01-22T17:00:00.000Z", "renewed"),
    ] == fired
    assert [1, 1, 2, 2, 3] == [each["subscriptions"][0]["billing_cycle"] for each in _renewals(next_commerce)]


def _renewals(next_commerce: NextCommerce) -> list[dict[str, Any]]:
    rows = next_commerce.results("/orders/?sources=subscription")
    return [next_commerce.read(row["number"]) for row in reversed(rows)]


def test_a_server_that_was_off_makes_up_for_one_renewal_only(app: Flask, next_commerce: NextCommerce) -> None:
    world: World = app.extensions["worlds"].get("test")
    id_ = next_commerce.subscribe()["id"]
    world.clock.freeze(parse_time("2027-05-01T12:00:00Z"))

    subscription = next_commerce.subscription(id_)

    assert (2, "2027-05-20T12:00:00-04:00") == (subscription["num_orders"], subscription["next_renewal_date"])


def test_addresses_attribution_and_customer_are_the_subscriptions(next_commerce: NextCommerce) -> None:
    attribution = {"funnel": "spring", "metadata": {"plan_id": "plan_abc123"}}
    subscription = next_commerce.subscribe(attribution=attribution)
    id_ = subscription["id"]
    fine(next_commerce.send("PATCH", f"/subscriptions/{id_}/", {"shipping_address": {"line1": "4 Quay Lane"}}))

    next_commerce.advance("30d")

    order = _newest(next_commerce, id_)
    assert ("4 Quay Lane", ADDRESS["line1"]) == (
        order["shipping_address"]["line1"], order["billing_address"]["line1"],
    )  # fmt: skip
    assert ("spring", {"plan_id": "plan_abc123"}) == (
        order["attribution"]["funnel"], order["attribution"]["metadata"],
    )  # fmt: skip
    assert subscription["user"] == order["user"]
    assert order["attribution"] == next_commerce.results("/transactions/")[0]["attribution"]


def test_a_renewal_begins_no_further_subscription(next_commerce: NextCommerce) -> None:
    next_commerce.subscribe()

    next_commerce.advance("30d")

    (user,) = [each for each in next_commerce.state("users") if each["email"] == "jane@shop.test"]
    assert 1 == len(next_commerce.results("/subscriptions/"))
    assert (2, 1) == (user["orders_count"], user["subscriptions_count"])


def test_the_store_tells_of_a_renewal(next_commerce: NextCommerce) -> None:
    next_commerce.subscribe()
    events = ("customer.created", "order.created", "order.updated", "transaction.created", "subscription.updated")
    next_commerce.listen("https://example.com/hook", *events, "subscription.created")

    next_commerce.advance("30d")

    told = [event for event in next_commerce.told() if event != "order.updated"]
    assert ["order.created", "transaction.created", "subscription.updated"] == told


def test_a_renewal_is_refunded_on_its_own_klarna_order(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    next_commerce.advance("30d")
    order = _newest(next_commerce, id_)

    body = {"transactions": [{"id": order["transactions"][0]["id"], "amount": "24.99"}]}
    next_commerce.post(f"/orders/{order['number']}/refund/", body)

    assert "refunded" == next_commerce.read(order["number"])["payment_status"]
    assert [0, 2499] == [each["refunded_amount"] for each in next_commerce.ledger_orders()]


def test_the_first_order_canceled_and_refunded_leaves_it_running(next_commerce: NextCommerce) -> None:
    subscription = next_commerce.subscribe()
    number = subscription["orders"][0]["order_number"]
    next_commerce.post(f"/orders/{number}/cancel/", {"cancel_reason": "changed my mind", "full_refund": True})

    fired = next_commerce.subscriptions_fired("30d")

    assert [(DUE, "renewed")] == fired
    assert "active" == next_commerce.subscription(subscription["id"])["status"]


def test_a_renewal_asked_for_moves_the_next_one_on(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]

    answer = next_commerce.send("POST", f"/subscriptions/{id_}/renew/", {})
    again = next_commerce.post(f"/subscriptions/{id_}/renew/")
    fired = next_commerce.subscriptions_fired("91d")

    assert (200, "2027-01-20T12:00:00-05:00", 2) == (
        answer.status, answer.json["next_renewal_date"], answer.json["num_orders"],
    )  # fmt: skip
    assert ("2027-02-20T12:00:00-05:00", 3) == (again["next_renewal_date"], again["num_orders"])
    assert [] == fired


@pytest.mark.parametrize("method", ["paypal", "twint", "apple_pay", "google_pay", "link", "card_token"])
def test_other_methods_that_recur_are_charged_again(next_commerce: NextCommerce, method: str) -> None:
    id_ = next_commerce.subscribe(method)["id"]

    next_commerce.advance("30d")

    (debit,) = _newest(next_commerce, id_)["transactions"]
    shown = "bankcard" if method == "card_token" else method
    assert ("debit", "24.99", shown) == (debit["type"], debit["amount"], debit["payment_method"])
    assert [] == next_commerce.ledger_orders()


def test_a_card_of_the_test_gateway_renews_in_test(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe("card_token", payment_details={"card_token": "4111111111111111"})["id"]

    next_commerce.advance("30d")

    order = _newest(next_commerce, id_)
    assert (True, True, "test") == (
        order["is_test"], order["transactions"][0]["is_test"],
        order["transactions"][0]["payment_details"]["gateway"]["type"],
    )  # fmt: skip


def test_a_test_card_does_not_renew(next_commerce: NextCommerce) -> None:
    before = next_commerce.subscribe("card_token", payment_details={"card_token": "test_card"})

    refused = next_commerce.refusal("POST", f"/subscriptions/{before['id']}/renew/", {})
    fired = next_commerce.subscriptions_fired("65d")

    assert (400, {"non_field_errors": ["Subscriptions paid with a test card cannot be renewed."]}) == refused
    assert [(DUE, "not_renewed")] == fired
    assert {**before, "next_renewal_date": None} == next_commerce.subscription(before["id"])


def test_a_real_card_in_its_place_renews(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe("card_token", payment_details={"card_token": "test_card"})["id"]

    fine(next_commerce.send("PATCH", f"/subscriptions/{id_}/", {"payment_details": {"card_token": "tok_2"}}))

    assert [(DUE, "renewed")] == next_commerce.subscriptions_fired("30d")


def test_a_renewal_leaves_the_customers_saved_card_alone(next_commerce: NextCommerce) -> None:
    next_commerce.subscribe("card_token", payment_details={"card_token": "tok_old"})
    next_commerce.buy("card_token", payment_details={"card_token": "tok_new"})
    next_commerce.advance("30d")

    order = next_commerce.buy("card_token", payment_method="saved_card", payment_details={})

    assert "tok_new" == order["transactions"][0]["payment_details"]["card_token"]


def test_a_renewal_that_costs_nothing_needs_no_charge(next_commerce: NextCommerce) -> None:
    subscription = next_commerce.subscribe()
    id_, line = subscription["id"], subscription["lines"][0]["id"]
    fine(next_commerce.send("PUT", f"/subscriptions/{id_}/lines/{line}/", {"quantity": 1, "price": "0"}))
    fine(next_commerce.send("PATCH", f"/subscriptions/{id_}/", {"shipping_price": "0.00"}))

    next_commerce.advance("30d")

    order = _newest(next_commerce, id_)
    assert ("0.00", "paid", []) == (order["total_incl_tax"], order["payment_status"], order["transactions"])
    assert 1 == len(next_commerce.ledger_orders())


@pytest.mark.parametrize("due", ["2026-12-20T16:59:59Z", "2026-11-20T17:00:00Z"])
def test_the_alarm_of_a_date_that_was_put_off_only_sets_the_right_one(
    app: Flask, next_commerce: NextCommerce, due: str
) -> None:
    world: World = app.extensions["worlds"].get("test")
    before = next_commerce.subscribe()
    alarm = Alarm(to_ms(parse_time(due)), "next_commerce.subscription.renew", str(before["id"]))
    world.clock.cancel_alarm(parse_time(DUE), alarm.name, alarm.key)  # two changes at once left the wrong one

    told = renewals.renew_due(world, alarm)

    assert told is None
    assert before == next_commerce.subscription(before["id"])
    assert [(DUE, "renewed")] == next_commerce.subscriptions_fired("30d")


@pytest.mark.parametrize("handle", [renewals.renew_due, renewals.resume_due])
def test_an_alarm_about_nothing_does_nothing(world: World, handle: Any) -> None:
    assert handle(world, Alarm(0, "next_commerce.subscription.renew", "12001")) is None


def test_what_a_rule_sees_of_a_renewal(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    match = {
        "purchase.id": id_,
        "purchase.billing_cycle": 1,
        "purchase.interval": "month",
        "purchase.order_amount": 2499,
        "purchase.country": "US",
        "purchase.user.email": "jane@shop.test",
        "purchase.billing_address.email": {"matches": "^jane@"},
        "purchase.billing_address.family_name": "Roe",
        "body.payment_method": "klarna",
        "body.payment_details.payment_gateway": 12,
    }
    next_commerce.add_rule("next_commerce.renewals.charge", {"outcome": "declined", "code": 3010}, match=match)

    assert [(DUE, "declined")] == next_commerce.subscriptions_fired("30d")

"""Renewals that are declined: what is tried again, when, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mock_server.core.world import World
from tests.klarna import fine
from tests.next_commerce import NextCommerce

CHARGE = "next_commerce.renewals.charge"
DUE = "2026-12-20T17:00:00.000Z"


@pytest.fixture(autouse=True)
def _noon(next_commerce: NextCommerce) -> None:
    """Of Friday 2026-11-20, in New York."""
    next_commerce.freeze()


def _state(next_commerce: NextCommerce, id_: int) -> tuple[str, str | None, int]:
    subscription = next_commerce.subscription(id_)
    return subscription["status"], subscription["next_renewal_date"], subscription["num_orders"]


def test_a_declined_renewal_recovers_three_days_later(next_commerce: NextCommerce) -> None:
    next_commerce.choose_scenario("renewal-declined-then-recovers")
    id_ = next_commerce.subscribe()["id"]

    declined = next_commerce.subscriptions_fired("30d")
    between = _state(next_commerce, id_)
    recovered = next_commerce.subscriptions_fired("4d")

    assert [(DUE, "declined")] == declined
    assert ("retrying", "2026-12-23T14:00:00-05:00", 1) == between
    assert [("2026-12-23T19:00:00.000Z", "renewed")] == recovered
    assert ("active", "2027-01-20T12:00:00-05:00", 2) == _state(next_commerce, id_)


def test_a_decline_leaves_a_failed_transaction_and_nothing_else(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    orders, users = next_commerce.state("orders"), next_commerce.state("users")
    next_commerce.add_rule(CHARGE, {"outcome": "declined", "code": 2001}, times=1)

    next_commerce.advance("30d")

    failed = next_commerce.results(f"/subscriptions/{id_}/transactions/")[0]
    assert ("debit", "failed", 2001, "24.99", None, None) == tuple(
        failed[name] for name in ("type", "status", "response_code", "amount", "order", "external_id")
    )
    assert {"id": id_, "billing_cycle": 1} == failed["subscription"]
    assert [orders[0]["number"]] == [each["number"] for each in next_commerce.state("orders")]
    assert users == next_commerce.state("users")
    assert 1 == len(next_commerce.ledger_orders())


def test_a_decline_takes_no_order_number(next_commerce: NextCommerce) -> None:
    next_commerce.choose_scenario("renewal-declined-then-recovers")
    id_ = next_commerce.subscribe()["id"]

    next_commerce.advance("70d")

    numbers = [each["order_number"] for each in next_commerce.subscription(id_)["orders"]]
    assert ["100001", "100002", "100003"] == numbers


def test_three_more_tries_and_it_is_past_due(next_commerce: NextCommerce) -> None:
    next_commerce.add_rule(CHARGE, {"outcome": "declined", "code": 2002})
    id_ = next_commerce.subscribe()["id"]

    fired = next_commerce.subscriptions_fired("200d")

    assert [
        (DUE, "declined"),
        ("2026-12-23T19:00:00.000Z", "declined"),
        ("2027-01-01T20:00:00.000Z", "declined"),
        ("2027-01-08T19:00:00.000Z", "declined"),
    ] == fired
    assert ("past_due", None, 1) == _state(next_commerce, id_)


@pytest.mark.parametrize("code", [3010, 3008, 4000, 5003])
def test_a_decline_that_is_not_soft_is_past_due_at_once(next_commerce: NextCommerce, code: int) -> None:
    next_commerce.add_rule(CHARGE, {"outcome": "declined", "code": code})
    id_ = next_commerce.subscribe()["id"]

    fired = next_commerce.subscriptions_fired("200d")

    assert [(DUE, "declined")] == fired
    assert ("past_due", None, 1) == _state(next_commerce, id_)


def test_so_is_it_in_the_scenario(next_commerce: NextCommerce) -> None:
    next_commerce.choose_scenario("renewal-hard-declined")
    id_ = next_commerce.subscribe()["id"]

    next_commerce.advance("30d")

    failed = next_commerce.results(f"/subscriptions/{id_}/transactions/")[0]
    assert ("past_due", 3010) == (_state(next_commerce, id_)[0], failed["response_code"])


@pytest.mark.parametrize("status", ["CANCELLED", "SUSPENDED", None])
def test_a_klarna_token_that_is_gone_is_not_tried_again(
    app: Flask, next_commerce: NextCommerce, status: str | None
) -> None:
    world: World = app.extensions["worlds"].get("test")
    id_ = next_commerce.subscribe()["id"]
    (token,) = fine(next_commerce.control("GET", "/state/customer_tokens"))
    change = None if status is None else {**token, "status": status}
    world.store.change("customer_tokens", token["token_id"], lambda _: change)

    fired = next_commerce.subscriptions_fired("60d")

    assert [(DUE, "declined")] == fired
    assert ("past_due", None, 1) == _state(next_commerce, id_)
    assert ["100001"] == [each["number"] for each in next_commerce.state("orders")]
    assert "100002" == next_commerce.buy()["number"]


def test_a_card_that_always_declines_does_so_for_renewals(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe("card_token")["id"]
    fine(
        next_commerce.send(
            "PATCH", f"/subscriptions/{id_}/", {"payment_details": {"card_token": "4012888888881881"}},
            x_mock_outcome="accepted",
        )
    )  # fmt: skip

    next_commerce.advance("30d")

    assert ("retrying", "2026-12-23T14:00:00-05:00", 1) == _state(next_commerce, id_)


def test_a_renewal_asked_for_and_declined_is_told_so(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    next_commerce.add_rule(CHARGE, {"outcome": "declined", "code": 2001, "message": "No funds."}, times=1)

    refused = next_commerce.refusal("POST", f"/subscriptions/{id_}/renew/", {})

    assert (400, {"payment_details": "No funds.", "payment_response_code": "2001"}) == refused
    assert ("retrying", "2026-11-23T14:00:00-05:00", 1) == _state(next_commerce, id_)


@pytest.mark.parametrize("action", ["renew", "retry"])
def test_the_header_declines_a_renewal_that_is_asked_for(next_commerce: NextCommerce, action: str) -> None:
    id_ = next_commerce.subscribe()["id"]
    if action == "retry":
        fine(next_commerce.send("PATCH", f"/subscriptions/{id_}/", {"status": "past_due"}))

    status, told = next_commerce.refusal("POST", f"/subscriptions/{id_}/{action}/", {}, x_mock_outcome="declined")

    assert (400, "2000") == (status, told["payment_response_code"])


def test_a_retry_that_pays_brings_the_schedule_back(next_commerce: NextCommerce) -> None:
    next_commerce.add_rule(CHARGE, {"outcome": "declined", "code": 3010}, times=1)
    id_ = next_commerce.subscribe("card_token")["id"]
    next_commerce.advance("35d")

    answer = next_commerce.send("POST", f"/subscriptions/{id_}/retry/", {"payment_gateway": 13})

    (paid, failed, _) = next_commerce.results(f"/subscriptions/{id_}/transactions/")
    assert (200, "active", "2027-01-20T12:00:00-05:00", 2) == (answer.status, *_state(next_commerce, id_))
    assert [13, 12] == [each["payment_details"]["gateway"]["id"] for each in (paid, failed)]
    assert 13 == answer.json["payment_details"]["payment_gateway"]
    assert [id_] == [each["id"] for each in next_commerce.results("/subscriptions/?recoveries_source=other")]


def test_a_retry_that_is_declined_keeps_the_gateway_and_the_state(next_commerce: NextCommerce) -> None:
    next_commerce.add_rule(CHARGE, {"outcome": "declined", "code": 2001}, times=5)
    id_ = next_commerce.subscribe("card_token")["id"]
    next_commerce.advance("60d")
    before = next_commerce.subscription(id_)

    status, _ = next_commerce.refusal("POST", f"/subscriptions/{id_}/retry/", {"payment_gateway": 13})

    assert (400, "past_due") == (status, before["status"])
    assert before == next_commerce.subscription(id_)


def test_a_retry_between_the_tries_counts_as_one(next_commerce: NextCommerce) -> None:
    next_commerce.add_rule(CHARGE, {"outcome": "declined", "code": 2001})
    id_ = next_commerce.subscribe()["id"]
    next_commerce.advance("30d")

    next_commerce.refusal("POST", f"/subscriptions/{id_}/retry/", {})

    assert ("retrying", "2027-01-01T15:00:00-05:00", 1) == _state(next_commerce, id_)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"payment_gateway": 99}, {"payment_gateway": ['Invalid pk "99" - object does not exist.']}),
        ({"payment_gateway": "soon"}, {"payment_gateway": ["A valid integer is required."]}),
    ],
)
def test_a_retry_through_a_gateway_that_is_not_there_is_refused(
    next_commerce: NextCommerce, body: dict[str, Any], told: dict[str, Any]
) -> None:
    id_ = next_commerce.subscribe()["id"]
    before = fine(next_commerce.send("PATCH", f"/subscriptions/{id_}/", {"status": "past_due"}))

    refused = next_commerce.refusal("POST", f"/subscriptions/{id_}/retry/", body)

    assert (400, told) == refused
    assert before == next_commerce.subscription(id_)


def test_the_store_tells_of_a_decline(next_commerce: NextCommerce) -> None:
    next_commerce.choose_scenario("renewal-hard-declined")
    next_commerce.subscribe()
    next_commerce.listen("https://example.com/hook", "order.created", "transaction.created", "subscription.updated")

    next_commerce.advance("30d")

    assert ["transaction.created", "subscription.updated"] == next_commerce.told()

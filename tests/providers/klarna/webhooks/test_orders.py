"""The shop is told that an order was placed, and what Klarna decided of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, orders, sessions
from mock_server.ledger.decisions import Verdict, decide_order
from tests.receiver import Receiver

from ..conftest import purchase_of

NOW, DAY = timedelta(), timedelta(days=1)
PENDING = Verdict("PENDING")
NOTIFICATION, PUSH = "klarna.order_management.notification", "klarna.order_management.push"


def place(world: World, verdict: Verdict = PENDING, placed_through: str = "klarna", **urls: str) -> Record:
    """An order whose merchant gave these URLs."""
    purchase = purchase_of(**({"merchant_urls": urls} if urls else {}))
    session = sessions.open_session(world, purchase, merchant="PK1", base_url="http://127.0.0.1")
    authorization = authorizations.grant(world, session)
    return orders.place_order(
        world, orders.new_order_id(world), purchase, authorization=authorization,
        placed={"token": authorization["token"], "body_digest": "", "answer": {}}, verdict=verdict,
        placed_through=placed_through,
    )  # fmt: skip


def rule(world: World, name: str, **then: Any) -> None:
    world.store.put("rules", "1", {"id": 1, "when": {"operation": name}, "then": then})


def messages(world: World) -> list[Record]:
    """Oldest first."""
    return list(world.outbox.newest())[::-1]


@pytest.mark.parametrize(
    ("verdict", "decision", "event_type"),
    [
        (PENDING, "ACCEPTED", "FRAUD_RISK_ACCEPTED"),
        (PENDING, "REJECTED", "FRAUD_RISK_REJECTED"),
        (Verdict(), "STOPPED", "FRAUD_RISK_STOPPED"),
    ],
)
def test_a_decision_is_told_with_the_orders_id(
    world: World, receiver: Receiver, verdict: Verdict, decision: str, event_type: str
) -> None:
    order = place(world, verdict, notification=receiver.url("/told?secret=s3"))

    decide_order(world, order["order_id"], decision)
    world.advance(NOW)

    (received,) = receiver.requests
    assert ("POST", "/told?secret=s3") == (received.method, received.path)
    assert {"order_id": order["order_id"], "event_type": event_type} == received.json
    assert ["order_id", "event_type"] == list(received.json)
    assert "application/json" == received.headers["content-type"]


def test_placeholders_of_the_url_are_filled(world: World, receiver: Receiver) -> None:
    order = place(world, notification=receiver.url("/n/{order.id}?s={session.id}"), push=receiver.url("/p/{order.id}"))

    decide_order(world, order["order_id"], "ACCEPTED")
    world.advance(NOW)

    paths = {request.path for request in receiver.requests}
    assert {f"/n/{order['order_id']}?s={order['session_id']}", f"/p/{order['order_id']}"} == paths


def test_it_is_told_every_ten_minutes_for_24_hours(world: World, receiver: Receiver) -> None:
    order = place(world, notification=receiver.url())
    receiver.answers(*[500] * 200)
    decide_order(world, order["order_id"], "ACCEPTED")

    fired = world.advance(DAY + timedelta(hours=2))

    times = [each["at"][8:16] for each in fired if each["what"] == "webhook"]
    assert ["20T12:00", "20T12:10", "20T12:20"] == times[:3]
    assert (145, "21T12:00", "failed") == (len(times), times[-1], messages(world)[-1]["state"])


@pytest.mark.parametrize("status", [201, 202, 204, 301, 404, 500])
def test_only_200_ends_it(world: World, receiver: Receiver, status: int) -> None:
    order = place(world, notification=receiver.url())
    receiver.answers(status, 200)
    decide_order(world, order["order_id"], "REJECTED")

    world.advance(timedelta(hours=3))

    (message,) = messages(world)
    assert [status, 200] == [attempt["status"] for attempt in message["attempts"]]
    assert f"status is {status}, expected 200" == message["attempts"][0]["why"]


def test_what_was_stopped_is_told_instead_of_what_was_accepted(world: World, receiver: Receiver) -> None:
    order = place(world, notification=receiver.url())
    receiver.answers(500)
    decide_order(world, order["order_id"], "ACCEPTED")
    world.advance(timedelta(minutes=5))

    decide_order(world, order["order_id"], "STOPPED")
    world.advance(timedelta(hours=1))

    assert ["superseded", "delivered"] == [each["state"] for each in messages(world)]
    assert ["FRAUD_RISK_ACCEPTED", "FRAUD_RISK_STOPPED"] == [each.json["event_type"] for each in receiver.requests]


@pytest.mark.parametrize("urls", [{}, {"confirmation": "https://shop.test"}, {"notification": ""}])
def test_a_merchant_without_a_url_is_told_nothing(world: World, urls: dict[str, str]) -> None:
    order = place(world, PENDING, "klarna", **urls)

    decide_order(world, order["order_id"], "ACCEPTED")

    assert [] == messages(world)


def test_an_order_without_merchant_urls_is_told_nothing(world: World) -> None:
    order = place(world)

    decide_order(world, order["order_id"], "ACCEPTED")

    assert [] == messages(world)


@pytest.mark.parametrize("verdict", [Verdict(), PENDING])
def test_a_push_with_an_empty_body_tells_that_an_order_was_placed(
    world: World, receiver: Receiver, verdict: Verdict
) -> None:
    place(world, verdict, push=receiver.url("/push"))

    world.advance(NOW)

    (received,) = receiver.requests
    assert ("POST", "/push", "") == (received.method, received.path, received.text)


@pytest.mark.parametrize("placed_through", ["klarna checkout", "multisafepay", "next_commerce"])
def test_a_push_is_for_what_was_placed_through_klarnas_own_apis(world: World, placed_through: str) -> None:
    place(world, Verdict(), placed_through, push="http://127.0.0.1:1/push")

    assert [] == messages(world)


def test_a_push_that_was_refused_comes_again_after_two_hours_and_a_notification_takes_no_turn_of_it(
    world: World, receiver: Receiver
) -> None:
    receiver.answers(500)
    order = place(world, push=receiver.url("/push"), notification=receiver.url("/notification"))
    world.advance(NOW)

    decide_order(world, order["order_id"], "ACCEPTED")
    world.advance(timedelta(hours=2))

    assert ["/push", "/notification", "/push"] == [request.path for request in receiver.requests]


@pytest.mark.parametrize(
    ("then", "states", "arrivals"),
    [
        ({"outcome": "lost"}, ["lost"], 0),
        ({"outcome": "twice"}, ["delivered", "delivered"], 2),
        ({"outcome": "late", "after": "20m"}, ["delivered"], 1),
        ({"outcome": "unacknowledged"}, ["failed"], 145),
        ({"outcome": "before_response"}, ["delivered"], 1),
    ],
)
def test_a_rule_chooses_what_happens_to_a_notification(
    world: World, receiver: Receiver, then: dict[str, Any], states: list[str], arrivals: int
) -> None:
    order = place(world, notification=receiver.url())
    rule(world, NOTIFICATION, **then)

    decide_order(world, order["order_id"], "ACCEPTED")
    at_once = len(receiver.requests)
    world.advance(2 * DAY)

    assert states == [each["state"] for each in messages(world)]
    assert (arrivals, int(then["outcome"] == "before_response")) == (len(receiver.requests), at_once)


def test_a_rule_may_look_at_the_decision_and_the_purchase(world: World) -> None:
    when = {
        "operation": NOTIFICATION,
        "match": {"body.event_type": "FRAUD_RISK_REJECTED", "purchase.country": "SE", "purchase.order_amount": 25000},
    }
    world.store.put("rules", "1", {"id": 1, "when": when, "then": {"outcome": "lost"}})
    accepted, rejected = (place(world, notification="http://127.0.0.1:1/") for _ in range(2))

    decide_order(world, accepted["order_id"], "ACCEPTED")
    decide_order(world, rejected["order_id"], "REJECTED")

    assert ["waiting", "lost"] == [each["state"] for each in messages(world)]


def test_a_rule_chooses_what_happens_to_a_push(world: World) -> None:
    rule(world, PUSH, outcome="lost")

    place(world, push="http://127.0.0.1:1/push")

    assert ["lost"] == [each["state"] for each in messages(world)]

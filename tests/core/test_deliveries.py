"""What rules choose for a webhook on its way, of whichever face it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core import deliveries
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from tests.receiver import Receiver

from .conftest import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def world(world: World) -> World:
    """Stands at noon; webhooks leave when the clock is moved."""
    world.clock.freeze(NOON)
    return world


def post(world: World, url: str, outcome: str, **options: Any) -> Record:
    decision = Decision(outcome, options, decided_by="rule 7")
    how: dict[str, Any] = {"headers": {"X-Test": "yes"}, "about": {"order": "1"}, "queue": "orders 1"}
    return deliveries.post(world.outbox, decision, "order.placed", url, '{"order":1}', method="PUT", **how)


def messages(world: World) -> list[Record]:
    """Oldest first."""
    return list(world.outbox.newest())[::-1]


@pytest.mark.parametrize("outcome", deliveries.OUTCOMES)
def test_it_is_posted_as_the_face_says(world: World, receiver: Receiver, outcome: str) -> None:
    post(world, receiver.url(), outcome)

    assert {("order.placed", receiver.url(), '{"order":1}', "PUT", "yes", "1", "orders 1")} == {
        (m["event"], m["url"], m["body"], m["method"], m["headers"]["X-Test"], m["about"]["order"], m["queue"])
        for m in messages(world)
    }


@pytest.mark.parametrize("outcome", ["accepted", "one of the face's own"])
def test_what_nothing_happens_to_arrives_once_and_at_once(world: World, receiver: Receiver, outcome: str) -> None:
    post(world, receiver.url(), outcome)

    fired = world.advance(timedelta())

    assert ([("delivered", "")], 1) == ([(m["state"], m["why"]) for m in messages(world)], len(receiver.requests))
    assert 1 == len(fired)


def test_twice_is_two_messages_of_which_the_last_comes_back(world: World, receiver: Receiver) -> None:
    last = post(world, receiver.url(), "twice")

    posted = messages(world)
    world.advance(timedelta())

    assert (2, posted[-1]) == (len(posted), last)
    assert (["delivered"] * 2, 2) == ([m["state"] for m in messages(world)], len(receiver.requests))


@pytest.mark.parametrize(
    ("options", "at"),
    [({"after": "10m"}, "12:10"), ({"after": "90s"}, "12:01"), ({}, "12:05"), ({"other": "10m"}, "12:05")],
)
def test_a_late_one_leaves_when_its_rule_says(
    world: World, receiver: Receiver, options: dict[str, str], at: str
) -> None:
    post(world, receiver.url(), "late", **options)

    fired = world.advance(HOUR)

    assert [(at, "delivered")] == [(each["at"][11:16], each["state"]) for each in fired]


@pytest.mark.parametrize("outcome", ["accepted", "unacknowledged", "twice"])
def test_no_other_one_is_late(world: World, receiver: Receiver, outcome: str) -> None:
    post(world, receiver.url(), outcome, after="10m")

    fired = world.advance(HOUR)

    assert {"12:00"} == {each["at"][11:16] for each in fired}


def test_a_lost_one_is_shown_with_who_lost_it_and_not_sent(world: World, receiver: Receiver) -> None:
    last = post(world, receiver.url(), "lost")

    world.advance(HOUR)

    assert ("lost", "rule 7: lost on the way", []) == (last["state"], last["why"], receiver.requests)
    assert [last] == messages(world)


def test_an_unacknowledged_one_arrives_and_fails_all_the_same(world: World, receiver: Receiver) -> None:
    post(world, receiver.url(), "unacknowledged")

    world.advance(HOUR)

    (message,) = messages(world)
    assert ("failed", "rule 7: the answer is not looked at") == (message["state"], message["why"])
    assert ([200], 1) == ([each["status"] for each in message["attempts"]], len(receiver.requests))


@pytest.mark.parametrize(
    ("options", "events", "order"),
    [
        ({}, ["order.placed", "order.placed"], [2, 1]),
        ({"by": "order.read"}, ["order.placed", "order.read"], [2, 1]),
        ({"by": "order.read"}, ["order.placed", "order.placed", "order.read"], [2, 3, 1]),
    ],
)
def test_an_overtaken_one_leaves_after_the_next_of_its_kind_or_what_is_named(
    world: World, receiver: Receiver, options: dict[str, str], events: list[str], order: list[int]
) -> None:
    for number, event in enumerate(events, 1):
        decision = Decision("accepted" if number > 1 else "overtaken", options if number == 1 else {})
        deliveries.post(world.outbox, decision, event, receiver.url(f"/{number}"), "", headers={}, about={})
        world.advance(timedelta())
    world.advance(timedelta())

    assert [f"/{number}" for number in order] == [request.path for request in receiver.requests]


def test_an_overtaken_one_lets_the_next_of_its_queue_pass(world: World, receiver: Receiver) -> None:
    post(world, receiver.url("/1"), "overtaken")
    post(world, receiver.url("/2"), "accepted")

    for _ in range(2):
        world.advance(timedelta())

    assert ["/2", "/1"] == [request.path for request in receiver.requests]


@pytest.mark.parametrize("after", ["soon", "-5m", 5])
def test_an_option_that_is_no_duration_is_refused(after: object) -> None:
    option = deliveries.OUTCOMES["late"]["after"]

    with pytest.raises(ValueError, match="duration"):
        option.check(after)

"""Messages of one queue: in order, one at a time, the newest state first to be told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.core.worlds import Worlds
from tests.receiver import Receiver

from .conftest import NOON

AT_ONCE, HOUR = timedelta(), timedelta(hours=1)


@pytest.fixture
def world(world: World) -> World:
    """Stands at noon; webhooks leave when the clock is moved."""
    world.clock.freeze(NOON)
    return world


def post(world: World, url: str, queue: str = "orders 1", **more: Any) -> str:
    return str(world.outbox.post("order.placed", url, "{}", headers={}, about={}, queue=queue, **more)["id"])


def found(world: World, message_id: str) -> Record:
    message = world.outbox.find(message_id)
    assert message is not None
    return message


def states(world: World, *ids: str) -> list[str]:
    return [found(world, message_id)["state"] for message_id in ids]


def paths(receiver: Receiver) -> list[str]:
    return [request.path for request in receiver.requests]


def test_messages_of_one_queue_leave_in_order(world: World, receiver: Receiver) -> None:
    ids = [post(world, receiver.url(f"/{number}")) for number in range(5)]

    fired = world.advance(AT_ONCE)

    assert ["/0", "/1", "/2", "/3", "/4"] == paths(receiver)
    assert ["delivered"] * 5 == states(world, *ids) == [each["state"] for each in fired]


def test_messages_of_one_queue_leave_one_at_a_time(world: World, receiver: Receiver) -> None:
    first, second = post(world, receiver.url("/1")), post(world, receiver.url("/2"))

    def arrive() -> None:
        receiver.on_arrival = lambda: None
        world.outbox.attempt(second)

    receiver.on_arrival = arrive
    world.outbox.attempt(first)

    assert (["delivered", "waiting"], ["/1"]) == (states(world, first, second), paths(receiver))


def test_a_message_is_not_sent_before_its_turn(world: World, receiver: Receiver) -> None:
    _, second = post(world, receiver.url("/1")), post(world, receiver.url("/2"))

    world.outbox.attempt(second)

    assert (["waiting"], []) == (states(world, second), receiver.requests)


def test_a_message_on_its_way_is_not_sent_a_second_time(world: World, receiver: Receiver) -> None:
    message_id = post(world, receiver.url())

    def arrive() -> None:
        receiver.on_arrival = lambda: None
        world.outbox.attempt(message_id)

    receiver.on_arrival = arrive
    world.outbox.attempt(message_id)

    assert 1 == len(receiver.requests)


def test_one_that_waits_for_a_retry_makes_way_for_a_newer_one(world: World, receiver: Receiver) -> None:
    receiver.answers(500)
    older = post(world, receiver.url("/older"), retry_after_s=(60, 60))
    world.advance(AT_ONCE)
    newer = post(world, receiver.url("/newer"), retry_after_s=(60, 60))

    world.advance(HOUR)

    assert ["superseded", "delivered"] == states(world, older, newer)
    assert ["/older", "/newer"] == paths(receiver)
    why = f"status is 500, expected 2xx; message {newer} tells the newer state"
    assert why == found(world, older)["why"]


def test_the_newer_one_does_not_wait_for_the_retry_of_the_older(world: World, receiver: Receiver) -> None:
    receiver.answers(500)
    post(world, receiver.url("/older"), retry_after_s=(3600,))
    world.advance(timedelta(minutes=1))
    post(world, receiver.url("/newer"))

    fired = world.advance(AT_ONCE)

    assert [("2026-11-20T12:01:00.000Z", "delivered")] == [(each["at"], each["state"]) for each in fired]


def test_one_makes_way_for_a_newer_one_that_came_while_it_was_on_its_way(world: World, receiver: Receiver) -> None:
    receiver.answers(500)
    older = post(world, receiver.url("/older"), retry_after_s=(60,))
    newer: list[str] = []

    def arrive() -> None:
        receiver.on_arrival = lambda: None
        newer.append(post(world, receiver.url("/newer")))

    receiver.on_arrival = arrive
    world.advance(HOUR)

    assert ["superseded", "delivered"] == states(world, older, *newer)
    assert ["/older", "/newer"] == paths(receiver)
    assert f"message {newer[0]} tells the newer state" in found(world, older)["why"]


def test_the_retry_that_is_not_made_is_not_told_by_the_clock(world: World, receiver: Receiver) -> None:
    receiver.answers(500)
    post(world, receiver.url("/older"), retry_after_s=(60,))
    world.advance(AT_ONCE)
    post(world, receiver.url("/newer"))

    fired = world.advance(HOUR)

    assert [(receiver.url("/newer"), 1)] == [(each["url"], each["attempt"]) for each in fired]


def test_one_that_arrived_stays_delivered_though_a_newer_one_came(world: World, receiver: Receiver) -> None:
    older = post(world, receiver.url("/older"), retry_after_s=(60,))
    world.advance(AT_ONCE)
    newer = post(world, receiver.url("/newer"))

    world.advance(HOUR)

    assert (["delivered"] * 2, ["/older", "/newer"]) == (states(world, older, newer), paths(receiver))


def test_without_a_newer_one_all_retries_are_made(world: World, receiver: Receiver) -> None:
    receiver.answers(500, 500)
    message_id = post(world, receiver.url(), retry_after_s=(60, 60))

    fired = world.advance(HOUR)

    assert [("12:00", "waiting"), ("12:01", "waiting"), ("12:02", "delivered")] == [
        (each["at"][11:16], each["state"]) for each in fired
    ]
    assert ["delivered"] == states(world, message_id)


def test_one_that_failed_for_good_holds_up_nobody(world: World, receiver: Receiver) -> None:
    receiver.answers(500)
    ids = [post(world, receiver.url(f"/{number}")) for number in range(3)]

    world.advance(AT_ONCE)

    assert (["failed", "delivered", "delivered"], 3) == (states(world, *ids), len(receiver.requests))


@pytest.mark.parametrize("ended", [{"lost": "on purpose"}, {"url": "https://www.example.com/hook"}])
def test_one_that_never_leaves_holds_up_nobody(world: World, receiver: Receiver, ended: dict[str, str]) -> None:
    post(world, **{"url": receiver.url("/never"), **ended})
    second = post(world, receiver.url("/second"))

    world.advance(AT_ONCE)

    assert (["delivered"], ["/second"]) == (states(world, second), paths(receiver))


def test_a_retry_of_one_queue_concerns_no_other(world: World, receiver: Receiver) -> None:
    receiver.answers(500)
    first = post(world, receiver.url("/a"), "a", retry_after_s=(60,))
    world.advance(AT_ONCE)
    second = post(world, receiver.url("/b"), "b")

    world.advance(HOUR)

    assert ["delivered", "delivered"] == states(world, first, second)
    assert ["/a", "/b", "/a"] == paths(receiver)


def test_an_empty_queue_leaves_nothing_behind(world: World, receiver: Receiver) -> None:
    receiver.answers(500, 500)
    for queue in ("a", "b"):
        post(world, receiver.url(), queue)
        post(world, receiver.url(), queue)

    world.advance(HOUR)

    assert ([], None) == (list(world.store.all("outbox_queues")), world.clock.next_due_ms())


def test_a_delayed_message_leaves_at_its_time(world: World, receiver: Receiver) -> None:
    post(world, receiver.url(), delay=timedelta(minutes=30))

    early = world.advance(timedelta(minutes=29, seconds=59))
    late = world.advance(timedelta(seconds=1))

    assert ([], ["2026-11-20T12:30:00.000Z"]) == (early, [each["at"] for each in late])


def test_those_behind_a_delayed_message_wait_for_it(world: World, receiver: Receiver) -> None:
    post(world, receiver.url("/late"), delay=timedelta(minutes=30))
    post(world, receiver.url("/prompt"))

    fired = world.advance(HOUR)

    assert ["/late", "/prompt"] == paths(receiver)
    assert ["12:30", "12:30"] == [each["at"][11:16] for each in fired]


def test_a_delayed_message_behind_others_still_waits_for_its_time(world: World, receiver: Receiver) -> None:
    post(world, receiver.url("/prompt"))
    post(world, receiver.url("/late"), delay=timedelta(minutes=30))

    fired = world.advance(HOUR)

    assert ["12:00", "12:30"] == [each["at"][11:16] for each in fired]


def test_a_flushed_queue_is_sent_at_once_and_in_order(world: World, receiver: Receiver) -> None:
    ids = [post(world, receiver.url(f"/{number}")) for number in range(3)]
    other = post(world, receiver.url("/other"), "another")

    world.outbox.flush("orders 1")

    assert (["delivered"] * 3, ["waiting"]) == (states(world, *ids), states(world, other))
    assert ["/0", "/1", "/2"] == paths(receiver)


def test_what_was_flushed_is_not_sent_again_by_the_clock(world: World, receiver: Receiver) -> None:
    post(world, receiver.url())

    world.outbox.flush("orders 1")
    world.advance(HOUR)

    assert 1 == len(receiver.requests)


def test_a_flush_tries_each_message_once(world: World, receiver: Receiver) -> None:
    receiver.answers(500, 500)
    message_id = post(world, receiver.url(), retry_after_s=(60, 60))

    world.outbox.flush("orders 1")

    assert (["waiting"], 1) == (states(world, message_id), len(receiver.requests))


@pytest.mark.parametrize("delays", [[30], [30, 0], [0, 30]])
def test_a_flush_leaves_a_message_held_back_and_those_behind_it(
    world: World, receiver: Receiver, delays: list[int]
) -> None:
    ids = [post(world, receiver.url(), delay=timedelta(minutes=minutes)) for minutes in delays]

    world.outbox.flush("orders 1")
    flushed = states(world, *ids)
    world.advance(HOUR)

    assert ["waiting" if 30 in delays[: number + 1] else "delivered" for number in range(len(delays))] == flushed
    assert ["delivered"] * len(delays) == states(world, *ids)


def test_a_flush_leaves_a_message_on_its_way_alone(world: World, receiver: Receiver) -> None:
    first, second = post(world, receiver.url("/1")), post(world, receiver.url("/2"))

    def arrive() -> None:
        receiver.on_arrival = lambda: None
        world.outbox.flush("orders 1")

    receiver.on_arrival = arrive
    world.outbox.attempt(first)

    assert (["delivered", "waiting"], ["/1"]) == (states(world, first, second), paths(receiver))


def test_to_flush_what_is_empty_is_nothing(world: World) -> None:
    world.outbox.flush("nobody's")

    assert [] == list(world.outbox.newest())


def test_a_delivery_from_before_a_reset_tells_nothing_of_a_message_from_after_it(
    worlds: Worlds, world: World, receiver: Receiver
) -> None:
    """A reset world draws the same ids again, so that the two messages may have one id."""
    before, after = post(world, receiver.url("/before")), ""

    def arrive() -> None:
        nonlocal after
        receiver.on_arrival = lambda: None
        after = post(worlds.reset("default"), receiver.url("/after"))

    receiver.on_arrival = arrive
    world.outbox.attempt(before)

    message = found(world, after)
    assert ("waiting", []) == (message["state"], message["attempts"])

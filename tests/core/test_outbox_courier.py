"""Deliveries beside the requests: nobody waits for somebody else's slow receiver, and a reset forgets them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread, Timer
from typing import Any

import pytest

from mock_server.core.clock import Alarm
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.core.worlds import Worlds
from tests.receiver import Receiver

from .conftest import NOON


@pytest.fixture
def world(worlds: Worlds) -> Iterator[World]:
    """With a courier."""
    worlds.run()
    yield worlds.get("default")
    worlds.stop()


@pytest.fixture
def slow(receiver: Receiver) -> Receiver:
    """A receiver that answers when its gate is opened."""
    return receiver


@pytest.fixture
def gate(world: World, slow: Receiver) -> Iterator[Event]:
    """Opened at the end at the latest."""
    gate = Event()
    slow.on_arrival = lambda: gate.wait(5)
    yield gate
    gate.set()


@pytest.fixture
def quick() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def silent() -> Iterator[str]:
    """A URL whose server takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def post(world: World, url: str, queue: str, **more: Any) -> str:
    return str(world.outbox.post("order.placed", url, "{}", headers={}, about={}, queue=queue, **more)["id"])


def found(world: World, message_id: str) -> Record:
    message = world.outbox.find(message_id)
    assert message is not None
    return message


def test_messages_of_one_queue_arrive_in_order(world: World, quick: Receiver) -> None:
    for number in range(3):
        post(world, quick.url(f"/{number}"), "a")
    world.wake()

    arrived = quick.wait_for(3)

    assert ["/0", "/1", "/2"] == [request.path for request in arrived]


def test_the_next_of_a_queue_leaves_as_soon_as_the_one_before_has_ended(world: World, quick: Receiver) -> None:
    """Not when the courier looks again a second later."""
    for number in range(4):
        post(world, quick.url(f"/{number}"), "a")
    world.wake()

    arrived = quick.wait_for(4, timeout_s=0.9)

    assert 4 == len(arrived)


def test_a_slow_receiver_of_one_queue_delays_no_other(
    world: World, slow: Receiver, quick: Receiver, gate: Event
) -> None:
    held_up, behind = post(world, slow.url("/1"), "a"), post(world, slow.url("/2"), "a")
    post(world, quick.url("/b"), "b")
    post(world, quick.url("/alone"), "")
    world.wake()

    arrived = quick.wait_for(2)

    assert {"/b", "/alone"} == {request.path for request in arrived}
    assert [[], []] == [found(world, each)["attempts"] for each in (held_up, behind)]


def test_those_behind_a_slow_delivery_follow_when_it_ends(world: World, slow: Receiver, gate: Event) -> None:
    post(world, slow.url("/1"), "a")
    post(world, slow.url("/2"), "a")
    world.wake()

    gate.set()
    arrived = slow.wait_for(2)

    assert ["/1", "/2"] == [request.path for request in arrived]


def test_a_hundred_slow_receivers_do_not_hold_up_the_next(world: World, silent: str, quick: Receiver) -> None:
    stuck = [post(world, silent, f"queue {number}") for number in range(100)]
    post(world, quick.url("/next"), "another")
    world.wake()

    arrived = quick.wait_for(1)

    assert ["/next"] == [request.path for request in arrived]
    assert {"waiting"} == {found(world, each)["state"] for each in stuck}


def test_a_slow_receiver_of_one_world_delays_no_other_world(
    worlds: Worlds, world: World, slow: Receiver, quick: Receiver, gate: Event
) -> None:
    post(world, slow.url(), "a")
    world.fire_due()
    post(worlds.get("other"), quick.url("/other"), "a")
    world.wake()

    arrived = quick.wait_for(1)

    assert ["/other"] == [request.path for request in arrived]


def test_a_reset_forgets_a_delivery_under_way(worlds: Worlds, world: World, slow: Receiver, gate: Event) -> None:
    arrived = Event()

    def arrive() -> None:
        arrived.set()
        gate.wait(5)

    slow.on_arrival = arrive
    slow.answers(500)
    post(world, slow.url("/1"), "a", retry_after_s=(60,))
    post(world, slow.url("/2"), "a")
    world.fire_due()
    assert arrived.wait(5)

    worlds.reset("default")
    gate.set()
    world.settle()

    assert ([], []) == (list(world.outbox.newest()), list(world.store.all("outbox_queues")))
    assert (None, ["/1"]) == (world.clock.next_due_ms(), [request.path for request in slow.requests])


@pytest.fixture
def under_way(world: World, slow: Receiver, gate: Event) -> str:
    """A message of queue ``a`` that the receiver has and does not answer before its gate is opened, which is soon."""
    arrived = Event()

    def arrive() -> None:
        arrived.set()
        gate.wait(5)

    slow.on_arrival = arrive
    message_id = post(world, slow.url("/under-way"), "a")
    world.fire_due()
    assert arrived.wait(5)
    Timer(0.05, gate.set).start()
    return message_id


def test_one_delivered_now_waits_for_the_one_under_way_and_then_leaves(
    world: World, slow: Receiver, under_way: str
) -> None:
    message_id = post(world, slow.url("/now"), "a")

    told = world.deliver_now(found(world, message_id))

    assert told is not None and ("delivered", 1) == (told["state"], len(told["attempts"]))
    assert ["/under-way", "/now"] == [request.path for request in slow.requests]


def test_one_sent_again_waits_for_the_one_under_way_and_then_leaves(
    world: World, slow: Receiver, quick: Receiver, under_way: str
) -> None:
    message_id = post(world, quick.url("/again"), "a", lost="a rule says so")
    again = world.outbox.send_again(message_id)
    assert again is not None

    told = world.deliver_now(again)

    assert told is not None and "delivered" == told["state"]
    assert "delivered" == found(world, under_way)["state"]


def test_one_sent_again_waits_behind_one_that_is_held_back(world: World, quick: Receiver) -> None:
    late = post(world, quick.url("/late"), "a", delay=timedelta(minutes=30))
    again = world.outbox.send_again(post(world, quick.url("/again"), "a", lost="a rule says so"))
    assert again is not None

    told = world.deliver_now(again)

    assert told is not None and "waiting" == told["state"]
    assert ("waiting", []) == (found(world, late)["state"], quick.requests)


@pytest.mark.parametrize("before", [[], ["/prompt"]])
@pytest.mark.parametrize("queue", ["a", ""])
def test_one_held_back_is_not_delivered_now(world: World, quick: Receiver, before: list[str], queue: str) -> None:
    for path in before:
        post(world, quick.url(path), "a")
    message_id = post(world, quick.url("/late"), queue, delay=timedelta(minutes=30))

    told = world.deliver_now(found(world, message_id))

    assert told is not None and ("waiting", []) == (told["state"], told["attempts"])
    assert "/late" not in [request.path for request in quick.requests]


@pytest.mark.parametrize("queue", ["a", ""])
def test_one_that_fails_when_delivered_now_is_not_tried_again_at_once(
    world: World, quick: Receiver, queue: str
) -> None:
    quick.answers(500, 500, 500)
    message_id = post(world, quick.url(), queue, retry_after_s=(900, 900))

    told = world.deliver_now(found(world, message_id))
    again = world.deliver_now(found(world, message_id))

    assert told is not None and ("waiting", 1) == (told["state"], len(told["attempts"]))
    assert (told, 1) == (again, len(quick.requests))


def test_one_delivered_now_while_the_clock_moves_holds_nobody_up(worlds: Worlds, quick: Receiver) -> None:
    """A handler that may not go on before somebody was told, while others are told beside it."""
    worlds.run()
    world = worlds.get("default")
    told: list[str] = []

    def announce(world: World, alarm: Alarm) -> None:
        message = world.deliver_now(found(world, post(world, quick.url(f"/{alarm.key}"), "a")))
        told.append(message["state"] if message else "gone")

    handlers: Any = world.house.handlers
    handlers["announce"] = announce
    for number in range(3):
        world.clock.set_alarm(NOON + timedelta(days=number), "announce", str(number))
    world.clock.freeze(NOON)
    post(world, quick.url("/before"), "a")
    moving = Thread(target=lambda: world.advance(timedelta(days=5)), daemon=True)

    moving.start()
    moving.join(5)
    has_moved = not moving.is_alive()
    worlds.stop()

    assert (True, ["delivered"] * 3) == (has_moved, told)
    assert ["/before", "/0", "/1", "/2"] == [request.path for request in quick.requests]

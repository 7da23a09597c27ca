"""Deliveries beside the requests: nobody waits for somebody else's slow receiver, and a reset forgets them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.core.worlds import Worlds
from tests.receiver import Receiver


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

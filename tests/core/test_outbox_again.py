"""A message that ended is sent again on request; what waits or may not leave is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

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


def post(world: World, url: str, queue: str = "orders 1", **more: Any) -> str:
    return str(world.outbox.post("order.placed", url, "{}", headers={}, about={}, queue=queue, **more)["id"])


def attempted(world: World, url: str, **more: Any) -> str:
    """A new message after its first attempt."""
    message_id = post(world, url, **more)
    world.outbox.attempt(message_id)
    return message_id


def found(world: World, message_id: str) -> Record:
    message = world.outbox.find(message_id)
    assert message is not None
    return message


def delivered(world: World, receiver: Receiver) -> str:
    return attempted(world, receiver.url())


def failed(world: World, receiver: Receiver) -> str:
    receiver.answers(500)
    return attempted(world, receiver.url(), ignores="a rule says so")


def superseded(world: World, receiver: Receiver) -> str:
    receiver.answers(500)
    older = attempted(world, receiver.url(), retry_after_s=(60,))
    attempted(world, receiver.url())
    return older


def lost(world: World, receiver: Receiver) -> str:
    return post(world, receiver.url(), lost="a rule says so")


def held(world: World, receiver: Receiver) -> str:
    return post(world, "https://www.example.com/hook")


def waiting(world: World, receiver: Receiver) -> str:
    return post(world, receiver.url())


def retrying(world: World, receiver: Receiver) -> str:
    receiver.answers(500)
    return attempted(world, receiver.url(), retry_after_s=(60,))


def unknown(world: World, receiver: Receiver) -> str:
    return "nothing"


Way = Callable[[World, Receiver], str]


@pytest.mark.parametrize("end", [delivered, failed, superseded, lost])
def test_a_message_that_ended_is_sent_once_more(world: World, receiver: Receiver, end: Way) -> None:
    message_id = end(world, receiver)
    before = len(receiver.requests)

    again = world.outbox.send_again(message_id)
    world.advance(HOUR)

    assert again is not None and ("waiting", "") == (again["state"], again["why"])
    message = found(world, message_id)
    assert ("delivered", "", before + 1) == (message["state"], message["why"], len(receiver.requests))


@pytest.mark.parametrize("state", [held, waiting, retrying, unknown])
def test_a_message_that_did_not_end_is_left_alone(world: World, receiver: Receiver, state: Way) -> None:
    message_id = state(world, receiver)
    before = world.outbox.find(message_id)

    again = world.outbox.send_again(message_id)

    assert (None, before) == (again, world.outbox.find(message_id))


def test_it_is_tried_once_and_given_up(world: World, receiver: Receiver) -> None:
    message_id = attempted(world, receiver.url(), retry_after_s=(60, 60))
    receiver.answers(500, 500)

    world.outbox.send_again(message_id)
    world.advance(HOUR)

    message = found(world, message_id)
    assert ("failed", [200, 500]) == (message["state"], [attempt["status"] for attempt in message["attempts"]])


def test_a_late_message_sent_again_is_not_late_again(world: World, receiver: Receiver) -> None:
    message_id = post(world, receiver.url(), delay=timedelta(minutes=30))
    world.advance(HOUR)
    world.clock.freeze(NOON)

    world.outbox.send_again(message_id)
    fired = world.advance(timedelta())

    assert ["2026-11-20T12:00:00.000Z"] == [each["at"] for each in fired]


def test_it_goes_behind_those_that_wait(world: World, receiver: Receiver) -> None:
    message_id = attempted(world, receiver.url("/again"))
    post(world, receiver.url("/waiting"))

    world.outbox.send_again(message_id)
    world.advance(timedelta())

    assert ["/again", "/waiting", "/again"] == [request.path for request in receiver.requests]


def test_an_older_one_sent_again_takes_nothing_from_a_newer_one(world: World, receiver: Receiver) -> None:
    """The newer one waits for its retry; what it tells is still true."""
    older = attempted(world, receiver.url("/older"))
    receiver.answers(500)
    newer = attempted(world, receiver.url("/newer"), retry_after_s=(60,))

    world.outbox.send_again(older)
    world.advance(HOUR)

    assert ["delivered", "delivered"] == [found(world, each)["state"] for each in (older, newer)]


@pytest.mark.parametrize("queue", ["", "orders 1"])
def test_it_is_sent_once_although_its_receiver_looks_around(
    world: World, receiver: Receiver, queue: str
) -> None:
    """A shop that is told asks this server, and each request fires what is due in its world."""
    message_id = attempted(world, receiver.url(), queue=queue)
    world.outbox.send_again(message_id)

    def arrive() -> None:
        receiver.on_arrival = lambda: None
        world.fire_due()

    receiver.on_arrival = arrive
    world.outbox.flush(queue) if queue else world.outbox.attempt(message_id)

    assert 2 == len(receiver.requests)

"""Which messages an outbox keeps: the newest, as many as the setting says, and all that wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_server.core.world import World
from tests.receiver import Receiver

from .conftest import NOON, Shop

LIMIT = 3


@pytest.fixture
def world(shop: Shop) -> World:
    """Stands at noon; keeps three messages."""
    world = shop.open(journal_limit=LIMIT).get("default")
    world.clock.freeze(NOON)
    return world


def post(world: World, url: str) -> str:
    return str(world.outbox.post("order.placed", url, "{}", headers={}, about={})["id"])


def kept(world: World) -> list[str]:
    """Oldest first."""
    return [message["id"] for message in world.outbox.newest()][::-1]


@pytest.mark.parametrize("count", [1, 3, 4, 10])
def test_of_those_that_ended_the_newest_are_kept(world: World, receiver: Receiver, count: int) -> None:
    ids = []
    for _ in range(count):
        ids.append(post(world, receiver.url()))
        world.advance(timedelta())

    assert ids[-LIMIT:] == kept(world)
    assert [None] * max(0, count - LIMIT) == [world.outbox.find(message_id) for message_id in ids[:-LIMIT]]


def test_of_those_that_never_leave_the_newest_are_kept(world: World) -> None:
    ids = [post(world, "https://www.example.com/hook") for _ in range(10)]

    assert ids[-LIMIT:] == kept(world)


def test_all_that_wait_are_kept_and_sent(world: World, receiver: Receiver) -> None:
    ids = [post(world, receiver.url()) for _ in range(10)]
    waiting = kept(world)

    world.advance(timedelta())

    assert (ids, 10) == (waiting, len(receiver.requests))


@pytest.mark.parametrize("statuses", [[], [500] * 10], ids=["delivered", "failed"])
def test_those_that_waited_too_long_are_forgotten_when_they_end(
    world: World, receiver: Receiver, statuses: list[int]
) -> None:
    receiver.answers(*statuses)
    ids = [post(world, receiver.url()) for _ in range(10)]

    world.advance(timedelta())

    assert (ids[-LIMIT:], 10) == (kept(world), len(receiver.requests))


def test_what_was_forgotten_leaves_no_numbers_behind(world: World, receiver: Receiver) -> None:
    for _ in range(10):
        post(world, receiver.url())
        world.advance(timedelta())

    assert LIMIT == len(list(world.store.all("outbox_numbers")))

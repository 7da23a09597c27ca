"""Deliveries to one receiver: so many at a time, in order, and never in the way of another receiver's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from threading import Event

import pytest

from mock_server.core import courier as room
from mock_server.core.courier import Courier

MANY = room._MOST_DELIVERIES + 100


@pytest.fixture
def gate() -> Iterator[Event]:
    """Opens at the end, so that no thread is left waiting."""
    event = Event()
    yield event
    event.set()


@pytest.fixture
def courier(gate: Event) -> Iterator[Courier]:
    running = Courier(lambda: None)
    yield running
    gate.set()
    running.stop()


def test_receivers_that_hang_are_in_nobody_elses_way(courier: Courier, gate: Event) -> None:
    arrived = Event()
    for number in range(MANY):
        courier.submit(f"world-{number % 40}", gate.wait, "hanging:80")

    courier.submit("another", arrived.set, "alive:80")

    assert arrived.wait(5)


def test_all_that_wait_for_a_place_leave_once(courier: Courier, gate: Event) -> None:
    seen = list[int]()

    def note(number: int) -> None:
        gate.wait()
        seen.append(number)

    for number in range(MANY):
        courier.submit("test", partial(note, number), "slow:80")
    gate.set()
    courier.settle("test")

    assert list(range(MANY)) == sorted(seen)


def test_a_world_is_settled_when_its_parked_deliveries_have_ended_too(courier: Courier, gate: Event) -> None:
    done = list[bool]()

    def wait_and_note() -> None:
        done.append(gate.wait())

    for _ in range(40):
        courier.submit("test", wait_and_note, "slow:80")
    gate.set()
    courier.settle("test")

    assert [True] * 40 == done


def test_a_delivery_that_fails_frees_its_place(courier: Courier) -> None:
    def fail() -> None:
        raise ValueError("planted")

    arrived = Event()
    for _ in range(room._MOST_OF_A_RECEIVER * 2):
        courier.submit("test", fail, "odd:80")
    courier.submit("test", arrived.set, "odd:80")

    assert arrived.wait(5)
    courier.settle("test")
    assert {} == courier._lanes | courier._parked

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, Timer

import pytest

from mock_server.core.courier import Courier


@pytest.fixture
def couriers() -> Iterator[list[Courier]]:
    """Couriers put in here are stopped at the end."""
    couriers: list[Courier] = []
    yield couriers
    for courier in couriers:
        courier.stop()


def test_a_courier_fires_what_is_due_when_woken(couriers: list[Courier]) -> None:
    calls: list[int] = []
    first, second = Event(), Event()

    def fire() -> float | None:
        calls.append(1)
        (first if len(calls) == 1 else second).set()
        return None

    couriers.append(Courier(fire))
    assert first.wait(5)
    couriers[0].wake()

    assert second.wait(0.9)


def test_a_courier_fires_again_when_the_next_alarm_is_due(couriers: list[Courier]) -> None:
    third = Event()
    calls: list[int] = []

    def fire() -> float | None:
        calls.append(1)
        if len(calls) == 3:
            third.set()
        return 0.01

    couriers.append(Courier(fire))

    assert third.wait(0.9)


def test_a_courier_survives_a_failure(couriers: list[Courier]) -> None:
    second = Event()
    calls: list[int] = []

    def fire() -> float | None:
        calls.append(1)
        if len(calls) == 1:
            raise ConnectionError("the store does not answer, on purpose")
        second.set()
        return None

    couriers.append(Courier(fire))
    couriers[0].wake()

    assert second.wait(3)


def test_a_slow_delivery_delays_no_other(couriers: list[Courier]) -> None:
    couriers.append(Courier(lambda: None))
    slow, quick = Event(), Event()

    couriers[0].submit("a", lambda: slow.wait(5))
    couriers[0].submit("a", quick.set)
    arrived = quick.wait(4)
    slow.set()

    assert arrived


def test_a_world_settles_when_its_own_deliveries_have_ended(couriers: list[Courier]) -> None:
    courier = Courier(lambda: None)
    couriers.append(courier)
    go_on, others, ended = Event(), Event(), Event()

    def deliver() -> None:
        go_on.wait(5)
        ended.set()

    courier.submit("another", lambda: others.wait(5))
    courier.submit("mine", deliver)
    Timer(0.05, go_on.set).start()
    courier.settle("mine")
    settled = ended.is_set(), others.is_set()
    others.set()

    assert (True, False) == settled


def test_a_world_without_deliveries_is_settled(couriers: list[Courier]) -> None:
    couriers.append(Courier(lambda: None))

    couriers[0].settle("mine")


def test_a_stopped_courier_has_finished_what_was_under_way() -> None:
    courier = Courier(lambda: None)
    started, finished = Event(), Event()
    go_on = Event()

    def deliver() -> None:
        started.set()
        go_on.wait(5)
        finished.set()

    courier.submit("a", deliver)
    assert started.wait(5)
    Timer(0.05, go_on.set).start()
    courier.stop()

    assert finished.is_set()


def test_a_stopped_courier_has_delivered_what_had_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.core.courier._MOST_DELIVERIES", 1)
    courier = Courier(lambda: None)
    started, go_on = Event(), Event()
    delivered: list[str] = []

    def deliver() -> None:
        started.set()
        go_on.wait(5)
        delivered.append("first")

    courier.submit("a", deliver)
    for name in ("second", "third"):
        courier.submit("b", lambda name=name: delivered.append(name))  # type: ignore[misc]  # a default binds it now
    assert started.wait(5)
    Timer(0.05, go_on.set).start()
    courier.stop()

    assert ["first", "second", "third"] == delivered

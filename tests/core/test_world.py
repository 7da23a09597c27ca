from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from threading import Event, Thread
from typing import Any

import pytest

from mock_server.core.clock import Alarm, to_ms
from mock_server.core.errors import Misused
from mock_server.core.store import Record
from mock_server.core.world import World, checked_name, name_in
from tests.receiver import Receiver

from .conftest import CREATE, NOON, READ, Shop

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(shop: Shop) -> World:
    """Stands at noon; the alarms ``note`` and ``quiet`` note the time, ``fail`` fails."""
    shop.handlers["note"] = lambda world, alarm: {"what": "noted", "key": alarm.key, "now": str(world.clock.now())}
    shop.handlers["quiet"] = lambda world, alarm: world.store.put("noted", alarm.key, {"key": alarm.key})
    shop.handlers["fail"] = _fail
    world = shop.open().get("default")
    world.clock.freeze(NOON)
    return world


def _fail(world: World, alarm: Alarm) -> Record | None:
    raise ZeroDivisionError("on purpose")


def noted(world: World) -> list[str]:
    return [record["key"] for record in world.store.all("noted")]


def outcome(world: World, operation: str = CREATE, seen: Mapping[str, Any] | None = None, **asked: str) -> str:
    return world.decide(operation, (seen or {}).get, **asked).outcome


def add_rule(world: World, then: Mapping[str, Any], **more: Any) -> None:
    number = world.store.count("rules")
    rule = {"id": number, "when": {"operation": CREATE}, "then": dict(then), **more}
    world.store.put("rules", str(number), rule)


SOURCES = ["rule", "scenario header", "outcome header", "magic", "active scenario", "default"]


@pytest.mark.parametrize("first", range(len(SOURCES)), ids=SOURCES)
def test_of_those_that_have_a_say_the_first_decides(shop: Shop, first: int) -> None:
    text = "about: x\nrules:\n  - when: {{operation: shop.orders.create_order}}\n    then: {{outcome: {outcome}}}\n"
    there = SOURCES[first:]
    if "magic" in there:
        shop.own.write("magic.yaml", text.format(outcome="rejected") + "always: true\n")
    shop.users.write("asked-for.yaml", text.format(outcome="pending"))
    shop.users.write("active.yaml", text.format(outcome="pending"))
    worlds = shop.open(scenario="active" if "active scenario" in there else "accepted")
    scenario = "asked-for" if "scenario header" in there else ""
    world = worlds.get("default", scenario=scenario)
    if "rule" in there:
        add_rule(world, {"outcome": "rejected"})

    decision = world.decide(
        CREATE, lambda _: None, scenario=scenario, outcome="accepted" if "outcome header" in there else ""
    )

    assert {
        "rule": "rule 1",
        "scenario header": "scenario asked-for, rule 1",
        "outcome header": "header X-Mock-Outcome",
        "magic": "scenario magic, rule 1",
        "active scenario": "scenario active, rule 1",
        "default": "default",
    }[SOURCES[first]] == decision.decided_by


def test_of_two_rules_the_older_decides_until_it_is_used_up(world: World) -> None:
    add_rule(world, {"outcome": "rejected"}, times=1)
    add_rule(world, {"outcome": "pending"})

    assert ["rejected", "pending", "pending"] == [outcome(world) for _ in range(3)]


def test_a_scenario_asked_for_that_says_nothing_of_it_stands_in_for_the_active_one(shop: Shop) -> None:
    refusing = "about: x\nrules:\n  - when: {operation: shop.orders.create_order}\n    then: {outcome: rejected}\n"
    shop.users.write("refusing.yaml", refusing)
    worlds = shop.open(scenario="refusing")

    usual, once = worlds.get("default"), worlds.get("default", scenario="accepted")

    outcomes = [outcome(usual), outcome(once, scenario="accepted")]

    assert ["rejected", "accepted"] == outcomes


def test_an_outcome_asked_for_that_there_is_not_is_refused_with_those_there_are(world: World) -> None:
    with pytest.raises(Misused) as caught:
        outcome(world, READ, outcome="rejected")

    told = f"X-Mock-Outcome: 'rejected' is no outcome of {READ}; expected: accepted"
    assert [told] == caught.value.messages


def test_an_event_is_told_to_every_face_that_listens(shop: Shop) -> None:
    heard: list[tuple[str, Record]] = []
    shop.listeners["order.placed"] = [
        lambda world, record: heard.append(("one", record)),
        lambda world, record: heard.append(("other", record)),
    ]
    world = shop.open().get("default")

    world.publish("order.placed", {"id": "1"})
    world.publish("order.captured", {"id": "1"})

    assert [("one", {"id": "1"}), ("other", {"id": "1"})] == heard


def test_what_is_due_is_handled_and_what_is_not_stays(world: World) -> None:
    for minutes in (-1, 0, 1):
        world.clock.set_alarm(NOON + minutes * MINUTE, "quiet", str(minutes))

    world.fire_due()

    assert ["-1", "0"] == noted(world)


def test_a_handlers_failure_does_not_stop_others(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.clock.set_alarm(NOON - 2 * MINUTE, "fail", "first")
    world.clock.set_alarm(NOON - MINUTE, "quiet", "second")

    with caplog.at_level(logging.ERROR):
        world.fire_due()

    assert ["second"] == noted(world)
    assert ["alarm fail first in world default"] == [record.getMessage() for record in caplog.records]


def test_a_handlers_failure_does_not_stop_others_while_the_clock_moves(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.clock.set_alarm(NOON + MINUTE, "fail", "first")
    world.clock.set_alarm(NOON + 2 * MINUTE, "note", "second")

    with caplog.at_level(logging.ERROR):
        fired = world.advance(5 * MINUTE)

    assert "second" in [each.get("key") for each in fired]
    assert NOON + 5 * MINUTE == world.clock.now()


def test_moving_the_clock_fires_in_order_each_at_its_own_time_and_tells(world: World) -> None:
    for minutes in (3, 1, 2, 6):
        world.clock.set_alarm(NOON + minutes * MINUTE, "note", str(minutes))

    fired = world.advance(5 * MINUTE)

    assert [
        (f"2026-11-20T12:0{key}:00.000Z", "noted", f"{key}", f"2026-11-20 12:0{key}:00+00:00") for key in (1, 2, 3)
    ] == [(each["at"], each["what"], each["key"], each["now"]) for each in fired]


def test_what_fell_due_before_the_move_is_handled_at_its_start(world: World) -> None:
    world.clock.set_alarm(NOON - MINUTE, "note", "overdue")

    (fired,) = world.advance(MINUTE)

    assert ("2026-11-20T11:59:00.000Z", str(NOON)) == (fired["at"], fired["now"])


def test_a_handler_with_nothing_to_tell_is_not_in_the_list(world: World) -> None:
    world.clock.set_alarm(NOON + MINUTE, "quiet", "1")

    fired = world.advance(MINUTE)

    assert ([], ["1"]) == (fired, noted(world))


def test_an_alarm_set_by_a_handler_on_the_way_takes_its_turn(shop: Shop, world: World) -> None:
    def chain(world: World, alarm: Alarm) -> Record:
        world.clock.set_alarm(world.clock.now() + MINUTE, "chain", alarm.key + "+")
        return {"what": alarm.key}

    shop.handlers["chain"] = chain
    world.clock.set_alarm(NOON + MINUTE, "chain", "a")
    world.clock.set_alarm(NOON + 2.5 * MINUTE, "note", "b")

    fired = world.advance(3 * MINUTE)

    assert ["a", "a+", "noted", "a++"] == [each["what"] for each in fired]


def test_a_frozen_clock_stands_at_the_target(world: World) -> None:
    world.clock.set_alarm(NOON + MINUTE, "note", "1")

    world.advance(5 * MINUTE)

    assert (NOON + 5 * MINUTE, True) == (world.clock.now(), world.clock.frozen)


def test_a_running_clock_runs_on_from_the_target(world: World) -> None:
    world.clock.run()
    world.clock.set_alarm(NOON + MINUTE, "note", "1")

    world.advance(5 * MINUTE)

    assert not world.clock.frozen
    assert NOON + 5 * MINUTE <= world.clock.now() < NOON + 6 * MINUTE


def test_a_moved_clock_wakes_the_courier(world: World) -> None:
    woken: list[datetime] = []
    watched = replace(world, wake=lambda: woken.append(world.clock.now()))

    watched.advance(MINUTE)

    assert [NOON + MINUTE] == woken


def test_the_clock_may_be_moved_by_nothing(world: World) -> None:
    world.clock.set_alarm(NOON, "note", "now")

    fired = world.advance(timedelta(0))

    assert ["now"] == [each["key"] for each in fired]


def test_time_that_goes_on_meanwhile_is_no_step_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count(to_ms(NOON))
    world.clock.run()
    monkeypatch.setattr("mock_server.core.clock._real_ms", lambda: next(ticks))  # a millisecond at every look

    assert [] == world.advance(timedelta(0))
    soon = world.clock.now() + timedelta(milliseconds=2)
    assert [] == world.freeze_clock(soon)
    assert soon == world.clock.now()


def test_the_clock_only_moves_forward(world: World) -> None:
    with pytest.raises(ValueError, match="it is 2026-11-20T12:00:00.000Z already; the clock only moves forward"):
        world.move_clock(NOON - timedelta(milliseconds=1))

    assert NOON == world.clock.now()


def test_the_clock_stops_before_dates_leave_the_calendar(world: World) -> None:
    with pytest.raises(ValueError, match="before the year 9000"):
        world.move_clock(datetime(9000, 1, 1, tzinfo=NOON.tzinfo))

    assert NOON == world.clock.now()


def test_two_that_move_the_clock_at_once_leave_it_running_and_not_behind_either(shop: Shop, world: World) -> None:
    """The slower one has less far to go and ends last."""
    faster_is_done = Event()

    def meet(world: World, alarm: Alarm) -> None:
        def move() -> None:
            world.advance(timedelta(hours=2))
            faster_is_done.set()

        Thread(target=move).start()
        faster_is_done.wait(0.5)  # one that has to wait for us is fine too

    shop.handlers["meet"] = meet
    world.clock.run()
    world.clock.set_alarm(NOON + MINUTE, "meet", "1")

    world.advance(timedelta(hours=1))

    assert faster_is_done.wait(5)
    assert not world.clock.frozen
    assert NOON + timedelta(hours=2) <= world.clock.now()


def test_a_webhook_due_is_delivered_and_told_when_the_clock_moves(world: World, receiver: Receiver) -> None:
    world.outbox.post("order.placed", receiver.url(), "{}", headers={}, about={})

    fired = world.advance(MINUTE)

    told = {
        "at": "2026-11-20T12:00:00.000Z", "what": "webhook", "event": "order.placed", "url": receiver.url(),
        "attempt": 1, "state": "delivered", "result": 200,
    }  # fmt: skip
    assert ([told], 1) == (fired, len(receiver.requests))


def test_a_receiver_may_ask_the_world_before_it_answers(world: World, receiver: Receiver) -> None:
    """A shop that is told of an order reads it, and the answer to that is what the webhook waits for."""
    receiver.on_arrival = world.fire_due
    message = world.outbox.post("order.placed", receiver.url(), "{}", headers={}, about={}, timeout_s=1)

    world.fire_due()

    assert "delivered" == (world.store.get("outbox", message["id"]) or {})["state"]


@pytest.mark.parametrize(
    ("credential", "name"),
    [
        ("PK00001_world-mine", "mine"),
        ("world-a-1", "a-1"),
        ("world-mine_rest", "mine_rest"),
        ("xworld-Mine.rest", "Mine"),
        ("PK00001", "default"),
        ("", "default"),
        ("world-", "default"),
        ("World-mine", "default"),
        ("world-" + "x" * 64, "x" * 64),
    ],
)
def test_a_credential_names_its_world(credential: str, name: str) -> None:
    assert name == name_in(credential)


@pytest.mark.parametrize("name", ["a", "A-1", "x" * 64, "default", "-"])
def test_letters_digits_and_hyphens_are_a_name(name: str) -> None:
    assert name == checked_name(name)


@pytest.mark.parametrize("name", ["", "x" * 65, "a b", "a.b", "../a", "ä", "a\n", "a/b", "٣"])
def test_anything_else_is_no_name(name: str) -> None:
    with pytest.raises(Misused, match="is no name of a world; expected 1 to 64 letters, digits, - and _"):
        checked_name(name)

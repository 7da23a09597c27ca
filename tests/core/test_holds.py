"""Requests and webhooks wait where they are told to, and go on when they may, or when their time is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from mock_server.core.holds import AFTER, BEFORE, Holds, Turn
from mock_server.core.store import Record
from mock_server.core.world import World
from tests.receiver import Receiver
from tests.threads import NoticedPlaces

from .conftest import NOON

PLACE, READ = "shop.orders.place", "shop.orders.read"
LONG_S, SHORT_S = 20, 0.05


class Desk:
    """Requests that walk past the holds, each in a thread of its own."""

    def __init__(self, limit_s: float, places: int, pool: ThreadPoolExecutor) -> None:
        self._places = NoticedPlaces(places)
        self.holds = Holds(limit_s, self._places)
        self.done: list[str] = []
        self._pool = pool

    def hold(self, moment: str = BEFORE, name: str = PLACE, times: int = 1, matches: Any = None) -> int:
        asked = {moment: name, "times": times}
        return int(self.holds.add(moment, frozenset({name}), asked, matches or (lambda look: True))["id"])

    def turn(self, name: str = PLACE, until: str = "", notes: list[str] | None = None) -> Turn:
        with self.holds.deciding:
            return self.holds.line_up(name, until, lambda path: path, {"path": name}, [] if notes is None else notes)

    def walk(self, label: str, name: str = PLACE, until: str = "") -> Future[list[str]]:
        """Notes it got on its way."""
        notes: list[str] = []
        turn = self.turn(name, until, notes)

        def run() -> list[str]:
            turn.begin()
            self.done.append(f"{label} worked")
            turn.end(lambda: None)
            self.done.append(f"{label} answered")
            self.holds.happened(name)
            return notes

        return self._pool.submit(run)

    def somebody_waits(self, count: int = 1) -> list[Any]:
        """Who waits at holds, as soon as so many more do."""
        self._places.wait_for(count)
        return [each for record in self.holds.records() for each in record["waiting"]]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


@pytest.fixture
def desk_of(pool: ThreadPoolExecutor) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(limit_s: float = LONG_S, places: int = 8) -> Desk:
        desks.append(Desk(limit_s, places, pool))
        return desks[-1]

    yield make
    for desk in desks:
        desk.holds.close()


class TestRequests:
    def test_who_is_held_before_has_done_nothing_until_it_is_released(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        number = desk.hold()
        request = desk.walk("a")
        waiting, before = desk.somebody_waits(), list(desk.done)

        released = desk.holds.release(number)

        assert [f"hold {number}: was released"] == request.result(10)
        assert ([{"path": PLACE}], [], 1) == (waiting, before, released)
        assert ["a worked", "a answered"] == desk.done

    def test_who_is_held_after_has_done_its_work(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        number = desk.hold(AFTER)
        request = desk.walk("a")
        desk.somebody_waits()

        before = list(desk.done)
        desk.holds.release(number)
        request.result(10)

        assert (["a worked"], "a answered") == (before, desk.done[-1])

    def test_others_go_on(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        desk.hold()
        desk.walk("held")
        desk.somebody_waits()

        assert [] == desk.walk("second").result(10)
        assert [] == desk.walk("of another name", READ).result(10)
        assert not any("held" in each for each in desk.done)

    def test_a_hold_catches_as_many_as_it_is_for_and_lets_all_go(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        number = desk.hold(times=2)
        requests = [desk.walk(label) for label in "ab"]
        desk.somebody_waits(2)
        (record,) = desk.holds.records()

        third = desk.walk("c").result(10)
        released = desk.holds.release(number)

        assert ({"id": 1, "before": PLACE, "times": 2, "caught": 2}.items() <= record.items(), [], 2) == (
            True, third, released,
        )  # fmt: skip
        assert [["hold 1: was released"]] * 2 == [request.result(10) for request in requests]
        assert [] == desk.holds.records()

    def test_only_those_that_match_are_held(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        desk.hold(matches=lambda look: look("body.a") == "something else")

        assert [] == desk.walk("a").result(10)
        assert 1 == len(desk.holds.records())

    def test_a_hold_that_nobody_came_to_is_gone_once_released(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        number = desk.hold()

        assert (0, None) == (desk.holds.release(number), desk.holds.release(number))
        assert [] == desk.walk("a").result(10)

    def test_a_hold_that_nobody_releases_ends_by_itself_and_says_so(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(SHORT_S)
        desk.hold()

        notes = desk.walk("a").result(10)

        assert ["hold 1: nobody released it within 0.05 s"] == notes
        assert (["a worked", "a answered"], []) == (desk.done, desk.holds.records())

    def test_when_all_places_are_taken_nobody_waits_and_that_is_said(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(places=1)
        number = desk.hold(times=2)
        first = desk.walk("a")
        desk.somebody_waits()

        second = desk.walk("b").result(10)
        desk.holds.release(number)

        assert ["hold 1: did not wait: 1 requests do, half of the server's threads"] == second
        assert ["hold 1: was released"] == first.result(10)

    def test_a_place_is_free_again_once_who_waited_went_on(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(places=1)
        notes = []
        for _ in range(3):
            number = desk.hold()
            request = desk.walk("a")
            desk.somebody_waits()
            desk.holds.release(number)
            notes += request.result(10)

        assert [f"hold {number}: was released" for number in (1, 2, 3)] == notes

    @pytest.mark.parametrize(
        ("end", "why"), [(Holds.clear, "the world was reset"), (Holds.close, "the server ends")]
    )
    def test_a_reset_and_a_shutdown_let_everybody_go_and_that_is_said(
        self, desk_of: Callable[..., Desk], end: Callable[[Holds], None], why: str
    ) -> None:
        desk = desk_of()
        desk.hold(times=5)
        held, awaiting = desk.walk("held"), desk.walk("awaiting", READ, until=PLACE)
        desk.somebody_waits(2)

        end(desk.holds)

        assert ([f"hold 1: {why}"], [why]) == (held.result(10), awaiting.result(10))
        assert [] == desk.holds.records()

    def test_once_closed_nobody_waits_for_anything(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        desk.holds.close()
        desk.hold()

        assert [[], []] == [desk.walk("a").result(10), desk.walk("b", READ, until=PLACE).result(10)]


class TestUntil:
    def test_an_answer_waits_until_something_was_answered(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        waiting = desk.walk("a", READ, until=PLACE)

        desk.walk("b").result(10)

        assert [f"{PLACE} came first"] == waiting.result(10)
        assert desk.done.index("b answered") < desk.done.index("a answered")

    def test_what_happened_before_does_not_count(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(SHORT_S)
        desk.walk("b").result(10)

        notes = desk.walk("a", READ, until=PLACE).result(10)

        assert [f"{PLACE} did not happen within 0.05 s"] == notes

    def test_what_happens_while_it_works_counts(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        turn = desk.turn(READ, until=PLACE)
        turn.begin()
        desk.holds.happened(PLACE)
        done: list[bool] = []

        turn.end(lambda: done.append(True))

        assert [] == done

    def test_who_would_let_another_go_works_after_it(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        first = desk.turn(until=PLACE)
        second = desk.walk("second")
        worked_early = "second worked" in desk.done

        first.begin()
        desk.done.append("first worked")
        first.end(lambda: None)
        second.result(10)

        assert not worked_early
        assert ["first worked", "second worked"] == [each for each in desk.done if "worked" in each]

    def test_what_falls_due_is_looked_after_while_it_waits(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        turn = desk.turn(READ, until=PLACE)
        turn.begin()

        turn.end(lambda: desk.holds.happened(PLACE))

        assert [] == desk.holds.records()


@pytest.fixture
def world(world: World) -> World:
    """Stands at noon; webhooks leave when the clock is moved."""
    world.clock.freeze(NOON)
    return world


def post(world: World, url: str, event: str = "order.placed", **how: Any) -> Record:
    return world.outbox.post(event, url, '{"order": 7}', headers={}, about={"order": "7"}, **how)


def hold(world: World, name: str = "order.placed", times: int = 1, matches: Any = None) -> int:
    asked = {BEFORE: name, "times": times}
    return int(world.holds.add(BEFORE, frozenset({name}), asked, matches or (lambda look: True))["id"])


class TestWebhooks:
    def test_one_that_is_held_waits_until_it_is_released(self, world: World, receiver: Receiver) -> None:
        number = hold(world)
        message = post(world, receiver.url())
        world.advance(timedelta())
        (record,) = world.holds.records()
        before = len(receiver.requests)

        world.holds.release(number)
        world.advance(timedelta())

        shown = {"webhook": message["id"], "operation": "order.placed", "url": receiver.url()}
        sent = world.outbox.find(message["id"])
        assert ([shown], 0, 1) == (record["waiting"], before, len(receiver.requests))
        assert sent and ("delivered", "hold 1: was released") == (sent["state"], sent["held_up"])

    def test_a_moved_clock_is_not_held_up(self, world: World, receiver: Receiver) -> None:
        hold(world)
        post(world, receiver.url())
        other = post(world, receiver.url("/other"), "order.read")

        fired = world.advance(timedelta(hours=1))

        assert [other["url"]] == [each["url"] for each in fired]

    def test_it_is_caught_once_and_counted_once(self, world: World, receiver: Receiver) -> None:
        number = hold(world, times=2)
        post(world, receiver.url())
        world.advance(timedelta())
        world.advance(timedelta())
        (record,) = world.holds.records()

        world.holds.release(number)
        world.advance(timedelta())

        assert (1, 1) == (record["caught"], len(receiver.requests))

    def test_one_behind_it_in_its_queue_waits_too(self, world: World, receiver: Receiver) -> None:
        number = hold(world)
        for path in ("/1", "/2"):
            post(world, receiver.url(path), queue="orders 7")
        world.advance(timedelta())
        before = len(receiver.requests)

        world.holds.release(number)
        world.advance(timedelta())

        assert (0, ["/1", "/2"]) == (before, [request.path for request in receiver.requests])

    def test_who_waits_for_its_delivery_does_not_wait_for_the_release(self, world: World, receiver: Receiver) -> None:
        hold(world)

        found = world.deliver_now(post(world, receiver.url()))

        assert found and ("waiting", []) == (found["state"], found["attempts"])

    def test_only_those_whose_body_matches_are_held(self, world: World, receiver: Receiver) -> None:
        hold(world, matches=lambda look: look("body.order") == 8)

        post(world, receiver.url())
        world.advance(timedelta())

        assert 1 == len(receiver.requests)

    def test_one_that_nobody_releases_leaves_by_itself_and_says_so(self, world: World, receiver: Receiver) -> None:
        gone = Event()
        world.holds.limit_s, world.holds._wake = SHORT_S, gone.set
        hold(world)
        message = post(world, receiver.url())
        world.advance(timedelta())

        assert gone.wait(10)
        world.advance(timedelta())

        sent = world.outbox.find(message["id"])
        assert sent and "hold 1: nobody released it within 0.05 s" == sent["held_up"]
        assert 1 == len(receiver.requests)

    def test_one_leaves_only_after_another_did(self, world: World, receiver: Receiver) -> None:
        post(world, receiver.url("/older"), until="order.read")
        world.advance(timedelta())
        before = len(receiver.requests)

        post(world, receiver.url("/newer"), "order.read")
        world.advance(timedelta())

        assert (0, ["/newer", "/older"]) == (before, [request.path for request in receiver.requests])
        (older,) = [each for each in world.outbox.newest() if "/older" in each["url"]]
        assert "order.read came first" == older["held_up"]

    def test_what_may_not_leave_holds_nobody_up(self, world: World, receiver: Receiver) -> None:
        post(world, receiver.url("/older"), until="order.read")
        world.advance(timedelta())

        post(world, "https://shop.example.com/", "order.read")
        world.advance(timedelta())

        assert ["/older"] == [request.path for request in receiver.requests]

    def test_an_event_of_the_ledger_lets_one_go(self, world: World, receiver: Receiver) -> None:
        post(world, receiver.url(), until="order.made_up")
        world.advance(timedelta())

        world.publish("order.made_up", {})
        world.advance(timedelta())

        assert 1 == len(receiver.requests)

    def test_its_name_is_what_rules_call_it(self, world: World, receiver: Receiver) -> None:
        hold(world, "shop.webhooks.deliver")

        post(world, receiver.url(), name="shop.webhooks.deliver")
        world.advance(timedelta())

        assert 0 == len(receiver.requests)

    def test_after_a_reset_nothing_is_sent_that_waited(self, world: World, receiver: Receiver) -> None:
        hold(world)
        post(world, receiver.url())
        world.advance(timedelta())

        world.holds.clear()
        world.store.clear()
        world.clock.freeze(NOON)
        world.advance(timedelta(hours=1))

        assert ([], []) == (receiver.requests, world.holds.records())

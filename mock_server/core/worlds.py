"""All worlds of a server: made on first use, emptied, deleted; and the courier that keeps their time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import NamedTuple

from mock_server.core.clock import Clock, parse_time
from mock_server.core.courier import Courier
from mock_server.core.errors import Misused, UnknownScenario
from mock_server.core.holds import Holds, Places
from mock_server.core.ids import Ids, People
from mock_server.core.journal import Journal
from mock_server.core.outbox import Outbox
from mock_server.core.scenarios import Scenario
from mock_server.core.store import MemoryStore, Record, Store
from mock_server.core.world import House, World
from mock_server.settings import check

_NO_STORY = Scenario("accepted", "Everything is approved.", ())


class _Room(NamedTuple):
    """What of a world outlives a request."""

    store: Store
    firing: Lock
    holds: Holds


class Worlds:
    """Worlds by name."""

    def __init__(self, house: House, new_store: Callable[[str], Store] = lambda name: MemoryStore()) -> None:
        self.house = house
        self._new_store = new_store
        self._rooms: dict[str, _Room] = {}  # by the name of the world
        self._lock = Lock()
        self._fresh = 0  # number of the last fresh name
        self._people = People()
        self._places = Places(house.settings.threads // 2)
        self._courier: Courier | None = None

    def get(self, name: str, *, scenario: str = "") -> World:
        """The world of this name; ``scenario`` stands in for its active one, for one request.

        Raises Misused when there is no such scenario.
        """
        room = self._rooms.get(name) or self._open(name)
        return self._view(name, room, self._active(room.store, scenario))

    def _view(self, name: str, room: _Room, story: Scenario) -> World:
        store = room.store
        settings = self.house.settings
        if story.settings:
            settings = replace(settings, **check(story.settings))
        clock = Clock(store)
        ids = Ids(store, story.seed or settings.seed, self._people)
        return World(
            name=name,
            store=store,
            clock=clock,
            ids=ids,
            journal=Journal(store, settings.journal_limit),
            outbox=Outbox(
                store, clock, ids, settings.webhook_allow, self.house.manners, settings.journal_limit, room.holds
            ),
            settings=settings,
            scenario=story,
            house=self.house,
            deliver_later=partial(self._deliver_later, name),
            settle=partial(self._settle, name),
            firing=room.firing,
            wake=self._wake,
            holds=room.holds,
        )

    def names(self) -> list[str]:
        return sorted(self._rooms)

    def fresh_name(self) -> str:
        """A name that no world has yet; the world is made."""
        with self._lock:
            self._fresh += 1
            while f"w{self._fresh}" in self._rooms:
                self._fresh += 1
            name = f"w{self._fresh}"
        self.get(name)
        return name

    def delete(self, name: str) -> bool:
        """Forget a world; False when there was none."""
        with self._lock:
            room = self._rooms.pop(name, None)
        if room is not None:
            room.holds.clear("the world was deleted")
        return room is not None

    def reset(self, name: str) -> World:
        """Empty a world: no records, real time, the scenario it started with."""
        room = self._rooms.get(name)
        if room is not None:
            room.holds.clear()
            with room.firing:  # not while somebody moves its clock
                room.store.clear()
                self._begin(room.store)
        return self.get(name)

    def start(self, name: str, scenario: str) -> World:
        """Make a scenario the active one of a world, from its first turn; raises Misused when there is none such."""
        story = self._find(scenario)
        world = self.get(name)
        for rule in story.rules:
            world.store.change("rule_counts", rule.counter, lambda _: None)
        world.store.put("world", "scenario", {"name": scenario})
        self._set_clock(world.store, story)
        return self.get(name)

    def run(self) -> None:
        """Start the courier: from now on alarms go off and webhooks leave by themselves."""
        self._courier = self._courier or Courier(self._fire_everywhere)

    def let_go(self) -> None:
        """Have nobody wait any more, in no world: the server is to end."""
        for name in self.names():
            self._rooms[name].holds.close()

    def stop(self) -> None:
        courier, self._courier = self._courier, None
        if courier is not None:
            courier.stop()

    def _open(self, name: str) -> _Room:
        with self._lock:
            if name not in self._rooms:
                holds = Holds(self.house.settings.hold_limit_s, self._places, self._wake)
                room = _Room(self._new_store(name), Lock(), holds)
                self._begin(room.store)
                self._rooms[name] = room
            return self._rooms[name]

    def _begin(self, store: Store) -> None:
        """The first to open a world sets its clock; a shared store may hold it already."""
        begun: list[bool] = []

        def note(found: Record | None) -> Record:
            begun[:] = [found is not None]
            return {"begun": True}

        store.change("world", "begun", note)
        if not begun[0]:
            self._set_clock(store, self._active(store, ""))

    def _set_clock(self, store: Store, story: Scenario) -> None:
        if story.freeze_at is not None:
            Clock(store).freeze(parse_time(story.freeze_at))

    def _active(self, store: Store, wanted: str) -> Scenario:
        if wanted:
            return self._find(wanted)
        chosen = store.get("world", "scenario")
        try:
            return self.house.book.get(chosen["name"] if chosen else self.house.settings.scenario)
        except UnknownScenario:  # the user took the file away
            return _NO_STORY

    def _find(self, name: str) -> Scenario:
        try:
            return self.house.book.get(name)
        except UnknownScenario as error:
            raise Misused(str(error)) from error

    def _fire_everywhere(self) -> float | None:
        """Fire what is due in every world; the seconds until the next alarm of a running clock."""
        waits = []
        for name in self.names():
            room = self._rooms.get(name)
            if room is None:  # deleted meanwhile
                continue
            clock = Clock(room.store)
            next_ms = clock.next_due_ms()
            if next_ms is not None and next_ms <= clock.now_ms():
                self._view(name, room, self._active(room.store, "")).fire_due()
                next_ms = clock.next_due_ms()
            if next_ms is not None and not clock.frozen:
                waits.append(max(next_ms - clock.now_ms(), 0) / 1000)
        return min(waits, default=None)

    def _deliver_later(self, world: str, job: Callable[[], object], receiver: str) -> bool:
        if self._courier is None:
            return False
        self._courier.submit(world, job, receiver)
        return True

    def _settle(self, world: str) -> None:
        if self._courier is not None:
            self._courier.settle(world)

    def _wake(self) -> None:
        if self._courier is not None:
            self._courier.wake()

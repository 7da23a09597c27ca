"""A world: the isolated universe that every action is handed."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any

from mock_server.core.clock import LAST_YEAR, Alarm, Clock, to_ms, to_text
from mock_server.core.errors import Misused
from mock_server.core.holds import Holds
from mock_server.core.ids import Ids
from mock_server.core.journal import Journal
from mock_server.core.outbox import ALARM, Manners, Outbox, queue_of
from mock_server.core.rules import Catalog, Decision, Look, Rule, decide, read_rule
from mock_server.core.scenarios import Book, Scenario
from mock_server.core.store import Record, Store
from mock_server.settings import Settings

DEFAULT = "default"
_MOST_ROUNDS = 20  # of waiting for deliveries that others began
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_IN_CREDENTIAL = re.compile(r"world-([A-Za-z0-9_-]+)")

Handler = Callable[["World", Alarm], "Record | None"]
Listener = Callable[["World", Record], None]


@dataclass(frozen=True, eq=False, repr=False)
class House:
    """What all worlds of a server share: code and configuration, no state."""

    settings: Settings
    catalog: Catalog
    book: Book
    handlers: Mapping[str, Handler]  # name of an alarm -> what is done when it goes off
    listeners: Mapping[str, Sequence[Listener]]  # ledger event -> the faces that tell somebody
    manners: Mapping[str, Manners] = field(default_factory=dict)  # of webhooks, by face


@dataclass(frozen=True, eq=False, repr=False)
class World:
    """One request's view of a world; all that lasts is in ``store``."""

    name: str
    store: Store
    clock: Clock
    ids: Ids
    journal: Journal
    outbox: Outbox
    settings: Settings  # the server's, with those of the scenario on top
    scenario: Scenario  # the active one
    house: House
    # runs a job for a receiver (host and port) beside the requests
    deliver_later: Callable[[Callable[[], object], str], bool]  # False when there is nobody to run it
    settle: Callable[[], None]  # waits for those jobs
    firing: Lock  # held by who takes this world's alarms, or moves its clock
    wake: Callable[[], None]  # tells the courier that an alarm may be due sooner than it thought
    holds: Holds = field(default_factory=Holds)  # where requests and webhooks wait
    notes: list[str] = field(default_factory=list)  # what the journal shall say of this request besides

    def publish(self, event: str, record: Record) -> None:
        """Tell every face that listens to this ledger event."""
        for listener in self.house.listeners.get(event, ()):
            listener(self, record)
        self.holds.happened(event)

    def decide(self, operation: str, look: Look, *, scenario: str = "", outcome: str = "") -> Decision:
        """What shall happen to a request; ``scenario`` and ``outcome`` are those its headers ask for.

        Raises Misused for a name that does not exist.
        """
        if outcome:
            self._check_outcome(operation, outcome)
        return decide(self.store, self._rules(operation, scenario, outcome), operation, look)

    def _rules(self, operation: str, scenario: str, outcome: str) -> Iterator[Rule]:
        for raw in self.store.all("rules"):
            yield read_rule(raw, self.house.catalog, source=f"rule {raw['id']}", counter=f"rule {raw['id']}")
        if scenario:
            yield from self.house.book.get(scenario).rules
        if outcome:
            yield Rule(frozenset({operation}), (), ({"outcome": outcome},), None, "header X-Mock-Outcome", "")
        for magic in self.house.book.always():
            yield from magic.rules
        if not scenario:  # that of the header stands in for it
            yield from self.scenario.rules

    def _check_outcome(self, operation: str, outcome: str) -> None:
        choices = self.house.catalog[operation].outcomes
        if outcome not in choices:
            raise Misused(f"X-Mock-Outcome: {outcome!r} is no outcome of {operation}; expected: {', '.join(choices)}")

    def deliver_now(self, message: Record) -> Record | None:
        """Send a message after those before it in its queue, and wait for the answer; for who must not go on before.

        One that is held back, or waits for its next try, is left to wait. Answers with it as it is then.
        """
        found: Record | None = message
        for _ in range(_MOST_ROUNDS):
            self.settle()
            self.outbox.flush(queue_of(message))
            found = self.outbox.find(message["id"])
            if found is None or found["state"] != "waiting" or len(found["attempts"]) > len(message["attempts"]):
                break
        return found

    def fire_due(self) -> None:
        """Handle what has fallen due by now; webhooks are handed to the courier."""
        next_ms = self.clock.next_due_ms()
        if next_ms is None or next_ms > (now_ms := self.clock.now_ms()):
            return
        if not self.firing.acquire(blocking=False):
            return  # somebody is at it
        try:
            left = [job for alarm in self.clock.take_due(now_ms) if (job := self._hand_on(alarm))]
        finally:
            self.firing.release()
        for job in left:
            job()

    def _hand_on(self, alarm: Alarm) -> Callable[[], object] | None:
        """Handle an alarm, or give a webhook to the courier; without one the delivery comes back, to be done later."""
        deliver = partial(self._handle, alarm)
        if alarm.name != ALARM:
            deliver()
            return None
        return None if self.deliver_later(deliver, self.outbox.receiver_of(alarm.key)) else deliver

    def move_clock(self, target: datetime) -> list[Record]:
        """Go to a later time; all that falls due on the way happens in order, each at its own time.

        Webhooks are delivered before this returns. Answers with what fired: ``{"at", "what", ...}``.
        Raises ValueError when the target is in the past or beyond the calendar.
        """
        with self.firing:
            if target < self.clock.now():
                raise ValueError(f"it is {to_text(self.clock.now())} already; the clock only moves forward")
            return self._move_clock(target)

    def advance(self, duration: timedelta) -> list[Record]:
        """``move_clock`` by a duration."""
        with self.firing:
            return self._move_clock(self.clock.now() + duration)

    def freeze_clock(self, at: datetime) -> list[Record]:
        """Stop the clock at a time; of a later one answers with what fired on the way, as ``move_clock`` does.

        An earlier time is possible too: what fell due stays done.
        """
        with self.firing:
            fired = self._move_clock(at) if at > self.clock.now() else []
            self.clock.freeze(at)
            return fired

    def _move_clock(self, target: datetime) -> list[Record]:
        if target.year >= LAST_YEAR:
            raise ValueError(f"the clock stops before the year {LAST_YEAR}")
        self.settle()
        fired = list(self._go_to(target))
        self.wake()
        return fired

    def _go_to(self, target: datetime) -> Iterator[Record]:
        was_frozen, start = self.clock.frozen, self.clock.now()
        try:
            for alarm in self.clock.take_due(to_ms(target)):
                self.clock.freeze(max(alarm.due, start))
                what = self._handle(alarm)
                if what is not None:
                    yield {"at": to_text(alarm.due)} | what
        finally:
            (self.clock.freeze if was_frozen else self.clock.run)(max(target, start))

    def _handle(self, alarm: Alarm) -> Record | None:
        """What came of an alarm; a failure is logged and stops no other alarm."""
        try:
            if alarm.name == ALARM:
                told = _told(self.outbox.attempt(alarm.key))
                self.wake()  # the next of its queue may leave now
                return told
            return self.house.handlers[alarm.name](self, alarm)
        except Exception:
            logging.getLogger(__name__).exception("alarm %s %s in world %s", alarm.name, alarm.key, self.name)
            return None


def _told(message: Record | None) -> Record | None:
    """What a moved clock says of a delivery."""
    if message is None or not message["attempts"]:
        return None
    last: dict[str, Any] = message["attempts"][-1]
    return {
        "what": "webhook",
        "event": message["event"],
        "url": message["url"],
        "attempt": len(message["attempts"]),
        "state": message["state"],
        "result": last.get("status", last.get("error")),
    }


def name_in(credential: str) -> str:
    """The world that a credential names: ``...world-<name>...``, any other lives in ``default``."""
    found = _IN_CREDENTIAL.search(credential)
    return found.group(1) if found else DEFAULT


def checked_name(name: str) -> str:
    """The name, when a world can have it; raises Misused otherwise."""
    if not NAME.fullmatch(name):
        raise Misused(f"{name!r} is no name of a world; expected 1 to 64 letters, digits, - and _")
    return name

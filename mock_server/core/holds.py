"""Points where requests and webhooks are made to wait: until a tester lets them go, or until something has happened.

Threads wait here, so all of it is this process's own and nothing is in the store. Nobody waits longer than a limit of
real time, and never more requests than there are places: the others need threads to be answered by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Event, Lock, Semaphore, Timer
from typing import Any

from mock_server.core.rules import Look
from mock_server.core.store import Record

BEFORE, AFTER = "before", "after"  # the work; of a webhook its sending
_GLANCE_S = 0.2  # after which who waits looks again whether alarms are due: somebody else may have been at them


class Places:
    """How many requests may wait at the same time, in whatever world."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._free = Semaphore(most)

    def take(self) -> bool:
        return self._free.acquire(blocking=False)

    def give_back(self) -> None:
        self._free.release()


class _Waiter:
    """A request or a webhook that was stopped."""

    def __init__(self, shown: Mapping[str, Any], let_go: Callable[[str], None]) -> None:
        """``let_go`` is told why."""
        self.shown = shown
        self.let_go = let_go


class _Hold:
    """A point that a tester has set; it is gone once as many were caught as it was for, and all went on."""

    def __init__(
        self, number: int, moment: str, names: frozenset[str], asked: Mapping[str, Any], matches: Callable[[Look], bool]
    ) -> None:
        """``names`` are operations and webhooks; ``asked`` is shown: {"before": ..., "match": ..., "times": ...}."""
        self.number = number
        self.moment = moment
        self.names = names
        self.asked = asked
        self.matches = matches
        self.left: int = asked["times"]
        self.waiting: list[_Waiter] = []

    @property
    def record(self) -> Record:
        shown = [dict(waiter.shown) for waiter in self.waiting]
        return {"id": self.number, **self.asked, "caught": self.asked["times"] - self.left, "waiting": shown}


class _Awaited:
    """Something that shall happen once more before a request is answered, or a webhook sent."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.met = Event()
        self.worked = Event()  # who waits has done its work; what lets it go must not overtake that
        self.let_go: Callable[[str], None] = lambda why: None  # of a webhook that waits already
        self.why = ""  # it waits no longer


class Holds:
    """The points of one world, and who waits there."""

    def __init__(
        self, limit_s: float = 30, places: Places | None = None, wake: Callable[[], None] = lambda: None
    ) -> None:
        """``wake`` is called when a webhook may leave that waited."""
        self.limit_s = limit_s
        self.places = places or Places(1)
        self.deciding = Lock()  # held while a rule is chosen and its place in line taken: their order is the same
        self._wake = wake
        self._lock = Lock()
        self._closed = False
        self._last = 0
        self._holds: dict[int, _Hold] = {}
        self._awaited: list[_Awaited] = []
        self._of_messages: dict[str, _Awaited] = {}  # id of a webhook -> what it waits for
        self._kept: dict[str, Timer] = {}  # id of a webhook that was stopped -> its time limit
        self._free: set[str] = set()  # ids of those that were let go and have not left yet

    def add(
        self, moment: str, names: frozenset[str], asked: Mapping[str, Any], matches: Callable[[Look], bool]
    ) -> Record:
        """Stop the next ``asked["times"]`` that match."""
        with self._lock:
            self._last += 1
            hold = _Hold(self._last, moment, names, asked, matches)
            self._holds[hold.number] = hold
            return hold.record

    def records(self) -> list[Record]:
        """The holds in force, oldest first, and who waits at each."""
        with self._lock:
            return [hold.record for hold in self._holds.values()]

    def release(self, number: int, why: str = "was released") -> int | None:
        """Let all go who wait at a hold, and take it away; how many they were, None when there is none such."""
        with self._lock:
            hold = self._holds.pop(number, None)
            waiting = hold.waiting[:] if hold else []
        for waiter in waiting:
            waiter.let_go(f"hold {number}: {why}")
        return None if hold is None else len(waiting)

    def clear(self, why: str = "the world was reset") -> None:
        """Let everybody go, and take all holds away."""
        for number in [record["id"] for record in self.records()]:
            self.release(number, why)
        self._meet(lambda each: True, why)
        with self._lock:
            self._free.clear()

    def close(self) -> None:
        """Let everybody go, and stop nobody any more: the server is to end."""
        self._closed = True
        self.clear("the server ends")

    def happened(self, name: str) -> None:
        """An operation was answered, a webhook sent, an event of the ledger published: who waits for that goes on."""
        if self._awaited:
            self._meet(lambda each: each.name == name, f"{name} came first")

    def _meet(self, is_met: Callable[[_Awaited], bool], why: str) -> None:
        with self._lock:
            met = [each for each in self._awaited if is_met(each)]
            self._awaited = [each for each in self._awaited if each not in met]
            for each in met:
                each.why = why
                each.met.set()
        for each in met:
            each.let_go(why)

    def line_up(self, name: str, until: str, look: Look, shown: Mapping[str, Any], notes: list[str]) -> Turn:
        """A request's place among those that wait for one another; ``deciding`` is held meanwhile."""
        if not until and not self._awaited:
            return Turn(self, name, look, shown, notes, (), None)
        with self._lock:
            earlier = [each for each in self._awaited if each.name == name and not each.worked.is_set()]
            awaited = _Awaited(until) if until and not self._closed else None
            if awaited is not None:
                self._awaited.append(awaited)
        return Turn(self, name, look, shown, notes, earlier, awaited)

    def forget(self, awaited: _Awaited) -> None:
        with self._lock:
            self._awaited = [each for each in self._awaited if each is not awaited]

    def expect(self, message_id: str, until: str) -> None:
        """Have a webhook wait until this has happened once more."""
        awaited = _Awaited(until)
        with self._lock:
            self._awaited.append(awaited)
            self._of_messages[message_id] = awaited

    def keep(
        self, message_id: str, name: str, look: Look, shown: Mapping[str, Any], resume: Callable[[str], None]
    ) -> bool:
        """Whether a webhook has to wait; ``resume`` is called with why when it may leave."""
        if not (self._holds or self._of_messages or self._free or self._kept):
            return False
        with self._lock:
            if message_id in self._kept:
                return True
            if message_id in self._free:
                self._free.discard(message_id)
                return False
            return self._keep(message_id, name, look, shown, resume)

    def _keep(
        self, message_id: str, name: str, look: Look, shown: Mapping[str, Any], resume: Callable[[str], None]
    ) -> bool:
        awaited = self._still_awaited(message_id)
        hold = self._catching(BEFORE, name, look) if awaited is None else None
        if self._closed or (awaited is None and hold is None):
            return False

        def let_go(why: str) -> None:
            if self._is_freed(message_id, waiter):
                resume(why)
                self._wake()

        waiter = _Waiter(shown, let_go)
        in_vain = ""
        if awaited is not None:
            awaited.let_go = let_go
            in_vain = f"{awaited.name} did not happen"
        if hold is not None:
            self._catch(hold, waiter)
            in_vain = f"hold {hold.number}: nobody released it"
        timer = self._kept[message_id] = Timer(self.limit_s, let_go, (self._too_long(in_vain),))
        timer.daemon = True
        timer.start()
        return True

    def _still_awaited(self, message_id: str) -> _Awaited | None:
        """What a webhook waits for, unless it has happened."""
        awaited = self._of_messages.get(message_id)
        if awaited is None or not awaited.met.is_set():
            return awaited
        del self._of_messages[message_id]
        return None

    def _is_freed(self, message_id: str, waiter: _Waiter) -> bool:
        """Take a webhook from where it waits; only the first who does so lets it go."""
        with self._lock:
            for hold in list(self._holds.values()):
                self._leave(hold, waiter)
            self._of_messages.pop(message_id, None)
            timer = self._kept.pop(message_id, None)
            if timer is None:
                return False
            self._free.add(message_id)
        timer.cancel()
        return True

    def stop(self, moment: str, name: str, look: Look, shown: Mapping[str, Any]) -> str:
        """Have a request wait where a hold says so; answers with what the journal shall say of it."""
        if not self._holds:
            return ""
        gone, told = Event(), list[str]()

        def let_go(why: str) -> None:
            told.append(why)
            gone.set()

        waiter = _Waiter(shown, let_go)
        with self._lock:
            hold = None if self._closed else self._catching(moment, name, look)
            if hold is None:
                return ""
            self._catch(hold, waiter)
        in_vain = self.wait(gone, "nobody released it")
        with self._lock:
            self._leave(hold, waiter)
        return f"hold {hold.number}: {in_vain}" if in_vain else told[0]

    def wait(self, event: Event, in_vain: str, meanwhile: Callable[[], None] = lambda: None) -> str:
        """Wait for an event, as long as there are places and time; why not to its end, or empty.

        ``meanwhile`` is done now and then.
        """
        if event.is_set():
            return ""
        if not self.places.take():
            return f"did not wait: {self.places.most} requests do, half of the server's threads"
        try:
            glances = max(1, round(self.limit_s / _GLANCE_S))
            for _ in range(glances):
                meanwhile()
                if event.wait(self.limit_s / glances):
                    return ""
        finally:
            self.places.give_back()
        return self._too_long(in_vain)

    def _too_long(self, what: str) -> str:
        return f"{what} within {self.limit_s:g} s"

    def _catching(self, moment: str, name: str, look: Look) -> _Hold | None:
        for hold in self._holds.values():
            if hold.moment == moment and hold.left and name in hold.names and hold.matches(look):
                return hold
        return None

    def _catch(self, hold: _Hold, waiter: _Waiter) -> None:
        hold.left -= 1
        hold.waiting.append(waiter)

    def _leave(self, hold: _Hold, waiter: _Waiter) -> None:
        if waiter in hold.waiting:
            hold.waiting.remove(waiter)
        if not hold.left and not hold.waiting:
            self._holds.pop(hold.number, None)


class Turn:
    """One request on its way past the points of its world."""

    def __init__(
        self, holds: Holds, name: str, look: Look, shown: Mapping[str, Any], notes: list[str],
        earlier: Sequence[_Awaited], awaited: _Awaited | None,
    ) -> None:  # fmt: skip
        """``earlier`` are those who wait for such a request as this, and have yet to do their work."""
        self._holds = holds
        self._name = name
        self._look = look
        self._shown = shown
        self._notes = notes
        self._earlier = earlier
        self._awaited = awaited

    def begin(self) -> None:
        """Before the work: behind those whose work comes first, and where a tester holds it."""
        for each in self._earlier:
            self._note(self._holds.wait(each.worked, "the call before did not end its work"))
        self._note(self._holds.stop(BEFORE, self._name, self._look, self._shown))

    def end(self, fire_due: Callable[[], None]) -> None:
        """When the answer is there: it waits where a tester holds it, and for what shall come before it."""
        awaited = self._awaited
        if awaited is not None:
            awaited.worked.set()
        self._note(self._holds.stop(AFTER, self._name, self._look, self._shown))
        if awaited is not None:
            in_vain = self._holds.wait(awaited.met, f"{awaited.name} did not happen", fire_due)
            self._holds.forget(awaited)
            self._note(in_vain or awaited.why)

    def _note(self, text: str) -> None:
        if text:
            self._notes.append(text)

"""A world's time, and the alarms set on it; the only reader of the real time.

Alarms are kept by the minute they fall due in, so that setting one and finding the next cost the same with ten
alarms and with a million.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from mock_server.core.store import Record, Store

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_LONGEST = timedelta(days=36500)  # a century; beyond it dates leave the calendar
_MINUTE_MS = 60_000
FIRST_YEAR, LAST_YEAR = 1970, 9000


class Alarm(NamedTuple):
    """Something that falls due: ``name`` says who handles it, ``key`` which record it is about."""

    due_ms: int
    name: str
    key: str

    @property
    def due(self) -> datetime:
        return _from_ms(self.due_ms)


class Clock:
    """The time of one world: the real one moved by an offset, or frozen."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> datetime:
        """The world's time, UTC, to the millisecond."""
        return _from_ms(self.now_ms())

    def now_ms(self) -> int:
        """The world's time in milliseconds since 1970."""
        state = self._store.get("clock", "clock")
        if state is None:
            return _real_ms()
        frozen: int | None = state["frozen_ms"]
        return _real_ms() + int(state["offset_ms"]) if frozen is None else frozen

    @property
    def frozen(self) -> bool:
        state = self._store.get("clock", "clock")
        return state is not None and state["frozen_ms"] is not None

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock, now or at a given time."""
        self._set(frozen_ms=self.now_ms() if at is None else to_ms(at))

    def run(self, at: datetime | None = None) -> None:
        """Let the clock run on, from where it stands or from a given time."""
        self._set(offset_ms=(self.now_ms() if at is None else to_ms(at)) - _real_ms())

    def _set(self, *, frozen_ms: int | None = None, offset_ms: int = 0) -> None:
        self._store.put("clock", "clock", {"frozen_ms": frozen_ms, "offset_ms": offset_ms})

    def set_alarm(self, due: datetime, name: str, key: str) -> None:
        """Have ``name`` handled for ``key`` when ``due`` has come."""
        due_ms = to_ms(due)
        minute = due_ms // _MINUTE_MS
        alarm = {"due_ms": due_ms, "name": name, "key": key}
        self._store.put(f"alarms.{minute}", f"{name} {key}", alarm)
        self._touch_minute(minute)
        self._store.change("clock", "next_alarm", lambda next_: _earlier(next_, due_ms))

    def cancel_alarm(self, due: datetime, name: str, key: str) -> None:
        """Forget an alarm; nothing happens when it has gone off already."""
        self._store.change(f"alarms.{to_ms(due) // _MINUTE_MS}", f"{name} {key}", lambda _: None)

    def next_due_ms(self) -> int | None:
        """No alarm is due before; None when none is set."""
        next_ = self._store.get("clock", "next_alarm")
        return None if next_ is None else next_["due_ms"]

    def take_due(self, until_ms: int) -> Iterator[Alarm]:
        """Alarms due until then, in order, each given to one taker only; one set meanwhile takes its turn."""
        while True:
            next_ = self._store.get("clock", "next_alarm")
            if next_ is None or next_["due_ms"] is None or next_["due_ms"] > until_ms:
                return
            minute, planned = self._earliest_minute()
            self._put_off(next_, planned[0].due_ms if planned else None)
            if not planned or planned[0].due_ms > until_ms:
                return
            for alarm in planned:
                if alarm.due_ms > until_ms or self._is_overtaken(minute, planned[0].due_ms):
                    break
                if self._claim(alarm):
                    yield alarm

    def _earliest_minute(self) -> tuple[Record, list[Alarm]]:
        """The minute as it was before its alarms were read, and these."""
        for minute in sorted(self._store.all("alarm_minutes"), key=lambda record: int(record["minute"])):
            alarms = self._in_minute(minute["minute"])
            if alarms:
                return minute, alarms
            self._forget_minute(minute["minute"])
        return {}, []

    def _touch_minute(self, minute: int) -> None:
        """A minute changes with every alarm set in it."""
        self._store.put("alarm_minutes", str(minute), {"minute": minute, "last_set": self._store.count("alarms")})

    def _in_minute(self, minute: int) -> list[Alarm]:
        return sorted(Alarm(**record) for record in self._store.all(f"alarms.{minute}"))

    def _forget_minute(self, minute: int) -> None:
        """An alarm is put before its minute, so one that came meanwhile is seen by the second look."""
        self._store.change("alarm_minutes", str(minute), lambda _: None)
        if self._in_minute(minute):
            self._touch_minute(minute)

    def _is_overtaken(self, minute: Record, first_ms: int) -> bool:
        """Whether an alarm was set since in the minute planned, or before it."""
        next_ms = self.next_due_ms()
        is_earlier = next_ms is not None and next_ms < first_ms
        return is_earlier or self._store.get("alarm_minutes", str(minute["minute"])) != minute

    def _claim(self, alarm: Alarm) -> bool:
        found: list[bool] = []

        def take(record: Record | None) -> Record | None:
            found[:] = [record is not None and record["due_ms"] == alarm.due_ms]
            return None if found[0] else record

        self._store.change(f"alarms.{alarm.due_ms // _MINUTE_MS}", f"{alarm.name} {alarm.key}", take)
        return found[0]

    def _put_off(self, seen: Record, due_ms: int | None) -> None:
        """Remember when the next one is due, unless somebody set one meanwhile."""

        def put_off(next_: Record | None) -> Record | None:
            return next_ | {"due_ms": due_ms} if next_ and next_["sets"] == seen["sets"] else next_

        self._store.change("clock", "next_alarm", put_off)


def _earlier(next_: Record | None, due_ms: int) -> Record:
    """due_ms: no alarm is due before; sets: how many were ever set."""
    if next_ is None or next_["due_ms"] is None:
        return {"due_ms": due_ms, "sets": next_["sets"] + 1 if next_ else 1}
    return {"due_ms": min(next_["due_ms"], due_ms), "sets": next_["sets"] + 1}


def parse_duration(text: str) -> timedelta:
    """``61m``, ``1h30m``, ``2d``, ``500ms`` as a duration; raises ValueError with the form expected."""
    if not isinstance(text, str) or not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is no duration; expected a number and ms, s, m, h, d or w, like 61m or 1h30m")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{text!r} is longer than a century")
    return timedelta(seconds=seconds)


def parse_time(text: str) -> datetime:
    """``2026-11-20T12:00:00Z`` as UTC; raises ValueError with the form expected."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no time; expected ISO 8601 like 2026-11-20T12:00:00Z") from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"{text!r} is out of reach; the clock goes from {FIRST_YEAR} to {LAST_YEAR - 1}")
    return moment


def to_text(moment: datetime) -> str:
    """``2026-11-20T12:00:00.000Z``, the form records and answers carry."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def _from_ms(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _real_ms() -> int:
    return time.time_ns() // 1_000_000


def stopwatch_ms() -> float:
    """A reading to subtract from a later one: real milliseconds, for durations only."""
    return time.perf_counter_ns() / 1_000_000

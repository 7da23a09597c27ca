"""Where everything that outlives a request is kept, as JSON text: what a store can do, and the one in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from threading import RLock
from typing import Any, Protocol

import orjson

Record = dict[str, Any]
Change = Callable[["Record | None"], "Record | None"]


class Store(Protocol):
    """Six verbs; a record is addressed by its kind ("orders") and its key within the kind."""

    def get(self, kind: str, key: str) -> Record | None:
        """A copy of the record, or None."""

    def put(self, kind: str, key: str, record: Record) -> None:
        """Keep the record; an earlier one under the same key is replaced."""

    def all(self, kind: str, *, newest_first: bool = False) -> Iterator[Record]:
        """Copies of all records of a kind, in the order their keys were first put."""

    def change(self, kind: str, key: str, change: Change) -> Record | None:
        """Read, change and write in one atomic step; answers with what is kept now.

        ``change`` gets a copy of the record (None if there is none) and returns what to keep, None to remove it.
        It may be called again when somebody else was faster, so it must not act beyond its argument. When it
        raises, nothing is changed.
        """

    def count(self, name: str) -> int:
        """The next number of a counter: 1, 2, 3, ...; atomic."""

    def clear(self) -> None:
        """Forget all records and counters."""


class MemoryStore:
    """A store for one process; gone when the process ends."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._kinds: dict[str, dict[str, bytes]] = {}  # kind -> key -> JSON text, in order of first put
        self._counters: dict[str, int] = {}

    def get(self, kind: str, key: str) -> Record | None:
        text = self._kinds.get(kind, {}).get(key)
        return None if text is None else _load(text)

    def put(self, kind: str, key: str, record: Record) -> None:
        text = _dump(record)
        with self._lock:
            self._kinds.setdefault(kind, {})[key] = text

    def all(self, kind: str, *, newest_first: bool = False) -> Iterator[Record]:
        with self._lock:
            texts = list(self._kinds.get(kind, {}).values())
        return map(_load, reversed(texts) if newest_first else texts)

    def change(self, kind: str, key: str, change: Change) -> Record | None:
        with self._lock:
            record = change(self.get(kind, key))
            if record is not None:
                self.put(kind, key, record)
            else:
                self._remove(kind, key)
            return record

    def count(self, name: str) -> int:
        with self._lock:
            self._counters[name] = number = self._counters.get(name, 0) + 1
            return number

    def clear(self) -> None:
        with self._lock:
            self._kinds, self._counters = {}, {}

    def _remove(self, kind: str, key: str) -> None:
        records = self._kinds.get(kind, {})
        records.pop(key, None)
        if not records:
            self._kinds.pop(kind, None)


_SLOW = b" "  # begins what orjson could not read back as it was


def _dump(record: Record) -> bytes:
    try:
        return orjson.dumps(record)
    except TypeError:  # half a surrogate pair, or a whole number beyond 64 bits, which JSON itself has
        return _SLOW + json.dumps(record, separators=(",", ":")).encode()


def _load(text: bytes) -> Record:
    record: Record = json.loads(text) if text.startswith(_SLOW) else orjson.loads(text)
    return record

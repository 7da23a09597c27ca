"""What was asked and answered: under which operation, by which rule, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mock_server.core.store import Record, Store

MASK = "***"
# header names in lower case whose values are secrets
SECRET_HEADERS = {
    "authorization", "proxy-authorization", "api_key", "api-key", "x-api-key", "cookie", "set-cookie",
    "x-mock-control-token",
}  # fmt: skip


class Journal:
    """One entry per request of a world; at most ``limit``, the oldest are forgotten first."""

    def __init__(self, store: Store, limit: int) -> None:
        self._store = store
        self._limit = limit

    def next_id(self) -> int:
        """The number of the entry to come, known before the answer is sent."""
        return self._store.count("journal")

    def write(self, number: int, entry: Record) -> None:
        self._store.put("journal", str(number), {"id": number} | entry)
        if number > self._limit:
            self._store.change("journal", str(number - self._limit), lambda _: None)

    def read(self, number: str) -> Record | None:
        return self._store.get("journal", number)

    def newest(self, wanted: Mapping[str, Any]) -> Iterator[Record]:
        """Entries whose fields equal those wanted, newest first."""
        for entry in self._store.all("journal", newest_first=True):
            if all(entry.get(name) == value for name, value in wanted.items()):
                yield entry


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with secrets hidden; of Authorization the scheme stays."""
    return {name: _masked(name.lower(), value) for name, value in headers.items()}


def _masked(name: str, value: str) -> str:
    if name not in SECRET_HEADERS:
        return value
    scheme, separator, _ = value.partition(" ")
    return f"{scheme} {MASK}" if separator and name.endswith("authorization") else MASK

"""What was asked and answered: under which operation, by which rule, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from mock_server.core.store import Record, Store

MASK = "***"
LONGEST_BODY = 64_000  # characters of a body that an entry keeps
# words in the name of a header or query parameter that holds a secret
_SECRET_WORDS = ("authorization", "token", "key", "secret", "password", "cookie")
_SCHEMES = ("basic", "bearer")


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


def masked_query(query: Mapping[str, str]) -> dict[str, str]:
    return {name: MASK if _is_secret(name.lower()) else value for name, value in query.items()}


def without_secrets(text: str, names: tuple[str, ...]) -> str:
    """JSON text with the values of members of these names hidden, also when it is no JSON after all; forms too."""
    if not text.lstrip().startswith(("{", "[")):
        text = _fields(names).sub(rf"\1{MASK}", text) if names else text
    if not any(f'"{name}"' in text for name in names):
        return text
    plain, nested = _members(names)
    if nested.search(text):
        try:
            return json.dumps(_hidden(json.loads(text), names), ensure_ascii=False)
        except (ValueError, RecursionError):
            return MASK
    return plain.sub(rf'\1"{MASK}"', text)


def _hidden(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {name: MASK if name in names else _hidden(item, names) for name, item in value.items()}
    return [_hidden(item, names) for item in value] if isinstance(value, list) else value


@cache
def _members(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Members whose value is a text (closed or not), a number or a word; and those whose value is an object or list."""
    member = rf'("(?:{"|".join(map(re.escape, names))})"\s*:\s*)'
    return re.compile(rf'{member}(?:"(?:[^"\\]|\\.)*"?|[^\s,}}\]]+)'), re.compile(rf"{member}[\[{{]")


@cache
def _fields(names: tuple[str, ...]) -> re.Pattern[str]:
    """Fields of a form."""
    return re.compile(rf"((?:^|&)(?:{'|'.join(map(re.escape, names))})=)[^&]*")


def shortened(text: str) -> str:
    """A body as the journal keeps it."""
    if len(text) <= LONGEST_BODY:
        return text
    return f"{text[:LONGEST_BODY]}... ({len(text)} characters)"


def shortened_bytes(body: bytes) -> str:
    """The same of a body that may be very long: what is not kept is not read."""
    if len(body) <= LONGEST_BODY:
        return body.decode("utf-8", "replace")
    return f"{body[:LONGEST_BODY].decode('utf-8', 'replace')}... ({len(body)} bytes)"


def _masked(name: str, value: str) -> str:
    if not _is_secret(name):
        return value
    scheme, separator, _ = value.partition(" ")
    is_scheme = separator and name.endswith("authorization") and scheme.lower() in _SCHEMES
    return f"{scheme} {MASK}" if is_scheme else MASK


def _is_secret(name: str) -> bool:
    """``Klarna-Idempotency-Key`` is none: it is what one looks for."""
    return name != "klarna-idempotency-key" and any(word in name for word in _SECRET_WORDS)

"""Lists a page at a time, as Django REST framework's cursor pagination has them: no count, opaque cursors.

A cursor says after which record a page begins, or, going back, before which it ends. Records are told apart by a
number, and a list runs up or down in it, so that the place is still known when its record has gone from the list.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode

from mock_server.core.store import Record
from mock_server.providers.next_commerce.errors import InvalidCursor


class _Cursor(NamedTuple):
    position: int  # the number of a record
    goes_back: bool
    rises: bool  # whether the list's numbers do


def paged(
    found: Sequence[Record],
    query: Mapping[str, str],
    url: str,
    *,
    size: int,
    key: str,
    view: Callable[[Record], dict[str, Any]],
) -> dict[str, Any]:
    """``{next, previous, results}`` of these records; ``url`` is the list's own. Raises InvalidCursor."""
    keys = [int(each[key]) for each in found]
    start, end = _bounds(keys, query.get("cursor", ""), size)
    rises = len(keys) > 1 and keys[0] < keys[-1]
    after = _Cursor(keys[end - 1], False, rises) if start < end < len(keys) else None
    before = _Cursor(keys[start], True, rises) if 0 < start < end else None
    return {
        "next": _link(url, query, after),
        "previous": _link(url, query, before),
        "results": [view(each) for each in found[start:end]],
    }


def _bounds(keys: Sequence[int], text: str, size: int) -> tuple[int, int]:
    """Where a page begins and ends."""
    if not text:
        return 0, min(size, len(keys))
    cursor = _read(text)
    before = sum(key < cursor.position if cursor.rises else key > cursor.position for key in keys)
    if cursor.position in keys:
        before = keys.index(cursor.position)
    if cursor.goes_back:
        return max(0, before - size), before
    start = before + (cursor.position in keys)
    return start, min(start + size, len(keys))


def _read(text: str) -> _Cursor:
    try:
        told = parse_qs(b64decode(text, validate=True).decode("ascii"))
        return _Cursor(int(told["p"][0]), "r" in told, "u" in told)
    except (Error, ValueError, KeyError) as error:
        raise InvalidCursor.because(f"the cursor is {text!r}, none that a list has given: {error}") from error


def _link(url: str, query: Mapping[str, str], cursor: _Cursor | None) -> str | None:
    if cursor is None:
        return None
    told = {"p": cursor.position, **({"r": 1} if cursor.goes_back else {}), **({"u": 1} if cursor.rises else {})}
    text = b64encode(urlencode(told).encode()).decode()
    return f"{url}?{urlencode({**query, 'cursor': text})}"

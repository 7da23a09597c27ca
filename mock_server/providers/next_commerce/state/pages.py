"""Lists a page at a time, as Django REST framework's cursor pagination has them: no count, opaque cursors.

A cursor says after which record a page begins, or, going back, before which it ends.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode

from mock_server.core.store import Record
from mock_server.providers.next_commerce.errors import InvalidCursor


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
    start, end = _bounds([str(each[key]) for each in found], query.get("cursor", ""), size)
    page = found[start:end]
    after = str(page[-1][key]) if page and end < len(found) else None
    before = str(page[0][key]) if page and start > 0 else None
    return {
        "next": _link(url, query, {"p": after}) if after is not None else None,
        "previous": _link(url, query, {"r": "1", "p": before}) if before is not None else None,
        "results": [view(each) for each in page],
    }


def _bounds(keys: Sequence[str], cursor: str, size: int) -> tuple[int, int]:
    if not cursor:
        return 0, size
    position, is_reversed = _read(cursor)
    if position not in keys:
        raise InvalidCursor.because(f"the cursor points at {position}, which is not in this list")
    at = keys.index(position)
    return (max(0, at - size), at) if is_reversed else (at + 1, at + 1 + size)


def _read(cursor: str) -> tuple[str, bool]:
    try:
        told = parse_qs(b64decode(cursor, validate=True).decode("ascii"))
    except (Error, ValueError) as error:
        raise InvalidCursor.because(f"the cursor is no Base64: {error}") from error
    if not told.get("p"):
        raise InvalidCursor.because("the cursor names no position")
    return told["p"][0], told.get("r") == ["1"]


def _link(url: str, query: Mapping[str, str], position: Mapping[str, str]) -> str:
    cursor = b64encode(urlencode(position).encode()).decode()
    return f"{url}?{urlencode({**query, 'cursor': cursor})}"

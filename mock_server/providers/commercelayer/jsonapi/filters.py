"""filter[q][...]: attributes, alone or several joined by _or_, and a matcher; over relationships too.

Matchers: docs.commercelayer.io, filtering data (read 2026-11-21).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from mock_server.core.clock import parse_time
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.resources import RESOURCES
from mock_server.providers.commercelayer.resources.rows import COMMON, Resource
from mock_server.providers.commercelayer.state import related
from mock_server.providers.commercelayer.state.shown import attributes_of

_LONGEST_NAME = 240  # characters
_TRUE, _FALSE = ("true", "t", "1", "yes"), ("false", "f", "0", "no")
_OF_LIKE = re.compile(r"\\(.)|(.)", re.DOTALL)
_TIME = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")

Test = Callable[[Any, str], bool]  # of a value, against the text that was asked for


class Filter(NamedTuple):
    """One condition: true when any of the paths holds a value that the test likes."""

    paths: Sequence[Sequence[str]]  # relationships, and an attribute at the end
    matcher: str
    value: str


def read_filter(row: Resource, keys: Sequence[str], value: str, check: Callable[[str], None]) -> Filter:
    """Raises InvalidFiltersSyntax for another form than filter[q][name], FilterNotAllowed for an unknown name.

    ``check`` raises for a type on the way that must not be read.
    """
    if len(keys) == 1 and keys[0] != "q":
        raise errors.FilterNotAllowed(f"{keys[0][:_LONGEST_NAME]} is not allowed.")
    if len(keys) != 2 or keys[0] != "q" or len(keys[1]) > _LONGEST_NAME:
        raise errors.InvalidFiltersSyntax(f"{value[:_LONGEST_NAME]} is not a valid syntax for filtering.")
    name = keys[1]
    for matcher in _BY_LENGTH:
        if name.endswith(f"_{matcher}"):
            paths = [_resolve(row, part, check) for part in name.removesuffix(f"_{matcher}").split("_or_")]
            if all(paths):
                found = [path for path in paths if path]
                _check_value(found, name, matcher, value)
                return Filter(found, matcher, value)
    raise errors.FilterNotAllowed(f"{name} is not allowed.")


def _check_value(paths: Sequence[Sequence[str]], name: str, matcher: str, value: str) -> None:
    """JSON for jcont, times for times. Raises InvalidFilterValue."""
    is_time = any(path[-1].endswith("_at") for path in paths) and matcher in _ON_TIMES
    if is_time and not all(_moment(each) for each in value.split(",")):
        raise errors.InvalidFilterValue(f"{value} is not a valid value for {name}.")
    if matcher != "jcont":
        return
    try:
        wanted = json.loads(value)
    except (ValueError, RecursionError):
        wanted = None
    if not isinstance(wanted, dict | list):
        raise errors.InvalidFilterValue(f"{value} is not a valid value for {name}.")


def _resolve(row: Resource, name: str, check: Callable[[str], None]) -> tuple[str, ...] | None:
    """``shipping_category_name`` as its path: shipping_category, name."""
    if name in row.readable or name in COMMON or name == "id":
        return (name,)
    for relation in row.relations.values():
        if not name.startswith(f"{relation.name}_"):
            continue
        for type_ in relation.types:
            target = RESOURCES.get(type_)
            rest = _resolve(target, name.removeprefix(f"{relation.name}_"), check) if target else None
            if rest:
                check(type_)
                return relation.name, *rest
    return None


def holds(world: World, record: Record, condition: Filter) -> bool:
    """Whether a record meets a condition."""
    matcher = condition.matcher
    is_all = matcher.startswith(("not_", "does_not")) or matcher == "blank"
    tests = [
        any(_MATCHERS[matcher](value, condition.value) for value in _values(world, record, path))
        for path in condition.paths
    ]
    return all(tests) if is_all and len(tests) > 1 else any(tests)


def _values(world: World, record: Record, path: Sequence[str]) -> list[Any]:
    """All values at the end of a path; one None when it leads nowhere."""
    name, *rest = path
    if not rest:
        if name == "id":
            return [record["id"]]
        return [attributes_of(world, record).get(name)]
    relation = RESOURCES[record["type"]].relations[name]
    if relation.is_many:
        found: list[Record] = related.many(world, record, name)
    else:
        target = related.one(world, record, name)
        found = [target] if target else []
    values = [value for each in found for value in _values(world, each, rest)]
    return values or [None]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _moment(value: Any) -> datetime | None:
    """What a text tells as a time; a day is its first moment."""
    if not isinstance(value, str) or not _TIME.match(value):
        return None
    try:
        return parse_time(value.strip())
    except ValueError:
        return None


def _equal(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted.lower() in (_TRUE if value else _FALSE)
    if isinstance(value, int | float) and _NUMBER.fullmatch(wanted):
        return float(value) == float(wanted)
    moment = _moment(value)
    if moment is not None and (other := _moment(wanted)) is not None:
        return moment == other
    return value is not None and _text(value) == wanted


def _compared(value: Any, wanted: str) -> int | None:
    """Below, equal or above; None when there is nothing to compare. Texts that tell times compare as times."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not _NUMBER.fullmatch(wanted):
            return None
        return (float(value) > float(wanted)) - (float(value) < float(wanted))
    moment, other = _moment(value), _moment(wanted)
    if moment is not None and other is not None:
        return (moment > other) - (moment < other)
    text = _text(value)
    return (text > wanted) - (text < wanted)


def _like(value: Any, wanted: str) -> bool:
    """SQL's LIKE: % is anything, _ any character, a backslash takes both at their word; case does not count."""
    if value is None:
        return False
    text, pieces = _text(value).lower(), _pieces(wanted.lower())
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return len(text) == len(first) and _is_at(text, 0, first)
    end = len(text) - len(last)
    if end < len(first) or not _is_at(text, 0, first) or not _is_at(text, end, last):
        return False
    place = len(first)
    for piece in pieces[1:-1]:  # the leftmost place will do: a regular expression would try all of them
        while place + len(piece) <= end and not _is_at(text, place, piece):
            place += 1
        if place + len(piece) > end:
            return False
        place += len(piece)
    return True


def _pieces(pattern: str) -> list[list[str]]:
    """The characters between the %s; an empty one stands for any."""
    pieces: list[list[str]] = [[]]
    for escaped, char in _OF_LIKE.findall(pattern):
        if char == "%":
            pieces.append([])
        else:
            pieces[-1].append(escaped or ("" if char == "_" else char))
    return pieces


def _is_at(text: str, place: int, piece: Sequence[str]) -> bool:
    return all(want in ("", text[place + number]) for number, want in enumerate(piece))


def _within(value: Any, wanted: str) -> bool:
    return value is not None and wanted.lower() in _text(value).lower()


def _starts(value: Any, wanted: str) -> bool:
    return value is not None and _text(value).lower().startswith(wanted.lower())


def _ends(value: Any, wanted: str) -> bool:
    return value is not None and _text(value).lower().endswith(wanted.lower())


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _if_asked(is_so: Callable[[Any], bool]) -> Test:
    """A matcher whose value says whether it shall hold: ``present=false`` is blank."""
    return lambda value, wanted: is_so(value) == (wanted.lower() not in _FALSE)


def _not(test: Test) -> Test:
    """Of nothing neither a condition nor its contrary is true, as in SQL."""
    return lambda value, wanted: value is not None and not test(value, wanted)


def _any(test: Test) -> Test:
    return lambda value, wanted: any(test(value, each) for each in wanted.split(","))


def _all(test: Test) -> Test:
    return lambda value, wanted: all(test(value, each) for each in wanted.split(","))


def _contains(value: Any, wanted: str) -> bool:
    return _has(value, json.loads(wanted))


def _has(value: Any, part: Any) -> bool:
    """PostgreSQL's @>: every member of ``part`` is in the value."""
    if isinstance(part, dict):
        return isinstance(value, dict) and all(key in value and _has(value[key], each) for key, each in part.items())
    if isinstance(part, list):
        return isinstance(value, list) and all(any(_has(own, each) for own in value) for each in part)
    return bool(value == part)


_COMPARISONS: dict[str, Test] = {
    "eq": _equal,
    "not_eq": _not(_equal),
    "lt": lambda value, wanted: _compared(value, wanted) == -1,
    "lteq": lambda value, wanted: _compared(value, wanted) in (-1, 0),
    "gt": lambda value, wanted: _compared(value, wanted) == 1,
    "gteq": lambda value, wanted: _compared(value, wanted) in (1, 0),
    "matches": _like,
    "does_not_match": _not(_like),
    "start": _starts,
    "not_start": _not(_starts),
    "end": _ends,
    "not_end": _not(_ends),
    "cont": _within,
    "not_cont": _not(_within),
}
_MATCHERS: dict[str, Test] = {
    **_COMPARISONS,
    **{f"{name}_any": _any(test) for name, test in _COMPARISONS.items()},
    **{f"{name}_all": _all(test) for name, test in _COMPARISONS.items()},
    "present": _if_asked(lambda value: not _is_blank(value)),
    "blank": _if_asked(_is_blank),
    "null": _if_asked(lambda value: value is None),
    "not_null": _if_asked(lambda value: value is not None),
    "in": _any(_equal),
    "not_in": _not(_any(_equal)),
    "not_in_or_null": lambda value, wanted: value is None or not _any(_equal)(value, wanted),
    "true": _if_asked(lambda value: value is True),
    "false": _if_asked(lambda value: value is False),
    "jcont": _contains,
}
_ON_TIMES = {"eq", "not_eq", "in", "not_in", *(f"{name}{end}" for name in ("lt", "lteq", "gt", "gteq") for end in (
    "", "_any", "_all",
))}  # fmt: skip
_BY_LENGTH = sorted(_MATCHERS, key=len, reverse=True)

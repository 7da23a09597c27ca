"""What the query of a URL asks for: include, fields, sort, page and filters, checked against the rows of resources.

Texts of refusals: jsonapi-resources, which the service is built on (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.jsonapi.filters import Filter, read_filter
from mock_server.providers.commercelayer.resources import RESOURCES, known_types
from mock_server.providers.commercelayer.resources.rows import Resource

MOST_PER_PAGE, PER_PAGE = 25, 10
_DEEPEST = 8  # relationships that a path of include may follow
Tree = dict[str, "Tree"]  # relationship -> relationships to include from there

_BRACKETS = re.compile(r"\[([^\]]*)\]")
_DIGITS = re.compile(r"[0-9]{1,9}")


class Page(NamedTuple):
    """Which part of a list; ``after`` is the cursor that event_stores have in place of a number."""

    number: int = 1
    size: int = PER_PAGE
    after: str = ""


@dataclass(frozen=True)
class Query:
    """A query that was understood."""

    include: Tree = field(default_factory=dict)
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)  # type -> names
    sort: Sequence[tuple[str, bool]] = ()  # attribute, whether descending
    page: Page = Page()
    filters: Sequence[Filter] = ()
    asked: Mapping[str, str] = field(default_factory=dict)  # as it came, for links


def read_query(
    row: Resource, asked: Mapping[str, str], *, is_list: bool, check: Callable[[str], None] = lambda type_: None
) -> Query:
    """Raises the refusal of the first parameter that the resource does not understand; others are left alone.

    ``check`` raises for a type that must not be read, also not by filtering.
    """
    include: Tree = {}
    fields: dict[str, frozenset[str]] = {}
    sort: list[tuple[str, bool]] = []
    page, filters = Page(), []
    for name, value in asked.items():
        word, *keys = _split(name)
        if word == "include" and not keys:
            include = tree_of(row, value, check)
        elif word == "fields":
            type_ = keys[0] if keys else row.type
            fields[type_] = _read_fields(type_, value)
        elif word == "sort" and is_list:
            sort = list(_read_sort(row, value))
        elif word == "page" and is_list:
            page = _read_page(page, keys, value, is_cursor=row.type == "event_stores")
        elif word == "filter" and is_list:
            filters.append(read_filter(row, keys, value, check))
    return Query(include, fields, sort, page, filters, asked)


def _split(name: str) -> list[str]:
    """``filter[q][code_eq]`` as filter, q, code_eq."""
    word, bracket, _ = name.partition("[")
    return [word, *_BRACKETS.findall(name)] if bracket else [name]


def tree_of(row: Resource, value: str, check: Callable[[str], None] = lambda type_: None) -> Tree:
    """``line_items.item,customer`` as a tree; raises InvalidInclude, and what ``check`` raises for a type."""
    tree: Tree = {}
    for path in filter(None, (path.strip() for path in value.split(","))):
        if path.count(".") >= _DEEPEST:
            raise errors.InvalidInclude(f"{path[:80]} is not a valid includable relationship of {row.type}")
        branch = tree
        types: tuple[str, ...] = (row.type,)
        for name in path.split("."):
            types = _types_behind(types, name)
            for type_ in types:
                check(type_)
            branch = branch.setdefault(name, {})
    return tree


def is_includable(row: Resource, path: str) -> bool:
    """Whether a path can be included."""
    try:
        tree_of(row, path)
    except errors.InvalidInclude:
        return False
    return True


def _types_behind(types: Sequence[str], name: str) -> tuple[str, ...]:
    """The types that a relationship of any of these leads to; what is not emulated has nothing behind it to check."""
    known = [RESOURCES[type_] for type_ in types if type_ in RESOURCES]
    found = [row.relations[name] for row in known if name in row.relations]
    if known and not found:
        raise errors.InvalidInclude(f"{name} is not a valid includable relationship of {known[0].type}")
    return tuple(type_ for relation in found for type_ in relation.types)


def _read_fields(type_: str, value: str) -> frozenset[str]:
    """Of a type that is not emulated no fields are known; it is legal, as any that the answer does not have."""
    names = frozenset(filter(None, (name.strip() for name in value.split(","))))
    row = RESOURCES.get(type_)
    if row is None:
        if type_ not in known_types():
            raise errors.InvalidResource(f"{type_} is not a valid resource.")
        return names
    for name in sorted(names - row.fields):
        raise errors.InvalidField(f"{name} is not a valid field for {type_}.")
    return names


def _read_sort(row: Resource, value: str) -> Iterator[tuple[str, bool]]:
    for word in filter(None, (word.strip() for word in value.split(","))):
        name = word.removeprefix("-")
        if name not in row.sortable:
            raise errors.InvalidSortCriteria(f"{name} is not a valid sort criteria for {row.type}")
        yield name, word.startswith("-")


def _read_page(page: Page, keys: Sequence[str], value: str, *, is_cursor: bool) -> Page:
    if len(keys) != 1:
        raise errors.InvalidPageObject()
    if keys[0] == "after" and is_cursor:
        return page._replace(after=value)
    if keys[0] not in ("number", "size"):
        raise errors.ParamNotAllowed(f"{keys[0]} is not allowed.")
    if not _DIGITS.fullmatch(value) or int(value) < 1:
        raise errors.InvalidPageValue(f"{value} is not a valid value for {keys[0]} page parameter.")
    if is_cursor and keys[0] == "number" and int(value) > 1:
        raise errors.InvalidPageValue("this list is read by page[after], not by number.")
    if keys[0] == "size" and int(value) > MOST_PER_PAGE:
        raise errors.InvalidPageValue(f"size exceeds maximum page size of {MOST_PER_PAGE}.")
    return page._replace(size=int(value)) if keys[0] == "size" else page._replace(number=int(value))

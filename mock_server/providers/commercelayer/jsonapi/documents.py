"""Documents as text: resource objects, what they include, links and meta.

Relationships carry links only; ``data`` appears where they are included, as recorded in 2022 to 2025. Most of a
document is links, so these are written once per type and filled in for each record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer.jsonapi.queries import Page, Query, Tree
from mock_server.providers.commercelayer.resources import RESOURCES
from mock_server.providers.commercelayer.resources.rows import Relation, Resource
from mock_server.providers.commercelayer.state import records, related
from mock_server.providers.commercelayer.state.shown import is_old, text_of
from mock_server.providers.commercelayer.state.views import encode

_HERE = b"\x00"  # stands for a resource's own address
_SINCE_2_8_0 = ("event_stores",)

Included = dict[tuple[str, str], tuple[Record, Tree]]  # type and id -> record, and what is included from it
Reader = Callable[[Record, Record], None]  # of a record and its owner: raises when it may not be read from there


@dataclass(frozen=True, eq=False, repr=False)
class Writer:
    """What all documents of one answer share."""

    world: World
    base_url: str  # before /api; empty in webhooks, whose links are paths
    meta: Mapping[str, Any]
    query: Query = field(default_factory=Query)
    check: Reader = lambda record, owner: None
    is_offered: Callable[[Record], bool] = lambda record: True  # what is not is left out
    hides: bool = False  # whether attributes are left out that a sales channel does not see
    _tails: dict[tuple[str, tuple[str, ...]], list[bytes]] = field(default_factory=dict)
    _known: dict[tuple[str, str, str], list[Record]] = field(default_factory=dict)  # type, id, relationship -> ...

    def single(self, record: Record | None, type_: str = "") -> bytes:
        """One resource, or null; ``type_`` is how it is called, when not by its own."""
        if record is None:
            return b'{"data":null}'
        written = [b'{"data":']
        included = self._included([record])
        self._write_primary(written, record, type_, included)
        self._write_included(written, included)
        return b"".join((*written, b"}"))

    def many(self, found: Sequence[Record], *, path: str, type_: str = "", count: int | None = None) -> bytes:
        """A page of a list; ``count`` is how many there are in all, None for a list that is read by cursor."""
        written, included = [b'{"data":['], self._included(found)
        for record in found:
            self._write_primary(written, record, type_, included)
            written.append(b",")
        written[-1 if found else 1 :] = [b"]"]
        self._write_included(written, included)
        links = self._links(path, count, found)
        counted = {"record_count": count, "page_count": self._pages(count)} if count is not None else self.meta
        end = f',"meta":{encode(counted)},"links":{encode(links)}}}'
        return b"".join((*written, _utf8(end)))

    def linkage(self, record: Record, relation: Relation, found: Sequence[Record]) -> bytes:
        """What a relationship's own route answers."""
        here = self._address(record)
        links = {"self": f"{here}/relationships/{relation.name}", "related": f"{here}/{relation.name}"}
        return _utf8(f'{{"links":{encode(links)},"data":{_linkage(found, relation.is_many)}}}')

    def _write(self, written: list[bytes], record: Record, type_: str, include: Tree) -> None:
        type_ = type_ or record["type"]
        row, here = RESOURCES[type_], _utf8(self._address(record, type_))
        only = self.query.fields.get(type_)
        if self.hides and row.hidden:
            only = (row.fields if only is None else only) - set(row.hidden)
        attributes = text_of(self.world, record, type_=type_, only=only)
        tail, *rest = self._tail(row, only, include)
        for name, after in zip(rest[::2], rest[1::2], strict=True):
            relation = row.relations[name.decode()]
            tail += _utf8(f',"data":{_linkage(self._behind(record, relation), relation.is_many)}') + after
        start = f'{{"id":"{record["id"]}","type":"{type_}","links":{{"self":"'
        told = b'"}' if attributes == "{}" else b'"},"attributes":' + _utf8(attributes)
        written += (_utf8(start), here, told, tail.replace(_HERE, here))

    def _tail(self, row: Resource, only: frozenset[str] | None, include: Tree) -> list[bytes]:
        """What follows the attributes: text, then for each relationship that is included its name and the text after.

        The same for all of a type but for their addresses, so it is written once.
        """
        key = (row.type, tuple(include))
        if key not in self._tails:
            self._tails[key] = [piece.encode() for piece in self._written_tail(row, only, include)]
        return self._tails[key]

    def _written_tail(self, row: Resource, only: frozenset[str] | None, include: Tree) -> list[str]:
        is_short = row.type == "klarna_payments" and is_old(self.world)
        here, pieces, comma = _HERE.decode(), [',"relationships":{'], ""
        for name in row.relations:
            if (only is not None and name not in only) or (is_short and name in _SINCE_2_8_0):
                continue
            links = f'{{"self":"{here}/relationships/{name}","related":"{here}/{name}"}}'
            pieces[-1] += f'{comma}"{name}":{{"links":{links}'
            pieces += [name, ""] if name in include else []
            pieces[-1] += "}"
            comma = ","
        if not comma:
            pieces = [""]
        meta = encode({"mode": self.meta["mode"]} if is_short else self.meta)
        pieces[-1] += ("}" if comma else "") + f',"meta":{meta}}}'
        return pieces

    def _write_primary(self, written: list[bytes], record: Record, type_: str, included: Included) -> None:
        """Some other resource may lead back to one that was asked for: its linkage is told there."""
        _, branches = included.pop((record["type"], record["id"]), (record, {}))
        self._write(written, record, type_, {**self.query.include, **branches} if branches else self.query.include)

    def _write_included(self, written: list[bytes], included: Included) -> None:
        """``included``, each resource once; nothing when nothing was asked for."""
        if not self.query.include:
            return
        written.append(b',"included":[')
        for record, branches in included.values():
            self._write(written, record, "", branches)
            written.append(b",")
        written[-1] = b"]" if included else written[-1] + b"]"

    def _included(self, primary: Sequence[Record]) -> Included:
        included: Included = {}
        self._collect(primary, self.query.include, included)
        return included

    def _collect(self, owners: Iterable[Record], tree: Tree, included: Included) -> None:
        for name, branch in tree.items():
            targets = []
            for owner in owners:
                relation = RESOURCES[owner["type"]].relations.get(name)
                targets += self.behind(owner, relation) if relation else []
            for record in targets:
                _, branches = included.setdefault((record["type"], record["id"]), (record, {}))
                branches.update(branch)
            self._collect(targets, branch, included)

    def behind(self, record: Record, relation: Relation) -> list[Record]:
        """What a relationship leads to, as far as it is offered; raises what ``check`` raises for any of it."""
        found = self._behind(record, relation)
        for each in found:
            self.check(each, record)
        return found

    def _behind(self, record: Record, relation: Relation) -> list[Record]:
        """Looked up once: for the linkage, and to be included."""
        key = (record["type"], record["id"], relation.name)
        if key not in self._known:
            self._known[key] = self._look_behind(record, relation)
        return self._known[key]

    def _look_behind(self, record: Record, relation: Relation) -> list[Record]:
        if not any(type_ in RESOURCES for type_ in relation.types):
            return []
        if relation.is_many:
            found = related.many(self.world, record, relation.name)
        else:
            target = related.one(self.world, record, relation.name)
            found = [target] if target else []
        return [each for each in found if self.is_offered(each)]

    def _address(self, record: Record, type_: str = "") -> str:
        return f"{self.base_url}/api/{type_ or record['type']}/{record['id']}"

    def _pages(self, count: int) -> int:
        return -(-count // self.query.page.size)

    def _links(self, path: str, count: int | None, found: Sequence[Record]) -> dict[str, str]:
        page = self.query.page
        if count is None:
            after = {"page[after]": found[-1]["id"]} if len(found) == page.size else None
            return {"next": self._link(path, after)} if after else {}
        last = max(self._pages(count), 1)
        numbers = {"first": 1}
        numbers |= {"prev": min(page.number - 1, last)} if page.number > 1 else {}
        numbers |= {"next": page.number + 1} if page.number < last else {}
        numbers |= {"last": last}
        return {name: self._link(path, {"page[number]": str(number)}) for name, number in numbers.items()}

    def _link(self, path: str, page: Mapping[str, str]) -> str:
        """With the query as it was asked, its keys in order, percent-encoded."""
        asked = {**self.query.asked, "page[size]": str(self.query.page.size), **page}
        pairs = sorted((name, value) for name, value in asked.items())
        return f"{self.base_url}{path}?" + "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in pairs)


def _utf8(text: str) -> bytes:
    """What is no Unicode (half a surrogate pair) becomes a question mark."""
    return text.encode("utf-8", "replace")


def _linkage(found: Sequence[Record], is_many: bool) -> str:
    pairs = [f'{{"type":"{record["type"]}","id":"{record["id"]}"}}' for record in found]
    if is_many:
        return f"[{','.join(pairs)}]"
    return pairs[0] if pairs else "null"


def page_of(world: World, type_: str, page: Page) -> list[Record]:
    """A page of all records of a type, oldest first."""
    skipped, found = (page.number - 1) * page.size, []
    for number, record in enumerate(records.every(world, type_)):
        if number >= skipped + page.size:
            break
        if number >= skipped:
            found.append(record)
    return found


def after_cursor(entries: Iterable[Record], page: Page) -> list[Record]:
    """A page of a list that is read by cursor: what comes after the record that it names."""
    found: list[Record] = []
    is_there = not page.after
    for entry in entries:
        if is_there:
            found.append(entry)
        if len(found) == page.size:
            break
        is_there = is_there or entry["id"] == page.after
    return found

"""Resources as they are kept: how one is made, changed, forgotten and found, and which others belong to it.

A record: id, type, attributes (by Commerce Layer's names, without what is computed), relations (to-one relationship ->
[type, id] or None), private (what no answer shows), created_at, updated_at, shown (see views). Lists of what belongs
to a record (an order's line_items) are kept beside it, in the order they were made.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record, Store
from mock_server.core.world import World
from mock_server.providers.commercelayer.resources import RESOURCES
from mock_server.providers.commercelayer.state.views import with_text

KIND = "commercelayer."  # of the store's kinds: "commercelayer.orders"
_BELONGS = "commercelayer.belongs"  # "orders/QWERtyUpBa/line_items" -> {"ids": [...]}, oldest first
_COUNTS = "commercelayer.counts"  # type -> {"n": how many there are}
_ID_LENGTH = 10
_LOGGED = "event_stores"
_NOT_LOGGED = (_LOGGED, "events", "event_callbacks")  # a log of the log would have no end

_SECRET = ("shared_secret",)  # what no log shows
_COMMON: Mapping[str, Any] = {"reference": None, "reference_origin": None, "metadata": {}}

Reference = list[str]  # [type, id]


def new_id(world: World, type_: str) -> str:
    """Ten letters."""
    return world.ids.token(f"commercelayer.{type_}", _ID_LENGTH, string.ascii_letters)


def fixed_id(key: str) -> str:
    """Ten letters that follow from the key."""
    digest = sha256(key.encode()).digest()
    return "".join(string.ascii_letters[byte % len(string.ascii_letters)] for byte in digest[:_ID_LENGTH])


def create(
    world: World,
    type_: str,
    attributes: Mapping[str, Any],
    relations: Mapping[str, Reference | None] | None = None,
    *,
    id_: str = "",
    belongs: Mapping[str, Reference] | None = None,
    **private: Any,
) -> Record:
    """A new record, with its type's defaults for what it is not told.

    ``belongs`` names the lists it joins: {"line_items": ["orders", "QWERtyUpBa"]}.
    """
    now = to_text(world.clock.now())
    record: Record = {
        "id": id_ or new_id(world, type_),
        "type": type_,
        "attributes": {**_COMMON, **RESOURCES[type_].defaults, **attributes},
        "relations": {name: list(ref) if ref else None for name, ref in (relations or {}).items()},
        "private": private,
        "created_at": now,
        "updated_at": now,
    }
    keep(world.store, record, {name: [owner] for name, owner in (belongs or {}).items()})
    log(world, record, "create", {}, record["attributes"])
    return record


def keep(store: Store, record: Record, belongs: Mapping[str, Sequence[Reference]]) -> None:
    """Put a new record where it is found, and on the lists of its owners; one that is there already stays."""
    was_there: list[bool] = []

    def put(found: Record | None) -> Record:
        was_there[:] = [found is not None]
        return found or with_text(record)

    store.change(KIND + record["type"], record["id"], put)
    if was_there[0]:
        return
    _count(store, record["type"], 1)
    for name, owners in belongs.items():
        for owner in owners:
            _join(store, owner, name, record["id"])


def find(world: World, type_: str, id_: str) -> Record | None:
    return world.store.get(KIND + type_, id_)


def follow(world: World, reference: Reference | None) -> Record | None:
    """The record a to-one relationship leads to; None when it leads nowhere."""
    return find(world, reference[0], reference[1]) if reference else None


def every(world: World, type_: str, *, newest_first: bool = False) -> Iterator[Record]:
    return world.store.all(KIND + type_, newest_first=newest_first)


def how_many(world: World, type_: str) -> int:
    counted = world.store.get(_COUNTS, type_)
    return int(counted["n"]) if counted else 0


def change(world: World, record: Record, changed: Callable[[Record], Record], *, event: str = "update") -> Record:
    """The record as ``changed`` makes it, from what it is by now; its time and log follow. Raises what that raises.

    One that went away meanwhile stays as it was handed in.
    """
    before: list[Record] = []
    now = to_text(world.clock.now())

    def apply(found: Record | None) -> Record | None:
        if found is None:
            return None
        before[:] = [found["attributes"]]
        kept = changed(found)
        return kept if kept == found else with_text({**kept, "updated_at": now})

    kept = world.store.change(KIND + record["type"], record["id"], apply)
    if kept is None:
        return record
    if before[0] != kept["attributes"]:
        log(world, kept, event, before[0], kept["attributes"])
    return kept


def update(
    world: World,
    record: Record,
    attributes: Mapping[str, Any] | None = None,
    relations: Mapping[str, Reference | None] | None = None,
    **private: Any,
) -> Record:
    """``change`` by values."""

    def changed(found: Record) -> Record:
        return {
            **found,
            "attributes": {**found["attributes"], **(attributes or {})},
            "relations": {**found["relations"], **{n: list(r) if r else None for n, r in (relations or {}).items()}},
            "private": {**found["private"], **private},
        }

    return change(world, record, changed)


def remove(world: World, record: Record, *, belongs: Mapping[str, Reference] | None = None) -> None:
    """Forget a record, and take it off these lists."""
    gone: list[bool] = []

    def take(found: Record | None) -> None:
        gone[:] = [found is not None]

    world.store.change(KIND + record["type"], record["id"], take)
    if not gone[0]:
        return
    _count(world.store, record["type"], -1)
    for name, owner in (belongs or {}).items():
        leave(world, owner, name, record["id"])
    log(world, record, "destroy", record["attributes"], {})


def join(world: World, owner: Reference, name: str, id_: str) -> None:
    """Put an id at the end of a list, once."""
    _join(world.store, owner, name, id_)


def _join(store: Store, owner: Reference, name: str, id_: str) -> None:
    def add(found: Record | None) -> Record:
        ids = found["ids"] if found else []
        return {"ids": ids if id_ in ids else [*ids, id_]}

    store.change(_BELONGS, _list_of(owner, name), add)


def leave(world: World, owner: Reference, name: str, id_: str) -> None:
    def take(found: Record | None) -> Record | None:
        ids = [each for each in found["ids"] if each != id_] if found else []
        return {"ids": ids} if ids else None

    world.store.change(_BELONGS, _list_of(owner, name), take)


def ids_of(world: World, owner: Reference, name: str) -> list[str]:
    found = world.store.get(_BELONGS, _list_of(owner, name))
    return list(found["ids"]) if found else []


def belonging(world: World, record: Record, name: str, type_: str = "") -> list[Record]:
    """The records on a list, oldest first; ``type_`` when they have another than the list's name."""
    found = (find(world, type_ or name, id_) for id_ in ids_of(world, reference(record), name))
    return [each for each in found if each is not None]


def reference(record: Record) -> Reference:
    return [record["type"], record["id"]]


def log(world: World, record: Record, event: str, before: Record, after: Record) -> None:
    """An event store: when each attribute of the record changed, from what to what."""
    if record["type"] in _NOT_LOGGED:
        return
    names = [name for name in {**before, **after} if before.get(name) != after.get(name) and name not in _SECRET]
    payload = {name: {"from": before.get(name), "to": after.get(name)} for name in names}
    now, id_ = to_text(world.clock.now()), new_id(world, _LOGGED)
    entry = {
        "id": id_,
        "type": _LOGGED,
        "attributes": {
            **_COMMON, "resource_type": record["type"], "resource_id": record["id"], "event": event,
            "payload": payload, "who": {},
        },
        "relations": {},
        "private": {},
        "created_at": now,
        "updated_at": now,
    }  # fmt: skip
    keep(world.store, entry, {_LOGGED: [reference(record)]})


def _list_of(owner: Reference, name: str) -> str:
    return f"{owner[0]}/{owner[1]}/{name}"


def _count(store: Store, type_: str, step: int) -> None:
    store.change(_COUNTS, type_, lambda found: {"n": (found["n"] if found else 0) + step})

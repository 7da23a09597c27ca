"""Records of this face in the store: numbered, found, changed in one step, and listed a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import DEFAULT, World
from mock_server.providers.next_commerce.errors import NotFound

KIND = "next_commerce."  # of the store's kinds: "next_commerce.orders"

# kind -> what is added to its count, so that ids look like those of a store that has been selling for a while
_FIRST = {
    "orders": 100_000, "transactions": 8000, "users": 32_000, "addresses": 7800, "lines": 1000, "subscriptions": 12_000,
    "refunds": 500, "adjustments": 500, "refund_lines": 900, "carts": 20_000, "notes": 200, "subscription_lines": 2000,
    "cart_lines": 9000, "catalogue": 2000, "stockrecords": 1000, "fulfillments": 4000, "fulfillment_lines": 5000,
    "fulfillment_events": 600, "locations": 100,
}  # fmt: skip


def new_id(world: World, kind: str) -> int:
    """The next number of a kind."""
    return _FIRST.get(kind, 0) + world.store.count(f"{KIND}{kind}")


def put(world: World, kind: str, key: Any, record: Record) -> Record:
    world.store.put(f"{KIND}{kind}", str(key), record)
    return record


def find(world: World, kind: str, key: Any) -> Record | None:
    return world.store.get(f"{KIND}{kind}", str(key))


def oldest(world: World, kind: str) -> Iterator[Record]:
    return world.store.all(f"{KIND}{kind}")


def newest(world: World, kind: str) -> Iterator[Record]:
    return world.store.all(f"{KIND}{kind}", newest_first=True)


def change(world: World, kind: str, key: Any, apply: Callable[[Record], Record]) -> Record:
    """Change a record in one atomic step; ``apply`` may refuse by raising. Raises NotFound when it is gone."""

    def checked(found: Record | None) -> Record:
        if found is None:
            raise NotFound.because(f"{key} of {kind} is gone: deleted meanwhile, or the world was reset")
        return apply(found)

    changed = world.store.change(f"{KIND}{kind}", str(key), checked)
    assert changed is not None  # checked never answers None
    return changed


def remove(world: World, kind: str, key: Any) -> None:
    world.store.change(f"{KIND}{kind}", str(key), lambda _: None)


def where(world: World) -> str:
    """What the URL of a page says of its world: nothing of the default one."""
    return "" if world.name == DEFAULT else f"?world={world.name}"


def one_of(found: Iterable[Record], id_: Any, model: str, owner: str) -> Record:
    """By its id; raises NotFound, explained with what the ``owner``, "order 100001 has lines", has instead."""
    own = {str(each["id"]): each for each in found}
    if str(id_) not in own:
        raise NotFound.of(model, f"{owner} {', '.join(own) or 'none'}, not {id_}")
    return own[str(id_)]


def claim(world: World, kind: str, key: str, record: Record) -> Record:
    """The record that is there, else this one, which is then kept; atomic."""
    kept = world.store.change(f"{KIND}{kind}", key, lambda found: found or record)
    assert kept is not None  # found or record
    return kept

"""A request for a variant, checked against the store and its product, and the record it becomes.

Nothing is kept here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mock_server.core.clock import to_text
from mock_server.core.errors import Fault
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas.fields import REQUIRED, dotted
from mock_server.providers.next_commerce.state import catalogue, records
from mock_server.providers.next_commerce.state.seeds import CURRENCIES
from mock_server.providers.next_commerce.state.shipments import MAIN_LOCATION

NOT_AVAILABLE, EXISTS = "Currency is not available.", "This currency already exists."
STOCKED = "A stock record for this location already exists."
ONLY_ONE = "Default product must be only one."
_PLAIN = ("upc", "track_stock", "allow_backorders", "metadata")
Path = tuple[str | int, ...]


class Problem(NamedTuple):
    """Something that is wrong with a body: where, DRF's text, and why, for the journal."""

    path: Path
    text: str
    why: str


def refuse(problems: Iterable[Problem]) -> None:
    """Raises InvalidFields, nested as the body is, unless nothing is wrong."""
    told: dict[Any, Any] = {}
    faults = []
    for problem in problems:
        place = told
        for step in problem.path[:-1]:
            place = place.setdefault(step, {})
        place.setdefault(problem.path[-1], []).append(problem.text)
        faults.append(Fault(dotted(problem.path), problem.why))
    if faults:
        raise InvalidFields(fields=_with_lists(told), faults=faults)


def _with_lists(told: Any) -> Any:
    if not isinstance(told, dict):
        return told
    if told and all(isinstance(key, int) for key in told):
        return [_with_lists(told.get(index, {})) for index in range(max(told) + 1)]
    return {key: _with_lists(value) for key, value in told.items()}


def problems_of(world: World, wanted: Mapping[str, Any], attributes: Sequence[Record], at: Path) -> Iterator[Problem]:
    """What is wrong with a new variant of a product with these attributes.

    Source: developers.nextcommerce.com, product management (read 2026-11-21).
    """
    if wanted.get("requires_shipping", True):
        for name in ("prices", "stockrecords"):
            if not wanted.get(name):
                why = "a variant needs prices and stockrecords, unless requires_shipping is false"
                yield Problem((*at, name), REQUIRED, why)
    yield from price_problems(wanted, at)
    yield from _stock_problems(world, wanted, at)
    yield from value_problems(wanted, attributes, at)


def price_problems(wanted: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, price in enumerate(wanted.get("prices") or ()):
        place, currency = (*at, "prices", index, "currency"), price["currency"]
        if currency not in CURRENCIES:
            yield Problem(place, NOT_AVAILABLE, f"currency is {currency}, the store has {', '.join(CURRENCIES)}")
        if currency in seen:
            yield Problem(place, EXISTS, f"there are two prices in {currency}")
        seen.add(currency)


def _stock_problems(world: World, wanted: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    seen: set[int] = set()
    for index, stock in enumerate(wanted.get("stockrecords") or ()):
        place, location_id = (*at, "stockrecords", index, "location_id"), stock["location_id"]
        yield from location_problems(world, location_id, place)
        if location_id in seen:
            yield Problem(place, STOCKED, f"there are two stockrecords of location {location_id}")
        seen.add(location_id)


def location_problems(world: World, location_id: int, place: Path) -> Iterator[Problem]:
    if records.find(world, "locations", location_id) is None:
        known = ", ".join(str(each["id"]) for each in records.oldest(world, "locations"))
        yield Problem(place, no_such(location_id), f"location_id is {location_id}, there are {known}")


def no_such(id_: Any) -> str:
    """What is said of an id that nothing has."""
    return f'Invalid pk "{id_}" - object does not exist.'


def value_problems(wanted: Mapping[str, Any], attributes: Sequence[Record], at: Path) -> Iterator[Problem]:
    """Each attribute has one of its values, and no other attribute has one."""
    known = {each["name"]: each["values"] for each in attributes}
    place = (*at, "variant_attribute_values")
    given = [each["name"] for each in wanted.get("variant_attribute_values") or ()]
    for index, each in enumerate(wanted.get("variant_attribute_values") or ()):
        name, value = each["name"], each["value"]
        if name not in known:
            why = f"{name} is no attribute of the product, which has {', '.join(known) or 'none'}"
            yield Problem((*place, index, "name"), f'"{name}" is not a valid choice.', why)
        elif value not in known[name]:
            why = f"{name} is {value}, the product has {', '.join(known[name])}"
            yield Problem((*place, index, "value"), f'"{value}" is not a valid choice.', why)
    if lacking := [name for name in known if given.count(name) != 1]:
        if not any(name not in known for name in given):
            why = f"one value each is wanted of {', '.join(known)}, lacking or twice: {', '.join(lacking)}"
            yield Problem(place, REQUIRED if not given else "Every attribute must have one value.", why)


def rivals(values: Mapping[str, str], taken: Iterable[Mapping[str, str]], at: Path = ()) -> Iterator[Problem]:
    """No two variants of a product have the same values."""
    if values and values in taken:
        told = ", ".join(f"{name} {value}" for name, value in values.items())
        text = "A variant with these values already exists."
        yield Problem((*at, "variant_attribute_values"), text, f"another variant has {told}")


def values_in(wanted: Mapping[str, Any]) -> dict[str, str]:
    """Code of an attribute -> value."""
    return {catalogue.code_of(each["name"]): each["value"] for each in wanted.get("variant_attribute_values") or ()}


def title_of(product: Record, variant_id: int) -> str:
    """``Black / S``"""
    values = product["values"].get(str(variant_id), {})
    return " / ".join(values[each["code"]] for each in product["attributes"] if each["code"] in values)


def attributes_of(wanted: Mapping[str, Any]) -> list[Record]:
    """A product's, with their codes."""
    asked = wanted.get("variant_attributes") or ()
    return [{"code": catalogue.code_of(each["name"]), **each} for each in asked]


def new_variant(world: World, product: Record, variant_id: int, wanted: Mapping[str, Any]) -> Record:
    """The record of a variant that is fine, not kept yet."""
    now = to_text(world.clock.now())
    asked = wanted.get("stockrecords") or [{"location_id": MAIN_LOCATION}]
    return catalogue.settled(
        {
            "id": variant_id,
            "product_id": product["id"],
            "product_title": product["title"],
            "slug": product["slug"],
            "title": title_of(product, variant_id),
            "sku": wanted.get("sku"),
            **prices_in(wanted.get("prices") or ()),
            "unit_cost": wanted.get("unit_cost") or 0,
            "requires_shipping": wanted.get("requires_shipping", True),
            "is_gift_card": False,
            **{name: wanted[name] for name in _PLAIN if wanted.get(name) is not None},
            "track_stock": wanted.get("track_stock", bool(wanted.get("stockrecords"))),
            "stock": [stock_record(world, each, now) for each in asked],
            "created_at": now,
            "updated_at": now,
        }
    )


def stock_record(world: World, wanted: Mapping[str, Any], now: str) -> Record:
    """The stock of a variant at one location, with an id."""
    return {
        "id": records.new_id(world, "stockrecords"),
        "location_id": wanted["location_id"],
        "num_in_stock": wanted.get("num_in_stock") or 0,
        "low_stock_threshold": wanted.get("low_stock_threshold", 0),
        "created_at": now,
        "updated_at": now,
    }


def prices_in(prices: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """The variant's members that keep them."""
    return {
        member: {each["currency"]: each[name] for each in prices if each.get(name) is not None}
        for name, member in catalogue.PRICES.items()
    }


def updated(variant: Record, wanted: Mapping[str, Any], now: str) -> Record:
    """A variant with what is given of it; prices replace those of their currencies."""
    changes = {name: wanted[name] for name in (*_PLAIN, "sku", "requires_shipping") if name in wanted}
    if "unit_cost" in wanted:
        changes["unit_cost"] = wanted["unit_cost"] or 0
    if changes.get("metadata", {}) is None:
        changes["metadata"] = {}
    own = {**catalogue.PLAIN_VARIANT, **variant}
    for member, given in prices_in(wanted.get("prices") or ()).items():
        replaced = {price["currency"] for price in wanted.get("prices") or ()}
        kept = {currency: amount for currency, amount in own[member].items() if currency not in replaced}
        changes[member] = {**kept, **given}
    return catalogue.settled({**own, **changes, "updated_at": now})

"""How many of a variant there are at each location: stock records, found, added, changed, deleted.

What orders ship does not lower num_in_stock. Each change sends product.updated.
Source: developers.nextcommerce.com, product management (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import lists, variants
from mock_server.providers.next_commerce.actions.variant_drafts import (
    STOCKED,
    location_problems,
    no_such,
    refuse,
    stock_record,
)
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import catalogue, records
from mock_server.providers.next_commerce.state.catalogue import VARIANTS, stock_of


def _all(world: World) -> list[Record]:
    """Each stock record with its variant: {id, variant, stock}, newest variants first."""
    return [
        {"id": stock["id"], "variant": variant, "stock": stock}
        for variant in records.newest(world, VARIANTS)
        for stock in stock_of(variant)
    ]


def find(world: World, stock_id: str) -> Record:
    """A stock record with its variant; raises NotFound."""
    for each in _all(world):
        if str(each["id"]) == stock_id:
            return each
    raise errors.NotFound.of("StockRecord", f"no stock record {stock_id} in world {world.name}")


def list_all(world: World, query: lists.Query) -> list[Record]:
    """Source: schema 2024-04-01, stockrecordsList (read 2026-11-21)."""
    allocated = catalogue.allocations(world)
    tests: dict[str, lists.Test] = {
        "search_text": lists.holds(lambda each: f"{each['variant']['product_title']} {each['variant']['sku']}"),
        "sku": lists.one_of(lambda each: each["variant"]["sku"]),
        "location_id": lists.one_of(lambda each: each["stock"]["location_id"]),
        "inventory_availability": lists.one_of(
            lambda each: catalogue.inventory_of(each["variant"], [each["stock"]], allocated)
        ),
        "purchase_availability": lists.one_of(lambda each: catalogue.purchase_of(each["variant"])),
    }
    asked = {name: value for name, value in query.items() if name in tests and value}
    return [each for each in _all(world) if all(tests[name](each, value) for name, value in asked.items())]


def view(world: World, each: Record) -> dict[str, Any]:
    return catalogue.stock_record_view(world, each["variant"], each["stock"], catalogue.allocations(world))


def create(world: World, wanted: Mapping[str, Any], base_url: str) -> Record:
    """A variant is at one more location. Raises InvalidFields."""
    variant = records.find(world, VARIANTS, wanted["product"])
    if variant is None:
        why = f"product is {wanted['product']}, which is no variant's id"
        raise InvalidFields.at("product", no_such(wanted["product"]), why)
    refuse(location_problems(world, wanted["location_id"], ("location_id",)))
    _require_absent(variant, wanted["location_id"])
    made = stock_record(world, wanted, to_text(world.clock.now()))

    def add(found: Record) -> Record:
        _require_absent(found, made["location_id"])
        return {**found, "stock": [*stock_of(found), made]}

    variant = variants.changed(world, variant, base_url, add)
    return {"id": made["id"], "variant": variant, "stock": made}


def _require_absent(variant: Record, location_id: int) -> None:
    locations = [each["location_id"] for each in stock_of(variant)]
    if location_id in locations:
        why = f"variant {variant['id']} is at the locations {locations}"
        raise InvalidFields.at("location_id", STOCKED, why)


def update(world: World, each: Record, wanted: Mapping[str, Any], base_url: str) -> Record:
    """Replace how many there are, or the threshold below which that is low. Raises NotFound."""
    now = to_text(world.clock.now())

    def replace(found: Record) -> Record:
        stock = [
            {**own, **wanted, "updated_at": now} if own["id"] == each["id"] else own for own in stock_of(found)
        ]
        return {**found, "stock": stock}

    variants.changed(world, each["variant"], base_url, replace)
    return find(world, str(each["id"]))


def delete(world: World, each: Record, base_url: str) -> None:
    """A variant is at a location no more; the last stays, and one whose items orders wait for. Raises InvalidFields."""
    variant, stock = each["variant"], each["stock"]
    held = catalogue.allocations(world).get((variant["id"], stock["location_id"]), 0)
    if held and {**catalogue.PLAIN_VARIANT, **variant}["track_stock"]:
        why = f"num_allocated of stock record {each['id']} is {held}, expected 0"
        raise InvalidFields.at("non_field_errors", "A stock record with allocated items cannot be deleted.", why)

    def drop(found: Record) -> Record:
        left = [own for own in stock_of(found) if own["id"] != each["id"]]
        if not left:
            why = f"stock record {each['id']} is the only one of variant {found['id']}"
            raise InvalidFields.at("non_field_errors", "The last stock record cannot be deleted.", why)
        return {**found, "stock": left}

    variants.changed(world, variant, base_url, drop)

"""Locations: the warehouses that orders are fulfilled from; one with a callback_url is a fulfillment service's.

Source: schema 2024-04-01, locations; developers.nextcommerce.com, fulfillment service (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders, records, shipments
from mock_server.providers.next_commerce.state.catalogue import VARIANTS, stock_of
from mock_server.providers.next_commerce.state.fulfillment_views import ADDRESS, LOCATIONS


def list_locations(world: World) -> list[Record]:
    """Oldest first."""
    return list(records.oldest(world, LOCATIONS))


def find_location(world: World, location_id: str) -> Record:
    """Raises NotFound."""
    found = records.find(world, LOCATIONS, location_id)
    if found is None:
        known = ", ".join(str(each["id"]) for each in records.oldest(world, LOCATIONS))
        raise errors.NotFound.of("Partner", f"no location {location_id} in world {world.name}; there are {known}")
    return found


def create_location(world: World, wanted: Mapping[str, Any]) -> Record:
    """One more warehouse; it gets nothing to ship until something is moved there."""
    plain = {"id": records.new_id(world, LOCATIONS), "name": "", "callback_url": None, "accept_return": False}
    location = {**plain, **_written(wanted)}
    return records.put(world, LOCATIONS, location["id"], location)


def replace_location(world: World, location: Record, wanted: Mapping[str, Any]) -> Record:
    """Write what is given, the address as a whole. Raises NotFound when it is gone meanwhile."""
    return records.change(world, LOCATIONS, location["id"], lambda found: {**found, **_written(wanted)})


def _written(wanted: Mapping[str, Any]) -> dict[str, Any]:
    written = {name: wanted[name] for name in ("name", "accept_return") if name in wanted}
    if "callback_url" in wanted:
        written["callback_url"] = wanted["callback_url"] or None
    return {**written, "address": {name: wanted["address"].get(name) or "" for name in ADDRESS}}


def remove_location(world: World, location: Record) -> None:
    """Not while it is to ship something or has stock, nor the main one, which new orders go to.

    Raises InvalidFields.
    """
    if location["id"] == shipments.MAIN_LOCATION:
        why = f"new orders go to location {shipments.MAIN_LOCATION}; only others can be deleted"
        raise InvalidFields.at("non_field_errors", "The main location cannot be deleted.", why)
    waiting = [str(each["id"]) for each in _waiting_at(world, location["id"])]
    if waiting:
        why = f"location {location['id']} is to ship fulfillment orders {', '.join(waiting)}; move them first"
        raise InvalidFields.at("non_field_errors", "A location with fulfillment orders cannot be deleted.", why)
    stocked = [str(each["id"]) for each in records.oldest(world, VARIANTS) if _is_at(each, location["id"])]
    if stocked:
        why = f"location {location['id']} has stock records of the variants {', '.join(stocked)}; delete those first"
        raise InvalidFields.at("non_field_errors", "A location with stock records cannot be deleted.", why)
    records.remove(world, LOCATIONS, location["id"])


def _is_at(variant: Record, location_id: int) -> bool:
    return any(own["location_id"] == location_id for own in stock_of(variant))


def _waiting_at(world: World, location_id: int) -> list[Record]:
    return [
        each
        for order in records.newest(world, orders.KIND)
        if order["status"] == orders.OPEN
        for each in order["fulfillment_orders"]
        if each["location_id"] == location_id and shipments.waiting_of(each)
    ]

"""What rules see of an order: its purchase in Klarna's words, and its own attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.world import World
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.carts import purchase_of


def seen_by_rules(world: World, type_: str, id_: str) -> Mapping[str, Any]:
    """Of an order, or of the order behind a record of another type; empty when there is none."""
    record = records.find(world, type_, id_)
    order = record if record is None or type_ == "orders" else records.follow(world, record["relations"].get("order"))
    if order is None:
        return {}
    return {**order["attributes"], **purchase_of(world, order)}

"""Editing an order's lines: no money moves, what the order owes changes and is collected later.

Source: developers.nextcommerce.com, order management (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import collecting, drafts, orders, placing
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders as state
from mock_server.providers.next_commerce.state import records, shipments


def add_line(world: World, order: Record, wanted: Mapping[str, Any]) -> Record:
    """One more line; what it costs is outstanding. Sends order.updated. Raises InvalidFields."""
    collecting.require_open(order)
    try:
        (line,) = drafts.lines_of(world, [wanted], order["currency"])
    except InvalidFields as refused:  # of one line, not of a list
        raise InvalidFields(fields=refused.fields["lines"][0], faults=refused.faults) from refused
    added = placing.with_id(world, line)

    def add(found: Record) -> Record:
        return shipments.with_fulfillment_order(world, {**found, "lines": [*found["lines"], added]})

    return orders.changed(world, order, add)


def update_line(world: World, order: Record, line_id: str, wanted: Mapping[str, Any]) -> Record:
    """More or fewer items of a line, or other metadata. Sends order.updated. Raises NotFound, InvalidFields."""
    line = _line(world, order, line_id)

    def change(found: Record) -> Record:
        current = state.find_line(found, line_id) or line
        changes: dict[str, Any] = {"updated_at": to_text(world.clock.now())}
        if "metadata" in wanted:
            changes["metadata"] = wanted["metadata"] or {}
        if "quantity" in wanted:
            changes |= _quantities(found, current, wanted["quantity"])
        return shipments.recounted(world, state.with_line(found, {**current, **changes}))

    return orders.changed(world, order, change)


def _quantities(order: Record, line: Record, wanted: int) -> dict[str, int]:
    """What changes so that ``wanted`` items are left; raises InvalidFields."""
    left, editable = state.left_of(line), state.editable_of(order, line)
    if wanted < left - editable:
        least = left - editable
        why = f"{left} items of line {line['id']}, of which {editable} can be edited"
        raise InvalidFields.at("quantity", f"Ensure this value is greater than or equal to {least}.", why)
    if wanted > left and not editable:
        why = f"editable_quantity of line {line['id']} is 0, order {order['number']} is {order['fulfillment_status']}"
        raise InvalidFields.at("quantity", "This line cannot be edited.", why)
    if wanted > left:
        return {"quantity": line["quantity"] + wanted - left}
    return {"removed": line["removed"] + left - wanted}


def remove_line(world: World, order: Record, line_id: str) -> Record:
    """Take all items of a line out. Sends order.updated. Raises NotFound, InvalidFields."""
    return update_line(world, order, line_id, {"quantity": 0})


def _line(world: World, order: Record, line_id: str) -> Record:
    collecting.require_open(order)
    return records.one_of(order["lines"], line_id, "OrderLine", f"order {order['number']} has lines")

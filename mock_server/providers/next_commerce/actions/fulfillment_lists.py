"""Lists of fulfillment orders and their filters: all of them, and those that locations are to act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions.lists import Query, Test, any_of, dated, one_of, words
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders, records, shipments, warehouse

# assignment_status -> request_status
ASSIGNMENTS: Mapping[str, str] = {
    "fulfillment_unrequested": shipments.PENDING, "fulfillment_requested": warehouse.REQUESTED,
    "fulfillment_accepted": warehouse.ACCEPTED, "cancellation_requested": warehouse.CANCEL_REQUESTED,
}  # fmt: skip


def list_fulfillment_orders(world: World, query: Query) -> list[Record]:
    """Newest first, each with its ``order``; filters take several values, comma separated. Raises InvalidFields.

    Source: schema 2024-04-01, fulfillmentOrdersList; next-bulk-move (read 2026-11-21).
    """
    product = any_of(lambda row: [id_ for line in _lines(row) for id_ in (line["product_id"], line["variant_id"])])
    tests: dict[str, Test] = {
        **_common(world),
        "order_number": one_of(lambda row: row["order"]["number"]),
        "status": one_of(lambda row: row["status"]),
        "request_status": one_of(lambda row: row["request_status"]),
        "fulfillment_order_id": one_of(lambda row: row["id"]),
        "shipping_method": any_of(lambda row: [row["order"]["shipping"][name] for name in ("code", "name")]),
        "product": product,
        "product_id": product,
        "sku": any_of(lambda row: [line["sku"] for line in _lines(row)]),
    }
    return _suitable(_rows(world, query), query, tests)


def list_assigned(world: World, query: Query) -> list[Record]:
    """Newest first, each with its ``order``. Raises InvalidFields for an assignment_status that is none.

    Source: developers.nextcommerce.com, fulfillment service (read 2026-11-21).
    """
    asked = query.get("assignment_status", "")
    if asked and asked not in ASSIGNMENTS:
        text = f"Select a valid choice. {asked} is not one of the available choices."
        raise InvalidFields.at("assignment_status", text, f"{asked}: expected one of {', '.join(ASSIGNMENTS)}")
    tests: dict[str, Test] = {
        **_common(world),
        "assignment_status": lambda row, value: bool(row["request_status"] == ASSIGNMENTS[value]),
    }
    return _suitable(_rows(world, query), query, tests)


def _common(world: World) -> dict[str, Test]:
    return {
        "location_id": one_of(lambda row: row["location_id"]),
        "date_created_from": dated(world, "created_at", "date_created_from", True),
        "date_created_to": dated(world, "created_at", "date_created_to", False),
    }


def _rows(world: World, query: Query) -> Iterator[Record]:
    """Fulfillment orders with their order; of orders named by number only those are looked at."""
    numbers = words(query.get("order_number", ""))
    named = (orders.find(world, number) for number in sorted(set(numbers), reverse=True))
    found = (order for order in named if order) if numbers else records.newest(world, orders.KIND)
    return ({**each, "order": order} for order in found for each in reversed(order["fulfillment_orders"]))


def _lines(row: Record) -> list[Record]:
    """The order's lines that a fulfillment order is of."""
    ids = {item["line_id"] for item in row["line_items"]}
    return [line for line in row["order"]["lines"] if line["id"] in ids]


def _suitable(rows: Iterator[Record], query: Query, tests: Mapping[str, Test]) -> list[Record]:
    asked = {name: value for name, value in query.items() if name in tests and value}
    return [row for row in rows if all(tests[name](row, value) for name, value in asked.items())]

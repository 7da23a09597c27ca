"""Fulfillment orders, their locations, and the events of a shipment as the API shows them.

Names: schema 2024-04-01; the forms that clients need: demo-fulfillment-service-app, next-bulk-move (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import orders, records, warehouse
from mock_server.providers.next_commerce.state.catalogue import stock_of
from mock_server.providers.next_commerce.state.money import moment, money
from mock_server.providers.next_commerce.state.shipments import waiting_of
from mock_server.providers.next_commerce.state.inline_views import address_view
from mock_server.providers.next_commerce.state.line_views import product_of_line

LOCATIONS = "locations"
ADDRESS = ("line1", "line2", "line3", "line4", "state", "postcode", "country", "phone_number")
OF_EVENT = ("message", "line1", "line2", "city", "state", "postcode", "country", "latitude", "longitude")
_GONE: Mapping[str, Any] = {"name": "", "callback_url": None, "accept_return": False, "address": {}}


def fulfillment_order_view(world: World, order: Record, fulfillment_order: Record) -> dict[str, Any]:
    location = records.find(world, LOCATIONS, fulfillment_order["location_id"])
    shipping = order["shipping"]
    return {
        "id": fulfillment_order["id"],
        "order_number": order["number"],
        "status": fulfillment_order["status"],
        "request_status": fulfillment_order["request_status"],
        "supported_actions": warehouse.supported(order, fulfillment_order),
        "assigned_location": location_view(location or {**_GONE, "id": fulfillment_order["location_id"]}),
        "shipping_method": {"code": shipping["code"], "name": shipping["name"]},
        "shipping_address": address_view(order["shipping_address"], notes=True),
        "line_items": _lines(world, order, fulfillment_order),
        "fulfillment_holds": [
            {
                "reason": each["reason"],
                "reason_message": each["reason_message"],
                "created_at": moment(world, each["at"]),
            }
            for each in fulfillment_order["holds"]
        ],
        "merchant_requests": fulfillment_order["requests"],
        "created_at": moment(world, fulfillment_order["created_at"]),
        "updated_at": moment(world, fulfillment_order["updated_at"]),
    }


def _lines(world: World, order: Record, own: Record) -> list[dict[str, Any]]:
    lines = {line["id"]: line for line in order["lines"]}
    items = [item for item in own["line_items"] if item["line_id"] in lines]
    return [_line(world, order, own, item, lines[item["line_id"]]) for item in items]


def _line(world: World, order: Record, own: Record, item: Record, line: Record) -> dict[str, Any]:
    told = product_of_line(order, line)
    price = money(orders.price_of(line, item["quantity"]))
    is_over = order["status"] == orders.CANCELED
    return {
        "id": item["id"],
        "fulfillment_order_id": own["id"],
        "order_line_id": line["id"],
        **{name: told[name] for name in ("product_id", "product_title", "product_image", "sku")},
        "stockrecord_id": _stockrecord(world, line, own["location_id"]),
        "quantity": item["quantity"],
        "fulfillable_quantity": 0 if is_over else waiting_of(own).get(item["id"], 0),
        "currency": order["currency"],
        "price_excl_tax": price,
        "price_incl_tax": price,
        "total_discount": money(orders.discount_of(line, item["quantity"])),
        "tax_lines": [],
    }


def _stockrecord(world: World, line: Record, location_id: int) -> int:
    """The stock that the items come from: at their location, else the variant's first."""
    variant = records.find(world, "variants", line["variant_id"])
    stock = stock_of(variant) if variant else []
    there = [each for each in stock if each["location_id"] == location_id]
    return int((*there, *stock, {"id": line["variant_id"]})[0]["id"])


def location_view(location: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": location["id"],
        "name": location["name"],
        "callback_url": location["callback_url"],
        "accept_return": location["accept_return"],
        "address": {name: location["address"].get(name) or "" for name in ADDRESS},
    }


def event_view(world: World, order: Record, fulfillment: Record, event: Record) -> dict[str, Any]:
    made = moment(world, event["created_at"])
    return {
        "id": event["id"],
        "order": order["number"],
        "fulfillment": fulfillment["id"],
        "status": event["status"],
        "happened_at": moment(world, event["happened_at"]),
        "estimated_delivery_at": moment(world, event["estimated_delivery_at"]),
        **{name: event[name] for name in OF_EVENT},
        "created_at": made,
        "updated_at": made,
    }

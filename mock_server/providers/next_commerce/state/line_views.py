"""Lines of an order as the API shows them, in the form of each version; and what any line tells of its product.

Source: schemas 2024-04-01 and 2023-02-10; the storefront's event tracking guide (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.money import moment, money


def line_view(world: World, order: Record, line: Record) -> dict[str, Any]:
    """A line of version 2024-04-01; prices are those of all its items."""
    amounts = {
        "price_excl_tax": money(orders.price_of(line)),
        "price_incl_tax": money(orders.price_of(line)),
        "total_discount": money(orders.discount_of(line)),
        "original_price_excl_tax": money(line["original_price"] * line["bought"] - line["discount"]),
        "original_price_incl_tax": money(line["original_price"] * line["bought"] - line["discount"]),
        "original_total_discount": money(line["discount"]),
        "unit_cost": money(line["unit_cost"]),
        "total_cost": money(line["unit_cost"] * orders.left_of(line)),
    }
    return {
        "id": line["id"],
        **product_of_line(order, line),
        "quantity": line["quantity"],
        "current_quantity": orders.left_of(line),
        "fulfillable_quantity": 0 if order["status"] == orders.CANCELED else orders.unshipped_of(line),
        "editable_quantity": orders.editable_of(order, line),
        "currency": order["currency"],
        **amounts,
        "requires_shipping": line["requires_shipping"],
        "is_gift_card": line["is_gift_card"],
        "is_upsell": line["is_upsell"],
        "metadata": line["metadata"],
        "properties": [{"key": key, "value": value} for key, value in line["properties"].items()],
        "tax_lines": [],
        "report_values": {"currency": order["currency"], **amounts},
        "created_at": moment(world, line["created_at"]),
        "updated_at": moment(world, line["updated_at"]),
    }


def product_of_line(order: Mapping[str, Any], line: Record) -> dict[str, Any]:
    """What a line, of an order, a cart or a subscription, tells of its product."""
    base = order["base_url"]
    return {
        "product_id": line["product_id"],
        "sku": line["sku"],
        "product_title": line["title"],
        "product_image": f"{base}/media/products/{line['slug']}.jpg",
        "product_url": f"{base}/catalogue/{line['slug']}_{line['variant_id']}/",
        "variant_id": line["variant_id"],
        "variant_title": line["variant_title"],
    }


def old_line_view(world: World, order: Record, line: Record) -> dict[str, Any]:
    """A line of version 2023-02-10, with its product and stock record inside."""
    quantity = orders.left_of(line)
    whole, price = line["price"] * quantity, orders.price_of(line)
    variant = records.find(world, "variants", line["variant_id"])
    made = moment(world, variant["created_at"] if variant else line["created_at"])
    return {
        "id": line["id"],
        "product": {
            "id": line["product_id"],
            "title": line["title"],
            "slug": line["slug"],
            "structure": "standalone",
            "url": f"{order['base_url']}/catalogue/{line['slug']}_{line['variant_id']}/",
            "images": [],
            "categories": [],
            "variants": [],
            "rating": None,
            "date_created": made,
            "date_updated": made,
        },
        "stockrecord": {
            "id": line["variant_id"],
            "partner_sku": line["sku"],
            "price_currency": order["currency"],
            "price": money(line["price"]),
            "price_retail": None,
            "num_in_stock": variant["in_stock"] if variant else None,
            "num_allocated": None,
        },
        "quantity": quantity,
        "price_currency": order["currency"],
        "price_excl_tax": money(price),
        "price_incl_tax": money(price),
        "price_excl_tax_excl_discounts": money(whole),
        "price_incl_tax_excl_discounts": money(whole),
        "unit_cost": money(line["unit_cost"]),
        "total_cost": money(line["unit_cost"] * quantity),
        "is_gift_card": line["is_gift_card"],
        "is_upsell": line["is_upsell"],
        "metadata": line["metadata"],
        "tax_lines": [],
        "created_at": moment(world, line["created_at"]),
        "updated_at": moment(world, line["updated_at"]),
    }

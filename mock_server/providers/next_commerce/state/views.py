"""Orders as the API shows them, in the form of each version.

Key order and the values' forms: the sample of an order in the storefront's event tracking guide; names: schemas
2024-04-01 and 2023-02-10 (read 2026-11-21).
"""

from __future__ import annotations

from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.inline_views import (
    address_view,
    attribution_view,
    inline_user,
    offer_view,
    voucher_view,
)
from mock_server.providers.next_commerce.state.line_views import line_view, old_line_view
from mock_server.providers.next_commerce.state.money import moment, money
from mock_server.providers.next_commerce.state.money_views import refund_view, transaction_object
from mock_server.providers.next_commerce.state.versions import OLD, STABLE

# how the 2023 version calls what it shows otherwise; it lacks these
_NOT_IN_OLD = ("total_discount", "original_total_discount", "total_outstanding")


def order_view(world: World, order: Record, version: str = STABLE) -> dict[str, Any]:
    """The full order."""
    is_old = version == OLD
    line = old_line_view if is_old else line_view
    view = {
        **_head(world, order),
        "lines": [line(world, order, each) for each in order["lines"]],
        **_shipping(order),
        **_totals(order),
        **_beside(order),
        "user": inline_user(order["user"]),
        "shipping_address": address_view(order["shipping_address"], notes=True),
        "billing_address": address_view(order["billing_address"]),
        **_times(world, order),
        "offer_discounts": [offer_view(each) for each in order.get("offers", ())],
        "voucher_discounts": [voucher_view(world, each) for each in order["discounts"]],
        "attribution": attribution_view(order["attribution"]),
        "metadata": order["metadata"],
        "transactions": [transaction_object(world, each) for each in order["transactions"]],
        "refunds": [refund_view(world, order, each) for each in order["refunds"]],
        "fulfillments": _fulfillments(world, order),
        "subscriptions": order["subscriptions"],
        "subscription_lifecycle": order["lifecycle"],
        "shipping_tax_lines": [],
        "tax_lines": [],
        "tags": order["tags"],
        "supports_post_purchase_upsells": not orders.why_no_upsell(order),
        "order_status_url": status_url(world, order),
    }
    return {name: value for name, value in view.items() if not (is_old and name in _NOT_IN_OLD)}


def row_view(world: World, order: Record, version: str = STABLE) -> dict[str, Any]:
    """An order in a list: without lines, addresses, transactions and refunds."""
    view = {
        **_head(world, order),
        **_shipping(order),
        **_totals(order),
        "currency": order["currency"],
        "display_taxes": "",
        "source": order["source"],
        "user": inline_user(order["user"]),
        **_times(world, order),
        "metadata": order["metadata"],
        "order_status_url": status_url(world, order),
    }
    return {name: value for name, value in view.items() if not (version == OLD and name in _NOT_IN_OLD)}


def _head(world: World, order: Record) -> dict[str, Any]:
    return {
        "number": order["number"],
        "status": order["status"],
        "fulfillment_status": order["fulfillment_status"],
        "payment_status": orders.payment_status(order),
        "is_test": order["is_test"],
    }


def _shipping(order: Record) -> dict[str, Any]:
    price, original = money(orders.shipping_left(order)), money(order["shipping"]["original_price"])
    return {
        "shipping_method": order["shipping"]["name"],
        "shipping_code": order["shipping"]["code"],
        "shipping_incl_tax": price,
        "shipping_excl_tax": price,
        "shipping_tax": "0.00",
        "original_shipping_incl_tax": original,
        "original_shipping_excl_tax": original,
    }


def _totals(order: Record) -> dict[str, Any]:
    total, original = money(orders.total(order)), money(order["original"]["total"])
    return {
        "total_incl_tax": total,
        "total_excl_tax": total,
        "total_tax": "0.00",
        "total_discount": money(orders.discount(order)),
        "total_cost": money(sum(line["unit_cost"] * orders.left_of(line) for line in order["lines"])),
        "total_outstanding": money(orders.outstanding(order)),
        "original_total_incl_tax": original,
        "original_total_excl_tax": original,
        "original_total_discount": money(order["original"]["discount"]),
    }


_REPORTED = (
    "original_shipping_excl_tax", "original_shipping_incl_tax", "original_total_discount", "original_total_excl_tax",
    "original_total_incl_tax", "shipping_excl_tax", "shipping_incl_tax", "total_cost", "total_discount",
    "total_excl_tax", "total_incl_tax",
)  # fmt: skip


def _beside(order: Record) -> dict[str, Any]:
    money_fields = {**_shipping(order), **_totals(order)}
    return {
        "currency": order["currency"],
        "display_taxes": "",
        "source": order["source"],
        "report_values": {"currency": order["currency"], **{name: money_fields[name] for name in _REPORTED}},
    }


def _times(world: World, order: Record) -> dict[str, Any]:
    return {name: moment(world, order[name]) for name in ("date_placed", "created_at", "updated_at")}


def status_url(world: World, order: Record) -> str:
    """The page of an order: ``.../109659/109659:signature/``."""
    number = order["number"]
    path = f"/accounts/order-status/{number}/{number}:{signature(world, number)}/"
    return f"{order['base_url']}{path}{records.where(world)}"


def signature(world: World, number: str) -> str:
    """43 characters that follow from the number, as an HMAC-SHA256 in Base64 has."""
    from base64 import urlsafe_b64encode

    chance = world.ids.tied_to("next_commerce.order_status", number)
    return urlsafe_b64encode(chance.randbytes(32)).decode().rstrip("=")


def _fulfillments(world: World, order: Record) -> list[dict[str, Any]]:
    if not order["fulfillments"]:
        return []
    from mock_server.providers.next_commerce.state.shipments import fulfillment_view  # most orders have none

    return [fulfillment_view(world, order, each) for each in order["fulfillments"]]

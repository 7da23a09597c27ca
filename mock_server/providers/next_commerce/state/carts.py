"""Carts in the store, and how the API shows them.

A cart record: id, token (of its checkout), status (Open | Submitted: it became an order), abandoned, currency, user_id,
user (a set of details; None: nobody's), lines (see orders, each with an id), vouchers (codes), discounts, attribution,
metadata, base_url, created_at, touched_at. Amounts are minor units.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mock_server.core.clock import parse_time
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.money import moment, money
from mock_server.providers.next_commerce.state.inline_views import attribution_view, inline_user, voucher_view
from mock_server.providers.next_commerce.state.line_views import product_of_line

KIND, OF_USERS = "carts", "user_carts"  # the latter: id of a customer -> {"ids": open carts, the newest last}
OPEN, SUBMITTED = "Open", "Submitted"
ABANDONMENT = "next_commerce.cart.abandon"  # name of the alarm; its key is the cart's id
_ABANDONED_AFTER = timedelta(minutes=30)


def abandoned_at(cart: Record) -> datetime:
    """When it counts as abandoned, unless somebody touches it."""
    return parse_time(cart["touched_at"]) + _ABANDONED_AFTER


def cart_view(world: World, cart: Record) -> dict[str, Any]:
    """Key order: the sample of a cart in the storefront's event tracking guide."""
    totals = _totals(cart)
    return {
        "id": cart["id"],
        "status": cart["status"],
        "lines": [_line_view(cart, line) for line in cart["lines"]],
        "abandoned": cart["abandoned"],
        **totals,
        "currency": cart["currency"],
        "report_values": {"currency": cart["currency"], **totals},
        "user": inline_user(cart["user"]) if cart["user"] else None,
        "voucher_discounts": [voucher_view(world, each) for each in cart["discounts"]],
        "attribution": attribution_view(cart["attribution"]),
        "checkout_url": checkout_url(world, cart),
        "created_at": moment(world, cart["created_at"]),
        "metadata": cart["metadata"],
    }


def cart_row(world: World, cart: Record) -> dict[str, Any]:
    """A cart in a list: without lines and totals."""
    return {
        "id": cart["id"],
        "status": cart["status"],
        "abandoned": cart["abandoned"],
        "currency": cart["currency"],
        "user": inline_user(cart["user"]) if cart["user"] else None,
        "attribution": attribution_view(cart["attribution"]),
        "checkout_url": checkout_url(world, cart),
        "date_created": moment(world, cart["created_at"]),
        "metadata": cart["metadata"],
    }


def checkout_url(world: World, cart: Record) -> str:
    """Where the shopper finds the cart again; pages carry their world."""
    return f"{cart['base_url']}/accounts/complete-order/{cart['token']}/{records.where(world)}"


def _totals(cart: Record) -> dict[str, str]:
    total = money(orders.subtotal(cart))
    return {
        "total_incl_tax": total,
        "total_excl_tax": total,
        "total_discount": money(orders.discount(cart)),
        "total_cost": money(sum(line["unit_cost"] * line["quantity"] for line in cart["lines"])),
    }


def _line_view(cart: Record, line: Record) -> dict[str, Any]:
    """Prices are those of all its items."""
    amounts = {
        "price_excl_tax": money(orders.price_of(line)),
        "price_incl_tax": money(orders.price_of(line)),
        "total_discount": money(line["discount"]),
        "unit_cost": money(line["unit_cost"]),
        "total_cost": money(line["unit_cost"] * line["quantity"]),
    }
    terms = line["subscription"] or {}
    return {
        "id": line["id"],
        **product_of_line(cart, line),
        "quantity": line["quantity"],
        "currency": cart["currency"],
        **amounts,
        "is_upsell": line["is_upsell"],
        "interval": terms.get("interval"),
        "interval_count": terms.get("interval_count"),
        "metadata": line["metadata"],
        "report_values": {"currency": cart["currency"], **amounts},
    }

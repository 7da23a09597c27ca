"""Subscriptions in the store: what they are, what each renewal orders, how they are shown; see schedules for when.

A subscription record: id, status (active | past_due | canceled | retrying | paused), interval, interval_count,
currency, user_id, user, shipping_address, billing_address, lines, shipping ({code, name, price}), payment (of the order
it began with, or of its own), orders ({order_number, billing_cycle}), next_renewal_at (UTC; while retrying the next
try; None: never), next_renewal_text (as it was asked for), due_at (UTC; of a renewal that was declined, else None),
retries (declines in a row), is_renewing (somebody charges it at this moment), paused_at, paused_until (UTC; None:
without an end), recovered ({at, source}: how the last declines were overcome, else None), attribution, is_test, renews
(those paid with a test card never do), canceled_at, cancel_reason, cancel_reason_other_message, base_url, created_at.
Amounts are minor units.

A line: id, product_id, variant_id, title, variant_title, sku, slug, quantity, price (of one), unit_cost,
requires_shipping, is_gift_card, metadata, properties.
"""

from __future__ import annotations

from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.cards import TEST_CARDS
from mock_server.providers.next_commerce.state.customers import KIND as USERS
from mock_server.providers.next_commerce.state.customers import snapshot_of
from mock_server.providers.next_commerce.state.methods import CARD
from mock_server.providers.next_commerce.state.money import moment, money
from mock_server.providers.next_commerce.state.purchase import seen_by_rules as seen_of_order
from mock_server.providers.next_commerce.state.inline_views import address_view, attribution_view, inline_user
from mock_server.providers.next_commerce.state.line_views import product_of_line

KIND = "subscriptions"
ACTIVE, PAST_DUE, CANCELED, RETRYING, PAUSED = "active", "past_due", "canceled", "retrying", "paused"
_FREQUENCIES = {"day": "Daily", "week": "Weekly", "month": "Monthly", "year": "Yearly"}


def total(subscription: Record) -> int:
    """What a renewal costs."""
    lines = sum(line["price"] * line["quantity"] for line in subscription["lines"])
    return int(lines + subscription["shipping"]["price"])


def new_subscription(world: World, lines: list[Record], terms: Record, **fields: Any) -> Record:
    """A subscription of these lines, not kept yet; ``terms`` are interval and interval_count."""
    return {
        "id": records.new_id(world, KIND),
        "status": ACTIVE,
        "interval": terms["interval"],
        "interval_count": terms["interval_count"],
        "lines": [with_id(world, line) for line in lines],
        "next_renewal_text": None,
        "due_at": None,
        "retries": 0,
        "is_renewing": False,
        "paused_at": None,
        "paused_until": None,
        "recovered": None,
        "canceled_at": None,
        "cancel_reason": None,
        "cancel_reason_other_message": None,
        "created_at": to_text(world.clock.now()),
        **fields,
    }


_KEPT = (
    "product_id", "variant_id", "title", "variant_title", "sku", "slug", "quantity", "unit_cost", "requires_shipping",
    "is_gift_card", "metadata", "properties",
)  # fmt: skip


def line_of(line: Record, price: int) -> Record:
    """What a subscription keeps of an order's line."""
    return {**{name: line[name] for name in _KEPT}, "price": price}


def with_id(world: World, line: Record) -> Record:
    return {"id": records.new_id(world, "subscription_lines"), **line}


def can_renew(card_token: str | None) -> bool:
    """Cards that leave no transaction cannot be charged again. Source: testing guide (read 2026-11-21)."""
    test = TEST_CARDS.get(card_token) if card_token else None
    return test is None or test.leaves_transactions


def find(world: World, subscription_id: str) -> Record | None:
    return records.find(world, KIND, subscription_id)


def next_cycle(subscription: Record) -> dict[str, int]:
    """The renewal that comes next, as its order and its transactions show it; 0 is the purchase."""
    cycles = [each["billing_cycle"] for each in subscription["orders"]]
    return {"id": subscription["id"], "billing_cycle": max(cycles, default=0) + 1}


def renewal_of(world: World, subscription: Record) -> Record:
    """The order that a renewal places, without number and ids (see actions/drafts)."""
    now = to_text(world.clock.now())
    shipping = subscription["shipping"]
    return {
        "status": orders.OPEN,
        "source": orders.RENEWED,
        "charging": 0,
        **{name: subscription[name] for name in _OF_THE_SUBSCRIPTION},
        "user": user_of(world, subscription),
        "lines": [_order_line(line, now) for line in subscription["lines"]],
        "shipping": {**shipping, "original_price": shipping["price"]},
        "discounts": [],
        "transactions": [],
        "refunds": [],
        "subscriptions": [next_cycle(subscription)],
        "lifecycle": "recurring",
        "metadata": {},
        "tags": [],
        "payment": {**subscription["payment"], "saves_card": False},
        "paid_in_test": False,
        "fulfillment_status": "unfulfilled",
        "fulfillment_orders": [],
        "fulfillments": [],
        "date_placed": None,
    }


_OF_THE_SUBSCRIPTION = (
    "currency", "is_test", "user_id", "shipping_address", "billing_address", "attribution", "base_url",
)  # fmt: skip


def _order_line(line: Record, now: str) -> Record:
    """The subscription has begun: its orders' lines begin none."""
    return {
        **{name: line[name] for name in (*_KEPT, "price")},
        "original_price": line["price"],
        "bought": line["quantity"],
        "removed": 0,
        "fulfilled": 0,
        "discount": 0,
        "is_upsell": False,
        "subscription": None,
        "created_at": now,
        "updated_at": now,
    }


def user_of(world: World, subscription: Record) -> Record:
    """The customer as they are by now."""
    user = records.find(world, USERS, subscription["user_id"])
    return snapshot_of(user) if user else dict(subscription["user"])


def seen_by_rules(world: World, subscription: Record) -> dict[str, Any]:
    """A subscription under its own names, and its next renewal in Klarna's: purchase.billing_address.email."""
    draft = renewal_of(world, subscription)
    told = seen_of_order(draft, orders.total(draft))
    addresses = {name: told[name] for name in ("billing_address", "shipping_address")}
    cycle = next_cycle(subscription)["billing_cycle"]
    return {**told, **subscription, **addresses, "user": draft["user"], "billing_cycle": cycle}


def subscription_detail(world: World, subscription: Record) -> dict[str, Any]:
    """A subscription by itself, which lacks what those of a customer and webhooks have."""
    view = subscription_view(world, subscription)
    return {name: value for name, value in view.items() if name != "is_tax_known"}


def subscription_view(world: World, subscription: Record) -> dict[str, Any]:
    payment = subscription["payment"]
    return {
        "id": subscription["id"],
        "status": subscription["status"],
        "interval": subscription["interval"],
        "interval_count": subscription["interval_count"],
        "frequency": frequency_of(subscription),
        "next_renewal_date": subscription["next_renewal_text"] or moment(world, subscription["next_renewal_at"]),
        "paused_at": moment(world, subscription["paused_at"]),
        "paused_until": moment(world, subscription["paused_until"]),
        "date_created": moment(world, subscription["created_at"]),
        "currency": subscription["currency"],
        "total": money(total(subscription)),
        "shipping_code": subscription["shipping"]["code"],
        "shipping_price": money(subscription["shipping"]["price"]),
        "lines": [subscription_line_view(subscription, line) for line in subscription["lines"]],
        "num_lines": len(subscription["lines"]),
        "num_orders": len(subscription["orders"]),
        "orders": subscription["orders"],
        "payment_method": shown_method(payment),
        "payment_details": _payment_details(world, payment),
        "user": inline_user(user_of(world, subscription)),
        "shipping_address": address_view(subscription["shipping_address"], notes=True),
        "billing_address": address_view(subscription["billing_address"]),
        "attribution": attribution_view(subscription["attribution"]),
        "cancel_reason": subscription["cancel_reason"] or "",
        "cancel_reason_other_message": subscription["cancel_reason_other_message"],
        "is_tax_known": True,
        "is_test": subscription["is_test"],
    }


def shown_method(payment: Record) -> str:
    return "bankcard" if payment["method"] == CARD else str(payment["method"])


def frequency_of(subscription: Record) -> str:
    """``Monthly``, or ``Every 2 months``."""
    count, interval = subscription["interval_count"], subscription["interval"]
    return _FREQUENCIES[interval] if count == 1 else f"Every {count} {interval}s"


def subscription_line_view(subscription: Record, line: Record) -> dict[str, Any]:
    told = product_of_line(subscription, line)
    return {
        "id": line["id"],
        **told,
        "quantity": line["quantity"],
        "price": money(line["price"]),
        "metadata": line["metadata"],
    }


def _payment_details(world: World, payment: Record) -> dict[str, Any]:
    gateway = records.find(world, "gateways", payment["gateway_id"]) or {}
    told: dict[str, Any] = {
        "payment_gateway": payment["gateway_id"],
        "gateway": {name: gateway.get(name) for name in ("id", "name", "type")},
    }
    if payment["card_token"]:
        told["card_token"] = payment["card_token"]
    return told

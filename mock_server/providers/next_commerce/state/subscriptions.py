"""Subscriptions in the store: when they renew, when a declined renewal is tried again, and how they are shown.

A subscription record: id, status (active | past_due | canceled | retrying | paused), interval, interval_count,
currency, user_id, user, shipping_address, billing_address, lines ({id, product_id, variant_id, title, variant_title,
sku, slug, quantity, price, metadata}), shipping ({code, name, price}), payment (of the order it began with), orders
({order_number, billing_cycle}), next_renewal_at (UTC; None: never), next_renewal_text (as it was asked for), retries
(declines in a row), pause_until, attribution, is_test, renews (those paid with a test card never do), cancel_reason,
cancel_reason_other_message, base_url, created_at. Amounts are minor units.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mock_server.core.clock import parse_time, to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.money import local, moment, money, zone
from mock_server.providers.next_commerce.state.views import address_view, attribution_view, inline_user, product_of_line

KIND = "subscriptions"
RENEWAL, RESUMPTION = "next_commerce.subscription.renew", "next_commerce.subscription.resume"  # names of alarms
ACTIVE, PAST_DUE, CANCELED, RETRYING, PAUSED = "active", "past_due", "canceled", "retrying", "paused"
_FREQUENCIES = {"day": "Daily", "week": "Weekly", "month": "Monthly", "year": "Yearly"}
_FRIDAY = 4
LONGEST_PAUSE = timedelta(days=183)  # an indefinite pause ends as a cancellation after six months
MOST_RETRIES = 3


def after(at: datetime, interval: str, count: int) -> datetime:
    """One interval later; a month from the 31st is the last day of the next."""
    if interval in ("day", "week"):
        return at + timedelta(days=count * (7 if interval == "week" else 1))
    months = at.year * 12 + at.month - 1 + count * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    last = (datetime(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def retry_at(world: World, declined_at: datetime, retries: int) -> datetime | None:
    """When a soft decline, the ``retries``-th in a row, is tried again, on the store's clock; None: no more.

    Three days later at 14:00; then the next 1st or 16th at 15:00; then the Friday after at 14:00.
    Source: docs.nextcommerce.com, decline salvage (read 2026-11-21).
    """
    here = local(world, declined_at)
    if retries == 1:
        return _at(world, here + timedelta(days=3), 14)
    if retries == 2:
        day = here + timedelta(days=1)
        while day.day not in (1, 16):
            day += timedelta(days=1)
        return _at(world, day, 15)
    if retries == MOST_RETRIES:
        day = here + timedelta(days=1)
        while day.weekday() != _FRIDAY:
            day += timedelta(days=1)
        return _at(world, day, 14)
    return None


def _at(world: World, day: datetime, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone(world))


def set_renewal(world: World, subscription: Record, earlier: str | None = None) -> None:
    """Set the alarm of the next renewal, in place of an earlier one."""
    if earlier:
        world.clock.cancel_alarm(parse_time(earlier), RENEWAL, str(subscription["id"]))
    if subscription["next_renewal_at"] and subscription["status"] in (ACTIVE, RETRYING):
        due = max(parse_time(subscription["next_renewal_at"]), world.clock.now())
        world.clock.set_alarm(due, RENEWAL, str(subscription["id"]))


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
        "lines": [{"id": records.new_id(world, "subscription_lines"), **line} for line in lines],
        "next_renewal_text": None,
        "retries": 0,
        "pause_until": None,
        "renews": True,
        "cancel_reason": None,
        "cancel_reason_other_message": None,
        "created_at": to_text(world.clock.now()),
        **fields,
    }


def line_of(line: Record, price: int) -> Record:
    """What a subscription keeps of an order's line."""
    kept = ("product_id", "variant_id", "title", "variant_title", "sku", "slug", "quantity", "metadata")
    return {**{name: line[name] for name in kept}, "price": price}


def subscription_view(world: World, subscription: Record) -> dict[str, Any]:
    payment = subscription["payment"]
    return {
        "id": subscription["id"],
        "status": subscription["status"],
        "interval": subscription["interval"],
        "interval_count": subscription["interval_count"],
        "frequency": frequency_of(subscription),
        "next_renewal_date": subscription["next_renewal_text"] or moment(world, subscription["next_renewal_at"]),
        "pause_until": subscription["pause_until"],
        "date_created": moment(world, subscription["created_at"]),
        "currency": subscription["currency"],
        "total": money(total(subscription)),
        "shipping_code": subscription["shipping"]["code"],
        "shipping_price": money(subscription["shipping"]["price"]),
        "lines": [subscription_line_view(subscription, line) for line in subscription["lines"]],
        "num_lines": len(subscription["lines"]),
        "num_orders": len(subscription["orders"]),
        "orders": subscription["orders"],
        "payment_method": "bankcard" if payment["method"] in ("card_token", "saved_card") else payment["method"],
        "payment_details": _payment_details(world, payment),
        "user": inline_user(subscription["user"]),
        "shipping_address": address_view(subscription["shipping_address"], notes=True),
        "billing_address": address_view(subscription["billing_address"]),
        "attribution": attribution_view(subscription["attribution"]),
        "cancel_reason": subscription["cancel_reason"] or "",
        "cancel_reason_other_message": subscription["cancel_reason_other_message"],
        "is_tax_known": True,
        "is_test": subscription["is_test"],
    }


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

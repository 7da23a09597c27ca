"""Webhooks in the store: whom to tell of which events.

A webhook record: id, name, target, events, active, api_version (None: the stable one), secret_key (None: deliveries are
not signed), warning_count (failures in a row), next_check_at (of the next retry, else None), why_inactive (empty when
its owner switched it off), created_at, updated_at.
"""

from __future__ import annotations

from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state.money import moment

KIND = "webhooks"
# Source: schema 2024-04-01; developers.nextcommerce.com, webhooks, for customer.redacted (read 2026-11-21)
EVENTS = (
    "app.uninstalled", "cart.abandoned", "customer.created", "customer.redacted", "customer.updated",
    "dispute.created", "dispute.updated", "export.created", "fulfillment.created", "fulfillment.updated",
    "gateway.created", "gateway.updated", "order.created", "order.updated", "product.created", "product.deleted",
    "product.updated", "store.updated", "subscription.created", "subscription.updated", "ticket.created",
    "ticket.updated", "transaction.created", "transaction.updated",
)  # fmt: skip


def webhook_view(world: World, hook: Record) -> dict[str, Any]:
    return {
        "id": hook["id"],
        **{name: hook[name] for name in ("name", "target", "events", "active", "api_version", "secret_key")},
        "warning_count": hook["warning_count"],
        "next_check_date": moment(world, hook["next_check_at"]),
        "created_at": moment(world, hook["created_at"]),
        "updated_at": moment(world, hook["updated_at"]),
    }

"""A subscription begins, with an order's lines that recur or by itself; and what follows when one changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import webhooks
from mock_server.providers.next_commerce.actions import charging
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.customers import KIND as USERS
from mock_server.providers.next_commerce.state.methods import CARD, SAVED_CARD
from mock_server.providers.next_commerce.state.schedules import renewal_after, set_alarm
from mock_server.providers.next_commerce.state.subscriptions import (
    KIND,
    can_renew,
    line_of,
    new_subscription,
    subscription_view,
)


def begin(world: World, order: Record, lines: list[Record] | None = None) -> Record:
    """Subscriptions of an order's lines that recur, one for each interval; the order with their ids.

    Each renews for the first time one interval from now. The order's last charge is the first one's, billing cycle 0.
    Sends subscription.created.
    Source: developers.nextcommerce.com, external checkout, subscription charge webhooks (read 2026-11-21).
    """
    by_terms: dict[tuple[str, int], list[Record]] = {}
    lines = order["lines"] if lines is None else lines
    for line in lines:
        if line["subscription"]:
            terms = line["subscription"]
            by_terms.setdefault((terms["interval"], terms["interval_count"]), []).append(line)
    if not by_terms:
        return order
    begun = [{"id": _begin(world, order, *terms, own)["id"], "billing_cycle": 0} for terms, own in by_terms.items()]
    paid_by = _charge_of(order) if any(orders.price_of(line) for line in lines) else None

    def add(found: Record) -> Record:
        marked = [{**t, "subscription": begun[0]} if t["id"] == paid_by else t for t in found["transactions"]]
        added = [*found["subscriptions"], *begun]
        return {**found, "subscriptions": added, "lifecycle": "recurring", "transactions": marked}

    if paid_by is not None and records.find(world, charging.KIND, paid_by):
        records.change(world, charging.KIND, paid_by, lambda found: {**found, "subscription": begun[0]})
    return orders.change(world, order["number"], add)


def _charge_of(order: Record) -> int | None:
    """The id of the newest charge, unless a subscription has it."""
    charges = list(orders.succeeded(order, "debit", "authorize"))
    return charges[-1]["id"] if charges and charges[-1]["subscription"] is None else None


def _begin(world: World, order: Record, interval: str, count: int, lines: list[Record]) -> Record:
    terms = {"interval": interval, "interval_count": count}
    payment = payment_of(order)
    subscription = new_subscription(
        world,
        [line_of(line, line["subscription"]["price"]) for line in lines],
        terms,
        **{name: order[name] for name in _OF_THE_ORDER},
        payment=payment,
        shipping={name: order["shipping"][name] for name in ("code", "name", "price")},
        orders=[{"order_number": order["number"], "billing_cycle": 0}],
        next_renewal_at=to_text(renewal_after(world, world.clock.now(), terms)),
        renews=can_renew(payment["card_token"]),
    )
    return keep(world, subscription)


_OF_THE_ORDER = (
    "currency", "user_id", "user", "shipping_address", "billing_address", "attribution", "is_test", "base_url",
)  # fmt: skip


def payment_of(order: Record) -> dict[str, Any]:
    """How an order's subscriptions are paid for: as it was itself; a saved card is this one for good."""
    payment = {name: value for name, value in order["payment"].items() if name != "ledger_order_id"}
    if payment["method"] == SAVED_CARD:
        return {**payment, "method": CARD, "card_token": charging.card_token_of(order)}
    return payment


def keep(world: World, subscription: Record) -> Record:
    """Sends subscription.created."""
    records.put(world, KIND, subscription["id"], subscription)
    records.change(
        world, USERS, subscription["user_id"],
        lambda user: {**user, "subscriptions_count": user["subscriptions_count"] + 1},
    )  # fmt: skip
    set_alarm(world, subscription)
    tell(world, "subscription.created", subscription)
    return subscription


def changed(world: World, subscription: Record, apply: Callable[[Record], Record]) -> Record:
    """Change a subscription in one atomic step, and the alarm of its next renewal; ``apply`` may refuse by raising.

    Sends subscription.updated.
    """
    replaced: list[Record] = []

    def change(found: Record) -> Record:
        replaced[:] = [found]
        return apply(found)

    after = records.change(world, KIND, subscription["id"], change)
    set_alarm(world, after, replaced[0])
    tell(world, "subscription.updated", after)
    return after


def tell(world: World, event: str, subscription: Record) -> None:
    key = f"subscription {subscription['id']}"
    webhooks.emit(world, event, "subscription", subscription_view(world, subscription), key=key)

"""A subscription begins: with an order's lines that recur."""

from __future__ import annotations

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import webhooks
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.cards import TEST_CARDS
from mock_server.providers.next_commerce.state.customers import KIND as USERS
from mock_server.providers.next_commerce.state.subscriptions import (
    KIND,
    after,
    line_of,
    new_subscription,
    set_renewal,
    subscription_view,
)


def begin(world: World, order: Record, lines: list[Record] | None = None) -> Record:
    """Subscriptions of an order's lines that recur, one for each interval; the order with their ids.

    Each renews for the first time one interval from now. Sends subscription.created.
    """
    by_terms: dict[tuple[str, int], list[Record]] = {}
    for line in order["lines"] if lines is None else lines:
        if line["subscription"]:
            terms = line["subscription"]
            by_terms.setdefault((terms["interval"], terms["interval_count"]), []).append(line)
    if not by_terms:
        return order
    begun = [{"id": _begin(world, order, *terms, own)["id"], "billing_cycle": 0} for terms, own in by_terms.items()]

    def add(found: Record) -> Record:
        return {**found, "subscriptions": [*found["subscriptions"], *begun], "lifecycle": "recurring"}

    return orders.change(world, order["number"], add)


def _begin(world: World, order: Record, interval: str, count: int, lines: list[Record]) -> Record:
    token = order["payment"]["card_token"]
    test = TEST_CARDS.get(token) if token else None
    subscription = new_subscription(
        world,
        [line_of(line, line["subscription"]["price"]) for line in lines],
        {"interval": interval, "interval_count": count},
        **{name: order[name] for name in _OF_THE_ORDER},
        shipping={name: order["shipping"][name] for name in ("code", "name", "price")},
        orders=[{"order_number": order["number"], "billing_cycle": 0}],
        next_renewal_at=to_text(after(world.clock.now(), interval, count)),
        renews=test is None or test.leaves_transactions,
    )
    return keep(world, subscription)


_OF_THE_ORDER = (
    "currency", "user_id", "user", "shipping_address", "billing_address", "payment", "attribution", "is_test",
    "base_url",
)  # fmt: skip


def keep(world: World, subscription: Record) -> Record:
    """Sends subscription.created."""
    records.put(world, KIND, subscription["id"], subscription)
    records.change(
        world, USERS, subscription["user_id"],
        lambda user: {**user, "subscriptions_count": user["subscriptions_count"] + 1},
    )  # fmt: skip
    set_renewal(world, subscription)
    tell(world, "subscription.created", subscription)
    return subscription


def tell(world: World, event: str, subscription: Record) -> None:
    key = f"subscription {subscription['id']}"
    webhooks.emit(world, event, "subscription", subscription_view(world, subscription), key=key)

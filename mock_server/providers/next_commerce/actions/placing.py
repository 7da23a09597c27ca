"""From a draft to an order: the customer, numbers and ids, what it brings about, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import webhooks
from mock_server.providers.next_commerce.actions import charging, subscribing, users
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.customers import KIND as USERS
from mock_server.providers.next_commerce.state.methods import CARD
from mock_server.providers.next_commerce.state.shipments import with_fulfillment_order
from mock_server.providers.next_commerce.state.views import order_view

POSTING = "next_commerce.post_to_fulfillment"  # name of the alarm; its key is the order's number


def numbered(world: World, draft: Record) -> Record:
    """An order of this draft, not kept yet: its customer is there, or made; addresses and lines have their ids."""
    now = to_text(world.clock.now())
    user = users.get_or_create(world, {**draft["user"], "id": draft["user_id"]})
    shipping, billing = (_address(world, user, draft[name]) for name in ("shipping_address", "billing_address"))
    return {
        "number": str(records.new_id(world, orders.KIND)),
        **draft,
        "user_id": user["id"],
        "user": {**user, **{name: value for name, value in draft["user"].items() if value is not None}},
        "shipping_address": shipping,
        "billing_address": billing,
        "lines": [with_id(world, line) for line in draft["lines"]],
        "original": {"total": orders.total(draft), "discount": orders.discount(draft)},
        "date_placed": draft["date_placed"] or now,
        "created_at": now,
        "updated_at": now,
    }


def with_id(world: World, line: Record) -> Record:
    return {"id": records.new_id(world, "lines"), **line}


def _address(world: World, user: Record, address: Record | None) -> Record | None:
    if address is None:
        return None
    return users.keep_address(world, records.find(world, USERS, user["id"]) or user, address)


def keep(world: World, order: Record, transactions: Sequence[Record], **changes: Any) -> Record:
    """The order is placed, and paid by these transactions; a subscription begins for lines that recur.

    Sends order.created, transaction.created for each, order.updated, subscription.created.
    """
    order = {**order, **changes, "transactions": list(transactions)}
    order = with_fulfillment_order(world, order)
    records.put(world, orders.KIND, order["number"], order)
    users.count_order(world, order["user_id"], orders.paid(order))
    _save_card(world, order)
    tell(world, "order.created", order)
    charging.keep(world, transactions)
    if orders.payment_status(order) != "pending" and order["status"] == orders.OPEN:
        order = subscribing.begin(world, order)
    tell(world, "order.updated", order)
    _post_later(world, order)
    return orders.find(world, order["number"]) or order


def _save_card(world: World, order: Record) -> None:
    token = order["payment"]["card_token"]
    if order["payment"]["method"] == CARD and order["payment"]["saves_card"]:
        records.change(world, USERS, order["user_id"], lambda user: {**user, "card_token": token})


def _post_later(world: World, order: Record) -> None:
    """Open orders go to the warehouse after a while; test orders never do."""
    minutes = world.settings.next_commerce_fulfillment_delay_m
    if minutes and order["fulfillment_orders"] and not order["is_test"]:
        from datetime import timedelta

        world.clock.set_alarm(world.clock.now() + timedelta(minutes=minutes), POSTING, order["number"])


def tell(world: World, event: str, order: Record) -> None:
    """Send order.created or order.updated."""
    number = order["number"]
    webhooks.emit(
        world, event, "order", lambda version: order_view(world, order, version), key=f"order {number}", order=number
    )

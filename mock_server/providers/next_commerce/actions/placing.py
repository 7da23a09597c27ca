"""From a draft to an order: the customer, numbers and ids, what it brings about, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import webhooks
from mock_server.providers.next_commerce.actions import carts, charging, subscribing, users
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.customers import KIND as USERS
from mock_server.providers.next_commerce.state.customers import snapshot_of
from mock_server.providers.next_commerce.state.methods import CARD
from mock_server.providers.next_commerce.state.shipments import with_fulfillment_order
from mock_server.providers.next_commerce.state.views import order_view

POSTING = "next_commerce.post_to_fulfillment"  # name of the alarm; its key is the order's number
VOIDING = "next_commerce.authorization.expire"  # the same; its key is number and transaction: "100001 8001"
_AUTHORIZED_FOR = timedelta(days=7)  # with cards; Klarna's authorizations end in the ledger


def numbered(world: World, draft: Record) -> Record:
    """An order of this draft, not kept yet: its customer is there, or made; addresses and lines have their ids.

    Without attribution of its own it has that of the customer's open cart.
    Source: developers.nextcommerce.com, external checkout (read 2026-11-21).
    """
    now = to_text(world.clock.now())
    user = users.get_or_create(world, {**draft["user"], "id": draft["user_id"]})
    shipping, billing = (_address(world, user, draft[name]) for name in ("shipping_address", "billing_address"))
    cart = carts.open_cart_of(world, user["id"]) if draft["source"] != orders.RENEWED else None
    return {
        "number": str(records.new_id(world, orders.KIND)),
        **draft,
        "user_id": user["id"],
        "user": {**snapshot_of(user), **{name: value for name, value in draft["user"].items() if value}},
        "shipping_address": shipping,
        "billing_address": billing,
        "lines": [with_id(world, line) for line in draft["lines"]],
        "attribution": draft["attribution"] or (cart["attribution"] if cart else {}),
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

    The customer's open cart is one no more, unless the order came by itself.

    Sends order.created, subscription.created, transaction.created for each, order.updated.
    """
    order = {**order, **changes, "transactions": list(transactions)}
    order = with_fulfillment_order(world, order)
    records.put(world, orders.KIND, order["number"], order)
    users.count_order(world, order["user_id"], orders.paid(order))
    _save_card(world, order)
    cart = carts.open_cart_of(world, order["user_id"]) if order["source"] != orders.RENEWED else None
    if cart is not None:
        carts.close(world, cart)
    tell(world, "order.created", order)
    if orders.payment_status(order) != "pending" and order["status"] == orders.OPEN:
        order = subscribing.begin(world, order)
    charging.keep(world, order["transactions"])
    tell(world, "order.updated", order)
    _set_alarms(world, order)
    return order


def _save_card(world: World, order: Record) -> None:
    token = order["payment"]["card_token"]
    if order["payment"]["method"] == CARD and order["payment"]["saves_card"]:
        records.change(world, USERS, order["user_id"], lambda user: {**user, "card_token": token})


def _set_alarms(world: World, order: Record) -> None:
    """The order goes to its warehouse after a while, and a card's authorization runs out."""
    if order["fulfillment_orders"]:
        post_later(world, order)
    for each in order["transactions"]:
        if each["type"] == "authorize" and not each["ledger_order_id"]:
            world.clock.set_alarm(world.clock.now() + _AUTHORIZED_FOR, VOIDING, f"{order['number']} {each['id']}")


def post_later(world: World, order: Record) -> None:
    """What waits goes to its warehouse after the store's delay; of test orders never."""
    minutes = world.settings.next_commerce_fulfillment_delay_m
    if minutes and not order["is_test"]:
        world.clock.set_alarm(world.clock.now() + timedelta(minutes=minutes), POSTING, order["number"])


def tell(world: World, event: str, order: Record) -> None:
    """Send order.created or order.updated."""
    number = order["number"]
    webhooks.emit(
        world, event, "order", lambda version: order_view(world, order, version), key=f"order {number}", order=number
    )

"""What a merchant can do with Klarna Checkout v3."""

from __future__ import annotations

from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.klarna.schemas.checkout import check_order
from mock_server.providers.klarna.state import checkout
from mock_server.providers.klarna.state.checkout_views import view_of
from mock_server.providers.klarna.state.payments import is_strict


def create_order(world: World, purchase: dict[str, Any], *, merchant: str, base_url: str) -> Record:
    """Keep an order that a shopper may complete within 48 hours; nothing is charged.

    Source: https://docs.klarna.com/api/checkout/#operation/createOrderMerchant (read 2026-11-20).
    """
    return view_of(checkout.new(world, purchase, merchant=merchant, base_url=base_url), world.name)


def find_order(world: World, order_id: str) -> Record:
    """Raises NoSuchOrder (404) for an id never given out, OrderExpired (404, no body) 48 hours after the last change.

    Completed orders go too; Order Management keeps them.
    """
    return checkout.find(world, order_id)


def find_open_order(world: World, order_id: str, move: str) -> Record:
    """As ``find_order``; raises ReadOnlyOrder (403) for one that was completed or aborted."""
    order = checkout.find(world, order_id)
    checkout.require(move, order)
    return order


def read_order(world: World, order: Record) -> Record:
    """The order as it is; with the shopper's addresses as soon as they were filled in.

    Source: https://docs.klarna.com/api/checkout/#operation/readOrderMerchant (read 2026-11-20).
    """
    return view_of(order, world.name)


def update_order(world: World, order: Record, changes: dict[str, Any]) -> Record:
    """Replace the fields that were sent; it is valid for 48 hours from now.

    Addresses are left alone once the shopper has filled them in. Raises BadValue (400) when the order as a whole would
    break a rule, ReadOnlyOrder (403).
    Source: https://docs.klarna.com/api/checkout/#operation/updateOrderMerchant (read 2026-11-20).
    """
    changes = checkout.without_addresses(order, changes)
    check_order(checkout.purchase_of(order) | changes, strict_locale=is_strict(world.settings))
    return view_of(checkout.change(world, order["order_id"], "update", purchase=changes), world.name)


def abort_order(world: World, order: Record) -> Record:
    """No shopper can complete it any more; it stays readable.

    Raises ReadOnlyOrder (403).
    Source: https://docs.klarna.com/api/checkout/#operation/abortOrder (read 2026-11-20).
    """
    return view_of(checkout.change(world, order["order_id"], "abort", status=checkout.ABORTED), world.name)

"""Orders of Klarna Checkout until they are placed: their record, what may be done with them, how they are shown.

A record (kind ``klarna_checkout_orders``): order_id, merchant, base_url, purchase (what the shop sent), shopper (what
was filled in on Klarna's side; None before), status (checkout_incomplete | checkout_complete | aborted),
recurring_token, pushes (how many were sent), started_at, last_modified_at, completed_at, expires_at.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from mock_server.core.clock import parse_time, to_text
from mock_server.core.store import Record
from mock_server.core.world import DEFAULT, World
from mock_server.ledger import markets
from mock_server.ledger.orders import new_order_id
from mock_server.providers.klarna.errors.checkout import NoSuchOrder, OrderExpired, ReadOnlyOrder

KIND = "klarna_checkout_orders"
LIFETIME = timedelta(hours=48)
INCOMPLETE, COMPLETE, ABORTED = "checkout_incomplete", "checkout_complete", "aborted"
# move -> statuses an order may be in for it
ALLOWED_IN: Mapping[str, tuple[str, ...]] = {
    "update": (INCOMPLETE,),
    "fill in": (INCOMPLETE,),
    "complete": (INCOMPLETE,),
    "abort": (INCOMPLETE,),
}
_PLACEHOLDER = "{checkout.order.id}"
_IN_A_URL = "!#$%&'()*+,/:;=?@[]~"
_OF_THE_SHOPPER = ("billing_address", "shipping_address")


def new(world: World, purchase: Mapping[str, Any], *, merchant: str, base_url: str) -> Record:
    """Keep a new order; the order that is placed with it has its id."""
    now, order_id = world.clock.now(), new_order_id(world)
    order = {
        "order_id": order_id,
        "merchant": merchant,
        "base_url": base_url,
        "purchase": dict(purchase),
        "shopper": None,
        "status": INCOMPLETE,
        "recurring_token": None,
        "pushes": 0,
        "started_at": to_text(now),
        "last_modified_at": to_text(now),
        "completed_at": None,
        "expires_at": to_text(now + LIFETIME),
    }
    world.store.put(KIND, order_id, order)
    return order


def find(world: World, order_id: str) -> Record:
    """Raises NoSuchOrder (404), OrderExpired (404)."""
    order = world.store.get(KIND, order_id)
    if order is None:
        raise NoSuchOrder() from LookupError(f"no checkout order {order_id} in world {world.name}")
    _require_alive(world, order)
    return order


def require(move: str, order: Record) -> None:
    """Raises ReadOnlyOrder (403) when an order in this status does not take the move."""
    if order["status"] not in ALLOWED_IN[move]:
        wanted = " or ".join(ALLOWED_IN[move])
        said = f"to {move} order {order['order_id']} it must be {wanted}, it is {order['status']}"
        raise ReadOnlyOrder() from ValueError(said)


def change(world: World, order_id: str, move: str, **changes: Any) -> Record:
    """Make a move, once; it is valid for 48 hours more. ``purchase`` and ``shopper`` are what changes of them.

    Raises NoSuchOrder, OrderExpired, ReadOnlyOrder.
    """
    now = world.clock.now()

    def apply(order: Record | None) -> Record:
        if order is None:
            raise NoSuchOrder() from LookupError(f"checkout order {order_id} went away")
        _require_alive(world, order)
        require(move, order)
        merged = {name: {**(order[name] or {}), **changes[name]} for name in ("purchase", "shopper") if name in changes}
        times = {"last_modified_at": to_text(now), "expires_at": to_text(now + LIFETIME)}
        return order | changes | merged | times

    order = world.store.change(KIND, order_id, apply)
    assert order is not None  # apply never answers None
    return order


def count_push(world: World, order_id: str) -> int:
    """Note that one more push leaves; how many these are."""
    order = world.store.change(KIND, order_id, lambda order: order and order | {"pushes": order["pushes"] + 1})
    return int(order["pushes"]) if order else 0


def _require_alive(world: World, order: Record) -> None:
    now = world.clock.now()
    if parse_time(order["expires_at"]) <= now:
        told = f"order {order['order_id']} expired at {order['expires_at']}, 48 hours after its last change"
        raise OrderExpired() from LookupError(f"{told}; it is {to_text(now)}")


def purchase_of(order: Record) -> dict[str, Any]:
    """What is bought by whom: what the shop sent, and on top what was filled in on Klarna's side."""
    return {**order["purchase"], **(order["shopper"] or {})}


def without_addresses(order: Record, changes: Mapping[str, Any]) -> dict[str, Any]:
    """An update of an order whose addresses the shopper has filled in leaves those alone, without an error.

    Source: Klarna Checkout API reference, billing_address (read 2026-11-20).
    """
    ignored = _OF_THE_SHOPPER if order["shopper"] else ()
    return {name: value for name, value in changes.items() if name not in ignored}


def url_of(order: Record, name: str) -> str:
    """One of the shop's URLs with Klarna's placeholder filled, fit for a header whatever the shop wrote into it."""
    return quote(_filled(order, order["purchase"]["merchant_urls"].get(name, "")), safe=_IN_A_URL, errors="replace")


def urls_of(order: Record) -> dict[str, str]:
    """All of them, filled, as the placed order keeps them."""
    return {name: _filled(order, url) for name, url in order["purchase"]["merchant_urls"].items()}


def _filled(order: Record, url: str) -> str:
    return url.replace(_PLACEHOLDER, order["order_id"])


def page_url(order: Record, world: str) -> str:
    """Where the shopper finds the checkout; pages carry their world."""
    region = markets.MARKETS[markets.country_of(order["purchase"])].path
    query = "" if world == DEFAULT else f"?world={world}"
    return f"{order['base_url']}/{region}/kco/v3/orders/{order['order_id']}{query}"

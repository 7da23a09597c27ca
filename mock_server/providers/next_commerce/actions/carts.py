"""Carts: filled, changed, forgotten; one that nobody touches for 30 minutes is abandoned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from mock_server.core.clock import Alarm, to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors, webhooks
from mock_server.providers.next_commerce.actions import drafts, lists, users
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.carts import (
    ABANDONMENT,
    KIND,
    OF_USERS,
    OPEN,
    SUBMITTED,
    abandoned_at,
    cart_view,
)
from mock_server.providers.next_commerce.state.customers import snapshot_of

_TOKEN = "0123456789abcdef"


def find(world: World, cart_id: str) -> Record:
    """One that became an order is none any more. Raises NotFound."""
    cart = records.find(world, KIND, cart_id)
    if cart is None:
        raise errors.NotFound.of("Cart", f"no cart {cart_id} in world {world.name}")
    return _open(cart)


def _open(cart: Record) -> Record:
    if cart["status"] != OPEN:
        raise errors.NotFound.of("Cart", f"the status of cart {cart['id']} is {cart['status']}, expected {OPEN}")
    return cart


def list_carts(world: World, query: lists.Query) -> list[Record]:
    """Source: schema 2024-04-01, cartsList (read 2026-11-21)."""

    def products(cart: Record) -> list[Any]:
        return [line[name] for line in cart["lines"] for name in ("product_id", "variant_id")]

    tests: dict[str, lists.Test] = {
        **lists.attributed(lambda cart: cart["attribution"]),
        "product": lists.any_of(products),
        "date_created_from": lists.dated(world, "created_at", "date_created_from", True),
        "date_created_to": lists.dated(world, "created_at", "date_created_to", False),
        "abandoned": lists.flag(lambda cart: cart["abandoned"]),
        "currency": lists.one_of(lambda cart: cart["currency"]),
    }
    return [cart for cart in lists.listed(world, KIND, query, tests) if cart["status"] == OPEN]


def create(world: World, wanted: Mapping[str, Any], base_url: str) -> Record:
    """A cart of a customer, who is found or made, or of nobody. Sends customer.created for a new one.

    Raises InvalidFields.
    Source: developers.nextcommerce.com, external checkout; schema 2024-04-01, cartsCreate (read 2026-11-21).
    """
    told, currency = wanted.get("user"), drafts.currency_of(wanted)
    contents = _contents(world, wanted, currency, wanted.get("vouchers") or ())
    user = users.get_or_create(world, told) if told else None
    now = to_text(world.clock.now())
    cart = {
        "id": records.new_id(world, KIND),
        "token": world.ids.token("next_commerce.cart", 32, _TOKEN),
        "status": OPEN,
        "abandoned": False,
        "currency": currency,
        "user_id": user["id"] if user else None,
        "user": snapshot_of(user) if user else None,
        **contents,
        "lines": _numbered(world, contents["lines"], ()),
        "attribution": wanted.get("attribution") or {},
        "metadata": wanted.get("metadata") or {},
        "base_url": base_url,
        "created_at": now,
        "touched_at": now,
    }
    records.put(world, KIND, cart["id"], cart)
    _list(world, cart, is_open=True)
    _watch(world, cart)
    return cart


def _list(world: World, cart: Record, *, is_open: bool) -> None:
    """Keep which carts of a customer are open, the newest last."""
    if cart["user_id"] is None:
        return

    def change(found: Record | None) -> Record:
        others = [id_ for id_ in (found or {"ids": []})["ids"] if id_ != cart["id"]]
        return {"ids": [*others, cart["id"]] if is_open else others}

    world.store.change(f"{records.KIND}{OF_USERS}", str(cart["user_id"]), change)


def _contents(world: World, wanted: Mapping[str, Any], currency: str, codes: Sequence[str]) -> dict[str, Any]:
    """Lines without ids, with what coupons take off, and the coupons' discounts. Raises InvalidFields."""
    lines, discounts = drafts.discounted(world, drafts.lines_of(world, wanted["lines"], currency), codes)
    return {"lines": lines, "discounts": discounts, "vouchers": list(codes)}


def _numbered(world: World, lines: Sequence[Record], earlier: Sequence[Record]) -> list[Record]:
    """The lines with ids; of a variant that was there before they stay."""
    known: dict[int, list[int]] = {}
    for line in earlier:
        known.setdefault(line["variant_id"], []).append(line["id"])
    found = []
    for line in lines:
        ids = known.get(line["variant_id"])
        found.append({"id": ids.pop(0) if ids else records.new_id(world, "cart_lines"), **line})
    return found


def update(world: World, cart: Record, wanted: Mapping[str, Any]) -> Record:
    """Other lines, and whatever else is given; a cart that is touched is abandoned no longer. Raises InvalidFields,
    NotFound.

    Source: schema 2024-04-01, cartsUpdate (read 2026-11-21).
    """
    codes = wanted["vouchers"] if "vouchers" in wanted else cart["vouchers"]
    contents = _contents(world, wanted, cart["currency"], codes or ())
    lines = _numbered(world, contents["lines"], cart["lines"])
    given = {name: wanted[name] or {} for name in ("attribution", "metadata") if name in wanted}
    changes = {**contents, "lines": lines, **given, "abandoned": False, "touched_at": to_text(world.clock.now())}
    after = records.change(world, KIND, cart["id"], lambda found: {**_open(found), **changes})
    _watch(world, after)
    return after


def _watch(world: World, cart: Record) -> None:
    """Set the alarm of a cart; one that goes off too early sets the next."""
    world.clock.set_alarm(abandoned_at(cart), ABANDONMENT, str(cart["id"]))


def delete(world: World, cart: Record) -> None:
    records.remove(world, KIND, cart["id"])
    _list(world, cart, is_open=False)


def open_cart_of(world: World, user_id: int | None) -> Record | None:
    """The newest cart of a customer that is no order yet."""
    listed = records.find(world, OF_USERS, user_id) if user_id is not None else None
    found = (records.find(world, KIND, id_) for id_ in reversed(listed["ids"] if listed else []))
    return next((cart for cart in found if cart is not None and cart["status"] == OPEN), None)


def close(world: World, cart: Record) -> None:
    """The cart became an order; nothing happens to one that did before, or was deleted."""
    with suppress(errors.NotFound):
        records.change(world, KIND, cart["id"], lambda found: {**_open(found), "status": SUBMITTED})
    _list(world, cart, is_open=False)


def abandon_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a cart that nobody touched for 30 minutes. Sends cart.abandoned.

    Source: schema 2024-04-01, webhook cart.abandoned (read 2026-11-21).
    """
    try:
        cart = records.change(world, KIND, int(alarm.key), lambda found: _abandoned(found, alarm.due))
    except (errors.NotFound, errors.Impossible):
        _watch_on(world, records.find(world, KIND, alarm.key))
        return None
    webhooks.emit(world, "cart.abandoned", "cart", cart_view(world, cart), key=f"cart {cart['id']}")
    return {"what": "next_commerce.cart.abandoned", "cart": alarm.key}


def _abandoned(cart: Record, at: datetime) -> Record:
    """Raises NotFound for one that became an order, Impossible for one that was touched or is abandoned already."""
    if _open(cart)["abandoned"] or abandoned_at(cart) > at:
        raise errors.Impossible(f"cart {cart['id']} was touched at {cart['touched_at']}")
    return {**cart, "abandoned": True}


def _watch_on(world: World, cart: Record | None) -> None:
    """One that was touched meanwhile falls due later."""
    if cart is not None and cart["status"] == OPEN and not cart["abandoned"]:
        _watch(world, cart)

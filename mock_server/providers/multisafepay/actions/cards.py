"""Cards: reservations that the merchant captures, and cards stored for later.

Source: docs.multisafepay.com, manual capture, recurring payments; the Python SDK's own tests (read 2026-11-20).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.multisafepay import errors
from mock_server.providers.multisafepay.schemas.checks import DIRECT
from mock_server.providers.multisafepay.state import orders
from mock_server.providers.multisafepay.state.gateways import GATEWAYS
from mock_server.providers.multisafepay.state.statuses import PAID, RESERVED
from mock_server.providers.multisafepay.webhooks import announce

TOKENS = "multisafepay_tokens"  # token -> stored card
_TEST_CARD = {"last4": "1111", "bin": "411111", "expiry": "3012", "holder": None}


def shown_of(gateway_info: Mapping[str, Any]) -> dict[str, Any] | None:
    """What may be shown of a card; its number is not kept."""
    number = re.sub(r"[^0-9]", "", gateway_info.get("card_number", ""))
    if not number:
        return None
    return {
        "last4": number[-4:],
        "bin": number[:6],
        "expiry": gateway_info.get("card_expiry_date"),
        "holder": gateway_info.get("card_holder_name"),
    }


def reservation(world: World, order: Record) -> dict[str, Any]:
    """What an order gains when its card's money is only reserved: all of it, for as long as the scheme allows."""
    within = GATEWAYS[order["gateway"]].captured_within
    assert within is not None  # the schema refuses capture: manual for any other
    return {
        "capture": {"remaining": order["amount"], "orders": [], "elsewhere": 0},
        "expires_at": to_text(world.clock.now() + within),
    }


@errors.in_multisafepays_words(errors.InvalidRequest)
def create_capture(world: World, order: Record, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Take a reservation's money, all or a part; a part becomes an order of its own, new_order_id. Tells the shop.

    Raises InvalidRequest when nothing is reserved, InvalidAmount for more than remains, InvalidTransactionId for an
    order_id that is taken.
    """
    _check_reserved(order)
    remaining = order["capture"]["remaining"]
    amount = wanted.get("amount") or remaining
    _check_remaining(order, amount)
    if amount == order["amount"]:
        captured = orders.change(world, order, lambda found: _taken(world, found, amount, ""))
        announce(world, captured)
        return {"transaction_id": captured["transaction_id"], "order_id": captured["order_id"]}
    part = _part(world, order, amount, wanted)
    try:
        world.store.change(orders.KIND, part["key"], lambda found: _only_new(found, part))
    except errors.Refused:
        orders.forget(world, part["transaction_id"])
        raise
    try:
        orders.change(world, order, lambda found: _taken(world, found, amount, part["order_id"]))
    except (errors.Refused, errors.Impossible):
        world.store.change(orders.KIND, part["key"], lambda _: None)
        orders.forget(world, part["transaction_id"])
        raise
    orders.remember(world, orders.IDS, part["order_id"], part["key"])
    announce(world, part)
    return {"transaction_id": part["transaction_id"], "order_id": part["order_id"]}


def _check_reserved(order: Record) -> None:
    state = orders.state_of(order)
    if order["capture"] is None or state != RESERVED:
        raise errors.Impossible(f"order {order['order_id']} has nothing reserved, it is {'/'.join(state)}")


def _check_remaining(order: Record, amount: int) -> None:
    remaining = order["capture"]["remaining"]
    if not 0 < amount <= remaining:
        raise errors.InvalidAmount.because("amount", f"is {amount}, {remaining} of {order['amount']} remain")


def _taken(world: World, order: Record, amount: int, part: str) -> Record:
    _check_reserved(order)
    _check_remaining(order, amount)
    capture = dict(order["capture"], remaining=order["capture"]["remaining"] - amount)
    if part:
        capture |= {"orders": [*capture["orders"], part], "elsewhere": capture["elsewhere"] + amount}
    if capture["remaining"]:
        return order | {"capture": capture, "modified": to_text(world.clock.now())}
    return orders.as_moved(world, order, "capture", capture=capture)


def _part(world: World, order: Record, amount: int, wanted: Mapping[str, Any]) -> Record:
    new_id = wanted.get("new_order_id")
    if not new_id:
        raise errors.MissingData.because("new_order_id", "is missing, a part becomes an order of its own")
    _only_new(orders.find(world, new_id, order["site"]), order)
    key = orders.key_of(order["site"], new_id)
    now = to_text(world.clock.now())
    return order | {
        "key": key,
        "order_id": new_id,
        "amount": amount,
        "transaction_id": orders.new_transaction_id(world, key),
        "status": wanted.get("new_order_status", "completed"),
        "financial_status": PAID.financial_status,
        "capture": None,
        "wants_capture": False,
        "description": wanted.get("description") or order["description"],
        "reason": wanted.get("reason"),
        "invoice_id": wanted.get("invoice_id"),
        "created": now,
        "modified": now,
        "completed": now,
        "expires_at": None,
        "session_id": "",
    }


def _only_new(found: Record | None, part: Record) -> Record:
    if found is not None:
        raise errors.InvalidTransactionId.because("new_order_id", f"is {found['order_id']!r}, which is taken")
    return part


@errors.in_multisafepays_words(errors.InvalidRequest)
def cancel_capture(world: World, order: Record, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Let go of what remains reserved: void when nothing was captured. Tells the shop. Raises InvalidRequest."""
    changed = let_go(world, order, wanted.get("reason"))
    announce(world, changed)
    return {"order_id": changed["order_id"], "transaction_id": changed["transaction_id"], "success": True}


def let_go(world: World, order: Record, reason: str | None = None) -> Record:
    """End a reservation with what was captured of it; void when nothing was. Raises Impossible."""

    def end(found: Record) -> Record:
        _check_reserved(found)
        capture = found["capture"]
        move = "capture" if capture["orders"] else "cancel"
        left = {"remaining": 0, "elsewhere": capture["elsewhere"] + capture["remaining"]}
        return orders.as_moved(world, found, move, capture=capture | left, reason=reason, expires_at=None)

    return orders.change(world, order, end)


def with_stored_card(world: World, order: Record, wanted: Mapping[str, Any]) -> Record:
    """A direct order with the stored card it is paid with, or whose card is to be stored from now on."""
    model, reference = wanted.get("recurring_model"), wanted["customer"].get("reference")
    if order["type"] != DIRECT:
        return order
    if wanted.get("recurring_id"):
        recurring = {"id": wanted["recurring_id"], "model": model}
    elif model and reference and GATEWAYS[order["gateway"]].is_card:
        recurring = {"id": _store(world, order, reference, model), "model": model}
    else:
        return order
    return orders.change(world, order, lambda found: found | {"recurring": recurring})


def _store(world: World, order: Record, reference: str, model: str) -> str:
    """Keep the card of a customer; its token."""
    card = order["card"] or _TEST_CARD
    token = world.ids.token("multisafepay_token", 10)
    stored = {
        "token": token,
        "site": order["site"],
        "reference": reference,
        "code": order["gateway"],
        "bin": card["bin"],
        "last4": card["last4"],
        "expiry": card["expiry"] or _TEST_CARD["expiry"],
        "holder": card["holder"],
        "model": model,
    }
    world.store.put(TOKENS, token, stored)
    return token


def list_tokens(world: World, site: str, reference: str) -> dict[str, Any]:
    """The stored cards of a website's customer."""
    mine = [token for token in world.store.all(TOKENS) if (token["site"], token["reference"]) == (site, reference)]
    return {"tokens": [_token_view(world, token) for token in mine]}


def find_token(world: World, site: str, reference: str, token: str) -> Record:
    """Raises TokenNotFound."""
    found = world.store.get(TOKENS, token)
    if found is None or (found["site"], found["reference"]) != (site, reference):
        raise errors.TokenNotFound.because("token", f"is {token!r}, customer {reference!r} has none such")
    return found


def read_token(world: World, token: Record) -> dict[str, Any]:
    """A stored card, as far as it may be shown."""
    return _token_view(world, token)


def update_token(world: World, token: Record, update: Mapping[str, Any]) -> dict[str, Any]:
    """Change holder, expiry (YYMM) or purpose of a stored card."""
    names = {"card_holder_name": "holder", "card_expiry_date": "expiry", "recurring_model": "model"}
    changes = {own: update[name] for name, own in names.items() if name in update}
    world.store.change(TOKENS, token["token"], lambda found: found | changes if found else None)
    return {"updated": True}


def remove_token(world: World, token: Record) -> dict[str, Any]:
    """Forget a stored card."""
    world.store.change(TOKENS, token["token"], lambda _: None)
    return {"removed": True}


def _token_view(world: World, token: Record) -> dict[str, Any]:
    expiry, now = str(token["expiry"]), orders.wall_clock(world.clock.now()).strftime("%y%m")
    return {
        "token": token["token"],
        "code": token["code"],
        "display": f"**** **** **** {token['last4']}",
        "bin": int(token["bin"]),
        "name_holder": token["holder"],
        "expiry_date": int(expiry) if expiry.isascii() and expiry.isdigit() else None,
        "expired": int(expiry < now),
        "last4": int(token["last4"]),
        "recurring_model": token["model"],
    }

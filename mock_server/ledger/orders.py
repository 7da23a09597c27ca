"""Orders: money that was authorized, and what became of it.

An order record has the fields that Klarna's order management shows (amounts in minor units), and besides: session_id
and authorization_token (None when charged to the customer_token_id), merchant, placed_through (the face),
merchant_urls, auto_capture, decides (what becomes of the order and when), decided_at (of the last decision; None:
there was none), disputed_as and disputes (see disputes.py), acknowledged_at; overruled_at of a rejected order that its
merchant captured, given_up_at of one that Klarna cancelled; shipping_info once there is some.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.clock import parse_time, to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import disputes, endings, events, transitions
from mock_server.ledger.authorizations import AlreadyUsed, UnknownAuthorization, mark_used
from mock_server.ledger.captures import capture_order
from mock_server.ledger.decisions import Verdict, schedule
from mock_server.ledger.sessions import EXPIRY, require_open
from mock_server.ledger.tokens import find_active_token

_REFERENCE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
# fields of a purchase that an order keeps as they were sent
_KEPT = (
    "purchase_country", "purchase_currency", "locale", "order_lines", "order_tax_amount", "billing_address",
    "shipping_address", "customer", "merchant_reference1", "merchant_reference2", "merchant_data", "merchant_urls",
)  # fmt: skip


def new_order_id(world: World) -> str:
    return world.ids.uuid("order", versions="345")


def place_order(
    world: World,
    order_id: str,
    purchase: Mapping[str, Any],
    *,
    authorization: Record,
    placed: Mapping[str, Any],
    verdict: Verdict,
    placed_through: str,
) -> Record:
    """Turn an authorization into an order and complete its session, once: the first to complete it places the order.

    ``placed`` ({token, body_digest, answer}) is kept with the session, for those who ask again. With ``auto_capture``
    the whole amount is captured at once, of a pending order as soon as it is accepted. Publishes order.placed (and
    order.captured). Raises SessionCompleted, AlreadyUsed, and UnknownAuthorization for a token that is no longer the
    session's.
    Source: Klarna Payments API reference, create an order (read 2026-11-20).
    """
    if authorization["used_for"] == "customer_token":
        raise AlreadyUsed(f"token {authorization['token']} was used for its customer_token")
    _complete_session(world, authorization, order_id, dict(placed))
    payer = {
        "initial_payment_method": {"type": authorization["method"]},
        "session_id": authorization["session_id"],
        "authorization_token": authorization["token"],
        "merchant": authorization["merchant"],
    }
    order = _order(world, order_id, purchase, payer, verdict, placed_through)
    world.store.put("orders", order_id, order)
    mark_used(world, authorization["token"])
    return _begin(world, order, verdict)


def charge_token(
    world: World, order_id: str, purchase: Mapping[str, Any], *, token_id: str, verdict: Verdict, placed_through: str
) -> Record:
    """Place an order with a customer token, without session or shopper; with ``auto_capture`` as ``place_order``.

    Publishes order.placed (and order.captured). Raises TokenNotActive.
    Source: Customer Token API reference, create an order (read 2026-11-21).
    """
    token = find_active_token(world, token_id)
    payer = {
        "initial_payment_method": {"type": token["payment_method_type"].lower()},
        "session_id": None,
        "authorization_token": None,
        "customer_token_id": token_id,
        "merchant": token["merchant"],
    }
    order = _order(world, order_id, purchase, payer, verdict, placed_through)
    world.store.put("orders", order_id, order)
    return _begin(world, order, verdict)


def _begin(world: World, order: Record, verdict: Verdict) -> Record:
    """What follows once an order is there."""
    order_id = order["order_id"]
    schedule(world, order_id, verdict)
    world.clock.set_alarm(parse_time(order["expires_at"]), endings.EXPIRY, order_id)
    disputes.tell(world, order, None)
    world.publish(events.ORDER_PLACED, order)
    if order["auto_capture"] and order["fraud_status"] == transitions.ACCEPTED:
        order, _ = capture_order(world, order_id, order["order_amount"])
    return order


def find_order(world: World, order_id: str) -> Record:
    """The order; raises NotAllowed("unknown")."""
    order = world.store.get("orders", order_id)
    if order is None:
        raise transitions.NotAllowed("unknown", f"no order {order_id} in world {world.name}")
    return order


def _order(
    world: World,
    order_id: str,
    purchase: Mapping[str, Any],
    payer: Mapping[str, Any],
    verdict: Verdict,
    placed_through: str,
) -> Record:
    now = world.clock.now()
    amount = purchase["order_amount"]
    return {
        "order_id": order_id,
        "klarna_reference": world.ids.token("klarna_reference", 8, _REFERENCE_ALPHABET),
        "status": transitions.AUTHORIZED,
        "fraud_status": verdict.fraud_status,
        "order_amount": amount,
        "original_order_amount": amount,
        "captured_amount": 0,
        "refunded_amount": 0,
        "remaining_authorized_amount": amount,
        **{name: purchase[name] for name in _KEPT if purchase.get(name) is not None},
        "initial_payment_method": payer["initial_payment_method"],
        "captures": [],  # oldest first
        "refunds": [],  # oldest first
        "created_at": to_text(now),
        "expires_at": to_text(endings.expiry_from(now)),
        **payer,
        "placed_through": placed_through,
        "auto_capture": bool(purchase.get("auto_capture")),
        "decides": verdict.as_record(),
        "decided_at": None,
        **disputes.of_new_order(verdict.dispute, amount, to_text(now)),
    }


def _complete_session(world: World, authorization: Record, order_id: str, placed: Record) -> None:
    session_id, token = authorization["session_id"], authorization["token"]

    def complete(session: Record | None) -> Record:
        if session is None:
            raise UnknownAuthorization(f"session {session_id} of token {token} went away")
        require_open(session)
        if session["authorization_token"] != token:
            raise UnknownAuthorization(f"token {token} is no longer the one of session {session_id}")
        return session | {"status": "complete", "order_id": order_id, "placed": placed}

    session = world.store.change("sessions", session_id, complete)
    if session:
        world.clock.cancel_alarm(parse_time(session["expires_at"]), EXPIRY, session_id)

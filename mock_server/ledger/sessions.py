"""Payment sessions: what a shop wants to sell, open for 48 hours or until an order is placed.

A session record: id, merchant, purchase (the request's fields, Klarna's names), base_url, status (incomplete |
complete), categories, created_at, expires_at, authorization_token (the only one that can place the order), order_id,
placed ({token, body_digest, answer} of the request that placed the order).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mock_server.core.clock import Alarm, parse_time, to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import events, markets

LIFETIME = timedelta(hours=48)
EXPIRY = "session.expire"  # name of the alarm
_BADGE = "https://x.klarnacdn.net/payment-method/assets/badges/generic/klarna.svg"


class UnknownSession(Exception):
    """No session has this id, or it has expired."""


class SessionCompleted(Exception):
    """An order was placed with this session; ``placed`` says by which token and request."""

    def __init__(self, session: Record) -> None:
        super().__init__(f"order {session['order_id']} was placed with session {session['id']}")
        self.placed: Record = session["placed"]


def open_session(
    world: World, purchase: dict[str, Any], *, merchant: str, base_url: str, token: str | None = None
) -> Record:
    """Keep a purchase for 48 hours. ``base_url`` is where browsers find this server; ``token`` is one granted before.

    Source: docs.klarna.com, initiate a payment (read 2026-11-20).
    """
    now = world.clock.now()
    session_id = world.ids.uuid("session", versions="13456")
    expires_at = now + LIFETIME
    session = {
        "id": session_id,
        "merchant": merchant,
        "purchase": purchase,
        "base_url": base_url,
        "status": "incomplete",
        "categories": _categories(world, purchase, session_id),
        "created_at": to_text(now),
        "expires_at": to_text(expires_at),
        "authorization_token": token,
        "order_id": None,
        "placed": None,
    }
    world.store.put("sessions", session_id, session)
    world.clock.set_alarm(expires_at, EXPIRY, session_id)
    return session


def find_session(world: World, session_id: str) -> Record:
    """The session; raises UnknownSession when there is none or its 48 hours are over."""
    session = world.store.get("sessions", session_id)
    if session is None:
        raise UnknownSession(f"no session {session_id} in world {world.name}")
    now = world.clock.now()
    if parse_time(session["expires_at"]) <= now:
        raise UnknownSession(f"session {session_id} expired at {session['expires_at']}, it is {to_text(now)}")
    return session


def require_open(session: Record) -> None:
    """Raises SessionCompleted when an order was placed with it."""
    if session["status"] == "complete":
        raise SessionCompleted(session)


def update_session(world: World, session_id: str, changes: dict[str, Any]) -> Record:
    """Replace the fields given; raises UnknownSession, SessionCompleted."""
    find_session(world, session_id)

    def apply(session: Record | None) -> Record:
        if session is None:
            raise UnknownSession(f"session {session_id} went away")
        require_open(session)
        return session | {"purchase": session["purchase"] | changes}

    updated = world.store.change("sessions", session_id, apply)
    assert updated is not None  # apply never answers None
    return updated


def forget_session(world: World, session: Record) -> None:
    """Undo ``open_session``."""
    world.store.change("sessions", session["id"], lambda _: None)
    world.clock.cancel_alarm(parse_time(session["expires_at"]), EXPIRY, session["id"])


def expire_session(world: World, alarm: Alarm) -> Record | None:
    """The session's alarm: tells that it expired, unless an order came first. Publishes session.expired."""
    session = world.store.get("sessions", alarm.key)
    if session is None or session["status"] == "complete":
        return None
    world.publish(events.SESSION_EXPIRED, session)
    return {"what": events.SESSION_EXPIRED, "session_id": alarm.key}


def categories_of(session: Record) -> list[dict[str, Any]]:
    """The payment method categories of a session, in Klarna's form."""
    return [
        {"identifier": identifier, "name": name, "asset_urls": {"descriptive": _BADGE, "standard": _BADGE}}
        for identifier, name in session["categories"]
    ]


def _categories(world: World, purchase: dict[str, Any], session_id: str) -> list[list[str]]:
    """(identifier, name) in an order that differs from session to session, as the real one does."""
    offered = markets.categories(markets.country_of(purchase), world.settings.klarna_payment_method_categories)
    shuffled = [list(category) for category in offered]
    if len(shuffled) > 1:
        world.ids.tied_to("categories", session_id).shuffle(shuffled)
    return shuffled

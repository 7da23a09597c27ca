"""Authorizations: a shopper was approved; a token, good for one order within 60 minutes.

An authorization record: token, session_id, merchant, shopper (what was filled in on Klarna's side), method, decision
(what fraud assessment will say), status (valid | used | cancelled | replaced), used_for (order | customer_token),
customer_token, created_at, expires_at. What is bought is the session's, and which token may buy it, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mock_server.core.clock import Alarm, parse_time, to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import events, markets
from mock_server.ledger.sessions import SessionCompleted, UnknownSession, require_open

LIFETIME = timedelta(minutes=60)
EXPIRY = "authorization.expire"  # name of the alarm


class UnknownAuthorization(Exception):
    """No authorization has this token, or it expired, was replaced or cancelled."""


class AlreadyUsed(Exception):
    """An order or a customer token came of this authorization."""


class AlreadyGranted(Exception):
    """Somebody granted this very token a moment ago."""


def grant(
    world: World,
    session: Record,
    *,
    shopper: Mapping[str, Any] | None = None,
    category: str = "",
    decision: Mapping[str, Any] | None = None,
) -> Record:
    """Approve the shopper of a session: a fresh token replaces an earlier one.

    ``shopper`` is what was filled in on Klarna's side and not known to the shop; ``decision`` is what fraud
    assessment will say of the order (None: accepted). Publishes authorization.granted. Raises SessionCompleted.
    Source: docs.klarna.com, Klarna Payments SDK reference, authorize (read 2026-11-20).
    """
    require_open(session)
    token = world.ids.uuid("authorization", versions="13456")
    authorization = _authorization(world, session, token, shopper, category, decision)
    world.store.put("authorizations", token, authorization)
    earlier = _take_over(world, session["id"], token)
    if earlier:
        _end(world, earlier, "replaced")
    _announce(world, authorization)
    return authorization


def grant_unseen(world: World, session: Record) -> Record:
    """Let a token that nobody granted count as granted for this session, which was opened with it.

    Publishes authorization.granted. Raises AlreadyGranted for everybody but the first.
    """
    token = session["authorization_token"]
    fresh = _authorization(world, session, token, None, "", None)

    def keep_first(found: Record | None) -> Record:
        if found is not None and parse_time(found["expires_at"]) > world.clock.now():
            raise AlreadyGranted(f"token {token} was granted at {found['created_at']}")
        return fresh

    world.store.change("authorizations", token, keep_first)
    _announce(world, fresh)
    return fresh


def _authorization(
    world: World,
    session: Record,
    token: str,
    shopper: Mapping[str, Any] | None,
    category: str,
    decision: Mapping[str, Any] | None,
) -> Record:
    now = world.clock.now()
    return {
        "token": token,
        "session_id": session["id"],
        "merchant": session["merchant"],
        "shopper": dict(shopper or {}),
        "method": markets.payment_method(category, markets.country_of(session["purchase"])),
        "decision": dict(decision) if decision else None,
        "status": "valid",
        "used_for": None,
        "customer_token": None,  # {"body_digest", "answer"} of the request that made one
        "created_at": to_text(now),
        "expires_at": to_text(now + LIFETIME),
    }


def _announce(world: World, authorization: Record) -> None:
    world.clock.set_alarm(parse_time(authorization["expires_at"]), EXPIRY, authorization["token"])
    world.publish(events.AUTHORIZATION_GRANTED, authorization)


def _take_over(world: World, session_id: str, token: str) -> str | None:
    """Make the token the session's; the one it replaces. Raises SessionCompleted, UnknownSession."""
    earlier: list[str | None] = []

    def apply(session: Record | None) -> Record:
        if session is None:
            raise UnknownSession(f"session {session_id} went away")
        require_open(session)
        earlier[:] = [session["authorization_token"]]
        return session | {"authorization_token": token}

    try:
        world.store.change("sessions", session_id, apply)
    except (SessionCompleted, UnknownSession):
        world.store.change("authorizations", token, lambda _: None)
        raise
    return earlier[0]


def find_authorization(world: World, token: str) -> Record:
    """The authorization, used or not; raises UnknownAuthorization when the token is worth nothing."""
    authorization = world.store.get("authorizations", token)
    if authorization is None:
        raise UnknownAuthorization(f"no authorization {token} in world {world.name}")
    if authorization["status"] in ("replaced", "cancelled"):
        raise UnknownAuthorization(f"authorization {token} was {authorization['status']}")
    now = world.clock.now()
    if parse_time(authorization["expires_at"]) <= now:
        raise UnknownAuthorization(
            f"authorization {token} expired at {authorization['expires_at']}, 60 minutes after it was granted;"
            f" it is {to_text(now)}"
        )
    return authorization


def mark_used(world: World, token: str) -> None:
    """Note that the order was placed; who may place it, and once only, is settled on the session."""
    _end(world, token, "used", used_for="order")


def keep_customer_token(world: World, token: str, made: Mapping[str, Any], *, spend: bool) -> Record:
    """Note the customer token made of this authorization; answers with the first one, should there be two.

    With ``spend`` no order can follow. Raises AlreadyUsed when an order came first.
    """

    def keep(authorization: Record | None) -> Record:
        if authorization is None or authorization["status"] in ("replaced", "cancelled"):
            raise UnknownAuthorization(f"authorization {token} went away")
        if authorization["customer_token"]:
            return authorization
        if authorization["status"] == "used":
            raise AlreadyUsed(f"token {token} was used for its {authorization['used_for']}")
        spent = {"status": "used", "used_for": "customer_token"} if spend else {}
        return authorization | {"customer_token": dict(made)} | spent

    authorization = world.store.change("authorizations", token, keep)
    assert authorization is not None  # keep never answers None
    kept: Record = authorization["customer_token"]
    return kept


def cancel(world: World, token: str) -> None:
    """Clear the shopper's debt; the session stays open. Raises UnknownAuthorization, AlreadyUsed.

    Source: docs.klarna.com, cancel an authorization (read 2026-11-20).
    """
    authorization = find_authorization(world, token)
    if authorization["status"] == "used":
        raise AlreadyUsed(f"token {token} was used for its {authorization['used_for']}")

    def let_go(session: Record | None) -> Record | None:
        if session is not None and session["status"] == "complete":
            raise AlreadyUsed(f"order {session['order_id']} was placed with token {token}")
        if session is not None and session["authorization_token"] == token:
            return session | {"authorization_token": None}
        return session

    world.store.change("sessions", authorization["session_id"], let_go)
    if _end(world, token, "cancelled") == "used":  # a customer token was faster
        raise AlreadyUsed(f"token {token} was used meanwhile")


def _end(world: World, token: str, status: str, *, used_for: str | None = None) -> str | None:
    """A valid authorization ends, one that has ended stays as it is; answers with its status now."""

    def end(authorization: Record | None) -> Record | None:
        if authorization is None or authorization["status"] != "valid":
            return authorization
        return authorization | {"status": status, "used_for": used_for}

    ended = world.store.change("authorizations", token, end)
    if ended is None:
        return None
    world.clock.cancel_alarm(parse_time(ended["expires_at"]), EXPIRY, token)
    return str(ended["status"])


def expire_authorization(world: World, alarm: Alarm) -> Record | None:
    """The token's alarm: tells that it expired unused. Publishes authorization.expired."""
    authorization = world.store.get("authorizations", alarm.key)
    if authorization is None or authorization["status"] != "valid":
        return None
    world.publish(events.AUTHORIZATION_EXPIRED, authorization)
    return {
        "what": events.AUTHORIZATION_EXPIRED,
        "authorization_token": alarm.key,
        "session_id": authorization["session_id"],
    }

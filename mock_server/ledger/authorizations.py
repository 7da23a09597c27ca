"""Authorizations: a shopper was approved; a token, good for one order within 60 minutes.

An authorization record: token, session_id, merchant, shopper (what was filled in on Klarna's side), method, decision
(what fraud assessment will say), status (valid | used | cancelled | replaced), used_for (order | customer_token),
body_digest, answer, customer_token, created_at, expires_at. What is bought is the session's.
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
    """The token was used before; ``authorization`` is the record."""

    def __init__(self, authorization: Record) -> None:
        super().__init__(f"token {authorization['token']} was used for its {authorization['used_for']}")
        self.authorization = authorization


def grant(
    world: World,
    session: Record,
    *,
    shopper: Mapping[str, Any] | None = None,
    category: str = "",
    decision: Mapping[str, Any] | None = None,
    token: str = "",
) -> Record:
    """Approve the shopper of a session: a fresh token replaces an earlier one.

    ``shopper`` is what was filled in on Klarna's side and not known to the shop; ``decision`` is what fraud
    assessment will say of the order (None: accepted). Publishes authorization.granted. Raises SessionCompleted.
    """
    require_open(session)
    now = world.clock.now()
    authorization = {
        "token": token or world.ids.uuid("authorization", versions="13456"),
        "session_id": session["id"],
        "merchant": session["merchant"],
        "shopper": dict(shopper or {}),
        "method": markets.payment_method(category, markets.country_of(session["purchase"])),
        "decision": dict(decision) if decision else None,
        "status": "valid",
        "used_for": None,
        "body_digest": None,  # of the request that used it
        "answer": None,  # what that request was answered
        "customer_token": None,  # {"body_digest", "answer"} of the request that made one
        "created_at": to_text(now),
        "expires_at": to_text(now + LIFETIME),
    }
    world.store.put("authorizations", authorization["token"], authorization)
    world.clock.set_alarm(now + LIFETIME, EXPIRY, authorization["token"])
    earlier = _take_over(world, session["id"], authorization["token"])
    if earlier:
        _end(world, earlier, "replaced")
    world.publish(events.AUTHORIZATION_GRANTED, authorization)
    return authorization


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


def use(world: World, token: str, *, used_for: str, body_digest: str, answer: Mapping[str, Any]) -> Record:
    """Spend the token, once and for all; raises AlreadyUsed for everybody but the first."""

    def spend(authorization: Record | None) -> Record:
        if authorization is None or authorization["status"] in ("replaced", "cancelled"):
            raise UnknownAuthorization(f"authorization {token} went away")
        if authorization["status"] == "used":
            raise AlreadyUsed(authorization)
        used = {"status": "used", "used_for": used_for, "body_digest": body_digest, "answer": dict(answer)}
        return authorization | used

    authorization = world.store.change("authorizations", token, spend)
    assert authorization is not None  # spend never answers None
    world.clock.cancel_alarm(parse_time(authorization["expires_at"]), EXPIRY, token)
    return authorization


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
            raise AlreadyUsed(authorization)
        spent = {"status": "used", "used_for": "customer_token"} if spend else {}
        return authorization | {"customer_token": dict(made)} | spent

    authorization = world.store.change("authorizations", token, keep)
    assert authorization is not None  # keep never answers None
    kept: Record = authorization["customer_token"]
    return kept


def cancel(world: World, token: str) -> None:
    """Clear the shopper's debt; the session stays open. Raises UnknownAuthorization, AlreadyUsed."""
    authorization = find_authorization(world, token)
    _end(world, token, "cancelled")

    def forget(session: Record | None) -> Record | None:
        if session and session["authorization_token"] == token:
            return session | {"authorization_token": None}
        return session

    world.store.change("sessions", authorization["session_id"], forget)


def _end(world: World, token: str, status: str) -> None:
    def end(authorization: Record | None) -> Record | None:
        if authorization and authorization["status"] == "used":
            raise AlreadyUsed(authorization)
        return authorization and authorization | {"status": status}

    ended = world.store.change("authorizations", token, end)
    if ended:
        world.clock.cancel_alarm(parse_time(ended["expires_at"]), EXPIRY, token)


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

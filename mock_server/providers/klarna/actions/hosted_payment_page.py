"""What a merchant can do with the Hosted Payment Page v1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from mock_server.core.clock import Alarm, parse_time, to_text
from mock_server.core.errors import NotEmulated
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import markets
from mock_server.providers.klarna.actions.payments import find_open_session
from mock_server.providers.klarna.errors import hosted_payment_page as errors
from mock_server.providers.klarna.errors.payments import InvalidSessionId
from mock_server.providers.klarna.schemas.hosted_payment_page import Hosted, check_categories
from mock_server.providers.klarna.state import hosted_payment_page as state
from mock_server.providers.klarna.webhooks.hosted_payment_page import send_status_update

_CHECKOUT_ORDERS = "klarna_checkout_orders"  # the kind that Checkout v3 keeps its orders under


def create_session(world: World, asked: Mapping[str, Any], *, merchant: str, base_url: str) -> Record:
    """Open a page for a payment session, until one hour before that expires; nothing is charged, nobody is told.

    Raises InvalidSessionId (404) for a payment session that is unknown, expired or about to, SessionHasBeenCompleted
    (404), BadValue (400) for a category that it does not offer. Not emulated: orders of Checkout v3 (501), profiles,
    payment_fallback. Assumed: redirect_url is told for every acquiring_channel.
    Source: docs.klarna.com, Hosted Payment Page, create session (read 2026-11-21).
    """
    payment_session = _payment_session(world, asked["hosted"])
    check_categories(asked.get("options") or {}, [identifier for identifier, _ in payment_session["categories"]])
    expires_at = parse_time(payment_session["expires_at"]) - state.EARLIER
    if expires_at <= world.clock.now():
        why = f"payment session {payment_session['id']} expires at {payment_session['expires_at']}, a page 1 h before"
        raise InvalidSessionId() from LookupError(why)
    session = _new(world, payment_session, asked, expires_at) | {"merchant": merchant, "base_url": base_url}
    state.keep(world, session)
    world.clock.set_alarm(expires_at, state.EXPIRY, session["id"])
    return _created(world, session)


def _new(world: World, payment_session: Record, asked: Mapping[str, Any], expires_at: datetime) -> Record:
    now, purchase = to_text(world.clock.now()), payment_session["purchase"]
    return {
        "id": world.ids.uuid("klarna_hpp_session", versions="13457"),
        "page_id": world.ids.token("klarna_hpp_page", 7),
        "payment_session_id": payment_session["id"],
        "merchant_urls": asked.get("merchant_urls") or {},
        "options": asked.get("options") or {},
        "profile_id": asked.get("profile_id"),
        "region": markets.MARKETS[markets.country_of(purchase)].path,
        "channel": purchase.get("acquiring_channel", state.ECOMMERCE),
        "status": state.WAITING,
        "created_at": now,
        "updated_at": now,
        "expires_at": to_text(expires_at),
        "authorization_token": None,
        "order_id": None,
        "klarna_reference": None,
        "refusal": None,
        "paying_since": None,
        "distributions": [],
    }


def _payment_session(world: World, hosted: Hosted) -> Record:
    if hosted.api == "payments":
        return find_open_session(world, hosted.id)
    if world.store.get(_CHECKOUT_ORDERS, hosted.id) is None:
        raise InvalidSessionId() from LookupError(f"no checkout order {hosted.id} in world {world.name}")
    raise NotEmulated("a hosted page for an order of Checkout v3 is not emulated, one for a payment session is")


def _created(world: World, session: Record) -> Record:
    found = state.addresses(session, world.name)
    module = {name: found.pop(name) for name in ("standalone_url", "generation_url")}
    token = world.ids.tied_to("klarna_hpp_distribution", session["id"]).randbytes(16).hex()
    return {
        "session_id": session["id"],
        **found,
        "expires_at": session["expires_at"],
        "distribution_module": {"token": token, **module},
    }


def find_session(world: World, session_id: str) -> Record:
    """Raises InvalidSessionId (404): never seen, or its time is over."""
    session = world.store.get(state.KIND, session_id)
    if session is None:
        raise InvalidSessionId() from LookupError(f"no hosted session {session_id} in world {world.name}")
    if state.is_over(world, session):
        why = f"hosted session {session_id} expired at {session['expires_at']}, it is {to_text(world.clock.now())}"
        raise InvalidSessionId() from LookupError(why)
    return session


def read_session(session: Record) -> Record:
    """Status, and what came of it: a token, or with a place_order_mode an order.

    Source: docs.klarna.com, Hosted Payment Page, read session (read 2026-11-21).
    """
    return state.view(session)


def delete_session(world: World, session: Record) -> None:
    """Disable the page for good; its payment session stays open. Tells status_update.

    One that is disabled or cancelled already stays as it is. Raises AlreadyCompleted (400).
    Source: docs.klarna.com, Hosted Payment Page, disable session (read 2026-11-21).
    """
    try:
        disabled = state.move(world, session["id"], state.DISABLED)
    except state.NotPossible as impossible:
        now = world.store.get(state.KIND, session["id"])
        if now is not None and now["status"] == state.COMPLETED:
            raise errors.AlreadyCompleted() from impossible
        return
    send_status_update(world, disabled)


def distribute_session(world: World, session: Record, asked: Mapping[str, Any]) -> None:
    """Note who would get the link, by e-mail, sms or access token: it is kept with the session, never sent.

    Raises AlreadyCompleted, SessionIsClosed (400). Not emulated: the limit of 100 e-mails a day; whether an
    access_id exists.
    Source: Hosted Payment Page API reference; docs.klarna.com, distribute session (read 2026-11-21).
    """
    distribution = {
        "method": asked["method"],
        "contact_information": asked["contact_information"],
        "url": state.page_url(session, world.name),
        "distributed_at": to_text(world.clock.now()),
    }

    def add(found: Record | None) -> Record | None:
        return found and found | {"distributions": [*found["distributions"], _if_open(found, distribution)]}

    world.store.change(state.KIND, session["id"], add)


def _if_open(session: Record, distribution: Record) -> Record:
    if session["status"] == state.COMPLETED:
        raise errors.AlreadyCompleted()
    if session["status"] not in state.OPEN:
        raise errors.SessionIsClosed(f"Session is {session['status'].lower()}")
    return distribution


def check_identity(session: Record) -> NoReturn:
    """Raises NotEmulated (501)."""
    raise NotEmulated(f"the manual identification check is not emulated, session {session['id']} needs none")


def generate_distribution_token(session: Record) -> NoReturn:
    """Raises NotEmulated (501)."""
    raise NotEmulated(
        f"the distribution module is not emulated; session {session['id']} is distributed with POST .../distribution,"
        " or by its redirect_url and qr_code_url"
    )


def expire(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a page: nobody can pay any more. Tells status_update TIMEOUT, unless it was over before."""
    try:
        expired = state.move(world, alarm.key, state.TIMEOUT)
    except state.NotPossible:
        return None
    send_status_update(world, expired)
    return {"what": "klarna.hosted_payment_page.timeout", "session_id": alarm.key}

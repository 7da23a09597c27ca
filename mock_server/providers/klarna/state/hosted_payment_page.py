"""Sessions of the Hosted Payment Page: their statuses, what is told of them, where they lead.

A session record: id, page_id (of its short address), payment_session_id, merchant_urls, options, profile_id, merchant,
base_url, region (eu | na | oc), channel (ECOMMERCE | IN_STORE | TELESALES), status, created_at, updated_at, expires_at,
authorization_token, order_id, klarna_reference, refusal (why the last try led to nothing), paying_since (while a
shopper's payment is at work), distributions (oldest first: {method, contact_information, url, distributed_at}).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from mock_server.core.clock import parse_time, to_text
from mock_server.core.store import Record
from mock_server.core.world import DEFAULT, World
from mock_server.ledger import markets
from mock_server.providers.klarna.state.payments import in_a_header

KIND = "klarna_hpp_sessions"
PAGES = "klarna_hpp_pages"  # id of a page -> {"id"} of its session
PAYMENT_SESSIONS = "klarna_hpp_payment_sessions"  # id of a payment session -> {"ids"} of the sessions that host it
EXPIRY = "klarna.hosted_payment_page.expire"  # name of the alarm
EARLIER = timedelta(hours=1)  # it expires so much before its payment session
_PATIENCE = timedelta(seconds=60)  # a payment at work for longer was stopped half-way

WAITING, IN_PROGRESS, COMPLETED, CANCELLED = "WAITING", "IN_PROGRESS", "COMPLETED", "CANCELLED"
BACK, FAILED, ERROR, DISABLED = "BACK", "FAILED", "ERROR", "DISABLED"
TIMEOUT = "TIMEOUT"  # told by the callback only: whoever reads the session gets 404
OPEN = (WAITING, IN_PROGRESS, BACK, FAILED, ERROR)
NO_ORDER = "NONE"  # the place_order_mode in which the shop places the order
CAPTURE_ORDER = "CAPTURE_ORDER"
ECOMMERCE = "ECOMMERCE"

# status -> those it may follow; a page opened again after a try that led to nothing is in progress again.
# Source: docs.klarna.com, tracking session status (read 2026-11-21)
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    IN_PROGRESS: (WAITING, BACK, FAILED, ERROR),
    BACK: OPEN,
    FAILED: OPEN,
    ERROR: OPEN,
    COMPLETED: OPEN,
    CANCELLED: OPEN,
    DISABLED: OPEN,
    TIMEOUT: OPEN,
}
# status -> the merchant URLs that the browser may be sent to, the first that the shop has given
_LEADS_TO: Mapping[str, tuple[str, ...]] = {
    COMPLETED: ("success",),
    BACK: ("back", "cancel"),  # for a web shop both are the way back
    CANCELLED: ("cancel",),
    FAILED: ("failure",),
    ERROR: ("error", "failure"),
}


class NotPossible(Exception):
    """A move that the session's status does not allow, or another payment is at work."""


def keep(world: World, session: Record) -> None:
    """Put a new session where it is found by its id, its page and its payment session."""
    world.store.put(KIND, session["id"], session)
    world.store.put(PAGES, session["page_id"], {"id": session["id"]})

    def add(hosts: Record | None) -> Record:
        return {"ids": [*(hosts["ids"] if hosts else []), session["id"]]}

    world.store.change(PAYMENT_SESSIONS, session["payment_session_id"], add)


def find_by_page(world: World, page_id: str) -> Record | None:
    """By the id in the page's address, or by the session's own as in the address of its QR code."""
    page = world.store.get(PAGES, page_id)
    return world.store.get(KIND, page["id"] if page else page_id)


def hosts_of(world: World, payment_session_id: str) -> Iterator[Record]:
    """The sessions that host a payment session, oldest first."""
    hosts = world.store.get(PAYMENT_SESSIONS, payment_session_id)
    for session_id in hosts["ids"] if hosts else ():
        session = world.store.get(KIND, session_id)
        if session is not None:
            yield session


def is_over(world: World, session: Record) -> bool:
    """Whether its time has run out."""
    return session["status"] == TIMEOUT or parse_time(session["expires_at"]) <= world.clock.now()


def purchase_of(world: World, session: Record) -> Mapping[str, Any]:
    """What is paid for: the payment session's data as it is by now."""
    return _purchase(world, session["payment_session_id"])


def seen_by_rules(world: World, payment_session_id: str) -> Mapping[str, Any]:
    """What rules see as purchase.*: the payment session's data; ``country`` is the one that counts."""
    purchase = _purchase(world, payment_session_id)
    return {**purchase, "country": markets.country_of(purchase)}


def _purchase(world: World, payment_session_id: str) -> Mapping[str, Any]:
    payment_session = world.store.get("sessions", payment_session_id)
    return payment_session["purchase"] if payment_session else {}


def move(world: World, session_id: str, status: str, **changes: Any) -> Record:
    """Change the status, and with it other members. A final one needs no alarm. Raises NotPossible."""
    now = to_text(world.clock.now())

    def apply(session: Record | None) -> Record:
        if session is None:
            raise NotPossible(f"session {session_id} went away")
        if session["status"] not in FOLLOWS[status]:
            raise NotPossible(f"session {session_id} is {session['status']}, it cannot become {status}")
        return session | {"status": status, "updated_at": now, **changes}

    moved = world.store.change(KIND, session_id, apply)
    assert moved is not None  # apply never answers None
    if status not in OPEN:
        world.clock.cancel_alarm(parse_time(moved["expires_at"]), EXPIRY, session_id)
    return moved


@contextmanager
def paying(world: World, session_id: str) -> Iterator[None]:
    """One payment at a time: a second one would replace the token of the first. Raises NotPossible."""
    now = world.clock.now()

    def begin(session: Record | None) -> Record:
        if session is None or session["status"] not in OPEN:
            raise NotPossible(f"session {session_id} is {session['status'] if session else 'gone'}")
        since = session["paying_since"]
        if since is not None and now < parse_time(since) + _PATIENCE:
            raise NotPossible(f"a payment of session {session_id} is at work since {since}")
        return session | {"paying_since": to_text(now)}

    world.store.change(KIND, session_id, begin)
    try:
        yield
    finally:
        world.store.change(KIND, session_id, lambda found: found and found | {"paying_since": None})


def mode_of(session: Record) -> str:
    """NONE, PLACE_ORDER or CAPTURE_ORDER."""
    return str(session["options"].get("place_order_mode", NO_ORDER))


def view(session: Record) -> dict[str, Any]:
    """What a reader and the callback are told. Source: docs.klarna.com, read session (read 2026-11-21)."""
    found = {
        name: session[name]
        for name in ("authorization_token", "order_id", "klarna_reference")
        if session[name] is not None
    }
    return {
        "session_id": session["id"],
        "status": session["status"],
        **found,
        "updated_at": session["updated_at"],
        "expires_at": session["expires_at"],
    }


def page_url(session: Record, world: str, page_id: str = "") -> str:
    """Where the shopper pays: ``/eu/hpp/payments/2OCkffK``; pages carry their world."""
    path = f"{session['region']}/hpp/payments/{page_id or session['page_id']}"
    return f"{session['base_url']}/{path}{_of_world(world)}"


def addresses(session: Record, world: str) -> dict[str, Any]:
    """All addresses of a session; those of the API are asked with credentials, which name the world."""
    own = f"{session['base_url']}/hpp/v1/sessions/{session['id']}"
    public = f"{session['base_url']}/{session['region']}/hpp"
    return {
        "redirect_url": page_url(session, world),
        "session_url": own,
        "qr_code_url": f"{public}/payments/{session['id']}/qr{_of_world(world)}",
        "distribution_url": f"{own}/distribution",
        "manual_identification_check_url": f"{own}/manual-id-check",
        "standalone_url": f"{public}/distributions/{session['id']}{_of_world(world)}",
        "generation_url": f"{own}/distribution-module/token",
    }


def return_url(session: Record) -> str:
    """Where the browser goes by the status, empty when the shop has given no URL for it."""
    urls = session["merchant_urls"]
    return next((filled_in(urls[name], session) for name in _LEADS_TO.get(session["status"], ()) if urls.get(name)), "")


def filled_in(url: str, session: Record) -> str:
    """The URL with the placeholders filled; Assumed: one that there is nothing for is left out."""
    url = url.replace("{{session_id}}", session["id"])
    for name in ("authorization_token", "order_id"):
        url = url.replace("{{" + name + "}}", session[name] or "")
    return in_a_header(url)


def _of_world(world: str) -> str:
    return "" if world == DEFAULT else f"?world={world}"

"""Payments of redirect methods: the shopper is sent away, decides, and comes back; only then there is an order.

A payment record: id, method, draft, status (open | closing | paid | failed), outcome, number (of the order), version,
return_url, campaign ({ref_id, success_url, failed_url, ...} or None), session_id (of Klarna's session, else None),
returns (False when the shopper never comes back), created_at, expires_at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from mock_server.core.clock import Alarm, parse_time, to_text
from mock_server.core.errors import Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import sessions
from mock_server.ledger.decisions import Verdict, read_verdict
from mock_server.providers.next_commerce.actions import charging, drafts, placing
from mock_server.providers.next_commerce.errors import Impossible, NotFound
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.methods import DUPLICATE, KLARNA, METHODS
from mock_server.providers.next_commerce.state.versions import STABLE
from mock_server.providers.next_commerce.state.views import order_view
from mock_server.providers.next_commerce.webhooks import FACE

KIND, REFERENCES = "payments", "payment_references"  # the latter: ref_id of a campaign's order -> {"id"}
EXPIRY = "next_commerce.payment.expire"  # name of the alarm
LIFETIME = timedelta(hours=48)  # as long as Klarna's session; of other methods no document tells
ENDINGS = ("declined", "cancelled", "expired")  # outcomes without an order
ABANDONED = "abandoned"  # paid, but the browser never comes back
RETURN = f"{FACE}.return"


def start(
    world: World,
    draft: Record,
    return_url: str,
    *,
    merchant: str,
    version: str = STABLE,
    campaign: Mapping[str, Any] | None = None,
) -> Record:
    """Keep a draft until the shopper has decided; with Klarna a session is opened in the ledger."""
    now = world.clock.now()
    method = draft["payment"]["method"]
    session = charging.open_session(world, draft, merchant) if method == KLARNA else None
    payment = {
        "id": world.ids.token("next_commerce.payment", 32, "0123456789abcdef"),
        "method": method,
        "draft": draft,
        "status": "open",
        "outcome": None,
        "number": None,
        "version": version,
        "return_url": return_url,
        "campaign": dict(campaign) if campaign else None,
        "session_id": session["id"] if session else None,
        "returns": True,
        "created_at": to_text(now),
        "expires_at": to_text(now + LIFETIME),
    }
    records.put(world, KIND, payment["id"], payment)
    if campaign:
        records.put(world, REFERENCES, campaign["ref_id"], {"id": payment["id"]})
    world.clock.set_alarm(now + LIFETIME, EXPIRY, payment["id"])
    return payment


def find(world: World, id_: str) -> Record | None:
    """By the last part of its URL's path, or by a campaign order's ref_id."""
    reference = records.find(world, REFERENCES, id_)
    return records.find(world, KIND, reference["id"] if reference else id_)


def known(world: World, id_: str) -> Record:
    """As ``find``; raises NotFound."""
    payment = find(world, id_)
    if payment is None:
        raise NotFound.because(f"no payment {id_} in world {world.name}")
    return payment


def complete_url(world: World, payment: Record) -> str:
    """Where the shopper pays; pages carry their world."""
    path = f"/{METHODS[payment['method']].path}/{payment['id']}/"
    return f"{payment['draft']['base_url']}{path}{records.where(world)}"


def redirect_view(world: World, payment: Record) -> dict[str, Any]:
    """The answer to an order that needs the shopper. Source: developers.nextcommerce.com, Klarna (read 2026-11-21)."""
    return {"reference_transaction_id": None, "payment_complete_url": complete_url(world, payment)}


def complete(world: World, payment: Record, decision: Decision) -> Record:
    """The shopper pays, is turned down, cancels, or lets the page run out, as the decision says.

    What is paid becomes an order; with Klarna one of the ledger too, pending when the decision says so. Sends what
    placing an order sends. Raises Impossible when it was decided before, Misused for what this method cannot do.
    Source: developers.nextcommerce.com, redirect payment flow (read 2026-11-21).
    """
    verdict = _verdict(payment, decision)
    _claim(world, payment)
    if decision.outcome not in ENDINGS and (earlier := drafts.duplicate_of(world, payment["draft"])):
        by = f"order {earlier['number']} of the same customer and amount is not 30 minutes old"
        decision = Decision("declined", {"code": DUPLICATE}, decided_by=by)
    if decision.outcome in ENDINGS:
        return _fail(world, payment, decision)
    try:
        order = _order(world, payment, verdict)
    except (sessions.UnknownSession, sessions.SessionCompleted) as gone:
        records.change(world, KIND, payment["id"], lambda found: {**found, "status": "failed", "outcome": "expired"})
        raise Impossible(f"Klarna's session is gone: {gone}") from gone
    returns = decision.outcome != ABANDONED
    changes = {"status": "paid", "outcome": decision.outcome, "number": order["number"], "returns": returns}
    return records.change(world, KIND, payment["id"], lambda found: {**found, **changes})


def _verdict(payment: Record, decision: Decision) -> Verdict:
    """Only Klarna decides later; a scenario that makes it so leaves other methods alone."""
    if decision.outcome != "pending" or payment["method"] != KLARNA:
        if decision.outcome == "pending" and decision.decided_by == "this call":
            raise Misused(f"outcome: pending is Klarna's, payment {payment['id']} is made with {payment['method']}")
        return Verdict()
    try:
        return read_verdict(decision.outcome, decision.options)
    except ValueError as error:
        raise Misused(f"{decision.decided_by}: {error}") from error


def _claim(world: World, payment: Record) -> None:
    """Raises Impossible for everybody but the first."""

    def close(found: Record) -> Record:
        if found["status"] != "open":
            raise Impossible(f"payment {found['id']} is {found['status']} since then: {found['outcome'] or 'closing'}")
        return {**found, "status": "closing"}

    records.change(world, KIND, payment["id"], close)
    world.clock.cancel_alarm(parse_time(payment["expires_at"]), EXPIRY, payment["id"])


def _fail(world: World, payment: Record, decision: Decision) -> Record:
    draft = payment["draft"]
    if decision.outcome == "declined":
        charging.declined(world, draft, orders.total(draft), decision)  # keeps the failed transaction
    if payment["session_id"]:
        session = world.store.get("sessions", payment["session_id"])
        if session is not None:
            sessions.forget_session(world, session)
    changes = {"status": "failed", "outcome": decision.outcome}
    return records.change(world, KIND, payment["id"], lambda found: {**found, **changes})


def _order(world: World, payment: Record, verdict: Verdict) -> Record:
    draft = payment["draft"]
    if payment["session_id"]:  # before a number is taken and a customer made
        sessions.require_open(sessions.find_session(world, payment["session_id"]))
    order = placing.numbered(world, draft)
    if payment["session_id"]:
        transactions, changes = charging.place_with_klarna(world, order, payment["session_id"], verdict)
    else:
        transactions, changes = charging.first_charge(world, order)
        transactions = [{**each, "is_3ds": payment["method"] in ("card_token", "saved_card")} for each in transactions]
    return placing.keep(world, order, transactions, **changes)


def expire(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a payment that nobody completed."""
    payment = records.find(world, KIND, alarm.key)
    if payment is None or payment["status"] != "open":
        return None
    try:
        complete(world, payment, Decision(outcome="expired"))
    except (Impossible, NotFound):
        return None
    return {"what": EXPIRY.replace("expire", "expired"), "payment": alarm.key}


def response_of(world: World, payment: Record) -> str:
    """The field ``response`` of the form that goes back to the shop: the order's JSON, ``{}`` without one."""
    order = orders.find(world, payment["number"]) if payment["number"] else None
    return json.dumps(order_view(world, order, payment["version"]) if order else {})


def return_of(world: World, payment: Record) -> dict[str, Any]:
    """How the browser goes back: the Admin API's shops get a form by POST, campaigns their page by GET."""
    if payment["campaign"]:
        return {"method": "GET", "url": campaign_url(payment), "fields": {}}
    return {"method": "POST", "url": payment["return_url"], "fields": {"response": response_of(world, payment)}}


def campaign_url(payment: Record) -> str:
    """success_url, or payment_failed_url, with the ref_id."""
    campaign = payment["campaign"]
    url = campaign["success_url"] if payment["number"] else campaign["failed_url"]
    address, hash_, fragment = url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode({'ref_id': campaign['ref_id']})}{hash_}{fragment}"


def deliver_return(world: World, payment: Record) -> Record | None:
    """Send the shop what the browser would have sent, for tests without one; answers with the message as it is then.

    It goes where webhooks may go. None when the shopper never comes back.
    """
    if not payment["returns"]:
        return None
    told = return_of(world, payment)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if told["method"] == "POST" else {}
    message = world.outbox.post(
        RETURN,
        told["url"],
        urlencode(told["fields"]),
        method=told["method"],
        headers=headers,
        about={"payment": payment["id"], "order_id": payment["number"] or ""},
    )
    return world.deliver_now(message) if message["state"] == "waiting" else message

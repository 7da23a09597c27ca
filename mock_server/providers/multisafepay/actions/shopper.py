"""What a shopper does on the payment page, and what time does to one who does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from mock_server.core.clock import Alarm, parse_time, to_text
from mock_server.core.errors import Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, sessions
from mock_server.ledger import orders as ledger_orders
from mock_server.ledger.decisions import Verdict, read_verdict
from mock_server.ledger.transitions import PENDING
from mock_server.providers.multisafepay.actions import cards
from mock_server.providers.multisafepay.errors import Impossible
from mock_server.providers.multisafepay.state import orders
from mock_server.providers.multisafepay.state.gateways import GATEWAYS, KLARNA, offered
from mock_server.providers.multisafepay.state.purchase import country_of, purchase_of
from mock_server.providers.multisafepay.state.statuses import AUTHORIZED, INITIALIZED, PAID, RESERVED
from mock_server.providers.multisafepay.webhooks import FACE, announce, joined

# outcomes that end an order unpaid -> the move, and the URL the browser goes to
ENDINGS = {"declined": "decline", "cancelled": "abort", "expired": "expire"}
_IN_A_URL = "!#$%&'()*+,/:;=?@[]~"  # left as they are; other scripts and blanks are encoded
_PAYING = {AUTHORIZED: "authorize", PAID: "pay", RESERVED: "reserve"}  # any other is held


def methods_of(order: Record) -> list[str]:
    """The methods that the page of an order offers: its gateway, or all that suit it."""
    if order["gateway"]:
        return [order["gateway"]]
    return offered(country_of(order), order["currency"], with_cart=order["cart"] is not None)


def start(world: World, order: Record, gateway: str = "") -> Record:
    """The shopper is sent to a method: now there is a transaction, and the method's own time runs.

    Tells the shop (initialized). Another method is another transaction. Raises Impossible when the order is no longer
    open, Misused for a method that it does not offer.
    """
    name = _method(order, gateway.upper())
    if orders.state_of(order) != INITIALIZED:
        raise Impossible(f"order {order['order_id']} is {order['status']}, its page is closed")
    if order["transaction_id"] is not None and order["gateway"] == name:
        return order
    fresh = transaction(world, order["key"], name) | {"modified": to_text(world.clock.now())}
    try:
        started = orders.change(world, order, lambda found: _started(found, fresh))
    except Impossible:
        orders.forget(world, fresh["transaction_id"], fresh["external_transaction_id"])
        raise
    if started["transaction_id"] != fresh["transaction_id"]:  # another window was faster
        orders.forget(world, fresh["transaction_id"], fresh["external_transaction_id"])
        return started
    orders.forget(world, order["transaction_id"], order["external_transaction_id"])
    set_expiry(world, started, order["expires_at"])
    announce(world, started)
    return started


def _method(order: Record, gateway: str) -> str:
    names = methods_of(order)
    preferred = KLARNA if KLARNA in names else names[0] if names else ""
    name = gateway or order["gateway"] or preferred
    if name not in names:
        raise Misused(f"gateway: {name!r} is not offered for order {order['order_id']}; there are: {', '.join(names)}")
    return name


def _started(found: Record, fresh: Mapping[str, Any]) -> Record:
    if orders.state_of(found) != INITIALIZED:
        raise Impossible(f"order {found['order_id']} is {found['status']} by now")
    is_started = found["transaction_id"] is not None and found["gateway"] == fresh["gateway"]
    return found if is_started else {**found, **fresh}


def transaction(world: World, key: str, gateway: str) -> dict[str, Any]:
    """What an order gains when a method is started; Klarna's order will have the external id."""
    external_id = ledger_orders.new_order_id(world)
    orders.remember(world, orders.TRANSACTIONS, external_id, key)
    waits = GATEWAYS[gateway].waits
    return {
        "gateway": gateway,
        "transaction_id": orders.new_transaction_id(world, key),
        "external_transaction_id": external_id,
        "expires_at": to_text(world.clock.now() + waits) if waits else None,
    }


def set_expiry(world: World, order: Record, earlier: str | None = None) -> None:
    """Set the alarm for the time the order runs out at, in place of an earlier one."""
    if earlier:
        world.clock.cancel_alarm(parse_time(earlier), orders.EXPIRY, order["session_id"])
    if order["expires_at"]:
        world.clock.set_alarm(parse_time(order["expires_at"]), orders.EXPIRY, order["session_id"])


def complete(world: World, order: Record, decision: Decision, *, gateway: str = "") -> Record:
    """The shopper pays, is turned down, cancels or lets the page run out, as the decision says.

    A paid Klarna order is placed in the ledger, pending when the decision says so; the shop is told. Raises
    Impossible when the order is no longer open, Misused for a method that it does not offer.
    Source: docs.multisafepay.com, Klarna, testing, payment statuses (read 2026-11-20).
    """
    _check_can_wait(order, decision, gateway)
    order = start(world, order, gateway)
    if decision.outcome in ENDINGS:
        reason = {"reason": decision.options.get("reason")}
        return _closed(world, order, ENDINGS[decision.outcome], **reason)
    return pay(world, order, _verdict(decision) if order["gateway"] == KLARNA else Verdict())


def _check_can_wait(order: Record, decision: Decision, gateway: str) -> None:
    """Only Klarna decides later; a scenario that makes it so leaves other methods alone."""
    name = _method(order, gateway.upper())
    if decision.outcome == "pending" and name != KLARNA and decision.decided_by == "this call":
        raise Misused(f"outcome: pending is Klarna's, order {order['order_id']} is paid with {name}")


def pay(world: World, order: Record, verdict: Verdict) -> Record:
    """The money is there, or promised: the order moves, Klarna's is placed in the ledger, the shop is told."""
    move = "hold" if verdict.fraud_status == PENDING else _PAYING.get(GATEWAYS[order["gateway"]].paid, "hold")
    is_manual = order["wants_capture"] and move == "pay"
    changes = cards.reservation(world, order) if is_manual else {"expires_at": None}
    paid = orders.move(world, order, "reserve" if is_manual else move, **changes)
    set_expiry(world, paid, order["expires_at"])
    if paid["gateway"] == KLARNA:
        _place(world, paid, verdict)
    announce(world, paid)
    return paid


def _closed(world: World, order: Record, move: str, **changes: Any) -> Record:
    closed = orders.move(world, order, move, expires_at=None, **changes)
    set_expiry(world, closed, order["expires_at"])
    announce(world, closed)
    return closed


def _verdict(decision: Decision) -> Verdict:
    try:
        return read_verdict(decision.outcome, decision.options)
    except ValueError as error:
        raise Misused(f"{decision.decided_by}: {error}") from error


def _place(world: World, order: Record, verdict: Verdict) -> None:
    """One Klarna session, authorization and order, with the order's external id."""
    purchase, order_id = purchase_of(order), order["external_transaction_id"]
    session = sessions.open_session(world, purchase, merchant=order["site"], base_url=order["base_url"])
    authorization = authorizations.grant(world, session)
    placed = {"token": authorization["token"], "body_digest": "", "answer": {"order_id": order_id}}
    ledger_orders.place_order(
        world, order_id, purchase, authorization=authorization, placed=placed, verdict=verdict, placed_through=FACE
    )


def page_url(world: World, order: Record) -> str:
    """Where the shopper pays: ``/connect/{session}/?lang=nl_NL``, FastCheckout elsewhere; pages carry their world."""
    path = "v3/fco" if order["type"] == "checkout" else "connect"
    where = "" if world.name == "default" else f"&world={world.name}"
    return f"{order['base_url']}/{path}/{order['session_id']}/?lang={order['locale']}{where}"


def return_url(order: Record) -> str:
    """Where the browser goes afterwards: the shop's redirect_url, or its cancel_url when nothing was paid.

    Empty when the shop named none. Source: docs.multisafepay.com, success pages (read 2026-11-20).
    """
    paid = order["status"] in ("completed", "uncleared", "shipped", "refunded", "partial_refunded")
    url = order["payment_options"].get("redirect_url" if paid else "cancel_url")
    return joined(quote(url, safe=_IN_A_URL), {"transactionid": order["order_id"]}) if url else ""


def expire(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a page, a method or a reservation that ran out; tells the shop, unless it is over already."""
    order = orders.find_by_session(world, alarm.key)
    if order is None or not order["expires_at"] or parse_time(order["expires_at"]) > alarm.due:
        return None
    try:
        reserved = order["capture"] is not None
        expired = cards.let_go(world, order) if reserved else orders.move(world, order, "expire", expires_at=None)
    except Impossible:
        return None
    announce(world, expired, kind="" if expired["transaction_id"] else "pretransaction")
    return {"what": f"{FACE}.order.{expired['status']}", "order_id": expired["order_id"]}


def act_later(world: World, alarm: Alarm) -> Record | None:
    """The alarm of an order whose shopper acts by themselves; nothing when it is over already."""
    order = orders.find_by_session(world, alarm.key)
    if order is None or orders.state_of(order) != INITIALIZED:
        return None
    done = complete(world, order, Decision(outcome=order["later"]))
    return {"what": f"{FACE}.order.{done['status']}", "order_id": done["order_id"]}


def link_expiry(now: datetime, order: Mapping[str, Any]) -> datetime:
    """When a payment link runs out: after its seconds, else its days, else 30 days."""
    seconds = order.get("seconds_active") or order.get("days_active", 30) * 86400
    return now + timedelta(seconds=seconds)

"""Orders from their creation to their shipment. Each docstring names its source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mock_server.core.clock import Alarm, parse_duration, parse_time, to_text
from mock_server.core.errors import NotEmulated
from mock_server.core.rules import ACCEPTED, Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import captures, endings
from mock_server.ledger import orders as ledger_orders
from mock_server.ledger.decisions import Verdict
from mock_server.providers.multisafepay import errors
from mock_server.providers.multisafepay.actions import cards, shopper
from mock_server.providers.multisafepay.schemas.checks import DIRECT
from mock_server.providers.multisafepay.state import orders, statuses
from mock_server.providers.multisafepay.state.gateways import GATEWAYS, KLARNA
from mock_server.providers.multisafepay.state.statuses import (
    AUTHORIZED,
    INITIALIZED,
    REPLACEABLE,
    SHIPPED,
    UNCLEARED,
)
from mock_server.providers.multisafepay.state.views import order_view
from mock_server.providers.multisafepay.webhooks import FACE, announce

_EVENTS_LIFETIME = timedelta(days=1)
_OF_A_SHIPMENT = ("tracktrace_code", "tracktrace_url", "carrier", "ship_date", "po_number", "memo")
_KEPT = (
    "type", "gateway", "currency", "amount", "description", "customer", "delivery", "cart", "payment_options",
    "custom_info", "locale",
)  # fmt: skip
_SHOWN_OF_GATEWAY = ("birthday", "phone", "email", "issuer_id")


def find_order(world: World, id_: str, site: str) -> Record:
    """A website's order by order_id or transaction id; raises InvalidTransactionId."""
    order = orders.find(world, id_, site)
    if order is None:
        foreign = orders.find_anywhere(world, id_) is not None
        why = "an order of another API key's website" if foreign else f"no order of world {world.name}"
        raise errors.InvalidTransactionId.because("order_id", f"is {id_!r}, {why}")
    return order


@errors.in_multisafepays_words(errors.InvalidTransactionId)
def create_order(
    world: World, wanted: Mapping[str, Any], decision: Decision, *, site: str, base_url: str
) -> dict[str, Any]:
    """A payment page to send the shopper to, or with type direct the order itself.

    Cards and Riverty, asked directly, are paid at once; a decline is refused. An order_id may be used again until it
    was paid. Raises InvalidTransactionId, TransactionRefused. Tells the shop of what was paid at once.
    Source: docs.multisafepay.com, create an order (read 2026-11-20).
    """
    if decision.outcome == "declined":
        raise errors.TransactionRefused()
    _check_free(world, orders.find_by_key(world, orders.key_of(site, wanted["order_id"])))
    order = _record(world, wanted, site, base_url)
    order["later"] = decision.options.get("becomes", ACCEPTED) if decision.outcome == "later" else None
    try:
        _keep(world, order)
    except errors.Refused:  # another request was faster with this order_id
        orders.forget(world, order["transaction_id"], order["external_transaction_id"])
        raise
    orders.remember(world, orders.SESSIONS, order["session_id"], order["key"])
    orders.remember(world, orders.IDS, order["order_id"], order["key"])
    shopper.set_expiry(world, order)
    if order["later"]:
        due = world.clock.now() + parse_duration(decision.options.get("after", "2m"))
        world.clock.set_alarm(due, orders.SHOPPER, order["session_id"])
    if order["type"] != DIRECT:
        return _redirect_answer(world, order)
    if GATEWAYS[order["gateway"]].pays_at_once and not order["later"]:
        order = cards.with_stored_card(world, shopper.pay(world, order, Verdict()), wanted)
    return _direct_answer(world, order)


def _record(world: World, wanted: Mapping[str, Any], site: str, base_url: str) -> Record:
    now = to_text(world.clock.now())
    order_id = wanted["order_id"]
    given = wanted["gateway_info"]
    key = orders.key_of(site, order_id)
    record = {
        "key": key,
        "order_id": order_id,
        "site": site,
        **{name: wanted[name] for name in _KEPT},
        **{name: wanted.get(name) for name in ("var1", "var2", "var3", "items")},
        "gateway_info": {name: given[name] for name in _SHOWN_OF_GATEWAY if given.get(name)},
        "session_id": "8" + world.ids.token("multisafepay_session", 34),
        "base_url": base_url,
        "transaction_id": None,
        "external_transaction_id": None,
        **INITIALIZED._asdict(),
        "before_refunds": None,
        "reason": None,
        "reason_code": None,
        "created": now,
        "modified": now,
        "completed": None,
        "expires_at": to_text(shopper.link_expiry(world.clock.now(), wanted)),
        "amount_refunded": 0,
        "refunds": [],
        "wants_capture": wanted.get("capture") == "manual",
        "capture": None,
        "recurring": None,
        "card": cards.shown_of(given),
        "was_paid": False,
        "shipment": None,
        "invoice_id": None,
        "later": None,
    }
    if wanted["type"] == DIRECT:
        record |= shopper.transaction(world, key, wanted["gateway"])
    return record


def _keep(world: World, order: Record) -> None:
    """In place of an earlier order of that id, when it may be replaced."""
    earlier: list[Record] = []

    def keep(found: Record | None) -> Record:
        _check_free(world, found)
        earlier[:] = [found] if found else []
        return order

    world.store.change(orders.KIND, order["key"], keep)
    for old in earlier:
        orders.forget(world, old["transaction_id"], old["external_transaction_id"])
        world.store.change(orders.SESSIONS, old["session_id"], lambda _: None)
        if old["expires_at"]:
            world.clock.cancel_alarm(parse_time(old["expires_at"]), orders.EXPIRY, old["session_id"])


def _check_free(world: World, found: Record | None) -> None:
    """Raises InvalidTransactionId for the id of an order that is or was paid, or for any that was used."""
    forever = world.settings.multisafepay_duplicates == "never"
    if found is not None and (forever or found["was_paid"] or found["status"] not in REPLACEABLE):
        text = f"is {found['order_id']!r}, which is {found['status']} since {found['modified']}"
        raise errors.InvalidTransactionId.because("order_id", text)


def _redirect_answer(world: World, order: Record) -> dict[str, Any]:
    """2019: two members; 2021: the session too; 2025: and where its events are told."""
    version = world.settings.multisafepay_version
    answer = {"order_id": order["order_id"], "payment_url": shopper.page_url(world, order)}
    if version != "2019":
        answer["session_id"] = order["session_id"]
    if version == "2025":
        socket = order["base_url"].replace("http", "ws", 1)
        answer |= {
            "events_token": _events_token(world, order["session_id"]),
            "events_url": f"{socket}/events/",
            "events_stream_url": f"{order['base_url']}/events/stream/",
        }
    return answer


def _events_token(world: World, session_id: str) -> str:
    """Recorded: HS256 without ``typ``; the claims in this order."""
    import jwt  # not before an order comes

    grants = ["mbus:session.order", "mbus:session.qr"]
    expires = int((world.clock.now() + _EVENTS_LIFETIME).timestamp())
    claims = {"exp": expires, "grt": grants, "pid": session_id, "sub": "pr"}
    key = world.ids.tied_to("multisafepay_events", "key").randbytes(32)
    return jwt.encode(claims, key, "HS256", headers={"typ": None})


def _direct_answer(world: World, order: Record) -> dict[str, Any]:
    """The order, and behind it where the shopper goes: to the method, or back to the shop when all is paid."""
    view = order_view(order, world.settings)
    page = shopper.page_url(world, order)
    if orders.state_of(order) == INITIALIZED:
        return view | ({"qr_url": page} if order["gateway"] == KLARNA else {}) | {"payment_url": page}
    cancel_url = shopper.return_url(order | {"status": "cancelled"})
    urls = {"payment_url": shopper.return_url(order) or page, "cancel_url": cancel_url}
    return view | {name: url for name, url in urls.items() if url}


def read_order(world: World, order: Record) -> dict[str, Any]:
    """The order as it is. Source: docs.multisafepay.com, get an order (read 2026-11-20)."""
    return order_view(order, world.settings)


@errors.in_multisafepays_words(errors.InvalidRequest)
def update_order(world: World, order: Record, update: Mapping[str, Any]) -> dict[str, Any]:
    """Ship, cancel, extend Klarna's time or set the invoice number; carrier and track & trace alone mean shipped.

    Raises InvalidRequest when the order's status does not take it. Tells the shop of a change.
    Source: docs.multisafepay.com, update an order; wrappers for Java and .NET (read 2026-11-20).
    """
    if update.get("extend_expiration"):
        return _extend(world, order, update)
    if update.get("status") == "cancelled":
        _cancel(world, order, update)
    elif update.get("status") == "shipped" or any(name in update for name in _OF_A_SHIPMENT):
        _ship(world, order, update)
    elif "status" in update or "new_order_id" in update:
        what = f"status {update['status']!r}" if "status" in update else "another order_id (FastCheckout)"
        raise NotEmulated(f"PATCH of an order to {what} is not emulated")
    elif "invoice_id" in update or "invoice_url" in update:
        changes = {name: update[name] for name in ("invoice_id", "invoice_url") if name in update}
        orders.change(world, order, lambda found: found | changes)
    else:
        raise errors.MissingData.because("status", "is missing, and nothing else that an order can be told")
    return {}


def _ship(world: World, order: Record, update: Mapping[str, Any]) -> None:
    """Klarna's order is captured, whose event moves this one; a second shipment only corrects the first."""
    order_id = order["order_id"]
    amount = update.get("amount") or order["amount"]
    if amount != order["amount"]:
        raise NotEmulated(f"a partial shipment ({amount} of {order['amount']}) is not emulated; Klarna's has no amount")
    told = {name: update[name] for name in (*_OF_A_SHIPMENT, "reason", "invoice_url") if name in update}
    changes = {"shipment": told} | ({"invoice_id": update["invoice_id"]} if "invoice_id" in update else {})
    if "shipped" not in (order["status"], order["before_refunds"]):
        state = orders.state_of(order)  # refunds of what another face captured hide that the rest is to be shipped
        statuses.moved(state._replace(status=order["before_refunds"] or state.status), "ship", order_id)
        if order["gateway"] == KLARNA:
            _capture_in_ledger(world, order)
        else:
            _moved(world, order, "ship")
            if orders.state_of(orders.newest(world, order)) == SHIPPED:
                orders.set_settlement(world, order["key"])
    orders.change(world, order, lambda found: found | changes)


def _capture_in_ledger(world: World, order: Record) -> None:
    amount = ledger_orders.find_order(world, _klarna_id(order))["remaining_authorized_amount"]
    captures.capture_order(world, _klarna_id(order), amount, reference=order["order_id"])


def _klarna_id(order: Record) -> str:
    """Of Klarna's order; before it is paid there is none, which the ledger then says."""
    return str(order["external_transaction_id"])


def _cancel(world: World, order: Record, update: Mapping[str, Any]) -> None:
    """A paid Klarna order is cancelled in the ledger, whose event moves this one."""
    if order["gateway"] == KLARNA and orders.state_of(order) in (AUTHORIZED, UNCLEARED):
        endings.cancel_order(world, _klarna_id(order))
        orders.change(world, order, lambda found: found | {"reason": update.get("reason")})
    elif order["capture"] is not None:
        announce(world, cards.let_go(world, order, update.get("reason")))
    else:
        _moved(world, order, "cancel", expires_at=None, reason=update.get("reason"))


def _moved(world: World, order: Record, move: str, **changes: Any) -> None:
    moved = orders.move(world, order, move, **changes)
    if "expires_at" in changes:
        shopper.set_expiry(world, moved, order["expires_at"])
    announce(world, moved, kind="" if moved["transaction_id"] else "pretransaction")


def _extend(world: World, order: Record, update: Mapping[str, Any]) -> dict[str, Any]:
    """28 more days for the shipment, answered with the day they end."""
    if "reason" not in update:
        raise errors.MissingData.because("reason", "is missing, an extension needs it")
    if order["gateway"] != KLARNA:
        text = f"is for Klarna orders, this one is {order['gateway']}"
        raise errors.InvalidRequest.because("extend_expiration", text)
    state = orders.state_of(order)
    if state not in (AUTHORIZED, UNCLEARED):
        text = f"only a paid order that was not shipped is extended, {order['order_id']} is {'/'.join(state)}"
        raise errors.Impossible(text)
    extended = endings.extend_order(world, _klarna_id(order))
    return {"expiry_date": extended["expires_at"][:10]}


def settle(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a shipped order: its money arrives; tells the shop."""
    order = orders.find_by_key(world, alarm.key)
    try:
        settled = orders.move(world, order, "settle") if order else None
    except errors.Impossible:
        return None
    if settled is None:
        return None
    announce(world, settled)
    return {"what": f"{FACE}.order.settled", "order_id": settled["order_id"]}

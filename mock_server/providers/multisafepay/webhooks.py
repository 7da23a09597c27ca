"""Notifications to the shop: when one is sent, what it carries, how it is signed, and what acknowledges it.

Source: docs.multisafepay.com, webhook; the notification pages of 2020 and 2022; merchants' logs (read 2026-11-20).
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from mock_server.core import deliveries
from mock_server.core.clock import to_ms
from mock_server.core.outbox import Manners
from mock_server.core.rules import Choices, look_into
from mock_server.core.store import Record, Store
from mock_server.core.world import World
from mock_server.ledger import events, transitions
from mock_server.providers.multisafepay.errors import Impossible
from mock_server.providers.multisafepay.schemas.wire import compact
from mock_server.providers.multisafepay.state import orders

FACE = "multisafepay"
NOTIFY = "multisafepay.webhooks.notify"
CHOICES = {NOTIFY: Choices({**deliveries.OUTCOMES, "before_redirect": {}}, frozenset(), takes_faults=False)}
_RETRIES_S = (900, 900, 900)
_TIMEOUT_S = 5
_AGENT = "Mozilla/5.0 (X11; Debian; Linux x86_64; rv:33.0) Gecko/20100101"  # as seen in a shop's log
_ACKNOWLEDGED, _WITHIN = "ok", 100  # any case, in the first characters of the answer
_FAILED = "ng"  # how Magento's answer to a notification it could not use begins: "ng: token unknown"


def announce(world: World, order: Record, *, transaction: str = "", kind: str = "") -> None:
    """Tell the shop of an order as it is by now, when it has a notification_url.

    By POST the order object goes along, by GET (the default) only its id. ``transaction`` is the id of a refund that
    has one of its own, ``kind`` the payload_type. Three more tries, 15 minutes apart, until the shop says OK.
    """
    order = orders.newest(world, order)
    options = order["payment_options"]
    url = options.get("notification_url")
    if not url:
        return
    from mock_server.providers.multisafepay.state.views import order_view  # not before an order is there

    method = options.get("notification_method", "GET")
    view = order_view(order, world.settings)
    decision = world.decide(NOTIFY, lambda path: _look(path, order, view))
    about = {"order_id": order["order_id"], "transactionid": transaction or order["order_id"], "site": order["site"]}
    queue = f"{FACE} {orders.key_of(order['site'], about['transactionid'])}"
    message = deliveries.post(
        world.outbox,
        decision,
        f"{FACE}.order.{order['status']}",
        url,
        compact(view).encode("utf-8", "replace").decode() if method == "POST" else "",
        method=method,
        headers={"User-Agent": _AGENT},
        about=about | ({"payload_type": kind} if kind else {}),
        retry_after_s=_RETRIES_S,
        timeout_s=_TIMEOUT_S,
        manners=FACE,
        queue=queue,
        name=NOTIFY,
    )
    if decision.outcome == "before_redirect" and message["state"] == "waiting":
        world.deliver_now(message)


def _look(path: str, order: Record, view: Mapping[str, Any]) -> Any:
    from mock_server.providers.multisafepay.state.purchase import seen_by_rules  # not before a rule asks

    word, *steps = path.split(".")
    if word == "purchase":
        return look_into(seen_by_rules(order), steps)
    return look_into(view, steps) if word == "body" else None


def stamp(store: Store, message: Record, now: datetime) -> Record:
    """The URL and headers of one attempt: its time, and a signature over that and the body."""
    seconds = str(to_ms(now) // 1000)
    about = message["about"]
    named = {"transactionid": about["transactionid"], "timestamp": seconds}
    named |= {"payload_type": about["payload_type"]} if "payload_type" in about else {}
    headers = dict(message["headers"])
    if message["method"] == "POST":
        site = store.get(orders.SITES, about["site"])
        headers |= {
            "Content-Type": "application/json",
            "Auth": signature(site["api_key"] if site else "", seconds, message["body"]),
        }
    return {"url": joined(message["url"], named), "headers": headers}


def signature(api_key: str, seconds: str, body: str) -> str:
    """The Auth header: Base64 of ``seconds:hex``, the HMAC-SHA512 of ``seconds:body`` with the website's API key."""
    digest = hmac.new(api_key.strip().encode(), f"{seconds}:{body}".encode(), "sha512").hexdigest()
    return b64encode(f"{seconds}:{digest}".encode()).decode()


def joined(url: str, query: Mapping[str, str]) -> str:
    """A URL with more parameters, before its fragment."""
    address, hash_, fragment = url.partition("#")
    separator = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{separator}{urlencode(query, quote_via=quote)}{hash_}{fragment}"


def why_unacknowledged(status: int, text: str) -> str:
    """Empty for a 200 that says OK early, in any case: shops answer OK, MULTISAFEPAY_OK, ok and ``"OK"``."""
    if status != 200:
        return f"status is {status}, expected 200"
    start = text[:_WITHIN]
    if _ACKNOWLEDGED not in start.lower() or start.lower().startswith(_FAILED):
        return f"OK or MULTISAFEPAY_OK is expected in the first {_WITHIN} characters, which are {start!r}"
    return ""


MANNERS = Manners(stamp, why_unacknowledged)


def _follow(move: str) -> Any:
    """A listener that makes this move with the order behind a ledger order, and tells the shop."""

    def follow(world: World, record: Record) -> None:
        order = _behind(world, record)
        if order is None:
            return
        try:
            announce(world, orders.move(world, order, move))
        except Impossible:
            return  # this face was there before

    return follow


def _behind(world: World, record: Record) -> Record | None:
    if record["placed_through"] != FACE:
        return None
    order = orders.find_anywhere(world, record["order_id"])
    return order if order and order["external_transaction_id"] == record["order_id"] else None


def _follow_capture(world: World, record: Record) -> None:
    """Klarna's capture is MultiSafepay's shipment; a part of it is no shipment yet."""
    order = _behind(world, record)
    if order is None or record["status"] != transitions.CAPTURED:
        return
    if order["before_refunds"]:  # parts were captured and refunded before
        before = {"before_refunds": "shipped"}
        announce(world, orders.change(world, order, lambda found: orders.counted(world, found | before)))
    else:
        _follow("ship")(world, record)
    orders.set_settlement(world, order["key"])


def _follow_amount(world: World, record: Record) -> None:
    """Another amount is authorised, or the rest is let go: the order comes to that; when all of it is captured, it is
    shipped.

    Assumed: no document says so, but a shop that reads the old amount counts on money that never comes.
    """
    order = _behind(world, record)
    if order is None:
        return

    def change(found: Record) -> Record:
        """To what it is by now, should others change it, too."""
        klarnas = world.store.get("orders", record["order_id"]) or record
        return orders.counted(world, found | {"amount": klarnas["order_amount"]})

    changed = orders.change(world, order, change)
    if record["status"] == transitions.CAPTURED:
        _follow_capture(world, record)
    elif changed["amount"] != order["amount"]:
        announce(world, changed)


def _follow_refund(world: World, record: Record) -> None:
    """A refund that another face made; those of this face are known."""
    refund, order = record["refunds"][-1], _behind(world, record)
    if order is None or "multisafepay_refund_id" in refund:
        return
    number = orders.new_transaction_id(world, order["key"])
    entry = orders.refund_entry(world, order, number, refund["refunded_amount"], state=("completed", "completed"))

    def add(found: Record) -> Record:
        """Reserved refunds that no longer fit are void."""
        found = orders.with_refund(world, found, entry)
        for reserved in [each for each in found["refunds"] if each["status"] == "reserved"]:
            if found["amount_refunded"] > found["amount"]:
                void = {"status": "void", "financial_status": "void"}
                found = orders.with_refund_changed(world, found, reserved["refund_id"], **void)
        return found

    announce(world, orders.change(world, order, add))


LISTENERS = {
    events.ORDER_ACCEPTED: (_follow("accept"),),
    events.ORDER_REJECTED: (_follow("reject"),),
    events.ORDER_STOPPED: (_follow("reject"),),
    events.ORDER_CAPTURED: (_follow_capture,),
    events.ORDER_CANCELLED: (_follow("cancel"),),
    events.ORDER_RELEASED: (_follow_amount,),
    events.ORDER_UPDATED: (_follow_amount,),
    events.ORDER_EXPIRED: (_follow("expire"),),
    events.ORDER_REFUNDED: (_follow_refund,),
}

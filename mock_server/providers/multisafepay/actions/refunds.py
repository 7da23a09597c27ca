"""Money back: by amount or by cart, within what is left, for Klarna through the ledger.

Source: docs.multisafepay.com, refund an order, Klarna, error reference 1033 and 1034; the pages of 2020 and 2021 on
refunds of pay-later orders; the refunds that the PHP and Python SDKs and the plugins send (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from mock_server.core.clock import Alarm, parse_time
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.refunds import refund_order
from mock_server.ledger.transitions import NotAllowed
from mock_server.providers.multisafepay import errors
from mock_server.providers.multisafepay.state import cart, orders, statuses
from mock_server.providers.multisafepay.state.gateways import GATEWAYS, KLARNA
from mock_server.providers.multisafepay.webhooks import FACE, announce

_SHORT_PERIOD = timedelta(minutes=5)
RESERVED, INITIALIZED, COMPLETED = ("reserved", "initialized"), ("initialized", "completed"), ("completed", "completed")
_SHIPPED = ("shipped", "partial_refunded")
_FREE_LINE = "refund_id_"  # WooCommerce's refund of a sum that is no line


@errors.in_multisafepays_words(errors.CannotRefund)
def create_refund(world: World, order: Record, wanted: Mapping[str, Any], decision: Decision) -> dict[str, Any]:
    """Give money back; answers with the transaction and the refund, which has an id of its own.

    Klarna's goes back at once, other money is reserved until midnight in Amsterdam, and so is Klarna's with the
    outcome reserved. Raises InvalidCurrency, InvalidAmount, NoRefundInformation, CannotRefund (not shipped yet, too
    much), SameRefund (the same sum within 5 minutes). Tells the shop.
    """
    _check_refundable(order)
    if wanted.get("currency", order["currency"]) != order["currency"]:
        raise errors.InvalidCurrency.because("currency", f"is {wanted['currency']}, the order's is {order['currency']}")
    asked = _sum_of_cart(order, wanted["cart"]) if wanted["cart"] else wanted.get("amount")
    at_once = order["gateway"] == KLARNA and decision.outcome != "reserved"
    number = orders.new_transaction_id(world, order["key"])

    def add(found: Record) -> Record:
        _check_refundable(found)
        amount = _allowed(world, found, asked, is_cart=bool(wanted["cart"]))
        entry = orders.refund_entry(
            world, found, number, amount, state=INITIALIZED if at_once else RESERVED,
            order_id=wanted.get("refund_order_id") or found["order_id"], description=wanted.get("description"),
        )  # fmt: skip
        return orders.with_refund(world, found, entry)

    try:
        changed = orders.change(world, order, add)
    except (errors.Refused, errors.Impossible):
        orders.forget(world, number)
        raise
    entry = changed["refunds"][-1]
    own = orders.key_of(order["site"], entry["order_id"])  # the shop asks for the refund by its own id
    orders.remember(world, orders.TRANSACTIONS, own, order["key"])
    if at_once:
        _give_back(world, changed, entry)
    world.clock.set_alarm(_midnight(world.clock.now()), orders.REFUND, f"{number} {order['key']}")
    announce(world, changed, transaction=entry["order_id"])
    return {"transaction_id": order["transaction_id"], "refund_id": number}


def _check_refundable(order: Record) -> None:
    """Pay-later money only comes back once the goods are on their way; before, the order is cancelled."""
    allowed = _SHIPPED if GATEWAYS[order["gateway"] or KLARNA].is_bnpl else statuses.REFUNDABLE
    if order["status"] not in allowed:
        text = f"is {order['status']}, a refund of {order['gateway']} needs {' or '.join(allowed)}"
        raise errors.CannotRefund.because("status", text)
    if order["capture"] and orders.state_of(order) == statuses.RESERVED:
        raise errors.CannotRefund.because("status", "is completed/initialized, nothing of the reservation was captured")


def _allowed(world: World, order: Record, asked: int | None, *, is_cart: bool) -> int:
    """The sum that is given back: nothing asked for is all that is left. Raises CannotRefund, SameRefund."""
    elsewhere = order["capture"]["elsewhere"] if order["capture"] else 0  # in orders of their own, or let go
    left = order["amount"] - elsewhere - order["amount_refunded"]
    amount = asked or left
    if is_cart and amount == left + cart.TOLERANCE:  # the order was accepted with that difference
        amount = left
    if not 0 < amount <= left:
        sum_ = f"{order['amount'] - elsewhere} - {order['amount_refunded']}"
        raise errors.CannotRefund.because("amount", f"is {amount}, {left} = {sum_} is left")
    since = world.clock.now() - _SHORT_PERIOD
    for refund in order["refunds"]:
        if refund["amount"] == amount and refund["status"] != "void" and parse_time(refund["at"]) > since:
            text = f"is {amount}, as that of refund {refund['refund_id']} at {refund['at']}, less than 5 minutes ago"
            raise errors.SameRefund.because("amount", text)
    return amount


def _sum_of_cart(order: Record, refunded: Mapping[str, Any]) -> int:
    """Minor units of the lines that come back: a negative price or a negative quantity, VAT by their selectors.

    Lines as the order has them do not count, be they negative themselves (discounts); a discount taken back makes the
    refund smaller. Raises NoRefundInformation.
    """
    original = list(order["cart"]["items"]) if order["cart"] else []
    known = {item["merchant_item_id"] for item in original}
    kept = [_key(item) for item in original]
    discounts = {item["merchant_item_id"] for item in original if cart.net_of(item) < 0}
    returned = []
    for index, item in enumerate(refunded["items"]):
        if _key(item) in kept:
            kept.remove(_key(item))
        elif cart.net_of(item) < 0:
            _check_known(item, known, index)
            returned.append(item)
        elif item["merchant_item_id"] in discounts:
            returned.append(item)
    if not any(cart.net_of(item) < 0 for item in returned):
        raise errors.NoRefundInformation.because("checkout_data.items", "hold no line with a negative sum")
    tables = refunded["tables"] or (order["cart"]["tables"] if order["cart"] else None)
    total = cart.total_of(returned, tables, cart.digits_of(order["currency"]))
    if total.amount >= 0:
        raise errors.NoRefundInformation.because("checkout_data.items", f"that come back are worth {total.text}")
    return -total.amount


def _key(item: Mapping[str, Any]) -> tuple[Any, ...]:
    return item["merchant_item_id"], Decimal(item["unit_price"]), Decimal(item["quantity"])


def _check_known(item: Mapping[str, Any], known: set[str | None], index: int) -> None:
    item_id = item["merchant_item_id"]
    if item_id not in known and not str(item_id).startswith(_FREE_LINE):
        path = f"checkout_data.items[{index}].merchant_item_id"
        names = ", ".join(sorted(str(name) for name in known)) or "none"
        raise errors.NoRefundInformation.because(path, f"is {item_id!r}; lines of the order: {names}")


def _give_back(world: World, order: Record, entry: Record) -> None:
    """In the ledger; when another face was faster, this refund never was."""
    try:
        refund_order(
            world, order["external_transaction_id"], entry["amount"], description=entry["description"],
            reference=entry["order_id"], multisafepay_refund_id=entry["refund_id"],
        )  # fmt: skip
    except NotAllowed as reason:
        number, void = entry["refund_id"], {"status": "void", "financial_status": "void"}
        orders.change(world, order, lambda found: orders.with_refund_changed(world, found, number, **void))
        raise errors.CannotRefund() from reason


def _midnight(now: datetime) -> datetime:
    """The next one in Amsterdam."""
    tomorrow = orders.wall_clock(now) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)


def complete_refund(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a refund: what was reserved is paid. Tells the shop when that changed something."""
    number, _, key = alarm.key.partition(" ")
    order = orders.find_by_key(world, key)
    entry = _entry(order, number) if order else None
    if order is None or entry is None or entry["status"] not in ("reserved", "initialized"):
        return None
    if entry["status"] == "reserved" and order["gateway"] == KLARNA:
        try:
            _give_back(world, order, entry)
        except errors.CannotRefund:
            announce(world, order, transaction=entry["order_id"])
            return {"what": f"{FACE}.refund.void", "order_id": order["order_id"], "refund_id": entry["refund_id"]}
    changed = orders.change(
        world, order,
        lambda found: orders.with_refund_changed(
            world, found, entry["refund_id"], status=COMPLETED[0], financial_status=COMPLETED[1]
        ),
    )  # fmt: skip
    announce(world, changed, transaction=entry["order_id"])
    return {"what": f"{FACE}.refund.completed", "order_id": order["order_id"], "refund_id": entry["refund_id"]}


@errors.in_multisafepays_words(errors.NoRefundInformation)
def update_refund(world: World, order: Record, refund_id: str, update: Mapping[str, Any]) -> dict[str, Any]:
    """Call a reserved refund off. Raises NoRefundInformation: none such, or no longer reserved. Tells the shop."""
    if _entry(order, refund_id) is None:
        raise errors.NoRefundInformation.because("refund_id", f"is {refund_id!r}, no refund of {order['order_id']}")

    def call_off(found: Record) -> Record:
        entry = _entry(found, refund_id)
        if entry is None or entry["status"] != "reserved":
            status = entry and entry["status"]
            raise errors.NoRefundInformation.because("refund_id", f"is {refund_id}, which is {status}, not reserved")
        return orders.with_refund_changed(world, found, entry["refund_id"], status="void", financial_status="void")

    changed = orders.change(world, order, call_off)
    entry = _entry(changed, refund_id)
    announce(world, changed, transaction=entry["order_id"] if entry else "")
    return {}


def _entry(order: Record, refund_id: str) -> Record | None:
    return next((refund for refund in order["refunds"] if str(refund["refund_id"]) == refund_id), None)

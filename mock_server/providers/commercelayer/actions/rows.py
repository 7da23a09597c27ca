"""The rows that transactions leave, and the statuses of the order that follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer.state import records, related
from mock_server.providers.commercelayer.state.ledger import ledger_order_of
from mock_server.providers.commercelayer.state.statuses import (
    APPROVED,
    AUTHORIZED,
    CANCELLED,
    FREE,
    FULFILLED,
    IN_PROGRESS,
    NOT_REQUIRED,
    OPEN,
    PAID,
    PARTLY_AUTHORIZED,
    PARTLY_PAID,
    PARTLY_REFUNDED,
    REFUNDED,
    UNFULFILLED,
    UNPAID,
    VOIDED,
)
from mock_server.providers.commercelayer.webhooks import emit

_SUCCESS = "Success!"  # recorded of Stripe; Klarna's is not known
_TOPICS = {AUTHORIZED: "orders.authorize", PAID: "orders.pay", VOIDED: "orders.void", REFUNDED: "orders.refund"}
_SHAPE: Mapping[str, Any] = {
    "payment_method_type": "klarna_payments", "succeeded": True, "message": _SUCCESS, "error_code": None,
    "error_detail": None,
}  # fmt: skip
_OF_AUTHORIZATIONS = ("cvv_code", "cvv_message", "avs_code", "avs_message", "fraud_review")
# the list of the row it refers to -> that row's relationship
_LISTS = {
    "captures": ("reference_authorization", "captures"), "voids": ("reference_authorization", "voids"),
    "refunds": ("reference_capture", "refunds"),
}  # fmt: skip


def add(world: World, order: Record, type_: str, told: Mapping[str, Any], **relations: records.Reference) -> Record:
    """A transaction of an order, numbered after those before it. Tells <type>.create, .succeeded or .failed, and
    transactions.create or .refused."""
    here = records.reference(order)
    number = world.store.count(f"commercelayer.transactions.{order['id']}")
    attributes = {
        **_SHAPE,
        **({name: None for name in _OF_AUTHORIZATIONS} if type_ == "authorizations" else {}),
        "number": f"{order['attributes']['number']}/T/{number:03d}",
        "currency_code": order["attributes"]["currency_code"],
        **told,
    }
    parts = {"order": here, "payment_source": order["relations"].get("payment_source"), **relations}
    row = records.create(world, type_, attributes, parts)
    records.join(world, here, "transactions", f"{type_}/{row['id']}")
    if type_ in _LISTS:
        owner, name = _LISTS[type_]
        if relations.get(owner):
            records.join(world, relations[owner], name, row["id"])
    succeeded = attributes["succeeded"]
    for topic in (f"{type_}.create", f"{type_}.{'succeeded' if succeeded else 'failed'}"):
        emit(world, topic, row)
    emit(world, f"transactions.{'create' if succeeded else 'refused'}", row)
    return row


def settle(world: World, order: Record, **changes: Any) -> Record:
    """Give an order the payment status that follows from the ledger, and what follows from that.

    Tells the topic of the status, when it is another one than before. Whoever writes looks once more: of several at
    once the last one to write knows the newest.
    """
    while True:
        status = status_of(world, order)
        order = set_payment_status(world, order, status, **changes)
        if status_of(world, order) == order["attributes"]["payment_status"]:
            break
    if status == REFUNDED and order["attributes"]["status"] not in (*OPEN, CANCELLED):
        return close(world, order)
    return start_fulfilling(world, order)


def status_of(world: World, order: Record) -> str:
    """The payment status by what the ledger holds, took and gave back; an order that is not placed can be paid anew."""
    found = related.many(world, order, "authorizations")
    ledger_orders = [each for each in (ledger_order_of(world, row) for row in found) if each is not None]
    total = order["attributes"]["total_amount_cents"]
    held = sum(each["remaining_authorized_amount"] for each in ledger_orders)
    captured = sum(each["captured_amount"] for each in ledger_orders)
    refunded = sum(each["refunded_amount"] for each in ledger_orders)
    is_open = order["attributes"]["status"] in OPEN
    is_all = captured >= total or not held  # of an order that became cheaper the rest stays authorized
    if captured and captured == refunded and is_all:
        return UNPAID if is_open else REFUNDED
    if refunded:
        return PARTLY_REFUNDED
    if captured:
        return PAID if captured >= total else PARTLY_PAID
    if held:
        return AUTHORIZED if held >= total else PARTLY_AUTHORIZED
    if ledger_orders:
        return UNPAID if is_open else VOIDED
    return str(order["attributes"]["payment_status"])


def held(world: World, order: Record) -> int:
    """What is authorized for an order, captured or not, minor units."""
    found = (ledger_order_of(world, row) for row in related.many(world, order, "authorizations"))
    return sum(each["remaining_authorized_amount"] + each["captured_amount"] for each in found if each is not None)


def set_payment_status(world: World, order: Record, status: str, **changes: Any) -> Record:
    """Tells the topic of the status, when it is another one than before."""
    now, before = to_text(world.clock.now()), [""]

    def apply(found: Record) -> Record:
        before[0] = found["attributes"]["payment_status"]
        news = {"payment_status": status, **changes}
        if before[0] != status:
            news["payment_updated_at"] = now
        return {**found, "attributes": {**found["attributes"], **news}}

    order = records.change(world, order, apply)
    if status != before[0] and status in _TOPICS:
        emit(world, _TOPICS[status], order)
    return order


def start_fulfilling(world: World, order: Record) -> Record:
    """What is approved and paid (or may be sent unpaid) is being packed, unless nothing is shipped."""
    attributes = order["attributes"]
    if attributes["status"] != APPROVED or attributes["fulfillment_status"] != UNFULFILLED:
        return order
    method = records.follow(world, order["relations"].get("payment_method"))
    must_be_paid = method is None or method["attributes"].get("require_capture") is not False
    if must_be_paid and attributes["payment_status"] not in (PAID, FREE):
        return order
    now = to_text(world.clock.now())
    order = records.update(world, order, {"fulfillment_status": IN_PROGRESS, "fulfillment_updated_at": now})
    for shipment in records.belonging(world, order, "shipments"):
        if shipment["attributes"]["status"] == "upcoming":
            emit(world, "shipments.picking", records.update(world, shipment, {"status": "picking", "picking_at": now}))
    emit(world, "orders.start_fulfilling", order)
    return order


def fulfill(world: World, order: Record) -> Record:
    """All of it is sent. Tells orders.fulfill."""
    done = {"fulfillment_status": FULFILLED, "fulfillment_updated_at": to_text(world.clock.now())}
    order = records.update(world, order, done)
    emit(world, "orders.fulfill", order)
    return order


def close(world: World, order: Record) -> Record:
    """The order is cancelled, once; so are its shipments. Tells orders.cancel."""
    if order["attributes"]["status"] == CANCELLED:
        return order
    now = to_text(world.clock.now())
    fulfillment = order["attributes"]["fulfillment_status"]
    kept = fulfillment if fulfillment in (FULFILLED, NOT_REQUIRED) else UNFULFILLED
    order = records.update(
        world, order, {"status": CANCELLED, "cancelled_at": now, "fulfillment_status": kept}
    )
    for shipment in records.belonging(world, order, "shipments"):
        if shipment["attributes"]["status"] not in ("shipped", "delivered"):
            emit(world, "shipments.cancel", records.update(world, shipment, {"status": "cancelled"}))
    emit(world, "orders.cancel", order)
    return order

"""Money that moves after an order was placed: captured, given back, let go. The ledger moves it, rows follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import captures, endings, refunds
from mock_server.ledger.transitions import ACCEPTED, NotAllowed
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions import rows
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.errors import Problem
from mock_server.providers.commercelayer.schemas.documents import Written
from mock_server.providers.commercelayer.state import records, related
from mock_server.providers.commercelayer.state.ledger import capturable, captured_of, ledger_order_of
from mock_server.providers.commercelayer.state.statuses import (
    APPROVED,
    FREE,
    PENDING,
    PLACED,
    VOIDED,
)
from mock_server.providers.commercelayer.webhooks import emit

_FAILED = "Klarna refused"  # message of a transaction that failed


def keep_refusal(world: World, order: Record, amount: int) -> Record:
    """Keep the authorization that Klarna refused. Tells authorizations.create and .failed, and transactions.refused."""
    told = {
        "succeeded": False, "error_code": "REJECTED", "error_detail": "The order was rejected by Klarna",
        "message": None, "token": None, "gateway_transaction_id": None, "amount_cents": amount,
    }  # fmt: skip
    return rows.add(world, order, "authorizations", told)


def capture(act: Act, order: Record) -> Record:
    """Capture what is left of each authorization, up to what the order comes to.

    Tells captures.*, orders.pay, orders.start_fulfilling. Raises Unprocessable when nothing is left, or Klarna refuses.
    """
    found = [row for row in related.many(act.world, order, "authorizations") if capturable(act.world, row)]
    if not found:
        raise not_permitted(f"nothing is left to capture of order {order['id']}")
    for authorization in found:
        amount = capturable(act.world, authorization)
        if amount:
            _take(act, order, authorization, amount)
    return _now(act.world, order)


def approve(world: World, order: Record) -> Record:
    """What is paid already, or may be sent unpaid, is being packed from now on. Tells orders.approve."""
    order = records.update(world, order, {"status": APPROVED, "approved_at": to_text(world.clock.now())})
    emit(world, "orders.approve", order)
    return rows.start_fulfilling(world, order)


def check_capture(act: Act, order: Record) -> None:
    """Whether Klarna lets an order's money be captured; a refusal is kept as a capture that failed.

    Raises Unprocessable: Klarna has not accepted the order, or no longer does; nothing is left.
    """
    found = related.many(act.world, order, "authorizations")
    for authorization in found:
        ledger_order = ledger_order_of(act.world, authorization)
        if ledger_order is not None and ledger_order["fraud_status"] != ACCEPTED:
            status, amount = ledger_order["fraud_status"], capturable(act.world, authorization)
            why = f"Klarna's order {ledger_order['order_id']} has fraud_status {status}"
            _keep_failure(act, order, authorization, amount, status, why)
            raise not_permitted(why)
    if found and not any(capturable(act.world, authorization) for authorization in found):
        raise not_permitted(f"nothing is left to capture of order {order['id']}")


def approve_and_capture(act: Act, order: Record) -> Record:
    """Both at once. Tells orders.approve too. Raises Unprocessable."""
    is_free = order["attributes"]["payment_status"] == FREE
    if order["attributes"]["status"] == PLACED:
        order = approve(act.world, order)
    return order if is_free else capture(act, order)


def capture_by_itself(world: World, order: Record) -> Record:
    """What a payment method with auto_capture does right after the authorization."""
    method = records.follow(world, order["relations"].get("payment_method"))
    if method is None or not method["attributes"].get("auto_capture"):
        return order
    most = method["attributes"].get("auto_capture_max_amount_cents")
    if most is not None and order["attributes"]["total_amount_cents"] > most:
        return order
    try:
        return capture(Act(world), order)
    except errors.Unprocessable:  # kept as a capture that failed; the order is placed all the same
        return _now(world, order)


def refund(act: Act, order: Record) -> Record:
    """Give back all that was captured; the order is cancelled then. Tells refunds.*, orders.refund, orders.cancel."""
    found = [taken for taken in related.many(act.world, order, "captures") if captured_of(taken)]
    if not found:
        raise not_permitted(f"nothing is left to give back of order {order['id']}")
    for taken in found:
        _give_back(act, taken, captured_of(taken))
    return _now(act.world, order)


def cancel(act: Act, order: Record) -> Record:
    """Cancel an order; what is authorized is let go. Tells voids.*, orders.void, orders.cancel.

    Raises Unprocessable when something was captured meanwhile.
    """
    world = act.world
    for authorization in related.many(world, order, "authorizations"):
        ledger_order = ledger_order_of(world, authorization)
        if ledger_order is not None and ledger_order["status"] not in ("CANCELLED", "EXPIRED"):
            _let_go(act, authorization)
    order = _now(world, order)
    if related.many(world, order, "voids"):
        order = rows.set_payment_status(world, order, VOIDED)
    return rows.close(world, order)


TRIGGERS: Mapping[str, Callable[[Act, Record], Record]] = {
    "_capture": capture,
    "_approve_and_capture": approve_and_capture,
    "_refund": refund,
    "_cancel": cancel,
}


def update_authorization(act: Act, authorization: Record, written: Written) -> Record:
    """Capture (all, or ``_capture_amount_cents``), void, or cancel (of an order that is still pending).

    Raises Unprocessable: the order is not approved, more than is left, nothing to void.
    Source: docs.commercelayer.io, authorizations (read 2026-11-21).
    """
    world, wanted = act.world, written.attributes
    order = _order_of(world, authorization)
    is_capture = bool(wanted.get("_capture")) or wanted.get("_capture_amount_cents") is not None
    if sum(map(bool, (wanted.get("_void"), wanted.get("_cancel"), is_capture))) > 1:
        raise not_permitted("of _capture, _void and _cancel only one can be done")
    if wanted.get("_void") or wanted.get("_cancel"):
        trigger = "_void" if wanted.get("_void") else "_cancel"
        _check_void(order, authorization, trigger, ledger_order_of(world, authorization))
        _let_go(act, authorization)
    elif is_capture:
        left = capturable(world, authorization)
        _check_approved(order)
        _take(act, order, authorization, _amount(wanted.get("_capture_amount_cents"), left, "_capture_amount_cents"))
    return _with_rest(act, authorization, written)


def _check_approved(order: Record) -> None:
    if order["attributes"]["status"] != APPROVED:
        why = f"_capture needs an approved order, order {order['id']} is {order['attributes']['status']}"
        raise not_permitted(why)


def _check_void(order: Record, authorization: Record, trigger: str, ledger_order: Record | None) -> None:
    if not authorization["attributes"]["succeeded"] or ledger_order is None:
        raise not_permitted(f"authorization {authorization['id']} did not succeed")
    if ledger_order["status"] != "AUTHORIZED":
        raise not_permitted(f"Klarna's order is {ledger_order['status']}, expected AUTHORIZED")
    status = order["attributes"]["status"]
    if trigger == "_cancel" and status != PENDING:
        raise not_permitted(f"_cancel is for pending orders, order {order['id']} is {status}")


def update_capture(act: Act, taken: Record, written: Written) -> Record:
    """Refund (all, or ``_refund_amount_cents``), or cancel (of an order that is still pending).

    Raises Unprocessable for more than is left. Source: docs.commercelayer.io, captures (read 2026-11-21).
    """
    world, wanted = act.world, written.attributes
    if wanted.get("_cancel"):
        order = _order_of(world, taken)
        status = order["attributes"]["status"]
        if status != PENDING:
            raise not_permitted(f"_cancel is for pending orders, order {order['id']} is {status}")
        _give_back(act, taken, _amount(None, captured_of(taken), "_cancel"))
    elif wanted.get("_refund") or wanted.get("_refund_amount_cents") is not None:
        left = captured_of(taken)
        _give_back(act, taken, _amount(wanted.get("_refund_amount_cents"), left, "_refund_amount_cents"))
    return _with_rest(act, taken, written)


def update_transaction(act: Act, transaction: Record, written: Written) -> Record:
    """``_forward`` and ``succeeded`` of any transaction."""
    return _with_rest(act, transaction, written)


def _with_rest(act: Act, transaction: Record, written: Written) -> Record:
    """What else was written. ``_forward`` makes an authorization succeed that Klarna holds; else it does nothing."""
    changes = written.plain
    is_held = transaction["type"] == "authorizations" and ledger_order_of(act.world, transaction) is not None
    if written.attributes.get("_forward") and is_held:
        changes["succeeded"] = True
    return records.update(act.world, _now(act.world, transaction), changes)


def not_permitted(why: str) -> errors.Unprocessable:
    problem = Problem("status", "transition not permitted", "transition_not_permitted", why=why)
    return errors.Unprocessable.of(problem)


def _amount(asked: Any, left: int, name: str) -> int:
    """What is asked for, all that is left when nothing is; raises Unprocessable."""
    if asked is None and left:
        return left
    if asked is None:
        raise not_permitted("nothing is left")
    if asked <= 0:
        more = {"value": asked, "count": 0}
        raise errors.Unprocessable.of(Problem(name, "must be greater than 0", "greater_than", more=more))
    if asked > left:
        more, why = {"value": asked, "count": left}, f"{name} is {asked}, {left} is left"
        title = f"must be less than or equal to {left}"
        raise errors.Unprocessable.of(Problem(name, title, "less_than_or_equal_to", more=more, why=why))
    return int(asked)


def _take(act: Act, order: Record, authorization: Record, amount: int) -> None:
    """Capture in the ledger, whose order.captured makes the row; a refusal is kept as a row that failed."""
    token = authorization["attributes"]["token"]
    try:
        captures.capture_order(act.world, token, amount)
    except NotAllowed as reason:
        _keep_failure(act, order, authorization, amount, reason.reason.upper(), str(reason))
        raise not_permitted(str(reason)) from reason


def _keep_failure(act: Act, order: Record, authorization: Record, amount: int, code: str, why: str) -> None:
    told = {
        "succeeded": False, "error_code": code, "error_detail": why, "message": _FAILED,
        "token": authorization["attributes"]["token"], "gateway_transaction_id": None, "amount_cents": amount,
    }  # fmt: skip
    rows.add(act.world, order, "captures", told, reference_authorization=records.reference(authorization))


def _give_back(act: Act, taken: Record, amount: int) -> None:
    """Refund in the ledger, whose order.refunded makes the row; what is left of the capture shrinks before."""
    _reserve(act.world, taken, amount)
    try:
        refunds.refund_order(act.world, taken["attributes"]["token"], amount, commercelayer_capture_id=taken["id"])
    except NotAllowed as reason:
        _reserve(act.world, taken, -amount)
        raise not_permitted(str(reason)) from reason


def _reserve(world: World, taken: Record, amount: int) -> None:
    """Raises Unprocessable when somebody else was faster."""

    def note(found: Record) -> Record:
        if amount > captured_of(found):
            raise not_permitted(f"{amount} shall be refunded, {captured_of(found)} is left by now")
        return {**found, "private": {**found["private"], "refunded": found["private"].get("refunded", 0) + amount}}

    records.change(world, taken, note)


def _let_go(act: Act, authorization: Record) -> None:
    """Cancel in the ledger, whose order.cancelled makes the void."""
    try:
        endings.cancel_order(act.world, authorization["attributes"]["token"])
    except NotAllowed as reason:
        raise not_permitted(str(reason)) from reason


def _order_of(world: World, transaction: Record) -> Record:
    order = records.follow(world, transaction["relations"]["order"])
    if order is None:
        raise errors.Unprocessable.of(errors.blank("order", is_relationship=True))
    return order


def _now(world: World, record: Record) -> Record:
    """As it is by now."""
    return records.find(world, record["type"], record["id"]) or record

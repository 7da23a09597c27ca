"""Placing an order: what it must have, and how Klarna's token becomes an order of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from mock_server.core.clock import Alarm, to_text
from mock_server.core.errors import Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, sessions
from mock_server.ledger import orders as ledger_orders
from mock_server.ledger.decisions import Verdict, read_verdict
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions import money, rows
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.actions.klarna_payments import expired
from mock_server.providers.commercelayer.errors import Problem, blank
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.carts import purchase_of
from mock_server.providers.commercelayer.state.ledger import FACE, order_behind, session_amount_of
from mock_server.providers.commercelayer.state.statuses import (
    AUTHORIZED,
    FREE,
    NOT_REQUIRED,
    PAID,
    PARTLY_AUTHORIZED,
    PARTLY_PAID,
    PLACED,
    PLACING,
    UNFULFILLED,
)
from mock_server.providers.commercelayer.webhooks import emit

ASYNC = "commercelayer.place"  # name of the alarm of an order that is placed asynchronously
_SOON = timedelta(seconds=1)
_PAID_ALREADY = (AUTHORIZED, PARTLY_AUTHORIZED, PAID, PARTLY_PAID)


def check(act: Act, order: Record, trigger: str, *, amount: int | None = None, is_kept: bool = False) -> None:
    """Whether an order can be placed, or its payment authorized; with ``is_kept`` by what its customer kept.

    Raises Unprocessable for what is missing, all at once, and for what Klarna would not take. A refusal of Klarna's
    is kept as an authorization that failed.
    Source: PlaceOrderReducer of Commerce Layer's React components; docs.commercelayer.io, placing orders
    (read 2026-11-21).
    """
    is_paid = order["attributes"]["payment_status"] in _PAID_ALREADY
    problems = list(_missing(act, order)) if trigger == "_place" else []
    if is_paid:
        problems += _too_much(act.world, order)
    elif not is_kept:
        problems += _missing_payment(act, order)
    total = order["attributes"]["total_amount_cents"]
    if trigger == "_authorize" and amount is not None:
        problems += _out_of_bounds(amount, total)
    if problems:
        raise errors.Unprocessable(problems=problems)
    is_later = trigger == "_place" and bool(order["attributes"].get("place_async"))
    if not (is_paid or is_later or is_kept or total == 0):
        _ask_klarna(act, order, amount if amount is not None and trigger == "_authorize" else total)


def _missing(act: Act, order: Record) -> Iterator[Problem]:
    """What an order lacks besides its payment."""
    world, attributes, relations = act.world, order["attributes"], order["relations"]
    if not attributes.get("customer_email") and not relations.get("customer"):
        yield blank("customer", is_relationship=True)
    if not relations.get("billing_address"):
        yield blank("billing_address", is_relationship=True)
    shipments = records.belonging(world, order, "shipments")
    if not relations.get("shipping_address") and not shipments and _ships(world, order):
        yield blank("shipping_address", is_relationship=True)
    for shipment in shipments:
        if not shipment["relations"].get("shipping_method"):
            why = f"shipment {shipment['id']} has no shipping_method"
            yield Problem("shipments", "is invalid", "invalid", is_relationship=True, why=why)


def _too_much(world: World, order: Record) -> Iterator[Problem]:
    """An order that became cheaper than what was authorized for it."""
    held, total = rows.sum_of(world, order, "authorizations"), order["attributes"]["total_amount_cents"]
    held -= rows.sum_of(world, order, "voids")
    if held > total:
        why = f"{held} is authorized, the order comes to {total}: {held - total} too much"
        yield Problem("payment_source", "is invalid", "invalid", is_relationship=True, why=why)


def _ships(world: World, order: Record) -> bool:
    for line in records.belonging(world, order, "line_items"):
        sku = records.follow(world, line["relations"].get("item"))
        if line["attributes"]["item_type"] == "skus" and not (sku and sku["attributes"].get("do_not_ship")):
            return True
    return False


def _missing_payment(act: Act, order: Record) -> Iterator[Problem]:
    """What the payment lacks; an order that costs nothing needs none."""
    relations = order["relations"]
    if order["attributes"]["total_amount_cents"] == 0:
        return
    if not relations.get("payment_method"):
        yield blank("payment_method", is_relationship=True)
        return
    payment = records.follow(act.world, relations.get("payment_source"))
    if payment is None:
        why = "the order has no payment source; one that changed lost it, and needs a new one"
        yield blank("payment_source", is_relationship=True, why=why)
        return
    if not payment["attributes"]["auth_token"] and act.decision.outcome != "authorized":
        why = f"klarna_payments {payment['id']} has no auth_token: the shopper did not authorize"
        yield blank("auth_token", why=why)
        return
    if payment["relations"]["order"] != list(records.reference(order)):
        why = f"klarna_payments {payment['id']} is of order {payment['relations']['order'][1]}"
        yield Problem("payment_source", "is invalid", "invalid", is_relationship=True, why=why)
        return
    amount, total = session_amount_of(act.world, payment), order["attributes"]["total_amount_cents"]
    is_off = act.decision.outcome == "amounts_mismatch" or (amount is not None and amount != total)
    if is_off:
        off = f"the order comes to {total}, Klarna's session to {amount}: mismatched by {total - (amount or 0)}"
        why = f"{act.decision.decided_by}: as if the amounts differed" if amount == total else off
        yield Problem("payment_source", "is invalid", "invalid", is_relationship=True, why=why)


def pull(act: Act, order: Record, trigger: str, *, amount: Any = None) -> Record:
    """Authorize the payment of an order, and with ``_place`` place it.

    With place_async the order is ``placing`` and placed a second later, by the world's clock. Tells orders.authorize,
    orders.place and what the transactions tell. Raises Unprocessable: token or session expired or used (order_data is
    expired), Klarna says no (PAYMENT_NOT_APPROVED_FOR_EXECUTION; a failed authorization is kept).
    Source: docs.commercelayer.io, orders, placing (read 2026-11-21).
    """
    world = act.world
    if trigger == "_place" and order["attributes"].get("place_async"):
        said = act.decision
        decided = {"outcome": said.outcome, "options": dict(said.options), "by": said.decided_by}
        order = records.update(world, order, {"status": PLACING}, decided=decided)
        emit(world, "orders.placing", order)
        world.clock.set_alarm(world.clock.now() + _SOON, ASYNC, order["id"])
        return order
    if trigger == "_place":
        return _place_now(act, order)
    return _pay(act, order, amount)


def place_later(world: World, alarm: Alarm) -> Record | None:
    """The alarm of an order that is placed asynchronously; what goes wrong is kept as its resource_errors."""
    order = records.find(world, "orders", alarm.key)
    if order is None or order["attributes"]["status"] != PLACING:
        return None
    decided = order["private"]["decided"]
    act = Act(world, decision=Decision(decided["outcome"], decided["options"], decided_by=decided["by"]))
    now = {**order, "attributes": {**order["attributes"], "place_async": False}}
    try:
        check(act, now, "_place")
        order = _place_now(act, order)
    except errors.Unprocessable as refused:
        return _failed_later(world, order, refused)
    for failed in records.belonging(world, order, "resource_errors"):  # of an earlier try
        records.remove(world, failed, belongs={"resource_errors": records.reference(order)})
    records.update(world, order, {"errors_count": 0})
    return {"what": f"{FACE}.orders.place", "order_id": order["id"]}


def _place_now(act: Act, order: Record) -> Record:
    if order["attributes"]["payment_status"] not in _PAID_ALREADY:
        order = _pay(act, order, None)
    return _placed(act.world, order)


def _failed_later(world: World, order: Record, refused: errors.Unprocessable) -> Record:
    here = records.reference(order)
    for problem in refused.problems:
        told = {"name": problem.name, "code": problem.code, "message": problem.title}
        records.create(world, "resource_errors", told, {"resource": here}, belongs={"resource_errors": here})
    records.update(world, order, {"errors_count": len(records.ids_of(world, here, "resource_errors"))})
    return {"what": f"{FACE}.orders.placing", "order_id": order["id"], "failed": "; ".join(refused.messages)}


def _pay(act: Act, order: Record, amount: int | None) -> Record:
    """The ledger's order.placed makes the authorization, and the payment status follows."""
    world, total = act.world, order["attributes"]["total_amount_cents"]
    if total == 0:
        return records.update(world, order, {"payment_status": FREE})
    _place_in_ledger(act, order, total if amount is None else amount)
    return records.find(world, "orders", order["id"]) or order


def _out_of_bounds(amount: int, total: int) -> Iterator[Problem]:
    if 0 < amount <= total:
        return
    title = "must be greater than 0" if amount <= 0 else f"must be less than or equal to {total}"
    error, limit = ("greater_than", 0) if amount <= 0 else ("less_than_or_equal_to", total)
    yield Problem("_authorization_amount_cents", title, error, more={"value": amount, "count": limit})


def _ask_klarna(act: Act, order: Record, amount: int) -> None:
    """Raises Unprocessable: session or token is worth nothing, or Klarna says no."""
    world, payment = act.world, records.follow(act.world, order["relations"]["payment_source"])
    if payment is None:
        raise errors.Unprocessable.of(blank("payment_source", is_relationship=True))
    if act.decision.outcome == "expired":
        raise expired(f"{act.decision.decided_by}: as if the session had expired")
    session, authorization = _authorized(act, payment)
    if session["status"] == "complete" and not _is_of(world, order, session["order_id"]):
        raise expired(f"order {session['order_id']} was placed with session {session['id']}")
    if _verdict(act, authorization) is None:
        money.refused(world, order, payment, amount)
        raise _declined(f"{act.decision.decided_by}: Klarna rejects the order")


def _place_in_ledger(act: Act, order: Record, amount: int) -> None:
    """Spend the shopper's token; who is asked for the same at once finds it done."""
    world, payment = act.world, records.follow(act.world, order["relations"]["payment_source"])
    if payment is None:
        raise errors.Unprocessable.of(blank("payment_source", is_relationship=True))
    session, authorization = _authorized(act, payment)
    authorization = authorization or authorizations.grant(world, session)
    verdict = _verdict(act, authorization) or Verdict()
    order_id = ledger_orders.new_order_id(world)
    purchase = {**session["purchase"], **purchase_of(world, order), "order_amount": amount}
    placed = {"token": authorization["token"], "body_digest": "", "answer": {"order_id": order_id}}
    try:
        ledger_orders.place_order(
            world, order_id, purchase, authorization=authorization, placed=placed, verdict=verdict, placed_through=FACE
        )
    except sessions.SessionCompleted as completed:
        if not _is_of(world, order, completed.placed["answer"]["order_id"]):
            raise expired(str(completed)) from completed
    except (authorizations.AlreadyUsed, authorizations.UnknownAuthorization) as used:
        raise expired(str(used)) from used


def _is_of(world: World, order: Record, order_id: str) -> bool:
    """Whether a ledger order is, or is about to be, this order's: somebody who was asked the same was faster."""
    ledger_order = world.store.get("orders", order_id)
    if ledger_order is None:
        return True
    found = order_behind(world, ledger_order)
    return found is not None and bool(found["id"] == order["id"])


def _authorized(act: Act, payment: Record) -> tuple[Record, Record | None]:
    """The session of a payment, and the authorization that its auth_token is.

    None with the outcome authorized, for a payment without one. Raises Unprocessable.
    """
    world, token = act.world, payment["attributes"]["auth_token"]
    try:
        session = sessions.find_session(world, payment["attributes"]["session_id"])
        if token is None:
            return session, None
        authorization = authorizations.find_authorization(world, token)
        if authorization["session_id"] != session["id"]:
            raise authorizations.UnknownAuthorization(f"token {token} is of another session than {session['id']}")
    except (authorizations.UnknownAuthorization, sessions.UnknownSession) as gone:
        raise expired(str(gone)) from gone
    return session, authorization


def _declined(why: str) -> errors.Unprocessable:
    code = "PAYMENT_NOT_APPROVED_FOR_EXECUTION"
    title = "payment not approved for execution"
    return errors.Unprocessable.of(Problem("base", title, code.lower(), why=why, code=code))


def _verdict(act: Act, authorization: Record | None) -> Verdict | None:
    """What a rule says of this call, else what was settled when the shopper authorized; None: no."""
    decision = act.decision
    chosen: dict[str, Any] = {"outcome": decision.outcome, **decision.options}
    if decision.is_default and authorization and authorization["decision"]:
        chosen = authorization["decision"]
    if chosen["outcome"] == "declined":
        return None
    if chosen["outcome"] == "authorized":
        return Verdict()
    try:
        return read_verdict(chosen["outcome"], chosen)
    except ValueError as error:
        raise Misused(f"{decision.decided_by}: {error}") from error


def _placed(world: World, order: Record) -> Record:
    """The order is placed, once: a second caller finds it so."""
    now = to_text(world.clock.now())
    taken: list[bool] = []

    def place(found: Record) -> Record:
        taken[:] = [found["attributes"]["status"] != PLACED]
        fulfillment = UNFULFILLED if found["attributes"]["shipments_count"] else NOT_REQUIRED
        changes = {"status": PLACED, "placed_at": now, "fulfillment_status": fulfillment}
        return {**found, "attributes": {**found["attributes"], **changes}} if taken[0] else found

    order = records.change(world, order, place)
    if not taken[0]:
        return order
    for name in ("billing_address", "shipping_address"):
        address = records.follow(world, order["relations"].get(name))
        if address is not None:
            records.update(world, address, placed=order["id"])
    for shipment in records.belonging(world, order, "shipments"):
        emit(world, "shipments.upcoming", records.update(world, shipment, {"status": "upcoming"}))
    _count_order(world, order)
    emit(world, "orders.place", order)
    return money.capture_by_itself(world, order)


def _count_order(world: World, order: Record) -> None:
    """The customer has one order more."""
    customer = records.follow(world, order["relations"].get("customer"))
    if customer is None:
        return

    def count(found: Record) -> Record:
        number = found["attributes"]["total_orders_count"] + 1
        status = "acquired" if number == 1 else "repeat"
        return {**found, "attributes": {**found["attributes"], "total_orders_count": number, "status": status}}

    records.change(world, customer, count)

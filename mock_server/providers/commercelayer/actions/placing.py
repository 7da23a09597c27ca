"""Placing an order: how Klarna's token becomes an order of the ledger, at once or later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mock_server.core.clock import Alarm, to_text
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, sessions
from mock_server.ledger import orders as ledger_orders
from mock_server.ledger.decisions import Verdict
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions import money, rows
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.actions.checks import PAID_ALREADY, authorized, check, is_of, verdict_of
from mock_server.providers.commercelayer.actions.klarna_payments import expired
from mock_server.providers.commercelayer.errors import blank
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.carts import purchase_of
from mock_server.providers.commercelayer.state.ledger import FACE
from mock_server.providers.commercelayer.state.statuses import (
    FREE,
    NOT_REQUIRED,
    PENDING,
    PLACED,
    PLACING,
    UNFULFILLED,
)
from mock_server.providers.commercelayer.webhooks import emit

ASYNC = "commercelayer.place"  # name of the alarm of an order that is placed asynchronously
_SOON = timedelta(seconds=1)


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
    if order["attributes"]["payment_status"] not in PAID_ALREADY:
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
    _place_in_ledger(act, order, total - rows.held(world, order) if amount is None else amount)
    return records.find(world, "orders", order["id"]) or order


def _place_in_ledger(act: Act, order: Record, amount: int) -> None:
    """Spend the shopper's token; who is asked for the same at once finds it done."""
    world, payment = act.world, records.follow(act.world, order["relations"]["payment_source"])
    if payment is None:
        raise errors.Unprocessable.of(blank("payment_source", is_relationship=True))
    session, authorization = authorized(act, payment)
    authorization = authorization or authorizations.grant(world, session)
    verdict = verdict_of(act, authorization) or Verdict()
    order_id = ledger_orders.new_order_id(world)
    purchase = {**session["purchase"], **purchase_of(world, order), "order_amount": amount}
    placed = {"token": authorization["token"], "body_digest": "", "answer": {"order_id": order_id}}
    try:
        ledger_orders.place_order(
            world, order_id, purchase, authorization=authorization, placed=placed, verdict=verdict, placed_through=FACE
        )
    except sessions.SessionCompleted as completed:
        if not is_of(world, order, completed.placed["answer"]["order_id"]):
            raise expired(str(completed)) from completed
    except (authorizations.AlreadyUsed, authorizations.UnknownAuthorization) as used:
        raise expired(str(used)) from used


def _placed(world: World, order: Record) -> Record:
    """The order is placed, once: a second caller finds it so."""
    now = to_text(world.clock.now())
    taken: list[bool] = []

    def place(found: Record) -> Record:
        taken[:] = [found["attributes"]["status"] in (PENDING, PLACING)]
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

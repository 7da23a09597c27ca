"""Whether an order can be placed, or its payment authorized: what it lacks, and what Klarna will say of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mock_server.core.errors import Misused
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, sessions
from mock_server.ledger.decisions import Verdict, read_verdict
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions import money, rows
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.actions.klarna_payments import expired
from mock_server.providers.commercelayer.errors import Problem, blank
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.carts import lines_of, shipped_of, why_not_klarnas
from mock_server.providers.commercelayer.state.ledger import order_behind, session_amount_of
from mock_server.providers.commercelayer.state.statuses import AUTHORIZED, PAID, PARTLY_AUTHORIZED, PARTLY_PAID

PAID_ALREADY = (AUTHORIZED, PARTLY_AUTHORIZED, PAID, PARTLY_PAID)


def check(act: Act, order: Record, trigger: str, *, amount: int | None = None, is_kept: bool = False) -> Verdict:
    """Whether an order can be placed, or its payment authorized; with ``is_kept`` by what its customer kept.

    Answers with what Klarna will say. Raises Unprocessable for what is missing, all at once, and for what Klarna
    would not take. A refusal of Klarna's is kept as an authorization that failed.
    Source: PlaceOrderReducer of Commerce Layer's React components; docs.commercelayer.io, placing orders
    (read 2026-11-21).
    """
    total, is_paid = order["attributes"]["total_amount_cents"], _is_paid(order, trigger)
    problems = list(_missing(act, order)) if trigger == "_place" else []
    if is_paid:
        problems += _too_much(act.world, order)
    elif not is_kept:
        problems += _missing_payment(act, order)
    due = total - rows.held(act.world, order)
    if trigger == "_authorize" and amount is not None:
        problems += _out_of_bounds(amount, due)
    if not is_paid and act.decision.outcome == "amounts_mismatch" and not problems:
        problems.append(_mismatch(f"{act.decision.decided_by}: as if the amounts differed"))
    if problems:
        raise errors.Unprocessable(problems=problems)
    is_later = trigger == "_place" and bool(order["attributes"].get("place_async"))
    if is_paid or is_later or total == 0:
        return Verdict()
    return _ask_klarna(act, order, due if amount is None or trigger == "_place" else amount, is_kept=is_kept)


def _is_paid(order: Record, trigger: str) -> bool:
    """Whether no more money is asked for: of a part that was authorized the rest can be, by ``_authorize``."""
    status = order["attributes"]["payment_status"]
    return status in PAID_ALREADY and not (trigger == "_authorize" and status == PARTLY_AUTHORIZED)


def _missing(act: Act, order: Record) -> Iterator[Problem]:
    """What an order lacks besides its payment."""
    world, attributes, relations = act.world, order["attributes"], order["relations"]
    if not attributes.get("customer_email") and not relations.get("customer"):
        yield blank("customer", is_relationship=True)
    if not relations.get("billing_address"):
        yield blank("billing_address", is_relationship=True)
    shipments = records.belonging(world, order, "shipments")
    if shipped_of(world, lines_of(world, order)):
        if not relations.get("shipping_address"):
            yield blank("shipping_address", is_relationship=True)
        elif not shipments:
            why = "the shipment that comes with the address has no shipping_method yet"
            yield Problem("shipments", "is invalid", "invalid", is_relationship=True, why=why)
    for shipment in shipments:
        if not shipment["relations"].get("shipping_method"):
            why = f"shipment {shipment['id']} has no shipping_method"
            yield Problem("shipments", "is invalid", "invalid", is_relationship=True, why=why)


def _too_much(world: World, order: Record) -> Iterator[Problem]:
    """An order that became cheaper than what was authorized for it."""
    held, total = rows.held(world, order), order["attributes"]["total_amount_cents"]
    if held > total:
        yield _mismatch(f"{held} is authorized, the order comes to {total}: {held - total} too much")


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
    if payment["relations"]["order"] != records.reference(order):
        yield _mismatch(f"klarna_payments {payment['id']} is of order {payment['relations']['order'][1]}")
        return
    amount, total = session_amount_of(act.world, payment), order["attributes"]["total_amount_cents"]
    if amount is not None and amount != total:
        yield _mismatch(f"the order comes to {total}, Klarna's session to {amount}: mismatched by {total - amount}")
    elif why := why_not_klarnas(act.world, order):
        yield _mismatch(why)


def _mismatch(why: str) -> Problem:
    return Problem("payment_source", "is invalid", "invalid", is_relationship=True, why=why)


def _out_of_bounds(amount: int, total: int) -> Iterator[Problem]:
    if 0 < amount <= total:
        return
    title = "must be greater than 0" if amount <= 0 else f"must be less than or equal to {total}"
    error, limit = ("greater_than", 0) if amount <= 0 else ("less_than_or_equal_to", total)
    yield Problem("_authorization_amount_cents", title, error, more={"value": amount, "count": limit})


def _ask_klarna(act: Act, order: Record, amount: int, *, is_kept: bool) -> Verdict:
    """Raises Unprocessable: session or token is worth nothing, or Klarna says no."""
    world, payment = act.world, records.follow(act.world, order["relations"].get("payment_source"))
    if act.decision.outcome == "expired":
        raise expired(f"{act.decision.decided_by}: as if the session had expired")
    authorization = None
    if payment is not None and not is_kept:
        session, authorization = authorized(act, payment)
        is_rest = order["attributes"]["payment_status"] == PARTLY_AUTHORIZED  # which wants a session of its own
        if session["status"] == "complete" and (is_rest or not is_of(world, order, session["order_id"])):
            raise expired(f"order {session['order_id']} was placed with session {session['id']}")
    verdict = verdict_of(act, authorization)
    if verdict is None:
        money.keep_refusal(world, order, amount)
        raise _declined(f"{act.decision.decided_by}: Klarna rejects the order")
    return verdict


def is_of(world: World, order: Record, order_id: str) -> bool:
    """Whether a ledger order is, or is about to be, this order's: somebody who was asked the same was faster."""
    ledger_order = world.store.get("orders", order_id)
    if ledger_order is None:
        return True
    found = order_behind(world, ledger_order)
    return found is not None and bool(found["id"] == order["id"])


def authorized(act: Act, payment: Record) -> tuple[Record, Record | None]:
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


def verdict_of(act: Act, authorization: Record | None) -> Verdict | None:
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

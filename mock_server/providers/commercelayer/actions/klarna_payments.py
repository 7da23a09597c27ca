"""The payment source of an order that is paid with Klarna: a session in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import sessions, tokens
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.errors import Problem
from mock_server.providers.commercelayer.schemas.documents import Written
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.carts import purchase_of, why_not_klarnas
from mock_server.providers.commercelayer.state.ledger import session_of
from mock_server.providers.commercelayer.state.statuses import EDITABLE, OPEN

TYPE = "klarna_payments"
INSTRUMENT = {"issuer": "klarna", "issuer_type": "klarna"}  # form: sample of schema 3.5.0, with an issuer_type


def create(act: Act, written: Written) -> Record:
    """Open Klarna's session for an order, whose payment source it becomes; its gateway is that of the payment method.

    Raises Unprocessable: the order is not editable, is not to be paid with Klarna, or Klarna does not sell there.
    Source: docs.commercelayer.io, Klarna, adding the payment source (read 2026-11-21).
    """
    order = _order(act, written.relations["order"])
    return open_for(act, order, written.attributes)


def open_for(act: Act, order: Record, attributes: Mapping[str, Any]) -> Record:
    world, gateway = act.world, gateway_of(act.world, order)
    session = sessions.open_session(
        world, purchase_of(world, order), merchant=f"commercelayer {gateway[1]}", base_url=act.base_url
    )
    attributes = {
        **attributes,
        "session_id": session["id"],
        "client_token": tokens.client_token(world, session),
        "payment_methods": sessions.categories_of(session),
        "auth_token": None,
        "payment_instrument": None,
    }
    payment = records.create(world, TYPE, attributes, {"order": records.reference(order), "payment_gateway": gateway})
    records.update(world, order, relations={"payment_source": records.reference(payment)})
    return payment


def _order(act: Act, reference: records.Reference | None) -> Record:
    """The order, when its payment source may change. Raises AccessDenied, Unprocessable."""
    order = records.follow(act.world, reference)
    if order is None:
        raise errors.Unprocessable.of(errors.blank("order", is_relationship=True))
    status = order["attributes"]["status"]
    if act.is_sales and status not in OPEN:
        why = f"order {order['id']} is {status}, a sales channel writes drafts and pending ones"
        raise errors.AccessDenied.because(why)
    return order


def gateway_of(world: World, order: Record) -> records.Reference:
    """Of the order's payment method; raises Unprocessable when the order cannot be paid with Klarna now."""
    method = records.follow(world, order["relations"].get("payment_method"))
    status = order["attributes"]["status"]
    if status not in EDITABLE:
        why = f"order {order['id']} is {status}; a payment source is added while it is {', '.join(EDITABLE)}"
    elif method is None or method["attributes"]["payment_source_type"] != TYPE:
        found = method["attributes"]["payment_source_type"] if method else "none"
        why = f"the order's payment_method is {found}, expected one whose payment_source_type is {TYPE}"
    elif _is_off(world, method):
        why = f"payment method {method['id']} or its gateway is disabled"
    else:
        why = why_not_klarnas(world, order)
    if why:
        raise errors.Unprocessable.of(Problem("order", "is invalid", "invalid", is_relationship=True, why=why))
    gateway: records.Reference = method["relations"]["payment_gateway"]  # type: ignore[index]  # it is there by now
    return gateway


def _is_off(world: World, method: Record) -> bool:
    gateway = records.follow(world, method["relations"].get("payment_gateway"))
    return gateway is None or bool(method["attributes"].get("disabled_at") or gateway["attributes"].get("disabled_at"))


def update(act: Act, payment: Record, written: Written) -> Record:
    """Keep the shopper's auth_token; with ``_update`` tell Klarna what the order comes to by now.

    With another order it becomes that one's payment source, and the session that one's. Raises AccessDenied, and
    Unprocessable when Klarna's session has expired or was used.
    Source: docs.commercelayer.io, Klarna, sending back the authorization token (read 2026-11-21).
    """
    order = _order(act, payment["relations"]["order"])
    other = written.relations.get("order") or records.reference(order)
    is_moved = list(other) != records.reference(order)
    if is_moved:
        order = _order(act, other)
        gateway_of(act.world, order)
    changes = written.plain
    session = session_of(act.world, payment)
    if "auth_token" in changes and session is not None and session["status"] == "complete":
        why = f"order {session['order_id']} was placed with the one that is there"
        raise errors.Unprocessable.of(Problem("auth_token", "is invalid", "invalid", why=why))
    if "auth_token" in changes:
        changes["payment_instrument"] = INSTRUMENT if changes["auth_token"] else None
    if written.attributes.get("_update") or is_moved:
        _refresh(act.world, payment, order)
    if is_moved:
        _take_from(act.world, payment)
        records.update(act.world, order, relations={"payment_source": records.reference(payment)})
    return records.update(act.world, payment, changes, {"order": other})


def _take_from(world: World, payment: Record) -> None:
    """The order has it as its payment source no longer."""
    order = records.follow(world, payment["relations"]["order"])
    here = records.reference(payment)

    def without(found: Record) -> Record:
        is_there = found["relations"].get("payment_source") == here
        return {**found, "relations": {**found["relations"], "payment_source": None}} if is_there else found

    if order is not None:
        records.change(world, order, without)


def _refresh(world: World, payment: Record, order: Record) -> None:
    why = why_not_klarnas(world, order)
    if why:
        raise errors.Unprocessable.of(Problem("order", "is invalid", "invalid", is_relationship=True, why=why))
    try:
        sessions.update_session(world, payment["attributes"]["session_id"], purchase_of(world, order))
    except (sessions.UnknownSession, sessions.SessionCompleted) as gone:
        raise expired(str(gone)) from gone


def expired(why: str) -> errors.Unprocessable:
    """The session, or the shopper's token, is worth nothing any more."""
    return errors.Unprocessable.of(Problem("order_data", "is expired", "expired", why=why))


def delete(act: Act, payment: Record) -> None:
    """Forget it; the order has no payment source then. Raises AccessDenied, and Locked once it paid for something."""
    if records.follow(act.world, payment["relations"]["order"]) is None:  # the order is gone
        records.remove(act.world, payment)
        return
    order = _order(act, payment["relations"]["order"])
    session = session_of(act.world, payment)
    is_used = session is not None and session["status"] == "complete"
    if is_used or order["attributes"]["status"] not in EDITABLE:
        detail = f"Failed to destroy KlarnaPayment with id={payment['id']}"
        why = f"order {order['id']} is {order['attributes']['status']}, or was paid with it"
        raise errors.Locked.because(why, detail)
    _take_from(act.world, payment)
    records.remove(act.world, payment)

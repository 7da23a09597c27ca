"""What the ledger says, whoever made it say so, as rows and statuses of this face."""

from __future__ import annotations

from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.transitions import ACCEPTED
from mock_server.providers.commercelayer.actions import rows
from mock_server.providers.commercelayer.state import records, related
from mock_server.providers.commercelayer.state.ledger import captured_of, ledger_order_of, order_behind
from mock_server.providers.commercelayer.state.statuses import VOIDED


def placed(world: World, ledger_order: Record) -> None:
    """An authorization; the order is authorized. The payment is told before the placement, as recorded."""
    order = order_behind(world, ledger_order)
    if order is None:
        return
    order_id, amount = ledger_order["order_id"], ledger_order["order_amount"]
    told = {
        "amount_cents": amount, "token": order_id, "gateway_transaction_id": order_id,
        "fraud_review": _review(ledger_order),
    }  # fmt: skip
    rows.add(world, order, "authorizations", told)
    rows.settle(world, order, payment_source_details=_details(ledger_order))


def _review(ledger_order: Record) -> str | None:
    """Nothing to say of an order that was accepted at once."""
    is_reviewed = ledger_order["fraud_status"] != ACCEPTED or ledger_order["decides"] is not None
    return str(ledger_order["fraud_status"]) if is_reviewed else None


def _details(ledger_order: Record) -> dict[str, Any]:
    """As recorded of an order paid with Klarna in 2022: the type is singular there."""
    return {
        "type": "klarna_payment",
        "klarna_id": ledger_order["order_id"],
        "payment_method_details": {
            "order_id": ledger_order["order_id"],
            "fraud_status": ledger_order["fraud_status"],
            "authorized_payment_method": ledger_order["initial_payment_method"],
        },
    }


def decided(world: World, ledger_order: Record) -> None:
    """What Klarna decided of a pending order, or of one that it stops, shows in the details and the authorization's
    fraud_review.
    """
    order = order_behind(world, ledger_order)
    if order is None:
        return
    records.update(world, order, {"payment_source_details": _details(ledger_order)})
    for authorization in _of(world, order, "authorizations", ledger_order):
        records.update(world, authorization, {"fraud_review": ledger_order["fraud_status"]})


def captured(world: World, ledger_order: Record) -> None:
    """A capture; the order is paid, or partly so."""
    order = order_behind(world, ledger_order)
    if order is None:
        return
    taken = ledger_order["captures"][-1]
    told = {
        "amount_cents": taken["captured_amount"], "token": ledger_order["order_id"],
        "gateway_transaction_id": taken["capture_id"],
    }  # fmt: skip
    authorization = next(iter(_of(world, order, "authorizations", ledger_order)), None)
    relations = {"reference_authorization": records.reference(authorization)} if authorization else {}
    rows.add(world, order, "captures", told, **relations)
    rows.settle(world, order)


def refunded(world: World, ledger_order: Record) -> None:
    """A refund of the capture that was named, else of the oldest with something left; all of it cancels the order."""
    order = order_behind(world, ledger_order)
    if order is None:
        return
    refund = ledger_order["refunds"][-1]
    left = refund["refunded_amount"]
    told = {"token": ledger_order["order_id"], "gateway_transaction_id": refund["refund_id"]}
    named = refund.get("commercelayer_capture_id")  # of a refund that this face made, and has counted
    for taken in _of(world, order, "captures", ledger_order):
        if named is None:
            part = _given_back(world, taken, left) if left else 0
        else:
            part = left if taken["id"] == named else 0
        if part:
            left -= part
            here = records.reference(taken)
            rows.add(world, order, "refunds", {**told, "amount_cents": part}, reference_capture=here)
    if left:  # of a capture whose row is still being made
        rows.add(world, order, "refunds", {**told, "amount_cents": left})
    rows.settle(world, order)


def _given_back(world: World, taken: Record, most: int) -> int:
    """Note what of a refund comes from this capture: as much of it as is left."""
    parts = [0]

    def note(found: Record) -> Record:
        parts[0] = min(most, captured_of(found))
        return {**found, "private": {**found["private"], "refunded": found["private"].get("refunded", 0) + parts[0]}}

    records.change(world, taken, note)
    return parts[0]


def cancelled(world: World, ledger_order: Record) -> None:
    """A void; an order that was placed is cancelled with it, whoever let the money go.

    Klarna itself, which gives up what it rejected four hours before, cancels no order of a shop: that stays as it is.
    """
    order = let_go(world, ledger_order)
    is_klarnas = "given_up_at" in ledger_order
    if order is not None and order["attributes"]["payment_status"] == VOIDED and not is_klarnas:
        rows.close(world, order)


def released(world: World, ledger_order: Record) -> None:
    """A void of the rest of which part was captured. The order stays as it is."""
    let_go(world, ledger_order)


def updated(world: World, ledger_order: Record) -> None:
    """The authorization has another amount; whether that is enough for the order, its payment status says."""
    order = order_behind(world, ledger_order)
    if order is None:
        return

    def authorize(found: Record) -> Record:
        """What Klarna authorizes by now, should others change it, too."""
        klarnas = ledger_order_of(world, found) or ledger_order
        return {**found, "attributes": {**found["attributes"], "amount_cents": klarnas["order_amount"]}}

    for authorization in _of(world, order, "authorizations", ledger_order):
        records.change(world, authorization, authorize)
    rows.settle(world, order)


def expired(world: World, ledger_order: Record) -> None:
    """A void: nobody captured in time. The order stays as it is."""
    let_go(world, ledger_order)


def let_go(world: World, ledger_order: Record) -> Record | None:
    """The void of what was authorized; answers with the order."""
    order = order_behind(world, ledger_order)
    if order is None:
        return None
    authorization = next(iter(_of(world, order, "authorizations", ledger_order)), None)
    relations = {"reference_authorization": records.reference(authorization)} if authorization else {}
    held = authorization["attributes"]["amount_cents"] if authorization else ledger_order["order_amount"]
    told = {
        "amount_cents": held - ledger_order["captured_amount"],
        "token": ledger_order["order_id"], "gateway_transaction_id": ledger_order["order_id"],
    }  # fmt: skip
    rows.add(world, order, "voids", told, **relations)
    return rows.settle(world, order)


def _of(world: World, order: Record, type_: str, ledger_order: Record) -> list[Record]:
    """The order's transactions of a type that are of this ledger order."""
    found = related.many(world, order, type_)
    return [row for row in found if row["attributes"]["token"] == ledger_order["order_id"]]

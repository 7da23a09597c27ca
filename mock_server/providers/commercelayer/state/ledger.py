"""How this face's records and the ledger's find each other."""

from __future__ import annotations

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer.state import records

FACE = "commercelayer"


def order_behind(world: World, ledger_order: Record) -> Record | None:
    """The order of this face that a ledger order was placed for: its merchant_reference2 is the order's id."""
    if ledger_order["placed_through"] != FACE:
        return None
    return records.find(world, "orders", ledger_order["merchant_reference2"])


def session_of(world: World, payment: Record) -> Record | None:
    """The ledger's session of a Klarna payment, whether it expired or not."""
    return world.store.get("sessions", payment["attributes"]["session_id"] or "")


def session_amount_of(world: World, payment: Record) -> int | None:
    """What Klarna's session comes to, in minor units."""
    session = session_of(world, payment)
    return int(session["purchase"]["order_amount"]) if session else None


def ledger_order_of(world: World, transaction: Record) -> Record | None:
    """The ledger order of an authorization, capture, void or refund."""
    return world.store.get("orders", transaction["attributes"]["token"] or "")


def capturable(world: World, authorization: Record) -> int:
    """What a capture would take, minor units: what is still authorized, up to what the order comes to."""
    ledger_order = ledger_order_of(world, authorization)
    if ledger_order is None or not authorization["attributes"]["succeeded"]:
        return 0
    left = int(ledger_order["remaining_authorized_amount"])
    order = records.follow(world, authorization["relations"]["order"])
    if order is None or not left:
        return left
    due = int(order["attributes"]["total_amount_cents"] - ledger_order["captured_amount"])
    return max(0, min(left, due))


def captured_of(capture: Record) -> int:
    """What of a capture was not refunded yet, minor units."""
    if not capture["attributes"]["succeeded"]:
        return 0
    return int(capture["attributes"]["amount_cents"] - capture["private"].get("refunded", 0))

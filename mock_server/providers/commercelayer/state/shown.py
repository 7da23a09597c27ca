"""A record as answers show it: what it says itself, and what follows from others by now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer.resources import RESOURCES
from mock_server.providers.commercelayer.state import records, views
from mock_server.providers.commercelayer.state.ledger import capturable, captured_of, ledger_order_of, session_amount_of
from mock_server.providers.commercelayer.state.views import encode

_OLD_KLARNA_PAYMENT = ("mismatched_amounts", "payment_instrument")  # what the schema 2.8.0 has not


def attributes_of(
    world: World, record: Record, *, type_: str = "", only: Collection[str] | None = None
) -> dict[str, Any]:
    """By name; ``type_`` is what it is shown as, when not as its own type, ``only`` narrows it to these names."""
    computed = _COMPUTED[record["type"]](world, record) if record["type"] in _COMPUTED else None
    told = views.attributes_of(record, computed)
    if type_ and type_ != record["type"]:
        kept = RESOURCES[type_].fields
        told = {name: value for name, value in told.items() if name in kept}
    if record["type"] == "klarna_payments" and is_old(world):
        for name in _OLD_KLARNA_PAYMENT:
            del told[name]
    return told if only is None else {name: value for name, value in told.items() if name in only}


def text_of(world: World, record: Record, *, type_: str = "", only: Collection[str] | None = None) -> str:
    """The same as a JSON object; most often it is kept with the record."""
    is_kept = only is None and type_ in ("", record["type"]) and record["type"] not in _COMPUTED and "shown" in record
    if is_kept:
        kept: str = record["shown"]
        return kept
    return encode(attributes_of(world, record, type_=type_, only=only))


def is_old(world: World) -> bool:
    """Whether Klarna payments have the shape that the seed documents show."""
    return world.settings.commercelayer_schema == "2.8.0"


def _klarna_payment(world: World, payment: Record) -> Mapping[str, Any]:
    """Whether the order comes to another sum than Klarna's session, as it is by now."""
    order = records.follow(world, payment["relations"].get("order"))
    amount = session_amount_of(world, payment)
    if order is None or amount is None:
        return {"mismatched_amounts": None}
    return {"mismatched_amounts": order["attributes"]["total_amount_cents"] != amount}


def _authorization(world: World, authorization: Record) -> Mapping[str, Any]:
    """What can still be captured and voided; as recorded, a whole capture leaves void_balance as it was."""
    amount = authorization["attributes"]["amount_cents"] if authorization["attributes"]["succeeded"] else 0
    order = ledger_order_of(world, authorization)
    left = order["remaining_authorized_amount"] if order else 0
    is_void = order is None or order["status"] in ("CANCELLED", "EXPIRED")
    return {
        "capture_amount_cents": capturable(world, authorization),
        "capture_balance_cents": left,
        "void_balance_cents": 0 if is_void else amount,
    }


def _capture(world: World, capture: Record) -> Mapping[str, Any]:
    left = captured_of(capture)
    return {"refund_amount_cents": left, "refund_balance_cents": left}


_COMPUTED: Mapping[str, Callable[[World, Record], Mapping[str, Any]]] = {
    "klarna_payments": _klarna_payment,
    "authorizations": _authorization,
    "captures": _capture,
}

"""What a merchant changes of an order that is there: its amount and lines, its references, where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import events, markets
from mock_server.ledger.moves import move
from mock_server.ledger.transitions import NotAllowed, status_after_update

# payment method -> countries in which the amount of an order may grow; None: any but those of _NEVER
_MAY_GROW: Mapping[str, tuple[str, ...] | None] = {
    "invoice": None,
    "b2b_invoice": None,
    "base_account": None,
    "direct_debit": None,
    "fixed_amount": ("AT", "DE", "DK", "FI", "FR", "NL", "NO", "SE"),
}
_NEVER = ("CH",)


def update_authorization(world: World, order_id: str, amount: int, lines: Sequence[Mapping[str, Any]]) -> Record:
    """Authorise another amount (minor units) for other lines; both replace what was there. Publishes order.updated.

    Raises NotAllowed: unknown order, all captured, cancelled or expired ("status"), less than was captured
    ("below_captured"), or more with a payment method whose orders may not grow ("growth").
    Source: Order Management API, authorization; docs.klarna.com, view and change orders (read 2026-11-20).
    """

    def update(order: Record) -> Record:
        captured = order["captured_amount"]
        if amount < captured:
            raise NotAllowed("below_captured", f"order_amount is {amount}, at least {captured} were captured")
        if amount > order["order_amount"]:
            _require_growth(order, amount)
        return order | {
            "order_amount": amount,
            "order_lines": [dict(line) for line in lines],
            "remaining_authorized_amount": amount - captured,
            "status": status_after_update(order["status"], amount, captured),
        }

    order = move(world, order_id, "update_authorization", update)
    world.publish(events.ORDER_UPDATED, order)
    return order


def _require_growth(order: Record, amount: int) -> None:
    method = order["initial_payment_method"]["type"]
    country = markets.country_of(order)
    countries = _MAY_GROW.get(method, ())
    if country in _NEVER or (countries is not None and country not in countries):
        was = order["order_amount"]
        raise NotAllowed("growth", f"order_amount is {amount}, was {was}: orders by {method} do not grow in {country}")


def update_references(world: World, order_id: str, references: Mapping[str, str]) -> Record:
    """Replace merchant_reference1 and merchant_reference2 where given; an empty one clears.

    Raises NotAllowed: unknown or cancelled order. Source: Order Management API (read 2026-11-20).
    """
    return move(world, order_id, "update_references", lambda order: order | dict(references))


def update_shipping_address(world: World, order_id: str, address: Mapping[str, str]) -> Record:
    """Replace the parts of the shipping address that are given; an empty one clears.

    Raises NotAllowed: unknown order, all captured, cancelled or expired.
    Source: Order Management API, customer details (read 2026-11-20).
    """

    def update(order: Record) -> Record:
        known = order.get("shipping_address") or order.get("billing_address") or {}
        return order | {"shipping_address": {**known, **address}}

    return move(world, order_id, "update_customer", update)


def acknowledge_order(world: World, order_id: str) -> Record:
    """Note that the merchant knows of the order; once more changes nothing. Publishes order.acknowledged.

    Raises NotAllowed: unknown order, cancelled or expired.
    """
    now = to_text(world.clock.now())
    order = move(
        world, order_id, "acknowledge", lambda order: order | {"acknowledged_at": order.get("acknowledged_at") or now}
    )
    world.publish(events.ORDER_ACKNOWLEDGED, order)
    return order

"""Transactions by themselves: found, captured, refunded; and cards that are only looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import charging, collecting, drafts, refunds, users
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders as state
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.methods import CARD
from mock_server.providers.next_commerce.state.money import money
from mock_server.providers.next_commerce.state.inline_views import inline_user
from mock_server.providers.next_commerce.state.money_views import transaction_view


def find(world: World, transaction_id: str) -> Record:
    """As its order has it by now; raises NotFound."""
    found = records.find(world, charging.KIND, transaction_id)
    if found is None:
        raise errors.NotFound.of("Transaction", f"no transaction {transaction_id} in world {world.name}")
    order = state.find(world, found["order"]) if found["order"] else None
    return (state.find_transaction(order, transaction_id) if order else None) or found


def _order_of(world: World, transaction: Record) -> Record:
    order = state.find(world, transaction["order"]) if transaction["order"] else None
    if order is None:
        why = f"transaction {transaction['id']} {transaction['status']}, it belongs to no order"
        raise InvalidFields.at("non_field_errors", "This transaction offers no further actions.", why)
    return order


def capture(world: World, transaction: Record, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Take part or all of what this transaction authorized; answers with the capture. Raises InvalidFields.

    Source: schema 2024-04-01, transactionsCaptureCreate (read 2026-11-21).
    """
    order = _order_of(world, transaction)
    left = state.capturable(order, transaction)
    if not left:
        why = f"transaction {transaction['id']} is a {transaction['type']}, of which nothing can be captured"
        raise InvalidFields.at("non_field_errors", "This transaction cannot be captured.", why)
    amount = left if wanted.get("amount") is None else wanted["amount"]
    if amount > left:
        text, why = f"Ensure this value is less than or equal to {money(left)}.", f"{money(left)} is left"
        raise InvalidFields.at("amount", text, f"amount is {money(amount)}, {why}")
    after = collecting.capture_transaction(world, order, transaction, amount)
    return transaction_view(world, after["transactions"][-1])


def refund(world: World, transaction: Record, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Give part or all of it back; answers with the refund's transaction. Raises InvalidFields.

    Source: schema 2024-04-01, transactionsRefundCreate (read 2026-11-21).
    """
    order = _order_of(world, transaction)
    return transaction_view(world, refunds.refund_transaction(world, order, transaction, wanted))


def verify(world: World, wanted: Mapping[str, Any], decision: Decision) -> dict[str, Any]:
    """Look at a card without charging it; the customer is made when there is none. Raises PaymentDeclined.

    Source: schema 2024-04-01, transactionsVerifyCreate (read 2026-11-21).
    """
    gateway = drafts.gateway_of(world, wanted)
    currency = drafts.currency_of({"lines": [], "currency": wanted["currency"]})
    token = wanted["card_token"]
    payment = {"method": CARD, "gateway_id": gateway["id"], "card_token": token}
    attempt = {"payment": payment, "currency": currency, "user": {}, "user_id": None, "is_test": False}
    if decision.outcome == "declined":
        raise charging.declined(world, attempt, 0, decision)
    user = users.get_or_create(world, wanted["user"])
    return {
        "card_token": token,
        "preferred_payment_gateway": {
            "id": gateway["id"],
            "name": gateway["name"],
            "gateway_type": gateway["type"],
        },
        "user": inline_user(user),
    }

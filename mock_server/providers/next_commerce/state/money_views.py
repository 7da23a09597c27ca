"""Transactions and refunds as the API shows them: inside an order, by themselves, in a list.

Source: schema 2024-04-01; the storefront's event tracking guide (read 2026-11-21).
"""

from __future__ import annotations

from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.inline_views import attribution_view, inline_user
from mock_server.providers.next_commerce.state.money import moment, money


def transaction_object(world: World, transaction: Record) -> dict[str, Any]:
    """A transaction inside an order or a refund."""
    card = transaction["card"] or {}
    return {
        "id": transaction["id"],
        "external_id": transaction["external_id"],
        "type": transaction["type"],
        "amount": money(transaction["amount"]),
        "currency": transaction["currency"],
        "parent_id": transaction["parent_id"],
        "status": transaction["status"],
        "date_created": moment(world, transaction["created_at"]),
        "payment_method": transaction["payment_method"],
        "payment_details": {
            "gateway": transaction["gateway"],
            "bankcard_first_six": card.get("first_six"),
            "bankcard_last_four": card.get("last_four"),
            "is_3ds": transaction["is_3ds"],
            "optimized_3ds": False,
            "sca_flow": None,
            "card_token": card.get("token"),
            "paypal_vault_id": None,
        },
        "response_code": transaction["response_code"],
        "auth_code": transaction["auth_code"],
        "network_transaction_id": None,
        "statement_descriptor": transaction["descriptor"],
        "is_disputed": False,
        "is_external": transaction["is_external"],
        "is_test": transaction["is_test"],
        "is_initial_retry": False,
        "report_values": {"currency": transaction["currency"], "amount": money(transaction["amount"])},
    }


_NOT_BY_ITSELF = ("is_initial_retry",)
_NOT_IN_LISTS = ("is_test", "report_values", "statement_descriptor")


def transaction_row(world: World, transaction: Record) -> dict[str, Any]:
    """A transaction in a list."""
    view = transaction_view(world, transaction)
    return {name: value for name, value in view.items() if name not in _NOT_IN_LISTS}


def transaction_view(world: World, transaction: Record) -> dict[str, Any]:
    """A transaction by itself: with its order, customer and subscription."""
    shown = transaction_object(world, transaction)
    order = orders.find(world, transaction["order"]) if transaction["order"] else None
    user = records.find(world, "users", transaction["user_id"]) if transaction["user_id"] else None
    return {
        **{name: value for name, value in shown.items() if name not in _NOT_BY_ITSELF},
        "amount_available_for_refund": money(orders.refundable(order, transaction) if order else 0),
        "order": transaction["order"],
        "subscription": transaction["subscription"] or {},
        "user": inline_user((order["user"] if order else user) or {}),
        "initiator": None,
        "attribution": attribution_view(order["attribution"] if order else transaction["attribution"]),
    }


def refund_view(world: World, order: Record, refund: Record) -> dict[str, Any]:
    totals = {
        "total_refund_amount": money(sum(t["amount"] for t in refund["transactions"] if t["status"] == "succeeded")),
        "total_return_excl_tax": money(_returned(refund)),
        "total_return_incl_tax": money(_returned(refund)),
    }
    return {
        "id": refund["id"],
        "order_number": order["number"],
        "created_at": moment(world, refund["created_at"]),
        "note": refund["note"],
        "user_id": order["user_id"],
        "refund_line_items": [_refund_line(order, line) for line in refund["lines"]],
        "adjustments": [
            {"id": each["id"], "type": each["type"], **_amounts(each["amount"]), **_reported(order, each["amount"])}
            for each in refund["adjustments"]
        ],
        "transactions": [transaction_object(world, each) for each in refund["transactions"]],
        **totals,
        "report_values": {"currency": order["currency"], **totals},
    }


def _returned(refund: Record) -> int:
    return sum(each["amount"] for each in (*refund["lines"], *refund["adjustments"]))


def _refund_line(order: Record, line: Record) -> dict[str, Any]:
    return {
        "id": line["id"],
        "line_item_id": line["line_id"],
        "location_id": line["location_id"],
        "quantity": line["quantity"],
        "restock_type": line["restock_type"],
        **_amounts(line["amount"]),
        **_reported(order, line["amount"]),
    }


def _amounts(amount: int) -> dict[str, str]:
    return {"amount_excl_tax": money(amount), "amount_incl_tax": money(amount)}


def _reported(order: Record, amount: int) -> dict[str, Any]:
    return {"report_values": {"currency": order["currency"], **_amounts(amount)}}

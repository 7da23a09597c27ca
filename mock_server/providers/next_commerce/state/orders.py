"""Orders in the store: what they come to, what was paid, which status follows.

An order record: number, status (open | archived | canceled), source, currency, is_test, user_id, user (as the order
shows it), shipping_address, billing_address, lines, shipping ({code, name, price, original_price}), discounts ({name,
description, amount, voucher}), transactions (oldest first, each also kept by itself), refunds (oldest first),
subscriptions ({id, billing_cycle}), lifecycle (recurring | non-recurring), attribution, metadata, tags, payment
({method, gateway_id, group_id, token_id: of Klarna's customer token, card_token, paypal_account, descriptor}),
paid_in_test (with a test card, which leaves no transaction), fulfillment_status, fulfillment_orders and fulfillments
(oldest first, see shipments), original ({total, discount}), base_url, date_placed, created_at, updated_at. Amounts are
minor units.

A line: id, product_id, variant_id, title, variant_title, sku, slug, quantity (ever added), removed, fulfilled, price
(of one), original_price, discount (of what was bought), is_upsell, is_gift_card, requires_shipping, unit_cost,
metadata, properties, subscription ({interval, interval_count, price} or None), created_at, updated_at.

A transaction: id, order, type (authorize | capture | debit | refund | void), status (succeeded | failed), amount,
currency, parent_id, payment_method, gateway ({id, name, type} or None), card ({first_six, last_four, token} or None),
response_code, user_id, is_test, is_external, is_3ds, descriptor, subscription ({id, billing_cycle} or None),
ledger_order_id, created_at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.errors import Impossible
from mock_server.providers.next_commerce.state import records

OPEN, ARCHIVED, CANCELED = "open", "archived", "canceled"
STATUSES = (OPEN, ARCHIVED, CANCELED)
KIND, LEDGER = "orders", "ledger"  # the latter: id of a Klarna order -> {"number", "transaction_id"}
_TAKES = ("debit", "capture")  # types of transactions that bring money


def find(world: World, number: str) -> Record | None:
    return records.find(world, KIND, number)


def change(world: World, number: str, apply: Callable[[Record], Record]) -> Record:
    """Change an order in one atomic step; ``apply`` may refuse by raising. Raises Impossible when it is gone."""
    now = to_text(world.clock.now())
    try:
        return records.change(world, KIND, number, lambda order: {**apply(order), "updated_at": now})
    except KeyError as gone:
        raise Impossible(f"order {number} is gone") from gone


def left_of(line: Record) -> int:
    """Items of a line that were not removed."""
    return int(line["quantity"] - line["removed"])


def unshipped_of(line: Record) -> int:
    return int(max(0, left_of(line) - line["fulfilled"]))


def editable_of(order: Record, line: Record) -> int:
    """Items of a line that may still be taken out: neither shipped nor at the warehouse."""
    if order["status"] != OPEN or order["fulfillment_status"] in ("processing", "on_hold"):
        return 0
    return unshipped_of(line)


def discount_of(line: Record, quantity: int | None = None) -> int:
    """The discount on so many items of a line; all that are left unless told."""
    quantity = left_of(line) if quantity is None else quantity
    return int(line["discount"] * quantity // line["quantity"]) if line["quantity"] else 0


def price_of(line: Record, quantity: int | None = None) -> int:
    """What so many items of a line cost, discount taken off; all that are left unless told."""
    quantity = left_of(line) if quantity is None else quantity
    return int(line["price"] * quantity - discount_of(line, quantity))


def subtotal(order: Record) -> int:
    return sum(price_of(line) for line in order["lines"])


def adjusted(order: Record, type_: str = "") -> int:
    """What refunds took off beyond lines: of shipping, or by amount alone."""
    return sum(
        adjustment["amount"]
        for refund in order["refunds"]
        for adjustment in refund["adjustments"]
        if not type_ or adjustment["type"] == type_
    )


def shipping_left(order: Record) -> int:
    return int(order["shipping"]["price"] - adjusted(order, "refund_shipping"))


def total(order: Record) -> int:
    """What the order comes to by now: lines that are left and shipping, less what was refunded otherwise."""
    return subtotal(order) + int(order["shipping"]["price"]) - adjusted(order)


def discount(order: Record) -> int:
    return sum(discount_of(line) for line in order["lines"])


def succeeded(order: Record, *types: str) -> Iterator[Record]:
    return (t for t in order["transactions"] if t["status"] == "succeeded" and (not types or t["type"] in types))


def paid(order: Record) -> int:
    """What was ever collected."""
    return sum(t["amount"] for t in succeeded(order, *_TAKES))


def refunded(order: Record) -> int:
    return sum(t["amount"] for t in succeeded(order, "refund"))


def outstanding(order: Record) -> int:
    """What is still to be collected; an order paid with a test card owes nothing, though no transaction shows it."""
    if order["paid_in_test"]:
        return 0
    return max(0, total(order) - paid(order) + refunded(order)) if order["status"] != CANCELED else 0


def refundable(order: Record, transaction: Record) -> int:
    """What of a transaction's money can go back."""
    if transaction["type"] not in _TAKES or transaction["status"] != "succeeded":
        return 0
    gone = sum(t["amount"] for t in succeeded(order, "refund") if t["parent_id"] == transaction["id"])
    return int(transaction["amount"] - gone)


def capturable(order: Record, authorized: Record) -> int:
    """What of an authorization can still be taken."""
    if authorized["type"] != "authorize" or authorized["status"] != "succeeded" or authorized.get("expired"):
        return 0
    own = [t for t in succeeded(order, "capture", "void") if t["parent_id"] == authorized["id"]]
    if any(t["type"] == "void" for t in own):
        return 0
    return int(authorized["amount"] - sum(t["amount"] for t in own))


def open_authorizations(order: Record) -> list[Record]:
    """Authorizations of which something can still be taken."""
    return [t for t in order["transactions"] if capturable(order, t)]


def payment_status(order: Record) -> str:
    """From the order's money. Source: schema 2024-04-01, payment_status (read 2026-11-21)."""
    taken, back = paid(order), refunded(order)
    if back:
        return "refunded" if back >= taken else "partially_refunded"
    if taken or order["paid_in_test"]:
        return "partially_paid" if outstanding(order) else "paid"
    if open_authorizations(order):
        return "authorized"
    authorized = list(succeeded(order, "authorize"))
    if authorized:
        return "expired" if any(t.get("expired") for t in authorized) else "voided"
    return "pending" if total(order) else "paid"


def payment_methods(order: Record) -> set[str]:
    return {t["payment_method"] for t in order["transactions"]} | {order["payment"]["method"]}


def find_line(order: Record, line_id: Any) -> Record | None:
    return next((line for line in order["lines"] if str(line["id"]) == str(line_id)), None)


def find_transaction(order: Record, transaction_id: Any) -> Record | None:
    return next((t for t in order["transactions"] if str(t["id"]) == str(transaction_id)), None)


def with_line(order: Record, line: Record) -> Record:
    """The order with one of its lines replaced."""
    return {**order, "lines": [line if each["id"] == line["id"] else each for each in order["lines"]]}


def behind(world: World, ledger_order_id: str) -> Record | None:
    """The order that a Klarna order of the ledger pays for."""
    known = records.find(world, LEDGER, ledger_order_id)
    return find(world, known["number"]) if known else None

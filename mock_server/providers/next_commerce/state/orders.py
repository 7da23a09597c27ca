"""Orders in the store: what they come to, what was paid, which status follows.

An order record: number, status (open | archived | canceled), cancel_reason (once it is), source, currency, is_test,
user_id, user (as the order shows it), shipping_address, billing_address, lines, shipping ({code, name, price,
original_price}), discounts ({name, description, amount, voucher}), offers (only of a campaign's order: {offer_id, name,
description, amount}), transactions (oldest first, each also kept by itself), refunds (oldest first), subscriptions
({id, billing_cycle}), lifecycle (recurring | non-recurring), attribution, metadata, tags, payment ({method, gateway_id,
token_id: of Klarna's customer token, ledger_order_id: of the first Klarna order, card_token, external_method,
descriptor, language, saves_card}), paid_in_test (with a test card, which leaves no transaction), charging (how many
charges are under way), fulfillment_status, fulfillment_orders and fulfillments (oldest first, see shipments), original
({total, discount}), base_url, date_placed, created_at, updated_at. Amounts are minor units.

A line: id, product_id, variant_id, title, variant_title, sku, slug, quantity (ever added), bought (at once, to which
the discount belongs), removed, fulfilled, price (of one), original_price, discount, is_upsell, is_gift_card,
requires_shipping, unit_cost, metadata, properties, subscription ({interval, interval_count, price} or None),
created_at, updated_at.

A transaction: id, order, external_id, type (authorize | capture | debit | refund | void), status (succeeded | failed),
amount, currency, parent_id, payment_method, gateway ({id, name, type} or None), card ({first_six, last_four, token} or
None), response_code, auth_code, user_id, is_test, is_external, is_3ds, descriptor, subscription ({id, billing_cycle}
or None), attribution, ledger_order_id, expired (of an authorization that ran out), created_at.

A refund: id, note, lines ({id, line_id, location_id, quantity, shipped, restock_type, amount}), adjustments ({id,
type, amount, lowers: what of a discrepancy the order comes to less}), transactions, created_at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.methods import METHODS

OPEN, ARCHIVED, CANCELED = "open", "archived", "canceled"
STATUSES = (OPEN, ARCHIVED, CANCELED)
SHIPPING, DISCREPANCY = "refund_shipping", "refund_discrepancy"  # types of adjustments
RENEWED = "subscription"  # source of an order that a renewal made
# status -> those it may be set to; canceling gives up money, too
MOVES: Mapping[str, tuple[str, ...]] = {
    OPEN: (OPEN, ARCHIVED, CANCELED), ARCHIVED: (ARCHIVED, OPEN), CANCELED: (CANCELED,),
}  # fmt: skip
KIND, LEDGER = "orders", "ledger"  # the latter: id of a Klarna order -> {"number"}
_UPSELLS_WHEN = ("authorized", "paid", "partially_paid", "partially_refunded")  # payment statuses
_TAKES = ("debit", "capture")  # types of transactions that bring money


def find(world: World, number: str) -> Record | None:
    return records.find(world, KIND, number)


def change(world: World, number: str, apply: Callable[[Record], Record]) -> Record:
    """Change an order in one atomic step; ``apply`` may refuse by raising. Raises NotFound when it is gone."""
    now = to_text(world.clock.now())
    return records.change(world, KIND, number, lambda order: {**apply(order), "updated_at": now})


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
    """The discount when so many items of a line are left; those added after the purchase have none."""
    quantity = left_of(line) if quantity is None else quantity
    return int(line["discount"] * min(quantity, line["bought"]) // line["bought"]) if line["bought"] else 0


def price_of(line: Record, quantity: int | None = None) -> int:
    """What a line costs when so many of its items are left, discount taken off; as many as there are unless told."""
    quantity = left_of(line) if quantity is None else quantity
    return int(line["price"] * quantity - discount_of(line, quantity))


def price_without(line: Record, quantity: int) -> int:
    """What goes with so many items of a line; the parts add up to the whole, to the cent."""
    return price_of(line) - price_of(line, left_of(line) - quantity)


def subtotal(order: Record) -> int:
    return sum(price_of(line) for line in order["lines"])


def shipping_left(order: Record) -> int:
    return int(order["shipping"]["price"] - sum(each["amount"] for each in _adjustments(order, SHIPPING)))


def total(order: Record) -> int:
    """What the order comes to by now: lines that are left and shipping, less what was refunded otherwise."""
    lowered = sum(each["lowers"] for each in _adjustments(order, DISCREPANCY))
    return subtotal(order) + shipping_left(order) - int(lowered)


def _adjustments(order: Record, type_: str) -> Iterator[Record]:
    return (each for refund in order["refunds"] for each in refund["adjustments"] if each["type"] == type_)


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
    return int(max(0, transaction["amount"] - gone))


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
    status = _status_of_money(order)
    return "voided" if status == "pending" and order["status"] == CANCELED else status


def _status_of_money(order: Record) -> str:
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


def to_collect(order: Record) -> int:
    """What of the outstanding money nobody has promised yet: no authorization holds it."""
    held = sum(capturable(order, each) for each in order["transactions"])
    return max(0, outstanding(order) - held)


def is_undecided(order: Record) -> bool:
    """Whether Klarna has yet to decide."""
    return _status_of_money(order) == "pending" and bool(order["payment"].get("ledger_order_id"))


def why_no_upsell(order: Record) -> str:
    """Why an order's method is not charged again for more lines; empty when it can be."""
    method, paid_as = METHODS.get(order["payment"]["method"]), payment_status(order)
    if order["status"] != OPEN:
        return f"This order is {order['status']}."
    if method is None or not method.upsells:
        return f"{method.label if method else 'An order without payment'} does not support post purchase upsells."
    return "" if paid_as in _UPSELLS_WHEN else f"This order is not paid, its payment is {paid_as}."


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

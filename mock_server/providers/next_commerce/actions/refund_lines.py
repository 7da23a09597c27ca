"""What a refund asks for, checked: lines, shipping, and shares of transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.core.errors import Fault
from mock_server.core.store import Record
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders
from mock_server.providers.next_commerce.state.money import money

CANCEL, NO_RESTOCK, RETURN = "cancel", "no_restock", "return"
Share = tuple[Record, int, bool]  # a transaction, what of it goes back, whether that happens elsewhere


def checked_lines(order: Record, wanted: Sequence[Mapping[str, Any]]) -> list[Record]:
    """What is refunded of each line: {line_id, quantity, restock_type, amount, line}. Raises InvalidFields."""
    lines = [_checked_line(order, line, index) for index, line in enumerate(wanted)]
    _check_once("refund_lines", "line", [line["line_id"] for line in lines])
    return lines


def _checked_line(order: Record, wanted: Mapping[str, Any], index: int) -> Record:
    line = orders.find_line(order, wanted["line_id"])
    if line is None:
        known = ", ".join(str(each["id"]) for each in order["lines"])
        text = f'Invalid pk "{wanted["line_id"]}" - object does not exist.'
        raise _at("refund_lines", index, "line_id", text, f"order {order['number']} has lines {known}")
    restock = wanted.get("restock_type") or _restock_words(line)[0]
    if restock not in _restock_words(line):
        shipped, words = orders.left_of(line) - orders.unshipped_of(line), ", ".join(_restock_words(line))
        why = f"{shipped} of {orders.left_of(line)} items of line {line['id']} were shipped; expected {words}"
        raise _at("refund_lines", index, "restock_type", f'"{restock}" is not a valid choice.', why)
    most = _most(line, restock)
    if wanted["quantity"] > most:
        why = f"quantity is {wanted['quantity']}, {most} items of line {line['id']} can be refunded as {restock}"
        raise _at("refund_lines", index, "quantity", f"Ensure this value is less than or equal to {most}.", why)
    if restock == CANCEL and line["requires_shipping"] and order["fulfillment_status"] == "processing":
        why = f"order {order['number']} is at the warehouse; have its fulfillment cancelled first"
        raise _at("refund_lines", index, "line_id", "Items in processing cannot be refunded.", why)
    amount = orders.price_without(line, wanted["quantity"])
    asked = {"line_id": line["id"], "quantity": wanted["quantity"], "restock_type": restock}
    return {**asked, "amount": amount, "line": line}


def _restock_words(line: Record) -> list[str]:
    """What may become of a line's items, the likeliest first: cancel what waits, return what was shipped."""
    if not line["requires_shipping"]:
        return [CANCEL, NO_RESTOCK] if orders.unshipped_of(line) else [NO_RESTOCK]
    words = [CANCEL] if orders.unshipped_of(line) or not orders.left_of(line) else []
    return [*words, *((RETURN, NO_RESTOCK) if orders.left_of(line) > orders.unshipped_of(line) else ())]


def _most(line: Record, restock: str) -> int:
    if not line["requires_shipping"]:
        return orders.left_of(line)
    waiting = orders.unshipped_of(line)
    return waiting if restock == CANCEL else orders.left_of(line) - waiting


def shipping_of(order: Record, wanted: Mapping[str, Any] | None) -> int:
    """What of the shipping goes back; raises InvalidFields."""
    left = orders.shipping_left(order)
    if not wanted:
        return 0
    amount = left if wanted["full_refund"] else int(wanted.get("amount_excl_tax", 0))
    if amount > left:
        why = f"amount is {money(amount)}, {money(left)} of the shipping is left"
        text = f"Ensure this value is less than or equal to {money(left)}."
        raise InvalidFields.at("refund_shipping.amount_excl_tax", text, why)
    return amount


def checked_shares(order: Record, wanted: Sequence[Mapping[str, Any]]) -> list[Share]:
    """Raises InvalidFields."""
    shares = [checked_share(order, share, index) for index, share in enumerate(wanted)]
    _check_once("transactions", "transaction", [transaction["id"] for transaction, _, _ in shares])
    return shares


def checked_share(order: Record, wanted: Mapping[str, Any], index: int | None) -> Share:
    """Raises InvalidFields; without an index the request is about one transaction alone."""
    transaction = orders.find_transaction(order, wanted["id"])
    if transaction is None:
        known = ", ".join(str(each["id"]) for each in order["transactions"])
        text = f'Invalid pk "{wanted["id"]}" - object does not exist.'
        raise _at("transactions", index, "id", text, f"order {order['number']} has transactions {known or 'none'}")
    most = orders.refundable(order, transaction)
    if wanted["amount"] > most:
        why = f"amount is {money(wanted['amount'])}, {money(most)} of transaction {transaction['id']} can go back"
        raise _at("transactions", index, "amount", f"Ensure this value is less than or equal to {money(most)}.", why)
    return transaction, wanted["amount"], bool(wanted["is_external"])


def shares_of(order: Record, amount: int) -> list[tuple[Record, int]]:
    """What each transaction gives of an amount, the oldest first; those with nothing left are not shown."""
    found = []
    for each in order["transactions"]:
        if left := orders.refundable(order, each):
            share = min(left, amount)
            amount -= share
            found.append((each, share))
    return found


def _check_once(name: str, what: str, ids: Sequence[int]) -> None:
    twice = next((id_ for id_ in ids if ids.count(id_) > 1), None)
    if twice is not None:
        raise InvalidFields.at(name, f"Each {what} may be refunded once.", f"{what} {twice} is there twice")


def _at(name: str, index: int | None, part: str, text: str, why: str) -> InvalidFields:
    """Of a member of the item of this index; without one of the request itself."""
    if index is None:
        return InvalidFields.at(part, text, why)
    told: list[Any] = [{} for _ in range(index)]
    return InvalidFields(fields={name: [*told, {part: [text]}]}, faults=[Fault(f"{name}[{index}].{part}", why)])

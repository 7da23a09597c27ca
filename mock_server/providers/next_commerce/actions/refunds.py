"""Refunds: what would go back, and giving it back; with Klarna through the ledger.

Source: developers.nextcommerce.com, order management; docs.nextcommerce.com, refund items and orders; schemas
2024-04-01 and 2023-02-10 (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.errors import Fault
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import refunds as ledger_refunds
from mock_server.ledger.transitions import NotAllowed
from mock_server.providers.next_commerce.actions import charging, placing
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.money import money
from mock_server.providers.next_commerce.state.shipments import MAIN_LOCATION, recounted
from mock_server.providers.next_commerce.state.views import product_of_line

CANCEL, NO_RESTOCK, RETURN = "cancel", "no_restock", "return"
_REFUNDABLE = ("paid", "partially_paid", "partially_refunded")


def calculate(world: World, order: Record, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What a refund of these lines and this shipping comes to, and of which transactions; changes nothing.

    Raises InvalidFields.
    """
    _check_paid(order)
    lines = [_checked_line(order, line, index) for index, line in enumerate(wanted["refund_lines"])]
    shipping = _shipping(order, wanted.get("refund_shipping"))
    amount = sum(line["amount"] for line in lines) + shipping
    left = money(orders.shipping_left(order))
    return {
        "refund_lines": [_line_view(order, line) for line in lines],
        "refund_shipping": {
            **_amounts(shipping),
            "total_tax": "0.00",
            "refundable_amount": left,
            "currency": order["currency"],
            "shipping_method": order["shipping"]["name"],
            "shipping_code": order["shipping"]["code"],
        },
        "transactions": [_share_view(order, each, share) for each, share in _shares(order, amount)],
        **_amounts(amount),
        "total_tax": "0.00",
        "currency": order["currency"],
    }


def create(world: World, order: Record, wanted: Mapping[str, Any]) -> Record:
    """Give money back on these transactions; the lines are taken out of the order.

    What the transactions give beyond lines and shipping is an adjustment of its own (refund_discrepancy). Sends
    transaction.created for each, order.updated. Answers with the refund. Raises InvalidFields.
    """
    _check_paid(order)
    lines = [_checked_line(order, line, index) for index, line in enumerate(wanted["refund_lines"])]
    shipping = _shipping(order, wanted.get("refund_shipping"))
    shares = [_checked_share(order, share, index) for index, share in enumerate(wanted["transactions"])]
    _check_once(shares)
    return _refund(world, order, lines, shipping, shares, wanted.get("note"))


def refund_amount(world: World, order: Record, wanted: Mapping[str, Any]) -> Record:
    """Version 2023-02-10: an amount, whatever it was for, taken from the oldest transactions first.

    Sends transaction.created for each, order.updated. Raises InvalidFields.
    """
    _check_paid(order)
    amount, left = wanted["amount"], orders.paid(order) - orders.refunded(order)
    if amount > left:
        why = f"amount is {money(amount)}, at most {money(left)} = paid - refunded can go back"
        raise InvalidFields.at("amount", f"Ensure this value is less than or equal to {money(left)}.", why)
    shares = [(each, share, wanted["is_external"]) for each, share in _shares(order, amount) if share]
    return _refund(world, order, [], 0, shares, None)


def refund_transaction(world: World, order: Record, transaction: Record, wanted: Mapping[str, Any]) -> Record:
    """Give part or all of one transaction back; answers with the refund's transaction. Raises InvalidFields."""
    share = {"id": transaction["id"], "amount": wanted["amount"], "is_external": wanted["is_external"]}
    checked = _checked_share(order, share, None)
    made: Record = _refund(world, order, [], 0, [checked], None)["transactions"][0]
    return made


def refund_everything(world: World, order: Record, note: str) -> Record:
    """All that is left goes back, lines and shipping; answers with the order."""
    lines = []
    for line in order["lines"]:
        if quantity := orders.left_of(line):
            asked = {"line_id": line["id"], "quantity": quantity}
            lines.append({**asked, "restock_type": CANCEL, "amount": orders.price_of(line), "line": line})
    shares = [(each, orders.refundable(order, each), each["is_external"]) for each in orders.succeeded(order)]
    _refund(world, order, lines, orders.shipping_left(order), [share for share in shares if share[1]], note)
    return orders.find(world, order["number"]) or order


def _check_paid(order: Record) -> None:
    status = orders.payment_status(order)
    if order["paid_in_test"] or status not in _REFUNDABLE:
        hint = "; capture it first, or cancel the order" if status == "authorized" else ""
        why = f"payment_status of order {order['number']} is {status}, expected {', '.join(_REFUNDABLE)}{hint}"
        if order["paid_in_test"]:
            why = f"order {order['number']} was paid with a test card, there is no transaction"
        raise InvalidFields.at("non_field_errors", "This order cannot be refunded.", why)


def _checked_line(order: Record, wanted: Mapping[str, Any], index: int) -> Record:
    """What is refunded of a line: {line_id, quantity, restock_type, amount, line}. Raises InvalidFields."""
    line = orders.find_line(order, wanted["line_id"])
    if line is None:
        known = ", ".join(str(each["id"]) for each in order["lines"])
        text = f'Invalid pk "{wanted["line_id"]}" - object does not exist.'
        raise _of_line(index, "line_id", text, f"order {order['number']} has lines {known}")
    shipped = orders.left_of(line) - orders.unshipped_of(line)
    physical = line["requires_shipping"]
    restock = wanted.get("restock_type") or _inferred(line)
    if (restock == CANCEL and shipped and not orders.unshipped_of(line)) or (restock == RETURN and not physical):
        text = f'"{restock}" is not a valid choice.'
        raise _of_line(index, "restock_type", text, f"line {line['id']} has {shipped} shipped items")
    if restock == RETURN and not shipped:
        why = f"nothing of line {line['id']} was shipped"
        raise _of_line(index, "restock_type", '"return" is not a valid choice.', why)
    most = orders.unshipped_of(line) if restock == CANCEL else shipped or orders.left_of(line)
    if wanted["quantity"] > most:
        why = f"quantity is {wanted['quantity']}, {most} items of line {line['id']} can be refunded as {restock}"
        raise _of_line(index, "quantity", f"Ensure this value is less than or equal to {most}.", why)
    if restock == CANCEL and physical and order["fulfillment_status"] == "processing":
        why = f"order {order['number']} is at the warehouse; have its fulfillment cancelled first"
        raise _of_line(index, "line_id", "Items in processing cannot be refunded.", why)
    amount = orders.price_of(line, wanted["quantity"])
    asked = {"line_id": line["id"], "quantity": wanted["quantity"], "restock_type": restock}
    return {**asked, "amount": amount, "line": line}


def _inferred(line: Record) -> str:
    """What calculate takes when nothing was said."""
    if orders.unshipped_of(line):
        return CANCEL
    return RETURN if line["requires_shipping"] else NO_RESTOCK


def _of_line(index: int, name: str, text: str, why: str) -> InvalidFields:
    told: list[Any] = [{} for _ in range(index)]
    fault = Fault(f"refund_lines[{index}].{name}", why)
    return InvalidFields(fields={"refund_lines": [*told, {name: [text]}]}, faults=[fault])


def _shipping(order: Record, wanted: Mapping[str, Any] | None) -> int:
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


Share = tuple[Record, int, bool]  # a transaction, what of it goes back, whether that happens elsewhere


def _checked_share(order: Record, wanted: Mapping[str, Any], index: int | None) -> Share:
    """Raises InvalidFields; without an index the request is about one transaction alone."""
    transaction = orders.find_transaction(order, wanted["id"])
    if transaction is None:
        known = ", ".join(str(each["id"]) for each in order["transactions"])
        text = f'Invalid pk "{wanted["id"]}" - object does not exist.'
        raise _of_share(index, "id", text, f"order {order['number']} has transactions {known or 'none'}")
    most = orders.refundable(order, transaction)
    if wanted["amount"] > most:
        why = f"amount is {money(wanted['amount'])}, {money(most)} of transaction {transaction['id']} can go back"
        raise _of_share(index, "amount", f"Ensure this value is less than or equal to {money(most)}.", why)
    return transaction, wanted["amount"], bool(wanted["is_external"])


def _of_share(index: int | None, name: str, text: str, why: str) -> InvalidFields:
    if index is None:
        return InvalidFields.at(name, text, why)
    told: list[Any] = [{} for _ in range(index)]
    fault = Fault(f"transactions[{index}].{name}", why)
    return InvalidFields(fields={"transactions": [*told, {name: [text]}]}, faults=[fault])


def _check_once(shares: Sequence[Share]) -> None:
    ids = [transaction["id"] for transaction, _, _ in shares]
    twice = next((id_ for id_ in ids if ids.count(id_) > 1), None)
    if twice is not None:
        raise InvalidFields.at("transactions", "Each transaction may be refunded once.", f"{twice} is there twice")


def _shares(order: Record, amount: int) -> list[tuple[Record, int]]:
    """What each transaction gives of an amount, the oldest first; those with nothing left are not shown."""
    found = []
    for each in order["transactions"]:
        if left := orders.refundable(order, each):
            share = min(left, amount)
            amount -= share
            found.append((each, share))
    return found


def _refund(
    world: World, order: Record, lines: Sequence[Record], shipping: int, shares: Sequence[Share], note: str | None
) -> Record:
    """Give back and write down; the ledger, or the order itself, settles races."""
    made = [_transaction(world, order, *share) for share in shares]
    given = sum(each["amount"] for each in made)
    refund = {
        "id": records.new_id(world, "refunds"),
        "created_at": to_text(world.clock.now()),
        "note": note,
        "lines": [_kept_line(world, line) for line in lines],
        "adjustments": list(_adjustments(world, shipping, given - shipping - sum(line["amount"] for line in lines))),
        "transactions": made,
    }

    def write_down(found: Record) -> Record:
        for transaction, amount, _ in shares:
            _require_left(found, transaction, amount)
        for line in lines:
            found = _without_items(found, line)
        found = {
            **found,
            "refunds": [*found["refunds"], refund],
            "transactions": [*found["transactions"], *made],
        }
        return recounted(world, found)

    after = orders.change(world, order["number"], write_down)
    _give_back(world, after, made)
    charging.keep(world, made)
    placing.tell(world, "order.updated", after)
    return refund


def _require_left(found: Record, transaction: Record, amount: int) -> None:
    left = orders.refundable(found, transaction)
    if amount > left:
        why = f"amount is {money(amount)}, {money(left)} of transaction {transaction['id']} is left by now"
        raise InvalidFields.at("transactions", f"Ensure this value is less than or equal to {money(left)}.", why)


def _give_back(world: World, order: Record, made: Sequence[Record]) -> None:
    """Through the ledger; what it refuses is undone here. Raises InvalidFields."""
    for each in made:
        if not each["ledger_order_id"] or each["is_external"]:
            continue
        try:
            ledger_refunds.refund_order(
                world, each["ledger_order_id"], each["amount"], next_commerce_transaction=each["id"]
            )
        except NotAllowed as refused:
            orders.change(world, order["number"], partial(_undone, failed=each))
            raise InvalidFields.at("transactions", "This transaction cannot be refunded.", str(refused)) from refused


def _undone(found: Record, failed: Record) -> Record:
    """With the refund's transaction marked as failed."""
    marked = {**failed, "status": "failed", "response_code": 3014}
    transactions = [marked if each["id"] == failed["id"] else each for each in found["transactions"]]
    refunds = [
        {**refund, "transactions": [marked if t["id"] == failed["id"] else t for t in refund["transactions"]]}
        for refund in found["refunds"]
    ]
    return {**found, "transactions": transactions, "refunds": refunds}


def _transaction(world: World, order: Record, transaction: Record, amount: int, is_external: bool) -> Record:
    same = ("payment_method", "gateway", "card", "ledger_order_id", "descriptor")
    return charging.transaction_of(
        world, order, "refund", amount,
        **{name: transaction[name] for name in same}, parent_id=transaction["id"],
        is_external=is_external or transaction["is_external"],
    )  # fmt: skip


def _kept_line(world: World, line: Record) -> Record:
    kept = {name: line[name] for name in ("line_id", "quantity", "restock_type", "amount")}
    return {"id": records.new_id(world, "refund_lines"), "location_id": MAIN_LOCATION, **kept}


def _adjustments(world: World, shipping: int, discrepancy: int) -> Sequence[Record]:
    told = (("refund_shipping", shipping), ("refund_discrepancy", discrepancy))
    return [
        {"id": records.new_id(world, "adjustments"), "type": type_, "amount": amount}
        for type_, amount in told
        if amount
    ]


def _without_items(order: Record, refunded: Record) -> Record:
    line = orders.find_line(order, refunded["line_id"])
    if line is None or refunded["quantity"] > orders.left_of(line):
        why = f"fewer items of line {refunded['line_id']} are left by now"
        raise InvalidFields.at("refund_lines", "These items cannot be refunded.", why)
    shipped = 0 if refunded["restock_type"] == CANCEL else min(refunded["quantity"], line["fulfilled"])
    removed, fulfilled = line["removed"] + refunded["quantity"], line["fulfilled"] - shipped
    return orders.with_line(order, {**line, "removed": removed, "fulfilled": fulfilled})


def _amounts(amount: int) -> dict[str, str]:
    return {"amount_incl_tax": money(amount), "amount_excl_tax": money(amount)}


def _line_view(order: Record, refunded: Record) -> dict[str, Any]:
    line = refunded["line"]
    return {
        "line_id": line["id"],
        "quantity": refunded["quantity"],
        "restock_type": refunded["restock_type"],
        "refundable_quantity": orders.left_of(line),
        **_amounts(refunded["amount"]),
        "total_tax": "0.00",
        **product_of_line(order, line),
    }


def _share_view(order: Record, transaction: Record, share: int) -> dict[str, Any]:
    gateway = transaction["gateway"] or {}
    return {
        "id": transaction["id"],
        "amount": money(share),
        "refundable_amount": money(orders.refundable(order, transaction)),
        "type": transaction["type"],
        "payment_method": transaction["payment_method"],
        "gateway_id": gateway.get("id"),
        "gateway_name": gateway.get("name"),
    }

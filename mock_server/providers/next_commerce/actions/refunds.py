"""Refunds: what would go back, and giving it back; with Klarna through the ledger.

Source: developers.nextcommerce.com, order management; docs.nextcommerce.com, refund items and orders; schemas
2024-04-01 and 2023-02-10 (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import refunds as ledger_refunds
from mock_server.ledger.transitions import NotAllowed
from mock_server.providers.next_commerce.actions import charging, placing
from mock_server.providers.next_commerce.actions.refund_lines import (
    CANCEL,
    Share,
    checked_lines,
    checked_share,
    checked_shares,
    shares_of,
    shipping_of,
)
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders, records, shipments
from mock_server.providers.next_commerce.state.money import money
from mock_server.providers.next_commerce.state.line_views import product_of_line

_REFUNDABLE = ("paid", "partially_paid", "partially_refunded")


def calculate(world: World, order: Record, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What a refund of these lines and this shipping comes to, and of which transactions; changes nothing.

    Raises InvalidFields.
    """
    _check_paid(order)
    lines = checked_lines(order, wanted["refund_lines"])
    shipping = shipping_of(order, wanted.get("refund_shipping"))
    amount = sum(line["amount"] for line in lines) + shipping
    return {
        "refund_lines": [_line_view(order, line) for line in lines],
        "refund_shipping": {
            **_amounts(shipping),
            "total_tax": "0.00",
            "refundable_amount": money(orders.shipping_left(order)),
            "currency": order["currency"],
            "shipping_method": order["shipping"]["name"],
            "shipping_code": order["shipping"]["code"],
        },
        "transactions": [_share_view(order, each, share) for each, share in shares_of(order, amount)],
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
    lines = checked_lines(order, wanted["refund_lines"])
    shipping = shipping_of(order, wanted.get("refund_shipping"))
    shares = checked_shares(order, wanted["transactions"])
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
    shares = [(each, share, wanted["is_external"]) for each, share in shares_of(order, amount) if share]
    return _refund(world, order, [], 0, shares, None)


def refund_transaction(world: World, order: Record, transaction: Record, wanted: Mapping[str, Any]) -> Record:
    """Give part or all of one transaction back; answers with the refund's transaction. Raises InvalidFields."""
    asked = {"id": transaction["id"], "amount": wanted["amount"], "is_external": wanted["is_external"]}
    made: Record = _refund(world, order, [], 0, [checked_share(order, asked, None)], None)["transactions"][0]
    return made


def refund_everything(world: World, order: Record, note: str) -> None:
    """All that is left goes back, lines and shipping. Sends what a refund sends. Raises InvalidFields."""
    lines = []
    for line in order["lines"]:
        if quantity := orders.left_of(line):
            asked = {"line_id": line["id"], "quantity": quantity, "restock_type": CANCEL}
            lines.append({**asked, "amount": orders.price_of(line), "line": line})
    shares = [(each, orders.refundable(order, each), each["is_external"]) for each in orders.succeeded(order)]
    _refund(world, order, lines, orders.shipping_left(order), [share for share in shares if share[1]], note)


def _check_paid(order: Record) -> None:
    status = orders.payment_status(order)
    if not order["paid_in_test"] and status in _REFUNDABLE:
        return
    hint = "; capture it first, or cancel the order" if status == "authorized" else ""
    why = f"payment_status of order {order['number']} is {status}, expected {', '.join(_REFUNDABLE)}{hint}"
    if order["paid_in_test"]:
        why = f"order {order['number']} was paid with a test card, there is no transaction"
    raise InvalidFields.at("non_field_errors", "This order cannot be refunded.", why)


def _refund(
    world: World, order: Record, lines: Sequence[Record], shipping: int, shares: Sequence[Share], note: str | None
) -> Record:
    """Give back, first through the ledger, which settles races about Klarna's money; then write down.

    When the ledger refuses, or somebody else was faster with these items, only what did go back is written down.
    Raises InvalidFields.
    """
    made = [_transaction(world, order, *share) for share in shares]
    refund = _new(world, made, note, [_kept_line(world, line) for line in lines])
    gone = []
    try:
        for each in made:
            if _is_klarnas(each):
                _give_back(world, each)
                gone.append(each)
        return _written(world, order, refund, shipping)
    except InvalidFields:
        if gone:
            _written(world, order, {**refund, "lines": [], "transactions": gone}, 0)
        raise


def note_elsewhere(world: World, order: Record, made: Sequence[Record], note: str | None) -> None:
    """Write down what another face gave back. Sends transaction.created of each, order.updated."""
    _written(world, order, _new(world, made, note, []), 0)


def _new(world: World, made: Sequence[Record], note: str | None, lines: Sequence[Record]) -> Record:
    return {
        "id": records.new_id(world, "refunds"),
        "created_at": to_text(world.clock.now()),
        "note": note,
        "lines": list(lines),
        "adjustment_ids": [records.new_id(world, "adjustments") for _ in range(2)],
        "transactions": list(made),
    }


def _is_klarnas(transaction: Record) -> bool:
    return bool(transaction["ledger_order_id"]) and not transaction["is_external"]


def _give_back(world: World, made: Record) -> None:
    """Through the ledger; raises InvalidFields."""
    try:
        ledger_refunds.refund_order(
            world, made["ledger_order_id"], made["amount"], next_commerce_transaction=made["id"]
        )
    except NotAllowed as refused:
        text = "This transaction cannot be refunded."
        raise InvalidFields.at("transactions", text, str(refused)) from refused


def _written(world: World, order: Record, refund: Record, shipping: int) -> Record:
    """The refund as it is kept; raises InvalidFields when its items, or money that is not Klarna's, are gone."""
    made = refund["transactions"]

    def write_down(found: Record) -> Record:
        for each in made:
            if not _is_klarnas(each):
                _require_left(found, each)
        kept = {name: value for name, value in refund.items() if name != "adjustment_ids"}
        kept["adjustments"] = _adjustments(found, refund, shipping)
        for line in refund["lines"]:
            found = _without_items(found, line)
        refunds, transactions = [*found["refunds"], kept], [*found["transactions"], *made]
        return shipments.recounted(world, {**found, "refunds": refunds, "transactions": transactions})

    after = orders.change(world, order["number"], write_down)
    charging.keep(world, made)
    placing.tell(world, "order.updated", after)
    written: Record = next(each for each in after["refunds"] if each["id"] == refund["id"])
    return written


def _require_left(found: Record, made: Record) -> None:
    paid = orders.find_transaction(found, made["parent_id"])
    left = orders.refundable(found, paid) if paid else 0
    if made["amount"] > left:
        why = f"amount is {money(made['amount'])}, {money(left)} of transaction {made['parent_id']} is left by now"
        raise InvalidFields.at("transactions", f"Ensure this value is less than or equal to {money(left)}.", why)


def _adjustments(found: Record, refund: Record, shipping: int) -> list[Record]:
    """What goes back beyond lines; ``found`` is the order before.

    Giving back what was paid too much does not make an order cheaper, and keeping part of what was taken out makes it
    dearer only by what would be paid too much then.
    """
    given = sum(each["amount"] for each in refund["transactions"])
    taken_out = sum(line["amount"] for line in refund["lines"]) + shipping
    discrepancy, net = given - taken_out, orders.paid(found) - orders.refunded(found)
    overpaid = max(0, net - orders.total(found))
    lowers = max(0, discrepancy - overpaid)
    if discrepancy < 0:
        lowers = -min(-discrepancy, max(0, net - given - (orders.total(found) - taken_out)))
    told = ((orders.SHIPPING, shipping, shipping), (orders.DISCREPANCY, discrepancy, lowers))
    return [
        {"id": id_, "type": type_, "amount": amount, "lowers": lowered}
        for id_, (type_, amount, lowered) in zip(refund["adjustment_ids"], told, strict=True)
        if amount
    ]


def _transaction(world: World, order: Record, transaction: Record, amount: int, is_external: bool) -> Record:
    same = ("payment_method", "gateway", "card", "ledger_order_id", "descriptor", "subscription")
    return charging.transaction_of(
        world, order, "refund", amount,
        **{name: transaction[name] for name in same}, parent_id=transaction["id"],
        is_external=is_external or transaction["is_external"],
    )  # fmt: skip


def _kept_line(world: World, line: Record) -> Record:
    kept = {name: line[name] for name in ("line_id", "quantity", "restock_type", "amount")}
    shipped = 0 if line["restock_type"] == CANCEL else min(line["quantity"], line["line"]["fulfilled"])
    id_, location = records.new_id(world, "refund_lines"), shipments.MAIN_LOCATION
    return {"id": id_, "location_id": location, **kept, "shipped": shipped}


def _without_items(order: Record, refunded: Record) -> Record:
    line = orders.find_line(order, refunded["line_id"])
    if line is None or refunded["quantity"] > orders.left_of(line):
        why = f"fewer items of line {refunded['line_id']} are left by now"
        raise InvalidFields.at("refund_lines", "These items cannot be refunded.", why)
    removed, fulfilled = line["removed"] + refunded["quantity"], line["fulfilled"] - refunded["shipped"]
    return orders.with_line(order, {**line, "removed": removed, "fulfilled": max(0, fulfilled)})


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

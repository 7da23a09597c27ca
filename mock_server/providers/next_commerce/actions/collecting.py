"""More money for an order that is there: upsells, what is owed, what was authorized; and letting authorizations go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import captures, endings
from mock_server.ledger.transitions import PART_CAPTURED, NotAllowed
from mock_server.providers.next_commerce.actions import charging, drafts, fulfillment, placing, subscribing
from mock_server.providers.next_commerce.errors import InvalidFields, NotFound
from mock_server.providers.next_commerce.state import orders, records, shipments
from mock_server.providers.next_commerce.state.methods import EXTERNAL, METHODS
from mock_server.providers.next_commerce.state.money import money

_CAPTURE_FIRST = "This order has an authorized payment; capture it first."


@contextmanager
def charging_of(world: World, order: Record, check: Callable[[Record], None]) -> Iterator[None]:
    """While money is on its way the order is not canceled; ``check`` refuses by raising, of the order as it is then."""

    def count(more: int) -> Callable[[Record], Record]:
        return lambda found: {**found, "charging": max(0, found["charging"] + more)}

    def begin(found: Record) -> Record:
        check(found)
        return count(1)(found)

    records.change(world, orders.KIND, order["number"], begin)
    try:
        yield
    finally:
        with suppress(NotFound):  # the world was reset meanwhile
            records.change(world, orders.KIND, order["number"], count(-1))


def require_not_canceled(order: Record) -> None:
    """Raises InvalidFields."""
    if order["status"] == orders.CANCELED:
        raise InvalidFields.at("non_field_errors", "This order is canceled.", f"order {order['number']} is canceled")


def require_open(order: Record) -> None:
    """Raises InvalidFields for an order that is canceled or archived."""
    if order["status"] != orders.OPEN:
        why = f"status of order {order['number']} is {order['status']}, expected open"
        raise InvalidFields.at("non_field_errors", f"This order is {order['status']}.", why)


def _require_decided(order: Record) -> None:
    if orders.is_undecided(order):
        why = f"Klarna has yet to decide about order {order['payment']['ledger_order_id']}"
        raise InvalidFields.at("non_field_errors", "The payment of this order is pending.", why)


def add_line_items(world: World, order: Record, wanted: Mapping[str, Any], decision: Decision) -> Record:
    """One-click upsell: the order's own method is charged again for more lines, without the shopper.

    With Klarna that is another Klarna order in the ledger, charged to the customer token of the first. Sends
    subscription.created for lines that recur, transaction.created, order.updated. Raises InvalidFields when the
    method cannot be charged again, PaymentDeclined.
    Source: developers.nextcommerce.com, external checkout, Klarna (read 2026-11-21).
    """
    _require_upsells(order)
    details = wanted.get("payment_details") or {}
    lines = [placing.with_id(world, line) for line in drafts.lines_of(world, wanted["lines"], order["currency"])]
    payer = _payer(world, order, details)
    if any(line["subscription"] for line in lines) and not METHODS[order["payment"]["method"]].recurs:
        label = METHODS[order["payment"]["method"]].label
        why = f"subscription of a line: {label} cannot be charged without the shopper"
        raise InvalidFields.at("lines", f"{label} does not support subscriptions.", why)
    with charging_of(world, order, _require_upsells):
        made = _charged(world, payer, lines, decision)

        def add(found: Record) -> Record:
            found = {**found, "lines": [*found["lines"], *lines], "transactions": [*found["transactions"], *made]}
            return shipments.with_fulfillment_order(world, found)

        after = subscribing.begin(world, orders.change(world, order["number"], add), lines)
    charging.keep(world, [each for each in after["transactions"] if each["id"] in [own["id"] for own in made]])
    placing.tell(world, "order.updated", after)
    return fulfillment.paid(world, after)


def _require_upsells(order: Record) -> None:
    if text := orders.why_no_upsell(order):
        why = f"supports_post_purchase_upsells of order {order['number']} is false: {text}"
        raise InvalidFields.at("non_field_errors", text, why)


def _payer(world: World, order: Record, details: Mapping[str, Any]) -> Record:
    """The order as this charge sees it: with the gateway and the descriptor asked for."""
    payment = dict(order["payment"])
    if details.get("payment_gateway") or details.get("payment_gateway_group"):
        payment["gateway_id"] = drafts.gateway_of(world, details)["id"]
    payment["descriptor"] = drafts.descriptor_in(details) or payment["descriptor"]
    return {**order, "payment": payment}


def _charged(world: World, payer: Record, lines: Sequence[Record], decision: Decision) -> list[Record]:
    """The transaction of an upsell; an order paid in test has none. Raises PaymentDeclined."""
    amount = sum(orders.price_of(line) for line in lines)
    if (payer["paid_in_test"] or not amount) and decision.outcome != "declined":
        return []
    return [charging.charge_again(world, payer, lines, 0, amount, decision)]


def collect_payment(world: World, order: Record, decision: Decision) -> Record:
    """Charge what the order owes since its lines were edited, without the shopper. Sends transaction.created,
    order.updated. Raises InvalidFields when it owes nothing or its method cannot be charged again, PaymentDeclined.

    Source: developers.nextcommerce.com, order management (read 2026-11-21).
    """
    amount = _due(order, "This order has no outstanding balance.")
    method = METHODS.get(order["payment"]["method"])
    if method is None or not method.upsells:
        label = method.label if method else "An order without payment"
        why = f"of its methods none can be charged without the shopper but {', '.join(_again())}"
        raise InvalidFields.at("non_field_errors", f"{label} cannot be charged again.", why)
    with charging_of(world, order, lambda found: _require_due(found, amount)):
        made = charging.charge_again(world, order, [], 0, amount, decision)
        after = charging.add(world, order, made)
    return _told(world, after)


def _again() -> list[str]:
    return [name for name, method in METHODS.items() if method.upsells]


def mark_as_paid(world: World, order: Record, wanted: Mapping[str, Any]) -> Record:
    """What the order owes was paid elsewhere. Sends transaction.created, order.updated. Raises InvalidFields when it
    owes nothing, or when an authorization holds the money.

    Source: schema 2024-04-01, ordersMarkAsPaidCreate (read 2026-11-21).
    """
    amount = _due(order, "This order is already paid.")
    method = wanted.get("external_payment_method") or EXTERNAL
    made = charging.transaction_of(world, order, "debit", amount, is_external=True, payment_method=method, card=None)
    with charging_of(world, order, lambda found: _require_due(found, amount)):
        after = charging.add(world, order, made)
    return _told(world, after)


def _due(order: Record, nothing: str) -> int:
    """What can be collected; raises InvalidFields, with ``nothing`` when it is nothing."""
    require_not_canceled(order)
    _require_decided(order)
    owed, amount = orders.outstanding(order), orders.to_collect(order)
    if not amount:
        why = f"total_outstanding of order {order['number']} is {money(owed)}, {money(owed - amount)} is authorized"
        raise InvalidFields.at("non_field_errors", _CAPTURE_FIRST if owed else nothing, why)
    return amount


def _require_due(found: Record, amount: int) -> None:
    """Only one at a time collects, and what is still owed."""
    require_not_canceled(found)
    if found["charging"] or orders.to_collect(found) < amount:
        why = f"somebody else collects the {money(amount)} of order {found['number']}"
        raise InvalidFields.at("non_field_errors", "This order has no outstanding balance.", why)


def _told(world: World, after: Record) -> Record:
    placing.tell(world, "order.updated", after)
    return fulfillment.paid(world, after)


def capture_order(world: World, order: Record) -> Record:
    """Take all that is authorized; with Klarna from the ledger. Sends transaction.created, order.updated.

    Raises InvalidFields when nothing is authorized, or no longer.
    Source: developers.nextcommerce.com, order management (read 2026-11-21).
    """
    require_not_canceled(order)
    authorized = orders.open_authorizations(order)
    if not authorized:
        why = f"payment_status of order {order['number']} is {orders.payment_status(order)}, expected authorized"
        raise InvalidFields.at("non_field_errors", "This order has no authorized payment to capture.", why)
    for each in authorized:
        order = capture_transaction(world, order, each, orders.capturable(order, each))
    return order


def capture_transaction(world: World, order: Record, authorized: Record, amount: int) -> Record:
    """Take part or all of one authorization. Sends transaction.created, order.updated. Raises InvalidFields."""
    made = charging.transaction_of(
        world, order, "capture", amount, parent_id=authorized["id"], ledger_order_id=authorized["ledger_order_id"]
    )

    def check(found: Record) -> None:
        require_not_canceled(found)
        left = orders.capturable(found, authorized)
        if amount > left:
            why = f"{money(amount)} was to be captured, {money(left)} of transaction {authorized['id']} is left"
            raise InvalidFields.at("non_field_errors", "This transaction cannot be captured.", why)

    with charging_of(world, order, check):
        if authorized["ledger_order_id"]:
            _capture_klarnas(world, made)
            after = charging.add(world, order, made)
        else:
            after = charging.add(world, order, made, check)
    placing.tell(world, "order.updated", after)
    return fulfillment.archive(world, after)


def _capture_klarnas(world: World, made: Record) -> None:
    """Raises InvalidFields."""
    try:
        captures.capture_order(
            world, made["ledger_order_id"], made["amount"], next_commerce_transaction=made["id"]
        )
    except NotAllowed as refused:
        text = "This transaction cannot be captured."
        raise InvalidFields.at("non_field_errors", text, str(refused)) from refused


def let_go(world: World, order: Record) -> None:
    """What is authorized, or still pending; of Klarna's in the ledger, which tells this face.

    Sends transaction.created of each void.
    """
    for each in orders.open_authorizations(order):
        if each["ledger_order_id"]:
            _let_go_of_klarnas(world, each["ledger_order_id"])
        else:
            void(world, order, each)
    if orders.is_undecided(order):
        _let_go_of_klarnas(world, order["payment"]["ledger_order_id"])


def _let_go_of_klarnas(world: World, ledger_order_id: str) -> None:
    klarna = world.store.get("orders", ledger_order_id)
    is_part = klarna is not None and klarna["status"] == PART_CAPTURED
    with suppress(NotAllowed):  # it ended before
        (endings.release_order if is_part else endings.cancel_order)(world, ledger_order_id)


def void(world: World, order: Record, authorized: Record) -> Record:
    """What is left of an authorization is let go; nothing happens when nothing is. Sends transaction.created."""
    made = charging.transaction_of(
        world, order, "void", 0, parent_id=authorized["id"], ledger_order_id=authorized["ledger_order_id"]
    )

    def add(found: Record) -> Record:
        left = orders.capturable(found, authorized)
        voids = [{**made, "amount": left}] if left else []
        return {**found, "transactions": [*found["transactions"], *voids]}

    after = orders.change(world, order["number"], add)
    charging.keep(world, [each for each in after["transactions"] if each["id"] == made["id"]])
    return after

"""Orders: created, read, changed, charged again, cancelled. Each docstring names its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.core.errors import Fault
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import captures, endings
from mock_server.ledger.transitions import NotAllowed
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import charging, drafts, payments, placing, refunds, subscribing
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas.fields import REQUIRED
from mock_server.providers.next_commerce.state import orders, shipments
from mock_server.providers.next_commerce.state.customers import REQUIRED_IN_ADDRESS, address_in_e164
from mock_server.providers.next_commerce.state.methods import EXTERNAL, METHODS
from mock_server.providers.next_commerce.state.money import money
from mock_server.providers.next_commerce.state.views import order_view

REDIRECTED = "redirected"  # an outcome: the card's bank wants to see the shopper


def find_order(world: World, number: str) -> Record:
    """Raises NotFound."""
    order = orders.find(world, number)
    if order is None:
        raise errors.NotFound.of("Order", f"no order {number} in world {world.name}; one paid by redirect is there "
                                 "once the shopper has paid")  # fmt: skip
    return order


def create_order(
    world: World, wanted: Mapping[str, Any], decision: Decision, *, base_url: str, merchant: str, version: str
) -> dict[str, Any]:
    """An order, paid at once; or, with a redirect method, where to send the shopper, and no order yet.

    Sends customer.created for a new customer, order.created, transaction.created, order.updated, and
    subscription.created for lines that recur. A declined card leaves no order, but transaction.created.
    Raises InvalidFields, PaymentDeclined.
    Source: developers.nextcommerce.com, external checkout, Klarna (read 2026-11-21).
    """
    draft = drafts.draft_of(world, wanted, base_url=base_url, source="admin_api")
    method = draft["payment"]["method"]
    if decision.outcome == "declined" and method:
        raise charging.declined(world, draft, orders.total(draft), decision)
    if method and (METHODS[method].is_redirect or decision.outcome == REDIRECTED):
        return payments.redirect_view(world, _payment(world, wanted, draft, merchant, version))
    order = placing.numbered(world, draft)
    transactions, changes = charging.first_charge(world, order)
    return order_view(world, placing.keep(world, order, transactions, **changes), version)


def _payment(world: World, wanted: Mapping[str, Any], draft: Record, merchant: str, version: str) -> Record:
    url = (wanted.get("payment_details") or {}).get("payment_return_url")
    if not url:
        why = "the card's bank wants to see the shopper"
        raise InvalidFields.at("payment_details.payment_return_url", REQUIRED, why)
    return payments.start(world, draft, url, merchant=merchant, version=version)


def update_order(world: World, order: Record, wanted: Mapping[str, Any]) -> Record:
    """Replace addresses (what is left out of them stays), attribution, metadata, tags, status. Sends order.updated.

    Source: developers.nextcommerce.com, order management (read 2026-11-21).
    """
    changes: dict[str, Any] = {
        name: wanted[name] for name in ("metadata", "tags", "status", "fulfillment_status") if name in wanted
    }
    for name in ("shipping_address", "billing_address"):
        if wanted.get(name):
            merged = {**(order[name] or {}), **wanted[name]}
            lacking = [part for part in REQUIRED_IN_ADDRESS if not merged.get(part)]
            if lacking:
                faults = [Fault(f"{name}.{part}", "neither the order nor the request has one") for part in lacking]
                raise InvalidFields(fields={name: {part: [REQUIRED] for part in lacking}}, faults=faults)
            changes[name] = {**(order[name] or {"id": None}), **address_in_e164(merged)}
    if "attribution" in wanted:
        changes["attribution"] = {**order["attribution"], **wanted["attribution"]}
    return changed(world, order, lambda found: {**found, **changes})


def changed(world: World, order: Record, apply: Any) -> Record:
    """Change an order and send order.updated."""
    after = orders.change(world, order["number"], apply)
    placing.tell(world, "order.updated", after)
    return after


def add_line_items(world: World, order: Record, wanted: Mapping[str, Any], decision: Decision) -> Record:
    """One-click upsell: the order's own method is charged again for more lines, without the shopper.

    With Klarna that is another Klarna order in the ledger, charged to the customer token of the first. Sends
    transaction.created, order.updated, and subscription.created for lines that recur. Raises InvalidFields when the
    method cannot be charged again, PaymentDeclined.
    Source: developers.nextcommerce.com, external checkout, Klarna (read 2026-11-21).
    """
    require_open(order)
    method = METHODS.get(order["payment"]["method"])
    if method is None or not method.upsells:
        label = method.label if method else "An order without payment"
        why = f"supports_post_purchase_upsells of order {order['number']} is false"
        raise InvalidFields.at("non_field_errors", f"{label} does not support post purchase upsells.", why)
    if orders.payment_status(order) == "pending":
        raise InvalidFields.at("non_field_errors", "This order is not paid yet.", "its payment is pending")
    details = wanted.get("payment_details") or {}
    lines = [placing.with_id(world, line) for line in drafts.lines_of(world, wanted["lines"], order["currency"])]
    if any(line["subscription"] for line in lines) and not method.recurs:
        raise InvalidFields.at("lines", f"{method.label} does not support subscriptions.")
    payer = order
    if details.get("payment_gateway") or details.get("payment_gateway_group"):
        gateway = drafts.gateway_of(world, details)
        payer = {**order, "payment": {**order["payment"], "gateway_id": gateway["id"]}}
    amount = sum(orders.price_of(line) for line in lines)
    made = _charged(world, payer, lines, amount, decision, details)

    def add(found: Record) -> Record:
        found = {**found, "lines": [*found["lines"], *lines], "transactions": [*found["transactions"], *made]}
        return shipments.with_fulfillment_order(world, found)

    after = orders.change(world, order["number"], add)
    charging.keep(world, made)
    after = subscribing.begin(world, after, lines)
    placing.tell(world, "order.updated", after)
    return after


def _charged(
    world: World, payer: Record, lines: Sequence[Record], amount: int, decision: Decision, details: Mapping[str, Any]
) -> list[Record]:
    """The transaction of an upsell; an order paid in test has none."""
    if payer["paid_in_test"] or not amount:
        return []
    descriptor = details.get("statement_descriptor") or payer["payment"].get("descriptor")
    return [charging.charge_again(world, payer, lines, 0, amount, decision, descriptor=descriptor)]


def require_open(order: Record) -> None:
    """Raises InvalidFields for an order that is canceled."""
    if order["status"] == orders.CANCELED:
        raise InvalidFields.at("non_field_errors", "This order is canceled.", f"order {order['number']} is canceled")


def cancel_order(world: World, order: Record, wanted: Mapping[str, Any]) -> Record:
    """Cancel an order of which nothing was shipped; with ``full_refund`` all that was paid goes back.

    What was only authorized is let go, in the ledger too. Sends order.updated, and transaction.created of each refund.
    Raises InvalidFields.
    Source: docs.nextcommerce.com, order statuses; developers.nextcommerce.com, order management (read 2026-11-21).
    """
    require_open(order)
    if order["fulfillment_status"] not in ("unfulfilled", "not_required", "on_hold", "rejected"):
        why = f"fulfillment_status of order {order['number']} is {order['fulfillment_status']}, expected unfulfilled"
        raise InvalidFields.at("non_field_errors", "Only unfulfilled orders can be canceled.", why)
    if wanted["full_refund"] and orders.paid(order) > orders.refunded(order):
        order = refunds.refund_everything(world, order, wanted["cancel_reason"])
    _let_go(world, order)

    def cancel(found: Record) -> Record:
        require_open(found)
        canceled = [
            {**each, "status": shipments.CANCELED} if each["status"] != shipments.CLOSED else each
            for each in found["fulfillment_orders"]
        ]
        reason = wanted["cancel_reason"]
        return {**found, "status": orders.CANCELED, "cancel_reason": reason, "fulfillment_orders": canceled}

    return changed(world, order, cancel)


def _let_go(world: World, order: Record) -> None:
    """What is authorized, or still pending: of Klarna in the ledger, which tells this face. Raises InvalidFields."""
    for each in orders.open_authorizations(order):
        if each["ledger_order_id"]:
            try:
                endings.cancel_order(world, each["ledger_order_id"])
            except NotAllowed as refused:
                raise InvalidFields.at("non_field_errors", "This order cannot be canceled.", str(refused)) from refused
        else:
            void(world, order, each)
    _let_go_of_pending(world, order)


def void(world: World, order: Record, authorized: Record) -> Record:
    """An authorization is let go. Sends transaction.created."""
    made = charging.transaction_of(
        world, order, "void", orders.capturable(order, authorized), parent_id=authorized["id"],
        ledger_order_id=authorized["ledger_order_id"],
    )  # fmt: skip
    after = orders.change(
        world, order["number"], lambda found: {**found, "transactions": [*found["transactions"], made]}
    )
    charging.keep(world, [made])
    return after


def _let_go_of_pending(world: World, order: Record) -> None:
    """A Klarna order that is still pending is cancelled in the ledger."""
    ledger_order_id = order["payment"].get("ledger_order_id")
    if orders.payment_status(order) == "pending" and ledger_order_id:
        try:
            endings.cancel_order(world, ledger_order_id)
        except NotAllowed:
            return  # it ended before


def capture_order(world: World, order: Record) -> Record:
    """Take all that is authorized; with Klarna from the ledger. Sends transaction.created, order.updated.

    Raises InvalidFields when nothing is authorized, or no longer.
    Source: developers.nextcommerce.com, order management (read 2026-11-21).
    """
    require_open(order)
    authorized = orders.open_authorizations(order)
    if not authorized:
        why = f"payment_status of order {order['number']} is {orders.payment_status(order)}, expected authorized"
        raise InvalidFields.at("non_field_errors", "This order has no authorized payment to capture.", why)
    for each in authorized:
        order = capture_transaction(world, order, each, orders.capturable(order, each))
    return order


def capture_transaction(world: World, order: Record, authorized: Record, amount: int) -> Record:
    """Take part or all of one authorization. Sends transaction.created, order.updated. Raises InvalidFields."""
    ledger_order_id = authorized["ledger_order_id"]
    made = charging.transaction_of(
        world, order, "capture", amount, parent_id=authorized["id"], ledger_order_id=ledger_order_id
    )

    def add(found: Record) -> Record:
        left = orders.capturable(found, authorized)
        if amount > left:
            why = f"amount is {money(amount)}, {money(left)} of transaction {authorized['id']} can be captured"
            raise InvalidFields.at("amount", f"Ensure this value is less than or equal to {money(left)}.", why)
        return {**found, "transactions": [*found["transactions"], made]}

    after = orders.change(world, order["number"], add)
    if ledger_order_id:
        try:
            captures.capture_order(world, ledger_order_id, amount, next_commerce_transaction=made["id"])
        except NotAllowed as refused:
            orders.change(world, order["number"], lambda found: _without(found, made))
            text = "This transaction cannot be captured."
            raise InvalidFields.at("non_field_errors", text, str(refused)) from refused
    charging.keep(world, [made])
    placing.tell(world, "order.updated", after)
    return after


def _without(order: Record, made: Record) -> Record:
    return {**order, "transactions": [each for each in order["transactions"] if each["id"] != made["id"]]}


def collect_payment(world: World, order: Record, decision: Decision) -> Record:
    """Charge what the order owes since its lines were edited, without the shopper. Sends transaction.created,
    order.updated. Raises InvalidFields when it owes nothing or its method cannot be charged again, PaymentDeclined.

    Source: developers.nextcommerce.com, order management (read 2026-11-21).
    """
    require_open(order)
    amount, method = orders.outstanding(order), METHODS.get(order["payment"]["method"])
    if not amount:
        why = f"total_outstanding of order {order['number']} is {money(amount)}"
        raise InvalidFields.at("non_field_errors", "This order has no outstanding balance.", why)
    if method is None or not method.upsells:
        label = method.label if method else "An order without payment"
        raise InvalidFields.at("non_field_errors", f"{label} cannot be charged again.")
    _claim(world, order, amount)
    try:
        made = charging.charge_again(world, order, [], 0, amount, decision)
    except errors.PaymentDeclined:
        orders.change(world, order["number"], lambda found: {**found, "is_collecting": False})
        raise
    return _with_transaction(world, order, made)


def _claim(world: World, order: Record, amount: int) -> None:
    """Only one at a time collects, and what is still owed. Raises InvalidFields."""

    def claim(found: Record) -> Record:
        if found.get("is_collecting") or orders.outstanding(found) < amount:
            why = f"somebody else collects the {money(amount)} of order {order['number']}"
            raise InvalidFields.at("non_field_errors", "This order has no outstanding balance.", why)
        return {**found, "is_collecting": True}

    orders.change(world, order["number"], claim)


def mark_as_paid(world: World, order: Record, wanted: Mapping[str, Any]) -> Record:
    """What the order owes was paid elsewhere. Sends transaction.created, order.updated. Raises InvalidFields when it
    owes nothing.

    Source: schema 2024-04-01, ordersMarkAsPaidCreate (read 2026-11-21).
    """
    require_open(order)
    amount = orders.outstanding(order)
    if not amount:
        why = f"payment_status of order {order['number']} is {orders.payment_status(order)}"
        raise InvalidFields.at("non_field_errors", "This order is already paid.", why)
    method = wanted.get("external_payment_method") or EXTERNAL
    _claim(world, order, amount)
    made = charging.transaction_of(world, order, "debit", amount, is_external=True, payment_method=method, card=None)
    return _with_transaction(world, order, made)


def _with_transaction(world: World, order: Record, made: Record) -> Record:
    def add(found: Record) -> Record:
        return {**found, "transactions": [*found["transactions"], made], "is_collecting": False}

    after = orders.change(world, order["number"], add)
    charging.keep(world, [made])
    placing.tell(world, "order.updated", after)
    return after

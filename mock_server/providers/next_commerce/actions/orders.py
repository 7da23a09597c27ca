"""Orders: created, found, changed, cancelled. Each docstring names its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_server.core.errors import Fault
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import charging, collecting, drafts, payments, placing, refunds
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas.fields import REQUIRED
from mock_server.providers.next_commerce.state import orders, shipments
from mock_server.providers.next_commerce.state.customers import REQUIRED_IN_ADDRESS, address_in_e164
from mock_server.providers.next_commerce.state.methods import METHODS
from mock_server.providers.next_commerce.state.views import order_view

_CANCELABLE = ("unfulfilled", "not_required", "on_hold", "rejected")  # fulfillment statuses
REDIRECTED = "redirected"  # an outcome: the card's bank wants to see the shopper


def find_order(world: World, number: str) -> Record:
    """Raises NotFound."""
    order = orders.find(world, number)
    if order is None:
        why = f"no order {number} in world {world.name}; one paid by redirect is there once the shopper has paid"
        raise errors.NotFound.of("Order", why)
    return order


def create_order(
    world: World, wanted: Mapping[str, Any], decision: Decision, *, base_url: str, merchant: str, version: str
) -> dict[str, Any]:
    """An order, paid at once; or, with a redirect method, where to send the shopper, and no order yet.

    Sends customer.created for a new customer, order.created, subscription.created for lines that recur,
    transaction.created, order.updated. A declined card leaves no order, but transaction.created. What costs nothing
    is placed without the shopper. Raises InvalidFields, PaymentDeclined.
    Source: developers.nextcommerce.com, external checkout, Klarna (read 2026-11-21).
    """
    draft = drafts.draft_of(world, wanted, base_url=base_url, source="admin_api")
    drafts.check_duplicate(world, draft)
    method = draft["payment"]["method"]
    if decision.outcome == "declined" and method:
        raise charging.declined(world, draft, orders.total(draft), decision)
    if method and orders.total(draft) and (METHODS[method].is_redirect or decision.outcome == REDIRECTED):
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

    Status canceled cancels the order, as ``cancel_order`` does without a refund. Raises InvalidFields.
    Source: developers.nextcommerce.com, order management (read 2026-11-21).
    """
    _updated(order, wanted)
    if wanted.get("status") == orders.CANCELED and order["status"] != orders.CANCELED:
        _check_cancelable(order)
        changed(world, order, lambda found: _updated(found, {**wanted, "status": found["status"]}))
        return cancel_order(world, order, {"cancel_reason": "", "full_refund": False})
    return changed(world, order, lambda found: _updated(found, wanted))


def _updated(found: Record, wanted: Mapping[str, Any]) -> Record:
    """Raises InvalidFields."""
    changes: dict[str, Any] = {name: wanted[name] for name in ("status", "fulfillment_status") if name in wanted}
    if "metadata" in wanted:
        changes["metadata"] = wanted["metadata"] or {}
    if "tags" in wanted:
        changes["tags"] = [tag for tag in wanted["tags"] if tag is not None]
    if "attribution" in wanted:
        changes["attribution"] = {**found["attribution"], **wanted["attribution"]}
    if changes.get("status", found["status"]) not in orders.MOVES[found["status"]]:
        why = f"an order that is {found['status']} becomes {', '.join(orders.MOVES[found['status']])}"
        raise InvalidFields.at("status", f'"{changes["status"]}" is not a valid choice.', why)
    for name in ("shipping_address", "billing_address"):
        if wanted.get(name):
            changes[name] = _merged(found, name, wanted[name])
    return {**found, **changes}


def _merged(found: Record, name: str, wanted: Mapping[str, Any]) -> Record:
    merged = {**(found[name] or {}), **wanted}
    lacking = [part for part in REQUIRED_IN_ADDRESS if not merged.get(part)]
    if lacking:
        faults = [Fault(f"{name}.{part}", "neither the order nor the request has one") for part in lacking]
        raise InvalidFields(fields={name: {part: [REQUIRED] for part in lacking}}, faults=faults)
    return {**(found[name] or {"id": None}), **address_in_e164(merged)}


def changed(world: World, order: Record, apply: Callable[[Record], Record]) -> Record:
    """Change an order and send order.updated; ``apply`` may refuse by raising."""
    after = orders.change(world, order["number"], apply)
    placing.tell(world, "order.updated", after)
    return after


def cancel_order(world: World, order: Record, wanted: Mapping[str, Any]) -> Record:
    """Cancel an order of which nothing was shipped; with ``full_refund`` all that was paid goes back.

    What was only authorized, or is still pending, is let go, in the ledger too. Sends order.updated, and
    transaction.created of each refund and void. Raises InvalidFields.
    Source: docs.nextcommerce.com, order statuses; developers.nextcommerce.com, order management (read 2026-11-21).
    """

    def cancel(found: Record) -> Record:
        _check_cancelable(found)
        return canceled(found, wanted["cancel_reason"])

    after = orders.change(world, order["number"], cancel)
    if wanted["full_refund"] and orders.paid(after) > orders.refunded(after):
        refunds.refund_everything(world, after, wanted["cancel_reason"])
    collecting.let_go(world, after)
    return changed(world, after, lambda found: found)


def _check_cancelable(order: Record) -> None:
    """Raises InvalidFields."""
    collecting.require_not_canceled(order)
    shipped = sum(line["fulfilled"] for line in order["lines"])
    if shipped or order["fulfillment_status"] not in _CANCELABLE:
        status = f"fulfillment_status of order {order['number']} is {order['fulfillment_status']}"
        why = f"{status}, {shipped} items were shipped; expected {', '.join(_CANCELABLE)} and none"
        raise InvalidFields.at("non_field_errors", "Only unfulfilled orders can be canceled.", why)
    if order["charging"]:
        why = f"{order['charging']} charges of order {order['number']} are under way"
        raise InvalidFields.at("non_field_errors", "A payment of this order is being processed.", why)


def canceled(order: Record, reason: str) -> Record:
    """The order after its cancellation: nothing of it is shipped any more."""
    called_off = [shipments.called_off(each) for each in order["fulfillment_orders"]]
    return {**order, "status": orders.CANCELED, "cancel_reason": reason, "fulfillment_orders": called_off}

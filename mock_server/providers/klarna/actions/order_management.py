"""What a merchant does with an order once it is placed: capture, refund, cancel, change.

Orders of every face can be managed here: there is one ledger. Source of all: Order Management API reference and
docs.klarna.com, manage orders with the API (read 2026-11-20).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mock_server.core.errors import Fault
from mock_server.core.rules import ACCEPTED, Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import captures, endings, markets, orders, refunds, shipping, updates
from mock_server.ledger.transitions import CANCELLED, EXPIRED, NotAllowed
from mock_server.providers.klarna.errors import order_management as errors
from mock_server.providers.klarna.errors.order_management import refusing
from mock_server.providers.klarna.webhooks.orders import FACE

_MANDATORY = ("given_name", "family_name", "street_address", "postal_code", "city", "country", "email")
_FINANCED = ("base_account", "fixed_sum_credit", "deferred_interest")  # methods that are a loan
_COUNTRY = re.compile("[A-Za-z]{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# the ledger's reason -> Klarna's message
_ABOUT_CAPTURES = {
    "amount": "Captured amount is higher than the remaining authorized amount. Capture not possible.",
}
_ABOUT_REFUNDS = {
    "amount": "Over refund is not allowed. Refund not possible.",
    "status": "Order has no captures. Refund not possible",
}


def read_order(world: World, order_id: str, consequence: str | None = None) -> Record:
    """Raises NoSuchOrder (404), which says what is not possible without it."""
    with refusing(order_id, consequence, errors.NotAllowed):
        return orders.find_order(world, order_id)


def acknowledge_order(world: World, order_id: str) -> None:
    """Note that the merchant has the order: pushes stop. A second time changes nothing.

    Raises NoSuchOrder (404), NotAllowed (403) for a cancelled or expired order.
    """
    with refusing(order_id, "Acknowledgement not possible.", errors.NotAllowed):
        updates.acknowledge_order(world, order_id)


def update_authorization(world: World, order_id: str, body: Mapping[str, Any], decision: Decision) -> None:
    """Replace the order's amount (minor units) and lines; lines that are left out are deleted.

    An increase is a new risk check, the outcome "rejected" fails it. Raises NoSuchOrder (404), NotAllowed (403).
    Assumed: the sum of the lines is not compared with the amount.
    """
    amount = body["order_amount"]
    order = read_order(world, order_id)
    if decision.outcome != ACCEPTED and amount > order["order_amount"]:
        raise errors.NotAllowed() from LookupError(f"the new risk check said {decision.outcome}")
    about = {
        "below_captured": f"Resulting authorization amount {amount} cannot be less than the captured amount"
        f" {order['captured_amount']} for order. Order authorization cannot be updated"
    }
    with refusing(order_id, "", errors.NotAllowed, about=about):
        updates.update_authorization(world, order_id, amount, body.get("order_lines", ()))


def create_capture(world: World, order_id: str, body: Mapping[str, Any], decision: Decision) -> Record:
    """Take ``captured_amount`` (minor units) of what is still authorised; answers with the capture.

    A capture acknowledges the order. Of one placed through Klarna's own APIs it overrules a rejection within four
    hours. The outcome "rejected" stands for a card that refuses: PaymentMethodFailed (403), a later capture may go
    through.

    Raises NoSuchOrder (404), CaptureNotAllowed (403): more than remains, nothing, wrong status, still pending,
    rejected.
    """
    amount = body["captured_amount"]
    details = {name: value for name, value in body.items() if name not in ("captured_amount", "shipping_delay")}
    if amount == 0 or decision.outcome != ACCEPTED:
        read_order(world, order_id, "Capture not possible.")  # that there is none is told first
    if amount == 0:
        raise errors.CaptureNotAllowed() from LookupError("captured_amount is 0, expected at least 1")
    if decision.outcome != ACCEPTED:
        raise errors.PaymentMethodFailed() from LookupError(f"{decision.decided_by}: {decision.outcome}")
    with refusing(order_id, "Capture not possible.", errors.CaptureNotAllowed, about=_ABOUT_CAPTURES):
        _, capture = captures.capture_order(world, order_id, amount, overruling=FACE, **details)
    return capture


def read_capture(world: World, order_id: str, capture_id: str) -> tuple[Record, Record]:
    """Order and capture. Raises NoSuchOrder (404), NoSuchCapture (404)."""
    order = read_order(world, order_id)
    return order, _capture_in(order, capture_id, f"Capture {capture_id} cannot be found for order {order_id}.")


def _capture_in(order: Record, capture_id: str, message: str) -> Record:
    try:
        return shipping.find_capture(order, capture_id)
    except NotAllowed as refused:
        raise errors.NoSuchCapture(message) from refused


def add_capture_shipping_info(world: World, order_id: str, capture_id: str, body: Mapping[str, Any]) -> None:
    """Append parcels to a capture. Raises NoSuchOrder, NoSuchCapture (404), NotAllowed (403) without captures."""
    consequence = f"Shipping info cannot be added to capture {capture_id}."
    order = read_order(world, order_id, consequence)
    _require_captures(order, "Order has no captures. Shipping info cannot be added.")
    _capture_in(order, capture_id, f"Capture could not be found. {consequence.rstrip('.')}")
    with refusing(order_id, consequence, errors.NotAllowed):
        shipping.add_capture_shipping_info(world, order_id, capture_id, body["shipping_info"])


def _require_captures(order: Record, message: str) -> None:
    if not order["captures"]:
        raise errors.NotAllowed(message) from LookupError(f"order {order['order_id']} has no captures")


def update_capture_customer_details(
    world: World, order_id: str, capture_id: str, body: Mapping[str, Any]
) -> None:
    """Replace parts of a capture's billing address; an empty text clears one that is not mandatory.

    The shipping address cannot be changed here: NotAllowed (403, assumed). Raises NoSuchOrder, NoSuchCapture (404),
    InvalidAddress (422). Source: kco_rest_php and Klarna's module for Magento, update customer details of a capture;
    today's API reference no longer has it (read 2026-11-21).
    """
    order, capture = read_capture(world, order_id, capture_id)
    if body.get("shipping_address"):
        raise errors.NotAllowed() from LookupError("of a capture only the billing_address can be changed")
    address = body.get("billing_address") or {}
    _require_deliverable("billing_address", shipping.billing_address_of(order, capture), address)
    with refusing(order_id, "", errors.NotAllowed):
        shipping.update_billing_address(world, order_id, capture_id, address)


def trigger_send_out(world: World, order_id: str, capture_id: str) -> None:
    """Have the shopper's statement of a capture sent once more: noted on the capture, no mail leaves this server.

    Raises NoSuchOrder, NoSuchCapture (404), NotAllowed (403) without captures.
    """
    order = read_order(world, order_id, "")
    _require_captures(order, "Order has no captures. Send out cannot be triggered.")
    _capture_in(order, capture_id, f"Capture {capture_id} cannot be found for order {order_id}.")
    with refusing(order_id, "", errors.NotAllowed):
        shipping.send_out(world, order_id, capture_id)


def read_due_date_options(world: World, order_id: str, capture_id: str) -> dict[str, Any]:
    """By how many days, for which fee (minor units), the shopper's due date can be put off; by invoice only.

    Raises NoSuchOrder, NoSuchCapture (404).
    """
    order, _ = read_capture(world, order_id, capture_id)
    offered = shipping.extensions_of(order)
    options = [{"number_of_days": days, "amount": fee} for days, fee in offered.items()]
    return {"currency": order["purchase_currency"].upper(), "options": options}


def extend_due_date(world: World, order_id: str, capture_id: str, body: Mapping[str, Any]) -> None:
    """Put a capture's due date off. Raises NoSuchOrder, NoSuchCapture (404), NotAllowed (403)."""
    read_capture(world, order_id, capture_id)
    with refusing(order_id, "", errors.NotAllowed):
        shipping.extend_due_date(world, order_id, capture_id, body["number_of_days"])


def update_customer_details(world: World, order_id: str, body: Mapping[str, Any]) -> None:
    """Replace parts of the shipping address; an empty text clears one that is not mandatory.

    Raises NoSuchOrder (404), InvalidAddress (422), NotAllowed (403): a billing address, or all is captured, cancelled
    or expired.
    """
    order = read_order(world, order_id, "Customer details cannot be updated.")
    if body.get("billing_address"):
        raise errors.NotAllowed(
            "Billing address cannot be updated for user account order. Customer details cannot be updated."
        )
    address = body.get("shipping_address") or {}
    known = order.get("shipping_address") or order.get("billing_address") or {}
    _require_deliverable("shipping_address", known, address)
    with refusing(order_id, "Customer details cannot be updated.", errors.NotAllowed):
        updates.update_shipping_address(world, order_id, address)


def _require_deliverable(path: str, known: Mapping[str, Any], address: Mapping[str, str]) -> None:
    """Raises InvalidAddress (422): a mandatory part cleared, a country or e-mail address that is none."""
    faults = [
        Fault(f"{path}/{name}", f"{name} is mandatory, it cannot be cleared")
        for name in _MANDATORY
        if address.get(name) == "" and known.get(name)
    ]
    for name, form in (("country", _COUNTRY), ("email", _EMAIL)):
        value = address.get(name)
        if value and not form.fullmatch(value):
            faults.append(Fault(f"{path}/{name}", f"{name} is {value!r}, expected {form.pattern}"))
    if faults:
        raise errors.InvalidAddress(faults=faults)


def update_merchant_references(world: World, order_id: str, body: Mapping[str, str]) -> None:
    """Replace the references that are given; an empty text clears one.

    Raises NoSuchOrder (404), NotAllowed (403) for a cancelled order.
    """
    try:
        updates.update_references(world, order_id, body)
    except NotAllowed as refused:
        if refused.reason == "unknown":
            text = "Order cannot be found. Merchant references cannot be updated."
            raise errors.NoSuchOrder(text) from refused
        raise errors.NotAllowed() from refused


def add_shipping_info(world: World, order_id: str, body: Mapping[str, Any]) -> None:
    """Append parcels to the order. Raises NoSuchOrder (404)."""
    with refusing(order_id, f"Shipping info cannot be added to order {order_id}.", errors.NotAllowed):
        shipping.add_shipping_info(world, order_id, body["shipping_info"])


def extend_authorization_time(world: World, order_id: str) -> None:
    """28 more days from today, up to 180 days after it was placed; not by card, nor when financed in the US.

    Raises NoSuchOrder (404), NotAllowed (403).
    """
    order = read_order(world, order_id, "Authorization time cannot be extended.")
    is_expired = order["status"] == EXPIRED
    messages = ["Order is expired. Authorization time cannot be extended."] if is_expired else []
    method, country = order["initial_payment_method"]["type"], markets.country_of(order)
    if not is_expired and (method == "pay_by_card" or (country == "US" and method in _FINANCED)):
        raise errors.NotAllowed() from LookupError(f"orders by {method} in {country} are not extended")
    with refusing(order_id, "Authorization time cannot be extended.", errors.NotAllowed, *messages):
        endings.extend_order(world, order_id)


def create_refund(world: World, order_id: str, body: Mapping[str, Any]) -> Record:
    """Give ``refunded_amount`` (minor units) of the captured money back; answers with the refund.

    Raises NoSuchOrder (404), RefundNotAllowed (403): nothing captured, more than captured less refunded, or nothing.
    """
    amount = body["refunded_amount"]
    details = {name: value for name, value in body.items() if name != "refunded_amount"}
    if amount == 0:
        read_order(world, order_id, "Refund not possible.")  # that there is none is told first
        raise errors.RefundNotAllowed() from LookupError("refunded_amount is 0, expected at least 1")
    with refusing(order_id, "Refund not possible.", errors.RefundNotAllowed, about=_ABOUT_REFUNDS):
        _, refund = refunds.refund_order(world, order_id, amount, **details)
    return refund


def read_refund(world: World, order_id: str, refund_id: str) -> Record:
    """Raises NoSuchOrder (404), NotFound (404)."""
    order = read_order(world, order_id)
    for refund in order["refunds"]:
        if refund["refund_id"] == refund_id:
            found: Record = refund
            return found
    raise errors.NotFound(f"Refund {refund_id} cannot be found for order {order_id}")


def release_remaining_authorization(world: World, order_id: str) -> None:
    """Let go what is not captured; the order is CAPTURED then.

    Raises NoSuchOrder (404), NotAllowed (403): all captured, nothing captured, cancelled, expired.
    """
    order = read_order(world, order_id, "Remaining authorization cannot be released.")
    messages = []
    if order["captures"]:
        messages = ["Order is fully captured. Remaining authorization cannot be released."]
    elif order["status"] not in (CANCELLED, EXPIRED):
        messages = ["Order has no captures. Remaining authorization cannot be released."]
    with refusing(order_id, "Remaining authorization cannot be released.", errors.NotAllowed, *messages):
        endings.release_order(world, order_id)


def cancel_order(world: World, order_id: str) -> None:
    """Let all the money go; for an order without captures. A second time changes nothing (recorded 2021-09-17).

    Raises NoSuchOrder (404), CancelNotAllowed (403): captured or expired.
    """
    order = read_order(world, order_id, "Cancel not possible.")
    messages = ["Order has previous captures. Cancel not possible."] if order["captures"] else []
    with refusing(order_id, "Cancel not possible.", errors.CancelNotAllowed, *messages):
        try:
            endings.cancel_order(world, order_id)
        except NotAllowed:
            if orders.find_order(world, order_id)["status"] != CANCELLED:
                raise

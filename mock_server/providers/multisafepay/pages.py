"""What a shopper sees: the payment page and where it leads. The look is this server's own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mock_server.core.errors import Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.multisafepay.actions import shopper
from mock_server.providers.multisafepay.errors import Impossible
from mock_server.providers.multisafepay.state import cart, orders
from mock_server.providers.multisafepay.state.gateways import GATEWAYS, KLARNA
from mock_server.providers.multisafepay.state.statuses import INITIALIZED
from mock_server.web.operations import Call, Reply
from mock_server.web.pages import PAY_LABELS, money, page

_MESSAGES: Mapping[str, str] = {
    "completed": "This order is paid.",
    "uncleared": "Klarna is looking at this payment.",
    "declined": "This payment was declined.",
    "expired": "This payment page has expired.",
    "cancelled": "This payment was cancelled.",
    "void": "This payment was cancelled.",
}


def show(call: Call) -> Reply:
    """The page of a session. Opening one whose method is known starts the transaction, which the shop is told."""
    order = _order(call)
    if order is None:
        return _gone()
    if orders.state_of(order) != INITIALIZED:
        return _message(order)
    names = shopper.methods_of(order)
    if not names:
        text = f"No payment method takes {order['currency']} in this country."
        return page("message.html", language="en", title="No payment method", text=text, back=shopper.return_url(order))
    if order["gateway"] and call.method != "HEAD":
        try:
            order = shopper.start(call.world, order)
        except Impossible:
            return show(call)
    return _pay_page(call.world, order, names)


def act(call: Call, decision: Decision) -> Reply:
    """What the shopper chose; then the browser goes back to the shop."""
    order = _order(call)
    if order is None:
        return _gone()
    try:
        order = shopper.complete(call.world, order, decision, gateway=call.json.get("gateway", ""))
    except Misused as misused:
        back = shopper.page_url(call.world, order)
        return page("message.html", status=400, language="en", title="Not possible", text=str(misused), back=back)
    except Impossible:
        order = _order(call) or order
    back = shopper.return_url(order)
    return Reply(None, 303, {"Location": back}) if back else _message(order)


def _order(call: Call) -> Record | None:
    return orders.find_by_session(call.world, call.path_args["session_id"])


def _gone() -> Reply:
    text = "No open payment has this address; a newer one may have taken its place."
    return page("message.html", status=404, language="en", title="Unknown payment", text=text, back="")


def _message(order: Record) -> Reply:
    text = _MESSAGES.get(order["status"], f"This order is {order['status']}.")
    return page(
        "message.html", language="en", title=order["description"], text=text, back=shopper.return_url(order)
    )


def _pay_page(world: World, order: Record, names: list[str]) -> Reply:
    preferred = sorted(names, key=lambda name: name != KLARNA)
    outcomes = [(outcome, label) for outcome, label in PAY_LABELS.items() if outcome != "pending" or KLARNA in names]
    return page(
        "pay.html",
        language="en",
        title=f"Pay with {GATEWAYS[names[0]].name}" if len(names) == 1 else "Choose how to pay",
        amount=money(order["amount"], order["currency"], order["locale"]),
        description=order["description"],
        reference=order["order_id"],
        lines=[_line(item, order) for item in order["cart"]["items"]] if order["cart"] else [],
        methods=[(name, GATEWAYS[name].name) for name in preferred],
        outcomes=outcomes,
        action=shopper.page_url(world, order),
    )


def _line(item: Mapping[str, Any], order: Record) -> dict[str, str]:
    """A line with its VAT."""
    rate = cart.rate_of(item, order["cart"]["tables"])
    total = cart.in_minor_units(cart.net_of(item) * (1 + rate), cart.digits_of(order["currency"]))
    quantity = f"{Decimal(item['quantity']).normalize():f}"
    return {
        "quantity": quantity,
        "name": item["name"] or "",
        "price": money(total, order["currency"], order["locale"]),
    }

"""The checkout that the shop's snippet frames: its lines, what shall happen, and the confirmation afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.errors import ApiError, Misused
from mock_server.core.store import Record
from mock_server.ledger import markets
from mock_server.providers.klarna.actions import checkout_shopper as shopper
from mock_server.providers.klarna.state import checkout
from mock_server.web.operations import Call, Reply
from mock_server.web.pages import money, page

# outcomes as the buttons call them; what is decided elsewhere comes first
_LABELS: Mapping[str, str] = {
    "": "Place the order",
    "pending": "Place it, but let Klarna decide later",
    "rejected": "Be declined",
    "cancelled": "Go back to the shop",
}


def show(call: Call) -> Reply:
    """The page in the frame. After completion it is the confirmation."""
    order = _open(call)
    if isinstance(order, Reply):
        return order
    purchase = checkout.purchase_of(order)
    return page(
        "pay.html",
        language="en",
        title="Klarna Checkout",
        amount=_money(purchase["order_amount"], purchase),
        description=_shopper_of(purchase),
        reference=purchase.get("merchant_reference1", ""),
        lines=[_line(line, purchase) for line in purchase["order_lines"]],
        methods=(),
        outcomes=_LABELS.items(),
        action=checkout.page_url(order, call.world.name),
        target="_top",
    )


def _open(call: Call) -> Record | Reply:
    """The order that can still be placed, or the page that stands in for it."""
    try:
        order = checkout.find(call.world, call.path_args["order_id"])
    except ApiError as error:
        return _gone(call, error)
    return order if order["status"] == checkout.INCOMPLETE else _over(order)


def act(call: Call) -> Reply:
    """What the shopper chose; the form left the frame, so the whole window goes on to the shop."""
    order = _open(call)
    if isinstance(order, Reply):
        return order
    back = checkout.url_of(order, "checkout")
    try:
        done = shopper.complete(call.world, order, call.decision)
    except Misused as misused:
        _note(call, misused)
        return page("message.html", status=400, language="en", title="Not possible", text=str(misused), back=back)
    except ApiError as error:  # another window was faster, or time was
        _note(call, error)
        return show(call)
    if done.message:
        call.world.notes.append(f"order {order['order_id']} was not placed, {done.result}: {done.message}")
        return page("message.html", language="en", title="The order was not placed", text=done.message, back=back)
    return Reply(None, 303, {"Location": done.url, "Cache-Control": "no-store"}) if done.url else show(call)


def _note(call: Call, error: ApiError) -> None:
    """A page is an answer like any other to the journal; this is what it shall say besides."""
    call.world.notes.append(str(error.__cause__ or error))


def _gone(call: Call, why: ApiError) -> Reply:
    """404; the journal says why."""
    _note(call, why)
    text = "No open checkout has this address; it may have expired."
    return page("message.html", status=404, language="en", title="Unknown checkout", text=text, back="")


def _over(order: Record) -> Reply:
    if order["status"] == checkout.ABORTED:
        text, back = "The shop has ended this checkout. Nothing was paid.", checkout.url_of(order, "checkout")
        return page("message.html", language="en", title="Checkout ended", text=text, back=back)
    purchase = checkout.purchase_of(order)
    amount, email = _money(purchase["order_amount"], purchase), purchase["billing_address"].get("email", "")
    text = f"Your order over {amount} is placed. A confirmation goes to {email}."
    return page("message.html", language="en", title="Thank you", text=text, back="")


def _shopper_of(purchase: Mapping[str, Any]) -> str:
    """Whose address is filled in already."""
    address = purchase.get("billing_address", {})
    names = ("given_name", "family_name", "street_address", "postal_code", "city", "email")
    return ", ".join(address[name] for name in names if address.get(name)) or "A made-up shopper fills in the address."


def _line(line: Mapping[str, Any], purchase: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "quantity": line["quantity"], "name": line["name"], "price": _money(line["total_amount"], purchase),
    }  # fmt: skip


def _money(amount: int, purchase: Mapping[str, Any]) -> str:
    locale = f"{markets.language_of(purchase)}_{markets.country_of(purchase)}"
    return money(amount, purchase["purchase_currency"].upper(), locale)

"""What a browser sees: where shoppers pay, the form that takes them back, an order's status, and an app's request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from zlib import crc32

from mock_server.core.errors import Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import payments, tokens
from mock_server.providers.next_commerce.errors import Impossible, NotFound, OAuthError
from mock_server.providers.next_commerce.state import orders
from mock_server.providers.next_commerce.state.methods import KLARNA, METHODS
from mock_server.providers.next_commerce.state.views import signature
from mock_server.web import consent
from mock_server.web.operations import Call, Reply
from mock_server.web.pages import PAY_LABELS, money, page, submitting_page

_LABELS: Mapping[str, str] = {**PAY_LABELS, "abandoned": "Pay, then close the window"}


def show(call: Call) -> Reply:
    """The page of a payment; one that was decided sends the browser back once more, with the same result."""
    payment = _payment(call)
    if payment is None:
        return _gone()
    if payment["status"] != "open":
        return _back(call.world, payment)
    return _pay_page(call.world, payment)


def act(call: Call, decision: Decision) -> Reply:
    """What the shopper chose; then the browser goes back to the shop."""
    payment = _payment(call)
    if payment is None:
        return _gone()
    try:
        payment = payments.complete(call.world, payment, decision)
    except Misused as misused:
        back = payments.complete_url(call.world, payment)
        return page("message.html", status=400, language="en", title="Not possible", text=str(misused), back=back)
    except (Impossible, NotFound):  # another window was faster, or the world was reset
        payment = _payment(call)
    return _back(call.world, payment) if payment else _gone()


def _payment(call: Call) -> Record | None:
    return payments.find(call.world, call.path_args["payment_id"])


def _gone() -> Reply:
    text = "No payment has this address."
    return page("message.html", status=404, language="en", title="Unknown payment", text=text, back="")


def _back(world: World, payment: Record) -> Reply:
    if payment["status"] == "closing":  # another window was a moment faster
        text = "One moment, the payment is being made."
        waiting = page("message.html", language="en", title="One moment", text=text, back="")
        return replace(waiting, headers={**waiting.headers, "Refresh": "1"})
    if not payment["returns"]:
        text = "This payment is made; its shopper closed the window and never came back to the shop."
        return page("message.html", language="en", title="Window closed", text=text, back="")
    told = payments.return_of(world, payment)
    if told["method"] == "GET":
        return Reply(None, 303, {"Location": told["url"], "Cache-Control": "no-store"})
    return submitting_page(told["url"], told["fields"], title="Back to the shop")


def _pay_page(world: World, payment: Record) -> Reply:
    draft, method = payment["draft"], METHODS[payment["method"]]
    language = draft["payment"]["language"] or draft["user"].get("language") or "en"
    sold = [(str(line["quantity"]), line["title"], orders.price_of(line)) for line in draft["lines"]]
    if draft["shipping"]["price"]:
        sold.append(("1", draft["shipping"]["name"], draft["shipping"]["price"]))
    lines = [
        {"quantity": quantity, "name": name, "price": money(price, draft["currency"], language)}
        for quantity, name, price in sold
    ]
    return page(
        "pay.html",
        language=language,
        title=f"Pay with {method.label}",
        amount=money(orders.total(draft), draft["currency"], language),
        description=f"An order at {world.settings.next_commerce_store}",
        reference=draft["user"].get("email") or "",
        lines=lines,
        methods=[(payment["method"], method.label)],
        outcomes=[(name, label) for name, label in _LABELS.items() if name != "pending" or payment["method"] == KLARNA],
        action=payments.complete_url(world, payment),
    )


def show_status(call: Call) -> Reply:
    """The page that order_status_url leads to."""
    number, _, signed = call.path_args["signed"].partition(":")
    order = orders.find(call.world, call.path_args["number"])
    if order is None or number != order["number"] or signed != signature(call.world, number):
        return page("message.html", status=404, language="en", title="Page not found", text="", back="")
    text = f"{orders.payment_status(order)}, {order['fulfillment_status']}"
    return page("message.html", language="en", title=f"Order {order['number']}: {order['status']}", text=text, back="")


_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="600" viewBox="0 0 600 600">'
    '<rect width="600" height="600" fill="{color}"/>'
    '<text x="300" y="300" font-family="sans-serif" font-size="200" fill="#fff" text-anchor="middle"'
    ' dominant-baseline="central">{initials}</text></svg>'
)


def draw_product(name: str) -> Reply:
    """The picture of a product that has none: initials of its slug, in a colour that is its own."""
    slug = name.rpartition(".")[0] or name
    initials = "".join(word[0] for word in slug.split("-")[:2] if word).upper()
    color = f"hsl({crc32(slug.encode()) % 360} 40% 45%)"
    picture = _PICTURE.format(color=color, initials=escape(initials))
    return Reply(picture.encode(), headers={"Cache-Control": "max-age=86400"}, content_type="image/svg+xml")


_AUTHORIZE = "/oauth2/authorize/"


def ask_consent(call: Call) -> Reply:
    """The page with its two buttons; a client that names a world is sent to that world's page first."""
    if (reply := consent.elsewhere(call, _AUTHORIZE)) is not None:
        return reply
    try:
        scopes = tokens.check_authorization(call.world, call.query)
    except OAuthError as error:
        return consent.not_asked(error)
    organization = tokens.network_domain(call.world)
    return consent.asking_page(call, _AUTHORIZE, organization=organization, scope=" ".join(scopes))


def take_consent(call: Call) -> Reply:
    """Back to the app with the store and a code, or with the news that there is none."""
    try:
        tokens.check_authorization(call.world, call.query)
        granted = consent.is_granted(call)
        told = {"code": tokens.grant_code(call.world, call.query)} if granted else {"error": "access_denied"}
    except OAuthError as error:
        return consent.not_asked(error)
    return consent.back(call, {"store": tokens.network_domain(call.world), **told})

"""What campaign pages ask for: sums, carts, orders, upsells. Their orders are the store's, asked for in packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import (
    carts,
    charging,
    collecting,
    drafts,
    packages,
    payments,
    placing,
    users,
)
from mock_server.providers.next_commerce.actions import orders as admin
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas.fields import REQUIRED
from mock_server.providers.next_commerce.state import campaigns, orders, places, records
from mock_server.providers.next_commerce.state.campaign_orders import cart_view, order_view, summary_view
from mock_server.providers.next_commerce.state.campaign_views import campaign_view
from mock_server.providers.next_commerce.state.campaigns import CAMPAIGN_ORDERS, Line
from mock_server.providers.next_commerce.state.carts import KIND as CARTS
from mock_server.providers.next_commerce.state.customers import KIND as USERS
from mock_server.providers.next_commerce.state.methods import METHODS
from mock_server.providers.next_commerce.state.seeds import CURRENCIES

SOURCE = "checkout"  # of orders that campaigns bring
# what this server adds to URLs that pages come back to
_OWN_PARAMETERS = ("payment_failed", "payment_method", "ref_id")
_NO_REFERER = "the page that asks would stand in, but there is no header Referer"


def read_campaign(world: World, base_url: str, currency: str) -> dict[str, Any]:
    """The campaign in this currency, or in its own when it has no prices in this one.

    Source: campaigns v1, campaignRetrieve; the vendor's campaign-cart, which expects so (read 2026-11-21).
    """
    asked = currency.strip().upper()
    return campaign_view(world, base_url, asked if asked in CURRENCIES else campaigns.CURRENCY)


def calculate_cart(world: World, wanted: Mapping[str, Any], *, is_upsell: bool) -> dict[str, Any]:
    """What these packages come to; nothing is kept. Upsells have no automatic offers. Raises InvalidFields.

    Source: developers.nextcommerce.com, campaigns api, calculate cart (read 2026-11-21).
    """
    currency = _currency(wanted)
    lines = packages.lines_of(world, wanted["lines"], wanted.get("vouchers") or (), currency, is_upsell=is_upsell)
    shipping = _shipping(world, wanted["shipping_method"]) if wanted.get("shipping_method") is not None else None
    return summary_view(lines, shipping, currency)


def create_cart(world: World, wanted: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """A cart of the store, of a customer who is found or made: a lead. Sends customer.created for a new one.

    Raises InvalidFields.
    Source: developers.nextcommerce.com, campaigns api, create cart (read 2026-11-21).
    """
    currency, codes = _currency(wanted), wanted.get("vouchers") or ()
    lines = packages.lines_of(world, wanted["lines"], codes, currency)
    cart = carts.create(world, {**_as_of_the_store(wanted, lines), "currency": currency}, base_url)
    known = [offer.code for offer, _ in campaigns.saved(lines) if offer.code]
    cart = records.change(
        world, CARTS, cart["id"], lambda found: {**packages.with_offers(found, lines), "vouchers": known}
    )
    user = records.find(world, USERS, cart["user_id"]) if wanted.get("address") else None
    if user is not None:
        users.keep_address(world, user, wanted["address"])
    return cart_view(world, cart)


def _as_of_the_store(wanted: Mapping[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    return {
        "user": wanted.get("user"),
        "lines": [packages.asked_of_the_store(each, each.price, is_upsell=each.asked["is_upsell"]) for each in lines],
        "attribution": {name: value for name, value in (wanted.get("attribution") or {}).items() if value is not None},
    }


def _currency(wanted: Mapping[str, Any]) -> str:
    """Raises InvalidFields."""
    currency = wanted.get("currency") or campaigns.CURRENCY
    if currency not in CURRENCIES:
        why = f"currency is {currency}, expected one of {', '.join(CURRENCIES)}"
        raise InvalidFields.at("currency", f'"{currency}" is not a valid choice.', why)
    return str(currency)


def _shipping(world: World, ref_id: int) -> Record:
    """Raises InvalidFields."""
    method = campaigns.shipping_method(world, ref_id)
    if method is None:
        known = ", ".join(str(each["id"]) for each in records.oldest(world, "shipping_methods"))
        text = f'Invalid pk "{ref_id}" - object does not exist.'
        raise InvalidFields.at("shipping_method", text, f"shipping_method is {ref_id}, there are {known}")
    return method


def create_order(
    world: World, wanted: Mapping[str, Any], decision: Decision, *, base_url: str, merchant: str, referer: str
) -> dict[str, Any]:
    """An order, paid at once; or, with a redirect method, its draft and where to send the shopper, and no order yet.

    Both have a ref_id. Sends what the Admin API sends; a declined card leaves no order, but transaction.created.
    Raises InvalidFields, PaymentDeclined.
    Source: developers.nextcommerce.com, campaigns api, create order (read 2026-11-21).
    """
    failed_url = _failed_url(wanted, referer)
    draft = _draft(world, wanted, base_url)
    drafts.check_duplicate(world, draft)
    method = draft["payment"]["method"]
    if decision.outcome == "declined":
        raise charging.declined(world, draft, orders.total(draft), decision)
    ref_id = world.ids.token("next_commerce.ref_id", 32, "0123456789abcdef")
    if METHODS[method].is_redirect or decision.outcome == admin.REDIRECTED:
        campaign = {"ref_id": ref_id, "success_url": wanted["success_url"], "failed_url": failed_url}
        return _send_away(world, draft, merchant, campaign)
    order = placing.numbered(world, draft)
    transactions, changes = charging.first_charge(world, order)
    order = placing.keep(world, order, transactions, **changes)
    _remember(world, ref_id, number=order["number"])
    return order_view(world, order, ref_id)


def _send_away(world: World, draft: Record, merchant: str, campaign: Mapping[str, str]) -> dict[str, Any]:
    """The shopper is to pay elsewhere; lines have their ids already, pages compare them with what they see later."""
    draft = {**draft, "lines": [placing.with_id(world, line) for line in draft["lines"]]}
    payment = payments.start(world, draft, campaign["success_url"], merchant=merchant, campaign=campaign)
    _remember(world, campaign["ref_id"], payment_id=payment["id"])
    return order_view(world, draft, campaign["ref_id"], pay_at=payments.complete_url(world, payment))


def _remember(world: World, ref_id: str, *, number: str | None = None, payment_id: str | None = None) -> None:
    records.put(world, CAMPAIGN_ORDERS, ref_id, {"ref_id": ref_id, "number": number, "payment_id": payment_id})


def _draft(world: World, wanted: Mapping[str, Any], base_url: str) -> Record:
    """The draft of the Admin API's order that this request means. Raises InvalidFields, PaymentDeclined."""
    currency, shipping = _currency(wanted), _shipping(world, wanted["shipping_method"])
    lines = packages.lines_of(world, wanted["lines"], wanted.get("vouchers") or (), currency)
    detail = wanted["payment_detail"]
    asked = {
        **_as_of_the_store(wanted, lines),
        **{name: wanted.get(name) for name in _ADDRESSES},
        "currency": currency,
        "shipping_code": shipping["code"],
        "shipping_price": shipping["prices"][currency],
        "payment_method": detail["payment_method"],
        "payment_details": {**detail, "payment_return_url": wanted["success_url"]},
    }
    try:
        draft = drafts.draft_of(world, asked, base_url=base_url, source=SOURCE)
    except InvalidFields as refused:
        raise packages.in_own_words(refused) from refused
    return packages.with_offers(draft, lines)


_ADDRESSES = (
    "shipping_address", "billing_address", "billing_same_as_shipping_address", "use_default_shipping_address",
    "use_default_billing_address",
)  # fmt: skip


def _failed_url(wanted: Mapping[str, Any], referer: str) -> str:
    """Where the browser goes when nothing was paid: as asked, else the page that asks. Raises InvalidFields.

    Source: developers.nextcommerce.com, campaigns api, create order (read 2026-11-21).
    """
    if wanted.get("payment_failed_url"):
        return str(wanted["payment_failed_url"])
    try:
        parts = urlsplit(referer)
        is_page = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_page = False
    if not is_page:
        why = f"the page that asks would stand in, but the header Referer is {referer!r}" if referer else _NO_REFERER
        raise InvalidFields.at("payment_failed_url", REQUIRED, why)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in _OWN_PARAMETERS]
    query += [("payment_failed", "true"), ("payment_method", wanted["payment_detail"]["payment_method"])]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def find_order(world: World, ref_id: str) -> Record:
    """What is kept of a ref_id; raises NotFound."""
    found = records.find(world, CAMPAIGN_ORDERS, ref_id)
    if found is None:
        raise errors.NotFound.of("Order", f"no order of a campaign in world {world.name} has the ref_id {ref_id}")
    return found


def order_behind(world: World, ref_id: str) -> Record | None:
    """The store's order of this ref_id; none before it is paid."""
    payment = payments.find(world, ref_id)
    known = records.find(world, CAMPAIGN_ORDERS, ref_id) or {"number": None}
    number = payment["number"] if payment else known["number"]
    return orders.find(world, number) if number else None


def read_order(world: World, ref_id: str) -> dict[str, Any]:
    """The order; its draft as long as it is unpaid, with payment_complete_url, also after a decline. Raises NotFound.

    Pages take an order without that URL for a paid one.
    Source: developers.nextcommerce.com, campaigns api, order confirmation; the vendor's campaign-cart, purchase
    tracking (read 2026-11-21).
    """
    order = order_behind(world, ref_id)
    if order is not None:
        return order_view(world, order, ref_id)
    payment = payments.find(world, ref_id)
    if payment is None:
        raise errors.NotFound.of("Order", f"the order of ref_id {ref_id} is gone")
    return order_view(world, payment["draft"], ref_id, pay_at=payments.complete_url(world, payment))


def add_upsell(world: World, ref_id: str, wanted: Mapping[str, Any], decision: Decision) -> dict[str, Any]:
    """Sell more after the purchase: the order's own method is charged again, without the shopper.

    Codes lower the price of what is added; automatic offers do not. Sends what the Admin API's add-line-items sends.
    Raises InvalidFields when the order is not paid or its method cannot be charged again, PaymentDeclined.
    Source: developers.nextcommerce.com, campaigns api, adding upsells (read 2026-11-21).
    """
    order = order_behind(world, ref_id)
    if order is None:
        raise InvalidFields.at("non_field_errors", "This order is not paid yet.", "its shopper has not paid")
    codes = wanted.get("vouchers") or ()
    lines = packages.lines_of(world, wanted["lines"], codes, order["currency"], is_upsell=True)
    try:
        after = collecting.add_line_items(world, order, _more(lines, wanted), decision)
    except InvalidFields as refused:
        raise packages.in_own_words(refused) from refused
    return order_view(world, after, ref_id)


def _more(lines: Sequence[Line], wanted: Mapping[str, Any]) -> dict[str, Any]:
    added = [packages.asked_of_the_store(line, line.reduced, is_upsell=True) for line in lines]
    return {"lines": added, "payment_details": wanted.get("payment_detail") or {}}


def autocomplete_address(query: Mapping[str, str]) -> dict[str, Any]:
    """Addresses for what was typed, none of them real; of the United States unless told. Raises InvalidFields.

    Source: campaigns v1, addressAutocomplete (read 2026-11-21).
    """
    if not query.get("query_text", "").strip():
        raise InvalidFields.at("query_text", REQUIRED)
    country = query.get("country", "").strip().upper() or "US"
    return {"results": places.suggestions(query["query_text"], country)}

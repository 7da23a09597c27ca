"""Sums, carts and orders as the Campaigns API shows them.

Names: schemas of campaigns v1; key order: types of the vendor's campaign-cart (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import campaigns, orders
from mock_server.providers.next_commerce.state.campaigns import Line, Offer
from mock_server.providers.next_commerce.state.carts import checkout_url
from mock_server.providers.next_commerce.state.customers import INLINE
from mock_server.providers.next_commerce.state.money import money
from mock_server.providers.next_commerce.state.methods import METHODS
from mock_server.providers.next_commerce.state.inline_views import ATTRIBUTION
from mock_server.providers.next_commerce.state.line_views import product_of_line
from mock_server.providers.next_commerce.state.views import status_url

_ADDRESS = (
    "first_name", "last_name", "line1", "line2", "line3", "line4", "state", "postcode", "country", "phone_number",
    "notes",
)  # fmt: skip
_ALWAYS_TOLD = {"first_name": "", "last_name": "", "language": campaigns.LANGUAGE}  # of a customer


def _discount(offer: Offer, amount: int) -> dict[str, Any]:
    return {
        "offer_id": offer.ref_id, "name": offer.name, "description": offer.description, "amount": money(amount),
    }  # fmt: skip


def summary_view(lines: Sequence[Line], shipping: Record | None, currency: str) -> dict[str, Any]:
    """What a cart comes to; a shipping method is told of and counts when one was chosen."""
    before = sum(line.price * line.units for line in lines)
    after = sum(line.reduced * line.units for line in lines)
    saved = campaigns.saved(lines)
    return {
        "lines": [_summary_line(line) for line in lines],
        **({"shipping_method": _summary_shipping(shipping, currency)} if shipping else {}),
        "offer_discounts": [_discount(offer, amount) for offer, amount in saved if not offer.code],
        "voucher_discounts": [_discount(offer, amount) for offer, amount in saved if offer.code],
        "subtotal": money(before),
        "total_discount": money(before - after),
        "total": money(after + (shipping["prices"][currency] if shipping else 0)),
        "currency": currency,
    }


def _summary_line(line: Line) -> dict[str, Any]:
    in_package = line.package.units
    return {
        "package_id": line.package.ref_id,
        "quantity": line.quantity,
        "original_unit_price": money(line.price),
        "original_package_price": money(line.price * in_package),
        "unit_price": money(line.reduced),
        "package_price": money(line.reduced * in_package),
        "subtotal": money(line.price * line.units),
        "total_discount": money((line.price - line.reduced) * line.units),
        "total": money(line.reduced * line.units),
        "discounts": [_discount(offer, cut * line.units) for offer, cut in line.cuts],
    }


def _summary_shipping(method: Record, currency: str) -> dict[str, Any]:
    price = money(method["prices"][currency])
    return {
        "id": method["id"], "name": method["name"], "code": method["code"], "original_price": price, "price": price,
        "discounts": [],
    }  # fmt: skip


def cart_view(world: World, cart: Record) -> dict[str, Any]:
    """A cart of the store."""
    total, before = orders.subtotal(cart), sum(line["price"] * line["quantity"] for line in cart["lines"])
    return {
        "checkout_url": checkout_url(world, cart),
        "currency": cart["currency"],
        "lines": [line_view(cart, line) for line in cart["lines"]],
        "total_excl_tax": money(total),
        "total_incl_tax": money(total),
        "total_excl_tax_excl_discounts": money(before),
        "total_incl_tax_excl_discounts": money(before),
        "total_discounts": money(before - total),
        "discounts": [
            {name: each[name] for name in ("name", "description", "amount")} for each in _discounts(world, cart)
        ],
        "user": user_view(cart["user"] or {}),
        "attribution": attribution_view(cart["attribution"]),
    }


def order_view(world: World, order: Record, ref_id: str, *, pay_at: str = "") -> dict[str, Any]:
    """An order; or the draft of one that is not paid yet, which has no number, and ``pay_at`` while it can be paid."""
    is_placed = "number" in order
    total, shipping = money(orders.total(order)), money(orders.shipping_left(order))
    return {
        "ref_id": ref_id,
        **({"number": order["number"]} if is_placed else {}),
        "currency": order["currency"],
        "lines": [line_view(order, line) for line in order["lines"]],
        "total_excl_tax": total,
        "total_incl_tax": total,
        "total_tax": "0.00",
        "total_discounts": money(orders.discount(order)),
        "shipping_excl_tax": shipping,
        "shipping_incl_tax": shipping,
        "shipping_tax": "0.00",
        "shipping_method": order["shipping"]["name"],
        "shipping_code": order["shipping"]["code"],
        "display_taxes": "",
        "discounts": _discounts(world, order),
        "user": user_view(order["user"]),
        "shipping_address": _address(order["shipping_address"]),
        "billing_address": _address(order["billing_address"] or order["shipping_address"]),
        "attribution": attribution_view(order["attribution"]),
        "payment_method": order["payment"]["method"],
        **({"order_status_url": status_url(world, order)} if is_placed else {}),
        **({"payment_complete_url": pay_at} if pay_at else {}),
        "supports_post_purchase_upsells": _supports_upsells(order),
        "is_test": order["is_test"],
        "statement_descriptor": order["payment"]["descriptor"],
    }


def line_view(order: Record, line: Record) -> dict[str, Any]:
    """A line, of an order or a cart; its prices are those of all its items."""
    price, before = money(orders.price_of(line)), money(line["price"] * orders.left_of(line))
    product = product_of_line(order, line)
    return {
        "id": line["id"],
        "image": product["product_image"],
        "is_upsell": line["is_upsell"],
        "price_excl_tax": price,
        "price_excl_tax_excl_discounts": before,
        "price_incl_tax": price,
        "price_incl_tax_excl_discounts": before,
        "product_id": line["product_id"],
        "product_sku": line["sku"],
        "product_title": line["title"],
        "variant_id": line["variant_id"],
        "quantity": orders.left_of(line),
        "properties": [{"key": key, "value": value} for key, value in line["properties"].items()],
    }


def _discounts(world: World, order: Record) -> list[dict[str, Any]]:
    """Of offers and of coupons alike."""
    codes = {offer.code: offer.ref_id for offer in campaigns.offers(world)}
    own = [(each["offer_id"], each) for each in order.get("offers", ())]
    coupons = [(codes.get(each["voucher"]["code"]), each) for each in order["discounts"]]
    return [
        {"offer_id": id_, "name": each["name"], "description": each["description"], "amount": money(each["amount"])}
        for id_, each in (*own, *coupons)
    ]


def user_view(user: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: user.get(name) for name in INLINE if name != "id"}
    return told | {name: told[name] or default for name, default in _ALWAYS_TOLD.items()}


def attribution_view(attribution: Mapping[str, Any]) -> dict[str, Any]:
    return {name: attribution.get(name, {} if name == "metadata" else None) for name in ATTRIBUTION}


def _address(address: Mapping[str, Any] | None) -> dict[str, str]:
    """Always an object: pages read its members; blank without one."""
    return {name: (address or {}).get(name) or "" for name in _ADDRESS}


def _supports_upsells(order: Record) -> bool:
    """Of a draft, whether it will once it is paid."""
    method = METHODS.get(order["payment"]["method"])
    return not orders.why_no_upsell(order) if "number" in order else method is not None and method.upsells

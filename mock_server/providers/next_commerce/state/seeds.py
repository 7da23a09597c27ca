"""What a world's store has from the start: products, shipping methods, gateways, locations, coupons, a customer."""

from __future__ import annotations

from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import customers, records

CURRENCIES = {
    "USD": "$ USD", "EUR": "€ EUR", "GBP": "£ GBP", "SEK": "kr SEK", "NOK": "kr NOK", "DKK": "kr DKK", "CHF": "CHF",
    "CAD": "$ CAD", "AUD": "$ AUD", "NZD": "$ NZD", "PLN": "zł PLN", "CZK": "Kč CZK", "MXN": "$ MXN", "HUF": "Ft HUF",
    "RON": "lei RON", "JPY": "¥ JPY",
}  # fmt: skip
LANGUAGES = {
    "en": "English", "fr": "Français", "th": "ภาษาไทย", "de": "Deutsch", "sv": "Svenska", "no": "Norsk",
    "it": "Italiano", "es": "Español", "nl": "Nederlands", "pt": "Português", "da": "Dansk", "fi": "Suomi",
}  # fmt: skip
TEST_GATEWAY, DEFAULT_GATEWAY, AUTH_CAPTURE_GATEWAY, DEFAULT_GROUP = 2, 12, 14, 1
_RATES = {"SEK": 10, "NOK": 10, "DKK": 7, "PLN": 4, "CZK": 23, "MXN": 18, "HUF": 360, "RON": 5, "JPY": 150}

# id, title, its variants: id, which order lines name, title, sku, cents, cents of a subscription
_PRODUCTS: tuple[tuple[int, str, tuple[tuple[int, str, str, int, int | None], ...]], ...] = (
    (110, "Stoneware Teapot", ((1, "", "TEAPOT-1", 2999, None),)),
    (111, "Linen Tea Towel", ((2, "", "TOWEL-1", 1033, None),)),
    (112, "Tea of the Month", ((3, "", "TEA-MONTH", 1999, 1799),)),
    (113, "Enamel Mug", ((4, "Blue", "MUG-BL", 1499, None), (5, "Red", "MUG-RD", 1499, None))),
    (114, "Coffee Club", ((123, "", "COFFEE-CLUB", 1999, 1999),)),
    (115, "Gift Card", ((6, "", "GIFT-50", 5000, None),)),
)  # fmt: skip
_DIGITAL = ("GIFT-50",)
# id, code, name, cents
_SHIPPING = ((1, "default", "Default", 499), (2, "default-shipping", "Standard", 599), (3, "express", "Express", 1499))
# id, name, type, payment flow, whether it captures when the order ships
_GATEWAYS = (
    (TEST_GATEWAY, "Test", "test", "charge", False),
    (DEFAULT_GATEWAY, "NEXT Payments", "next_payments", "charge", False),
    (13, "Stripe", "stripe_payment_intents", "charge", False),
    (AUTH_CAPTURE_GATEWAY, "NEXT Payments (capture later)", "next_payments", "auth-capture", True),
)
# id, name, (gateway, weight)
_GROUPS = (
    (DEFAULT_GROUP, "Default", ((DEFAULT_GATEWAY, 100),)),
    (2, "Stripe first", ((13, 80), (DEFAULT_GATEWAY, 20))),
)
# id, name
_LOCATIONS = ((1, "Main Warehouse"), (2, "Second Warehouse"))
_COUPONS = (("WELCOME10", "Welcome", 10), ("HALF", "Half price", 50))  # code, name, percent
DONE = "furnished"


def furnish(world: World) -> None:
    """Put what a store has from the start into a world, once."""
    if records.find(world, DONE, "store") is not None:
        return
    now = to_text(world.clock.now())
    for product_id, title, variants in _PRODUCTS:
        records.put(world, "products", product_id, _product(product_id, title, variants, now))
        for variant in variants:
            records.put(world, "variants", variant[0], _variant(product_id, title, variant, now))
    for id_, code, name, cents in _SHIPPING:
        prices = {currency: cents * _RATES.get(currency, 1) for currency in CURRENCIES}
        records.put(world, "shipping_methods", id_, {"id": id_, "code": code, "name": name, "prices": prices})
    for id_, name, type_, flow, on_shipment in _GATEWAYS:
        record = {"id": id_, "name": name, "type": type_, "flow": flow, "captures_on_fulfillment": on_shipment}
        records.put(world, "gateways", id_, record)
    for id_, name, members in _GROUPS:
        record = {"id": id_, "name": name, "gateways": [list(member) for member in members]}
        records.put(world, "gateway_groups", id_, record)
    for id_, name in _LOCATIONS:
        records.put(world, "locations", id_, {"id": id_, "name": name, "callback_url": None, **_HERE})
    for code, name, percent in _COUPONS:
        records.put(world, "coupons", code, {"code": code, "name": name, "percent": percent, "from": now})
    _welcome(world)
    records.put(world, DONE, "store", {"at": now})


def _welcome(world: World) -> None:
    """One customer, who has not ordered yet; only one even when two requests come first."""
    address = {**_ADDRESS, "id": records.new_id(world, "addresses")}
    user = customers.with_address(customers.as_user(world, _CUSTOMER), address, {})
    records.put(world, customers.KIND, user["id"], user)
    if records.claim(world, customers.EMAILS, user["email"], {"id": user["id"]})["id"] != user["id"]:
        records.remove(world, customers.KIND, user["id"])


_CUSTOMER = {
    "email": "ada@example.com", "first_name": "Ada", "last_name": "Example", "phone_number": "+15035550110",
    "accepts_marketing": True,
}  # fmt: skip
_ADDRESS = {
    "first_name": "Ada", "last_name": "Example", "line1": "7 Mill Street", "line4": "Portland", "state": "OR",
    "postcode": "97204", "phone_number": "+15035550110", "country": "US",
}  # fmt: skip


_HERE: dict[str, Any] = {
    "accept_return": True,
    "address": {
        "line1": "1 Dock Road", "line2": "", "line3": "", "line4": "Portland", "state": "OR", "postcode": "97201",
        "country": "US", "phone_number": "+15035550100",
    },
}  # fmt: skip


def _product(product_id: int, title: str, variants: Any, now: str) -> dict[str, Any]:
    subscribes = any(variant[4] is not None for variant in variants)
    colors = {str(variant[0]): variant[1] for variant in variants if variant[1]}
    return {
        "id": product_id,
        "title": title,
        "slug": title.lower().replace(" ", "-"),
        "variant_ids": [variant[0] for variant in variants],
        "is_public": True,
        "subscribes": subscribes,
        "interval": "month" if subscribes else None,
        "interval_counts": [1] if subscribes else None,
        "attributes": [{"code": "color", "name": "Color", "values": list(colors.values())}] if colors else [],
        "values": {id_: {"color": color} for id_, color in colors.items()},
        "metadata": {},
        "created_at": now,
        "updated_at": now,
    }


def _variant(product_id: int, title: str, variant: Any, now: str) -> dict[str, Any]:
    id_, name, sku, cents, subscription = variant
    rates = {currency: _RATES.get(currency, 1) for currency in CURRENCIES}
    return {
        "id": id_,
        "product_id": product_id,
        "product_title": title,
        "slug": title.lower().replace(" ", "-"),
        "title": name,
        "sku": sku,
        "prices": {currency: cents * rate for currency, rate in rates.items()},
        "subscription_prices": {c: subscription * r for c, r in rates.items()} if subscription is not None else {},
        "unit_cost": cents // 4,
        "requires_shipping": sku not in _DIGITAL,
        "is_gift_card": sku in _DIGITAL,
        "is_available": True,
        "in_stock": 1000,
        "created_at": now,
        "updated_at": now,
    }

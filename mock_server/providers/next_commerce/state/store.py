"""What a store is and how it can be paid: shipping methods, gateways and their groups, the store itself, as shown.

Names: schemas ShippingMethod, PaymentGateway, GatewayGroup and Store of version 2024-04-01; values' forms: the sample
of a store in the storefront's event tracking guide (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.markets import MARKETS
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.methods import CARD, EXTERNAL, KLARNA, METHODS, SAVED_CARD
from mock_server.providers.next_commerce.state.money import money
from mock_server.providers.next_commerce.state.seeds import CURRENCIES, LANGUAGES

_CARDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover"}
_EXPRESS = ("apple_pay", "google_pay", "paypal", "link")
# payment methods -> the currencies they are for; others are for all of the store's
_ONLY_IN: Mapping[str, tuple[str, ...]] = {
    KLARNA: tuple(dict.fromkeys(market.currency for market in MARKETS.values())),
    "affirm": ("USD", "CAD"), "afterpay": ("USD", "CAD", "GBP", "AUD", "NZD"), "bancontact": ("EUR",),
    "giropay": ("EUR",), "ideal": ("EUR",), "sepa_debit": ("EUR",), "sofort": ("EUR", "CHF"), "swish": ("SEK",),
    "twint": ("CHF",),
}  # fmt: skip
_CARD_AS_SHOWN = "bankcard"


def shipping_method_view(method: Record) -> dict[str, Any]:
    """No country is named by one that goes everywhere."""
    return {
        "id": method["id"],
        "code": method["code"],
        "name": method["name"],
        "description": "",
        "delivery_time": "",
        "is_public": True,
        "countries": [],
        "prices": [
            {"currency": currency, "price_per_order": money(amount)} for currency, amount in method["prices"].items()
        ],
    }


def gateway_view(world: World, gateway: Record) -> dict[str, Any]:
    groups = [
        {"id": group["id"], "name": group["name"], "weight": weight}
        for group in records.oldest(world, "gateway_groups")
        for id_, weight in group["gateways"]
        if id_ == gateway["id"]
    ]
    return {
        "id": gateway["id"],
        "name": gateway["name"],
        "gateway_type": gateway["type"],
        "active": True,
        "currencies": _labelled(CURRENCIES),
        "card_types": _labelled(_CARDS),
        "gateway_groups": groups,
        "payment_flow": gateway["flow"],
        "delayed_capture_days": None,
        "auto_capture_on_fulfillment": gateway["captures_on_fulfillment"],
        "enable_3ds2": False,
        "optimized_3ds": False,
        "merchant_profile": None,
    }


def gateway_group_view(group: Record) -> dict[str, Any]:
    return {
        "id": group["id"],
        "name": group["name"],
        "available_currencies": _labelled(CURRENCIES),
        "card_types": _labelled(_CARDS),
        "available_payment_methods": available_methods(),
        "available_express_payment_methods": express_methods(),
    }


def available_methods() -> list[dict[str, Any]]:
    """What a shopper may pay with, each with its currencies; cards are called bankcard here."""
    labels = {_CARD_AS_SHOWN if code == CARD else code: method.label for code, method in METHODS.items()}
    labels[_CARD_AS_SHOWN] = "Bankcard"
    return [
        {"code": code, "label": label, "supported_currencies": list(_ONLY_IN.get(code, CURRENCIES))}
        for code, label in labels.items()
        if code not in (SAVED_CARD, EXTERNAL)
    ]


def express_methods() -> list[dict[str, str]]:
    """What a shopper may pay with before they say who they are."""
    return [{"code": code, "label": METHODS[code].label} for code in _EXPRESS]


def _labelled(labels: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "label": label} for code, label in labels.items()]


def store_view(world: World) -> dict[str, Any]:
    """The store of this world; its keys follow from the world's seed."""
    slug = world.settings.next_commerce_store
    return {
        "name": slug.replace("-", " ").title(),
        "tagline": "",
        "timezone": world.settings.next_commerce_timezone,
        "contact_address": {
            "company_name": slug.replace("-", " ").title(),
            "line1": "1 Dock Road",
            "line2": "",
            "postcode": "97201",
            "city": "Portland",
            "state": "OR",
            "country": "United States",
            "phone_number": "+15035550100",
        },
        "primary_domain": f"{slug}.29next.store",
        "tax_id": "",
        "available_languages": _labelled(LANGUAGES),
        "available_currencies": _labelled(CURRENCIES),
        "payments": {
            "environment_key": _key(world, "environment_key"),
            "certificate_token": _key(world, "certificate_token"),
            "available_payment_methods": available_methods(),
            "available_express_payment_methods": express_methods(),
        },
    }


def _key(world: World, name: str) -> str:
    """27 letters and digits, the same whenever they are asked for."""
    chance = world.ids.tied_to(f"next_commerce.{name}", world.settings.next_commerce_store)
    return "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=27))

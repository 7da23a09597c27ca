"""What stands inside orders, carts, subscriptions and transactions: customers, addresses, attribution, coupons.

Source: schema 2024-04-01; the storefront's event tracking guide (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state.customers import INLINE
from mock_server.providers.next_commerce.state.money import moment, money

ATTRIBUTION = (
    "funnel", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "metadata", "affiliate",
    "subaffiliate1", "subaffiliate2", "subaffiliate3", "subaffiliate4", "subaffiliate5",
)  # fmt: skip
_ADDRESS = ("first_name", "last_name", "line1", "line2", "line3", "line4", "postcode", "phone_number")


def inline_user(user: Mapping[str, Any]) -> dict[str, Any]:
    """A customer inside an order, a cart, a subscription or a transaction."""
    return {name: user.get(name) for name in INLINE}


def address_view(address: Mapping[str, Any] | None, *, notes: bool = False) -> dict[str, Any] | None:
    if address is None:
        return None
    told = {"id": address["id"], **{name: address.get(name) or "" for name in _ADDRESS}}
    if notes:
        told["notes"] = address.get("notes") or ""
    return told | {"state": address.get("state") or "", "country": address["country"]}


def attribution_view(attribution: Mapping[str, Any]) -> dict[str, Any]:
    agent = attribution.get("agent")
    told = {"agent": {"id": agent, "email": None, "first_name": "", "last_name": ""} if agent else None}
    return told | {name: attribution.get(name, {} if name == "metadata" else None) for name in ATTRIBUTION}


def offer_view(discount: Record) -> dict[str, Any]:
    return {name: discount[name] for name in ("name", "description")} | {"amount": money(discount["amount"])}


def voucher_view(world: World, discount: Record) -> dict[str, Any]:
    voucher = discount["voucher"]
    dates = {"start_datetime": moment(world, voucher["from"]), "end_datetime": moment(world, voucher["to"])}
    return {
        "name": discount["name"],
        "description": discount["description"],
        "amount": money(discount["amount"]),
        "voucher": {"name": voucher["name"], "code": voucher["code"], **dates},
    }

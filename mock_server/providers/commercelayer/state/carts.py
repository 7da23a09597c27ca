"""What an order comes to: the sums of its lines, and the same as a purchase in Klarna's words.

No taxes, discounts or gift cards are computed: orders have no tax calculator, as most test organizations have none.
Amounts are minor units.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.markets import MARKETS
from mock_server.providers.commercelayer.state import records

MOST_AMOUNT = 200_000_000  # Klarna's limit of an order's sum
_TAXED = ("subtotal", "shipping", "payment_method", "adjustment")
_OF_ITEMS = {"skus": "subtotal", "shipments": "shipping", "payment_methods": "payment_method"}  # item_type -> its sum
_LINE_TYPES = {"skus": "physical", "shipments": "shipping_fee", "payment_methods": "surcharge"}  # for Klarna
NOTHING = {
    **{f"{name}_amount_cents": 0 for name in (*_TAXED, "discount", "gift_card", "total_tax", "total", "fees")},
    **{f"{name}_tax_amount_cents": 0 for name in _TAXED},
    **{f"{name}_taxable_amount_cents": 0 for name in (*_TAXED, "total")},
    "total_amount_with_taxes_cents": 0,
    "place_total_amount_cents": 0,
    "duty_amount_cents": None,
}


def lines_of(world: World, order: Record) -> list[Record]:
    return records.belonging(world, order, "line_items")


def price_of(world: World, order: Record, code: str | None) -> Record | None:
    """Of a SKU in the price list of the order's market."""
    market = records.follow(world, order["relations"].get("market"))
    prices = market["relations"].get("price_list") if market else None
    found = (each for each in records.every(world, "prices") if each["relations"].get("price_list") == prices)
    return next((each for each in found if each["attributes"]["sku_code"] == code), None)


def sums_of(lines: Iterable[Record]) -> dict[str, Any]:
    """The amounts of an order with these lines, and how many items it has."""
    sums: dict[str, Any] = {**NOTHING, "skus_count": 0}
    for line in lines:
        attributes = line["attributes"]
        name = _OF_ITEMS[attributes["item_type"]]
        for part in (f"{name}_amount", f"{name}_taxable_amount", "total_amount", "total_taxable_amount"):
            sums[f"{part}_cents"] += attributes["total_amount_cents"]
        sums["skus_count"] += attributes["quantity"] if name == "subtotal" else 0
    total = sums["total_amount_cents"]
    return {**sums, "total_amount_with_taxes_cents": total, "place_total_amount_cents": total}


def shipped_of(world: World, lines: Iterable[Record]) -> list[Record]:
    """The lines whose SKUs are sent to somebody."""

    def is_shipped(line: Record) -> bool:
        sku = records.follow(world, line["relations"].get("item"))
        return line["attributes"]["item_type"] == "skus" and not (sku and sku["attributes"].get("do_not_ship"))

    return [line for line in lines if is_shipped(line)]


def klarnas_country_of(world: World, order: Record) -> str:
    """The country that Klarna is asked for: of the billing address, else of the shipping address, else the order's."""
    found = country_of(world, order, "billing_address", "shipping_address")
    return found or str(order["attributes"].get("country_code") or "").upper()


def country_of(world: World, order: Record, *names: str) -> str:
    """The country of the first of these addresses that is there; empty when none is."""
    for name in names:
        address = records.follow(world, order["relations"].get(name))
        if address is not None:
            return str(address["attributes"]["country_code"] or "").upper()
    return ""


def why_not_klarnas(world: World, order: Record) -> str:
    """Why Klarna opens no session for an order; empty when it does."""
    country, currency = klarnas_country_of(world, order), order["attributes"]["currency_code"]
    if order["attributes"]["total_amount_cents"] <= 0:
        return f"the order comes to {order['attributes']['total_amount_cents']}, Klarna wants an amount above 0"
    if order["attributes"]["total_amount_cents"] > MOST_AMOUNT:
        return f"the order comes to {order['attributes']['total_amount_cents']}, Klarna takes at most {MOST_AMOUNT}"
    if not country:
        return "Klarna wants a country, the order has neither a billing nor a shipping address"
    if country not in MARKETS:
        return f"Klarna does not sell in {country}"
    if MARKETS[country].currency != currency:
        return f"Klarna's currency in {country} is {MARKETS[country].currency}, the order's is {currency}"
    return ""


def purchase_of(world: World, order: Record) -> dict[str, Any]:
    """The order as Klarna's session has it."""
    attributes, country = order["attributes"], klarnas_country_of(world, order)
    purchase = {
        "purchase_country": country,
        "purchase_currency": attributes["currency_code"],
        "locale": f"{_language(attributes.get('language_code'))}-{country}",
        "order_amount": attributes["total_amount_cents"],
        "order_tax_amount": attributes["total_tax_amount_cents"],
        "order_lines": [_line(line["attributes"]) for line in lines_of(world, order)],
        "merchant_reference1": attributes["number"],
        "merchant_reference2": order["id"],
    }
    for name in ("billing_address", "shipping_address"):
        address = records.follow(world, order["relations"].get(name))
        if address is not None:
            purchase[name] = _address(address["attributes"], attributes.get("customer_email"))
    return purchase


def _language(code: str | None) -> str:
    return code.lower() if code and re.fullmatch(r"[A-Za-z]{2}", code) else "en"


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "type": _LINE_TYPES[line["item_type"]],
        "reference": line.get("sku_code"),
        "name": line.get("name") or line.get("sku_code") or line["item_type"],
        "quantity": line["quantity"],
        "unit_price": line["unit_amount_cents"],
        "tax_rate": 0,
        "total_amount": line["total_amount_cents"],
        "total_tax_amount": 0,
        "image_url": line.get("image_url"),
    }
    return {name: value for name, value in told.items() if value is not None}


def _address(address: Mapping[str, Any], email: str | None) -> dict[str, Any]:
    told = {
        "given_name": address.get("first_name"),
        "family_name": address.get("last_name"),
        "organization_name": address.get("company"),
        "email": address.get("email") or email,
        "street_address": address.get("line_1"),
        "street_address2": address.get("line_2"),
        "postal_code": address.get("zip_code"),
        "city": address.get("city"),
        "region": address.get("state_code"),
        "phone": address.get("phone"),
        "country": str(address.get("country_code") or "").upper(),
    }
    return {name: value for name, value in told.items() if value}

"""An order as the purchase that the ledger keeps: Klarna's names, minor units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.core.store import Record
from mock_server.ledger.markets import MARKETS
from mock_server.providers.next_commerce.state.orders import discount_of, left_of

_ADDRESS = {
    "given_name": "first_name", "family_name": "last_name", "phone": "phone_number", "street_address": "line1",
    "street_address2": "line2", "postal_code": "postcode", "city": "line4", "region": "state", "country": "country",
}  # fmt: skip


def purchase_of(order: Record, lines: Sequence[Record], shipping: int, amount: int) -> dict[str, Any]:
    """What Klarna is told: these lines and shipping; what they do not explain of the amount is a line of its own."""
    country = country_of(order)
    told = [_line("physical" if line["requires_shipping"] else "digital", line) for line in lines if left_of(line)]
    if shipping:
        told.append(_plain("shipping_fee", order["shipping"]["code"], order["shipping"]["name"], shipping))
    rest = amount - sum(line["total_amount"] for line in told)
    if rest:
        told.append(_plain("surcharge" if rest > 0 else "discount", "", "Adjustment", rest))
    address = address_of(order, order["billing_address"] or order["shipping_address"])
    return {
        "purchase_country": country,
        "purchase_currency": order["currency"],
        "locale": f"{order['user'].get('language') or 'en'}-{country}",
        "order_amount": amount,
        "order_tax_amount": 0,
        "order_lines": told,
        "billing_address": address,
        "shipping_address": address_of(order, order["shipping_address"]) or address,
        **({"merchant_reference1": order["number"]} if order.get("number") else {}),
    }


def address_of(order: Mapping[str, Any], address: Mapping[str, Any] | None) -> dict[str, Any]:
    """Klarna's names; the customer's e-mail and telephone stand in where the address has none."""
    user = order["user"]
    told = {name: address[own] for name, own in _ADDRESS.items() if (address or {}).get(own)} if address else {}
    for name, own in (("email", "email"), ("phone", "phone_number")):
        if user.get(own) and name not in told:
            told[name] = user[own]
    return told


def country_of(order: Mapping[str, Any]) -> str:
    """Of the billing address, else that of delivery."""
    address = order["billing_address"] or order["shipping_address"] or {}
    return str(address.get("country", ""))


def why_not_klarnas(order: Mapping[str, Any]) -> str:
    """Why Klarna does not sell there in this currency; empty when it does."""
    country, currency = country_of(order), order["currency"]
    market = MARKETS.get(country)
    if market is None:
        return f"Klarna is not available in {country or 'an unknown country'}"
    if market.currency != currency:
        return f"Klarna takes {market.currency} in {country}, the order is in {currency}"
    return ""


def seen_by_rules(order: Record, amount: int) -> dict[str, Any]:
    """An order under its own names, and in Klarna's: purchase.user.email, purchase.billing_address.email."""
    told = purchase_of(order, order["lines"], order["shipping"]["price"], amount)
    return {**order, **told, "country": country_of(order)}


def _line(kind: str, line: Record) -> dict[str, Any]:
    quantity, less = left_of(line), discount_of(line)
    return {
        "type": kind,
        "reference": line["sku"],
        "name": line["title"],
        "quantity": quantity,
        "unit_price": line["price"],
        "tax_rate": 0,
        "total_amount": line["price"] * quantity - less,
        "total_discount_amount": less,
        "total_tax_amount": 0,
    }


def _plain(kind: str, reference: str, name: str, amount: int) -> dict[str, Any]:
    return {
        "type": kind,
        "reference": reference,
        "name": name,
        "quantity": 1,
        "unit_price": amount,
        "tax_rate": 0,
        "total_amount": amount,
        "total_discount_amount": 0,
        "total_tax_amount": 0,
    }

"""A MultiSafepay order as the purchase that the ledger keeps: Klarna's names, minor units, prices with VAT."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mock_server.core.store import Record
from mock_server.providers.multisafepay.state import cart

_NOWHERE = "en_US"
# currency -> the country that Klarna sells in with it, for an order that states none
_KLARNAS = {"EUR": "NL", "GBP": "GB", "SEK": "SE", "NOK": "NO", "DKK": "DK"}
_ADDRESS = {
    "given_name": "first_name", "family_name": "last_name", "email": "email", "phone": "phone",
    "postal_code": "zip_code", "city": "city", "region": "state", "country": "country",
    "organization_name": "company_name",
}  # fmt: skip


def purchase_of(order: Record) -> dict[str, Any]:
    """What Klarna is told of an order; the lines add up to its amount, to the cent."""
    lines = _lines(order)
    customer = order["customer"]
    country = country_of(order) or _KLARNAS.get(order["currency"], _KLARNAS["EUR"])
    asked = {name: order["gateway_info"][name] for name in ("email", "phone") if order["gateway_info"].get(name)}
    billing = _address({**asked, **customer, "country": country})
    delivery = order["delivery"]
    shipping = _address({"country": country, **delivery}) if delivery else billing
    birthday = order["gateway_info"].get("birthday")
    return {
        "purchase_country": country,
        "purchase_currency": order["currency"],
        "locale": order["locale"].replace("_", "-"),
        "order_amount": order["amount"],
        "order_tax_amount": sum(line["total_tax_amount"] for line in lines),
        "order_lines": lines,
        "billing_address": billing,
        "shipping_address": shipping,
        **({"customer": {"date_of_birth": birthday}} if birthday else {}),
        "merchant_reference1": order["order_id"],
    }


def seen_by_rules(order: Record) -> dict[str, Any]:
    """An order under its own names, and in Klarna's: purchase.customer.email, purchase.billing_address.email."""
    return {**purchase_of(order), **order, "country": country_of(order)}


def country_of(order: Mapping[str, Any]) -> str:
    """The customer's country, else that of delivery, else the one in the locale; empty when nothing states one.

    en_US states none: it is what any locale that MultiSafepay does not know becomes.
    """
    stated = order["customer"].get("country") or order["delivery"].get("country")
    in_locale = "" if order["locale"] == _NOWHERE else order["locale"].partition("_")[2]
    return str(stated or in_locale)


def _address(person: Mapping[str, Any]) -> dict[str, str]:
    street = " ".join(person[name] for name in ("address1", "house_number") if person.get(name))
    address = {name: person[own] for name, own in _ADDRESS.items() if person.get(own)}
    extra = {"street_address2": person["address2"]} if person.get("address2") else {}
    return address | ({"street_address": street} if street else {}) | extra


def _lines(order: Record) -> list[dict[str, Any]]:
    if not order["cart"]:
        return [_line("physical", order["order_id"], order["description"], 1, order["amount"], Decimal(0))]
    tables, digits = order["cart"]["tables"], cart.digits_of(order["currency"])
    lines = []
    for item in order["cart"]["items"]:
        rate = cart.rate_of(item, tables)
        total = cart.in_minor_units(cart.net_of(item) * (1 + rate), digits)
        quantity = Decimal(item["quantity"])
        whole = int(quantity) if quantity == int(quantity) and quantity > 0 else 1
        lines.append(_line(_kind(item, total), item["merchant_item_id"] or "", item["name"] or "", whole, total, rate))
    rest = order["amount"] - sum(line["total_amount"] for line in lines)
    if rest:  # each line is rounded for itself, the order as a whole
        lines.append(_line("surcharge" if rest > 0 else "discount", "", "Rounding", 1, rest, Decimal(0)))
    return lines


def _kind(item: Mapping[str, Any], total: int) -> str:
    if item["merchant_item_id"] == cart.SHIPPING:
        return "shipping_fee"
    return "discount" if total < 0 else "physical"


def _line(kind: str, reference: str, name: str, quantity: int, total: int, rate: Decimal) -> dict[str, Any]:
    """A total that the quantity does not divide gets a rounded-up unit price and the difference as discount.

    Klarna's rates have two decimals of a percent; the tax is what it makes of the rate it is told.
    """
    tax_rate = cart.in_minor_units(rate, 4)
    unit_price = -(-total // quantity)
    return {
        "type": kind,
        "reference": reference,
        "name": name,
        "quantity": quantity,
        "unit_price": unit_price,
        "tax_rate": tax_rate,
        "total_amount": total,
        "total_discount_amount": quantity * unit_price - total,
        "total_tax_amount": total - cart.in_minor_units(Decimal(total * 10_000) / (10_000 + tax_rate), 0),
    }

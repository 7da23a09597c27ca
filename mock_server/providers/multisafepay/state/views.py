"""Orders, refunds and transactions as MultiSafepay shows them, in the value types of the version that is set.

Keys are alphabetical; in 2025 money is numbers and times are Amsterdam's without an offset. Source: a Klarna order
recorded 2021-11-15, a Riverty order of 2025-03-12, a notification of 2025-04-10 (read 2026-11-20).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Any

from mock_server.core.clock import parse_time
from mock_server.core.store import Record
from mock_server.providers.multisafepay.state import cart, orders
from mock_server.providers.multisafepay.state.gateways import GATEWAYS, KLARNA
from mock_server.settings import Settings

_HEADS = {"nl": ("Aantal", "Details", "Prijs", "BTW", "Totaal"), "en": ("Quantity", "Details", "Price", "VAT", "Total")}
_SIGNS = {"EUR": "&euro;", "GBP": "&pound;", "USD": "$", "JPY": "&yen;"}
_SAFE_DIGITS = 15  # of an integer that every JSON reader keeps
_CELL = '<font size="2" face="Verdana">'


class Types:
    """How values are written: ``numbers`` (2025) or text (before)."""

    def __init__(self, settings: Settings) -> None:
        self.modern = settings.multisafepay_version == "2025"
        self.unset = None if self.modern else ""

    def money(self, major: Decimal) -> int | float | str:
        return number(major) if self.modern else _cents(major)

    def rate(self, rate: str) -> int | float | str:
        return number(Decimal(rate)) if self.modern else _two_decimals(Decimal(rate))

    def item_id(self, text: str | None) -> str | int | None:
        return text if self.modern else _digits_as_int(text)

    def order_id(self, text: str) -> str | int | None:
        return text if self.modern else _digits_as_int(text)


def number(value: Decimal) -> int | float:
    """An integer where it is one: 100, not 100.0."""
    return int(value) if value == value.to_integral_value() else float(value)


def _two_decimals(value: Decimal) -> str:
    """At least two: 0.00, 0.21, 0.0825."""
    return _cents(value) if round(value, 2) == value else f"{value.normalize():f}"


def _cents(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _digits_as_int(text: str | None) -> str | int | None:
    """Of what is the same number again: 00042 stays text."""
    is_number = text and len(text) <= _SAFE_DIGITS and text.isascii() and text.isdigit() and str(int(text)) == text
    return int(text) if text and is_number else text


def time_of(text: str) -> str:
    """``2025-03-12T13:25:28``, Amsterdam's wall clock."""
    return orders.wall_clock(parse_time(text)).strftime("%Y-%m-%dT%H:%M:%S")


def order_view(order: Record, settings: Settings) -> dict[str, Any]:
    """The order object of answers and notifications."""
    types = Types(settings)
    view = {
        "amount": order["amount"],
        "amount_refunded": order["amount_refunded"],
        "costs": [],
        "created": time_of(order["created"]),
        "currency": order["currency"],
        "custom_info": {f"custom_{n}": order["custom_info"].get(f"custom_{n}") for n in (1, 2, 3)},
        "customer": _customer(order, types),
        "description": order["description"],
        "fastcheckout": "YES" if order["type"] == "checkout" else "NO",
        "financial_status": order["financial_status"],
        "items": order["items"] or None,
        "modified": time_of(order["modified"]),
        "order_id": types.order_id(order["order_id"]),
        "payment_details": _payment_details(order),
        "payment_methods": _payment_methods(order),
        "reason": order["reason"] or types.unset,
        "reason_code": order["reason_code"] or types.unset,
        "related_transactions": _related(order, types) or None,
        "status": order["status"],
        "transaction_id": order["transaction_id"],
        **{name: order[name] for name in ("var1", "var2", "var3")},
    }
    if order["completed"]:
        view["completed"] = time_of(order["completed"])
    if order["cart"]:
        view |= _cart_view(order, types)
    return dict(sorted(view.items()))


def _customer(order: Record, types: Types) -> dict[str, Any]:
    given, delivery = order["customer"], order["delivery"]
    phone = given.get("phone") or order["gateway_info"].get("phone") or delivery.get("phone")
    country = given.get("country")
    names = ("address1", "address2", "city", "first_name", "house_number", "last_name", "state", "zip_code")
    view = {
        **{name: given.get(name) for name in names},
        "country": country,
        "country_name": country_name(country) if types.modern and country else None,
        "email": given.get("email") or order["gateway_info"].get("email"),
        "locale": order["locale"],
        "phone1": phone,
        "phone2": types.unset,
    }
    extra = {name: given[name] for name in ("company_name", "cocnumber") if given.get(name)}
    return dict(sorted({**view, **extra}.items()))


def country_name(country: str) -> str | None:
    from babel import Locale  # not before an order is shown

    name: str | None = Locale("en").territories.get(country)
    return name


def _payment_details(order: Record) -> dict[str, Any]:
    if order["transaction_id"] is None or not order["gateway"]:
        return {}
    card, recurring, capture = order["card"], order["recurring"], order["capture"]
    details = {
        "external_transaction_id": order["external_transaction_id"],
        "recurring_flow": None,
        "recurring_id": recurring and recurring["id"],
        "recurring_model": recurring and recurring["model"],
        "type": order["gateway"],
    }
    if GATEWAYS[order["gateway"]].is_bnpl:
        details["collecting_flow"] = None
        if order["gateway"] != KLARNA:
            details |= {"account_holder_name": None, "account_id": order["gateway_info"].get("birthday")}
    if card:
        details |= {"account_holder_name": card["holder"], "card_expiry_date": card["expiry"], "last4": card["last4"]}
    if capture:
        details |= {
            "capture": "manual",
            "capture_expiry": time_of(order["expires_at"]) if order["expires_at"] else None,
            "capture_remain": capture["remaining"],
        }
    return dict(sorted(details.items()))


def _payment_methods(order: Record) -> list[dict[str, Any]]:
    if order["transaction_id"] is None or not order["gateway"]:
        return []
    card = order["card"]
    method = {
        "amount": order["amount"],
        "currency": order["currency"],
        "description": order["description"],
        "external_transaction_id": order["external_transaction_id"],
        "payment_description": GATEWAYS[order["gateway"]].name,
        "status": order["financial_status"],
        "type": order["gateway"],
    }
    if GATEWAYS[order["gateway"]].is_bnpl and order["gateway"] != KLARNA:
        method["account_id"] = order["gateway_info"].get("birthday")
    if card:
        method |= {"account_holder_name": card["holder"], "card_expiry_date": card["expiry"], "last4": card["last4"]}
    return [dict(sorted(method.items()))]


def _related(order: Record, types: Types) -> list[dict[str, Any]]:
    return [
        {
            "amount": refund["amount"],
            "costs": [],
            "created": time_of(refund["at"]),
            "currency": order["currency"],
            "description": refund["description"] or f"Refund order {order['transaction_id']}",
            "modified": time_of(refund["modified"]),
            "order_id": types.order_id(refund["order_id"]),
            "reference_transaction_id": order["transaction_id"],
            "status": refund["status"],
            "transaction_id": refund["refund_id"],
            "type": "refund",
        }
        for refund in order["refunds"]
    ]


def _cart_view(order: Record, types: Types) -> dict[str, Any]:
    items, tables = order["cart"]["items"], order["cart"]["tables"]
    total = cart.total_of(items, tables, cart.digits_of(order["currency"]))
    view: dict[str, Any] = {
        "items": order["items"] or _items_table(order, total),
        "order_adjustment": {"total_adjustment": types.money(total.tax), "total_tax": types.money(total.tax)},
        "order_total": types.money(total.exact),
        "shopping_cart": {"items": [_item(item, order["currency"], types) for item in items]},
    }
    if tables is not None:
        view["checkout_options"] = _tables(tables, types)
    return view


def _tables(tables: dict[str, Any], types: Types) -> dict[str, Any]:
    """Without the level ``tax_tables`` that requests have; no default is an empty list."""
    default = tables.get("default")
    shown = {"rate": types.rate(default["rate"]), "shipping_taxed": default["shipping_taxed"]} if default else []
    return {
        "alternate": [
            {
                "name": table["name"],
                "rules": [{"country": rule["country"], "rate": types.rate(rule["rate"])} for rule in table["rules"]],
                "standalone": True if table["standalone"] else "",
            }
            for table in tables["alternate"]
        ],
        "default": shown,
    }


def _item(item: dict[str, Any], currency: str, types: Types) -> dict[str, Any]:
    weight = item.get("weight") or {"unit": None, "value": None}
    value = weight.get("value")
    if not types.modern and value is not None:
        value = _digits_as_int(str(value))
    selector = item.get("tax_table_selector")
    return {
        "cashback": item.get("cashback") or "",
        "currency": item.get("currency") or currency,
        "description": item.get("description") or "",
        "image": item.get("image") or "",
        "merchant_item_id": types.item_id(item.get("merchant_item_id")),
        "name": item.get("name"),
        "options": item.get("options") or [],
        "product_url": item.get("product_url") or "",
        "quantity": number(Decimal(item["quantity"])),
        "tax_table_selector": "" if selector is None else selector,
        "unit_price": types.money(Decimal(item["unit_price"])),
        "weight": {"unit": weight.get("unit"), "value": value},
    }


def _items_table(order: Record, total: cart.Total) -> str:
    """The cart as the HTML table that is shown on the page and in e-mails, in the customer's language."""
    quantity, details, price, tax, sum_ = _HEADS["nl" if order["locale"].startswith("nl") else "en"]
    sign = _SIGNS.get(order["currency"], f"{order['currency']} ")
    rows = [
        f'<th width="10%">{_CELL}{quantity} </font></th>\n<th align="left"></th>\n'
        f'<th align="left">{_CELL}{details} </font></th>\n<th width="19%" align="right">{_CELL}{price} </font></th>'
    ]
    for item in order["cart"]["items"]:
        rows.append(
            f'<td align="center">{_CELL}{number(Decimal(item["quantity"]))}</font></td>\n<td width="6%"></td>\n'
            f'<td width="65%">{_CELL}{escape(item["name"] or "")}</font></td>\n'
            f'<td align="right">{sign}{_CELL}{_cents(Decimal(item["unit_price"]))}</font>\n</td>'
        )
    text = "".join(f"<tr>\n{row}\n</tr>\n" for row in rows)
    if total.tax:
        for name, value in ((tax, total.tax), (sum_, total.exact)):
            text += (
                f'<tr bgcolor="#E9F1F7">\n<td colspan="3" align="right">{_CELL}{name}:</font></td>\n'
                f'<td align="right">{sign}{_CELL}{_cents(value)}</font>\n</td>\n</tr>\n'
            )
    return f'<table border="0" cellpadding="5" width="100%">\n{text}</table>\n'

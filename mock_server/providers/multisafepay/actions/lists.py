"""What clients ask for when they start, and for their books: methods, issuers, categories, keys, transactions.

Source: docs.multisafepay.com, OpenAPI paths of each; the PHP and Python SDKs and plugins (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.multisafepay import errors
from mock_server.providers.multisafepay.state import orders
from mock_server.providers.multisafepay.state.gateways import (
    CATEGORIES,
    COUPONS,
    GATEWAYS,
    ISSUERS,
    Gateway,
    find_gateway,
    takes,
)
from mock_server.providers.multisafepay.state.statuses import PAID
from mock_server.providers.multisafepay.state.views import time_of

_ICONS = "https://media.multisafepay.com/img/methods"
_MOST, _USUAL = 1000, 100  # transactions of a page
_ACCOUNT_DIGITS = 7
_FILTERS = ("status", "financial_status", "type", "payment_method", "currency")
_TIMES = ("created", "completed")


def list_gateways(query: Mapping[str, str]) -> list[dict[str, str]]:
    """Ids and descriptions of the methods for a country, currency and amount; coupons when they are included."""
    country, currency = query.get("country", "").upper(), query.get("currency", "").upper()
    found = [_gateway_view(name, gateway) for name, gateway in GATEWAYS.items() if takes(gateway, country, currency)]
    if "coupons" in query.get("include", ""):
        found += [{"id": name, "description": title, "type": "coupon"} for name, title in COUPONS.items()]
    return found


def read_gateway(gateway_id: str) -> dict[str, str]:
    """Raises NoGateway."""
    return _gateway_view(gateway_id.upper(), _known(gateway_id))


def _known(gateway_id: str) -> Gateway:
    gateway = find_gateway(gateway_id)
    if gateway is None:
        raise errors.NoGateway.because("id", f"is {gateway_id!r}; known: {', '.join(GATEWAYS)}")
    return gateway


def _gateway_view(name: str, gateway: Gateway) -> dict[str, str]:
    return {"id": name, "description": gateway.description or gateway.name}


def list_payment_methods(query: Mapping[str, str]) -> list[dict[str, Any]]:
    """The methods with all that a checkout needs to know of them."""
    country, currency = query.get("country", "").upper(), query.get("currency", "").upper()
    kinds = query.get("type", "")
    found = []
    if kinds in ("", "payment-method"):
        found = [_method_view(name, known) for name, known in GATEWAYS.items() if takes(known, country, currency)]
    if query.get("include_coupons") in ("1", "true") or kinds == "coupon":
        found += [_method_view(name, Gateway(title, PAID), "coupon") for name, title in COUPONS.items()]
    return found


def read_payment_method(gateway_id: str) -> dict[str, Any]:
    """Raises NoGateway."""
    return _method_view(gateway_id.upper(), _known(gateway_id))


def _method_view(name: str, gateway: Gateway, kind: str = "payment-method") -> dict[str, Any]:
    icon = name.lower()
    models = {"cardonfile": True, "subscription": True, "unscheduled": True} if gateway.is_card else None
    return {
        "additional_data": {},
        "allowed_amount": {"max": None, "min": 0},
        "allowed_countries": list(gateway.countries),
        "allowed_currencies": list(gateway.currencies),
        "apps": {
            "fastcheckout": {"is_enabled": not gateway.is_bnpl},
            "payment_components": {"has_fields": gateway.is_card, "is_enabled": gateway.is_card},
        },
        "brands": [],
        "icon_urls": {
            "large": f"{_ICONS}/3x/{icon}.png",
            "medium": f"{_ICONS}/2x/{icon}.png",
            "vector": f"{_ICONS}/svg/{icon}.svg",
        },
        "id": name,
        "name": gateway.name,
        "preferred_countries": [],
        "required_customer_data": [],
        "shopping_cart_required": gateway.is_bnpl,
        "tokenization": {"is_enabled": gateway.is_card, "models": models},
        "type": kind,
    }


def list_issuers(gateway_id: str) -> list[dict[str, str]]:
    """The banks of a method; raises NoGateway when it has none."""
    issuers = ISSUERS.get(gateway_id.lower())
    if issuers is None:
        raise errors.NoGateway.because("gateway", f"is {gateway_id!r}; with issuers: {', '.join(ISSUERS)}")
    return [{"code": code, "description": name} for code, name in issuers.items()]


def list_categories() -> list[dict[str, Any]]:
    """What a website may sell, for its registration."""
    return [{"code": code, "description": name} for code, name in CATEGORIES.items()]


def read_api_token(world: World) -> dict[str, str]:
    """A token for payment components in a browser, as it looks; nothing here asks for it."""
    return {"api_token": f"pub.v2.{world.ids.token('multisafepay_api_token', 100)}"}


def read_me(world: World, site: str) -> dict[str, Any]:
    """Whose API key this is; the numbers follow from the key."""
    return {"account_id": _number(world, "account", ""), "role": "website", "site_id": _number(world, "site", site)}


def _number(world: World, kind: str, key: str) -> int:
    return world.ids.tied_to(f"multisafepay_{kind}", key).randrange(10 ** (_ACCOUNT_DIGITS - 1), 10**_ACCOUNT_DIGITS)


def list_transactions(
    world: World, site: str, query: Mapping[str, str], url: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A website's payments and refunds, newest first, filtered; and the pager whose links, from ``url``, lead on.

    Raises InvalidRequest for a limit or cursor that is none.
    """
    limit = _limit(query.get("limit"))
    found = [item for item in _transactions(world, site) if _suits(item, query)]
    start = _after(found, query.get("after"))
    if "before" in query:
        end = _position(found, query["before"])
        start = max(0, end - limit)
    else:
        end = start + limit
    page = found[start:end]
    after = str(page[-1]["transaction_id"]) if end < len(found) and page else ""
    before = str(page[0]["transaction_id"]) if start > 0 and page else ""
    filters = {name: value for name, value in query.items() if name not in ("after", "before", "limit", "api_key")}

    def link(name: str, cursor: str) -> str | None:
        return f"{url}?{urlencode({**filters, name: cursor, 'limit': limit})}" if cursor else None

    pager = {
        "after": link("after", after),
        "before": link("before", before),
        "cursor": {"after": after or None, "before": before or None},
        "limit": limit,
    }
    return page, pager


def _limit(text: str | None) -> int:
    if text is None:
        return _USUAL
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_MOST)) and 1 <= int(text) <= _MOST):
        raise errors.InvalidRequest.because("limit", f"is {text[:20]!r}, expected 1 to {_MOST}")
    return int(text)


def _after(found: list[dict[str, Any]], cursor: str | None) -> int:
    return 0 if cursor is None else _position(found, cursor) + 1


def _position(found: list[dict[str, Any]], cursor: str) -> int:
    for index, item in enumerate(found):
        if str(item["transaction_id"]) == cursor:
            return index
    raise errors.InvalidRequest.because("cursor", f"is {cursor[:20]!r}, no transaction of this list")


def read_transaction(world: World, site: str, transaction_id: str) -> dict[str, Any]:
    """A website's payment or refund; raises InvalidTransactionId."""
    order = orders.find(world, transaction_id, site)
    for _, item in _items_of(world, order) if order else ():
        if str(item["transaction_id"]) == transaction_id:
            return item
    raise errors.InvalidTransactionId.because("transaction_id", f"is {transaction_id!r}, there is none such")


def _transactions(world: World, site: str) -> list[dict[str, Any]]:
    """Every payment that was started and every refund, newest first."""
    mine = (order for order in world.store.all(orders.KIND) if order["site"] == site)
    found = [pair for order in mine for pair in _items_of(world, order)]
    return [item for _, item in sorted(found, key=lambda pair: pair[0])[::-1]]


def _items_of(world: World, order: Record) -> list[tuple[str, dict[str, Any]]]:
    """The payment, once it was started, and its refunds, each with its time."""
    if order["transaction_id"] is None:
        return []
    refunds = [(refund["at"], _refund_item(world, order, refund)) for refund in order["refunds"]]
    return [(order["created"], _payment_item(world, order)), *refunds]


def _payment_item(world: World, order: Record) -> dict[str, Any]:
    item = _item(world, order, "payment", order) | {
        "amount": order["amount"],
        "debit_credit": "C",
        "net": order["amount"],
        "transaction_id": order["transaction_id"],
        "updated": time_of(order["modified"]),
    }
    if order["completed"]:
        item["completed"] = time_of(order["completed"])
    return dict(sorted(item.items()))


def _refund_item(world: World, order: Record, refund: Record) -> dict[str, Any]:
    item = _item(world, order, "refund", refund) | {
        "amount": refund["amount"],
        "created": time_of(refund["at"]),
        "debit_credit": "D",
        "net": refund["amount"],
        "order_id": refund["order_id"],
        "transaction_id": refund["refund_id"],
        "updated": time_of(refund["modified"]),
    }
    return dict(sorted(item.items()))


def _item(world: World, order: Record, kind: str, of: Record) -> dict[str, Any]:
    customer = order["customer"]
    return {
        "costs": [],
        "created": time_of(order["created"]),
        "currency": order["currency"],
        "customer": {
            "email": customer.get("email") or order["gateway_info"].get("email"),
            "first_name": customer.get("first_name"),
            "iban": "",
            "last_name": customer.get("last_name"),
        },
        "description": of.get("description") or order["description"],
        "financial_status": of["financial_status"],
        "invoice_id": order["invoice_id"],
        "order_id": order["order_id"],
        "payment_method": order["gateway"],
        "site_id": _number(world, "site", order["site"]),
        "status": of["status"],
        "type": kind,
        **{name: order[name] or "" for name in ("var1", "var2", "var3")},
    }


def _suits(item: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    """Lists of values are separated by commas; times are compared as they are written."""
    if any(name in query and str(item[name]) not in query[name].split(",") for name in _FILTERS):
        return False
    if "site_id" in query and str(item["site_id"]) != query["site_id"]:
        return False
    checks: Mapping[str, Callable[[str, str], bool]] = {
        "from": lambda value, edge: value >= edge,
        "until": lambda value, edge: value[: len(edge)] <= edge,
    }
    return all(
        check(item.get(name, ""), query[f"{name}_{end}"]) and name in item
        for name in _TIMES
        for end, check in checks.items()
        if f"{name}_{end}" in query
    )

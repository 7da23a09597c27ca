"""The requests that are measured: one purchase with three order lines and addresses, as raw HTTP."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

SESSIONS = "/payments/v1/sessions"
AUTHORIZATIONS = "/_mock/klarna/authorizations"
ORDERS = "/ordermanagement/v1/orders"
AUTHORIZATION = "Basic " + b64encode(b"PK00001_bench:secret").decode()

_ADDRESS = {
    "given_name": "Astrid", "family_name": "Lindqvist", "email": "astrid.lindqvist@example.com",
    "phone": "+46701740605", "street_address": "Drottninggatan 71", "street_address2": "Lgh 1402",
    "postal_code": "11136", "city": "Stockholm", "country": "SE",
}  # fmt: skip


def _line(reference: str, name: str, quantity: int, unit_price: int, kind: str = "physical") -> dict[str, Any]:
    """A line with 25 % tax; ``unit_price`` in minor units, a multiple of 5."""
    total = quantity * unit_price
    return {
        "type": kind, "reference": reference, "name": name, "quantity": quantity, "quantity_unit": "pcs",
        "unit_price": unit_price, "tax_rate": 2500, "total_amount": total, "total_tax_amount": total // 5,
    }  # fmt: skip


_LINES = [
    _line("SHOE-42-BLK", "Running shoes", 2, 9900),
    _line("JKT-M-BLU", "Rain jacket", 1, 24900),
    _line("DHL-HOME", "Home delivery", 1, 4900, "shipping_fee"),
]
PURCHASE: dict[str, Any] = {
    "purchase_country": "SE",
    "purchase_currency": "SEK",
    "locale": "sv-SE",
    "order_amount": sum(line["total_amount"] for line in _LINES),
    "order_tax_amount": sum(line["total_tax_amount"] for line in _LINES),
    "order_lines": _LINES,
    "billing_address": _ADDRESS,
    "shipping_address": _ADDRESS,
    "merchant_reference1": "order-45001",
    "merchant_urls": {"confirmation": "https://shop.example.com/thanks?order={order.id}"},
}
BODY = json.dumps(PURCHASE).encode()


def post(path: str, body: bytes = BODY, headers: str = "") -> bytes:
    """``headers`` are further lines, each ended by CRLF."""
    head = f"POST {path} HTTP/1.1\r\n{_common()}{headers}Content-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\n{_common()}\r\n".encode()


def create_session() -> bytes:
    return post(SESSIONS)


def create_order(token: str) -> bytes:
    return post(f"/payments/v1/authorizations/{token}/order")


def create_order_at_once(token: str) -> bytes:
    """With a token that nobody granted: session, authorization and order in one request."""
    return post(f"/payments/v1/authorizations/{token}/order", headers="X-Mock-Outcome: any_token\r\n")


def read_session(session_id: str) -> bytes:
    return get(f"{SESSIONS}/{session_id}")


def _common() -> str:
    return f"Host: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: application/json\r\nAuthorization: {AUTHORIZATION}\r\n"

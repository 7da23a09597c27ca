"""A campaign's page as it asks for orders, for tests of the Campaigns API."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.klarna import fine
from tests.next_commerce import ADDRESS, NextCommerce

SUCCESS_URL, FAILED_URL = "https://shop.test/upsell", "https://shop.test/checkout?payment_failed=true"
TEAPOT, TOWELS, TEA_MONTH, BLUE_MUG = 1, 2, 3, 4  # packages
REFERER = {"referer": "https://shop.test/checkout"}


def asked(method: str = "klarna", *packages: int, **fields: Any) -> dict[str, Any]:
    """One teapot for 29.99 and 4.99 of shipping to the US; ``packages`` instead, ``fields`` come on top."""
    order: dict[str, Any] = {
        "lines": [{"package_id": package, "quantity": 1, "is_upsell": False} for package in packages or (TEAPOT,)],
        "user": {"email": "jane@shop.test", "first_name": "Jane", "last_name": "Roe", "language": "en"},
        "shipping_address": ADDRESS,
        "billing_same_as_shipping_address": True,
        "shipping_method": 1,
        "payment_detail": {"payment_method": method},
        "currency": "USD",
        "success_url": SUCCESS_URL,
        "payment_failed_url": FAILED_URL,
    }
    if method == "card_token":
        order["payment_detail"]["card_token"] = "tok_4242"
    return deepcopy({**order, **fields})


def place(shop: NextCommerce, method: str = "klarna", *packages: int, **fields: Any) -> dict[str, Any]:
    """What the campaign answers to a new order."""
    order: dict[str, Any] = fine(shop.campaign("POST", "/orders/", asked(method, *packages, **fields)))
    return order


def paid(shop: NextCommerce, method: str = "klarna", *packages: int, **fields: Any) -> dict[str, Any]:
    """An order that is paid, as the campaign shows it."""
    order = place(shop, method, *packages, **fields)
    if "payment_complete_url" in order:
        shop.complete(order["ref_id"])
    return read(shop, order["ref_id"])


def read(shop: NextCommerce, ref_id: str) -> dict[str, Any]:
    order: dict[str, Any] = fine(shop.campaign("GET", f"/orders/{ref_id}/"))
    return order


def add(shop: NextCommerce, ref_id: str, *packages: int, **fields: Any) -> dict[str, Any]:
    """The order after an upsell."""
    body = {"lines": [{"package_id": package, "quantity": 1} for package in packages], **fields}
    order: dict[str, Any] = fine(shop.campaign("POST", f"/orders/{ref_id}/upsells/", body))
    return order


def refused(shop: NextCommerce, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Status and body of a refused request; a success fails the test."""
    answer = shop.campaign(method, path, body, **headers)
    assert answer.status >= 400, answer.text
    return answer.status, answer.json

"""Orders of Klarna Checkout for tests: what a shop sends, kept on a bare world or over HTTP."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.klarna.actions import checkout as actions
from mock_server.providers.klarna.actions import checkout_shopper as shopper
from mock_server.providers.klarna.schemas.checkout import load_order

from .conftest import Klarna, purchase_of

BASE_URL = "http://127.0.0.1:8080"
ADDRESS = {
    "given_name": "Astrid", "family_name": "Berg", "email": "astrid@shop.test", "street_address": "Storgatan 1",
    "postal_code": "22100", "city": "Lund", "country": "SE",
}  # fmt: skip


def urls_of(**more: str) -> dict[str, str]:
    """The four that an order must have."""
    names = ("checkout", "confirmation", "push")
    named = {name: f"https://shop.test/{name}?kco={{checkout.order.id}}" for name in names}
    return {"terms": "https://shop.test/terms", **named, **more}


def order_of(**fields: Any) -> dict[str, Any]:
    """Two kettles and their delivery, as a checkout order."""
    return {**purchase_of(merchant_urls=urls_of()), **fields}


def keep(world: World, **fields: Any) -> Record:
    """A checkout order as a shop creates it."""
    created = actions.create_order(world, load_order(order_of(**fields)), merchant="PK1", base_url=BASE_URL)
    return actions.find_order(world, created["order_id"])


def complete(world: World, order: Record, decision: Decision = Decision(), **form: Any) -> shopper.Done:
    return shopper.complete(world, actions.find_order(world, order["order_id"]), decision, form)


class Checkout:
    """A merchant who sells through Checkout, over HTTP."""

    def __init__(self, klarna: Klarna) -> None:
        self.klarna = klarna

    def create(self, **fields: Any) -> TestResponse:
        return self.klarna.call("POST", "/checkout/v3/orders", order_of(**fields))

    def order_id(self, **fields: Any) -> str:
        answer = self.create(**fields)
        assert 201 == answer.status_code, answer.text
        return str(answer.get_json()["order_id"])

    def read(self, order_id: str) -> TestResponse:
        return self.klarna.call("GET", f"/checkout/v3/orders/{order_id}", {})

    def update(self, order_id: str, **changes: Any) -> TestResponse:
        return self.klarna.call("POST", f"/checkout/v3/orders/{order_id}", changes)

    def abort(self, order_id: str) -> TestResponse:
        return self.klarna.call("POST", f"/checkout/v3/orders/{order_id}/abort")

    def complete(self, order_id: str, **asked: Any) -> TestResponse:
        return self.klarna.call("POST", f"/_mock/klarna/checkout/{order_id}/complete", asked)

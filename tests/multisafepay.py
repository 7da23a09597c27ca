"""A website that sells through MultiSafepay, and the shopper and tester beside it, in process or over real HTTP."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from urllib.parse import quote

from tests.klarna import Answer, Wire, fine, spelled

PERSON = {
    "first_name": "Sanne", "last_name": "Bakker", "address1": "Kade", "house_number": "7", "zip_code": "3011AA",
    "city": "Rotterdam", "country": "NL", "phone": "0101234567", "email": "sanne@shop.test",
}  # fmt: skip
TABLES = {
    "default": {"shipping_taxed": True, "rate": 0.21},
    "alternate": [
        {"name": "high", "standalone": True, "rules": [{"rate": 0.21}]},
        {"name": "none", "standalone": False, "rules": [{"rate": 0}]},
    ],
}


def line_of(price: Any, quantity: Any = 1, **fields: Any) -> dict[str, Any]:
    """A cart line without VAT, ``price`` in major units."""
    line = {"name": "Teapot", "unit_price": price, "quantity": quantity, "merchant_item_id": "TP-1"}
    return {**line, "tax_table_selector": "none", **fields}


def order_of(order_id: str = "ON-1", amount: Any = 10000, **fields: Any) -> dict[str, Any]:
    """A redirect order with KLARNA whose cart comes to ``amount`` minor units; ``fields`` come on top."""
    order = {
        "type": "redirect",
        "gateway": "KLARNA",
        "order_id": order_id,
        "currency": "EUR",
        "amount": amount,
        "description": f"Order {order_id}",
        "customer": {**PERSON, "locale": "nl_NL"},
        "delivery": PERSON,
        "shopping_cart": {"items": [line_of(int(amount) / 100)]},
        "checkout_options": {"tax_tables": TABLES},
        **fields,
    }
    return deepcopy(order)


def told_at(url: str, **more: str) -> dict[str, Any]:
    """An order's options with this notification_url, told by POST."""
    return {"payment_options": {"notification_url": url, "notification_method": "POST", **more}}


class MultiSafepay:
    """MultiSafepay as a website sees it, in a world of its own."""

    def __init__(self, wire: Wire, world: str) -> None:
        self._wire = wire
        self.world = world
        self.api_key = f"_world-{world}".rjust(40, "0")

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A website's request below /v1/json; ``x_mock_outcome="declined"`` becomes the header X-Mock-Outcome."""
        own = {"Authorization": f"Bearer {self.api_key}", **spelled(headers)}
        return self._wire.send(method, f"/v1/json{path}", auth=None, headers=own, body=body)

    def control(self, method: str, path: str, body: Any = None) -> Answer:
        """A tester's request to /_mock, about this world."""
        return self._wire.send(method, f"/_mock{path}", auth=None, headers={"X-Mock-World": self.world}, body=body)

    def create(self, order_id: str = "ON-1", amount: Any = 10000, **fields: Any) -> dict[str, Any]:
        """A new order's answer: the payment page, or the order itself."""
        found: dict[str, Any] = self.data("POST", "/orders", order_of(order_id, amount, **fields))
        return found

    def data(self, method: str, path: str, body: Any = None) -> Any:
        """The data of a success; anything else fails the test with what was said."""
        answer = fine(self.send(method, path, body))
        assert answer["success"] is True
        return answer["data"]

    def read(self, order_id: str = "ON-1") -> dict[str, Any]:
        found: dict[str, Any] = self.data("GET", f"/orders/{quote(order_id, safe='')}")
        return found

    def status(self, order_id: str = "ON-1") -> str:
        """``completed/uncleared``"""
        order = self.read(order_id)
        return f"{order['status']}/{order['financial_status']}"

    def complete(self, order_id: str = "ON-1", **asked: Any) -> dict[str, Any]:
        """What the shopper does on the page; answers with the order and the return_url."""
        path = f"/multisafepay/orders/{quote(order_id, safe='')}/complete"
        found: dict[str, Any] = fine(self.control("POST", path, asked))
        return found

    def pay(self, order_id: str = "ON-1", amount: Any = 10000, **fields: Any) -> dict[str, Any]:
        """An order that the shopper has paid."""
        self.create(order_id, amount, **fields)
        return self.complete(order_id)

    def ship(self, order_id: str = "ON-1", **told: Any) -> None:
        self.data("PATCH", f"/orders/{quote(order_id, safe='')}", {"status": "shipped", **told})

    def refund(self, order_id: str = "ON-1", **asked: Any) -> dict[str, Any]:
        body = {"currency": "EUR", **asked}
        found: dict[str, Any] = self.data("POST", f"/orders/{quote(order_id, safe='')}/refunds", body)
        return found

    def advance(self, duration: str) -> list[dict[str, Any]]:
        """Move the world's clock; answers with what fired on the way."""
        fired: list[dict[str, Any]] = fine(self.control("POST", "/clock", {"advance": duration}))["fired"]
        return fired

    def webhooks(self, **filters: str) -> list[dict[str, Any]]:
        """The log, oldest first."""
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        found: list[dict[str, Any]] = fine(self.control("GET", f"/webhooks?{query}"))
        return found[::-1]

    def ledger_order(self, order_id: str = "ON-1") -> dict[str, Any]:
        """The Klarna order underneath."""
        number = self.read(order_id)["payment_details"]["external_transaction_id"]
        found: dict[str, Any] = fine(self.control("GET", f"/state/orders/{number}"))
        return found

    def choose_scenario(self, name: str) -> None:
        fine(self.control("PUT", "/scenario", {"name": name}))

    def add_rule(self, operation: str, then: Any, **more: Any) -> None:
        match = more.pop("match", {})
        fine(self.control("POST", "/rules", {"when": {"operation": operation, "match": match}, "then": then, **more}))

    def refusal(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, int, str]:
        """HTTP status, error_code and error_info of a refused request; a success fails the test."""
        answer = self.send(method, path, body, **headers)
        refused = answer.json
        assert refused["success"] is False and refused["data"] == {}, answer.text
        return answer.status, refused["error_code"], refused["error_info"]

    def explanation(self) -> dict[str, Any]:
        """Why the newest refused request was refused, from the journal."""
        entries: list[dict[str, Any]] = fine(self.control("GET", "/journal"))
        found: dict[str, Any] = next(entry["explanation"] for entry in entries if "explanation" in entry)
        return found

"""A store's app that uses NEXT Commerce, and the shopper and tester beside it, in process or over real HTTP."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.klarna import Answer, Wire, fine, spelled

STABLE, OLD, UNSTABLE = "2024-04-01", "2023-02-10", "unstable"
ADDRESS = {
    "first_name": "Jane", "last_name": "Roe", "line1": "12 Harbour St", "line4": "Monsey", "postcode": "10952",
    "phone_number": "2025550140", "state": "NY", "country": "US",
}  # fmt: skip
RETURN_URL = "https://shop.test/return"
TEAPOT, TOWEL, TEA_MONTH, GIFT_CARD, COFFEE_CLUB = 1, 2, 3, 6, 123  # variants that every store has
TEST_GATEWAY, NEXT_PAYMENTS, STRIPE, CAPTURES_LATER = 2, 12, 13, 14
MONTHLY = {"interval": "month", "interval_count": 1}
JANE = {"email": "jane@shop.test", "first_name": "Jane", "last_name": "Roe"}


def line_of(product_id: int = TEAPOT, quantity: int = 1, price: str = "10.00", **fields: Any) -> dict[str, Any]:
    return {"product_id": product_id, "quantity": quantity, "price": price, **fields}


def order_of(method: str | None = "klarna", **fields: Any) -> dict[str, Any]:
    """One line of 10.00 and 5.00 of shipping to the US, paid with this method; ``fields`` come on top."""
    order: dict[str, Any] = {
        "lines": [line_of()],
        "currency": "USD",
        "user": {"email": "jane@shop.test", "first_name": "Jane", "last_name": "Roe"},
        "shipping_code": "default",
        "shipping_price": "5.00",
        "shipping_address": ADDRESS,
        "billing_same_as_shipping_address": True,
        "payment_method": method,
        "payment_details": {"payment_return_url": RETURN_URL},
    }
    if method == "card_token":
        order["payment_details"] = {"card_token": "tok_4242"}
    return deepcopy({**order, **fields})


def cart_of(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A cart of Jane's; one teapot unless told."""
    return {"lines": list(lines) or [line_of()], "user": JANE, **fields}


def payment_in(url: str) -> str:
    """The id of a payment: the last part of its page's path."""
    return url.partition("?")[0].rstrip("/").rpartition("/")[2]


def subscription_of(**fields: Any) -> dict[str, Any]:
    """The example of the guide: 19.99 and 3.99 of shipping every 30 days."""
    return {
        "lines": [{"product_id": COFFEE_CLUB, "quantity": 1, "currency": "USD", "price": "19.99"}],
        "shipping_code": "default-shipping",
        "shipping_price": "3.99",
        "interval": "day",
        "interval_count": 30,
        "next_renewal_date": "2026-12-1T08:41:37+07:00",
        "user": {"email": "john@smiths.test", "first_name": "John", "last_name": "Smith"},
        "shipping_address": ADDRESS,
        "billing_same_as_shipping_address": True,
        "payment_method": "card_token",
        "payment_details": {"card_token": "tok_1"},
        **fields,
    }


class NextCommerce:
    """The store as an app with this token sees it; by default one that may do everything, of the stable version."""

    def __init__(self, wire: Wire, world: str, token: str = "", version: str | None = STABLE) -> None:
        self._wire = wire
        self.world = world
        self.token = token or f"token_world-{world}"
        self.version = version

    def of_version(self, version: str | None) -> NextCommerce:
        """The same store through another version of the API."""
        return NextCommerce(self._wire, self.world, self.token, version)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request below /api/admin; ``x_mock_outcome="declined"`` becomes the header X-Mock-Outcome."""
        own = {"Authorization": f"Bearer {self.token}"}
        own |= {"X-29next-API-Version": self.version} if self.version else {}
        path = f"/api/admin{path}"
        return self._wire.send(method, path, auth=None, headers={**own, **spelled(headers)}, body=body)

    def campaign(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A campaign page's request below /api/v1."""
        own = {"Authorization": f"campaign_world-{self.world}", **spelled(headers)}
        return self._wire.send(method, f"/api/v1{path}", auth=None, headers=own, body=body)

    def control(self, method: str, path: str, body: Any = None) -> Answer:
        """A tester's request to /_mock, about this world."""
        return self._wire.send(method, f"/_mock{path}", auth=None, headers={"X-Mock-World": self.world}, body=body)

    def get(self, path: str) -> Any:
        """The body of a success; anything else fails the test with what was said."""
        return fine(self.send("GET", path))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return fine(self.send("POST", path, {} if body is None else body, **headers))

    def results(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(path)["results"]
        return found

    def start(self, method: str = "klarna", **fields: Any) -> str:
        """The id of a payment that waits for its shopper."""
        return payment_in(self.post("/orders/", order_of(method, **fields))["payment_complete_url"])

    def complete(self, payment: str, outcome: str = "", **asked: Any) -> dict[str, Any]:
        """What the shopper does: ``{payment, order, return}``."""
        body = {**({"outcome": outcome} if outcome else {}), **asked}
        found: dict[str, Any] = fine(self.control("POST", f"/next_commerce/payments/{payment}/complete", body))
        return found

    def buy(self, method: str = "klarna", **fields: Any) -> dict[str, Any]:
        """An order that is paid."""
        if method == "card_token":
            found: dict[str, Any] = self.post("/orders/", order_of(method, **fields))
            return found
        order: dict[str, Any] = self.complete(self.start(method, **fields))["order"]
        return order

    def subscribe(self, method: str = "klarna", **fields: Any) -> dict[str, Any]:
        """A monthly subscription to tea for 19.99 and 5.00 of shipping, begun by an order paid with this method."""
        line = line_of(TEA_MONTH, 1, "19.99", subscription={"price": "19.99", **MONTHLY})
        order = self.buy(method, lines=[line], **fields)
        return self.subscription(order["subscriptions"][0]["id"])

    def subscription(self, id_: int) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/subscriptions/{id_}/")
        return found

    def read(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/orders/{number}/")
        return found

    def status(self, number: str) -> str:
        """``open/paid/unfulfilled``"""
        order = self.read(number)
        return "/".join(order[name] for name in ("status", "payment_status", "fulfillment_status"))

    def transactions(self, number: str) -> list[str]:
        """``debit 15.00``, ``refund 5.00 failed``, oldest first."""
        return [
            f"{each['type']} {each['amount']}{'' if each['status'] == 'succeeded' else ' ' + each['status']}"
            for each in self.read(number)["transactions"]
        ]

    def ledger_orders(self) -> list[dict[str, Any]]:
        """The Klarna orders underneath, oldest first."""
        found: list[dict[str, Any]] = fine(self.control("GET", "/state/orders"))
        return found[::-1]

    def state(self, kind: str) -> list[dict[str, Any]]:
        """Records of this face, newest first."""
        found: list[dict[str, Any]] = fine(self.control("GET", f"/state/next_commerce_{kind}"))
        return found

    def advance(self, duration: str) -> list[dict[str, Any]]:
        """Move the world's clock; answers with what fired on the way."""
        fired: list[dict[str, Any]] = fine(self.control("POST", "/clock", {"advance": duration}))["fired"]
        return fired

    def subscriptions_fired(self, duration: str) -> list[tuple[str, str]]:
        """Move the world's clock; when what happened to subscriptions."""
        fired = self.advance(duration)
        return [(each["at"], each["what"].rpartition(".")[2]) for each in fired if "subscription" in each]

    def freeze(self, at: str = "2026-11-20T17:00:00Z") -> None:
        """Have the world's clock stand still; by default at noon of a Friday in New York."""
        fine(self.control("POST", "/clock", {"freeze": at}))

    def choose_scenario(self, name: str) -> None:
        fine(self.control("PUT", "/scenario", {"name": name}))

    def add_rule(self, operation: str, then: Any, **more: Any) -> None:
        match = more.pop("match", {})
        fine(self.control("POST", "/rules", {"when": {"operation": operation, "match": match}, "then": then, **more}))

    def refusal(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and body of a refused request; a success fails the test."""
        answer = self.send(method, path, body, **headers)
        assert answer.status >= 400, answer.text
        return answer.status, answer.json

    def explanation(self) -> dict[str, Any]:
        """Why the newest refused request was refused, from the journal."""
        entries: list[dict[str, Any]] = fine(self.control("GET", "/journal"))
        found: dict[str, Any] = next(entry["explanation"] for entry in entries if "explanation" in entry)
        return found

    def listen(self, url: str, *events: str, **fields: Any) -> dict[str, Any]:
        """A webhook for these events."""
        body = {"target": url, "events": list(events), "name": "test", "secret_key": "whsec_example", **fields}
        hook: dict[str, Any] = self.post("/webhooks/", body)
        return hook

    def webhooks(self, **filters: str) -> list[dict[str, Any]]:
        """The log, oldest first."""
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        found: list[dict[str, Any]] = fine(self.control("GET", f"/webhooks?{query}"))
        return found[::-1]

    def told(self) -> list[str]:
        """The events of all webhooks so far, oldest first."""
        return [message["about"]["event"] for message in self.webhooks()]

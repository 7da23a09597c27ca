"""What a capture and a refund cost beside create_order, over HTTP, in a world with 1 capture and with 1,000."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from statistics import median
from typing import Any

from benchmarks import messages
from benchmarks.figures import Figure
from benchmarks.servers import Server

MOST_TO_ORDER = 1.3  # the cost of either, to that of create_order
_CAPTURES = (1, 1000)  # in the world, when it is measured
_WARM_UP = 20  # requests, untimed


def measure_captures(server: Server, *, rounds: int, requests: int) -> Iterator[Figure]:
    """Alternating, on one connection; every order is captured and refunded once."""
    for captures in _CAPTURES:
        shop = _Shop(server, f"captures-{captures}")
        for order_id in shop.orders(captures):
            shop.post(f"{messages.ORDERS}/{order_id}/captures", {"captured_amount": 100})
        ratios: dict[str, list[float]] = {"capture": [], "refund": []}
        for _ in range(rounds):
            order_ms = shop.cost_of_orders(requests)
            there = shop.orders(requests + _WARM_UP + 1)
            ratios["capture"].append(shop.cost_of("captures", {"captured_amount": 100}, there) / order_ms)
            ratios["refund"].append(shop.cost_of("refunds", {"refunded_amount": 100}, there) / order_ms)
        for name, found in ratios.items():
            title = f"{name}, captures in its world: {captures:,}; cost to create_order"
            yield Figure(title, median(found), "x", most=MOST_TO_ORDER, note=f"{min(found):.2f} to {max(found):.2f}")


class _Shop:
    """A merchant in a world of its own."""

    def __init__(self, server: Server, world: str) -> None:
        self._server = server
        self._world = world
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=30)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        headers = {"Authorization": messages.AUTHORIZATION, "X-Mock-World": self._world}
        self._connection.request("POST", path, json.dumps(body), headers)
        told = self._connection.getresponse().read()
        return json.loads(told) if told else None

    def orders(self, count: int) -> list[str]:
        """Authorized ones."""
        wanted = {"state": "AUTHORIZED", "purchase": messages.PURCHASE}
        return [self.post("/_mock/klarna/orders", wanted)["order_id"] for _ in range(count)]

    def cost_of_orders(self, requests: int) -> float:
        tokens = [self._token() for _ in range(requests + _WARM_UP + 1)]
        return self._cost_ms([f"/payments/v1/authorizations/{token}/order" for token in tokens], messages.BODY)

    def cost_of(self, what: str, body: Mapping[str, Any], order_ids: list[str]) -> float:
        paths = [f"{messages.ORDERS}/{order_id}/{what}" for order_id in order_ids]
        return self._cost_ms(paths, json.dumps(body).encode())

    def _token(self) -> str:
        session = self.post(messages.SESSIONS, messages.PURCHASE)
        told = self.post(messages.AUTHORIZATIONS, {"session_id": session["session_id"]})
        return str(told["authorization_token"])

    def _cost_ms(self, paths: list[str], body: bytes) -> float:
        header = f"X-Mock-World: {self._world}\r\n"
        requests = [messages.post(path, body, header) for path in paths]
        return 1000 / self._server.load(iter(requests), len(paths) - _WARM_UP - 1, warm_up=_WARM_UP).per_second

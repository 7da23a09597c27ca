"""What a list costs at Commerce Layer: 25 orders with two includes, to one order without, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection
from itertools import repeat
from statistics import median
from typing import Any

from benchmarks.figures import Figure
from benchmarks.servers import Server

MOST_TO_ONE = 4.0  # the cost of the list, to that of one order
_ORDERS = 25
_JSON_API = "application/vnd.api+json"
_HEADERS = {"Authorization": "Bearer bench", "Accept": _JSON_API, "Content-Type": _JSON_API}
_WARM_UP = 20  # requests, untimed
_LIST = "/api/orders?page%5Bsize%5D=25&include=line_items,customer"


def measure_list(server: Server, *, rounds: int, requests: int) -> Figure:
    """Alternating, on one connection; every order has a line item and a customer of its own."""
    order_ids = [_order(server.port, number) for number in range(_ORDERS)]
    lists, ones = [], []
    for _ in range(rounds):
        ones.append(_cost_ms(server, f"/api/orders/{order_ids[0]}", requests))
        lists.append(_cost_ms(server, _LIST, requests))
    ratio = median(many / one for many, one in zip(lists, ones, strict=True))
    note = f"{median(lists):.2f} to {median(ones):.2f} ms"
    return Figure("list of 25 orders with 2 includes: cost to one order", ratio, "x", most=MOST_TO_ONE, note=note)


def _cost_ms(server: Server, path: str, requests: int) -> float:
    lines = "".join(f"{name}: {value}\r\n" for name, value in _HEADERS.items())
    message = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()
    return 1000 / server.load(repeat(message), requests, warm_up=_WARM_UP).per_second


def _order(port: int, number: int) -> str:
    order = _post(port, "orders", {"customer_email": f"shopper{number}@shop.test"}, {})
    link = {"order": {"data": {"type": "orders", "id": order}}}
    _post(port, "line_items", {"sku_code": "MUGXXXXXFFFFFF000000XXXX", "quantity": 2}, link)
    return order


def _post(port: int, type_: str, attributes: Mapping[str, Any], relations: Mapping[str, Any]) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    data = {"type": type_, "attributes": attributes, "relationships": relations}
    connection.request("POST", f"/api/{type_}", json.dumps({"data": data}), _HEADERS)
    made: str = json.load(connection.getresponse())["data"]["id"]
    connection.close()
    return made

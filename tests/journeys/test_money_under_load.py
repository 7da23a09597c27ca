"""64 tills work on one order at once, over real HTTP and on every store: the money stays right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from mock_server.app import create_app
from mock_server.settings import Settings
from mock_server.web.serving import RunningServer
from tests.contract.test_every_store import STORES
from tests.klarna import Klarna, OverHttp

TILLS = 64
TURNS = 6
AMOUNT = 100_000  # of the order, minor units; its tills would take four times as much
ORDERS = "/ordermanagement/v1/orders"


@pytest.fixture(params=STORES)
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server on this store, with no limits on calls."""
    app = create_app(Settings(), lambda name: STORES[request.param]())
    with RunningServer(app) as running:
        yield f"http://127.0.0.1:{running.port}"


def _till(address: str, order_id: str, number: int) -> Counter[str]:
    """One till's day: captures and refunds of its own amounts; the first of each with a key that another uses too."""
    seen: Counter[str] = Counter()
    with requests.Session() as session:
        session.trust_env = False
        klarna = Klarna(OverHttp(address, session), "default")
        for turn in range(TURNS):
            amount = 97 + 31 * number + turn
            key = {"klarna_idempotency_key": f"shared-{number // 2}"} if turn == 0 else {}
            for path, field in (("captures", "captured_amount"), ("refunds", "refunded_amount")):
                answer = klarna.send("POST", f"{ORDERS}/{order_id}/{path}", {field: amount}, **key)
                seen[f"{path} {answer.status}"] += 1
                seen[f"{path} {answer.headers.get('Location', '')}"] = 1
    return seen


def test_64_tills_never_take_more_than_is_authorized_nor_give_back_more_than_was_taken(address: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        klarna = Klarna(OverHttp(address, session), "default")
        order_id = klarna.buy(amount=AMOUNT)["order_id"]

        with ThreadPoolExecutor(TILLS) as pool:
            days = list(pool.map(lambda number: _till(address, order_id, number), range(TILLS)))

        order = klarna.send("GET", f"{ORDERS}/{order_id}").json
    for path, field in (("captures", "captured_amount"), ("refunds", "refunded_amount")):
        made = {name for day in days for name in day if name.startswith(f"{path} http")}
        statuses = {name for day in days for name in day if name.startswith(f"{path} ") and "http" not in name}
        assert len(made) == len(order[path])
        assert order[field] == sum(each[field] for each in order[path])
        assert statuses <= {f"{path} ", f"{path} 201", f"{path} 403", f"{path} 409"}
    assert 0 < order["refunded_amount"] <= order["captured_amount"] <= AMOUNT == order["order_amount"]
    assert AMOUNT - order["captured_amount"] == order["remaining_authorized_amount"] < 97 + 31 * TILLS + TURNS

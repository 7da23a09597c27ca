"""What many orders cost, in process and without HTTP: time and memory per order, and forgetting them all."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from flask import Flask

from benchmarks import messages
from benchmarks.figures import Figure
from benchmarks.servers import rss_mb
from mock_server.app import create_app
from mock_server.core.rules import Decision
from mock_server.core.world import World
from mock_server.ledger import authorizations, sessions
from mock_server.providers.klarna.actions.payments import create_order

MOST_GROWTH = 1.2  # cost of an order in a full store, to that in a small one
MOST_RESET_MS = 10.0
FEW = 100  # orders
_MERCHANT, _URL = "PK00001_bench", "http://127.0.0.1:8080"
# bodies as the journal keeps them
_ENTRY = {
    "operation": "klarna.payments.create_order", "request": {"body": messages.BODY.decode()},
    "response": {"body": "x" * 260},
}  # fmt: skip


def measure_order_cost(*, rounds: int, samples: int, many: int) -> list[Figure]:
    """create_order (the action) with few orders in the store and with many, alternating; few are few in each round."""
    app = create_app()
    before_mb = rss_mb(os.getpid())
    started = time.perf_counter()
    fill(_world(app, "many"), many)
    took_s = time.perf_counter() - started
    bytes_per_order = (rss_mb(os.getpid()) - before_mb) * 1e6 / many
    few_ms, many_ms = [], []
    for number in range(rounds):
        fill(_world(app, f"few{number}"), FEW)
        few, lots = _alternating(app, [f"few{number}", "many"], samples)
        few_ms.append(few)
        many_ms.append(lots)
    ratio = median(lots / few for few, lots in zip(few_ms, many_ms, strict=True))
    note = f"{median(many_ms):.3f} to {median(few_ms):.3f} ms"
    return [
        Figure(f"create_order, {many:,} orders to {FEW}: time", ratio, "x", most=MOST_GROWTH, note=note),
        Figure(f"store, {many:,} orders: bytes per order", bytes_per_order, "B", note=f"filled in {took_s:.0f} s"),
    ]


def measure_reset(*, rounds: int, orders: int) -> Figure:
    """POST /_mock/reset of a world with orders, over the WSGI interface."""
    gc.collect()  # what other measurements left, so that it is not part of this one
    app = create_app()
    client = app.test_client()
    took_ms = []
    for _ in range(rounds):
        fill(_world(app, "full"), orders)
        took_ms.append(_ms(partial(client.post, "/_mock/reset?world=full")))
        if any(_world(app, "full").store.all("orders")):
            raise RuntimeError("the world was not reset")
    return Figure(f"reset of a world with {orders:,} orders", median(took_ms), "ms", most=MOST_RESET_MS)


def fill(world: World, orders: int) -> None:
    """Sessions, authorizations, orders and a journal entry for each."""
    for _ in range(orders):
        _place(world, _token(world))
        world.journal.write(world.journal.next_id(), _ENTRY)


def _alternating(app: Flask, names: list[str], samples: int) -> list[float]:
    """For each world the median milliseconds of an order; the authorization before it is not timed."""
    took_ms: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(samples):
        for name in names:
            world = _world(app, name)
            token = _token(world)
            took_ms[name].append(_ms(partial(_place, world, token)))
    return [median(took_ms[name]) for name in names]


def _world(app: Flask, name: str) -> World:
    world: World = app.extensions["worlds"].get(name)
    return world


def _token(world: World) -> str:
    session = sessions.open_session(world, messages.PURCHASE, merchant=_MERCHANT, base_url=_URL)
    return str(authorizations.grant(world, session)["token"])


def _place(world: World, token: str) -> None:
    authorization = authorizations.find_authorization(world, token)
    create_order(
        world, authorization, messages.PURCHASE, Decision(), token=token, merchant=_MERCHANT, base_url=_URL
    )


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000

"""A test suite runs 64 tests at once against one server; none sees another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import requests

from tests.klarna import Klarna, OverHttp

WORLDS = 64


def _live(server: str, name: str, number: int) -> dict[str, object]:
    """One test's day: its own amount, scenario, clock and number of orders."""
    with requests.Session() as session:
        session.trust_env = False
        klarna = Klarna(OverHttp(server, session), name)
        klarna.choose_scenario("pending-then-accepted" if number % 2 else "accepted")
        orders = [klarna.buy(amount=1000 + number) for _ in range(number % 3 + 1)]
        klarna.advance(f"{number}h")
        state = klarna.control("GET", "/state/orders").json
        return {
            "mine": sorted(order["order_id"] for order in orders),
            "there": sorted(order["order_id"] for order in state),
            "amounts": {order["order_amount"] for order in state},
            "fraud": {order["fraud_status"] for order in orders},
            "journal": len(klarna.journal()),
        }


def test_64_worlds_in_parallel_never_see_one_another(server: str, fresh_world: str) -> None:
    numbers = range(WORLDS)

    with ThreadPoolExecutor(WORLDS) as pool:
        lives = list(pool.map(lambda number: _live(server, f"{fresh_world}-{number}", number), numbers))

    for number, life in zip(numbers, lives, strict=True):
        bought = number % 3 + 1
        assert life["mine"] == life["there"]
        assert {1000 + number} == life["amounts"]
        assert {"PENDING" if number % 2 else "ACCEPTED"} == life["fraud"]
        assert 3 * bought == life["journal"]


def test_worlds_with_the_same_seed_draw_the_same_ids(server: str, fresh_world: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        left, right = (Klarna(OverHttp(server, session), f"{fresh_world}-{side}") for side in ("left", "right"))

        assert left.buy()["order_id"] == right.buy()["order_id"]

"""Ids of transactions: no two alike, each leads to the order it was drawn for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random

import pytest

from mock_server.app import create_worlds
from mock_server.core.world import World
from mock_server.providers.multisafepay.state import orders
from mock_server.settings import Settings

from ..website import NOON

SITE = "shop"


@pytest.fixture(params=["2025", "2021"])
def world(request: pytest.FixtureRequest) -> World:
    """Its clock stands still, so that nothing but chance keeps ids apart."""
    world = create_worlds(Settings(multisafepay_version=request.param)).get("default")
    world.clock.freeze(NOON)
    return world


@pytest.fixture
def unlucky(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Random]:
    """Chance that says everything three times."""
    draws = count()

    def draw(kind: str) -> Random:
        return world.ids.tied_to(kind, str(next(draws) // 3))

    monkeypatch.setattr(world.ids, "draw", draw)
    return draw


def _made(world: World, number: int) -> int:
    """The transaction id of a new order."""
    key = orders.key_of(SITE, f"ON-{number}")
    world.store.put(orders.KIND, key, {"key": key, "site": SITE, "number": number})
    return orders.new_transaction_id(world, key)


@pytest.mark.usefixtures("unlucky")
def test_three_thousand_orders_of_one_moment_have_three_thousand_ids(world: World) -> None:
    ids = [_made(world, number) for number in range(3000)]

    assert 3000 == len(set(ids))
    found = [orders.find(world, str(id_), SITE) for id_ in ids]
    assert list(range(3000)) == [order["number"] if order else None for order in found]


@pytest.mark.usefixtures("unlucky")
def test_an_id_that_was_forgotten_may_be_drawn_again(world: World) -> None:
    first = _made(world, 1)

    orders.forget(world, first, None)

    assert orders.find(world, str(first), SITE) is None
    assert first == _made(world, 2)

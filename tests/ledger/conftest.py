"""A bare world with a frozen clock, and a short way to each state of a purchase."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mock_server.app import create_worlds
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, events, orders, sessions
from mock_server.ledger.decisions import Verdict
from mock_server.settings import Settings

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def purchase_of(amount: int = 10000, **fields: Any) -> dict[str, Any]:
    """One line that costs ``amount`` minor units, sold in Sweden."""
    line = {"name": "Kettle", "quantity": 1, "unit_price": amount, "total_amount": amount}
    return {
        "purchase_country": "SE",
        "purchase_currency": "SEK",
        "locale": "en-SE",
        "order_amount": amount,
        "order_lines": [line],
        **fields,
    }


class Heard(list[tuple[str, Record]]):
    """What the ledger published, in order: (event, record)."""

    @property
    def names(self) -> list[str]:
        return [event for event, _ in self]


class Till:
    """A shop's till on one world: each method takes a purchase one step further."""

    def __init__(self, world: World) -> None:
        self.world = world

    def session(self, **fields: Any) -> Record:
        purchase = purchase_of(fields.pop("amount", 10000), **fields)
        return sessions.open_session(self.world, purchase, merchant="PK1_till", base_url="http://127.0.0.1:8080")

    def authorization(self, **fields: Any) -> Record:
        return authorizations.grant(self.world, self.session(**fields))

    def order(self, verdict: Verdict | None = None, **fields: Any) -> Record:
        return self.place(self.authorization(**fields), verdict)

    def place(self, authorization: Record, verdict: Verdict | None = None, digest: str = "digest") -> Record:
        session = self.world.store.get("sessions", authorization["session_id"])
        assert session is not None
        return orders.place_order(
            self.world,
            orders.new_order_id(self.world),
            session["purchase"],
            authorization=authorization,
            placed={"token": authorization["token"], "body_digest": digest, "answer": {"order": "placed"}},
            verdict=verdict or Verdict(),
            placed_through="klarna",
        )

    def stored(self, order: Record) -> Record:
        return orders.find_order(self.world, order["order_id"])


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def world(heard: Heard) -> World:
    """A world whose clock stands at noon and whose ledger events are heard instead of sent."""

    def listener(event: str) -> Callable[[World, Record], None]:
        return lambda _, record: heard.append((event, record))

    world = create_worlds(Settings()).get("default")
    world.clock.freeze(NOON)
    names = [value for name, value in vars(events).items() if name.isupper()]
    return replace(world, house=replace(world.house, listeners={event: [listener(event)] for event in names}))


@pytest.fixture
def till(world: World) -> Till:
    return Till(world)

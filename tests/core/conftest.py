"""Small worlds with made-up operations, so that core is tested without any provider."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mock_server.core.clock import Clock, parse_duration
from mock_server.core.rules import Catalog, Choices, Option
from mock_server.core.scenarios import Book
from mock_server.core.store import MemoryStore
from mock_server.core.world import Handler, House, Listener
from mock_server.core.worlds import Worlds
from mock_server.settings import Settings

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CREATE, READ = "shop.orders.create_order", "shop.orders.read_order"
CATALOG: Catalog = {
    CREATE: Choices(
        {
            "accepted": {},
            "pending": {"decide": Option("what becomes of it"), "after": Option("how long", parse_duration)},
            "rejected": {},
        },
        frozenset({"Broken", "NotFound"}),
    ),
    READ: Choices({"accepted": {}}, frozenset({"NotFound"})),
}


class Files:
    """A folder of scenario files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        return file


class Shop:
    """A server of made-up operations: its own and its user's scenario files, what its handlers and listeners did."""

    def __init__(self, folder: Path) -> None:
        self.own = Files(folder / "own")
        self.own.write("accepted.yaml", "about: Everything is fine.\n")
        self.users = Files(folder / "users")
        self.handlers: dict[str, Handler] = {}
        self.listeners: dict[str, list[Listener]] = {}

    def open(self, **settings: Any) -> Worlds:
        book = Book(CATALOG, self.own.folder, self.users.folder)
        return Worlds(House(Settings(**settings), CATALOG, book, self.handlers, self.listeners))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def clock(store: MemoryStore) -> Clock:
    """Stands at noon of 2026-11-20."""
    clock = Clock(store)
    clock.freeze(NOON)
    return clock

"""Puts a server together: settings, worlds, providers, control; nothing else knows all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from flask import Flask

from mock_server import __version__
from mock_server.core.outbox import Manners
from mock_server.core.rules import EVENT, Catalog, Choices
from mock_server.core.scenarios import Book
from mock_server.core.store import MemoryStore, Store
from mock_server.core.world import Handler, House, Listener
from mock_server.core.worlds import Worlds
from mock_server.ledger import authorizations, decisions, endings, events, rejections, sessions
from mock_server.providers import commercelayer, klarna, multisafepay, next_commerce
from mock_server.settings import Settings
from mock_server.web.operations import Provider
from mock_server.web.routing import Faces

PROVIDERS: tuple[Provider, ...] = (
    klarna.PROVIDER, multisafepay.PROVIDER, commercelayer.PROVIDER, next_commerce.PROVIDER,
)  # fmt: skip

# name of an alarm -> what is done when it goes off
_HANDLERS: dict[str, Handler] = {
    sessions.EXPIRY: sessions.expire_session,
    authorizations.EXPIRY: authorizations.expire_authorization,
    decisions.DECISION: decisions.decide_due,
    rejections.GIVE_UP: rejections.give_up_due,
    endings.EXPIRY: endings.expire_order,
}


def create_app(
    settings: Settings | None = None, new_store: Callable[[str], Store] = lambda name: MemoryStore()
) -> Flask:
    """The WSGI application; ``app.extensions["worlds"]`` holds its worlds.

    Raises MistakeInFile for a scenario that cannot be used.
    """
    worlds = create_worlds(settings or Settings(), new_store)
    app = Flask(__name__, static_folder=None)
    app.extensions["worlds"] = worlds
    Faces(worlds, PROVIDERS, partial(_control, worlds)).mount(app)
    return app


def _control(worlds: Worlds) -> Provider:
    """The control API; imported when it is called for."""
    from mock_server.control.routes import control_provider

    return control_provider(worlds, __version__, PROVIDERS)


def create_worlds(settings: Settings, new_store: Callable[[str], Store] = lambda name: MemoryStore()) -> Worlds:
    """The worlds without HTTP, for tests of actions."""
    users = Path(settings.scenarios) if settings.scenarios else None
    names = catalog()
    handlers, manners = dict(_HANDLERS), dict[str, Manners]()
    for provider in PROVIDERS:
        handlers |= provider.alarms
        manners |= {provider.name: provider.manners} if provider.manners else {}
    book = Book(names, data_folder("scenarios"), users) if users else _own_book()
    house = House(settings, names, book, handlers, _listeners(), manners)
    house.book.get(settings.scenario)  # a mistyped name stops the start
    return Worlds(house, new_store)


@cache
def _own_book() -> Book:
    """The scenarios that come with this server; they never change, and many servers in a process share them."""
    return Book(catalog(), data_folder("scenarios"))


@cache
def catalog() -> Catalog:
    """What rules may choose, for every operation and webhook of every provider; and what others may wait for."""
    found: dict[str, Choices] = {}
    for provider in PROVIDERS:
        found |= {operation.name: operation.choices for operation in (*provider.operations, *provider.controls)}
        found |= provider.choices
    return found | {name: EVENT for name in events.NAMES}


def data_folder(name: str) -> Path:
    """``scenarios`` or ``fixtures``: inside the installed package, beside it in a checkout."""
    installed = Path(__file__).parent / name
    return installed if installed.is_dir() else Path(__file__).parent.parent / name


def base_urls(address: str) -> dict[str, str]:
    """For each face the base URL that a client is configured with."""
    return {provider.title: address + provider.base_path for provider in PROVIDERS}


def _listeners() -> dict[str, list[Listener]]:
    found: dict[str, list[Listener]] = {}
    for provider in PROVIDERS:
        for event, listeners in provider.listeners.items():
            found.setdefault(event, []).extend(listeners)
    return found

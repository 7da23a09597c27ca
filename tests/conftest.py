"""What tests of every room share: worlds without HTTP, an application, a server on a real socket, a receiver."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count

import pytest
import requests
from flask import Flask

from mock_server.app import create_app, create_worlds
from mock_server.core.world import World
from mock_server.core.worlds import Worlds
from mock_server.settings import Settings
from mock_server.web.serving import RunningServer
from tests.commercelayer import CommerceLayer
from tests.klarna import InProcess, Klarna, OverHttp, fine
from tests.multisafepay import MultiSafepay
from tests.next_commerce import NextCommerce
from tests.receiver import Receiver


@pytest.fixture
def worlds() -> Worlds:
    """All worlds of a server without HTTP and without a courier: what falls due is done at once."""
    return create_worlds(Settings())


@pytest.fixture
def world(worlds: Worlds) -> World:
    return worlds.get("default")


@pytest.fixture
def app() -> Flask:
    return create_app(Settings())


@pytest.fixture
def klarna(app: Flask) -> Klarna:
    """Klarna in one process: quick, and alone."""
    return Klarna(InProcess(app.test_client()), "test")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of one server for all tests, with a courier: ``http://127.0.0.1:<port>``."""
    app = create_app(Settings())
    worlds: Worlds = app.extensions["worlds"]
    worlds.run()
    with RunningServer(app) as running:
        yield f"http://127.0.0.1:{running.port}"
    worlds.stop()


@pytest.fixture(scope="session")
def _world_numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def fresh_world(_world_numbers: Iterator[int]) -> str:
    """A name that no other test uses."""
    return f"test-{next(_world_numbers)}"


@pytest.fixture
def over_http(server: str) -> Iterator[OverHttp]:
    """A client's connections to the server."""
    with requests.Session() as session:
        session.trust_env = False
        yield OverHttp(server, session)


@pytest.fixture
def klarna_over_http(over_http: OverHttp, fresh_world: str) -> Klarna:
    """Klarna on a real socket, in a world that no other test uses."""
    return Klarna(over_http, fresh_world)


@pytest.fixture
def multisafepay(app: Flask) -> MultiSafepay:
    """MultiSafepay in one process: quick, and alone; without a courier what falls due leaves with the next request."""
    return MultiSafepay(InProcess(app.test_client()), "test")


@pytest.fixture
def multisafepay_over_http(over_http: OverHttp, fresh_world: str) -> MultiSafepay:
    """MultiSafepay on a real socket, in a world that no other test uses."""
    return MultiSafepay(over_http, fresh_world)


@pytest.fixture
def commercelayer(app: Flask) -> CommerceLayer:
    """Commerce Layer in one process: quick, and alone; what falls due leaves with the next request."""
    return CommerceLayer(InProcess(app.test_client()), "test")


@pytest.fixture
def commercelayer_over_http(over_http: OverHttp, fresh_world: str) -> CommerceLayer:
    """Commerce Layer on a real socket, in a world that no other test uses."""
    return CommerceLayer(over_http, fresh_world)


@pytest.fixture
def next_commerce(app: Flask) -> NextCommerce:
    """NEXT Commerce in one process: quick, and alone; what falls due leaves with the next request."""
    return NextCommerce(InProcess(app.test_client()), "test")


@pytest.fixture
def next_commerce_over_http(over_http: OverHttp, fresh_world: str) -> NextCommerce:
    """NEXT Commerce on a real socket, in a world that no other test uses."""
    return NextCommerce(over_http, fresh_world)


@pytest.fixture
def shop(multisafepay_over_http: MultiSafepay) -> MultiSafepay:
    """A website of MultiSafepay in a world where it is noon until somebody moves the clock."""
    fine(multisafepay_over_http.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"}))
    return multisafepay_over_http


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A shop's server for webhooks."""
    with Receiver() as running:
        yield running


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that take turns every microsecond, so that a race is lost when it can be."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)

"""Real sockets and Flask's test client, with a Klarna merchant's credentials."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from mock_server.app import create_app
from mock_server.settings import Settings
from mock_server.web.serving import RunningServer

MERCHANT = {"Authorization": "Basic UEswMDAwMV90ZXN0OnNlY3JldA=="}  # PK00001_test:secret
SESSIONS = "/payments/v1/sessions"
PURCHASE = {
    "purchase_country": "SE",
    "purchase_currency": "SEK",
    "order_amount": 10000,
    "order_lines": [{"name": "Kettle", "quantity": 1, "unit_price": 10000, "total_amount": 10000}],
}


class Client:
    """In process; what the test client says is what the application said."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._http = app.test_client()

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        headers = MERCHANT | options.pop("headers", {})
        if body is not None:
            options["json"] = body
        return self._http.open(path, method=method, headers=headers, **options)

    def add_rule(self, operation: str, **then: Any) -> None:
        rule = {"when": {"operation": f"klarna.payments.{operation}"}, "then": then}
        assert 201 == self.call("POST", "/_mock/rules", rule).status_code

    def journal(self) -> list[dict[str, Any]]:
        """Newest first."""
        entries: list[dict[str, Any]] = self.call("GET", "/_mock/journal").get_json()
        return entries

    def explained(self, answer: TestResponse) -> dict[str, Any]:
        """The journal's entry that an answer's header names."""
        entry: dict[str, Any] = self.call("GET", answer.headers["X-Mock-Explain"]).get_json()
        return entry


@pytest.fixture
def client() -> Client:
    return Client(create_app(Settings()))


class Socket:
    """A server on a real socket, and connections to it."""

    def __init__(self, port: int) -> None:
        self.port = port

    @contextmanager
    def connection(self) -> Iterator[HTTPConnection]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            yield connection
        finally:
            connection.close()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """One request on a connection of its own: status and body."""
        with self.connection() as connection:
            response = ask(connection, method, path, body, **headers)
            return response.status, response.read()

    def add_rule(self, operation: str, **then: Any) -> None:
        rule = {"when": {"operation": f"klarna.payments.{operation}"}, "then": then}
        assert 201 == self.call("POST", "/_mock/rules", rule)[0]

    def raw(self, data: bytes) -> bytes:
        """All that comes back for these bytes until the server closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(data)
            return read_all(connection)


def ask(connection: HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
    data = None if body is None else json.dumps(body).encode()
    connection.request(method, path, data, MERCHANT | headers)
    return connection.getresponse()


def read_all(connection: socket.socket) -> bytes:
    chunks = []
    try:
        while chunk := connection.recv(65536):
            chunks.append(chunk)
    except ConnectionResetError:
        pass
    return b"".join(chunks)


@pytest.fixture(scope="module")
def _running() -> Iterator[Socket]:
    with RunningServer(create_app(Settings())) as server:
        yield Socket(server.port)


@pytest.fixture
def wire(_running: Socket) -> Socket:
    """One server per file, emptied before each test."""
    assert 200 == _running.call("POST", "/_mock/reset")[0]
    return _running

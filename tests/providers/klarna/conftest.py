"""A merchant of Klarna over Flask's test client who sees the whole answer, and a bare world; both at noon."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from mock_server.app import create_app, create_worlds
from mock_server.core.world import World
from mock_server.settings import Settings

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def purchase_of(**fields: Any) -> dict[str, Any]:
    """Two kettles and their delivery, sold in Sweden at 25 %."""
    return {
        "purchase_country": "SE",
        "purchase_currency": "SEK",
        "locale": "en-SE",
        "order_amount": 25000,
        "order_tax_amount": 5000,
        "order_lines": [
            {
                "type": "physical", "reference": "K-1", "name": "Kettle", "quantity": 2, "unit_price": 10000,
                "tax_rate": 2500, "total_amount": 20000, "total_tax_amount": 4000,
            },
            {
                "type": "shipping_fee", "name": "Delivery", "quantity": 1, "unit_price": 5000, "tax_rate": 2500,
                "total_amount": 5000, "total_tax_amount": 1000,
            },
        ],
        **fields,
    }  # fmt: skip


def token_request_of(**fields: Any) -> dict[str, Any]:
    """What a customer token is asked for with."""
    return {
        "purchase_country": "SE", "purchase_currency": "SEK", "locale": "en-SE", "description": "Tea, every month",
        "intended_use": "SUBSCRIPTION", **fields,
    }  # fmt: skip


def basic(user: str = "PK00001_test", password: str = "secret") -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


class Klarna:
    """A merchant's HTTP client; ``last`` is the latest answer."""

    def __init__(self, app: Flask, user: str = "PK00001_test") -> None:
        self.app = app
        self.http = app.test_client()
        self.authorization = basic(user)

    @property
    def world(self) -> World:
        world: World = self.app.extensions["worlds"].get("default")
        return world

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.open(
            path, method=method, json=body, headers={"Authorization": self.authorization} | named
        )

    def create_session(self, purchase: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        return self.call("POST", "/payments/v1/sessions", purchase_of() if purchase is None else purchase, **headers)

    def read_session(self, session_id: str, **headers: str) -> TestResponse:
        return self.call("GET", f"/payments/v1/sessions/{session_id}", **headers)

    def update_session(self, session_id: str, changes: dict[str, Any], **headers: str) -> TestResponse:
        return self.call("POST", f"/payments/v1/sessions/{session_id}", changes, **headers)

    def authorize(self, session_id: str, **act: Any) -> TestResponse:
        return self.call("POST", "/_mock/klarna/authorizations", {"session_id": session_id, **act})

    def create_order(self, token: str, purchase: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        body = purchase_of() if purchase is None else purchase
        return self.call("POST", f"/payments/v1/authorizations/{token}/order", body, **headers)

    def delete_authorization(self, token: str, **headers: str) -> TestResponse:
        return self.call("DELETE", f"/payments/v1/authorizations/{token}", **headers)

    def create_customer_token(self, token: str, request: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        body = token_request_of() if request is None else request
        return self.call("POST", f"/payments/v1/authorizations/{token}/customer-token", body, **headers)

    def add_rule(
        self, operation: str, *, times: int | None = None, messages: list[str] | None = None, **then: Any
    ) -> None:
        """``messages`` stand in for the ordered error's own, when there are any."""
        then |= {"messages": messages} if messages else {}
        rule: dict[str, Any] = {"when": {"operation": f"klarna.payments.{operation}"}, "then": then}
        answer = self.call("POST", "/_mock/rules", rule if times is None else rule | {"times": times})
        assert 201 == answer.status_code, answer.text

    def session_id(self, **fields: Any) -> str:
        return str(self.create_session(purchase_of(**fields)).get_json()["session_id"])

    def token(self, **fields: Any) -> str:
        """An authorization token that is good for an order of the same fields."""
        return str(self.authorize(self.session_id(**fields)).get_json()["authorization_token"])

    def explanation(self, answer: TestResponse) -> dict[str, Any]:
        """What the journal says of an answer."""
        entry = self.call("GET", answer.headers["X-Mock-Explain"]).get_json()
        told: dict[str, Any] = entry["explanation"]
        return told


@pytest.fixture
def klarna() -> Klarna:
    """In the default world of a fresh server, its clock standing at noon."""
    return klarna_with()


def klarna_with(**settings: Any) -> Klarna:
    """On a server with settings of its own."""
    klarna = Klarna(create_app(Settings(**settings)))
    klarna.world.clock.freeze(NOON)
    return klarna


@pytest.fixture
def world() -> World:
    """Without HTTP, its clock standing at noon."""
    world = create_worlds(Settings()).get("default")
    world.clock.freeze(NOON)
    return world

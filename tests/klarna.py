"""A merchant of Klarna, and the shopper and tester beside them, over Flask's test client or over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import requests
from flask.testing import FlaskClient


@dataclass(frozen=True)
class Answer:
    """What came back, whichever way it came."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Wire(Protocol):
    """A way to the server."""

    def send(
        self, method: str, path: str, *, auth: tuple[str, str] | None, headers: Mapping[str, str], body: Any
    ) -> Answer:
        """One request; ``body`` None sends none."""


class InProcess:
    """Straight into the application."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def send(
        self, method: str, path: str, *, auth: tuple[str, str] | None, headers: Mapping[str, str], body: Any
    ) -> Answer:
        with self._client.open(path, method=method, auth=auth, headers=dict(headers), json=body) as answer:
            return Answer(answer.status_code, dict(answer.headers), answer.get_data(as_text=True))


class OverHttp:
    """Through a socket."""

    def __init__(self, base_url: str, session: requests.Session) -> None:
        self._base_url = base_url
        self._session = session

    def send(
        self, method: str, path: str, *, auth: tuple[str, str] | None, headers: Mapping[str, str], body: Any
    ) -> Answer:
        url = self._base_url + path
        answer = self._session.request(
            method, url, auth=auth, headers=dict(headers), json=body, allow_redirects=False, timeout=10
        )
        return Answer(answer.status_code, dict(answer.headers), answer.text)


def purchase_of(amount: int = 2000, **fields: Any) -> dict[str, Any]:
    """One line that costs ``amount`` minor units, sold in Germany; ``fields`` come on top."""
    line = {"name": "Socks", "quantity": 1, "unit_price": amount, "total_amount": amount}
    return {
        "purchase_country": "DE",
        "purchase_currency": "EUR",
        "locale": "de-DE",
        "order_amount": amount,
        "order_lines": [line],
        **fields,
    }


class Klarna:
    """Klarna as a shop sees it, in a world of its own."""

    def __init__(self, wire: Wire, world: str) -> None:
        self._wire = wire
        self.world = world
        self.user, self.password = f"PK00001_world-{world}", "secret"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A merchant's request; ``x_mock_outcome="rejected"`` becomes the header X-Mock-Outcome."""
        return self._wire.send(
            method, path, auth=(self.user, self.password), headers=spelled(headers), body=body
        )

    def control(self, method: str, path: str, body: Any = None) -> Answer:
        """A tester's request to /_mock, about this world."""
        return self._wire.send(method, f"/_mock{path}", auth=None, headers={"X-Mock-World": self.world}, body=body)

    def create_session(self, **fields: Any) -> dict[str, Any]:
        found: dict[str, Any] = fine(self.send("POST", "/payments/v1/sessions", purchase_of(**fields)))
        return found

    def read_session(self, session_id: str) -> dict[str, Any]:
        found: dict[str, Any] = fine(self.send("GET", f"/payments/v1/sessions/{session_id}"))
        return found

    def authorize(self, session_id: str, **asked: Any) -> dict[str, Any]:
        """What the shopper does in the widget; answers with what the browser's callback gets."""
        body = {"session_id": session_id, **asked}
        found: dict[str, Any] = fine(self.control("POST", "/klarna/authorizations", body))
        return found

    def create_order(self, token: str, **fields: Any) -> dict[str, Any]:
        path = f"/payments/v1/authorizations/{token}/order"
        found: dict[str, Any] = fine(self.send("POST", path, purchase_of(**fields)))
        return found

    def buy(self, **fields: Any) -> dict[str, Any]:
        """Session, authorization and order in one go; answers with the order."""
        session = self.create_session(**fields)
        return self.create_order(self.authorize(session["session_id"])["authorization_token"], **fields)

    def advance(self, duration: str) -> list[dict[str, Any]]:
        """Move the world's clock; answers with what fired on the way."""
        fired: list[dict[str, Any]] = fine(self.control("POST", "/clock", {"advance": duration}))["fired"]
        return fired

    def add_rule(self, operation: str, then: Any, **more: Any) -> list[dict[str, Any]]:
        """``add_rule("klarna.payments.create_order", {"outcome": "rejected"}, times=1)``."""
        match = more.pop("match", {})
        rules: list[dict[str, Any]] = fine(
            self.control("POST", "/rules", {"when": {"operation": operation, "match": match}, "then": then, **more})
        )
        return rules

    def choose_scenario(self, name: str) -> None:
        fine(self.control("PUT", "/scenario", {"name": name}))

    def journal(self) -> list[dict[str, Any]]:
        """What was asked of this world, newest first."""
        entries: list[dict[str, Any]] = fine(self.control("GET", "/journal"))
        return entries


def spelled(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-").title(): value for name, value in headers.items()}


def fine(answer: Answer) -> Any:
    """The JSON of a 2xx; anything else fails the test with what was said."""
    assert answer.status // 100 == 2, f"{answer.status}: {answer.text}"
    return answer.json if answer.text else {}

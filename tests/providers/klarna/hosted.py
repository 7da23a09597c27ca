"""Hosted sessions for tests: over a bare world, and over a merchant's HTTP client."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import sessions
from mock_server.providers.klarna.actions import hosted_payment_page as actions
from mock_server.providers.klarna.schemas.hosted_payment_page import load_session
from mock_server.providers.klarna.state import hosted_payment_page as state

from .conftest import Klarna, purchase_of

URLS = {
    "success": "https://shop.test/success?sid={{session_id}}&token={{authorization_token}}&order={{order_id}}",
    "back": "https://shop.test/back",
    "cancel": "https://shop.test/cancel",
    "failure": "https://shop.test/failure",
    "error": "https://shop.test/error",
}


def url_of(payment_session_id: str) -> str:
    return f"https://api.klarna.com/payments/v1/sessions/{payment_session_id}"


def hosted(world: World, *, purchase: dict[str, Any] | None = None, **asked: Any) -> Record:
    """A hosted session as it is kept, with all URLs; ``purchase`` on top of the payment session's."""
    payment_session = sessions.open_session(
        world, purchase_of(**(purchase or {})), merchant="PK1", base_url="http://127.0.0.1"
    )
    body = {"payment_session_url": url_of(payment_session["id"]), "merchant_urls": URLS, **asked}
    created = actions.create_session(world, load_session(body), merchant="PK1", base_url="http://127.0.0.1")
    return again(world, created)


def again(world: World, session: Record) -> Record:
    """A session as it is by now."""
    found = world.store.get(state.KIND, session.get("session_id") or session["id"])
    assert found is not None
    return found


def said(outcome: str, **options: Any) -> Decision:
    """What somebody has said of a page."""
    return Decision(outcome, options, decided_by="this call")


def told(world: World) -> list[str]:
    """The statuses that were told, oldest first."""
    return [message["about"]["status"] for message in world.store.all("outbox")]


class Host:
    """A merchant who sells on hosted pages, and the browser of their shopper."""

    def __init__(self, klarna: Klarna) -> None:
        self.klarna = klarna

    def create(self, *, purchase: dict[str, Any] | None = None, **asked: Any) -> dict[str, Any]:
        answer = self.ask(self.klarna.session_id(**(purchase or {})), **asked)
        assert 201 == answer.status_code, answer.text
        made: dict[str, Any] = answer.get_json()
        return made

    def ask(self, payment_session_id: str, **asked: Any) -> TestResponse:
        body = {"payment_session_url": url_of(payment_session_id), "merchant_urls": URLS, **asked}
        return self.klarna.call("POST", "/hpp/v1/sessions", body)

    def read(self, session_id: str) -> TestResponse:
        return self.klarna.call("GET", f"/hpp/v1/sessions/{session_id}")

    def status(self, session_id: str) -> str:
        return str(self.read(session_id).get_json()["status"])

    def delete(self, session_id: str) -> TestResponse:
        return self.klarna.call("DELETE", f"/hpp/v1/sessions/{session_id}")

    def distribute(self, session_id: str, method: str, **contact: str) -> TestResponse:
        body = {"method": method, "contact_information": contact}
        return self.klarna.call("POST", f"/hpp/v1/sessions/{session_id}/distribution", body)

    def complete(self, session_id: str, **asked: Any) -> TestResponse:
        return self.klarna.call("POST", f"/_mock/klarna/hpp/{session_id}/complete", asked)

    def open(self, url: str) -> TestResponse:
        return self.klarna.http.get(_local(url))

    def press(self, url: str, outcome: str = "", **fields: str) -> TestResponse:
        return self.klarna.http.post(_local(url), data={"outcome": outcome, **fields})


def _local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path

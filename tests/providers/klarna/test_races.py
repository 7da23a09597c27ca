"""Each race preset ends the same way every time: a thousand times of a thousand, without a sleep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from mock_server.app import create_app
from mock_server.core.sending import send
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.endings import cancel_order
from mock_server.settings import Settings
from tests.klarna import Answer, Klarna, fine

TIMES = 1000
ANYWHERE = "http://127.0.0.1:1/"


class Noted:
    """A way straight into the application, which notes each answer before it lets go of it."""

    def __init__(self, app: Flask, arrived: list[Any]) -> None:
        self._client = app.test_client()
        self._arrived = arrived

    def send(
        self, method: str, path: str, *, auth: tuple[str, str] | None, headers: Mapping[str, str], body: Any
    ) -> Answer:
        with self._client.open(path, method=method, auth=auth, headers=dict(headers), json=body) as answer:
            got = Answer(answer.status_code, dict(answer.headers), answer.get_data(as_text=True))
            if path.endswith(("/authorizations", "/order")):
                self._arrived.append(got.json)
        return got


class Race:
    """A shop in a world of its own; ``arrived`` is what reached the browser or the shop's server, in that order."""

    def __init__(self, app: Flask) -> None:
        self.arrived: list[Any] = []
        self.app = app
        self.klarna = self.another()
        self.pool = ThreadPoolExecutor(2)

    def another(self) -> Klarna:
        return Klarna(Noted(self.app, self.arrived), "race")

    @property
    def world(self) -> World:
        world: World = self.app.extensions["worlds"].get("race")
        return world

    def start(self, scenario: str) -> None:
        fine(self.klarna.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"}))
        self.klarna.choose_scenario(scenario)

    def authorize_twice(self, session_id: str) -> list[Any]:
        """Two clicks at the same moment; what the browser got, in the order it got it."""
        del self.arrived[:]
        barrier = Barrier(2)

        def click() -> None:
            barrier.wait(10)
            self.another().authorize(session_id)

        for future in [self.pool.submit(click) for _ in range(2)]:
            future.result(60)
        return list(self.arrived)

    def stored(self, kind: str, key: str) -> Record:
        found = self.world.store.get(kind, key)
        assert found is not None
        return found

    def waited_in_vain(self) -> list[Any]:
        """What the journal or a webhook says of somebody who waited to the end of the limit."""
        noted = [note for entry in self.world.store.all("journal") for note in entry.get("notes", [])]
        noted += [message["held_up"] for message in self.world.outbox.newest()]
        return [note for note in noted if "within" in note or "did not wait" in note]


@pytest.fixture
def race(monkeypatch: pytest.MonkeyPatch) -> Iterator[Race]:
    """The shop's server is a list: webhooks arrive without a socket. Those of other tests' servers go their own way."""
    race = Race(create_app(Settings(journal_limit=100_000)))

    def receive(message: Record) -> Record:
        if not message["url"].startswith(ANYWHERE):
            return send(message)
        race.arrived.append(message["event"] + " " + message["body"])
        return {"status": 200, "answer": "", "took_ms": 0}

    monkeypatch.setattr("mock_server.core.outbox.send", receive)
    yield race
    race.pool.shutdown()


@pytest.mark.usefixtures("eager_threads")
def test_refused_then_authorized(race: Race) -> None:
    race.start("race-refused-then-authorized")
    session_id = race.klarna.create_session()["session_id"]
    ends = []

    for _ in range(TIMES):
        second, first = race.authorize_twice(session_id)
        token = race.stored("sessions", session_id)["authorization_token"]
        is_alive = race.stored("authorizations", token)["status"] == "valid"
        ends.append((second["approved"], second.get("authorization_token") == token and is_alive, first))

    refused = {"approved": False, "show_form": False}
    assert [(True, True, refused)] * TIMES == ends
    assert [] == race.waited_in_vain()


@pytest.mark.usefixtures("eager_threads")
def test_double_click_authorize(race: Race) -> None:
    race.start("race-double-click-authorize")
    session_id = race.klarna.create_session()["session_id"]
    ends = []

    for _ in range(TIMES):
        second, first = race.authorize_twice(session_id)
        tokens = [answer["authorization_token"] for answer in (second, first)]
        survivor = race.stored("sessions", session_id)["authorization_token"]
        statuses = [race.stored("authorizations", token)["status"] for token in tokens]
        ends.append((survivor == tokens[0], statuses))

    assert [(True, ["valid", "replaced"])] * TIMES == ends
    assert [] == race.waited_in_vain()


def test_the_answer_that_comes_last_of_a_double_click_brings_a_token_that_is_worth_nothing(race: Race) -> None:
    race.start("race-double-click-authorize")
    session_id = race.klarna.create_session()["session_id"]

    second, first = race.authorize_twice(session_id)

    path = "/payments/v1/authorizations/{}/order"
    refused = race.klarna.send("POST", path.format(first["authorization_token"]), {})
    assert (404, ["Invalid authorization token"]) == (refused.status, refused.json["error_messages"])
    assert "ACCEPTED" == race.klarna.create_order(second["authorization_token"])["fraud_status"]


def test_notification_before_response(race: Race) -> None:
    race.start("race-notification-before-response")
    urls = {"merchant_urls": {"notification": ANYWHERE}}
    ends = []

    for _ in range(TIMES):
        session = race.klarna.create_session(**urls)
        token = race.klarna.authorize(session["session_id"])["authorization_token"]
        del race.arrived[:]
        order = race.klarna.create_order(token, **urls)
        told = f'{{"order_id": "{order["order_id"]}", "event_type": "FRAUD_RISK_ACCEPTED"}}'
        in_order = race.arrived == [f"klarna.order_management.notification {told}", order]
        ends.append((in_order, order["fraud_status"], race.stored("orders", order["order_id"])["fraud_status"]))

    assert [(True, "PENDING", "ACCEPTED")] * TIMES == ends
    assert [] == race.waited_in_vain()


def test_the_authorization_callback_comes_before_authorizes_answer(race: Race) -> None:
    race.start("race-notification-before-response")
    session = race.klarna.create_session(merchant_urls={"authorization": ANYWHERE})

    token = race.klarna.authorize(session["session_id"])["authorization_token"]

    assert [True, True] == [token in str(each) for each in race.arrived]
    assert race.arrived[0].startswith("klarna.payments.authorization_callback ")


def test_a_merchant_without_urls_waits_for_nothing(race: Race) -> None:
    race.start("race-notification-before-response")

    order = race.klarna.buy()

    assert "ACCEPTED" == order["fraud_status"]
    assert not any("notes" in entry for entry in race.klarna.journal())


def test_cancel_while_pending_then_accepted(race: Race) -> None:
    race.start("race-cancel-while-pending-then-accepted")
    urls = {"merchant_urls": {"notification": ANYWHERE}}
    ends = []

    for _ in range(TIMES):
        session = race.klarna.create_session(**urls)
        token = race.klarna.authorize(session["session_id"])["authorization_token"]
        order = race.klarna.create_order(token, **urls)
        race.arrived.append(cancel_order(race.world, order["order_id"])["status"])
        race.world.fire_due()
        stored = race.stored("orders", order["order_id"])
        told = [each if isinstance(each, str) else each["fraud_status"] for each in race.arrived[-3:]]
        ends.append((told[:2], "FRAUD_RISK_ACCEPTED" in told[2], stored["status"], stored["fraud_status"]))

    assert [(["PENDING", "CANCELLED"], True, "CANCELLED", "ACCEPTED")] * TIMES == ends
    assert TIMES == sum("klarna.order_management.notification" in str(each) for each in race.arrived)
    assert [] == race.waited_in_vain()


def test_late_older_notification(race: Race) -> None:
    race.start("race-late-older-notification")
    session_id = race.klarna.create_session(merchant_urls={"authorization": ANYWHERE})["session_id"]
    ends = []

    for _ in range(TIMES):
        del race.arrived[:]
        tokens = [race.klarna.authorize(session_id)["authorization_token"] for _ in range(2)]
        race.world.fire_due()
        race.world.fire_due()
        callbacks = [each for each in race.arrived if isinstance(each, str)]
        older, newer = (race.stored("authorizations", token)["status"] for token in tokens)
        ends.append(([token in told for token, told in zip(tokens[::-1], callbacks, strict=True)], older, newer))

    assert [([True, True], "replaced", "valid")] * TIMES == ends
    assert [] == race.waited_in_vain()

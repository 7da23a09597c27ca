"""Races over real sockets: who waits for whom, and that the server goes on meanwhile."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import pytest
import requests

from mock_server.app import create_app
from mock_server.core.worlds import Worlds
from mock_server.settings import Settings
from mock_server.web import serving
from tests.klarna import Klarna, OverHttp, fine
from tests.receiver import Receiver
from tests.threads import NoticedPlaces


@pytest.fixture
def another(server: str, klarna_over_http: Klarna) -> Iterator[Callable[[], Klarna]]:
    """The same merchant and shopper on a connection of their own."""
    sessions: list[requests.Session] = []

    def connect() -> Klarna:
        sessions.append(requests.Session())
        sessions[-1].trust_env = False
        return Klarna(OverHttp(server, sessions[-1]), klarna_over_http.world)

    yield connect
    for session in sessions:
        session.close()


def _authorized_twice(another: Callable[[], Klarna], session_id: str) -> list[Any]:
    """What the browser got of two clicks at once."""
    shoppers = [another(), another()]
    with ThreadPoolExecutor(2) as pool:
        return [done.result(10) for done in [pool.submit(each.authorize, session_id) for each in shoppers]]


def test_refused_then_authorized(klarna_over_http: Klarna, another: Callable[[], Klarna]) -> None:
    klarna_over_http.choose_scenario("race-refused-then-authorized")
    session = klarna_over_http.create_session()

    answers = _authorized_twice(another, session["session_id"])

    (token,) = (answer["authorization_token"] for answer in answers if answer["approved"])
    order = klarna_over_http.create_order(token)
    assert [False, True] == sorted(answer["approved"] for answer in answers)
    assert "ACCEPTED" == order["fraud_status"]


def test_double_click_authorize(klarna_over_http: Klarna, another: Callable[[], Klarna]) -> None:
    klarna_over_http.choose_scenario("race-double-click-authorize")
    session = klarna_over_http.create_session()

    answers = _authorized_twice(another, session["session_id"])

    tokens = {answer["authorization_token"] for answer in answers}
    states = {each["token"]: each["status"] for each in fine(klarna_over_http.control("GET", "/state/authorizations"))}
    assert ["replaced", "valid"] == sorted(states[token] for token in tokens)


def test_notification_before_response(klarna_over_http: Klarna, receiver: Receiver) -> None:
    klarna = klarna_over_http
    klarna.choose_scenario("race-notification-before-response")

    order = klarna.buy(merchant_urls={"notification": receiver.url()})

    (told,) = receiver.requests
    assert ("PENDING", order["order_id"]) == (order["fraud_status"], told.json["order_id"])
    assert "klarna.order_management.notification came first" in klarna.journal()[0]["notes"]


def test_late_older_notification(klarna_over_http: Klarna, receiver: Receiver) -> None:
    klarna = klarna_over_http
    klarna.choose_scenario("race-late-older-notification")
    session = klarna.create_session(merchant_urls={"authorization": receiver.url()})

    older, newer = (klarna.authorize(session["session_id"])["authorization_token"] for _ in range(2))

    assert [newer, older] == [told.json["authorization_token"] for told in receiver.wait_for(2)]


def test_a_webhook_is_held_while_the_world_goes_on(klarna_over_http: Klarna, receiver: Receiver) -> None:
    klarna = klarna_over_http
    hold = fine(klarna.control("POST", "/holds", {"before": "klarna.order_management.notification"}))
    klarna.choose_scenario("pending-then-accepted")
    order = klarna.buy(merchant_urls={"notification": receiver.url()})
    fired = klarna.advance("1h")
    (held,) = fine(klarna.control("GET", "/holds"))
    before = len(receiver.requests)

    fine(klarna.control("POST", f"/holds/{hold['id']}/release"))

    (told,) = receiver.wait_for(1)
    assert (["order.accepted"], 0) == ([each["what"] for each in fired], before)
    assert [receiver.url()] == [each["url"] for each in held["waiting"]]
    assert order["order_id"] == told.json["order_id"]


def test_a_server_that_ends_lets_everybody_go(monkeypatch: pytest.MonkeyPatch) -> None:
    places = NoticedPlaces(2)
    monkeypatch.setattr("mock_server.core.worlds.Places", lambda most: places)
    handlers: dict[int, Any] = {}
    monkeypatch.setattr("mock_server.web.serving.signal.signal", handlers.__setitem__)
    app = create_app(Settings(hold_limit_s=60))
    worlds: Worlds = app.extensions["worlds"]
    ports: list[int] = []
    ready = Event()

    def run() -> None:
        def on_ready(port: int) -> None:
            ports.append(port)
            ready.set()

        serving.serve(app, "127.0.0.1", 0, threads=4, on_ready=on_ready, on_stop=worlds.let_go)

    thread = Thread(target=run)
    thread.start()
    assert ready.wait(10)
    with requests.Session() as session, ThreadPoolExecutor(1) as pool:
        klarna = Klarna(OverHttp(f"http://127.0.0.1:{ports[0]}", session), "test")
        fine(klarna.control("POST", "/holds", {"before": "klarna.payments.create_session"}))
        request = pool.submit(klarna.create_session)
        places.wait_for()

        handlers[signal.SIGTERM](signal.SIGTERM, None)

        assert request.result(10)["session_id"]
    thread.join(10)
    assert not thread.is_alive()

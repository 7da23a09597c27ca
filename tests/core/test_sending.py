"""A receiver that takes its time is given up when its time is over, however it spends it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event, Thread
from typing import Any

import pytest
from urllib3.util import connection

from mock_server.core.sending import send
from tests.receiver import Receiver

TIMEOUT_S = 0.3
LATE = f"no whole answer within {TIMEOUT_S} s"
BEFORE_MS = 1500  # what a busy machine may take; one that is not given up takes five seconds
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"


class Trickle:
    """A server that takes one request, says ``at_once``, and then a byte every 50 ms, for five seconds at most."""

    def __init__(self, at_once: bytes, byte: bytes) -> None:
        self._at_once, self._byte = at_once, byte
        self._stopped = Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/"
        self._thread = Thread(target=self._serve)

    def __enter__(self) -> Trickle:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._server.close()

    def _serve(self) -> None:
        client, _ = self._server.accept()
        with client, suppress(OSError):  # given up
            client.sendall(self._at_once)
            for _ in range(100):
                if self._stopped.wait(0.05):
                    return
                client.sendall(self._byte)


def message(url: str) -> dict[str, Any]:
    return {"method": "POST", "url": url, "body": "{}", "headers": {}, "timeout_s": TIMEOUT_S}


@pytest.mark.parametrize(
    "at_once", [b"", b"HTTP/1.1 200 OK\r\nX-A: "], ids=["status line", "headers"]
)
def test_a_receiver_that_trickles_its_headers_is_given_up(at_once: bytes) -> None:
    with Trickle(at_once, b"x") as slow:
        outcome = send(message(slow.url))

    assert outcome["took_ms"] < BEFORE_MS


def test_one_that_never_comes_to_its_headers_is_an_error() -> None:
    with Trickle(b"", b"x") as slow:
        outcome = send(message(slow.url))

    assert LATE == outcome.get("error")


def test_a_receiver_that_trickles_its_body_is_read_until_its_time_is_over() -> None:
    with Trickle(HEAD, b"x") as slow:
        outcome = send(message(slow.url))

    assert (200, True) == (outcome.get("status"), outcome["took_ms"] < BEFORE_MS)
    assert "x" == "".join(set(outcome["answer"]))


@pytest.mark.parametrize("body", [b"", b"begun"])
def test_a_receiver_that_falls_silent_in_its_body_is_given_up(body: bytes) -> None:
    with Trickle(HEAD + body, b"") as slow:
        outcome = send(message(slow.url))

    assert (["error", "took_ms"], True) == (sorted(outcome), outcome["took_ms"] < BEFORE_MS)


@pytest.fixture
def slow_to_connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connections open only after the message's time is over."""
    connect: Callable[..., Any] = connection.create_connection

    def late(*args: Any, **kwargs: Any) -> Any:
        Event().wait(2 * TIMEOUT_S)
        return connect(*args, **kwargs)

    monkeypatch.setattr(connection, "create_connection", late)
    yield


@pytest.mark.usefixtures("slow_to_connect")
def test_a_receiver_that_connects_too_late_is_sent_nothing(receiver: Receiver) -> None:
    outcome = send(message(receiver.url()))

    assert (LATE, []) == (outcome.get("error"), receiver.requests)


def test_where_a_receiver_points_to_is_told_and_not_followed(receiver: Receiver) -> None:
    receiver.answers(303, Location="https://shop.test/sold-out")

    told = send(message(receiver.url()))

    assert (303, "https://shop.test/sold-out") == (told["status"], told["location"])
    assert 1 == len(receiver.requests)


def test_a_receiver_that_points_nowhere_is_told_of_without_a_location(receiver: Receiver) -> None:
    assert "location" not in send(message(receiver.url()))

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.clock import Clock, to_ms
from mock_server.core.ids import Ids, People
from mock_server.core.outbox import ALARM, Outbox
from mock_server.core.sending import is_near
from mock_server.core.store import MemoryStore, Record
from mock_server.core.world import World
from tests.receiver import Receiver

from .conftest import NOON


@pytest.fixture
def outbox(store: MemoryStore, clock: Clock) -> Outbox:
    return Outbox(store, clock, Ids(store, "test", People()), " Shop.example.com , 203.0.113.7,")


@pytest.fixture
def world(world: World) -> World:
    """Stands at noon; webhooks leave when the clock is moved."""
    world.clock.freeze(NOON)
    return world


def post(outbox: Outbox, url: str, **more: Any) -> Record:
    return outbox.post("order.placed", url, '{"order": "ä"}', headers={"X-Test": "yes"}, about={"order": "1"}, **more)


def sent(outbox: Outbox) -> Record:
    """The only message, as it is now."""
    (message,) = outbox.newest()
    return message


def nowhere() -> str:
    """A URL that nobody listens on."""
    with Receiver() as receiver:
        return receiver.url()


NEAR = [
    "localhost", "LOCALHOST", "127.0.0.1", "127.8.9.10", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.1.2.3]", "10.0.0.1",
    "172.16.0.1", "172.31.255.255", "192.168.1.1", "[fd00::1]", "shop", "my-shop_2",
]  # fmt: skip
FAR = [
    "example.com", "localhost.example.com", "127.0.0.1.example.com", "8.8.8.8", "134744072", "0x08080808", "010.8.8.8",
    "172.32.0.1", "192.169.0.1", "[2001:4860:4860::8888]", "[::ffff:8.8.8.8]", "[::ffff:808:808]", "169.254.169.254",
    "2852039166", "0xa9fea9fe", "[::ffff:169.254.169.254]", "[fe80::1]", "0.0.0.0", "0", "[::]", "[::ffff:0.0.0.0]",
]  # fmt: skip


@pytest.mark.parametrize("host", NEAR)
def test_webhooks_may_go_near(outbox: Outbox, host: str) -> None:
    assert "" == outbox.why_held(f"http://{host}:8000/hook")


@pytest.mark.parametrize("host", FAR)
def test_webhooks_are_held_that_would_go_far(outbox: Outbox, host: str) -> None:
    assert "allow it with --webhook-allow" in outbox.why_held(f"https://{host}/hook")


@pytest.mark.parametrize("host", ["shop.example.com", "SHOP.EXAMPLE.COM", "203.0.113.7"])
def test_webhooks_may_go_where_the_setting_allows(outbox: Outbox, host: str) -> None:
    assert "" == outbox.why_held(f"https://{host}:8443/hook?a=b")


@pytest.mark.parametrize("host", ["other.example.com", "shop.example.com.evil.com", "evil-shop.example.com"])
def test_an_allowed_host_allows_no_other(outbox: Outbox, host: str) -> None:
    assert "" != outbox.why_held(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com\\@127.0.0.1/",
        "http://example.com\\@localhost/",
        "http://example%2ecom/",
        "http://example%2Ecom:80/",
        "http://localhost@example.com/",
        "http://localhost:80@example.com/",
        "http://example.com#@localhost/",
        "http://example.com?@localhost/",
    ],
)
def test_a_url_is_judged_by_the_host_that_would_be_called(outbox: Outbox, url: str) -> None:
    """urllib.parse and the HTTP client read some URLs differently."""
    assert "" != outbox.why_held(url)


@pytest.mark.parametrize(
    "url", ["", "/hook", "localhost/hook", "ftp://localhost/", "file:///etc", "http://", "http:///x", "http://[::1"]
)
def test_what_is_no_http_url_is_held(outbox: Outbox, url: str) -> None:
    assert f"{url} is no " in outbox.why_held(url)


@pytest.mark.parametrize(("host", "near"), [("localhost", True), ("::1", True), ("8.8.8.8", False), ("a.b", False)])
def test_a_host_is_near_or_not(host: str, near: bool) -> None:
    assert near == is_near(host)


def test_a_message_waits_and_is_due_now(outbox: Outbox, clock: Clock) -> None:
    message = post(outbox, "http://127.0.0.1:9/hook")

    assert ("waiting", "", [], to_ms(NOON)) == (
        message["state"], message["why"], message["attempts"], clock.next_due_ms(),
    )  # fmt: skip
    assert message == sent(outbox)


def test_a_message_that_may_not_leave_is_held_and_shown(outbox: Outbox, clock: Clock) -> None:
    message = post(outbox, "https://example.com/hook")

    assert ("held", True, None) == (message["state"], "example.com is neither" in message["why"], clock.next_due_ms())
    assert [message] == list(outbox.newest())


def test_a_held_message_is_not_sent_even_when_asked_to(outbox: Outbox) -> None:
    message = post(outbox, "https://example.com/hook")

    attempted = outbox.attempt(message["id"])

    assert (None, message) == (attempted, outbox.find(message["id"]))


def test_the_newest_message_comes_first(outbox: Outbox) -> None:
    ids = [post(outbox, "http://localhost/")["id"] for _ in range(3)]

    assert ids[::-1] == [message["id"] for message in outbox.newest()]


def test_a_message_arrives_as_it_was_written(outbox: Outbox, receiver: Receiver) -> None:
    message = post(outbox, receiver.url("/hook?a=b"))

    outbox.attempt(message["id"])

    (request,) = receiver.requests
    assert ("POST", "/hook?a=b", '{"order": "ä"}', "yes") == (
        request.method, request.path, request.text, request.headers["x-test"],
    )  # fmt: skip


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_2xx_is_a_delivery(outbox: Outbox, receiver: Receiver, status: int) -> None:
    receiver.answers(status)
    message = post(outbox, receiver.url(), retry_after_s=(1,))

    delivered = outbox.attempt(message["id"]) or {}

    assert ("delivered", [status]) == (delivered["state"], [attempt["status"] for attempt in delivered["attempts"]])
    assert "2026-11-20T12:00:00.000Z" == delivered["attempts"][0]["at"]


def test_a_delivered_message_is_not_sent_again(outbox: Outbox, receiver: Receiver) -> None:
    message = post(outbox, receiver.url())

    for _ in range(3):
        outbox.attempt(message["id"])

    assert 1 == len(receiver.requests)


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
def test_anything_else_fails_when_there_is_no_other_try(outbox: Outbox, receiver: Receiver, status: int) -> None:
    receiver.answers(status)
    message = post(outbox, receiver.url())

    failed = outbox.attempt(message["id"]) or {}

    assert ("failed", status) == (failed["state"], failed["attempts"][0]["status"])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(outbox: Outbox, receiver: Receiver, status: int) -> None:
    receiver.answers(status, Location=receiver.url("/elsewhere"))
    message = post(outbox, receiver.url("/hook"))

    failed = outbox.attempt(message["id"]) or {}

    assert ("failed", ["/hook"]) == (failed["state"], [request.path for request in receiver.requests])


def test_the_proxies_of_the_environment_are_not_used(
    outbox: Outbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, nowhere())
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    message = post(outbox, receiver.url())

    delivered = outbox.attempt(message["id"]) or {}

    assert "delivered" == delivered["state"]


def test_a_receiver_that_is_not_there_is_an_error(outbox: Outbox) -> None:
    message = post(outbox, nowhere())

    failed = outbox.attempt(message["id"]) or {}

    assert ("failed", True) == (failed["state"], failed["attempts"][0]["error"].startswith("ConnectionError: "))


@pytest.mark.parametrize("url", ["http://" + "a" * 64 + "/"])
def test_a_url_that_cannot_be_called_is_an_error_too(outbox: Outbox, url: str) -> None:
    message = post(outbox, url)

    outbox.attempt(message["id"])

    failed = sent(outbox)
    assert ("failed", 1) == (failed["state"], len(failed["attempts"]))
    assert failed["attempts"][0]["error"]


def test_a_receiver_that_is_too_slow_is_an_error(outbox: Outbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connections are taken, nothing is ever answered
        message = post(outbox, f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout_s=0.05)

        failed = outbox.attempt(message["id"]) or {}

    assert ("failed", True) == (failed["state"], failed["attempts"][0]["error"].startswith("ReadTimeout: "))


def test_an_attempt_at_what_is_not_there_is_none(outbox: Outbox) -> None:
    assert outbox.attempt("nothing") is None


def test_a_message_forgotten_while_it_was_sent_stays_forgotten(
    outbox: Outbox, receiver: Receiver, store: MemoryStore
) -> None:
    message = post(outbox, receiver.url(), retry_after_s=(1,))
    receiver.answers(500)
    receiver.on_arrival = store.clear

    answer = outbox.attempt(message["id"])

    assert (None, [], None) == (answer, list(outbox.newest()), Clock(store).next_due_ms())


def test_a_failed_message_is_tried_again_by_the_worlds_clock(world: World, receiver: Receiver) -> None:
    receiver.answers(500, 503, 200)
    post(world.outbox, receiver.url(), retry_after_s=(60, 3600))

    fired = world.advance(timedelta(hours=2))

    assert [
        ("2026-11-20T12:00:00.000Z", 1, "waiting", 500),
        ("2026-11-20T12:01:00.000Z", 2, "waiting", 503),
        ("2026-11-20T13:01:00.000Z", 3, "delivered", 200),
    ] == [(each["at"], each["attempt"], each["state"], each["result"]) for each in fired]
    assert 3 == len(receiver.requests)


def test_nobody_tries_again_before_it_is_time(world: World, receiver: Receiver) -> None:
    receiver.answers(500)
    post(world.outbox, receiver.url(), retry_after_s=(60,))

    world.advance(timedelta(seconds=59))

    assert (1, "waiting") == (len(receiver.requests), sent(world.outbox)["state"])


def test_a_message_fails_when_all_tries_failed(world: World, receiver: Receiver) -> None:
    receiver.answers(500, 500, 500)
    post(world.outbox, receiver.url(), retry_after_s=(1, 2))

    world.advance(timedelta(days=1))

    message = sent(world.outbox)
    assert ("failed", [500, 500, 500]) == (message["state"], [each["status"] for each in message["attempts"]])


def test_only_the_start_of_a_long_answer_is_kept(outbox: Outbox, receiver: Receiver) -> None:
    receiver.text = "x" * 5000
    message = post(outbox, receiver.url())

    delivered = outbox.attempt(message["id"]) or {}

    assert 1000 == len(delivered["attempts"][0]["answer"])


def test_the_alarm_of_a_message_names_it(outbox: Outbox, clock: Clock) -> None:
    message = post(outbox, "http://localhost/")

    (alarm,) = clock.take_due(to_ms(NOON))

    assert (ALARM, message["id"]) == (alarm.name, alarm.key)

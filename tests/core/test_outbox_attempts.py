"""One attempt and the next: how a face stamps it, and what acknowledges it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from mock_server.core.clock import Clock, to_ms, to_text
from mock_server.core.ids import Ids, People
from mock_server.core.outbox import Manners, Outbox
from mock_server.core.store import MemoryStore, Record, Store
from mock_server.core.world import World
from tests.receiver import Receiver

from .conftest import NOON

HOUR = timedelta(hours=1)


def stamp(store: Store, message: Record, now: datetime) -> Record:
    """Its time in the URL and its number in a header; a URL that ends so cannot be stamped."""
    if message["url"].endswith("/unstampable"):
        raise ValueError("no stamp for this one, on purpose")
    number = str(len(message["attempts"]) + 1)
    return {"url": f"{message['url']}?at={to_text(now)}", "headers": message["headers"] | {"X-Attempt": number}}


def why_unacknowledged(status: int, text: str) -> str:
    return "" if (status, text) == (202, "got it") else f"{status} {text!r} is not 202 'got it'"


MANNERS = {"particular": Manners(stamp, why_unacknowledged)}


@pytest.fixture
def outbox(store: MemoryStore, clock: Clock) -> Outbox:
    """With a face that is particular about its messages."""
    return Outbox(store, clock, Ids(store, "test", People()), "", MANNERS)


@pytest.fixture
def world(world: World) -> World:
    """Stands at noon; webhooks leave when the clock is moved."""
    world.clock.freeze(NOON)
    return world


def post(outbox: Outbox, url: str, **more: Any) -> str:
    options = {"headers": {"X-Test": "yes"}, "about": {"order": "1"}, "queue": "orders 1", **more}
    return str(outbox.post("order.placed", url, '{"order":1}', **options)["id"])


def found(outbox: Outbox, message_id: str) -> Record:
    message = outbox.find(message_id)
    assert message is not None
    return message


def attempted(outbox: Outbox, url: str, **more: Any) -> Record:
    """A new message after its first attempt."""
    message_id = post(outbox, url, **more)
    outbox.attempt(message_id)
    return found(outbox, message_id)


class TestManners:
    def test_each_attempt_is_stamped_anew(self, outbox: Outbox, clock: Clock, receiver: Receiver) -> None:
        message_id = post(outbox, receiver.url(), manners="particular", retry_after_s=(60,))
        outbox.attempt(message_id)
        clock.freeze(NOON + timedelta(minutes=1))
        outbox.attempt(message_id)

        assert [
            ("/hook?at=2026-11-20T12:00:00.000Z", "1", "yes"), ("/hook?at=2026-11-20T12:01:00.000Z", "2", "yes"),
        ] == [(each.path, each.headers["x-attempt"], each.headers["x-test"]) for each in receiver.requests]  # fmt: skip

    def test_the_attempt_shows_what_was_sent_and_the_message_what_was_posted(
        self, outbox: Outbox, receiver: Receiver
    ) -> None:
        message = attempted(outbox, receiver.url(), manners="particular")

        (attempt,) = message["attempts"]
        assert receiver.url("/hook?at=2026-11-20T12:00:00.000Z") == attempt["url"]
        assert {"X-Test": "yes", "X-Attempt": "1"} == attempt["headers"]
        assert (receiver.url(), {"X-Test": "yes"}) == (message["url"], message["headers"])

    @pytest.mark.parametrize(
        ("status", "text", "state", "why"),
        [
            (202, "got it", "delivered", ""),
            (200, "got it", "failed", "200 'got it' is not 202 'got it'"),
            (202, "", "failed", "202 '' is not 202 'got it'"),
        ],
    )
    def test_a_face_says_what_acknowledges_its_messages(
        self, outbox: Outbox, receiver: Receiver, status: int, text: str, state: str, why: str
    ) -> None:
        receiver.text = text
        receiver.answers(status)

        message = attempted(outbox, receiver.url(), manners="particular")

        assert (state, why, why) == (message["state"], message["why"], message["attempts"][0]["why"])

    @pytest.mark.parametrize("manners", ["", "another"])
    def test_the_manners_of_one_face_are_not_those_of_another(
        self, outbox: Outbox, receiver: Receiver, manners: str
    ) -> None:
        message = attempted(outbox, receiver.url(), manners=manners)

        assert ("delivered", "/hook") == (message["state"], receiver.requests[0].path)
        assert "x-attempt" not in receiver.requests[0].headers

    def test_a_message_that_cannot_be_stamped_holds_up_nobody(self, outbox: Outbox, receiver: Receiver) -> None:
        broken = post(outbox, receiver.url("/unstampable"), manners="particular")
        second = post(outbox, receiver.url("/second"))

        with suppress(ValueError):  # told to whoever asked for the attempt, or not
            outbox.attempt(broken)
        outbox.attempt(second)

        assert ("failed", "delivered") == (found(outbox, broken)["state"], found(outbox, second)["state"])


class TestFailures:
    """Something goes wrong here, not at the receiver: the message has its try behind it, the others go on."""

    @pytest.fixture(params=["no thread", "no call", "no judgement"])
    def broken(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
        """Undone, it is mended."""

        def fail(*_: object) -> Any:
            raise RuntimeError("no such luck, on purpose")

        if request.param == "no judgement":
            manners = Manners(stamp, fail)
            monkeypatch.setitem(MANNERS, "particular", manners)
        else:
            name = {"no thread": "threading.Timer.start", "no call": "mock_server.core.outbox.send"}[request.param]
            monkeypatch.setattr(name, fail)
        return monkeypatch

    def test_it_is_told_and_the_queue_goes_on(
        self, outbox: Outbox, receiver: Receiver, broken: pytest.MonkeyPatch
    ) -> None:
        receiver.text = "got it"
        first, second = [post(outbox, receiver.url(path), manners="particular") for path in ("/1", "/2")]
        outbox.attempt(first)
        broken.undo()
        receiver.answers(202)
        outbox.attempt(second)

        message = found(outbox, first)
        why = "this server failed: RuntimeError"
        assert ("failed", why, [why]) == (
            message["state"], message["why"], [attempt["why"] for attempt in message["attempts"]],
        )  # fmt: skip
        assert "delivered" == found(outbox, second)["state"]

    @pytest.mark.usefixtures("broken")
    def test_it_waits_for_its_next_try(self, outbox: Outbox, clock: Clock, receiver: Receiver) -> None:
        message = attempted(outbox, receiver.url(), manners="particular", retry_after_s=(60,))

        (alarm,) = [each for each in clock.take_due(to_ms(NOON + HOUR)) if each.due > NOON]
        assert ("waiting", "this server failed: RuntimeError") == (message["state"], message["why"])
        assert (NOON + timedelta(minutes=1), message["id"]) == (alarm.due, alarm.key)


class TestAnswers:
    def test_the_reason_of_a_failure_is_kept(self, outbox: Outbox, receiver: Receiver) -> None:
        receiver.answers(404)

        message = attempted(outbox, receiver.url())

        assert ("failed", "status is 404, expected 2xx") == (message["state"], message["why"])

    def test_an_error_is_a_reason_too(self, outbox: Outbox) -> None:
        with Receiver() as gone:
            url = gone.url()

        message = attempted(outbox, url)

        assert message["why"] == message["attempts"][0]["error"]
        assert message["why"].startswith("ConnectionError: ")

    def test_a_reason_is_forgotten_when_a_later_try_arrives(self, outbox: Outbox, receiver: Receiver) -> None:
        receiver.answers(500)
        message_id = attempted(outbox, receiver.url(), retry_after_s=(60,))["id"]

        outbox.attempt(message_id)

        message = found(outbox, message_id)
        assert ("delivered", "") == (message["state"], message["why"])
        assert ["status is 500, expected 2xx", ""] == [attempt["why"] for attempt in message["attempts"]]

    def test_what_is_ignored_acknowledges_nothing(self, outbox: Outbox, receiver: Receiver) -> None:
        message_id = post(outbox, receiver.url(), ignores="a rule says so", retry_after_s=(60,))

        for _ in range(2):
            outbox.attempt(message_id)

        message = found(outbox, message_id)
        assert ("failed", "a rule says so") == (message["state"], message["why"])
        assert [(200, "a rule says so")] * 2 == [(each["status"], each["why"]) for each in message["attempts"]]

    def test_a_lost_message_is_shown_and_not_sent(self, world: World, receiver: Receiver) -> None:
        message_id = post(world.outbox, receiver.url(), lost="a rule says so")

        fired = world.advance(HOUR)

        message = found(world.outbox, message_id)
        assert ("lost", "a rule says so", []) == (message["state"], message["why"], message["attempts"])
        assert ([], []) == (fired, receiver.requests)

    def test_a_lost_message_to_a_far_host_is_held(self, outbox: Outbox) -> None:
        message = found(outbox, post(outbox, "https://www.example.com/hook", lost="a rule says so"))

        assert ("held", True) == (message["state"], message["why"].startswith("www.example.com is neither"))


class TestGet:
    def test_a_get_carries_no_body(self, outbox: Outbox, receiver: Receiver) -> None:
        message_id = str(outbox.post("told", receiver.url(), "", headers={}, about={}, method="GET")["id"])

        outbox.attempt(message_id)

        (request,) = receiver.requests
        assert ("GET", "") == (request.method, request.text)
        assert not {"content-length", "transfer-encoding", "content-type"} & set(request.headers)

    def test_a_get_is_acknowledged_like_any_other(self, outbox: Outbox, receiver: Receiver) -> None:
        receiver.answers(500, 200)
        message_id = str(
            outbox.post("told", receiver.url(), "", headers={}, about={}, method="GET", retry_after_s=(1,))["id"]
        )

        for _ in range(2):
            outbox.attempt(message_id)

        assert [500, 200] == [attempt["status"] for attempt in found(outbox, message_id)["attempts"]]

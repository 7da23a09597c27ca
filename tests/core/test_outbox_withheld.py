"""What a face says right before an attempt and hears right after it: circuits that open, logs, counts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from mock_server.app import create_app
from mock_server.core.outbox import Manners
from mock_server.core.store import Record, Store
from mock_server.core.world import World
from mock_server.core.worlds import Worlds
from mock_server.settings import Settings
from tests.receiver import Receiver

from .conftest import NOON, Shop

HOUR = timedelta(hours=1)
WHY = "the circuit is open"


def why_withheld(store: Store, message: Record) -> str:
    """A circuit per receiver's path."""
    return WHY if store.get("circuits", message["url"].rpartition("/")[2]) else ""


def note(store: Store, message: Record, attempt: Record) -> None:
    """Two failures open the circuit."""
    store.put("log", str(store.count("log")), {"message": message, "attempt": attempt})
    if attempt["why"] and store.count("failures") == 2:
        open_circuit(store, message["url"].rpartition("/")[2])


def open_circuit(store: Store, name: str = "hook") -> None:
    store.put("circuits", name, {"state": "open"})


def close_circuit(store: Store, name: str = "hook") -> None:
    store.change("circuits", name, lambda _: None)


def careful(worlds: Worlds, **hooks: Callable[..., Any]) -> Worlds:
    """With a face that is careful with receivers that fail, or has these hooks."""
    manners: Any = worlds.house.manners
    manners["careful"] = Manners(**hooks or {"why_withheld": why_withheld, "note": note})
    return worlds


@pytest.fixture
def app() -> Flask:
    return create_app(Settings())


@pytest.fixture
def worlds(app: Flask) -> Worlds:
    return careful(app.extensions["worlds"])


@pytest.fixture
def world(worlds: Worlds) -> World:
    """Stands at noon; webhooks leave when the clock is moved."""
    world = worlds.get("default")
    world.clock.freeze(NOON)
    return world


def post(world: World, url: str, manners: str = "careful", queue: str = "orders 1", **more: Any) -> str:
    message = world.outbox.post(
        "order.placed", url, "{}", headers={}, about={}, queue=queue, manners=manners, **more
    )
    return str(message["id"])


def found(world: World, message_id: str) -> Record:
    message = world.outbox.find(message_id)
    assert message is not None
    return message


def log(world: World) -> list[Record]:
    """What the face was told, oldest first."""
    return list(world.store.all("log"))


def fail(*_: object) -> Any:
    raise RuntimeError("no such luck, on purpose")


class TestWithheld:
    def test_nothing_is_sent_and_the_message_has_failed(self, world: World, receiver: Receiver) -> None:
        message_id = post(world, receiver.url(), retry_after_s=(60, 60))
        open_circuit(world.store)

        fired = world.advance(HOUR)

        message = found(world, message_id)
        assert ("failed", WHY, []) == (message["state"], message["why"], message["attempts"])
        assert ([], [], None) == (receiver.requests, fired, world.clock.next_due_ms())

    def test_an_attempt_of_it_is_none(self, world: World, receiver: Receiver) -> None:
        message_id = post(world, receiver.url())
        open_circuit(world.store)

        assert world.outbox.attempt(message_id) is None

    def test_its_queue_goes_on(self, world: World, receiver: Receiver) -> None:
        withheld, behind = post(world, receiver.url()), post(world, receiver.url("/other"))
        open_circuit(world.store)

        world.advance(timedelta())

        assert ["failed", "delivered"] == [found(world, each)["state"] for each in (withheld, behind)]
        assert (["/other"], []) == ([r.path for r in receiver.requests], list(world.store.all("outbox_queues")))

    def test_the_question_is_asked_before_each_attempt(self, world: World, receiver: Receiver) -> None:
        """The circuit opens while the message waits for its third try, which is not made, nor are those after it."""
        receiver.answers(500, 500, 500, 500)
        message_id = post(world, receiver.url(), retry_after_s=(60, 60, 60))

        fired = world.advance(HOUR)

        message = found(world, message_id)
        assert ("failed", WHY, [500, 500]) == (
            message["state"], message["why"], [each["status"] for each in message["attempts"]],
        )  # fmt: skip
        assert ([1, 2], 2) == ([each["attempt"] for each in fired], len(receiver.requests))

    def test_the_face_is_told_nothing_of_it(self, world: World, receiver: Receiver) -> None:
        post(world, receiver.url())
        open_circuit(world.store)

        world.advance(HOUR)

        assert [] == log(world)

    @pytest.mark.parametrize("manners", ["", "another"])
    def test_no_other_face_withholds_it(self, world: World, receiver: Receiver, manners: str) -> None:
        message_id = post(world, receiver.url(), manners)
        open_circuit(world.store)

        world.advance(timedelta())

        assert ("delivered", 1) == (found(world, message_id)["state"], len(receiver.requests))

    def test_the_log_of_webhooks_shows_it_as_failed_with_its_reason(
        self, app: Flask, world: World, receiver: Receiver
    ) -> None:
        message_id = post(world, receiver.url())
        open_circuit(world.store)
        world.advance(timedelta())

        shown = app.test_client().get("/_mock/webhooks?state=failed").get_json()

        assert [(message_id, WHY, [])] == [(each["id"], each["why"], each["attempts"]) for each in shown]

    def test_one_that_waited_too_long_is_forgotten_when_it_is_withheld(self, shop: Shop, receiver: Receiver) -> None:
        world = careful(shop.open(journal_limit=2)).get("default")
        world.clock.freeze(NOON)
        ids = [post(world, receiver.url()) for _ in range(5)]
        open_circuit(world.store)

        world.advance(timedelta())

        assert ids[-2:] == [message["id"] for message in world.outbox.newest()][::-1]

    def test_a_question_that_fails_is_a_failed_try(
        self, world: World, receiver: Receiver, worlds: Worlds
    ) -> None:
        """Another try may find the answer; nothing is sent without one."""
        message_id = post(world, receiver.url(), retry_after_s=(60,))
        careful(worlds, why_withheld=fail)
        world.advance(timedelta())
        message = found(world, message_id)
        careful(worlds, why_withheld=why_withheld)
        world.advance(HOUR)

        assert ("waiting", "this server failed: RuntimeError") == (message["state"], message["why"])
        assert ("delivered", 1) == (found(world, message_id)["state"], len(receiver.requests))


class TestSentAgain:
    @pytest.fixture
    def withheld(self, world: World, receiver: Receiver) -> str:
        message_id = post(world, receiver.url(), retry_after_s=(60, 60))
        open_circuit(world.store)
        world.advance(timedelta())
        return message_id

    def test_it_arrives_once_the_reason_is_gone(self, world: World, receiver: Receiver, withheld: str) -> None:
        close_circuit(world.store)

        again = world.outbox.send_again(withheld)
        world.advance(timedelta())

        message = found(world, withheld)
        assert again is not None and ("waiting", "") == (again["state"], again["why"])
        assert ("delivered", "", 1) == (message["state"], message["why"], len(receiver.requests))

    def test_it_is_withheld_again_as_long_as_the_reason_lasts(
        self, world: World, receiver: Receiver, withheld: str
    ) -> None:
        world.outbox.send_again(withheld)
        world.advance(HOUR)

        message = found(world, withheld)
        assert ("failed", WHY, []) == (message["state"], message["why"], receiver.requests)

    @pytest.mark.parametrize(("is_open", "state", "why"), [(True, "failed", WHY), (False, "delivered", "")])
    def test_on_request_it_is_told_at_once_what_came_of_it(
        self, app: Flask, world: World, withheld: str, is_open: bool, state: str, why: str
    ) -> None:
        (open_circuit if is_open else close_circuit)(world.store)

        answer = app.test_client().post(f"/_mock/webhooks/{withheld}/resend")

        assert (200, state, why) == (answer.status_code, answer.get_json()["state"], answer.get_json()["why"])


class TestNotes:
    def test_the_face_is_told_of_each_attempt_once_it_was_written_down(self, world: World, receiver: Receiver) -> None:
        receiver.answers(500, 200)
        message_id = post(world, receiver.url(), retry_after_s=(60,))

        world.advance(HOUR)

        message = found(world, message_id)
        first, second = log(world)
        assert message["attempts"] == [first["attempt"], second["attempt"]]
        assert ("waiting", message["attempts"][:1]) == (first["message"]["state"], first["message"]["attempts"])
        assert message == second["message"]

    def test_the_next_of_the_queue_leaves_after_it(self, worlds: Worlds, world: World, receiver: Receiver) -> None:
        there: list[int] = []

        def look_around(store: Store, message: Record, attempt: Record) -> None:
            world.outbox.flush("orders 1")
            there.append(len(receiver.requests))

        careful(worlds, note=look_around)
        for _ in range(3):
            post(world, receiver.url())

        world.advance(timedelta())

        assert [1, 2, 3] == there

    def test_what_it_noted_counts_for_the_next_of_the_queue(self, world: World, receiver: Receiver) -> None:
        """The second failure opens the circuit for the third message."""
        receiver.answers(500, 500)
        ids = [post(world, receiver.url()) for _ in range(3)]

        world.outbox.flush("orders 1")

        refused = "status is 500, expected 2xx"
        assert [refused, refused, WHY] == [found(world, each)["why"] for each in ids]
        assert 2 == len(receiver.requests)

    def test_an_attempt_that_this_server_could_not_make_is_one_too(
        self, world: World, receiver: Receiver, worlds: Worlds
    ) -> None:
        careful(worlds, stamp=fail, note=note)
        post(world, receiver.url())

        world.advance(timedelta())

        (told,) = log(world)
        assert ("failed", "this server failed: RuntimeError") == (told["message"]["state"], told["attempt"]["why"])

    def test_an_attempt_of_another_face_is_not_its_business(self, world: World, receiver: Receiver) -> None:
        post(world, receiver.url(), "")

        world.advance(timedelta())

        assert ([], 1) == (log(world), len(receiver.requests))

    def test_an_attempt_that_a_reset_overtook_is_not_told(
        self, worlds: Worlds, world: World, receiver: Receiver
    ) -> None:
        message_id = post(world, receiver.url())
        receiver.on_arrival = lambda: worlds.reset("default")

        world.outbox.attempt(message_id)

        assert ([], 1) == (log(world), len(receiver.requests))

    def test_one_that_fails_is_logged_and_holds_up_nobody(
        self, world: World, receiver: Receiver, worlds: Worlds, caplog: pytest.LogCaptureFixture
    ) -> None:
        careful(worlds, note=fail)
        receiver.answers(500)
        ids = [post(world, receiver.url()) for _ in range(3)]

        with caplog.at_level(logging.ERROR):
            world.advance(timedelta())

        assert ["failed", "delivered", "delivered"] == [found(world, each)["state"] for each in ids]
        assert [f"note of webhook {each}" for each in ids] == [record.getMessage() for record in caplog.records]
        assert [] == list(world.store.all("outbox_queues"))

    def test_one_that_fails_costs_no_try(
        self, world: World, receiver: Receiver, worlds: Worlds
    ) -> None:
        careful(worlds, note=fail)
        receiver.answers(500)
        message_id = post(world, receiver.url(), retry_after_s=(60,))

        fired = world.advance(HOUR)

        assert [("12:00", "waiting"), ("12:01", "delivered")] == [(f["at"][11:16], f["state"]) for f in fired]
        assert "delivered" == found(world, message_id)["state"]

    def test_one_sent_again_meanwhile_leaves_once_more(
        self, world: World, receiver: Receiver, worlds: Worlds
    ) -> None:
        """It has ended already, while its queue is still busy with it."""

        def send_again(store: Store, message: Record, attempt: Record) -> None:
            if len(message["attempts"]) == 1:
                world.outbox.send_again(message["id"])

        careful(worlds, note=send_again)
        message_id = post(world, receiver.url())

        world.advance(HOUR)

        assert ("delivered", 2) == (found(world, message_id)["state"], len(receiver.requests))
        assert [] == list(world.store.all("outbox_queues"))

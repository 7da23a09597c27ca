from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.clock import parse_duration
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, sessions
from tests.receiver import Receiver

from ..conftest import Klarna, purchase_of

NOW = timedelta()


def grant(world: World, url: str | None) -> Record:
    fields: dict[str, Any] = {"merchant_urls": {"authorization": url}} if url else {}
    session = sessions.open_session(world, purchase_of(**fields), merchant="PK1", base_url="http://127.0.0.1")
    return authorizations.grant(world, session)


def test_the_callback_tells_token_and_session(world: World, receiver: Receiver) -> None:
    granted = grant(world, receiver.url("/callback?secret=s3"))

    world.advance(NOW)

    (received,) = receiver.requests
    expected = {"authorization_token": granted["token"], "session_id": granted["session_id"]}
    assert ("POST", "/callback?secret=s3", expected) == (received.method, received.path, received.json)
    assert list(expected) == list(received.json)


def test_the_callback_is_json_without_credentials(world: World, receiver: Receiver) -> None:
    grant(world, receiver.url())

    world.advance(NOW)

    (received,) = receiver.requests
    assert "application/json" == received.headers["content-type"]
    assert "authorization" not in received.headers


def test_a_2xx_settles_it(world: World, receiver: Receiver) -> None:
    receiver.answers(204)
    grant(world, receiver.url())

    fired = world.advance(timedelta(minutes=1))

    assert [("delivered", 204)] == [(what["state"], what["result"]) for what in fired]
    assert 1 == len(receiver.requests)


def test_three_attempts_are_made_one_and_two_seconds_apart(world: World, receiver: Receiver) -> None:
    receiver.answers(500, 404, 503, 200)
    grant(world, receiver.url())

    fired = world.advance(timedelta(minutes=1))

    assert [
        ("2026-11-20T12:00:00.000Z", 1, 500, "waiting"),
        ("2026-11-20T12:00:01.000Z", 2, 404, "waiting"),
        ("2026-11-20T12:00:03.000Z", 3, 503, "failed"),
    ] == [(what["at"], what["attempt"], what["result"], what["state"]) for what in fired]
    assert 3 == len(receiver.requests)


@pytest.mark.parametrize(("after", "attempts"), [("999ms", 1), ("1s", 2), ("2999ms", 2), ("3s", 3), ("1h", 3)])
def test_an_attempt_waits_for_the_worlds_clock(world: World, receiver: Receiver, after: str, attempts: int) -> None:
    receiver.answers(500, 500, 500, 500)
    grant(world, receiver.url())

    world.advance(parse_duration(after))

    assert attempts == len(receiver.requests)


def test_a_retry_that_succeeds_is_the_last(world: World, receiver: Receiver) -> None:
    receiver.answers(500, 200)
    grant(world, receiver.url())

    fired = world.advance(timedelta(minutes=1))

    assert ["waiting", "delivered"] == [what["state"] for what in fired]
    assert receiver.requests[0].text == receiver.requests[1].text


def test_a_redirect_is_no_success_and_is_not_followed(world: World, receiver: Receiver) -> None:
    receiver.answers(302, 302, 302, Location=receiver.url("/elsewhere"))
    grant(world, receiver.url())

    world.advance(timedelta(minutes=1))

    assert ["/hook"] * 3 == [received.path for received in receiver.requests]


def test_the_shop_has_two_seconds_to_answer(world: World, receiver: Receiver) -> None:
    grant(world, receiver.url())

    (message,) = world.store.all("outbox")

    assert ("klarna.payments.authorization_callback", 2, [1, 2]) == (
        message["event"], message["timeout_s"], message["retry_after_s"],
    )  # fmt: skip


@pytest.mark.parametrize("url", [None, ""])
def test_without_a_url_nothing_is_sent(world: World, url: str | None) -> None:
    grant(world, url)

    assert [] == list(world.store.all("outbox"))


def test_a_foreign_host_is_not_called(world: World) -> None:
    grant(world, "https://shop.example.com/callback")

    fired = world.advance(timedelta(minutes=1))

    (message,) = world.store.all("outbox")
    assert ("held", [], []) == (message["state"], message["attempts"], fired)
    assert "shop.example.com is neither loopback, private nor a one-word name" in message["why"]


def test_an_authorization_anew_sends_another_token(klarna: Klarna, receiver: Receiver) -> None:
    session_id = klarna.session_id(merchant_urls={"authorization": receiver.url()})

    tokens = [klarna.authorize(session_id).get_json()["authorization_token"] for _ in range(2)]
    klarna.world.advance(NOW)

    assert tokens == [received.json["authorization_token"] for received in receiver.requests]
    assert 2 == len(set(tokens))


@pytest.mark.parametrize("outcome", ["rejected", "aborted", "finalize_required", "invalid_fields"])
def test_only_an_approved_shopper_is_told_of(klarna: Klarna, receiver: Receiver, outcome: str) -> None:
    session_id = klarna.session_id(merchant_urls={"authorization": receiver.url()})

    klarna.authorize(session_id, outcome=outcome)
    klarna.world.advance(timedelta(minutes=1))

    assert [] == receiver.requests

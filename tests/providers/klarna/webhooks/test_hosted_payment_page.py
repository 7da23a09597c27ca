from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.control.actions import add_rules
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.klarna.actions import hosted_payment_page as actions
from mock_server.providers.klarna.actions import hosted_shopper as shopper
from mock_server.providers.klarna.state import hosted_payment_page as state
from mock_server.providers.klarna.webhooks.hosted_payment_page import follow_order
from tests.receiver import Receiver

from ..hosted import again, hosted, said

NOW = timedelta()
STATUS_UPDATE = "klarna.hosted_payment_page.status_update"


def listened(world: World, receiver: Receiver, path: str = "/told?secret=s3&hpp={{session_id}}") -> Record:
    return hosted(world, merchant_urls={"status_update": receiver.url(path)})


def add_rule(world: World, match: dict[str, Any] | None = None, **then: Any) -> None:
    add_rules(world, {"when": {"operation": STATUS_UPDATE, "match": match or {}}, "then": then})


def statuses(receiver: Receiver) -> list[str]:
    return [request.json["session"]["status"] for request in receiver.requests]


def test_the_callback_tells_the_session_as_it_is_read(world: World, receiver: Receiver) -> None:
    session = listened(world, receiver)
    shopper.act(world, session, said("accepted"))
    world.advance(NOW)

    first, last = receiver.requests

    expected = state.view(again(world, session))
    assert ["event_id", "session"] == list(last.json)
    assert [expected, list(expected)] == [last.json["session"], list(last.json["session"])]
    assert ["POST", "application/json", f"/told?secret=s3&hpp={session['id']}"] == [
        last.method, last.headers["content-type"], last.path,
    ]  # fmt: skip
    assert "authorization" not in last.headers
    assert first.json["event_id"] != last.json["event_id"]
    assert ["IN_PROGRESS", "COMPLETED"] == statuses(receiver)


def test_three_more_tries_are_made(world: World, receiver: Receiver) -> None:
    receiver.answers(500, 404, 301, 503, 200)
    actions.delete_session(world, listened(world, receiver))

    fired = world.advance(timedelta(hours=1))

    assert [f"2026-11-20T12:00:0{second}.000Z" for second in (0, 1, 3, 7)] == [what["at"] for what in fired]
    assert ["failed", 4] == [fired[-1]["state"], len(receiver.requests)]
    assert 1 == len({request.json["event_id"] for request in receiver.requests})


def test_any_2xx_settles_it(world: World, receiver: Receiver) -> None:
    receiver.answers(204)
    actions.delete_session(world, listened(world, receiver))

    fired = world.advance(timedelta(hours=1))

    assert [("delivered", 204)] == [(what["state"], what["result"]) for what in fired]


def test_an_answer_is_waited_for_3_seconds(world: World, receiver: Receiver) -> None:
    actions.delete_session(world, listened(world, receiver))

    (message,) = world.outbox.newest()

    assert 3 == message["timeout_s"]


def test_one_that_waits_for_its_next_try_makes_way_for_a_newer_one(world: World, receiver: Receiver) -> None:
    receiver.answers(500)
    session = listened(world, receiver)
    entered = shopper.enter(world, session)
    world.advance(NOW)

    shopper.act(world, entered, said("back"))
    world.advance(timedelta(hours=1))

    assert ["IN_PROGRESS", "BACK"] == statuses(receiver)
    newest, oldest = world.outbox.newest()
    assert ["delivered", "superseded"] == [newest["state"], oldest["state"]]


def test_without_a_url_nobody_is_told(world: World) -> None:
    shopper.act(world, hosted(world), said("accepted"))

    assert [] == list(world.outbox.newest())


def test_a_strangers_server_is_not_called(world: World) -> None:
    actions.delete_session(world, hosted(world, merchant_urls={"status_update": "https://shop.example.com/told"}))

    (message,) = world.outbox.newest()
    assert "held" == message["state"]


def test_an_order_without_a_payment_session_completes_no_page(world: World) -> None:
    session = hosted(world, merchant_urls={"status_update": "http://127.0.0.1:9/told"})

    follow_order(world, {"order_id": "o-1", "session_id": None})

    assert session == again(world, session)


@pytest.mark.parametrize(
    ("then", "arrived"),
    [
        ({"outcome": "twice"}, ["DISABLED", "DISABLED"]),
        ({"outcome": "lost"}, []),
        ({"outcome": "unacknowledged"}, ["DISABLED"] * 4),
    ],
)
def test_what_may_happen_to_a_callback_happens(
    world: World, receiver: Receiver, then: dict[str, Any], arrived: list[str]
) -> None:
    add_rule(world, **then)

    actions.delete_session(world, listened(world, receiver))
    world.advance(timedelta(hours=1))

    assert arrived == statuses(receiver)


def test_a_late_callback_is_held_back(world: World, receiver: Receiver) -> None:
    add_rule(world, outcome="late", after="10m")
    actions.delete_session(world, listened(world, receiver))

    (fired,) = world.advance(timedelta(hours=1))

    assert "2026-11-20T12:10:00.000Z" == fired["at"]


@pytest.mark.parametrize(
    "match",
    [{"body.session.status": "COMPLETED"}, {"purchase.country": "SE", "body.session.order_id": {"present": True}}],
)
def test_a_rule_sees_what_is_told_and_what_is_bought(
    world: World, receiver: Receiver, match: dict[str, Any]
) -> None:
    add_rule(world, match, outcome="lost")
    session = hosted(
        world, merchant_urls={"status_update": receiver.url()}, options={"place_order_mode": "PLACE_ORDER"}
    )

    shopper.act(world, session, said("accepted"))
    world.advance(NOW)

    assert ["IN_PROGRESS"] == statuses(receiver)

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.clock import parse_duration
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import captures
from tests.receiver import Receiver

from ..checkout import Checkout, complete, keep, urls_of
from ..conftest import Klarna

MINUTES = (2, 7, 17, 32, 62)  # after completion: 2 minutes, then 5, 15, 30 and 60 after the first push
A_WEEK = timedelta(days=7)


def placed(world: World, receiver: Receiver, **fields: Any) -> str:
    order = keep(world, merchant_urls=urls_of(push=receiver.url("/push?kco={checkout.order.id}")), **fields)
    complete(world, order)
    return str(order["order_id"])


def acknowledge(world: World, order_id: str) -> None:
    """As Order Management leaves it."""

    def note(order: Record | None) -> Record | None:
        return order and order | {"acknowledged_at": "2026-11-20T12:00:00.000Z"}

    world.store.change("orders", order_id, note)


def test_the_push_has_an_empty_body_and_the_id_in_its_url(world: World, receiver: Receiver) -> None:
    order_id = placed(world, receiver)

    world.advance(timedelta(minutes=2))

    (push,) = receiver.requests
    assert ("POST", f"/push?kco={order_id}", "", "0") == (
        push.method, push.path, push.text, push.headers["content-length"],
    )  # fmt: skip
    assert not {"authorization", "content-type"} & set(push.headers)


@pytest.mark.parametrize(("after", "pushes"), [("1m59s", 0), ("2m", 1), ("6m59s", 1), ("7m", 2), ("62m", 5), ("3h", 5)])
def test_pushes_wait_for_the_worlds_clock(world: World, receiver: Receiver, after: str, pushes: int) -> None:
    placed(world, receiver)

    world.advance(parse_duration(after))

    assert pushes == len(receiver.requests)


def test_pushes_are_repeated_for_48_hours(world: World, receiver: Receiver) -> None:
    placed(world, receiver)

    fired = world.advance(A_WEEK)

    hours = [5 + 4 * n for n in range(11)]  # after the first push: every 4 hours once the first is over
    expected = [*MINUTES, *(2 + 60 * hour for hour in hours)]
    midday = world.clock.now() - A_WEEK
    at = [(midday + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z") for minutes in expected]
    assert at == [what["at"] for what in fired if what["what"] == "webhook"]


def test_a_2xx_alone_does_not_end_the_repetition(world: World, receiver: Receiver) -> None:
    placed(world, receiver)

    fired = world.advance(timedelta(minutes=7))

    assert [("klarna.checkout.push", "delivered", 1)] * 2 == [
        (what["event"], what["state"], what["attempt"]) for what in fired
    ]


def test_a_refused_push_waits_for_its_repetition(world: World, receiver: Receiver) -> None:
    receiver.answers(500)
    placed(world, receiver)

    fired = world.advance(timedelta(minutes=7))

    assert [("failed", 500), ("delivered", 200)] == [(what["state"], what["result"]) for what in fired]


@pytest.mark.parametrize(("minutes", "pushes"), [(1, 0), (2, 1), (10, 2)])
def test_an_acknowledged_order_is_pushed_no_more(world: World, receiver: Receiver, minutes: int, pushes: int) -> None:
    order_id = placed(world, receiver)
    world.advance(timedelta(minutes=minutes))

    acknowledge(world, order_id)
    world.advance(A_WEEK)

    assert pushes == len(receiver.requests)


def test_a_capture_acknowledges_too(world: World, receiver: Receiver) -> None:
    order_id = placed(world, receiver)

    captures.capture_order(world, order_id, 1000)
    world.advance(A_WEEK)

    assert [] == receiver.requests


def test_a_capture_that_klarna_made_does_not(world: World, receiver: Receiver) -> None:
    placed(world, receiver, options={"auto_capture": True})

    world.advance(timedelta(minutes=2))

    assert 1 == len(receiver.requests)


def test_nothing_is_pushed_after_a_reset(world: World, receiver: Receiver) -> None:
    order_id = placed(world, receiver)
    world.store.change("orders", order_id, lambda _: None)

    world.advance(A_WEEK)

    assert [] == receiver.requests


@pytest.mark.parametrize(
    ("then", "minutes", "paths"),
    [
        ({"outcome": "twice"}, 2, 2),
        ({"outcome": "lost"}, 2, 0),
        ({"outcome": "late", "after": "3m"}, 4, 0),
        ({"outcome": "late", "after": "3m"}, 5, 1),
        ({"outcome": "unacknowledged"}, 2, 1),
    ],
)
def test_rules_decide_what_becomes_of_a_push(
    klarna: Klarna, receiver: Receiver, then: dict[str, str], minutes: int, paths: int
) -> None:
    shop = Checkout(klarna)
    rule = {"when": {"operation": "klarna.checkout.push", "match": {"purchase.country": "SE"}}, "then": then}
    assert 201 == klarna.call("POST", "/_mock/rules", rule).status_code
    shop.complete(shop.order_id(merchant_urls=urls_of(push=receiver.url())))

    klarna.world.advance(timedelta(minutes=minutes))

    assert paths == len(receiver.requests)

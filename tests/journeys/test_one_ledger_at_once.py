"""One ledger: what a platform and Klarna's side do at the same moment is done in some order, and both show the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask

from mock_server.ledger import updates
from tests.faces import CAPTURED, FACES, OrderManagement, Picture
from tests.klarna import Answer, InProcess, Klarna
from tests.receiver import Receiver
from tests.stories import COMMERCELAYER, MULTISAFEPAY, NEXT, OM, PART, Story
from tests.threads import each_at_once

pytestmark = pytest.mark.usefixtures("eager_threads")
ROUNDS = 4  # of a race that can be won by luck
PLATFORMS = (MULTISAFEPAY, COMMERCELAYER, NEXT)

Place = Callable[[int], tuple[Story, OrderManagement]]


@pytest.fixture(params=PLATFORMS)
def place(request: pytest.FixtureRequest, app: Flask, receiver: Receiver) -> Place:
    """An order placed in the world of a round; and a client of its own for Klarna's side."""

    def place(number: int) -> tuple[Story, OrderManagement]:
        world = f"round-{number}"
        story = Story(request.param, InProcess(app.test_client()), world, receiver)
        return story, OrderManagement(Klarna(InProcess(app.test_client()), world), story.order_id)

    return place


def _both(*acts: Callable[[], Answer]) -> list[int]:
    """How many were done, and that nothing broke."""
    statuses = [answer.status for answer in each_at_once(*acts)]
    assert [] == [status for status in statuses if status >= 500]
    return statuses


@pytest.mark.parametrize("number", range(ROUNDS))
def test_an_order_is_captured_once(place: Place, number: int) -> None:
    story, klarna = place(number)

    _both(story.face.capture, lambda: klarna.capture(story.face.total))

    captured = Picture(CAPTURED, 0, story.face.total)
    assert (captured, captured) == story.pictures()


@pytest.mark.parametrize("number", range(ROUNDS))
def test_what_was_captured_goes_back_once(place: Place, number: int) -> None:
    story, klarna = place(number)
    story.do("capture", OM)

    _both(story.face.refund, lambda: klarna.refund(story.face.total))

    refunded = Picture(CAPTURED, 0, story.face.total, story.face.total)
    assert (refunded, refunded) == story.pictures()


@pytest.mark.parametrize("number", range(ROUNDS))
def test_parts_given_back_by_both_add_up(place: Place, number: int) -> None:
    story, klarna = place(number)
    story.do("capture", OM)

    statuses = _both(lambda: story.face.refund(PART), lambda: klarna.refund(PART - 100))

    refunded = Picture(CAPTURED, 0, story.face.total, 2 * PART - 100)
    assert {2} == {status // 100 for status in statuses}
    assert (refunded, refunded) == story.pictures()


@pytest.mark.parametrize("number", range(ROUNDS))
def test_an_order_is_either_captured_or_cancelled(place: Place, number: int) -> None:
    story, klarna = place(number)

    statuses = _both(story.face.capture, klarna.cancel)

    shown, left = story.pictures()
    assert shown == left
    assert 1 == sum(status // 100 == 2 for status in statuses)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_many_amounts_both_show_the_last(place: Place, app: Flask, number: int) -> None:
    story, klarna = place(number)
    world = app.extensions["worlds"].get(klarna.klarna.world)
    amounts = [story.face.total - 100 * less for less in range(1, 7)]

    each_at_once(*[partial(updates.update_authorization, world, story.order_id, each, ()) for each in amounts])

    shown, left = story.pictures()
    assert shown == left


def test_there_is_a_race_for_every_platform() -> None:
    assert set(FACES) - {"klarna"} == set(PLATFORMS)

"""What many do with one fulfillment order at the same moment: it is shipped, moved and captured once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mock_server.core.clock import Alarm
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import fulfillment, moving, orders, shipping
from mock_server.providers.next_commerce.actions.fulfillment import Found
from mock_server.providers.next_commerce.errors import InvalidFields
from tests.next_commerce import CAPTURES_LATER, GIFT_CARD, RETURN_URL, NextCommerce, line_of
from tests.providers.next_commerce.warehouse import SECOND, Warehouse
from tests.threads import tried_at_once

pytestmark = pytest.mark.usefixtures("eager_threads")
ROUNDS = range(3)  # of a race that can be won by luck
UPS = {"tracking_info": [{"tracking_code": "1Z999", "carrier": "ups"}]}


@pytest.fixture
def world(app: Flask, next_commerce: NextCommerce) -> World:
    """The world of the store."""
    found: World = app.extensions["worlds"].get("test")
    return found


def _placed(shop: NextCommerce, **fields: Any) -> int:
    return Warehouse(shop).only(shop.buy(**fields)["number"])


def _split(results: list[Any]) -> tuple[int, set[type]]:
    """How many were done, and why the others were not."""
    refused = {type(result) for result in results if isinstance(result, Exception)}
    return sum(not isinstance(result, Exception) for result in results), refused


@pytest.mark.parametrize("_", ROUNDS)
def test_parcels_at_once_are_one_and_capture_once(world: World, next_commerce: NextCommerce, _: int) -> None:
    details = {"payment_return_url": RETURN_URL, "payment_gateway": CAPTURES_LATER}
    found = fulfillment.find(world, str(_placed(next_commerce, payment_details=details)))

    results = tried_at_once(lambda: shipping.create_fulfillment(world, found, UPS))

    number = found[0]["number"]
    assert (1, {InvalidFields}) == _split(results)
    assert ["authorize 15.00", "capture 15.00"] == next_commerce.transactions(number)
    assert 1 == len(next_commerce.read(number)["fulfillments"])
    assert "archived/paid/fulfilled" == next_commerce.status(number)


@pytest.mark.parametrize("_", ROUNDS)
def test_parts_at_once_are_no_more_than_was_asked_for(world: World, next_commerce: NextCommerce, _: int) -> None:
    own = _placed(next_commerce, lines=[line_of(quantity=5)])
    found = fulfillment.find(world, str(own))
    part = {"fulfillment_order_line_items": [{"id": own * 100 + 1, "quantity": 2}]}

    results = tried_at_once(lambda: shipping.create_fulfillment(world, found, part))

    assert (2, {InvalidFields}) == _split(results)
    (item,) = Warehouse(next_commerce).read(own)["line_items"]
    assert (5, 1) == (item["quantity"], item["fulfillable_quantity"])


@pytest.mark.parametrize("_", ROUNDS)
def test_parts_at_once_take_nothing_from_another_of_the_same_line(
    world: World, next_commerce: NextCommerce, _: int
) -> None:
    """Of six teapots three were requested; the other three wait elsewhere."""
    own = _placed(next_commerce, lines=[line_of(quantity=6)])
    half = {"fulfillment_order_line_items": [{"id": own * 100 + 1, "quantity": 3}]}
    Warehouse(next_commerce).act(own, "fulfillment-request", half)
    found = fulfillment.find(world, str(own))
    part = {"fulfillment_order_line_items": [{"id": own * 100 + 1, "quantity": 2}]}

    results = tried_at_once(lambda: shipping.create_fulfillment(world, found, part))

    assert (1, {InvalidFields}) == _split(results)


@pytest.mark.parametrize("_", ROUNDS)
def test_gift_cards_at_once_are_fulfilled_once(world: World, next_commerce: NextCommerce, _: int) -> None:
    lines = [{"product_id": GIFT_CARD, "quantity": 1}, {**line_of(GIFT_CARD), "metadata": {"to": "Ann"}}]
    order = orders.find_order(world, next_commerce.buy("card_token", lines=lines)["number"])
    first = {"lines": [order["lines"][0]["id"]]}

    results = tried_at_once(lambda: shipping.add_fulfillment(world, order, first))

    assert (1, {InvalidFields}) == _split(results)


@pytest.mark.parametrize("_", ROUNDS)
def test_moves_at_once_make_one_new_fulfillment_order(world: World, next_commerce: NextCommerce, _: int) -> None:
    found = fulfillment.find(world, str(_placed(next_commerce)))

    results = tried_at_once(lambda: moving.move(world, found, {"new_location_id": SECOND}))

    assert (1, {InvalidFields}) == _split(results)
    assert ["closed", "open"] == [each["status"] for each in Warehouse(next_commerce).orders_of(found[0]["number"])]


def test_what_was_held_meanwhile_is_not_shipped(world: World, next_commerce: NextCommerce) -> None:
    found = fulfillment.find(world, str(_placed(next_commerce)))
    _held(world, found)

    with pytest.raises(InvalidFields):
        shipping.create_fulfillment(world, found, UPS)

    assert "open/paid/on_hold" == next_commerce.status(found[0]["number"])


def test_a_gift_card_of_an_order_that_was_cancelled_meanwhile_is_not_fulfilled(
    world: World, next_commerce: NextCommerce
) -> None:
    number = next_commerce.buy("card_token", lines=[line_of(GIFT_CARD)])["number"]
    order = orders.find_order(world, number)
    next_commerce.post(f"/orders/{number}/cancel/", {"cancel_reason": "changed mind"})

    with pytest.raises(InvalidFields):
        shipping.add_fulfillment(world, order, {})

    assert [] == next_commerce.read(number)["fulfillments"]


def test_a_parcel_and_a_hold_at_once_do_not_both_happen(world: World, next_commerce: NextCommerce) -> None:
    found = fulfillment.find(world, str(_placed(next_commerce)))

    def act() -> Any:
        turn = next(turns)
        return shipping.create_fulfillment(world, found, UPS) if turn else _held(world, found)

    turns = iter([0, 1] * 8)
    results = tried_at_once(act)

    assert (1, {InvalidFields}) == _split(results)
    assert next_commerce.status(found[0]["number"]) in ("archived/paid/fulfilled", "open/paid/on_hold")


def _held(world: World, found: Found) -> Found:
    return fulfillment.hold(world, found, {"reason": "other"})


def test_alarms_at_once_send_an_order_to_its_warehouse_once(world: World, next_commerce: NextCommerce) -> None:
    own = Warehouse(next_commerce).at_a_service()
    alarm = Alarm(0, "next_commerce.post_to_fulfillment", str(own // 100))

    results = tried_at_once(lambda: fulfillment.post_due(world, alarm))

    assert [15, 1] == [results.count(None), sum(result is not None for result in results)]
    assert "processing/requested" == Warehouse(next_commerce).state(own)
    assert 1 == len(Warehouse(next_commerce).callbacks())

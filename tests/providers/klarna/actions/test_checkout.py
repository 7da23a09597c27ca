from __future__ import annotations

from datetime import timedelta

import pytest

from mock_server.core.rules import Decision
from mock_server.core.world import World
from mock_server.providers.klarna.actions import checkout as actions
from mock_server.providers.klarna.errors.checkout import BadValue, ReadOnlyOrder

from ..checkout import ADDRESS, complete, keep, order_of


def test_a_new_order_is_incomplete_and_charges_nothing(world: World) -> None:
    order = keep(world)

    read = actions.read_order(world, order)

    assert ("checkout_incomplete", 25000, "2026-11-20T12:00:00Z") == (
        read["status"], read["order_amount"], read["started_at"],
    )  # fmt: skip
    assert [] == [*world.store.all("sessions"), *world.store.all("orders")]


def test_an_update_replaces_what_was_sent(world: World) -> None:
    order = keep(world, merchant_reference1="A", merchant_data="kept")
    world.advance(timedelta(minutes=5))

    read = actions.update_order(world, order, {"merchant_reference1": "B"})

    assert ("B", "kept", "2026-11-20T12:00:00Z", "2026-11-20T12:05:00Z") == tuple(
        read[name] for name in ("merchant_reference1", "merchant_data", "started_at", "last_modified_at")
    )


def test_an_update_must_leave_a_whole_that_adds_up(world: World) -> None:
    order = keep(world)

    with pytest.raises(BadValue, match="Bad value: order_amount"):
        actions.update_order(world, order, {"order_lines": order_of()["order_lines"][:1]})

    assert order == actions.find_order(world, order["order_id"])


def test_addresses_are_left_alone_once_the_shopper_has_filled_them_in(world: World) -> None:
    order = keep(world, billing_address=ADDRESS)
    before = actions.update_order(world, order, {"billing_address": {**ADDRESS, "city": "Malmö"}})
    order = complete(world, order, Decision(outcome="rejected")).order
    change = {"billing_address": {"city": "Oslo", "country": "NO"}, "merchant_reference1": "B"}
    after = actions.update_order(world, order, change)

    assert ["Malmö", "Malmö"] == [read["billing_address"]["city"] for read in (before, after)]
    assert "B" == after["merchant_reference1"]


def test_an_aborted_order_is_readable_and_no_more(world: World) -> None:
    order = keep(world)

    read = actions.abort_order(world, order)

    assert order["order_id"] == read["order_id"]
    for move in ("update", "abort"):
        with pytest.raises(ReadOnlyOrder):
            actions.find_open_order(world, order["order_id"], move)

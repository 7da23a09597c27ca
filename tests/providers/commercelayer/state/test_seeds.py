"""What a world of Commerce Layer has from the start: the same for everybody, put there once."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from mock_server.app import create_worlds
from mock_server.core.world import World
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.seeds import ORDER_ID, furnish
from mock_server.settings import Settings
from tests.commercelayer import CommerceLayer
from tests.klarna import InProcess
from tests.threads import at_once

# type -> how many
SEEDED = {
    "merchants": 1, "price_lists": 1, "inventory_models": 1, "markets": 1, "shipping_categories": 1, "skus": 3,
    "prices": 3, "shipping_methods": 2, "klarna_gateways": 1, "payment_methods": 1, "addresses": 1, "customers": 1,
    "line_items": 4, "shipments": 1, "orders": 1, "klarna_payments": 0,
}  # fmt: skip


def _ids(world: World) -> dict[str, list[str]]:
    return {type_: [record["id"] for record in records.every(world, type_)] for type_ in SEEDED}


def _counts(world: World) -> dict[str, int]:
    return {type_: records.how_many(world, type_) for type_ in SEEDED}


def test_a_world_has_one_shop_and_the_order_of_the_documents(world: World) -> None:
    furnish(world)

    assert [SEEDED, SEEDED] == [_counts(world), {type_: len(ids) for type_, ids in _ids(world).items()}]
    assert [ORDER_ID, "QWERtyUpBa"] == [_ids(world)["orders"][0], ORDER_ID]


def test_all_ids_are_ten_letters(world: World) -> None:
    furnish(world)

    ids = [id_ for found in _ids(world).values() for id_ in found]
    assert [] == [id_ for id_ in ids if not re.fullmatch("[A-Za-z]{10}", id_)]
    assert len(ids) == len(set(ids))


def test_ids_are_the_same_in_every_world_of_every_server(world: World) -> None:
    other = create_worlds(Settings(seed="another")).get("elsewhere")
    furnish(world)

    furnish(other)

    assert _ids(world) == _ids(other)


def test_furnishing_twice_changes_nothing(world: World) -> None:
    furnish(world)
    before = {type_: list(records.every(world, type_)) for type_ in SEEDED}

    furnish(world)

    assert before == {type_: list(records.every(world, type_)) for type_ in SEEDED}


@pytest.mark.parametrize("number", range(3))  # a race that can be won by luck
def test_a_world_furnished_at_once_has_everything_once(number: int) -> None:
    world = create_worlds(Settings()).get(f"race-{number}")

    at_once(lambda: furnish(world))

    assert [SEEDED, SEEDED] == [_counts(world), {type_: len(ids) for type_, ids in _ids(world).items()}]
    lines = records.ids_of(world, ["orders", ORDER_ID], "line_items")
    assert 4 == len(lines) == len(set(lines))


def test_who_comes_first_at_once_finds_the_order_whole(app: Flask, commercelayer: CommerceLayer) -> None:
    commercelayer.status()  # the race is about another world, not about who compiles the application's paths

    def read() -> str:
        return CommerceLayer(InProcess(app.test_client()), "first").status(ORDER_ID)

    assert {"pending/unpaid/unfulfilled"} == set(at_once(read))


def test_a_reset_world_is_furnished_anew(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.create("orders")

    commercelayer.control("POST", "/reset")

    assert [1, "pending/unpaid/unfulfilled", []] == [
        commercelayer.get("/orders")["meta"]["record_count"], commercelayer.status(), commercelayer.transactions(),
    ]  # fmt: skip


def test_the_seeded_order_lacks_nothing_but_its_payment(commercelayer: CommerceLayer) -> None:
    refused = commercelayer.refused("orders", ORDER_ID, {"_place": True})

    assert ["422 VALIDATION_ERROR payment_source - can't be blank"] == refused
    assert "placed" == commercelayer.place()["status"]

"""Locations are made, read, replaced and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.app import create_app
from mock_server.settings import Settings
from tests.klarna import InProcess
from tests.next_commerce import TOWEL, NextCommerce
from tests.providers.next_commerce.warehouse import CALLBACK, SECOND, WAREHOUSE_ADDRESS, Warehouse


@pytest.fixture
def app_of_two_rows() -> NextCommerce:
    """A store whose lists have two rows a page."""
    return NextCommerce(InProcess(create_app(Settings(next_commerce_page_size=2)).test_client()), "test")


def test_every_store_has_two(next_commerce: NextCommerce) -> None:
    found = next_commerce.results("/locations/")

    assert [(1, "Main Warehouse"), (2, "Second Warehouse")] == [(each["id"], each["name"]) for each in found]
    assert found[0] == next_commerce.get("/locations/1/")


def test_a_service_makes_its_own(next_commerce: NextCommerce) -> None:
    address = {**WAREHOUSE_ADDRESS, "line2": None, "line3": "", "country": "us"}
    body = {"name": "Depot", "address": address, "callback_url": CALLBACK, "accept_return": True}

    answer = next_commerce.send("POST", "/locations/", body)

    told = {
        "name": "Depot",
        "callback_url": CALLBACK,
        "accept_return": True,
        "address": {**WAREHOUSE_ADDRESS, "line2": "", "line3": "", "phone_number": ""},
    }
    assert (201, {"id": 101, **told}) == (answer.status, answer.json)
    assert answer.json == next_commerce.results("/locations/")[-1]


def test_lists_come_in_pages(app_of_two_rows: NextCommerce) -> None:
    for _ in range(3):
        app_of_two_rows.post("/locations/", {"address": WAREHOUSE_ADDRESS})

    first = app_of_two_rows.get("/locations/")
    second = app_of_two_rows.get(first["next"].partition("/api/admin")[2])

    assert [[1, 2], [101, 102]] == [[each["id"] for each in page["results"]] for page in (first, second)]


def test_what_is_replaced_keeps_its_id_and_what_was_not_named(next_commerce: NextCommerce) -> None:
    address = {"line1": "7 Pier", "line4": "Oakland", "country": "US"}

    answer = next_commerce.send("PUT", "/locations/2/", {"address": address, "callback_url": CALLBACK})

    assert (200, 2, "Second Warehouse", CALLBACK, "7 Pier", "") == (
        answer.status, answer.json["id"], answer.json["name"], answer.json["callback_url"],
        answer.json["address"]["line1"], answer.json["address"]["state"],
    )  # fmt: skip
    assert answer.json == next_commerce.get("/locations/2/")


def test_an_empty_callback_url_is_none(next_commerce: NextCommerce) -> None:
    body = {"address": WAREHOUSE_ADDRESS, "callback_url": CALLBACK}
    id_ = next_commerce.post("/locations/", body)["id"]

    told = next_commerce.send("PUT", f"/locations/{id_}/", {**body, "callback_url": ""}).json

    assert None is told["callback_url"]


def test_a_deleted_one_is_gone(next_commerce: NextCommerce) -> None:
    answer = next_commerce.send("DELETE", "/locations/2/")

    assert (204, "") == (answer.status, answer.text)
    assert (404, {"detail": "No Partner matches the given query."}) == next_commerce.refusal("GET", "/locations/2/")
    assert [1] == [each["id"] for each in next_commerce.results("/locations/")]


def test_what_a_deleted_one_shipped_still_shows(next_commerce: NextCommerce) -> None:
    warehouse = Warehouse(next_commerce)
    number = next_commerce.buy()["number"]
    moved = warehouse.act(warehouse.only(number), "move", {"new_location_id": SECOND})["moved_fulfillment_order"]["id"]
    warehouse.act(moved, "fulfillments")

    next_commerce.send("DELETE", f"/locations/{SECOND}/")

    assert (SECOND, "", None) == tuple(
        warehouse.read(moved)["assigned_location"][name] for name in ("id", "name", "callback_url")
    )
    assert SECOND == next_commerce.read(number)["fulfillments"][0]["location_id"]


def test_the_main_one_stays(next_commerce: NextCommerce) -> None:
    refusal = next_commerce.refusal("DELETE", "/locations/1/")

    assert (400, {"non_field_errors": ["The main location cannot be deleted."]}) == refusal
    assert 1 == next_commerce.get("/locations/1/")["id"]


def test_one_that_is_to_ship_something_stays(next_commerce: NextCommerce) -> None:
    warehouse = Warehouse(next_commerce)
    own = warehouse.only(next_commerce.buy()["number"])
    moved = warehouse.act(own, "move", {"new_location_id": SECOND})["moved_fulfillment_order"]["id"]

    refusal = next_commerce.refusal("DELETE", f"/locations/{SECOND}/")

    assert (400, {"non_field_errors": ["A location with fulfillment orders cannot be deleted."]}) == refusal
    text = f"location {SECOND} is to ship fulfillment orders {moved}; move them first"
    assert text == next_commerce.explanation()["faults"][0]["text"]


def test_one_with_stock_stays(next_commerce: NextCommerce) -> None:
    next_commerce.post("/stockrecords/", {"product": TOWEL, "location_id": SECOND, "num_in_stock": 4})

    refusal = next_commerce.refusal("DELETE", f"/locations/{SECOND}/")

    assert (400, {"non_field_errors": ["A location with stock records cannot be deleted."]}) == refusal
    text = f"location {SECOND} has stock records of the variants {TOWEL}; delete those first"
    assert text == next_commerce.explanation()["faults"][0]["text"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, {"address": ["This field is required."]}),
        ({"address": None}, {"address": ["This field may not be null."]}),
        (
            {"address": {"line1": "x", "line4": "y"}},
            {"address": {"country": ["This field is required."]}},
        ),
        (
            {"address": {**WAREHOUSE_ADDRESS, "country": "USA"}},
            {"address": {"country": ["Ensure this field has no more than 2 characters."]}},
        ),
        ({"address": WAREHOUSE_ADDRESS, "callback_url": "depot"}, {"callback_url": ["Enter a valid URL."]}),
        (
            {"address": WAREHOUSE_ADDRESS, "name": "x" * 129},
            {"name": ["Ensure this field has no more than 128 characters."]},
        ),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/locations/"), ("PUT", "/locations/2/")])
def test_a_bad_one_is_refused_and_changes_nothing(
    next_commerce: NextCommerce, method: str, path: str, body: Any, refusal: Any
) -> None:
    before = next_commerce.get("/locations/")

    assert (400, refusal) == next_commerce.refusal(method, path, body)
    assert before == next_commerce.get("/locations/")


def test_an_unknown_one_is_not_found(next_commerce: NextCommerce) -> None:
    statuses = [next_commerce.refusal(method, "/locations/9/", {})[0] for method in ("GET", "PUT", "DELETE")]

    assert [404] * 3 == statuses
    assert [405] == [next_commerce.refusal("PATCH", "/locations/1/", {})[0]]

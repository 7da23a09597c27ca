"""Stock records: how many there are at each location, what open orders hold, and what is for sale."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import catalogue, stock
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas.catalogue import ProductSchema
from mock_server.providers.next_commerce.schemas.fields import load
from mock_server.providers.next_commerce.state.seeds import furnish
from tests.klarna import fine
from tests.next_commerce import GIFT_CARD, TEAPOT, TOWEL, NextCommerce, line_of, order_of
from tests.providers.next_commerce.catalogue import product_of, variant_of
from tests.receiver import Receiver
from tests.threads import tried_at_once

URL = "http://127.0.0.1:8080"


@pytest.fixture
def tee(next_commerce: NextCommerce) -> dict[str, Any]:
    """A variant of which there are 100 in the main warehouse, ten being few."""
    next_commerce.freeze()
    made: dict[str, Any] = next_commerce.post("/products/", product_of())["variants"][0]
    return made


def path_of(variant: dict[str, Any], index: int = 0) -> str:
    return f"/stockrecords/{variant['stockrecords'][index]['id']}/"


def found(shop: NextCommerce, query: str) -> list[tuple[str, int]]:
    return [(row["product"]["sku"], row["location"]["id"]) for row in shop.results(f"/stockrecords/?{query}")]


class TestFound:
    def test_one_tells_of_its_product_its_location_and_what_is_left(
        self, next_commerce: NextCommerce, tee: dict[str, Any]
    ) -> None:
        record = next_commerce.get(path_of(tee))

        product = {"id": tee["product_id"], "title": "Harbour Tee", "variant_id": tee["id"], "variant_title": ""}
        assert {**product, "sku": "TEE"} == record["product"]
        assert [1, "Main Warehouse", "Portland"] == [
            record["location"]["id"], record["location"]["name"], record["location"]["address"]["line4"]
        ]  # fmt: skip
        assert [100, 0, 100, 10, "2026-11-20T12:00:00-05:00"] == [
            record[name]
            for name in ("num_in_stock", "num_allocated", "net_stock_level", "low_stock_threshold", "date_created")
        ]

    @pytest.mark.parametrize(
        ("query", "skus"),
        [
            ("sku=TEAPOT-1", ["TEAPOT-1"]),
            ("sku=TEAPOT", []),
            ("search_text=teapot", ["TEAPOT-1"]),
            ("search_text=mug-b", ["MUG-BL"]),
            ("location_id=2", []),
            ("location_id=1,2&sku=TOWEL-1", ["TOWEL-1"]),
            ("inventory_availability=out_of_stock", []),
            ("purchase_availability=unavailable", []),
            ("purchase_availability=available&search_text=mug", ["MUG-RD", "MUG-BL"]),
        ],
    )
    def test_a_filter_finds_what_it_says(self, next_commerce: NextCommerce, query: str, skus: list[str]) -> None:
        assert [(sku, 1) for sku in skus] == found(next_commerce, query)

    def test_an_unknown_one_is_refused(self, next_commerce: NextCommerce) -> None:
        for method in ("GET", "PATCH", "DELETE"):
            status, told = next_commerce.refusal(method, "/stockrecords/9/", {})

            assert [404, "No StockRecord matches the given query."] == [status, told["detail"]]


class TestChanged:
    def test_few_are_low_and_none_are_not_for_sale(self, next_commerce: NextCommerce, tee: dict[str, Any]) -> None:
        seen = []
        for number in (11, 10, 0):
            fine(next_commerce.send("PATCH", path_of(tee), {"num_in_stock": number}))
            seen.append(next_commerce.get(f"/products/variants/{tee['id']}/"))

        assert [("in_stock", "available"), ("low_stock", "available"), ("out_of_stock", "unavailable")] == [
            (variant["inventory_availability"], variant["purchase_availability"]) for variant in seen
        ]
        body = order_of(lines=[{"product_id": tee["id"], "quantity": 1}])
        status, told = next_commerce.refusal("POST", "/orders/", body)
        assert [400, {"lines": [{"product_id": ["This product is not available."]}]}] == [status, told]
        assert [("TEE", 1)] == found(next_commerce, "inventory_availability=out_of_stock")

    def test_what_is_given_is_replaced(self, next_commerce: NextCommerce, tee: dict[str, Any]) -> None:
        next_commerce.advance("1m")

        first = fine(next_commerce.send("PATCH", path_of(tee), {"num_in_stock": 250, "low_stock_threshold": 20}))
        second = fine(next_commerce.send("PATCH", path_of(tee), {"low_stock_threshold": "5"}))

        assert [(250, 20), (250, 5)] == [(r["num_in_stock"], r["low_stock_threshold"]) for r in (first, second)]
        assert ("2026-11-20T12:00:00-05:00", "2026-11-20T12:01:00-05:00") == (
            second["date_created"], second["date_updated"]
        )  # fmt: skip

    @pytest.mark.parametrize("body", [{"num_in_stock": "many"}, {"num_in_stock": None}, {"low_stock_threshold": -1}])
    def test_what_is_wrong_is_refused(
        self, next_commerce: NextCommerce, tee: dict[str, Any], body: dict[str, Any]
    ) -> None:
        before = next_commerce.get(path_of(tee))

        assert 400 == next_commerce.refusal("PATCH", path_of(tee), body)[0]
        assert before == next_commerce.get(path_of(tee))


class TestHeld:
    def test_open_orders_hold_what_they_wait_for(self, next_commerce: NextCommerce, tee: dict[str, Any]) -> None:
        number = next_commerce.buy("card_token", lines=[line_of(tee["id"], 30)])["number"]
        held = next_commerce.get(path_of(tee))
        next_commerce.post(f"/orders/{number}/cancel/", {"cancel_reason": "changed their mind"})
        free = next_commerce.get(path_of(tee))

        assert [(100, 30, 70), (100, 0, 100)] == [
            (each["num_in_stock"], each["num_allocated"], each["net_stock_level"]) for each in (held, free)
        ]

    def test_archived_orders_hold_nothing(self, next_commerce: NextCommerce, tee: dict[str, Any]) -> None:
        number = next_commerce.buy("card_token", lines=[line_of(tee["id"], 30)])["number"]

        fine(next_commerce.send("PATCH", f"/orders/{number}/", {"status": "archived"}))

        assert 0 == next_commerce.get(path_of(tee))["num_allocated"]

    def test_test_orders_hold_nothing(self, next_commerce: NextCommerce, tee: dict[str, Any]) -> None:
        card = {"card_token": "test_card"}
        next_commerce.buy("card_token", lines=[line_of(tee["id"], 30)], payment_details=card)

        assert 0 == next_commerce.get(path_of(tee))["num_allocated"]

    def test_what_is_held_counts_as_gone_when_few_are_left(
        self, next_commerce: NextCommerce, tee: dict[str, Any]
    ) -> None:
        next_commerce.buy("card_token", lines=[line_of(tee["id"], 95)])

        assert "low_stock" == next_commerce.get(f"/products/variants/{tee['id']}/")["inventory_availability"]
        assert [("TEE", 1)] == found(next_commerce, "inventory_availability=low_stock")

    def test_goods_that_are_not_shipped_are_not_held(self, next_commerce: NextCommerce) -> None:
        next_commerce.buy("card_token", lines=[line_of(GIFT_CARD), line_of(TOWEL)])

        records = {row["product"]["sku"]: row["num_allocated"] for row in next_commerce.results("/stockrecords/")}
        assert [0, 1, 0] == [records[sku] for sku in ("GIFT-50", "TOWEL-1", "TEAPOT-1")]


class TestAdded:
    def test_a_variant_is_at_one_more_location(self, next_commerce: NextCommerce, tee: dict[str, Any]) -> None:
        body = {"product": tee["id"], "location_id": 2, "num_in_stock": 40, "low_stock_threshold": 5}

        answer = next_commerce.send("POST", "/stockrecords/", body)

        assert [201, 40, "Second Warehouse"] == [
            answer.status, answer.json["net_stock_level"], answer.json["location"]["name"]
        ]  # fmt: skip
        stock_now = next_commerce.get(f"/products/variants/{tee['id']}/")["stockrecords"]
        assert [(1, 100), (2, 40)] == [(each["location_id"], each["num_in_stock"]) for each in stock_now]
        assert answer.json == next_commerce.get(f"/stockrecords/{answer.json['id']}/")

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"location_id": 1}, {"location_id": ["A stock record for this location already exists."]}),
            ({"location_id": 9}, {"location_id": ['Invalid pk "9" - object does not exist.']}),
            ({"product": 113}, {"product": ['Invalid pk "113" - object does not exist.']}),
            ({"product": None}, {"product": ["This field may not be null."]}),
        ],
    )
    def test_what_is_wrong_is_refused(self, next_commerce: NextCommerce, fields: dict[str, Any], told: Any) -> None:
        before = next_commerce.results("/stockrecords/")

        refused = next_commerce.refusal("POST", "/stockrecords/", {"product": TEAPOT, "location_id": 2, **fields})

        assert [(400, told), before] == [refused, next_commerce.results("/stockrecords/")]


class TestDeleted:
    def test_a_variant_is_at_a_location_no_more(self, next_commerce: NextCommerce, tee: dict[str, Any]) -> None:
        added = next_commerce.post("/stockrecords/", {"product": tee["id"], "location_id": 2, "num_in_stock": 40})

        answer = next_commerce.send("DELETE", path_of(tee))

        assert [204, "", [("TEE", 2)]] == [answer.status, answer.text, found(next_commerce, "sku=TEE")]
        assert 404 == next_commerce.refusal("GET", path_of(tee))[0]
        assert 40 == next_commerce.get(f"/stockrecords/{added['id']}/")["num_in_stock"]

    def test_the_last_one_stays(self, next_commerce: NextCommerce, tee: dict[str, Any]) -> None:
        status, told = next_commerce.refusal("DELETE", path_of(tee))

        assert [400, {"non_field_errors": ["The last stock record cannot be deleted."]}] == [status, told]
        assert [("TEE", 1)] == found(next_commerce, "sku=TEE")

    def test_one_that_open_orders_hold_stays_unless_stock_is_not_tracked(
        self, next_commerce: NextCommerce, tee: dict[str, Any]
    ) -> None:
        next_commerce.post("/stockrecords/", {"product": tee["id"], "location_id": 2, "num_in_stock": 40})
        next_commerce.buy("card_token", lines=[line_of(tee["id"], 3)])

        held = next_commerce.refusal("DELETE", path_of(tee))
        why = next_commerce.explanation()["faults"][0]["text"]
        fine(next_commerce.send("PATCH", f"/products/variants/{tee['id']}/", {"track_stock": False}))
        answer = next_commerce.send("DELETE", path_of(tee))

        text = "A stock record with allocated items cannot be deleted."
        assert [(400, {"non_field_errors": [text]}), 204] == [held, answer.status]
        assert f"num_allocated of stock record {tee['stockrecords'][0]['id']} is 3, expected 0" == why


def test_each_change_is_told_as_one_of_the_product(
    next_commerce: NextCommerce, tee: dict[str, Any], receiver: Receiver
) -> None:
    next_commerce.listen(receiver.url(), "product.updated")

    next_commerce.post("/stockrecords/", {"product": tee["id"], "location_id": 2, "num_in_stock": 4})
    fine(next_commerce.send("PATCH", path_of(tee), {"num_in_stock": 7}))
    next_commerce.send("DELETE", path_of(tee))
    next_commerce.advance("0s")

    seen = [request.json["data"]["variants"][0]["stockrecords"] for request in receiver.requests]
    assert [[100, 4], [7, 4], [4]] == [[each["num_in_stock"] for each in stock_now] for stock_now in seen]


@pytest.mark.usefixtures("eager_threads")
def test_of_many_that_delete_the_two_records_of_a_variant_one_does(world: World) -> None:
    furnish(world)
    both = [{"location_id": 1, "num_in_stock": 1}, {"location_id": 2, "num_in_stock": 1}]
    made = catalogue.create_product(world, load(ProductSchema, product_of(variant_of(stockrecords=both))), URL)
    records: list[Record] = [each for each in stock.list_all(world, {}) if each["variant"]["product_id"] == made["id"]]
    turns = iter(records * 8)

    results = tried_at_once(lambda: stock.delete(world, next(turns), URL))

    left = [each for each in stock.list_all(world, {}) if each["variant"]["product_id"] == made["id"]]
    assert 1 == len(left)
    assert {InvalidFields, type(None)} >= {type(result) for result in results}

"""Variants are added, changed and deleted, under the names of each version."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import catalogue, variants
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas.catalogue import ProductSchema, VariantSchema
from mock_server.providers.next_commerce.schemas.fields import load
from mock_server.providers.next_commerce.state.seeds import furnish
from tests.klarna import fine
from tests.next_commerce import OLD, UNSTABLE, NextCommerce, order_of
from tests.providers.next_commerce.catalogue import product_of, tee, variant_of
from tests.receiver import Receiver
from tests.threads import tried_at_once

MUGS, BLUE, RED, TEAPOT, TEAPOTS = 113, 4, 5, 1, 110
URL = "http://127.0.0.1:8080"


@pytest.fixture
def product(shop: NextCommerce) -> dict[str, Any]:
    """One in two colours and two sizes, of which there is Black in S."""
    made: dict[str, Any] = shop.post("/products/", tee())
    return made


def titles(listed: list[dict[str, Any]]) -> list[str]:
    return [variant["title"] for variant in listed]


class TestAdded:
    def test_the_answer_is_the_list_of_all_that_there_are(self, shop: NextCommerce, product: dict[str, Any]) -> None:
        path = f"/products/{product['id']}/variants/"

        answer = shop.send("POST", path, variant_of("White", "M", sku="WM", metadata={"external_id": "1"}))

        assert [200, ["Black / S", "White / M"]] == [answer.status, titles(answer.json)]
        assert answer.json == shop.get(path) == shop.get(f"/products/{product['id']}/")["variants"]
        assert {"external_id": "1"} == answer.json[1]["metadata"]

    def test_it_can_be_bought(self, shop: NextCommerce, product: dict[str, Any]) -> None:
        added = shop.post(f"/products/{product['id']}/variants/", variant_of("White", "M", sku="WM"))[1]

        (line,) = shop.buy("card_token", lines=[{"product_id": added["id"], "quantity": 1}])["lines"]

        assert [product["id"], added["id"], "White / M", "WM", "24.99"] == [
            line[name] for name in ("product_id", "variant_id", "variant_title", "sku", "price_incl_tax")
        ]

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            (variant_of("Black", "S"), {"variant_attribute_values": ["A variant with these values already exists."]}),
            (variant_of("Black"), {"variant_attribute_values": ["Every attribute must have one value."]}),
            (variant_of("White", "S", prices=[]), {"prices": ["This field is required."]}),
            (variant_of("White", "S", stockrecords=None), {"stockrecords": ["This field may not be null."]}),
            (
                variant_of("White", "S", prices=[{"currency": "USD", "price": "-1"}]),
                {"prices": [{"price": ["Ensure this value is greater than or equal to 0.00."]}]},
            ),
        ],
    )
    def test_what_is_wrong_is_refused(
        self, shop: NextCommerce, product: dict[str, Any], asked: dict[str, Any], told: Any
    ) -> None:
        path = f"/products/{product['id']}/"

        refused = shop.refusal("POST", f"{path}variants/", asked)

        assert [(400, told), product] == [refused, shop.get(path)]

    def test_a_product_without_attributes_has_no_room_for_another(self, shop: NextCommerce) -> None:
        status, told = shop.refusal("POST", f"/products/{TEAPOTS}/variants/", variant_of())

        assert [400, {"non_field_errors": ["Default product must be only one."]}] == [status, told]
        assert [TEAPOT] == [variant["id"] for variant in shop.get(f"/products/{TEAPOTS}/variants/")]

    def test_ids_are_those_of_one_sequence_for_products_and_variants(self, shop: NextCommerce) -> None:
        first = shop.post("/products/", product_of())
        shop.refusal("POST", f"/products/{first['id']}/variants/", variant_of())
        second = shop.post("/products/", product_of())

        ids = [id_ for each in (first, second) for id_ in (each["id"], each["variants"][0]["id"])]
        assert list(range(ids[0], ids[0] + 4)) == ids


class TestChanged:
    @pytest.mark.parametrize("method", ["PATCH", "PUT"])
    def test_what_is_given_is_replaced_and_the_rest_stays(self, shop: NextCommerce, method: str) -> None:
        before = shop.get(f"/products/variants/{RED}/")
        shop.advance("1m")

        body = {"sku": "MUG-R2", "upc": "4006381333931", "unit_cost": "5.50", "metadata": {"a": 1}}
        after = fine(shop.send(method, f"/products/variants/{RED}/", body))

        assert {**before, **body, "date_updated": "2026-11-20T12:01:00-05:00"} == after
        assert after == shop.get(f"/products/variants/{RED}/")

    def test_prices_replace_those_of_their_currencies(self, shop: NextCommerce) -> None:
        body = {"prices": [{"currency": "USD", "price": "9.99", "retail": "12"}]}

        after = fine(shop.send("PATCH", f"/products/variants/{BLUE}/", body))

        prices = {price["currency"]: (price["price"], price["retail"]) for price in after["prices"]}
        assert [("9.99", "12.00"), ("14.99", None)] == [prices["USD"], prices["EUR"]]

    def test_other_values_give_another_title_and_an_empty_list_none(
        self, shop: NextCommerce, product: dict[str, Any]
    ) -> None:
        path = f"/products/variants/{product['variants'][0]['id']}/"
        values = variant_of("White", "M")["variant_attribute_values"]

        white = fine(shop.send("PATCH", path, {"variant_attribute_values": values}))
        retired = fine(shop.send("PATCH", path, {"variant_attribute_values": []}))

        assert ["White / M", "Harbour Tee", []] == [
            white["title"], retired["title"], retired["variant_attribute_values"]
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            (
                {"variant_attribute_values": [{"name": "Color", "value": "Blue"}]},
                {"variant_attribute_values": ["A variant with these values already exists."]},
            ),
            (
                {"variant_attribute_values": [{"name": "Color", "value": "Pink"}]},
                {"variant_attribute_values": [{"value": ['"Pink" is not a valid choice.']}]},
            ),
            ({"prices": [{"price": "1"}]}, {"prices": [{"currency": ["This field is required."]}]}),
            (
                {"prices": [{"currency": "XTS", "price": "1"}]},
                {"prices": [{"currency": ["Currency is not available."]}]},
            ),
            ({"unit_cost": "x"}, {"unit_cost": ["A valid number is required."]}),
        ],
    )
    def test_what_is_wrong_is_refused_and_nothing_changes(
        self, shop: NextCommerce, body: dict[str, Any], told: Any
    ) -> None:
        path = f"/products/variants/{RED}/"
        before = shop.get(path)

        assert [(400, told), before] == [shop.refusal("PATCH", path, {"sku": "NEW", **body}), shop.get(path)]

    def test_its_stock_is_read_only(self, shop: NextCommerce) -> None:
        body = {"stockrecords": [{"location_id": 1, "num_in_stock": 3}]}

        after = fine(shop.send("PATCH", f"/products/variants/{RED}/", body))

        assert [1000] == [each["num_in_stock"] for each in after["stockrecords"]]

    def test_backorders_are_sold_when_there_is_nothing_left(self, shop: NextCommerce) -> None:
        fine(shop.send("PATCH", f"/stockrecords/{RED}/", {"num_in_stock": 0}))
        sold_out = shop.get(f"/products/variants/{RED}/")

        after = fine(shop.send("PATCH", f"/products/variants/{RED}/", {"allow_backorders": True}))

        assert [("out_of_stock", "unavailable"), ("out_of_stock", "available")] == [
            (variant["inventory_availability"], variant["purchase_availability"]) for variant in (sold_out, after)
        ]


class TestDeleted:
    def test_it_is_gone_and_its_values_are_free(self, shop: NextCommerce) -> None:
        answer = shop.send("DELETE", f"/products/variants/{RED}/")

        added = shop.post(f"/products/{MUGS}/variants/", variant_of("Red"))
        assert [204, "", ["Blue", "Red"]] == [answer.status, answer.text, titles(added)]
        assert RED != added[1]["id"]
        assert 404 == shop.refusal("GET", f"/products/variants/{RED}/")[0]
        assert 400 == shop.refusal("POST", "/orders/", order_of(lines=[{"product_id": RED, "quantity": 1}]))[0]


class TestVersions:
    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", f"/products/{MUGS}/{{}}/", None),
            ("POST", f"/products/{MUGS}/{{}}/", {}),
            ("GET", f"/products/{{}}/{RED}/", None),
            ("PATCH", f"/products/{{}}/{RED}/", {"sku": "X"}),
            ("PUT", f"/products/{{}}/{RED}/", {"sku": "X"}),
            ("DELETE", f"/products/{{}}/{RED}/", None),
        ],
    )
    def test_each_has_its_own_name_and_not_the_others(
        self, shop: NextCommerce, method: str, path: str, body: Any
    ) -> None:
        for version, name, other in ((OLD, "children", "variants"), (UNSTABLE, "variants", "children")):
            by_other = shop.of_version(version).send(method, path.format(other), body)
            by_own = shop.of_version(version).send(method, path.format(name), body)

            assert [404, "<!DOCTYPE html>"] == [by_other.status, by_other.text[:15]]
            assert "<!DOCTYPE html>" != by_own.text[:15]

    def test_without_a_version_they_are_children(self, shop: NextCommerce) -> None:
        assert ["Blue", "Red"] == titles(shop.of_version(None).get(f"/products/{MUGS}/children/"))


@pytest.mark.parametrize(
    ("id_", "hint"), [(str(MUGS), "113 is a product, its variants are [4, 5]"), ("x", "no variant")]
)
def test_what_is_no_variant_is_refused(shop: NextCommerce, id_: str, hint: str) -> None:
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        status, told = shop.refusal(method, f"/products/variants/{id_}/", {})

        assert [404, "No Product matches the given query."] == [status, told["detail"]]
        assert hint in shop.explanation()["faults"][0]["text"]


def test_each_change_is_told_as_one_of_the_product(shop: NextCommerce, receiver: Receiver) -> None:
    shop.listen(receiver.url(), "product.updated")

    fine(shop.send("PATCH", f"/products/variants/{RED}/", {"sku": "R2"}))
    assert 204 == shop.send("DELETE", f"/products/variants/{BLUE}/").status
    shop.advance("0s")

    assert [["MUG-BL", "R2"], ["R2"]] == [
        [variant["sku"] for variant in request.json["data"]["variants"]] for request in receiver.requests
    ]


@pytest.mark.usefixtures("eager_threads")
def test_of_many_that_add_the_same_one_does(world: World) -> None:
    furnish(world)
    made = catalogue.create_product(world, load(ProductSchema, tee()), URL)
    wanted = load(VariantSchema, variant_of("White", "M"))

    results = tried_at_once(lambda: variants.add_variant(world, made, wanted, URL))

    assert 15 == sum(isinstance(result, InvalidFields) for result in results)
    assert 2 == len(catalogue.find_product(world, made["id"])["variant_ids"])

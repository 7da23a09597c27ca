"""Products are created with their variants, found, changed, deleted, and told of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.klarna import fine
from tests.next_commerce import OLD, TEA_MONTH, UNSTABLE, NextCommerce, order_of
from tests.providers.next_commerce.catalogue import COLORS, SIZES, product_of, tee, variant_of
from tests.receiver import Receiver

TEAPOTS, MUGS, GIFT_CARDS = 110, 113, 115  # products that every store has
INVALID = 'Invalid pk "{}" - object does not exist.'


def found(shop: NextCommerce, query: str) -> list[int]:
    return [row["id"] for row in shop.results(f"/products/?{query}")]


def refused(shop: NextCommerce, body: dict[str, Any]) -> Any:
    """What is said of a product that is not made."""
    before = shop.results("/products/"), shop.results("/stockrecords/")
    status, told = shop.refusal("POST", "/products/", body)
    assert [400, before] == [status, (shop.results("/products/"), shop.results("/stockrecords/"))]
    return told


class TestCreated:
    def test_a_simple_product_has_one_variant_that_can_be_bought(self, shop: NextCommerce) -> None:
        product = shop.post("/products/", product_of())

        (variant,) = product["variants"]
        order = shop.buy("card_token", lines=[{"product_id": variant["id"], "quantity": 2}])
        (line,) = order["lines"]
        assert [product["id"], variant["id"], "TEE", "Harbour Tee", "", "49.98"] == [
            line[name]
            for name in ("product_id", "variant_id", "sku", "product_title", "variant_title", "price_incl_tax")
        ]

    def test_a_simple_product_is_shown_as_the_documents_say(self, shop: NextCommerce) -> None:
        product = shop.post("/products/", product_of(description="<p>Heavy.</p>", ranking=3, is_public=False))

        (variant,) = product["variants"]
        assert ["parent", "harbour-tee", "<p>Heavy.</p>", 3, False, []] == [
            product[name]
            for name in ("structure", "slug", "description", "ranking", "is_public", "variant_attributes")
        ]
        assert f"http://localhost/catalogue/harbour-tee_{product['id']}/" == product["url"]
        assert [product["id"], "Harbour Tee", True, "in_stock", "available"] == [
            variant[name]
            for name in ("product_id", "title", "track_stock", "inventory_availability", "purchase_availability")
        ]
        price = {"currency": "USD", "price": "24.99", "retail": "29.99"}
        assert [price | {"subscription": None, "subscription_suggested_downsell": None}] == variant["prices"]
        assert "2026-11-20T12:00:00-05:00" == product["date_created"] == variant["date_updated"]

    def test_without_variants_there_is_one_that_has_no_price_yet(self, shop: NextCommerce) -> None:
        (variant,) = shop.post("/products/", {"title": "Harbour Tee"})["variants"]

        status, told = shop.refusal("POST", "/orders/", order_of(lines=[{"product_id": variant["id"], "quantity": 1}]))
        assert [[], 400, {"lines": [{"price": ["This field is required."]}]}] == [variant["prices"], status, told]

    def test_with_attributes_each_variant_has_one_value_of_each(self, shop: NextCommerce) -> None:
        body = product_of(
            variant_of("Black", "S", sku="BS"), variant_of("White", "M", sku="WM"), variant_attributes=[COLORS, SIZES]
        )

        product = shop.post("/products/", body)

        assert [("color", ["Black", "White"]), ("size", ["S", "M"])] == [
            (each["code"], each["values"]) for each in product["variant_attributes"]
        ]
        assert [("Black / S", "BS"), ("White / M", "WM")] == [(v["title"], v["sku"]) for v in product["variants"]]
        assert [
            {"code": "color", "name": "Color", "value": "Black"}, {"code": "size", "name": "Size", "value": "S"},
        ] == product["variants"][0]["variant_attribute_values"]  # fmt: skip

    def test_attributes_may_be_in_any_script(self, shop: NextCommerce) -> None:
        attributes = [{"name": "色", "values": ["黒"]}, {"name": "大きさ", "values": ["小"]}]
        values = [{"name": "色", "value": "黒"}, {"name": "大きさ", "value": "小"}]

        body = product_of(variant_of(variant_attribute_values=values), variant_attributes=attributes)
        (variant,) = shop.post("/products/", body)["variants"]

        assert ["黒 / 小", values] == [
            variant["title"],
            [{name: each[name] for name in ("name", "value")} for each in variant["variant_attribute_values"]],
        ]

    def test_with_attributes_variants_may_come_later(self, shop: NextCommerce) -> None:
        answer = shop.send("POST", "/products/", {"title": "Tee", "variant_attributes": [COLORS]})

        assert [201, [], True, False] == [
            answer.status, *(answer.json[name] for name in ("variants", "is_public", "enable_subscription"))
        ]  # fmt: skip

    def test_a_variant_that_is_not_shipped_needs_neither_price_nor_stock(self, shop: NextCommerce) -> None:
        body = product_of({"sku": "PDF", "requires_shipping": False})

        (variant,) = shop.post("/products/", body)["variants"]

        assert [False, "untracked", "available", [1]] == [
            variant["track_stock"], variant["inventory_availability"], variant["purchase_availability"],
            [each["location_id"] for each in variant["stockrecords"]],
        ]  # fmt: skip


class TestRefused:
    def test_two_variants_without_attributes(self, shop: NextCommerce) -> None:
        told = refused(shop, product_of(variant_of(sku="A"), variant_of(sku="B")))

        assert {"variants": ["Default product must be only one."]} == told

    def test_no_title(self, shop: NextCommerce) -> None:
        assert {"title": ["This field is required."]} == refused(shop, {"variants": [variant_of()]})

    @pytest.mark.parametrize("lacking", ["prices", "stockrecords"])
    def test_a_shipped_variant_without_prices_or_stock(self, shop: NextCommerce, lacking: str) -> None:
        told = refused(shop, product_of({**variant_of(), lacking: []}))

        assert {"variants": [{lacking: ["This field is required."]}]} == told

    def test_all_that_is_wrong_is_told_where_it_is_wrong(self, shop: NextCommerce) -> None:
        prices = [{"currency": "USD", "price": "1"}, {"currency": "XTS", "price": "1"}, {"currency": "usd", "price": 2}]
        stock = [{"location_id": 1}, {"location_id": 9}, {"location_id": 1}]

        told = refused(shop, product_of(variant_of(prices=prices, stockrecords=stock)))

        once, absent = "A stock record for this location already exists.", INVALID.format(9)
        (variant,) = told["variants"]
        assert [
            {}, {"currency": ["Currency is not available."]}, {"currency": ["This currency already exists."]}
        ] == variant["prices"]  # fmt: skip
        assert [{}, {"location_id": [absent]}, {"location_id": [once]}] == variant["stockrecords"]
        faults = [(fault["path"], fault["text"]) for fault in shop.explanation()["faults"]]
        assert ("variants[0].stockrecords[1].location_id", "location_id is 9, there are 1, 2") in faults

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            (["Green", "S"], [{"value": ['"Green" is not a valid choice.']}]),
            (["Black"], ["Every attribute must have one value."]),
            ([], ["This field is required."]),
        ],
    )
    def test_values_that_the_attributes_do_not_have(self, shop: NextCommerce, values: list[str], told: Any) -> None:
        body = product_of(variant_of(*values), variant_attributes=[COLORS, SIZES])

        assert {"variants": [{"variant_attribute_values": told}]} == refused(shop, body)

    def test_a_value_of_an_attribute_that_the_product_does_not_have(self, shop: NextCommerce) -> None:
        told = refused(shop, product_of(variant_of("Black", "S"), variant_attributes=[COLORS]))

        values = [{}, {"name": ['"Size" is not a valid choice.']}]
        assert {"variants": [{"variant_attribute_values": values}]} == told

    def test_two_attributes_of_one_code(self, shop: NextCommerce) -> None:
        told = refused(shop, {"title": "Tee", "variant_attributes": [COLORS, {"name": "color", "values": ["Red"]}]})

        assert {"variant_attributes": [{}, {"name": ["This attribute already exists."]}]} == told

    def test_two_variants_of_the_same_values(self, shop: NextCommerce) -> None:
        body = product_of(variant_of("Black"), variant_of("White"), variant_of("Black"), variant_attributes=[COLORS])

        text = "A variant with these values already exists."
        assert {"variants": [{}, {}, {"variant_attribute_values": [text]}]} == refused(shop, body)

    @pytest.mark.parametrize("given", [{}, {"interval": "month"}, {"interval_counts": [1]}, {"interval": ""}])
    def test_subscriptions_without_interval_and_counts(self, shop: NextCommerce, given: dict[str, Any]) -> None:
        told = refused(shop, product_of(enable_subscription=True, **given))

        lacking = {name for name in ("interval", "interval_counts") if not given.get(name)}
        assert dict.fromkeys(lacking, ["This field is required."]) == told

    def test_a_recommended_product_that_is_a_variant(self, shop: NextCommerce) -> None:
        told = refused(shop, product_of(recommended_products=[TEAPOTS, TEA_MONTH]))

        assert {"recommended_products": [INVALID.format(TEA_MONTH)]} == told
        assert "3 is a variant, products are expected" == shop.explanation()["faults"][0]["text"]


class TestFound:
    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ("title=mUg", [MUGS]),
            ("sku=MUG-RD", [MUGS]),
            ("sku[]=MUG-RD&sku[]=TEAPOT-1", [MUGS, TEAPOTS]),
            ("sku=MUG", []),
            ("is_gift_card=true", [GIFT_CARDS]),
            ("is_gift_card=false&title=card", []),
            ("is_public=false", []),
            ("category=7", []),
            ("range=1", []),
        ],
    )
    def test_a_filter_finds_what_it_says(self, shop: NextCommerce, query: str, ids: list[int]) -> None:
        assert ids == found(shop, query)

    def test_categories_and_visibility_are_filters_too(self, shop: NextCommerce) -> None:
        product = shop.post("/products/", product_of(categories=[7], is_public=False))

        assert [[product["id"]]] * 2 == [found(shop, "category=7"), found(shop, "is_public=false")]

    def test_a_list_lacks_what_only_a_product_by_itself_tells(self, shop: NextCommerce) -> None:
        (row,) = shop.results("/products/?title=mug")

        detail = ["description", "meta_title", "meta_description", "template"]
        assert detail == [name for name in shop.get(f"/products/{MUGS}/") if name not in row]

    def test_the_products_of_a_store_say_what_they_are(self, shop: NextCommerce) -> None:
        mugs, tea = shop.get(f"/products/{MUGS}/"), shop.get("/products/112/")

        assert [["Blue", "Red"]] == [each["values"] for each in mugs["variant_attributes"]]
        assert ["Blue", "Red"] == [v["variant_attribute_values"][0]["value"] for v in mugs["variants"]]
        assert [True, "month", [1]] == [tea[name] for name in ("enable_subscription", "interval", "interval_counts")]

    @pytest.mark.parametrize(("id_", "hint"), [("1", "1 is a variant of product 110"), ("x", "no product x in world")])
    def test_what_is_no_product_is_refused(self, shop: NextCommerce, id_: str, hint: str) -> None:
        for method in ("GET", "PATCH", "PUT", "DELETE"):
            status, told = shop.refusal(method, f"/products/{id_}/", {})

            assert [404, "No Product matches the given query."] == [status, told["detail"]]
            assert hint in shop.explanation()["faults"][0]["text"]


class TestChanged:
    @pytest.mark.parametrize("method", ["PATCH", "PUT"])
    def test_what_is_given_is_replaced_and_the_rest_stays(self, shop: NextCommerce, method: str) -> None:
        product = shop.post("/products/", product_of(ranking=3, metadata={"a": 1}))
        shop.advance("1m")

        changed = fine(shop.send(method, f"/products/{product['id']}/", {"description": "Soft.", "metadata": None}))

        differing = {name for name in product if product[name] != changed[name]}
        assert {"description", "metadata", "date_updated", "variants"} == differing
        assert ["Soft.", {}, "2026-11-20T12:01:00-05:00"] == [
            changed[name] for name in ("description", "metadata", "date_updated")
        ]

    def test_another_title_is_that_of_lines_to_come(self, shop: NextCommerce) -> None:
        product = shop.post("/products/", product_of())

        fine(shop.send("PATCH", f"/products/{product['id']}/", {"title": "Harbourside Tee"}))

        lines = [{"product_id": product["variants"][0]["id"], "quantity": 1}]
        assert "Harbourside Tee" == shop.buy("card_token", lines=lines)["lines"][0]["product_title"]
        assert "harbour-tee" == shop.get(f"/products/{product['id']}/")["slug"]

    def test_attributes_are_the_whole_list_and_values_that_go_leave_the_variants(self, shop: NextCommerce) -> None:
        product = shop.post("/products/", tee())

        body = {"variant_attributes": [{"name": "Color", "values": ["White", "Navy"]}, SIZES]}
        changed = fine(shop.send("PATCH", f"/products/{product['id']}/", body))

        assert [["White", "Navy"], ["S", "M"]] == [each["values"] for each in changed["variant_attributes"]]
        (variant,) = changed["variants"]
        assert ["S", [("size", "S")]] == [
            variant["title"], [(each["code"], each["value"]) for each in variant["variant_attribute_values"]]
        ]  # fmt: skip

    def test_variants_inside_change_by_their_ids(self, shop: NextCommerce) -> None:
        blue, red = shop.get(f"/products/{MUGS}/")["variants"]

        body = {"variants": [{"id": red["id"], "sku": "MUG-R2", "unit_cost": "3.10"}]}
        changed = fine(shop.send("PATCH", f"/products/{MUGS}/", body))

        assert [[blue["sku"], blue["unit_cost"]], ["MUG-R2", "3.10"]] == [
            [variant["sku"], variant["unit_cost"]] for variant in changed["variants"]
        ]

    def test_a_variant_of_another_product_is_refused_and_nothing_changes(self, shop: NextCommerce) -> None:
        before = shop.get(f"/products/{MUGS}/")

        body = {"title": "Cup", "variants": [{"id": 4, "sku": "CUP"}, {"id": 1, "sku": "POT"}]}
        status, told = shop.refusal("PATCH", f"/products/{MUGS}/", body)

        assert [400, {"variants": [{}, {"id": [INVALID.format(1)]}]}] == [status, told]
        assert before == shop.get(f"/products/{MUGS}/")

    @pytest.mark.parametrize("body", [{"interval": ""}, {"interval_counts": []}, {"interval_counts": None}])
    def test_a_product_that_subscribes_keeps_its_interval_and_counts(self, shop: NextCommerce, body: Any) -> None:
        before = shop.get("/products/112/")

        refused = shop.refusal("PATCH", "/products/112/", {"title": "Tea", **body})

        assert (400, {next(iter(body)): ["This field is required."]}) == refused
        assert before == shop.get("/products/112/")

    def test_subscriptions_are_allowed_with_what_the_product_has_already(self, shop: NextCommerce) -> None:
        product = shop.post("/products/", product_of(interval="week", interval_counts=[2, 4]))

        changed = fine(shop.send("PATCH", f"/products/{product['id']}/", {"enable_subscription": True}))

        assert [True, "week", [2, 4]] == [
            changed[name] for name in ("enable_subscription", "interval", "interval_counts")
        ]


class TestDeleted:
    def test_it_is_gone_with_its_variants_and_orders_keep_it(self, shop: NextCommerce) -> None:
        product = shop.post("/products/", product_of())
        variant_id = product["variants"][0]["id"]
        number = shop.buy("card_token", lines=[{"product_id": variant_id, "quantity": 1}])["number"]

        answer = shop.send("DELETE", f"/products/{product['id']}/")

        paths = (f"/products/{product['id']}/", f"/products/variants/{variant_id}/")
        assert [204, "", 404, 404] == [answer.status, answer.text, *(shop.refusal("GET", path)[0] for path in paths)]
        assert "Harbour Tee" == shop.read(number)["lines"][0]["product_title"]
        status, told = shop.refusal("POST", "/orders/", order_of(lines=[{"product_id": variant_id, "quantity": 1}]))
        assert [400, {"lines": [{"product_id": [INVALID.format(variant_id)]}]}] == [status, told]


class TestTold:
    def test_creation_changes_and_deletion_are(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "product.created", "product.updated", "product.deleted")

        product = shop.post("/products/", tee())
        path = f"/products/{product['id']}/"
        changed = fine(shop.send("PATCH", path, {"ranking": 9}))
        assert 204 == shop.send("DELETE", path).status
        shop.advance("0s")

        assert ["product.created", "product.updated", "product.deleted"] == shop.told()
        assert [("product", product), ("product", changed), ("product", {"id": product["id"]})] == [
            (request.json["object"], request.json["data"]) for request in receiver.requests
        ]

    def test_a_refused_one_is_not(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "product.created", "product.updated")

        shop.refusal("POST", "/products/", product_of(variant_of(), variant_of()))
        shop.refusal("PATCH", f"/products/{MUGS}/", {"title": ""})

        assert [] == shop.told()


@pytest.mark.parametrize("version", [OLD, UNSTABLE, None])
def test_products_are_in_every_version(shop: NextCommerce, version: str | None) -> None:
    assert shop.get(f"/products/{MUGS}/") == shop.of_version(version).get(f"/products/{MUGS}/")

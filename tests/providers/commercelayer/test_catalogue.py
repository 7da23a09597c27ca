"""What a shop sells, where, and to whom: SKUs, prices, markets, customers, their addresses."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.commercelayer import ADDRESS, SEED_ORDER, CommerceLayer, document_of

CAP = "CAPXXXXX000000FFFFFFXXXX"


def taken(name: str) -> list[str]:
    return [f"422 VALIDATION_ERROR {name} - has already been taken"]


def first(shop: CommerceLayer, type_: str) -> str:
    return str(shop.listed(f"/{type_}?page[size]=1")[0]["id"])


def category(shop: CommerceLayer) -> dict[str, tuple[str, str]]:
    return {"shipping_category": ("shipping_categories", first(shop, "shipping_categories"))}


def parts_of_market(shop: CommerceLayer) -> dict[str, tuple[str, str]]:
    types = {"merchant": "merchants", "price_list": "price_lists", "inventory_model": "inventory_models"}
    return {name: (type_, first(shop, type_)) for name, type_ in types.items()}


class TestSkus:
    def test_a_code_is_there_once(self, commercelayer: CommerceLayer) -> None:
        body = document_of("skus", {"code": CAP, "name": "Cap"}, category(commercelayer))

        answer = commercelayer.send("POST", "/skus", body)

        [error] = answer.json["errors"]
        assert taken("code") == [f"{answer.status} {error['code']} {error['detail']}"]
        assert {"error": "taken", "value": CAP} == error["meta"]

    def test_also_after_a_change(self, commercelayer: CommerceLayer) -> None:
        other, cap = commercelayer.listed("/skus?sort=-code&page[size]=1")[0], commercelayer.listed(
            f"/skus?filter[q][code_eq]={CAP}"
        )[0]

        body = document_of("skus", {"code": CAP}, id_=other["id"])

        assert taken("code") == commercelayer.refusal("PATCH", f"/skus/{other['id']}", body)
        assert CAP == commercelayer.update("skus", cap["id"], {"code": CAP})["code"]

    def test_they_know_their_prices_and_their_category_knows_them(self, commercelayer: CommerceLayer) -> None:
        sku = commercelayer.listed(f"/skus?filter[q][code_eq]={CAP}")[0]["id"]

        prices = commercelayer.listed(f"/skus/{sku}/prices")

        assert [1450] == [each["attributes"]["amount_cents"] for each in prices]
        shipped = commercelayer.listed(f"/shipping_categories/{first(commercelayer, 'shipping_categories')}/skus")
        assert sku in {each["id"] for each in shipped}


class TestPrices:
    def test_a_price_is_of_a_sku_by_code(self, commercelayer: CommerceLayer) -> None:
        prices = commercelayer.create("price_lists", {"name": "Sale", "currency_code": "USD"})["id"]

        price = commercelayer.create(
            "prices", {"sku_code": CAP, "amount_cents": 1000}, price_list=("price_lists", prices)
        )

        told = price["attributes"]
        assert (1000, 10.0, "$10.00", "USD") == tuple(
            told[name] for name in ("amount_cents", "amount_float", "formatted_amount", "currency_code")
        )
        assert CAP == commercelayer.get(f"/prices/{price['id']}/sku")["data"]["attributes"]["code"]
        assert [price["id"]] == [each["id"] for each in commercelayer.listed(f"/price_lists/{prices}/prices")]

    def test_or_by_relationship(self, commercelayer: CommerceLayer) -> None:
        sku = commercelayer.listed(f"/skus?filter[q][code_eq]={CAP}")[0]["id"]

        price = commercelayer.create(
            "prices", {"amount_cents": 1000, "compare_at_amount_cents": 1500},
            sku=("skus", sku), price_list=("price_lists", first(commercelayer, "price_lists")),
        )["attributes"]  # fmt: skip

        assert (CAP, "€15,00") == (price["sku_code"], price["formatted_compare_at_amount"])

    @pytest.mark.parametrize("attributes", [{"amount_cents": 5}, {"amount_cents": 5, "sku_code": "NOPE"}])
    def test_a_price_of_nothing_is_refused(self, commercelayer: CommerceLayer, attributes: dict[str, Any]) -> None:
        body = document_of("prices", attributes, {"price_list": ("price_lists", first(commercelayer, "price_lists"))})

        assert ["422 VALIDATION_ERROR sku - can't be blank"] == commercelayer.refusal("POST", "/prices", body)

    def test_a_new_price_is_what_the_next_order_pays(self, commercelayer: CommerceLayer) -> None:
        price = commercelayer.listed("/prices?sort=sku_code&page[size]=1")[0]["id"]
        commercelayer.update("prices", price, {"amount_cents": 2000})

        order = commercelayer.create("orders")["id"]
        line = commercelayer.create("line_items", {"sku_code": CAP, "quantity": 1}, order=("orders", order))

        assert 2000 == line["attributes"]["unit_amount_cents"]


class TestMarkets:
    def test_the_next_market_has_the_next_number(self, commercelayer: CommerceLayer) -> None:
        found = [
            commercelayer.create("markets", {"name": name}, **parts_of_market(commercelayer))["attributes"]
            for name in ("US", "CA")
        ]

        assert [1002, 1003] == [each["number"] for each in found]
        assert all(re.fullmatch("[0-9a-f]{32}", each["shared_secret"]) for each in found)
        assert found[0]["shared_secret"] != found[1]["shared_secret"]

    def test_its_price_list_is_its_first(self, commercelayer: CommerceLayer) -> None:
        market = commercelayer.create("markets", {"name": "US"}, **parts_of_market(commercelayer))["id"]

        base = commercelayer.get(f"/markets/{market}/base_price_list")["data"]["id"]
        assert first(commercelayer, "price_lists") == base

    def test_a_code_is_there_once_and_may_be_missing(self, commercelayer: CommerceLayer) -> None:
        parts = parts_of_market(commercelayer)
        codes = [commercelayer.create("markets", {"name": "X"}, **parts)["attributes"]["code"] for _ in range(2)]

        assert [None, None] == codes
        assert taken("code") == commercelayer.refusal(
            "POST", "/markets", document_of("markets", {"name": "X", "code": "EU"}, parts)
        )


class TestCustomers:
    @pytest.mark.parametrize("email", ["ann", "ann@", "@shop.test", "ann@shop", "ann @shop.test", "ann@shop.test "])
    def test_an_email_has_to_be_one(self, commercelayer: CommerceLayer, email: str) -> None:
        refusal = commercelayer.refusal("POST", "/customers", document_of("customers", {"email": email}))

        assert ["422 VALIDATION_ERROR email - is invalid"] == refusal

    @pytest.mark.parametrize("email", ["mario@shop.test", "MARIO@shop.test"])
    def test_it_is_there_once(self, commercelayer: CommerceLayer, email: str) -> None:
        other = commercelayer.create("customers", {"email": "ann@shop.test"})["id"]

        body = document_of("customers", {"email": email})
        assert taken("email") == commercelayer.refusal("POST", "/customers", body)
        body["data"]["id"] = other
        assert taken("email") == commercelayer.refusal("PATCH", f"/customers/{other}", body)

    def test_whoever_keeps_theirs_is_not_refused(self, commercelayer: CommerceLayer) -> None:
        mario = first(commercelayer, "customers")

        assert "Mario@shop.test" == commercelayer.update("customers", mario, {"email": "Mario@shop.test"})["email"]

    @pytest.mark.parametrize("how", ["delete", "change"])
    def test_an_email_that_was_given_up_is_free(self, commercelayer: CommerceLayer, how: str) -> None:
        mario = first(commercelayer, "customers")
        if how == "delete":
            commercelayer.send("DELETE", f"/customers/{mario}")
        else:
            commercelayer.update("customers", mario, {"email": "verdi@shop.test"})

        assert commercelayer.create("customers", {"email": "mario@shop.test"})

    def test_a_new_one_is_a_prospect_without_orders(self, commercelayer: CommerceLayer) -> None:
        told = commercelayer.create("customers", {"email": "ann@shop.test"})["attributes"]

        assert ("prospect", False, 0) == (told["status"], told["has_password"], told["total_orders_count"])

    def test_they_know_their_orders(self, commercelayer: CommerceLayer) -> None:
        order = commercelayer.new_order(email="mario@shop.test")

        found = commercelayer.listed(f"/customers/{first(commercelayer, 'customers')}/orders")

        assert [SEED_ORDER, order] == [each["id"] for each in found]


class TestAddresses:
    def test_names_are_put_together(self, commercelayer: CommerceLayer) -> None:
        told = commercelayer.create("addresses", {**ADDRESS, "line_2": "HH"})["attributes"]

        place = "Neue Schönhauser Str. 2 HH, 10178 Berlin BE (DE) +491522113356"
        assert ("Mock Mock", place, f"Mock Mock, {place}") == tuple(
            told[name] for name in ("full_name", "full_address", "name")
        )

    def test_a_business_goes_by_its_company(self, commercelayer: CommerceLayer) -> None:
        person = commercelayer.create("addresses", {**ADDRESS, "company": "Mock AG"})["id"]

        names = [commercelayer.read("addresses", person)["full_name"]]
        names.append(commercelayer.update("addresses", person, {"business": True})["full_name"])

        assert ["Mock Mock", "Mock AG"] == names

    def test_they_follow_a_change(self, commercelayer: CommerceLayer) -> None:
        address = commercelayer.create("addresses", ADDRESS)["id"]

        told = commercelayer.update("addresses", address, {"city": "Hamburg", "last_name": None})

        assert ("Mock", True) == (told["full_name"], "10178 Hamburg BE (DE)" in told["full_address"])

    @pytest.mark.parametrize("name", ["line_1", "city", "country_code", "phone"])
    def test_some_parts_are_required(self, commercelayer: CommerceLayer, name: str) -> None:
        without = {key: value for key, value in ADDRESS.items() if key != name}

        refusal = commercelayer.refusal("POST", "/addresses", document_of("addresses", without))

        assert [f"422 VALIDATION_ERROR {name} - can't be blank"] == refusal


class TestCustomerAddresses:
    def test_a_customer_keeps_addresses_by_their_name(self, commercelayer: CommerceLayer) -> None:
        address = commercelayer.create("addresses", ADDRESS)
        customer = first(commercelayer, "customers")

        kept = commercelayer.create(
            "customer_addresses", {}, customer=("customers", customer), address=("addresses", address["id"])
        )

        assert address["attributes"]["name"] == kept["attributes"]["name"]
        found = commercelayer.get(f"/customers/{customer}/customer_addresses?include=address")
        assert [kept["id"], address["id"]] == [each["id"] for each in (*found["data"], *found["included"])]

    def test_they_are_not_changed(self, commercelayer: CommerceLayer) -> None:
        assert 405 == commercelayer.send("PATCH", "/customer_addresses/AbCdEfGhIj", {}).status

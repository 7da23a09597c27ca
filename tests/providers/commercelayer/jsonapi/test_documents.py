"""What answers look like: resource objects, what they include, links and meta. Forms: recordings of 2022 to 2025."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from mock_server.providers.commercelayer.resources import RESOURCES
from tests.commercelayer import ADDRESS, SEED_ORDER, CommerceLayer

API = "http://localhost/api"
ORDER = f"/orders/{SEED_ORDER}"
META = {"mode", "organization_id", "trace_id"}


def linked(shop: CommerceLayer, path: str) -> dict[str, Any]:
    """The relationships of an answer that say what they lead to."""
    found = shop.get(path)["data"]["relationships"]
    return {name: each["data"] for name, each in found.items() if "data" in each}


def included(shop: CommerceLayer, path: str) -> list[str]:
    return [each["type"] for each in shop.get(path)["included"]]


def asked_in(link: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(link).query))


class TestOne:
    def test_a_resource_has_its_members_in_order(self, commercelayer: CommerceLayer) -> None:
        document = commercelayer.get(ORDER)

        assert ["data"] == list(document)
        assert ["id", "type", "links", "attributes", "relationships", "meta"] == list(document["data"])
        assert (SEED_ORDER, "orders") == (document["data"]["id"], document["data"]["type"])
        assert {"self": f"{API}{ORDER}"} == document["data"]["links"]

    def test_what_all_resources_have_comes_last(self, commercelayer: CommerceLayer) -> None:
        names = list(commercelayer.get(ORDER)["data"]["attributes"])

        assert ["created_at", "updated_at", "reference", "reference_origin", "metadata"] == names[-5:]

    def test_relationships_are_links_and_no_more(self, commercelayer: CommerceLayer) -> None:
        found = commercelayer.get(ORDER)["data"]["relationships"]

        assert list(RESOURCES["orders"].relations) == list(found)
        assert {
            name: {"links": {"self": f"{API}{ORDER}/relationships/{name}", "related": f"{API}{ORDER}/{name}"}}
            for name in found
        } == found

    def test_meta_tells_mode_organization_and_a_trace(self, commercelayer: CommerceLayer) -> None:
        meta = commercelayer.get(ORDER)["data"]["meta"]

        assert META == set(meta)
        assert "test" == meta["mode"]
        assert commercelayer.get("/organization")["data"]["id"] == meta["organization_id"]
        assert re.fullmatch("[0-9a-f]{64}", meta["trace_id"])

    def test_a_trace_is_one_for_an_answer_and_new_for_the_next(self, commercelayer: CommerceLayer) -> None:
        documents = [commercelayer.get(f"{ORDER}?include=line_items,customer") for _ in range(2)]

        traces = [
            {each["meta"]["trace_id"] for each in (document["data"], *document["included"])} for document in documents
        ]
        assert [1, 1] == [len(each) for each in traces]
        assert traces[0] != traces[1]

    def test_an_amount_is_three_attributes(self, commercelayer: CommerceLayer) -> None:
        order = commercelayer.read("orders", SEED_ORDER)

        names = [name.removesuffix("_cents") for name in order if name.endswith("_cents")]
        assert {f"{name}_float" for name in names} | {f"formatted_{name}" for name in names} <= set(order)
        assert (7750, 77.5, "€77,50") == tuple(
            order[name] for name in ("total_amount_cents", "total_amount_float", "formatted_total_amount")
        )
        assert {None} == {order[name] for name in ("duty_amount_cents", "duty_amount_float", "formatted_duty_amount")}

    def test_times_are_utc_to_the_millisecond(self, commercelayer: CommerceLayer) -> None:
        found = commercelayer.read("orders", SEED_ORDER)

        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["created_at"])

    @pytest.mark.parametrize("type_", ["organization", "application"])
    def test_a_singleton_has_no_id_in_its_path(self, commercelayer: CommerceLayer, type_: str) -> None:
        data = commercelayer.get(f"/{type_}")["data"]

        assert type_ == data["type"]
        assert re.fullmatch("[A-Za-z]{10}", data["id"])
        assert {"self": f"{API}/{type_}/{data['id']}"} == data["links"]

    def test_the_organization_is_the_one_of_the_settings(self, commercelayer: CommerceLayer) -> None:
        found = commercelayer.get("/organization")["data"]["attributes"]

        assert ("Acme", "acme", "acme.commercelayer.io") == (found["name"], found["slug"], found["domain"])

    def test_the_application_is_the_one_that_asks(self, commercelayer: CommerceLayer) -> None:
        shop = commercelayer.as_sales_channel(scope="market:code:EU")

        mine, shops = (each.get("/application")["data"]["attributes"] for each in (commercelayer, shop))

        assert ("integration", False, "market:all") == (mine["kind"], mine["public_access"], mine["scopes"])
        assert ("sales_channel", True, "market:code:EU") == (shops["kind"], shops["public_access"], shops["scopes"])


class TestIncluded:
    def test_what_is_included_is_named_where_it_belongs(self, commercelayer: CommerceLayer) -> None:
        document = commercelayer.get(f"{ORDER}?include=customer,line_items,payment_source")

        found = document["data"]["relationships"]
        assert ["customer", "payment_source", "line_items"] == [name for name in found if "data" in found[name]]
        assert None is found["payment_source"]["data"]
        pairs = [{"type": each["type"], "id": each["id"]} for each in document["included"]]
        assert [found["customer"]["data"], *found["line_items"]["data"]] == pairs

    def test_included_resources_are_whole(self, commercelayer: CommerceLayer) -> None:
        [customer] = commercelayer.get(f"{ORDER}?include=customer")["included"]

        alone = commercelayer.get(f"/customers/{customer['id']}")["data"]
        assert alone | {"meta": customer["meta"]} == customer

    def test_only_what_was_asked_for_is_named(self, commercelayer: CommerceLayer) -> None:
        document = commercelayer.get(f"{ORDER}?include=line_items.sku")

        lines = [each for each in document["included"] if each["type"] == "line_items"]
        assert [["sku"]] * 4 == [[n for n, each in line["relationships"].items() if "data" in each] for line in lines]
        skus = [each["relationships"].values() for each in document["included"] if each["type"] == "skus"]
        assert [False, False] == [any("data" in each for each in relationships) for relationships in skus]

    def test_paths_go_deep(self, commercelayer: CommerceLayer) -> None:
        path = f"{ORDER}?include=line_items.sku.prices.price_list,market.merchant"

        types = set(included(commercelayer, path))

        assert {"line_items", "skus", "prices", "price_lists", "markets", "merchants"} == types

    def test_what_is_found_twice_is_there_once(self, commercelayer: CommerceLayer) -> None:
        path = f"{ORDER}?include=billing_address,shipping_address,line_items.order,shipments.shipping_address"

        types = included(commercelayer, path)

        assert [1, 4, 1, 0] == [types.count(name) for name in ("addresses", "line_items", "shipments", "orders")]

    def test_two_paths_to_one_resource_both_name_what_they_lead_to(self, commercelayer: CommerceLayer) -> None:
        found = commercelayer.get(f"{ORDER}?include=line_items.sku.prices,line_items.item.shipping_category")

        skus = [each["relationships"] for each in found["included"] if each["type"] == "skus"]
        assert [["shipping_category", "prices"]] * 2 == [[n for n, each in s.items() if "data" in each] for s in skus]

    @pytest.mark.parametrize(
        ("path", "linked_too"),
        [
            (f"{ORDER}?include=payment_source.order.line_items", {"line_items"}),
            (f"{ORDER}?include=line_items.order.customer", {"customer", "line_items"}),
            ("/orders?include=payment_source.order.line_items,market", {"line_items", "market"}),
        ],
    )
    def test_all_that_is_included_is_named_somewhere(
        self, commercelayer: CommerceLayer, path: str, linked_too: set[str]
    ) -> None:
        """Also where a path comes back to what was asked for, which is not included once more."""
        commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))

        document = commercelayer.get(path)

        (order,) = document["data"] if isinstance(document["data"], list) else [document["data"]]
        everything = [order, *document["included"]]
        named = [each["data"] for one in everything for each in one["relationships"].values() if "data" in each]
        ids = {to["id"] for data in named for to in (data if isinstance(data, list) else [data] if data else [])}
        assert {each["id"] for each in document["included"]} <= ids
        assert linked_too <= {name for name, each in order["relationships"].items() if "data" in each}
        assert order["id"] not in [each["id"] for each in document["included"]]

    def test_a_source_of_any_kind_is_followed_to_its_gateway(self, commercelayer: CommerceLayer) -> None:
        payment = commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))

        document = commercelayer.get(f"{ORDER}?include=payment_source.payment_gateway,payment_method.payment_gateway")

        found = {each["type"]: each for each in document["included"]}
        assert {"klarna_payments", "payment_methods", "klarna_gateways"} == set(found)
        assert payment["id"] == found["klarna_payments"]["id"]
        gateway = found["klarna_payments"]["relationships"]["payment_gateway"]["data"]
        assert {"type": "klarna_gateways", "id": found["klarna_gateways"]["id"]} == gateway

    def test_transactions_are_of_their_own_types(self, commercelayer: CommerceLayer) -> None:
        commercelayer.place()
        commercelayer.pull("_approve_and_capture")

        named = linked(commercelayer, f"{ORDER}?include=transactions,captures,voids")

        assert ["authorizations", "captures"] == [each["type"] for each in named["transactions"]]
        assert [named["transactions"][1:], []] == [named["captures"], named["voids"]]

    def test_lists_include_too(self, commercelayer: CommerceLayer) -> None:
        document = commercelayer.get("/prices?include=sku,price_list&page[size]=2")

        assert ["data", "included", "meta", "links"] == list(document)
        assert ["skus", "skus", "price_lists"] == [each["type"] for each in document["included"]]

    def test_nothing_to_include_is_an_empty_list(self, commercelayer: CommerceLayer) -> None:
        assert [] == included(commercelayer, f"{ORDER}?include=payment_source,captures,attachments")
        assert {"attachments": []} == linked(commercelayer, f"{ORDER}?include=attachments")

    @pytest.mark.parametrize(("method", "status"), [("POST", 201), ("PATCH", 200)])
    def test_writes_answer_with_what_they_are_asked_for(
        self, commercelayer: CommerceLayer, method: str, status: int
    ) -> None:
        path, told = ("/addresses", {}) if method == "POST" else (ORDER, {"id": SEED_ORDER})
        type_ = path.split("/")[1]
        body = {"data": {"type": type_, **told, "attributes": ADDRESS if method == "POST" else {}}}

        answer = commercelayer.send(method, f"{path}?fields[{type_}]=reference,event_stores&include=event_stores", body)

        assert status == answer.status
        assert {"reference": None} == answer.json["data"]["attributes"]
        assert ["event_stores"] == list(answer.json["data"]["relationships"])
        assert "event_stores" in {each["type"] for each in answer.json["included"]}


class TestSparse:
    def test_fields_are_attributes_and_relationships(self, commercelayer: CommerceLayer) -> None:
        data = commercelayer.get(f"{ORDER}?fields[orders]=number,formatted_total_amount,customer")["data"]

        assert {"number": "1000000", "formatted_total_amount": "€77,50"} == data["attributes"]
        assert ["customer"] == list(data["relationships"])

    @pytest.mark.parametrize(
        ("fields", "members"),
        [("id", set()), ("number", {"attributes"}), ("customer,market", {"relationships"})],
    )
    def test_a_member_with_nothing_in_it_is_not_there(
        self, commercelayer: CommerceLayer, fields: str, members: set[str]
    ) -> None:
        data = commercelayer.get(f"{ORDER}?fields[orders]={fields}")["data"]

        assert {"id", "type", "links", "meta"} | members == set(data)

    def test_each_type_has_its_own(self, commercelayer: CommerceLayer) -> None:
        path = f"{ORDER}?include=customer,market&fields[customers]=email&fields[orders]=customer"

        document = commercelayer.get(path)

        customer, market = document["included"]
        assert {"email": "mario@shop.test"} == customer["attributes"]
        assert "relationships" not in customer
        assert {"name", "code"} < set(market["attributes"])

    def test_a_relationship_that_is_no_field_is_included_all_the_same(self, commercelayer: CommerceLayer) -> None:
        document = commercelayer.get(f"{ORDER}?include=customer&fields[orders]=number")

        assert ["customers"] == [each["type"] for each in document["included"]]
        assert "relationships" not in document["data"]

    def test_a_type_that_the_answer_does_not_have_is_legal(self, commercelayer: CommerceLayer) -> None:
        plain = commercelayer.get("/application")["data"]["attributes"]

        sparse = commercelayer.get("/application?fields[addresses]=city&fields[gift_cards]=x")["data"]["attributes"]
        assert plain == sparse


class TestManyAndPages:
    def test_a_list_counts_what_there_is(self, commercelayer: CommerceLayer) -> None:
        document = commercelayer.get("/skus?page[size]=2")

        assert ["data", "meta", "links"] == list(document)
        assert (2, {"record_count": 3, "page_count": 2}) == (len(document["data"]), document["meta"])

    @pytest.mark.parametrize(
        ("number", "expected", "codes"),
        [
            (1, {"first": 1, "next": 2, "last": 3}, 1),
            (2, {"first": 1, "prev": 1, "next": 3, "last": 3}, 1),
            (3, {"first": 1, "prev": 2, "last": 3}, 1),
            (4, {"first": 1, "prev": 3, "last": 3}, 0),
        ],
    )
    def test_ends_have_no_link_beyond(
        self, commercelayer: CommerceLayer, number: int, expected: dict[str, int], codes: int
    ) -> None:
        document = commercelayer.get(f"/skus?page[size]=1&page[number]={number}")

        assert expected == {name: int(asked_in(each)["page[number]"]) for name, each in document["links"].items()}
        assert list(expected) == list(document["links"])
        assert codes == len(document["data"])

    def test_an_empty_list_has_one_page_that_is_none(self, commercelayer: CommerceLayer) -> None:
        document = commercelayer.get("/klarna_payments")

        assert ([], {"record_count": 0, "page_count": 0}) == (document["data"], document["meta"])
        assert ["first", "last"] == list(document["links"])
        assert document["links"]["first"] == document["links"]["last"]

    def test_links_keep_what_was_asked_encoded_and_in_order(self, commercelayer: CommerceLayer) -> None:
        path = "/skus?sort=code&filter[q][name_cont]=t-s %26&fields[skus]=code&page[size]=25"

        link = commercelayer.get(path)["links"]["first"]

        asked = "fields%5Bskus%5D=code&filter%5Bq%5D%5Bname_cont%5D=t-s%20%26"
        assert f"{API}/skus?{asked}&page%5Bnumber%5D=1&page%5Bsize%5D=25&sort=code" == link

    def test_pages_lead_through_everything_once(self, commercelayer: CommerceLayer) -> None:
        for number in range(12):
            commercelayer.create("addresses", {**ADDRESS, "line_1": f"Street {number}"})
        link, streets = f"{API}/addresses?page[size]=5&sort=-created_at,id", []

        while link:
            document = commercelayer.get(link.removeprefix(API))
            streets += [each["attributes"]["line_1"] for each in document["data"]]
            link = document["links"].get("next", "")

        assert {13} == {len(streets), len(set(streets)), document["meta"]["record_count"]}

    def test_without_a_sort_the_oldest_is_first(self, commercelayer: CommerceLayer) -> None:
        for name in "cab":
            commercelayer.create("price_lists", {"name": name, "currency_code": "EUR"})

        assert ["EU price list", "c", "a", "b"] == _names(commercelayer, "/price_lists")

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [("code", ["A", "B", "EU", None]), ("-code", [None, "EU", "B", "A"]), ("-name,code", ["A", "B", None, "EU"])],
    )
    def test_nothing_sorts_after_everything(
        self, commercelayer: CommerceLayer, sort: str, expected: list[str | None]
    ) -> None:
        for code in ("B", None, "A"):
            commercelayer.create("price_lists", {"name": "Z", "code": code, "currency_code": "EUR"})

        found = commercelayer.listed(f"/price_lists?sort={sort}")

        assert expected == [each["attributes"]["code"] for each in found]


class TestRelated:
    def test_a_list_behind_a_relationship_is_a_list(self, commercelayer: CommerceLayer) -> None:
        document = commercelayer.get(f"{ORDER}/line_items?page[size]=3")

        assert (3, {"record_count": 4, "page_count": 2}) == (len(document["data"]), document["meta"])
        link = f"{API}{ORDER}/line_items?page%5Bnumber%5D=2&page%5Bsize%5D=3"
        assert link == document["links"]["next"]

    def test_one_behind_a_relationship_is_itself(self, commercelayer: CommerceLayer) -> None:
        data = commercelayer.get(f"{ORDER}/customer?fields[customers]=email,orders&include=orders")["data"]

        assert {"email": "mario@shop.test"} == data["attributes"]
        assert [{"type": "orders", "id": SEED_ORDER}] == data["relationships"]["orders"]["data"]

    def test_behind_what_leads_nowhere_there_is_null(self, commercelayer: CommerceLayer) -> None:
        assert {"data": None} == commercelayer.get(f"{ORDER}/payment_source")

    def test_a_relationship_itself_says_only_which(self, commercelayer: CommerceLayer) -> None:
        base, customer = f"{ORDER}/relationships", commercelayer.get(f"{ORDER}/customer")["data"]["id"]

        assert {
            "links": {"self": f"{API}{base}/customer", "related": f"{API}{ORDER}/customer"},
            "data": {"type": "customers", "id": customer},
        } == commercelayer.get(f"{base}/customer")
        assert None is commercelayer.get(f"{base}/payment_source")["data"]
        assert ["line_items"] * 4 == [each["type"] for each in commercelayer.get(f"{base}/line_items")["data"]]

    @pytest.mark.parametrize("way", ["", "/relationships"])
    @pytest.mark.parametrize(
        ("name", "why"), [("nope", "no relationship nope"), ("attachments", "attachments are not emulated")]
    )
    def test_what_is_no_relationship_or_not_emulated_is_not_found(
        self, commercelayer: CommerceLayer, way: str, name: str, why: str
    ) -> None:
        refusal = commercelayer.refusal("GET", f"{ORDER}{way}/{name}")

        assert ["404 RECORD_NOT_FOUND"] == [each.rsplit(" The", 1)[0] for each in refusal]
        assert why in str(commercelayer.explanation())

    def test_a_gateway_is_shown_as_gateways_in_general_and_as_itself(self, commercelayer: CommerceLayer) -> None:
        gateway = commercelayer.listed("/klarna_gateways")[0]["id"]

        found = commercelayer.get(f"/payment_gateways/{gateway}")["data"]

        assert ("payment_gateways", {"self": f"{API}/payment_gateways/{gateway}"}) == (found["type"], found["links"])
        assert [gateway] == [each["id"] for each in commercelayer.listed("/payment_gateways")]


def _names(shop: CommerceLayer, path: str) -> list[str]:
    return [each["attributes"]["name"] for each in shop.listed(path)]

"""Rows of resources, and what any resource does by its row: create, read, update, delete, what it leads to."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mock_server.app import create_app
from mock_server.providers.commercelayer.resources import RESOURCES
from mock_server.providers.commercelayer.resources.rows import COMMON, Resource, spread
from mock_server.settings import Settings
from tests.commercelayer import ADDRESS, SEED_ORDER, CommerceLayer, document_of
from tests.klarna import Answer, InProcess

SECRETS = {"country_code": "EU", "api_key": "K_1", "api_secret": "s3cret-of-klarna"}
# type -> attributes of a new one, and the types of what it has to be of, by relationship
NEW: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "addresses": (ADDRESS, {}),
    "customers": ({"email": "ann@shop.test"}, {}),
    "customer_addresses": ({}, {"customer": "customers", "address": "addresses"}),
    "customer_payment_sources": ({"customer_token": "t"}, {"customer": "customers"}),
    "inventory_models": ({"name": "Model", "strategy": "ship_from_primary"}, {}),
    "klarna_gateways": ({"name": "Gateway", **SECRETS}, {}),
    "klarna_payments": ({}, {"order": "orders"}),
    "line_items": ({"sku_code": "CAPXXXXX000000FFFFFFXXXX", "quantity": 2}, {"order": "orders"}),
    "markets": (
        {"name": "Market", "code": "US"},
        {"merchant": "merchants", "price_list": "price_lists", "inventory_model": "inventory_models"},
    ),
    "merchants": ({"name": "Merchant"}, {"address": "addresses"}),
    "orders": ({"language_code": "de", "return_url": "https://shop.test/"}, {}),
    "payment_methods": (
        {"payment_source_type": "klarna_payments", "price_amount_cents": 150, "name": "Pay later"},
        {"payment_gateway": "payment_gateways"},
    ),
    "price_lists": ({"name": "Prices", "currency_code": "USD", "tax_included": False}, {}),
    "prices": ({"amount_cents": 999, "sku_code": "CAPXXXXX000000FFFFFFXXXX"}, {"price_list": "price_lists"}),
    "shipping_categories": ({"name": "Category", "code": "C"}, {}),
    "shipping_methods": ({"name": "By bike", "price_amount_cents": 700, "free_over_amount_cents": 9000}, {}),
    "skus": ({"code": "SOCKS", "name": "Socks", "weight": 0.1}, {"shipping_category": "shipping_categories"}),
    "webhooks": ({"topic": "orders.place", "callback_url": "http://shop.test/", "include_resources": ["customer"]}, {}),
}  # fmt: skip
# what needs more than its row to be made: a stock location, which is not emulated
MADE_ELSEWHERE = {"shipments"}
PLAIN = sorted({*NEW} - {"orders", "line_items", "klarna_payments"})
ROWS = list(RESOURCES.values())
LISTED = [row.type for row in ROWS if "L" in row.verbs]
NOBODY = "AbCdEfGhIj"


def named(row: Resource) -> str:
    return row.type


def first(shop: CommerceLayer, type_: str) -> str:
    return SEED_ORDER if type_ == "orders" else str(shop.listed(f"/{type_}?page[size]=1")[0]["id"])


def body_of(shop: CommerceLayer, type_: str, **more: Any) -> dict[str, Any]:
    attributes, needs = NEW[type_]
    return document_of(type_, {**attributes, **more}, {name: (to, first(shop, to)) for name, to in needs.items()})


def new(shop: CommerceLayer, type_: str, **more: Any) -> Answer:
    answer = shop.send("POST", f"/{type_}", body_of(shop, type_, **more))
    assert 201 == answer.status, answer.text
    return answer


def made(shop: CommerceLayer, type_: str, **more: Any) -> str:
    return str(new(shop, type_, **more).json["data"]["id"])


@pytest.fixture(scope="module")
def traded() -> CommerceLayer:
    """A shop, only to be read, that has at least one of everything."""
    shop = CommerceLayer(InProcess(create_app(Settings()).test_client()), "test")
    for type_ in PLAIN:
        new_again(shop, type_)
    shop.create("webhooks", {"topic": "orders.place", "callback_url": "http://127.0.0.1:1/nobody"})
    shop.place()
    shop.pull("_approve_and_capture")
    shop.pull("_refund")
    other = shop.new_order()
    shop.place(other)
    shop.pull("_cancel", order_id=other)
    failing = shop.new_order(place_async=True)
    shop.pay(failing)
    shop.add_rule("commercelayer.orders.update", {"outcome": "declined"}, times=1)
    shop.pull("_place", order_id=failing)
    shop.advance("1m")
    return shop


class TestRows:
    @pytest.mark.parametrize("row", ROWS, ids=named)
    def test_a_row_is_written_in_its_form(self, row: Resource) -> None:
        kinds = {"text", "integer", "number", "flag", "object", "objects", "texts", "time", "money", "common"}

        assert kinds >= {each.kind for each in row.attributes.values()}
        assert all(re.fullmatch("r?(c!?)?u?s?", each.flags) for each in row.attributes.values())
        assert all(re.fullmatch("(c!?)?u?", each.flags) for each in row.relations.values())
        assert set("LRCUD") >= set(row.verbs) >= set(row.sales)

    @pytest.mark.parametrize("row", ROWS, ids=named)
    def test_names_stand_once(self, row: Resource) -> None:
        lines = [name for line in row.attribute_lines.strip().splitlines() for name in line.split()[2:]]
        relations = [line.split()[0] for line in row.relation_lines.strip().splitlines()]

        names = [*lines, *relations, *COMMON, "id", "type"]
        assert sorted(set(names)) == sorted(names)

    @pytest.mark.parametrize("row", ROWS, ids=named)
    def test_what_is_sorted_by_can_be_read(self, row: Resource) -> None:
        assert {*row.readable, *COMMON, "id"} >= row.sortable

    @pytest.mark.parametrize("row", ROWS, ids=named)
    def test_defaults_are_of_attributes(self, row: Resource) -> None:
        assert {spread(each)[0] for each in row.attributes.values()} >= set(row.defaults)

    @pytest.mark.parametrize("row", ROWS, ids=named)
    def test_what_is_required_can_be_given(self, row: Resource) -> None:
        if "C" not in row.verbs or row.type in MADE_ELSEWHERE:
            return

        for relation in row.relations.values():
            assert "!" not in relation.flags or {*relation.types} & {*RESOURCES}

    @pytest.mark.parametrize("row", ROWS, ids=named)
    def test_triggers_are_never_shown(self, row: Resource) -> None:
        assert {"_external_price"} >= {name for name in row.readable if name.startswith("_")}

    def test_all_but_the_log_and_the_application_have_a_log(self) -> None:
        without = {row.type for row in ROWS if "event_stores" not in row.relations}

        assert {"application", "event_stores"} == without

    def test_each_that_can_be_made_is_tried_below(self) -> None:
        assert {row.type for row in ROWS if "C" in row.verbs} == {*NEW} | MADE_ELSEWHERE


class TestCreate:
    @pytest.mark.parametrize("type_", NEW)
    def test_what_was_told_comes_back(self, commercelayer: CommerceLayer, type_: str) -> None:
        attributes, needs = NEW[type_]

        made_ = new(commercelayer, type_).json["data"]

        assert type_ == made_["type"]
        told = {name: value for name, value in attributes.items() if type_ != "klarna_gateways" or name not in SECRETS}
        assert told == {name: made_["attributes"][name] for name in told}
        for name, to in needs.items():
            found = commercelayer.get(f"/{type_}/{made_['id']}/{name}")["data"]
            assert first(commercelayer, to) == found["id"]

    @pytest.mark.parametrize("type_", NEW)
    def test_a_new_one_has_an_id_of_ten_letters_and_no_location(self, commercelayer: CommerceLayer, type_: str) -> None:
        answer = new(commercelayer, type_)

        assert re.fullmatch("[A-Za-z]{10}", answer.json["data"]["id"])
        assert "Location" not in answer.headers

    @pytest.mark.parametrize("type_", NEW)
    def test_it_is_found_and_listed(self, commercelayer: CommerceLayer, type_: str) -> None:
        before = commercelayer.get(f"/{type_}")["meta"]["record_count"]

        made_ = new(commercelayer, type_).json["data"]

        found = commercelayer.get(f"/{type_}/{made_['id']}")["data"]
        assert made_ | {"meta": None} == found | {"meta": None}
        assert before + 1 == commercelayer.get(f"/{type_}")["meta"]["record_count"]
        assert made_["id"] in {each["id"] for each in commercelayer.listed(f"/{type_}?sort=-created_at")}

    @pytest.mark.parametrize("type_", NEW)
    def test_what_all_resources_have_is_kept(self, commercelayer: CommerceLayer, type_: str) -> None:
        told = {"reference": "R-1", "reference_origin": "ERP", "metadata": {"a": {"b": [1, None]}}}

        plain, rich = new(commercelayer, type_), new_again(commercelayer, type_, **told)

        nothing: dict[str, Any] = {"reference": None, "reference_origin": None, "metadata": {}}
        found = [{name: each.json["data"]["attributes"][name] for name in told} for each in (plain, rich)]
        assert [nothing, told] == found

    @pytest.mark.parametrize("type_", NEW)
    def test_without_what_it_needs_it_is_refused(self, commercelayer: CommerceLayer, type_: str) -> None:
        row = RESOURCES[type_]
        required = [spread(each)[0] for each in row.attributes.values() if "!" in each.flags]
        required += [each.name for each in row.relations.values() if "!" in each.flags]
        if not required:
            return

        refusal = commercelayer.refusal("POST", f"/{type_}", document_of(type_))

        assert [f"422 VALIDATION_ERROR {name} - can't be blank" for name in required] == refusal
        assert f"commercelayer.{type_}.create" == _last_operation(commercelayer)


class TestUpdate:
    @pytest.mark.parametrize("type_", [each for each in NEW if "U" in RESOURCES[each].verbs])
    def test_only_what_is_told_changes(self, commercelayer: CommerceLayer, type_: str) -> None:
        id_ = made(commercelayer, type_, reference_origin="ERP")
        before = commercelayer.read(type_, id_)
        commercelayer.advance("1m")

        after = commercelayer.update(type_, id_, {"reference": "R-2"})

        assert {"reference", "updated_at"} == {name for name in after if after[name] != before[name]}
        assert before["updated_at"] < after["updated_at"]
        assert after == commercelayer.read(type_, id_)

    @pytest.mark.parametrize("type_", [each for each in NEW if "U" in RESOURCES[each].verbs])
    def test_metadata_is_replaced_whole(self, commercelayer: CommerceLayer, type_: str) -> None:
        id_ = made(commercelayer, type_, metadata={"a": 1, "b": {"c": 2}})

        told: list[Any] = [{"b": {}}, {}, None]
        found = [commercelayer.update(type_, id_, {"metadata": each})["metadata"] for each in told]

        assert [{"b": {}}, {}, {}] == found

    @pytest.mark.parametrize("type_", [row.type for row in ROWS if "_disable" in row.attributes])
    def test_what_is_disabled_says_since_when(self, commercelayer: CommerceLayer, type_: str) -> None:
        id_, at = made(commercelayer, type_), "2027-01-01T00:00:00.000Z"
        commercelayer.control("POST", "/clock", {"freeze": at})

        told = ({"_disable": False}, {"_disable": True}, {"_enable": False}, {"_enable": True})
        found = [commercelayer.update(type_, id_, each)["disabled_at"] for each in told]

        assert [None, at, at, None] == found

    @pytest.mark.parametrize("type_", [row.type for row in ROWS if "_disable" in row.attributes])
    def test_it_may_be_so_from_the_start(self, commercelayer: CommerceLayer, type_: str) -> None:
        assert new(commercelayer, type_, _disable=True).json["data"]["attributes"]["disabled_at"]


class TestDelete:
    @pytest.mark.parametrize("type_", NEW)
    def test_it_is_gone_without_a_word(self, commercelayer: CommerceLayer, type_: str) -> None:
        id_ = made(commercelayer, type_)
        before = commercelayer.get(f"/{type_}")["meta"]["record_count"]

        answer = commercelayer.send("DELETE", f"/{type_}/{id_}")

        assert (204, "") == (answer.status, answer.text)
        assert "Content-Type" not in answer.headers
        assert before - 1 == commercelayer.get(f"/{type_}")["meta"]["record_count"]
        assert [404, 404] == [commercelayer.send(each, f"/{type_}/{id_}").status for each in ("GET", "DELETE")]

    @pytest.mark.parametrize("type_", ["customer_addresses", "customer_payment_sources"])
    def test_its_owner_forgets_it(self, commercelayer: CommerceLayer, type_: str) -> None:
        id_, customer = made(commercelayer, type_), first(commercelayer, "customers")
        before = commercelayer.listed(f"/customers/{customer}/{type_}")

        commercelayer.send("DELETE", f"/{type_}/{id_}")

        assert [[id_], []] == [
            [each["id"] for each in found] for found in (before, commercelayer.listed(f"/customers/{customer}/{type_}"))
        ]

    @pytest.mark.parametrize(
        ("type_", "called"),
        [("klarna_gateways", "KlarnaGateway"), ("markets", "Market"), ("payment_methods", "PaymentMethod"),
         ("price_lists", "PriceList"), ("skus", "Sku")],
    )  # fmt: skip
    def test_what_is_in_use_is_locked(self, commercelayer: CommerceLayer, type_: str, called: str) -> None:
        id_ = first(commercelayer, type_)

        refusal = commercelayer.refusal("DELETE", f"/{type_}/{id_}")

        assert [f"423 LOCKED Failed to destroy {called} with id={id_}"] == refusal
        assert commercelayer.read(type_, id_)

    def test_what_pointed_to_it_leads_nowhere(self, commercelayer: CommerceLayer) -> None:
        sku = first(commercelayer, "skus")
        shelf = commercelayer.get(f"/skus/{sku}/shipping_category")["data"]["id"]

        commercelayer.send("DELETE", f"/shipping_categories/{shelf}")

        assert {"data": None} == commercelayer.get(f"/skus/{sku}/shipping_category")
        assert None is commercelayer.get(f"/skus/{sku}?include=shipping_category")["data"]["relationships"][
            "shipping_category"
        ]["data"]


class TestSecrets:
    @pytest.mark.parametrize("method", ["POST", "PATCH"])
    def test_a_gateways_credentials_are_never_told(self, commercelayer: CommerceLayer, method: str) -> None:
        body = body_of(commercelayer, "klarna_gateways")
        path = "/klarna_gateways"
        if method == "PATCH":
            id_ = first(commercelayer, "klarna_gateways")
            path, body["data"]["id"] = f"{path}/{id_}", id_

        written = commercelayer.send(method, path, body)

        texts = [written.text]
        for each in ("klarna_gateways", "payment_gateways"):
            texts.append(commercelayer.send("GET", f"/{each}?page[size]=25").text)
        assert [] == [name for name in SECRETS if f'"{name}"' in "".join(texts)]
        log = commercelayer.send("GET", "/event_stores?page[size]=25&sort=-created_at").text
        assert [] == [value for value in (SECRETS["api_key"], SECRETS["api_secret"]) if value in log]

    def test_nor_is_a_customers_password(self, commercelayer: CommerceLayer) -> None:
        answer = new(commercelayer, "customers", password="open sesame")

        log = commercelayer.send("GET", f"/customers/{answer.json['data']['id']}/event_stores").text
        assert answer.json["data"]["attributes"]["has_password"] is True
        assert "sesame" not in answer.text + log

    def test_a_webhooks_secret_is_told_on_every_read(self, commercelayer: CommerceLayer) -> None:
        hook = new(commercelayer, "webhooks").json["data"]

        assert re.fullmatch("[0-9a-f]{32}", hook["attributes"]["shared_secret"])
        assert hook["attributes"] == commercelayer.read("webhooks", hook["id"])


class TestNobody:
    @pytest.mark.parametrize("row", [row for row in ROWS if not row.is_single], ids=named)
    def test_what_is_not_there_is_not_found(self, commercelayer: CommerceLayer, row: Resource) -> None:
        body = document_of(row.type, {}, id_=NOBODY)
        ways = {"R": ("GET", None), "U": ("PATCH", body), "D": ("DELETE", None)}

        found = {commercelayer.send(how, f"/{row.type}/{NOBODY}", sent).status for verb, (how, sent) in ways.items()
                 if verb in row.verbs}  # fmt: skip

        assert {404} == found

    @pytest.mark.parametrize("row", ROWS, ids=named)
    def test_what_a_resource_does_not_do_is_no_method_of_its_path(
        self, commercelayer: CommerceLayer, row: Resource
    ) -> None:
        one = f"/{row.type}" if row.is_single else f"/{row.type}/{NOBODY}"
        ways = {"C": ("POST", f"/{row.type}"), "U": ("PATCH", one), "D": ("DELETE", one)}

        found = {commercelayer.send(*way, {}).status for verb, way in ways.items() if verb not in row.verbs}

        assert {405} >= found


class TestListsAndRelationships:
    @pytest.mark.parametrize("type_", LISTED)
    def test_every_list_can_include_all_that_its_row_leads_to(self, traded: CommerceLayer, type_: str) -> None:
        include = ",".join(RESOURCES[type_].relations)

        document = traded.get(f"/{type_}?page[size]=5&include={include}")

        for each in document["data"]:
            assert all("data" in relation for relation in each.get("relationships", {}).values())

    @pytest.mark.parametrize("type_", LISTED)
    def test_every_relationship_leads_somewhere(self, traded: CommerceLayer, type_: str) -> None:
        row = RESOURCES[type_]
        id_ = traded.listed(f"/{type_}?page[size]=1")[0]["id"]

        answers = {
            name: traded.send("GET", f"/{type_}/{id_}/{way}{name}").status
            for name in row.relations for way in ("", "relationships/")
        }  # fmt: skip

        expected = {
            name: 200 if {*relation.types} & {*RESOURCES, "payment_gateways"} else 404
            for name, relation in row.relations.items()
        }
        assert expected == answers

    @pytest.mark.parametrize("type_", LISTED)
    def test_what_is_listed_is_read_alike(self, traded: CommerceLayer, type_: str) -> None:
        listed = traded.listed(f"/{type_}?page[size]=1")[0]

        assert listed | {"meta": None} == traded.get(f"/{type_}/{listed['id']}")["data"] | {"meta": None}

    @pytest.mark.parametrize("type_", LISTED)
    def test_attributes_are_those_of_the_row_in_its_order(self, traded: CommerceLayer, type_: str) -> None:
        found = traded.listed(f"/{type_}?page[size]=1")[0]

        shown = [name for each in RESOURCES[type_].shown for name in spread(each)]
        assert shown == list(found["attributes"])[: len(shown)]
        assert {*shown, *COMMON} == set(found["attributes"])


def new_again(shop: CommerceLayer, type_: str, **more: Any) -> Answer:
    """Another one, where there may not be two alike."""
    unique = {"customers": {"email": "bob@shop.test"}, "skus": {"code": "HAT"}, "markets": {"code": "CA"}}
    return new(shop, type_, **unique.get(type_, {}), **more)


def _last_operation(shop: CommerceLayer) -> str:
    return str(shop.control("GET", "/journal").json[0]["operation"])

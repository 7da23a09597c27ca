"""What tokens of sales channels and of customers may do. Source: docs.commercelayer.io, roles and permissions."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.providers.commercelayer.resources import RESOURCES
from tests.commercelayer import ADDRESS, SEED_ORDER, CommerceLayer, document_of
from tests.klarna import fine

ORDER = f"/orders/{SEED_ORDER}"
DENIED = "401 UNAUTHORIZED You are not authorized to perform this action on the requested resource."
NOT_FOUND = "404 RECORD_NOT_FOUND The requested resource was not found. Please double-check the resource id."
ROWS = list(RESOURCES.values())
LISTS = {"skus", "prices"}
CREATES = {"addresses", "customers", "klarna_payments", "line_items", "orders", "customer_addresses"}
HIDDEN = [
    "authorizations", "captures", "event_callbacks", "event_stores", "events", "klarna_gateways", "payment_gateways",
    "refunds", "transactions", "voids", "webhooks",
]  # fmt: skip
# triggers of orders that are not a shop's
BACK_OFFICE = [
    "_approve", "_approve_and_capture", "_capture", "_refund", "_fulfill", "_pending", "_fix_payment_source",
    "_refresh_prices", "_start_editing", "_stop_editing", "_reset_circuit",
]  # fmt: skip
NOBODY = "AbCdEfGhIj"


@pytest.fixture
def shop(commercelayer: CommerceLayer) -> CommerceLayer:
    return commercelayer.as_sales_channel(scope="market:code:EU")


def logged_in(commercelayer: CommerceLayer, email: str = "ann@shop.test") -> CommerceLayer:
    """A new customer, through a sales channel."""
    commercelayer.create("customers", {"email": email, "password": "open sesame"})
    asked = {
        "grant_type": "password", "client_id": f"sales_world-{commercelayer.world}", "scope": "market:code:EU",
        "username": email, "password": "open sesame",
    }  # fmt: skip
    token = fine(commercelayer.oauth("token", asked))["access_token"]
    return CommerceLayer(commercelayer._wire, commercelayer.world, token)


def id_of(shop: CommerceLayer, email: str) -> str:
    return str(shop.listed(f"/customers?filter[q][email_eq]={email}")[0]["id"])


class TestSalesChannel:
    @pytest.mark.parametrize("type_", [row.type for row in ROWS if "L" in row.verbs])
    def test_it_lists_what_is_sold_and_no_more(self, shop: CommerceLayer, type_: str) -> None:
        answer = shop.send("GET", f"/{type_}")

        assert (200 if type_ in LISTS else 401) == answer.status

    @pytest.mark.parametrize("type_", HIDDEN)
    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    def test_money_and_its_gateways_are_not_its_business(self, shop: CommerceLayer, type_: str, method: str) -> None:
        if {"GET": "R", "PATCH": "U", "DELETE": "D"}[method] not in RESOURCES[type_].verbs:
            return

        body = document_of(type_, {}, id_=NOBODY) if method == "PATCH" else None

        assert [DENIED] == shop.refusal(method, f"/{type_}/{NOBODY}", body)

    @pytest.mark.parametrize("type_", [row.type for row in ROWS if "C" in row.verbs and row.type not in CREATES])
    def test_it_makes_no_settings(self, shop: CommerceLayer, type_: str) -> None:
        assert [DENIED] == shop.refusal("POST", f"/{type_}", document_of(type_))

    @pytest.mark.parametrize("type_", sorted(CREATES - {"customer_addresses"}))
    def test_it_makes_what_a_purchase_needs(self, shop: CommerceLayer, type_: str) -> None:
        made = {
            "addresses": ADDRESS, "customers": {"email": "bob@shop.test"},
            "line_items": {"sku_code": "CAPXXXXX000000FFFFFFXXXX", "quantity": 1},
        }  # fmt: skip
        relations = {"order": ("orders", SEED_ORDER)} if "order" in RESOURCES[type_].relations else {}

        answer = shop.send("POST", f"/{type_}", document_of(type_, made.get(type_, {}), relations))

        assert 201 == answer.status

    @pytest.mark.parametrize("name", ["authorizations", "captures", "voids", "refunds", "transactions", "events",
                                      "event_stores"])  # fmt: skip
    @pytest.mark.parametrize(
        "way", ["{order}?include={name}", "{order}/{name}", "{order}/relationships/{name}",
                "/klarna_payments/{payment}?include=order.{name}"],
    )  # fmt: skip
    @pytest.mark.parametrize("is_placed", [False, True])
    def test_no_way_leads_to_transactions(
        self, commercelayer: CommerceLayer, shop: CommerceLayer, name: str, way: str, is_placed: bool
    ) -> None:
        payment = commercelayer.pay()["id"]
        if is_placed:
            commercelayer.pull("_place")

        assert [DENIED] == shop.refusal("GET", way.format(order=ORDER, name=name, payment=payment))

    def test_nor_does_a_filter(self, shop: CommerceLayer) -> None:
        path = "/skus?filter[q][event_stores_event_eq]=create"

        assert 401 == shop.send("GET", path).status

    def test_the_gateway_of_its_payment_is_hidden(self, shop: CommerceLayer) -> None:
        payment = shop.create("klarna_payments", order=("orders", SEED_ORDER))["id"]

        assert [DENIED] == shop.refusal("GET", f"/klarna_payments/{payment}/payment_gateway")

    @pytest.mark.parametrize("trigger", BACK_OFFICE)
    def test_it_pulls_no_trigger_of_the_back_office(self, shop: CommerceLayer, trigger: str) -> None:
        body = document_of("orders", {trigger: True}, id_=SEED_ORDER)

        assert [DENIED] == shop.refusal("PATCH", ORDER, body)

    def test_the_journal_says_why(self, commercelayer: CommerceLayer, shop: CommerceLayer) -> None:
        shop.refusal("GET", "/orders")

        assert "sales channel" in str(commercelayer.explanation())


class TestItsOrders:
    def test_they_are_read_whatever_becomes_of_them(self, commercelayer: CommerceLayer, shop: CommerceLayer) -> None:
        found = [shop.read("orders", each)["status"] for each in (shop.create("orders")["id"], SEED_ORDER)]
        found.append(shop.place()["status"])
        commercelayer.pull("_approve")
        found.append(shop.read("orders", SEED_ORDER)["status"])

        assert ["draft", "pending", "placed", "approved"] == found

    def test_until_they_are_placed_they_are_changed(self, commercelayer: CommerceLayer, shop: CommerceLayer) -> None:
        shop.update("orders", SEED_ORDER, {"reference": "R"})
        commercelayer.place()

        body = document_of("orders", {"reference": "S"}, id_=SEED_ORDER)

        assert [DENIED] == shop.refusal("PATCH", ORDER, body)
        assert "R" == commercelayer.read("orders", SEED_ORDER)["reference"]

    def test_it_places_them_itself(self, shop: CommerceLayer) -> None:
        assert "placed" == shop.place()["status"]

    def test_their_payment_is_read_but_not_touched_afterwards(
        self, commercelayer: CommerceLayer, shop: CommerceLayer
    ) -> None:
        path = f"/klarna_payments/{shop.pay()['id']}"
        commercelayer.pull("_place")

        body = document_of("klarna_payments", {"reference": "R"}, id_=path.rpartition("/")[2])
        assert 200 == shop.send("GET", path).status
        assert [[DENIED]] * 2 == [shop.refusal("PATCH", path, body), shop.refusal("DELETE", path)]

    def test_so_are_their_lines(self, commercelayer: CommerceLayer, shop: CommerceLayer) -> None:
        path = f"/line_items/{shop.listed(f'{ORDER}/line_items')[0]['id']}"
        commercelayer.place()
        before = shop.get(path)["data"]["attributes"]

        shop.refusal("PATCH", path, document_of("line_items", {"quantity": 3}, id_=path.rpartition("/")[2]))
        shop.refusal("DELETE", path)

        assert before == shop.get(path)["data"]["attributes"]

    @pytest.mark.parametrize("more", [{"reference": "smuggled"}, {"metadata": {"a": 1}}, {"_archive": True}])
    def test_nothing_comes_along_with_a_second_place(
        self, commercelayer: CommerceLayer, shop: CommerceLayer, more: dict[str, Any]
    ) -> None:
        shop.place()
        before = commercelayer.read("orders", SEED_ORDER)

        assert [DENIED] == shop.refusal("PATCH", ORDER, document_of("orders", {"_place": True, **more}, id_=SEED_ORDER))
        assert before == commercelayer.read("orders", SEED_ORDER)

    def test_one_that_the_back_office_edits_is_not_theirs_to_change(
        self, commercelayer: CommerceLayer, shop: CommerceLayer
    ) -> None:
        shop.place()
        commercelayer.pull("_start_editing")
        before = commercelayer.read("orders", SEED_ORDER)
        owned = {"order": ("orders", SEED_ORDER)}
        line = document_of("line_items", {"sku_code": "CAPXXXXX000000FFFFFFXXXX", "quantity": 1}, owned)

        assert [[DENIED]] * 3 == [
            shop.refusal("PATCH", ORDER, document_of("orders", {"reference": "R"}, id_=SEED_ORDER)),
            shop.refusal("POST", "/line_items", line),
            shop.refusal("POST", "/klarna_payments", document_of("klarna_payments", {}, owned)),
        ]
        assert before == commercelayer.read("orders", SEED_ORDER)

    def test_the_payment_of_a_placed_one_is_not_moved_away(
        self, commercelayer: CommerceLayer, shop: CommerceLayer
    ) -> None:
        payment = shop.pay()["id"]
        shop.pull("_place")
        other = commercelayer.new_order()
        body = document_of("klarna_payments", {}, {"order": ("orders", other)}, payment)

        assert [DENIED] == shop.refusal("PATCH", f"/klarna_payments/{payment}", body)
        assert [payment, SEED_ORDER] == [
            commercelayer.get(f"{ORDER}/payment_source")["data"]["id"],
            commercelayer.get(f"/klarna_payments/{payment}/order")["data"]["id"],
        ]

    def test_orders_are_not_deleted(self, shop: CommerceLayer) -> None:
        assert [DENIED] == shop.refusal("DELETE", ORDER)

    def test_what_it_may_pay_with_is_enabled_and_of_its_market(
        self, commercelayer: CommerceLayer, shop: CommerceLayer
    ) -> None:
        method = shop.get(f"{ORDER}/payment_method")["data"]["id"]
        commercelayer.update("payment_methods", method, {"_disable": True})

        assert [] == shop.listed(f"{ORDER}/available_payment_methods")
        assert [NOT_FOUND] == shop.refusal("GET", f"/payment_methods/{method}")

    def test_another_markets_order_is_not_there(self, commercelayer: CommerceLayer) -> None:
        parts = {
            name: (type_, commercelayer.listed(f"/{type_}")[0]["id"])
            for name, type_ in (("merchant", "merchants"), ("price_list", "price_lists"),
                                ("inventory_model", "inventory_models"))
        }  # fmt: skip
        commercelayer.create("markets", {"name": "Elsewhere", "code": "XX"}, **parts)

        assert [NOT_FOUND] == commercelayer.as_sales_channel(scope="market:code:XX").refusal("GET", ORDER)

    def test_a_new_order_is_of_the_market_in_scope(self, commercelayer: CommerceLayer, shop: CommerceLayer) -> None:
        order = shop.create("orders")["id"]

        assert "EU" == commercelayer.get(f"/orders/{order}/market")["data"]["attributes"]["code"]


class TestCustomers:
    def test_a_guest_sees_no_customer(self, commercelayer: CommerceLayer, shop: CommerceLayer) -> None:
        mario = id_of(commercelayer, "mario@shop.test")
        body = document_of("customers", {"email": "eve@shop.test"}, id_=mario)

        assert [DENIED] == shop.refusal("GET", f"/customers/{mario}")
        assert [DENIED] == shop.refusal("PATCH", f"/customers/{mario}", body)
        assert [DENIED] == shop.refusal("GET", f"/customers/{mario}/orders")

    def test_they_list_their_own_orders(self, commercelayer: CommerceLayer) -> None:
        ann = logged_in(commercelayer)
        order = ann.new_order(email="ann@shop.test")

        found = ann.get("/orders")

        assert ([order], 1) == ([each["id"] for each in found["data"]], found["meta"]["record_count"])

    def test_and_read_them_whatever_became_of_them(self, commercelayer: CommerceLayer) -> None:
        ann = logged_in(commercelayer)
        order = ann.new_order(email="ann@shop.test")
        ann.place(order)
        commercelayer.pull("_approve", order_id=order)

        assert "approved" == ann.read("orders", order)["status"]

    def test_they_see_and_change_themselves(self, commercelayer: CommerceLayer) -> None:
        ann = logged_in(commercelayer)
        own = id_of(commercelayer, "ann@shop.test")

        ann.update("customers", own, {"reference": "A-1"})

        assert "A-1" == ann.read("customers", own)["reference"]

    def test_they_see_nobody_else(self, commercelayer: CommerceLayer) -> None:
        ann, mario = logged_in(commercelayer), id_of(commercelayer, "mario@shop.test")

        assert [DENIED] == ann.refusal("GET", f"/customers/{mario}")
        assert [DENIED] == ann.refusal("GET", f"/customers/{mario}/customer_payment_sources")

    def test_their_wallet_is_theirs_alone(self, commercelayer: CommerceLayer) -> None:
        ann, bob = logged_in(commercelayer), logged_in(commercelayer, "bob@shop.test")
        kept = [
            _card(commercelayer, id_of(commercelayer, email)) for email in ("ann@shop.test", "bob@shop.test")
        ]

        assert [kept[:1], kept[1:]] == [
            [each["id"] for each in who.listed("/customer_payment_sources")] for who in (ann, bob)
        ]
        assert 200 == ann.send("GET", f"/customer_payment_sources/{kept[0]}").status
        assert [DENIED] == ann.refusal("GET", f"/customer_payment_sources/{kept[1]}")
        assert [DENIED] == ann.refusal("DELETE", f"/customer_payment_sources/{kept[1]}")


@pytest.mark.parametrize("type_", [row.type for row in ROWS if "L" in row.verbs])
def test_an_integration_lists_everything(commercelayer: CommerceLayer, type_: str) -> None:
    asked = {"grant_type": "client_credentials", "client_id": "erp_world-test", "client_secret": "s"}
    token = fine(commercelayer.oauth("token", asked))["access_token"]

    assert 200 == CommerceLayer(commercelayer._wire, "test", token).send("GET", f"/{type_}").status


def _card(shop: CommerceLayer, customer: str) -> Any:
    return shop.create("customer_payment_sources", {"customer_token": "t"}, customer=("customers", customer))["id"]

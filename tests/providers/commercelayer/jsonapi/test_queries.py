"""What URLs ask for: include, fields, sort, page; and the refusals of what they must not. Texts: jsonapi-resources."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.jsonapi.queries import Page, Query, read_query
from mock_server.providers.commercelayer.resources import RESOURCES
from tests.commercelayer import CommerceLayer

ORDERS = RESOURCES["orders"]


def asked(type_: str = "orders", /, **params: str) -> Query:
    """Of a list: ``asked(page__size="5")`` is ``?page[size]=5``."""
    return read_query(RESOURCES[type_], named(params), is_list=True)


def named(params: dict[str, str]) -> dict[str, str]:
    return {name.replace("__", "[") + ("]" if "__" in name else ""): value for name, value in params.items()}


class TestInclude:
    @pytest.mark.parametrize(
        ("text", "tree"),
        [
            ("", {}),
            ("customer", {"customer": {}}),
            ("customer,market", {"customer": {}, "market": {}}),
            ("customer, market", {"customer": {}, "market": {}}),
            ("line_items.item,line_items", {"line_items": {"item": {}}}),
            ("line_items.sku,line_items.shipment.order", {"line_items": {"sku": {}, "shipment": {"order": {}}}}),
            ("shipments.stock_line_items.line_item", {"shipments": {"stock_line_items": {"line_item": {}}}}),
            ("payment_source.payment_gateway", {"payment_source": {"payment_gateway": {}}}),
            ("transactions.reference_authorization", {"transactions": {"reference_authorization": {}}}),
        ],
    )
    def test_paths_are_a_tree(self, text: str, tree: dict[str, Any]) -> None:
        assert tree == asked(include=text).include

    @pytest.mark.parametrize(
        ("text", "name", "type_"),
        [
            ("nope", "nope", "orders"),
            ("customer,nope", "nope", "orders"),
            ("customer.line_items", "line_items", "customers"),
            ("line_items.nope", "nope", "line_items"),
            ("market.price_list.prices.sku.orders", "orders", "skus"),
            ("number", "number", "orders"),
            ("customer.", "", "customers"),
        ],
    )
    def test_what_is_no_relationship_is_refused(self, text: str, name: str, type_: str) -> None:
        with pytest.raises(errors.InvalidInclude) as refusal:
            asked(include=text)

        assert [f"{name} is not a valid includable relationship of {type_}"] == refusal.value.messages

    @pytest.mark.parametrize("times", [8, 500, 5000])
    def test_a_path_without_end_is_refused(self, times: int) -> None:
        with pytest.raises(errors.InvalidInclude):
            asked(include="customer.orders." * times + "customer")

    def test_a_path_may_come_back(self) -> None:
        tree = asked(include="customer.orders.customer.orders").include

        assert {"customer": {"orders": {"customer": {"orders": {}}}}} == tree

    def test_one_includes_as_many_do(self) -> None:
        assert {"customer": {}} == read_query(ORDERS, {"include": "customer"}, is_list=False).include


class TestFields:
    @pytest.mark.parametrize(
        ("type_", "text", "names"),
        [
            ("orders", "number", {"number"}),
            ("orders", "number,total_amount_cents,customer", {"number", "total_amount_cents", "customer"}),
            ("orders", "id", {"id"}),
            ("orders", "created_at, metadata", {"created_at", "metadata"}),
            ("orders", "formatted_total_amount,total_amount_float", {"formatted_total_amount", "total_amount_float"}),
            ("customers", "email", {"email"}),
            ("gift_cards", "code,whatever", {"code", "whatever"}),
        ],
    )
    def test_names_are_kept_by_type(self, type_: str, text: str, names: set[str]) -> None:
        assert {type_: names} == asked(**{f"fields__{type_}": text}).fields

    def test_without_a_type_the_resource_itself_is_meant(self) -> None:
        assert {"orders": {"number"}} == asked(fields="number").fields

    @pytest.mark.parametrize(
        ("type_", "name"),
        [("orders", "nope"), ("orders", "total_amount"), ("orders", "_place"), ("klarna_gateways", "api_key"),
         ("customers", "password"), ("klarna_payments", "client-token")],
    )  # fmt: skip
    def test_what_answers_never_show_is_no_field(self, type_: str, name: str) -> None:
        with pytest.raises(errors.InvalidField) as refusal:
            asked(**{f"fields__{type_}": f"id,{name}"})

        assert [f"{name} is not a valid field for {type_}."] == refusal.value.messages

    @pytest.mark.parametrize("type_", ["Orders", "gift-cards", "x y", "nope"])
    def test_what_can_be_no_type_is_refused(self, type_: str) -> None:
        with pytest.raises(errors.InvalidResource) as refusal:
            asked(**{f"fields__{type_}": "id"})

        assert [f"{type_} is not a valid resource."] == refusal.value.messages


class TestSort:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", []),
            ("number", [("number", False)]),
            ("-created_at", [("created_at", True)]),
            ("-created_at,number", [("created_at", True), ("number", False)]),
            ("total_amount_cents, id", [("total_amount_cents", False), ("id", False)]),
        ],
    )
    def test_a_minus_is_descending(self, text: str, expected: list[tuple[str, bool]]) -> None:
        assert expected == list(asked(sort=text).sort)

    @pytest.mark.parametrize(
        ("type_", "name"),
        [("orders", "nope"), ("orders", "customer"), ("orders", "total_amount_float"), ("orders", "token"),
         ("klarna_payments", "session_id"), ("orders", "metadata"), ("orders", "-")],
    )  # fmt: skip
    def test_what_cannot_be_sorted_by_is_refused(self, type_: str, name: str) -> None:
        with pytest.raises(errors.InvalidSortCriteria) as refusal:
            asked(type_, sort=f"-id,-{name}" if name != "-" else "--id")

        told = name if name != "-" else "-id"
        assert [f"{told} is not a valid sort criteria for {type_}"] == refusal.value.messages

    @pytest.mark.parametrize("type_", [row.type for row in RESOURCES.values() if "L" in row.verbs])
    def test_every_list_is_sorted_by_what_its_row_says(self, commercelayer: CommerceLayer, type_: str) -> None:
        names = sorted(RESOURCES[type_].sortable)

        answer = commercelayer.send("GET", f"/{type_}?sort={','.join(names)}&page[size]=1")

        assert 200 == answer.status


class TestPage:
    @pytest.mark.parametrize(
        ("params", "number", "size"),
        [({}, 1, 10), ({"page__number": "3"}, 3, 10), ({"page__size": "25"}, 1, 25),
         ({"page__size": "1", "page__number": "999999999"}, 999999999, 1)],
    )  # fmt: skip
    def test_a_page_is_10_by_default_and_25_at_most(self, params: dict[str, str], number: int, size: int) -> None:
        page = asked(**params).page

        assert (number, size) == (page.number, page.size)

    @pytest.mark.parametrize("name", ["number", "size"])
    @pytest.mark.parametrize("value", ["0", "-1", "x", "", "1.5", " 1", "٣", "1" * 10])
    def test_what_is_no_number_from_1_on_is_refused(self, name: str, value: str) -> None:
        with pytest.raises(errors.InvalidPageValue) as refusal:
            asked(**{f"page__{name}": value})

        assert [f"{value} is not a valid value for {name} page parameter."] == refusal.value.messages

    def test_more_than_25_are_refused(self) -> None:
        with pytest.raises(errors.InvalidPageValue) as refusal:
            asked(page__size="26")

        assert ["size exceeds maximum page size of 25."] == refusal.value.messages

    @pytest.mark.parametrize("name", ["page", "page[number][x]", "page[number"])
    def test_another_form_is_no_page(self, name: str) -> None:
        with pytest.raises(errors.InvalidPageObject):
            read_query(ORDERS, {name: "1"}, is_list=True)

    @pytest.mark.parametrize("name", ["offset", "limit", "after"])
    def test_other_ways_of_paging_are_not_allowed(self, name: str) -> None:
        with pytest.raises(errors.ParamNotAllowed) as refusal:
            asked(**{f"page__{name}": "1"})

        assert [f"{name} is not allowed."] == refusal.value.messages


@pytest.mark.parametrize("params", [{"sort": "nope"}, {"page__size": "0"}, {"filter__q": "x"}])
def test_one_resource_is_neither_sorted_nor_paged(params: dict[str, str]) -> None:
    query = read_query(ORDERS, named(params), is_list=False)

    assert ([], [], 1) == (list(query.sort), list(query.filters), query.page.number)


@pytest.mark.parametrize("name", ["utm_source", "world", "includes", "Sort", "foo[bar]"])
def test_other_parameters_are_left_alone(name: str) -> None:
    query = read_query(ORDERS, {name: "x"}, is_list=True)

    assert ({}, {}, [], [], Page()) == (query.include, query.fields, query.sort, query.filters, query.page)


@pytest.mark.parametrize(
    "query",
    ["fields[skus]=code&page[number]=2&page[size]=1&sort=-code",
     "fields%5Bskus%5D=code&page%5Bnumber%5D=2&page%5Bsize%5D=1&sort=-code"],
)  # fmt: skip
def test_brackets_come_raw_or_encoded(commercelayer: CommerceLayer, query: str) -> None:
    assert [{"code": "MUGXXXXXFFFFFF000000XXXX"}] == [
        each["attributes"] for each in commercelayer.listed(f"/skus?{query}")
    ]


def test_of_a_parameter_that_comes_twice_the_last_counts(commercelayer: CommerceLayer) -> None:
    commercelayer.create("orders")

    filters = "filter[q][status_eq]=pending&filter[q][status_eq]=draft"
    found = commercelayer.listed(f"/orders?{filters}&fields[orders]=status&fields[orders]=number")

    assert [{"number": "1000001"}] == [each["attributes"] for each in found]

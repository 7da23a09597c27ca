"""filter[q][...]: what each matcher finds. Source: docs.commercelayer.io, filtering data."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.jsonapi import filters
from mock_server.providers.commercelayer.jsonapi.filters import holds
from mock_server.providers.commercelayer.jsonapi.queries import read_query
from mock_server.providers.commercelayer.resources import RESOURCES
from mock_server.providers.commercelayer.state import records
from tests.commercelayer import CommerceLayer

# letter -> what a SKU has
SKUS: dict[str, dict[str, Any]] = {
    "a": {
        "code": "SHIRT", "name": "White shirt", "description": "Cotton", "pieces_per_pack": 1, "weight": 0.5,
        "do_not_ship": False, "reference": "R-1",
        "metadata": {"color": "white", "sizes": ["S", "M"], "maker": {"country": "IT", "since": 1990}},
    },
    "b": {
        "code": "CAP", "name": "Black cap", "description": "", "pieces_per_pack": 6, "weight": 0.15,
        "do_not_ship": True, "reference": "R-2", "metadata": {"color": "black", "sizes": []},
    },
    "c": {
        "code": "MUG_10", "name": "Mug, 100% black", "description": None, "pieces_per_pack": 12, "weight": 10.0,
        "do_not_ship": None, "reference": None, "metadata": {},
    },
}  # fmt: skip


@pytest.fixture
def catalogue(world: World) -> World:
    """The three SKUs of above; a and b are of one category, c of none."""
    category = records.create(world, "shipping_categories", {"name": "Clothes", "code": "TEXTILE"})
    for letter, attributes in SKUS.items():
        to = records.reference(category) if letter != "c" else None
        records.create(world, "skus", attributes, {"shipping_category": to}, id_=letter)
    return world


def found(world: World, name: str, value: str, type_: str = "skus") -> str:
    """The ids that a filter leaves."""
    [condition] = read_query(RESOURCES[type_], {f"filter[q][{name}]": value}, is_list=True).filters
    return "".join(each["id"] for each in records.every(world, type_) if holds(world, each, condition))


EVERYBODY = "abc"
MATCHERS = [
    ("code_eq", "CAP", "b"),
    ("code_eq", "cap", ""),
    ("code_eq", "CA", ""),
    ("pieces_per_pack_eq", "6", "b"),
    ("weight_eq", "0.50", "a"),
    ("do_not_ship_eq", "true", "b"),
    ("do_not_ship_eq", "f", "a"),
    ("id_eq", "c", "c"),
    ("code_not_eq", "CAP", "ac"),
    ("code_not_eq_all", "CAP,SHIRT", "c"),
    ("code_not_eq_any", "CAP,SHIRT", EVERYBODY),
    ("code_eq_any", "CAP,SHIRT", "ab"),
    ("code_eq_all", "CAP,SHIRT", ""),
    ("code_eq_all", "CAP,CAP", "b"),
    ("name_matches", "white shirt", "a"),
    ("name_matches", "%black%", "bc"),
    ("name_matches", "_lack cap", "b"),
    ("name_matches", "black", ""),
    ("code_matches", "MUG.10", ""),
    ("code_matches", r"MUG\_10", "c"),
    ("code_matches", r"C\_P", ""),
    ("name_matches", r"mug, 100\% black", "c"),
    ("name_matches", r"mug, 10\% black", ""),
    ("name_matches", r"%100\%%", "c"),
    ("name_matches_any", "white%,mug%", "ac"),
    ("name_matches_all", "%black%,mug%", "c"),
    ("name_does_not_match", "%black%", "a"),
    ("name_does_not_match_any", "%black%,mug%", "ab"),
    ("name_does_not_match_all", "%cap,mug%", "a"),
    ("pieces_per_pack_lt", "6", "a"),
    ("pieces_per_pack_lt_any", "2,7", "ab"),
    ("pieces_per_pack_lt_all", "2,7", "a"),
    ("pieces_per_pack_lteq", "6", "ab"),
    ("pieces_per_pack_lteq_any", "1,6", "ab"),
    ("pieces_per_pack_lteq_all", "1,6", "a"),
    ("pieces_per_pack_gt", "6", "c"),
    ("pieces_per_pack_gt_any", "1,7", "bc"),
    ("pieces_per_pack_gt_all", "1,7", "c"),
    ("pieces_per_pack_gteq", "6", "bc"),
    ("pieces_per_pack_gteq_any", "6,12", "bc"),
    ("pieces_per_pack_gteq_all", "6,12", "c"),
    ("weight_gt", "9", "c"),
    ("weight_lt", "0.2", "b"),
    ("code_gt", "D", "ac"),
    ("name_start", "white", "a"),
    ("name_start_any", "white,black", "ab"),
    ("name_start_all", "black,bl", "b"),
    ("name_not_start", "white", "bc"),
    ("name_not_start_any", "white,black", EVERYBODY),
    ("name_not_start_all", "white,black", "c"),
    ("name_end", "SHIRT", "a"),
    ("name_end_any", "shirt,cap", "ab"),
    ("name_end_all", "black,k", "c"),
    ("name_not_end", "shirt", "bc"),
    ("name_not_end_all", "shirt,cap", "c"),
    ("name_cont", "BLACK", "bc"),
    ("name_cont", "0%", "c"),
    ("name_cont_any", "shirt,cap", "ab"),
    ("name_cont_all", "black,mug", "c"),
    ("name_not_cont", "black", "a"),
    ("name_not_cont_any", "black,mug", "ab"),
    ("name_not_cont_all", "shirt,cap", "c"),
    ("description_present", "true", "a"),
    ("description_blank", "true", "bc"),
    ("description_null", "true", "c"),
    ("description_not_null", "true", "ab"),
    ("metadata_present", "true", "ab"),
    ("code_in", "CAP,SHIRT", "ab"),
    ("pieces_per_pack_in", "1,12", "ac"),
    ("code_not_in", "CAP,SHIRT", "c"),
    ("reference_not_in_or_null", "R-1,R-3", "bc"),
    ("do_not_ship_true", "true", "b"),
    ("do_not_ship_false", "true", "a"),
]
UPSIDE_DOWN = [
    ("description_present", "false", "bc"),
    ("description_blank", "false", "a"),
    ("description_null", "false", "ab"),
    ("description_not_null", "false", "c"),
    ("description_present", "0", "bc"),
]
# of what is not there SQL says neither yes nor no
OF_NOTHING = [
    ("reference_eq", "R-1", "a"),
    ("reference_not_eq", "R-1", "b"),
    ("reference_not_eq_all", "R-1,R-3", "b"),
    ("reference_not_in", "R-1,R-3", "b"),
    ("reference_not_cont", "1", "b"),
    ("reference_not_start", "X", "ab"),
    ("reference_not_end", "1", "b"),
    ("reference_does_not_match", "%1", "b"),
    ("reference_lt", "Z", "ab"),
    ("reference_cont", "R", "ab"),
]
IN_JSON = [
    ({"color": "white"}, "a"),
    ({"color": "white", "maker": {"country": "IT"}}, "a"),
    ({"color": "white", "maker": {"country": "FR"}}, ""),
    ({"sizes": ["M"]}, "a"),
    ({"sizes": ["M", "L"]}, ""),
    ({"sizes": []}, "ab"),
    ({"maker": {"since": 1990}}, "a"),
    ({"maker": {"since": "1990"}}, ""),
    ({}, EVERYBODY),
]


@pytest.mark.parametrize(("name", "value", "expected"), MATCHERS)
def test_a_matcher_finds_what_it_says(catalogue: World, name: str, value: str, expected: str) -> None:
    assert expected == found(catalogue, name, value)


@pytest.mark.parametrize(("name", "value", "expected"), UPSIDE_DOWN)
def test_false_turns_a_question_upside_down(catalogue: World, name: str, value: str, expected: str) -> None:
    assert expected == found(catalogue, name, value)


@pytest.mark.parametrize(("name", "value", "expected"), OF_NOTHING)
def test_nothing_is_not_compared(catalogue: World, name: str, value: str, expected: str) -> None:
    assert expected == found(catalogue, name, value)


@pytest.mark.parametrize(("part", "expected"), IN_JSON)
def test_jcont_finds_what_holds_all_of_a_part(catalogue: World, part: Any, expected: str) -> None:
    assert expected == found(catalogue, "metadata_jcont", json.dumps(part))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("code_or_name_cont", "cap", "b"), ("code_or_name_or_reference_cont", "r", EVERYBODY[:2]),
     ("description_or_reference_eq", "R-2", "b"), ("code_or_name_start_any", "CAP,white", "ab"),
     ("description_or_reference_present", "true", "ab")],
)  # fmt: skip
def test_one_of_several_attributes_will_do(catalogue: World, name: str, value: str, expected: str) -> None:
    assert expected == found(catalogue, name, value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("shipping_category_name_start", "clo", "ab"), ("shipping_category_id_null", "true", "c"),
     ("shipping_category_name_eq", "Shoes", ""), ("shipping_category_code_or_code_eq", "MUG_10", "c"),
     ("shipping_category_reference_null", "true", EVERYBODY)],
)  # fmt: skip
def test_attributes_may_be_those_behind_a_relationship(
    catalogue: World, name: str, value: str, expected: str
) -> None:
    assert expected == found(catalogue, name, value)


def test_behind_many_one_that_holds_will_do(catalogue: World) -> None:
    category = next(records.every(catalogue, "shipping_categories"))["id"]

    assert category == found(catalogue, "skus_code_eq", "CAP", "shipping_categories")
    assert "" == found(catalogue, "skus_code_eq", "MUG_10", "shipping_categories")
    assert category == found(catalogue, "skus_shipping_category_skus_name_cont", "shirt", "shipping_categories")


def test_computed_amounts_are_found_too(catalogue: World) -> None:
    records.create(catalogue, "prices", {"currency_code": "EUR", "amount_cents": 1999}, id_="p")

    assert "p" == found(catalogue, "amount_float_gt", "19.98", "prices")
    assert "p" == found(catalogue, "formatted_amount_eq", "€19,99", "prices")
    assert "" == found(catalogue, "amount_cents_lt", "1999", "prices")


@pytest.mark.parametrize(
    "name",
    ["nope_eq", "code", "code_nope", "code_eq_any_thing", "code_or_nope_eq", "shipping_category_eq", "_eq", "eq", "",
     "shipping_category_nope_eq", "attachments_name_eq", "nope_name_eq", "code__eq"],
)  # fmt: skip
def test_an_unknown_filter_is_refused(name: str) -> None:
    with pytest.raises(errors.FilterNotAllowed) as refusal:
        read_query(RESOURCES["skus"], {f"filter[q][{name}]": "x"}, is_list=True)

    assert [f"{name} is not allowed."] == refusal.value.messages


def test_so_is_one_without_q() -> None:
    with pytest.raises(errors.FilterNotAllowed) as refusal:
        read_query(RESOURCES["skus"], {"filter[code_eq]": "x"}, is_list=True)

    assert ["code_eq is not allowed."] == refusal.value.messages


@pytest.mark.parametrize("name", ["filter", "filter[q]", "filter[q][code_eq][more]", "filter[q][code_eq"])
def test_another_form_is_no_filter(name: str) -> None:
    with pytest.raises(errors.InvalidFiltersSyntax) as refusal:
        read_query(RESOURCES["skus"], {name: "code:x"}, is_list=True)

    assert ["code:x is not a valid syntax for filtering."] == refusal.value.messages


@pytest.mark.parametrize("name", ["created_at_lt", "created_at_eq", "shipping_category_updated_at_gt", "created_at_in"])
@pytest.mark.parametrize("value", ["garbage", "2026-13-01", "", "2026-11-21,garbage"])
def test_times_have_to_be_some(name: str, value: str) -> None:
    with pytest.raises(errors.InvalidFilterValue):
        read_query(RESOURCES["skus"], {f"filter[q][{name}]": value}, is_list=True)


def test_a_pattern_of_many_wildcards_is_quick() -> None:
    """A matcher that tries every way through "%a%a%a..." would not come back, nor let another thread of its process
    look at the time."""
    module = "mock_server.providers.commercelayer.jsonapi.filters"
    asked = "[like('a' * 300, '%a' * 40 + end) for end in ('%b', '%', '_%')]"

    ended = subprocess.run(
        [sys.executable, "-c", f"from {module} import _like as like; print({asked})"],
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip

    assert ("[False, True, True]\n", "") == (ended.stdout, ended.stderr)


def _as_regular_expression(pattern: str) -> str:
    """Another way to say what LIKE means, which is slow at times."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    known = {"%": ".*", "_": "."}
    return "".join(known.get(part) or re.escape(part[-1]) for part in parts)


@given(text=st.text("ab%_\\", max_size=8), pattern=st.text("ab%%_\\", max_size=8))
def test_like_means_what_a_regular_expression_would(text: str, pattern: str) -> None:
    expected = re.fullmatch(_as_regular_expression(pattern), text, re.DOTALL) is not None

    assert expected == filters._like(text, pattern)


@pytest.mark.parametrize("value", ["", "white", "5", '"white"', "null", "{", "[" * 10_000])
def test_jcont_wants_json(value: str) -> None:
    with pytest.raises(errors.InvalidFilterValue):
        read_query(RESOURCES["skus"], {"filter[q][metadata_jcont]": value}, is_list=True)


@pytest.mark.parametrize(("value", "expected"), [("abc", ""), ("", ""), ("1e1", ""), ("-1", "abc")])
def test_a_number_is_compared_with_numbers_only(catalogue: World, value: str, expected: str) -> None:
    assert expected == found(catalogue, "pieces_per_pack_gt", value)


def test_all_filters_have_to_hold(commercelayer: CommerceLayer) -> None:
    path = "/skus?filter[q][name_cont]=white&filter[q][code_start]={}&fields[skus]=code"

    both = [commercelayer.get(path.format(start)) for start in ("CAP", "MUG")]

    assert [["CAPXXXXX000000FFFFFFXXXX"], []] == [
        [each["attributes"]["code"] for each in document["data"]] for document in both
    ]
    assert [1, 0] == [document["meta"]["record_count"] for document in both]


def test_filters_hold_for_what_a_relationship_leads_to(commercelayer: CommerceLayer) -> None:
    found_there = commercelayer.listed("/orders/QWERtyUpBa/line_items?filter[q][item_type_not_eq]=skus")

    assert ["shipments", "payment_methods"] == [each["attributes"]["item_type"] for each in found_there]


@pytest.mark.parametrize("at", ["2027-01-01T00:00:00.000Z", "2027-01-01T00:00:00Z", "2027-01-01T01:00:00%2B01:00"])
@pytest.mark.parametrize(
    ("name", "expected"),
    [("created_at_gteq", 3), ("created_at_lt", 0), ("created_at_gt", 0), ("created_at_lteq", 3), ("created_at_eq", 3)],
)
def test_times_are_compared_as_times(commercelayer: CommerceLayer, name: str, expected: int, at: str) -> None:
    commercelayer.control("POST", "/clock", {"freeze": "2027-01-01T00:00:00Z"})  # before the shop is furnished

    document = commercelayer.get(f"/skus?filter[q][{name}]={at}")

    assert expected == document["meta"]["record_count"]


@pytest.mark.parametrize(("day", "expected"), [("2026-12-31", 3), ("2027-01-01", 0), ("2027-01-02", 0)])
def test_a_day_begins_at_midnight(commercelayer: CommerceLayer, day: str, expected: int) -> None:
    commercelayer.control("POST", "/clock", {"freeze": "2027-01-01T00:00:00Z"})

    assert expected == commercelayer.get(f"/skus?filter[q][updated_at_gt]={day}")["meta"]["record_count"]

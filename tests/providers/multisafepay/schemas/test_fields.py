from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from mock_server.core.errors import Fault
from mock_server.providers.multisafepay import errors
from mock_server.providers.multisafepay.schemas.fields import (
    Anything,
    Flag,
    Many,
    MultiSafepaySchema,
    Number,
    Part,
    Scalar,
    Text,
    Whole,
    load,
)


class LeafSchema(MultiSafepaySchema):
    colour = Text(6, least=2, pattern="(?i)red|green|purple", upper=True)
    price = Number(least=-5, most=5, error=errors.IncorrectItemPrice)
    size = Whole(least=1, most=9, missing=errors.MissingData)


class TreeSchema(MultiSafepaySchema):
    name = Text(8, error=errors.InvalidVariable)
    title = Text(4, least=2)
    height = Whole(most=100, error=errors.InvalidAmount)
    width = Number(error=errors.IncorrectTaxRate)
    evergreen = Flag()
    note = Anything()
    mark = Scalar()
    leaf = Part(LeafSchema)
    leaves = Many(Part(LeafSchema, missing=errors.NoRefundInformation), least=0, most=2)


def read(**body: Any) -> dict[str, Any]:
    return load(TreeSchema, body)


def refusal_of(**body: Any) -> errors.Refused:
    with pytest.raises(errors.Refused) as caught:
        load(TreeSchema, body)
    return caught.value


def fault_of(**body: Any) -> Fault:
    (fault,) = refusal_of(**body).faults
    return fault


class TestText:
    @pytest.mark.parametrize(("value", "text"), [("oak", "oak"), (26, "26"), (1.5, "1.5"), ("x" * 8, "x" * 8)])
    def test_numbers_are_taken_as_text(self, value: Any, text: str) -> None:
        assert {"name": text} == read(name=value)

    @pytest.mark.parametrize("value", [True, False, ["oak"], {"of": "oak"}])
    def test_what_is_no_text_is_refused(self, value: Any) -> None:
        assert Fault("name", f"name is {value!r}, expected text") == fault_of(name=value)

    def test_one_character_too_many_is_refused(self) -> None:
        assert "name is 'xxxxxxxxx', 9 characters, expected 0 to 8" == fault_of(name="x" * 9).text

    def test_one_character_too_few_is_refused(self) -> None:
        assert {"title": "éé"} == read(title="éé")
        assert "title is 'é', 1 characters, expected 2 to 4" == fault_of(title="é").text

    @pytest.mark.parametrize(
        ("field", "text"), [*product(["name", "mark"], ["oak\0", "\ud83d"]), ("note", "\udc00oak")]
    )
    def test_what_cannot_be_written_is_refused(self, field: str, text: str) -> None:
        assert fault_of(**{field: text}).text.endswith("expected letters that can be written as UTF-8")

    def test_a_pattern_holds_for_the_whole_text(self) -> None:
        assert {"size": 1, "colour": "GREEN"} == load(LeafSchema, {"colour": "gReen", "size": 1})
        assert Fault("leaf.colour", "leaf.colour is 'greens', expected (?i)red|green|purple") == fault_of(
            leaf={"colour": "greens", "size": 1}
        )

    @pytest.mark.parametrize(("colour", "text"), [("r", "'r', 1 characters"), ("purples", "'purples', 7 characters")])
    def test_its_length_is_looked_at_first(self, colour: str, text: str) -> None:
        assert f"leaf.colour is {text}, expected 2 to 6" == fault_of(leaf={"colour": colour, "size": 1}).text


class TestWhole:
    @pytest.mark.parametrize(
        ("value", "number"),
        [
            (0, 0), (100, 100), ("26", 26), (" 26 ", 26), ("+7", 7), (100.0, 100), ("100.0", 100), ("100.", 100),
            ("007", 7),
        ],
    )  # fmt: skip
    def test_whole_numbers_come_in_every_form(self, value: Any, number: int) -> None:
        assert {"height": number} == read(height=value)

    @pytest.mark.parametrize(
        "value", [1.5, "1.5", "1,0", "ten", "1e2", "0x10", "1_0", True, False, [1], {}, "9" * 31, "- 1"]
    )
    def test_what_is_no_whole_number_is_refused(self, value: Any) -> None:
        assert "1001" == refusal_of(height=value).code

    @pytest.mark.parametrize("value", [101, "-1", -1.0])
    def test_a_number_beyond_its_bounds_is_refused(self, value: Any) -> None:
        assert Fault("height", f"height is {int(float(value))}, expected 0 to 100") == fault_of(height=value)


class TestNumber:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (90, "90"), (90.0, "90.0"), ("90.00", "90.00"), (" 8.2644628099 ", "8.2644628099"), (-0.5, "-0.5"),
            ("1E+2", "100"), (1e-07, "0.0000001"), (999999999999, "999999999999"), (".5", "0.5"),
        ],
    )  # fmt: skip
    def test_no_digit_is_lost(self, value: Any, text: str) -> None:
        assert {"width": text} == read(width=value)

    @pytest.mark.parametrize("value", ["", None])
    def test_nothing_is_no_number(self, value: Any) -> None:
        assert {} == read(width=value)

    @pytest.mark.parametrize(
        "value",
        [
            "ten", "1,5", "21%", "NaN", "sNaN", "Infinity", "-inf", True, [1], {}, 10**12, "1e999", "1e-31", "1" * 31,
            "1_0",
        ],
    )  # fmt: skip
    def test_what_is_no_number_is_refused(self, value: Any) -> None:
        assert "1028" == refusal_of(width=value).code

    @pytest.mark.parametrize("value", [-5, 5, "5.0"])
    def test_bounds_belong_to_the_range(self, value: Any) -> None:
        assert str(value) == read(leaf={"price": value, "size": 1})["leaf"]["price"]

    @pytest.mark.parametrize("value", [-5.01, "5.01"])
    def test_beyond_them_is_refused(self, value: Any) -> None:
        refusal = refusal_of(leaf={"price": value, "size": 1})

        assert ("1031", "leaf.price") == (refusal.code, refusal.faults[0].path)


class TestFlag:
    @pytest.mark.parametrize(
        ("value", "flag"),
        [
            (True, True), ("true", True), ("True", True), (1, True), ("1", True), ("yes", True),
            (False, False), ("false", False), ("FALSE", False), (0, False), ("0", False), ("no", False),
        ],
    )  # fmt: skip
    def test_booleans_come_as_text_and_numbers(self, value: Any, flag: bool) -> None:
        assert {"evergreen": flag} == read(evergreen=value)

    @pytest.mark.parametrize("value", ["maybe", 2, "2", 1.5, [True], {}])
    def test_anything_else_is_refused(self, value: Any) -> None:
        assert Fault("evergreen", f"evergreen is {value!r}, expected true or false") == fault_of(evergreen=value)


class TestScalar:
    @pytest.mark.parametrize("value", ["21", 21, 0, 0.0, "0"])
    def test_text_and_numbers_stay_what_they_are(self, value: Any) -> None:
        mark = read(mark=value)["mark"]

        assert (value, type(value)) == (mark, type(mark))

    @pytest.mark.parametrize("value", [True, ["21"], {"name": "21"}])
    def test_anything_else_is_refused(self, value: Any) -> None:
        assert Fault("mark", f"mark is {value!r}, expected text or a number") == fault_of(mark=value)


class TestPartsAndLists:
    @pytest.mark.parametrize("empty", [None, "", []])
    def test_an_empty_list_is_an_empty_object_as_php_writes_it(self, empty: Any) -> None:
        assert {} == read(leaf=empty)

    @pytest.mark.parametrize("value", ["oak", 5, [1], True])
    def test_what_is_no_object_is_refused(self, value: Any) -> None:
        refusal = refusal_of(leaf=value)

        assert "1000" == refusal.code
        assert {"leaf"} == {fault.path for fault in refusal.faults}

    @pytest.mark.parametrize("value", ["oak", 5, {"size": 1}])
    def test_what_is_no_list_is_refused(self, value: Any) -> None:
        assert Fault("leaves", "leaves is no list") == fault_of(leaves=value)

    def test_one_thing_too_many_is_refused(self) -> None:
        assert 2 == len(read(leaves=[{"size": 1}] * 2)["leaves"])
        assert Fault("leaves", "leaves has 3 items, expected 0 to 2") == fault_of(leaves=[{"size": 1}] * 3)

    @pytest.mark.parametrize("nothing", [None, "", []])
    def test_an_empty_thing_in_a_list_is_missing(self, nothing: Any) -> None:
        refusal = refusal_of(leaves=[{"size": 1}, nothing])

        assert ("1033", [Fault("leaves[1]", "leaves[1] is missing")]) == (refusal.code, refusal.faults)


class TestLoad:
    @pytest.mark.parametrize("field", list(TreeSchema().fields))
    @pytest.mark.parametrize("nothing", [None, ""])
    def test_null_and_empty_text_count_as_left_out(self, field: str, nothing: Any) -> None:
        assert {} == read(**{field: nothing})

    def test_nothing_is_left_out_of_parts_too(self) -> None:
        assert {"leaf": {"size": 3}} == read(leaf={"size": 3, "colour": None, "price": ""})

    def test_unknown_fields_are_passed_over(self) -> None:
        assert {"leaf": {"size": 3}} == read(surprise=1, leaf={"size": 3, "surprise": {}})

    def test_the_first_bad_field_in_the_schemas_order_gives_the_code(self) -> None:
        refusal = refusal_of(leaf={}, width="x", height="x", name="x" * 9)

        assert "1010" == refusal.code
        assert ["name", "height", "width", "leaf.size"] == [fault.path for fault in refusal.faults]

    def test_a_path_goes_through_lists(self) -> None:
        refusal = refusal_of(leaves=[{"size": 1}, {"size": 1, "price": "dear"}])

        assert ("1031", "leaves[1].price is 'dear', expected a number") == (refusal.code, refusal.faults[0].text)

    def test_a_missing_field_has_a_code_of_its_own(self) -> None:
        assert "1016" == refusal_of(leaf={"colour": "red"}).code
        assert "1000" == refusal_of(leaf={"size": 10}).code

    def test_a_long_value_is_shown_in_part(self) -> None:
        assert "name is '" + "x" * 59 + "..., 1000 characters, expected 0 to 8" == fault_of(name="x" * 1000).text

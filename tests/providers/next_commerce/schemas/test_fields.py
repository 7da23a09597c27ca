"""Fields read what Django REST framework's read, and refuse in its words; the refusal is nested like the body."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas import fields
from mock_server.providers.next_commerce.schemas.fields import FormText, NextSchema, load

REQUIRED, NULL, BLANK = fields.REQUIRED, fields.NULL, fields.BLANK
ODD = [True, [], {}, ["1"], {"a": 1}]


def refusal(field: Any, value: Any) -> Any:
    """What is said of a value that is not good."""
    with pytest.raises(ValidationError) as refused:
        field.deserialize(value)
    (text,) = refused.value.messages
    return text


class ItemSchema(NextSchema):
    product_id = fields.Whole(required=True)
    price = fields.Money(least=0)


class CustomerSchema(NextSchema):
    email = fields.Email(required=True)


class CartSchema(NextSchema):
    items = fields.Many(fields.Part(ItemSchema), empty=False, required=True)
    customer = fields.Part(CustomerSchema)
    tags = fields.Many(fields.Text(10))


def told(body: Any, **how: Any) -> Any:
    """The refusal of a cart."""
    with pytest.raises(InvalidFields) as refused:
        load(CartSchema, body, **how)
    return refused.value.fields


class TestText:
    @pytest.mark.parametrize(("value", "text"), [(" a b ", "a b"), (12, "12"), (1.5, "1.5"), ("ß🚲", "ß🚲")])
    def test_texts_and_numbers_are_stripped_texts(self, value: Any, text: str) -> None:
        assert text == fields.Text().deserialize(value)

    @pytest.mark.parametrize("value", ODD)
    def test_anything_else_is_none(self, value: Any) -> None:
        assert "Not a valid string." == refusal(fields.Text(), value)

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, NULL), ("", BLANK), ("  ", BLANK), ("x" * 6, "Ensure this field has no more than 5 characters."),
            ("a\x00b", "Null characters are not allowed."),
            ("a\ud83d", "Surrogate characters are not allowed: U+D83D."),
        ],
    )  # fmt: skip
    def test_what_cannot_be_kept_is_refused(self, value: Any, text: str) -> None:
        assert text == refusal(fields.Text(5), value)

    def test_blank_and_null_are_good_where_they_may_be(self) -> None:
        field = fields.Text(blank=True, allow_none=True)

        assert ("", None) == (field.deserialize(" "), field.deserialize(None))

    def test_its_length_is_that_of_what_is_kept(self) -> None:
        assert "abcde" == fields.Text(5).deserialize("  abcde  ")


class TestChoice:
    def test_one_of_the_words_is_good(self) -> None:
        assert "a" == fields.Choice(("a", "b")).deserialize("a")

    @pytest.mark.parametrize(
        ("value", "shown"), [("c", "c"), ("A", "A"), ("", ""), (1, "1"), (True, "True"), ([], "[]")]
    )
    def test_any_other_is_named(self, value: Any, shown: str) -> None:
        assert f'"{shown}" is not a valid choice.' == refusal(fields.Choice(("a", "b")), value)

    def test_numbers_may_stand_for_words(self) -> None:
        assert "1" == fields.Choice(("1",)).deserialize(1)

    def test_none_is_good_where_it_may_be(self) -> None:
        assert "" == fields.Choice(("a",), blank=True).deserialize("")


class TestAddresses:
    @pytest.mark.parametrize("value", ["ada@example.com", "a.b+c@x-y.co.uk", "root@localhost"])
    def test_emails(self, value: str) -> None:
        assert value == fields.Email().deserialize(value)

    @pytest.mark.parametrize("value", ["ada", "ada@", "@x.de", "a b@x.de", "a@x", "a@b@c.de", "a@x..de"])
    def test_no_emails(self, value: str) -> None:
        assert "Enter a valid email address." == refusal(fields.Email(), value)

    @pytest.mark.parametrize(
        "value", ["http://localhost:8080/x", "https://shop.test", "HTTPS://shop.test/a?b=c#d", "http://127.0.0.1:1/"]
    )
    def test_urls(self, value: str) -> None:
        assert value == fields.Url().deserialize(value)

    @pytest.mark.parametrize(
        "value", ["shop.test", "ftp://shop.test", "http://", "http://a b", "http://x:99999/", "http://x:y/", "http://["]
    )
    def test_no_urls(self, value: str) -> None:
        assert "Enter a valid URL." == refusal(fields.Url(), value)


class TestWhole:
    @pytest.mark.parametrize(("value", "number"), [(1, 1), ("2", 2), (" 3 ", 3), ("4.0", 4), (5.0, 5), ("-6", -6)])
    def test_numbers_and_their_texts(self, value: Any, number: int) -> None:
        assert number == fields.Whole().deserialize(value)

    @pytest.mark.parametrize("value", ["", "x", "1.5", 1.5, "٣", "1e3", "0x1", *ODD])
    def test_no_numbers(self, value: Any) -> None:
        assert "A valid integer is required." == refusal(fields.Whole(), value)

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0, "Ensure this value is greater than or equal to 1."),
            (10, "Ensure this value is less than or equal to 9."),
            ("9" * 1001, "String value too large."),
        ],
    )
    def test_bounds(self, value: Any, text: str) -> None:
        assert text == refusal(fields.Whole(least=1, most=9), value)


class TestMoney:
    @pytest.mark.parametrize(
        ("value", "minor"),
        [("12.34", 1234), (33.44, 3344), (1, 100), ("0.1", 10), (".5", 50), ("1e2", 10_000), ("-1.00", -100)],
    )
    def test_decimals_are_minor_units(self, value: Any, minor: int) -> None:
        assert minor == fields.Money().deserialize(value)

    @given(st.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=2))
    def test_no_cent_is_lost(self, amount: Decimal) -> None:
        assert amount * 100 == fields.Money().deserialize(str(amount))

    @pytest.mark.parametrize("value", ["", "x", "1,5", "NaN", "Infinity", "1e9999", "٣", "1_0", *ODD])
    def test_no_decimals(self, value: Any) -> None:
        assert "A valid number is required." == refusal(fields.Money(), value)

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("1.234", "Ensure that there are no more than 2 decimal places."),
            ("12345678901", "Ensure that there are no more than 10 digits before the decimal point."),
            ("1e10", "Ensure that there are no more than 10 digits before the decimal point."),
            ("1234567890123", "Ensure that there are no more than 12 digits in total."),
            ("1e300", "Ensure that there are no more than 12 digits in total."),
            ("-0.01", "Ensure this value is greater than or equal to 0.00."),
            ("1" * 1001, "String value too large."),
        ],
    )
    def test_bounds(self, value: Any, text: str) -> None:
        assert text == refusal(fields.Money(least=0), value)


class TestFlag:
    @pytest.mark.parametrize("value", [True, 1, "1", "true", "True", "on", "YES", "t"])
    def test_what_is_true(self, value: Any) -> None:
        assert fields.Flag().deserialize(value) is True

    @pytest.mark.parametrize("value", [False, 0, "0", "false", "off", "NO", "n"])
    def test_what_is_false(self, value: Any) -> None:
        assert fields.Flag().deserialize(value) is False

    @pytest.mark.parametrize("value", ["", "perhaps", 2, [], {}, [True]])
    def test_what_is_neither(self, value: Any) -> None:
        assert "Must be a valid boolean." == refusal(fields.Flag(), value)


class TestTimes:
    @pytest.mark.parametrize(
        "value",
        [
            "2026-02-28T08:41:37+07:00", "2026-2-28T08:41:37+07:00", "2026-02-28 01:41:37Z",
            "2026-02-28T01:41:37", "2026-02-28T01:41:37.000000+00:00",
        ],
    )  # fmt: skip
    def test_moments_with_an_offset_or_none(self, value: str) -> None:
        assert datetime(2026, 2, 28, 1, 41, 37, tzinfo=UTC) == fields.Moment().deserialize(value)

    @pytest.mark.parametrize("value", ["", "now", "2026-13-01T00:00", "2026-02-30", 5.5, []])
    def test_no_moments(self, value: Any) -> None:
        text = "Datetime has wrong format. Use one of these formats instead: "

        assert text + "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]." == refusal(fields.Moment(), value)

    @pytest.mark.parametrize("value", ["", "tomorrow", "2026-02-30", "2026-02-28T10:00"])
    def test_no_days(self, value: Any) -> None:
        text = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."

        assert text == refusal(fields.Day(), value)


class TestNesting:
    def test_what_is_good_is_loaded_without_what_nobody_knows(self) -> None:
        body = {"items": [{"product_id": "1", "price": "2.50", "x": 1}], "customer": {"email": "a@x.de"}, "y": {}}

        assert {"items": [{"product_id": 1, "price": 250}], "customer": {"email": "a@x.de"}} == load(CartSchema, body)

    def test_each_object_of_a_list_has_its_own(self) -> None:
        items = [{"product_id": 1}, {"price": "x"}, {"product_id": 2}]

        shown = {"product_id": [REQUIRED], "price": ["A valid number is required."]}
        assert {"items": [{}, shown, {}]} == told({"items": items})

    def test_one_that_is_no_object_says_so(self) -> None:
        text = "Invalid data. Expected a dictionary, but got int."

        assert {"items": [{}, {"non_field_errors": [text]}]} == told({"items": [{"product_id": 1}, 7]})

    @pytest.mark.parametrize(("value", "kind"), [("x", "str"), (1, "int"), ({"a": 1}, "dict"), (FormText("x"), "str")])
    def test_what_is_no_list_says_so(self, value: Any, kind: str) -> None:
        text = f'Expected a list of items but got type "{kind}".'

        assert {"items": {"non_field_errors": [text]}} == told({"items": value})

    def test_an_empty_list_may_not_be(self) -> None:
        assert {"items": {"non_field_errors": ["This list may not be empty."]}} == told({"items": []})

    def test_items_of_a_plain_list_are_named_by_their_index(self) -> None:
        long = "Ensure this field has no more than 10 characters."
        body = {"items": [{"product_id": 1}], "tags": ["a", "", "x" * 11]}

        assert {"tags": {"1": [BLANK], "2": [long]}} == told(body)

    def test_one_value_of_a_form_is_a_list_of_one(self) -> None:
        loaded = load(CartSchema, {"items": [{"product_id": FormText("1")}], "tags": FormText("a")})

        assert ["a"] == loaded["tags"]

    def test_one_value_in_json_is_none(self) -> None:
        body = {"items": [{"product_id": 1}], "tags": "a"}

        assert {"tags": ['Expected a list of items but got type "str".']} == told(body)

    def test_a_part_that_is_null_says_so(self) -> None:
        assert {"customer": [NULL]} == told({"items": [{"product_id": 1}], "customer": None})

    def test_a_part_that_is_no_object_says_so(self) -> None:
        text = "Invalid data. Expected a dictionary, but got str."

        assert {"customer": {"non_field_errors": [text]}} == told({"items": [{"product_id": 1}], "customer": "x"})

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            (None, "No data provided"),
            ([], "Invalid data. Expected a dictionary, but got list."),
            ("x", "Invalid data. Expected a dictionary, but got str."),
        ],
    )
    def test_a_body_that_is_no_object_says_so(self, body: Any, text: str) -> None:
        assert {"non_field_errors": [text]} == told(body)

    def test_of_a_partial_body_nothing_is_required(self) -> None:
        assert {"customer": {}} == load(CartSchema, {"customer": {}}, partial=True)

    def test_the_journal_is_told_where(self) -> None:
        with pytest.raises(InvalidFields) as refused:
            load(CartSchema, {"items": [{"product_id": 1}, {}], "customer": {"email": 1}})

        assert ["items[1].product_id", "customer.email"] == [fault.path for fault in refused.value.faults]

    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5))
    def test_whatever_comes_is_read_or_refused(self, value: Any) -> None:
        for name in ("items", "customer", "tags"):
            try:
                load(CartSchema, {"items": [{"product_id": 1}], name: value})
            except InvalidFields as refused:
                assert [name] == list(refused.fields)

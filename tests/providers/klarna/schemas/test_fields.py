from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from mock_server.core.errors import Fault
from mock_server.providers.klarna.schemas.fields import Flag, KlarnaSchema, Many, Part, Text, Whole, load


class LineSchema(KlarnaSchema):
    name = Text(5, least=1, required=True)
    price = Whole(least=-10, most=10)


class CartSchema(KlarnaSchema):
    lines = Many(Part(LineSchema), least=1, most=2, required=True)
    first = Part(LineSchema)
    gift = Flag()
    colour = Text(pattern="#[0-9]{2}")
    size = Text(one_of=("S", "M"))
    channel = Text(one_of=("SHOP", "WEB"), any_case=True)


CART: dict[str, Any] = {"lines": [{"name": "Tea", "price": 3}]}


def faults(**changes: Any) -> list[str]:
    return [fault.text for fault in load(CartSchema(), CART | changes)[1]]


def test_a_sound_body_has_no_faults() -> None:
    assert (CART, []) == load(CartSchema(), CART)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"lines": [{"name": ""}]}, "lines[0].name is '', 0 characters, expected 1 to 5"),
        ({"lines": [{"name": "Coffee"}]}, "lines[0].name is 'Coffee', 6 characters, expected 1 to 5"),
        ({"lines": [{"name": 5}]}, "lines[0].name is 5, expected a string"),
        ({"lines": [{"name": None}]}, "lines[0].name is null"),
        ({"lines": [{}]}, "lines[0].name is missing"),
        ({"lines": [{"name": "Tea", "price": -11}]}, "lines[0].price is -11, expected at least -10"),
        ({"lines": [{"name": "Tea", "price": 11}]}, "lines[0].price is 11, expected at most 10"),
        ({"lines": [{"name": "Tea", "price": 1.5}]}, "lines[0].price is 1.5, expected a whole number"),
        ({"lines": [{"name": "Tea", "price": True}]}, "lines[0].price is True, expected a whole number"),
        ({"lines": [{"name": "Tea", "price": "3"}]}, "lines[0].price is '3', expected a whole number"),
        ({"lines": ["Tea"]}, "lines[0] is no object"),
        ({"lines": []}, "lines has 0 items, expected 1 to 2"),
        ({"lines": CART["lines"] * 3}, "lines has 3 items, expected 1 to 2"),
        ({"lines": "Tea"}, "lines is no list"),
        ({"lines": None}, "lines is null"),
        ({"first": []}, "first is no object"),
        ({"first": {"name": ""}}, "first.name is '', 0 characters, expected 1 to 5"),
        ({"gift": "true"}, "gift is 'true', expected true or false"),
        ({"gift": 1}, "gift is 1, expected true or false"),
        ({"colour": "#123"}, "colour is '#123', expected #[0-9]{2}"),
        ({"colour": "#12\n"}, "colour is '#12\\n', expected #[0-9]{2}"),
        ({"size": "m"}, "size is 'm', expected S, M"),
        ({"channel": "phone"}, "channel is 'phone', expected SHOP, WEB"),
    ],
)
def test_a_refusal_says_what_was_sent_and_what_was_expected(changes: dict[str, Any], text: str) -> None:
    assert [text] == faults(**changes)


def test_a_fault_carries_its_path_in_klarnas_spelling() -> None:
    assert [Fault("lines[1].name", "lines[1].name is missing", 0)] == load(
        CartSchema(), {"lines": [{"name": "Tea"}, {}]}
    )[1]


def test_what_is_sound_can_be_used_although_the_rest_is_not() -> None:
    usable, _ = load(CartSchema(), CART | {"gift": "true", "size": "M"})

    assert CART | {"size": "M"} == usable


def test_null_counts_as_left_out() -> None:
    usable, found = load(CartSchema(), CART | {"gift": None, "first": None, "colour": None})

    assert (CART, []) == (usable, found)


def test_unknown_fields_are_passed_over() -> None:
    assert CART == load(CartSchema(), {**CART, "unknown": 1, "lines": [{"name": "Tea", "price": 3, "more": 2}]})[0]


def test_any_case_is_read_as_upper_case() -> None:
    assert "WEB" == load(CartSchema(), CART | {"channel": "web"})[0]["channel"]


def test_a_long_value_is_shown_in_part() -> None:
    (text,) = faults(colour="#" * 1000)

    assert "colour is '" + "#" * 59 + "..., expected #[0-9]{2}" == text


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63) + 1])
def test_numbers_have_64_bits(number: int) -> None:
    assert number == Whole().deserialize(number)

    with pytest.raises(ValidationError):
        Whole().deserialize(number * 2)


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 1e400])
def test_a_number_without_end_is_no_whole_number(number: float) -> None:
    with pytest.raises(ValidationError, match="expected a whole number"):
        Whole().deserialize(number)

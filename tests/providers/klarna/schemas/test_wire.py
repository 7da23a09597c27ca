from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.providers.klarna.schemas.wire import pretty

CORRELATION_ID = "0f3f1f3a-2b6e-4d5a-9d5e-0c8f3f1f3a0c"


def refusal(message: str) -> dict[str, Any]:
    return {"correlation_id": CORRELATION_ID, "error_code": "BAD_VALUE", "error_messages": [message]}


@pytest.mark.parametrize(
    ("message", "length"),
    [
        ("Bad value: order_amount", 145),
        ("Bad value: description, intended_use", 158),
        ("Bad value: purchase_country, purchase_currency", 168),
        ("Bad value: purchase_country, order_amount, order_lines, purchase_currency", 195),
    ],
)
def test_a_refusal_is_as_long_as_the_recorded_one(message: str, length: int) -> None:
    """Content-Length of playground answers of 2017, 2021 and 2023."""
    assert length == len(pretty(refusal(message)).encode())


def test_a_refusal_is_printed_byte_for_byte_as_recorded() -> None:
    expected = (
        "{\n"
        '  "correlation_id" : "0f3f1f3a-2b6e-4d5a-9d5e-0c8f3f1f3a0c",\n'
        '  "error_code" : "BAD_VALUE",\n'
        '  "error_messages" : [ "Bad value: order_amount" ]\n'
        "}"
    )
    assert expected == pretty(refusal("Bad value: order_amount"))


def test_objects_in_lists_open_and_close_on_one_line() -> None:
    session = {
        "session_id": "s",
        "payment_method_categories": [
            {"identifier": "pay_later", "asset_urls": {"standard": "https://a/b.svg"}},
            {"identifier": "pay_now"},
        ],
    }

    expected = (
        "{\n"
        '  "session_id" : "s",\n'
        '  "payment_method_categories" : [ {\n'
        '    "identifier" : "pay_later",\n'
        '    "asset_urls" : {\n'
        '      "standard" : "https://a/b.svg"\n'
        "    }\n"
        "  }, {\n"
        '    "identifier" : "pay_now"\n'
        "  } ]\n"
        "}"
    )
    assert expected == pretty(session)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, "{ }"),
        ([], "[ ]"),
        ({"a": []}, '{\n  "a" : [ ]\n}'),
        ({"a": {}}, '{\n  "a" : { }\n}'),
        ([1, 2], "[ 1, 2 ]"),
        (["a", "b"], '[ "a", "b" ]'),
        ({"a": None, "b": True, "c": False}, '{\n  "a" : null,\n  "b" : true,\n  "c" : false\n}'),
        ({"a": -2000}, '{\n  "a" : -2000\n}'),
        ("Grüße ☃", '"Grüße ☃"'),
        ('"\\\n', '"\\"\\\\\\n"'),
        ("a/b", '"a/b"'),
    ],
)
def test_every_kind_of_value_is_printed_as_jackson_prints_it(value: Any, expected: str) -> None:
    assert expected == pretty(value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(VALUES)
def test_what_is_printed_is_read_back_as_it_was(value: Any) -> None:
    assert value == json.loads(pretty(value))

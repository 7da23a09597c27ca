from __future__ import annotations

import json

import pytest

from mock_server.core.world import World
from mock_server.providers.multisafepay.schemas.wire import compact, succeeded, write
from mock_server.web.operations import Call, Reply
from tests.multisafepay import MultiSafepay, line_of, order_of


@pytest.fixture
def call(world: World) -> Call:
    made = Call("GET", "/", {}, {}, {}, "127.0.0.1", "http://localhost", lambda: b"")
    made.extra_headers["X-Extra"] = "1"
    return made


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1, "b": [True, None]}, '{"a":1,"b":[true,null]}'),
        ("https://shop.test/a", '"https://shop.test/a"'),
        ("Café ☕ 中文 😀", '"Café ☕ 中文 😀"'),
        ('"\\\n\t', '"\\"\\\\\\n\\t"'),
        (100, "100"),
        (16.8, "16.8"),
        ("100.00", '"100.00"'),
    ],
)
def test_json_is_compact_and_escapes_only_what_it_must(value: object, text: str) -> None:
    assert text == compact(value)


def test_keys_stay_in_their_order() -> None:
    assert '{"status":1,"payment_url":2,"amount":3}' == compact({"status": 1, "payment_url": 2, "amount": 3})


def test_a_success_has_an_envelope_and_what_stands_beside_its_data() -> None:
    assert {"success": True, "data": []} == succeeded([]).body
    assert ["success", "data", "pager"] == list(succeeded([], pager={}).body)


def test_a_body_is_sent_as_utf_8(call: Call) -> None:
    body, headers = write(Reply({"é": "/"}), call)

    assert '{"é":"/"}'.encode() == body
    assert {"Content-Type": "application/json", "X-Extra": "1"} == headers


def test_half_a_surrogate_does_not_stop_an_answer(call: Call) -> None:
    assert b'{"a":"?"}' == write(Reply({"a": "\ud800"}), call)[0]


def test_no_body_has_no_type(call: Call) -> None:
    assert (b"", {"X-Extra": "1", "Location": "/"}) == write(Reply(None, 303, {"Location": "/"}), call)


def test_a_page_stays_as_it_is(call: Call) -> None:
    body, headers = write(Reply(b"<p>", content_type="text/html"), call)

    assert (b"<p>", "text/html") == (body, headers["Content-Type"])


def test_an_order_is_answered_without_blanks_and_escapes(multisafepay: MultiSafepay) -> None:
    line = line_of(100, name="Theepot 'Übersee' 中", product_url="https://shop.test/pot")
    order = order_of(type="direct", shopping_cart={"items": [line]}, items="<p>pot</p>")

    answer = multisafepay.send("POST", "/orders", order)

    assert compact(answer.json) == answer.text
    assert "Übersee" in answer.text and "https://shop.test/pot" in answer.text and "\\/" not in answer.text


def test_numbers_survive_a_client_that_writes_them_again(multisafepay: MultiSafepay) -> None:
    """The official verifier parses a notification and writes it again before it checks the signature."""
    prices = ["13.761467889", "8.2644628099", "0.1", "1.10", "100.00", "1e-7"]
    cart = {"items": [line_of(price) for price in prices]}
    order = order_of(gateway="VISA", type="direct", amount=12333, shopping_cart=cart)

    text = multisafepay.send("POST", "/orders", order).text

    assert text == json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)

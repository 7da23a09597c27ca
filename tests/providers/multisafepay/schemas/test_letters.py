"""Half a surrogate and NUL can be neither written nor addressed: no field of an order takes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema

from mock_server.providers.multisafepay.schemas.fields import Anything, Many, Part, Scalar, Text
from mock_server.providers.multisafepay.schemas.orders import OrderSchema
from tests.multisafepay import MultiSafepay, order_of
from tests.providers.multisafepay.website import refused

LETTERS = ["\0", "ab\0", "\ud83d", "a\udc00b", "\ud83d" * 2]
Path = tuple[str | int, ...]


def _texts(schema: Schema, path: Path = ()) -> Iterator[Path]:
    """The paths of all fields that take text."""
    for name, field in schema.fields.items():
        here, inner = (*path, name), field
        while isinstance(inner, Many):
            here, inner = (*here, 0), inner.inner
        if isinstance(inner, Part):
            yield from _texts(inner.schema, here)
        elif isinstance(inner, Text | Scalar | Anything):
            yield here


def _with(value: Any, path: Path, text: Any) -> Any:
    """A copy with this text at a path, whatever is missing on the way."""
    if not path:
        return text
    step, *rest = path
    if isinstance(step, int):
        first = value[0] if value else {}
        return [_with(first, tuple(rest), text), *value[1:]]
    return {**value, step: _with(value.get(step, [] if rest[:1] == [0] else {}), tuple(rest), text)}


PATHS = list(_texts(OrderSchema()))


def test_every_text_of_an_order_is_known_here() -> None:
    names = {".".join(map(str, path)) for path in PATHS}

    assert 60 < len(names)
    assert {
        "order_id", "description", "var1", "items", "customer.first_name", "customer.locale", "delivery.city",
        "gateway_info.issuer_id", "shopping_cart.items.0.name", "shopping_cart.items.0.options",
        "shopping_cart.items.0.weight.value", "checkout_options.tax_tables.alternate.0.rules.0.country",
        "payment_options.redirect_url", "custom_info.custom_1",
    } <= names  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_what_cannot_be_written_is_refused_everywhere(path: Path) -> None:
    where = ".".join(map(str, path)).replace(".0", "[0]")

    for text in LETTERS:
        _, paths = refused(_with(order_of(), path, text))
        assert where in paths, repr(text)


@pytest.mark.parametrize("name", ["firstname", "lastname", "phone1"])
def test_phps_spelling_hides_nothing(name: str) -> None:
    own = {"firstname": "first_name", "lastname": "last_name", "phone1": "phone"}[name]
    customer = {key: value for key, value in order_of()["customer"].items() if key != own}

    assert ("1000", [f"customer.{own}"]) == refused(order_of(customer={**customer, name: "Jo\0"}))


@pytest.mark.parametrize("options", [{"\0": 1}, [{"a": ["\ud800"]}], [["\0"]]])
def test_nothing_is_hidden_in_options(options: Any) -> None:
    order = _with(order_of(), ("shopping_cart", "items", 0, "options"), options)

    assert ("1000", ["shopping_cart.items[0].options"]) == refused(order)


def test_whole_letters_of_all_scripts_are_taken(multisafepay: MultiSafepay) -> None:
    multisafepay.create(var1="Zoë 茶 😀\u2028\t", customer={"first_name": "Jo😀", "country": "NL"})

    order = multisafepay.read()

    assert ["Zoë 茶 😀\u2028\t", "Jo😀"] == [order["var1"], order["customer"]["first_name"]]

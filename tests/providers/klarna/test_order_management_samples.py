"""The sample calls of Order Management under ``fixtures/klarna``: each is made, its answer has the sample's shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mock_server.providers.klarna.routes import OPERATIONS
from tests.samples import Client, assert_alike, assert_in_form, form_of, prepare, read_samples

from .conftest import klarna_with
from .orders import Orders

SAMPLES = read_samples("klarna", "order_management.*")
# keys whose values are not facts, just of some form
OWN = {"order_id", "capture_id", "refund_id", "klarna_reference", "correlation_id"}
FORMS = {
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "reference of an order": re.compile(r"[0-9A-Z]{8}"),
    "reference of a capture": re.compile(r"[0-9A-Z]{8}-1"),
}
RECORDED = {
    "acknowledge_order", "add_capture_shipping_info", "cancel_order", "create_capture", "create_refund",
    "extend_authorization_time", "read_order", "read_refund", "release_remaining_authorization",
}  # fmt: skip


def shape(value: Any, key: str = "") -> Any:
    """Keys in their order, values as they are, but ids by their form."""
    if isinstance(value, dict):
        return [(name, shape(item, name)) for name, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    return form_of(value, FORMS) if key in OWN else value


class Merchant(Client):
    """Of a shop with orders, at noon."""

    def __init__(self) -> None:
        self.klarna = klarna_with()
        super().__init__(self.klarna.http)

    def headers(self, asked: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": self.klarna.authorization}

    def keep(self, answer: TestResponse, path: str) -> None:
        for header, name in (("Capture-Id", "capture_id"), ("Refund-Id", "refund_id")):
            if header in answer.headers:
                self.ids[name] = answer.headers[header]

    def order(self) -> None:
        kettle, delivery = SAMPLES["order_management.read_order"]["response"]["body"]["order_lines"]
        self.ids["order_id"] = Orders(self.klarna).place(
            customer={"date_of_birth": "1978-12-31"},
            order_lines=[
                {name: value for name, value in line.items() if value not in ("", 0)} for line in (kettle, delivery)
            ],
        )


PREPARED: dict[str, Callable[[Merchant], None]] = {"an order": Merchant.order}


def answered(name: str) -> TestResponse:
    merchant = Merchant()
    prepare(merchant, SAMPLES[name]["given"], SAMPLES, PREPARED)
    return merchant.perform(SAMPLES[name]["request"])


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_answered_in_its_shape(name: str) -> None:
    assert_alike(SAMPLES[name], answered(name), shape)


@pytest.mark.parametrize("name", [name for name in SAMPLES if "headers" in SAMPLES[name]["response"]])
def test_a_created_things_id_is_told_in_headers(name: str) -> None:
    answer = answered(name)

    (_, location), (header, sample_id) = SAMPLES[name]["response"]["headers"].items()
    order_id = answer.request.path.split("/")[-2]
    own_id = answer.headers[header]
    assert FORMS["uuid"].fullmatch(own_id)
    assert location.replace("{order_id}", order_id).replace(sample_id, own_id) == answer.headers["Location"]
    assert (b"", "0") == (answer.data, answer.headers["Content-Length"])


def test_every_operation_has_a_sample() -> None:
    names = {operation.name for operation in OPERATIONS if ".order_management." in operation.name}

    assert 19 == len(names)
    assert names == {sample["operation"] for sample in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_named_after_its_operation_and_says_where_it_is_from(name: str) -> None:
    operation = name.partition("-")[0]

    assert_in_form(SAMPLES[name], f"klarna.{operation}", {*PREPARED, *SAMPLES})
    is_recorded = operation.removeprefix("order_management.") in RECORDED
    assert is_recorded == ("recorded 2021-09-17" in SAMPLES[name]["source"])


def test_another_value_or_order_of_keys_is_a_difference_of_shape() -> None:
    body = SAMPLES["order_management.read_order"]["response"]["body"]

    assert shape(body) != shape({**body, "order_amount": 1})
    assert shape(body) != shape(dict(reversed(body.items())))
    assert shape(body) != shape({**body, "order_id": "5"})

"""The sample calls of Checkout under ``fixtures/klarna``: each request is made, its answer has the sample's shape."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mock_server.app import create_app
from mock_server.providers.klarna.routes.checkout import CHECKOUT_CONTROLS, CHECKOUT_OPERATIONS
from mock_server.settings import Settings
from tests.samples import Client, assert_alike, assert_in_form, form_of, prepare, read_samples

from .conftest import basic

SAMPLES = read_samples("klarna", "checkout.*")
# keys whose values are texts of this server, or drawn
FREE = {"order_id", "html_snippet", "started_at", "last_modified_at", "redirect_url"}
FORMS = {
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "snippet": re.compile(r'<div id="klarna-checkout-container".*</div>', re.DOTALL),
    "confirmation": re.compile(r"https://shop\.test/thanks\?kco=[0-9a-f-]{36}"),
}


def shape(value: Any, key: str = "") -> Any:
    """Keys in their order, and every value but the free ones, of which the form."""
    if isinstance(value, dict):
        return [(name, shape(item, name)) for name, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    return form_of(value, FORMS) if key in FREE else value


class Merchant(Client):
    def __init__(self) -> None:
        super().__init__(create_app(Settings()).test_client())

    def headers(self, asked: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": basic()}

    def keep(self, answer: TestResponse, path: str) -> None:
        if answer.is_json:
            self.ids["order_id"] = answer.get_json()["order_id"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_answered_in_its_shape(name: str) -> None:
    merchant, sample = Merchant(), SAMPLES[name]
    prepare(merchant, sample.get("given", ()), SAMPLES, {})

    answer = merchant.perform(sample["request"])

    assert_alike(sample, answer, shape)


def test_every_operation_has_a_sample() -> None:
    names = {operation.name for operation in (*CHECKOUT_OPERATIONS, *CHECKOUT_CONTROLS)}

    assert names == {sample["operation"] for sample in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_named_after_its_operation_and_says_where_it_is_from(name: str) -> None:
    assert_in_form(SAMPLES[name], f"klarna.{name}", SAMPLES)


def test_another_order_of_keys_is_a_difference_of_shape() -> None:
    body = SAMPLES["checkout.create_order"]["response"]["body"]

    assert shape(body) != shape(dict(reversed(body.items())))
    assert shape(body) != shape(body | {"status": "CHECKOUT_INCOMPLETE"})
    assert shape(body) != shape(body | {"started_at": "2026-11-20T12:00:00.000Z"})

"""The sample calls under ``fixtures/klarna``: each request is made, its answer has the sample's shape."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from mock_server.providers.klarna.routes import CONTROLS, OPERATIONS
from tests.samples import assert_alike, assert_in_form, form_of, read_samples

from .conftest import Klarna

SAMPLES = read_samples("klarna", "payments.*")
PURCHASE: dict[str, Any] = SAMPLES["payments.create_session"]["request"]["body"]
# keys whose values are facts, not just of some type
FIXED = {
    "approved", "show_form", "fraud_status", "type", "descriptive", "standard", "status", "intent", "acquiring_channel",
    "purchase_country", "purchase_currency", "locale", "order_amount", "order_tax_amount", "merchant_reference1",
    "date_of_birth",
}  # fmt: skip
RECORDED = ("create_session", "create_order", "create_customer_token")
FORMS = {
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "jwt": re.compile(r"[\w-]+\.[\w-]+\.[\w-]+"),
    "redirect": re.compile(r"https?://[^/]+/eu/kp/v1/sessions/[^/]+/redirect"),
}


def shape(value: Any, key: str = "") -> Any:
    """Key sets, types, forms of texts, and the values of fixed keys; lists have the set of their items' shapes."""
    if isinstance(value, dict):
        return {name: shape(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(shape(item), sort_keys=True) for item in value})
    if key in FIXED:
        return value
    if isinstance(value, str):
        return form_of(value, FORMS)
    return type(value).__name__


def filled(value: Any, names: dict[str, str]) -> Any:
    """A sample's request with this server's ids in place of ``{session_id}`` and ``{token}``."""
    text = json.dumps(value)
    for name, own in names.items():
        text = text.replace("{" + name + "}", own)
    return json.loads(text)


def prepared(klarna: Klarna, sample: dict[str, Any]) -> dict[str, Any]:
    """The sample's request, after what must have happened before it."""
    request: dict[str, Any] = sample["request"]
    asked = json.dumps(request)
    names = {}
    if "{session_id}" in asked or "{token}" in asked:
        session = klarna.create_session(PURCHASE | request.get("session", {})).get_json()
        names["session_id"] = session["session_id"]
    if "{token}" in asked:
        names["token"] = klarna.authorize(names["session_id"]).get_json()["authorization_token"]
    made: dict[str, Any] = filled(request, names)
    return made


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_answered_in_its_shape(klarna: Klarna, name: str) -> None:
    sample = SAMPLES[name]
    request = prepared(klarna, sample)

    answer = klarna.call(request["method"], request["path"], request.get("body"))

    assert_alike(sample, answer, shape)


@pytest.mark.parametrize("name", [f"payments.{name}" for name in RECORDED])
def test_a_recorded_answers_keys_come_in_the_recorded_order(klarna: Klarna, name: str) -> None:
    sample = SAMPLES[name]
    request = prepared(klarna, sample)

    answer = klarna.call(request["method"], request["path"], request.get("body"))

    assert list(sample["response"]["body"] or []) == list(answer.get_json() if answer.data else [])


def test_every_operation_has_a_sample() -> None:
    names = {operation.name for operation in (*OPERATIONS, *CONTROLS) if ".payments." in operation.name}

    assert names == {sample["operation"] for sample in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_named_after_its_operation_and_says_where_it_is_from(name: str) -> None:
    assert_in_form(SAMPLES[name], f"klarna.{name}")


def test_a_missing_key_is_a_difference_of_shape() -> None:
    body = SAMPLES["payments.create_order"]["response"]["body"]

    assert shape(body) != shape({key: value for key, value in body.items() if key != "fraud_status"})
    assert shape(body) != shape(body | {"fraud_status": "PENDING"})
    assert shape(body) != shape(body | {"order_id": 5})

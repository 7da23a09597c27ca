"""The sample calls of the Hosted Payment Page: each request is made, its answer has the sample's shape."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mock_server.app import create_app
from mock_server.providers.klarna.routes.hosted_payment_page import (
    HOSTED_PAYMENT_PAGE_CONTROLS,
    HOSTED_PAYMENT_PAGE_OPERATIONS,
)
from tests.samples import Client, assert_alike, assert_in_form, form_of, prepare, read_samples

from .conftest import basic

SAMPLES = read_samples("klarna", "hosted_payment_page.*")
KNOWN = SAMPLES | read_samples("klarna", "payments.create_session")
FIXED = {"status", "error_code"}  # keys whose values are facts, not just of some type
_HOST = r"https?://[^/]+"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
FORMS = {
    "uuid": re.compile(_UUID),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "page": re.compile(rf"{_HOST}/eu/hpp/payments/[A-Za-z0-9]{{7}}"),
    "qr code": re.compile(rf"{_HOST}/eu/hpp/payments/{_UUID}/qr"),
    "distributions": re.compile(rf"{_HOST}/eu/hpp/distributions/{_UUID}"),
    "session": re.compile(rf"{_HOST}/hpp/v1/sessions/{_UUID}"),
    "distribution": re.compile(rf"{_HOST}/hpp/v1/sessions/{_UUID}/distribution"),
    "check": re.compile(rf"{_HOST}/hpp/v1/sessions/{_UUID}/manual-id-check"),
    "generation": re.compile(rf"{_HOST}/hpp/v1/sessions/{_UUID}/distribution-module/token"),
    "reference": re.compile(r"[A-Z0-9]{8}"),
    "failure": re.compile(rf"https://shop\.test/failure\?sid={_UUID}"),
}


def shape(value: Any, key: str = "") -> Any:
    """Keys in their order, forms of texts, and the values of fixed keys."""
    if isinstance(value, dict):
        return [(name, shape(item, name)) for name, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    return value if key in FIXED or value is None else form_of(value, FORMS)


class App(Client):
    """Of a shop, and of its shopper's browser."""

    def __init__(self) -> None:
        super().__init__(create_app().test_client())

    def headers(self, asked: dict[str, Any]) -> dict[str, str]:
        return {} if asked["path"].startswith("/eu/") else {"Authorization": basic()}

    def keep(self, answer: TestResponse, path: str) -> None:
        told = answer.get_json() if answer.is_json and answer.data else {}
        if path == "/payments/v1/sessions":
            self.ids["payment_session_id"] = told["session_id"]
        if path == "/hpp/v1/sessions":
            self.ids["session_id"] = told["session_id"]
            self.ids["page_id"] = told["redirect_url"].rpartition("/")[2]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_answered_in_its_shape(name: str) -> None:
    app = App()
    prepare(app, SAMPLES[name]["given"], KNOWN, {})

    answer = app.perform(SAMPLES[name]["request"])

    assert_alike(SAMPLES[name], answer, shape)


def test_every_operation_has_a_sample() -> None:
    names = {operation.name for operation in (*HOSTED_PAYMENT_PAGE_OPERATIONS, *HOSTED_PAYMENT_PAGE_CONTROLS)}

    assert names == {sample["operation"] for sample in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_named_after_its_operation_and_says_where_it_is_from(name: str) -> None:
    assert_in_form(SAMPLES[name], f"klarna.{name.partition('-')[0]}", KNOWN)


@pytest.mark.parametrize(
    "changes", [{"status": "IN_PROGRESS"}, {"session_id": "1"}, {"expires_at": "2026-11-20"}, {"order_id": None}]
)
def test_a_difference_is_one_of_shape(changes: dict[str, Any]) -> None:
    read = SAMPLES["hosted_payment_page.read_session"]["response"]["body"]

    assert shape(read) != shape(read | changes)
    assert shape(read) != shape(dict(reversed(read.items())))

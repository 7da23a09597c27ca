"""The sample calls under ``fixtures/next_commerce``: each request is made, its answer has the sample's shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mock_server.app import create_app
from mock_server.providers.next_commerce.routes import CONTROLS, OPERATIONS
from tests.samples import Client, assert_alike, assert_in_form, form_of, prepare, read_samples

SAMPLES = read_samples("next_commerce")
# keys whose values are facts, not just of some type
FIXED = {
    "status", "payment_status", "fulfillment_status", "type", "currency", "amount", "payment_method", "response_code",
    "total_incl_tax", "total_outstanding", "shipping_code", "sku", "quantity", "is_test", "country", "restock_type",
    "detail", "payment_details", "payment_response_code", "reference_transaction_id", "interval", "interval_count",
    "event_type", "token_type", "expires_in", "scope", "code", "active", "billing_cycle", "request_status", "outcome",
}  # fmt: skip
FORMS = {
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?[+-]\d\d:\d\d"),
    "money": re.compile(r"-?\d+\.\d\d"),
    "number": re.compile(r"\d{6}"),
    "payment page": re.compile(r"http://localhost/(stripe/checkout|checkout/\w+-pay|payments/3ds-auth)/[0-9a-f]{32}/"),
    "order status": re.compile(r"http://localhost/accounts/order-status/\d+/\d+:[\w-]{43}/"),
    "hex": re.compile(r"[0-9a-f]{32}"),
    "url": re.compile(r"https?://\S+"),
}
_OWN_PATHS = ("/_mock", "/stripe", "/accounts", "/checkout", "/payments", "/oauth2")


def shape(value: Any, key: str = "") -> Any:
    """Key lists, types, forms of texts, and the values of fixed keys; lists have the list of their items' shapes."""
    if isinstance(value, dict):
        return [(name, shape(item, name)) for name, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    if key in FIXED:
        return value
    if isinstance(value, str):
        return form_of(value, FORMS)
    return type(value).__name__


class App(Client):
    """Of a store, and of a campaign's page."""

    def __init__(self) -> None:
        super().__init__(create_app().test_client())

    def headers(self, asked: dict[str, Any]) -> dict[str, str]:
        if asked["path"].startswith(_OWN_PATHS):
            return {}
        if asked["path"].startswith("/api/v1"):
            return {"Authorization": "campaign_key"}
        version = {"X-29next-API-Version": asked.get("version", "2024-04-01")}
        return {"Authorization": "Bearer admin_token", **version, **asked.get("headers", {})}

    def keep(self, answer: TestResponse, path: str) -> None:
        told = (answer.get_json() if answer.is_json else {}) or {}
        if not isinstance(told, dict):
            return
        if told.get("payment_complete_url"):
            self.ids["payment_id"] = told["payment_complete_url"].partition("?")[0].rstrip("/").rpartition("/")[2]
        order = told.get("order") if isinstance(told.get("order"), dict) else told
        if isinstance(order, dict) and order.get("transactions") and "number" in order:
            self.ids["line_id"] = str(order["lines"][0]["id"])
            self.ids["transaction_id"] = str(order["transactions"][0]["id"])
        for name in ("number", "ref_id"):
            if isinstance(order, dict) and order.get(name):
                self.ids[name] = str(order[name])
        if isinstance(order, dict) and str(order.get("order_status_url", "")).startswith("http"):
            self.ids["signed"] = order["order_status_url"].rstrip("/").rpartition("/")[2]
        if "id" in told:  # /api/admin/carts/ -> {carts_id}
            self.ids[f"{path.strip('/').split('/')[2]}_id"] = str(told["id"])
        for member, name in (("tracking_codes", "fulfillment_id"), ("happened_at", "event_id")):
            if member in told:
                self.ids[name] = str(told["id"])
        for row in told.get("results", [])[:1]:
            if "id" in row:
                self.ids[f"{path.strip('/').split('/')[2].partition('?')[0]}_id"] = str(row["id"])
        location = answer.headers.get("Location", "")
        if "code=" in location:
            self.ids["oauth_code"] = location.partition("code=")[2].partition("&")[0]


def _upload_file(app: App) -> None:
    """As theme-kit uploads a picture to the theme that was made."""
    path, name = f"/api/admin/themes/{app.ids['themes_id']}/templates/", "assets/logo.svg"
    data = {"name": name, "content": "", "file": (BytesIO(b"<svg/>"), name)}
    assert 200 == app.http.post(path, data=data, headers={"Authorization": "Bearer admin_token"}).status_code


PREPARED: dict[str, Callable[[App], None]] = {"a file is uploaded": _upload_file}


def answered(name: str) -> TestResponse:
    app = App()
    prepare(app, SAMPLES[name]["given"], SAMPLES, PREPARED)
    return app.perform(SAMPLES[name]["request"])


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_answered_in_its_shape(name: str) -> None:
    assert_alike(SAMPLES[name], answered(name), shape)


def test_every_operation_has_a_sample() -> None:
    names = {operation.name for operation in (*OPERATIONS, *CONTROLS)}

    assert names == {sample["operation"] for sample in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_named_after_its_operation_and_says_where_it_is_from(name: str) -> None:
    assert_in_form(SAMPLES[name], f"next_commerce.{name.partition('-')[0]}", {*SAMPLES, *PREPARED})


@pytest.mark.parametrize(
    "changes", [{"payment_status": "pending"}, {"total_tax": "1.1"}, {"lines": [{}]}, {"number": "1"}, {"new": None}]
)
def test_a_difference_is_one_of_shape(changes: dict[str, Any]) -> None:
    order = SAMPLES["orders.read_order"]["response"]["body"]

    assert shape(order) != shape(order | changes)
    assert shape(order) != shape(dict(reversed(order.items())))

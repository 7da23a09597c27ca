"""The sample calls under ``fixtures/multisafepay``: each request is made, its answer has the sample's shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mock_server.providers.multisafepay.routes import CONTROLS, OPERATIONS
from tests.multisafepay import PERSON
from tests.providers.multisafepay.website import app_with
from tests.samples import Client, assert_alike, assert_in_form, form_of, prepare, read_samples

SAMPLES = read_samples("multisafepay")
# keys whose values are facts, not just of some type
FIXED = {
    "success", "status", "financial_status", "type", "currency", "amount", "amount_refunded", "order_id", "order_total",
    "total_tax", "rate", "unit_price", "quantity", "tax_table_selector", "merchant_item_id", "country", "country_name",
    "locale", "fastcheckout", "payment_method", "debit_credit", "net", "description", "code", "id", "items",
    "removed", "updated", "recurring_model", "display", "last4", "bin", "expired", "name_holder", "return_url",
    "created",
}  # fmt: skip
FORMS = {
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"),
    "jwt": re.compile(r"eyJhbGciOiJIUzI1NiJ9\.[\w-]+\.[\w-]{43}"),  # {"alg":"HS256"} and no more
    "session": re.compile(r"8[A-Za-z0-9]{34}"),
    "page": re.compile(r"https?://[^/]+/connect/8[A-Za-z0-9]{34}/\?lang=[a-z]{2}_[A-Z]{2}"),
    "public token": re.compile(r"pub\.v2\.[\w-]+"),
    "transaction list": re.compile(r"http://localhost/v1/json/transactions\?after=\d{16}&limit=2"),
}
CARD = {"card_number": "4111111111111111", "card_holder_name": "S Bakker", "card_expiry_date": "3012"}


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
    if isinstance(value, int) and key.endswith("_id"):
        return f"{len(str(value))} digits"
    return type(value).__name__


class Website(Client):
    """Of a merchant with an API key."""

    def __init__(self) -> None:
        super().__init__(app_with().test_client())

    def headers(self, asked: dict[str, Any]) -> dict[str, str]:
        return {} if asked["path"].startswith(("/_mock", "/connect")) else {"api_key": "k" * 40}

    def keep(self, answer: TestResponse, path: str) -> None:
        told = (answer.get_json() if answer.is_json else {}) or {}
        data = told.get("data", told)
        for name in ("session_id", "transaction_id", "refund_id"):
            if isinstance(data, dict) and data.get(name):
                self.ids[name] = str(data[name])
        if isinstance(data, dict) and data.get("payment_details", {}).get("recurring_id"):
            self.ids["token"] = data["payment_details"]["recurring_id"]

    def card_order(self, order_id: str, **fields: Any) -> None:
        body = {
            "type": "direct", "gateway": "VISA", "order_id": order_id, "currency": "EUR", "amount": 1000,
            "description": f"Order {order_id}", "customer": {**PERSON, "email": "", "reference": "customer-5"},
            "gateway_info": CARD, **fields,
        }  # fmt: skip
        answer = self.perform({"method": "POST", "path": "/v1/json/orders", "body": body})
        assert 200 == answer.status_code, answer.text

    def reserved_refund(self) -> None:
        self.card_order("ON-11")
        body = {"currency": "EUR", "amount": 400}
        self.perform({"method": "POST", "path": "/v1/json/orders/ON-11/refunds", "body": body})


PREPARED: dict[str, Callable[[Website], None]] = {
    "a card order with capture manual": lambda website: website.card_order("ON-20", capture="manual"),
    "a card order with a stored card": lambda website: website.card_order("ON-30", recurring_model="cardOnFile"),
    "a refund that is reserved": Website.reserved_refund,
}


def answered(name: str) -> TestResponse:
    website = Website()
    prepare(website, SAMPLES[name]["given"], SAMPLES, PREPARED)
    return website.perform(SAMPLES[name]["request"])


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_answered_in_its_shape(name: str) -> None:
    assert_alike(SAMPLES[name], answered(name), shape)


def test_the_page_sends_the_browser_back_to_the_shop() -> None:
    answer = answered("shopper.pay")

    assert "https://shop.test/thanks?transactionid=ON-10" == answer.headers["Location"]


@pytest.mark.parametrize(
    ("name", "locale"), [("orders.create_order-klarna_2019", "en_US"), ("orders.create_order-any_method_2019", "nl_NL")]
)
def test_the_orders_of_2019_are_answered_as_then(name: str, locale: str) -> None:
    """Byte for byte but for the page's id: the documents that this face was born from."""
    website = Website()
    website.http = app_with(multisafepay_version="2019").test_client()

    answer = website.perform(SAMPLES[name]["request"])

    told = re.sub(r"/connect/8[A-Za-z0-9]{34}/", "/connect/PAGE/", answer.text)
    url = f"http://localhost/connect/PAGE/?lang={locale}"
    assert f'{{"success":true,"data":{{"order_id":"my-order-id-1","payment_url":"{url}"}}}}' == told


def test_every_operation_has_a_sample() -> None:
    names = {operation.name for operation in (*OPERATIONS, *CONTROLS)}

    assert names == {sample["operation"] for sample in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_named_after_its_operation_and_says_where_it_is_from(name: str) -> None:
    assert_in_form(SAMPLES[name], f"multisafepay.{name.partition('-')[0]}", {*SAMPLES, *PREPARED})


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "shipped"},
        {"order_total": "101.80"},
        {"costs": [{}]},
        {"created": "2026-11-20T12:00:00Z"},
        {"transaction_id": 5119189},
        {"surprise": None},
    ],
)
def test_a_difference_is_one_of_shape(changes: dict[str, Any]) -> None:
    order = SAMPLES["orders.read_order"]["response"]["body"]["data"]

    assert shape(order) != shape(order | changes)
    assert shape(order) != shape(dict(reversed(order.items())))


@pytest.mark.parametrize("name", ["status", "costs", "var1", "transaction_id"])
def test_so_is_a_missing_key(name: str) -> None:
    order = SAMPLES["orders.read_order"]["response"]["body"]["data"]

    assert shape(order) != shape({key: value for key, value in order.items() if key != name})

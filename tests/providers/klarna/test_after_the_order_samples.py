"""The sample calls of Customer Token and Settlements: each request is made, its answer has the sample's shape."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mock_server.ledger import captures, refunds
from mock_server.providers.klarna.routes.customer_token import CUSTOMER_TOKEN_CONTROLS, CUSTOMER_TOKEN_OPERATIONS
from mock_server.providers.klarna.routes.settlements import SETTLEMENTS_OPERATIONS
from tests.samples import Client, assert_alike, assert_in_form, form_of, prepare, read_samples

from .charges import token_of_american
from .conftest import Klarna, klarna_with

SAMPLES = read_samples("klarna", "customer_token.*") | read_samples("klarna", "settlements.*")
# keys whose values are facts, not just of some type
FIXED = {
    "status", "payment_method_type", "fraud_status", "type", "detailed_type", "brand", "currency_code",
    "merchant_settlement_type", "purchase_country", "payout_date", "merchant_id", "amount", "capture_date",
    "error_code", "error_messages", "initial_payment_method_type", "merchant_refund_reference",
    "summary_payout_date_start", "summary_payout_date_end", "summary_settlement_currency", "expiry_date",
}  # fmt: skip
FORMS = {
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "reference": re.compile(r"[A-Z0-9]{8}"),
    "second": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "masked": re.compile(r"\*{10,12}\d{3,4}"),
    "payout": re.compile(r"https?://[^/]+/settlements/v1/payouts/[A-Z0-9]{8}"),
    "transactions": re.compile(r"https?://[^/]+/settlements/v1/transactions\?payment_reference=[A-Z0-9]{8}"),
    "nothing": re.compile(""),
}


def shape(value: Any, key: str = "") -> Any:
    """Key lists, forms of texts, and the values of fixed keys and of numbers: the samples' arithmetic is ours."""
    if key in FIXED or isinstance(value, int):
        return value
    if isinstance(value, dict):
        return [(name, shape(item, name)) for name, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    return form_of(value, FORMS) if isinstance(value, str) else type(value).__name__


class App(Client):
    """Of a merchant in the default world, at noon."""

    def __init__(self) -> None:
        self.klarna: Klarna = klarna_with()
        super().__init__(self.klarna.http)

    def headers(self, asked: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": self.klarna.authorization}

    def keep(self, answer: TestResponse, path: str) -> None:
        """Samples are about what was prepared."""


def _token(app: App) -> None:
    app.ids["token"] = token_of_american(app.klarna)


def _a_day_is_over(app: App) -> None:
    world = app.klarna.world
    for returned in (5000, 0):
        order_id = app.klarna.create_order(app.klarna.token()).get_json()["order_id"]
        captures.capture_order(world, order_id, 25_000)
        if returned:
            refunds.refund_order(world, order_id, returned, reference="RMA-1")
    world.advance(timedelta(days=1))
    listed = app.klarna.call("GET", "/settlements/v1/payouts").get_json()
    app.ids["payment_reference"] = listed["payouts"][0]["payment_reference"]


PREPARED = {"an American's token": _token, "a day of two captures and a refund is over": _a_day_is_over}


def answered(name: str) -> TestResponse:
    app = App()
    prepare(app, SAMPLES[name]["given"], SAMPLES, PREPARED)
    return app.perform(SAMPLES[name]["request"])


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_answered_in_its_shape_and_order(name: str) -> None:
    assert_alike(SAMPLES[name], answered(name), shape)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.endswith("with_transactions_report")])
def test_a_report_is_csv_of_one_payout_and_five_transactions(name: str) -> None:
    rows = list(csv.reader(StringIO(answered(name).text), delimiter=";"))

    assert [19, 19, 0, 18, 18, 18, 18, 18, 18] == [len(row) for row in rows]


def test_every_operation_has_a_sample() -> None:
    operations = (*CUSTOMER_TOKEN_OPERATIONS, *CUSTOMER_TOKEN_CONTROLS, *SETTLEMENTS_OPERATIONS)

    assert {operation.name for operation in operations} == {sample["operation"] for sample in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_named_after_its_operation_and_says_where_it_is_from(name: str) -> None:
    assert_in_form(SAMPLES[name], f"klarna.{name}", PREPARED)


@pytest.mark.parametrize("changes", [{"fraud_status": "PENDING"}, {"order_id": 5}, {"redirect_url": "new"}])
def test_a_difference_is_one_of_shape(changes: dict[str, Any]) -> None:
    order = SAMPLES["customer_token.create_order"]["response"]["body"]

    assert shape(order) != shape(order | changes)
    assert shape(order) != shape(dict(reversed(order.items())))

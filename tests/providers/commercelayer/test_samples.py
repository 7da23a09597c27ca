"""The sample calls under ``fixtures/commercelayer``: each request is made, its answer has the sample's shape."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mock_server.app import create_app
from mock_server.providers.commercelayer.routes.resources import RESOURCE_OPERATIONS
from mock_server.settings import Settings
from tests.commercelayer import JSON_API, SEED_ORDER, CommerceLayer
from tests.klarna import InProcess
from tests.samples import assert_alike, assert_in_form, form_of, prepare, read_samples

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SAMPLES = {name: each for name, each in read_samples("commercelayer").items() if not name.startswith("oauth.")}
# keys whose values are facts, not just of some type; so are all amounts, counts and flags
FIXED = {
    "type", "status", "payment_status", "fulfillment_status", "currency_code", "code", "name", "number", "item_type",
    "payment_source_type", "payment_method_type", "message", "circuit_state", "title", "detail", "pointer", "error",
    "topic", "callback_url", "kind", "slug", "country_code", "identifier", "email", "event", "resource_type", "mode",
    "sku_code", "quantity", "klarna_id", "fraud_status", "full_name", "reference", "reference_origin", "language_code",
    "issuer", "issuer_type", "strategy", "scheme", "customer_email",
}  # fmt: skip
AMOUNT = re.compile(r"\w+_(cents|float|count)|formatted_\w+")
FORMS = {
    "trace": re.compile(r"[0-9a-f]{64}"),
    "secret": re.compile(r"[0-9a-f]{32}"),
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "jwt": re.compile(r"[\w-]+\.[\w-]+\.[\w-]+"),
    "id": re.compile(r"[A-Za-z]{10}"),
}
_ID = re.compile(r"(?<=/)[A-Za-z]{10}(?=[/?]|$)|(?<=page%5Bafter%5D=)[A-Za-z]{10}")
_TYPES = re.compile(r"\{(\w+)\}")


def shape(value: Any, key: str = "") -> Any:
    """Key lists, types, forms of texts, links without their ids, and the values of fixed keys."""
    if isinstance(value, dict):
        return [(name, shape(item, name)) for name, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.startswith(("http://localhost/api/", "/api/")):
        return re.sub(r"(?<=/)(organization|application)/[A-Za-z]{10}", r"\1/ID", _ID.sub("ID", value))
    if key in FIXED or AMOUNT.fullmatch(key):
        return value
    if isinstance(value, str):
        return form_of(value, FORMS)
    return type(value).__name__


class Shop:
    """Makes requests as the samples tell them; ``{skus}`` in a request is the SKU that was made last, or the first."""

    def __init__(self) -> None:
        self.ids = {"orders": SEED_ORDER}
        self.start()

    def start(self, **settings: Any) -> None:
        """On a server of its own, where it is noon until somebody moves the clock."""
        app = create_app(Settings(**settings))
        app.extensions["worlds"].get("test").clock.freeze(NOON)
        self.http = app.test_client()
        self.commercelayer = CommerceLayer(InProcess(self.http), "test")

    def perform(self, request: dict[str, Any]) -> TestResponse:
        """Ids stand in for their types; that of what was made is kept."""
        asked = json.loads(_TYPES.sub(lambda found: self._id(found[1]), json.dumps(request)))
        headers = {"Authorization": f"Bearer {self.commercelayer.token}", "Accept": JSON_API, "Content-Type": JSON_API}
        answer = self.http.open(asked["path"], method=asked["method"], headers=headers, json=asked.get("body"))
        if answer.status_code == 201:
            made = answer.json["data"]  # type: ignore[index]  # there is one
            self.ids[made["type"]] = made["id"]
        return answer

    def _id(self, type_: str) -> str:
        return self.ids.get(type_) or str(self.commercelayer.listed(f"/{type_}?page[size]=1")[0]["id"])

    def fail_later(self) -> None:
        """Placing of an order is put off, and then Klarna declines."""
        order = self.commercelayer.new_order(place_async=True)
        self.commercelayer.pay(order)
        self.commercelayer.add_rule("commercelayer.orders.update", {"outcome": "declined"}, times=1)
        self.commercelayer.pull("_place", order_id=order)
        self.commercelayer.advance("1m")

    def tell_nobody(self) -> None:
        """A webhook whose receiver is not there was called."""
        hook = {"topic": "orders.place", "callback_url": "http://127.0.0.1:1/nobody"}
        self.commercelayer.create("webhooks", hook)
        self.commercelayer.place()
        self.commercelayer.get("/organization")  # without a courier what is due leaves with the next request


PREPARED: dict[str, Callable[[Shop], Any]] = {
    "the schema of 2022": lambda shop: shop.start(commercelayer_schema="2.8.0"),
    "the order is paid": lambda shop: shop.commercelayer.pay(),
    "the order is placed": lambda shop: shop.commercelayer.place(),
    "the order is approved": lambda shop: (shop.commercelayer.place(), shop.commercelayer.pull("_approve")),
    "the order is captured": lambda shop: (
        shop.commercelayer.place(), shop.commercelayer.pull("_approve_and_capture")
    ),
    "the order is refunded": lambda shop: (
        shop.commercelayer.place(), shop.commercelayer.pull("_approve_and_capture"), shop.commercelayer.pull("_refund")
    ),
    "the order is cancelled": lambda shop: (shop.commercelayer.place(), shop.commercelayer.pull("_cancel")),
    "placing failed later": Shop.fail_later,
    "a webhook went to nobody": Shop.tell_nobody,
}  # fmt: skip


def answered(name: str) -> TestResponse:
    shop = Shop()
    prepare(shop, SAMPLES[name]["given"], SAMPLES, PREPARED)
    return shop.perform(SAMPLES[name]["request"])


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_answered_in_its_shape(name: str) -> None:
    assert_alike(SAMPLES[name], answered(name), shape)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_named_after_its_operation_and_says_where_it_is_from(name: str) -> None:
    assert_in_form(SAMPLES[name], f"commercelayer.{name.partition('-')[0]}", {*SAMPLES, *PREPARED})


def test_every_operation_has_a_sample() -> None:
    assert {operation.name for operation in RESOURCE_OPERATIONS} == {each["operation"] for each in SAMPLES.values()}


def test_every_phrase_is_used() -> None:
    assert set(PREPARED) <= {phrase for sample in SAMPLES.values() for phrase in sample["given"]}


# the call that this face was born from, as documents of 2022 have it, blanks included
FIRST_CALL = b"""{
  "data": {
    "type": "klarna_payments",
    "relationships": {
      "order": {
        "data": {
          "type": "orders",
          "id": "QWERtyUpBa"
        }
      }
    }
  }
}"""
OF_2022 = ["session_id", "client_token", "payment_methods", "auth_token"]
SINCE = ["mismatched_amounts", "payment_instrument"]
ALWAYS = ["created_at", "updated_at", "reference", "reference_origin", "metadata"]


@pytest.mark.parametrize(
    ("settings", "attributes", "relationships", "meta"),
    [
        ({"commercelayer_schema": "2.8.0"}, OF_2022 + ALWAYS, ["order", "payment_gateway"], ["mode"]),
        ({}, OF_2022 + SINCE + ALWAYS, ["order", "payment_gateway", "event_stores"],
         ["mode", "organization_id", "trace_id"]),
    ],
)  # fmt: skip
def test_the_first_call_of_all_is_answered_on_a_new_server(
    settings: dict[str, Any], attributes: list[str], relationships: list[str], meta: list[str]
) -> None:
    headers = {"Accept": JSON_API, "Authorization": "Bearer your-access-token", "Content-Type": JSON_API}
    http = create_app(Settings(**settings)).test_client()

    answer = http.post("/api/klarna_payments", data=FIRST_CALL, headers=headers)

    data = json.loads(answer.text)["data"]
    assert (201, JSON_API) == (answer.status_code, answer.headers["Content-Type"])
    assert ["id", "type", "links", "attributes", "relationships", "meta"] == list(data)
    assert [attributes, relationships, meta] == [list(data[each]) for each in ("attributes", "relationships", "meta")]
    here = f"http://localhost/api/klarna_payments/{data['id']}"
    links = {name: {"self": f"{here}/relationships/{name}", "related": f"{here}/{name}"} for name in relationships}
    assert links == {name: each["links"] for name, each in data["relationships"].items()}
    assert ({"self": here}, "test", None) == (data["links"], data["meta"]["mode"], data["attributes"]["auth_token"])


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "placed"}, {"total_amount_cents": 7751}, {"total_amount_float": "77.5"}, {"editable": None},
        {"created_at": "2026-11-21T12:00:00Z"}, {"token": "f" * 31}, {"surprise": None}, {"metadata": None},
    ],
)  # fmt: skip
def test_a_difference_is_one_of_shape(changes: dict[str, Any]) -> None:
    order = SAMPLES["orders.retrieve"]["response"]["body"]["data"]["attributes"]

    assert shape(order) != shape(order | changes)
    assert shape(order) != shape(dict(reversed(order.items())))


@pytest.mark.parametrize("name", ["number", "place_total_amount_cents", "metadata", "placed_at"])
def test_so_is_a_missing_key(name: str) -> None:
    order = SAMPLES["orders.retrieve"]["response"]["body"]["data"]["attributes"]

    assert shape(order) != shape({key: value for key, value in order.items() if key != name})

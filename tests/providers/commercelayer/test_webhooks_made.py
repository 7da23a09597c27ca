"""Which webhooks of Commerce Layer can be made; none of them ever fails the act that it is told of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_server.core.world import World
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.webhooks import emit
from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of
from tests.receiver import Receiver

FAR = "http://shop.example/hook"


@pytest.mark.parametrize(
    "url",
    [
        "http://", "http://[", "http://a b/", "http://127.0.0.1:99999/", "http://x\n/", "x", "", "//shop.example/",
        "javascript:alert(1)", "http://127.0.0.1:port/", "https://", 5, "http://:80/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_url_that_nobody_can_call_is_refused(commercelayer: CommerceLayer, method: str, url: Any) -> None:
    id_ = commercelayer.listen(FAR, "orders.place")["id"] if method == "PATCH" else ""
    told = {"topic": "orders.place", "callback_url": url} if method == "POST" else {"callback_url": url}
    path = f"/webhooks/{id_}".rstrip("/")

    refused = commercelayer.refusal(method, path, document_of("webhooks", told, id_=id_))

    assert 1 == len(refused)
    assert refused[0].startswith("422 VALIDATION_ERROR callback_url - ")
    kept = [each["attributes"]["callback_url"] for each in commercelayer.listed("/webhooks")]
    assert [FAR] * (method == "PATCH") == kept


@pytest.mark.parametrize("topic", ["orders.foo", "x.y", "klarna_payments.create", "orders", "orders.", ".place", ""])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_topic_that_is_never_told_is_refused(commercelayer: CommerceLayer, method: str, topic: str) -> None:
    id_ = commercelayer.listen(FAR, "orders.place")["id"] if method == "PATCH" else ""
    told = {"topic": topic} | ({"callback_url": FAR} if method == "POST" else {})
    path = f"/webhooks/{id_}".rstrip("/")

    refused = commercelayer.refusal(method, path, document_of("webhooks", told, id_=id_))

    assert 1 == len(refused)
    assert refused[0].startswith("422 VALIDATION_ERROR topic - ")


@pytest.mark.parametrize("include", ["nonsense", "customer.nonsense", "customer." * 3 + "x", "line_items.sku.nonsense"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_cannot_be_included_is_refused(commercelayer: CommerceLayer, method: str, include: str) -> None:
    id_ = commercelayer.listen(FAR, "orders.approve")["id"] if method == "PATCH" else ""
    told: dict[str, Any] = {"include_resources": ["customer", include]}
    told |= {"topic": "orders.approve", "callback_url": FAR} if method == "POST" else {}
    path = f"/webhooks/{id_}".rstrip("/")

    refused = commercelayer.refusal(method, path, document_of("webhooks", told, id_=id_))

    assert ["422 VALIDATION_ERROR include_resources - is invalid"] == refused


def test_what_became_impossible_to_include_is_left_out(world: World) -> None:
    """A webhook of another version of this server, say."""
    told = {
        "topic": "orders.approve", "callback_url": FAR, "include_resources": ["customer.nonsense", "no", "market"],
        "shared_secret": "s", "circuit_state": "closed", "circuit_failure_count": 0,
    }  # fmt: skip
    records.create(world, "webhooks", told)
    market = records.create(world, "markets", {"name": "M"})
    order = records.create(world, "orders", {"number": "1", "status": "placed"}, {"market": records.reference(market)})

    emit(world, "orders.approve", order)

    (message,) = world.outbox.newest()
    found = json.loads(message["body"])
    assert [market["id"]] == [each["id"] for each in found["included"]]


def test_an_open_circuit_is_shown_wherever_the_webhook_is(commercelayer: CommerceLayer, receiver: Receiver) -> None:
    hook = commercelayer.listen(receiver.url("/hook"), "orders.create")
    commercelayer.choose_scenario("webhook-circuit-open")
    commercelayer.create("orders")

    shown = [commercelayer.read("webhooks", hook["id"]), commercelayer.only("/webhooks")["attributes"]]
    state = commercelayer.control("GET", f"/state/commercelayer_webhooks/{hook['id']}").json["attributes"]

    seen = [[each["circuit_state"], each["circuit_failure_count"]] for each in (*shown, state)]
    assert [["open", 30]] * 3 == seen


def test_an_order_is_placed_whatever_its_webhooks_are(commercelayer: CommerceLayer) -> None:
    commercelayer.listen(FAR, "orders.place", "orders.approve", include_resources=["customer.orders.customer.orders"])
    commercelayer.place()

    assert "approved" == commercelayer.pull("_approve", order_id=SEED_ORDER)["status"]
    assert ["orders.place", "orders.approve"] == commercelayer.told()

"""Which act tells which topics, in which order; what a webhook says, how it is signed, and who is told nothing."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask

from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.endings import cancel_order
from mock_server.ledger.refunds import refund_order
from mock_server.providers.commercelayer.webhooks import signature
from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of
from tests.klarna import fine

FAR = "https://www.example.com/hook"  # shown in the log, never called
ORDERS = (
    "approve authorize cancel create destroy draft fulfill pay pending place placing refund start_editing"
    " start_fulfilling stop_editing void"
)
SHIPMENTS = "upcoming picking packing ready_to_ship on_hold ship deliver cancel"
TRANSACTIONS = "create succeeded failed"
TOPICS: Mapping[str, str] = {
    "orders": ORDERS, "shipments": SHIPMENTS, "customers": "create", "transactions": "create refused",
    "authorizations": TRANSACTIONS, "captures": TRANSACTIONS, "voids": TRANSACTIONS, "refunds": TRANSACTIONS,
}  # fmt: skip
AUTHORIZED = ["authorizations.create", "authorizations.succeeded", "transactions.create", "orders.authorize"]
PLACED = [*AUTHORIZED, "shipments.upcoming", "orders.place"]
CAPTURED = ["captures.create", "captures.succeeded", "transactions.create"]
FULFILLING = ["shipments.picking", "orders.start_fulfilling"]
PAID = [*CAPTURED, "orders.pay", *FULFILLING]
CANCELLED = ["shipments.cancel", "orders.cancel"]
VOIDED = ["voids.create", "voids.succeeded", "transactions.create", "orders.void"]
REFUNDED = ["refunds.create", "refunds.succeeded", "transactions.create"]
FAILED = ["authorizations.create", "authorizations.failed", "transactions.refused"]

Act = Callable[[CommerceLayer], object]


@pytest.fixture
def shop(commercelayer: CommerceLayer) -> CommerceLayer:
    """With a webhook for every topic that this server tells."""
    for type_, events in TOPICS.items():
        commercelayer.listen(FAR, *(f"{type_}.{event}" for event in events.split()))
    return commercelayer


@pytest.fixture
def world(app: Flask) -> World:
    """The one that the shop lives in."""
    found: World = app.extensions["worlds"].get("test")
    return found


def pulled(*triggers: str) -> Act:
    return lambda shop: [shop.pull(trigger) for trigger in triggers]


def on(type_: str, **attributes: Any) -> Act:
    """The order's first resource of a type is updated so."""

    def act(shop: CommerceLayer) -> None:
        shop.update(type_, shop.listed(f"/orders/{SEED_ORDER}/{type_}")[0]["id"], attributes)

    return act


def then(*acts: Act) -> Act:
    return lambda shop: [act(shop) for act in acts]


def placed_later(shop: CommerceLayer) -> None:
    shop.pay()
    shop.pull("_place", place_async=True)


def asked_to_place(shop: CommerceLayer) -> None:
    shop.send("PATCH", f"/orders/{SEED_ORDER}", document_of("orders", {"_place": True}, id_=SEED_ORDER))


def captured_at_once(shop: CommerceLayer) -> None:
    method = shop.listed("/payment_methods")[0]["id"]
    shop.update("payment_methods", method, {"auto_capture": True})
    shop.pay()


nothing = pulled()
placed: Act = CommerceLayer.place
approved = then(placed, pulled("_approve"))
paid = then(placed, pulled("_approve", "_capture"))
ACTS: dict[str, tuple[Act, Act, list[str]]] = {
    "create an order": (nothing, lambda shop: shop.create("orders"), ["orders.create"]),
    "fill an order for somebody new": (
        nothing, CommerceLayer.new_order, ["customers.create", "orders.create", "orders.pending"],
    ),
    "fill an order for somebody known": (
        CommerceLayer.new_order, CommerceLayer.new_order, ["orders.create", "orders.pending"],
    ),
    "delete an order": (nothing, lambda shop: shop.send("DELETE", f"/orders/{SEED_ORDER}"), ["orders.destroy"]),
    "pay": (nothing, CommerceLayer.pay, []),
    "place": (CommerceLayer.pay, pulled("_place"), PLACED),
    "place again": (placed, pulled("_place"), []),
    "place with auto_capture": (captured_at_once, pulled("_place"), [*PLACED, *CAPTURED, "orders.pay"]),
    "approve what was captured at once": (
        then(captured_at_once, pulled("_place")), pulled("_approve"), ["orders.approve", *FULFILLING],
    ),
    "authorize": (CommerceLayer.pay, pulled("_authorize"), AUTHORIZED),
    "place what is authorized": (
        then(CommerceLayer.pay, pulled("_authorize")), pulled("_place"), ["shipments.upcoming", "orders.place"],
    ),
    "cancel the authorization of a pending order": (
        then(CommerceLayer.pay, pulled("_authorize")), on("authorizations", _cancel=True), VOIDED[:-1],
    ),
    "place later": (nothing, placed_later, ["orders.placing"]),
    "place later, a second later": (placed_later, lambda shop: shop.advance("1s"), PLACED),
    "place without a payment": (nothing, asked_to_place, []),
    "place, and Klarna refuses": (
        CommerceLayer.pay, then(lambda shop: shop.choose_scenario("declined-on-place"), asked_to_place), FAILED,
    ),
    "edit": (placed, pulled("_start_editing", "_stop_editing"), ["orders.start_editing", "orders.stop_editing"]),
    "approve": (placed, pulled("_approve"), ["orders.approve"]),
    "approve again": (approved, pulled("_approve"), []),
    "capture": (approved, pulled("_capture"), PAID),
    "capture again": (paid, pulled("_capture"), []),
    "approve and capture": (placed, pulled("_approve_and_capture"), ["orders.approve", *PAID]),
    "capture a part": (
        approved, on("authorizations", _capture=True, _capture_amount_cents=100), CAPTURED,
    ),
    "capture the rest": (
        then(approved, on("authorizations", _capture=True, _capture_amount_cents=100)), pulled("_capture"),
        PAID,
    ),
    "cancel a pending order": (nothing, pulled("_cancel"), [*CANCELLED]),
    "cancel": (placed, pulled("_cancel"), [*VOIDED, *CANCELLED]),
    "cancel again": (then(placed, pulled("_cancel")), pulled("_cancel"), []),
    "void": (approved, on("authorizations", _void=True), [*VOIDED, *CANCELLED]),
    "cancel what was voided": (then(approved, on("authorizations", _void=True)), pulled("_cancel"), []),
    "refund": (paid, pulled("_refund"), [*REFUNDED, "orders.refund", *CANCELLED]),
    "refund a part": (paid, on("captures", _refund=True, _refund_amount_cents=100), REFUNDED),
    "refund the rest": (
        then(paid, on("captures", _refund=True, _refund_amount_cents=100)), on("captures", _refund=True),
        [*REFUNDED, "orders.refund", *CANCELLED],
    ),
    "pack and ship": (
        paid, then(*(on("shipments", **{f"_{step}": True}) for step in ("packing", "ready_to_ship", "ship"))),
        ["shipments.packing", "shipments.ready_to_ship", "shipments.ship", "orders.fulfill"],
    ),
    "deliver": (then(paid, on("shipments", _ship=True)), on("shipments", _deliver=True), ["shipments.deliver"]),
    "fulfill by hand": (paid, pulled("_fulfill"), ["orders.fulfill"]),
    "archive": (paid, pulled("_archive", "_unarchive"), []),
    "let the authorization expire": (placed, lambda shop: shop.advance("29d"), VOIDED),
}  # fmt: skip
# what is done at Klarna's side -> what is told here
AT_KLARNA: dict[str, tuple[Act, Callable[[World, str], object], list[str]]] = {
    "captured": (approved, lambda world, number: capture_order(world, number, 7750), PAID),
    "captured in part": (
        approved, lambda world, number: capture_order(world, number, 50), CAPTURED,
    ),
    "refunded in part": (paid, lambda world, number: refund_order(world, number, 50), REFUNDED),
    "refunded": (
        paid, lambda world, number: refund_order(world, number, 7750), [*REFUNDED, "orders.refund", *CANCELLED],
    ),
    "cancelled": (placed, cancel_order, [*VOIDED, *CANCELLED]),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_an_act_tells_its_topics_in_order(shop: CommerceLayer, name: str) -> None:
    before, act, topics = ACTS[name]
    before(shop)
    earlier = len(shop.told())

    act(shop)

    assert topics == shop.told()[earlier:]


@pytest.mark.parametrize("name", AT_KLARNA)
def test_what_happens_at_klarna_is_told_as_if_it_happened_here(
    shop: CommerceLayer, world: World, name: str
) -> None:
    before, act, topics = AT_KLARNA[name]
    before(shop)
    earlier, number = len(shop.told()), shop.ledger_order()["order_id"]

    act(world, number)

    assert topics == shop.told()[earlier:]


def test_each_webhook_of_a_topic_is_told_of_each_record(shop: CommerceLayer) -> None:
    shop.listen("https://www.example.org/second", "orders.approve")
    orders = [SEED_ORDER, shop.new_order()]
    for order in orders:
        shop.place(order)
        shop.pull("_approve", order_id=order)

    told = [(each["about"]["resource"], each["url"]) for each in shop.webhooks(event="commercelayer.orders.approve")]
    urls = (FAR, "https://www.example.org/second")
    assert [(f"orders/{order}", url) for order in orders for url in urls] == told


class TestPayload:
    def test_it_is_the_document_with_path_only_links_and_without_trace_ids(self, commercelayer: CommerceLayer) -> None:
        included = ["customer", "billing_address", "line_items.item", "payment_source"]
        commercelayer.listen(FAR, "orders.place", include_resources=included)
        commercelayer.place()

        (message,) = commercelayer.webhooks()

        read = commercelayer.send("GET", f"/orders/{SEED_ORDER}?include={','.join(included)}")
        expected = json.loads(read.text.replace("http://localhost/", "/"))
        for resource in (expected["data"], *expected["included"]):
            del resource["meta"]["trace_id"]
        assert expected == json.loads(message["body"])
        assert "http:" not in message["body"]

    def test_without_include_resources_nothing_is_included(self, commercelayer: CommerceLayer) -> None:
        commercelayer.listen(FAR, "orders.place")
        commercelayer.place()

        document = json.loads(commercelayer.webhooks()[0]["body"])

        assert ["data"] == list(document)
        assert ["links"] == list(document["data"]["relationships"]["customer"])
        assert ["mode", "organization_id"] == list(document["data"]["meta"])

    def test_it_is_compact_and_no_letter_is_escaped(self, commercelayer: CommerceLayer) -> None:
        commercelayer.listen(FAR, "orders.create")
        commercelayer.create("orders", {"metadata": {"who": "Zoë 茶 <b>&"}})

        body = commercelayer.webhooks()[0]["body"]

        assert json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False) == body
        assert "Zoë 茶 <b>&" in body

    def test_it_is_the_record_as_it_was_then(self, commercelayer: CommerceLayer) -> None:
        commercelayer.listen(FAR, "orders.authorize", "orders.place", "orders.approve", "orders.cancel")
        commercelayer.place()
        commercelayer.pull("_approve")
        commercelayer.pull("_cancel")

        attributes = [json.loads(message["body"])["data"]["attributes"] for message in commercelayer.webhooks()]

        assert ["pending/authorized", "placed/authorized", "approved/authorized", "cancelled/voided"] == [
            f"{each['status']}/{each['payment_status']}" for each in attributes
        ]

    def test_a_transaction_is_told_under_its_own_type(self, commercelayer: CommerceLayer) -> None:
        commercelayer.listen(FAR, "transactions.create", include_resources=["order"])
        commercelayer.place()

        document = json.loads(commercelayer.webhooks()[0]["body"])

        assert ("authorizations", 7750) == (document["data"]["type"], document["data"]["attributes"]["amount_cents"])
        assert [("orders", SEED_ORDER)] == [(each["type"], each["id"]) for each in document["included"]]

    def test_of_what_is_destroyed_only_the_id_is_told(self, commercelayer: CommerceLayer) -> None:
        commercelayer.listen(FAR, "orders.destroy", include_resources=["customer"])
        commercelayer.send("DELETE", f"/orders/{SEED_ORDER}")

        (message,) = commercelayer.webhooks()

        assert {"data": {"id": SEED_ORDER, "type": "orders"}} == json.loads(message["body"])


class TestSignature:
    def test_it_is_the_digest_of_the_raw_body_with_the_shared_secret(self, commercelayer: CommerceLayer) -> None:
        hook = commercelayer.listen(FAR, "orders.create")
        commercelayer.create("orders", {"metadata": {"who": "Zoë 茶"}})

        (message,) = commercelayer.webhooks()

        secret = hook["attributes"]["shared_secret"].encode()
        digest = b64encode(hmac.new(secret, message["body"].encode(), "sha256").digest()).decode()
        assert ("orders.create", digest, "application/vnd.api+json") == (
            message["headers"]["X-CommerceLayer-Topic"], message["headers"]["X-CommerceLayer-Signature"],
            message["headers"]["Content-Type"],
        )  # fmt: skip

    def test_openssl_comes_to_the_same(self) -> None:
        """printf '{"data":{}}' | openssl dgst -sha256 -hmac 0123456789abcdef -binary | base64"""
        assert "99+hiX9T6SGOJen3YzI+H8gCsbZAdeLFV+SFECIYOO0=" == signature("0123456789abcdef", '{"data":{}}')

    def test_each_webhook_has_a_secret_of_its_own(self, commercelayer: CommerceLayer) -> None:
        commercelayer.listen(FAR, "orders.create", "orders.place")

        secrets = [hook["attributes"]["shared_secret"] for hook in commercelayer.listed("/webhooks")]

        assert [2, {32}] == [len(set(secrets)), {len(secret) for secret in secrets}]
        assert all(set(secret) <= set("0123456789abcdef") for secret in secrets)


class TestWhoIsTold:
    @pytest.mark.parametrize(
        ("updates", "told"),
        [
            ([{"_disable": True}], 0),
            ([{"_disable": True}, {"_enable": True}], 1),
            ([{"_disable": False}], 1),
            ([{"_disable": True}, {"_enable": False}], 0),
            ([{"topic": "orders.approve"}], 0),
        ],
    )
    def test_webhooks_that_are_enabled_and_have_the_topic(
        self, commercelayer: CommerceLayer, updates: list[dict[str, Any]], told: int
    ) -> None:
        hook = commercelayer.listen(FAR, "orders.create")
        for update in updates:
            commercelayer.update("webhooks", hook["id"], update)

        commercelayer.create("orders")

        assert told == len(commercelayer.told())

    def test_one_that_was_made_disabled_is_not(self, commercelayer: CommerceLayer) -> None:
        hook = commercelayer.listen(FAR, "orders.create", _disable=True)

        commercelayer.create("orders")

        assert [True, []] == [hook["attributes"]["disabled_at"] is not None, commercelayer.told()]

    def test_one_that_was_deleted_is_not(self, commercelayer: CommerceLayer) -> None:
        hook = commercelayer.listen(FAR, "orders.create")
        commercelayer.send("DELETE", f"/webhooks/{hook['id']}")

        commercelayer.create("orders")

        assert [] == commercelayer.told()

    def test_a_far_host_is_shown_and_never_called(self, commercelayer: CommerceLayer) -> None:
        commercelayer.listen(FAR, "orders.create")
        commercelayer.create("orders")

        fired = commercelayer.advance("24h")

        (message,) = commercelayer.webhooks()
        host = "www.example.com"
        why = f"{host} is neither loopback, private nor a one-word name; allow it with --webhook-allow {host}"
        assert ["held", why, []] == [message["state"], message["why"], message["attempts"]]
        assert [[], []] == [fired, commercelayer.listed("/event_callbacks")]

    def test_the_log_is_found_by_order(self, commercelayer: CommerceLayer) -> None:
        commercelayer.listen(FAR, "orders.place", "authorizations.create", "customers.create")
        commercelayer.place()
        commercelayer.place(commercelayer.new_order())

        messages = commercelayer.webhooks(order_id=SEED_ORDER)

        assert ["authorizations.create", "orders.place"] == [message["about"]["topic"] for message in messages]


@pytest.mark.parametrize(
    ("attributes", "refusals"),
    [
        ({}, ["topic - can't be blank", "callback_url - can't be blank"]),
        *(
            ({"topic": topic, "callback_url": FAR}, ["topic - is not included in the list"])
            for topic in ("orders", "orders.place.now", "orders.nonsense", "klarna_payments.create")
        ),
        ({"topic": "orders.place", "callback_url": "ftp://shop.test"}, ["callback_url - is invalid"]),
        *(
            ({"topic": "orders.place", "callback_url": FAR, "include_resources": x}, ["include_resources - is invalid"])
            for x in ("customer", ["nonsense"], ["customer.nonsense"], [1])
        ),
    ],
)
def test_a_webhook_that_could_not_be_called_is_refused(
    commercelayer: CommerceLayer, attributes: dict[str, Any], refusals: list[str]
) -> None:
    refused = commercelayer.refusal("POST", "/webhooks", document_of("webhooks", attributes))

    assert [f"422 VALIDATION_ERROR {text}" for text in refusals] == refused


def test_a_sales_channel_sees_no_webhook(commercelayer: CommerceLayer) -> None:
    hook = commercelayer.listen(FAR, "orders.place")
    shop = commercelayer.as_sales_channel()

    statuses = [
        shop.send("GET", "/webhooks").status,
        shop.send("GET", f"/webhooks/{hook['id']}").status,
        shop.send("POST", "/webhooks", document_of("webhooks", {"topic": "orders.place", "callback_url": FAR})).status,
        shop.send("DELETE", f"/webhooks/{hook['id']}").status,
    ]

    assert [401, 401, 401, 401] == statuses
    assert hook["attributes"] == fine(commercelayer.send("GET", f"/webhooks/{hook['id']}"))["data"]["attributes"]

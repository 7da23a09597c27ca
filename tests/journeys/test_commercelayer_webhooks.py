"""A shop hears of its Commerce Layer orders over real sockets, from the cart to the refund; or it is down."""

from __future__ import annotations

import hmac
from base64 import b64decode
from typing import Any

import pytest
import requests

from tests.commercelayer import CommerceLayer
from tests.klarna import OverHttp, fine
from tests.receiver import Received, Receiver

TOPICS = (
    "orders.create", "orders.pending", "authorizations.create", "authorizations.succeeded", "transactions.create",
    "orders.authorize", "orders.place", "orders.approve", "captures.create", "captures.succeeded", "orders.pay",
    "orders.start_fulfilling", "refunds.create", "refunds.succeeded", "orders.refund",
    "shipments.cancel", "orders.cancel",
)  # fmt: skip
# what the shop does -> the topics it hears of it, in the order they are told
STORY = {
    "fill the cart": ["orders.create", "orders.pending"],
    "place": [
        "authorizations.create", "authorizations.succeeded", "transactions.create", "orders.authorize", "orders.place",
    ],
    "_approve": ["orders.approve"],
    "_capture": [
        "captures.create", "captures.succeeded", "transactions.create", "orders.pay", "orders.start_fulfilling",
    ],
    "_refund": [
        "refunds.create", "refunds.succeeded", "transactions.create", "orders.refund", "shipments.cancel",
        "orders.cancel",
    ],
}  # fmt: skip


@pytest.fixture
def shop(commercelayer_over_http: CommerceLayer) -> CommerceLayer:
    """In a world where it is noon until somebody moves the clock."""
    fine(commercelayer_over_http.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"}))
    return commercelayer_over_http


def is_signed(request: Received, secrets: dict[str, str]) -> bool:
    """As a shop checks it: the digest of the raw body with the secret of the topic's webhook."""
    secret = secrets[request.headers["x-commercelayer-topic"]]
    digest = hmac.new(secret.encode(), request.text.encode(), "sha256").digest()
    return hmac.compare_digest(digest, b64decode(request.headers["x-commercelayer-signature"]))


def topics(requests: list[Received]) -> list[str]:
    return [request.headers["x-commercelayer-topic"] for request in requests]


def test_an_order_is_told_from_the_cart_to_the_refund(shop: CommerceLayer, receiver: Receiver) -> None:
    """Webhooks of one act leave side by side, so they may arrive in any order; the log has theirs."""
    shop.listen(receiver.url("/hook?shop=1"), *TOPICS)
    order, heard = "", {}

    for act in STORY:
        before = len(receiver.requests)
        if act == "fill the cart":
            order = shop.new_order()
        elif act == "place":
            shop.place(order)
        else:
            shop.pull(act, order_id=order)
        shop.advance("0s")
        heard[act] = sorted(topics(receiver.requests[before:]))

    hooks = {hook["attributes"]["topic"]: hook["attributes"]["shared_secret"] for hook in _hooks(shop)}
    assert {act: sorted(told) for act, told in STORY.items()} == heard
    assert [topic for told in STORY.values() for topic in told] == shop.told()
    assert {("POST", "/hook?shop=1", "application/vnd.api+json", True)} == {
        (each.method, each.path, each.headers["content-type"], is_signed(each, hooks)) for each in receiver.requests
    }
    assert {"delivered"} == {message["state"] for message in shop.webhooks()}


def _hooks(shop: CommerceLayer) -> list[dict[str, Any]]:
    return shop.listed("/webhooks?page[size]=25")


def test_statuses_arrive_as_they_were(shop: CommerceLayer, receiver: Receiver) -> None:
    shop.listen(receiver.url(), "orders.authorize", "orders.approve", "orders.pay", "orders.refund")
    order = shop.new_order()
    shop.place(order)
    for trigger in ("_approve", "_capture", "_refund"):
        shop.advance("0s")
        shop.pull(trigger, order_id=order)

    requests = receiver.wait_for(4)

    assert [order] * 4 == [request.json["data"]["id"] for request in requests]
    assert ["authorized", "authorized", "paid", "refunded"] == [
        request.json["data"]["attributes"]["payment_status"] for request in requests
    ]


def test_letters_of_all_kinds_are_signed_as_they_are_sent(shop: CommerceLayer, receiver: Receiver) -> None:
    hook = shop.listen(receiver.url(), "orders.create")
    text = 'Zoë 茶 😀 \u2028 </script> "\\u00e9"'
    shop.create("orders", {"metadata": {"who": text}})

    (request,) = receiver.wait_for(1)

    assert text == request.json["data"]["attributes"]["metadata"]["who"]
    assert is_signed(request, {"orders.create": hook["attributes"]["shared_secret"]})


def test_a_shop_that_is_down_is_tried_again_until_its_circuit_opens(shop: CommerceLayer) -> None:
    with Receiver() as gone:
        hook = shop.listen(gone.url(), "orders.create")
    for _ in range(3):
        shop.create("orders")

    shop.advance("48h")

    attributes = shop.read("webhooks", hook["id"])
    assert ("open", 30) == (attributes["circuit_state"], attributes["circuit_failure_count"])
    assert [("failed", 10)] * 3 == [(each["state"], len(each["attempts"])) for each in shop.webhooks()]
    assert all("circuit" in each["why"] for each in shop.webhooks())
    page = shop.get(f"/webhooks/{hook['id']}/last_event_callbacks")
    assert [30, {None}] == [
        page["meta"]["record_count"], {each["attributes"]["response_code"] for each in page["data"]},
    ]  # fmt: skip


def test_a_shop_that_comes_back_hears_what_it_missed(shop: CommerceLayer, receiver: Receiver) -> None:
    hook = shop.listen(receiver.url(), "orders.create")
    receiver.answers(*[503] * 30)
    for _ in range(3):
        shop.create("orders")
    shop.advance("48h")

    shop.update("webhooks", hook["id"], {"_reset_circuit": True})
    for message in shop.webhooks():
        fine(shop.control("POST", f"/webhooks/{message['id']}/resend"))

    missed = {request.json["data"]["id"] for request in receiver.requests[30:]}
    assert missed == {message["about"]["order_id"] for message in shop.webhooks()}
    assert {"delivered"} == {message["state"] for message in shop.webhooks()}


def test_a_shop_hears_nothing_of_another_world(server: str, shop: CommerceLayer, receiver: Receiver) -> None:
    shop.listen(receiver.url(), "orders.create")
    with requests.Session() as session:
        session.trust_env = False
        other = CommerceLayer(OverHttp(server, session), f"{shop.world}-b")

        other.create("orders")
        other.advance("1h")
        shop.advance("1h")

        assert [[], []] == [receiver.requests, other.webhooks()]

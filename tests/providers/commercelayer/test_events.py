"""Events: what has happened to a record, who was told, and telling it once more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of

FAR = "https://www.example.com/hook"  # shown in the log, never called


def names(shop: CommerceLayer, path: str) -> list[str]:
    return [event["attributes"]["name"] for event in shop.listed(f"{path}/events?page[size]=25")]


def event_of(shop: CommerceLayer, name: str, path: str = f"/orders/{SEED_ORDER}") -> dict[str, Any]:
    (found,) = (event for event in shop.listed(f"{path}/events?page[size]=25") if event["attributes"]["name"] == name)
    return found


def test_an_order_has_an_event_for_each_of_its_topics(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.pull("_approve")
    commercelayer.pull("_cancel")

    assert ["orders.authorize", "orders.place", "orders.approve", "orders.void", "orders.cancel"] == names(
        commercelayer, f"/orders/{SEED_ORDER}"
    )


def test_a_transaction_has_its_own(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    (authorization,) = commercelayer.listed(f"/orders/{SEED_ORDER}/authorizations")

    assert ["authorizations.create", "authorizations.succeeded", "transactions.create"] == names(
        commercelayer, f"/authorizations/{authorization['id']}"
    )


def test_what_happens_twice_is_one_event(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.pull("_start_editing")
    commercelayer.pull("_stop_editing")
    once = commercelayer.get("/events?page[size]=25")
    commercelayer.advance("1h")

    commercelayer.pull("_start_editing")
    commercelayer.pull("_stop_editing")

    twice = commercelayer.get("/events?page[size]=25")
    assert ["orders.start_editing", "orders.stop_editing"] == names(commercelayer, f"/orders/{SEED_ORDER}")[2:]
    assert [once["meta"]["record_count"], [event["attributes"]["created_at"] for event in once["data"]]] == [
        twice["meta"]["record_count"], [event["attributes"]["created_at"] for event in twice["data"]],
    ]  # fmt: skip


def test_events_are_there_without_a_webhook_and_know_those_that_listen(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    event = event_of(commercelayer, "orders.place")
    before = commercelayer.listed(f"/events/{event['id']}/webhooks")

    hook = commercelayer.listen(FAR, "orders.approve", "orders.place")

    after = commercelayer.listed(f"/events/{event['id']}/webhooks")
    assert [[], [hook["id"]]] == [before, [each["id"] for each in after]]


def test_all_events_are_listed_and_found_by_name(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.new_order()

    found = commercelayer.get("/events?filter[q][name_eq]=orders.place")

    assert ["orders.place"] == [event["attributes"]["name"] for event in found["data"]]
    assert [1, 1] == [found["meta"][name] for name in ("record_count", "page_count")]
    assert commercelayer.get("/events")["meta"]["record_count"] > 1


def test_trigger_tells_the_event_again_with_the_record_as_it_is_by_now(commercelayer: CommerceLayer) -> None:
    commercelayer.listen(FAR, "orders.place")
    commercelayer.place()
    commercelayer.pull("_approve")

    commercelayer.update("events", event_of(commercelayer, "orders.place")["id"], {"_trigger": True})

    statuses = [json.loads(each["body"])["data"]["attributes"]["status"] for each in commercelayer.webhooks()]
    assert ["placed", "approved"] == statuses
    assert ["orders.authorize", "orders.place", "orders.approve"] == names(commercelayer, f"/orders/{SEED_ORDER}")


def test_trigger_tells_webhooks_that_were_made_later(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.listen(FAR, "orders.place")

    commercelayer.update("events", event_of(commercelayer, "orders.place")["id"], {"_trigger": True})

    assert ["orders.place"] == commercelayer.told()


def test_a_false_trigger_does_nothing(commercelayer: CommerceLayer) -> None:
    commercelayer.listen(FAR, "orders.place")
    commercelayer.place()

    commercelayer.update("events", event_of(commercelayer, "orders.place")["id"], {"_trigger": False})

    assert ["orders.place"] == commercelayer.told()


def test_the_event_of_what_is_gone_stays_and_can_not_be_told_again(commercelayer: CommerceLayer) -> None:
    order = commercelayer.create("orders")["id"]
    event = event_of(commercelayer, "orders.create", f"/orders/{order}")
    commercelayer.send("DELETE", f"/orders/{order}")
    commercelayer.listen(FAR, "orders.create")

    commercelayer.update("events", event["id"], {"_trigger": True})

    assert [[], "orders.create"] == [commercelayer.told(), commercelayer.read("events", event["id"])["name"]]


def test_nobody_makes_or_deletes_one(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    event = event_of(commercelayer, "orders.place")["id"]

    statuses = [
        commercelayer.send("POST", "/events", document_of("events", {})).status,
        commercelayer.send("DELETE", f"/events/{event}").status,
    ]

    assert [405, 405] == statuses


@pytest.mark.parametrize("path", ["/events", "/events/{event}", f"/orders/{SEED_ORDER}/events"])
def test_a_sales_channel_sees_none(commercelayer: CommerceLayer, path: str) -> None:
    commercelayer.place()
    event = event_of(commercelayer, "orders.place")["id"]

    refused = commercelayer.as_sales_channel().refusal("GET", path.format(event=event))

    text = "You are not authorized to perform this action on the requested resource."
    assert [f"401 UNAUTHORIZED {text}"] == refused


def test_a_refused_act_leaves_no_event(commercelayer: CommerceLayer) -> None:
    refused = commercelayer.refusal(
        "PATCH", f"/orders/{SEED_ORDER}", document_of("orders", {"_place": True}, id_=SEED_ORDER)
    )

    assert [1, []] == [len(refused), names(commercelayer, f"/orders/{SEED_ORDER}")]

"""What each change of an order sends; a change that was refused sends nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.endings import cancel_order
from mock_server.ledger.refunds import refund_order
from tests.multisafepay import MultiSafepay, order_of, told_at

HELD = {"notification_url": "https://www.example.com/hook", "notification_method": "POST"}


def events(multisafepay: MultiSafepay) -> list[str]:
    """The status that each notification told, oldest first."""
    return [message["event"].rpartition(".")[2] for message in multisafepay.webhooks()]


def newest(multisafepay: MultiSafepay, count: int) -> list[dict[str, Any]]:
    """Oldest of them first."""
    return multisafepay.webhooks()[-count:]


def body_of(message: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(message["body"])
    return found


@pytest.fixture
def multisafepay(multisafepay: MultiSafepay) -> MultiSafepay:
    """With an order whose notifications are held and shown."""
    multisafepay.create(payment_options=HELD)
    return multisafepay


def test_a_new_order_is_not_told(multisafepay: MultiSafepay) -> None:
    assert [] == events(multisafepay)


def test_a_shop_has_five_seconds_and_three_more_tries_a_quarter_of_an_hour_apart(multisafepay: MultiSafepay) -> None:
    multisafepay.pay(**told_at("https://www.example.com/notify"))

    assert {(5, (900, 900, 900), "held")} == {
        (each["timeout_s"], tuple(each["retry_after_s"]), each["state"]) for each in multisafepay.webhooks()
    }


def test_opening_the_page_is_told_once(app: Flask, multisafepay: MultiSafepay) -> None:
    url = multisafepay.data("POST", "/orders", order_of(payment_options=HELD))["payment_url"]

    for _ in range(2):
        app.test_client().get(url)

    assert ["initialized"] == events(multisafepay)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, ["initialized", "completed"]),
        ({"outcome": "declined"}, ["initialized", "declined"]),
        ({"outcome": "cancelled"}, ["initialized", "void"]),
        ({"outcome": "expired"}, ["initialized", "expired"]),
        ({"outcome": "pending"}, ["initialized", "uncleared"]),
        (
            {"outcome": "pending", "decide": "accepted", "after": "5m"},
            ["initialized", "uncleared", "completed"],
        ),
        ({"outcome": "pending", "decide": "rejected", "after": "5m"}, ["initialized", "uncleared", "declined"]),
    ],
)
def test_what_the_shopper_did_is_told(
    multisafepay: MultiSafepay, asked: dict[str, str], told: list[str]
) -> None:
    multisafepay.complete(**asked)
    multisafepay.advance("6m")

    assert told == events(multisafepay)


def test_shipment_and_settlement_are_told(multisafepay: MultiSafepay) -> None:
    multisafepay.complete()
    multisafepay.ship()
    multisafepay.advance("30d")

    assert ["shipped", "shipped"] == events(multisafepay)[2:]
    assert ["uncleared", "completed"] == [body_of(message)["financial_status"] for message in newest(multisafepay, 2)]


@pytest.mark.parametrize("update", [{"status": "cancelled"}, {"extend_expiration": True, "reason": "late"}])
def test_a_cancellation_is_told_and_an_extension_is_not(
    multisafepay: MultiSafepay, update: dict[str, Any]
) -> None:
    multisafepay.complete()

    multisafepay.data("PATCH", "/orders/ON-1", update)

    assert (["void"] if "status" in update else []) == events(multisafepay)[2:]


def test_a_shipment_corrected_is_told_once(multisafepay: MultiSafepay) -> None:
    multisafepay.complete()
    multisafepay.ship(carrier="Post")
    multisafepay.ship(carrier="Courier")

    assert ["shipped"] == events(multisafepay)[2:]


def test_an_order_nobody_shipped_expires_and_that_is_told(multisafepay: MultiSafepay) -> None:
    multisafepay.complete()
    multisafepay.advance("29d")

    assert ["expired"] == events(multisafepay)[2:]


def test_a_page_left_open_expires_and_that_is_told(app: Flask, multisafepay: MultiSafepay) -> None:
    app.test_client().get(multisafepay.data("POST", "/orders", order_of(payment_options=HELD))["payment_url"])
    multisafepay.advance("25h")

    (_, expired) = multisafepay.webhooks()
    assert ("multisafepay.order.expired", False) == (expired["event"], "payload_type" in expired["about"])


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_a_link_that_was_never_opened_is_told_as_no_transaction(
    multisafepay: MultiSafepay, end: str
) -> None:
    if end == "expired":
        multisafepay.advance("31d")
    else:
        multisafepay.data("PATCH", "/orders/ON-1", {"status": "cancelled"})

    (message,) = multisafepay.webhooks()
    assert (f"multisafepay.order.{end}", "pretransaction") == (message["event"], message["about"]["payload_type"])


def test_refunds_are_told_when_made_and_when_paid(multisafepay: MultiSafepay) -> None:
    multisafepay.complete()
    multisafepay.ship()
    multisafepay.refund(amount=1000)
    multisafepay.refund(amount=9000)
    before = events(multisafepay)[3:]

    multisafepay.advance("1d")

    assert (["partial_refunded", "refunded"], ["refunded", "refunded"]) == (before, events(multisafepay)[5:])


@pytest.mark.parametrize(("asked", "told"), [({}, "ON-1"), ({"refund_order_id": "ON-1-R"}, "ON-1-R")])
def test_a_refund_is_told_under_its_own_id(
    multisafepay: MultiSafepay, asked: dict[str, str], told: str
) -> None:
    multisafepay.complete()
    multisafepay.ship()
    multisafepay.refund(amount=1000, **asked)
    multisafepay.advance("1d")

    assert [(told, "ON-1")] * 2 == [
        (message["about"]["transactionid"], message["about"]["order_id"]) for message in newest(multisafepay, 2)
    ]


def test_a_refund_called_off_is_told_under_its_own_id(multisafepay: MultiSafepay) -> None:
    multisafepay.choose_scenario("refund-reserved")
    multisafepay.complete()
    multisafepay.ship()
    number = multisafepay.refund(amount=1000, refund_order_id="ON-1-R")["refund_id"]

    multisafepay.data("PATCH", f"/orders/ON-1/refunds/{number}", {"status": "void"})

    assert ["ON-1-R"] * 2 == [message["about"]["transactionid"] for message in newest(multisafepay, 2)]


def test_what_was_refused_is_not_told(multisafepay: MultiSafepay) -> None:
    multisafepay.complete()
    for method, path, body in (
        ("POST", "/orders/ON-1/refunds", {"currency": "EUR", "amount": 100}),
        ("PATCH", "/orders/ON-1", {"status": "initialized"}),
        ("POST", "/orders", order_of(payment_options=HELD)),
        ("PATCH", "/orders/nobody", {"status": "shipped"}),
    ):
        multisafepay.refusal(method, path, body)

    assert 2 == len(events(multisafepay))


def test_an_order_without_a_url_is_told_to_nobody(multisafepay: MultiSafepay) -> None:
    multisafepay.pay("ON-2")

    assert [] == multisafepay.webhooks(order_id="ON-2")


@pytest.fixture
def world(app: Flask) -> World:
    """The one that the shop lives in."""
    found: World = app.extensions["worlds"].get("test")
    return found


def test_what_the_ledger_captures_is_told_when_it_is_all(multisafepay: MultiSafepay, world: World) -> None:
    multisafepay.complete()
    number = multisafepay.ledger_order()["order_id"]

    capture_order(world, number, 4000)
    part = events(multisafepay)[2:]
    capture_order(world, number, 6000)

    assert ([], ["shipped"]) == (part, events(multisafepay)[2:])


def test_what_the_ledger_captured_is_settled_and_told_like_any_shipment(
    multisafepay: MultiSafepay, world: World
) -> None:
    multisafepay.complete()
    capture_order(world, multisafepay.ledger_order()["order_id"], 10000)

    multisafepay.advance("30d")

    assert "shipped/completed" == multisafepay.status()
    assert ["shipped", "shipped"] == events(multisafepay)[2:]


def test_what_the_ledger_refunds_is_told(multisafepay: MultiSafepay, world: World) -> None:
    multisafepay.complete()
    multisafepay.ship()

    refund_order(world, multisafepay.ledger_order()["order_id"], 1000)

    (message,) = newest(multisafepay, 1)
    assert ("ON-1", 1000) == (message["about"]["transactionid"], body_of(message)["amount_refunded"])
    assert ["partial_refunded"] == events(multisafepay)[3:]


def test_what_the_ledger_cancels_is_told(multisafepay: MultiSafepay, world: World) -> None:
    multisafepay.complete()

    cancel_order(world, multisafepay.ledger_order()["order_id"])

    assert ["void"] == events(multisafepay)[2:]


def test_the_body_is_the_order_as_it_was_then(multisafepay: MultiSafepay) -> None:
    multisafepay.complete()
    then = multisafepay.read()
    multisafepay.ship()

    bodies = [body_of(message) for message in multisafepay.webhooks()]

    assert then == bodies[1]
    assert [("initialized", "initialized"), ("completed", "uncleared"), ("shipped", "uncleared")] == [
        (body["status"], body["financial_status"]) for body in bodies
    ]


def test_a_card_paid_at_once_is_told_once(multisafepay: MultiSafepay) -> None:
    multisafepay.create("ON-2", type="direct", gateway="VISA", payment_options=HELD)

    assert ["multisafepay.order.completed"] == [message["event"] for message in multisafepay.webhooks(order_id="ON-2")]

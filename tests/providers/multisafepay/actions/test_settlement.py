"""The money of a shipped order arrives 14 business days later; what has arrived already does not arrive again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from mock_server.core.clock import to_ms
from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.refunds import refund_order
from mock_server.providers.multisafepay.state.orders import SETTLEMENT
from tests.multisafepay import MultiSafepay

from ..website import NOON, multisafepay_with


@pytest.fixture
def world(app: Flask) -> World:
    """The one that the shop lives in."""
    found: World = app.extensions["worlds"].get("test")
    return found


def test_a_shipped_order_settles_after_14_business_days_and_never_expires(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    multisafepay.ship()

    early = multisafepay.advance("19d23h")
    waiting = multisafepay.read()
    due = multisafepay.advance("1h")
    later = multisafepay.advance("200d")

    settled = multisafepay.read()
    assert [[], ["multisafepay.order.settled"], []] == [early, [event["what"] for event in due], later]
    assert ["shipped", "uncleared"] == [waiting["status"], waiting["financial_status"]]
    assert ["shipped", "completed", "2026-12-10T13:00:00"] == [
        settled["status"], settled["financial_status"], settled["completed"],
    ]  # fmt: skip


@pytest.mark.parametrize(("amount", "state"), [(100, "partial_refunded/completed"), (10000, "refunded/completed")])
def test_a_refunded_order_settles_too(multisafepay: MultiSafepay, amount: int, state: str) -> None:
    multisafepay.pay()
    multisafepay.ship()
    multisafepay.refund(amount=amount)

    multisafepay.advance("20d")

    assert state == multisafepay.status()


@pytest.mark.parametrize("gateway", ["IDEAL", "VISA"])
def test_money_that_has_arrived_is_not_waited_for(multisafepay: MultiSafepay, world: World, gateway: str) -> None:
    multisafepay.pay(gateway=gateway)
    assert "completed/completed" == multisafepay.status()

    multisafepay.ship()

    assert "shipped/completed" == multisafepay.status()
    assert SETTLEMENT not in [alarm.name for alarm in world.clock.take_due(to_ms(NOON + timedelta(days=60)))]


def test_money_that_has_not_arrived_is_waited_for(multisafepay: MultiSafepay, world: World) -> None:
    multisafepay.pay(gateway="EINVOICE")

    multisafepay.ship()

    assert "shipped/uncleared" == multisafepay.status()
    assert SETTLEMENT in [alarm.name for alarm in world.clock.take_due(to_ms(NOON + timedelta(days=60)))]


def test_a_wholly_refunded_order_settles_whatever_its_status_is_called() -> None:
    multisafepay = multisafepay_with(multisafepay_refunded="void")
    multisafepay.pay()
    multisafepay.ship()
    multisafepay.refund()

    fired = multisafepay.advance("20d")

    assert "void/completed" == multisafepay.status()
    assert "multisafepay.order.settled" in [event["what"] for event in fired]


def test_parts_with_a_refund_between_are_shipped_with_the_last_and_settle(
    multisafepay: MultiSafepay, world: World
) -> None:
    """Captured by another face, which the shop hears of when nothing is left to capture."""
    multisafepay.pay()
    number = multisafepay.ledger_order()["order_id"]
    capture_order(world, number, 4000)
    refund_order(world, number, 1000)
    multisafepay.advance("7d")

    capture_order(world, number, 6000)
    kept = multisafepay.control("GET", "/state/multisafepay_orders/ON-1").json
    early = multisafepay.advance("19d23h")
    due = multisafepay.advance("1h")

    assert ["partial_refunded", "shipped"] == [kept["status"], kept["before_refunds"]]
    assert [[], ["multisafepay.order.settled"]] == [early, [event["what"] for event in due]]
    assert "partial_refunded/completed" == multisafepay.status()


def test_parts_that_were_not_the_last_settle_nothing(multisafepay: MultiSafepay, world: World) -> None:
    multisafepay.pay()
    number = multisafepay.ledger_order()["order_id"]
    capture_order(world, number, 4000)
    refund_order(world, number, 1000)

    multisafepay.advance("26d")

    assert "partial_refunded/uncleared" == multisafepay.status()


def test_what_was_shipped_in_parts_with_a_refund_between_is_told(multisafepay: MultiSafepay, world: World) -> None:
    held = {"notification_url": "https://www.example.com/hook", "notification_method": "POST"}
    multisafepay.pay(payment_options=held)
    number = multisafepay.ledger_order()["order_id"]
    capture_order(world, number, 4000)
    refund_order(world, number, 1000)
    before = len(multisafepay.webhooks())

    capture_order(world, number, 6000)

    assert ["multisafepay.order.partial_refunded"] == [each["event"] for each in multisafepay.webhooks()[before:]]

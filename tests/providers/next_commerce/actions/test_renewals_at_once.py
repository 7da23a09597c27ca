"""What many do with one subscription at the same moment: it is charged once."""

from __future__ import annotations

import pytest
from flask import Flask

from mock_server.core.clock import Alarm, parse_time, to_ms
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import charging, renewals, subscriptions
from mock_server.providers.next_commerce.errors import InvalidFields, PaymentDeclined
from mock_server.providers.next_commerce.state.subscriptions import find
from tests.next_commerce import NextCommerce
from tests.threads import tried_at_once

pytestmark = pytest.mark.usefixtures("eager_threads")
ROUNDS = range(3)  # of a race that can be won by luck


@pytest.fixture
def shared(app: Flask, next_commerce: NextCommerce) -> World:
    next_commerce.freeze()
    world: World = app.extensions["worlds"].get("test")
    return world


def _subscribed(next_commerce: NextCommerce, world: World) -> Record:
    found = find(world, str(next_commerce.subscribe()["id"]))
    assert found is not None
    return found


def test_renewals_asked_for_at_once_charge_once(shared: World, next_commerce: NextCommerce) -> None:
    for _ in ROUNDS:
        subscription = _subscribed(next_commerce, shared)
        before = len(next_commerce.ledger_orders())

        results = tried_at_once(lambda: renewals.renew(shared, subscription, Decision()), times=8)

        refused = [result for result in results if isinstance(result, InvalidFields)]
        assert (7, before + 1) == (len(refused), len(next_commerce.ledger_orders()))
        assert 2 == next_commerce.subscription(subscription["id"])["num_orders"]


def test_an_alarm_and_a_request_charge_once(shared: World, next_commerce: NextCommerce) -> None:
    subscription = _subscribed(next_commerce, shared)
    alarm = Alarm(to_ms(parse_time("2026-12-20T17:00:00Z")), "next_commerce.subscription.renew", "12001")
    asked = [True, False] * 4

    def act() -> None:
        if asked.pop():
            renewals.renew(shared, subscription, Decision())
        else:
            renewals.renew_due(shared, alarm)

    tried_at_once(act, times=8)

    cycles = [each["billing_cycle"] for each in next_commerce.subscription(12001)["orders"]]
    assert [0, 1] == cycles
    assert [2, 2] == [len(next_commerce.ledger_orders()), len(next_commerce.state("orders"))]


def test_a_subscription_canceled_while_it_is_charged_stays_canceled(
    shared: World, next_commerce: NextCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = _subscribed(next_commerce, shared)
    charge_again = charging.charge_again

    def cancel_meanwhile(*args: object, **fields: object) -> Record:
        subscriptions.cancel_subscription(shared, subscription, {"cancel_reason": "other"})
        return charge_again(*args, **fields)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(charging, "charge_again", cancel_meanwhile)
    renewals.renew(shared, subscription, Decision())
    fired = next_commerce.advance("100d")

    after = next_commerce.subscription(subscription["id"])
    assert ("canceled", "other", None, 2) == tuple(
        after[name] for name in ("status", "cancel_reason", "next_renewal_date", "num_orders")
    )
    assert [] == [each for each in fired if "subscription" in each]


def test_a_subscription_canceled_while_it_is_declined_stays_canceled(
    shared: World, next_commerce: NextCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = _subscribed(next_commerce, shared)
    declined = charging.declined

    def cancel_meanwhile(*args: object, **fields: object) -> PaymentDeclined:
        subscriptions.cancel_subscription(shared, subscription, {"cancel_reason": "other"})
        return declined(*args, **fields)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(charging, "declined", cancel_meanwhile)
    with pytest.raises(PaymentDeclined):
        renewals.renew(shared, subscription, Decision("declined", {}))

    after = next_commerce.subscription(subscription["id"])
    assert ("canceled", None) == (after["status"], after["next_renewal_date"])


def test_a_charge_that_breaks_leaves_the_subscription_to_be_charged(
    shared: World, next_commerce: NextCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = _subscribed(next_commerce, shared)
    with monkeypatch.context() as broken:
        broken.setattr(charging, "charge_again", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            renewals.renew(shared, subscription, Decision())

    after = renewals.renew(shared, subscription, Decision())

    assert [0, 1] == [each["billing_cycle"] for each in after["orders"]]

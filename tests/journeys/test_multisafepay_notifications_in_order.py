"""In which order a shop hears of its MultiSafepay orders over real sockets, and what scenarios make of that."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, Timer
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.multisafepay import MultiSafepay, told_at
from tests.receiver import Receiver


@pytest.fixture
def gate(receiver: Receiver) -> Iterator[Event]:
    """The receiver answers when it is opened; at the end at the latest."""
    gate = Event()
    receiver.on_arrival = lambda: gate.wait(5)
    yield gate
    gate.set()


def statuses(receiver: Receiver) -> list[str]:
    return [request.json["status"] for request in receiver.requests]


def cancel_unopened(shop: MultiSafepay, url: str) -> None:
    """An order with one notification: its link is cancelled before it is opened."""
    shop.create(**told_at(url))
    shop.data("PATCH", "/orders/ON-1", {"status": "cancelled"})
    shop.advance("0s")


class TestOrder:
    def test_notifications_of_one_order_come_in_order(self, shop: MultiSafepay, receiver: Receiver) -> None:
        shop.pay(**told_at(receiver.url()))
        shop.ship()
        shop.advance("0s")
        shop.advance("30d")

        assert ["initialized", "completed", "shipped", "shipped"] == statuses(receiver)

    def test_what_is_no_longer_true_is_not_told_again(self, shop: MultiSafepay, receiver: Receiver) -> None:
        receiver.answers(500)
        shop.pay(**told_at(receiver.url()))

        shop.advance("1h")

        assert ["initialized", "completed"] == statuses(receiver)
        assert ["superseded", "delivered"] == [message["state"] for message in shop.webhooks()]

    def test_a_refund_is_told_until_its_own_notification_is_acknowledged(
        self, shop: MultiSafepay, receiver: Receiver
    ) -> None:
        """Each refund is a transaction of its own; a notification of another one does not tell of it."""
        shop.pay(**told_at(receiver.url()))
        shop.ship()
        shop.advance("0s")
        receiver.answers(500)
        shop.refund(amount=1000, refund_order_id="R-1")
        shop.advance("0s")
        shop.refund(amount=2000, refund_order_id="R-2")

        shop.advance("1h")

        acknowledged = [m["about"]["transactionid"] for m in shop.webhooks() if m["state"] == "delivered"]
        assert {"ON-1", "R-1", "R-2"} == set(acknowledged)

    def test_a_slow_shop_does_not_hold_up_its_own_request(
        self, shop: MultiSafepay, receiver: Receiver, gate: Event
    ) -> None:
        shop.pay(**told_at(receiver.url()))
        shop.ship()

        assert ("shipped/uncleared", []) == (shop.status(), receiver.requests)
        gate.set()
        shop.advance("0s")
        assert ["initialized", "completed", "shipped"] == statuses(receiver)

    def test_a_slow_order_does_not_hold_up_another(
        self, shop: MultiSafepay, receiver: Receiver, gate: Event
    ) -> None:
        shop.pay("SLOW", **told_at(receiver.url()))
        with Receiver() as quick:
            quick.text = "OK"
            shop.pay("QUICK", **told_at(quick.url()))
            first = quick.wait_for(1)[0]

            assert ("QUICK", []) == (first.json["order_id"], receiver.requests)
            quick.wait_for(2)

    def test_a_shop_that_asks_while_it_is_told_is_answered(self, shop: MultiSafepay, receiver: Receiver) -> None:
        shop.create(**told_at(receiver.url()))
        seen: list[str] = []
        receiver.on_arrival = lambda: seen.append(shop.status())

        shop.data("PATCH", "/orders/ON-1", {"status": "cancelled"})
        receiver.wait_for(1)

        assert ["cancelled/cancelled"] == seen


class TestTheBrowser:
    """It is not sent back to the shop before the shop was told, whatever is still under way."""

    @pytest.fixture
    def browser(self) -> Iterator[requests.Session]:
        with requests.Session() as session:
            session.trust_env = False
            yield session

    def test_one_under_way_is_waited_for(
        self, shop: MultiSafepay, receiver: Receiver, gate: Event, browser: requests.Session
    ) -> None:
        arrived = Event()

        def arrive() -> None:
            arrived.set()
            gate.wait(5)

        receiver.on_arrival = arrive
        page = shop.create(**told_at(receiver.url()))["payment_url"]
        browser.get(page, timeout=10)
        assert arrived.wait(5)
        shop.choose_scenario("webhook-before-redirect")
        Timer(0.1, gate.set).start()

        browser.post(page, data={"outcome": ""}, allow_redirects=False, timeout=10)

        assert ["initialized", "completed"] == statuses(receiver)

    def test_an_ending_on_the_way_of_a_moved_clock_is_told_before_it_has_moved(
        self, shop: MultiSafepay, receiver: Receiver
    ) -> None:
        shop.choose_scenario("webhook-before-redirect")
        shop.pay(**told_at(receiver.url()))
        shop.ship()

        shop.advance("30d")

        assert ["initialized", "completed", "shipped", "shipped"] == statuses(receiver)


class TestSentAgain:
    def test_one_under_way_is_waited_for(self, shop: MultiSafepay, receiver: Receiver) -> None:
        shop.pay(**told_at(receiver.url()))
        shop.advance("0s")
        gate, arrived = Event(), Event()

        def arrive() -> None:
            receiver.on_arrival = lambda: None
            arrived.set()
            gate.wait(5)

        receiver.on_arrival = arrive
        shop.ship()
        assert arrived.wait(5)
        Timer(0.1, gate.set).start()

        again = shop.control("POST", f"/webhooks/{shop.webhooks()[1]['id']}/resend").json

        assert ("delivered", 2) == (again["state"], len(again["attempts"]))
        assert ["initialized", "completed", "shipped", "completed"] == statuses(receiver)

    def test_one_held_back_is_not_sent_for_it(self, shop: MultiSafepay, receiver: Receiver) -> None:
        shop.pay(**told_at(receiver.url()))
        shop.advance("0s")
        shop.choose_scenario("webhook-late")
        shop.ship()

        again = shop.control("POST", f"/webhooks/{shop.webhooks()[1]['id']}/resend").json
        early = statuses(receiver)
        shop.advance("30m")

        assert ("waiting", ["initialized", "completed"]) == (again["state"], early)
        assert ["shipped", "completed"] == statuses(receiver)[2:]


class TestScenarios:
    def test_it_may_come_before_the_redirect(self, shop: MultiSafepay, receiver: Receiver) -> None:
        shop.choose_scenario("webhook-before-redirect")

        shop.pay(**told_at(receiver.url()))

        assert ["initialized", "completed"] == statuses(receiver)

    def test_it_may_come_twice(self, shop: MultiSafepay, receiver: Receiver) -> None:
        shop.choose_scenario("webhook-twice")

        cancel_unopened(shop, receiver.url())

        assert ["cancelled", "cancelled"] == statuses(receiver)

    def test_it_may_come_late(self, shop: MultiSafepay, receiver: Receiver) -> None:
        shop.choose_scenario("webhook-late")
        cancel_unopened(shop, receiver.url())

        shop.advance("29m59s")
        early = len(receiver.requests)
        shop.advance("1s")

        assert (0, 1) == (early, len(receiver.requests))
        assert ["1795177800"] == parse_qs(urlsplit(receiver.requests[0].path).query)["timestamp"]

    def test_no_answer_may_be_good_enough(self, shop: MultiSafepay, receiver: Receiver) -> None:
        shop.choose_scenario("webhook-never-acknowledged")
        cancel_unopened(shop, receiver.url())

        shop.advance("24h")

        (message,) = shop.webhooks()
        why = "scenario webhook-never-acknowledged, rule 1: the answer is not looked at"
        assert ("failed", why, 4) == (message["state"], message["why"], len(receiver.requests))

    def test_it_may_be_lost(self, shop: MultiSafepay, receiver: Receiver) -> None:
        shop.choose_scenario("webhook-lost")

        cancel_unopened(shop, receiver.url())

        (message,) = shop.webhooks()
        assert ("lost", []) == (message["state"], receiver.requests)

"""What many do with one order at the same moment: it is done once, and its money is spent once."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from flask import Flask

from mock_server.app import create_worlds
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.multisafepay import errors
from mock_server.providers.multisafepay.actions import cards, orders, refunds, shopper
from mock_server.settings import Settings
from tests.multisafepay import MultiSafepay, order_of
from tests.threads import at_once, tried_at_once

from ..website import loaded

pytestmark = pytest.mark.usefixtures("eager_threads")
ACCEPTED = Decision("accepted", {}, decided_by="the test")
SITE = "shop"
ROUNDS = range(5)  # of a race that can be won by luck


def _asked(world: World, wanted: dict[str, Any]) -> dict[str, Any]:
    return orders.create_order(world, wanted, ACCEPTED, site=SITE, base_url="http://127.0.0.1:8080")


def _created(world: World, order_id: str = "ON-1", **fields: Any) -> Record:
    _asked(world, loaded(order_of(order_id, **fields)))
    return orders.find_order(world, order_id, SITE)


def _shipped(world: World, order_id: str = "ON-1") -> Record:
    shopper.complete(world, _created(world, order_id), ACCEPTED)
    orders.update_order(world, orders.find_order(world, order_id, SITE), {"status": "shipped"})
    return orders.find_order(world, order_id, SITE)


def _kinds(results: list[Any]) -> set[type]:
    return {type(result) for result in results if isinstance(result, Exception)}


def _done(results: list[Any]) -> list[Any]:
    return [result for result in results if not isinstance(result, Exception)]


def test_shoppers_who_pay_at_once_place_one_klarna_order(world: World) -> None:
    for number in ROUNDS:
        order = _created(world, f"ON-{number}")

        results = tried_at_once(lambda: shopper.complete(world, order, ACCEPTED))

        assert [1, {errors.Impossible}] == [len(_done(results)), _kinds(results)]
        assert number + 1 == len(list(world.store.all("orders")))


def test_a_page_opened_at_once_starts_one_transaction_and_tells_of_it_once(
    app: Flask, multisafepay: MultiSafepay
) -> None:
    world: World = app.extensions["worlds"].get("test")
    held = {"notification_url": "https://www.example.com/hook"}
    for number in ROUNDS:
        page = multisafepay.create(f"ON-{number}", payment_options=held)["payment_url"]

        statuses = at_once(lambda: app.test_client().get(page).status_code, times=8)

        order = multisafepay.read(f"ON-{number}")
        kept = [order["transaction_id"], order["payment_details"]["external_transaction_id"]]
        assert [200] * 8 == statuses
        assert 2 * (number + 1) == len(list(world.store.all("multisafepay_transactions")))
        assert [order] * 2 == [multisafepay.read(str(id_)) for id_ in kept]
        told = [message["event"] for message in multisafepay.webhooks(order_id=f"ON-{number}")]
        assert ["multisafepay.order.initialized"] == told


def test_paying_and_cancelling_at_once_ends_in_one_of_them(world: World) -> None:
    for number in ROUNDS:
        order = _created(world, f"ON-{number}")
        turns = count()

        def act() -> Record:
            outcome = ("accepted", "cancelled")[next(turns) % 2]
            decision = Decision(outcome, {}, decided_by="the test")
            return shopper.complete(world, order, decision)

        results = tried_at_once(act)

        ended = orders.find_order(world, f"ON-{number}", SITE)
        placed = world.store.get("orders", ended["external_transaction_id"])
        assert [ended["status"]] == [result["status"] for result in _done(results)]
        assert (ended["status"] == "completed") == (placed is not None)


def test_an_order_id_created_at_once_is_the_order_of_one_page(world: World) -> None:
    wanted = loaded(order_of())

    answers = tried_at_once(lambda: _asked(world, wanted))

    (order,) = world.store.all("multisafepay_orders")
    sessions = {answer["session_id"] for answer in answers}
    assert 16 == len(sessions)
    assert order["session_id"] in sessions


def test_an_order_id_paid_at_once_is_refused_to_all_but_one(world: World) -> None:
    for number in ROUNDS:
        wanted = loaded(order_of(f"ON-{number}", type="direct", gateway="VISA"))

        answers = tried_at_once(lambda: _asked(world, wanted))

        kept = orders.find_order(world, f"ON-{number}", SITE)
        assert {errors.InvalidTransactionId} == _kinds(answers)
        assert [kept["transaction_id"]] == [answer["transaction_id"] for answer in _done(answers)]


def test_a_setting_leaves_one_order_of_those_created_at_once() -> None:
    world = create_worlds(Settings(multisafepay_duplicates="never")).get("default")
    wanted = loaded(order_of())

    answers = tried_at_once(lambda: _asked(world, wanted))

    assert [1, {errors.InvalidTransactionId}] == [len(_done(answers)), _kinds(answers)]


def test_an_order_that_is_replaced_while_its_shopper_pays_is_not_paid(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _created(world)

    def replaced(world: World, order: Record, **about: Any) -> None:
        monkeypatch.undo()
        _created(world, amount=2500)

    monkeypatch.setattr(shopper, "announce", replaced)  # between the start of the payment and its end

    with pytest.raises(errors.Impossible):
        shopper.complete(world, first, ACCEPTED)

    kept = orders.find_order(world, "ON-1", SITE)
    assert [2500, "initialized", []] == [kept["amount"], kept["status"], list(world.store.all("orders"))]


def test_shipments_at_once_capture_once(world: World) -> None:
    shopper.complete(world, _created(world), ACCEPTED)
    order = orders.find_order(world, "ON-1", SITE)

    results = tried_at_once(lambda: orders.update_order(world, order, {"status": "shipped"}))

    (ledger,) = world.store.all("orders")
    assert _kinds(results) <= {errors.InvalidRequest}
    assert [10000, 1] == [ledger["captured_amount"], len(ledger["captures"])]
    assert "shipped" == orders.find_order(world, "ON-1", SITE)["status"]


def test_shipping_and_cancelling_at_once_do_not_both_happen(world: World) -> None:
    for number in ROUNDS:
        shopper.complete(world, _created(world, f"ON-{number}"), ACCEPTED)
        order = orders.find_order(world, f"ON-{number}", SITE)
        turns = count()

        def act() -> dict[str, Any]:
            status = ("shipped", "cancelled")[next(turns) % 2]
            return orders.update_order(world, order, {"status": status})

        results = tried_at_once(act)

        ended = orders.find_order(world, f"ON-{number}", SITE)
        ledger = world.store.get("orders", order["external_transaction_id"])
        assert ledger is not None
        assert _kinds(results) <= {errors.InvalidRequest}
        assert (ended["status"], ledger["status"]) in (("shipped", "CAPTURED"), ("void", "CANCELLED"))


@pytest.mark.parametrize("outcome", ["accepted", "reserved"])
def test_refunds_at_once_never_exceed_the_amount(world: World, outcome: str) -> None:
    order = _shipped(world)
    sums = iter(range(1000, 1016))  # no two alike; nine of them are too much for 100.00, ten in any case
    decision = Decision(outcome, {}, decided_by="the test")

    def act() -> dict[str, Any]:
        wanted = {"currency": "EUR", "amount": next(sums), "cart": None}
        return refunds.create_refund(world, order, wanted, decision)

    results = tried_at_once(act)

    kept = orders.find_order(world, "ON-1", SITE)
    given = sum(refund["amount"] for refund in kept["refunds"])
    assert [9, {errors.CannotRefund}] == [len(_done(results)), _kinds(results)]
    assert [given, True] == [kept["amount_refunded"], given <= 10000]
    (ledger,) = world.store.all("orders")
    assert (given if outcome == "accepted" else 0) == ledger["refunded_amount"]


def test_one_refund_sent_at_once_is_given_once(world: World) -> None:
    order = _shipped(world)

    results = tried_at_once(
        lambda: refunds.create_refund(world, order, {"currency": "EUR", "amount": 500, "cart": None}, ACCEPTED)
    )

    assert [1, {errors.SameRefund}] == [len(_done(results)), _kinds(results)]
    assert 500 == orders.find_order(world, "ON-1", SITE)["amount_refunded"]


def test_captures_at_once_never_exceed_the_reservation(world: World) -> None:
    order = _created(world, type="direct", gateway="VISA", capture="manual")
    numbers = count()

    def act() -> dict[str, Any]:
        return cards.create_capture(world, order, {"amount": 1500, "new_order_id": f"part-{next(numbers)}"})

    results = tried_at_once(act)

    kept = orders.find_order(world, "ON-1", SITE)
    parts = [found for found in world.store.all("multisafepay_orders") if found["order_id"] != "ON-1"]
    assert [6, {errors.InvalidAmount}] == [len(_done(results)), _kinds(results)]
    assert [1000, sorted(kept["capture"]["orders"])] == [
        kept["capture"]["remaining"], sorted(part["order_id"] for part in parts),
    ]  # fmt: skip

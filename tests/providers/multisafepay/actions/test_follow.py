"""One ledger: what Klarna's side does with the amount of an order, and with parts of it, shows here and is told."""

from __future__ import annotations

import pytest
from flask import Flask

from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.decisions import decide_order
from mock_server.ledger.endings import release_order
from mock_server.ledger.refunds import refund_order
from mock_server.ledger.transitions import STOPPED
from mock_server.ledger.updates import update_authorization
from tests.multisafepay import MultiSafepay, told_at

CANNOT_REFUND = (400, 1034, "Cannot refund transaction")


@pytest.fixture
def world(app: Flask) -> World:
    """The one that the shop lives in."""
    found: World = app.extensions["worlds"].get("test")
    return found


@pytest.fixture
def order_id(multisafepay: MultiSafepay) -> str:
    """Klarna's id of a paid order of 10000, whose notifications are held and shown."""
    multisafepay.pay(**told_at("https://www.example.com/hook"))
    return str(multisafepay.ledger_order()["order_id"])


def _told(multisafepay: MultiSafepay) -> list[str]:
    """Of what came after the payment."""
    return [message["event"].rpartition(".")[2] for message in multisafepay.webhooks()][2:]


def test_when_the_rest_is_let_go_what_was_captured_is_shipped_and_settles(
    multisafepay: MultiSafepay, world: World, order_id: str
) -> None:
    capture_order(world, order_id, 4000)

    release_order(world, order_id)

    assert (4000, "shipped/uncleared") == (multisafepay.read()["amount"], multisafepay.status())
    multisafepay.advance("20d")
    assert ("shipped/completed", ["shipped", "shipped"]) == (multisafepay.status(), _told(multisafepay))


def test_of_what_was_let_go_nothing_is_given_back(multisafepay: MultiSafepay, world: World, order_id: str) -> None:
    capture_order(world, order_id, 4000)
    release_order(world, order_id)

    refused = multisafepay.refusal("POST", "/orders/ON-1/refunds", {"currency": "EUR", "amount": 4001})
    multisafepay.refund()

    assert CANNOT_REFUND == refused
    assert [4000, "refunded/uncleared"] == [multisafepay.read()["amount_refunded"], multisafepay.status()]


def test_the_authorization_of_a_part_captured_order_that_runs_out_ships_it(
    multisafepay: MultiSafepay, world: World, order_id: str
) -> None:
    capture_order(world, order_id, 4000)

    multisafepay.advance("29d")

    assert (4000, "shipped/uncleared") == (multisafepay.read()["amount"], multisafepay.status())


def test_another_amount_is_the_orders_and_is_told(multisafepay: MultiSafepay, world: World, order_id: str) -> None:
    update_authorization(world, order_id, 9000, ())

    order = multisafepay.read()
    multisafepay.ship()
    assert [9000, 9000] == [order["amount"], order["payment_methods"][0]["amount"]]
    assert 9000 == multisafepay.ledger_order()["captured_amount"]
    assert ["completed", "shipped"] == _told(multisafepay)


def test_other_lines_of_the_same_amount_are_not_told(
    multisafepay: MultiSafepay, world: World, order_id: str
) -> None:
    before = multisafepay.read()

    update_authorization(world, order_id, 10000, [{"name": "Two teapots"}])

    assert (before, []) == (multisafepay.read(), _told(multisafepay))


def test_an_amount_of_which_all_is_captured_is_shipped(
    multisafepay: MultiSafepay, world: World, order_id: str
) -> None:
    capture_order(world, order_id, 4000)

    update_authorization(world, order_id, 4000, ())

    assert ("shipped/uncleared", ["shipped"]) == (multisafepay.status(), _told(multisafepay))


def test_what_was_refunded_of_a_part_counts_against_what_is_left_of_the_order(
    multisafepay: MultiSafepay, world: World, order_id: str
) -> None:
    capture_order(world, order_id, 4000)
    refund_order(world, order_id, 4000)
    part = multisafepay.status()

    release_order(world, order_id)

    assert ["partial_refunded/uncleared", "refunded/uncleared"] == [part, multisafepay.status()]


def test_the_rest_is_shipped_after_a_refund_of_a_part(
    multisafepay: MultiSafepay, world: World, order_id: str
) -> None:
    capture_order(world, order_id, 4000)
    refund_order(world, order_id, 1000)

    multisafepay.ship()

    klarna = multisafepay.ledger_order()
    assert ["CAPTURED", 10000] == [klarna["status"], klarna["captured_amount"]]
    assert "partial_refunded/uncleared" == multisafepay.status()


def test_a_shipped_order_is_shipped_once_also_after_a_refund(
    multisafepay: MultiSafepay, world: World, order_id: str
) -> None:
    multisafepay.ship()
    refund_order(world, order_id, 1000)

    multisafepay.ship(tracktrace_code="3S1")

    assert [10000] == [capture["captured_amount"] for capture in multisafepay.ledger_order()["captures"]]


def test_an_order_that_klarna_stops_is_declined_and_is_not_shipped(
    multisafepay: MultiSafepay, world: World, order_id: str
) -> None:
    decide_order(world, order_id, STOPPED)

    refused = multisafepay.refusal("PATCH", "/orders/ON-1", {"status": "shipped"})
    multisafepay.advance("5h")

    assert (400, 1000, "Invalid request") == refused
    assert ("declined/declined", ["declined"]) == (multisafepay.status(), _told(multisafepay))

"""One ledger: what other faces do with the Klarna orders of this one shows here."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mock_server.core.world import World
from mock_server.core.worlds import Worlds
from mock_server.ledger import captures, decisions, endings, refunds, updates
from tests.klarna import InProcess, Klarna
from tests.next_commerce import CAPTURES_LATER, RETURN_URL, NextCommerce, order_of


@pytest.fixture
def ledger(app: Flask) -> World:
    """The world that the store lives in, as other faces reach it."""
    worlds: Worlds = app.extensions["worlds"]
    return worlds.get("test")


@pytest.fixture
def authorized(next_commerce: NextCommerce) -> dict[str, Any]:
    return next_commerce.buy(payment_details={"payment_return_url": RETURN_URL, "payment_gateway": CAPTURES_LATER})


def _klarna_id(next_commerce: NextCommerce) -> str:
    return str(next_commerce.ledger_orders()[0]["order_id"])


def test_a_capture_elsewhere_pays_the_order(
    next_commerce: NextCommerce, ledger: World, authorized: dict[str, Any]
) -> None:
    captures.capture_order(ledger, _klarna_id(next_commerce), 600)
    part = next_commerce.status(authorized["number"])
    captures.capture_order(ledger, _klarna_id(next_commerce), 900)

    assert ("open/partially_paid/unfulfilled", "open/paid/unfulfilled") == (
        part, next_commerce.status(authorized["number"]),
    )  # fmt: skip
    assert ["authorize 15.00", "capture 6.00", "capture 9.00"] == next_commerce.transactions(authorized["number"])


def test_a_refund_elsewhere_shows_here(next_commerce: NextCommerce, ledger: World) -> None:
    number = next_commerce.buy()["number"]

    refunds.refund_order(ledger, _klarna_id(next_commerce), 400, description="goodwill")

    order = next_commerce.read(number)
    assert ("partially_refunded", "11.00", "0.00") == tuple(
        order[name] for name in ("payment_status", "total_incl_tax", "total_outstanding")
    )
    assert ("goodwill", "4.00") == (order["refunds"][0]["note"], order["refunds"][0]["total_refund_amount"])


def test_a_refund_elsewhere_is_of_the_oldest_charges(
    next_commerce: NextCommerce, ledger: World, authorized: dict[str, Any]
) -> None:
    for amount in (600, 900):
        captures.capture_order(ledger, _klarna_id(next_commerce), amount)

    refunds.refund_order(ledger, _klarna_id(next_commerce), 700)

    _, first, second, *back = next_commerce.read(authorized["number"])["transactions"]
    assert [("6.00", first["id"]), ("1.00", second["id"])] == [(each["amount"], each["parent_id"]) for each in back]
    assert ["0.00", "8.00"] == [
        next_commerce.get(f"/transactions/{each['id']}/")["amount_available_for_refund"] for each in (first, second)
    ]


@pytest.mark.parametrize(("amount", "status"), [(1200, "partially_paid"), (1500, "paid"), (2000, "paid")])
def test_another_amount_is_what_can_be_captured(
    next_commerce: NextCommerce, ledger: World, authorized: dict[str, Any], amount: int, status: str
) -> None:
    updates.update_authorization(ledger, _klarna_id(next_commerce), amount, ())

    next_commerce.post(f"/orders/{authorized['number']}/capture/", {})

    (klarna,) = next_commerce.ledger_orders()
    told = f"{amount // 100}.00"
    assert [f"authorize {told}", f"capture {told}"] == next_commerce.transactions(authorized["number"])
    assert (amount, status) == (klarna["captured_amount"], next_commerce.read(authorized["number"])["payment_status"])


def test_another_amount_is_told_with_its_transaction(
    next_commerce: NextCommerce, ledger: World, authorized: dict[str, Any]
) -> None:
    next_commerce.listen("https://www.example.com/hook", "transaction.updated", "order.updated")

    for amount in (1200, 1200):  # the second changes lines only
        updates.update_authorization(ledger, _klarna_id(next_commerce), amount, ())

    transaction = next_commerce.results("/transactions/")[0]
    assert ["transaction.updated", "order.updated"] == next_commerce.told()
    assert "12.00" == transaction["amount"] == next_commerce.read(authorized["number"])["transactions"][0]["amount"]


def test_a_cancellation_elsewhere_voids_what_was_authorized(
    next_commerce: NextCommerce, ledger: World, authorized: dict[str, Any]
) -> None:
    endings.cancel_order(ledger, _klarna_id(next_commerce))

    assert "open/voided/unfulfilled" == next_commerce.status(authorized["number"])
    assert ["authorize 15.00", "void 15.00"] == next_commerce.transactions(authorized["number"])


def test_an_order_that_klarna_stops_is_canceled(
    next_commerce: NextCommerce, ledger: World, authorized: dict[str, Any]
) -> None:
    decisions.decide_order(ledger, _klarna_id(next_commerce), "STOPPED")
    next_commerce.advance("5h")

    assert "canceled/voided/unfulfilled" == next_commerce.status(authorized["number"])
    assert ["authorize 15.00", "void 15.00"] == next_commerce.transactions(authorized["number"])


def test_klarnas_authorization_runs_out_after_28_days(
    next_commerce: NextCommerce, authorized: dict[str, Any]
) -> None:
    next_commerce.advance("29d")

    refused = next_commerce.refusal("POST", f"/orders/{authorized['number']}/capture/", {})

    assert "expired" == next_commerce.read(authorized["number"])["payment_status"]
    assert (400, {"non_field_errors": ["This order has no authorized payment to capture."]}) == refused


def test_a_cards_authorization_runs_out_after_7_days(next_commerce: NextCommerce) -> None:
    details = {"card_token": "tok_1", "payment_gateway": CAPTURES_LATER}
    number = next_commerce.post("/orders/", order_of("card_token", payment_details=details))["number"]

    next_commerce.advance("6d")
    before = next_commerce.read(number)["payment_status"]
    next_commerce.advance("25h")

    assert ("authorized", "expired") == (before, next_commerce.read(number)["payment_status"])


def test_the_money_of_one_order_is_not_taken_for_anothers(next_commerce: NextCommerce, ledger: World) -> None:
    first, second = next_commerce.buy()["number"], next_commerce.buy()["number"]

    refunds.refund_order(ledger, _klarna_id(next_commerce), 400)

    assert ["partially_refunded", "paid"] == [next_commerce.read(n)["payment_status"] for n in (first, second)]


def test_orders_of_klarnas_own_face_are_none_of_this_ones(app: Flask, next_commerce: NextCommerce) -> None:
    klarna = Klarna(InProcess(app.test_client()), "test")
    order_id = klarna.buy()["order_id"]
    worlds: Worlds = app.extensions["worlds"]

    captures.capture_order(worlds.get("test"), order_id, 100)

    assert [] == next_commerce.results("/orders/")

"""Refunds between the asking and the paying: reserved until midnight, called off, known by an id of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from mock_server.ledger.refunds import refund_order
from tests.multisafepay import MultiSafepay

HELD = {"notification_url": "https://www.example.com/hook", "notification_method": "POST"}
NO_INFORMATION = (400, 1033, "Error fetching refund information")


def _reserve(multisafepay: MultiSafepay, amount: int = 400, **fields: Any) -> int:
    """A reserved refund of a shipped Klarna order; its refund_id."""
    multisafepay.pay(**fields)
    multisafepay.ship()
    multisafepay.add_rule("multisafepay.orders.create_refund", {"outcome": "reserved"}, times=1)
    number: int = multisafepay.refund(amount=amount)["refund_id"]
    return number


def _related(multisafepay: MultiSafepay) -> list[tuple[int, str]]:
    """Amount and status of each refund."""
    related: list[dict[str, Any]] = multisafepay.read()["related_transactions"]
    return [(refund["amount"], refund["status"]) for refund in related]


def _financial(multisafepay: MultiSafepay, number: int) -> tuple[str, str]:
    """Status and financial_status of a refund in the books."""
    item = multisafepay.data("GET", f"/transactions/{number}")
    return item["status"], item["financial_status"]


def test_klarnas_refund_is_on_its_way_until_midnight(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    multisafepay.ship()
    number = multisafepay.refund(amount=400)["refund_id"]

    before = _financial(multisafepay, number)
    early = multisafepay.advance("10h59m")  # it was 13:00 in Amsterdam
    due = multisafepay.advance("1m")

    assert [("initialized", "completed"), []] == [before, early]
    assert [("multisafepay.refund.completed", number)] == [(event["what"], event["refund_id"]) for event in due]
    assert ("completed", "completed") == _financial(multisafepay, number)
    assert 400 == multisafepay.ledger_order()["refunded_amount"]


@pytest.mark.parametrize(("gateway", "before"), [("IDEAL", "completed"), ("VISA", "completed")])
def test_other_money_is_reserved_until_midnight(multisafepay: MultiSafepay, gateway: str, before: str) -> None:
    multisafepay.pay(gateway=gateway)
    assert before == multisafepay.read()["status"]
    number = multisafepay.refund(amount=400)["refund_id"]

    reserved = _financial(multisafepay, number)
    multisafepay.advance("11h")

    assert [("reserved", "initialized"), ("completed", "completed")] == [reserved, _financial(multisafepay, number)]
    assert "partial_refunded/completed" == multisafepay.status()


def test_a_reserved_refund_reaches_klarna_at_midnight(multisafepay: MultiSafepay) -> None:
    _reserve(multisafepay)

    before = multisafepay.ledger_order()["refunded_amount"]
    multisafepay.advance("11h")

    assert [0, 400] == [before, multisafepay.ledger_order()["refunded_amount"]]
    assert [(400, "completed")] == _related(multisafepay)


def test_a_reserved_refund_counts_as_refunded(multisafepay: MultiSafepay) -> None:
    _reserve(multisafepay, 10000)

    refused = multisafepay.refusal("POST", "/orders/ON-1/refunds", {"currency": "EUR", "amount": 1})

    assert 1034 == refused[1]
    assert [10000, "refunded"] == [multisafepay.read()[name] for name in ("amount_refunded", "status")]


def test_a_reserved_refund_can_be_called_off(multisafepay: MultiSafepay) -> None:
    number = _reserve(multisafepay)

    answer = multisafepay.data("PATCH", f"/orders/ON-1/refunds/{number}", {"status": "void", "description": "kept"})

    assert {} == answer
    assert [(400, "void")] == _related(multisafepay)
    assert [0, "shipped"] == [multisafepay.read()[name] for name in ("amount_refunded", "status")]


def test_a_refund_that_was_called_off_never_reaches_klarna(multisafepay: MultiSafepay) -> None:
    number = _reserve(multisafepay)
    multisafepay.data("PATCH", f"/orders/ON-1/refunds/{number}", {"status": "void"})

    fired = multisafepay.advance("11h")

    assert [[], 0] == [fired, multisafepay.ledger_order()["refunded_amount"]]


def test_the_sum_of_a_refund_that_was_called_off_may_be_asked_again_at_once(multisafepay: MultiSafepay) -> None:
    number = _reserve(multisafepay)
    multisafepay.data("PATCH", f"/orders/ON-1/refunds/{number}", {"status": "void"})

    multisafepay.refund(amount=400)

    assert [(400, "void"), (400, "initialized")] == _related(multisafepay)
    assert 400 == multisafepay.read()["amount_refunded"]


def test_one_of_two_refunds_is_called_off(multisafepay: MultiSafepay) -> None:
    number = _reserve(multisafepay)
    multisafepay.refund(amount=300)

    multisafepay.data("PATCH", f"/orders/ON-1/refunds/{number}", {"status": "void"})

    assert [300, "partial_refunded"] == [multisafepay.read()[name] for name in ("amount_refunded", "status")]


def test_a_refund_is_called_off_once(multisafepay: MultiSafepay) -> None:
    number = _reserve(multisafepay)
    path = f"/orders/ON-1/refunds/{number}"
    multisafepay.data("PATCH", path, {"status": "void"})

    assert NO_INFORMATION == multisafepay.refusal("PATCH", path, {"status": "void"})


def test_a_refund_that_klarna_has_cannot_be_called_off(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    multisafepay.ship()
    number = multisafepay.refund(amount=400)["refund_id"]

    refused = multisafepay.refusal("PATCH", f"/orders/ON-1/refunds/{number}", {"status": "void"})

    assert NO_INFORMATION == refused
    assert [(400, "initialized")] == _related(multisafepay)


@pytest.mark.parametrize(
    ("number", "body", "refused"),
    [
        ("1", {"status": "void"}, NO_INFORMATION),
        ("", {"status": "completed"}, (400, 1000, "Invalid request")),
        ("", {}, (400, 1016, "Missing data")),
    ],
)
def test_there_is_nothing_else_to_do_with_a_refund(
    multisafepay: MultiSafepay, number: str, body: dict[str, Any], refused: tuple[int, int, str]
) -> None:
    mine = _reserve(multisafepay)

    assert refused == multisafepay.refusal("PATCH", f"/orders/ON-1/refunds/{number or mine}", body)
    assert [(400, "reserved")] == _related(multisafepay)


def test_a_refund_may_have_an_order_id_of_its_own(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    multisafepay.ship()

    answer = multisafepay.refund(amount=400, refund_order_id="BACK/1")

    item = multisafepay.data("GET", f"/transactions/{answer['refund_id']}")
    assert ["BACK/1"] == [refund["order_id"] for refund in multisafepay.read()["related_transactions"]]
    assert ["BACK/1", "refund", "D", 400] == [item[name] for name in ("order_id", "type", "debit_credit", "amount")]
    assert "ON-1" == multisafepay.read("BACK/1")["order_id"]


def test_the_order_id_of_a_refund_does_not_hide_an_order(multisafepay: MultiSafepay) -> None:
    multisafepay.pay("ON-2", amount=500)
    multisafepay.pay()
    multisafepay.ship()

    multisafepay.refund(amount=400, refund_order_id="ON-2")

    assert 500 == multisafepay.read("ON-2")["amount"]


def test_a_refund_that_klarna_made_itself_is_shown(app: Flask, multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    multisafepay.ship()

    refund_order(app.extensions["worlds"].get("test"), multisafepay.ledger_order()["order_id"], 700)

    assert [(700, "completed")] == _related(multisafepay)
    assert [700, "partial_refunded"] == [multisafepay.read()[name] for name in ("amount_refunded", "status")]


def test_a_reserved_refund_that_klarna_no_longer_has_money_for_is_void(
    app: Flask, multisafepay: MultiSafepay
) -> None:
    _reserve(multisafepay, 9500)
    refund_order(app.extensions["worlds"].get("test"), multisafepay.ledger_order()["order_id"], 700)

    multisafepay.advance("11h")

    assert [(9500, "void"), (700, "completed")] == _related(multisafepay)
    assert [700, 700] == [multisafepay.read()["amount_refunded"], multisafepay.ledger_order()["refunded_amount"]]


@pytest.mark.parametrize(("amount", "kept"), [(10000, [(10000, "void")]), (4000, [(4000, "void")]), (300, [])])
def test_more_than_was_paid_is_never_refunded(
    app: Flask, multisafepay: MultiSafepay, amount: int, kept: list[tuple[int, str]]
) -> None:
    """What Klarna gave back is gone; the shop hears at once that its reserved refund is void."""
    _reserve(multisafepay, amount, payment_options=HELD)

    refund_order(app.extensions["worlds"].get("test"), multisafepay.ledger_order()["order_id"], 9700)

    assert [*(kept or [(300, "reserved")]), (9700, "completed")] == _related(multisafepay)
    assert (9700 if kept else 10000) == multisafepay.read()["amount_refunded"]
    told = [json.loads(message["body"]) for message in multisafepay.webhooks()]
    assert 10000 >= max(order["amount_refunded"] for order in told)
    assert _related(multisafepay) == [(each["amount"], each["status"]) for each in told[-1]["related_transactions"]]


def test_what_klarna_gave_back_whole_is_not_given_back_at_midnight(app: Flask, multisafepay: MultiSafepay) -> None:
    _reserve(multisafepay, 10000)
    refund_order(app.extensions["worlds"].get("test"), multisafepay.ledger_order()["order_id"], 10000)

    fired = multisafepay.advance("11h")

    assert [] == [event for event in fired if event["what"].startswith("multisafepay.refund")]
    assert [10000, "refunded"] == [multisafepay.read()[name] for name in ("amount_refunded", "status")]

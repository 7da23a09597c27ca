"""A shop sells tea every month: a token, charges of it, and the money on its account with the report of it."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
import requests

from tests.klarna import Answer, Klarna, fine
from tests.multisafepay import MultiSafepay

NOON = {"freeze": "2026-11-20T12:00:00Z"}
REQUEST = {
    "purchase_country": "DE", "purchase_currency": "EUR", "locale": "de-DE", "description": "Tea, every month",
    "intended_use": "subscription",
}  # fmt: skip


def _token(klarna: Klarna) -> str:
    fine(klarna.control("POST", "/clock", NOON))
    session = klarna.create_session(intent="tokenize")
    authorization = klarna.authorize(session["session_id"])["authorization_token"]
    made = fine(klarna.send("POST", f"/payments/v1/authorizations/{authorization}/customer-token", REQUEST))
    return str(made["token_id"])


def _charge(klarna: Klarna, token: str, amount: int = 1990, **headers: str) -> Answer:
    line = {"name": "Tea", "quantity": 1, "unit_price": amount, "total_amount": amount}
    body = {
        "purchase_currency": "EUR", "order_amount": amount, "order_tax_amount": 0, "order_lines": [line],
        "auto_capture": True,
    }  # fmt: skip
    return klarna.send("POST", f"/customer-token/v1/tokens/{token}/order", body, **headers)


def _orders(klarna: Klarna) -> list[dict[str, Any]]:
    return list(klarna.control("GET", "/state/orders").json)


def _payouts(klarna: Klarna) -> list[dict[str, Any]]:
    return list(fine(klarna.send("GET", "/settlements/v1/payouts"))["payouts"])


def test_a_subscription_is_charged_and_paid_out(klarna_over_http: Klarna) -> None:
    klarna = klarna_over_http
    token = _token(klarna)

    charges = [fine(_charge(klarna, token, klarna_idempotency_key=key)) for key in ("nov", "nov", "dec", "jan")]
    assert [] == _payouts(klarna)
    klarna.advance("1d")
    (payout,) = _payouts(klarna)
    path = f"/settlements/v1/reports/payout-with-transactions?payment_reference={payout['payment_reference']}"
    report = klarna.send("GET", path)

    assert charges[0] == charges[1]
    order_ids = [charge["order_id"] for charge in charges[1:]]
    assert (3, 3) == (len(set(order_ids)), len(_orders(klarna)))
    assert (3 * 1990, 3 * 60, 3 * 1930) == tuple(
        payout["totals"][name] for name in ("sale_amount", "fee_amount", "settlement_amount")
    )
    rows = list(csv.reader(StringIO(report.text), delimiter=";"))[4:]
    assert [("SALE", "19.90", "EUR"), ("FEE", "0.60", "EUR")] * 3 == [(row[0], row[8], row[9]) for row in rows]
    assert order_ids == [row[3] for row in rows[::2]]


def test_a_cancelled_subscription_is_charged_no_more(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http)

    cancelled = klarna_over_http.send("PATCH", f"/customer-token/v1/tokens/{token}/status", {"status": "CANCELLED"})
    refused = _charge(klarna_over_http, token)

    assert (202, "", "0") == (cancelled.status, cancelled.text, cancelled.headers["Content-Length"])
    assert (403, "TOKEN_CANCELED") == (refused.status, refused.json["error_code"])
    assert "CANCELLED" == fine(klarna_over_http.send("GET", f"/customer-token/v1/tokens/{token}"))["status"]


def test_a_return_after_the_payout_is_owed_and_repaid(klarna_over_http: Klarna) -> None:
    klarna = klarna_over_http
    token = _token(klarna)
    order_id = fine(_charge(klarna, token))["order_id"]
    klarna.advance("1d")
    refund = {"refunded_amount": 1990, "reference": "RMA-1"}
    fine(klarna.send("POST", f"/ordermanagement/v1/orders/{order_id}/refunds", refund))
    klarna.advance("1d")
    fine(_charge(klarna, token, 5000))
    klarna.advance("1d")

    told = [payout["totals"] for payout in _payouts(klarna)]
    path = f"/settlements/v1/transactions?order_id={order_id}"
    transactions = fine(klarna.send("GET", path))["transactions"]

    names = ("settlement_amount", "return_amount", "repay_amount", "closing_debt_balance_amount")
    assert [(1930, 0, 0, 0), (0, 1990, 0, 1990), (2860, 0, 1990, 0)] == [
        tuple(totals[name] for name in names) for totals in told
    ]
    assert [("SALE", None), ("FEE", None), ("RETURN", "RMA-1")] == [
        (each["type"], each.get("merchant_refund_reference")) for each in transactions
    ]


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        ("token-suspended", "TOKEN_SUSPENDED"), ("token-cancelled", "TOKEN_CANCELED"),
        ("charge-unavailable", "UNAVAILABLE_PAYMENT_METHOD"), ("rejected", "PAYMENT_METHOD_FAILED"),
    ],
)  # fmt: skip
def test_a_scenario_refuses_charges(klarna_over_http: Klarna, scenario: str, code: str) -> None:
    token = _token(klarna_over_http)
    klarna_over_http.choose_scenario(scenario)

    refused = _charge(klarna_over_http, token)

    assert (403, code, []) == (refused.status, refused.json["error_code"], _orders(klarna_over_http))


@pytest.mark.parametrize(("scenario", "status"), [("token-suspended", "SUSPENDED"), ("token-cancelled", "CANCELLED")])
def test_a_token_that_a_scenario_ended_is_read_so(klarna_over_http: Klarna, scenario: str, status: str) -> None:
    token = _token(klarna_over_http)

    read = klarna_over_http.send("GET", f"/customer-token/v1/tokens/{token}", x_mock_scenario=scenario)

    assert status == read.json["status"]


def test_a_failed_charge_recovers_with_the_next_try(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http)
    klarna_over_http.choose_scenario("charge-failed-then-recovers")

    answers = [_charge(klarna_over_http, token, klarna_idempotency_key=key).status for key in ("1", "2", "2")]

    assert [403, 200, 200] == answers
    assert 1 == len(_orders(klarna_over_http))


@pytest.mark.parametrize(("word", "becomes"), [("accepted", "ACCEPTED"), ("rejected", "REJECTED")])
def test_a_pending_charge_is_decided_later(klarna_over_http: Klarna, word: str, becomes: str) -> None:
    token = _token(klarna_over_http)
    klarna_over_http.choose_scenario(f"pending-then-{word}")
    charged = fine(_charge(klarna_over_http, token))

    klarna_over_http.advance("5m")

    (order,) = _orders(klarna_over_http)
    assert ("PENDING", becomes) == (charged["fraud_status"], order["fraud_status"])


def test_a_charge_whose_answer_was_lost_is_not_made_twice(klarna_over_http: Klarna) -> None:
    """What idempotency keys are for."""
    token = _token(klarna_over_http)

    with pytest.raises(requests.ConnectionError):
        _charge(klarna_over_http, token, klarna_idempotency_key="nov", x_mock_scenario="answer-lost")

    again = fine(_charge(klarna_over_http, token, klarna_idempotency_key="nov"))
    (order,) = _orders(klarna_over_http)
    assert order["order_id"] == again["order_id"]


def test_orders_of_other_faces_are_paid_out_too(
    klarna_over_http: Klarna, multisafepay_over_http: MultiSafepay
) -> None:
    """One ledger: both live in the world of this test."""
    fine(klarna_over_http.control("POST", "/clock", NOON))
    multisafepay_over_http.pay("ON-1", 5000)
    multisafepay_over_http.ship("ON-1")
    number = multisafepay_over_http.ledger_order("ON-1")["order_id"]
    klarna_over_http.advance("1d")

    (payout,) = _payouts(klarna_over_http)
    told = fine(klarna_over_http.send("GET", f"/settlements/v1/transactions?order_id={number}"))["transactions"]

    assert (5000, "EUR") == (payout["totals"]["sale_amount"], payout["currency_code"])
    assert [("SALE", 5000), ("FEE", 150)] == [(each["type"], each["amount"]) for each in told]
    assert multisafepay_over_http.api_key not in str(payout)

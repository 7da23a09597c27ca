"""A shop waits for Klarna's decision about an order, and hears of it."""

from __future__ import annotations

from typing import Any

from tests.klarna import Klarna, fine, purchase_of
from tests.receiver import Receiver

AMERICAN: dict[str, Any] = {
    "purchase_country": "US",
    "purchase_currency": "USD",
    "locale": "en-US",
    "billing_address": {"email": "customer+pend-accept-05@email.us", "country": "US", "region": "CA"},
}


def _american(receiver: Receiver, shopper: str = "pend-accept-05") -> dict[str, Any]:
    address = {**AMERICAN["billing_address"], "email": f"customer+{shopper}@email.us"}
    urls = {"notification": receiver.url("/decided?o={order.id}")}
    return {**AMERICAN, "billing_address": address, "merchant_urls": urls}


def _stored(klarna: Klarna, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = fine(klarna.control("GET", f"/state/orders/{order['order_id']}"))
    return found


def test_the_decision_is_told_until_the_shop_answers_200(klarna_over_http: Klarna, receiver: Receiver) -> None:
    klarna = klarna_over_http
    fine(klarna.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"}))
    receiver.answers(500, 500)

    order = klarna.buy(**_american(receiver))
    fired = [*klarna.advance("15m"), *klarna.advance("10m"), *klarna.advance("24h")]

    told = [(each["at"][11:16], each.get("result")) for each in fired if each["what"] == "webhook"]
    assert [("12:05", 500), ("12:15", 500), ("12:25", 200)] == told
    assert 3 == len(receiver.requests)
    assert [f"/decided?o={order['order_id']}"] * 3 == [request.path for request in receiver.requests]
    assert {"order_id": order["order_id"], "event_type": "FRAUD_RISK_ACCEPTED"} == receiver.requests[-1].json
    assert ("PENDING", "ACCEPTED") == (order["fraud_status"], _stored(klarna, order)["fraud_status"])


def test_a_rejection_is_told_and_four_hours_later_klarna_cancels(klarna_over_http: Klarna, receiver: Receiver) -> None:
    klarna = klarna_over_http
    order = klarna.buy(**_american(receiver, "pend-reject-05"))

    klarna.advance("5m")
    before = _stored(klarna, order)
    klarna.advance("4h")

    assert ["FRAUD_RISK_REJECTED"] == [request.json["event_type"] for request in receiver.wait_for(1)]
    assert ("REJECTED", "AUTHORIZED") == (before["fraud_status"], before["status"])
    assert "CANCELLED" == _stored(klarna, order)["status"]


def test_an_accepted_order_may_be_stopped(klarna_over_http: Klarna, receiver: Receiver) -> None:
    klarna = klarna_over_http
    klarna.choose_scenario("order-stopped")
    order = klarna.buy(merchant_urls={"notification": receiver.url()})

    klarna.advance("30m")

    assert ["FRAUD_RISK_STOPPED"] == [request.json["event_type"] for request in receiver.wait_for(1)]
    assert ("ACCEPTED", "REJECTED") == (order["fraud_status"], _stored(klarna, order)["fraud_status"])


def test_a_tester_decides_at_will_and_the_shop_hears_of_it(klarna_over_http: Klarna, receiver: Receiver) -> None:
    klarna = klarna_over_http
    session = klarna.create_session(merchant_urls={"notification": receiver.url()})
    token = klarna.authorize(session["session_id"])["authorization_token"]
    body = purchase_of(merchant_urls={"notification": receiver.url()})
    order = fine(
        klarna.send("POST", f"/payments/v1/authorizations/{token}/order", body, x_mock_outcome="pending")
    )

    decided = fine(klarna.control("POST", f"/klarna/orders/{order['order_id']}/decide", {"fraud_status": "REJECTED"}))

    assert "REJECTED" == decided["fraud_status"]
    assert ["FRAUD_RISK_REJECTED"] == [request.json["event_type"] for request in receiver.wait_for(1)]


def test_the_shop_is_pushed_when_an_order_was_placed(klarna_over_http: Klarna, receiver: Receiver) -> None:
    order = klarna_over_http.buy(merchant_urls={"push": receiver.url("/push/{order.id}")})

    (pushed,) = receiver.wait_for(1)

    assert ("POST", f"/push/{order['order_id']}", "") == (pushed.method, pushed.path, pushed.text)

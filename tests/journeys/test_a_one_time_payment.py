"""A shop takes one payment over real HTTP: create, authorize, order, and each failure of Klarna's guide."""

from __future__ import annotations

import re
from typing import Any

from tests.klarna import Klarna, purchase_of

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ADDRESS = {
    "given_name": "John",
    "family_name": "Doe",
    "email": "john@doe.com",
    "title": "Mr",
    "street_address": "Lombard St 10",
    "street_address2": "Apt 214",
    "postal_code": "90210",
    "city": "Beverly Hills",
    "region": "CA",
    "country": "US",
}
AMERICAN = {
    "purchase_country": "US",
    "purchase_currency": "USD",
    "locale": "en-US",
    "billing_address": ADDRESS,
    "merchant_urls": {"confirmation": "https://www.example.com/thanks?s={session.id}&o={order.id}"},
}


def _token(klarna: Klarna, **fields: Any) -> str:
    session = klarna.create_session(**fields)
    return str(klarna.authorize(session["session_id"])["authorization_token"])


def _refused(klarna: Klarna, token: str, **fields: Any) -> tuple[int, str, list[str]]:
    answer = klarna.send("POST", f"/payments/v1/authorizations/{token}/order", purchase_of(**fields))
    assert answer.json["correlation_id"] == answer.headers["Klarna-Correlation-Id"]
    return answer.status, answer.json["error_code"], answer.json["error_messages"]


def test_an_approved_shopper_pays(klarna_over_http: Klarna) -> None:
    klarna = klarna_over_http
    session = klarna.create_session(**AMERICAN)
    approved = klarna.authorize(session["session_id"])

    order = klarna.create_order(approved["authorization_token"], **AMERICAN)

    assert {"approved": True, "show_form": True} == {key: approved[key] for key in ("approved", "show_form")}
    assert ["order_id", "redirect_url", "fraud_status", "authorized_payment_method"] == list(order)
    assert UUID.fullmatch(order["order_id"])
    assert ["ACCEPTED", {"type": "invoice"}] == [order["fraud_status"], order["authorized_payment_method"]]
    assert "complete" == klarna.read_session(session["session_id"])["status"]


def test_the_redirect_leads_back_to_the_shop(klarna_over_http: Klarna) -> None:
    klarna = klarna_over_http
    session = klarna.create_session(**AMERICAN)
    order = klarna.create_order(klarna.authorize(session["session_id"])["authorization_token"], **AMERICAN)
    path = order["redirect_url"][order["redirect_url"].index("/", len("http://")) :]

    answer = klarna.send("GET", path)

    shop = f"https://www.example.com/thanks?s={session['session_id']}&o={order['order_id']}"
    assert [302, shop] == [answer.status, answer.headers["Location"]]


def test_without_a_confirmation_url_there_is_no_redirect(klarna_over_http: Klarna) -> None:
    order = klarna_over_http.buy()

    assert "redirect_url" not in order


def test_the_same_order_placed_twice_is_one_order(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http)

    first = klarna_over_http.create_order(token)
    second = klarna_over_http.create_order(token)

    assert first == second
    assert 1 == len(klarna_over_http.control("GET", "/state/orders").json)


def test_another_body_for_a_used_token_is_refused(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http)
    klarna_over_http.create_order(token)

    refused = _refused(klarna_over_http, token, merchant_reference1="another")

    assert (409, "BAD_VALUE", ["The order has been already completed with different request body"]) == refused


def test_an_order_placed_after_60_minutes_is_refused(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http)

    fired = klarna_over_http.advance("60m")

    assert ["authorization.expired"] == [event["what"] for event in fired]
    assert (404, "NOT_FOUND", ["Invalid authorization token"]) == _refused(klarna_over_http, token)


def test_an_order_placed_just_before_is_accepted(klarna_over_http: Klarna) -> None:
    klarna_over_http.control("POST", "/clock", {"freeze": True})
    token = _token(klarna_over_http)

    klarna_over_http.advance("59m59s")

    assert "ACCEPTED" == klarna_over_http.create_order(token)["fraud_status"]


def test_a_changed_address_is_refused(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http, **AMERICAN)
    moved = {**AMERICAN, "billing_address": {**ADDRESS, "postal_code": "10001"}}

    refused = _refused(klarna_over_http, token, **moved)

    assert (409, "BAD_VALUE", ["Not matching fields: [billing_address.postal_code]"]) == refused


def test_a_changed_cart_is_refused(klarna_over_http: Klarna) -> None:
    line = {"name": "Socks", "quantity": 1, "unit_price": 1000, "total_amount": 1000}
    token = _token(klarna_over_http, order_lines=[line, line])

    refused = _refused(klarna_over_http, token, order_lines=[line, line, line], order_amount=3000)

    said = "Not matching fields: [Incorrect number of items in the cart. Expected: 2, Actual: 3]"
    assert (409, "BAD_VALUE", [said]) == refused


def test_an_update_before_the_authorization_makes_the_cart_match(klarna_over_http: Klarna) -> None:
    session = klarna_over_http.create_session()
    changed = purchase_of(amount=4500)
    updated = klarna_over_http.send("POST", f"/payments/v1/sessions/{session['session_id']}", changed)
    token = klarna_over_http.authorize(session["session_id"])["authorization_token"]

    order = klarna_over_http.create_order(token, amount=4500)

    assert (204, "") == (updated.status, updated.text)
    assert "ACCEPTED" == order["fraud_status"]


def test_an_update_after_the_authorization_makes_the_changed_cart_match(klarna_over_http: Klarna) -> None:
    session = klarna_over_http.create_session()
    token = klarna_over_http.authorize(session["session_id"])["authorization_token"]
    refused = _refused(klarna_over_http, token, amount=1500)

    klarna_over_http.send("POST", f"/payments/v1/sessions/{session['session_id']}", purchase_of(amount=1500))

    assert (409, "BAD_VALUE") == refused[:2]
    assert "ACCEPTED" == klarna_over_http.create_order(token, amount=1500)["fraud_status"]


def test_a_rejected_order_is_refused(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http)
    klarna_over_http.choose_scenario("rejected")

    refused = _refused(klarna_over_http, token)

    assert (403, "REJECTED", ["Rejected"]) == refused
    assert [] == klarna_over_http.control("GET", "/state/orders").json


def test_a_rejected_order_can_be_placed_once_the_trouble_is_over(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http)
    klarna_over_http.add_rule("klarna.payments.create_order", {"outcome": "rejected"}, times=1)
    _refused(klarna_over_http, token)

    order = klarna_over_http.create_order(token)

    assert "ACCEPTED" == order["fraud_status"]


def test_a_pending_order_is_decided_by_the_clock(klarna_over_http: Klarna) -> None:
    klarna_over_http.choose_scenario("pending-then-rejected")
    order = klarna_over_http.buy()

    fired = klarna_over_http.advance("5m")

    kept = klarna_over_http.control("GET", f"/state/orders/{order['order_id']}").json
    assert ["PENDING", "REJECTED"] == [order["fraud_status"], kept["fraud_status"]]
    assert [("order.rejected", order["order_id"])] == [(event["what"], event["order_id"]) for event in fired]


def test_auto_capture_takes_the_money_at_once(klarna_over_http: Klarna) -> None:
    order = klarna_over_http.create_order(_token(klarna_over_http), auto_capture=True)

    kept = klarna_over_http.control("GET", f"/state/orders/{order['order_id']}").json
    assert ["CAPTURED", 2000, 0] == [kept["status"], kept["captured_amount"], kept["remaining_authorized_amount"]]


def test_a_deleted_authorization_is_worth_nothing_and_the_session_goes_on(klarna_over_http: Klarna) -> None:
    session = klarna_over_http.create_session()
    token = klarna_over_http.authorize(session["session_id"])["authorization_token"]

    deleted = klarna_over_http.send("DELETE", f"/payments/v1/authorizations/{token}")

    again = klarna_over_http.authorize(session["session_id"])["authorization_token"]
    assert (204, "") == (deleted.status, deleted.text)
    assert (404, "NOT_FOUND", ["Invalid authorization token"]) == _refused(klarna_over_http, token)
    assert "ACCEPTED" == klarna_over_http.create_order(again)["fraud_status"]


def test_a_session_is_gone_after_48_hours(klarna_over_http: Klarna) -> None:
    session = klarna_over_http.create_session()

    klarna_over_http.advance("48h")

    answer = klarna_over_http.send("GET", f"/payments/v1/sessions/{session['session_id']}")
    assert [404, ["Invalid session id"]] == [answer.status, answer.json["error_messages"]]


def test_a_completed_session_takes_no_update(klarna_over_http: Klarna) -> None:
    session = klarna_over_http.create_session()
    klarna_over_http.create_order(klarna_over_http.authorize(session["session_id"])["authorization_token"])

    answer = klarna_over_http.send("POST", f"/payments/v1/sessions/{session['session_id']}", {})

    assert [404, "SESSION_COMPLETED"] == [answer.status, answer.json["error_code"]]


def test_the_guides_token_is_looked_up_like_any_other(klarna_over_http: Klarna) -> None:
    refused = _refused(klarna_over_http, "b4bd3423-24e3", **AMERICAN)

    assert (404, "NOT_FOUND", ["Invalid authorization token"]) == refused


def test_the_guides_call_succeeds_without_a_session_when_any_token_will_do(klarna_over_http: Klarna) -> None:
    klarna_over_http.choose_scenario("any-token")

    order = klarna_over_http.create_order("b4bd3423-24e3", **AMERICAN)

    assert {"order_id", "redirect_url", "fraud_status", "authorized_payment_method"} == set(order)
    assert "ACCEPTED" == order["fraud_status"]


def test_a_shopper_who_may_be_tokenized_gets_token_and_order(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http, intent="buy_and_tokenize")
    wish = {
        "purchase_country": "DE",
        "purchase_currency": "EUR",
        "locale": "de-DE",
        "description": "Socks every month",
        "intended_use": "subscription",
    }

    made = klarna_over_http.send("POST", f"/payments/v1/authorizations/{token}/customer-token", wish)

    assert [200, True] == [made.status, bool(UUID.fullmatch(made.json["token_id"]))]
    assert "ACCEPTED" == klarna_over_http.create_order(token)["fraud_status"]

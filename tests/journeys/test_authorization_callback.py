"""Klarna tells the shop's server that a shopper was authorized."""

from __future__ import annotations

from typing import Any

from tests.klarna import Klarna
from tests.receiver import Receiver


def _urls(receiver: Receiver) -> dict[str, Any]:
    return {"merchant_urls": {"authorization": receiver.url("/authorized?secret=1")}}


def test_the_shop_is_told_token_and_session(klarna_over_http: Klarna, receiver: Receiver) -> None:
    session = klarna_over_http.create_session(**_urls(receiver))

    token = klarna_over_http.authorize(session["session_id"])["authorization_token"]

    (told,) = receiver.wait_for(1)
    assert ["POST", "/authorized?secret=1"] == [told.method, told.path]
    assert "application/json" == told.headers["content-type"]
    assert {"authorization_token": token, "session_id": session["session_id"]} == told.json


def test_the_token_told_is_good_for_the_order(klarna_over_http: Klarna, receiver: Receiver) -> None:
    session = klarna_over_http.create_session(**_urls(receiver))
    klarna_over_http.authorize(session["session_id"])
    (told,) = receiver.wait_for(1)

    order = klarna_over_http.create_order(told.json["authorization_token"], **_urls(receiver))

    assert "ACCEPTED" == order["fraud_status"]


def test_a_failed_delivery_is_tried_twice_more_on_the_worlds_clock(
    klarna_over_http: Klarna, receiver: Receiver
) -> None:
    klarna_over_http.control("POST", "/clock", {"freeze": "2027-01-01T00:00:00Z"})
    receiver.answers(500, 503, 404)
    session = klarna_over_http.create_session(**_urls(receiver))
    klarna_over_http.authorize(session["session_id"])
    receiver.wait_for(1)

    fired = klarna_over_http.advance("1m")

    (message,) = klarna_over_http.control("GET", "/state/webhooks").json
    assert [
        ("2027-01-01T00:00:00.000Z", 500),
        ("2027-01-01T00:00:01.000Z", 503),
        ("2027-01-01T00:00:03.000Z", 404),
    ] == [(attempt["at"], attempt["status"]) for attempt in message["attempts"]]
    assert ["failed", 3] == [message["state"], len(receiver.requests)]
    assert [503, 404] == [event["result"] for event in fired]


def test_a_declined_shopper_is_not_told(klarna_over_http: Klarna, receiver: Receiver) -> None:
    session = klarna_over_http.create_session(**_urls(receiver))

    klarna_over_http.authorize(session["session_id"], outcome="rejected")
    klarna_over_http.advance("1m")

    assert [] == receiver.requests
    assert [] == klarna_over_http.control("GET", "/state/webhooks").json


def test_a_host_that_webhooks_may_not_go_to_is_shown_and_not_sent(klarna_over_http: Klarna) -> None:
    session = klarna_over_http.create_session(merchant_urls={"authorization": "https://www.example.com/told"})

    klarna_over_http.authorize(session["session_id"])

    (message,) = klarna_over_http.control("GET", "/state/webhooks").json
    assert ["held", []] == [message["state"], message["attempts"]]
    assert "--webhook-allow www.example.com" in message["why"]

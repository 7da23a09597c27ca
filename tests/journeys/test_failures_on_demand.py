"""A QA engineer makes things go wrong over real HTTP, one scenario after the other."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from mock_server.app import create_worlds
from mock_server.settings import Settings
from tests.klarna import Klarna, purchase_of

# scenario -> status, error_code and message of create_order under it
REFUSED = {
    "rejected": (403, "REJECTED", "Rejected"),
    "token-expired": (404, "NOT_FOUND", "Invalid authorization token"),
    "token-already-used": (403, "INVALID_OPERATION", "Authorization token already consumed"),
    "address-changed": (409, "BAD_VALUE", "Not matching fields: [billing_address.postal_code]"),
    "cart-changed": (
        409,
        "BAD_VALUE",
        "Not matching fields: [Incorrect number of items in the cart. Expected: 2, Actual: 3]",
    ),
    "server-error": (500, "INTERNAL_SERVER_ERROR", "Internal error"),
    "merchant-inactive": (403, "MERCHANT_INACTIVE", None),
}
DECLINED = {
    "declined": {"approved": False, "show_form": False},
    "shopper-aborts": {"approved": False, "show_form": True},
}
# e-mail of a test shopper -> what authorize answers
SHOPPERS = {
    "customer+denied@email.de": {"approved": False, "show_form": False},
    "customer+de+denied@klarna.com": {"approved": False, "show_form": False},
    "customer+red@email.de": {"show_form": False},
}


def _token(klarna: Klarna, **fields: Any) -> str:
    return str(klarna.authorize(klarna.create_session(**fields)["session_id"])["authorization_token"])


def _order(klarna: Klarna, token: str, **headers: str) -> Any:
    return klarna.send("POST", f"/payments/v1/authorizations/{token}/order", purchase_of(), **headers)


def _american(email: str) -> dict[str, Any]:
    address = {"given_name": "Ann", "family_name": "Lee", "email": email, "country": "US"}
    return {"purchase_country": "US", "purchase_currency": "USD", "locale": "en-US", "billing_address": address}


@pytest.mark.parametrize("scenario", REFUSED)
def test_a_scenario_of_the_world_refuses_the_order(klarna_over_http: Klarna, scenario: str) -> None:
    status, code, message = REFUSED[scenario]
    token = _token(klarna_over_http)
    klarna_over_http.choose_scenario(scenario)

    answer = _order(klarna_over_http, token)

    assert [status, code] == [answer.status, answer.json["error_code"]]
    assert ([message] if message else []) == answer.json["error_messages"]
    entry = klarna_over_http.control("GET", answer.headers["X-Mock-Explain"].removeprefix("/_mock")).json
    assert f"scenario {scenario}, rule 1" == entry["decided_by"]


@pytest.mark.parametrize("scenario", REFUSED)
def test_a_scenario_can_be_asked_for_in_a_header_for_one_request(klarna_over_http: Klarna, scenario: str) -> None:
    token = _token(klarna_over_http)

    refused = _order(klarna_over_http, token, x_mock_scenario=scenario)
    accepted = _order(klarna_over_http, token)

    assert [REFUSED[scenario][0], 200] == [refused.status, accepted.status]


def test_an_outcome_can_be_asked_for_in_a_header(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http)

    answer = _order(klarna_over_http, token, x_mock_outcome="pending")

    assert "PENDING" == answer.json["fraud_status"]


def test_bad_credentials_get_the_gateways_page(klarna_over_http: Klarna) -> None:
    answer = klarna_over_http.send("POST", "/payments/v1/sessions", {}, x_mock_scenario="bad-credentials")

    assert [401, "text/html", "176"] == [
        answer.status,
        answer.headers["Content-Type"],
        answer.headers["Content-Length"],
    ]
    assert "Klarna-Correlation-Id" not in answer.headers


def test_a_wrong_password_gets_the_gateways_page_without_any_scenario(server: str) -> None:
    answer = requests.post(f"{server}/payments/v1/sessions", json={}, auth=("PK1_test", "wrong"), timeout=5)

    assert [401, 'Basic realm="very closed site"'] == [answer.status_code, answer.headers["Www-Authenticate"]]


def test_too_many_requests_get_an_empty_answer(klarna_over_http: Klarna) -> None:
    answer = klarna_over_http.send("POST", "/payments/v1/sessions", purchase_of(), x_mock_scenario="rate-limited")

    assert [429, "", "0", "true", "0"] == [
        answer.status,
        answer.text,
        answer.headers["Content-Length"],
        answer.headers["x-envoy-ratelimited"],
        answer.headers["x-ratelimit-remaining"],
    ]


def test_a_lost_answer_leaves_an_order_that_a_retry_finds(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http)

    with pytest.raises(requests.ConnectionError):
        _order(klarna_over_http, token, x_mock_scenario="answer-lost")

    (placed,) = klarna_over_http.control("GET", "/state/orders").json
    retried = _order(klarna_over_http, token)
    assert [200, placed["order_id"]] == [retried.status, retried.json["order_id"]]


def test_a_lost_request_leaves_nothing(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http)
    klarna_over_http.add_rule("klarna.payments.create_order", {"fault": {"drop": "request"}}, times=1)

    with pytest.raises(requests.ConnectionError):
        _order(klarna_over_http, token)

    assert [] == klarna_over_http.control("GET", "/state/orders").json
    assert 200 == _order(klarna_over_http, token).status


def test_a_truncated_answer_is_noticed_by_the_client(klarna_over_http: Klarna) -> None:
    token = _token(klarna_over_http)
    klarna_over_http.add_rule("klarna.payments.create_order", {"fault": {"truncate": 20}}, times=1)

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        _order(klarna_over_http, token)

    assert 1 == len(klarna_over_http.control("GET", "/state/orders").json)


def test_a_flaky_service_fails_twice_and_then_succeeds(klarna_over_http: Klarna) -> None:
    klarna_over_http.choose_scenario("flaky")
    token = _token(klarna_over_http)

    statuses = [_order(klarna_over_http, token).status for _ in range(4)]

    assert [500, 500, 200, 500] == statuses


def test_an_expired_session_can_be_had_at_once(klarna_over_http: Klarna) -> None:
    session = klarna_over_http.create_session()

    answer = klarna_over_http.send(
        "GET", f"/payments/v1/sessions/{session['session_id']}", x_mock_scenario="session-expired"
    )

    assert [404, ["Invalid session id"]] == [answer.status, answer.json["error_messages"]]


@pytest.mark.parametrize("scenario", DECLINED)
def test_a_scenario_keeps_the_shopper_from_being_authorized(klarna_over_http: Klarna, scenario: str) -> None:
    klarna_over_http.choose_scenario(scenario)

    answer = klarna_over_http.authorize(klarna_over_http.create_session()["session_id"])

    assert DECLINED[scenario] == answer


@pytest.mark.parametrize("email", SHOPPERS)
def test_klarnas_test_shoppers_are_always_on(klarna_over_http: Klarna, email: str) -> None:
    session = klarna_over_http.create_session(billing_address={"email": email, "country": "DE"})

    answer = klarna_over_http.authorize(session["session_id"])

    assert SHOPPERS[email] == answer


def test_a_test_shopper_may_come_with_the_data_given_to_authorize(klarna_over_http: Klarna) -> None:
    session = klarna_over_http.create_session()

    answer = klarna_over_http.authorize(
        session["session_id"], data={"billing_address": {"email": "customer+denied@email.de"}}
    )

    assert {"approved": False, "show_form": False} == answer


@pytest.mark.parametrize(("word", "becomes"), [("accept", "ACCEPTED"), ("reject", "REJECTED")])
def test_the_pending_test_shopper_is_decided_after_its_minutes(
    klarna_over_http: Klarna, word: str, becomes: str
) -> None:
    fields = _american(f"customer+pend-{word}-07@email.us")
    order = klarna_over_http.buy(**fields)

    early = klarna_over_http.advance("6m50s")
    due = klarna_over_http.advance("20s")

    kept = klarna_over_http.control("GET", f"/state/orders/{order['order_id']}").json
    assert ["PENDING", [], becomes] == [order["fraud_status"], early, kept["fraud_status"]]
    assert [f"order.{becomes.lower()}"] == [event["what"] for event in due]


def test_the_pending_test_shopper_lives_in_the_us_and_the_uk_only(klarna_over_http: Klarna) -> None:
    address = {"email": "customer+pend-accept-05@email.de", "country": "DE"}

    order = klarna_over_http.buy(billing_address=address)

    assert "ACCEPTED" == order["fraud_status"]


def test_a_reason_for_the_refusal_is_in_the_journal(klarna_over_http: Klarna) -> None:
    session = klarna_over_http.create_session(**_american("customer+reject_reason_HIGH_RISK@email.us"))

    answer = klarna_over_http.authorize(session["session_id"])

    entry = klarna_over_http.journal()[0]
    assert {"approved": False, "show_form": False} == answer
    assert ["scenario magic-reject-reason, rule 1", {"reason": "HIGH_RISK"}] == [entry["decided_by"], entry["options"]]


RACES = (
    "refused-then-authorized", "notification-before-response", "cancel-while-pending-then-accepted",
    "double-click-authorize", "late-older-notification",
)  # fmt: skip


def test_every_scenario_is_tried_by_some_test() -> None:
    """A scenario file that nobody asks for is one that nobody knows to work."""
    elsewhere = {"accepted", "any-token", "pending-then-accepted", "pending-then-rejected", "slow-answer"}
    elsewhere |= {"order-stopped"}  # test_a_pending_order.py
    elsewhere |= {f"race-{what}" for what in RACES}  # test_races.py
    elsewhere |= {"link-expired", "refund-refused", "refund-reserved"}  # test_multisafepay_failures.py
    elsewhere |= {f"webhook-{what}" for what in ("never-acknowledged", "before-redirect", "twice", "late", "lost")}
    # test_commercelayer_failures.py
    elsewhere |= {"amounts-mismatch", "declined-on-place", "invalid-token", "not-found", "not-found-at-edge"}
    elsewhere |= {"placed-and-authorized", "rate-limits", "throttled", "webhook-circuit-open"}
    # test_next_commerce_failures.py
    elsewhere |= {"duplicate-orders", "klarna-unavailable", "renewal-declined-then-recovers", "renewal-hard-declined"}
    elsewhere |= {"shopper-never-returns", "upsell-declined"}
    # test_subscriptions_paid_out.py
    elsewhere |= {"charge-failed-then-recovers", "charge-unavailable", "token-cancelled", "token-suspended"}
    here = {"answer-lost", "bad-credentials", "flaky", "rate-limited", "session-expired"}
    names = {scenario.name for scenario in create_worlds(Settings()).house.book.every() if not scenario.always}

    assert names == set(REFUSED) | set(DECLINED) | here | elsewhere


def test_a_rule_of_the_control_api_comes_before_everything(klarna_over_http: Klarna) -> None:
    klarna_over_http.choose_scenario("rejected")
    klarna_over_http.add_rule("klarna.payments.create_order", {"outcome": "accepted"})
    token = _token(klarna_over_http)

    answer = _order(klarna_over_http, token, x_mock_outcome="rejected")

    assert 200 == answer.status


def test_accepted_after_a_while(klarna_over_http: Klarna) -> None:
    klarna_over_http.choose_scenario("pending-then-accepted")
    order = klarna_over_http.buy()

    klarna_over_http.advance("5m")

    kept = klarna_over_http.control("GET", f"/state/orders/{order['order_id']}").json
    assert ["PENDING", "ACCEPTED"] == [order["fraud_status"], kept["fraud_status"]]

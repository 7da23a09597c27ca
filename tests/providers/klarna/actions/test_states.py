"""An order in any state at once: how it got there can be told, and what does not fit is refused."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from mock_server.providers.klarna.actions.states import WAYS

from ..conftest import Klarna, purchase_of

# state -> status, fraud_status, order_amount, captured_amount, refunded_amount, remaining_authorized_amount
STATES = {
    "AUTHORIZED": ("AUTHORIZED", "ACCEPTED", 10000, 0, 0, 10000),
    "PENDING": ("AUTHORIZED", "PENDING", 10000, 0, 0, 10000),
    "REJECTED": ("AUTHORIZED", "REJECTED", 10000, 0, 0, 10000),
    "PART_CAPTURED": ("PART_CAPTURED", "ACCEPTED", 10000, 5000, 0, 5000),
    "CAPTURED": ("CAPTURED", "ACCEPTED", 10000, 10000, 0, 0),
    "RELEASED": ("CAPTURED", "ACCEPTED", 5000, 5000, 0, 0),
    "PART_REFUNDED": ("CAPTURED", "ACCEPTED", 10000, 10000, 5000, 0),
    "REFUNDED": ("CAPTURED", "ACCEPTED", 10000, 10000, 10000, 0),
    "CANCELLED": ("CANCELLED", "ACCEPTED", 10000, 0, 0, 0),
    "EXPIRED": ("EXPIRED", "ACCEPTED", 10000, 0, 0, 0),
    "CLOSED": ("CLOSED", "ACCEPTED", 10000, 10000, 0, 0),
}
_SHOWN = (
    "status", "fraud_status", "order_amount", "captured_amount", "refunded_amount", "remaining_authorized_amount",
)  # fmt: skip


def made(klarna: Klarna, **wanted: Any) -> TestResponse:
    return klarna.call("POST", "/_mock/klarna/orders", wanted)


@pytest.mark.parametrize("state", STATES)
def test_an_order_comes_into_a_state_in_one_call(klarna: Klarna, state: str) -> None:
    answer = made(klarna, state=state)

    order = klarna.call("GET", f"/ordermanagement/v1/orders/{answer.get_json()['order_id']}").get_json()
    assert 201 == answer.status_code
    assert STATES[state] == tuple(order[name] for name in _SHOWN)
    assert order == {name: value for name, value in answer.get_json().items() if name in order}


def test_every_state_is_tested() -> None:
    assert list(WAYS) == list(STATES)


def test_its_past_is_told_truly(klarna: Klarna) -> None:
    order = made(klarna, state="PART_REFUNDED", refunded_amount=1234).get_json()

    assert [10000] == [capture["captured_amount"] for capture in order["captures"]]
    assert [1234] == [refund["refunded_amount"] for refund in order["refunds"]]
    assert f"{order['klarna_reference']}-1" == order["captures"][0]["klarna_reference"]
    assert [1234] == [capture["refunded_amount"] for capture in order["captures"]]


def test_its_session_is_complete(klarna: Klarna) -> None:
    order = made(klarna, state="CAPTURED").get_json()

    session = klarna.read_session(order["session_id"]).get_json()
    assert ["complete", order["authorization_token"]] == [session["status"], session["authorization_token"]]


def test_an_expired_one_takes_the_clock_along(klarna: Klarna) -> None:
    order = made(klarna, state="EXPIRED").get_json()

    now = klarna.call("GET", "/_mock/clock").get_json()["now"]
    assert order["expires_at"] == now == "2026-12-18T00:00:00.000Z"


def test_its_purchase_is_the_one_asked_for(klarna: Klarna) -> None:
    purchase = purchase_of(merchant_reference1="ON-1")

    order = made(klarna, state="PART_CAPTURED", purchase=purchase, captured_amount=24999).get_json()

    assert ["ON-1", 25000, 24999, 1, "SEK"] == [
        order[name]
        for name in (
            "merchant_reference1", "order_amount", "captured_amount", "remaining_authorized_amount",
            "purchase_currency",
        )
    ]  # fmt: skip


def test_an_amount_alone_makes_a_purchase_of_it(klarna: Klarna) -> None:
    order = made(klarna, state="AUTHORIZED", purchase={"order_amount": 777}).get_json()

    assert [777, 777] == [order["order_amount"], order["order_lines"][0]["total_amount"]]


def test_a_purchase_with_auto_capture_stays_in_the_state_asked_for(klarna: Klarna) -> None:
    order = made(klarna, state="AUTHORIZED", purchase={"auto_capture": True}).get_json()

    assert ["AUTHORIZED", 0] == [order["status"], order["captured_amount"]]


def test_a_scenario_that_declines_does_not_stand_in_the_way(klarna: Klarna) -> None:
    klarna.call("PUT", "/_mock/scenario", {"name": "declined-on-place"})

    answer = made(klarna, state="CAPTURED")

    assert 201 == answer.status_code


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({}, "state: Missing data for required field."),
        ({"state": "CAPTURD"}, "state: 'CAPTURD' is none; did you mean 'CAPTURED'?"),
        ({"state": "CAPTURED", "purchas": {}}, "purchas: unknown key; did you mean 'purchase'?"),
        ({"state": "AUTHORIZED", "captured_amount": 1}, "captured_amount: not of state AUTHORIZED"),
        ({"state": "CAPTURED", "refunded_amount": 1}, "refunded_amount: not of state CAPTURED"),
        (
            {"state": "PART_CAPTURED", "captured_amount": 10000},
            "captured_amount is 10000, expected 1 to 9999 for state PART_CAPTURED",
        ),
        (
            {"state": "PART_CAPTURED", "captured_amount": 0},
            "captured_amount is 0, expected 1 to 9999 for state PART_CAPTURED",
        ),
        ({"state": "CAPTURED", "captured_amount": 9999}, "captured_amount is 9999, expected 10000 for state CAPTURED"),
        (
            {"state": "PART_REFUNDED", "refunded_amount": 10000},
            "refunded_amount is 10000, expected 1 to 9999 for state PART_REFUNDED",
        ),
        (
            {"state": "CAPTURED", "purchase": {"order_amount": 10000, "order_lines": []}},
            "Bad value: order_lines; order_lines has 0 items, expected 1 to 1000",
        ),
        (
            {"state": "CAPTURED", "purchase": {"billing_address": {"email": "nobody"}}},
            "the shopper is not authorized: billing_address.email",
        ),
        (
            {"state": "PART_CAPTURED", "purchase": {"order_amount": 1}},
            "order_amount is 1, expected at least 2 for state PART_CAPTURED",
        ),
        (
            {"state": "CAPTURED", "purchase": {"order_amount": 0}},
            "order_amount is 0, expected at least 1 for state CAPTURED",
        ),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_and_nothing_is_placed(
    klarna: Klarna, wanted: dict[str, Any], error: str
) -> None:
    answer = made(klarna, **wanted)

    assert [400, error] == [answer.status_code, answer.get_json()["error"]]
    assert 0 == klarna.call("GET", "/_mock/state").get_json()["orders"]


def test_a_purchase_that_is_only_to_be_tokenized_is_refused_with_the_reason(klarna: Klarna) -> None:
    answer = made(klarna, state="AUTHORIZED", purchase={"intent": "tokenize"})

    told = answer.get_json()
    assert (403, "INVALID_OPERATION") == (answer.status_code, told["code"])
    assert told["error"].startswith("INVALID_OPERATION: the intent of session ")
    assert told["error"].endswith(" is tokenize: no order comes of it, a customer token does")

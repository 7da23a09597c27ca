"""A tester decides of an order at will."""

from __future__ import annotations

from typing import Any

import pytest

from tests.samples import assert_alike, read_samples

from .charges import charge, charge_of, token_of_american
from .checkout import ADDRESS, Checkout
from .conftest import Klarna

SAMPLES = read_samples("klarna", "decisions.*")


def place(klarna: Klarna, **headers: str) -> str:
    return str(klarna.create_order(klarna.token(), None, **headers).get_json()["order_id"])


def decide(klarna: Klarna, order_id: str, body: Any) -> Any:
    return klarna.call("POST", f"/_mock/klarna/orders/{order_id}/decide", body)


def body_for(klarna: Klarna, token: str, **fields: Any) -> dict[str, Any]:
    """What was authorized, and ``fields`` on top."""
    authorization = klarna.world.store.get("authorizations", token)
    session = klarna.world.store.get("sessions", authorization["session_id"] if authorization else "")
    return {**(session["purchase"] if session else {}), **fields}


def stored(klarna: Klarna, order_id: str) -> dict[str, Any]:
    found: dict[str, Any] = klarna.call("GET", f"/_mock/state/orders/{order_id}").get_json()
    return found


def test_the_sample_is_answered_in_its_shape(klarna: Klarna) -> None:
    sample = SAMPLES["decisions.decide_order"]
    order_id = place(klarna, X_Mock_Outcome="pending")

    answer = decide(klarna, order_id, sample["request"]["body"])

    assert_alike(sample, answer, lambda body: {**body, "order_id": "", "decided_at": ""})


@pytest.mark.parametrize(
    ("outcome", "decision", "expected"),
    [("pending", "ACCEPTED", "ACCEPTED"), ("pending", "REJECTED", "REJECTED"), ("accepted", "STOPPED", "REJECTED")],
)
def test_the_order_is_what_was_decided(klarna: Klarna, outcome: str, decision: str, expected: str) -> None:
    order_id = place(klarna, X_Mock_Outcome=outcome)

    answer = decide(klarna, order_id, {"fraud_status": decision})

    assert (200, expected) == (answer.status_code, answer.get_json()["fraud_status"])
    assert (expected, "2026-11-20T12:00:00.000Z") == (
        stored(klarna, order_id)["fraud_status"], stored(klarna, order_id)["decided_at"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"fraud_status": "ACEPTED"}, "fraud_status: 'ACEPTED' is no decision; did you mean 'ACCEPTED'?"),
        ({"fraud_status": "stopped"}, "fraud_status: 'stopped' is no decision; did you mean 'STOPPED'?"),
        ({"fraud_status": "PENDING"}, "'PENDING' is no decision; expected one of: ACCEPTED, REJECTED, STOPPED"),
        ({"fraud_status": 1}, "fraud_status: Not a valid string."),
        ({}, "fraud_status: Missing data for required field."),
        ({"fraud_statsu": "ACCEPTED"}, "fraud_statsu: unknown key; did you mean 'fraud_status'?"),
        ([], "the body is no JSON object"),
    ],
)
def test_a_wrong_word_is_refused_with_the_right_one(klarna: Klarna, body: Any, told: str) -> None:
    order_id = place(klarna, X_Mock_Outcome="pending")

    answer = decide(klarna, order_id, body)

    assert (400, "PENDING") == (answer.status_code, stored(klarna, order_id)["fraud_status"])
    assert told in answer.get_json()["error"]


def test_an_order_that_is_decided_is_not_decided_again(klarna: Klarna) -> None:
    order_id = place(klarna)

    answer = decide(klarna, order_id, {"fraud_status": "ACCEPTED"})

    told = {"error": f"order {order_id} is ACCEPTED, not PENDING", "code": "IMPOSSIBLE"}
    assert (409, told) == (answer.status_code, answer.get_json())


def test_an_order_nobody_placed_is_not_found(klarna: Klarna) -> None:
    answer = decide(klarna, "nobody", {"fraud_status": "ACCEPTED"})

    assert [404, "NOT_FOUND"] == [answer.status_code, answer.get_json()["code"]]


def test_a_disputed_shopper_is_seen_on_the_order_and_in_the_journal(klarna: Klarna) -> None:
    address = {"email": "customer+disputed-faulty_goods@email.se", "country": "SE"}
    token = klarna.token(billing_address=address)

    answer = klarna.create_order(token, body_for(klarna, token, auto_capture=True))

    order = stored(klarna, answer.get_json()["order_id"])
    (dispute,) = order["disputes"]
    entry = klarna.call("GET", answer.headers["X-Mock-Explain"]).get_json()
    assert ("faulty_goods", 25000) == (dispute["reason"], dispute["amount"])
    assert ("scenario magic-disputes, rule 1", {"dispute": "faulty_goods"}) == (entry["decided_by"], entry["options"])
    assert [f"dispute faulty_goods of 25000 was opened on capture {dispute['capture_id']}"] == entry["notes"]


def test_what_a_disputed_shopper_s_token_is_charged_is_disputed_too(klarna: Klarna) -> None:
    token = token_of_american(klarna, "customer+disputed-return@email.us")

    order_id = charge(klarna, token, charge_of(purchase_currency="USD", auto_capture=True)).get_json()["order_id"]

    assert ["return"] == [dispute["reason"] for dispute in stored(klarna, order_id)["disputes"]]


def test_the_checkout_of_a_disputed_shopper_is_disputed_too(klarna: Klarna) -> None:
    checkout = Checkout(klarna)
    order_id = checkout.order_id(billing_address={**ADDRESS, "email": "customer+disputed-high_risk_order@email.se"})

    checkout.complete(order_id)

    assert ["high_risk_order"] == [dispute["reason"] for dispute in stored(klarna, order_id)["disputes"]]


def test_an_unknown_reason_in_an_email_disputes_nothing(klarna: Klarna) -> None:
    address = {"email": "customer+disputed-boredom@email.se", "country": "SE"}
    token = klarna.token(billing_address=address)

    answer = klarna.create_order(token)

    assert (None, []) == tuple(stored(klarna, answer.get_json()["order_id"])[n] for n in ("disputed_as", "disputes"))


def test_an_entry_without_anything_to_note_has_no_notes(klarna: Klarna) -> None:
    answer = klarna.create_order(klarna.token())

    assert "notes" not in klarna.call("GET", answer.headers["X-Mock-Explain"]).get_json()


def test_what_fell_due_before_a_request_is_not_noted_there(klarna: Klarna) -> None:
    klarna.add_rule("create_order", outcome="pending", decide="accepted", after="5m", dispute="return")
    token = klarna.token()
    order = klarna.create_order(token, body_for(klarna, token, auto_capture=True)).get_json()
    klarna.world.clock.freeze(klarna.world.clock.now().replace(minute=10))

    answer = klarna.read_session("made-up")

    assert 1 == len(stored(klarna, order["order_id"])["disputes"])
    assert "notes" not in klarna.call("GET", answer.headers["X-Mock-Explain"]).get_json()

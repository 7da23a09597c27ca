"""Every refusal of a charge: by its cause where it has one, and each by a rule."""

from __future__ import annotations

from typing import Any

import pytest

from .charges import cancel, change, charge, charge_of, placed, read, token_of, token_of_american
from .conftest import Klarna

OF_CREATE_ORDER: list[tuple[str, int, str, list[str]]] = [
    ("TokenNotFound", 404, "TOKEN_NOT_FOUND", ["Customer token not found"]),
    ("TOKEN_SUSPENDED", 403, "TOKEN_SUSPENDED", []),
    ("TOKEN_CANCELED", 403, "TOKEN_CANCELED", []),
    ("TOKEN_CANCELLED", 403, "TOKEN_CANCELLED", []),
    ("TOKEN_FORBIDDEN", 403, "TOKEN_FORBIDDEN", []),
    ("PAYMENT_METHOD_CURRENCY_MISMATCH", 403, "PAYMENT_METHOD_CURRENCY_MISMATCH", []),
    ("PAYMENT_METHOD_FAILED", 403, "PAYMENT_METHOD_FAILED", []),
    ("UNAVAILABLE_PAYMENT_METHOD", 403, "UNAVAILABLE_PAYMENT_METHOD", ["Purchase for payment method failed"]),
    ("BAD_REQUEST", 400, "BAD_REQUEST", []),
    ("INTERNAL_SERVER_ERROR", 500, "INTERNAL_SERVER_ERROR", ["Internal error"]),
    ("SERVICE_UNAVAILABLE", 503, "SERVICE_UNAVAILABLE", []),
]


def refusal(answer: Any) -> tuple[int, str, list[str]]:
    return answer.status_code, answer.get_json()["error_code"], answer.get_json()["error_messages"]


def rule(klarna: Klarna, operation: str, error: str) -> None:
    body = {"when": {"operation": f"klarna.customer_token.{operation}"}, "then": {"error": error}}
    assert 201 == klarna.call("POST", "/_mock/rules", body).status_code


@pytest.mark.parametrize(("error", "status", "code", "messages"), OF_CREATE_ORDER)
def test_each_can_be_ordered(
    klarna: Klarna, error: str, status: int, code: str, messages: list[str]
) -> None:
    token = token_of(klarna)
    rule(klarna, "create_order", error)

    answer = charge(klarna, token)

    assert (status, code, messages) == refusal(answer)
    assert answer.headers["Klarna-Correlation-Id"] == answer.get_json()["correlation_id"]
    assert [] == placed(klarna)


def test_the_documented_refusal_of_an_unknown_token_can_be_ordered(klarna: Klarna) -> None:
    rule(klarna, "read_token", "NOT_FOUND")

    answer = read(klarna, "unknown-token")

    assert (404, "NOT_FOUND", ["Invalid customer-token ID"]) == refusal(answer)
    assert ["correlation_id", "error_code", "error_messages"] == list(answer.get_json())


def test_an_unknown_token_is_refused_before_its_body_is_looked_at(klarna: Klarna) -> None:
    assert (404, "TOKEN_NOT_FOUND", ["Customer token not found"]) == refusal(charge(klarna, "unknown-token", {}))


def test_a_suspended_token_is_refused_before_its_body_is_looked_at(klarna: Klarna) -> None:
    token = token_of(klarna)
    change(klarna, token, status="SUSPENDED")

    answer = charge(klarna, token, {})

    assert (403, "TOKEN_SUSPENDED", []) == refusal(answer)
    assert f"customer token {token} is SUSPENDED, not ACTIVE" == klarna.explanation(answer)["because"]


def test_a_cancelled_token_is_refused(klarna: Klarna) -> None:
    token = token_of(klarna)
    cancel(klarna, token)

    answer = charge(klarna, token)

    assert (403, "TOKEN_CANCELED", []) == refusal(answer)
    assert [] == placed(klarna)


def test_another_currency_than_the_tokens_is_refused(klarna: Klarna) -> None:
    token = token_of_american(klarna)

    answer = charge(klarna, token, charge_of(purchase_currency="EUR"))

    assert (403, "PAYMENT_METHOD_CURRENCY_MISMATCH", []) == refusal(answer)
    because = klarna.explanation(answer)["because"]
    assert f"purchase_currency is EUR, customer token {token} was made for USD" == because
    assert [] == placed(klarna)


def test_a_token_that_was_made_without_a_currency_has_its_countrys(klarna: Klarna) -> None:
    session = klarna.token(intent="tokenize")
    request = {"purchase_country": "SE", "locale": "en-SE", "description": "Tea", "intended_use": "SUBSCRIPTION"}
    token = klarna.create_customer_token(session, request).get_json()["token_id"]

    answers = [charge(klarna, token, charge_of(purchase_currency=name)).status_code for name in ("EUR", "SEK")]

    assert [403, 200] == answers


def test_a_rejected_charge_failed_and_may_be_tried_again(klarna: Klarna) -> None:
    token = token_of(klarna)

    refused, accepted = charge(klarna, token, X_Mock_Outcome="rejected"), charge(klarna, token)

    assert (403, "PAYMENT_METHOD_FAILED", []) == refusal(refused)
    assert (200, 1) == (accepted.status_code, len(placed(klarna)))


class TestUnavailable:
    def test_it_tells_what_could_not_be_used(self, klarna: Klarna) -> None:
        answer = charge(klarna, token_of(klarna), X_Mock_Outcome="unavailable")

        assert (403, "UNAVAILABLE_PAYMENT_METHOD", ["Purchase for payment method failed"]) == refusal(answer)
        assert ("REJECTED", {"type": "invoice"}) == tuple(list(answer.get_json().values())[3:])

    @pytest.mark.parametrize(("step_up", "has_id"), [("SUPPORTED", True), ("NOT_SUPPORTED", False)])
    def test_a_step_up_id_is_for_who_supports_it(self, klarna: Klarna, step_up: str, has_id: bool) -> None:
        answer = charge(klarna, token_of(klarna), charge_of(step_up=step_up), X_Mock_Outcome="unavailable")

        assert has_id == ("step_up_id" in answer.get_json())

    def test_a_reason_is_told_when_the_rule_has_one(self, klarna: Klarna) -> None:
        token = token_of(klarna)
        then = {"outcome": "unavailable", "reason": "INSUFFICIENT_FUNDS"}
        klarna.call(
            "POST", "/_mock/rules", {"when": {"operation": "klarna.customer_token.create_order"}, "then": then}
        )

        answer = charge(klarna, token, charge_of(step_up="SUPPORTED"))

        assert [
            "correlation_id", "error_code", "error_messages", "fraud_status", "reason", "authorized_payment_method",
            "step_up_id",
        ] == list(answer.get_json())  # fmt: skip
        assert "INSUFFICIENT_FUNDS" == answer.get_json()["reason"]

    def test_ordered_by_its_name_it_is_a_rejection_too(self, klarna: Klarna) -> None:
        rule(klarna, "create_order", "UnavailablePaymentMethod")

        assert "REJECTED" == charge(klarna, "any").get_json()["fraud_status"]


class TestShoppersOfTests:
    def test_a_denied_shoppers_charge_fails(self, klarna: Klarna) -> None:
        address = {"email": "customer+denied@email.se", "country": "SE"}
        token = token_of(klarna, billing_address=address)

        answer = charge(klarna, token)

        assert (403, "PAYMENT_METHOD_FAILED", []) == refusal(answer)

    @pytest.mark.parametrize(("word", "becomes"), [("accept", "ACCEPTED"), ("reject", "REJECTED")])
    def test_a_pending_shoppers_charge_is_decided_after_its_minutes(
        self, klarna: Klarna, word: str, becomes: str
    ) -> None:
        token = token_of_american(klarna, f"customer+pend-{word}-05@email.us")

        answer = charge(klarna, token, charge_of(purchase_currency="USD"))
        klarna.call("POST", "/_mock/clock", {"advance": "5m"})

        assert ("PENDING", becomes) == (answer.get_json()["fraud_status"], placed(klarna)[0]["fraud_status"])

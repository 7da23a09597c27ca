"""Every row of Klarna's error catalogue for Payments: got the natural way.

Source: docs.klarna.com, error codes and messages for Klarna Payments; playground calls recorded 2017 to 2024.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from .conftest import Klarna, klarna_with, purchase_of, token_request_of
from .refusals import assert_is_gateway_page, assert_is_rate_limited, assert_refused, perform


def change_line(index: int, **fields: Any) -> dict[str, Any]:
    """The usual purchase with one line changed; four lines, so that the recorded ``order_lines[3]`` is there."""
    purchase = purchase_of()
    extra = {"name": "Cup", "quantity": 1, "unit_price": 0, "tax_rate": 2500, "total_amount": 0, "total_tax_amount": 0}
    purchase["order_lines"] += [dict(extra), dict(extra)]
    purchase["order_lines"][index] |= fields
    return purchase


def without(purchase: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in purchase.items() if key != name}


BAD_PURCHASES: dict[str, tuple[dict[str, Any], str]] = {
    "order amount is not the sum": (purchase_of(order_amount=20000), "order_amount"),
    "line total is not the product": (change_line(0, total_amount=19999), "order_lines[0].total_amount"),
    "quantity is no whole number": (
        change_line(0, quantity=0.5, unit_price=2120, tax_rate=0, total_amount=1060, total_tax_amount=0),
        "order_lines[0].total_amount",
    ),
    "line tax is beside the formula": (change_line(3, total_tax_amount=2), "order_lines[3].total_tax_amount"),
    "order tax does not add up": (purchase_of(order_tax_amount=5003), "order_tax_amount"),
    "lines are missing": (without(purchase_of(), "order_lines"), "order_lines"),
    "lines are empty": (purchase_of(order_lines=[]), "order_lines"),
    "lines are no list": (purchase_of(order_lines="none"), "order_lines"),
    "currency is malformed": (purchase_of(purchase_currency="KRONA"), "purchase_currency"),
    "currency is foreign": (purchase_of(purchase_currency="USD"), "purchase_currency"),
    "reference is too long": (change_line(0, reference="K" * 256), "order_lines[0].reference"),
    "locale is malformed": (purchase_of(locale="swedish"), "locale"),
    "postal codes are too long": (
        purchase_of(billing_address={"postal_code": "1" * 11}, shipping_address={"postal_code": "1" * 11}),
        "billing_address.postal_code, shipping_address.postal_code",
    ),
    "several fields are bad": (
        purchase_of(locale="swedish", order_amount=-1, merchant_reference1="R" * 256),
        "order_amount, locale, merchant_reference1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_PURCHASES)
def test_a_bad_purchase_makes_no_session(klarna: Klarna, case: str) -> None:
    purchase, paths = BAD_PURCHASES[case]

    answer = klarna.create_session(purchase)

    assert_refused(answer, 400, "BAD_VALUE", [f"Bad value: {paths}"])


@pytest.mark.parametrize("case", BAD_PURCHASES)
def test_a_bad_purchase_makes_no_order(klarna: Klarna, case: str) -> None:
    purchase, paths = BAD_PURCHASES[case]
    token = klarna.token()

    answer = klarna.create_order(token, purchase)

    assert_refused(answer, 400, "BAD_VALUE", [f"Bad value: {paths}"])
    assert 200 == klarna.create_order(token).status_code


def test_a_malformed_attachment_is_refused_under_its_recorded_name(klarna: Klarna) -> None:
    answer = klarna.create_session(purchase_of(attachment={"body": "no json", "content_type": "text/plain"}))

    assert_refused(answer, 400, "BAD_VALUE", ["Bad value: attachment.attachment"])


def test_a_locale_of_another_country_is_refused_when_the_setting_is_strict() -> None:
    klarna = klarna_with(klarna_locale_check="strict")

    answer = klarna.create_session(purchase_of(locale="pl-PL"))

    assert_refused(answer, 400, "BAD_VALUE", ["Bad value: locale"])


def test_an_empty_session_names_country_and_currency_only(klarna: Klarna) -> None:
    answer = klarna.create_session({})

    assert_refused(answer, 400, "BAD_VALUE", ["Bad value: purchase_country, purchase_currency"])
    assert "168" == answer.headers["Content-Length"]


def test_an_empty_order_names_all_four_in_the_recorded_order(klarna: Klarna) -> None:
    answer = klarna.create_order(klarna.token(), {})

    message = "Bad value: purchase_country, order_amount, order_lines, purchase_currency"
    assert_refused(answer, 400, "BAD_VALUE", [message])
    assert "195" == answer.headers["Content-Length"]


def test_an_empty_token_request_names_description_and_use(klarna: Klarna) -> None:
    answer = klarna.create_customer_token(klarna.token(intent="tokenize"), {})

    assert_refused(answer, 400, "BAD_VALUE", ["Bad value: description, intended_use"])
    assert "158" == answer.headers["Content-Length"]


def test_an_empty_order_on_a_used_token_is_refused_for_its_fields(klarna: Klarna) -> None:
    """Recorded 2021-09-20: the token had placed an order, the answer was 400 and not 409."""
    token = klarna.token()
    klarna.create_order(token)

    answer = klarna.create_order(token, {})

    assert 400 == answer.status_code


def test_wrong_credentials_get_the_gateways_page(klarna: Klarna) -> None:
    klarna.authorization = "Basic "

    answer = klarna.create_session()

    assert_is_gateway_page(answer)


def test_too_many_sessions_get_an_empty_answer() -> None:
    klarna = klarna_with(klarna_rate_limits="on")

    answer = [klarna.create_session() for _ in range(6)][-1]

    assert_is_rate_limited(answer)
    assert ("5, 5;w=1", "0", "1") == tuple(
        answer.headers[f"X-Ratelimit-{name}"] for name in ("Limit", "Remaining", "Reset")
    )


def test_an_unparseable_body_has_no_message(klarna: Klarna) -> None:
    answer = klarna.http.post(
        "/payments/v1/sessions", data="{", headers={"Authorization": klarna.authorization}
    )

    assert_refused(answer, 400, "BAD_REQUEST", [])


@pytest.mark.parametrize("operation", ["read_session", "update_session"])
def test_an_unknown_session_is_invalid(klarna: Klarna, operation: str) -> None:
    assert_refused(perform(klarna, operation), 404, "NOT_FOUND", ["Invalid session id"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_session_of_49_hours_is_invalid(klarna: Klarna, method: str) -> None:
    session_id = klarna.session_id()
    klarna.world.advance(timedelta(hours=49))

    answer = klarna.call(method, f"/payments/v1/sessions/{session_id}", {})

    assert_refused(answer, 404, "NOT_FOUND", ["Invalid session id"])


@pytest.mark.parametrize("operation", ["create_order", "delete_authorization", "create_customer_token"])
def test_an_unknown_token_is_invalid(klarna: Klarna, operation: str) -> None:
    assert_refused(perform(klarna, operation), 404, "NOT_FOUND", ["Invalid authorization token"])


TOKEN_USES: dict[str, Callable[[Klarna, str], TestResponse]] = {
    "create_order": lambda klarna, token: klarna.create_order(token),
    "delete_authorization": lambda klarna, token: klarna.delete_authorization(token),
    "create_customer_token": lambda klarna, token: klarna.create_customer_token(token),
}


@pytest.mark.parametrize("operation", TOKEN_USES)
def test_a_token_of_an_hour_is_invalid(klarna: Klarna, operation: str) -> None:
    token = klarna.token(intent="buy_and_tokenize")
    klarna.world.advance(timedelta(minutes=60))

    answer = TOKEN_USES[operation](klarna, token)

    assert_refused(answer, 404, "NOT_FOUND", ["Invalid authorization token"])


@pytest.mark.parametrize("operation", TOKEN_USES)
def test_a_replaced_token_is_invalid(klarna: Klarna, operation: str) -> None:
    session_id = klarna.session_id(intent="buy_and_tokenize")
    token = klarna.authorize(session_id).get_json()["authorization_token"]
    klarna.authorize(session_id)

    answer = TOKEN_USES[operation](klarna, token)

    assert_refused(answer, 404, "NOT_FOUND", ["Invalid authorization token"])


@pytest.mark.parametrize("operation", TOKEN_USES)
def test_a_deleted_token_is_invalid(klarna: Klarna, operation: str) -> None:
    token = klarna.token(intent="buy_and_tokenize")
    klarna.delete_authorization(token)

    answer = TOKEN_USES[operation](klarna, token)

    assert_refused(answer, 404, "NOT_FOUND", ["Invalid authorization token"])


def test_a_token_spent_on_a_customer_token_places_no_order(klarna: Klarna) -> None:
    token = klarna.token(intent="tokenize")
    klarna.create_customer_token(token)

    answer = klarna.create_order(token)

    assert_refused(answer, 403, "INVALID_OPERATION", ["Authorization token already consumed"])


def test_a_token_spent_on_an_order_makes_no_customer_token(klarna: Klarna) -> None:
    token = klarna.token(intent="buy_and_tokenize")
    klarna.create_order(token)

    answer = klarna.create_customer_token(token)

    assert_refused(answer, 403, "INVALID_OPERATION", ["Authorization token already consumed"])


def test_a_token_spent_on_an_order_cannot_be_deleted(klarna: Klarna) -> None:
    token = klarna.token()
    klarna.create_order(token)

    answer = klarna.delete_authorization(token)

    assert_refused(answer, 404, "NOT_FOUND", ["Authorization cannot be deleted"])


def test_tokenizing_a_purchase_with_intent_buy_is_refused(klarna: Klarna) -> None:
    answer = klarna.create_customer_token(klarna.token())

    assert_refused(answer, 403, "INVALID_OPERATION", ["Not allowed to create customer token for intent buy"])


def test_a_customer_token_for_another_country_is_refused(klarna: Klarna) -> None:
    answer = klarna.create_customer_token(
        klarna.token(intent="tokenize"), token_request_of(purchase_country="DE", purchase_currency="EUR")
    )

    assert_refused(answer, 400, "BAD_VALUE", ["Bad value: purchase_country"])


def test_a_customer_token_for_another_billing_country_is_refused(klarna: Klarna) -> None:
    answer = klarna.create_customer_token(
        klarna.token(intent="tokenize"), token_request_of(billing_address={"country": "DE"})
    )

    assert_refused(answer, 400, "BAD_VALUE", ["Bad value: purchase_country"])


def test_a_customer_token_with_a_changed_address_is_refused(klarna: Klarna) -> None:
    token = klarna.token(intent="tokenize", billing_address={"postal_code": "11122"})

    answer = klarna.create_customer_token(token, token_request_of(billing_address={"postal_code": "22211"}))

    assert_refused(answer, 409, "BAD_VALUE", ["Not matching fields: [billing_address.postal_code]"])


def test_an_order_judged_anew_can_be_rejected(klarna: Klarna) -> None:
    answer = klarna.create_order(klarna.token(), X_Mock_Outcome="rejected")

    assert_refused(answer, 403, "REJECTED", ["Rejected"])


def test_a_completed_session_takes_no_update(klarna: Klarna) -> None:
    session_id = klarna.session_id()
    klarna.create_order(klarna.authorize(session_id).get_json()["authorization_token"])

    answer = klarna.update_session(session_id, {"merchant_reference1": "late"})

    assert_refused(answer, 404, "SESSION_COMPLETED", ["Session has already been completed"])


@pytest.mark.parametrize("changed", ["billing_address.postal_code", "shipping_address.organization_name"])
def test_a_changed_address_does_not_match(klarna: Klarna, changed: str) -> None:
    part, field = changed.split(".")
    token = klarna.token(**{part: {field: "before"}})

    answer = klarna.create_order(token, purchase_of(**{part: {field: "after"}}))

    assert_refused(answer, 409, "BAD_VALUE", [f"Not matching fields: [{changed}]"])


def test_a_changed_number_of_lines_does_not_match(klarna: Klarna) -> None:
    token = klarna.token()
    grown = purchase_of()
    grown["order_lines"] += [{"name": "Gift wrap", "quantity": 1, "unit_price": 0, "total_amount": 0}]

    answer = klarna.create_order(token, grown)

    message = "Not matching fields: [Incorrect number of items in the cart. Expected: 2, Actual: 3]"
    assert_refused(answer, 409, "BAD_VALUE", [message])


def test_another_body_for_a_placed_order_is_refused(klarna: Klarna) -> None:
    token = klarna.token()
    klarna.create_order(token)

    answer = klarna.create_order(token, purchase_of(merchant_reference1="another"))

    assert_refused(answer, 409, "BAD_VALUE", ["The order has been already completed with different request body"])


def test_the_same_body_for_a_placed_order_gets_the_same_answer(klarna: Klarna) -> None:
    """Recorded 2021-09-20."""
    token = klarna.token()
    first = klarna.create_order(token)

    second = klarna.create_order(token)

    assert (200, first.data) == (second.status_code, second.data)
    assert first.headers["Klarna-Correlation-Id"] != second.headers["Klarna-Correlation-Id"]
    assert 1 == len(list(klarna.world.store.all("orders")))


def test_a_failure_of_this_server_is_told_as_klarnas(
    klarna: Klarna, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("mock_server.providers.klarna.actions.payments.create_session", fail)

    answer = klarna.create_session()

    assert_refused(answer, 500, "INTERNAL_SERVER_ERROR", ["Internal error"])
    assert "planted" in caplog.text


def test_the_explanation_shows_every_fault_also_of_later_stages(klarna: Klarna) -> None:
    purchase = purchase_of(order_amount=25001, order_tax_amount=6000)
    purchase["order_lines"][0]["total_tax_amount"] = 5000

    answer = klarna.create_session(purchase)

    assert ["Bad value: order_lines[0].total_tax_amount"] == answer.get_json()["error_messages"]
    told = klarna.explanation(answer)
    assert "BadValue" == told["error"]
    assert [
        {
            "path": "order_lines[0].total_tax_amount",
            "text": "order_lines[0].total_tax_amount is 5000, expected 4000 = 20000 - 20000*10000/(10000+2500), ±1",
        },
        {"path": "order_amount", "text": "order_amount is 25001, expected 25000 = 20000+5000"},
    ] == told["faults"]


def test_the_explanation_of_an_expired_token_shows_the_times(klarna: Klarna) -> None:
    token = klarna.token()
    klarna.world.advance(timedelta(minutes=61))

    answer = klarna.create_order(token)

    expected = (
        f"authorization {token} expired at 2026-11-20T13:00:00.000Z, 60 minutes after it was granted;"
        " it is 2026-11-20T13:01:00.000Z"
    )
    assert expected == klarna.explanation(answer)["because"]


def test_the_explanation_of_a_mismatch_shows_both_values(klarna: Klarna) -> None:
    token = klarna.token(billing_address={"postal_code": "11122"})

    answer = klarna.create_order(token, purchase_of(billing_address={"postal_code": "22211"}))

    expected = "billing_address.postal_code is '22211', Klarna knows '11122'"
    assert [expected] == [fault["text"] for fault in klarna.explanation(answer)["faults"]]

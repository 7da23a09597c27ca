"""What bodies about subscriptions may say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas import subscriptions as schemas
from mock_server.providers.next_commerce.schemas.fields import load

REASONS = (
    "not_satisfied_with_product", "product_too_expensive", "cancel_recurring", "unwanted_subscription",
    "recurring_payment_declined", "disputed_cancel_recurring", "schedule_ended", "other",
)  # fmt: skip
WRONG = (
    "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)


def _refusal(schema: type, body: Any) -> dict[str, Any]:
    with pytest.raises(InvalidFields) as refused:
        load(schema, body)
    return refused.value.fields


def test_a_new_subscription_needs_these() -> None:
    refused = _refusal(schemas.CreateSchema, {})

    assert ["interval", "interval_count", "lines", "next_renewal_date", "payment_method", "user"] == sorted(refused)
    assert [["This field is required."]] * 6 == list(refused.values())


def test_a_new_subscription_is_paid_by_card_only() -> None:
    refused = _refusal(schemas.CreateSchema, {"payment_method": "klarna"})

    assert ['"klarna" is not a valid choice.'] == refused["payment_method"]


@pytest.mark.parametrize(
    ("text", "at", "is_local"),
    [
        ("2022-2-28T08:41:37+07:00", datetime(2022, 2, 28, 1, 41, 37, tzinfo=UTC), False),
        ("2026-08-17T10:09:01-04:00", datetime(2026, 8, 17, 14, 9, 1, tzinfo=UTC), False),
        ("2026-08-17T10:09:01.263144-0400", datetime(2026, 8, 17, 14, 9, 1, 263144, tzinfo=UTC), False),
        ("2026-08-17 10:09Z", datetime(2026, 8, 17, 10, 9, tzinfo=UTC), False),
        ("2026-08-17T10:09:01", datetime(2026, 8, 17, 10, 9, 1, tzinfo=UTC), True),
        ("2026-06-15", datetime(2026, 6, 15, tzinfo=UTC), True),
    ],
)
def test_a_renewal_date_keeps_its_text_and_says_whose_time_it_is(text: str, at: datetime, is_local: bool) -> None:
    asked = load(schemas.UpdateSchema, {"next_renewal_date": text})["next_renewal_date"]

    assert (text, at, is_local) == asked


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("soon", WRONG),
        ("2026-02-30T00:00:00Z", WRONG),
        ({}, WRONG),
        ("0001-01-01T00:00:00+07:00", "Datetime value out of range."),
        ("9999-12-31T23:00:00-07:00", "Datetime value out of range."),
    ],
)
def test_a_renewal_date_that_is_none_is_refused(text: Any, told: str) -> None:
    assert {"next_renewal_date": [told]} == _refusal(schemas.UpdateSchema, {"next_renewal_date": text})


@pytest.mark.parametrize("word", ["active", "past_due", "canceled", "retrying"])
def test_a_status_may_be_asked_for(word: str) -> None:
    assert {"status": word} == load(schemas.UpdateSchema, {"status": word})


def test_pausing_is_no_update() -> None:
    refused = _refusal(schemas.UpdateSchema, {"status": "paused"})

    assert {"status": ['"paused" is not a valid choice.']} == refused


@pytest.mark.parametrize("reason", REASONS)
def test_a_cancellation_has_one_of_these_reasons(reason: str) -> None:
    loaded = load(schemas.CancelSchema, {"cancel_reason": reason})

    assert {"cancel_reason": reason, "send_cancel_notification": True} == loaded


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "This field is required."),
        ({"cancel_reason": ""}, '"" is not a valid choice.'),
        ({"cancel_reason": "customer_request"}, '"customer_request" is not a valid choice.'),
    ],
)
def test_a_cancellation_without_a_known_reason_is_refused(body: dict[str, str], told: str) -> None:
    assert {"cancel_reason": [told]} == _refusal(schemas.CancelSchema, body)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"quantity": 0}, {"quantity": ["Ensure this value is greater than or equal to 1."]}),
        ({"price": "1.00"}, {"quantity": ["This field is required."]}),
        ({"quantity": 1, "price": "-1"}, {"price": ["Ensure this value is greater than or equal to 0.00."]}),
    ],
)
def test_a_line_is_changed_with_a_quantity(body: dict[str, Any], told: dict[str, Any]) -> None:
    assert told == _refusal(schemas.UpdateLineSchema, body)


def test_the_guides_other_name_of_a_gateway_is_read() -> None:
    loaded = load(schemas.UpdateSchema, {"payment_details": {"gateway": {"id": "13"}}})

    assert {"payment_details": {"gateway": {"id": 13}}} == loaded

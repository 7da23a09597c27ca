"""Subscriptions stop: for a while, until somebody resumes them, or for good."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mock_server.core.clock import parse_time, to_ms
from mock_server.core.world import World
from tests.klarna import fine
from tests.next_commerce import NextCommerce


@pytest.fixture(autouse=True)
def _noon(next_commerce: NextCommerce) -> None:
    """Of Friday 2026-11-20, in New York."""
    next_commerce.freeze()


def _dates(subscription: dict[str, Any]) -> tuple[str | None, ...]:
    return tuple(subscription[name] for name in ("status", "paused_at", "paused_until", "next_renewal_date"))


def test_a_pause_ends_on_its_day_and_the_schedule_goes_on(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]

    paused = next_commerce.post(f"/subscriptions/{id_}/pause/", {"pause_until": "2027-02-01"})
    fired = next_commerce.subscriptions_fired("100d")

    assert (
        "paused", "2026-11-20T12:00:00-05:00", "2027-02-01T00:00:00-05:00", "2026-12-20T12:00:00-05:00",
    ) == _dates(paused)  # fmt: skip
    assert [("2027-02-01T05:00:00.000Z", "resumed"), ("2027-02-20T17:00:00.000Z", "renewed")] == fired
    resumed = next_commerce.subscription(id_)
    assert ("active", None, None, "2027-03-20T12:00:00-04:00") == _dates(resumed)
    assert 2 == resumed["num_orders"]


def test_a_renewal_due_the_moment_a_pause_ends_is_made(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    midnight = {"next_renewal_date": "2026-12-01T00:00:00-05:00"}
    fine(next_commerce.send("PATCH", f"/subscriptions/{id_}/", midnight))
    next_commerce.post(f"/subscriptions/{id_}/pause/", {"pause_until": "2026-12-01"})

    fired = next_commerce.subscriptions_fired("11d")

    assert [("2026-12-01T05:00:00.000Z", "resumed"), ("2026-12-01T05:00:00.000Z", "renewed")] == fired


def test_a_pause_without_an_end_is_a_cancellation_after_six_months(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]

    next_commerce.post(f"/subscriptions/{id_}/pause/")
    before = next_commerce.subscriptions_fired("180d")
    after = next_commerce.subscriptions_fired("20d")

    assert [[], [("2027-05-20T16:00:00.000Z", "canceled")]] == [before, after]
    assert ("canceled", None, None, None) == _dates(next_commerce.subscription(id_))


@pytest.mark.parametrize(
    ("body", "date"),
    [
        ({}, "2027-01-20T12:00:00-05:00"),  # as the vendor's own tool asks
        ({"next_renewal_date": None}, "2027-01-20T12:00:00-05:00"),
        ({"next_renewal_date": "2027-01-05"}, "2027-01-05T00:00:00-05:00"),
        ({"next_renewal_date": "2027-01-05T10:00:00Z"}, "2027-01-05T05:00:00-05:00"),
    ],
)
def test_a_paused_subscription_is_resumed(next_commerce: NextCommerce, body: dict[str, Any], date: str) -> None:
    id_ = next_commerce.subscribe()["id"]
    next_commerce.post(f"/subscriptions/{id_}/pause/", {"pause_until": "2027-03-01"})
    next_commerce.advance("40d")

    resumed = next_commerce.post(f"/subscriptions/{id_}/resume/", body)
    fired = next_commerce.subscriptions_fired("29d")

    assert ("active", None, None, date) == _dates(resumed)
    assert ["renewed"] == [what for _, what in fired]


def test_it_is_not_resumed_in_the_past(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    before = next_commerce.post(f"/subscriptions/{id_}/pause/")

    refused = [
        next_commerce.refusal("POST", f"/subscriptions/{id_}/resume/", {"next_renewal_date": date})
        for date in ("2026-11-20", "1066-10-14", "2026-11-20T12:00:00-05:00")
    ]

    assert [(400, {"next_renewal_date": ["The next renewal date must be in the future."]})] * 3 == refused
    assert before == next_commerce.subscription(id_)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2026-11-20", "The date must be in the future."),
        ("1999-01-01", "The date must be in the future."),
        ("2027-05-21", "The date must be within 6 months."),
        ("9999-12-31", "The date must be within 6 months."),
        ("soon", "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."),
    ],
)
def test_a_day_that_no_pause_can_end_on_is_refused(next_commerce: NextCommerce, day: str, told: str) -> None:
    before = next_commerce.subscribe()

    refused = next_commerce.refusal("POST", f"/subscriptions/{before['id']}/pause/", {"pause_until": day})

    assert (400, {"pause_until": [told]}) == refused
    assert before == next_commerce.subscription(before["id"])


def test_the_last_day_a_pause_can_end_on(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]

    paused = next_commerce.post(f"/subscriptions/{id_}/pause/", {"pause_until": "2027-05-20"})

    assert "2027-05-20T00:00:00-04:00" == paused["paused_until"]


def test_a_pause_forgets_the_declines_before_it(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    next_commerce.add_rule("next_commerce.renewals.charge", {"outcome": "declined", "code": 2001}, times=1)
    next_commerce.advance("30d")

    paused = next_commerce.post(f"/subscriptions/{id_}/pause/", {"pause_until": "2026-12-25"})
    fired = next_commerce.subscriptions_fired("35d")

    assert ("paused", "2026-12-20T12:00:00-05:00") == (paused["status"], paused["next_renewal_date"])
    assert ["resumed", "renewed"] == [what for _, what in fired]
    assert "2027-01-20T17:00:00.000Z" == fired[-1][0]


def test_setting_it_active_resumes_it_too(next_commerce: NextCommerce) -> None:
    before = next_commerce.subscribe()
    next_commerce.post(f"/subscriptions/{before['id']}/pause/")

    after = fine(next_commerce.send("PATCH", f"/subscriptions/{before['id']}/", {"status": "active"}))

    assert before == after


@pytest.mark.parametrize(
    ("status", "action", "told"),
    [
        ("past_due", "pause", "Only active or retrying subscriptions can be paused."),
        ("canceled", "pause", "Only active or retrying subscriptions can be paused."),
        ("active", "resume", "Only paused subscriptions can be resumed."),
        ("canceled", "resume", "Only paused subscriptions can be resumed."),
        ("canceled", "cancel", "This subscription is canceled."),
        ("canceled", "renew", "Only active subscriptions can be renewed."),
        ("past_due", "renew", "Only active subscriptions can be renewed."),
        ("retrying", "renew", "Only active subscriptions can be renewed."),
        ("active", "retry", "Only past due or retrying subscriptions can be retried."),
        ("canceled", "retry", "Only past due or retrying subscriptions can be retried."),
    ],
)
def test_what_a_status_does_not_allow_is_refused(
    next_commerce: NextCommerce, status: str, action: str, told: str
) -> None:
    id_ = next_commerce.subscribe()["id"]
    before = fine(next_commerce.send("PATCH", f"/subscriptions/{id_}/", {"status": status}))

    refused = next_commerce.refusal("POST", f"/subscriptions/{id_}/{action}/", {"cancel_reason": "other"})

    assert (400, {"non_field_errors": [told]}) == refused
    assert f"subscription {id_} is {status}" in next_commerce.explanation()["faults"][0]["text"]
    assert before == next_commerce.subscription(id_)


def test_a_pause_of_a_pause_is_refused(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    next_commerce.post(f"/subscriptions/{id_}/pause/", {"pause_until": "2026-12-01"})

    status, _ = next_commerce.refusal("POST", f"/subscriptions/{id_}/pause/", {"pause_until": "2027-01-01"})

    assert (400, "2026-12-01T00:00:00-05:00") == (status, next_commerce.subscription(id_)["paused_until"])


@pytest.mark.parametrize("first", ["", "pause"])
def test_a_canceled_subscription_renews_no_more(next_commerce: NextCommerce, first: str) -> None:
    id_ = next_commerce.subscribe()["id"]
    if first:
        next_commerce.post(f"/subscriptions/{id_}/{first}/", {"pause_until": "2026-12-01"})
    reason = {"cancel_reason": "other", "cancel_reason_other_message": "moved away", "send_cancel_notification": False}

    canceled = next_commerce.post(f"/subscriptions/{id_}/cancel/", reason)
    fired = next_commerce.subscriptions_fired("400d")

    assert ("canceled", None, "other", "moved away") == tuple(
        canceled[name] for name in ("status", "next_renewal_date", "cancel_reason", "cancel_reason_other_message")
    )
    assert [] == fired
    assert canceled == next_commerce.subscription(id_)


def test_a_canceled_subscription_has_no_alarm_left(app: Flask, next_commerce: NextCommerce) -> None:
    world: World = app.extensions["worlds"].get("test")
    id_ = next_commerce.subscribe()["id"]
    next_commerce.post(f"/subscriptions/{id_}/cancel/", {"cancel_reason": "other"})

    left = [alarm.name for alarm in world.clock.take_due(to_ms(parse_time("2028-01-01T00:00:00Z")))]

    assert left and not [name for name in left if "subscription" in name]


def test_a_canceled_subscription_can_be_taken_up_again(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    next_commerce.post(f"/subscriptions/{id_}/cancel/", {"cancel_reason": "other"})
    next_commerce.advance("10d")

    active = fine(next_commerce.send("PATCH", f"/subscriptions/{id_}/", {"status": "active"}))

    assert ("active", None, None, "2026-12-30T12:00:00-05:00") == _dates(active)
    assert "" == active["cancel_reason"]


def test_the_store_tells_of_each_stop(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    next_commerce.listen("https://example.com/hook", "subscription.updated")

    next_commerce.post(f"/subscriptions/{id_}/pause/", {"pause_until": "2026-12-01"})
    next_commerce.advance("11d")
    next_commerce.post(f"/subscriptions/{id_}/cancel/", {"cancel_reason": "other"})

    assert 3 == len(next_commerce.told())

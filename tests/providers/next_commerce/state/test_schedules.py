"""When a subscription is charged next: by its interval, after declines, after a pause."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mock_server.core.clock import parse_time, to_text
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import schedules
from mock_server.providers.next_commerce.state.money import moment

MONTHLY = {"interval": "month", "interval_count": 1}


def _renewal(due: str | None = "2026-12-20T17:00:00Z", **fields: Any) -> dict[str, Any]:
    """A monthly subscription whose next renewal is due then."""
    return {"id": 12001, "status": "active", "next_renewal_at": due, "due_at": None, "paused_at": None,
            "paused_until": None, "retries": 0, **MONTHLY, **fields}  # fmt: skip


@pytest.mark.parametrize(
    ("at", "interval", "count", "expected"),
    [
        ("2026-11-20", "day", 30, "2026-12-20"),
        ("2026-11-20", "week", 2, "2026-12-04"),
        ("2026-11-20", "month", 1, "2026-12-20"),
        ("2026-11-20", "month", 14, "2028-01-20"),
        ("2027-01-31", "month", 1, "2027-02-28"),
        ("2027-10-31", "month", 1, "2027-11-30"),
        ("2026-12-31", "month", 12, "2027-12-31"),
        ("2028-02-29", "year", 1, "2029-02-28"),
        ("2026-11-20", "year", 2, "2028-11-20"),
    ],
)
def test_an_interval_later(at: str, interval: str, count: int, expected: str) -> None:
    later = schedules.after(datetime.fromisoformat(at).replace(tzinfo=UTC), interval, count)

    assert expected == later.date().isoformat()


@pytest.mark.parametrize(
    ("interval", "count"),
    [("day", 2**31 - 1), ("week", 2**31 - 1), ("month", 2**31 - 1), ("year", 2**31 - 1), ("year", 7200)],
)
def test_an_interval_beyond_the_calendar_ends_with_it(interval: str, count: int) -> None:
    later = schedules.after(datetime(2026, 11, 20, tzinfo=UTC), interval, count)

    assert datetime(9000, 1, 1, tzinfo=UTC) == later


def test_noon_stays_noon_when_daylight_saving_begins(world: World) -> None:
    winter = parse_time("2027-02-20T17:00:00Z")

    spring = schedules.renewal_after(world, winter, MONTHLY)

    assert "2027-03-20T12:00:00-04:00" == moment(world, to_text(spring))


def test_the_last_of_a_month_is_the_stores(world: World) -> None:
    evening_of_the_31st = parse_time("2027-02-01T02:00:00Z")

    later = schedules.renewal_after(world, evening_of_the_31st, MONTHLY)

    assert "2027-02-28T21:00:00-05:00" == moment(world, to_text(later))


@pytest.mark.parametrize(
    ("declined_at", "retries", "expected"),
    [
        ("2026-12-20T17:00:00Z", 1, "2026-12-23T14:00:00-05:00"),
        ("2026-12-21T04:59:00Z", 1, "2026-12-23T14:00:00-05:00"),  # still the 20th in New York
        ("2026-12-23T19:00:00Z", 2, "2027-01-01T15:00:00-05:00"),
        ("2026-12-01T20:00:00Z", 2, "2026-12-16T15:00:00-05:00"),
        ("2026-12-16T20:00:00Z", 2, "2027-01-01T15:00:00-05:00"),
        ("2027-01-01T20:00:00Z", 3, "2027-01-08T14:00:00-05:00"),  # a Friday waits for the next
        ("2026-12-16T20:00:00Z", 3, "2026-12-18T14:00:00-05:00"),
        ("2026-12-18T19:00:00Z", 4, None),
        ("2027-03-12T17:00:00Z", 1, "2027-03-15T14:00:00-04:00"),  # over the change to summer time
    ],
)
def test_a_decline_is_tried_again_at_the_stores_hours(
    world: World, declined_at: str, retries: int, expected: str | None
) -> None:
    again = schedules.retry_at(world, parse_time(declined_at), retries)

    assert expected == moment(world, to_text(again) if again else None)


@pytest.mark.parametrize(
    ("fields", "now", "expected"),
    [
        ({}, "2026-12-20T17:00:00Z", "2027-01-20T17:00:00.000Z"),
        ({}, "2026-11-24T00:00:00Z", "2027-01-20T17:00:00.000Z"),  # asked for early
        ({}, "2027-03-01T00:00:00Z", "2027-03-20T16:00:00.000Z"),  # the server was off: nothing is made up for
        ({"due_at": "2026-12-20T17:00:00Z"}, "2026-12-23T19:00:00Z", "2027-01-20T17:00:00.000Z"),
        ({"due": None}, "2026-12-20T17:00:00Z", "2027-01-20T17:00:00.000Z"),
    ],
)
def test_the_next_renewal_is_an_interval_after_this_one_was_due(
    world: World, fields: dict[str, Any], now: str, expected: str
) -> None:
    following = schedules.following(world, _renewal(**fields), parse_time(now))

    assert expected == following


@pytest.mark.parametrize(
    ("fields", "now", "expected"),
    [
        ({}, "2026-12-01T00:00:00Z", "2026-12-20T17:00:00.000Z"),
        ({}, "2026-12-20T17:00:00Z", "2026-12-20T17:00:00.000Z"),
        ({}, "2026-12-20T17:00:01Z", "2027-01-20T17:00:00.000Z"),
        ({"due": None}, "2026-12-01T00:00:00Z", "2026-12-31T00:00:00.000Z"),
    ],
)
def test_a_schedule_goes_on_with_what_is_not_over(
    world: World, fields: dict[str, Any], now: str, expected: str
) -> None:
    next_at = schedules.next_on_schedule(world, _renewal(**fields), parse_time(now))

    assert expected == next_at


def test_a_retry_remembers_what_was_due() -> None:
    first = schedules.retrying(_renewal(), parse_time("2026-12-23T19:00:00Z"), 1)

    second = schedules.retrying(first, parse_time("2027-01-01T20:00:00Z"), 2)
    past_due = schedules.past_due(second)

    assert ["2026-12-20T17:00:00Z"] * 3 == [each["due_at"] for each in (first, second, past_due)]
    assert ("past_due", None) == (past_due["status"], past_due["next_renewal_at"])


def test_a_pause_forgets_declines_and_keeps_the_schedule() -> None:
    retrying = schedules.retrying(_renewal(), parse_time("2026-12-23T19:00:00Z"), 1)

    paused = schedules.paused(retrying, parse_time("2026-12-21T00:00:00Z"), None)

    assert ("paused", 0, None, "2026-12-20T17:00:00Z") == (
        paused["status"], paused["retries"], paused["due_at"], paused["next_renewal_at"],
    )  # fmt: skip


def test_a_pause_without_an_end_lasts_six_months(world: World) -> None:
    paused = schedules.paused(_renewal(), parse_time("2026-11-30T17:00:00Z"), None)

    end = schedules.end_of_pause(world, paused)

    assert "2027-05-30T12:00:00-04:00" == moment(world, to_text(end))


@pytest.mark.parametrize(
    ("status", "alarm"),
    [
        ("active", "next_commerce.subscription.renew"),
        ("retrying", "next_commerce.subscription.renew"),
        ("past_due", None),
        ("canceled", None),
        ("paused", "next_commerce.subscription.resume"),
    ],
)
def test_each_status_has_its_alarm(world: World, status: str, alarm: str | None) -> None:
    world.clock.freeze(parse_time("2026-11-20T17:00:00Z"))
    subscription = _renewal(status=status, paused_at="2026-11-20T17:00:00Z")

    schedules.set_alarm(world, subscription)

    due = world.clock.take_due(10**13)
    assert ([alarm] if alarm else []) == [each.name for each in due]


def test_an_alarm_takes_the_place_of_the_earlier_one(world: World) -> None:
    before, after = _renewal(), _renewal("2027-01-01T00:00:00Z")
    schedules.set_alarm(world, before)

    schedules.set_alarm(world, after, before)

    assert ["2027-01-01T00:00:00.000Z"] == [to_text(each.due) for each in world.clock.take_due(10**13)]

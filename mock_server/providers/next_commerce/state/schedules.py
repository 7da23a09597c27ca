"""When a subscription is charged next: by its interval, after a decline, after a pause; and the alarms of all that.

All is reckoned on the store's clock: a month after noon is noon, whether or not daylight saving began between.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mock_server.core.clock import LAST_YEAR, parse_time, to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state.money import local, zone
from mock_server.providers.next_commerce.state.subscriptions import (
    ACTIVE,
    CANCELED,
    PAST_DUE,
    PAUSED,
    RETRYING,
)

RENEWAL, RESUMPTION = "next_commerce.subscription.renew", "next_commerce.subscription.resume"  # names of alarms
MOST_MONTHS_PAUSED = 6  # then a pause without an end is a cancellation, and no pause may end later
MOST_RETRIES = 3
_FRIDAY = 4
_NEVER = datetime(LAST_YEAR, 1, 1, tzinfo=UTC)


def after(at: datetime, interval: str, count: int) -> datetime:
    """One interval later; a month from the 31st is the last day of the next. Beyond the calendar is never."""
    try:
        later = _after(at, interval, count)
    except (ValueError, OverflowError):
        return _NEVER
    return later if later.year < LAST_YEAR else _NEVER


def _after(at: datetime, interval: str, count: int) -> datetime:
    if interval in ("day", "week"):
        return at + timedelta(days=count * (7 if interval == "week" else 1))
    months = at.year * 12 + at.month - 1 + count * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    last = (datetime(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def renewal_after(world: World, at: datetime, terms: Record) -> datetime:
    """One interval later on the store's clock; ``terms`` are interval and interval_count."""
    return after(local(world, at), terms["interval"], terms["interval_count"]).astimezone(UTC)


def scheduled(subscription: Record) -> str | None:
    """The renewal that comes next or, after declines, still waits to be paid for."""
    found: str | None = subscription["due_at"] or subscription["next_renewal_at"]
    return found


def next_on_schedule(world: World, subscription: Record, now: datetime) -> str:
    """The first renewal that is not over by now; of one without a date, an interval from now."""
    waiting = scheduled(subscription)
    due = parse_time(waiting) if waiting else renewal_after(world, now, subscription)
    while due < now:
        due = renewal_after(world, due, subscription)
    return to_text(due)


def following(world: World, subscription: Record, now: datetime) -> str:
    """The renewal after the one that was due, one interval later or more, and never in the past."""
    waiting = scheduled(subscription)
    due = renewal_after(world, parse_time(waiting) if waiting else now, subscription)
    while due <= now:
        due = renewal_after(world, due, subscription)
    return to_text(due)


def retry_at(world: World, declined_at: datetime, retries: int) -> datetime | None:
    """When a soft decline, the ``retries``-th in a row, is tried again, on the store's clock; None: no more.

    Three days later at 14:00; then the next 1st or 16th at 15:00; then the Friday after at 14:00.
    Source: docs.nextcommerce.com, decline salvage (read 2026-11-21).
    """
    here = local(world, declined_at)
    if retries == 1:
        return _at(world, here + timedelta(days=3), 14)
    if retries == 2:
        day = here + timedelta(days=1)
        while day.day not in (1, 16):
            day += timedelta(days=1)
        return _at(world, day, 15)
    if retries == MOST_RETRIES:
        day = here + timedelta(days=1)
        while day.weekday() != _FRIDAY:
            day += timedelta(days=1)
        return _at(world, day, 14)
    return None


def _at(world: World, day: datetime, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone(world)).astimezone(UTC)


def longest_pause(world: World, paused_at: datetime) -> datetime:
    """When a pause that begins then is over at the latest."""
    return after(local(world, paused_at), "month", MOST_MONTHS_PAUSED).astimezone(UTC)


def end_of_pause(world: World, subscription: Record) -> datetime:
    """When a paused subscription resumes or, paused without an end, is canceled."""
    until: str | None = subscription["paused_until"]
    return parse_time(until) if until else longest_pause(world, parse_time(subscription["paused_at"]))


def set_alarm(world: World, subscription: Record, earlier: Record | None = None) -> None:
    """Set the alarm of what comes next, a renewal or the end of a pause, in place of that of its ``earlier`` form."""
    key = str(subscription["id"])
    if earlier is not None and (planned := _alarm_of(world, earlier)):
        world.clock.cancel_alarm(planned[0], planned[1], key)
    if planned := _alarm_of(world, subscription):
        world.clock.set_alarm(planned[0], planned[1], key)


def _alarm_of(world: World, subscription: Record) -> tuple[datetime, str] | None:
    if subscription["status"] == PAUSED:
        return end_of_pause(world, subscription), RESUMPTION
    if subscription["status"] in (ACTIVE, RETRYING) and subscription["next_renewal_at"]:
        return parse_time(subscription["next_renewal_at"]), RENEWAL
    return None


# what of a subscription goes when it takes another status
_NO_PAUSE: Record = {"paused_at": None, "paused_until": None}
_NO_DECLINES: Record = {"due_at": None, "retries": 0}
_NOT_CANCELED: Record = {"canceled_at": None, "cancel_reason": None, "cancel_reason_other_message": None}
_NEXT: Record = {"next_renewal_text": None}  # the date that was asked for is another's by now


def active(world: World, subscription: Record, now: datetime, next_at: str | None = None) -> Record:
    """Active again; it renews next as its schedule says, unless told."""
    next_at = next_at or next_on_schedule(world, subscription, now)
    back = {**_NO_PAUSE, **_NO_DECLINES, **_NOT_CANCELED, **_NEXT}
    return {**subscription, **back, "status": ACTIVE, "next_renewal_at": next_at}


def canceled(subscription: Record, now: datetime, reason: str | None = None, message: str | None = None) -> Record:
    told = {"canceled_at": to_text(now), "cancel_reason": reason, "cancel_reason_other_message": message}
    gone = {**_NO_PAUSE, **_NO_DECLINES, **_NEXT, "next_renewal_at": None}
    return {**subscription, **gone, **told, "status": CANCELED}


def past_due(subscription: Record) -> Record:
    """Nothing is tried again by itself; the renewal waits to be paid for."""
    return {
        **subscription, **_NO_PAUSE, **_NOT_CANCELED, **_NEXT, "status": PAST_DUE, "due_at": scheduled(subscription),
        "next_renewal_at": None,
    }  # fmt: skip


def retrying(subscription: Record, next_try: datetime, retries: int) -> Record:
    return {
        **subscription, **_NO_PAUSE, **_NOT_CANCELED, **_NEXT, "status": RETRYING, "due_at": scheduled(subscription),
        "retries": retries, "next_renewal_at": to_text(next_try),
    }  # fmt: skip


def paused(subscription: Record, now: datetime, until: datetime | None) -> Record:
    """What is known of declines is forgotten; the schedule stays."""
    times = {"paused_at": to_text(now), "paused_until": to_text(until) if until else None}
    kept = {"next_renewal_at": scheduled(subscription)}
    return {**subscription, **kept, **_NO_DECLINES, **_NEXT, **times, "status": PAUSED}

"""Durations and times as people write them, and as records carry them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.clock import parse_duration, parse_time, to_ms, to_text

from .conftest import NOON


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("61m", 3660), ("1h30m", 5400), ("2d", 172_800), ("500ms", 0.5), ("1w", 604_800), ("0s", 0), ("1.5h", 5400),
        ("36500d", 36500 * 86400),
    ],
)  # fmt: skip
def test_a_duration_is_numbers_with_units(text: str, seconds: float) -> None:
    assert timedelta(seconds=seconds) == parse_duration(text)


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "-5m", "5M", "5m!", "1h 30m", "one hour", "5m\n", "1e3s", "٥x"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; expected a number and ms, s, m, h, d or w, like 61m or 1h"):
        parse_duration(text)


def test_a_duration_above_a_century_is_refused() -> None:
    with pytest.raises(ValueError, match="'36501d' is longer than a century"):
        parse_duration("36501d")


def test_a_duration_of_very_many_digits_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than a century"):
        parse_duration("9" * 400 + "d")


@pytest.mark.parametrize(
    "text", ["2026-11-20T12:00:00Z", "2026-11-20T12:00:00", "2026-11-20T13:00:00+01:00", "2026-11-20 12:00:00+00:00"]
)
def test_a_time_is_read_as_utc(text: str) -> None:
    read = parse_time(text)

    assert (NOON, timedelta(0)) == (read, read.utcoffset())


@pytest.mark.parametrize("text", ["", "noon", "20.11.2026", "2026-13-01", "None"])
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is no time; expected ISO 8601 like 2026-11-20T12:00:00Z"):
        parse_time(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_time_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_time(text)


def test_a_time_is_told_with_milliseconds_and_z() -> None:
    assert "2026-11-20T12:00:00.042Z" == to_text(NOON + timedelta(milliseconds=42))


@given(st.integers(0, 200_000_000_000_000))
def test_a_time_told_is_read_as_the_same_millisecond(milliseconds: int) -> None:
    told = to_text(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds))

    assert milliseconds == to_ms(parse_time(told))

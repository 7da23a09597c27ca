"""What may be asked of Settlements, and what is told of what may not."""

from __future__ import annotations

import pytest

from mock_server.providers.klarna.errors.payments import BadValue
from mock_server.providers.klarna.schemas import settlements as schemas
from mock_server.providers.klarna.schemas.settlements import Page, Span

from .bodies import messages


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2020-01-23", "2020-01-23T00:00:00.000Z"),
        ("2020-01-23T23:59:59Z", "2020-01-23T23:59:59.000Z"),
        ("2020-01-23T01:00:00+02:00", "2020-01-22T23:00:00.000Z"),
        ("2020-01-23T00:00:00.500", "2020-01-23T00:00:00.500Z"),
    ],
)
def test_a_date_is_read_as_utc_and_without_a_time_as_its_start(text: str, read: str) -> None:
    span = schemas.load_span({"start_date": text, "end_date": text})

    assert (read, read) == (span.start, span.end)


def test_without_a_word_everything_is_asked_for() -> None:
    assert (Span("", "", ""), Page(20, 0)) == (schemas.load_span({}), schemas.load_page({}))


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ({"start_date": "yesterday"}, "start_date"),
        ({"start_date": "2020-13-01", "end_date": "2020-01-32"}, "start_date, end_date"),
        ({"currency_code": "EURO"}, "currency_code"),
        ({"currency_code": "E1R"}, "currency_code"),
    ],
)
def test_a_span_that_is_none_is_refused(query: dict[str, str], paths: str) -> None:
    with pytest.raises(BadValue) as raised:
        schemas.load_span(query)

    assert [f"Bad value: {paths}"] == messages(raised)


def test_some_need_both_ends_of_a_span() -> None:
    with pytest.raises(BadValue) as raised:
        schemas.load_span({"start_date": "", "end_date": "2020-01-01"}, is_required=True)

    assert ["Bad value: start_date"] == messages(raised)


@pytest.mark.parametrize(
    ("date", "currency", "is_held"),
    [
        ("2020-01-23T00:00:00.000Z", "EUR", True),
        ("2020-01-22T23:59:59.999Z", "EUR", False),
        ("2020-01-24T00:00:00.000Z", "EUR", True),
        ("2020-01-24T00:00:00.001Z", "EUR", False),
        ("2020-01-23T12:00:00.000Z", "SEK", False),
    ],
)
def test_a_span_holds_both_its_ends_and_its_currency(date: str, currency: str, is_held: bool) -> None:
    span = schemas.load_span({"start_date": "2020-01-23", "end_date": "2020-01-24", "currency_code": "eur"})

    assert is_held is span.holds(date, currency)


@pytest.mark.parametrize(
    ("query", "page"), [({"size": "500"}, Page(500, 0)), ({"size": "1", "offset": "7"}, Page(1, 7))]
)
def test_a_page_is_read(query: dict[str, str], page: Page) -> None:
    assert page == schemas.load_page(query)


@pytest.mark.parametrize("size", ["0", "501", "-1", "many", "", "1.5", "9" * 5000, "٣"])
def test_a_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(BadValue) as raised:
        schemas.load_page({"size": size})

    assert ["Bad value: size"] == messages(raised)


@pytest.mark.parametrize("offset", ["-1", "none", "9" * 10])
def test_an_offset_that_is_none_is_refused(offset: str) -> None:
    with pytest.raises(BadValue) as raised:
        schemas.load_page({"offset": offset})

    assert ["Bad value: offset"] == messages(raised)


def test_a_report_is_about_a_payout() -> None:
    assert "XISA93DJ" == schemas.load_reference({"payment_reference": "XISA93DJ"})

    with pytest.raises(BadValue) as raised:
        schemas.load_reference({"payment_reference": ""})

    assert ["Bad value: payment_reference"] == messages(raised)

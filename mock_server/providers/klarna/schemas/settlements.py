"""What may be asked of Settlements v1: dates, currencies and pages, in the query.

Source: Settlements API reference (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from mock_server.core.clock import parse_time, to_text
from mock_server.core.errors import Fault
from mock_server.providers.klarna.errors.payments import BadValue

MOST, USUAL = 500, 20  # elements of a page
_CURRENCY = re.compile("[A-Za-z]{3}")
_MOST_DIGITS = 9


class Span(NamedTuple):
    """Which payouts: their dates, both ends included, in the form of records; empty for no bound."""

    start: str
    end: str
    currency: str  # upper case; empty for any

    def holds(self, date: str, currency: str) -> bool:
        """Whether a payout of this date and currency is asked for."""
        is_in_time = (not self.start or self.start <= date) and (not self.end or date <= self.end)
        return is_in_time and self.currency in ("", currency)


class Page(NamedTuple):
    """Which part of a list."""

    size: int
    offset: int


def load_span(query: Mapping[str, str], *, is_required: bool = False) -> Span:
    """A date without a time is the start of its day, UTC. Raises BadValue."""
    faults: list[Fault] = []
    start, end = (_time(query, name, is_required, faults) for name in ("start_date", "end_date"))
    currency = query.get("currency_code", "")
    if currency and not _CURRENCY.fullmatch(currency):
        faults.append(Fault("currency_code", f"currency_code is {currency[:40]!r}, expected three letters like EUR"))
    if faults:
        raise BadValue.of(faults)
    return Span(start, end, currency.upper())


def load_page(query: Mapping[str, str]) -> Page:
    """Raises BadValue."""
    faults: list[Fault] = []
    size = _number(query, "size", USUAL, (1, MOST), faults)
    offset = _number(query, "offset", 0, (0, 10**_MOST_DIGITS - 1), faults)
    if faults:
        raise BadValue.of(faults)
    return Page(size, offset)


def load_reference(query: Mapping[str, str]) -> str:
    """Raises BadValue."""
    if not query.get("payment_reference"):
        raise BadValue.of([Fault("payment_reference", "payment_reference is missing")])
    return query["payment_reference"]


def _time(query: Mapping[str, str], name: str, is_required: bool, faults: list[Fault]) -> str:
    text = query.get(name, "")
    if not text:
        faults += [Fault(name, f"{name} is missing")] if is_required else []
        return ""
    try:
        return to_text(parse_time(text))
    except ValueError as error:
        faults.append(Fault(name, f"{name}: {error}"))
        return ""


def _number(
    query: Mapping[str, str], name: str, usual: int, bounds: tuple[int, int], faults: list[Fault]
) -> int:
    text = query.get(name, str(usual))
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    if is_number and bounds[0] <= int(text) <= bounds[1]:
        return int(text)
    faults.append(Fault(name, f"{name} is {text[:40]!r}, expected a number from {bounds[0]} to {bounds[1]}"))
    return usual

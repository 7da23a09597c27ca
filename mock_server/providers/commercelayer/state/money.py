"""Amounts as answers show them: cents, major units, and as text in the way of the currency.

Forms: orders recorded in 2022 (EUR); of other currencies the defaults of Ruby's money library, which the service
is built on (read 2026-11-21).
"""

from __future__ import annotations

from typing import NamedTuple


class _Form(NamedTuple):
    symbol: str
    is_first: bool = True
    decimal: str = "."
    thousands: str = ","
    digits: int = 2


_FORMS = {
    "AUD": _Form("$"),
    "CAD": _Form("$"),
    "CHF": _Form("CHF"),
    "CZK": _Form("Kč", False, ",", " "),
    "DKK": _Form("kr.", False, ",", "."),
    "EUR": _Form("€", True, ",", "."),
    "GBP": _Form("£"),
    "HUF": _Form("Ft", False, ",", " ", 0),
    "MXN": _Form("$"),
    "NOK": _Form("kr", False, ",", "."),
    "NZD": _Form("$"),
    "PLN": _Form("zł", False, ",", " "),
    "RON": _Form("Lei", True, ",", "."),
    "SEK": _Form("kr", False, ",", " "),
    "USD": _Form("$"),
}


def triple(name: str, cents: int | None, currency: str | None) -> tuple[tuple[str, object], ...]:
    """The three attributes of an amount: ``price_amount_cents``, ``price_amount_float``, ``formatted_price_amount``."""
    if cents is None:
        return (f"{name}_cents", None), (f"{name}_float", None), (f"formatted_{name}", None)
    form = _FORMS.get(currency or "", _FORMS["EUR"])
    major = cents / 10**form.digits
    return (f"{name}_cents", cents), (f"{name}_float", major), (f"formatted_{name}", _text(cents, form))


def _text(cents: int, form: _Form) -> str:
    """``€35,00``, ``-€100,00``, ``$1,234.50``"""
    whole, rest = divmod(abs(cents), 10**form.digits)
    number = f"{whole:,}".replace(",", form.thousands) if whole > 999 else str(whole)
    if form.digits:
        number += f"{form.decimal}{rest:0{form.digits}d}"
    shown = f"{form.symbol}{number}" if form.is_first else f"{number} {form.symbol}"
    return f"-{shown}" if cents < 0 else shown

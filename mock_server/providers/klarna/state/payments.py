"""Who pays how, where the browser goes, and whether two requests are the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from mock_server.core.errors import Fault
from mock_server.core.store import Record
from mock_server.ledger import markets
from mock_server.settings import Settings

_IN_A_URL = "!#$%&'()*+,/:;=?@[]~"
_ADDRESSES = ("billing_address", "shipping_address")
_COMPARED_OF_A_LINE = (
    "type", "reference", "name", "quantity", "quantity_unit", "unit_price", "tax_rate", "total_amount",
    "total_discount_amount", "total_tax_amount",
)  # fmt: skip
_COMPARED = ("purchase_country", "purchase_currency", "order_amount", "order_tax_amount")


def body_digest(body: Mapping[str, Any]) -> str:
    """The same for the same body, whatever the order of its keys."""
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def authorized_payment_method(method: str, settings: Settings) -> Any:
    """``{"type": "invoice"}``; by a setting the bare string that some of Klarna's documents show."""
    return method if settings.klarna_authorized_payment_method == "string" else {"type": method}


def is_strict(settings: Settings) -> bool:
    """Whether a locale foreign to the country is refused."""
    return settings.klarna_locale_check == "strict"


def redirect_url(session: Record, world: str) -> str | None:
    """Where the shop sends the browser after the order; None when it gave no confirmation URL.

    Source: form of the playground, recorded 2021-09-20.
    """
    if not (session["purchase"].get("merchant_urls") or {}).get("confirmation"):
        return None
    path = markets.MARKETS[markets.country_of(session["purchase"])].path
    query = "" if world == "default" else f"?world={world}"
    return f"{session['base_url']}/{path}/kp/v1/sessions/{session['id']}/redirect{query}"


def filled_in(url: str, session: Record) -> str:
    """The URL with Klarna's placeholders filled, fit for a header whatever the shop wrote into it."""
    return in_a_header(url.replace("{session.id}", session["id"]).replace("{order.id}", session["order_id"] or ""))


def in_a_header(url: str) -> str:
    """The URL, fit for a header: blanks and other scripts are encoded."""
    return quote(url, safe=_IN_A_URL, errors="replace")


def differences(known: Mapping[str, Any], placed: Mapping[str, Any]) -> list[Fault]:
    """Where an order differs from the last data Klarna has; an empty earlier value matches anything.

    Compared are addresses, amounts, country, currency and the lines in their order. A changed number of lines hides
    what follows from it. Not compared: references, URLs, locale.
    Source: docs.klarna.com, validations; lines as a list and the count's wording from public issues (read 2026-11-20).
    """
    faults = []
    for name in _ADDRESSES:
        if isinstance(placed.get(name), Mapping):
            faults += _compare(known.get(name) or {}, placed[name], f"{name}.", known.get(name) or {})
    lines, placed_lines = known.get("order_lines"), placed.get("order_lines")
    if lines and isinstance(placed_lines, list) and len(lines) != len(placed_lines):
        text = f"Incorrect number of items in the cart. Expected: {len(lines)}, Actual: {len(placed_lines)}"
        return [*faults, Fault(text, text), *(f._replace(stage=1) for f in _compare_carts(known, placed))]
    return faults + _compare_carts(known, placed)


def _compare_carts(known: Mapping[str, Any], placed: Mapping[str, Any]) -> list[Fault]:
    faults = _compare(known, placed, "", _COMPARED)
    placed_lines = placed.get("order_lines")
    pairs = zip(known.get("order_lines") or (), placed_lines if isinstance(placed_lines, list) else (), strict=False)
    for index, (line, placed_line) in enumerate(pairs):
        if not isinstance(placed_line, Mapping):
            continue
        faults += _compare(line, placed_line, f"order_lines[{index}].", _COMPARED_OF_A_LINE)
    return faults


def _compare(known: Mapping[str, Any], placed: Mapping[str, Any], prefix: str, names: Any) -> list[Fault]:
    faults = []
    for name in names:
        before, now = known.get(name), placed.get(name)
        if before in (None, "") or _same(name, before, now) or (now is None and not prefix):
            continue
        faults.append(Fault(prefix + name, f"{prefix}{name} is {now!r}, Klarna knows {before!r}"))
    return faults


def _same(name: str, before: Any, now: Any) -> bool:
    if name.endswith(("country", "currency")) and isinstance(now, str):
        return bool(before.upper() == now.upper())
    if name == "type":  # physical is the default
        return bool(before == (now or "physical"))
    return bool(before == now)


def merged(known: Mapping[str, Any], placed: Mapping[str, Any]) -> dict[str, Any]:
    """The purchase as it stands when the order is placed: what the order says, else what was known."""
    return {**known, **placed}

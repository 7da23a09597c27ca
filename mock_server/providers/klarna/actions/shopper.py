"""What a shopper does in Klarna's widget, as far as a merchant's server can tell: they get authorized, or not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, markets, sessions
from mock_server.providers.klarna.errors import payments as errors
from mock_server.providers.klarna.schemas import payments
from mock_server.providers.klarna.state.payments import is_strict

_DIGITS_ONLY = re.compile(r"\d+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# outcomes of authorize that grant nothing -> what the browser's callback gets
REFUSALS = {
    "rejected": {"approved": False, "show_form": False},
    "aborted": {"approved": False, "show_form": True},
    "not_offered": {"show_form": False},  # load() says so already
    "finalize_required": {"approved": True, "show_form": True, "finalize_required": True},
}


def authorize(
    world: World,
    session: Record,
    decision: Decision,
    *,
    data: Mapping[str, Any],
    category: str = "",
    auto_finalize: bool = True,
) -> dict[str, Any]:
    """What ``authorize()`` in the browser does: the data updates the session, the shopper is judged.

    Answers with what the browser's callback gets: with the token when approved. Bad data changes nothing and is
    answered with its fields. A pending decision is remembered for the order. Tells merchant_urls.authorization.
    Source: docs.klarna.com, Klarna Payments SDK reference, authorize (read 2026-11-20).
    """
    try:
        changes = payments.load_session_update(data)
        payments.check_session(session["purchase"] | changes, strict_locale=is_strict(world.settings))
    except errors.BadValue as bad:
        return _invalid([fault.path for fault in bad.faults])
    invalid = _malformed_addresses(session["purchase"] | changes)
    if invalid or decision.outcome == "invalid_fields":
        return _invalid(invalid or decision.options.get("fields") or ["billing_address.email"])
    with errors.in_klarnas_words():
        session = sessions.update_session(world, session["id"], changes) if changes else session
    outcome = decision.outcome if auto_finalize else "finalize_required"
    if outcome in REFUSALS:
        return dict(REFUSALS[outcome])
    remembered = {"outcome": outcome, **decision.options} if outcome == "pending" else None
    shopper = _filled_in(world, session["purchase"])
    with errors.in_klarnas_words():
        authorization = authorizations.grant(world, session, shopper=shopper, category=category, decision=remembered)
    return {"approved": True, "show_form": True, "authorization_token": authorization["token"]}


def _invalid(paths: list[str]) -> dict[str, Any]:
    return {"approved": False, "show_form": True, "error": {"invalid_fields": list(dict.fromkeys(paths))}}


def _malformed_addresses(purchase: Mapping[str, Any]) -> list[str]:
    """Fields that no shopper can have: judged here, not when the session is created. Missing ones are asked for.

    Source: docs.klarna.com, customer data requirements (read 2026-11-20).
    """
    bad = []
    for part in ("billing_address", "shipping_address"):
        address = purchase.get(part) or {}
        for name in ("given_name", "family_name"):
            value = address.get(name)
            if value and (len(value) < 2 or _DIGITS_ONLY.fullmatch(value)):
                bad.append(f"{part}.{name}")
        if address.get("email") and not _EMAIL.fullmatch(address["email"]):
            bad.append(f"{part}.email")
    return bad


def _filled_in(world: World, purchase: Mapping[str, Any]) -> dict[str, Any]:
    """What the shopper types into Klarna's form when the shop sent no address."""
    if purchase.get("billing_address"):
        return {}
    country = markets.country_of(purchase)
    person = world.ids.person(country)
    customer = {"date_of_birth": person.pop("date_of_birth")}
    return {"billing_address": {**person, "country": country}, "customer": customer}

"""What Klarna shows of a customer token, and what an order that is charged to one knows of its shopper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.clock import parse_time
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import markets

# types whose details a token tells; recorded tokens of type SLICE_IT_BY_CARD tell none
_CARDS = ("CARD", "PAY_BY_CARD", "PAY_LATER_BY_CARD")
_BANKS = ("DIRECT_DEBIT",)
_BRAND = "VISA"
_CARD_LASTS_YEARS = 4


def token_view(world: World, token: Record, status: str | None = None) -> dict[str, Any]:
    """The token with what of its card or bank account may be shown; ``status`` stands in for its own."""
    type_ = token["payment_method_type"]
    card = {"card": _card(world, token)} if type_ in _CARDS else {}
    bank = {"direct_debit": {"masked_number": _masked(world, token, 10, 3)}} if type_ in _BANKS else {}
    return {**card, **bank, "payment_method_type": type_, "status": status or token["status"]}


def _card(world: World, token: Record) -> dict[str, str]:
    created = parse_time(token["created_at"])
    return {
        "brand": _BRAND,
        "expiry_date": f"{created.month:02d}/{created.year + _CARD_LASTS_YEARS}",
        "masked_number": _masked(world, token, 12, 4),
    }


def _masked(world: World, token: Record, hidden: int, shown: int) -> str:
    digits = world.ids.tied_to("masked_number", f"{token['token_id']} {token['payment_method_type']}")
    return "*" * hidden + "".join(digits.choices("0123456789", k=shown))


def currency_of(token: Record) -> str:
    """The one it was made for, else the one of its country; upper case."""
    country = markets.country_of(token)
    return str(token["purchase_currency"] or markets.MARKETS[country].currency).upper()


def charged(token: Record, body: Mapping[str, Any]) -> dict[str, Any]:
    """The purchase as it stands: who buys and where is the token's, what is bought the body's.

    Without a shipping address the goods go where the bill goes.
    """
    names = ("purchase_country", "locale", "billing_address", "customer")
    known = {name: token[name] for name in names if token[name] is not None}
    if "billing_address" in known:
        known["shipping_address"] = known["billing_address"]
    return {**known, **body}

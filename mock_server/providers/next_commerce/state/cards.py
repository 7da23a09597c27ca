"""Cards as tokens show them, and the cards of the testing guides.

Source: developers.nextcommerce.com, testing guide; docs.nextcommerce.com, test orders (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mock_server.core.world import World


class TestCard(NamedTuple):
    """A card that only pays test orders."""

    number: str
    leaves_transactions: bool  # those of the test gateway do, those that work on any store do not


# token or number, which may stand in for a token -> the card
TEST_CARDS: Mapping[str, TestCard] = {
    "test_card": TestCard("6011111111111117", False),
    "test_3ds_card": TestCard("6011000990139424", False),
    "6011111111111117": TestCard("6011111111111117", False),
    "6011000990139424": TestCard("6011000990139424", False),
    "4111111111111111": TestCard("4111111111111111", True),
    "5555555555554444": TestCard("5555555555554444", True),
    "4012888888881881": TestCard("4012888888881881", True),
}
# first digit of a card's number -> its brand
_BRANDS = {"2": "mastercard", "3": "amex", "4": "visa", "5": "mastercard", "6": "discover"}
_TOKEN_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def card_of(world: World, token: str) -> dict[str, Any]:
    """What a transaction shows of the card behind a token."""
    test = TEST_CARDS.get(token)
    chance = world.ids.tied_to("next_commerce.card", token)
    last_four = test.number[-4:] if test else f"{chance.randrange(10_000):04d}"
    shown = "".join(chance.choices(_TOKEN_LETTERS, k=20)) if token.isdigit() else token
    return {"first_six": test.number[:6] if test else "424242", "last_four": last_four, "token": shown}


def brand_of(card: Mapping[str, Any]) -> str | None:
    """Of a card as ``card_of`` shows it."""
    return _BRANDS.get(card["first_six"][0])

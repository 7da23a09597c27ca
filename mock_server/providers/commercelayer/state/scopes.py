"""What a scope asks for: ``market:id:<id>``, ``market:code:<code>``, ``market:all``, stores and stock locations."""

from __future__ import annotations

import re

from mock_server.core.errors import Fault
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer.errors import InvalidScope
from mock_server.providers.commercelayer.state import records

EVERYTHING = "market:all"  # what no scope means
_MARKET = re.compile(r"market:(?:(id|code):(\S+)|([0-9]{1,18}))")  # the number is the older way
_ELSEWHERE = re.compile(r"(store|stock_location):(id|code):\S+")


def markets_in(world: World, scope: str) -> list[str]:
    """Ids of the markets that a scope names, none when it names all; raises InvalidScope.

    Not emulated: stores and stock locations; what is asked of them is passed over.
    Source: docs.commercelayer.io, authentication: authorization scopes (read 2026-11-21).
    """
    words = scope.split()
    found = {_market(world, word)["id"] for word in words if word != EVERYTHING and not _ELSEWHERE.fullmatch(word)}
    if not words:
        raise _refusal("scope is empty")
    if not found and any(word.startswith("stock_location:") for word in words):
        raise _refusal("a stock location needs its market")
    return [] if EVERYTHING in words else sorted(found)


def _market(world: World, word: str) -> Record:
    asked = _MARKET.fullmatch(word)
    if asked is None:
        raise _refusal(f"{word} is no scope; expected market:id:, market:code:, market:all, store: or stock_location:")
    by, value, number = asked.groups()
    if by == "id":
        market = records.find(world, "markets", value)
    else:
        name, value = (by, value) if by else ("number", number)
        same = (each for each in records.every(world, "markets") if str(each["attributes"].get(name)) == value)
        market = next(same, None)
    if market is None:
        raise _refusal(f"{word} names no market")
    return market


def _refusal(text: str) -> InvalidScope:
    return InvalidScope(faults=[Fault("scope", text)])

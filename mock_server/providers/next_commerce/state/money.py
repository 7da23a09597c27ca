"""Money as the API writes it: a text with two decimals, of minor units (hundredths) in the records."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from mock_server.core.clock import parse_time
from mock_server.core.world import World

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


def money(minor: int) -> str:
    """1234 is ``12.34``."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def moment(world: World, text: str | None) -> str | None:
    """A record's time in the store's zone, as Python writes it: ``2024-12-09T02:00:20.931000-05:00``."""
    return None if text is None else local(world, parse_time(text)).isoformat()


def local(world: World, at: datetime) -> datetime:
    """A time on the store's clock."""
    return at.astimezone(zone(world))


def zone(world: World) -> ZoneInfo:
    return _zone(world.settings.next_commerce_timezone)


@cache
def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo  # not before a time is told

    return ZoneInfo(name)

"""What every act is handed: whose it is, and where."""

from __future__ import annotations

from dataclasses import dataclass

from mock_server.core.rules import Decision
from mock_server.core.world import World


@dataclass(frozen=True)
class Act:
    """One request to do something."""

    world: World
    is_sales: bool = False  # a sales channel asks, which may do less
    market_ids: tuple[str, ...] = ()  # that the token is for; none: all
    customer_id: str = ""  # the customer who logged in
    base_url: str = ""  # of this server, for what browsers are given
    decision: Decision = Decision()

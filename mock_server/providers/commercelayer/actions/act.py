"""What every act is handed: whose it is, and where."""

from __future__ import annotations

from dataclasses import dataclass

from mock_server.core.rules import Decision
from mock_server.core.world import World
from mock_server.providers.commercelayer.state.access import Viewer


@dataclass(frozen=True)
class Act:
    """One request to do something."""

    world: World
    viewer: Viewer = Viewer()
    base_url: str = ""  # of this server, for what browsers are given
    decision: Decision = Decision()

    @property
    def is_sales(self) -> bool:
        """Whether a sales channel asks, which may do less."""
        return self.viewer.is_sales

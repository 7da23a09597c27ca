"""Carts."""

from mock_server.core.clock import Alarm
from mock_server.core.store import Record
from mock_server.core.world import World


def abandon_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a cart that nobody touched for 30 minutes."""
    return None

"""Fulfillment."""

from mock_server.core.clock import Alarm
from mock_server.core.store import Record
from mock_server.core.world import World


def post_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of an order that goes to the warehouse."""
    return None

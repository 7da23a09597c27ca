"""Renewals."""

from mock_server.core.clock import Alarm
from mock_server.core.store import Record
from mock_server.core.world import World


def renew_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a renewal, or of another try."""
    return None


def resume_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a pause that ends."""
    return None

"""One move of one order: atomic, and only where its status takes it."""

from __future__ import annotations

from collections.abc import Callable

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.transitions import NotAllowed, require


def move(world: World, order_id: str, name: str, change: Callable[[Record], Record]) -> Record:
    """The order as it is afterwards; ``change`` may be called again, see ``Store.change``.

    Raises NotAllowed for an unknown order or a status that does not take the move, and what ``change`` raises.
    """

    def apply(order: Record | None) -> Record:
        if order is None:
            raise NotAllowed("unknown", f"no order {order_id} in world {world.name}")
        require(name, order["status"], order_id)
        return change(order)

    moved = world.store.change("orders", order_id, apply)
    assert moved is not None  # apply never answers None
    return moved

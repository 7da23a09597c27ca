"""What fraud assessment says of an order when a tester says so."""

from __future__ import annotations

from mock_server.core.errors import Misused
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import decisions
from mock_server.ledger.transitions import NotAllowed


def decide_order(world: World, order_id: str, decision: str) -> Record:
    """Have an order ACCEPTED, REJECTED or STOPPED now, whichever face placed it; answers with what it is then.

    Sends the notification. Raises Misused: 404 for an unknown order, 409 for one that this decision cannot follow.
    """
    try:
        order = decisions.decide_order(world, order_id, decision)
    except NotAllowed as refused:
        is_unknown = refused.reason == "unknown"
        status, code = (404, "NOT_FOUND") if is_unknown else (409, "IMPOSSIBLE")
        raise Misused(str(refused), status=status, code=code) from refused
    return {name: order[name] for name in ("order_id", "status", "fraud_status", "decided_at")}

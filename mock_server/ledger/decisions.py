"""What fraud assessment says of an order, and when it says so of a pending one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mock_server.core.clock import Alarm, parse_duration
from mock_server.core.rules import Option
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import events
from mock_server.ledger.captures import capture_order
from mock_server.ledger.transitions import ACCEPTED, AUTHORIZED, DECIDED_FROM, PENDING, REJECTED, NotAllowed

DECISION = "order.decide"  # name of the alarm
_DECISIONS = {"accepted": ACCEPTED, "rejected": REJECTED}


@dataclass(frozen=True)
class Verdict:
    """ACCEPTED at once, or PENDING and then, after a while, ACCEPTED or REJECTED."""

    fraud_status: str = ACCEPTED
    then: str | None = None
    after: timedelta = timedelta()

    def as_record(self) -> Record | None:
        return {"to": self.then, "after_s": self.after.total_seconds()} if self.then else None


def _fraud_status(word: Any) -> str:
    """Raises ValueError."""
    if not isinstance(word, str) or word not in _DECISIONS:
        raise ValueError(f"decide is {word!r}; expected {' or '.join(_DECISIONS)}")
    return _DECISIONS[word]


# options of the outcome "pending"
PENDING_OPTIONS = {
    "decide": Option("what becomes of it: accepted or rejected; left out, it stays pending", _fraud_status),
    "after": Option("how long the assessment takes, as a duration: 5m", parse_duration),
}


def read_verdict(outcome: str, options: Mapping[str, Any]) -> Verdict:
    """From an outcome, ``accepted`` or ``pending``, and the options of the latter; raises ValueError."""
    if outcome != "pending":
        return Verdict()
    then = _fraud_status(options["decide"]) if "decide" in options else None
    return Verdict(PENDING, then, parse_duration(options.get("after", "0s")))


def schedule(world: World, order_id: str, verdict: Verdict) -> None:
    """Set the alarm of a pending order."""
    if verdict.then:
        world.clock.set_alarm(world.clock.now() + verdict.after, DECISION, order_id)


def decide_order(world: World, order_id: str, fraud_status: str) -> Record:
    """Accept or reject a pending order; a capture that waited for it is made. Publishes order.accepted or .rejected.

    Raises NotAllowed when the order is unknown or no longer pending.
    """

    def decide(order: Record | None) -> Record:
        if order is None:
            raise NotAllowed("unknown", f"no order {order_id} in world {world.name}")
        if order["fraud_status"] not in DECIDED_FROM[fraud_status]:
            raise NotAllowed("status", f"order {order_id} is {order['fraud_status']}, not {PENDING}")
        if order["status"] != AUTHORIZED:
            raise NotAllowed("status", f"order {order_id} is {order['status']}, there is nothing to decide")
        return order | {"fraud_status": fraud_status}

    order = world.store.change("orders", order_id, decide)
    assert order is not None  # decide never answers None
    world.publish(events.ORDER_ACCEPTED if fraud_status == ACCEPTED else events.ORDER_REJECTED, order)
    if fraud_status == ACCEPTED and order["auto_capture"]:
        order, _ = capture_order(world, order_id, order["order_amount"])
    return order


def decide_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a pending order: what was to become of it becomes of it, unless somebody decided before."""
    order = world.store.get("orders", alarm.key)
    if order is None or order["fraud_status"] != PENDING or order["status"] != AUTHORIZED or not order["decides"]:
        return None
    verdict = order["decides"]["to"]
    decide_order(world, alarm.key, verdict)
    what = events.ORDER_ACCEPTED if verdict == ACCEPTED else events.ORDER_REJECTED
    return {"what": what, "order_id": alarm.key}

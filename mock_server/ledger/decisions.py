"""What fraud assessment says of an order, when it says so of a pending one, and when it stops an accepted one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mock_server.core.clock import Alarm, parse_duration, to_text
from mock_server.core.rules import Option
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import disputes, events, rejections
from mock_server.ledger.captures import capture_order
from mock_server.ledger.moves import move
from mock_server.ledger.transitions import (
    ACCEPTED,
    DECIDED_AS,
    DECIDED_FROM,
    PENDING,
    REJECTED,
    STOPPED,
    NotAllowed,
)

DECISION = "order.decide"  # name of the alarm
_DECISIONS = {"accepted": ACCEPTED, "rejected": REJECTED}
# fraud decision -> what is published
_EVENTS: Mapping[str, str] = {
    ACCEPTED: events.ORDER_ACCEPTED, REJECTED: events.ORDER_REJECTED, STOPPED: events.ORDER_STOPPED,
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """ACCEPTED at once, and perhaps STOPPED after a while; or PENDING and then, after a while, ACCEPTED or REJECTED."""

    fraud_status: str = ACCEPTED
    then: str | None = None
    after: timedelta = timedelta()
    dispute: str = ""  # why its captures will be disputed; empty: they will not

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
# options of the outcome "stopped"
STOPPED_OPTIONS = {"after": Option("when Klarna stops the accepted order, as a duration: 5m", parse_duration)}


def read_verdict(outcome: str, options: Mapping[str, Any]) -> Verdict:
    """From an outcome, ``accepted``, ``pending`` or ``stopped``, and its options; raises ValueError."""
    dispute = disputes.read_reason(options["dispute"]) if "dispute" in options else ""
    after = parse_duration(options.get("after", "0s"))
    if outcome == "stopped":
        return Verdict(ACCEPTED, STOPPED, after, dispute)
    if outcome != "pending":
        return Verdict(dispute=dispute)
    then = _fraud_status(options["decide"]) if "decide" in options else None
    return Verdict(PENDING, then, after, dispute)


def schedule(world: World, order_id: str, verdict: Verdict) -> None:
    """Set the alarm of an order about which more will be said."""
    if verdict.then:
        world.clock.set_alarm(world.clock.now() + verdict.after, DECISION, order_id)


def decide_order(world: World, order_id: str, decision: str) -> Record:
    """Accept or reject a pending order, or stop an accepted one: it is rejected then.

    A capture that waited for an acceptance is made. What is rejected and not captured all the same is cancelled after
    four hours. Publishes order.accepted, .rejected or .stopped.

    Raises NotAllowed when the order is unknown, has another fraud status than the decision may follow, or has ended.
    Source: docs.klarna.com, pending orders; FRAUD_RISK_STOPPED as public plugins handle it (read 2026-11-20).
    Assumed: an order of which something was captured is not stopped.
    """
    decided_at = to_text(world.clock.now())

    def decide(order: Record) -> Record:
        wanted = DECIDED_FROM[decision]
        if order["fraud_status"] not in wanted:
            raise NotAllowed("status", f"order {order_id} is {order['fraud_status']}, not {' or '.join(wanted)}")
        return order | {"fraud_status": DECIDED_AS[decision], "decided_at": decided_at}

    order = move(world, order_id, "decide", decide)
    if order["fraud_status"] == REJECTED:
        rejections.wait_for_merchant(world, order_id)
    world.publish(_EVENTS[decision], order)
    if decision == ACCEPTED and order["auto_capture"]:
        order, _ = capture_order(world, order_id, order["order_amount"])
    return order


def decide_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of an order: what was to become of it becomes of it, unless somebody decided before or it ended."""
    order = world.store.get("orders", alarm.key)
    if order is None or not order["decides"]:
        return None
    decision = order["decides"]["to"]
    try:
        decide_order(world, alarm.key, decision)
    except NotAllowed:
        return None
    return {"what": _EVENTS[decision], "order_id": alarm.key}

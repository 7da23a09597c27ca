"""What a merchant is told of an order: that it was placed, and what fraud assessment decided of it.

Source: docs.klarna.com, pending orders; FRAUD_RISK_STOPPED as public plugins handle it (read 2026-11-20).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mock_server.core import deliveries
from mock_server.core.outbox import Manners
from mock_server.core.rules import Choices, look_into
from mock_server.core.store import Record
from mock_server.core.world import Listener, World
from mock_server.ledger import events, markets
from mock_server.providers.klarna.state.payments import filled_in

FACE = "klarna"
CHECKOUT = "klarna checkout"  # placed_through of orders about which Checkout's own push tells
NOTIFICATION = "klarna.order_management.notification"
PUSH = "klarna.order_management.push"
_OUTCOMES = {**deliveries.OUTCOMES, "before_response": {}}
CHOICES = {name: Choices(_OUTCOMES, frozenset(), takes_faults=False) for name in (NOTIFICATION, PUSH)}
_NOTIFIED_AGAIN_S = (600,) * 144  # every 10 minutes for 24 hours
_PUSHED_AGAIN_S = (7200,) * 24  # every 2 hours for 48 hours
_TIMEOUT_S = 5


def _notify(event_type: str) -> Listener:
    """A listener that tells merchant_urls.notification of a decision."""

    def send_notification(world: World, order: Record) -> None:
        """POST order id and event type as JSON, until the merchant answers 200: every 10 minutes for 24 hours.

        Of one order the newest decision only is tried again. Assumed: 5 seconds to answer. Not emulated: the time of
        the decision in the body, whose name no document tells.
        """
        told = {"order_id": order["order_id"], "event_type": event_type}
        _post(
            world, order, NOTIFICATION, "notification", told, json.dumps(told),
            headers={"Content-Type": "application/json"}, retry_after_s=_NOTIFIED_AGAIN_S, manners=FACE,
        )  # fmt: skip

    return send_notification


def send_push(world: World, order: Record) -> None:
    """POST an empty body to merchant_urls.push of an order that was placed through Klarna's own APIs.

    Assumed: any 2xx within 5 seconds acknowledges it; otherwise it is sent again every 2 hours for 48 hours.
    """
    placed_through = order["placed_through"]
    if placed_through.startswith(FACE) and placed_through != CHECKOUT:
        about = {"order_id": order["order_id"]}
        _post(world, order, PUSH, "push", about, "", headers={}, retry_after_s=_PUSHED_AGAIN_S)


def _post(
    world: World, order: Record, name: str, which: str, about: Mapping[str, str], body: str, **how: Any
) -> None:
    """To the URL that the merchant gave, if one was given, as a rule has decided."""
    url = (order.get("merchant_urls") or {}).get(which)
    if not url:
        return
    session = {"id": order["session_id"] or "", "order_id": order["order_id"]}
    decision = world.decide(name, lambda path: _look(path, order, about))
    message = deliveries.post(
        world.outbox, decision, name, filled_in(url, session), body,
        about=about, timeout_s=_TIMEOUT_S, queue=f"{name} {order['order_id']}", **how,
    )  # fmt: skip
    if decision.outcome == "before_response" and message["state"] == "waiting":
        world.deliver_now(message)


def _look(path: str, order: Record, told: Mapping[str, str]) -> Any:
    """What a rule sees: body.event_type, purchase.billing_address.email, purchase.country."""
    word, *steps = path.split(".")
    if word == "purchase":
        return look_into({**order, "country": markets.country_of(order)}, steps)
    return look_into(told, steps) if word == "body" else None


def why_unacknowledged(status: int, text: str) -> str:
    """Empty for 200, the only status that ends the notifications."""
    return "" if status == 200 else f"status is {status}, expected 200"


MANNERS = Manners(why_unacknowledged=why_unacknowledged)

LISTENERS: Mapping[str, tuple[Listener, ...]] = {
    events.ORDER_PLACED: (send_push,),
    events.ORDER_ACCEPTED: (_notify("FRAUD_RISK_ACCEPTED"),),
    events.ORDER_REJECTED: (_notify("FRAUD_RISK_REJECTED"),),
    events.ORDER_STOPPED: (_notify("FRAUD_RISK_STOPPED"),),
}

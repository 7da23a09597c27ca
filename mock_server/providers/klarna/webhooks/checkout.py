"""What Klarna Checkout asks and tells a merchant's server: whether an order may be placed, and that it was.

Not emulated: the callbacks address_update, shipping_option_update and country_change; nothing can be edited in the
sandbox's checkout that they would be about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mock_server.core import deliveries
from mock_server.core.clock import Alarm
from mock_server.core.rules import Choices, look_into
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import markets
from mock_server.providers.klarna.state import checkout

PUSH = "klarna.checkout.push"  # name of the webhook for rules, and of the alarm
VALIDATION = "klarna.checkout.validation"
CHOICES: Mapping[str, Choices] = {PUSH: Choices(deliveries.OUTCOMES, frozenset(), takes_faults=False)}
FIRST_AFTER = timedelta(minutes=2)
# from the first push to each of its repetitions: 5, 15, 30 and 60 minutes, then every 4 hours for 48 hours
_AFTER_THE_FIRST_M = (5, 15, 30, 60, *range(60 + 240, 48 * 60, 240))
_TIMEOUT_S = 5  # a shop's log showed a push given up after it
_VALIDATION_TIMEOUT_S, _STRICT_VALIDATION_TIMEOUT_S = 3, 10


def schedule_push(world: World, order_id: str) -> None:
    """The first push leaves about 2 minutes after the checkout was completed.

    Source: docs.klarna.com, KCO, confirm purchase (read 2026-11-21).
    """
    world.clock.set_alarm(world.clock.now() + FIRST_AFTER, PUSH, order_id)


def push_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a push: POST with an empty body, and the next alarm, unless the order was acknowledged meanwhile,
    by the call for it or by a capture that the merchant made.

    A 2xx ends this delivery only; what is refused or lost is not tried again before the next repetition.
    Assumed: the pauses count from the first push.
    Source: docs.klarna.com, KCO, confirm purchase; acknowledge your KCO orders (read 2026-11-21).
    """
    placed = world.store.get("orders", alarm.key)
    order = world.store.get(checkout.KIND, alarm.key)
    if order is None or placed is None or placed.get("acknowledged_at"):
        return None
    pushes = checkout.count_push(world, alarm.key)
    if 1 <= pushes <= len(_AFTER_THE_FIRST_M):
        world.clock.set_alarm(alarm.due + _pause_after(pushes), PUSH, alarm.key)
    url = checkout.url_of(order, "push")
    decision = world.decide(PUSH, lambda path: _look(path, order))
    about = {"order_id": order["order_id"]}
    deliveries.post(world.outbox, decision, PUSH, url, "", headers={}, about=about, timeout_s=_TIMEOUT_S)
    return None


def _pause_after(pushes: int) -> timedelta:
    """From the push of this number, the first is 1, to the next."""
    moments = (0, *_AFTER_THE_FIRST_M)
    return timedelta(minutes=moments[pushes] - moments[pushes - 1])


def _look(path: str, order: Record) -> Any:
    word, *steps = path.split(".")
    return look_into(seen_by_rules(order), steps) if word == "purchase" else None


def seen_by_rules(order: Record, form: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What rules see as purchase.*, with what is filled in right now; ``purchase.country`` is the one that counts."""
    purchase = {**checkout.purchase_of(order), **(form or {})}
    return {**purchase, "country": markets.country_of(purchase)}


def ask_shop(world: World, order: Record, view: Mapping[str, Any]) -> Record | None:
    """POST the order to merchant_urls.validation and wait for the answer; the attempt that was made, None for none.

    The shop has 3 seconds, 10 when its approval is required.
    Source: docs.klarna.com, KCO, validate order (read 2026-11-21).
    """
    options = order["purchase"].get("options", {})
    is_strict = options.get("require_validate_callback_success", False)
    message = world.outbox.post(
        VALIDATION,
        checkout.url_of(order, "validation"),
        json.dumps(view),
        headers={"Content-Type": "application/json"},
        about={"order_id": order["order_id"]},
        timeout_s=_STRICT_VALIDATION_TIMEOUT_S if is_strict else _VALIDATION_TIMEOUT_S,
    )
    sent = world.deliver_now(message)
    return sent["attempts"][-1] if sent and sent["attempts"] else None

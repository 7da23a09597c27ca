"""What the store tells its apps: the events, their envelope and signature, retries, and when a webhook is given up.

Sources: developers.nextcommerce.com, webhooks; its apps example-app and demo-fulfillment-service-app; deliveries that a
third party verified (read 2026-11-21).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from mock_server.core.clock import parse_time, to_text
from mock_server.core.deliveries import OUTCOMES, post
from mock_server.core.outbox import Manners
from mock_server.core.rules import Choices, look_into
from mock_server.core.store import Record, Store
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.hooks import KIND
from mock_server.providers.next_commerce.state.versions import STABLE

FACE = "next_commerce"
DELIVER = "next_commerce.webhooks.deliver"
CHOICES = {DELIVER: Choices({**OUTCOMES, "before_return": {}}, frozenset(), takes_faults=False)}
# ten retries over three and a half days; the documents say "several days", with exponential back-off
RETRIES_S = tuple(300 * 2**n for n in range(10))
_TIMEOUT_S = 20
_GONE = 410

View = Mapping[str, Any] | Callable[[str], Mapping[str, Any]]


def emit(world: World, event: str, kind: str, view: View, *, key: str, order: str = "") -> None:
    """Tell every active webhook that wants this event; ``view`` may differ by the webhook's api_version.

    Ten retries until the receiver answers 200; 410 disables the webhook.
    """
    for hook in records.oldest(world, KIND):
        if hook["active"] and event in hook["events"]:
            version = hook["api_version"] or STABLE
            _tell(world, hook, event, kind, view(version) if callable(view) else view, version, key, order)


def _tell(
    world: World, hook: Record, event: str, kind: str, view: Mapping[str, Any], version: str, key: str, order: str
) -> None:
    payload = {
        "api_version": version,
        "object": kind,
        "data": view,
        "event_id": world.ids.uuid("next_commerce.event"),
        "event_type": event,
        "webhook": {
            "id": hook["id"],
            "store": world.settings.next_commerce_store,
            "events": hook["events"],
            "target": hook["target"],
        },
    }
    body = json.dumps(payload)  # with Python's own separators: receivers hash json.dumps(json.loads(body))
    headers = {"Content-Type": "application/json"}
    if hook["secret_key"]:
        headers["X-29Next-Signature"] = signature(hook["secret_key"], body)
    decision = world.decide(DELIVER, lambda path: _look(path, payload, headers))
    message = post(
        world.outbox,
        decision,
        f"{FACE}.{event}",
        hook["target"],
        body,
        headers=headers,
        about={"webhook": str(hook["id"]), "event": event, "about": key, "order_id": order},
        retry_after_s=RETRIES_S,
        timeout_s=_TIMEOUT_S,
        manners=FACE,
        name=DELIVER,
    )
    if decision.outcome == "before_return" and message["state"] == "waiting":
        world.deliver_now(message)


def _look(path: str, payload: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
    """What a rule sees of a webhook: what is about to be sent."""
    word, *steps = path.split(".")
    if word == "headers":
        return look_into({name.lower(): value for name, value in headers.items()}, steps)
    view = {"body": payload, "purchase": payload["data"]}.get(word)
    return look_into(view, steps) if view is not None else None


def signature(secret: str, body: str) -> str:
    """Hex HMAC-SHA256 of the body with the webhook's secret."""
    return hmac.new(secret.encode(), body.encode("utf-8", "replace"), "sha256").hexdigest()


def why_unacknowledged(status: int, text: str) -> str:
    return "" if status == 200 else f"status is {status}, expected 200"


def why_withheld(store: Store, message: Record) -> str:
    """Nothing goes to a webhook that was deleted or switched off meanwhile."""
    hook = store.get(f"{records.KIND}{KIND}", message["about"]["webhook"])
    if hook is None:
        return f"webhook {message['about']['webhook']} was deleted"
    return "" if hook["active"] else f"webhook {hook['id']} is not active: {hook['why_inactive'] or 'switched off'}"


def note(store: Store, message: Record, attempt: Record) -> None:
    """Count failures in a row; 410, or a message given up for good, switches the webhook off."""

    def count(hook: Record | None) -> Record | None:
        if hook is None:
            return None
        if not attempt["why"]:
            return {**hook, "warning_count": 0, "next_check_at": None}
        pauses, tried = message["retry_after_s"], len(message["attempts"])
        is_last = tried > len(pauses)
        next_at = None if is_last else to_text(parse_time(attempt["at"]) + timedelta(seconds=pauses[tried - 1]))
        failed = {**hook, "warning_count": hook["warning_count"] + 1, "next_check_at": next_at}
        if attempt.get("status") == _GONE:
            return {**failed, "active": False, "next_check_at": None, "why_inactive": "its target answered 410"}
        if is_last and pauses:
            return {**failed, "active": False, "why_inactive": f"{tried} attempts failed"}
        return failed

    store.change(f"{records.KIND}{KIND}", message["about"]["webhook"], count)


MANNERS = Manners(why_unacknowledged=why_unacknowledged, why_withheld=why_withheld, note=note)

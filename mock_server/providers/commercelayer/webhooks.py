"""What Commerce Layer tells the shop: topics, payloads, signatures, and the circuit that opens when nobody listens.

Source: docs.commercelayer.io, real-time webhooks; payloads recorded in 2019 and 2024 (read 2026-11-21).
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from mock_server.core.deliveries import OUTCOMES, post
from mock_server.core.outbox import Manners
from mock_server.core.rules import Choices, look_into
from mock_server.core.store import Record, Store
from mock_server.core.world import World
from mock_server.providers.commercelayer.resources import RESOURCES
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.account import organization_id
from mock_server.providers.commercelayer.state.views import with_text

FACE = "commercelayer"
DELIVER = "commercelayer.webhooks.deliver"
CHOICES = {DELIVER: Choices({**OUTCOMES, "circuit_open": {}}, frozenset(), takes_faults=False)}
MOST_FAILURES = 30  # in a row, then the circuit opens
# pauses before the 10 retries; Commerce Layer documents how many, not when
RETRIES_S = (10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 3600)
_TIMEOUT_S = 5
_OPEN = "open"


def emit(world: World, topic: str, record: Record) -> None:
    """Something happened to a record: the event is kept, and each enabled webhook with this topic is told.

    The payload is the record's document with the webhook's include_resources; of a ``.destroy`` only the id.
    """
    event = _event(world, topic, record)
    for hook in records.every(world, "webhooks"):
        attributes = hook["attributes"]
        if attributes["topic"] == topic and not attributes.get("disabled_at"):
            _tell(world, hook, topic, record, event)


def _event(world: World, topic: str, record: Record) -> Record:
    """The event of this name of a record, of which there is one however often it happens."""
    key = records.fixed_id(f"{topic} {record['type']} {record['id']}")
    found = records.find(world, "events", key)
    if found is not None:
        return found
    belongs = {"events": records.reference(record)}
    return records.create(
        world, "events", {"name": topic}, id_=key, belongs=belongs, about=records.reference(record)
    )


def _tell(world: World, hook: Record, topic: str, record: Record, event: Record) -> None:
    body = payload_of(world, record, topic, hook["attributes"].get("include_resources") or ())
    headers = {
        "Content-Type": "application/vnd.api+json",
        "X-CommerceLayer-Topic": topic,
        "X-CommerceLayer-Signature": signature(hook["attributes"]["shared_secret"], body),
    }
    decision = world.decide(DELIVER, lambda path: _look(world, record, path, body, headers))
    if decision.outcome == "circuit_open":
        records.update(world, hook, {"circuit_state": _OPEN, "circuit_failure_count": MOST_FAILURES})
    post(
        world.outbox,
        decision,
        f"{FACE}.{topic}",
        hook["attributes"]["callback_url"],
        body,
        headers=headers,
        about={
            "topic": topic, "order_id": _order_of(record), "webhook": hook["id"], "event": event["id"],
            "resource": f"{record['type']}/{record['id']}",
        },
        retry_after_s=RETRIES_S,
        timeout_s=_TIMEOUT_S,
        manners=FACE,
        name=DELIVER,
    )


def _look(world: World, record: Record, path: str, body: str, headers: Mapping[str, str]) -> Any:
    """What a rule sees of a call: what is about to be sent, and the order's purchase."""
    from mock_server.providers.commercelayer.state.purchases import seen_by_rules  # not before a rule asks

    word, *steps = path.split(".")
    if word == "purchase":
        return look_into(seen_by_rules(world, record["type"], record["id"]), steps)
    if word == "headers":
        return look_into({name.lower(): value for name, value in headers.items()}, steps)
    return look_into(json.loads(body), steps) if word == "body" else None


def _order_of(record: Record) -> str:
    if record["type"] == "orders":
        return str(record["id"])
    order = record["relations"].get("order")
    return order[1] if order else ""


def payload_of(world: World, record: Record, topic: str, include: Any) -> str:
    """The document that is sent: links are paths, meta has no trace id."""
    from mock_server.providers.commercelayer.jsonapi.documents import Writer  # not before a webhook leaves
    from mock_server.providers.commercelayer.jsonapi.queries import Query, is_includable, tree_of

    if topic.endswith(".destroy"):
        return f'{{"data":{{"id":"{record["id"]}","type":"{record["type"]}"}}}}'
    meta = {"mode": "test", "organization_id": organization_id(world.settings)}
    row = RESOURCES[record["type"]]
    known = [name for name in include if is_includable(row, name)]
    query = Query(include=tree_of(row, ",".join(known)))
    return Writer(world, "", meta, query).single(record).decode()


def signature(secret: str, body: str) -> str:
    """base64 of the HMAC-SHA256 of the raw body with the webhook's shared secret."""
    return b64encode(hmac.new(secret.encode(), body.encode("utf-8", "replace"), "sha256").digest()).decode()


def _why_broken(hook: Record) -> str:
    if hook["attributes"]["circuit_state"] != _OPEN:
        return ""
    return f"the circuit of webhook {hook['id']} is open after {MOST_FAILURES} failures; _reset_circuit closes it"


def why_withheld(store: Store, message: Record) -> str:
    """Nothing goes to a webhook whose circuit opened meanwhile, or that is gone."""
    hook = store.get(f"{records.KIND}webhooks", message["about"]["webhook"])
    if hook is None:
        return f"webhook {message['about']['webhook']} was deleted"
    return _why_broken(hook)


def note(store: Store, message: Record, attempt: Record) -> None:
    """Keep an event_callback of the attempt; count failures in a row, the 30th of which opens the circuit."""
    failed = bool(attempt["why"])
    hook_id = message["about"]["webhook"]

    def count(hook: Record | None) -> Record | None:
        if hook is None:
            return None
        failures = hook["attributes"]["circuit_failure_count"] + 1 if failed else 0
        state = _OPEN if failures >= MOST_FAILURES else hook["attributes"]["circuit_state"]
        counted = {"circuit_failure_count": failures, "circuit_state": state}
        return with_text({**hook, "attributes": {**hook["attributes"], **counted}})

    store.change(f"{records.KIND}webhooks", hook_id, count)
    _keep_callback(store, message, attempt, hook_id)


def _keep_callback(store: Store, message: Record, attempt: Record, hook_id: str) -> None:
    status = attempt.get("status")
    callback = {
        "id": records.fixed_id(f"{message['id']} {len(message['attempts'])} {attempt['at']}"),
        "type": "event_callbacks",
        "attributes": {
            "reference": None, "reference_origin": None, "metadata": {}, "callback_url": message["url"],
            "payload": json.loads(message["body"]), "response_code": None if status is None else str(status),
            "response_message": _phrase(status) if status else str(attempt.get("error") or attempt["why"]),
        },
        "relations": {"webhook": ["webhooks", hook_id]},
        "private": {},
        "created_at": attempt["at"],
        "updated_at": attempt["at"],
    }  # fmt: skip
    records.keep(store, callback, {
        "last_event_callbacks": [["webhooks", hook_id], ["events", message["about"]["event"]]],
    })  # fmt: skip


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return str(status)


MANNERS = Manners(why_withheld=why_withheld, note=note)

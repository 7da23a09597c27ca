"""Repeated requests: what carries the same Klarna-Idempotency-Key gets the first answer again.

Source: Order Management API reference; docs.klarna.com, escalation and retry policy (read 2026-11-20).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from mock_server.core.clock import Alarm, parse_time, to_text
from mock_server.core.errors import ApiError, RateLimited, Unauthorised
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.klarna.errors.order_management import Conflict
from mock_server.providers.klarna.errors.wire import render
from mock_server.web.operations import Call, Reply, Work

HEADER = "klarna-idempotency-key"
FORGET = "klarna.idempotency_key.forget"  # name of the alarm
_KIND = "klarna_idempotency_keys"  # {"at", "reply"}; reply is None while the first request is at work
_LIFETIME = timedelta(hours=24)
_PATIENCE = timedelta(seconds=60)  # who works longer was stopped half-way; the key is free again


def once(call: Call, work: Work) -> Reply:
    """Do the work for the first request with a key; others get its answer for 24 hours, whatever they carry.

    A key counts for one merchant, method and path. Refusals are answers too; failures of the server are none.
    Raises Conflict (409) while the first is at work.
    """
    key = call.headers.get(HEADER)
    if not key:
        return work()
    name = f"{call.credential.user} {call.method} {call.path.rstrip('/')} {key}"
    earlier = _claim(call.world, name)
    if earlier is not None:
        call.decision = replace(call.decision, decided_by=f"{HEADER} {key}, answered at {earlier['at']}")
        return _again(call, Reply(**earlier["reply"]))
    answer: Reply | None = None
    try:
        answer = work()
    except ApiError as error:
        answer = None if _is_failure(error) else render(error, call)
        raise
    finally:
        _keep(call.world, name, answer)
    return answer


def forget_due(world: World, alarm: Alarm) -> None:
    """The alarm of a key whose 24 hours are over, unless another request took the key since."""
    now = world.clock.now()
    world.store.change(_KIND, alarm.key, lambda record: None if record is None or _is_over(record, now) else record)


def _again(call: Call, answer: Reply) -> Reply:
    """The first answer; the correlation id in a refusal's body is the header's too."""
    if isinstance(answer.body, dict):
        call.trace_id = answer.body.get("correlation_id", "")
    return answer


def _claim(world: World, name: str) -> Record | None:
    """What the first request with this key was answered; None for the first itself. Raises Conflict."""
    now = world.clock.now()
    found: list[Record] = []

    def claim(record: Record | None) -> Record:
        found[:] = [record] if record is not None and not _is_over(record, now) else []
        return found[0] if found else {"at": to_text(now), "reply": None}

    world.store.change(_KIND, name, claim)
    if not found:
        world.clock.set_alarm(now + _LIFETIME, FORGET, name)
        return None
    if found[0]["reply"] is None:
        raise Conflict() from LookupError(f"the first request with this key is at work since {found[0]['at']}")
    return found[0]


def _is_over(record: Record, now: datetime) -> bool:
    lasts = _LIFETIME if record["reply"] else _PATIENCE
    return parse_time(record["at"]) + lasts <= now


def _keep(world: World, name: str, answer: Reply | None) -> None:
    """Note the answer; without one the next request with this key is the first again."""
    reply: Record | None = None
    if answer is not None and not isinstance(answer.body, bytes):  # a page is no answer of the API
        reply = {
            "body": answer.body, "status": answer.status, "headers": dict(answer.headers),
            "content_type": answer.content_type,
        }  # fmt: skip

    def keep(record: Record | None) -> Record | None:
        return record | {"reply": reply} if record and reply else None

    world.store.change(_KIND, name, keep)


def _is_failure(error: ApiError) -> bool:
    return error.status >= 500 or isinstance(error, RateLimited | Unauthorised)

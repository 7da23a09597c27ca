"""The road of a request, from authentication to the journal."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from math import isfinite
from typing import Any

from mock_server.core import faults
from mock_server.core.clock import stopwatch_ms, to_text
from mock_server.core.errors import ApiError, Broken, Malformed, Misused, NotEmulated, UnknownPath, WrongMethod
from mock_server.core.journal import masked, masked_query, shortened, shortened_bytes, without_secrets
from mock_server.core.rules import Decision, look_into
from mock_server.core.world import DEFAULT, World, checked_name
from mock_server.core.worlds import Worlds
from mock_server.web.operations import Call, Operation, Provider, Reply

WORLD_HEADER = "x-mock-world"
SCENARIO_HEADER = "x-mock-scenario"
OUTCOME_HEADER = "x-mock-outcome"
EXPLAIN_HEADER = "X-Mock-Explain"
JSON = "application/json"

Answer = tuple[bytes, Mapping[str, str], Reply]


def answer(
    worlds: Worlds, provider: Provider, operation: Operation | None, call: Call, refusal: ApiError | None = None
) -> Answer:
    """Walk the road; ``refusal`` is what routing found already: an unknown path, a wrong method."""
    call.operation = operation.name if operation else ""
    error: ApiError | None = None
    try:
        reply = _walk(worlds, provider, operation, call, refusal)
    except Exception as failure:
        error = _as_refusal(failure, call)
        _note_body(call)
        call.world = call.world or worlds.get(DEFAULT)
        reply = _refuse(provider, error, call)
    if call.turn is not None:
        call.turn.end(call.world.fire_due)
    if call.decision.fault:
        reply = _hurt(reply, faults.hurt(call.decision.fault))
    body, headers = provider.write(reply, call)
    if not (operation.is_control if operation else call.path.startswith("/_mock")):
        number = call.world.journal.next_id()
        call.world.journal.write(number, _entry(provider, operation, call, reply, error, body))
        headers = {**headers, EXPLAIN_HEADER: _explain_url(call, number)}
    return body, headers, reply


def _walk(
    worlds: Worlds, provider: Provider, operation: Operation | None, call: Call, refusal: ApiError | None
) -> Reply:
    _enter(worlds, provider, operation, call)
    if operation is None:
        raise refusal or UnknownPath()
    call.read()
    call.json, not_json = (operation.parse(call), "") if operation.parse else _parsed(call.text)
    if operation.is_own and not call.text:
        call.json = {}
    if not operation.is_control:
        _decide(operation, call)
    canned = _before_the_work(operation, call.decision)
    if canned is not None:
        return canned
    work = partial(_work, operation, call, not_json)
    return operation.once(call, work) if operation.once is not None else work()


def _work(operation: Operation, call: Call, not_json: str) -> Reply:
    """Find what the path names, load the body, call the view."""
    if operation.find is not None:
        call.found = operation.find(call)
    if operation.load is not None:
        if not isinstance(call.json, dict):
            raise Malformed(not_json or "the body is no JSON object")
        call.body = operation.load(call)
    return operation.view(call)


def _enter(worlds: Worlds, provider: Provider, operation: Operation | None, call: Call) -> None:
    """Step into the world that the header names, or else the credential; what fell due there happens first."""
    is_api = operation is not None and not (operation.public or operation.is_own)
    name = call.headers.get(WORLD_HEADER) or ("" if is_api else call.query.get("world", ""))
    scenario = call.headers.get(SCENARIO_HEADER, "")
    if name:
        call.world = _world(worlds, checked_name(name), scenario, call)
    if operation is None or not operation.public:
        call.credential = provider.authenticate(call)
    if not name:
        call.world = _world(worlds, checked_name(call.credential.world), scenario, call)
    call.world.fire_due()
    call.world.notes.clear()  # of what fell due
    provider.furnish(call.world)
    if operation is None or not operation.public:
        provider.admit(call)


def _world(worlds: Worlds, name: str, scenario: str, call: Call) -> World:
    """A scenario that does not exist is refused by the world it was asked of."""
    call.world = worlds.get(name)
    return worlds.get(name, scenario=scenario) if scenario else call.world


def _as_refusal(failure: Exception, call: Call) -> ApiError:
    """Refusals as they are; anything else is this server's failure: logged, and told without a traceback."""
    if isinstance(failure, ApiError):
        return failure
    logging.getLogger(__name__).error("%s %s", call.method, call.path, exc_info=failure)
    error = Broken()
    error.__cause__ = failure
    return error


def _decide(operation: Operation, call: Call) -> None:
    @cache
    def purchase() -> Any:
        return operation.purchase(call) if operation.purchase else call.json

    def look(path: str) -> Any:
        return _look(call, path, purchase)

    world, headers = call.world, call.headers
    shown = {"operation": operation.name, "method": call.method, "path": call.path}
    with world.holds.deciding:
        call.decision = world.decide(
            operation.name, look, scenario=headers.get(SCENARIO_HEADER, ""), outcome=headers.get(OUTCOME_HEADER, "")
        )
        call.turn = world.holds.line_up(
            operation.name, faults.awaited(call.decision.fault), look, shown, world.notes
        )
    call.turn.begin()


def _look(call: Call, path: str, purchase: Callable[[], Any]) -> Any:
    """What a rule's test sees; only what is asked for is looked up."""
    word, *steps = path.split(".")
    if word == "purchase":
        return look_into(purchase(), steps)
    if word == "credential":
        return getattr(call.credential, steps[0], None) if steps else None
    view = {"body": call.json, "headers": call.headers, "query": call.query, "path": call.path_args}[word]
    return look_into(view, steps)


def _before_the_work(operation: Operation, decision: Decision) -> Reply | None:
    """A reply that a rule gives without any work done; raises its canned error."""
    if decision.fault.get("drop") == "request":
        return Reply(cut=True)
    if decision.error:
        raise operation.canned(decision.error)(*decision.messages)
    if "status" in decision.fault:
        return Reply(status=decision.fault["status"])
    return None


def _refuse(provider: Provider, error: ApiError, call: Call) -> Reply:
    """In the provider's own shape, but for what only this server knows of."""
    if isinstance(error, Misused):
        return Reply({"error": error.messages[0], "code": error.code}, error.status, content_type=JSON)
    return provider.render(error, call)


def _hurt(reply: Reply, hurt: faults.Hurt) -> Reply:
    return replace(reply, cut=hurt.cut or reply.cut, truncate=hurt.truncate)


def _note_body(call: Call) -> None:
    """The journal shows the body of a refused request too, if it was refused before somebody looked at it."""
    with suppress(ApiError):
        call.read()


def _parsed(text: str) -> tuple[Any, str]:
    """The body as JSON, and why it is none."""
    try:
        if not text:
            return None, "there is no body"
        return json.loads(text.removeprefix("\ufeff"), parse_constant=_no_number, parse_float=_finite), ""
    except (ValueError, RecursionError) as error:
        return None, f"the body is no JSON: {error}"


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text[:40]} is beyond every number")
    return number


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _explain_url(call: Call, number: int) -> str:
    world = "" if call.world.name == DEFAULT else f"?world={call.world.name}"
    return f"/_mock/journal/{number}{world}"


def _entry(
    provider: Provider, operation: Operation | None, call: Call, reply: Reply, error: ApiError | None,
    body: bytes,
) -> dict[str, Any]:  # fmt: skip
    """The journal's record of this request; bodies stay text, they are parsed when somebody reads."""
    entry: dict[str, Any] = {
        "at": to_text(call.world.clock.now()),
        "provider": operation.name.partition(".")[0] if operation else provider.name,
        "operation": operation.name if operation else None,
        "method": call.method,
        "path": call.path,
        "query": masked_query(call.query),
        "status": reply.status,
        "took_ms": round(stopwatch_ms() - call.started_ms, 2),
        "decided_by": call.decision.decided_by,
        "outcome": call.decision.outcome,
        "request": {
            "headers": masked(call.wire_headers),
            "body": shortened(without_secrets(call.text, provider.secrets)),
        },
        "response": {"body": without_secrets(shortened_bytes(body), provider.told_secrets)},
    }
    if call.decision.options:
        entry["options"] = dict(call.decision.options)
    if call.decision.fault:
        entry["fault"] = dict(call.decision.fault)
    if call.world.notes:
        entry["notes"] = call.world.notes
    if error is not None:
        entry["explanation"] = _explanation(error)
    return entry


def _explanation(error: ApiError) -> dict[str, Any]:
    told: dict[str, Any] = {"error": type(error).__name__, "code": error.code, "messages": error.messages}
    if error.faults:
        told["faults"] = [{"path": fault.path, "text": fault.text} for fault in error.faults]
    cause = error.__cause__
    if cause is not None and str(cause):
        told["because"] = str(cause)
    if error.near:
        told["near"] = error.near
    if isinstance(error, NotEmulated | WrongMethod | UnknownPath | Malformed):
        told.setdefault("because", str(error))
    return told

"""The control API's endpoints; a call names its world by X-Mock-World or ?world=."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.control import actions, guard, holds
from mock_server.control.schemas import ClockSchema, HoldSchema, NewWorldSchema, ScenarioChoiceSchema
from mock_server.core.errors import ApiError, Misused
from mock_server.core.grammar import load_strictly
from mock_server.core.rules import choosable
from mock_server.core.worlds import Worlds
from mock_server.web.operations import Call, Operation, Provider, Reply, View

_CLOCK, _NEW_WORLD, _CHOICE, _HOLD = ClockSchema(), NewWorldSchema(), ScenarioChoiceSchema(), HoldSchema()
_JSON = "application/json"


def control_provider(worlds: Worlds, version: str, providers: Sequence[Provider]) -> Provider:
    """The control API as one more face, so that it walks the same road."""
    return Provider(
        name="control",
        title="Control API",
        base_path="/_mock",
        hosts=(),
        prefixes=("/_mock",),
        operations=tuple(_operations(worlds, version, providers)),
        authenticate=lambda call: guard.authenticate(call, worlds.house.settings),
        render=_render,
        write=_write,
    )


def _operations(worlds: Worlds, version: str, providers: Sequence[Provider]) -> list[Operation]:
    """method, path, what it answers."""
    states, hidden = dict(actions.LEDGER_STATES), set[str]()
    for provider in providers:
        states |= provider.states
        hidden |= set(provider.hidden)

    def read_state(call: Call) -> Reply:
        for provider in providers:
            provider.furnish(call.world)
        found = actions.read_state(call.world, states, call.path_args.get("kind"), call.path_args.get("key"))
        return Reply(actions.without(found, hidden))

    return [
        _op("read_health", "GET", "/health", lambda call: Reply(_health(worlds, version))),
        _op("list_worlds", "GET", "/worlds", lambda call: Reply(_list_worlds(worlds))),
        _op("create_world", "POST", "/worlds", lambda call: _create_world(worlds, providers, call)),
        _op("delete_world", "DELETE", "/worlds/<name>", lambda call: _delete_world(worlds, call)),
        _op("reset_world", "POST", "/reset", lambda call: _reset(worlds, call)),
        _op("read_clock", "GET", "/clock", lambda call: Reply(actions.read_clock(call.world))),
        _op("move_clock", "POST", "/clock", _move_clock),
        _op("read_scenario", "GET", "/scenario", lambda call: Reply(actions.describe_scenarios(call.world))),
        _op("choose_scenario", "PUT", "/scenario", lambda call: _choose_scenario(worlds, call)),
        _op("list_rules", "GET", "/rules", lambda call: Reply(actions.list_rules(call.world))),
        _op("add_rules", "POST", "/rules", _add_rules),
        _op("delete_rules", "DELETE", "/rules", _delete_rules),
        _op("delete_rule", "DELETE", "/rules/<number>", _delete_rules),
        _op("list_holds", "GET", "/holds", lambda call: Reply(holds.list_holds(call.world))),
        _op("add_hold", "POST", "/holds", _add_hold),
        _op("release_hold", "POST", "/holds/<number>/release", _release_hold),
        _op("delete_hold", "DELETE", "/holds/<number>", _delete_hold),
        _op("read_journal", "GET", "/journal", lambda call: Reply(actions.read_journal(call.world, call.query))),
        _op("read_entry", "GET", "/journal/<number>", _read_entry),
        _op("count_state", "GET", "/state", read_state),
        _op("list_state", "GET", "/state/<kind>", read_state),
        _op("read_state", "GET", "/state/<kind>/<path:key>", read_state),
        _op("list_webhooks", "GET", "/webhooks", lambda call: Reply(actions.list_webhooks(call.world, call.query))),
        _op("read_webhook", "GET", "/webhooks/<key>", _read_webhook),
        _op("resend_webhook", "POST", "/webhooks/<key>/resend", _resend_webhook),
        _op("list_operations", "GET", "/operations", lambda call: Reply(_catalog(worlds))),
    ]


def _op(name: str, method: str, path: str, view: View) -> Operation:
    return Operation(f"control.api.{name}", method, f"/_mock{path}", view, docs="")


def _health(worlds: Worlds, version: str) -> dict[str, Any]:
    broken = worlds.house.book.broken
    worlds.house.book.refresh()
    return {"status": "ok", "version": version, "worlds": len(worlds.names()), "broken_scenarios": broken}


def _list_worlds(worlds: Worlds) -> list[dict[str, Any]]:
    return [actions.describe_world(worlds.get(name)) for name in worlds.names()]


def _create_world(worlds: Worlds, providers: Sequence[Provider], call: Call) -> Reply:
    wanted = load_strictly(_NEW_WORLD, _body(call))
    made = actions.create_world(worlds, providers, wanted.get("name"), wanted.get("scenario"), call.base_url)
    return Reply(made, 201)


def _delete_world(worlds: Worlds, call: Call) -> Reply:
    name = call.path_args["name"]
    if not worlds.delete(name):
        raise Misused(f"no world {name}; there are: {', '.join(worlds.names())}", status=404, code="NOT_FOUND")
    return Reply(status=204)


def _reset(worlds: Worlds, call: Call) -> Reply:
    return Reply({"reset": True, **actions.describe_world(worlds.reset(call.world.name))})


def _move_clock(call: Call) -> Reply:
    return Reply(actions.move_clock(call.world, load_strictly(_CLOCK, _body(call))))


def _choose_scenario(worlds: Worlds, call: Call) -> Reply:
    wanted = load_strictly(_CHOICE, _body(call))
    return Reply(actions.describe_scenarios(worlds.start(call.world.name, wanted["name"])))


def _add_rules(call: Call) -> Reply:
    if call.json is None:
        raise Misused("expected a rule as JSON: {when: {operation}, then: {outcome}, times}")
    return Reply(actions.add_rules(call.world, call.json), 201)


def _delete_rules(call: Call) -> Reply:
    actions.delete_rules(call.world, call.path_args.get("number"))
    return Reply(status=204)


def _add_hold(call: Call) -> Reply:
    return Reply(holds.add_hold(call.world, load_strictly(_HOLD, _body(call))), 201)


def _release_hold(call: Call) -> Reply:
    return Reply(holds.release_hold(call.world, call.path_args["number"]))


def _delete_hold(call: Call) -> Reply:
    holds.release_hold(call.world, call.path_args["number"])
    return Reply(status=204)


def _read_entry(call: Call) -> Reply:
    return Reply(actions.read_entry(call.world, call.path_args["number"]))


def _read_webhook(call: Call) -> Reply:
    return Reply(actions.read_webhook(call.world, call.path_args["key"]))


def _resend_webhook(call: Call) -> Reply:
    return Reply(actions.resend_webhook(call.world, call.path_args["key"]))


def _catalog(worlds: Worlds) -> dict[str, Any]:
    """Each operation with what rules may choose for it."""
    return {
        name: {
            "outcomes": {
                outcome: {option: options[option].meaning for option in options}
                for outcome, options in choices.outcomes.items()
            },
            "errors": sorted(choices.errors),
        }
        for name, choices in choosable(worlds.house.catalog).items()
    }


def _body(call: Call) -> Mapping[str, Any]:
    if not isinstance(call.json, dict):
        raise Misused("expected a JSON object")
    return call.json


def _render(error: ApiError, call: Call) -> Reply:
    """Refusals of the road in the words of this API: what was wrong, what was expected."""
    code = error.code or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).upper()
    told: dict[str, Any] = {"error": str(error), "code": code}
    if error.near:
        told["did_you_mean"] = error.near
    return Reply(told, error.status, error.headers)


def _write(reply: Reply, call: Call) -> tuple[bytes, Mapping[str, str]]:
    if reply.body is None:
        return b"", reply.headers
    return json.dumps(reply.body, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n", {
        "Content-Type": _JSON,
        "Cache-Control": "no-store",
        **reply.headers,
    }

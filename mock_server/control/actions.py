"""What can be asked of this server itself."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any

from mock_server.core.clock import parse_duration, parse_time, to_text
from mock_server.core.errors import Misused
from mock_server.core.grammar import nearest, rule_faults
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.core.worlds import Worlds
from mock_server.web.operations import Provider

_MOST_DIGITS = 9
# what /_mock/state shows of the ledger: name in the URL -> kind in the store; providers add theirs
LEDGER_STATES = {
    "sessions": "sessions",
    "authorizations": "authorizations",
    "orders": "orders",
    "customer_tokens": "customer_tokens",
    "webhooks": "outbox",
}


def describe_world(world: World) -> dict[str, Any]:
    return {"name": world.name, "scenario": world.scenario.name, **read_clock(world)}


def create_world(
    worlds: Worlds, providers: Sequence[Provider], name: str | None, scenario: str | None, base_url: str
) -> dict[str, Any]:
    """A world and the credentials of every face that live in it; one that exists is left as it is."""
    world = worlds.get(name or worlds.fresh_name())
    if scenario:
        world = worlds.start(world.name, scenario)
    told = {provider.name: provider.credentials(world.name, base_url) for provider in providers}
    return {"world": world.name, "scenario": world.scenario.name, **told}


def read_clock(world: World) -> dict[str, Any]:
    next_ms = world.clock.next_due_ms()
    return {
        "now": to_text(world.clock.now()),
        "frozen": world.clock.frozen,
        "next_alarm_in_s": None if next_ms is None else max(0, next_ms - world.clock.now_ms()) / 1000,
    }


def move_clock(world: World, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Freeze, let run, advance; answers with what fired on the way, in order. Raises Misused."""
    if not wanted:
        raise Misused('expected {"advance": "61m"}, {"to": "2026-11-20T12:00:00Z"} or {"freeze": true}')
    freeze = wanted.get("freeze")
    fired: list[Record] = []
    try:
        if isinstance(freeze, str):
            fired += world.freeze_clock(parse_time(freeze))
        elif freeze is not None:
            with world.firing:  # not while somebody moves it
                world.clock.freeze() if freeze else world.clock.run()
        if "to" in wanted:
            fired += world.move_clock(parse_time(wanted["to"]))
        if "advance" in wanted:
            fired += world.advance(parse_duration(wanted["advance"]))
    except (ValueError, OverflowError) as error:
        raise Misused(str(error)) from error
    return {**read_clock(world), "fired": fired}


def describe_scenarios(world: World) -> dict[str, Any]:
    book = world.house.book
    return {
        "active": world.scenario.name,
        "about": world.scenario.about,
        "available": {scenario.name: scenario.about for scenario in book.every() if not scenario.always},
        "always_on": {scenario.name: scenario.about for scenario in book.every() if scenario.always},
        "broken": book.broken,
    }


def add_rules(world: World, body: Any) -> list[Record]:
    """One rule or a list of them; the first that matches a request decides. Raises Misused for a faulty one."""
    rules = body if isinstance(body, list) else [body]
    faults = [text for raw in rules for text in rule_faults(raw, world.house.catalog)]
    if faults or not rules:
        raise Misused("; ".join(faults) or "expected a rule: {when: {operation}, then: {outcome}}")
    kept = []
    for raw in rules:
        number = world.store.count("rules")
        rule = {"id": number, **raw}
        world.store.put("rules", str(number), rule)
        kept.append(rule)
    return kept


def list_rules(world: World) -> list[Record]:
    """The world's rules, each with how often it was used."""
    return [rule | {"used": _used(world, rule)} for rule in world.store.all("rules")]


def _used(world: World, rule: Record) -> int | None:
    """None for a rule without ``times`` or turns: nobody counts those."""
    count = world.store.get("rule_counts", f"rule {rule['id']}")
    counted = "times" in rule or isinstance(rule["then"], list)
    return (count["used"] if count else 0) if counted else None


def delete_rules(world: World, number: str | None = None) -> None:
    """One rule, or all of them; raises Misused (404)."""
    if number is None:
        for rule in list(world.store.all("rules")):
            world.store.change("rules", str(rule["id"]), lambda _: None)
    elif world.store.get("rules", number) is None:
        raise Misused(f"no rule {number} in world {world.name}", status=404, code="NOT_FOUND")
    else:
        world.store.change("rules", number, lambda _: None)


def read_journal(world: World, query: Mapping[str, str]) -> list[Record]:
    """Entries newest first; operation, provider, method, path, status, decided_by, outcome and limit (100) choose."""
    wanted: dict[str, Any] = {}
    for name, value in query.items():
        if name in ("operation", "provider", "method", "path", "decided_by", "outcome"):
            wanted[name] = value
        elif name == "status":
            wanted[name] = _number(name, value)
        elif name not in ("limit", "world"):
            known = ("operation", "provider", "method", "path", "status", "decided_by", "outcome", "limit")
            raise Misused(f"{name}: no filter of the journal; {nearest(name, known)}")
    limit = _number("limit", query.get("limit", "100"))
    return [_readable(entry) for entry in islice(world.journal.newest(wanted), limit)]


def read_entry(world: World, number: str) -> Record:
    entry = world.journal.read(number)
    if entry is None:
        raise Misused(f"no entry {number} in the journal of world {world.name}", status=404, code="NOT_FOUND")
    return _readable(entry)


def read_state(world: World, states: Mapping[str, str], kind: str | None = None, key: str | None = None) -> Any:
    """Records of the kinds in ``states``: how many of each, those of one kind (newest first, 100), or one.

    Raises Misused (404).
    """
    if kind is None:
        return {name: sum(1 for _ in world.store.all(stored)) for name, stored in states.items()}
    if kind not in states:
        raise Misused(f"{kind!r} is no kind of record; {nearest(kind, states)}", status=404, code="NOT_FOUND")
    if key is None:
        return list(islice(world.store.all(states[kind], newest_first=True), 100))
    record = world.store.get(states[kind], key) or _newest_of(world, states[kind], key)
    if record is None:
        raise Misused(f"no record {key} among the {kind} of world {world.name}", status=404, code="NOT_FOUND")
    return record


def without(found: Any, hidden: Collection[str]) -> Any:
    """A record, or a list of them, without these members."""
    if isinstance(found, list):
        return [without(each, hidden) for each in found]
    return {name: value for name, value in found.items() if name not in hidden}


def _newest_of(world: World, kind: str, order_id: str) -> Record | None:
    """By an order_id that is no key: websites share a world."""
    found = world.store.all(kind, newest_first=True)
    return next((record for record in found if record.get("order_id") == order_id), None)


def list_webhooks(world: World, query: Mapping[str, str]) -> list[Record]:
    """Newest first; event, state, order_id and limit (100) choose. Raises Misused for another filter."""
    known = ("event", "state", "order_id", "limit")
    for name in query:
        if name not in (*known, "world"):
            raise Misused(f"{name}: no filter of webhooks; {nearest(name, known)}")
    found = (message for message in world.outbox.newest() if _suits(message, query))
    return list(islice(found, _number("limit", query.get("limit", "100"))))


def _suits(message: Record, query: Mapping[str, str]) -> bool:
    told = {"event": message["event"], "state": message["state"], "order_id": message["about"].get("order_id")}
    return all(told[name] == query[name] for name in told if name in query)


def read_webhook(world: World, message_id: str) -> Record:
    """Raises Misused (404)."""
    message = world.outbox.find(message_id)
    if message is None:
        raise Misused(f"no webhook {message_id} in world {world.name}", status=404, code="NOT_FOUND")
    return message


def resend_webhook(world: World, message_id: str) -> Record:
    """Send once more what was delivered, given up or lost; answers when the receiver has. Raises Misused (404, 409)."""
    message = read_webhook(world, message_id)
    again = world.outbox.send_again(message_id)
    if again is None:
        why = message["why"] or "it will leave by itself"
        raise Misused(f"webhook {message_id} is {message['state']}: {why}", status=409, code="IMPOSSIBLE")
    world.deliver_now(again)
    return read_webhook(world, message_id)


def _readable(entry: Record) -> Record:
    """With bodies as JSON where they are JSON."""
    for side in ("request", "response"):
        try:
            entry[side]["body"] = json.loads(entry[side]["body"])
        except (ValueError, RecursionError):
            continue
    return entry


def _number(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > _MOST_DIGITS:
        raise Misused(f"{name} is {value[:40]!r}, expected a number of at most {_MOST_DIGITS} digits")
    return int(value)

"""When this operation is called so, then do that, so many times: outcomes, canned errors and faults alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from typing import Any, NamedTuple

from mock_server.core.store import Record, Store

_INDEX = re.compile(r"[0-9]{1,9}")
ACCEPTED = "accepted"  # what happens when nothing else was said

# "body.order_lines.0.name" -> its value in the request at hand, None when there is none
Look = Callable[[str], Any]


class Option(NamedTuple):
    """Something that may stand beside an outcome."""

    meaning: str
    check: Callable[[Any], object] = str  # raises ValueError, with what was expected
    is_name: bool = False  # of an operation, a webhook or an event of the ledger


@dataclass(frozen=True, eq=False, repr=False)
class Choices:
    """What may be chosen for one operation."""

    outcomes: Mapping[str, Mapping[str, Option]]  # outcome -> its options by name
    errors: frozenset[str]  # canned errors: class names, and codes that stand for one of them
    takes_faults: bool = True  # False: of a webhook, which has outcomes for what may happen to it
    may_wait: bool = True  # False: of what is neither request nor webhook

    @property
    def may_be_awaited(self) -> bool:
        """Whether somebody notices when it has happened; an event of the ledger is nothing but that."""
        return self.may_wait or not self.outcomes


EVENT = Choices({}, frozenset(), takes_faults=False, may_wait=False)  # of the ledger: nothing can be chosen for it
Catalog = Mapping[str, Choices]  # operation name -> what may be chosen for it


@dataclass(frozen=True)
class Decision:
    """What shall happen to one request, and who said so."""

    outcome: str = ACCEPTED
    options: Mapping[str, Any] = field(default_factory=dict)  # of the outcome: {"decide": "accepted", "after": "5m"}
    error: str = ""  # name of a canned error; nothing is done then
    messages: Sequence[str] = ()  # instead of the canned error's own
    fault: Mapping[str, Any] = field(default_factory=dict)  # {"delay": "2s"}, {"drop": "answer"}, ...
    decided_by: str = "default"

    @property
    def is_default(self) -> bool:
        return self.decided_by == "default"


@dataclass(frozen=True, eq=False, repr=False)
class Rule:
    """One ``when`` with its ``then``; made by ``read_rule`` from a validated mapping."""

    operations: frozenset[str]  # those its ``operation`` names that can do what it says
    tests: tuple[tuple[str, Mapping[str, Any]], ...]  # path -> {"equals": value} | {"matches": regex} | ...
    turns: tuple[Mapping[str, Any], ...]  # what the 1st, 2nd, ... matching call gets; then from the start again
    times: int | None  # calls it is good for; None: any number
    source: str  # "rule 3", "scenario flaky": shown as decided_by
    counter: str  # where its calls are counted

    def matches(self, look: Look) -> Mapping[str, str] | None:
        """The named groups of its regular expressions when every test holds, else None."""
        groups: dict[str, str] = {}
        for path, test in self.tests:
            found = _holds(test, look(path))
            if found is None:
                return None
            groups.update(found)
        return groups


def read_rule(raw: Mapping[str, Any], catalog: Catalog, *, source: str, counter: str) -> Rule:
    """A rule from its YAML or JSON form, which ``RuleSchema`` has found valid."""
    when, then = raw["when"], raw["then"]
    asked = when["operation"]
    patterns = [asked] if isinstance(asked, str) else asked
    covered = [name for pattern in patterns for name in named(pattern, catalog)]
    operations = frozenset(name for name in covered if is_able(catalog[name], then))
    tests = tuple((path, _test(want)) for path, want in when.get("match", {}).items())
    turns = tuple(then) if isinstance(then, list) else (then,)
    return Rule(operations, tests, turns, raw.get("times"), source, counter)


def named(pattern: str, catalog: Catalog) -> list[str]:
    """The operations of this name, or of a pattern: ``klarna.payments.*``."""
    if pattern in catalog:
        return [pattern] if catalog[pattern].outcomes else []
    is_covered = re.compile(translate(pattern)).match
    return [name for name, choices in catalog.items() if choices.outcomes and is_covered(name)]


def choosable(catalog: Catalog) -> Catalog:
    """What rules may choose something for."""
    return {name: choices for name, choices in catalog.items() if choices.outcomes}


def is_able(choices: Choices, then: Any) -> bool:
    """Whether an operation declares every outcome and error of a ``then``."""
    turns = then if isinstance(then, list) else [then]
    outcomes = all(turn.get("outcome", ACCEPTED) in list(choices.outcomes) for turn in turns)
    if not choices.takes_faults and any("fault" in turn for turn in turns):
        return False
    return outcomes and all(turn["error"] in list(choices.errors) for turn in turns if "error" in turn)


def decide(store: Store, rules: Iterable[Rule], operation: str, look: Look) -> Decision:
    """The decision of the first rule that matches and is not used up; the default when none is."""
    for rule in rules:
        if operation not in rule.operations:
            continue
        groups = rule.matches(look)
        if groups is None:
            continue
        turn = _take_turn(store, rule)
        if turn is not None:
            return _decision(_fill(turn, groups), rule.source)
    return Decision()


def _take_turn(store: Store, rule: Rule) -> Mapping[str, Any] | None:
    """What this call gets; None when the rule's ``times`` are used up. Counting is atomic."""
    if rule.times is None and len(rule.turns) == 1:
        return rule.turns[0]
    taken: list[int] = []

    def take(record: Record | None) -> Record:
        used = record["used"] if record else 0
        free = rule.times is None or used < rule.times
        taken[:] = [used] if free else []
        return {"used": used + 1 if free else used}

    store.change("rule_counts", rule.counter, take)
    return rule.turns[taken[0] % len(rule.turns)] if taken else None


def _decision(then: Mapping[str, Any], source: str) -> Decision:
    options = {key: value for key, value in then.items() if key not in ("outcome", "error", "messages", "fault")}
    return Decision(
        outcome=then.get("outcome", ACCEPTED),
        options=options,
        error=then.get("error", ""),
        messages=then.get("messages", ()),
        fault=then.get("fault", {}),
        decided_by=source,
    )


def _fill(then: Mapping[str, Any], groups: Mapping[str, str]) -> Mapping[str, Any]:
    """``after: "{minutes}m"`` with the group of that name put in."""
    if not groups:
        return then
    return {key: _filled(value, groups) for key, value in then.items()}


def _filled(value: Any, groups: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_filled(item, groups) for item in value]
    if isinstance(value, str):
        for name, text in groups.items():
            value = value.replace("{" + name + "}", text)
    return value


def _test(want: Any) -> Mapping[str, Any]:
    if not isinstance(want, Mapping):
        return {"equals": want}
    if "matches" in want:
        return {"matches": re.compile(want["matches"])}
    return want


def _holds(test: Mapping[str, Any], value: Any) -> Mapping[str, str] | None:
    """Named groups (most often none) when the test holds for the value, None when it does not."""
    if "matches" in test:
        found = test["matches"].search(value) if isinstance(value, str) else None
        return None if found is None else {k: v for k, v in found.groupdict().items() if v is not None}
    if "in" in test:
        return {} if value in test["in"] else None
    if "present" in test:
        return {} if (value is not None) == test["present"] else None
    return {} if value == test["equals"] else None


def look_into(value: Any, path: Sequence[str]) -> Any:
    """Follow ``["order_lines", "0", "name"]`` through mappings and lists; None where it leads nowhere."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value

"""What a rule and a scenario may say, as marshmallow schemas; for a wrong word the nearest right one is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow import fields as mm

from mock_server.core.clock import parse_time
from mock_server.core.errors import Misused
from mock_server.core.faults import EFFECTS, awaited, check_fault
from mock_server.core.rules import Catalog, Option, choosable, is_able, named
from mock_server.settings import OF_PROVIDERS, SettingError, Settings, check

# what a test may look at; the first word of its path
LOOKS_AT = {
    "body": "the request's JSON body: body.order_lines.0.name",
    "headers": "a request header, in lower case: headers.user-agent",
    "query": "a query parameter: query.page",
    "path": "a part of the path: path.session_id",
    "credential": "who is asking: credential.user, credential.password",
    "purchase": "what the provider knows of the purchase by now: purchase.billing_address.email, purchase.country",
}
TESTS = {
    "equals": "the value is exactly this (also without a key: `match: {body.locale: de-DE}`)",
    "matches": "the text contains a match of this regular expression; named groups may be used in `then`",
    "in": "the value is one of this list",
    "present": "true: there is a value; false: there is none",
}
UNKNOWN = "Unknown field."  # marshmallow's text
_THEN_KEYS = ("outcome", "error", "messages", "fault")


class _Then(mm.Field[Any]):
    """A mapping, or a list of them taken in turn."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        turns = value if isinstance(value, list) else [value]
        if not turns or not all(isinstance(turn, dict) for turn in turns):
            raise ValidationError("expected a mapping with outcome, error or fault, or a list of those")
        return value


class _Operations(mm.Field[Any]):
    """A name or a pattern, or a list of them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        patterns = value if isinstance(value, list) else [value]
        if not patterns or not all(isinstance(pattern, str) for pattern in patterns):
            raise ValidationError("expected the name of an operation, a pattern, or a list of those")
        return value


class WhenSchema(Schema):
    """Which calls a rule is about."""

    operation = _Operations(required=True)
    match = mm.Dict(keys=mm.String(), values=mm.Raw(allow_none=True), load_default=dict)

    @validates_schema
    def _check(self, data: Mapping[str, Any], **_: Any) -> None:
        for path, want in data["match"].items():
            _check_path(path)
            if isinstance(want, Mapping):
                _check_test(path, want)


class RuleSchema(Schema):
    """``{when: {operation, match}, then: {...}, times}``; names are checked against the catalog."""

    when = mm.Nested(WhenSchema, required=True)
    then = _Then(required=True)
    times = mm.Integer(strict=True, validate=validate.Range(min=1))

    def __init__(self, catalog: Catalog, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._catalog = catalog

    @validates_schema(skip_on_field_errors=True)
    def _check(self, data: Mapping[str, Any], **_: Any) -> None:
        asked, place = data["when"]["operation"], ("when", "operation")
        if isinstance(asked, str):
            self._check_pattern(asked, data["then"], place)
            return
        for index, pattern in enumerate(asked):
            self._check_pattern(pattern, data["then"], (*place, index))

    def _check_pattern(self, pattern: str, then: Any, where: tuple[str | int, ...]) -> None:
        covered = named(pattern, self._catalog)
        if not covered:
            _check_word(pattern, choosable(self._catalog), where, "operation")
        able = [name for name in covered if is_able(self._catalog[name], then)]
        single = not isinstance(then, list)
        for index, turn in enumerate([then] if single else then):
            place: tuple[str | int, ...] = ("then",) if single else ("then", index)
            for name in able or covered:
                _check_turn(turn, name, self._catalog, place)


class ScenarioSchema(Schema):
    """A whole scenario file."""

    about = mm.String(required=True, validate=validate.Length(min=1))
    always = mm.Boolean(load_default=False)
    seed = mm.Raw()
    clock = mm.Dict(keys=mm.String(), values=mm.Raw())
    settings = mm.Dict(keys=mm.String(), values=mm.Raw())
    rules = mm.List(mm.Raw(), load_default=list)

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self._rule_schema = RuleSchema(catalog)

    @validates_schema(skip_on_field_errors=True)
    def _check(self, data: Mapping[str, Any], **_: Any) -> None:
        errors: dict[str, Any] = {}
        for index, raw in enumerate(data["rules"]):
            found = self._rule_schema.validate(raw) if isinstance(raw, dict) else ["expected a mapping"]
            if found:
                errors.setdefault("rules", {})[index] = found
        if errors:
            raise ValidationError(errors)
        _check_clock(data.get("clock", {}))
        _check_settings(data.get("settings", {}))


def rule_faults(raw: Any, catalog: Catalog) -> list[str]:
    """What is wrong with one rule sent over the control API, as ``key: text``; empty when it is fine."""
    schema = RuleSchema(catalog)
    found = schema.validate(raw) if isinstance(raw, dict) else {"rule": ["expected an object with when and then"]}
    return [
        ".".join(str(step) for step in path if step != "_schema") + ": " + in_own_words(text, path, schema)
        for path, text in flat(found)
    ]


def load_strictly(schema: Schema, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a call to this server's own API; raises Misused naming each key, and the nearest right one."""
    try:
        loaded: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        known = [field.data_key or name for name, field in schema.fields.items()]
        texts = []
        for path, text in flat(error.messages):
            key = ".".join(str(step) for step in path)
            texts.append(f"{key}: {f'unknown key; {nearest(key, known)}' if text == UNKNOWN else text}")
        raise Misused("; ".join(texts)) from error
    return loaded


def _check_turn(turn: Mapping[str, Any], operation: str, catalog: Catalog, place: tuple[str | int, ...]) -> None:
    choices = catalog[operation]
    outcome = turn.get("outcome", "accepted")
    if not isinstance(outcome, str):
        raise _mistake((*place, "outcome"), f"{outcome!r} is no outcome; expected its name")
    _check_word(outcome, choices.outcomes, (*place, "outcome"), f"outcome of {operation}")
    if "error" in turn:
        _check_word(str(turn["error"]), choices.errors, (*place, "error"), f"error of {operation}")
    for key in turn:
        if key not in _THEN_KEYS:
            allowed = [*_THEN_KEYS, *choices.outcomes[outcome]]
            _check_word(str(key), allowed, (*place, str(key)), f"key for outcome {outcome} of {operation}")
            if key in choices.outcomes[outcome]:
                _check_option(choices.outcomes[outcome][key], turn[key], (*place, str(key)), catalog)
    if "messages" in turn and not _is_texts(turn["messages"]):
        raise _mistake((*place, "messages"), "expected a list of texts")
    if "fault" in turn and not choices.takes_faults:
        outcomes = ", ".join(choices.outcomes)
        raise _mistake((*place, "fault"), f"{operation} takes no faults, it has outcomes: {outcomes}")
    _check_faults(turn.get("fault", {}), (*place, "fault"), catalog)


def _check_option(option: Option, value: Any, place: tuple[str | int, ...], catalog: Catalog) -> None:
    """A value with a group to be put in is only known, and checked, when a request comes."""
    if isinstance(value, str) and "{" in value:
        return
    try:
        option.check(value)
    except ValueError as error:
        raise _mistake(place, str(error)) from error
    if option.is_name:
        _check_awaited(str(value), place, catalog)


def _check_awaited(name: str, place: tuple[str | int, ...], catalog: Catalog) -> None:
    names = [each for each, choices in catalog.items() if choices.may_be_awaited]
    _check_word(name, names, place, "operation, webhook or event")


def _check_faults(fault: Any, place: tuple[str | int, ...], catalog: Catalog) -> None:
    if not isinstance(fault, Mapping):
        raise _mistake(place, f"expected a mapping with {', '.join(EFFECTS)}")
    for key in fault:
        _check_word(str(key), EFFECTS, (*place, str(key)), "fault")
    try:
        check_fault(fault)
    except ValueError as error:
        raise _mistake(place, str(error)) from error
    if "hold" in fault:
        _check_awaited(awaited(fault), (*place, "hold", "until"), catalog)


def _check_path(path: str) -> None:
    word, _, rest = path.partition(".")
    _check_word(word, LOOKS_AT, ("match", path), "what to look at")
    if word == "credential":
        _check_word(rest, ("user", "password"), ("match", path), "part of a credential")
    if word == "headers" and rest != rest.lower():
        raise _mistake(("match", path), f"header names are in lower case: {path.lower()}")


def _check_test(path: str, want: Mapping[str, Any]) -> None:
    if len(want) != 1:
        raise _mistake(("match", path), f"expected one of {', '.join(TESTS)}")
    ((name, value),) = want.items()
    _check_word(str(name), TESTS, ("match", path, str(name)), "test")
    if name == "matches":
        try:
            re.compile(value)
        except (re.error, TypeError) as error:
            raise _mistake(("match", path, name), f"no regular expression: {error}") from error
    if name == "in" and not isinstance(value, list) or name == "present" and not isinstance(value, bool):
        raise _mistake(("match", path, name), f"expected {'a list' if name == 'in' else 'true or false'}")


def _check_clock(clock: Mapping[str, Any]) -> None:
    for key, value in clock.items():
        _check_word(key, ("freeze",), ("clock", key), "clock key")
        try:
            parse_time(str(value))
        except ValueError as error:
            raise _mistake(("clock", key), str(error)) from error


def _check_settings(values: Mapping[str, Any]) -> None:
    own = [setting.name for setting in fields(Settings) if setting.name.startswith(OF_PROVIDERS)]
    for name in values:
        _check_word(name, own, ("settings", name), "setting of a world")
    try:
        Settings(**check(values))
    except SettingError as error:
        raise _mistake(("settings",), str(error)) from error


def _check_word(word: str, known: Mapping[str, Any] | Sequence[str] | frozenset[str], place: Any, what: str) -> None:
    if word not in known:
        raise _mistake(place, f"{word!r} is no {what}; {nearest(word, known)}")


def nearest(word: str, known: Mapping[str, Any] | Sequence[str] | frozenset[str]) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(sorted(known))}"


def _mistake(place: tuple[str | int, ...], text: str) -> ValidationError:
    messages: Any = [text]
    for step in reversed(place):
        messages = {step: messages}
    return ValidationError(messages)


def in_own_words(text: str, path: Sequence[str | int], schema: Schema) -> str:
    """marshmallow's text for an unknown key, with the nearest known one."""
    if text != UNKNOWN or not path:
        return text
    known = {"when": list(WhenSchema().fields)}.get(str(path[-2]) if len(path) > 1 else "", None)
    if known is None:
        known = list(schema.fields) if len(path) == 1 else ["when", "then", "times"]
    return f"unknown key; {nearest(str(path[-1]), known)}"


def flat(messages: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """marshmallow's nested messages as (path, text), in the order of the file's keys."""
    if isinstance(messages, Mapping):
        for key, value in messages.items():
            yield from flat(value, path if key == "_schema" else (*path, key))
    else:
        for text in messages if isinstance(messages, list) else [messages]:
            yield path, str(text)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)

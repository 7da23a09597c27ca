"""The bodies of the control API."""

from __future__ import annotations

from marshmallow import Schema, ValidationError, validate
from marshmallow import fields as mm

from mock_server.core.clock import parse_duration, parse_time


def _duration(text: str) -> None:
    try:
        parse_duration(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _time(text: str) -> None:
    try:
        parse_time(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class _Freeze(mm.Field[object]):
    """true, or the time to freeze at."""

    def _deserialize(self, value: object, attr: str | None, data: object, **kwargs: object) -> object:
        if isinstance(value, str):
            _time(value)
        elif not isinstance(value, bool):
            raise ValidationError("expected true, false or a time like 2026-11-20T12:00:00Z")
        return value


class ClockSchema(Schema):
    """At least one of the three; ``freeze`` is done before the clock moves."""

    freeze = _Freeze()
    advance = mm.String(validate=_duration)
    to = mm.String(validate=_time)


class NewWorldSchema(Schema):
    """A name of your choice, or none for a fresh one."""

    name = mm.String(
        validate=validate.Regexp(r"[A-Za-z0-9_-]{1,64}\Z", error="expected 1 to 64 letters, digits, - and _")
    )
    scenario = mm.String()


class HoldSchema(Schema):
    """Exactly one of ``before`` and ``after``: an operation, a webhook or a pattern."""

    before = mm.String()
    after = mm.String()
    match = mm.Dict(keys=mm.String(), values=mm.Raw(allow_none=True), load_default=dict)
    times = mm.Integer(strict=True, load_default=1, validate=validate.Range(min=1))


class ScenarioChoiceSchema(Schema):
    name = mm.String(required=True)

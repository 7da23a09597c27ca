"""Field types whose refusals say what was sent and what was expected; and marshmallow's messages as faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from mock_server.core.errors import Fault

_SHOWN = 60  # characters of a refused value that an explanation repeats


class KlarnaSchema(Schema):
    """Unknown fields are passed over; null counts as left out."""

    class Meta:
        unknown = EXCLUDE

    error_messages = {"type": "is no object"}
    is_plain = True  # False: it has checks beyond those of its fields

    @post_load
    def _drop_nulls(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if None in data.values():
            return {name: value for name, value in data.items() if value is not None}
        return data


class _Field(fields.Field[Any]):
    """Optional fields take null; required ones say that they are missing."""

    default_error_messages = {"required": "is missing", "null": "is null", "type": "is no object"}

    def __init__(self, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(required=required, allow_none=not required, **kwargs)


class Text(_Field):
    """A string of ``least`` to ``most`` characters, of a pattern or one of a few words."""

    def __init__(
        self,
        most: int | None = None,
        *,
        least: int = 0,
        pattern: str = "",
        one_of: Sequence[str] = (),
        any_case: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.least, self.most, self.one_of = least, most, tuple(one_of)
        self.pattern = re.compile(pattern) if pattern else None
        self._any_case = any_case

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(f"is {_shown(value)}, expected a string")
        if self.most is not None and not self.least <= len(value) <= self.most:
            text = f"is {_shown(value)}, {len(value)} characters, expected {self.least} to {self.most}"
            raise ValidationError(text)
        if self.pattern is not None and not self.pattern.fullmatch(value):
            raise ValidationError(f"is {_shown(value)}, expected {self.pattern.pattern}")
        if self.one_of and (value.upper() if self._any_case else value) not in self.one_of:
            raise ValidationError(f"is {_shown(value)}, expected {', '.join(self.one_of)}")
        return value.upper() if self.one_of and self._any_case else value


class Whole(_Field):
    """A whole number, ``least`` to ``most``; of an amount: minor units."""

    INT64 = 2**63 - 1

    def __init__(self, *, least: int = -INT64, most: int = INT64, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError(f"is {_shown(value)}, expected a whole number")
        if value < self.least:
            raise ValidationError(f"is {value}, expected at least {self.least}")
        if value > self.most:
            raise ValidationError(f"is {value}, expected at most {self.most}")
        return value


class Flag(_Field):
    """true or false."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(f"is {_shown(value)}, expected true or false")
        return value


class Part(fields.Nested):
    """An object with a schema of its own."""

    default_error_messages = {"required": "is missing", "null": "is null", "type": "is no object"}

    def __init__(self, schema: type[Schema], *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(schema, required=required, allow_none=not required, **kwargs)

    def _load(self, value: Any, partial: Any = None) -> Any:
        """An update may leave fields out, not parts of them."""
        return super()._load(value, partial=False)


class Many(fields.List[Any]):
    """A list of ``least`` to ``most`` things."""

    default_error_messages = {"required": "is missing", "null": "is null", "invalid": "is no list"}

    def __init__(self, inner: fields.Field[Any], *, least: int = 0, most: int = 10_000, required: bool = False) -> None:
        super().__init__(inner, required=required, allow_none=not required)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and not self.least <= len(value) <= self.most:
            raise ValidationError(f"has {len(value)} items, expected {self.least} to {self.most}")
        loaded: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        return loaded


def load(schema: Schema, body: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """What can be used of the body, and everything wrong with it, as stage 0 faults in the body's own order.

    Sound bodies are most of them and take a straight way; whatever that way does not understand is marshmallow's.
    """
    with suppress(ValidationError):
        return _straight(schema, body, bool(schema.partial)), []
    try:
        return schema.load(body), []
    except ValidationError as error:
        usable = error.valid_data if isinstance(error.valid_data, dict) else {}
        return usable, [Fault(path, f"{path} {text}") for path, text in _flat(error.messages, "")]


def _straight(schema: Any, body: Any, partial: bool) -> dict[str, Any]:
    """What ``schema.load`` answers for a body without a fault, in a fraction of its time; raises at the first fault."""
    if not (schema.is_plain and isinstance(body, dict)):
        raise ValidationError("is left to marshmallow")
    loaded = {}
    for name, field in schema.load_fields.items():
        value = body.get(name)
        if value is not None:
            loaded[name] = _taken(field, value)
        elif field.required and (name in body or not partial):
            raise ValidationError("is missing or null")
    return loaded


def _taken(field: Any, value: Any) -> Any:
    if isinstance(field, Part):
        return _straight(field.schema, value, partial=False)
    if not isinstance(field, Many):
        return field._deserialize(value, None, None)
    if not isinstance(value, list) or not field.least <= len(value) <= field.most:
        raise ValidationError("is left to marshmallow")
    return [_taken(field.inner, item) for item in value]


def _flat(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    """marshmallow's nested messages with Klarna's paths: order_lines[0].total_amount."""
    if isinstance(messages, Mapping):
        for key, value in messages.items():
            yield from _flat(value, _step(path, key))
    else:
        for text in messages if isinstance(messages, list) else [messages]:
            yield path, str(text)


def _step(path: str, key: str | int) -> str:
    if key == "_schema":
        return path
    return f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}" if path else key


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."

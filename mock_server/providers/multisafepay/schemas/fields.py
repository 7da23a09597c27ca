"""Field types that take numbers, booleans and nothing as text, and know the refusal a bad value gets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from mock_server.core.errors import Fault
from mock_server.core.grammar import flat
from mock_server.providers.multisafepay.errors import InvalidRequest, MissingData, Refused

_SHOWN = 60  # characters of a refused value that an explanation repeats
_MOST_DIGITS = 30  # of a number: nothing real is longer
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")  # NUL and halves of surrogate pairs
_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+(?:\.0*)?", re.ASCII)


class MultiSafepaySchema(Schema):
    """Unknown fields are passed over; null and empty text count as left out."""

    class Meta:
        unknown = EXCLUDE

    error_messages = {"type": "is no object"}


class _Field(fields.Field[Any]):
    """``error`` is what a bad value is refused with, ``missing`` what the lack of a required one is."""

    default_error_messages = {"required": "is missing", "null": "is missing", "type": "is no object"}

    def __init__(
        self, *, error: type[Refused] = InvalidRequest, missing: type[Refused] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(required=missing is not None, allow_none=missing is None, **kwargs)
        self.refusals = {"is missing": missing or error}
        self.error = error

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        return super().deserialize(None if value == "" else value, attr, data, **kwargs)


class Text(_Field):
    """Text, or a number taken as text, of ``least`` to ``most`` characters."""

    def __init__(
        self,
        most: int = 500,
        *,
        least: int = 0,
        pattern: str = "",
        expected: str = "",
        upper: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._least, self._most, self._upper = least, most, upper
        self._pattern = re.compile(pattern) if pattern else None
        self._expected = expected or pattern

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValidationError(f"is {shown(value)}, expected text")
        text = _written(str(value))
        if not self._least <= len(text) <= self._most:
            raise ValidationError(f"is {shown(text)}, {len(text)} characters, expected {self._least} to {self._most}")
        if self._pattern is not None and not self._pattern.fullmatch(text):
            raise ValidationError(f"is {shown(text)}, expected {self._expected}")
        return text.upper() if self._upper else text


class Whole(_Field):
    """A whole number, also as text (``"26000"``) or with an empty fraction (``100.0``)."""

    def __init__(self, *, least: int = 0, most: int = 10**12, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._least, self._most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = str(value).strip()
        if isinstance(value, bool) or len(text) > _MOST_DIGITS or not _WHOLE.fullmatch(text):
            raise ValidationError(f"is {shown(value)}, expected a whole number")
        number = int(text.partition(".")[0])
        if not self._least <= number <= self._most:
            raise ValidationError(f"is {number}, expected {self._least} to {self._most}")
        return number


class Number(_Field):
    """A decimal number, also as text; kept as text, so that no digit is lost."""

    def __init__(self, *, least: int | None = None, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._least, self._most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(value).strip()
        if isinstance(value, bool) or len(text) > 2 * _MOST_DIGITS or not _DECIMAL.fullmatch(text):
            raise ValidationError(f"is {shown(value)}, expected a number")
        number = Decimal(text)
        if abs(number) >= 10**12 or _is_long(number):
            raise ValidationError(f"is {shown(value)}, expected a number")
        is_low = self._least is not None and number < self._least
        if is_low or (self._most is not None and number > self._most):
            raise ValidationError(f"is {number}, expected {self._least} to {self._most}")
        return f"{number:f}"


def _is_long(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return not isinstance(exponent, int) or abs(exponent) > _MOST_DIGITS or len(number.as_tuple().digits) > _MOST_DIGITS


class Flag(_Field):
    """true or false, also as text or as 1 and 0."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        word = str(value).strip().lower()
        if isinstance(value, bool | int | str) and word in _TRUE + _FALSE:
            return word in _TRUE
        raise ValidationError(f"is {shown(value)}, expected true or false")


class Scalar(_Field):
    """Text or a number, kept as it came."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValidationError(f"is {shown(value)}, expected text or a number")
        return _written(value) if isinstance(value, str) else value


class Anything(_Field):
    """Kept as it came."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = json.dumps(value, ensure_ascii=False)
        _written(text if "\\u0000" not in text else "\0")
        return value


def _written(text: str) -> str:
    """The text, if it can be written and addressed; raises ValidationError."""
    if _UNWRITABLE.search(text):
        raise ValidationError(f"is {shown(text)}, expected letters that can be written as UTF-8")
    return text


class Part(fields.Nested):
    """An object with a schema of its own; an empty list is an empty object, as PHP writes it."""

    default_error_messages = {"required": "is missing", "null": "is missing", "type": "is no object"}

    def __init__(self, schema: type[Schema], *, missing: type[Refused] | None = None, **kwargs: Any) -> None:
        super().__init__(schema, required=missing is not None, allow_none=missing is None, **kwargs)
        self.refusals = {"is missing": missing or InvalidRequest}
        self.error = InvalidRequest

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        return super().deserialize(None if value in ("", []) else value, attr, data, **kwargs)


class Many(fields.List[Any]):
    """A list of ``least`` to ``most`` things."""

    default_error_messages = {"required": "is missing", "null": "is missing", "invalid": "is no list"}

    def __init__(
        self, inner: fields.Field[Any], *, least: int = 0, most: int = 1000, missing: type[Refused] | None = None
    ) -> None:
        super().__init__(inner, required=missing is not None, allow_none=missing is None)
        self._least, self._most = least, most
        self.refusals = {"is missing": missing or InvalidRequest}
        self.error = missing or InvalidRequest

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        return super().deserialize(None if value == "" else value, attr, data, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and not self._least <= len(value) <= self._most:
            raise ValidationError(f"has {len(value)} items, expected {self._least} to {self._most}")
        loaded: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        return loaded


def load(schema: type[Schema], body: Mapping[str, Any]) -> dict[str, Any]:
    """What the body says, without what it leaves out.

    Raises the refusal of the first bad field, in the schema's order; the others are told in the journal with it.
    """
    made = _made(schema)
    try:
        loaded: dict[str, Any] = _without_none(made.load(body))
        return loaded
    except ValidationError as error:
        found = list(flat(error.messages))
    except RecursionError as error:
        raise InvalidRequest() from error
    faults = [Fault(dotted(path), f"{dotted(path)} {text}") for path, text in found]
    path, text = found[0]
    raise _refusal_of(made, path, text).of(faults)


@cache
def _made(schema: type[Schema]) -> Schema:
    """One of each, made when the first body comes."""
    return schema()


def _without_none(loaded: Any) -> Any:
    if isinstance(loaded, dict):
        return {name: _without_none(value) for name, value in loaded.items() if value is not None}
    if isinstance(loaded, list):
        return [_without_none(item) for item in loaded]
    return loaded


def _refusal_of(schema: Schema, path: Sequence[str | int], text: str) -> type[Refused]:
    """What the field that the path leads to refuses with."""
    found: type[Refused] = MissingData if text == "is missing" else InvalidRequest
    field: Any = None
    for step in path:
        if isinstance(step, int):
            field = field.inner
        else:
            field = next((f for name, f in schema.fields.items() if step in (name, f.data_key)), None)
        if field is None:
            break
        found = field.refusals.get(text, field.error)
        if isinstance(field, Part):
            schema = field.schema
    return found


def dotted(path: Sequence[str | int]) -> str:
    """shopping_cart.items[0].unit_price"""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path if step != "_schema")
    return text.lstrip(".")


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."

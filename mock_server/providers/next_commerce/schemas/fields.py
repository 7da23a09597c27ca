"""Field types that read what Django REST framework's read, and refuse in its words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from mock_server.core.clock import FIRST_YEAR, LAST_YEAR
from mock_server.core.errors import Fault
from mock_server.core.grammar import flat
from mock_server.providers.next_commerce.errors import InvalidFields

REQUIRED, NULL, BLANK = "This field is required.", "This field may not be null.", "This field may not be blank."
_TRUE, _FALSE = ("true", "t", "yes", "y", "on", "1"), ("false", "f", "no", "n", "off", "0")
_WHOLE = re.compile(r"[+-]?\d{1,18}(?:\.0*)?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_MOST_DIGITS, _MOST_WHOLE, _PLACES = 12, 10, 2
_LONGEST_NUMBER = 1000  # characters of a text that is read as one
_EMAIL = re.compile(r"[^@\s,;<>\"]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}|[^@\s,;<>\"]+@localhost")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DATETIME = (
    "Datetime has wrong format. Use one of these formats instead: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)
_OUT_OF_RANGE = "Datetime value out of range."
_DATE = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
_LOOSE_TIME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2})(.*)", re.ASCII)


class FormText(str):
    """A value of a form, where a list of one looks like the one."""


class NextSchema(Schema):
    """Unknown fields are passed over."""

    class Meta:
        unknown = EXCLUDE

    error_messages = {"type": "Invalid data. Expected a dictionary, but got {type}."}


class _Field(fields.Field[Any]):
    """Of what a form names twice, the last counts."""

    default_error_messages = {"required": REQUIRED, "null": NULL}

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        if isinstance(value, list) and value and all(isinstance(each, FormText) for each in value):
            value = value[-1]
        return super().deserialize(value, attr, data, **kwargs)


class Text(_Field):
    """Text, or a number as text; stripped."""

    def __init__(self, most: int = 0, *, blank: bool = False, upper: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self._most, self._blank, self._upper = most, blank, upper

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValidationError("Not a valid string.")
        text = str(value).strip()
        if not text and not self._blank:
            raise ValidationError(BLANK)
        if "\x00" in text:
            raise ValidationError("Null characters are not allowed.")
        if half := _SURROGATE.search(text):
            raise ValidationError(f"Surrogate characters are not allowed: U+{ord(half.group()):X}.")
        if self._most and len(text) > self._most:
            raise ValidationError(f"Ensure this field has no more than {self._most} characters.")
        return text.upper() if self._upper else text


class Choice(_Field):
    """One of these words."""

    def __init__(self, words: Collection[str], *, blank: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self._words, self._blank = words, blank

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if value == "" and self._blank:
            return ""
        if str(value) not in self._words:
            raise ValidationError(f'"{value}" is not a valid choice.')
        return str(value)


class Email(Text):
    """An e-mail address."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not _EMAIL.fullmatch(text):
            raise ValidationError("Enter a valid email address.")
        return text


class Url(Text):
    """An http or https URL."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            parts = urlsplit(text)
            is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            is_url = False
        if not is_url or re.search(r"\s", text):
            raise ValidationError("Enter a valid URL.")
        return text


class Whole(_Field):
    """A whole number, also as text."""

    def __init__(self, *, least: int | None = None, most: int = 2**31 - 1, **kwargs: Any):
        super().__init__(**kwargs)
        self._least, self._most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = str(value).strip()
        if isinstance(value, str) and len(text) > _LONGEST_NUMBER:
            raise ValidationError("String value too large.")
        if isinstance(value, bool) or not _WHOLE.fullmatch(text):
            raise ValidationError("A valid integer is required.")
        number = int(text.partition(".")[0])
        if self._least is not None and number < self._least:
            raise ValidationError(f"Ensure this value is greater than or equal to {self._least}.")
        if number > self._most:
            raise ValidationError(f"Ensure this value is less than or equal to {self._most}.")
        return number


class Money(_Field):
    """A decimal with at most two places, also as text; loaded as minor units (hundredths)."""

    def __init__(self, *, least: int | None = None, **kwargs: Any):
        """``least`` in minor units."""
        super().__init__(**kwargs)
        self._least = least

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = str(value).strip()
        if isinstance(value, str) and len(text) > _LONGEST_NUMBER:
            raise ValidationError("String value too large.")
        if isinstance(value, bool) or not _DECIMAL.fullmatch(text):
            raise ValidationError("A valid number is required.")
        number = Decimal(text)
        sign, digits, exponent = number.as_tuple()
        assert isinstance(exponent, int)  # neither NaN nor infinite, by its form
        places = max(0, -exponent)
        if max(len(digits) + max(0, exponent), places) > _MOST_DIGITS:
            raise ValidationError(f"Ensure that there are no more than {_MOST_DIGITS} digits in total.")
        if places > _PLACES:
            raise ValidationError(f"Ensure that there are no more than {_PLACES} decimal places.")
        if len(digits) + exponent > _MOST_WHOLE:
            raise ValidationError(f"Ensure that there are no more than {_MOST_WHOLE} digits before the decimal point.")
        minor = int(number * 100)
        if self._least is not None and minor < self._least:
            raise ValidationError(f"Ensure this value is greater than or equal to {self._least / 100:.2f}.")
        return minor


class Flag(_Field):
    """true or false, also as the words and numbers that forms send."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        word = str(value).strip().lower()
        if isinstance(value, bool | int | str) and word in _TRUE + _FALSE:
            return word in _TRUE
        raise ValidationError("Must be a valid boolean.")


class Moment(_Field):
    """A time, with an offset or UTC; loaded as an aware datetime in UTC. A date alone is its midnight."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        text = str(value).strip()
        loose = _LOOSE_TIME.fullmatch(text)
        if loose:  # 2022-2-28T08:41:37+07:00, as a guide has it
            year, month, day, hour, minute, rest = loose.groups()
            text = f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}{rest}"
        try:
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(_OUT_OF_RANGE) from error
        except ValueError as error:
            raise ValidationError(_DATETIME) from error


class Instant(Moment):
    """A time that the world's clock can reach."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR <= moment.year < LAST_YEAR:
            raise ValidationError(_OUT_OF_RANGE)
        return moment


class Day(_Field):
    """YYYY-MM-DD, kept as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError as error:
            raise ValidationError(_DATE) from error


class Anything(_Field):
    """JSON, kept as it came."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value


class Part(fields.Nested):
    """An object with a schema of its own."""

    default_error_messages = {"required": REQUIRED, "null": NULL}

    def _load(self, value: Any, partial: Any = None) -> Any:
        if not isinstance(value, Mapping):
            raise ValidationError({"non_field_errors": [no_object(value)]})
        return super()._load(value, partial=partial)


class Many(fields.List[Any]):
    """A list; of objects, one that is none is refused as such."""

    default_error_messages = {"required": REQUIRED, "null": NULL}

    def __init__(self, inner: fields.Field[Any], *, empty: bool = True, **kwargs: Any):
        super().__init__(inner, **kwargs)
        self._empty = empty

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, FormText) and not isinstance(self.inner, Part):
            value = [value]
        if not isinstance(value, list):
            text = f'Expected a list of items but got type "{_type(value)}".'
            raise ValidationError({"non_field_errors": [text]} if isinstance(self.inner, Part) else text)
        if not value and not self._empty:
            text = "This list may not be empty."
            raise ValidationError({"non_field_errors": [text]} if isinstance(self.inner, Part) else text)
        loaded: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        return loaded


def load(schema: type[Schema], body: Any, *, partial: bool = False) -> dict[str, Any]:
    """What the body says, without what it leaves out. Raises InvalidFields with all that is wrong."""
    if not isinstance(body, Mapping):
        raise not_an_object(body)
    try:
        loaded: dict[str, Any] = _made(schema).load(body, partial=partial or None)
    except ValidationError as error:
        faults = [Fault(dotted(path), f"{dotted(path)}: {text}") for path, text in flat(error.messages)]
        raise InvalidFields(fields=_in_drfs_form(error.messages, body), faults=faults) from error
    except RecursionError as error:
        raise InvalidFields(fields={"non_field_errors": ["Nested too deeply."]}) from error
    return loaded


def not_an_object(body: Any) -> InvalidFields:
    """The refusal of a body that is JSON, but no object."""
    text = "No data provided" if body is None else no_object(body)
    return InvalidFields(fields={"non_field_errors": [text]}, faults=[Fault("", text)])


def no_object(value: Any) -> str:
    """What is said of it where one is expected."""
    return f"Invalid data. Expected a dictionary, but got {_type(value)}."


def _type(value: Any) -> str:
    """As Python calls it."""
    return "str" if isinstance(value, FormText) else type(value).__name__


@cache
def _made(schema: type[Schema]) -> Schema:
    """One of each, made when the first body comes."""
    return schema()


def _in_drfs_form(messages: Any, told: Any) -> Any:
    """marshmallow's ``{1: {...}}`` as ``[{}, {...}]``, an item for each object of the list that was ``told``."""
    if not isinstance(messages, Mapping):
        return messages
    if messages and all(isinstance(key, int) for key in messages):
        if all(isinstance(value, list) for value in messages.values()):  # of plain items DRF names the index
            return {str(key): value for key, value in messages.items()}
        return [_in_drfs_form(messages.get(index, {}), item) for index, item in enumerate(told)]
    told = told if isinstance(told, Mapping) else {}
    return {
        "non_field_errors" if key == "_schema" else key: _in_drfs_form(value, told.get(key))
        for key, value in messages.items()
    }


def dotted(path: tuple[str | int, ...]) -> str:
    """lines[0].product_id"""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".")

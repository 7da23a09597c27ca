"""Request bodies as Django REST framework reads them: JSON, forms, multipart; nested names in forms too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from mock_server.core.later import Later
from mock_server.providers.next_commerce.errors import ParseError, UnsupportedMediaType
from mock_server.web.operations import Call

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.schemas import fields
else:
    fields = Later("mock_server.providers.next_commerce.schemas.fields")  # not before a body comes

_JSON, _FORM, _MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
_STEP = re.compile(r"\[(\d{1,4})\]|\.?([^.\[\]]+)")  # lines[0]product_id, lines[0].product_id, user.email
_MOST_FIELDS, _MOST_ITEMS, _MOST_STEPS = 1000, 1000, 20


def read_body(call: Call) -> Any:
    """The body as the API sees it, an object; an empty one is an empty object.

    Raises ParseError, UnsupportedMediaType, InvalidFields for JSON that is no object.
    """
    text, content_type = call.text, call.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if not text:
        return {}
    if kind == _FORM:
        return nested(_form_fields(text))
    if kind == _MULTIPART:
        return nested(_parts(call.raw, content_type))
    if kind != _JSON:
        why = f"Content-Type is {content_type or 'missing'}; expected {_JSON}, {_FORM} or {_MULTIPART}"
        raise UnsupportedMediaType.because(why, f'Unsupported media type "{content_type}" in request.')
    return _object_in(text)


def _object_in(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"JSON parse error - {error}") from error
    if not isinstance(body, dict):
        raise fields.not_an_object(body)
    return body


def _no_constant(name: str) -> Any:
    raise ValueError(f"Out of range float values are not JSON compliant: {name}")


def _form_fields(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise ParseError(f"Form parse error - {error}") from error


def _parts(raw: bytes, content_type: str) -> list[tuple[str, str | bytes]]:
    """Fields of a multipart body; a file's content comes as bytes."""
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "replace") + raw)
    if not message.is_multipart():
        raise ParseError("Multipart form parse error - Invalid boundary in multipart: None")
    found: list[tuple[str, str | bytes]] = []
    for part in message.get_payload():
        if isinstance(part, Message):
            name = part.get_param("name", header="content-disposition")
            payload = part.get_payload(decode=True)
            if isinstance(name, str) and isinstance(payload, bytes):
                is_file = part.get_filename() is not None
                found.append((name, payload if is_file else payload.decode("utf-8", "replace")))
    return found


def nested(told: Iterable[tuple[str, str | bytes]]) -> dict[str, Any]:
    """``lines[0]product_id=1`` as ``{"lines": [{"product_id": "1"}]}``; a name that comes twice is a list."""
    tree: dict[Any, Any] = {}
    for name, value in told:
        steps = [int(index) if index else word for index, word in _STEP.findall(name)]
        is_path = 0 < len(steps) <= _MOST_STEPS and isinstance(steps[0], str)
        _put(tree, steps if is_path else [name], value if isinstance(value, bytes) else fields.FormText(value))
    found: dict[str, Any] = _with_lists(tree)
    return found


def _put(tree: dict[Any, Any], steps: list[Any], value: Any) -> None:
    for step in steps[:-1]:
        inner = tree.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        tree = inner
    last = steps[-1]
    if last in tree:
        earlier = tree[last] if isinstance(tree[last], list) else [tree[last]]
        tree[last] = [*earlier, value][:_MOST_ITEMS]
    else:
        tree[last] = value


def _with_lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if tree and all(isinstance(key, int) for key in tree):
        return [_with_lists(tree[key]) for key in sorted(tree)]
    return {str(key): _with_lists(value) for key, value in tree.items()}

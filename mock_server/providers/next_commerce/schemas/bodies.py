"""Request bodies as Django REST framework reads them: JSON, forms, multipart; nested names in forms too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from mock_server.core.errors import Malformed
from mock_server.providers.next_commerce.errors import ParseError, UnsupportedMediaType
from mock_server.web.operations import Call

_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_STEP = re.compile(r"\[(\d{1,4})\]|\.?([^.\[\]]+)")  # lines[0]product_id, lines[0].product_id, user.email
_MOST_FIELDS, _MOST_ITEMS = 1000, 1000


def read_body(call: Call) -> Any:
    """The body as the API sees it; an empty one is an empty object. Raises ParseError, UnsupportedMediaType."""
    text = call.text
    content_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not text:
        return {}
    if content_type == _FORM:
        return nested(_form_fields(text))
    if content_type == _MULTIPART:
        return nested(_parts(text, call.headers["content-type"]))
    if content_type != "application/json" and not content_type.endswith("+json"):
        raise UnsupportedMediaType.because(
            f"Content-Type is {content_type or 'missing'}; expected application/json, {_FORM} or {_MULTIPART}",
            f'Unsupported media type "{content_type}" in request.',
        )
    return _json(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"JSON parse error - {error}") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"Out of range float values are not JSON compliant: {name}")


def _form_fields(text: str) -> list[tuple[str, Any]]:
    try:
        return [(name, value) for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)]
    except ValueError as error:
        raise Malformed(f"the body is no form: {error}") from error


def _parts(text: str, content_type: str) -> list[tuple[str, Any]]:
    """Fields of a multipart body; a file's content comes as text."""
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n{text}".encode("utf-8", "replace"))
    if not message.is_multipart():
        raise ParseError("Multipart form parse error - Invalid boundary in multipart: None")
    fields: list[tuple[str, Any]] = []
    for part in message.get_payload():
        if isinstance(part, Message):
            name = part.get_param("name", header="content-disposition")
            payload = part.get_payload(decode=True)
            if isinstance(name, str) and isinstance(payload, bytes):
                fields.append((name, payload.decode("utf-8", "replace")))
    return fields


def nested(fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """``lines[0]product_id=1`` as ``{"lines": [{"product_id": "1"}]}``; a name that comes twice is a list."""
    tree: dict[Any, Any] = {}
    for name, value in fields:
        steps = [int(index) if index else word for index, word in _STEP.findall(name)] or [name]
        _put(tree, steps, value)
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

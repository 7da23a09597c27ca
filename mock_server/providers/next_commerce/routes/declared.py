"""What endpoints of the Admin API share: how bodies are read, what may be refused, how a list is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from mock_server.core.errors import ApiError
from mock_server.core.rules import ACCEPTED
from mock_server.core.store import Record
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.state.methods import DECLINE_OPTIONS
from mock_server.providers.next_commerce.state.pages import paged
from mock_server.web.operations import Call, Outcomes, Reply

DOCS = "https://developers.nextcommerce.com/docs/api/admin/reference/#/operations/"
READING: tuple[type[ApiError], ...] = (errors.NotFound, *errors.COMMON)
LISTING: tuple[type[ApiError], ...] = (errors.InvalidCursor, *errors.COMMON)
WRITING: tuple[type[ApiError], ...] = (*errors.BODY, *errors.COMMON)
CHANGING: tuple[type[ApiError], ...] = (errors.NotFound, *WRITING)

CHARGING: Outcomes = {ACCEPTED: {}, "declined": DECLINE_OPTIONS}


def body(schema: Callable[[], type], *, partial: bool = False) -> dict[str, Any]:
    """The declarations of an endpoint that reads a body: JSON, a form, or multipart."""

    def parse(call: Call) -> Any:
        from mock_server.providers.next_commerce.schemas.bodies import read_body  # the same

        return read_body(call)

    def load(call: Call) -> dict[str, Any]:
        from mock_server.providers.next_commerce.schemas.fields import load as loaded  # not before a body comes

        return loaded(schema(), call.json, partial=partial)

    return {"parse": parse, "load": load, "schema": schema}


def query_of(call: Call) -> Mapping[str, str]:
    """The query; of a parameter that comes twice both values, comma separated; ``status[]`` is ``status``."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(call.query_text, keep_blank_values=True):
        name = name.removesuffix("[]")
        query[name] = f"{query[name]},{value}" if name in query else value
    return query


def page(call: Call, found: list[Record], view: Callable[[Record], dict[str, Any]], *, key: str = "id") -> Reply:
    """One page of a list. Raises InvalidCursor."""
    url, size = call.base_url + call.path, call.world.settings.next_commerce_page_size
    return Reply(paged(found, query_of(call), url, size=size, key=key, view=view))

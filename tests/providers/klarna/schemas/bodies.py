"""Changing a request's body somewhere inside, and what a refusal says of it."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from mock_server.providers.klarna.errors.payments import BadValue

_STEP = re.compile(r"(\w+)|\[(\d+)\]")
MOST = 200_000_000
PATH_TO_LINE = "order_lines[0]"
SUBSCRIPTION = {"name": "Tea", "interval": "MONTH", "interval_count": 1}


def steps_of(path: str) -> list[str | int]:
    return [name or int(index) for name, index in _STEP.findall(path)]


def set_at(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with a value somewhere inside; parts on the way are made."""
    body = copy.deepcopy(body)
    *way, last = steps_of(path)
    place: Any = body
    for step in way:
        if isinstance(place, dict) and step not in place:
            place[step] = dict(SUBSCRIPTION) if step == "subscription" else {}
        place = place[step]
    place[last] = copy.deepcopy(value)
    return body


def messages(raised: pytest.ExceptionInfo[BadValue]) -> list[str]:
    return raised.value.messages

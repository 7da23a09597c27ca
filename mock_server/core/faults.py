"""Effects that hurt a reply: delays, cut connections, truncated bodies; the only place that sleeps."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from mock_server.core.clock import parse_duration

LONGEST_DELAY_S = 600

# key of a fault -> what it takes, for the grammar's documentation and the validation of scenarios
EFFECTS = {
    "delay": "a duration of real time that the answer is held back, at most 10m",
    "drop": "`request`: cut the connection and do nothing; `answer`: do the work, then cut the connection",
    "status": "an HTTP status sent instead of doing the work, with an empty body",
    "truncate": "bytes of the body to send before the connection is cut",
    "hold": "`{until: NAME}`: do the work, then wait until an operation, webhook or event of the ledger has happened",
}


class Hurt(NamedTuple):
    """What is left to do to a reply once the delay is over."""

    cut: bool = False  # send nothing, close the connection
    truncate: int | None = None  # send so many bytes of the body, then close the connection


def check_fault(fault: Mapping[str, Any]) -> None:
    """Raises ValueError, with what was expected, for a fault that cannot be done."""
    for key, value in fault.items():
        if key == "delay" and parse_duration(str(value)).total_seconds() > LONGEST_DELAY_S:
            raise ValueError(f"delay {value} is above 10m")
        if key == "drop" and value not in ("request", "answer"):
            raise ValueError(f"drop is {value!r}; expected request or answer")
        if key == "status" and not (type(value) is int and 200 <= value <= 599):
            raise ValueError(f"status is {value!r}; expected a number from 200 to 599")
        if key == "hold" and not _is_hold(value):
            raise ValueError(f"hold is {value!r}; expected {{until: the name of an operation, webhook or event}}")
        if key == "truncate" and not (type(value) is int and value >= 0):
            raise ValueError(f"truncate is {value!r}; expected a number of bytes, 0 or more")


def _is_hold(value: Any) -> bool:
    return isinstance(value, Mapping) and list(value) == ["until"] and isinstance(value["until"], str)


def awaited(fault: Mapping[str, Any]) -> str:
    """What has to happen before the answer leaves; empty when nothing has."""
    return str(fault["hold"]["until"]) if "hold" in fault else ""


def hurt(fault: Mapping[str, Any]) -> Hurt:
    """Hold the answer back as long as the fault says; answers with what else is to be done to it."""
    if "delay" in fault:
        time.sleep(parse_duration(str(fault["delay"])).total_seconds())
    return Hurt(cut="drop" in fault, truncate=fault.get("truncate"))

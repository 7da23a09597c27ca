"""What can go wrong, as exceptions; who renders them is the provider's business.

    ApiError                 a refusal that goes over the wire
    +-- Wordless             400  its code says it all; of other statuses too
    +-- Unauthorised         401  no or wrong credentials
    +-- Malformed            400  the body is no JSON object
    +-- Invalid              400  fields broke the rules; carries every fault
    +-- UnknownPath          404  no operation has this path
    +-- WrongMethod          405  the path exists, not with this method
    +-- TooLarge             413  the body is above the limit
    +-- RateLimited          429  too many requests in this second
    +-- Broken               500  the emulated service fails
    +-- NotEmulated          501  the real service has it, this server not
    +-- Misused              400  a header or control call of this server that makes no sense; in its own JSON
    UnknownScenario          no scenario has this name
    MistakeInFile            a scenario file that cannot be used: file, line, key, nearest right word
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing wrong with a request."""

    path: str  # where, in the provider's spelling: order_lines[0].total_amount
    text: str  # what was sent, what was expected, with the arithmetic
    stage: int = 0  # a provider that validates in stages answers with the lowest stage only


class ApiError(Exception):
    """Something was refused."""

    status = 400
    code = ""
    headers: dict[str, str] = {}

    def __init__(self, *messages: str, faults: Sequence[Fault] = (), near: Sequence[str] = ()) -> None:
        """``messages`` default to the docstring; ``faults`` and ``near`` only explain, in the journal."""
        self.messages = list(messages) or self.default_messages()
        self.faults = list(faults)
        self.near = list(near)
        super().__init__("; ".join(self.messages))

    @classmethod
    def default_messages(cls) -> list[str]:
        return [(cls.__doc__ or "").strip().splitlines()[0].rstrip(".")]


class Wordless(ApiError):
    """A refusal whose code says it all: there is no message."""

    @classmethod
    def default_messages(cls) -> list[str]:
        return []


class Unauthorised(ApiError):
    """No or wrong credentials."""

    status = 401


class Malformed(ApiError):
    """The body is not a JSON object."""


class Invalid(ApiError):
    """Fields broke the rules."""


class UnknownPath(ApiError):
    """No operation has this path."""

    status = 404


class WrongMethod(ApiError):
    """The path does not take this method."""

    status = 405


class TooLarge(ApiError):
    """The request body is too large."""

    status = 413


class RateLimited(ApiError):
    """Too many requests."""

    status = 429


class Broken(ApiError):
    """The service failed."""

    status = 500


class NotEmulated(ApiError):
    """The real service has this, this server does not."""

    status = 501


class Misused(ApiError):
    """This server was asked for something it does not have."""

    def __init__(self, *messages: str, status: int = 400, code: str = "MISUSED") -> None:
        super().__init__(*messages)
        self.status, self.code = status, code


class UnknownScenario(Exception):
    """No scenario has this name."""


class MistakeInFile(Exception):
    """A scenario that cannot be used."""

    def __init__(self, text: str, *, file: str = "", line: int | None = None) -> None:
        where = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(where + text)

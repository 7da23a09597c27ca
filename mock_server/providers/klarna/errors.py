"""Klarna's refusals, each with its status, error_code and message; and their shape on the wire.

The docstring's first sentence is the message. Source: docs.klarna.com, error codes and messages for Klarna Payments,
and playground calls recorded 2017 to 2024 (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mock_server.core.errors import (
    ApiError,
    Broken,
    Fault,
    Invalid,
    Malformed,
    NotEmulated,
    RateLimited,
    TooLarge,
    Unauthorised,
    UnknownPath,
    WrongMethod,
)
from mock_server.ledger import authorizations, sessions
from mock_server.web.operations import Call, Reply

# byte for byte what the gateway in front of Klarna sends (recorded 2021-10-15)
_GATEWAY_PAGE = (
    "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
    "<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>openresty</center>\r\n</body>\r\n</html>\r\n"
)


class BadValue(Invalid):
    """Bad value."""

    code = "BAD_VALUE"

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> BadValue:
        """One message naming the fields of the lowest stage; later stages are only explained."""
        first = min(fault.stage for fault in faults)
        paths = dict.fromkeys(fault.path for fault in faults if fault.stage == first)
        return cls(f"Bad value: {', '.join(paths)}", faults=faults)


class BadRequest(Malformed):
    """The body cannot be parsed."""

    code = "BAD_REQUEST"

    @classmethod
    def default_messages(cls) -> list[str]:
        return []


class NotTokenizable(Invalid):
    """X is not valid for creating customer tokens in Y."""

    code = "BAD_REQUEST"


class AuthorizationTokenConsumed(ApiError):
    """Authorization token already consumed."""

    status = 403
    code = "INVALID_OPERATION"


class NotAllowedForIntent(ApiError):
    """Not allowed to create customer token for intent buy."""

    status = 403
    code = "INVALID_OPERATION"


class _WithoutMessage(ApiError):
    status = 403

    @classmethod
    def default_messages(cls) -> list[str]:
        return []


class OperationNotConfigured(_WithoutMessage):
    """The operation is not configured for the merchant."""

    code = "INVALID_OPERATION"


class MerchantInactive(_WithoutMessage):
    """The merchant is not activated."""

    code = "MERCHANT_INACTIVE"


class PermissionDenied(_WithoutMessage):
    """The merchant may not do this."""

    code = "PERMISSION_DENIED"


class Rejected(ApiError):
    """Rejected."""

    status = 403
    code = "REJECTED"


class InvalidSessionId(ApiError):
    """Invalid session id."""

    status = 404
    code = "NOT_FOUND"


class InvalidAuthorizationToken(ApiError):
    """Invalid authorization token."""

    status = 404
    code = "NOT_FOUND"


class AuthorizationCannotBeDeleted(ApiError):
    """Authorization cannot be deleted."""

    status = 404
    code = "NOT_FOUND"


class SessionHasBeenCompleted(ApiError):
    """Session has already been completed."""

    status = 404
    code = "SESSION_COMPLETED"


class NotMatchingFields(Invalid):
    """Not matching fields: [billing_address.postal_code]."""

    status = 409
    code = "BAD_VALUE"

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> NotMatchingFields:
        """One message naming the fields of the lowest stage; what follows from them is only explained."""
        first = min(fault.stage for fault in faults)
        paths = dict.fromkeys(fault.path for fault in faults if fault.stage == first)
        return cls(f"Not matching fields: [{', '.join(paths)}]", faults=faults)


class DifferentRequestBody(ApiError):
    """The order has been already completed with different request body."""

    status = 409
    code = "BAD_VALUE"


class InternalServerError(Broken):
    """Internal error."""

    code = "INTERNAL_SERVER_ERROR"


@contextmanager
def in_klarnas_words() -> Iterator[None]:
    """Turns the ledger's refusals into Klarna's; what the ledger said explains them in the journal."""
    try:
        yield
    except sessions.UnknownSession as unknown:
        raise InvalidSessionId() from unknown
    except sessions.SessionCompleted as completed:
        raise SessionHasBeenCompleted() from completed
    except authorizations.UnknownAuthorization as unknown:
        raise InvalidAuthorizationToken() from unknown


# what any operation may answer with, besides its own
COMMON: tuple[type[ApiError], ...] = (
    Unauthorised, RateLimited, BadRequest, OperationNotConfigured, MerchantInactive, PermissionDenied, TooLarge,
    InternalServerError,
)  # fmt: skip

# refusals of the road itself -> error_code and messages; what is not in Klarna's documents has no message
_OF_THE_ROAD: dict[type[ApiError], tuple[str, list[str]]] = {
    Malformed: ("BAD_REQUEST", []),
    TooLarge: ("REQUEST_TOO_LARGE", ["Request is too large"]),
    UnknownPath: ("NOT_FOUND", []),
    WrongMethod: ("BAD_REQUEST", []),
    Broken: ("INTERNAL_SERVER_ERROR", ["Internal error"]),
    NotEmulated: ("NOT_EMULATED", []),
}


def correlation_id(call: Call) -> str:
    """The id of this request, in the header and in an error's body."""
    if not call.trace_id:
        call.trace_id = call.world.ids.uuid("correlation_id")
    return call.trace_id


def render(error: ApiError, call: Call) -> Reply:
    """A refusal as Klarna words it: 401 is HTML from the gateway, 429 is empty, the rest is the error envelope."""
    if isinstance(error, Unauthorised):
        headers = {"Www-Authenticate": 'Basic realm="very closed site"'}
        return Reply(_GATEWAY_PAGE.encode(), error.status, headers, "text/html")
    if isinstance(error, RateLimited):
        return Reply(None, error.status, {"x-envoy-ratelimited": "true", "x-ratelimit-remaining": "0"})
    code, messages = error.code, error.messages
    if not code:
        code, messages = next(_OF_THE_ROAD[kind] for kind in type(error).__mro__ if kind in _OF_THE_ROAD)
        messages = messages or (error.messages if isinstance(error, NotEmulated) else [])
    body = {"correlation_id": correlation_id(call), "error_code": code, "error_messages": messages}
    return Reply(body, error.status, error.headers, "application/json")

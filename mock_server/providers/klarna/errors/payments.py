"""The refusals of Klarna Payments, each with its status, error_code and message.

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
    RateLimited,
    TooLarge,
    Unauthorised,
    Wordless,
)
from mock_server.ledger import authorizations, sessions


class BadValue(Invalid):
    """Bad value."""

    code = "BAD_VALUE"

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> BadValue:
        """One message naming the fields of the lowest stage; later stages are only explained."""
        first = min(fault.stage for fault in faults)
        paths = dict.fromkeys(fault.path for fault in faults if fault.stage == first)
        return cls(f"Bad value: {', '.join(paths)}", faults=faults)


class BadRequest(Wordless, Malformed):
    """The body cannot be parsed."""

    code = "BAD_REQUEST"


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


class OperationNotConfigured(Wordless):
    """The operation is not configured for the merchant."""

    status = 403
    code = "INVALID_OPERATION"


class MerchantInactive(Wordless):
    """The merchant is not activated."""

    status = 403
    code = "MERCHANT_INACTIVE"


class PermissionDenied(Wordless):
    """The merchant may not do this."""

    status = 403
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

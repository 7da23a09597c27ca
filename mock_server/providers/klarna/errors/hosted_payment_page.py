"""The refusals of the Hosted Payment Page, besides those of Klarna Payments.

Its API reference gives statuses without bodies. Assumed: Payments' envelope, and Payments' words where it has some.
Source: Hosted Payment Page API reference (read 2026-11-21).
"""

from __future__ import annotations

from mock_server.core.errors import ApiError
from mock_server.providers.klarna.errors.payments import InternalServerError


class AlreadyCompleted(ApiError):
    """Session has already been completed."""

    status = 400
    code = "BAD_REQUEST"


class SessionIsClosed(ApiError):
    """Session is disabled."""

    status = 400
    code = "BAD_REQUEST"


class AccessTokenNotFound(ApiError):
    """Access token not found."""

    status = 404
    code = "NOT_FOUND"


class DistributionFailed(InternalServerError):
    """Internal error."""

    status = 503

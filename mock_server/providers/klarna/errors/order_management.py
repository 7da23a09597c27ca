"""The refusals of Order Management, each with its status, error_code and message.

The docstring's first sentence is the message where Klarna documents one for any order; the others name theirs.
Source: docs.klarna.com, error codes and messages for Order Management, and the pages on orders, captures and refunds;
playground calls recorded 2021-09 (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from mock_server.ledger.transitions import NotAllowed as Refused


class InvalidId(ApiError):
    """The order, capture or refund id is no UUID: the servlet container answers, with a page."""


class InvalidOrderId(ApiError):
    """Order ID must be a valid UUID."""

    code = "INVALID_ORDER_ID"

    @classmethod
    def default_messages(cls) -> list[str]:
        return ["Order ID must be a valid UUID."]


class BadRequest(Wordless, Malformed):
    """The body cannot be read."""

    code = "BAD_REQUEST"


class UnprocessableEntity(Invalid):
    """The size of the shipping_info/shipping_company value must be between 0 and 100."""

    status = 422
    code = "UNPROCESSABLE_ENTITY"

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> UnprocessableEntity:
        """One message per broken rule; a fault's text is the message, and behind a semicolon what was sent."""
        messages = dict.fromkeys(fault.text.partition("; ")[0] for fault in faults)
        return cls(*messages, faults=faults)


class InvalidAddress(Invalid):
    """The shipping and/or billing address is invalid."""

    status = 422
    code = "INVALID_ADDRESS"


class NoSuchOrder(ApiError):
    """Order cannot be found."""

    status = 404
    code = "NO_SUCH_ORDER"


class NoSuchCapture(ApiError):
    """Capture could not be found."""

    status = 404
    code = "NO_SUCH_CAPTURE"


class NotFound(ApiError):
    """Refund cannot be found."""

    status = 404
    code = "NOT_FOUND"


class CaptureNotAllowed(ApiError):
    """Capture not allowed."""

    status = 403
    code = "CAPTURE_NOT_ALLOWED"


class PaymentMethodFailed(Wordless):
    """The card behind the order refused; a later capture may go through."""

    status = 403
    code = "PAYMENT_METHOD_FAILED"


class RefundNotAllowed(ApiError):
    """Refund not allowed."""

    status = 403
    code = "REFUND_NOT_ALLOWED"


class CancelNotAllowed(ApiError):
    """Cancel not allowed."""

    status = 403
    code = "CANCEL_NOT_ALLOWED"


class NotAllowed(ApiError):
    """Update not allowed."""

    status = 403
    code = "NOT_ALLOWED"

    @classmethod
    def default_messages(cls) -> list[str]:
        return ["Update not allowed."]


class Conflict(Wordless):
    """The order is being changed by another request."""

    status = 409
    code = "CONFLICT"


class TooManyRequests(RateLimited):
    """Too many requests."""

    code = "TOO_MANY_REQUESTS"


class UnexpectedError(Broken):
    """Unexpected server error."""

    code = "UNEXPECTED_ERROR"


class InternalServerError(Broken):
    """Unexpected server error."""

    code = "INTERNAL_SERVER_ERROR"


class _Unavailable(Broken):
    code = "TEMPORARILY_UNAVAILABLE"

    @classmethod
    def default_messages(cls) -> list[str]:
        return ["Temporarily unavailable"]


class BadGateway(_Unavailable):
    """Temporarily unavailable."""

    status = 502


class TemporarilyUnavailable(_Unavailable):
    """Temporarily unavailable."""

    status = 503


class GatewayTimeout(_Unavailable):
    """Temporarily unavailable."""

    status = 504


# what any operation may answer with, besides its own
COMMON: tuple[type[ApiError], ...] = (
    Unauthorised, TooManyRequests, InvalidId, InvalidOrderId, NoSuchOrder, TooLarge, InternalServerError,
    UnexpectedError, TemporarilyUnavailable, BadGateway, GatewayTimeout,
)  # fmt: skip
WRITING: tuple[type[ApiError], ...] = (Conflict, *COMMON)
BODY: tuple[type[ApiError], ...] = (UnprocessableEntity, BadRequest, *WRITING)


@contextmanager
def refusing(
    order_id: str,
    consequence: str | None,
    refusal: type[ApiError],
    *messages: str,
    about: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """The ledger's refusals in Klarna's words: an unknown order with its consequence, any other as ``refusal``.

    Without a consequence (None) there is no full stop either. ``about`` has messages by the ledger's reason; otherwise
    ``messages`` or the refusal's own are told.
    """
    try:
        yield
    except Refused as refused:
        if refused.reason == "unknown":
            end = "" if consequence is None else f". {consequence}".rstrip()
            raise NoSuchOrder(f"Order {order_id} cannot be found{end}") from refused
        told = about.get(refused.reason) if about else None
        raise refusal(*([told] if told else messages)) from refused

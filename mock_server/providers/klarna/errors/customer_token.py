"""The refusals of Customer Token, each with its status, error_code and message.

The docstring's first sentence is the message where a message is known. Source: docs.klarna.com, create an order with
a customer token, check the details of a customer token, recover token charge failure; older pages where it is said;
playground calls recorded 2021-10-04 (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mock_server.core.errors import ApiError, Broken, Wordless
from mock_server.ledger import tokens


class TokenNotFound(ApiError):
    """Customer token not found."""

    status = 404
    code = "TOKEN_NOT_FOUND"


class InvalidCustomerTokenId(ApiError):
    """Invalid customer-token ID."""

    status = 404
    code = "NOT_FOUND"


class TokenSuspended(Wordless):
    """Klarna suspended the token."""

    status = 403
    code = "TOKEN_SUSPENDED"


class TokenCanceled(Wordless):
    """The token was cancelled, or is not the merchant's."""

    status = 403
    code = "TOKEN_CANCELED"


class TokenCancelled(Wordless):
    """The same in the spelling of older pages."""

    status = 403
    code = "TOKEN_CANCELLED"


class TokenForbidden(Wordless):
    """The token may not be used; on older pages only."""

    status = 403
    code = "TOKEN_FORBIDDEN"


class PaymentMethodCurrencyMismatch(Wordless):
    """The token's payment method has another currency; on older pages only."""

    status = 403
    code = "PAYMENT_METHOD_CURRENCY_MISMATCH"


class PaymentMethodFailed(Wordless):
    """The charge failed or the customer was turned down; another try may succeed."""

    status = 403
    code = "PAYMENT_METHOD_FAILED"


class UnavailablePaymentMethod(ApiError):
    """Purchase for payment method failed."""

    status = 403
    code = "UNAVAILABLE_PAYMENT_METHOD"
    members: Mapping[str, Any] = {"fraud_status": "REJECTED"}  # beside the envelope's

    @classmethod
    def of(cls, method: Any, *, reason: str | None, step_up_id: str | None) -> UnavailablePaymentMethod:
        """With what could not be used, why, and the id a session for the present customer is started with."""
        told = {"reason": reason, "authorized_payment_method": method, "step_up_id": step_up_id}
        error = cls()
        error.members = {**cls.members, **{name: value for name, value in told.items() if value}}
        return error


class ServiceUnavailable(Wordless, Broken):
    """The service is not available for a while."""

    status = 503
    code = "SERVICE_UNAVAILABLE"


_OF_A_STATUS: Mapping[str | None, type[ApiError]] = {
    tokens.SUSPENDED: TokenSuspended, tokens.CANCELLED: TokenCanceled, None: TokenNotFound,
}  # fmt: skip


@contextmanager
def in_klarnas_words() -> Iterator[None]:
    """Turns the ledger's refusals into Klarna's; what the ledger said explains them in the journal."""
    try:
        yield
    except tokens.TokenNotActive as refused:
        raise _OF_A_STATUS[refused.status]() from refused

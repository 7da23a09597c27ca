"""The refusals of Checkout v3, each with its status, error_code and message.

Their envelope names the service's version besides. Source: bodies seen in public reports of 2018 to 2026; Klarna
Checkout API reference (read 2026-11-20).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mock_server.core.errors import ApiError, Fault, Invalid, RateLimited, TooLarge, Unauthorised, Wordless
from mock_server.providers.klarna.errors.payments import (
    BadRequest,
    InternalServerError,
    MerchantInactive,
    PermissionDenied,
)

PAGE: tuple[type[ApiError], ...] = (InternalServerError,)  # what a page may answer with

_OF_A_LINE = re.compile(r"order_lines\[\d+\]\.")


class BadValue(Invalid):
    """Bad value."""

    code = "BAD_VALUE"

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> BadValue:
        """One message naming the fields of the lowest stage, those of a line without saying of which.

        Later stages are only explained, with their line.
        """
        first = min(fault.stage for fault in faults)
        paths = dict.fromkeys(_OF_A_LINE.sub("", fault.path) for fault in faults if fault.stage == first)
        return cls(f"Bad value: {', '.join(paths)}", faults=faults)


class ReadOnlyOrder(ApiError):
    """Resource is read-only."""

    status = 403
    code = "READ_ONLY_ORDER"


class NoSuchOrder(Wordless):
    """No order has this id. Assumed: the code; no answer to a made-up id was found in public."""

    status = 404
    code = "NO_SUCH_ORDER"


class OrderExpired(Wordless):
    """The order's 48 hours are over; the answer has no body.

    Source: github.com/krokedil/klarna-checkout-for-woocommerce, pull 787 (read 2026-11-21).
    """

    status = 404
    code = "ORDER_EXPIRED"  # for rules; it is not sent


# what any operation may answer with, besides its own
COMMON: tuple[type[ApiError], ...] = (
    Unauthorised, RateLimited, BadRequest, MerchantInactive, PermissionDenied, TooLarge, InternalServerError,
)  # fmt: skip

"""MultiSafepay's refusals, each with its error_code and error_info; and their envelope.

The docstring's first line is the error_info. Codes and wire texts where one is known: docs.multisafepay.com, error
reference; texts of codes without a recorded one are its titles (read 2026-11-20). HTTP statuses: 401 for keys, 404
for ids and gateways; of the rest none is documented, so a setting decides.
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
    TooLarge,
    Unauthorised,
    UnknownPath,
)
from mock_server.ledger.transitions import NotAllowed
from mock_server.web.operations import Call, Reply


class Impossible(Exception):
    """A move that an order does not take in its state, or that another made first."""


class Refused(Invalid):
    """A refusal with a code of its own."""

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> Refused:
        """With its own text; the faults explain it in the journal."""
        return cls(faults=faults)

    @classmethod
    def because(cls, path: str, text: str) -> Refused:
        """One fault, told in the journal as ``path text``."""
        return cls.of([Fault(path, f"{path} {text}")])


class InvalidRequest(Refused):
    """Invalid request."""

    code = "1000"


class NotFound(Refused):
    """Not found."""

    status = 404
    code = "1000"


class TokenNotFound(Refused):
    """Not found: token."""

    status = 410
    code = "1000"


class InvalidAmount(Refused):
    """Invalid amount."""

    code = "1001"


class InvalidCurrency(Refused):
    """Invalid currency."""

    code = "1002"


class InvalidAccountId(Refused):
    """Invalid account ID."""

    code = "1003"


class InvalidSiteId(Refused):
    """Invalid site ID."""

    code = "1004"


class InvalidSecurityCode(Refused):
    """Security code is invalid."""

    code = "1005"


class InvalidTransactionId(Refused):
    """Invalid transaction ID."""

    status = 404
    code = "1006"


class InvalidIpAddress(Refused):
    """Invalid IP address."""

    code = "1007"


class InvalidDescription(Refused):
    """Invalid description."""

    code = "1008"


class InvalidVariable(Refused):
    """Invalid variable."""

    code = "1010"


class InvalidSignature(Refused):
    """Invalid signature."""

    code = "1013"


class UnspecifiedError(Refused):
    """Back-end: unspecified error."""

    code = "1014"


class AccountNotFound(Refused):
    """Account not found."""

    code = "1015"


class MissingData(Refused):
    """Missing data."""

    code = "1016"


class InsufficientFunds(Refused):
    """Insufficient funds."""

    code = "1017"


class InvalidCountryCode(Refused):
    """Invalid country code."""

    code = "1018"


class SiteIsBlocked(Refused):
    """The site is blocked in your account."""

    code = "1019"

    @classmethod
    def default_messages(cls) -> list[str]:
        return ["The site is blocked in your account."]  # the one recorded text that ends with a full stop


class AccountIsBlocked(Refused):
    """Account is blocked."""

    code = "1020"


class CannotCreateTransaction(Refused):
    """Cannot create transaction."""

    code = "1021"


class ExistsAtThirdParty(Refused):
    """Kan geen transactie starten: ERR_EXISTS: transaction error."""

    code = "1022"


class NoGateway(Refused):
    """No gateway (payment method) available."""

    status = 404
    code = "1023"


class TransactionRefused(Refused):
    """Transaction refused."""

    code = "1024"


class SeveralCurrencies(Refused):
    """Only one currency allowed in shopping cart."""

    code = "1025"


class OtherCartCurrency(Refused):
    """Cart currency must equal transaction currency."""

    code = "1026"


class OtherCartAmount(Refused):
    """Cart amount must equal transaction amount."""

    code = "1027"


class IncorrectTaxRate(Refused):
    """Incorrect tax rate in rule."""

    code = "1028"


class InvalidItemTaxRate(Refused):
    """Invalid tax rate specified for item."""

    code = "1029"


class IncorrectItemCurrency(Refused):
    """Incorrect currency for a product."""

    code = "1030"


class IncorrectItemPrice(Refused):
    """Incorrect price for a product."""

    code = "1031"


class InvalidApiKey(Unauthorised):
    """Invalid API key."""

    code = "1032"


class NoRefundInformation(Refused):
    """Error fetching refund information."""

    code = "1033"


class CannotRefund(Refused):
    """Cannot refund transaction."""

    code = "1034"


class SameRefund(CannotRefund):
    """Same refund done in short period."""


class InvalidIssuer(Refused):
    """Invalid iDEAL issuer ID."""

    code = "1036"


class CartNotValidated(Refused):
    """Cart is not validated."""

    code = "5001"


class Unknown(Refused):
    """Unknown."""

    code = "9999"


class Forbidden(ApiError):
    """Forbidden."""

    status = 403


class UnknownError(Broken):
    """Unknown error."""

    code = "1000"


class Unavailable(Broken):
    """Service unavailable."""

    status = 503
    code = "1000"


# what any operation may answer with, besides its own
COMMON: tuple[type[ApiError], ...] = (
    InvalidApiKey, SiteIsBlocked, Forbidden, InvalidRequest, UnknownError, Unavailable,
)  # fmt: skip

# of the reference too; nothing here leads to them but a rule
NEVER_NATURAL: tuple[type[ApiError], ...] = (
    InvalidAccountId, InvalidSiteId, InvalidSecurityCode, InvalidSignature, UnspecifiedError, AccountNotFound,
    InsufficientFunds, AccountIsBlocked, CartNotValidated, Unknown,
)  # fmt: skip

# refusals of the road itself -> error_code and error_info; None: as the refusal says it
_OF_THE_ROAD: dict[type[ApiError], tuple[int, str | None]] = {
    Unauthorised: (1032, "Invalid API key"),
    Malformed: (1000, "Invalid request"),
    TooLarge: (1000, "Request is too large"),
    UnknownPath: (1000, "Not found"),
    NotEmulated: (1000, None),
    Broken: (1000, "Unknown error"),
    ApiError: (1000, "Invalid request"),
}


@contextmanager
def in_multisafepays_words(refusal: type[Refused]) -> Iterator[None]:
    """Turns a move that the order or the ledger does not allow into this refusal, explained by what they said."""
    try:
        yield
    except (NotAllowed, Impossible) as reason:
        raise refusal() from reason


def render(error: ApiError, call: Call) -> Reply:
    """A refusal in MultiSafepay's envelope; 403 has none."""
    if isinstance(error, Forbidden):
        return Reply({"message": "Forbidden"}, _status(error, call))
    code, info = int(error.code) if error.code else 0, "; ".join(error.messages)
    if not code:
        code, known = next(_OF_THE_ROAD[kind] for kind in type(error).__mro__ if kind in _OF_THE_ROAD)
        info = info if known is None else known
    body = {"success": False, "data": {}, "error_code": code, "error_info": info}
    return Reply(body, _status(error, call), error.headers)


def _status(error: ApiError, call: Call) -> int:
    """Old clients read refusals with status 200; which one a refused field has is documented nowhere."""
    chosen = call.world.settings.multisafepay_error_status
    if chosen == "200":
        return 200
    return int(chosen) if error.status == 400 else error.status

"""NEXT Commerce's refusals, shaped as Django REST framework shapes them: ``{"detail": ...}``, or each field's texts.

The docstring's first line is the ``detail``. The service is built on Django REST framework and Django OAuth Toolkit;
where nothing of its own is documented, their texts stand in. Sources: developers.nextcommerce.com, admin api and
testing guides; docs.nextcommerce.com, payment failure cascading; the clients theme-kit and campaign-cart; DRF 3.15,
django-oauth-toolkit 3.0 (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from mock_server.core.errors import (
    ApiError,
    Broken,
    Fault,
    Invalid,
    Malformed,
    NotEmulated,
    RateLimited,
    Unauthorised,
    UnknownPath,
    WrongMethod,
)
from mock_server.web.operations import Call, Reply

JSON = "application/json"
HTML = "text/html; charset=utf-8"
OAUTH_HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_REALM = 'Bearer realm="api"'


class Impossible(Exception):
    """A move that an order, a payment or a subscription does not take in its state."""


class _Said(Invalid):
    """A refusal in the words of its docstring, full stop and all."""

    @classmethod
    def default_messages(cls) -> list[str]:
        return [(cls.__doc__ or "").strip().splitlines()[0]]


class Refused(_Said):
    """A refusal told as ``{"detail": ...}``."""

    @classmethod
    def because(cls, text: str, *details: str) -> Self:
        """With its own detail, or these; ``text`` explains it in the journal."""
        return cls(*details, faults=[Fault("", text)])


class NotAuthenticated(Refused, Unauthorised):
    """Authentication credentials were not provided."""

    status, code = 401, "not_authenticated"
    headers = {"WWW-Authenticate": _REALM}


class InvalidAccessToken(NotAuthenticated):
    """Authentication credentials were not provided."""

    headers = {
        "WWW-Authenticate": f'{_REALM},error="invalid_token",error_description="The access token is invalid."'
    }


class PermissionDenied(Refused):
    """You do not have permission to perform this action."""

    status, code = 403, "permission_denied"


class NotFound(Refused):
    """Not found."""

    status, code = 404, "not_found"

    @classmethod
    def of(cls, model: str, text: str) -> Self:
        return cls.because(text, f"No {model} matches the given query.")


class InvalidCursor(NotFound):
    """Invalid cursor"""


class NotAcceptable(Refused):
    """Invalid version in "X-29next-API-Version" header."""

    status, code = 406, "not_acceptable"


class UnsupportedMediaType(Refused):
    """Unsupported media type in request."""

    status, code = 415, "unsupported_media_type"


class ParseError(Refused):
    """Malformed request."""

    status, code = 400, "parse_error"


class Throttled(RateLimited, Refused):
    """Request was throttled. Expected available in 1 second."""

    status, code = 429, "throttled"
    headers = {"Retry-After": "1"}


class ServerError(Broken, Refused):
    """A server error occurred."""

    status, code = 500, "error"


class InvalidFields(_Said):
    """Invalid input."""

    status, code = 400, "invalid"

    def __init__(self, *messages: str, fields: Mapping[str, Any] | None = None, faults: Sequence[Fault] = ()) -> None:
        """``fields`` is the answer's body: nested as the request is, each field with a list of texts."""
        self.fields = dict(fields or {"non_field_errors": list(messages) or self.default_messages()})
        super().__init__(*messages, faults=faults)

    @classmethod
    def at(cls, path: str, text: str, why: str = "") -> Self:
        """One field, ``payment_details.payment_return_url``; ``why`` explains it in the journal."""
        told: Any = [text]
        for step in reversed(path.split(".")):
            told = {step: told}
        return cls(fields=told, faults=[Fault(path, why or f"{path}: {text}")])


class PaymentDeclined(_Said):
    """Unable to process the purchase transaction."""

    status, code = 400, "payment_declined"

    def __init__(
        self, *messages: str, response_code: int | None = None, card_token: str = "", faults: Sequence[Fault] = ()
    ) -> None:
        """``card_token`` is the one to try again with on another gateway."""
        super().__init__(*messages, faults=faults)
        self.response_code, self.card_token = response_code, card_token

    @classmethod
    def because(cls, message: str, why: str, response_code: int | None = None) -> Self:
        """``why`` explains it in the journal."""
        return cls(message, response_code=response_code, faults=[Fault("payment_details", why)])

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"payment_details": self.messages[0]}
        if self.response_code is not None:
            told["payment_response_code"] = str(self.response_code)
        if self.card_token:
            told["payment_method"] = {"card_token": self.card_token}
        return told


class OAuthError(Refused):
    """A refusal of the authorization server (RFC 6749): ``{"error": ...}``, with a description where one is given."""

    status, code = 400, "invalid_request"

    def told(self) -> dict[str, str]:
        has_own = self.messages != self.default_messages()
        return {"error": self.code, **({"error_description": self.messages[0]} if has_own else {})}


class InvalidClient(OAuthError):
    """The client or its secret is not known."""

    status, code = 401, "invalid_client"
    headers = {"WWW-Authenticate": 'Bearer error="invalid_client"'}


class InvalidGrant(OAuthError):
    """The code or refresh token is unknown, expired, used, or another client's."""

    code = "invalid_grant"


class InvalidScope(OAuthError):
    """The scope names something that there is not."""

    code = "invalid_scope"


class UnsupportedGrantType(OAuthError):
    """The grant_type is not supported."""

    code = "unsupported_grant_type"


# what any operation of the Admin API may answer with, besides its own
COMMON: tuple[type[ApiError], ...] = (NotAuthenticated, PermissionDenied, NotAcceptable, Throttled, ServerError)
# what one that reads a body may answer with, too
BODY: tuple[type[ApiError], ...] = (InvalidFields, ParseError, UnsupportedMediaType)
# what one about a record may answer with, too
RECORD: tuple[type[ApiError], ...] = (NotFound,)


def render(error: ApiError, call: Call) -> Reply:
    """A refusal as the API, the authorization server or the storefront words it."""
    if isinstance(error, UnknownPath | NotEmulated):
        return _page(error)
    if isinstance(error, OAuthError):
        return Reply(error.told(), error.status, {**OAUTH_HEADERS, **error.headers})
    return Reply(_body(error, call), error.status, _headers(error))


def _body(error: ApiError, call: Call) -> dict[str, Any]:
    if isinstance(error, InvalidFields):
        return error.fields
    if isinstance(error, PaymentDeclined):
        return error.told()
    if isinstance(error, WrongMethod):
        return {"detail": f'Method "{call.method}" not allowed.'}
    return {"detail": _same(error).default_messages()[0] if not isinstance(error, Refused) else error.messages[0]}


def _headers(error: ApiError) -> Mapping[str, str]:
    return error.headers or _same(error).headers


def _same(error: ApiError) -> type[ApiError]:
    """The refusal of this face that says what one of the road says."""
    for kind, own in _OF_THE_ROAD.items():
        if isinstance(error, kind):
            return own
    return type(error)


_OF_THE_ROAD: Mapping[type[ApiError], type[ApiError]] = {
    Unauthorised: NotAuthenticated,
    RateLimited: Throttled,
    Broken: ServerError,
    Malformed: ParseError,
}


def _page(error: ApiError) -> Reply:
    """The storefront answers what the API does not know, in HTML."""
    title = "Page not found" if isinstance(error, UnknownPath) else "Not emulated"
    html = f"<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n"
    return Reply(html.encode(), error.status, error.headers, HTML)

"""Commerce Layer's refusals, each with code, title and status; and their two shapes: the application's and the edge's.

The docstring's first line is the ``detail``, ``title`` the title. Codes, titles and texts: docs.commercelayer.io,
handling errors; recordings of 2024 and 2025; jsonapi-resources, which the service is built on, for what neither
tells (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

from mock_server.core.errors import (
    ApiError,
    Broken,
    Fault,
    Invalid,
    NotEmulated,
    RateLimited,
    Unauthorised,
    UnknownPath,
    WrongMethod,
)
from mock_server.web.operations import Call, Reply

JSON_API = "application/vnd.api+json"
_JSON = "application/json; charset=utf-8"


class _Worded(ApiError):
    """One whose docstring is its detail, full stop included, beside a title."""

    title = ""

    @classmethod
    def default_messages(cls) -> list[str]:
        return [(cls.__doc__ or "").strip().splitlines()[0]]

    @classmethod
    def because(cls, text: str, *details: str) -> Self:
        """With its own detail, or these; ``text`` explains it in the journal."""
        return cls(*details, faults=[Fault("", text)])


class Refused(_Worded, Invalid):
    """A refusal with one error object."""

    def objects(self) -> Iterator[dict[str, Any]]:
        """Error objects as the application sends them: ``status`` is a text."""
        for detail in self.messages:
            yield {"title": self.title, "detail": detail, "code": self.code, "status": str(self.status)}


class RecordNotFound(Refused):
    """The requested resource was not found. Please double-check the resource id."""

    status, code, title = 404, "RECORD_NOT_FOUND", "Record not found"


class RecordNotFoundAtEdge(Refused):
    """The requested resource was not not found. Please double-check the resource id."""

    status, code, title = 404, "RECORD_NOT_FOUND", "Record Not Found"


class Throttled(RateLimited):
    """Too Many Requests."""

    code = "THROTTLED"
    headers = {"Retry-After": "0", "Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache", "Vary": ""}


class AccessDenied(_Worded, Unauthorised):
    """You are not authorized to perform this action on the requested resource."""

    status, code, title = 401, "UNAUTHORIZED", "Access denied"


class InvalidToken(_Worded, Unauthorised):
    """The access token you provided is invalid."""

    status, code, title = 401, "INVALID_TOKEN", "Invalid token"


class KeyNotIncludedInUrl(Refused):
    """The URL does not support the key."""

    status, code, title = 400, "KEY_NOT_INCLUDED_IN_URL", "Key is not included in URL"


class Locked(Refused):
    """The resource is locked."""

    status, code, title = 423, "LOCKED", "Locked resource"


class ParamNotAllowed(Refused):
    """The parameter is not allowed."""

    status, code, title = 400, "PARAM_NOT_ALLOWED", "Param not allowed"


class ParamMissing(Refused):
    """A required parameter is missing."""

    status, code, title = 400, "PARAM_MISSING", "Missing Parameter"


class InvalidResource(Refused):
    """The type is not a valid resource."""

    status, code, title = 400, "INVALID_RESOURCE", "Invalid resource"


class InvalidField(Refused):
    """The field is not a valid field."""

    status, code, title = 400, "INVALID_FIELD", "Invalid field"


class InvalidInclude(Refused):
    """The name is not a valid includable relationship."""

    status, code, title = 400, "INVALID_INCLUDE", "Invalid field"


class InvalidSortCriteria(Refused):
    """The name is not a valid sort criteria."""

    status, code, title = 400, "INVALID_SORT_CRITERIA", "Invalid sort criteria"


class FilterNotAllowed(Refused):
    """The filter is not allowed."""

    status, code, title = 400, "FILTER_NOT_ALLOWED", "Filter not allowed"


class InvalidFiltersSyntax(Refused):
    """The filter is not a valid syntax for filtering."""

    status, code, title = 400, "INVALID_FILTERS_SYNTAX", "Invalid filters syntax"


class InvalidFilterValue(Refused):
    """The value is not a valid value for the filter."""

    status, code, title = 400, "INVALID_FILTER_VALUE", "Invalid filter value"


class InvalidPageValue(Refused):
    """The value is not a valid page value."""

    status, code, title = 400, "INVALID_PAGE_VALUE", "Invalid page value"


class InvalidPageObject(Refused):
    """Invalid Page Object."""

    status, code, title = 400, "INVALID_PAGE_OBJECT", "Invalid Page Object"


class InvalidLinksObject(Refused):
    """Data is not a valid Links Object."""

    status, code, title = 400, "INVALID_LINKS_OBJECT", "Invalid Links Object"


class InvalidDataFormat(Refused):
    """Data must be a hash."""

    status, code, title = 400, "INVALID_DATA_FORMAT", "Invalid data format"


class TypeMismatch(Refused):
    """The type is not a valid type for this operation."""

    status, code, title = 400, "TYPE_MISMATCH", "Type Mismatch"


class KeyOrderMismatch(Refused):
    """A key is required."""

    status, code, title = 400, "KEY_ORDER_MISMATCH", "A key is required"


class BadRequest(Refused):
    """The request could not be read."""

    status, code, title = 400, "BAD_REQUEST", "Bad Request"


class NotAcceptable(Refused):
    """All requests must use the 'application/vnd.api+json' Accept without media type parameters."""

    status, code, title = 406, "NOT_ACCEPTABLE", "Not acceptable"


class UnsupportedMediaType(Refused):
    """All requests that create or update must use the 'application/vnd.api+json' Content-Type."""

    status, code, title = 415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type"


class InternalServerError(_Worded, Broken):
    """Internal Server Error"""

    code, title = "INTERNAL_SERVER_ERROR", "Internal Server Error"


class Problem(NamedTuple):
    """One attribute or relationship that a record cannot have so."""

    name: str  # "base": of the record as a whole
    title: str  # Rails' words: "can't be blank"
    error: str  # their short key: blank
    is_relationship: bool = False
    more: Mapping[str, Any] = {}  # beside the key: {"value": 100, "count": 10}
    why: str = ""  # for the journal, with the arithmetic
    code: str = "VALIDATION_ERROR"

    def as_object(self) -> dict[str, Any]:
        part = "relationships" if self.is_relationship else "attributes"
        is_base = self.name == "base"
        return {
            "title": self.title,
            "detail": self.title if is_base else f"{self.name} - {self.title}",
            "code": self.code,
            "source": {"pointer": "/data" if is_base else f"/data/{part}/{self.name}"},
            "status": "422",
            "meta": {"error": self.error, **self.more},
        }


class Unprocessable(Invalid):
    """The record is not valid."""

    status, code = 422, "VALIDATION_ERROR"

    def __init__(self, *messages: str, problems: Sequence[Problem] = ()) -> None:
        self.problems = list(problems) or [Problem("base", text, "invalid") for text in messages or ("is invalid",)]
        self.code = self.problems[0].code
        told = [str(problem.as_object()["detail"]) for problem in self.problems]
        faults = [Fault(p.name, p.why or str(p.as_object()["detail"])) for p in self.problems]
        super().__init__(*(messages or told), faults=faults)

    @classmethod
    def of(cls, *problems: Problem) -> Unprocessable:
        return cls(problems=problems)

    def objects(self) -> Iterator[dict[str, Any]]:
        for problem in self.problems:
            yield problem.as_object()


def blank(name: str, *, is_relationship: bool = False, why: str = "") -> Problem:
    """What is required and not there."""
    return Problem(name, "can't be blank", "blank", is_relationship, why=why)


class OAuthError(_Worded):
    """A refusal of the authorization server: one error object whose ``status`` is a number."""


class InvalidClient(OAuthError):
    """Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."""  # noqa: E501  # the recorded text is one line

    status, code, title = 401, "UNAUTHORIZED", "invalid_client"


class InvalidGrant(OAuthError):
    """The provided authorization grant is invalid, expired, revoked, or was issued to another client."""

    status, code, title = 401, "UNAUTHORIZED", "invalid_grant"


class InvalidAssertion(OAuthError):
    """The provided assertion is invalid."""

    status, code, title = 400, "BAD_REQUEST", "invalid_assertion"


class InvalidOAuthRequest(OAuthError):
    """The request is missing a required parameter or is otherwise malformed."""

    status, code, title = 400, "BAD_REQUEST", "invalid_request"


class InvalidScope(OAuthError):
    """The requested scope is invalid, unknown, or malformed."""

    status, code, title = 400, "BAD_REQUEST", "invalid_scope"


class UnsupportedGrantType(OAuthError):
    """The authorization grant type is not supported by the authorization server."""

    status, code, title = 400, "BAD_REQUEST", "unsupported_grant_type"


class UnauthorizedClient(OAuthError):
    """You are not authorized to revoke this token"""

    status, code, title = 403, "FORBIDDEN", "unauthorized_client"


# what any operation of the core API may answer with, besides its own
COMMON: tuple[type[ApiError], ...] = (InvalidToken, AccessDenied, Throttled, NotAcceptable, InternalServerError)

# refusals of the road itself -> the one of this face that says the same
_OF_THE_ROAD: Mapping[type[ApiError], type[_Worded]] = {
    Unauthorised: InvalidToken,
    UnknownPath: RecordNotFound,
    Broken: InternalServerError,
}
# the others -> code and title; they say it in their own words
_ITS_OWN_WORDS: Mapping[type[ApiError], tuple[str, str]] = {
    WrongMethod: ("METHOD_NOT_ALLOWED", "Method not allowed"),
    NotEmulated: ("NOT_EMULATED", "Not emulated"),
    ApiError: (BadRequest.code, BadRequest.title),
}


def render(error: ApiError, call: Call) -> Reply:
    """A refusal as the application, the edge or the authorization server words it."""
    if isinstance(error, RateLimited):
        edge = {"title": "Too Many Requests", "code": "THROTTLED", "status": error.status}
        return Reply({"errors": edge}, error.status, {**Throttled.headers, **error.headers}, _JSON)
    if isinstance(error, OAuthError) or call.path.startswith("/oauth"):
        return _of_oauth(error)
    if isinstance(error, RecordNotFoundAtEdge):
        edge = {"title": error.title, "detail": error.messages[0], "code": error.code, "status": error.status}
        return Reply({"errors": edge}, error.status, {"Cache-Control": "", "Vary": "", **error.headers}, _JSON)
    headers = {"Cache-Control": "no-cache", "Vary": "Accept, Accept-Encoding, Origin", **error.headers}
    return Reply({"errors": list(_objects(error))}, error.status, headers, f"{JSON_API}; charset=utf-8")


def _objects(error: ApiError) -> Iterator[dict[str, Any]]:
    if isinstance(error, Refused | Unprocessable):
        yield from error.objects()
        return
    code, title, detail = _words(error)
    yield {"title": title, "detail": detail, "code": code, "status": str(error.status)}


def _of_oauth(error: ApiError) -> Reply:
    """js-auth's specs saw the status as a number there."""
    code, title, detail = _words(error)
    told = {"title": title, "detail": detail, "code": code, "status": error.status}
    return Reply({"errors": [told]}, error.status, {"Cache-Control": "no-store", **error.headers}, _JSON)


def _words(error: ApiError) -> tuple[str, str, str]:
    """code, title and detail."""
    kinds = type(error).__mro__
    if isinstance(error, _Worded):
        return error.code, error.title, error.messages[0]
    same = next((_OF_THE_ROAD[kind] for kind in kinds if kind in _OF_THE_ROAD), None)
    if same is not None:
        return same.code, same.title, same.default_messages()[0]
    code, title = next(_ITS_OWN_WORDS[kind] for kind in kinds if kind in _ITS_OWN_WORDS)
    return code, title, error.messages[0]

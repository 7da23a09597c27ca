"""A refusal in Klarna's shape: 401 is HTML from the gateway, 429 is empty, the rest is the error envelope."""

from __future__ import annotations

from typing import Any

from mock_server.core.errors import (
    ApiError,
    Broken,
    Malformed,
    NotEmulated,
    RateLimited,
    TooLarge,
    Unauthorised,
    UnknownPath,
    WrongMethod,
)
from mock_server.providers.klarna.errors.checkout import OrderExpired
from mock_server.web.operations import Call, Reply

# byte for byte what the gateway in front of Klarna sends (recorded 2021-10-15)
_GATEWAY_PAGE = (
    "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
    "<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>openresty</center>\r\n</body>\r\n</html>\r\n"
)

# refusals of the road itself -> error_code and messages; what is not in Klarna's documents has no message
_OF_THE_ROAD: dict[type[ApiError], tuple[str, list[str]]] = {
    Malformed: ("BAD_REQUEST", []),
    TooLarge: ("REQUEST_TOO_LARGE", ["Request is too large"]),
    UnknownPath: ("NOT_FOUND", []),
    WrongMethod: ("BAD_REQUEST", []),
    Broken: ("INTERNAL_SERVER_ERROR", ["Internal error"]),
    NotEmulated: ("NOT_EMULATED", []),
}
_CHECKOUT_VERSION = "SNAPSHOT"  # in Checkout's envelope, as recorded 2026-05-18


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
    if isinstance(error, OrderExpired):
        return Reply(None, error.status)
    code, messages = error.code, error.messages
    if not code:
        code, messages = next(_OF_THE_ROAD[kind] for kind in type(error).__mro__ if kind in _OF_THE_ROAD)
        messages = messages or (error.messages if isinstance(error, NotEmulated) else [])
    told: dict[str, Any] = {"error_code": code, "error_messages": messages}
    if call.path.startswith("/checkout/"):
        body = {**told, "correlation_id": correlation_id(call), "service_version": _CHECKOUT_VERSION}
    else:
        body = {"correlation_id": correlation_id(call), **told}
    return Reply(body, error.status, error.headers, "application/json")

"""A refusal in Klarna's shape: 401 is HTML from the gateway, most others are the error envelope of their API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.clock import to_text
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
from mock_server.providers.klarna.errors.customer_token import TokenNotFound, UnavailablePaymentMethod
from mock_server.providers.klarna.errors.order_management import InternalServerError, InvalidId, TooManyRequests
from mock_server.web.operations import Call, Reply

CHECKOUT = "/checkout/"
ORDER_MANAGEMENT = "/ordermanagement/"  # its answers are written by another server than those of the other APIs
_JSON = "application/json"
_CHECKOUT_VERSION = "SNAPSHOT"  # in Checkout's envelope, as recorded 2026-05-18
# byte for byte what the gateway in front of Klarna sends (recorded 2021-10-15)
_GATEWAY_PAGE = (
    "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
    "<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>openresty</center>\r\n</body>\r\n</html>\r\n"
)
# byte for byte what the servlet container of Order Management says of an id that is none (recorded 2021-09-17)
_CONTAINER_PAGE = (
    '<!doctype html><html lang="en"><head><title>HTTP Status 400 \u2013 Bad Request</title><style type="text/css">'
    "body {font-family:Tahoma,Arial,sans-serif;} h1, h2, h3, b {color:white;background-color:#525D76;}"
    " h1 {font-size:22px;} h2 {font-size:16px;} h3 {font-size:14px;} p {font-size:12px;} a {color:black;}"
    " .line {height:1px;background-color:#525D76;border:none;}</style></head><body>"
    "<h1>HTTP Status 400 \u2013 Bad Request</h1></body></html>"
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
# the same, where Order Management has words of its own
_OF_ORDER_MANAGEMENT: dict[type[ApiError], type[ApiError]] = {
    RateLimited: TooManyRequests,
    Broken: InternalServerError,
}


def correlation_id(call: Call) -> str:
    """The id of this request, in the header and in an error's body."""
    if not call.trace_id:
        call.trace_id = call.world.ids.uuid("correlation_id")
    return call.trace_id


def is_order_management(call: Call) -> bool:
    return call.path.startswith(ORDER_MANAGEMENT)


def render(error: ApiError, call: Call) -> Reply:
    """The refusal as Klarna words it."""
    if isinstance(error, Unauthorised):
        headers = {"Www-Authenticate": 'Basic realm="very closed site"'}
        return Reply(_GATEWAY_PAGE.encode(), error.status, headers, "text/html")
    if isinstance(error, InvalidId):
        return Reply(_CONTAINER_PAGE.encode(), error.status, {"Content-Language": "en"}, "text/html;charset=utf-8")
    if isinstance(error, RateLimited) and not (isinstance(error, TooManyRequests) or is_order_management(call)):
        return Reply(None, error.status, {"x-envoy-ratelimited": "true", "x-ratelimit-remaining": "0"})
    if isinstance(error, OrderExpired):
        return Reply(None, error.status)
    if isinstance(error, UnknownPath) and is_order_management(call):
        return Reply(_no_page(call), error.status, content_type=_JSON)
    return Reply(_envelope(error, call), error.status, error.headers, _JSON)


def _envelope(error: ApiError, call: Call) -> dict[str, Any]:
    """Some name the code first, as was recorded of them, others the correlation id (since 2023-05)."""
    code, messages = error.code, error.messages
    own = next((told for kind, told in _OF_ORDER_MANAGEMENT.items() if isinstance(error, kind)), None)
    if not code and own and is_order_management(call):
        code, messages = own.code, own.default_messages()
    elif not code:
        code, messages = next(_OF_THE_ROAD[kind] for kind in type(error).__mro__ if kind in _OF_THE_ROAD)
        messages = messages or (error.messages if isinstance(error, NotEmulated) else [])
    told: dict[str, Any] = {"error_code": code, "error_messages": messages}
    correlation = {"correlation_id": correlation_id(call)}
    comes_last = call.path.startswith((ORDER_MANAGEMENT, CHECKOUT)) or isinstance(error, TokenNotFound)
    told = told | correlation if comes_last else correlation | told
    if call.path.startswith(CHECKOUT):
        return told | {"service_version": _CHECKOUT_VERSION}
    return told | dict(error.members) if isinstance(error, UnavailablePaymentMethod) else told


def _no_page(call: Call) -> Mapping[str, Any]:
    """What Order Management says of a path it does not have (recorded 2021-09-17)."""
    merchant = call.credential.user.partition("_")[0]
    path = call.path.removeprefix("/ordermanagement/v1")
    return {
        "timestamp": to_text(call.world.clock.now()),
        "status": 404,
        "error": "Not Found",
        "message": "No message available",
        "path": f"/merchants/{merchant}{path}",
    }

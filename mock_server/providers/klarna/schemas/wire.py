"""Bytes and headers as Klarna sends them: Jackson's printing, the header set of its gateway."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring as quoted
from typing import Any

from mock_server.core.clock import stopwatch_ms
from mock_server.providers.klarna.errors.wire import CHECKOUT, correlation_id, is_order_management
from mock_server.web.operations import Call, Reply

JSON = "application/json;charset=utf-8"

# on every answer that came from behind the gateway (recorded 2023-09-19 and 2024-01-03)
_BEHIND_THE_GATEWAY = {
    "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
    "Pragma": "no-cache",
    "Expires": "0",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Xss-Protection": "1; mode=block",
}
_COMPRESSIBLE = {"Vary": "Accept-Encoding"}  # recorded on every 200, on no 400 or 204
_TLS_ONLY = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def write(reply: Reply, call: Call) -> tuple[bytes, Mapping[str, str]]:
    """The body as bytes and the answer's headers; 401 and 429 come from the gateway, most without correlation id."""
    took = str(round(stopwatch_ms() - call.started_ms))
    if reply.status == 401:
        # a client of Checkout looks for it on every answer; on Payments' 401 it is recorded missing
        named = {"Klarna-Correlation-Id": correlation_id(call)} if call.path.startswith(CHECKOUT) else {}
        return _bytes(reply.body), {"Server": "openresty", **named, **_type(reply), **_TLS_ONLY, **reply.headers}
    if reply.status == 429 and reply.body is None:
        return b"", {"Server": "envoy", "X-Envoy-Upstream-Service-Time": took, **call.extra_headers, **reply.headers}
    is_ours = is_order_management(call)
    headers = {
        "Server": "envoy",
        "Klarna-Correlation-Id": correlation_id(call),
        **({} if is_ours else {"Render-Time": took}),
        "X-Envoy-Upstream-Service-Time": took,
        **_type(reply),
        **({} if is_ours and isinstance(reply.body, bytes) else _BEHIND_THE_GATEWAY),
        **(_COMPRESSIBLE if reply.status == 200 else {}),
        **_TLS_ONLY,
        **call.extra_headers,
        **reply.headers,
    }
    if "Content-Security-Policy" in reply.headers:  # a page, which says itself who may frame it
        del headers["X-Frame-Options"]
    return _bytes(reply.body, compact if is_ours else pretty), headers


def _type(reply: Reply) -> Mapping[str, str]:
    return {} if reply.body is None else {"Content-Type": reply.content_type or JSON}


def pretty(value: Any, indent: str = "\n") -> str:
    """JSON as Jackson's default pretty printer writes it: ``"key" : value``, arrays inline, ``[ {`` ... ``} ]``."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        inner = indent + "  "
        members = ",".join(f"{inner}{quoted(key)} : {pretty(item, inner)}" for key, item in value.items())
        return f"{{{members}{indent}}}" if members else "{ }"
    if isinstance(value, list | tuple):
        items = ", ".join(pretty(item, indent) for item in value)
        return f"[ {items} ]" if items else "[ ]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def compact(value: Any) -> str:
    """JSON as Order Management writes it: nothing between the members (recorded 2021-09-17)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _bytes(body: Any, form: Callable[[Any], str] = pretty) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else form(body).encode("utf-8", "replace")

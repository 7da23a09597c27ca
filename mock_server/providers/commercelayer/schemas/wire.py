"""Bytes and headers as Commerce Layer sends them: compact JSON, other scripts as they are, limits in every answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mock_server.providers.commercelayer.errors import JSON_API
from mock_server.web.operations import Call, Reply

_NO_CONTENT = 204
_KEPT = "max-age=0, private, must-revalidate"


def write(reply: Reply, call: Call) -> tuple[bytes, Mapping[str, str]]:
    """The body as bytes, and the answer's headers. As recorded in 2025: no ETag, no Location.

    A header that is empty is not sent."""
    vary = "Accept-Encoding, Origin" if call.path.startswith("/oauth") else "Accept, Accept-Encoding, Origin"
    vary = "Origin" if reply.status == _NO_CONTENT else vary
    told = {"Cache-Control": _KEPT, "Vary": vary, **call.extra_headers, **reply.headers}
    headers = {name: value for name, value in told.items() if value}
    if reply.body is None:
        return b"", headers
    body = reply.body if isinstance(reply.body, bytes) else compact(reply.body).encode("utf-8", "replace")
    return body, {"Content-Type": reply.content_type or JSON_API, **headers}


def compact(value: Any) -> str:
    """JSON without blanks, escaping only what it must."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

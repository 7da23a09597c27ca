"""Bytes and headers as NEXT Commerce sends them: compact JSON, other scripts as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mock_server.web.operations import Call, Reply

JSON = "application/json"


def write(reply: Reply, call: Call) -> tuple[bytes, Mapping[str, str]]:
    """The body as bytes, and the answer's headers."""
    headers = {"Vary": "Accept", **call.extra_headers, **reply.headers}
    if reply.body is None:
        return b"", headers
    body = reply.body if isinstance(reply.body, bytes) else compact(reply.body).encode("utf-8", "replace")
    return body, {"Content-Type": reply.content_type or JSON, **headers}


def compact(value: Any) -> str:
    """JSON without blanks, as orjson writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

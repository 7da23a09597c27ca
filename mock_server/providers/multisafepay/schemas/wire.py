"""Bytes and headers as MultiSafepay sends them: compact JSON, slashes and other scripts as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mock_server.web.operations import Call, Reply

JSON = "application/json"


def write(reply: Reply, call: Call) -> tuple[bytes, Mapping[str, str]]:
    """The body as bytes, and the answer's headers."""
    if reply.body is None:
        return b"", {**call.extra_headers, **reply.headers}
    body = reply.body if isinstance(reply.body, bytes) else compact(reply.body).encode("utf-8", "replace")
    return body, {"Content-Type": reply.content_type or JSON, **call.extra_headers, **reply.headers}


def compact(value: Any) -> str:
    """JSON without blanks, escaping only what it must: the form that notifications are signed in."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def succeeded(data: Any, **beside: Any) -> Reply:
    """The envelope of every success; ``beside`` stands next to data: a pager."""
    return Reply({"success": True, "data": data, **beside})

"""What Klarna's refusals look like on the wire, for the tests that provoke them."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse

from .conftest import Klarna

OPERATIONS = (
    "create_session", "read_session", "update_session", "create_order", "delete_authorization",
    "create_customer_token",
)  # fmt: skip
ON_ANY_ANSWER = {
    "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
    "Pragma": "no-cache",
    "Expires": "0",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Xss-Protection": "1; mode=block",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Server": "envoy",
}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
GATEWAY_PAGE = (
    b"<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
    b"<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>openresty</center>\r\n</body>\r\n</html>\r\n"
)


def perform(klarna: Klarna, operation: str) -> TestResponse:
    """A request of this operation that would be refused at least as unknown."""
    return {
        "create_session": lambda: klarna.create_session(),
        "read_session": lambda: klarna.read_session("nobody"),
        "update_session": lambda: klarna.update_session("nobody", {}),
        "create_order": lambda: klarna.create_order("nobody"),
        "delete_authorization": lambda: klarna.delete_authorization("nobody"),
        "create_customer_token": lambda: klarna.create_customer_token("nobody"),
    }[operation]()


def assert_refused(answer: TestResponse, status: int, code: str, messages: list[str]) -> None:
    """Status, bytes and headers are those of Klarna's envelope."""
    correlation_id = answer.headers["Klarna-Correlation-Id"]
    listed = f"[ {', '.join(chr(34) + message + chr(34) for message in messages)} ]" if messages else "[ ]"
    expected = (
        f'{{\n  "correlation_id" : "{correlation_id}",\n  "error_code" : "{code}",\n  "error_messages" : {listed}\n}}'
    )
    assert (status, expected) == (answer.status_code, answer.text)
    assert UUID.fullmatch(correlation_id)
    assert ("application/json", str(len(expected.encode()))) == (
        answer.headers["Content-Type"], answer.headers["Content-Length"],
    )  # fmt: skip
    assert ON_ANY_ANSWER == {name: answer.headers[name] for name in ON_ANY_ANSWER}
    assert re.fullmatch(r"\d+", answer.headers["Render-Time"])


def assert_is_gateway_page(answer: TestResponse) -> None:
    assert (401, GATEWAY_PAGE) == (answer.status_code, answer.data)
    assert ("text/html", "176", 'Basic realm="very closed site"', "openresty") == tuple(
        answer.headers[name] for name in ("Content-Type", "Content-Length", "Www-Authenticate", "Server")
    )
    assert "Klarna-Correlation-Id" not in answer.headers


def assert_is_rate_limited(answer: TestResponse) -> None:
    assert (429, b"", "0") == (answer.status_code, answer.data, answer.headers["Content-Length"])
    assert ("true", "envoy") == (answer.headers["X-Envoy-Ratelimited"], answer.headers["Server"])
    assert not {"Content-Type", "Klarna-Correlation-Id", "Retry-After"} & set(answer.headers.keys())

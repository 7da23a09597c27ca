"""Who may steer this server: loopback, or a caller with the token; no page of another site."""

from __future__ import annotations

import ipaddress
from hmac import compare_digest
from urllib.parse import urlsplit

from mock_server.core.errors import Misused
from mock_server.core.outbox import is_near
from mock_server.web.operations import Call, Credential

TOKEN_HEADER = "x-mock-control-token"


def authenticate(call: Call, token: str) -> Credential:
    """Let the call in; raises Misused (403), with what would have been accepted."""
    _refuse_foreign_page(call)
    sent = _sent_token(call)
    if sent and not (token and compare_digest(sent.encode(), token.encode())):
        raise Misused("the control token is not the one this server was started with", status=403, code="FORBIDDEN")
    if not sent and not _is_loopback(call.remote):
        raise Misused(
            f"control calls are answered to loopback only, this one came from {call.remote}; start the server with"
            f" --control-token and send it as {TOKEN_HEADER.title()}",
            status=403,
            code="FORBIDDEN",
        )
    return Credential("control")


def _refuse_foreign_page(call: Call) -> None:
    origin = call.headers.get("origin")
    if origin is None:
        return
    try:
        page = urlsplit(origin)
        own = page.netloc == call.headers.get("host") and is_near(page.hostname or "")
    except ValueError:
        own = False
    own = own or origin == call.base_url and not call.base_url.endswith(call.headers.get("host", ""))
    if not own:
        raise Misused(f"a page of {origin} may not steer this server", status=403, code="FORBIDDEN")


def _sent_token(call: Call) -> str:
    scheme, _, bearer = call.headers.get("authorization", "").partition(" ")
    return call.headers.get(TOKEN_HEADER) or (bearer if scheme.lower() == "bearer" else "")


def _is_loopback(address: str) -> bool:
    try:
        remote = ipaddress.ip_address(address)
    except ValueError:
        return False
    return bool((getattr(remote, "ipv4_mapped", None) or remote).is_loopback)

"""Who may steer this server: loopback, or a caller with the token; no page of another site."""

from __future__ import annotations

from hmac import compare_digest
from urllib.parse import urlsplit

from mock_server.core.errors import Misused
from mock_server.core.outbox import is_near
from mock_server.settings import Settings
from mock_server.web.operations import Call, Credential

TOKEN_HEADER = "x-mock-control-token"


def authenticate(call: Call, settings: Settings) -> Credential:
    """Let the call in; raises Misused (403), with what would have been accepted."""
    _refuse_foreign_page(call, settings)
    token = settings.control_token
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


def _refuse_foreign_page(call: Call, settings: Settings) -> None:
    """A browser says which page is calling. Without a public URL this server's own name must be a near one: any
    other may have been pointed at loopback by somebody else's DNS."""
    origin = call.headers.get("origin")
    if origin is None:
        return
    own = urlsplit(call.base_url)
    is_own = origin == f"{own.scheme}://{own.netloc}" and (settings.public_url or is_near(own.hostname or ""))
    if not is_own:
        raise Misused(f"a page of {origin} may not steer this server", status=403, code="FORBIDDEN")


def _sent_token(call: Call) -> str:
    scheme, _, bearer = call.headers.get("authorization", "").partition(" ")
    return call.headers.get(TOKEN_HEADER) or (bearer if scheme.lower() == "bearer" else "")


def _is_loopback(address: str) -> bool:
    import ipaddress  # not before a control call comes

    try:
        remote = ipaddress.ip_address(address)
    except ValueError:
        return False
    return bool((getattr(remote, "ipv4_mapped", None) or remote).is_loopback)

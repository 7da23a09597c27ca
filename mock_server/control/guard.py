"""Who may steer this server: loopback, or a caller with the token; no page of another site."""

from __future__ import annotations

from hmac import compare_digest
from urllib.parse import urlsplit

from mock_server.core.errors import Misused
from mock_server.core.sending import is_near
from mock_server.settings import Settings
from mock_server.web.operations import Call, Credential

TOKEN_HEADER = "x-mock-control-token"


def authenticate(call: Call, settings: Settings) -> Credential:
    """Let the call in; raises Misused (403), with what would have been accepted."""
    has_token = _sent_the_token(call, settings.control_token)
    _refuse_foreign_page(call, settings, has_token)
    if not has_token and not _is_loopback(call.remote):
        raise _forbidden(
            f"control calls are answered to loopback only, this one came from {call.remote}; start the server with"
            f" --control-token and send it as {TOKEN_HEADER.title()}"
        )
    return Credential("control")


def _refuse_foreign_page(call: Call, settings: Settings, has_token: bool) -> None:
    """Not by Origin alone: a name that somebody else's DNS points at loopback makes any page one of ours."""
    own = urlsplit(call.base_url)
    if not (settings.public_url or has_token or is_near(own.hostname or "")):
        raise _forbidden(f"{own.netloc} is no name of this server; if it is, start it with --public-url")
    origin = call.headers.get("origin")
    if origin is not None and origin != f"{own.scheme}://{own.netloc}":
        raise _forbidden(f"a page of {origin} may not steer this server")


def _sent_the_token(call: Call, token: str) -> bool:
    """Raises Misused for a wrong one; where no token is set, an Authorization header says nothing."""
    scheme, _, bearer = call.headers.get("authorization", "").partition(" ")
    sent = call.headers.get(TOKEN_HEADER) or (bearer if token and scheme.lower() == "bearer" else "")
    if sent and not (token and compare_digest(sent.encode(), token.encode())):
        raise _forbidden("the control token is not the one this server was started with")
    return bool(sent)


def _forbidden(text: str) -> Misused:
    return Misused(text, status=403, code="FORBIDDEN")


def _is_loopback(address: str) -> bool:
    import ipaddress  # not before a control call comes

    try:
        remote = ipaddress.ip_address(address)
    except ValueError:
        return False
    return bool((getattr(remote, "ipv4_mapped", None) or remote).is_loopback)

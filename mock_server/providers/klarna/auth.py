"""How a merchant proves who they are to Klarna, which world that names, and how often they may call."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from mock_server.core.errors import RateLimited, Unauthorised
from mock_server.core.store import Record
from mock_server.core.world import name_in
from mock_server.web.operations import Call, Credential

# the playground's limits per merchant and second; live it is 40 and 200. Source: docs.klarna.com, rate limit
SESSIONS_PER_S, OTHERS_PER_S = 5, 50


def authenticate(call: Call) -> Credential:
    """HTTP Basic with ``user:password``, or Klarna's API key as it is; the user names the world.

    Raises Unauthorised when there is none, or when either half is empty.
    Source: docs.klarna.com, authentication (read 2026-11-20).
    """
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    value = value.strip()
    if scheme.lower() != "basic" or not value:
        raise Unauthorised("an Authorization header with Basic credentials is expected")
    user, password = ("", value) if value.startswith("klarna_") else _decoded(value)
    if not password or not (user or value.startswith("klarna_")):
        raise Unauthorised("user name or password is empty")
    return Credential(user or value, password, name_in(user or value))


def _decoded(value: str) -> tuple[str, str]:
    try:
        user, _, password = b64decode(value, validate=True).decode("utf-8", "replace").partition(":")
    except ValueError as error:
        raise Unauthorised("the credentials are not Base64") from error
    return user, password


def admit(call: Call) -> None:
    """Refuse credentials that the setting does not list, and with limits on, too many calls a second.

    Raises Unauthorised, RateLimited. Every answer tells what is left of the second.
    """
    accepted = call.world.settings.klarna_credentials
    pair = f"{call.credential.user}:{call.credential.password}"
    if accepted and pair not in [text.strip() for text in accepted.split(",")]:
        raise Unauthorised("the credentials are not among those of the setting klarna_credentials")
    is_session = call.method == "POST" and call.path.rstrip("/").endswith("/sessions")
    limit = SESSIONS_PER_S if is_session else OTHERS_PER_S
    enforced = call.world.settings.klarna_rate_limits == "on"
    used = _count(call, "sessions" if is_session else "others") if enforced else 1
    call.extra_headers |= {
        "x-ratelimit-limit": f"{limit}, {limit};w=1",
        "x-ratelimit-remaining": str(max(limit - used, 0)),
        "x-ratelimit-reset": "1",
    }
    if used > limit:
        raise RateLimited(f"{used} calls in this second, the limit is {limit}")


def _count(call: Call, category: str) -> int:
    """Calls of this merchant and category in the current second of the world's clock, this one included."""
    second = call.world.clock.now_ms() // 1000

    def add(window: Record | None) -> Record:
        same = window is not None and window["second"] == second
        return {"second": second, "used": window["used"] + 1 if same and window else 1}

    window = call.world.store.change("klarna_rate", f"{category} {call.credential.user}", add)
    return int(window["used"]) if window else 1


def credentials(world: str, base_url: str) -> dict[str, Any]:
    """What a client in a world is configured with."""
    user, password = f"PK00001_world-{world}", "secret"
    basic = b64encode(f"{user}:{password}".encode()).decode()
    return {"base_url": base_url, "user": user, "password": password, "authorization": f"Basic {basic}"}

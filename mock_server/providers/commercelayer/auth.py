"""Who is asking: a client of the authorization server, or the bearer of a token; which world that names; how often.

Source: docs.commercelayer.io, authentication, roles and permissions, rate limits; headers of answers recorded in 2024
and 2025 (read 2026-11-21).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from mock_server.core.errors import Fault, Malformed
from mock_server.core.later import Later
from mock_server.core.store import Record
from mock_server.core.world import name_in
from mock_server.providers.commercelayer.errors import AccessDenied, InvalidClient, InvalidToken, Throttled
from mock_server.providers.commercelayer.state import tokens
from mock_server.web.consent import basic
from mock_server.web.operations import Call, Credential
from mock_server.web.pages import form

if TYPE_CHECKING:
    from mock_server.providers.commercelayer.actions import tokens as actions
else:
    actions = Later("mock_server.providers.commercelayer.actions.tokens")

OAUTH = "/oauth/"
_ACTIONS = {"L": "list", "R": "retrieve", "C": "create", "U": "update", "D": "delete"}

_FORM = "application/x-www-form-urlencoded"
_CACHEABLE = re.compile(
    r"bundles|imports|inventory_models|markets|prices|price_lists|promotions|\w+_promotions|skus|sku_options"
    r"|stock_items|stock_locations"
)
_AVERAGE_MS, _BURST_MS = 60_000, 10_000
_WINDOWS = "commercelayer.rate_limits"  # class and caller -> {"calls": [[ms, endpoint], ...]}, of the last minute


class Limit(NamedTuple):
    """What the test mode allows; live it is twice that, but for tokens."""

    name: str
    average: int  # calls a minute
    burst: int | None  # calls in ten seconds to one endpoint


_TOKENS = Limit("oauth", 30, None)
_CACHEABLE_READS, _OTHER_READS, _WRITES = Limit("cacheable", 500, 125), Limit("read", 100, 25), Limit("write", 100, 25)


@dataclass(frozen=True)
class Principal:
    """Who acts, and on what."""

    kind: str  # sales_channel, integration or webapp
    market_ids: tuple[str, ...]  # none: all markets
    customer_id: str  # the customer who logged in, or ""
    mode: str  # "test" or "live"
    organization_id: str


def authenticate(call: Call) -> Credential:
    """The client of a call to the authorization server, anywhere else the bearer of a token; either names the world.

    Raises InvalidClient, InvalidToken; Malformed for a client's body that cannot be read.
    """
    _tell(call, _limit_of(call)[0], used=1)
    if call.path.startswith(OAUTH):
        return _client(call)
    token = _bearer(call)
    if not token:
        raise InvalidToken(faults=[Fault("", "a header Authorization: Bearer <access token> is expected")])
    return _bearer_of(token)


def _client(call: Call) -> Credential:
    """The client, or who shows a token instead: that names the world, the rest is the operation's to refuse."""
    told = read_request(call)
    client_id, secret = told.get("client_id"), told.get("client_secret")
    if client_id and isinstance(client_id, str):
        return Credential(client_id, secret if isinstance(secret, str) else "", name_in(client_id))
    token = told.get("token") or _bearer(call)
    if not token or not isinstance(token, str):
        raise InvalidClient(faults=[Fault("client_id", "client_id is missing: in JSON, in a form or as HTTP Basic")])
    try:
        return Credential("", world=_bearer_of(token).world)
    except InvalidToken:
        return Credential("", world=name_in(token))


def _bearer_of(token: str) -> Credential:
    claims = tokens.claims_of(token)
    if claims is None:
        return Credential(token, world=name_in(token))
    client_id, _ = tokens.application_in(claims)
    return Credential(client_id, world=name_in(client_id), claims=claims)


def _bearer(call: Call) -> str:
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def read_request(call: Call) -> dict[str, Any]:
    """The body of a call to the authorization server, JSON or a form; HTTP Basic stands in for a client it lacks.

    Raises Malformed.
    """
    text = call.read().removeprefix("\ufeff")
    content_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_form = content_type == _FORM or not (text.lstrip().startswith("{") or content_type.endswith("json"))
    told = dict(form(call)) if is_form else _json(text)
    client_id, secret = basic(call)
    if client_id and not told.get("client_id"):
        told |= {"client_id": client_id, "client_secret": told.get("client_secret") or secret}
    return told


def _json(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the body is no JSON: {error}") from error
    if not isinstance(told, dict):
        raise Malformed("the body is no JSON object")
    return told


def admit(call: Call) -> None:
    """Refuse callers who come too often, and tokens that are unlisted, expired, revoked or, when strict, none at all.

    Raises Throttled, InvalidToken. Every answer tells the limit and what is left of it.
    """
    _count(call)
    if call.path.startswith(OAUTH):
        return
    settings, credential = call.world.settings, call.credential
    if not credential.claims:
        if settings.commercelayer_strict_auth == "on":
            raise _refusal("the token is no JWT, which the setting commercelayer_strict_auth wants")
        return
    if not actions.is_known(call.world, credential.user):
        raise _refusal(f"the client {credential.user} is not among those of the setting commercelayer_clients")
    expires_s = credential.claims.get("exp")
    if not isinstance(expires_s, int | float) or expires_s * 1000 <= call.world.clock.now_ms():
        raise _refusal("the token has expired by this world's clock")
    if call.world.store.get(tokens.REVOKED, tokens.fingerprint(_bearer(call))) is not None:
        raise _refusal("the token was revoked")


def _refusal(text: str) -> InvalidToken:
    return InvalidToken(faults=[Fault("", text)])


def _count(call: Call) -> None:
    limit, endpoint = _limit_of(call)
    is_enforced = call.world.settings.commercelayer_rate_limits == "on"
    used, why_not = _used(call, limit, endpoint) if is_enforced else (1, "")
    _tell(call, limit, used)
    if limit is _CACHEABLE_READS:
        call.extra_headers |= {"Cache-Control": "public, no-cache", "Vary": "Authorization, Accept-Encoding, Origin"}
    if why_not:
        raise Throttled(faults=[Fault("", why_not)])


def _tell(call: Call, limit: Limit, used: int) -> None:
    call.extra_headers |= {
        "X-Ratelimit-Limit": str(limit.average),
        "X-Ratelimit-Interval": str(_AVERAGE_MS // 1000),
        "X-Ratelimit-Remaining": str(limit.average - used),
    }


def _limit_of(call: Call) -> tuple[Limit, str]:
    """The class of a call, and the endpoint whose bursts count. Revoking counts as asking for a token does."""
    if call.path.startswith(OAUTH):
        return _TOKENS, call.path
    endpoint = call.path.removeprefix("/api").strip("/").partition("/")[0]
    if call.method not in ("GET", "HEAD"):
        return _WRITES, endpoint
    return (_CACHEABLE_READS if _CACHEABLE.fullmatch(endpoint) else _OTHER_READS), endpoint


def _used(call: Call, limit: Limit, endpoint: str) -> tuple[int, str]:
    """Calls of this caller in the last minute, this one included if it may pass; and why it may not."""
    now_ms = call.world.clock.now_ms()
    why_not: list[str] = []

    def add(window: Record | None) -> Record:
        calls = [each for each in (window or {"calls": []})["calls"] if each[0] > now_ms - _AVERAGE_MS]
        in_burst = sum(1 for ms, where in calls if where == endpoint and ms > now_ms - _BURST_MS)
        why_not[:] = []
        if len(calls) >= limit.average:
            why_not[:] = [f"the limit for {limit.name} calls is {limit.average} a minute"]
        elif limit.burst is not None and in_burst >= limit.burst:
            why_not[:] = [f"the limit for {limit.name} calls to {endpoint} is {limit.burst} in 10 seconds"]
        return {"calls": calls if why_not else [*calls, [now_ms, endpoint]]}

    window = call.world.store.change(_WINDOWS, f"{limit.name} {call.remote}", add) or {"calls": []}
    return len(window["calls"]), "".join(why_not)


def principal_of(call: Call) -> Principal:
    """An opaque token is an integration's, in test mode."""
    claims = call.credential.claims
    _, kind = tokens.application_in(claims)
    owner, market, organization = (_part(claims, name) for name in ("owner", "market", "organization"))
    return Principal(
        kind=kind if kind in tokens.KINDS else tokens.INTEGRATION,
        market_ids=tuple(market.get("id") or ()),
        customer_id=str(owner.get("id", "")) if owner.get("type") == "Customer" else "",
        mode="test" if claims.get("test", True) else "live",
        organization_id=str(organization.get("id") or tokens.organization_of(call.world)["id"]),
    )


def _part(claims: Any, name: str) -> dict[str, Any]:
    part = claims.get(name)
    return part if isinstance(part, dict) else {}


def require(principal: Principal, allowed: str, action: str) -> None:
    """Whether a sales channel may do this; ``allowed`` has letters of LRCUD: list, retrieve, create, update, delete.

    Raises AccessDenied. Integrations and webapps may do everything.
    """
    if principal.kind == tokens.SALES_CHANNEL and action not in allowed:
        may = ", ".join(_ACTIONS[letter] for letter in allowed) or "nothing"
        text = f"a sales channel may not {_ACTIONS[action]} these; it may: {may}"
        raise AccessDenied(faults=[Fault("", text)])


def credentials(world: str, base_url: str) -> dict[str, Any]:
    """What a client in a world is configured with."""
    return {
        "base_url": f"{base_url}/api",
        "auth_url": f"{base_url}/oauth/token",
        "client_id": f"sales_channel_world-{world}",
        "integration_client_id": f"integration_world-{world}",
        "client_secret": "secret",
        "scope": "market:code:EU",
        "authorization": f"Bearer token_world-{world}",
    }

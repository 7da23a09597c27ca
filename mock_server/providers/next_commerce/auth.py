"""Who is asking, what they may do, which version of the API they speak, how often; which world the token names.

Source: developers.nextcommerce.com, admin api: authentication, permissions, versions, rate limits; campaigns api (read
2026-11-21).
"""

from __future__ import annotations

from typing import Any

from mock_server.core.errors import Fault, UnknownPath
from mock_server.core.store import Record
from mock_server.core.world import DEFAULT, World, name_in
from mock_server.providers.next_commerce.errors import (
    InvalidAccessToken,
    NotAcceptable,
    NotAuthenticated,
    PermissionDenied,
    Throttled,
)
from mock_server.providers.next_commerce.state import access, records
from mock_server.providers.next_commerce.state.versions import OLD, VERSIONS
from mock_server.web.consent import basic
from mock_server.web.operations import Call, Credential
from mock_server.web.pages import form

BASE, CAMPAIGNS, OAUTH = "/api/admin", "/api/v1", "/oauth2"
_VERSION = "x-29next-api-version"
_MOST_PER_SECOND = 4
_WINDOWS = "rate_limits"


def authenticate(call: Call) -> Credential:
    """The bearer of a token, or a campaign's key, which comes bare; either names the world.

    Refuses nobody: unknown paths are the storefront's, which asks for no token.
    """
    header = call.headers.get("authorization", "").strip()
    if call.path.startswith(CAMPAIGNS):
        return Credential(header, world=name_in(header))
    if call.path.startswith(OAUTH):
        return _client(call)
    scheme, _, token = header.partition(" ")
    token = token if scheme.lower() == "bearer" and " " not in token else ""
    return Credential(token, world=name_in(token))


def _client(call: Call) -> Credential:
    """Who asks the authorization server; a world is named by the client, else by what it trades in."""
    told = read_token_request(call)
    client_id = told.get("client_id", "")
    traded = told.get("code") or told.get("refresh_token") or ""
    world = name_in(client_id)
    return Credential(client_id, told.get("client_secret", ""), name_in(traded) if world == DEFAULT else world)


def read_token_request(call: Call) -> dict[str, str]:
    """The form that asks for a token; HTTP Basic stands in for a client it lacks. Raises Malformed."""
    call.read()
    told = dict(form(call))
    client_id, secret = basic(call)
    if client_id and not told.get("client_id"):
        told |= {"client_id": client_id, "client_secret": secret}
    return told


def admit(call: Call) -> None:
    """Refuse callers without a token, with one that is not listed or lacks the scope, of no known version, too often.

    Raises NotAuthenticated, PermissionDenied, NotAcceptable, Throttled.
    """
    if not call.operation or call.path.startswith(OAUTH):
        return
    if not call.credential.user:
        raise NotAuthenticated(faults=[Fault("", _why_nobody(call))])
    scopes = _scopes(call.world, call.credential.user)
    if call.path.startswith(BASE):
        _check_version(call)
        _check_scope(call, scopes)
    _check_rate(call)


def _why_nobody(call: Call) -> str:
    header = call.headers.get("authorization", "")
    if call.path.startswith(CAMPAIGNS):
        return "a header Authorization: <campaign key> is expected"
    scheme = header.partition(" ")[0]
    found = f", {scheme!r} came" if header else ""
    return f"a header Authorization: Bearer <token> is expected{found}"


def _scopes(world: World, token: str) -> list[str]:
    """What a token may do: as the authorization server or the setting says, else everything."""
    known = access.granted(world, token)
    if known is not None:
        if known["is_revoked"]:
            raise InvalidAccessToken(faults=[Fault("", "the token was refreshed; the new one is to be used")])
        return list(known["scopes"])
    listed = _listed(world.settings.next_commerce_tokens)
    if listed and token not in listed:
        raise InvalidAccessToken(faults=[Fault("", "the token is not among those of the setting next_commerce_tokens")])
    return listed.get(token) or access.EVERYTHING.split()


def _listed(setting: str) -> dict[str, list[str]]:
    """``token`` or ``token=orders:read orders:write``, comma separated."""
    pairs = (text.strip().partition("=") for text in setting.split(",") if text.strip())
    return {token.strip(): scopes.split() for token, _, scopes in pairs}


def _check_scope(call: Call, scopes: list[str]) -> None:
    below = call.path.removeprefix(BASE)
    if not access.is_allowed(scopes, call.method, below):
        asked = " or ".join(access.wanted(call.method, below))
        raise PermissionDenied.because(f"{asked} is wanted, the token has {' '.join(scopes) or 'no scope'}")


def version_of(call: Call) -> str:
    """Without the header it is the oldest."""
    return call.headers.get(_VERSION, OLD).strip().lower()


def _check_version(call: Call) -> None:
    if version_of(call) not in VERSIONS:
        why = f"X-29next-API-Version is {call.headers[_VERSION]!r}, expected {', '.join(VERSIONS)}"
        raise NotAcceptable.because(why)


def require_version(call: Call, *versions: str) -> None:
    """For an operation that only these versions have; raises UnknownPath."""
    if version_of(call) not in versions:
        raise UnknownPath(f"{call.path} is of version {' or '.join(versions)}, this call is of {version_of(call)}")


def _check_rate(call: Call) -> None:
    """Four a second for each token, or for each address of campaigns."""
    if call.world.settings.next_commerce_rate_limits == "off":
        return
    is_campaign = call.path.startswith(CAMPAIGNS)
    who = call.remote if is_campaign else call.credential.user
    now_ms = call.world.clock.now_ms()
    refused: list[bool] = []

    def add(window: Record | None) -> Record:
        calls = [at for at in (window or {"calls": []})["calls"] if at > now_ms - 1000]
        refused[:] = [len(calls) >= _MOST_PER_SECOND]
        return {"calls": calls if refused[0] else [*calls, now_ms]}

    call.world.store.change(f"{records.KIND}{_WINDOWS}", f"{is_campaign} {who}", add)
    if refused[0]:
        raise Throttled(faults=[Fault("", f"the limit is {_MOST_PER_SECOND} calls a second")])


def merchant_of(credential: Credential) -> str:
    """Whose sessions the ledger's are."""
    return f"next_commerce {credential.user[:40]}"


def credentials(world: str, base_url: str) -> dict[str, Any]:
    """What a client in a world is configured with."""
    token = f"token_world-{world}"
    return {
        "base_url": f"{base_url}{BASE}/",
        "token": token,
        "authorization": f"Bearer {token}",
        "campaigns_url": f"{base_url}{CAMPAIGNS}/",
        "campaign_key": f"campaign_world-{world}",
        "client_id": f"app_world-{world}",
        "client_secret": "secret",
    }

"""Access tokens: what an app may ask a store for, codes, and the tokens that codes are traded for.

Sources: developers.nextcommerce.com, apps: oauth, getting started; django-oauth-toolkit 3.0 for refusals, for what no
scope asks for and for refreshing (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from mock_server.core.clock import to_ms
from mock_server.core.errors import Fault
from mock_server.core.store import Record
from mock_server.core.world import DEFAULT, World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.state import access, records

LIFETIME_S = 15_778_476_000  # as the guide shows it: five centuries
_CODE_LIFETIME = timedelta(minutes=10)
_TOKEN_LENGTH = 30
_WEB_ADDRESS = re.compile(r"https?://[^\s#]+", re.IGNORECASE)


def network_domain(world: World) -> str:
    """The store's own host name."""
    return f"{world.settings.next_commerce_store}.29next.store"


def check_authorization(world: World, query: Mapping[str, str]) -> list[str]:
    """The scopes that a browser may be asked for; raises OAuthError, InvalidClient, InvalidScope."""
    if not query.get("client_id"):
        raise errors.InvalidClient("Missing client_id parameter.", faults=[Fault("client_id", "client_id is missing")])
    if query.get("response_type") != "code":
        raise _malformed("response_type", f"response_type is {query.get('response_type')!r}, expected 'code'")
    if not _is_web_address(query.get("redirect_uri", "")):
        raise _malformed("redirect_uri", f"redirect_uri is {query.get('redirect_uri')!r}, expected an http(s) URL")
    return check_scopes(query.get("scope", "").split())


def check_scopes(asked: Sequence[str]) -> list[str]:
    """The scopes asked for, each once; none stands for all. Raises InvalidScope."""
    unknown = [scope for scope in asked if scope not in access.SCOPES]
    if unknown:
        text = f"unknown: {', '.join(unknown)}; known: {', '.join(access.SCOPES)}"
        raise errors.InvalidScope(faults=[Fault("scope", text)])
    return list(dict.fromkeys(asked)) or access.EVERYTHING.split()


def grant_code(world: World, query: Mapping[str, str]) -> str:
    """A code for one token, good for 10 minutes; raises what ``check_authorization`` raises.

    Source: developers.nextcommerce.com, oauth (read 2026-11-21).
    """
    scopes = check_authorization(world, query)
    code = _drawn(world, "code")
    granted = {
        "client_id": query["client_id"],
        "redirect_uri": query["redirect_uri"],
        "scopes": scopes,
        "expires_ms": to_ms(world.clock.now() + _CODE_LIFETIME),
    }
    records.put(world, access.CODES, code, granted)
    return code


def issue(world: World, scopes: Sequence[str], client_id: str) -> str:
    """A token that may do this much, and no more."""
    token = _drawn(world, "token")
    records.put(world, access.TOKENS, token, {"scopes": list(scopes), "client_id": client_id, "is_revoked": False})
    return token


def exchange(world: World, asked: Mapping[str, str]) -> dict[str, Any]:
    """A token for a code, or a new one for a refresh token, which takes the earlier token's place; each only once.

    Raises InvalidClient, UnsupportedGrantType, InvalidGrant, OAuthError.
    Source: developers.nextcommerce.com, oauth (read 2026-11-21).
    """
    for name in ("client_id", "client_secret"):
        if not asked.get(name):
            text = f"{name} is missing; a form is expected, or HTTP Basic"
            raise errors.InvalidClient(faults=[Fault(name, text)])
    grant = _GRANTS.get(asked.get("grant_type", ""))
    if grant is None:
        text = f"grant_type is {asked.get('grant_type')!r}, expected one of {', '.join(_GRANTS)}"
        raise errors.UnsupportedGrantType(faults=[Fault("grant_type", text)])
    scopes = grant(world, asked)
    token, refresh = issue(world, scopes, asked["client_id"]), _drawn(world, "refresh_token")
    beside = {"scopes": scopes, "client_id": asked["client_id"], "access_token": token}
    records.put(world, access.REFRESH, refresh, beside)
    return {
        "access_token": token,
        "expires_in": LIFETIME_S,
        "token_type": "Bearer",
        "scope": " ".join(scopes),
        "refresh_token": refresh,
    }


def _by_code(world: World, asked: Mapping[str, str]) -> list[str]:
    """The scopes of a code, which is spent."""
    granted = _granted(world, access.CODES, "code", asked)
    if granted["expires_ms"] <= world.clock.now_ms():
        raise _bad_grant("code", "the code has expired; codes are good for 10 minutes")
    if granted["redirect_uri"] != asked.get("redirect_uri"):
        text = f"redirect_uri is {asked.get('redirect_uri')!r}, the code was sent to {granted['redirect_uri']!r}"
        raise errors.OAuthError("Mismatching redirect URI.", faults=[Fault("redirect_uri", text)])
    return list(_spent(world, access.CODES, "code", asked)["scopes"])


def _by_refresh(world: World, asked: Mapping[str, str]) -> list[str]:
    """The scopes of a refresh token, which is spent, and its access token with it."""
    _granted(world, access.REFRESH, "refresh_token", asked)
    spent = _spent(world, access.REFRESH, "refresh_token", asked)
    records.change(world, access.TOKENS, spent["access_token"], lambda token: {**token, "is_revoked": True})
    return list(spent["scopes"])


_GRANTS: Mapping[str, Callable[[World, Mapping[str, str]], list[str]]] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh,
}


def _granted(world: World, kind: str, name: str, asked: Mapping[str, str]) -> Record:
    """What a code or refresh token stands for; raises OAuthError, InvalidGrant."""
    if not asked.get(name):
        raise errors.OAuthError(f"Missing {name} parameter.", faults=[Fault(name, f"{name} is missing")])
    granted = records.find(world, kind, asked[name])
    if granted is None:
        raise _bad_grant(name, f"the {name} is unknown, or was used already")
    if granted["client_id"] != asked["client_id"]:
        raise _bad_grant(name, f"the {name} was given to {granted['client_id']}, not to {asked['client_id']}")
    return granted


def _spent(world: World, kind: str, name: str, asked: Mapping[str, str]) -> Record:
    """Of several who come at once one succeeds; raises InvalidGrant for the others."""
    found: list[Record] = []

    def take(kept: Record | None) -> None:
        found[:] = [kept] if kept is not None else []

    world.store.change(f"{records.KIND}{kind}", asked[name], take)
    if not found:
        raise _bad_grant(name, f"the {name} was used at the same time")
    return found[0]


def _drawn(world: World, kind: str) -> str:
    """A new token or code; it names its world."""
    text = world.ids.token(f"next_commerce.{kind}", _TOKEN_LENGTH)
    return text if world.name == DEFAULT else f"{text}_world-{world.name}"


def _is_web_address(url: str) -> bool:
    """A plain http(s) URL: no other scheme, no fragment, nothing that a header could not carry."""
    try:
        return bool(_WEB_ADDRESS.fullmatch(url) and url.isprintable() and url.isascii() and urlsplit(url).hostname)
    except ValueError:
        return False


def _malformed(name: str, text: str) -> errors.OAuthError:
    return errors.OAuthError(f"Invalid {name} parameter value.", faults=[Fault(name, text)])


def _bad_grant(name: str, text: str) -> errors.InvalidGrant:
    return errors.InvalidGrant(faults=[Fault(name, text)])

"""Access tokens: each grant's way of giving one out, what a scope may say, and how tokens are taken back.

Source: docs.commercelayer.io, authentication and its pages per grant; the live specs of the JavaScript auth library
(read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from mock_server.core.errors import Fault
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.state import records, tokens
from mock_server.providers.commercelayer.state.customers import find_by_email
from mock_server.providers.commercelayer.state.scopes import EVERYTHING, markets_in
from mock_server.providers.commercelayer.state.tokens import INTEGRATION, SALES_CHANNEL, WEBAPP

CLAIMS = "https://commercelayer.io/claims"  # of an assertion: {"owner": {"type", "id"}, "custom_claim": {...}}

_LIFETIMES_S = {SALES_CHANNEL: 14_400, INTEGRATION: 7_200, WEBAPP: 7_200}
_REFRESH_LIFETIME_MS = 14 * 86_400_000
_CODE_LIFETIME_MS = 600_000
_LONGEST_ASSERTION = 4096
_TOKEN_LENGTH = 43
_WEB_ADDRESS = re.compile(r"https?://[^\s#]+", re.IGNORECASE)

# what a token is for: client_id, kind, scope, owner ({"id", "type"} or None), custom_claim
Grant = dict[str, Any]


def issue(world: World, request: Mapping[str, Any]) -> dict[str, Any]:
    """A new access token; all grants but client_credentials give a refresh token beside it, good for two weeks.

    What kind of application asks is told by the beginning of its client_id (sales_channel, integration, webapp), or
    else by its secret: with one it is an integration. Sales channels' tokens live 4 hours, others 2.
    Raises InvalidClient, InvalidGrant, InvalidAssertion, InvalidScope.
    Source: docs.commercelayer.io, authentication (read 2026-11-21).
    """
    if not is_known(world, request["client_id"], request.get("client_secret", "")):
        raise _unknown_client(request["client_id"])
    grant, spend = _GRANTS[request["grant_type"]](world, request)
    market_ids = markets_in(world, grant["scope"])
    spend()
    now_ms, lifetime_s = world.clock.now_ms(), _LIFETIMES_S[grant["kind"]]
    access = tokens.sign(_claims(world, grant, market_ids, now_ms // 1000, lifetime_s))
    answer = {"access_token": access, "token_type": "Bearer", "expires_in": lifetime_s}
    if request["grant_type"] != "client_credentials":
        answer["refresh_token"] = _refresh_token(world, grant, access, now_ms)
    answer |= {"scope": grant["scope"], "created_at": now_ms // 1000}
    if grant["owner"]:
        answer |= {"owner_id": grant["owner"]["id"], "owner_type": grant["owner"]["type"].lower()}
    return answer


def revoke(world: World, request: Mapping[str, Any]) -> dict[str, Any]:
    """Take back an access token, or a refresh token, with the other one issued beside it. Unknown ones are none.

    Raises UnauthorizedClient for another client than it was issued to, and for a confidential one without its secret.
    Source: docs.commercelayer.io, revoking a token; RFC 7009 for unknown tokens (read 2026-11-21).
    """
    client_id, secret = request.get("client_id", ""), request.get("client_secret", "")
    if not client_id or not is_known(world, client_id, secret):
        raise errors.UnauthorizedClient(faults=[Fault("client_id", f"client_id is {client_id!r}, no known client")])
    token = request["token"]
    refresh = world.store.get(tokens.REFRESH, token)
    if refresh is not None:
        _check_right(refresh["client_id"], refresh["kind"], client_id, secret)
        _withdraw(world, refresh["access"])
        return {}
    try:
        claims = tokens.claims_of(token)
    except errors.InvalidToken:
        claims = None
    if claims:
        _check_right(*tokens.application_in(claims), client_id, secret)
        _withdraw(world, tokens.fingerprint(token))
    return {}


def check_authorization(world: World, query: Mapping[str, str]) -> None:
    """Whether a browser may be asked for its consent; raises InvalidClient, InvalidOAuthRequest, InvalidScope."""
    client_id = query.get("client_id", "")
    if not client_id or not is_known(world, client_id):
        raise _unknown_client(client_id)
    if query.get("response_type") != "code":
        raise _malformed("response_type", f"response_type is {query.get('response_type')!r}, expected 'code'")
    if not _is_web_address(query.get("redirect_uri", "")):
        raise _malformed("redirect_uri", f"redirect_uri is {query.get('redirect_uri')!r}, expected an http(s) URL")
    markets_in(world, query.get("scope") or EVERYTHING)


def grant_code(world: World, query: Mapping[str, str]) -> str:
    """A code for one token, good for 10 minutes; raises what ``check_authorization`` raises.

    Source: docs.commercelayer.io, authorization code (read 2026-11-21).
    """
    check_authorization(world, query)
    code = world.ids.token("commercelayer.authorization_code", _TOKEN_LENGTH)
    granted = {
        "client_id": query["client_id"],
        "redirect_uri": query["redirect_uri"],
        "scope": query.get("scope") or EVERYTHING,
        "expires_ms": world.clock.now_ms() + _CODE_LIFETIME_MS,
    }
    world.store.put(tokens.CODES, code, granted)
    return code


def is_known(world: World, client_id: str, secret: str | None = None) -> bool:
    """Whether the setting lists the client, with this secret when it lists one; ``None``: whatever its secret."""
    listed = [item.strip() for item in world.settings.commercelayer_clients.split(",") if item.strip()]
    for item in listed:
        known, colon, its_secret = item.partition(":")
        if known == client_id and (not colon or secret is None or its_secret == secret):
            return True
    return not listed


def _kind_of(request: Mapping[str, Any]) -> str:
    """Raises InvalidClient for a confidential client without its secret."""
    client_id, secret = request["client_id"], request.get("client_secret", "")
    named = (kind for kind in tokens.KINDS if client_id.startswith(kind))
    return _checked_kind(next(named, INTEGRATION if secret else SALES_CHANNEL), secret)


def _checked_kind(kind: str, secret: str) -> str:
    if kind != SALES_CHANNEL and not secret:
        raise errors.InvalidClient(faults=[Fault("client_secret", f"an application of kind {kind} needs its secret")])
    return kind


def _grant(request: Mapping[str, Any], owner: Mapping[str, str] | None = None, custom_claim: Any = None) -> Grant:
    return {
        "client_id": request["client_id"],
        "kind": _kind_of(request),
        "scope": request.get("scope") or EVERYTHING,
        "owner": owner,
        "custom_claim": custom_claim,
    }


def _nothing() -> None:
    """What most grants spend."""


Spend = Callable[[], None]


def _by_client(world: World, request: Mapping[str, Any]) -> tuple[Grant, Spend]:
    return _grant(request), _nothing


def _by_password(world: World, request: Mapping[str, Any]) -> tuple[Grant, Spend]:
    customer = find_by_email(world, request["username"])
    if customer is None:
        raise _bad_grant("username", f"no customer has the e-mail {request['username']}")
    if customer["private"].get("password_digest") != tokens.digest_of(request["password"]):
        raise _bad_grant("password", "password is not the customer's")
    return _grant(request, {"id": customer["id"], "type": "Customer"}), _nothing


def _by_refresh(world: World, request: Mapping[str, Any]) -> tuple[Grant, Spend]:
    """The same again; the refresh token is spent."""
    token = request["refresh_token"]
    grant = _granted(world, tokens.REFRESH, token, request, "refresh_token")
    _checked_kind(grant["kind"], request.get("client_secret", ""))
    return grant, lambda: _spend(world, tokens.REFRESH, token, "refresh_token")


def _by_code(world: World, request: Mapping[str, Any]) -> tuple[Grant, Spend]:
    """For the one user whom every organization here has."""
    code = request["code"]
    granted = _granted(world, tokens.CODES, code, request, "code")
    if granted["redirect_uri"] != request["redirect_uri"]:
        raise _bad_grant("redirect_uri", f"redirect_uri is {request['redirect_uri']}, not the one that got the code")
    _checked_kind(WEBAPP, request.get("client_secret", ""))
    user = {"id": records.fixed_id(f"user of {world.settings.commercelayer_organization}"), "type": "User"}
    grant = {"client_id": granted["client_id"], "kind": WEBAPP, "scope": granted["scope"], "owner": user}
    return {**grant, "custom_claim": None}, lambda: _spend(world, tokens.CODES, code, "code")


def _by_assertion(world: World, request: Mapping[str, Any]) -> tuple[Grant, Spend]:
    """On behalf of a customer of this world or of any user, with claims of the client's own, or both."""
    if len(request["assertion"]) > _LONGEST_ASSERTION:
        raise _bad_assertion(f"it is above {_LONGEST_ASSERTION} characters")
    asserted = tokens.assertion_of(request["assertion"])
    if asserted is None:
        raise _bad_assertion("it is no JWT signed with HS512 and the secret cl")
    expires = asserted.get("exp")
    if isinstance(expires, int | float) and expires * 1000 <= world.clock.now_ms():
        raise _bad_assertion("it has expired")
    claims = asserted.get(CLAIMS)
    if not isinstance(claims, dict) or not (claims.get("owner") or claims.get("custom_claim")):
        raise _bad_assertion(f"{CLAIMS} has neither owner nor custom_claim")
    owner, custom_claim = claims.get("owner"), claims.get("custom_claim")
    if custom_claim is not None and not isinstance(custom_claim, dict):
        raise _bad_assertion("custom_claim is no object")
    return _grant(request, _asserted_owner(world, owner) if owner else None, custom_claim), _nothing


def _asserted_owner(world: World, owner: Any) -> dict[str, str]:
    type_, id_ = (owner.get("type"), owner.get("id")) if isinstance(owner, dict) else (None, None)
    if type_ not in ("Customer", "User") or not isinstance(id_, str) or not id_:
        raise _bad_assertion("owner is no {type: Customer or User, id}")
    if type_ == "Customer" and records.find(world, "customers", id_) is None:
        raise _bad_assertion(f"no customer has the id {id_}")
    return {"id": id_, "type": type_}


_GRANTS: Mapping[str, Callable[[World, Mapping[str, Any]], tuple[Grant, Spend]]] = {
    "client_credentials": _by_client,
    "password": _by_password,
    "refresh_token": _by_refresh,
    "authorization_code": _by_code,
    tokens.JWT_BEARER: _by_assertion,
}


def _granted(world: World, kind: str, key: str, request: Mapping[str, Any], name: str) -> Record:
    """A code or refresh token as it is kept; raises InvalidGrant when it is unknown, too old or another client's."""
    kept = world.store.get(kind, key)
    if kept is None:
        raise _bad_grant(name, f"{name} is unknown, or was used already")
    if kept["expires_ms"] <= world.clock.now_ms():
        raise _bad_grant(name, f"{name} has expired")
    if kept["client_id"] != request["client_id"]:
        raise _bad_grant(name, f"{name} was issued to {kept['client_id']}, not to {request['client_id']}")
    return kept


def _spend(world: World, kind: str, key: str, name: str) -> None:
    """Of several who come at once one succeeds; raises InvalidGrant for the others."""
    found: list[bool] = []

    def take(kept: Record | None) -> None:
        found[:] = [kept is not None]

    world.store.change(kind, key, take)
    if not found[0]:
        raise _bad_grant(name, f"{name} was used at the same time")


def _refresh_token(world: World, grant: Grant, access: str, now_ms: int) -> str:
    token = world.ids.token("commercelayer.refresh_token", _TOKEN_LENGTH)
    beside = {"access": tokens.fingerprint(access), "expires_ms": now_ms + _REFRESH_LIFETIME_MS}
    world.store.put(tokens.REFRESH, token, {**grant, **beside, "token": token})
    return token


def _claims(world: World, grant: Grant, market_ids: list[str], now_s: int, lifetime_s: int) -> dict[str, Any]:
    """As recorded, in that order."""
    is_public = grant["kind"] == SALES_CHANNEL
    market = {"id": market_ids, "stock_location_ids": [], "geocoder_id": None, "allows_external_prices": False}
    optional = {
        "market": market if market_ids else None, "owner": grant["owner"], "custom_claim": grant["custom_claim"]
    }  # fmt: skip
    return {
        "organization": tokens.organization_of(world),
        "application": {
            "id": records.fixed_id(f"application {grant['client_id']}"),
            "client_id": grant["client_id"],
            "kind": grant["kind"],
            "public": is_public,
            "confidential": not is_public,
        },
        **{name: claim for name, claim in optional.items() if claim},
        "scope": grant["scope"],
        "exp": now_s + lifetime_s,
        "test": True,
        "rand": world.ids.draw("commercelayer.rand").random(),
        "iat": now_s,
        "iss": f"https://auth.{world.settings.commercelayer_domain}",
    }


def _check_right(its_client: str, kind: str, client_id: str, secret: str) -> None:
    if its_client != client_id:
        raise errors.UnauthorizedClient(faults=[Fault("client_id", f"the token is {its_client}'s, not {client_id}'s")])
    if kind != SALES_CHANNEL and not secret:
        raise errors.UnauthorizedClient(faults=[Fault("client_secret", f"tokens of kind {kind} need it")])


def _withdraw(world: World, fingerprint: str) -> None:
    """An access token, and the refresh token issued beside it."""
    world.store.put(tokens.REVOKED, fingerprint, {})

    for kept in world.store.all(tokens.REFRESH):
        if kept["access"] == fingerprint:
            world.store.change(tokens.REFRESH, kept["token"], lambda _: None)


def _is_web_address(url: str) -> bool:
    """A plain http(s) URL: no other scheme, no fragment, nothing that a header could not carry."""
    try:
        return bool(_WEB_ADDRESS.fullmatch(url) and url.isprintable() and urlsplit(url).hostname)
    except ValueError:
        return False


def _unknown_client(client_id: str) -> errors.InvalidClient:
    text = f"client_id is {client_id!r}; it, or its secret, is not among those of the setting commercelayer_clients"
    return errors.InvalidClient(faults=[Fault("client_id", text if client_id else "client_id is missing")])


def _malformed(name: str, text: str) -> errors.InvalidOAuthRequest:
    return errors.InvalidOAuthRequest(faults=[Fault(name, text)])


def _bad_grant(name: str, text: str) -> errors.InvalidGrant:
    return errors.InvalidGrant(faults=[Fault(name, text)])


def _bad_assertion(text: str) -> errors.InvalidAssertion:
    return errors.InvalidAssertion(faults=[Fault("assertion", text)])

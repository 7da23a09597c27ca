"""How a website proves who it is to MultiSafepay, and which world that names."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from mock_server.core.errors import Unauthorised
from mock_server.core.world import World, name_in
from mock_server.providers.multisafepay.state import orders
from mock_server.web.operations import Call, Credential

_KEY_LENGTH = 40  # of every key published; some clients insist on it


def authenticate(call: Call) -> Credential:
    """The website's API key: header ``api_key``, ``?api_key=`` or a Bearer token; it names the world.

    Raises Unauthorised when there is none. Source: docs.multisafepay.com, authentication (read 2026-11-20).
    """
    is_dashed = call.underscored is not None and "api_key" not in call.underscored
    key = "" if is_dashed else call.headers.get("api-key", "")
    key = key or call.query.get("api_key") or _bearer(call.headers.get("authorization", ""))
    if not key and is_dashed and "api-key" in call.headers:
        raise Unauthorised("the header api-key has a dash, MultiSafepay reads api_key")
    if not key:
        raise Unauthorised("an API key is expected: header api_key, ?api_key= or Authorization: Bearer")
    return Credential(key, world=name_in(key))


def _bearer(header: str) -> str:
    scheme, _, value = header.partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def admit(call: Call) -> None:
    """Refuse keys that the setting does not list. Raises Unauthorised."""
    accepted = call.world.settings.multisafepay_api_keys
    if accepted and call.credential.user not in [text.strip() for text in accepted.split(",")]:
        raise Unauthorised("the API key is not among those of the setting multisafepay_api_keys")


def site_of(credential: Credential) -> str:
    """The website of an API key."""
    return sha256(credential.user.encode("utf-8", "replace")).hexdigest()[:12]


def remember_key(world: World, credential: Credential) -> None:
    """Keep the key, which signs the website's notifications."""
    site = site_of(credential)
    if world.store.get(orders.SITES, site) is None:
        world.store.put(orders.SITES, site, {"api_key": credential.user})


def credentials(world: str, base_url: str) -> dict[str, Any]:
    """What a client in a world is configured with."""
    key = f"_world-{world}".rjust(_KEY_LENGTH, "0")
    own = f"{base_url}/v1"  # where MultiSafepay's Python client adds json/ itself
    return {"base_url": f"{own}/json", "python_base_url": own, "api_key": key, "authorization": f"Bearer {key}"}

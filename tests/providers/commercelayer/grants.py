"""Clients that ask for tokens, grant by grant, and the assertions they make."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import jwt

from mock_server.core.world import World
from mock_server.providers.commercelayer.actions.tokens import issue
from mock_server.providers.commercelayer.state import records, tokens
from mock_server.providers.commercelayer.state.customers import claim

PASSWORD = "s3cret"
CLAIMS = "https://commercelayer.io/claims"
BACK = "https://shop.example/back"
QUERY = {"client_id": "webapp_x", "redirect_uri": BACK, "response_type": "code"}


def customer_of(world: World, email: str = "ann@shop.example") -> str:
    """The id of a customer who logs in with ``PASSWORD``."""
    customer = records.create(world, "customers", {"email": email}, password_digest=tokens.digest_of(PASSWORD))
    claim(world, email, customer["id"])
    return str(customer["id"])


def part(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def assertion(payload: Any, *, secret: str = "cl", alg: str = "HS512", told: str = "") -> str:
    """As a client makes it, and tells of it; by the library, so that two implementations have to agree."""
    machinery = jwt.algorithms.HMACAlgorithm(getattr(jwt.algorithms.HMACAlgorithm, f"SHA{alg[2:]}"))
    signed = f"{part({'alg': told or alg, 'typ': 'JWT'})}.{part(payload)}"
    signature = machinery.sign(signed.encode(), secret.encode())
    return f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


def client_credentials(world: World, client_id: str = "shop", **fields: str) -> dict[str, Any]:
    return issue(world, {"grant_type": "client_credentials", "client_id": client_id, **fields})


def password(world: World, client_id: str = "shop", **fields: str) -> dict[str, Any]:
    asked = {"grant_type": "password", "client_id": client_id, "username": "ann@SHOP.example", "password": PASSWORD}
    return issue(world, {**asked, **fields})


def refresh(world: World, token: str, client_id: str = "shop", **fields: str) -> dict[str, Any]:
    return issue(world, {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": token, **fields})


def by_code(world: World, code: str, /, **fields: str) -> dict[str, Any]:
    asked = {"grant_type": "authorization_code", "client_id": "webapp_x", "client_secret": "s", "redirect_uri": BACK}
    return issue(world, {**asked, "code": code, **fields})


def by_assertion(world: World, text: str, client_id: str = "sales_channel_x", **fields: str) -> dict[str, Any]:
    asked = {"grant_type": tokens.JWT_BEARER, "client_id": client_id, "client_secret": "s", "assertion": text}
    return issue(world, {**asked, **fields})


def claims_in(answer: dict[str, Any]) -> dict[str, Any]:
    claims = tokens.claims_of(answer["access_token"])
    assert claims is not None
    return claims


def with_clients(world: World, listed: str) -> World:
    """The same world with the setting commercelayer_clients."""
    return replace(world, settings=replace(world.settings, commercelayer_clients=listed))

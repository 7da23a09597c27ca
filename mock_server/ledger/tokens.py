"""Tokens that outlive a call: the client token that a browser starts from, and customer tokens for later charges.

A customer token record: token_id, status (ACTIVE | CANCELLED | SUSPENDED), payment_method_type, session_id, merchant,
purchase_country, purchase_currency, locale, description, billing_address, customer, created_at.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import DEFAULT, World
from mock_server.ledger import markets

ACTIVE, SUSPENDED, CANCELLED = "ACTIVE", "SUSPENDED", "CANCELLED"
# status -> statuses that may follow; cancelled once is cancelled for good
MOVES: Mapping[str, tuple[str, ...]] = {ACTIVE: (SUSPENDED, CANCELLED), SUSPENDED: (ACTIVE, CANCELLED), CANCELLED: ()}
KEY_ID = "82305ebc-b811-3637-aa4c-66eca1874f3d"  # as recorded in 2021-2024
_RSA_2048_BYTES = 256
_MERCHANT_NAME = "Your business name"  # the recorded default of a playground account
_SDK_VERSION = "v1.10.0-1590-g3ebc3907"
_EXPERIMENTS = [
    {"name": "kp-client-utopia-flow", "variate": "variate-1"},
    {"name": "in-app-sdk-new-internal-browser", "parameters": {"variate_id": "new-internal-browser-enable"}},
]


def client_token(world: World, session: Record) -> str:
    """The JWT a browser hands to ``Klarna.Payments.init``: it says which session, and where to find this server.

    The same session always gets the same token. Claims are the recorded ones, plus ``world`` outside the default
    world. Not emulated: the signature has RS256's form and length, but no key verifies it (Klarna publishes none).
    Source: playground sessions recorded 2021 to 2024 (read 2026-11-20).
    """
    header = _part({"alg": "RS256", "kid": KEY_ID})
    signature = world.ids.tied_to("client_token", session["id"]).randbytes(_RSA_2048_BYTES)
    return f"{header}.{_part(_claims(world, session))}.{_base64url(signature)}"


def _claims(world: World, session: Record) -> dict[str, Any]:
    purchase = session["purchase"]
    country = markets.country_of(purchase)
    market = markets.MARKETS[country]
    claims = {
        "session_id": session["id"],
        "base_url": f"{session['base_url']}/{market.path}/kp",
        "design": purchase.get("design") or "klarna",
        "language": markets.language_of(purchase),
        "purchase_country": country,
        "environment": "playground",
        "merchant_name": _MERCHANT_NAME,
        "session_type": "PAYMENTS",
        "client_event_base_url": f"https://{market.path}.playground.klarnaevt.com",
        "scheme": True,
        "experiments": _EXPERIMENTS,
        "region": "us" if market.region == markets.NA else market.path,
        "order_amount": purchase["order_amount"],
        "offering_opts": 2,
        "oo": "5u",
        "version": _SDK_VERSION,
    }
    return claims if world.name == DEFAULT else claims | {"world": world.name}


def create_customer_token(
    world: World,
    token_id: str,
    authorization: Record,
    request: Mapping[str, Any],
    *,
    billing_address: Any,
    customer: Any,
) -> Record:
    """Keep a token for charges without the shopper; ``request`` says what for."""
    token = {
        "token_id": token_id,
        "status": ACTIVE,
        "payment_method_type": authorization["method"].upper(),
        "session_id": authorization["session_id"],
        "merchant": authorization["merchant"],
        **{key: request.get(key) for key in ("purchase_country", "purchase_currency", "locale", "description")},
        "billing_address": billing_address,
        "customer": customer,
        "created_at": to_text(world.clock.now()),
    }
    world.store.put("customer_tokens", token_id, token)
    return token


class TokenNotActive(Exception):
    """No customer token has this id, or it was cancelled or suspended; ``status`` is None of one that is not there."""

    def __init__(self, text: str, status: str | None = None) -> None:
        super().__init__(text)
        self.status = status


class MoveNotAllowed(Exception):
    """A customer token cannot go from its status to that one."""


def find_token(world: World, token_id: str) -> Record:
    """The customer token, whatever its status; raises TokenNotActive when there is none."""
    token = world.store.get("customer_tokens", token_id)
    if token is None:
        raise TokenNotActive(f"no customer token {token_id} in world {world.name}")
    return token


def find_active_token(world: World, token_id: str) -> Record:
    """The customer token, when it may be charged; raises TokenNotActive."""
    token = find_token(world, token_id)
    if token["status"] != ACTIVE:
        raise TokenNotActive(f"customer token {token_id} is {token['status']}, not {ACTIVE}", token["status"])
    return token


def change_token(world: World, token_id: str, *, status: str | None = None, method: str | None = None) -> Record:
    """Move a customer token to another status, or to another payment method; the status it has is no move.

    Raises TokenNotActive when there is none, MoveNotAllowed.
    """

    def change(token: Record | None) -> Record:
        if token is None:
            raise TokenNotActive(f"no customer token {token_id} in world {world.name}")
        if status not in (None, token["status"], *MOVES[token["status"]]):
            raise MoveNotAllowed(f"customer token {token_id} is {token['status']} and cannot become {status}")
        return token | {
            "status": status or token["status"],
            "payment_method_type": method or token["payment_method_type"],
        }

    changed = world.store.change("customer_tokens", token_id, change)
    assert changed is not None  # change never answers None
    return changed


def _part(claims: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(claims, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")

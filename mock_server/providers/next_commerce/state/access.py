"""What a token may do: its scopes, and which of them an operation asks for; what the authorization server gave out.

A token record: scopes, client_id, is_revoked. A code record: scopes, client_id, redirect_uri, expires_ms. A refresh
token's: scopes, client_id, access_token.

Sources: developers.nextcommerce.com, permissions; security of each operation in schema 2024-04-01 (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import records

TOKENS, CODES, REFRESH = "tokens", "codes", "refresh_tokens"
READ, WRITE = "read", "write"
_BOTH = ("fulfillment_service", "fulfillment_orders")

# first part of a path below /api/admin -> the scopes of which one is enough; none: every token will do
_RESOURCES: Mapping[str, tuple[str, ...]] = {
    "orders": ("orders",), "transactions": ("transactions",), "subscriptions": ("subscriptions",),
    "users": ("users",), "carts": ("carts",), "products": ("catalogue",), "stockrecords": ("catalogue",),
    "gateways": ("gateways",), "gateway-groups": ("gateways",), "store": ("store",), "webhooks": ("webhooks",),
    "themes": ("themes",), "shipping-methods": (), "locations": ("fulfillment_service", "locations"),
    "fulfillment-orders": _BOTH, "assigned-fulfillment-orders": ("fulfillment_service",),
}  # fmt: skip
# what only the shop does with a fulfillment order; the last part of such a path
_OF_THE_SHOP = (
    "available-locations", "move", "fulfillment-request", "cancellation-request", "fulfillment-request/cancel",
    "cancellation-request/cancel",
)  # fmt: skip
SCOPES = tuple(
    f"{name}:{verb}"
    for name in (
        "admin", "campaigns", "carts", "catalogue", "content", "disputes", "exports", "fulfillment_service",
        "fulfillment_orders", "gift_cards", "locations", "metadata", "orders", "subscriptions", "themes",
        "transactions", "tickets", "users", "webhooks",
    )
    for verb in (READ, WRITE)
) + ("gateways:read", "store:read")  # fmt: skip
EVERYTHING = "admin:read admin:write"


def wanted(method: str, path: str) -> tuple[str, ...]:
    """The scopes of which an operation wants one; ``path`` is below /api/admin."""
    resource, _, rest = path.strip("/").partition("/")
    verb = READ if method in ("GET", "HEAD") else WRITE
    names = _RESOURCES.get(resource, ())
    if resource == "fulfillment-orders" and rest.partition("/")[2] in _OF_THE_SHOP:
        names = ("fulfillment_orders",)
    return tuple(f"{name}:{verb}" for name in names)


def is_allowed(scopes: Collection[str], method: str, path: str) -> bool:
    """Whether one of these scopes is wanted; admin covers everything of its verb."""
    asked = wanted(method, path)
    verb = READ if method in ("GET", "HEAD") else WRITE
    return not asked or f"admin:{verb}" in scopes or any(scope in scopes for scope in asked)


def granted(world: World, token: str) -> Record | None:
    """What the authorization server gave out with this token."""
    return records.find(world, TOKENS, token)

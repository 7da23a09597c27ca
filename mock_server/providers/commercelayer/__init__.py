"""Commerce Layer: orders paid with klarna_payments, JSON:API, OAuth and webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_server.core.later import Later
from mock_server.ledger import events
from mock_server.providers.commercelayer.auth import admit, authenticate, credentials
from mock_server.providers.commercelayer.errors import render
from mock_server.providers.commercelayer.resources import RESOURCES
from mock_server.providers.commercelayer.routes import OPERATIONS
from mock_server.providers.commercelayer.routes.resources import unknown
from mock_server.providers.commercelayer.schemas.wire import write
from mock_server.providers.commercelayer.webhooks import CHOICES, MANNERS
from mock_server.web.operations import Provider

if TYPE_CHECKING:
    from mock_server.providers.commercelayer.actions import follow, placing
    from mock_server.providers.commercelayer.state import seeds
else:
    follow, placing = Later(f"{__name__}.actions.follow"), Later(f"{__name__}.actions.placing")
    seeds = Later(f"{__name__}.state.seeds")

PROVIDER = Provider(
    name="commercelayer",
    title="Commerce Layer",
    base_path="/api",
    hosts=("*.commercelayer.io", "*.commercelayer.co"),
    prefixes=("/api", "/oauth", "/.well-known/jwks.json"),
    operations=OPERATIONS,
    authenticate=authenticate,
    admit=admit,
    render=render,
    write=write,
    listeners={
        events.ORDER_PLACED: (lambda world, order: follow.placed(world, order),),
        events.ORDER_ACCEPTED: (lambda world, order: follow.decided(world, order),),
        events.ORDER_REJECTED: (lambda world, order: follow.decided(world, order),),
        events.ORDER_STOPPED: (lambda world, order: follow.decided(world, order),),
        events.ORDER_CAPTURED: (lambda world, order: follow.captured(world, order),),
        events.ORDER_REFUNDED: (lambda world, order: follow.refunded(world, order),),
        events.ORDER_CANCELLED: (lambda world, order: follow.cancelled(world, order),),
        events.ORDER_RELEASED: (lambda world, order: follow.released(world, order),),
        events.ORDER_UPDATED: (lambda world, order: follow.updated(world, order),),
        events.ORDER_EXPIRED: (lambda world, order: follow.expired(world, order),),
    },
    credentials=credentials,
    alarms={"commercelayer.place": lambda world, alarm: placing.place_later(world, alarm)},
    choices=CHOICES,
    manners=MANNERS,
    states={f"commercelayer_{type_}": f"commercelayer.{type_}" for type_, row in RESOURCES.items() if row.is_kept},
    unknown=unknown,
    hidden=("private", "shown"),
    secrets=(
        "client_secret", "password", "customer_password", "api_key", "api_secret", "shared_secret", "assertion",
        "refresh_token",
    ),  # fmt: skip
    told_secrets=("access_token", "refresh_token", "shared_secret"),
    furnish=lambda world: seeds.furnish(world),
)

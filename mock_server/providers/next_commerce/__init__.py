"""NEXT Commerce: Admin API orders paid with Klarna and other methods, subscriptions, campaigns, webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_server.core.later import Later
from mock_server.core.rules import Choices
from mock_server.ledger import events
from mock_server.providers.next_commerce.auth import BASE, CAMPAIGNS, OAUTH, admit, authenticate, credentials
from mock_server.providers.next_commerce.errors import render
from mock_server.providers.next_commerce.routes import CONTROLS, NOT_EMULATED, OPERATIONS, unknown
from mock_server.providers.next_commerce.routes.declared import CHARGING
from mock_server.providers.next_commerce.schemas.wire import write
from mock_server.providers.next_commerce.state.methods import RENEW
from mock_server.providers.next_commerce.webhooks import CHOICES, MANNERS
from mock_server.web.operations import Provider

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import carts, follow, fulfillment, payments, renewals
    from mock_server.providers.next_commerce.state import seeds
else:
    follow, payments = Later(f"{__name__}.actions.follow"), Later(f"{__name__}.actions.payments")
    carts, fulfillment = Later(f"{__name__}.actions.carts"), Later(f"{__name__}.actions.fulfillment")
    renewals = Later(f"{__name__}.actions.renewals")
    seeds = Later(f"{__name__}.state.seeds")

PROVIDER = Provider(
    name="next_commerce",
    title="NEXT Commerce",
    base_path=BASE,
    hosts=("*.29next.store", "*.29next.com"),
    prefixes=(
        BASE, CAMPAIGNS, OAUTH, "/stripe/checkout", "/checkout/apple-pay", "/checkout/google-pay",
        "/payments/3ds-auth", "/accounts/order-status", "/accounts/complete-order", "/media/products", "/catalogue",
        "/dashboard",
    ),
    operations=OPERATIONS,
    controls=CONTROLS,
    authenticate=authenticate,
    admit=admit,
    render=render,
    write=write,
    listeners={
        events.ORDER_ACCEPTED: (lambda world, order: follow.accepted(world, order),),
        events.ORDER_REJECTED: (lambda world, order: follow.rejected(world, order),),
        events.ORDER_STOPPED: (lambda world, order: follow.stopped(world, order),),
        events.ORDER_CAPTURED: (lambda world, order: follow.captured(world, order),),
        events.ORDER_REFUNDED: (lambda world, order: follow.refunded(world, order),),
        events.ORDER_CANCELLED: (lambda world, order: follow.cancelled(world, order),),
        events.ORDER_RELEASED: (lambda world, order: follow.released(world, order),),
        events.ORDER_UPDATED: (lambda world, order: follow.updated(world, order),),
        events.ORDER_EXPIRED: (lambda world, order: follow.expired(world, order),),
    },
    not_emulated=NOT_EMULATED,
    unknown=unknown,
    credentials=credentials,
    alarms={
        "next_commerce.payment.expire": lambda world, alarm: payments.expire(world, alarm),
        "next_commerce.authorization.expire": lambda world, alarm: follow.expire_due(world, alarm),
        "next_commerce.post_to_fulfillment": lambda world, alarm: fulfillment.post_due(world, alarm),
        "next_commerce.subscription.renew": lambda world, alarm: renewals.renew_due(world, alarm),
        "next_commerce.subscription.resume": lambda world, alarm: renewals.resume_due(world, alarm),
        "next_commerce.cart.abandon": lambda world, alarm: carts.abandon_due(world, alarm),
    },
    choices={**CHOICES, RENEW: Choices(CHARGING, frozenset(), takes_faults=False, may_wait=False)},
    manners=MANNERS,
    states={
        f"next_commerce_{kind}": f"next_commerce.{kind}"
        for kind in ("orders", "payments", "transactions", "subscriptions", "users", "carts", "webhooks")
    },
    hidden=("secret_key", "card_token"),
    secrets=("client_secret", "secret_key", "signing_secret", "card_token", "refresh_token"),
    told_secrets=("access_token", "refresh_token", "secret_key", "client_secret"),
    furnish=lambda world: seeds.furnish(world),
)  # fmt: skip

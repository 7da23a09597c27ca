"""MultiSafepay: orders with gateway KLARNA and others, its notifications and its payment page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_server.core.later import Later
from mock_server.providers.multisafepay.auth import admit, authenticate, credentials
from mock_server.providers.multisafepay.errors import render
from mock_server.providers.multisafepay.routes import BASE, CONTROLS, NOT_EMULATED, OPERATIONS
from mock_server.providers.multisafepay.schemas.wire import write
from mock_server.providers.multisafepay.state.orders import EXPIRY, KIND, REFUND, SETTLEMENT, SHOPPER
from mock_server.providers.multisafepay.webhooks import CHOICES, LISTENERS, MANNERS
from mock_server.web.operations import Provider

if TYPE_CHECKING:
    from mock_server.providers.multisafepay.actions import orders, refunds, shopper
else:
    orders, refunds = Later(f"{__name__}.actions.orders"), Later(f"{__name__}.actions.refunds")
    shopper = Later(f"{__name__}.actions.shopper")

PROVIDER = Provider(
    name="multisafepay",
    title="MultiSafepay",
    base_path=BASE,
    hosts=("*.multisafepay.com",),
    prefixes=(BASE, "/orders", "/connect", "/v3/fco", *NOT_EMULATED),
    operations=OPERATIONS,
    controls=CONTROLS,
    authenticate=authenticate,
    admit=admit,
    render=render,
    write=write,
    listeners=LISTENERS,
    not_emulated=NOT_EMULATED,
    credentials=credentials,
    alarms={
        EXPIRY: lambda world, alarm: shopper.expire(world, alarm),
        SHOPPER: lambda world, alarm: shopper.act_later(world, alarm),
        SETTLEMENT: lambda world, alarm: orders.settle(world, alarm),
        REFUND: lambda world, alarm: refunds.complete_refund(world, alarm),
    },
    choices=CHOICES,
    manners=MANNERS,
    states={"multisafepay_orders": KIND},
    secrets=("card_number", "card_cvc", "cvc", "account_iban", "payload"),
    overrides_method=True,
)

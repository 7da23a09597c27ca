"""Klarna itself: Payments, Order Management, Customer Token, Hosted Payment Page, Checkout, Settlements."""

from mock_server.providers.klarna.auth import admit, authenticate, credentials
from mock_server.providers.klarna.errors.wire import render
from mock_server.providers.klarna.routes import ALARMS, CONTROLS, NOT_EMULATED, OPERATIONS
from mock_server.providers.klarna.schemas.wire import write
from mock_server.providers.klarna.state import checkout, hosted_payment_page
from mock_server.providers.klarna.webhooks import CHOICES, LISTENERS, MANNERS
from mock_server.web.operations import Provider

PROVIDER = Provider(
    name="klarna",
    title="Klarna",
    base_path="",
    hosts=("api*.klarna.com", "*.playground.klarna.com", "x.klarnacdn.net"),
    prefixes=(
        "/payments/", "/credit/", "/ordermanagement/", "/customer-token/", "/hpp/", "/checkout/", "/settlements/",
        "/merchantcard/", "/eu/", "/na/", "/oc/",
    ),
    operations=OPERATIONS,
    controls=CONTROLS,
    authenticate=authenticate,
    admit=admit,
    render=render,
    write=write,
    listeners=LISTENERS,
    not_emulated=NOT_EMULATED,
    credentials=credentials,
    alarms=ALARMS,
    choices=CHOICES,
    manners=MANNERS,
    states={"hpp_sessions": hosted_payment_page.KIND, "klarna_checkout_orders": checkout.KIND},
)  # fmt: skip

"""Klarna's endpoints: method, path, body, outcomes; each view is one call of the action of its name."""

from collections.abc import Mapping

from mock_server.core.world import Handler
from mock_server.providers.klarna.routes import idempotent
from mock_server.providers.klarna.routes.checkout import CHECKOUT_CONTROLS, CHECKOUT_OPERATIONS
from mock_server.providers.klarna.routes.customer_token import CUSTOMER_TOKEN_CONTROLS, CUSTOMER_TOKEN_OPERATIONS
from mock_server.providers.klarna.routes.decisions import DECISIONS_CONTROLS
from mock_server.providers.klarna.routes.hosted_payment_page import (
    EXPIRE_HOSTED_PAGE,
    HOSTED_PAYMENT_PAGE_CONTROLS,
    HOSTED_PAYMENT_PAGE_OPERATIONS,
)
from mock_server.providers.klarna.routes.order_management import ORDER_MANAGEMENT_CONTROLS, ORDER_MANAGEMENT_OPERATIONS
from mock_server.providers.klarna.routes.payments import PAYMENTS_CONTROLS, PAYMENTS_OPERATIONS
from mock_server.providers.klarna.routes.settlements import SETTLEMENTS_OPERATIONS
from mock_server.providers.klarna.webhooks.checkout import PUSH, push_due

OPERATIONS = (
    *PAYMENTS_OPERATIONS, *ORDER_MANAGEMENT_OPERATIONS, *CUSTOMER_TOKEN_OPERATIONS, *HOSTED_PAYMENT_PAGE_OPERATIONS,
    *CHECKOUT_OPERATIONS, *SETTLEMENTS_OPERATIONS,
)  # fmt: skip
CONTROLS = (
    *PAYMENTS_CONTROLS, *ORDER_MANAGEMENT_CONTROLS, *CUSTOMER_TOKEN_CONTROLS, *HOSTED_PAYMENT_PAGE_CONTROLS,
    *CHECKOUT_CONTROLS, *DECISIONS_CONTROLS,
)  # fmt: skip

# real paths that this server does not answer yet -> what is missing
NOT_EMULATED: Mapping[str, str] = {
    "/eu/hpp/distributions/": "the distribution module of the Hosted Payment Page",
    "/na/hpp/distributions/": "the distribution module of the Hosted Payment Page",
    "/oc/hpp/distributions/": "the distribution module of the Hosted Payment Page",
    "/merchantcard/": "Merchant Card Service v3",
}

# name of an alarm -> what is done when it goes off
ALARMS: Mapping[str, Handler] = {
    idempotent.FORGET: idempotent.forget_due,
    **EXPIRE_HOSTED_PAGE,
    PUSH: push_due,
}

__all__ = ["ALARMS", "CONTROLS", "NOT_EMULATED", "OPERATIONS"]

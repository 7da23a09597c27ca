"""What Klarna tells a merchant's server by itself, one module per API."""

from mock_server.ledger import events
from mock_server.providers.klarna.webhooks.authorizations import send_authorization_callback
from mock_server.providers.klarna.webhooks.hosted_payment_page import CHOICES, follow_order

LISTENERS = {events.AUTHORIZATION_GRANTED: (send_authorization_callback,), events.ORDER_PLACED: (follow_order,)}

__all__ = ["CHOICES", "LISTENERS"]

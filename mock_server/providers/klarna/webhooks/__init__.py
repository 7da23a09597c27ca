"""What Klarna tells a merchant's server by itself, one module per API."""

from mock_server.ledger import events
from mock_server.providers.klarna.webhooks import orders
from mock_server.providers.klarna.webhooks.authorizations import send_authorization_callback
from mock_server.providers.klarna.webhooks.orders import MANNERS

LISTENERS = {events.AUTHORIZATION_GRANTED: (send_authorization_callback,), **orders.LISTENERS}
CHOICES = {**orders.CHOICES}

__all__ = ["CHOICES", "LISTENERS", "MANNERS"]

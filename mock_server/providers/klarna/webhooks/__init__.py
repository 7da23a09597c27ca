"""What Klarna tells a merchant's server by itself, one module per API."""

from mock_server.ledger import events
from mock_server.providers.klarna.webhooks import authorizations, orders
from mock_server.providers.klarna.webhooks.orders import MANNERS

LISTENERS = {events.AUTHORIZATION_GRANTED: (authorizations.send_authorization_callback,), **orders.LISTENERS}
CHOICES = {**authorizations.CHOICES, **orders.CHOICES}

__all__ = ["CHOICES", "LISTENERS", "MANNERS"]

"""What Klarna tells a merchant's server by itself, one module per API."""

from mock_server.ledger import events
from mock_server.providers.klarna.webhooks import checkout
from mock_server.providers.klarna.webhooks.authorizations import send_authorization_callback

CHOICES = {**checkout.CHOICES}
LISTENERS = {events.AUTHORIZATION_GRANTED: (send_authorization_callback,)}

__all__ = ["CHOICES", "LISTENERS"]

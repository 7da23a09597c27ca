"""What Klarna tells a merchant's server by itself, one module per API."""

from mock_server.ledger import events
from mock_server.providers.klarna.webhooks import checkout, hosted_payment_page
from mock_server.providers.klarna.webhooks.authorizations import send_authorization_callback

CHOICES = {**checkout.CHOICES, **hosted_payment_page.CHOICES}
LISTENERS = {
    events.AUTHORIZATION_GRANTED: (send_authorization_callback,),
    events.ORDER_PLACED: (hosted_payment_page.follow_order,),
}

__all__ = ["CHOICES", "LISTENERS"]

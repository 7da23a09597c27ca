"""What Klarna tells a merchant's server by itself, one module per API."""

from mock_server.ledger import events
from mock_server.providers.klarna.webhooks import authorizations, checkout, hosted_payment_page, orders
from mock_server.providers.klarna.webhooks.orders import MANNERS

CHOICES = {**authorizations.CHOICES, **orders.CHOICES, **checkout.CHOICES, **hosted_payment_page.CHOICES}
LISTENERS = {
    **orders.LISTENERS,
    events.AUTHORIZATION_GRANTED: (authorizations.send_authorization_callback,),
    events.ORDER_PLACED: (*orders.LISTENERS[events.ORDER_PLACED], hosted_payment_page.follow_order),
}

__all__ = ["CHOICES", "LISTENERS", "MANNERS"]

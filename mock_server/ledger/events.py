"""What happens in the ledger, by name; faces subscribe, the ledger knows none of them.

A listener gets the world and the record the event is about, as it is after the event.
"""

SESSION_EXPIRED = "session.expired"  # the session; 48 hours went by without an order
AUTHORIZATION_GRANTED = "authorization.granted"  # the authorization; its token waits for the order
AUTHORIZATION_EXPIRED = "authorization.expired"  # the authorization; 60 minutes went by without an order
ORDER_PLACED = "order.placed"  # the order, accepted or pending
ORDER_ACCEPTED = "order.accepted"  # the order, once pending
ORDER_REJECTED = "order.rejected"  # the order, once pending
ORDER_STOPPED = "order.stopped"  # the order, once accepted, now rejected
ORDER_CAPTURED = "order.captured"
ORDER_REFUNDED = "order.refunded"
ORDER_CANCELLED = "order.cancelled"  # nothing was captured, nothing will be
ORDER_RELEASED = "order.released"  # part was captured, the rest will not be
ORDER_UPDATED = "order.updated"  # another amount is authorised, for other lines
ORDER_ACKNOWLEDGED = "order.acknowledged"  # the merchant knows of the order
ORDER_EXPIRED = "order.expired"  # the order; its authorization ran out with nothing captured

NAMES = tuple(value for name, value in list(globals().items()) if name.isupper())

"""What happens in the ledger, by name; faces subscribe, the ledger knows none of them.

A listener gets the world and the record the event is about, as it is after the event.
"""

SESSION_EXPIRED = "session.expired"  # the session
AUTHORIZATION_GRANTED = "authorization.granted"  # the authorization, with its session's id
AUTHORIZATION_EXPIRED = "authorization.expired"
ORDER_PLACED = "order.placed"  # the order
ORDER_ACCEPTED = "order.accepted"  # the order, once pending
ORDER_REJECTED = "order.rejected"
ORDER_CAPTURED = "order.captured"
ORDER_REFUNDED = "order.refunded"

# event -> what it means, for the documentation
ALL = {
    SESSION_EXPIRED: "48 hours went by without an order",
    AUTHORIZATION_GRANTED: "the shopper was approved; a token waits for the order",
    AUTHORIZATION_EXPIRED: "60 minutes went by without an order",
    ORDER_PLACED: "an order was placed, accepted or pending",
    ORDER_ACCEPTED: "a pending order was accepted",
    ORDER_REJECTED: "a pending order was rejected",
    ORDER_CAPTURED: "money was captured",
    ORDER_REFUNDED: "captured money went back",
}

"""How a delivery goes: carriers, the events of a parcel, and the status that follows from the newest.

Source: schema 2024-04-01, TrackingInfo (also of a newer copy), FulfillmentEvent, FulfillmentResponse (read 2026-11-21);
which delivery_status an event brings is told by no document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mock_server.core.store import Record

CARRIERS = (
    "4px", "amazon", "aramex", "asendia", "australia_post", "china_post", "cirro", "deutsche_de", "dhl",
    "dhl_ecommerce", "dor", "dpd", "emile_express", "fedex", "firstmile", "gls", "gofo_express", "hermesworld_uk",
    "hua_han", "jt_express", "jy_express", "myhermes", "ontrac", "other", "postnl", "royal_mail", "sfyd_express",
    "shipx", "speedx", "speedy", "sunyou", "swiftx", "swiss_post", "ts_express", "ulala", "united_delivery_service",
    "uniuni", "ups", "usps", "ysd_post", "yunexpress",
)  # fmt: skip
TRACKING_ADDED = "tracking_added"
# status of an event -> delivery_status of its fulfillment
DELIVERY: Mapping[str, str] = {
    "label_printed": TRACKING_ADDED, "label_purchased": TRACKING_ADDED, "confirmed": TRACKING_ADDED,
    "carrier_picked_up": "in_transit", "in_transit": "in_transit", "ready_for_pickup": "out_for_delivery",
    "out_for_delivery": "out_for_delivery", "attempted_delivery": "attempted_delivery", "failure": "failed_delivery",
    "picked_up": "delivered", "delivered": "delivered", "delayed": "delayed",
}  # fmt: skip


def with_events(fulfillment: Record, events: Sequence[Record]) -> Record:
    """The fulfillment with these events; of two at the same time the one told later counts."""
    newest = max(events, key=lambda event: (event["happened_at"], event["id"]), default=None)
    is_tracked = any(each["code"] for each in fulfillment["tracking"])
    status = DELIVERY[newest["status"]] if newest else TRACKING_ADDED if is_tracked else None
    at = newest["happened_at"] if newest else None
    return {**fulfillment, "events": list(events), "delivery_status": status, "last_event_at": at}

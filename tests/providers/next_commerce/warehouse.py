"""What a shop's operator and a warehouse do with the fulfillment orders of a store."""

from __future__ import annotations

from typing import Any

from tests.next_commerce import NextCommerce

MAIN, SECOND = 1, 2  # locations that every store has; nobody is asked there
POSTED = "31m"  # after so long an order has gone to its warehouse
CALLBACK = "https://warehouse.test/fulfillments"  # of a service; webhooks to it are held back
WAREHOUSE_ADDRESS = {"line1": "5 Depot Way", "line4": "Reno", "state": "NV", "postcode": "89501", "country": "US"}
UPS = {"tracking_code": "1Z999", "carrier": "ups"}


class Warehouse:
    """The fulfillment orders of a store, by their order or their id."""

    def __init__(self, shop: NextCommerce) -> None:
        self.shop = shop

    def orders_of(self, number: str) -> list[dict[str, Any]]:
        """Oldest first."""
        found: list[dict[str, Any]] = self.shop.get(f"/orders/{number}/fulfillment-orders/")
        return found

    def only(self, number: str) -> int:
        """The id of the one fulfillment order of an order."""
        (found,) = self.orders_of(number)
        return int(found["id"])

    def read(self, id_: int) -> dict[str, Any]:
        found: dict[str, Any] = self.shop.get(f"/fulfillment-orders/{id_}/")
        return found

    def act(self, id_: int, action: str, body: Any = None) -> dict[str, Any]:
        """``hold``, ``fulfillment-request/accept``: the answer of a success."""
        found: dict[str, Any] = self.shop.post(f"/fulfillment-orders/{id_}/{action}/", body)
        return found

    def ship(self, id_: int, **body: Any) -> dict[str, Any]:
        """A parcel leaves; answers with the fulfillment."""
        return self.act(id_, "fulfillments", {"notify": True, "tracking_info": [UPS], **body})

    def refusal(self, id_: int, action: str, body: Any = None) -> tuple[int, Any]:
        return self.shop.refusal("POST", f"/fulfillment-orders/{id_}/{action}/", {} if body is None else body)

    def state(self, id_: int) -> str:
        """``processing/accepted``"""
        found = self.read(id_)
        return f"{found['status']}/{found['request_status']}"

    def location(self, callback_url: str | None = CALLBACK) -> int:
        """A new location; with a callback_url one that a fulfillment service runs."""
        body = {"name": "Depot", "address": WAREHOUSE_ADDRESS, "callback_url": callback_url}
        made: dict[str, Any] = self.shop.post("/locations/", body)
        return int(made["id"])

    def at_a_service(self, callback_url: str = CALLBACK, **fields: Any) -> int:
        """A new order's fulfillment order, moved to a fulfillment service; not requested yet."""
        own = self.only(self.shop.buy(**fields)["number"])
        moved = self.act(own, "move", {"new_location_id": self.location(callback_url)})
        return int(moved["moved_fulfillment_order"]["id"])

    def requested(self, **fields: Any) -> int:
        """The same, requested."""
        own = self.at_a_service(**fields)
        self.act(own, "fulfillment-request")
        return own

    def accepted(self, **fields: Any) -> int:
        """The same, and accepted by the service."""
        own = self.requested(**fields)
        self.act(own, "fulfillment-request/accept", {"message": "soon"})
        return own

    def callbacks(self) -> list[tuple[str, str]]:
        """Type and URL of what locations were told, oldest first."""
        told = [(each["about"]["event"], each["url"]) for each in self.shop.webhooks()]
        return [(event, url) for event, url in told if event in ("fulfillment_requested", "cancellation_requested")]

"""A fulfillment service ships for a NEXT Commerce store over real HTTP: it is asked, answers, ships, is called back."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest

from tests.next_commerce import NextCommerce
from tests.providers.next_commerce.warehouse import WAREHOUSE_ADDRESS, Warehouse
from tests.receiver import Receiver

PATH = "/fulfillments/fulfillment-order-notification/"


class Service:
    """An app as demo-fulfillment-service-app is: it calls the store back while it is being told."""

    def __init__(self, shop: NextCommerce, receiver: Receiver) -> None:
        self.shop = shop
        self.accepts = True
        self.answered: list[str] = []
        receiver.text = "success"
        receiver.on_arrival = self.answer

    def answer(self) -> None:
        for status, kind in (("fulfillment_requested", "fulfillment"), ("cancellation_requested", "cancellation")):
            for row in self.shop.results(f"/assigned-fulfillment-orders/?assignment_status={status}"):
                word = "accept" if self.accepts else "reject"
                self.shop.post(f"/fulfillment-orders/{row['id']}/{kind}-request/{word}/", {"message": "noted"})
                self.answered.append(f"{word} {kind}")


@pytest.fixture
def warehouse(next_commerce_over_http: NextCommerce) -> Warehouse:
    next_commerce_over_http.freeze()
    return Warehouse(next_commerce_over_http)


@pytest.fixture
def service(warehouse: Warehouse, receiver: Receiver) -> Service:
    return Service(warehouse.shop, receiver)


def _placed(warehouse: Warehouse, receiver: Receiver) -> int:
    """A paid order's fulfillment order at the service."""
    body = {"name": "Depot", "address": WAREHOUSE_ADDRESS, "callback_url": receiver.url("/fulfillments/")}
    location = warehouse.shop.post("/locations/", body)["id"]
    own = warehouse.only(warehouse.shop.buy()["number"])
    moved: int = warehouse.act(own, "move", {"new_location_id": location})["moved_fulfillment_order"]["id"]
    return moved


def test_a_service_accepts_while_it_is_told_and_ships(
    warehouse: Warehouse, service: Service, receiver: Receiver
) -> None:
    own = _placed(warehouse, receiver)
    shop, number = warehouse.shop, str(own // 100)

    shop.advance("31m")

    (told,) = receiver.wait_for(1)
    assert ("POST", PATH, {"type": "fulfillment_requested"}) == (told.method, told.path, told.json)
    assert ("demo", "application/json") == tuple(told.headers[n] for n in ("x-29next-store", "content-type"))
    assert ["accept fulfillment"] == service.answered
    assert "processing/accepted" == warehouse.state(own)

    parcel = {"notify": True, "tracking_info": [{"tracking_code": "EXAMPLECODE", "carrier": "dhl_ecommerce"}]}
    warehouse.act(own, "fulfillments", parcel)

    assert "archived/paid/fulfilled" == shop.status(number)


def test_a_service_that_agrees_gives_the_goods_back(
    warehouse: Warehouse, service: Service, receiver: Receiver
) -> None:
    own = _placed(warehouse, receiver)
    warehouse.shop.advance("31m")

    warehouse.act(own, "cancellation-request", {"message": "changed mind"})
    warehouse.shop.advance("0s")

    assert {"type": "cancellation_requested"} == receiver.wait_for(2)[1].json
    assert ["accept fulfillment", "accept cancellation"] == service.answered
    assert "canceled/cancel_accepted" == warehouse.state(own)


def test_a_service_that_rejects_leaves_the_order_to_the_merchant(
    warehouse: Warehouse, service: Service, receiver: Receiver
) -> None:
    own = _placed(warehouse, receiver)
    service.accepts = False

    warehouse.shop.advance("31m")
    receiver.wait_for(1)

    assert "open/rejected" == warehouse.state(own)
    assert "open/paid/rejected" == warehouse.shop.status(str(own // 100))


def test_the_shop_hears_of_the_parcel_and_of_its_way(warehouse: Warehouse, receiver: Receiver) -> None:
    shop = warehouse.shop
    number = shop.buy()["number"]
    shop.listen(receiver.url("/hook"), "fulfillment.created", "fulfillment.updated")

    parcel = warehouse.act(warehouse.only(number), "fulfillments", {"tracking_info": [{"carrier": "ups"}]})
    shop.post(f"/orders/{number}/fulfillments/{parcel['id']}/events/", {"status": "in_transit"})
    shop.advance("0s")

    created, updated = sorted(receiver.wait_for(2), key=lambda each: str(each.json["event_type"]))
    assert ["fulfillment.created", "fulfillment.updated"] == [each.json["event_type"] for each in (created, updated)]
    assert ("fulfillment", parcel) == (created.json["object"], created.json["data"])
    assert "in_transit" == updated.json["data"]["delivery_status"]
    assert _signature(created.json) == created.headers["x-29next-signature"]


def _signature(payload: Any) -> str:
    return hmac.new(b"whsec_example", json.dumps(payload).encode(), "sha256").hexdigest()

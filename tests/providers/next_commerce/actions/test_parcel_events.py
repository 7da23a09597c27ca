"""Events of fulfillments: where a parcel is, and how its delivery goes."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.providers.next_commerce.state.delivery import DELIVERY
from tests.providers.next_commerce.warehouse import Warehouse


class TestEvents:
    @pytest.fixture
    def path(self, warehouse: Warehouse) -> str:
        """The events of a parcel that left."""
        number = warehouse.shop.buy()["number"]
        id_ = warehouse.ship(warehouse.only(number))["id"]
        return f"/orders/{number}/fulfillments/{id_}"

    @pytest.mark.parametrize(("event", "expected"), DELIVERY.items())
    def test_the_newest_event_says_how_the_delivery_goes(
        self, warehouse: Warehouse, path: str, event: str, expected: str
    ) -> None:
        warehouse.shop.post(f"{path}/events/", {"status": event})

        told = warehouse.shop.get(f"{path}/")
        assert (expected, "2026-11-20T12:00:00-05:00") == (told["delivery_status"], told["last_event_date"])

    def test_an_event_told_late_does_not_undo_a_newer_one(self, warehouse: Warehouse, path: str) -> None:
        warehouse.shop.post(f"{path}/events/", {"status": "delivered", "happened_at": "2026-11-22T10:00:00Z"})

        warehouse.shop.post(f"{path}/events/", {"status": "in_transit", "happened_at": "2026-11-21T10:00:00Z"})

        told = warehouse.shop.get(f"{path}/")
        assert ("delivered", "2026-11-22T05:00:00-05:00") == (told["delivery_status"], told["last_event_date"])

    def test_an_event_is_read_as_it_was_told(self, warehouse: Warehouse, path: str) -> None:
        body = {
            "status": "in_transit", "message": "on the road", "city": "Reno", "state": "NV", "country": "us",
            "latitude": "39.5", "longitude": -119.8, "estimated_delivery_at": "2026-11-24T09:00:00-05:00",
        }  # fmt: skip

        told = warehouse.shop.post(f"{path}/events/", body)

        assert told == warehouse.shop.get(f"{path}/events/{told['id']}/")
        assert [told] == warehouse.shop.get(f"{path}/events/")
        assert {"city": "Reno", "country": "US", "latitude": 39.5, "longitude": -119.8, "postcode": None}.items() <= (
            told.items()
        )
        assert "2026-11-24T09:00:00-05:00" == told["estimated_delivery_at"]
        assert path.split("/")[2::2] == [told["order"], str(told["fulfillment"])]

    def test_without_its_event_the_delivery_is_as_before(self, warehouse: Warehouse, path: str) -> None:
        event = warehouse.shop.post(f"{path}/events/", {"status": "delivered"})["id"]

        answer = warehouse.shop.send("DELETE", f"{path}/events/{event}/")

        told = warehouse.shop.get(f"{path}/")
        assert (204, "") == (answer.status, answer.text)
        assert ("tracking_added", None) == (told["delivery_status"], told["last_event_date"])
        assert 404 == warehouse.shop.refusal("GET", f"{path}/events/{event}/")[0]
        assert 404 == warehouse.shop.refusal("DELETE", f"{path}/events/{event}/")[0]

    def test_webhooks_tell_of_an_event(self, warehouse: Warehouse, path: str) -> None:
        warehouse.shop.listen("https://shop.test/hook", "fulfillment.updated", "order.updated")

        warehouse.shop.post(f"{path}/events/", {"status": "delivered"})

        assert ["fulfillment.updated", "order.updated"] == warehouse.shop.told()

    def test_orders_are_found_by_their_delivery(self, warehouse: Warehouse, path: str) -> None:
        warehouse.shop.post(f"{path}/events/", {"status": "failure"})

        assert [path.split("/")[2]] == [
            row["number"] for row in warehouse.shop.results("/orders/?delivery_status=failed_delivery")
        ]

    @pytest.mark.parametrize(
        ("body", "name", "text"),
        [
            ({}, "status", "This field is required."),
            ({"status": "lost"}, "status", '"lost" is not a valid choice.'),
            ({"status": "delivered", "latitude": 91}, "latitude", "Ensure this value is less than or equal to 90."),
            ({"status": "delivered", "longitude": "-181"}, "longitude", "greater than or equal to -180."),
            ({"status": "delivered", "longitude": "west"}, "longitude", "A valid number is required."),
            ({"status": "delivered", "latitude": "NaN"}, "latitude", "A valid number is required."),
            ({"status": "delivered", "happened_at": "today"}, "happened_at", "Datetime has wrong format."),
            ({"status": "delivered", "happened_at": "0001-01-01T00:00:00+14:00"}, "happened_at", "out of range"),
            ({"status": "delivered", "happened_at": "9999-12-31T23:00:00Z"}, "happened_at", "out of range"),
            ({"status": "delivered", "country": "USA"}, "country", "no more than 2 characters."),
        ],
    )
    def test_a_bad_event_is_refused_and_leaves_no_trace(
        self, warehouse: Warehouse, path: str, body: dict[str, Any], name: str, text: str
    ) -> None:
        before = warehouse.shop.state("orders")

        status, told = warehouse.shop.refusal("POST", f"{path}/events/", body)

        assert (400, [name]) == (status, list(told))
        assert text in told[name][0]
        assert before == warehouse.shop.state("orders")

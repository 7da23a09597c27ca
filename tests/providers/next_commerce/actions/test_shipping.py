"""Fulfillments: parcels leave, orders are fulfilled, captured and archived; events tell where a parcel is."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import collecting
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.delivery import CARRIERS, DELIVERY
from tests.next_commerce import CAPTURES_LATER, GIFT_CARD, RETURN_URL, TEAPOT, TOWEL, NextCommerce, line_of
from tests.providers.next_commerce.warehouse import SECOND, Warehouse

UPS = {"tracking_code": "1Z999", "carrier": "ups"}


@pytest.fixture
def warehouse(next_commerce: NextCommerce) -> Warehouse:
    next_commerce.freeze()
    return Warehouse(next_commerce)


def _ship(warehouse: Warehouse, own: int, **body: Any) -> dict[str, Any]:
    return warehouse.act(own, "fulfillments", {"notify": True, "tracking_info": [UPS], **body})


class TestParcels:
    def test_all_that_was_asked_for_leaves_and_the_order_is_archived(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy(lines=[line_of(quantity=2)])["number"]
        own = warehouse.only(number)

        answer = warehouse.shop.send("POST", f"/fulfillment-orders/{own}/fulfillments/", {"tracking_info": [UPS]})

        told = answer.json
        assert (201, "1Z999", "ups", "tracking_added", "success") == (
            answer.status, told["tracking_code"], told["tracking_carrier"], told["delivery_status"], told["status"],
        )  # fmt: skip
        assert ["closed/closed", "archived/paid/fulfilled"] == [warehouse.state(own), warehouse.shop.status(number)]
        (line,) = warehouse.shop.read(number)["lines"]
        assert (2, 0, 0) == (line["current_quantity"], line["fulfillable_quantity"], line["editable_quantity"])
        assert [told] == warehouse.shop.read(number)["fulfillments"]

    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_every_carrier_is_taken(self, warehouse: Warehouse, carrier: str) -> None:
        own = warehouse.only(warehouse.shop.buy()["number"])

        told = _ship(warehouse, own, tracking_info=[{"carrier": carrier, "tracking_code": "X"}])

        assert carrier == told["tracking_carrier"]

    def test_several_parcels_are_named_together(self, warehouse: Warehouse) -> None:
        own = warehouse.only(warehouse.shop.buy()["number"])
        other = {"carrier": "other", "carrier_other_name": "Bike", "tracking_link": "https://bike.test/7"}

        told = _ship(warehouse, own, tracking_info=[UPS, other])

        assert ("ups", "ups,other") == (told["tracking_carrier"], told["tracking_carriers"])
        assert ("1Z999", "1Z999") == (told["tracking_code"], told["tracking_codes"])
        assert ("", "https://bike.test/7") == (told["tracking_link"], told["tracking_links"])

    def test_without_tracking_there_is_no_delivery_status(self, warehouse: Warehouse) -> None:
        own = warehouse.only(warehouse.shop.buy()["number"])

        told = warehouse.act(own, "fulfillments")

        assert (None, "", None) == (told["delivery_status"], told["tracking_code"], told["last_event_date"])

    def test_a_part_leaves_and_the_rest_later(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy(lines=[line_of(quantity=3)])["number"]
        own = warehouse.only(number)
        item = warehouse.read(own)["line_items"][0]["id"]

        first = _ship(warehouse, own, fulfillment_order_line_items=[{"id": item, "quantity": 1}])
        between = warehouse.read(own), warehouse.shop.status(number)
        second = _ship(warehouse, own)

        assert ([1], [2]) == tuple([line["quantity"] for line in each["line_items"]] for each in (first, second))
        left = [(line["quantity"], line["fulfillable_quantity"]) for line in between[0]["line_items"]]
        assert ("open", [(3, 2)], "open/paid/incomplete") == (between[0]["status"], left, between[1])
        assert "archived/paid/fulfilled" == warehouse.shop.status(number)
        assert [first["id"], second["id"]] == [
            each["id"] for each in warehouse.shop.get(f"/fulfillment-orders/{own}/fulfillments/")
        ]

    def test_an_order_split_over_two_warehouses_is_fulfilled_once_both_have_shipped(
        self, warehouse: Warehouse
    ) -> None:
        number = warehouse.shop.buy(lines=[line_of(), line_of(TOWEL)])["number"]
        own = warehouse.only(number)
        item = warehouse.read(own)["line_items"][0]["id"]
        body = {"new_location_id": SECOND, "fulfillment_order_line_items": [{"id": item}]}
        moved = warehouse.act(own, "move", body)["moved_fulfillment_order"]["id"]

        far = _ship(warehouse, moved)
        between = warehouse.shop.status(number)
        near = _ship(warehouse, own)

        assert [SECOND, 1] == [far["location_id"], near["location_id"]]
        assert ["open/paid/incomplete", "archived/paid/fulfilled"] == [between, warehouse.shop.status(number)]

    def test_webhooks_tell_of_the_parcel_and_of_its_order(self, warehouse: Warehouse) -> None:
        shop = warehouse.shop
        own = warehouse.only(shop.buy()["number"])
        shop.listen("https://shop.test/hook", "fulfillment.created", "fulfillment.updated", "order.updated")

        told = _ship(warehouse, own)

        assert ["fulfillment.created", "order.updated", "order.updated"] == shop.told()
        assert told["id"] == int(shop.webhooks()[0]["about"]["about"].removeprefix("fulfillment "))

    @pytest.mark.parametrize(
        ("body", "refusal"),
        [
            (
                {"tracking_info": [{"tracking_code": "X"}]},
                {"tracking_info": [{"carrier": ["This field is required."]}]},
            ),
            (
                {"tracking_info": [UPS, {"carrier": "pigeon"}]},
                {"tracking_info": [{}, {"carrier": ['"pigeon" is not a valid choice.']}]},
            ),
            (
                {"tracking_info": [{**UPS, "tracking_link": "here"}]},
                {"tracking_info": [{"tracking_link": ["Enter a valid URL."]}]},
            ),
            (
                {"fulfillment_order_line_items": [{"id": 7, "quantity": 1}]},
                {"fulfillment_order_line_items": [{"id": ['Invalid pk "7" - object does not exist.']}]},
            ),
            ({"notify": "maybe"}, {"notify": ["Must be a valid boolean."]}),
        ],
    )
    def test_a_bad_parcel_is_refused_and_leaves_no_trace(
        self, warehouse: Warehouse, body: dict[str, Any], refusal: Any
    ) -> None:
        own = warehouse.only(warehouse.shop.buy()["number"])
        before = warehouse.shop.state("orders")

        assert (400, refusal) == warehouse.refusal(own, "fulfillments", body)
        assert before == warehouse.shop.state("orders")

    def test_what_was_shipped_is_not_shipped_again(self, warehouse: Warehouse) -> None:
        own = warehouse.only(warehouse.shop.buy()["number"])
        _ship(warehouse, own)

        refusal = warehouse.refusal(own, "fulfillments", {"tracking_info": [UPS]})

        assert (400, {"non_field_errors": ["This action is not allowed on archived orders."]}) == refusal

    def test_while_its_cancellation_is_asked_for_nothing_leaves(self, warehouse: Warehouse) -> None:
        own = warehouse.accepted()
        warehouse.act(own, "cancellation-request")

        refusal = warehouse.refusal(own, "fulfillments", {"tracking_info": [UPS]})

        assert (400, {"non_field_errors": ["This action is not allowed on processing fulfillment orders."]}) == refusal
        assert [] == warehouse.shop.get(f"/fulfillment-orders/{own}/fulfillments/")


class TestMoney:
    @pytest.mark.parametrize("method", ["klarna", "card_token"])
    def test_a_gateway_that_captures_on_shipment_does(self, warehouse: Warehouse, method: str) -> None:
        details = {"card_token": "tok_1"} if method == "card_token" else {"payment_return_url": RETURN_URL}
        order = warehouse.shop.buy(method, payment_details={**details, "payment_gateway": CAPTURES_LATER})
        own = warehouse.only(order["number"])
        before = warehouse.shop.status(order["number"])

        _ship(warehouse, own)

        assert "open/authorized/unfulfilled" == before
        assert "archived/paid/fulfilled" == warehouse.shop.status(order["number"])
        assert ["authorize 15.00", "capture 15.00"] == warehouse.shop.transactions(order["number"])

    def test_klarna_pays_what_the_gateway_captured(self, warehouse: Warehouse) -> None:
        details = {"payment_return_url": RETURN_URL, "payment_gateway": CAPTURES_LATER}
        own = warehouse.only(warehouse.shop.buy(payment_details=details)["number"])

        _ship(warehouse, own)

        (ledger_order,) = warehouse.shop.ledger_orders()
        assert [1500] == [capture["captured_amount"] for capture in ledger_order["captures"]]

    def test_a_part_captures_nothing_yet(self, warehouse: Warehouse) -> None:
        details = {"card_token": "tok_1", "payment_gateway": CAPTURES_LATER}
        number = warehouse.shop.buy("card_token", payment_details=details, lines=[line_of(quantity=2)])["number"]
        own = warehouse.only(number)
        item = warehouse.read(own)["line_items"][0]["id"]

        _ship(warehouse, own, fulfillment_order_line_items=[{"id": item, "quantity": 1}])

        assert "open/authorized/incomplete" == warehouse.shop.status(number)

    def test_an_order_that_owes_something_stays_open(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy()["number"]
        warehouse.shop.post(f"/orders/{number}/lines/", {"product_id": TOWEL, "quantity": 1, "price": "3.00"})

        _ship(warehouse, warehouse.only(number))

        assert "open/partially_paid/fulfilled" == warehouse.shop.status(number)

    def test_an_order_whose_payment_is_decided_later_stays_open(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.complete(warehouse.shop.start(), "pending")["order"]["number"]

        _ship(warehouse, warehouse.only(number))

        assert "open/pending/fulfilled" == warehouse.shop.status(number)

    def test_a_gateway_that_captures_when_it_is_told_to_waits(self, app: Flask, warehouse: Warehouse) -> None:
        world = app.extensions["worlds"].get("test")
        details = {"card_token": "tok_1", "payment_gateway": CAPTURES_LATER}
        number = warehouse.shop.buy("card_token", payment_details=details)["number"]
        records.change(world, "gateways", CAPTURES_LATER, lambda found: {**found, "captures_on_fulfillment": False})

        _ship(warehouse, warehouse.only(number))

        assert "open/authorized/fulfilled" == warehouse.shop.status(number)

    def test_what_cannot_be_captured_any_more_leaves_the_order_open(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The parcel has left, whatever becomes of the money."""
        details = {"card_token": "tok_1", "payment_gateway": CAPTURES_LATER}
        number = warehouse.shop.buy("card_token", payment_details=details)["number"]

        def refuse(world: World, order: Record) -> Record:
            raise InvalidFields("gone")

        monkeypatch.setattr(collecting, "capture_order", refuse)
        _ship(warehouse, warehouse.only(number))

        assert "open/authorized/fulfilled" == warehouse.shop.status(number)


class TestLinesOfAnOrder:
    def test_all_lines_leave_with_one_call(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy(lines=[line_of(), line_of(TOWEL)])["number"]
        body = {"carrier": "fedex", "tracking_code": "F1", "tracking_link": "https://fedex.test/F1"}

        answer = warehouse.shop.send("POST", f"/orders/{number}/fulfillments/", body)

        told = answer.json
        assert (201, "F1", "fedex", "https://fedex.test/F1") == (
            answer.status, told["tracking_code"], told["tracking_carrier"], told["tracking_link"],
        )  # fmt: skip
        assert "archived/paid/fulfilled" == warehouse.shop.status(number)
        assert [told] == warehouse.shop.get(f"/orders/{number}/fulfillments/")
        assert told == warehouse.shop.get(f"/orders/{number}/fulfillments/{told['id']}/")

    def test_one_line_leaves_and_the_other_stays(self, warehouse: Warehouse) -> None:
        order = warehouse.shop.buy(lines=[line_of(), line_of(TOWEL)])
        towel = order["lines"][1]["id"]

        told = warehouse.shop.post(f"/orders/{order['number']}/fulfillments/", {"lines": [towel]})

        assert [towel] == [line["order_line_id"] for line in told["line_items"]]
        assert "open/paid/incomplete" == warehouse.shop.status(order["number"])

    def test_a_gift_card_that_is_not_shipped_can_be_fulfilled(self, warehouse: Warehouse) -> None:
        lines = [{"product_id": GIFT_CARD, "quantity": 1}]
        number = warehouse.shop.buy("card_token", lines=lines)["number"]
        before = warehouse.shop.status(number)

        warehouse.shop.post(f"/orders/{number}/fulfillments/")

        assert ["open/paid/not_required", "archived/paid/fulfilled"] == [before, warehouse.shop.status(number)]

    def test_lines_in_two_warehouses_are_not_shipped_together(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy(lines=[line_of(), line_of(TOWEL)])["number"]
        own = warehouse.only(number)
        item = warehouse.read(own)["line_items"][0]["id"]
        warehouse.act(own, "move", {"new_location_id": SECOND, "fulfillment_order_line_items": [{"id": item}]})
        before = warehouse.shop.state("orders")

        refusal = warehouse.shop.refusal("POST", f"/orders/{number}/fulfillments/", {})

        assert (400, {"lines": ["These lines are not shipped together."]}) == refusal
        assert before == warehouse.shop.state("orders")

    @pytest.mark.parametrize(
        ("lines", "text"),
        [([7], 'Invalid pk "7" - object does not exist.'), (["x"], "A valid integer is required.")],
    )
    def test_an_unknown_line_is_refused(self, warehouse: Warehouse, lines: list[Any], text: str) -> None:
        number = warehouse.shop.buy()["number"]

        status, told = warehouse.shop.refusal("POST", f"/orders/{number}/fulfillments/", {"lines": lines})

        assert 400 == status
        assert text in str(told["lines"])

    def test_nothing_leaves_twice(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy(lines=[line_of(TEAPOT), line_of(TOWEL)])["number"]
        line = warehouse.shop.read(number)["lines"][0]["id"]
        warehouse.shop.post(f"/orders/{number}/fulfillments/", {"lines": [line]})

        refusal = warehouse.shop.refusal("POST", f"/orders/{number}/fulfillments/", {"lines": [line]})

        assert (400, {"lines": ["These lines are fulfilled already."]}) == refusal

    def test_a_held_order_is_not_shipped(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy()["number"]
        warehouse.act(warehouse.only(number), "hold", {"reason": "other"})

        refusal = warehouse.shop.refusal("POST", f"/orders/{number}/fulfillments/", {})

        assert (400, {"non_field_errors": ["This action is not allowed on on_hold fulfillment orders."]}) == refusal

    def test_an_unknown_fulfillment_is_not_found(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy()["number"]

        refusal = warehouse.shop.refusal("GET", f"/orders/{number}/fulfillments/1/")

        assert (404, {"detail": "No Fulfillment matches the given query."}) == refusal


class TestEvents:
    @pytest.fixture
    def path(self, warehouse: Warehouse) -> str:
        """The events of a parcel that left."""
        number = warehouse.shop.buy()["number"]
        id_ = _ship(warehouse, warehouse.only(number))["id"]
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


def test_a_parcel_is_told_of_in_forms_as_well(app: Flask, warehouse: Warehouse) -> None:
    own = warehouse.only(warehouse.shop.buy()["number"])
    path = f"/api/admin/fulfillment-orders/{own}/fulfillments/"
    form = {"tracking_info[0]carrier": "usps", "tracking_info[0]tracking_code": "9200", "notify": "on"}

    told = app.test_client().post(path, data=form, headers={"Authorization": f"Bearer {warehouse.shop.token}"}).json

    assert told is not None
    assert ("usps", "9200") == (told["tracking_carrier"], told["tracking_code"])

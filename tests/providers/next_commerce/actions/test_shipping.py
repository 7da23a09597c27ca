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
from mock_server.providers.next_commerce.state.delivery import CARRIERS
from tests.next_commerce import CAPTURES_LATER, GIFT_CARD, RETURN_URL, TEAPOT, TOWEL, line_of
from tests.providers.next_commerce.warehouse import SECOND, UPS, Warehouse


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

        told = warehouse.ship(own, tracking_info=[{"carrier": carrier, "tracking_code": "X"}])

        assert carrier == told["tracking_carrier"]

    def test_several_parcels_are_named_together(self, warehouse: Warehouse) -> None:
        own = warehouse.only(warehouse.shop.buy()["number"])
        other = {"carrier": "other", "carrier_other_name": "Bike", "tracking_link": "https://bike.test/7"}

        told = warehouse.ship(own, tracking_info=[UPS, other])

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

        first = warehouse.ship(own, fulfillment_order_line_items=[{"id": item, "quantity": 1}])
        between = warehouse.read(own), warehouse.shop.status(number)
        second = warehouse.ship(own)

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

        far = warehouse.ship(moved)
        between = warehouse.shop.status(number)
        near = warehouse.ship(own)

        assert [SECOND, 1] == [far["location_id"], near["location_id"]]
        assert ["open/paid/incomplete", "archived/paid/fulfilled"] == [between, warehouse.shop.status(number)]

    def test_webhooks_tell_of_the_parcel_and_of_its_order(self, warehouse: Warehouse) -> None:
        shop = warehouse.shop
        own = warehouse.only(shop.buy()["number"])
        shop.listen("https://shop.test/hook", "fulfillment.created", "fulfillment.updated", "order.updated")

        told = warehouse.ship(own)

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
        warehouse.ship(own)

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

        warehouse.ship(own)

        assert "open/authorized/unfulfilled" == before
        assert "archived/paid/fulfilled" == warehouse.shop.status(order["number"])
        assert ["authorize 15.00", "capture 15.00"] == warehouse.shop.transactions(order["number"])

    def test_klarna_pays_what_the_gateway_captured(self, warehouse: Warehouse) -> None:
        details = {"payment_return_url": RETURN_URL, "payment_gateway": CAPTURES_LATER}
        own = warehouse.only(warehouse.shop.buy(payment_details=details)["number"])

        warehouse.ship(own)

        (ledger_order,) = warehouse.shop.ledger_orders()
        assert [1500] == [capture["captured_amount"] for capture in ledger_order["captures"]]

    def test_a_part_captures_nothing_yet(self, warehouse: Warehouse) -> None:
        details = {"card_token": "tok_1", "payment_gateway": CAPTURES_LATER}
        number = warehouse.shop.buy("card_token", payment_details=details, lines=[line_of(quantity=2)])["number"]
        own = warehouse.only(number)
        item = warehouse.read(own)["line_items"][0]["id"]

        warehouse.ship(own, fulfillment_order_line_items=[{"id": item, "quantity": 1}])

        assert "open/authorized/incomplete" == warehouse.shop.status(number)

    def test_an_order_that_owes_something_stays_open(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy()["number"]
        warehouse.shop.post(f"/orders/{number}/lines/", {"product_id": TOWEL, "quantity": 1, "price": "3.00"})

        warehouse.ship(warehouse.only(number))

        assert "open/partially_paid/fulfilled" == warehouse.shop.status(number)

    def test_an_order_whose_payment_is_decided_later_stays_open(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.complete(warehouse.shop.start(), "pending")["order"]["number"]

        warehouse.ship(warehouse.only(number))

        assert "open/pending/fulfilled" == warehouse.shop.status(number)

    def test_a_gateway_that_captures_when_it_is_told_to_waits(self, app: Flask, warehouse: Warehouse) -> None:
        world = app.extensions["worlds"].get("test")
        details = {"card_token": "tok_1", "payment_gateway": CAPTURES_LATER}
        number = warehouse.shop.buy("card_token", payment_details=details)["number"]
        records.change(world, "gateways", CAPTURES_LATER, lambda found: {**found, "captures_on_fulfillment": False})

        warehouse.ship(warehouse.only(number))

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
        warehouse.ship(warehouse.only(number))

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


def test_a_parcel_is_told_of_in_forms_as_well(app: Flask, warehouse: Warehouse) -> None:
    own = warehouse.only(warehouse.shop.buy()["number"])
    path = f"/api/admin/fulfillment-orders/{own}/fulfillments/"
    form = {"tracking_info[0]carrier": "usps", "tracking_info[0]tracking_code": "9200", "notify": "on"}

    told = app.test_client().post(path, data=form, headers={"Authorization": f"Bearer {warehouse.shop.token}"}).json

    assert told is not None
    assert ("usps", "9200") == (told["tracking_carrier"], told["tracking_code"])

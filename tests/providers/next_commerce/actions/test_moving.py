"""Fulfillment orders that become two: moved, cancelled and asked for anew, requested in part."""

from __future__ import annotations

from typing import Any

import pytest

from tests.next_commerce import TEAPOT, TOWEL, NextCommerce, line_of
from tests.providers.next_commerce.warehouse import MAIN, POSTED, SECOND, WAREHOUSE_ADDRESS, Warehouse


@pytest.fixture
def warehouse(next_commerce: NextCommerce) -> Warehouse:
    next_commerce.freeze()
    return Warehouse(next_commerce)


def _ordered(warehouse: Warehouse, *quantities: int) -> tuple[int, list[int]]:
    """The fulfillment order of so many teapots and towels, and the ids of its items."""
    lines = [line_of(product, quantity) for product, quantity in zip((TEAPOT, TOWEL), quantities, strict=False)]
    own = warehouse.only(warehouse.shop.buy(lines=lines)["number"])
    return own, [item["id"] for item in warehouse.read(own)["line_items"]]


def _counts(told: dict[str, Any]) -> list[tuple[int, int]]:
    """Quantity and what of it can be shipped, of each item."""
    return [(item["quantity"], item["fulfillable_quantity"]) for item in told["line_items"]]


class TestMoving:
    def test_all_goes_to_a_new_one_elsewhere_and_the_original_is_closed(self, warehouse: Warehouse) -> None:
        own, _ = _ordered(warehouse, 2)

        told = warehouse.act(own, "move", {"new_location_id": SECOND})

        moved, original = told["moved_fulfillment_order"], told["original_fulfillment_order"]
        assert (own + 1, "open", "pending", SECOND) == (
            moved["id"], moved["status"], moved["request_status"], moved["assigned_location"]["id"],
        )  # fmt: skip
        assert (own, "closed", MAIN) == (original["id"], original["status"], original["assigned_location"]["id"])
        assert ([(2, 2)], [(2, 0)]) == (_counts(moved), _counts(original))
        assert moved["order_number"] == original["order_number"]

    def test_of_two_items_one_goes_and_the_other_stays(self, warehouse: Warehouse) -> None:
        own, (first, second) = _ordered(warehouse, 2, 3)
        body = {"new_location_id": SECOND, "fulfillment_order_line_items": [{"id": second}]}

        told = warehouse.act(own, "move", body)

        moved, original = told["moved_fulfillment_order"], told["original_fulfillment_order"]
        assert ("open", [(2, 2)], [first]) == (
            original["status"], _counts(original), [item["id"] for item in original["line_items"]],
        )  # fmt: skip
        assert ("open", [(3, 3)], "TOWEL-1") == (moved["status"], _counts(moved), moved["line_items"][0]["sku"])

    def test_what_was_shipped_does_not_move(self, warehouse: Warehouse) -> None:
        own, (item,) = _ordered(warehouse, 3)
        warehouse.act(own, "fulfillments", {"fulfillment_order_line_items": [{"id": item, "quantity": 1}]})

        told = warehouse.act(own, "move", {"new_location_id": SECOND})

        assert [(2, 2)] == _counts(told["moved_fulfillment_order"])

    def test_what_was_moved_goes_to_its_new_warehouse_by_itself(self, warehouse: Warehouse) -> None:
        own, _ = _ordered(warehouse, 1)
        warehouse.shop.advance(POSTED)
        warehouse.act(own, "cancellation-request")
        moved = warehouse.act(own, "move", {"new_location_id": SECOND})["moved_fulfillment_order"]["id"]

        warehouse.shop.advance(POSTED)

        assert "processing/None" == warehouse.state(moved)

    @pytest.mark.parametrize(
        ("body", "refusal"),
        [
            ({}, {"new_location_id": ["This field is required."]}),
            ({"new_location_id": "near"}, {"new_location_id": ["A valid integer is required."]}),
            ({"new_location_id": 9}, {"new_location_id": ['Invalid pk "9" - object does not exist.']}),
            ({"new_location_id": 1}, {"new_location_id": ["The fulfillment order is at this location already."]}),
            (
                {"new_location_id": 2, "fulfillment_order_line_items": [{"id": 1}]},
                {"fulfillment_order_line_items": [{"id": ['Invalid pk "1" - object does not exist.']}]},
            ),
            (
                {"new_location_id": 2, "fulfillment_order_line_items": [{}]},
                {"fulfillment_order_line_items": [{"id": ["This field is required."]}]},
            ),
        ],
    )
    def test_a_move_to_nowhere_is_refused_and_changes_nothing(
        self, warehouse: Warehouse, body: dict[str, Any], refusal: Any
    ) -> None:
        own, _ = _ordered(warehouse, 1)
        before = warehouse.shop.state("orders")

        assert (400, refusal) == warehouse.refusal(own, "move", body)
        assert before == warehouse.shop.state("orders")

    def test_the_ninety_ninth_is_the_last_of_an_order(self, warehouse: Warehouse) -> None:
        """Ids of a hundredth would be those of the next order."""
        own, _ = _ordered(warehouse, 1)
        for _ in range(98):
            own = warehouse.act(own, "cancel")["new_fulfillment_order"]["id"]

        refusal = warehouse.refusal(own, "cancel")

        assert 10000199 == own
        assert (400, {"non_field_errors": ["This order has too many fulfillment orders."]}) == refusal


class TestAvailableLocations:
    def test_other_locations_are_available_for_what_waits(self, warehouse: Warehouse) -> None:
        own, items = _ordered(warehouse, 1, 1)

        found = warehouse.shop.get(f"/fulfillment-orders/{own}/available-locations/")

        second = {"id": SECOND, "name": "Second Warehouse", "fulfillment_order_line_ids": items}
        assert {"available_locations": [second]} == found

    def test_a_new_location_is_available_too(self, warehouse: Warehouse) -> None:
        own, items = _ordered(warehouse, 1)
        made = warehouse.shop.post("/locations/", {"name": "Depot", "address": WAREHOUSE_ADDRESS})

        found = warehouse.shop.get(f"/fulfillment-orders/{own}/available-locations/")["available_locations"]

        assert {"id": made["id"], "name": "Depot", "fulfillment_order_line_ids": items} == found[-1]

    def test_of_what_is_shipped_there_is_none(self, warehouse: Warehouse) -> None:
        own, _ = _ordered(warehouse, 1)
        warehouse.act(own, "fulfillments")

        found = warehouse.shop.get(f"/fulfillment-orders/{own}/available-locations/")

        assert {"available_locations": []} == found


class TestStock:
    @pytest.fixture
    def stocked(self, warehouse: Warehouse) -> tuple[Warehouse, int, list[int]]:
        """Two towels are counted in the second warehouse; three, and a teapot, are to be shipped."""
        own, items = _ordered(warehouse, 1, 3)
        body = {"product": TOWEL, "location_id": SECOND, "num_in_stock": 2}
        warehouse.shop.post("/stockrecords/", body)
        return warehouse, own, items

    def test_a_location_lacks_what_its_stock_says(self, stocked: tuple[Warehouse, int, list[int]]) -> None:
        warehouse, own, (teapot, _) = stocked

        found = warehouse.shop.get(f"/fulfillment-orders/{own}/available-locations/")["available_locations"]

        assert [(SECOND, [teapot])] == [(each["id"], each["fulfillment_order_line_ids"]) for each in found]

    def test_what_a_location_lacks_is_not_moved_there(self, stocked: tuple[Warehouse, int, list[int]]) -> None:
        warehouse, own, (_, towels) = stocked

        refusal = warehouse.refusal(own, "move", {"new_location_id": SECOND})

        assert (400, {"new_location_id": ["The location does not stock all items."]}) == refusal
        (fault,) = warehouse.shop.explanation()["faults"]
        assert f"location {SECOND} has not enough of items {towels}" == fault["text"]


class TestCancelling:
    def test_it_is_canceled_and_its_items_wait_in_a_new_one(self, warehouse: Warehouse) -> None:
        own, _ = _ordered(warehouse, 2)

        told = warehouse.act(own, "cancel")

        new, original = told["new_fulfillment_order"], told["original_fulfillment_order"]
        assert (own, "canceled", [(2, 0)]) == (original["id"], original["status"], _counts(original))
        assert (own + 1, "open", MAIN, [(2, 2)]) == (
            new["id"], new["status"], new["assigned_location"]["id"], _counts(new),
        )  # fmt: skip
        assert [] == original["supported_actions"]

    def test_what_a_service_gave_up_waits_again(self, warehouse: Warehouse) -> None:
        own = warehouse.accepted()
        warehouse.act(own, "close")

        new = warehouse.act(own, "cancel")["new_fulfillment_order"]

        assert ("open", "pending") == (new["status"], new["request_status"])
        assert "open/paid/unfulfilled" == warehouse.shop.status(new["order_number"])


class TestRequesting:
    def test_all_of_it_is_requested_at_once(self, warehouse: Warehouse) -> None:
        own, _ = _ordered(warehouse, 2)

        told = warehouse.act(own, "fulfillment-request", {"message": "quick", "notify": True})

        assert told["original_fulfillment_order"] == told["requested_fulfillment_order"]
        assert None is told["unrequested_fulfillment_order"]
        assert "processing/None" == warehouse.state(own)

    def test_of_a_part_the_rest_waits_in_a_new_one(self, warehouse: Warehouse) -> None:
        own, (first, _) = _ordered(warehouse, 3, 1)
        body = {"fulfillment_order_line_items": [{"id": first, "quantity": 2}]}

        told = warehouse.act(own, "fulfillment-request", body)

        requested, rest = told["requested_fulfillment_order"], told["unrequested_fulfillment_order"]
        assert (own, "processing", [(2, 2)]) == (requested["id"], requested["status"], _counts(requested))
        assert (own + 1, "open", [(1, 1), (1, 1)]) == (rest["id"], rest["status"], _counts(rest))
        assert "processing" == warehouse.shop.read(requested["order_number"])["fulfillment_status"]

    @pytest.mark.parametrize(
        ("quantity", "refusal"),
        [
            (0, "Ensure this value is greater than or equal to 1."),
            (3, "Ensure this value is less than or equal to 2."),
            ("some", "A valid integer is required."),
        ],
    )
    def test_a_quantity_that_does_not_wait_is_refused(
        self, warehouse: Warehouse, quantity: Any, refusal: str
    ) -> None:
        own, (item,) = _ordered(warehouse, 2)
        body = {"fulfillment_order_line_items": [{"id": item, "quantity": quantity}]}

        assert (400, {"fulfillment_order_line_items": [{"quantity": [refusal]}]}) == warehouse.refusal(
            own, "fulfillment-request", body
        )
        assert "open/pending" == warehouse.state(own)

    def test_an_item_that_is_named_twice_is_asked_for_twice(self, warehouse: Warehouse) -> None:
        own, (item,) = _ordered(warehouse, 2)
        twice = [{"id": item, "quantity": 1}] * 2

        told = warehouse.act(own, "fulfillment-request", {"fulfillment_order_line_items": twice})

        assert ([(2, 2)], None) == (
            _counts(told["requested_fulfillment_order"]), told["unrequested_fulfillment_order"],
        )  # fmt: skip

    def test_an_item_that_is_named_twice_counts_twice(self, warehouse: Warehouse) -> None:
        own, (item,) = _ordered(warehouse, 2)
        twice = [{"id": item, "quantity": 1}, {"id": item, "quantity": 2}]

        refusal = warehouse.refusal(own, "fulfillment-request", {"fulfillment_order_line_items": twice})

        text = "Ensure this value is less than or equal to 1."
        assert (400, {"fulfillment_order_line_items": [{}, {"quantity": [text]}]}) == refusal

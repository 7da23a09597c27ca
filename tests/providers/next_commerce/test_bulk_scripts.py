"""What the vendor's scripts next-bulk-fulfill and next-bulk-move ask for and insist on, request by request.

Both stop at the first answer that is not as they need it; what they need is asserted here in their order.
Source: NextCommerceCo/skills, bulk_fulfill.py and bulk_move.py (read 2026-11-21).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.next_commerce import TOWEL, NextCommerce, line_of
from tests.providers.next_commerce.warehouse import CALLBACK, MAIN, POSTED, SECOND, Warehouse

POLLS = 6
CANCELLING = {"cancel_requested", "cancel_accepted"}


class Script:
    """What both scripts share: lists that they read to the end, each row checked."""

    def __init__(self, shop: NextCommerce) -> None:
        self.shop = shop
        self.asked: list[str] = []  # "GET fulfillment-orders/1/"

    def send(self, method: str, path: str, body: Any = None) -> Any:
        self.asked.append(f"{method} {path.partition('?')[0]}")
        answer = self.shop.send(method, f"/{path}", body, content_type="application/json")
        assert answer.status // 100 == 2, answer.text
        return answer.json

    def rows(self, number: str) -> list[dict[str, Any]]:
        path, rows, seen = f"fulfillment-orders/?order_number={number}", [], set()
        while path:
            assert path not in seen
            seen.add(path)
            told = self.send("GET", path)
            rows += [self.checked(row, number) for row in told["results"]]
            path = (told["next"] or "").partition("/api/admin/")[2]
        return rows

    def checked(self, row: dict[str, Any], number: str, id_: int | None = None) -> dict[str, Any]:
        assert {"id", "order_number", "status", "assigned_location", "supported_actions"} <= set(row)
        assert str(row["order_number"]) == number and id_ in (None, row["id"]) and row["status"]
        assert int(row["assigned_location"]["id"])
        return row


class BulkFulfill(Script):
    def ship(self, number: str, code: str, carrier: str) -> str:
        """What the script writes down of an order."""
        eligible = [row for row in self.rows(number) if row["status"] in ("processing", "open")]
        if any((row["request_status"] or "") in CANCELLING for row in eligible):
            return "CANCELLATION_IN_PROGRESS"
        if not eligible:
            return "NOT_FOUND"
        if len(eligible) != 1:
            return "MANUAL_REVIEW"
        body = {"tracking_info": [{"tracking_code": code, "carrier": carrier}], "notify": True}
        told = self.send("POST", f"fulfillment-orders/{eligible[0]['id']}/fulfillments/", body)
        return "FULFILLED" if told["tracking_code"] == code else "NEEDS_VERIFICATION"


class BulkMove(Script):
    def __init__(self, shop: NextCommerce, source: int, destination: int) -> None:
        super().__init__(shop)
        self.source, self.destination = source, destination

    def one(self, id_: int, number: str) -> dict[str, Any]:
        return self.checked(self.send("GET", f"fulfillment-orders/{id_}/"), number, id_)

    def is_available(self, id_: int) -> bool:
        told = self.send("GET", f"fulfillment-orders/{id_}/available-locations/")
        return self.destination in {int(row["id"]) for row in told["available_locations"]}

    def move(self, number: str) -> str:
        """What the script writes down of an order."""
        rows = self.rows(number)
        own = [row for row in rows if row["assigned_location"]["id"] == self.source]
        if not own:
            there = any(row["assigned_location"]["id"] == self.destination for row in rows)
            return "ALREADY_MOVED" if there else "WRONG_LOCATION" if rows else "NOT_FOUND"
        if len(own) > 1:
            return "MANUAL_REVIEW"
        row = own[0]
        if self._may_move(row):
            return self._moved(row["id"], number, "MOVED" if row["status"] == "open" else "CANCEL+MOVED")
        if row["status"] == "processing":
            return self._recalled(row, number)
        is_over = row["status"] in ("closed", "canceled")
        return f"{'SKIPPED' if is_over else 'UNKNOWN_STATE'}_{row['status'].upper()}"

    def _recalled(self, row: dict[str, Any], number: str) -> str:
        if row["request_status"] == "cancel_rejected":
            return "CANCEL_REJECTED"
        if not self.is_available(row["id"]):
            return "LOCATION_UNAVAILABLE"
        if row["request_status"] is None and self.one(row["id"], number)["request_status"] is None:
            assert self.is_available(row["id"])
            self.send("POST", f"fulfillment-orders/{row['id']}/cancellation-request/", {})
        for _ in range(POLLS):
            latest = self.one(row["id"], number)
            if latest["request_status"] == "cancel_rejected":
                return "CANCEL_REJECTED"
            if latest["request_status"] == "cancel_accepted" and "move" in latest["supported_actions"]:
                return self._moved(row["id"], number, "CANCEL+MOVED")
        return "CANCEL_PENDING"

    def _may_move(self, row: dict[str, Any]) -> bool:
        is_recalled = (row["status"], row["request_status"]) == ("canceled", "cancel_accepted")
        return "move" in row["supported_actions"] and (row["status"] == "open" or is_recalled)

    def _moved(self, id_: int, number: str, action: str) -> str:
        if not self.is_available(id_):
            return "LOCATION_UNAVAILABLE"
        latest = self.one(id_, number)
        assert latest["assigned_location"]["id"] == self.source and self._may_move(latest)
        assert self.is_available(id_)
        told = self.send("POST", f"fulfillment-orders/{id_}/move/", {"new_location_id": self.destination})
        moved, original = told["moved_fulfillment_order"], told["original_fulfillment_order"]
        is_proven = moved["id"] and (original["id"], original["order_number"]) == (id_, number)
        return action if is_proven and moved["assigned_location"]["id"] == self.destination else "MOVE_UNVERIFIED"


@pytest.fixture
def warehouse(next_commerce: NextCommerce) -> Warehouse:
    next_commerce.freeze()
    return Warehouse(next_commerce)


class TestBulkFulfill:
    @pytest.fixture
    def script(self, next_commerce: NextCommerce) -> BulkFulfill:
        return BulkFulfill(next_commerce)

    @pytest.mark.parametrize("advanced", ["0s", POSTED])
    def test_an_order_is_shipped_before_and_after_it_went_to_its_warehouse(
        self, warehouse: Warehouse, script: BulkFulfill, advanced: str
    ) -> None:
        number = warehouse.shop.buy()["number"]
        warehouse.shop.advance(advanced)

        done = [script.ship(number, "1Z1", "ups"), script.ship(number, "1Z1", "ups")]

        assert ["FULFILLED", "NOT_FOUND"] == done
        assert "archived/paid/fulfilled" == warehouse.shop.status(number)

    @pytest.mark.parametrize("prepare", ["requested", "accepted"])
    def test_what_a_service_was_asked_for_is_shipped(
        self, warehouse: Warehouse, script: BulkFulfill, prepare: str
    ) -> None:
        number = str(getattr(warehouse, prepare)() // 100)

        assert "FULFILLED" == script.ship(number, "1Z1", "ups")

    def test_an_order_with_an_upsell_is_one_parcel(self, warehouse: Warehouse, script: BulkFulfill) -> None:
        number = warehouse.shop.buy()["number"]
        warehouse.shop.post(f"/orders/{number}/add-line-items/", {"lines": [line_of(TOWEL, 1, "1.00")]})

        assert "FULFILLED" == script.ship(number, "1Z1", "ups")
        assert "archived/paid/fulfilled" == warehouse.shop.status(number)

    def test_one_that_is_being_cancelled_is_left_alone(self, warehouse: Warehouse, script: BulkFulfill) -> None:
        own = warehouse.accepted()
        warehouse.act(own, "cancellation-request")

        assert "CANCELLATION_IN_PROGRESS" == script.ship(str(own // 100), "1Z1", "ups")

    def test_an_order_that_is_not_there_has_no_rows(self, warehouse: Warehouse, script: BulkFulfill) -> None:
        assert "NOT_FOUND" == script.ship("424242", "1Z1", "ups")

    def test_lists_are_read_to_their_end(self, warehouse: Warehouse, script: BulkFulfill) -> None:
        """Of sixty rows the first page has fifty."""
        number = warehouse.shop.buy()["number"]
        own = warehouse.only(number)
        for _ in range(59):
            own = warehouse.act(own, "cancel")["new_fulfillment_order"]["id"]

        assert "FULFILLED" == script.ship(number, "1Z1", "ups")
        assert ["GET fulfillment-orders/"] * 2 == script.asked[:2]


class TestBulkMove:
    @pytest.fixture
    def script(self, next_commerce: NextCommerce) -> BulkMove:
        return BulkMove(next_commerce, MAIN, SECOND)

    def test_an_open_one_is_moved_and_then_left_alone(self, warehouse: Warehouse, script: BulkMove) -> None:
        number = warehouse.shop.buy()["number"]

        first = script.move(number)
        asked = list(script.asked)

        own = f"fulfillment-orders/{number}01/"
        assert ("MOVED", "SKIPPED_CLOSED") == (first, script.move(number))
        assert [
            "GET fulfillment-orders/", f"GET {own}available-locations/", f"GET {own}",
            f"GET {own}available-locations/", f"POST {own}move/",
        ] == asked  # fmt: skip

    def test_one_that_is_processing_is_recalled_and_moved(self, warehouse: Warehouse, script: BulkMove) -> None:
        number = warehouse.shop.buy()["number"]
        warehouse.shop.advance(POSTED)

        done = script.move(number)

        assert "CANCEL+MOVED" == done
        assert f"POST fulfillment-orders/{number}01/cancellation-request/" in script.asked
        assert ["closed", "open"] == [each["status"] for each in warehouse.orders_of(number)]
        assert "open/paid/unfulfilled" == warehouse.shop.status(number)

    def test_what_a_service_agreed_to_cancel_is_moved(self, warehouse: Warehouse) -> None:
        own = warehouse.accepted()
        source = warehouse.read(own)["assigned_location"]["id"]
        script = BulkMove(warehouse.shop, source, MAIN)
        warehouse.act(own, "cancellation-request")
        pending = script.move(str(own // 100))
        warehouse.act(own, "cancellation-request/accept")

        assert ("CANCEL_PENDING", "CANCEL+MOVED") == (pending, script.move(str(own // 100)))

    def test_what_a_service_would_not_cancel_stays(self, warehouse: Warehouse) -> None:
        own = warehouse.accepted()
        script = BulkMove(warehouse.shop, warehouse.read(own)["assigned_location"]["id"], MAIN)
        warehouse.act(own, "cancellation-request")
        warehouse.act(own, "cancellation-request/reject")

        assert "CANCEL_REJECTED" == script.move(str(own // 100))

    def test_what_a_service_has_accepted_the_newest_script_only_waits_for(self, warehouse: Warehouse) -> None:
        """It asks for a cancellation only where request_status is null; the schema has no null."""
        own = warehouse.accepted(callback_url=CALLBACK)
        script = BulkMove(warehouse.shop, warehouse.read(own)["assigned_location"]["id"], MAIN)

        assert "CANCEL_PENDING" == script.move(str(own // 100))
        assert not [asked for asked in script.asked if asked.startswith("POST")]

    def test_a_held_one_and_a_shipped_one_are_left_alone(self, warehouse: Warehouse, script: BulkMove) -> None:
        held, shipped = warehouse.shop.buy()["number"], warehouse.shop.buy()["number"]
        warehouse.act(warehouse.only(held), "hold", {"reason": "other"})
        warehouse.act(warehouse.only(shipped), "fulfillments")

        assert ["UNKNOWN_STATE_ON_HOLD", "SKIPPED_CLOSED"] == [script.move(held), script.move(shipped)]

    def test_a_destination_that_is_not_there_moves_nothing(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy()["number"]

        assert "LOCATION_UNAVAILABLE" == BulkMove(warehouse.shop, MAIN, 77).move(number)
        assert "open" == warehouse.orders_of(number)[0]["status"]

    def test_one_that_is_elsewhere_is_skipped(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy()["number"]

        assert "ALREADY_MOVED" == BulkMove(warehouse.shop, SECOND, MAIN).move(number)
        assert "WRONG_LOCATION" == BulkMove(warehouse.shop, SECOND, 77).move(number)

"""Lists of fulfillment orders and their filters."""

from __future__ import annotations

import pytest

from mock_server.app import create_app
from mock_server.settings import Settings
from tests.klarna import InProcess
from tests.next_commerce import TEA_MONTH, TOWEL, NextCommerce, line_of
from tests.providers.next_commerce.warehouse import POSTED, SECOND, Warehouse


@pytest.fixture
def warehouse(next_commerce: NextCommerce) -> Warehouse:
    """Three orders: a teapot, moved and closed; towels by express, held; tea, placed two days later and processing."""
    next_commerce.freeze()
    warehouse = Warehouse(next_commerce)
    first = warehouse.only(next_commerce.buy()["number"])
    warehouse.act(first, "move", {"new_location_id": SECOND})
    second = warehouse.only(next_commerce.buy(lines=[line_of(TOWEL)], shipping_code="express")["number"])
    warehouse.act(second, "hold", {"reason": "other"})
    next_commerce.advance("2d")
    next_commerce.buy(lines=[line_of(TEA_MONTH)])
    next_commerce.advance(POSTED)
    return warehouse


CLOSED, MOVED, HELD, SENT = 10000101, 10000102, 10000201, 10000301


def _ids(warehouse: Warehouse, query: str = "", path: str = "/fulfillment-orders/") -> list[int]:
    return [row["id"] for row in warehouse.shop.results(f"{path}?{query}")]


def test_without_filters_all_come_the_newest_first(warehouse: Warehouse) -> None:
    assert [SENT, HELD, MOVED, CLOSED] == _ids(warehouse)
    assert warehouse.read(HELD) == warehouse.shop.results("/fulfillment-orders/?status=on_hold")[0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("order_number=100001", [MOVED, CLOSED]),
        ("order_number=100001,100003", [SENT, MOVED, CLOSED]),
        ("order_number=7", []),
        ("location_id=1", [SENT, HELD, CLOSED]),
        ("location_id=1&status=processing,on_hold", [SENT, HELD]),
        ("status=closed", [CLOSED]),
        ("status=closed&status=on_hold", [HELD, CLOSED]),
        ("status[]=processing", [SENT, MOVED]),
        ("request_status=pending", [HELD]),
        ("fulfillment_order_id=10000201,10000101", [HELD, CLOSED]),
        ("shipping_method=express", [HELD]),
        ("shipping_method=Default", [SENT, MOVED, CLOSED]),
        ("date_created_from=2026-11-21", [SENT]),
        ("date_created_to=2026-11-20", [HELD, MOVED, CLOSED]),
        ("date_created_from=2026-11-20&date_created_to=2026-11-20&sku=TOWEL-1", [HELD]),
        ("product=112", [SENT]),
        ("product_id=2,3", [SENT, HELD]),
        ("sku=TEA-MONTH,TEAPOT-1", [SENT, MOVED, CLOSED]),
        ("sku=nothing", []),
        ("limit=1", [SENT, HELD, MOVED, CLOSED]),
    ],
)
def test_filters_take_one_value_or_several(warehouse: Warehouse, query: str, expected: list[int]) -> None:
    assert expected == _ids(warehouse, query)


def test_a_date_that_is_none_is_refused(warehouse: Warehouse) -> None:
    refusal = warehouse.shop.refusal("GET", "/fulfillment-orders/?date_created_from=tuesday")

    assert (400, {"date_created_from": ["Enter a valid date."]}) == refusal


def test_a_cursor_that_is_none_is_refused(warehouse: Warehouse) -> None:
    assert (404, {"detail": "Invalid cursor"}) == warehouse.shop.refusal("GET", "/fulfillment-orders/?cursor=x")


def test_orders_of_one_order_are_a_plain_array_the_oldest_first(warehouse: Warehouse) -> None:
    assert [CLOSED, MOVED] == [each["id"] for each in warehouse.orders_of("100001")]
    assert 404 == warehouse.shop.refusal("GET", "/orders/7/fulfillment-orders/")[0]


class TestAssigned:
    def test_a_service_finds_what_it_is_to_act_on(self, warehouse: Warehouse) -> None:
        requested, accepted, recalled, waiting = (
            warehouse.requested(), warehouse.accepted(), warehouse.accepted(), warehouse.at_a_service(),
        )  # fmt: skip
        warehouse.act(recalled, "cancellation-request")

        found = {
            status: _ids(warehouse, f"assignment_status={status}", "/assigned-fulfillment-orders/")
            for status in ("fulfillment_requested", "fulfillment_accepted", "cancellation_requested")
        }

        assert {
            "fulfillment_requested": [requested],
            "fulfillment_accepted": [accepted],
            "cancellation_requested": [recalled],
        } == found
        unrequested = "assignment_status=fulfillment_unrequested"
        assert [waiting, HELD] == _ids(warehouse, unrequested, "/assigned-fulfillment-orders/")

    def test_each_location_finds_its_own(self, warehouse: Warehouse) -> None:
        own = warehouse.requested()
        location = warehouse.read(own)["assigned_location"]["id"]

        query = f"location_id={location}&date_created_from=2026-11-22"
        assert [own] == _ids(warehouse, query, "/assigned-fulfillment-orders/")
        assert [MOVED] == _ids(warehouse, f"location_id={SECOND}", "/assigned-fulfillment-orders/")

    def test_an_unknown_status_is_refused(self, warehouse: Warehouse) -> None:
        refusal = warehouse.shop.refusal("GET", "/assigned-fulfillment-orders/?assignment_status=mine")

        text = "Select a valid choice. mine is not one of the available choices."
        assert (400, {"assignment_status": [text]}) == refusal

    def test_a_service_reads_what_its_app_needs(self, warehouse: Warehouse) -> None:
        """demo-fulfillment-service-app indexes these members."""
        warehouse.requested()
        path = "/assigned-fulfillment-orders/?assignment_status=fulfillment_requested"

        (row,) = warehouse.shop.results(path)

        address = (
            "first_name", "last_name", "line1", "line2", "line3", "line4", "state", "postcode", "country",
            "phone_number",
        )  # fmt: skip
        assert "+12025550140" == [row["shipping_address"][name] for name in address][-1]
        assert ("default", "TEAPOT-1", 1) == (
            row["shipping_method"]["code"], row["line_items"][0]["sku"], row["line_items"][0]["quantity"],
        )  # fmt: skip
        assert {"product_image", "product_title"} <= set(row["line_items"][0])


def test_a_token_of_a_service_does_what_services_do_and_no_more(warehouse: Warehouse) -> None:
    settings = "service=fulfillment_service:read fulfillment_service:write"
    app = create_app(Settings(next_commerce_tokens=settings))
    service = NextCommerce(InProcess(app.test_client()), "default", token="service")

    statuses = [
        service.send(method, path, {}).status
        for method, path in (
            ("GET", "/locations/"), ("GET", "/assigned-fulfillment-orders/"), ("GET", "/fulfillment-orders/"),
            ("POST", "/fulfillment-orders/1/hold/"), ("POST", "/fulfillment-orders/1/move/"),
            ("POST", "/fulfillment-orders/1/fulfillment-request/"), ("GET", "/orders/1/fulfillments/"),
        )
    ]  # fmt: skip

    assert [200, 200, 200, 404, 403, 403, 403] == statuses

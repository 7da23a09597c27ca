"""Fulfillment orders follow the lines of their order: they ask for what is left to ship, each item once."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.providers.next_commerce.state.shipments import number_in
from tests.next_commerce import TEAPOT, TOWEL, NextCommerce, line_of
from tests.providers.next_commerce.warehouse import POSTED, SECOND, Warehouse


@pytest.fixture
def warehouse(next_commerce: NextCommerce) -> Warehouse:
    next_commerce.freeze()
    return Warehouse(next_commerce)


def _asked(warehouse: Warehouse, number: str) -> list[list[tuple[str, int]]]:
    """Of each fulfillment order what it still asks for: sku and how many."""
    return [
        [(item["sku"], item["fulfillable_quantity"]) for item in each["line_items"]]
        for each in warehouse.orders_of(number)
    ]


def test_goods_that_are_not_shipped_are_asked_of_nobody(warehouse: Warehouse) -> None:
    lines: list[dict[str, Any]] = [line_of(TEAPOT, 2), {"product_id": 6, "quantity": 1}]
    number = warehouse.shop.buy(lines=lines)["number"]

    assert [[("TEAPOT-1", 2)]] == _asked(warehouse, number)


def test_an_upsell_joins_what_waits(warehouse: Warehouse) -> None:
    """next-bulk-fulfill leaves orders of more than one open fulfillment order to people."""
    number = warehouse.shop.buy()["number"]
    own = warehouse.only(number)

    warehouse.shop.post(f"/orders/{number}/add-line-items/", {"lines": [line_of(TOWEL, 3, "1.00")]})

    assert [[("TEAPOT-1", 1), ("TOWEL-1", 3)]] == _asked(warehouse, number)
    assert [own * 100 + 1, own * 100 + 2] == [item["id"] for item in warehouse.read(own)["line_items"]]


def test_more_of_a_line_is_more_of_its_item(warehouse: Warehouse) -> None:
    order = warehouse.shop.buy()
    path = f"/orders/{order['number']}/lines/{order['lines'][0]['id']}/"

    warehouse.shop.send("PATCH", path, {"quantity": 4})

    assert [[("TEAPOT-1", 4)]] == _asked(warehouse, order["number"])


@pytest.mark.parametrize("where", ["at its warehouse", "held", "moved"])
def test_what_comes_later_waits_by_itself(warehouse: Warehouse, where: str) -> None:
    number = warehouse.shop.buy()["number"]
    own = warehouse.only(number)
    if where == "at its warehouse":
        warehouse.shop.advance(POSTED)
    elif where == "held":
        warehouse.act(own, "hold", {"reason": "other"})
    else:
        warehouse.act(own, "move", {"new_location_id": SECOND})

    warehouse.shop.post(f"/orders/{number}/add-line-items/", {"lines": [line_of(TOWEL, 1, "1.00")]})

    assert [("TOWEL-1", 1)] == _asked(warehouse, number)[-1]
    assert ["open", 1] == [
        warehouse.orders_of(number)[-1]["status"], warehouse.orders_of(number)[-1]["assigned_location"]["id"],
    ]  # fmt: skip


def test_after_an_accepted_cancellation_nothing_is_asked_twice(warehouse: Warehouse) -> None:
    order = warehouse.shop.buy(lines=[line_of(TEAPOT, 3)])
    warehouse.shop.advance(POSTED)
    own = warehouse.only(order["number"])
    warehouse.act(own, "cancellation-request")

    warehouse.shop.send("PATCH", f"/orders/{order['number']}/lines/{order['lines'][0]['id']}/", {"quantity": 2})

    assert [[("TEAPOT-1", 2)]] == _asked(warehouse, order["number"])
    moved = warehouse.act(own, "move", {"new_location_id": SECOND})["moved_fulfillment_order"]
    assert [2] == [item["fulfillable_quantity"] for item in moved["line_items"]]


@pytest.mark.parametrize("state", ["open", "rejected", "cancelled"])
def test_one_of_which_nothing_is_left_is_over(warehouse: Warehouse, state: str) -> None:
    own = warehouse.requested() if state != "open" else warehouse.only(warehouse.shop.buy()["number"])
    if state == "rejected":
        warehouse.act(own, "fulfillment-request/reject")
    elif state == "cancelled":
        warehouse.act(own, "cancellation-request")
        warehouse.act(own, "cancellation-request/accept")
    number = str(own // 100)
    line = warehouse.shop.read(number)["lines"][0]["id"]

    warehouse.shop.send("DELETE", f"/orders/{number}/lines/{line}/")

    assert ["canceled/closed", []] == [warehouse.state(own), warehouse.read(own)["supported_actions"]]
    assert "unfulfilled" == warehouse.shop.read(number)["fulfillment_status"]


def test_one_of_which_the_rest_was_refunded_is_closed(warehouse: Warehouse) -> None:
    order = warehouse.shop.buy(lines=[line_of(TEAPOT, 2)])
    own = warehouse.only(order["number"])
    item = warehouse.read(own)["line_items"][0]["id"]
    warehouse.act(own, "fulfillments", {"fulfillment_order_line_items": [{"id": item, "quantity": 1}]})
    refund = {
        "refund_lines": [{"line_id": order["lines"][0]["id"], "quantity": 1, "restock_type": "cancel"}],
        "transactions": [{"id": order["transactions"][0]["id"], "amount": "10.00"}],
    }

    warehouse.shop.post(f"/orders/{order['number']}/refund/", refund)

    assert "closed/closed" == warehouse.state(own)
    assert "fulfilled" == warehouse.shop.read(order["number"])["fulfillment_status"]


def test_a_canceled_order_asks_for_nothing_any_more(warehouse: Warehouse) -> None:
    order = warehouse.shop.buy(lines=[line_of(TEAPOT, 2)])
    path = f"/orders/{order['number']}"
    warehouse.shop.post(f"{path}/cancel/", {"cancel_reason": "changed mind"})
    refund = {"transactions": [{"id": order["transactions"][0]["id"], "amount": "5.00"}]}

    warehouse.shop.post(f"{path}/refund/", refund)

    assert [[("TEAPOT-1", 0)]] == _asked(warehouse, order["number"])


def test_at_the_warehouse_and_on_hold_it_is_processing(warehouse: Warehouse) -> None:
    """What has gone cannot be cancelled with the order."""
    number = warehouse.shop.buy(lines=[line_of(TEAPOT), line_of(TOWEL)])["number"]
    own = warehouse.only(number)
    item = warehouse.read(own)["line_items"][0]["id"]
    moved = warehouse.act(own, "move", {"new_location_id": SECOND, "fulfillment_order_line_items": [{"id": item}]})
    warehouse.act(moved["moved_fulfillment_order"]["id"], "fulfillment-request")

    warehouse.act(own, "hold", {"reason": "other"})

    assert "processing" == warehouse.shop.read(number)["fulfillment_status"]
    assert 400 == warehouse.shop.refusal("POST", f"/orders/{number}/cancel/", {"cancel_reason": "x"})[0]


@pytest.mark.parametrize(
    ("id_", "number"), [("10000101", "100001"), ("7", "0"), ("", ""), ("x", ""), ("²", ""), ("1" * 19, "")]
)
def test_the_id_of_a_fulfillment_order_tells_its_order(id_: str, number: str) -> None:
    assert number == number_in(id_)

"""Fulfillment orders are held, requested, accepted, rejected, called back and closed; nothing else is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.next_commerce import CAPTURES_LATER, TOWEL, NextCommerce, line_of
from tests.providers.next_commerce.warehouse import CALLBACK, POSTED, Warehouse


def _order_of(id_: int) -> str:
    return str(id_ // 100)


class TestPosting:
    def test_an_order_goes_to_its_warehouse_after_half_an_hour(self, warehouse: Warehouse) -> None:
        shop = warehouse.shop
        number = shop.buy()["number"]
        own = warehouse.only(number)

        before = shop.advance("29m"), warehouse.state(own)
        fired = shop.advance("1m")

        assert ([], "open/pending") == before
        posted = {"what": "next_commerce.posted_to_fulfillment", "order_number": number}
        assert [{"at": "2026-11-20T17:30:00.000Z", **posted}] == fired
        assert "open/paid/processing" == shop.status(number)

    def test_where_nobody_is_asked_its_request_status_is_null(self, warehouse: Warehouse) -> None:
        own = warehouse.only(warehouse.shop.buy()["number"])

        warehouse.shop.advance(POSTED)

        assert "processing/None" == warehouse.state(own)
        assert ["create_fulfillment", "request_cancellation", "close"] == warehouse.read(own)["supported_actions"]

    def test_a_service_is_asked_through_its_callback(self, warehouse: Warehouse) -> None:
        own = warehouse.at_a_service(callback_url=f"{CALLBACK}/")

        warehouse.shop.advance(POSTED)

        assert "processing/requested" == warehouse.state(own)
        assert [("fulfillment_requested", f"{CALLBACK}/fulfillment-order-notification/")] == warehouse.callbacks()
        (message,) = [each for each in warehouse.shop.webhooks() if each["about"]["event"] == "fulfillment_requested"]
        assert '{"type": "fulfillment_requested"}' == message["body"]
        assert {"Content-Type": "application/json", "X-29Next-Store": "demo"} == message["headers"]

    def test_what_is_held_stays_and_the_rest_of_the_order_goes(self, warehouse: Warehouse) -> None:
        shop = warehouse.shop
        number = shop.buy(lines=[line_of(), line_of(TOWEL)])["number"]
        own = warehouse.only(number)
        item = warehouse.read(own)["line_items"][0]["id"]
        body = {"new_location_id": 2, "fulfillment_order_line_items": [{"id": item}]}
        moved = warehouse.act(own, "move", body)["moved_fulfillment_order"]["id"]
        warehouse.act(own, "hold", {"reason": "high_risk"})

        shop.advance(POSTED)

        assert ["on_hold/pending", "processing/None"] == [warehouse.state(own), warehouse.state(moved)]
        assert "processing" == shop.read(number)["fulfillment_status"]

    @pytest.mark.parametrize("end", ["cancel", "archive"])
    def test_an_order_that_is_not_open_stays(self, warehouse: Warehouse, end: str) -> None:
        shop = warehouse.shop
        number = shop.buy()["number"]
        if end == "cancel":
            shop.post(f"/orders/{number}/cancel/", {"cancel_reason": "changed mind"})
        else:
            shop.send("PATCH", f"/orders/{number}/", {"status": "archived"})
        before = shop.read(number)

        fired = shop.advance(POSTED)

        assert [] == fired
        assert before == shop.read(number)

    def test_an_order_that_is_not_paid_stays(self, warehouse: Warehouse) -> None:
        shop = warehouse.shop
        number = shop.complete(shop.start(), "pending")["order"]["number"]

        fired = shop.advance(POSTED)

        assert [] == [each for each in fired if each["what"].startswith("next_commerce")]
        assert "open/pending/unfulfilled" == shop.status(number)

    def test_an_order_that_is_only_authorized_goes(self, warehouse: Warehouse) -> None:
        shop = warehouse.shop
        details = {"card_token": "tok_1", "payment_gateway": CAPTURES_LATER}
        number = shop.buy("card_token", payment_details=details)["number"]

        shop.advance(POSTED)

        assert "open/authorized/processing" == shop.status(number)

    def test_a_rejected_one_is_not_sent_again_by_itself(self, warehouse: Warehouse) -> None:
        own = warehouse.requested()
        warehouse.act(own, "fulfillment-request/reject")

        warehouse.shop.advance(POSTED)

        assert "open/rejected" == warehouse.state(own)

    def test_a_test_order_goes_only_when_it_is_asked_for(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy("card_token", payment_details={"card_token": "test_card"})["number"]
        own = warehouse.only(number)
        warehouse.act(own, "hold", {"reason": "other"})
        warehouse.act(own, "release-hold")
        fired = warehouse.shop.advance(POSTED)
        waiting = warehouse.state(own)

        warehouse.act(own, "fulfillment-request")

        assert ([], "open/pending", "processing/None") == (fired, waiting, warehouse.state(own))

    def test_the_shop_hears_that_its_order_was_sent(self, warehouse: Warehouse) -> None:
        shop = warehouse.shop
        shop.buy()
        shop.listen("https://shop.test/hook", "order.updated")

        shop.advance(POSTED)

        assert ["order.updated"] == shop.told()


class TestHolds:
    def test_a_held_one_shows_why_and_its_order_is_on_hold(self, warehouse: Warehouse) -> None:
        number = warehouse.shop.buy()["number"]

        held = warehouse.act(warehouse.only(number), "hold", {"reason": "out_of_stock", "reason_message": "June"})

        (hold,) = held["fulfillment_holds"]
        at = "2026-11-20T12:00:00-05:00"
        assert {"reason": "out_of_stock", "reason_message": "June", "created_at": at} == hold
        assert ("on_hold", ["release_hold"]) == (held["status"], held["supported_actions"])
        assert "open/paid/on_hold" == warehouse.shop.status(number)

    def test_once_released_the_delay_begins_anew(self, warehouse: Warehouse) -> None:
        shop = warehouse.shop
        own = warehouse.only(shop.buy()["number"])
        warehouse.act(own, "hold", {"reason": "other"})
        shop.advance("2h")

        released = warehouse.act(own, "release-hold")
        shop.advance("29m")
        waiting = warehouse.state(own)
        shop.advance("1m")

        assert ("open", []) == (released["status"], released["fulfillment_holds"])
        assert ["open/pending", "processing/None"] == [waiting, warehouse.state(own)]

    def test_a_hold_needs_a_reason(self, warehouse: Warehouse) -> None:
        own = warehouse.only(warehouse.shop.buy()["number"])

        refusals = [warehouse.refusal(own, "hold", body) for body in ({}, {"reason": "cold"})]

        texts = ["This field is required.", '"cold" is not a valid choice.']
        assert [(400, {"reason": [text]}) for text in texts] == refusals
        assert "open/pending" == warehouse.state(own)


class TestRequests:
    def test_a_service_accepts(self, warehouse: Warehouse) -> None:
        own = warehouse.requested()

        told = warehouse.act(own, "fulfillment-request/accept", {"message": "shortly"})

        assert ("processing", "accepted") == (told["status"], told["request_status"])
        assert "open/paid/processing" == warehouse.shop.status(_order_of(own))

    def test_a_service_rejects_and_the_merchant_asks_again(self, warehouse: Warehouse) -> None:
        own = warehouse.requested()
        reason = {"rejected_reason": "incorrect_address", "message": "no such street"}

        told = warehouse.act(own, "fulfillment-request/reject", reason)
        rejected = warehouse.shop.status(_order_of(own))
        again = warehouse.act(own, "fulfillment-request")["requested_fulfillment_order"]

        assert ("open", "rejected") == (told["status"], told["request_status"])
        assert "open/paid/rejected" == rejected
        assert ("processing", "requested") == (again["status"], again["request_status"])

    def test_a_request_that_nobody_answered_is_taken_back(self, warehouse: Warehouse) -> None:
        own = warehouse.requested()

        told = warehouse.act(own, "fulfillment-request/cancel")

        assert ("open", "pending") == (told["status"], told["request_status"])
        assert "open/paid/unfulfilled" == warehouse.shop.status(_order_of(own))

    def test_what_was_asked_shows_in_merchant_requests(self, warehouse: Warehouse) -> None:
        own = warehouse.at_a_service()

        warehouse.act(own, "fulfillment-request", {"message": "gift wrap", "notify": True})
        warehouse.act(own, "cancellation-request", {"message": "sorry"})

        assert [
            {"type": "fulfill_request", "message": "gift wrap", "notify": True},
            {"type": "cancel_request", "message": "sorry", "notify": False},
        ] == warehouse.read(own)["merchant_requests"]


class TestCancellations:
    def test_a_service_is_asked_and_agrees(self, warehouse: Warehouse) -> None:
        own = warehouse.accepted()

        asked = warehouse.act(own, "cancellation-request", {"message": "changed mind"})
        told = warehouse.act(own, "cancellation-request/accept", {})

        assert ("processing", "cancel_requested") == (asked["status"], asked["request_status"])
        assert ("canceled", "cancel_accepted") == (told["status"], told["request_status"])
        assert ["move", "request_fulfillment"] == told["supported_actions"]
        assert "open/paid/unfulfilled" == warehouse.shop.status(_order_of(own))
        url = f"{CALLBACK}/fulfillment-order-notification/"
        assert [("fulfillment_requested", url), ("cancellation_requested", url)] == warehouse.callbacks()

    def test_a_service_is_too_far_and_ships(self, warehouse: Warehouse) -> None:
        own = warehouse.accepted()
        warehouse.act(own, "cancellation-request")

        told = warehouse.act(own, "cancellation-request/reject", {"message": "Order already shipped."})

        assert ("processing", "cancel_rejected") == (told["status"], told["request_status"])
        assert "create_fulfillment" in told["supported_actions"]

    @pytest.mark.parametrize("answer", ["requested", "accepted"])
    def test_taken_back_it_is_as_it_was(self, warehouse: Warehouse, answer: str) -> None:
        own = warehouse.requested() if answer == "requested" else warehouse.accepted()
        warehouse.act(own, "cancellation-request")

        told = warehouse.act(own, "cancellation-request/cancel")

        assert ("processing", answer) == (told["status"], told["request_status"])

    def test_where_nobody_is_asked_it_is_agreed_at_once(self, warehouse: Warehouse) -> None:
        own = warehouse.only(warehouse.shop.buy()["number"])
        warehouse.shop.advance(POSTED)

        told = warehouse.act(own, "cancellation-request")

        assert ("canceled", "cancel_accepted") == (told["status"], told["request_status"])
        assert [] == warehouse.callbacks()

    def test_with_a_better_address_it_is_requested_again(self, warehouse: Warehouse) -> None:
        own = warehouse.accepted()
        warehouse.act(own, "cancellation-request")
        warehouse.act(own, "cancellation-request/accept")
        warehouse.shop.send("PATCH", f"/orders/{_order_of(own)}/", {"shipping_address": {"line1": "9 New Rd"}})

        told = warehouse.act(own, "fulfillment-request")["requested_fulfillment_order"]

        assert ("processing", "requested", own) == (told["status"], told["request_status"], told["id"])
        assert "9 New Rd" == told["shipping_address"]["line1"]
        assert told["line_items"][0]["fulfillable_quantity"] == 1

    def test_the_order_can_be_cancelled_afterwards(self, warehouse: Warehouse) -> None:
        own = warehouse.accepted()
        number = _order_of(own)
        cancel = {"cancel_reason": "changed mind", "full_refund": True}
        refused = warehouse.shop.refusal("POST", f"/orders/{number}/cancel/", cancel)
        warehouse.act(own, "cancellation-request")
        warehouse.act(own, "cancellation-request/accept")

        warehouse.shop.post(f"/orders/{number}/cancel/", cancel)

        assert 400 == refused[0]
        assert "canceled/refunded/unfulfilled" == warehouse.shop.status(number)
        assert [] == warehouse.read(own)["supported_actions"]

    def test_of_an_order_that_is_cancelled_then_nothing_can_be_shipped(self, warehouse: Warehouse) -> None:
        own = warehouse.accepted()
        warehouse.act(own, "cancellation-request")
        warehouse.act(own, "cancellation-request/accept")

        warehouse.shop.post(f"/orders/{_order_of(own)}/cancel/", {"cancel_reason": "changed mind"})

        assert [(1, 0)] == [
            (item["quantity"], item["fulfillable_quantity"]) for item in warehouse.read(own)["line_items"]
        ]


class TestClosing:
    def test_a_service_gives_up_and_the_order_is_incomplete(self, warehouse: Warehouse) -> None:
        own = warehouse.accepted()

        told = warehouse.act(own, "close", {"message": "out of stock"})

        assert ("incomplete", "closed") == (told["status"], told["request_status"])
        assert ["create_fulfillment", "request_fulfillment", "cancel"] == told["supported_actions"]
        assert "open/paid/incomplete" == warehouse.shop.status(_order_of(own))


class TestRefused:
    @pytest.mark.parametrize(
        ("action", "body"),
        [
            ("release-hold", None), ("fulfillment-request/accept", {}), ("fulfillment-request/reject", {}),
            ("fulfillment-request/cancel", {}), ("cancellation-request", {}), ("cancellation-request/accept", {}),
            ("cancellation-request/reject", {}), ("cancellation-request/cancel", {}), ("close", {}),
        ],
    )  # fmt: skip
    def test_what_the_status_does_not_allow_changes_nothing(
        self, warehouse: Warehouse, action: str, body: Any
    ) -> None:
        own = warehouse.only(warehouse.shop.buy()["number"])
        before = warehouse.shop.state("orders"), warehouse.read(own)

        refusal = warehouse.refusal(own, action, body)

        assert (400, {"non_field_errors": ["This action is not allowed on open fulfillment orders."]}) == refusal
        assert before == (warehouse.shop.state("orders"), warehouse.read(own))

    @pytest.mark.parametrize(
        ("action", "body"),
        [
            ("hold", {"reason": "other"}), ("move", {"new_location_id": 2}), ("cancel", None),
            ("fulfillment-request", {}), ("release-hold", None),
        ],
    )  # fmt: skip
    def test_what_is_at_the_warehouse_is_not_held_moved_or_cancelled(
        self, warehouse: Warehouse, action: str, body: Any
    ) -> None:
        own = warehouse.only(warehouse.shop.buy()["number"])
        warehouse.shop.advance(POSTED)
        before = warehouse.shop.state("orders")

        refusal = warehouse.refusal(own, action, body)

        assert (400, {"non_field_errors": ["This action is not allowed on processing fulfillment orders."]}) == refusal
        assert before == warehouse.shop.state("orders")

    def test_the_explanation_names_statuses_and_what_is_possible(self, warehouse: Warehouse) -> None:
        own = warehouse.accepted()

        warehouse.refusal(own, "move", {"new_location_id": 2})

        (fault,) = warehouse.shop.explanation()["faults"]
        words = (
            f"move: status of fulfillment order {own} is processing, request_status accepted, supported_actions "
            f"create_fulfillment, request_cancellation, close; order {_order_of(own)} is open"
        )
        assert words == fault["text"]

    @pytest.mark.parametrize("status", ["archived", "canceled"])
    def test_nothing_is_done_for_an_order_that_is_not_open(self, warehouse: Warehouse, status: str) -> None:
        number = warehouse.shop.buy()["number"]
        own = warehouse.only(number)
        warehouse.shop.send("PATCH", f"/orders/{number}/", {"status": status})

        refusal = warehouse.refusal(own, "hold", {"reason": "other"})

        assert (400, {"non_field_errors": [f"This action is not allowed on {status} orders."]}) == refusal
        assert [] == warehouse.read(own)["supported_actions"]

    @pytest.mark.parametrize("id_", ["10000199", "99999999", "1", "abc", "%C2%B2", "9" * 40])
    def test_an_unknown_one_is_not_found(self, warehouse: Warehouse, id_: str) -> None:
        warehouse.shop.buy()

        refusal = warehouse.shop.refusal("GET", f"/fulfillment-orders/{id_}/")

        assert (404, {"detail": "No FulfillmentOrder matches the given query."}) == refusal

    def test_of_an_order_without_any_there_is_an_empty_list(self, next_commerce: NextCommerce) -> None:
        number = next_commerce.buy("card_token", lines=[{"product_id": 6, "quantity": 1}])["number"]

        assert [] == next_commerce.get(f"/orders/{number}/fulfillment-orders/")
        assert [] == next_commerce.results(f"/fulfillment-orders/?order_number={number}")

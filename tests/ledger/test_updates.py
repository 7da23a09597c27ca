from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.transitions import NotAllowed
from mock_server.ledger.updates import (
    acknowledge_order,
    update_authorization,
    update_references,
    update_shipping_address,
)

from .conftest import Heard, Till

LINES = [{"name": "Pot", "quantity": 1, "unit_price": 900, "total_amount": 900}]
EVERYWHERE = ("AT", "DE", "DK", "FI", "FR", "NL", "NO", "SE", "GB", "US")
INSTALMENTS = ("AT", "DE", "DK", "FI", "FR", "NL", "NO", "SE")


def amounts(order: Record) -> tuple[str, int, int, int, int]:
    return (
        order["status"], order["order_amount"], order["original_order_amount"], order["captured_amount"],
        order["remaining_authorized_amount"],
    )  # fmt: skip


def paid_by(till: Till, method: str, country: str) -> Record:
    placed = till.order(amount=1000)
    placed |= {"initial_payment_method": {"type": method}, "purchase_country": country}
    till.world.store.put("orders", placed["order_id"], placed)
    return placed


class TestAuthorization:
    @pytest.mark.parametrize("amount", [0, 999, 1000, 1001, 200_000_000])
    def test_amount_and_lines_are_replaced(self, world: World, till: Till, heard: Heard, amount: int) -> None:
        placed = till.order(amount=1000)

        order = update_authorization(world, placed["order_id"], amount, LINES)

        assert ("AUTHORIZED", amount, 1000, 0, amount) == amounts(order)
        assert LINES == order["order_lines"]
        assert order == till.stored(placed)
        assert ("order.updated", order) == heard[-1]

    def test_lines_that_are_left_out_are_deleted(self, world: World, till: Till) -> None:
        assert [] == update_authorization(world, till.order()["order_id"], 900, ())["order_lines"]

    @pytest.mark.parametrize(
        ("amount", "status", "remaining"),
        [(401, "PART_CAPTURED", 1), (400, "CAPTURED", 0), (1200, "PART_CAPTURED", 800)],
    )
    def test_what_was_captured_is_taken_into_account(
        self, world: World, till: Till, amount: int, status: str, remaining: int
    ) -> None:
        placed = till.order(amount=1000)
        capture_order(world, placed["order_id"], 400)

        order = update_authorization(world, placed["order_id"], amount, ())

        assert (status, amount, 1000, 400, remaining) == amounts(order)

    def test_what_was_added_can_be_captured(self, world: World, till: Till) -> None:
        placed = till.order(amount=1000)
        update_authorization(world, placed["order_id"], 1500, ())

        order, _ = capture_order(world, placed["order_id"], 1500)

        assert ("CAPTURED", 1500, 1000, 1500, 0) == amounts(order)

    def test_what_was_taken_away_cannot_be_captured(self, world: World, till: Till) -> None:
        placed = till.order(amount=1000)
        update_authorization(world, placed["order_id"], 500, ())

        with pytest.raises(NotAllowed, match="at most 500"):
            capture_order(world, placed["order_id"], 501)

    @pytest.mark.parametrize("amount", [0, 399])
    def test_no_less_than_was_captured_is_authorized(self, world: World, till: Till, heard: Heard, amount: int) -> None:
        placed = till.order(amount=1000)
        before, _ = capture_order(world, placed["order_id"], 400)

        with pytest.raises(NotAllowed) as refused:
            update_authorization(world, placed["order_id"], amount, LINES)

        text = f"order_amount is {amount}, at least 400 were captured"
        assert ("below_captured", text) == (refused.value.reason, str(refused.value))
        assert (before, "order.captured") == (till.stored(placed), heard.names[-1])

    @pytest.mark.parametrize(
        ("method", "countries"),
        [
            ("invoice", EVERYWHERE), ("b2b_invoice", EVERYWHERE), ("base_account", EVERYWHERE),
            ("direct_debit", EVERYWHERE), ("fixed_amount", INSTALMENTS), ("slice_it_by_card", ()), ("pay_by_card", ()),
            ("direct_bank_transfer", ()), ("swish", ()),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("country", [*EVERYWHERE, "CH"])
    def test_an_order_grows_by_some_methods_in_some_countries(
        self, world: World, till: Till, method: str, countries: tuple[str, ...], country: str
    ) -> None:
        placed = paid_by(till, method, country)

        try:
            grown = update_authorization(world, placed["order_id"], 1001, ())["order_amount"]
        except NotAllowed as refused:
            grown = 1000
            text = f"order_amount is 1001, was 1000: orders by {method} do not grow in {country}"
            assert ("growth", text) == (refused.reason, str(refused))

        assert 1000 + (country in countries) == grown == till.stored(placed)["order_amount"]

    @pytest.mark.parametrize("amount", [999, 1000])
    def test_an_order_by_any_method_shrinks(self, world: World, till: Till, amount: int) -> None:
        placed = paid_by(till, "pay_by_card", "CH")

        assert amount == update_authorization(world, placed["order_id"], amount, ())["order_amount"]

    def test_an_order_that_is_captured_by_its_update_does_not_expire(
        self, world: World, till: Till, heard: Heard
    ) -> None:
        placed = till.order(amount=1000)
        capture_order(world, placed["order_id"], 400)
        order = update_authorization(world, placed["order_id"], 400, ())

        world.advance(timedelta(days=29))

        assert (order, "order.updated") == (till.stored(placed), heard.names[-1])


class TestReferences:
    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, ("ON-1", None)), ({"merchant_reference1": "ON-2"}, ("ON-2", None)),
            ({"merchant_reference2": "b"}, ("ON-1", "b")), ({"merchant_reference1": ""}, ("", None)),
        ],
    )  # fmt: skip
    def test_those_that_are_given_are_replaced(
        self, world: World, till: Till, changes: dict[str, str], expected: tuple[Any, ...]
    ) -> None:
        placed = till.order(merchant_reference1="ON-1")

        order = update_references(world, placed["order_id"], changes)

        assert expected == (order["merchant_reference1"], order.get("merchant_reference2"))
        assert order == till.stored(placed)


class TestShippingAddress:
    def test_parts_that_are_given_are_replaced(self, world: World, till: Till) -> None:
        placed = till.order(shipping_address={"city": "Lund", "phone": "1"})

        order = update_shipping_address(world, placed["order_id"], {"city": "Umeå", "phone": ""})

        assert {"city": "Umeå", "phone": ""} == order["shipping_address"]
        assert order == till.stored(placed)

    def test_an_order_without_one_was_sent_to_its_billing_address(self, world: World, till: Till) -> None:
        placed = till.order(billing_address={"city": "Lund", "postal_code": "22211"})

        order = update_shipping_address(world, placed["order_id"], {"city": "Umeå"})

        assert {"city": "Umeå", "postal_code": "22211"} == order["shipping_address"]
        assert {"city": "Lund", "postal_code": "22211"} == order["billing_address"]


class TestAcknowledge:
    def test_the_first_time_counts(self, world: World, till: Till, heard: Heard) -> None:
        placed = till.order()

        first = acknowledge_order(world, placed["order_id"])
        world.advance(timedelta(hours=1))
        second = acknowledge_order(world, placed["order_id"])

        assert "2026-11-20T12:00:00.000Z" == first["acknowledged_at"]
        assert first == second == till.stored(placed)
        assert ["order.acknowledged"] * 2 == heard.names[-2:]

    def test_a_capture_acknowledges_too(self, world: World, till: Till) -> None:
        placed = till.order()
        capture_order(world, placed["order_id"], 1)
        world.advance(timedelta(hours=1))

        order = acknowledge_order(world, placed["order_id"])

        assert "2026-11-20T12:00:00.000Z" == order["acknowledged_at"]

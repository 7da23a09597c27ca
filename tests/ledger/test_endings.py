"""How authorised money is let go: cancelled, expired, and its time extended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mock_server.core.clock import parse_time
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.captures import capture_order
from mock_server.ledger.decisions import Verdict
from mock_server.ledger.endings import cancel_order, expiry_from, extend_order, release_order
from mock_server.ledger.refunds import refund_order
from mock_server.ledger.transitions import NotAllowed

from .conftest import Heard, Till

DAY, HOUR, MS = timedelta(days=1), timedelta(hours=1), timedelta(milliseconds=1)
MIDNIGHT_28, MIDNIGHT_180 = "2026-12-18T00:00:00.000Z", "2027-05-19T00:00:00.000Z"

Way = Callable[[World, Till], Record]


def authorized(world: World, till: Till) -> Record:
    return till.order()


def pending(world: World, till: Till) -> Record:
    return till.order(Verdict("PENDING"))


def part_captured(world: World, till: Till) -> Record:
    order, _ = capture_order(world, till.order()["order_id"], 4000)
    return order


def captured(world: World, till: Till) -> Record:
    return till.order(auto_capture=True)


def refunded(world: World, till: Till) -> Record:
    order = captured(world, till)
    refund_order(world, order["order_id"], 10000)
    return till.stored(order)


def cancelled(world: World, till: Till) -> Record:
    return cancel_order(world, till.order()["order_id"])


def expired(world: World, till: Till) -> Record:
    order = till.order()
    world.advance(29 * DAY)
    return order


@pytest.mark.parametrize(
    ("moment", "expires_at"),
    [
        (datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 12, 18, tzinfo=UTC)),
        (datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 12, 18, tzinfo=UTC)),
        (datetime(2026, 11, 20, 23, 59, 59, 999000, tzinfo=UTC), datetime(2026, 12, 18, tzinfo=UTC)),
        (datetime(2028, 2, 1, 12, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_time_runs_out_at_midnight_of_day_28(moment: datetime, expires_at: datetime) -> None:
    assert expires_at == expiry_from(moment)


class TestCancel:
    @pytest.mark.parametrize("state", [authorized, pending])
    def test_a_cancelled_order_has_let_go_of_its_money(
        self, world: World, till: Till, heard: Heard, state: Way
    ) -> None:
        placed = state(world, till)

        cancelled = cancel_order(world, placed["order_id"])

        assert till.stored(placed) == cancelled
        assert ("CANCELLED", 0, 0, 10000) == tuple(
            cancelled[name]
            for name in ("status", "remaining_authorized_amount", "captured_amount", "order_amount")
        )
        assert [("order.cancelled", cancelled)] == heard[-1:]

    @pytest.mark.parametrize(
        ("state", "status"),
        [
            (part_captured, "PART_CAPTURED"), (captured, "CAPTURED"), (refunded, "CAPTURED"), (cancelled, "CANCELLED"),
            (expired, "EXPIRED"),
        ],
    )  # fmt: skip
    def test_an_order_past_its_authorization_is_not_cancelled(
        self, world: World, till: Till, heard: Heard, state: Way, status: str
    ) -> None:
        placed = state(world, till)
        before, told = till.stored(placed), list(heard)

        with pytest.raises(NotAllowed) as refused:
            cancel_order(world, placed["order_id"])

        text = f"cancel of order {placed['order_id']} needs status AUTHORIZED, it is {status}"
        assert ("status", text) == (refused.value.reason, str(refused.value))
        assert (before, told) == (till.stored(placed), heard)

    def test_an_order_nobody_placed_is_not_cancelled(self, world: World, heard: Heard) -> None:
        with pytest.raises(NotAllowed) as refused:
            cancel_order(world, "nobody")

        assert ("unknown", "no order nobody in world default", []) == (refused.value.reason, str(refused.value), heard)

    def test_a_cancelled_order_does_not_expire(self, world: World, till: Till, heard: Heard) -> None:
        placed = cancelled(world, till)

        fired = world.advance(29 * DAY)

        assert ([], "CANCELLED", False) == (fired, till.stored(placed)["status"], "order.expired" in heard.names)

    def test_nothing_of_a_cancelled_order_is_captured(self, world: World, till: Till) -> None:
        placed = cancelled(world, till)

        with pytest.raises(NotAllowed, match="capture of order"):
            capture_order(world, placed["order_id"], 1)

    @pytest.mark.parametrize("auto_capture", [False, True])
    def test_no_verdict_falls_on_a_cancelled_order(
        self, world: World, till: Till, heard: Heard, caplog: pytest.LogCaptureFixture, auto_capture: bool
    ) -> None:
        placed = till.order(Verdict("PENDING", "ACCEPTED", DAY), auto_capture=auto_capture)
        cancel_order(world, placed["order_id"])

        with caplog.at_level(logging.ERROR):
            world.advance(2 * DAY)

        assert ("CANCELLED", "order.cancelled") == (till.stored(placed)["status"], heard.names[-1])
        assert [] == caplog.messages


class TestRelease:
    def test_what_remains_of_a_part_captured_order_is_let_go(self, world: World, till: Till, heard: Heard) -> None:
        order = release_order(world, part_captured(world, till)["order_id"])

        assert ("CAPTURED", 4000, 4000, 0) == tuple(
            order[name] for name in ("status", "order_amount", "captured_amount", "remaining_authorized_amount")
        )
        assert ("order.released", order) == heard[-1]
        assert order == till.stored(order)

    def test_nothing_more_can_be_captured_and_what_was_can_go_back(self, world: World, till: Till) -> None:
        order_id = part_captured(world, till)["order_id"]
        release_order(world, order_id)

        with pytest.raises(NotAllowed):
            capture_order(world, order_id, 1)
        refunded, _ = refund_order(world, order_id, 4000)

        assert 4000 == refunded["refunded_amount"]

    @pytest.mark.parametrize("way", [authorized, pending])
    def test_an_order_of_which_nothing_was_captured_is_not_released(
        self, world: World, till: Till, heard: Heard, way: Way
    ) -> None:
        order = way(world, till)

        with pytest.raises(NotAllowed, match="needs status PART_CAPTURED, it is AUTHORIZED"):
            release_order(world, order["order_id"])

        assert order == till.stored(order)
        assert "order.released" not in heard.names

    def test_an_order_is_released_once(self, world: World, till: Till) -> None:
        order_id = part_captured(world, till)["order_id"]
        release_order(world, order_id)

        with pytest.raises(NotAllowed, match="it is CAPTURED"):
            release_order(world, order_id)

    def test_an_order_nobody_placed_is_unknown(self, world: World) -> None:
        with pytest.raises(NotAllowed) as refused:
            release_order(world, "nobody")

        assert "unknown" == refused.value.reason


class TestExpire:
    @pytest.mark.parametrize("state", [authorized, pending])
    def test_an_order_expires_at_midnight_of_day_28(
        self, world: World, till: Till, heard: Heard, state: Way
    ) -> None:
        placed = state(world, till)

        early = world.move_clock(parse_time(MIDNIGHT_28) - MS)
        fired = world.advance(MS)

        order = till.stored(placed)
        assert [] == [each for each in early if each["what"] == "order.expired"]
        assert [{"at": MIDNIGHT_28, "what": "order.expired", "order_id": placed["order_id"]}] == fired
        assert ("EXPIRED", 0) == (order["status"], order["remaining_authorized_amount"])
        assert ("order.expired", order) == heard[-1]

    @pytest.mark.parametrize(
        ("state", "status"), [(captured, "CAPTURED"), (cancelled, "CANCELLED")]
    )
    def test_an_order_that_was_captured_or_ended_does_not_expire(
        self, world: World, till: Till, heard: Heard, state: Way, status: str
    ) -> None:
        placed = state(world, till)
        before = till.stored(placed)

        fired = world.advance(200 * DAY)

        assert (before, status) == (till.stored(placed), before["status"])
        assert [] == [each for each in fired if each["what"] == "order.expired"]
        assert "order.expired" not in heard.names

    def test_what_remains_of_a_part_captured_order_is_let_go_with_the_authorization(
        self, world: World, till: Till, heard: Heard
    ) -> None:
        placed = part_captured(world, till)

        fired = world.advance(200 * DAY)

        order = till.stored(placed)
        assert {"at": MIDNIGHT_28, "what": "order.released", "order_id": placed["order_id"]} in fired
        assert ("CAPTURED", 0) == (order["status"], order["remaining_authorized_amount"])
        assert [4000, 4000] == [order["captured_amount"], order["order_amount"]]
        assert ("order.released", order) == heard[-1]

    def test_an_expired_order_cannot_be_captured(self, world: World, till: Till) -> None:
        placed = expired(world, till)

        with pytest.raises(NotAllowed, match="it is EXPIRED"):
            capture_order(world, placed["order_id"], 10000)

    def test_each_order_expires_by_itself(self, world: World, till: Till) -> None:
        first = till.order()
        world.advance(3 * DAY)
        second = till.order()

        world.move_clock(parse_time(MIDNIGHT_28))

        assert ["EXPIRED", "AUTHORIZED"] == [till.stored(each)["status"] for each in (first, second)]


class TestExtend:
    @pytest.mark.parametrize("state", [authorized, pending, part_captured])
    def test_an_extension_gives_28_days_from_today(
        self, world: World, till: Till, heard: Heard, state: Way
    ) -> None:
        placed = state(world, till)
        world.advance(10 * DAY)
        told = list(heard)

        extended = extend_order(world, placed["order_id"])

        assert till.stored(placed) == extended
        assert {**extended, "expires_at": MIDNIGHT_28} == {**placed, "expires_at": MIDNIGHT_28}
        assert ("2026-12-28T00:00:00.000Z", told) == (extended["expires_at"], heard)

    def test_an_extended_order_expires_at_its_new_time_only(self, world: World, till: Till) -> None:
        placed = till.order()
        world.advance(10 * DAY)
        extend_order(world, placed["order_id"])

        fired = world.advance(200 * DAY)

        assert [("2026-12-28T00:00:00.000Z", "order.expired")] == [
            (each["at"], each["what"]) for each in fired if each.get("order_id") == placed["order_id"]
        ]

    def test_an_order_extended_twice_a_day_expires_once(self, world: World, till: Till) -> None:
        placed = till.order()
        for _ in range(3):
            extended = extend_order(world, placed["order_id"])

        fired = world.advance(29 * DAY)

        assert (MIDNIGHT_28, 1) == (
            extended["expires_at"], sum(each["what"] == "order.expired" for each in fired),
        )  # fmt: skip

    def test_no_extension_goes_beyond_180_days(self, world: World, till: Till) -> None:
        placed = till.order()
        granted = []
        for _ in range(8):
            world.advance(20 * DAY)
            granted.append(extend_order(world, placed["order_id"])["expires_at"])

        fired = world.advance(200 * DAY)

        assert ["2027-05-07T00:00:00.000Z", MIDNIGHT_180] == granted[-2:]
        assert [MIDNIGHT_180] == [each["at"] for each in fired if each["what"] == "order.expired"]

    @pytest.mark.parametrize(
        ("state", "status"), [(captured, "CAPTURED"), (cancelled, "CANCELLED"), (expired, "EXPIRED")]
    )
    def test_an_order_that_ended_is_not_extended(self, world: World, till: Till, state: Way, status: str) -> None:
        placed = state(world, till)
        before = till.stored(placed)

        with pytest.raises(NotAllowed) as refused:
            extend_order(world, placed["order_id"])

        text = f"extend of order {placed['order_id']} needs status AUTHORIZED or PART_CAPTURED, it is {status}"
        assert ("status", text) == (refused.value.reason, str(refused.value))
        assert before == till.stored(placed)

    def test_an_order_nobody_placed_is_not_extended(self, world: World) -> None:
        with pytest.raises(NotAllowed) as refused:
            extend_order(world, "nobody")

        assert "unknown" == refused.value.reason

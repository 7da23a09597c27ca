from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from mock_server.core.world import World
from mock_server.ledger import authorizations, orders, sessions
from mock_server.ledger.decisions import Verdict
from mock_server.ledger.transitions import NotAllowed

from .conftest import Heard, Till


def test_a_placed_order_is_authorized_in_full(world: World, till: Till) -> None:
    placed = till.order(amount=4200)

    found = orders.find_order(world, placed["order_id"])

    amounts = ("order_amount", "original_order_amount", "remaining_authorized_amount", "captured_amount",
               "refunded_amount")  # fmt: skip
    assert placed == found
    assert ("AUTHORIZED", "ACCEPTED") == (found["status"], found["fraud_status"])
    assert [4200, 4200, 4200, 0, 0] == [found[name] for name in amounts]
    assert ([], []) == (found["captures"], found["refunds"])


def test_an_order_keeps_what_was_bought(till: Till) -> None:
    address = {"given_name": "Astrid", "country": "SE"}

    placed = till.order(merchant_reference1="ON4711", billing_address=address, order_tax_amount=0)

    assert ("SE", "SEK", "en-SE", "ON4711", address, 0) == tuple(
        placed[name]
        for name in (
            "purchase_country", "purchase_currency", "locale", "merchant_reference1", "billing_address",
            "order_tax_amount",
        )
    )  # fmt: skip
    assert "Kettle" == placed["order_lines"][0]["name"]


def test_an_order_completes_its_session(world: World, till: Till) -> None:
    placed = till.order()

    session = sessions.find_session(world, placed["session_id"])

    assert ("complete", placed["order_id"]) == (session["status"], session["order_id"])


def test_an_order_is_told(till: Till, heard: Heard) -> None:
    placed = till.order()

    assert ("order.placed", placed) == heard[-1]


@pytest.mark.parametrize(
    ("created", "expires_at"),
    [
        (datetime(2023, 6, 6, 13, 34, 41, 149000, tzinfo=UTC), "2023-07-04T00:00:00.000Z"),  # a real order
        (datetime(2022, 7, 8, 8, 0, tzinfo=UTC), "2022-08-05T00:00:00.000Z"),  # Klarna's documents
        (datetime(2026, 11, 20, 0, 0, tzinfo=UTC), "2026-12-18T00:00:00.000Z"),
        (datetime(2026, 11, 20, 23, 59, 59, 999000, tzinfo=UTC), "2026-12-18T00:00:00.000Z"),
    ],
)
def test_an_order_expires_at_midnight_of_day_28(world: World, till: Till, created: datetime, expires_at: str) -> None:
    world.clock.freeze(created)

    placed = till.order()

    assert expires_at == placed["expires_at"]


def test_order_ids_are_uuids_and_references_eight_characters(till: Till) -> None:
    placed = till.order()

    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[345][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", placed["order_id"])
    assert re.fullmatch("[A-Z0-9]{8}", placed["klarna_reference"])


def test_auto_capture_takes_the_whole_amount_at_once(till: Till, heard: Heard) -> None:
    placed = till.order(amount=4200, auto_capture=True)

    stored = till.stored(placed)

    assert ("CAPTURED", 4200, 0) == (
        stored["status"], stored["captured_amount"], stored["remaining_authorized_amount"],
    )  # fmt: skip
    assert ["order.placed", "order.captured"] == heard.names[-2:]


def test_auto_capture_of_a_pending_order_waits(till: Till) -> None:
    placed = till.order(Verdict("PENDING"), auto_capture=True)

    assert ("AUTHORIZED", "PENDING", 0) == tuple(
        till.stored(placed)[name] for name in ("status", "fraud_status", "captured_amount")
    )


def test_a_session_takes_one_order(world: World, till: Till, heard: Heard) -> None:
    placed = till.order()
    authorization = world.store.get("authorizations", placed["authorization_token"])
    assert authorization is not None

    with pytest.raises(sessions.SessionCompleted):
        till.place(authorization)

    assert 1 == sum(1 for _ in world.store.all("orders"))
    assert 1 == heard.names.count("order.placed")


def test_an_order_can_be_placed_after_the_sessions_48_hours(world: World, till: Till) -> None:
    """The token was granted in the last hour of the session and outlives it."""
    session = till.session()
    world.advance(timedelta(hours=47, minutes=30))
    granted = authorizations.grant(world, session)
    world.advance(timedelta(minutes=45))

    placed = till.place(granted)

    assert "AUTHORIZED" == till.stored(placed)["status"]


def test_an_order_nobody_placed_is_unknown(world: World) -> None:
    with pytest.raises(NotAllowed) as unknown:
        orders.find_order(world, "nobody")

    assert ("unknown", "no order nobody in world default") == (unknown.value.reason, str(unknown.value))

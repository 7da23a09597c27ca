"""Orders charged to a customer token: no session, no shopper."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import captures, orders, tokens
from mock_server.ledger.decisions import Verdict
from mock_server.ledger.tokens import TokenNotActive
from mock_server.ledger.transitions import PENDING

from .conftest import Heard, Till, purchase_of


@pytest.fixture
def token(world: World, till: Till) -> Record:
    return tokens.create_customer_token(
        world, "t-1", till.authorization(), purchase_of(), billing_address=None, customer=None
    )


def _charge(world: World, token_id: str = "t-1", verdict: Verdict | None = None, **fields: Any) -> Record:
    return orders.charge_token(
        world, orders.new_order_id(world), purchase_of(**fields), token_id=token_id, verdict=verdict or Verdict(),
        placed_through="klarna",
    )  # fmt: skip


def test_a_charged_token_is_an_order_like_any_other(world: World, token: Record, till: Till, heard: Heard) -> None:
    order = _charge(world, amount=2500)
    captured, _ = captures.capture_order(world, order["order_id"], 2500)

    assert (None, None, "t-1", "PK1_till") == tuple(
        order[name] for name in ("session_id", "authorization_token", "customer_token_id", "merchant")
    )
    assert ("AUTHORIZED", {"type": "invoice"}) == (order["status"], order["initial_payment_method"])
    assert "CAPTURED" == captured["status"]
    assert ["order.placed", "order.captured"] == heard.names[-2:]
    assert order["order_id"] == till.stored(order)["order_id"]


def test_it_can_be_charged_again_and_again(world: World, token: Record) -> None:
    assert 3 == len({_charge(world)["order_id"] for _ in range(3)})


def test_it_captures_at_once_when_asked_to(world: World, token: Record) -> None:
    assert "CAPTURED" == _charge(world, auto_capture=True)["status"]


def test_it_may_be_pending(world: World, token: Record) -> None:
    assert (PENDING, "AUTHORIZED") == tuple(
        _charge(world, verdict=Verdict(PENDING), auto_capture=True)[name] for name in ("fraud_status", "status")
    )


def test_an_order_of_a_token_expires_too(world: World, token: Record, till: Till) -> None:
    order = _charge(world)

    world.advance(timedelta(days=29))

    assert "EXPIRED" == till.stored(order)["status"]


@pytest.mark.parametrize(
    ("status", "text"), [("CANCELLED", "t-1 is CANCELLED, not ACTIVE"), ("SUSPENDED", "t-1 is SUSPENDED, not ACTIVE")]
)
def test_a_token_that_ended_is_not_charged(
    world: World, token: Record, heard: Heard, status: str, text: str
) -> None:
    world.store.put("customer_tokens", "t-1", token | {"status": status})

    with pytest.raises(TokenNotActive, match=text):
        _charge(world)

    assert "order.placed" not in heard.names
    assert [] == list(world.store.all("orders"))


def test_nor_is_one_that_nobody_made(world: World) -> None:
    with pytest.raises(TokenNotActive, match="no customer token t-9 in world default"):
        _charge(world, "t-9")

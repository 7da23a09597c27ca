"""Customer tokens that are suspended, taken back, cancelled, or paid another way."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import product

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import tokens
from mock_server.ledger.tokens import ACTIVE, CANCELLED, MOVES, SUSPENDED, MoveNotAllowed, TokenNotActive

from .conftest import Till, purchase_of

STATUSES = (ACTIVE, SUSPENDED, CANCELLED)


@pytest.fixture
def token(world: World, till: Till) -> Record:
    return tokens.create_customer_token(
        world, "t-1", till.authorization(), purchase_of(), billing_address=None, customer=None
    )


def _put(world: World, token: Record, status: str) -> None:
    world.store.put("customer_tokens", "t-1", token | {"status": status})


@pytest.mark.parametrize(("status", "wanted"), [*product(STATUSES, STATUSES)])
def test_a_token_moves_as_the_table_says(world: World, token: Record, status: str, wanted: str) -> None:
    _put(world, token, status)
    is_allowed = wanted in (status, *MOVES[status])
    refusal = pytest.raises(MoveNotAllowed, match=f"t-1 is {status} and cannot become {wanted}")

    with nullcontext() if is_allowed else refusal:
        tokens.change_token(world, "t-1", status=wanted)

    assert (wanted if is_allowed else status) == tokens.find_token(world, "t-1")["status"]


def test_nothing_comes_after_a_cancellation() -> None:
    assert () == MOVES[CANCELLED]


def test_another_method_leaves_the_status(world: World, token: Record) -> None:
    changed = tokens.change_token(world, "t-1", method="CARD")

    assert (ACTIVE, "CARD") == (changed["status"], changed["payment_method_type"])
    assert changed == tokens.find_token(world, "t-1")


@pytest.mark.parametrize("status", [SUSPENDED, CANCELLED])
def test_who_is_refused_a_token_learns_its_status(world: World, token: Record, status: str) -> None:
    _put(world, token, status)

    with pytest.raises(TokenNotActive) as raised:
        tokens.find_active_token(world, "t-1")

    assert status == raised.value.status


def test_a_token_that_nobody_made_has_no_status(world: World) -> None:
    for ask in (tokens.find_token, tokens.find_active_token, tokens.change_token):
        with pytest.raises(TokenNotActive, match="no customer token t-9 in world default") as raised:
            ask(world, "t-9")

        assert raised.value.status is None
    assert [] == list(world.store.all("customer_tokens"))

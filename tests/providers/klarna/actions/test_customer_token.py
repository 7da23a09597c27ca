"""Charges that others are faster than, on a bare world."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.errors import ApiError, Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, sessions, tokens
from mock_server.ledger.tokens import CANCELLED, SUSPENDED
from mock_server.providers.klarna.actions import customer_token as actions
from mock_server.providers.klarna.errors import customer_token as errors

from ..charges import charge_of
from ..conftest import purchase_of, token_request_of

BASE_URL = "http://127.0.0.1:8080"


@pytest.fixture
def token(world: World) -> Record:
    session = sessions.open_session(world, purchase_of(intent="tokenize"), merchant="PK1", base_url=BASE_URL)
    authorization = authorizations.grant(world, session)
    return tokens.create_customer_token(
        world, "t-1", authorization, token_request_of(), billing_address=None, customer=None
    )


def charged(world: World, token: Record, decision: Decision = Decision(), **fields: Any) -> Record:
    return actions.create_order(world, token, charge_of(**fields), decision, base_url=BASE_URL)


@pytest.mark.parametrize(
    ("status", "error"), [(SUSPENDED, errors.TokenSuspended), (CANCELLED, errors.TokenCanceled)]
)
def test_a_token_that_ended_since_it_was_found_is_not_charged(
    world: World, token: Record, status: str, error: type[ApiError]
) -> None:
    tokens.change_token(world, "t-1", status=status)

    with pytest.raises(error) as raised:
        charged(world, token)

    assert f"customer token t-1 is {status}, not ACTIVE" == str(raised.value.__cause__)
    assert [] == list(world.store.all("orders"))


def test_a_token_that_went_away_since_it_was_found_is_not_charged(world: World, token: Record) -> None:
    world.store.change("customer_tokens", "t-1", lambda _: None)

    for ask in (lambda: charged(world, token), lambda: actions.update_status(world, token, CANCELLED)):
        with pytest.raises(errors.TokenNotFound):
            ask()


def test_a_pending_charge_is_captured_once_it_is_accepted(world: World, token: Record) -> None:
    decision = Decision(outcome="pending", options={"decide": "accepted", "after": "5m"}, decided_by="rule 1")

    answer = charged(world, token, decision, auto_capture=True)
    world.move_clock(world.clock.now().replace(minute=6))

    (order,) = world.store.all("orders")
    assert ("PENDING", "ACCEPTED", "CAPTURED") == (answer["fraud_status"], order["fraud_status"], order["status"])


def test_a_rule_that_decides_nonsense_is_misuse(world: World, token: Record) -> None:
    decision = Decision(outcome="pending", options={"decide": "perhaps"}, decided_by="rule 1")

    with pytest.raises(Misused, match="rule 1: decide is 'perhaps'"):
        charged(world, token, decision)

    assert [] == list(world.store.all("orders"))

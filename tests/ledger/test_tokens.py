from __future__ import annotations

from typing import Any

import jwt
import pytest

from mock_server.app import create_worlds
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import tokens
from mock_server.settings import Settings

from .conftest import Till

RECORDED_CLAIMS = (
    "session_id", "base_url", "design", "language", "purchase_country", "environment", "merchant_name", "session_type",
    "client_event_base_url", "scheme", "experiments", "region", "order_amount", "offering_opts", "oo", "version",
)  # fmt: skip


def claims_of(token: str) -> dict[str, Any]:
    read: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return read


@pytest.fixture
def session(till: Till) -> Record:
    return till.session(amount=22299)


def test_a_client_token_has_the_recorded_claims_in_the_recorded_order(world: World, session: Record) -> None:
    claims = claims_of(tokens.client_token(world, session))

    assert RECORDED_CLAIMS == tuple(claims)


def test_a_client_token_says_which_session_and_where_to_find_this_server(world: World, session: Record) -> None:
    claims = claims_of(tokens.client_token(world, session))

    expected = {
        "session_id": session["id"],
        "base_url": "http://127.0.0.1:8080/eu/kp",
        "design": "klarna",
        "language": "en",
        "purchase_country": "SE",
        "environment": "playground",
        "merchant_name": "Your business name",
        "session_type": "PAYMENTS",
        "client_event_base_url": "https://eu.playground.klarnaevt.com",
        "scheme": True,
        "region": "eu",
        "order_amount": 22299,
        "offering_opts": 2,
        "oo": "5u",
    }
    assert expected == {name: claims[name] for name in expected}


def test_an_american_client_token_has_the_recorded_region(world: World, till: Till) -> None:
    american = till.session(purchase_country="us", purchase_currency="USD", locale="en-US")

    claims = claims_of(tokens.client_token(world, american))

    assert ("US", "us", "http://127.0.0.1:8080/na/kp", "https://na.playground.klarnaevt.com") == tuple(
        claims[name] for name in ("purchase_country", "region", "base_url", "client_event_base_url")
    )


def test_the_header_names_algorithm_and_key_as_recorded(world: World, session: Record) -> None:
    """PyJWT adds nothing: these are all the header's claims, ``typ`` is not among them."""
    header = jwt.get_unverified_header(tokens.client_token(world, session))

    assert {"alg": "RS256", "kid": "82305ebc-b811-3637-aa4c-66eca1874f3d"} == header


def test_the_signature_is_as_long_as_one_of_2048_bits(world: World, session: Record) -> None:
    token = tokens.client_token(world, session)

    assert 342 == len(token.split(".")[2])
    assert len(token) <= 4096


def test_a_session_always_gets_the_same_token(world: World, session: Record) -> None:
    first = tokens.client_token(world, session)
    world.ids.uuid("session")

    assert first == tokens.client_token(world, session)


def test_two_sessions_get_two_signatures(world: World, till: Till, session: Record) -> None:
    one, other = tokens.client_token(world, session), tokens.client_token(world, till.session())

    assert one.split(".")[2] != other.split(".")[2]


def test_a_token_outside_the_default_world_names_its_world() -> None:
    world = create_worlds(Settings()).get("blue")

    claims = claims_of(tokens.client_token(world, Till(world).session()))

    assert (*RECORDED_CLAIMS, "world") == tuple(claims)
    assert "blue" == claims["world"]


def test_the_design_of_the_session_is_handed_on(world: World, till: Till) -> None:
    session = till.session(design="dark")

    assert "dark" == claims_of(tokens.client_token(world, session))["design"]


def test_a_customer_token_is_active_and_remembers_what_it_is_for(world: World, till: Till) -> None:
    authorization = till.authorization(intent="tokenize")
    request = {
        "purchase_country": "SE", "purchase_currency": "SEK", "locale": "en-SE", "description": "tea, monthly",
    }  # fmt: skip

    made = tokens.create_customer_token(
        world, "token-1", authorization, request, billing_address={"city": "Lund"}, customer={"gender": "female"}
    )

    expected = {
        "token_id": "token-1",
        "status": "ACTIVE",
        "payment_method_type": "INVOICE",
        "session_id": authorization["session_id"],
        "merchant": "PK1_till",
        **request,
        "billing_address": {"city": "Lund"},
        "customer": {"gender": "female"},
        "created_at": "2026-11-20T12:00:00.000Z",
    }
    assert expected == made
    assert expected == world.store.get("customer_tokens", "token-1")

"""Commerce Layer's own js-auth and SDK: tokens, how they are given, kept, renewed and taken back.

Each story is a file in tests/clients/commercelayer that runs once, in a world of its own, and tells facts.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients.node import Facts, Teller, first_error, need_packages

need_packages()

MACHINE = ["accessToken", "createdAt", "expires", "expiresIn", "scope", "tokenType"]
PERSON = sorted([*MACHINE, "ownerId", "ownerType", "refreshToken"])


@pytest.fixture(scope="module")
def tokens(teller: Teller) -> Facts:
    return teller.tell("tokens")


@pytest.mark.parametrize(
    ("grant", "keys", "lifetime_s", "scope"),
    [
        ("sales channel", MACHINE, 14400, "market:code:EU"),
        ("integration", MACHINE, 7200, "market:all"),
        ("password", PERSON, 14400, "market:code:EU"),
        ("refresh", PERSON, 14400, "market:code:EU"),
        ("assertion", PERSON, 14400, "market:code:EU"),
        ("webapp", PERSON, 7200, "market:all"),
    ],
)
def test_a_grant_gives_what_the_client_expects(
    tokens: Facts, grant: str, keys: list[str], lifetime_s: int, scope: str
) -> None:
    answer = tokens[grant]

    assert [keys, "bearer", lifetime_s, scope, True] == [
        answer["keys"], answer["tokenType"].lower(), answer["expiresIn"], answer["scope"], answer["expires"],
    ]  # fmt: skip


def test_the_claims_say_who_and_where(tokens: Facts) -> None:
    claims = tokens["sales channel claims"]

    assert ["RS512", True, "sales_channel:guest"] == [claims["header"]["alg"], claims["isSales"], claims["type"]]
    assert ["https://acme.commercelayer.io", "acme"] == [claims["base"], claims["payload"]["organization"]["slug"]]
    assert [1, True] == [len(claims["payload"]["market"]["id"]), claims["payload"]["test"]]
    assert [True, True] == [tokens["integration claims"]["isIntegration"], tokens["webapp"]["isWebApp"]]


@pytest.mark.parametrize("grant", ["password", "refresh", "assertion"])
def test_a_customers_token_is_the_customers(tokens: Facts, grant: str) -> None:
    assert [tokens["customer"], "customer"] == [tokens[grant]["ownerId"], tokens[grant]["ownerType"]]


def test_what_an_assertion_claims_is_in_the_token(tokens: Facts) -> None:
    assert {"tier": "gold"} == tokens["assertion"]["claim"]


def test_a_user_comes_back_with_a_code(tokens: Facts) -> None:
    assert [["http://127.0.0.1/back", "s 1"], "user"] == [tokens["authorization code"], tokens["webapp"]["ownerType"]]


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("wrong password", [401, "UNAUTHORIZED", "invalid_grant"]),
        ("refresh used twice", [401, "UNAUTHORIZED", "invalid_grant"]),
        ("assertion of nobody", [400, "BAD_REQUEST", "invalid_assertion"]),
        ("unknown client", [401, "UNAUTHORIZED", "invalid_client"]),
        ("unknown market", [400, "BAD_REQUEST", "invalid_scope"]),
        ("revoked by another", [403, "FORBIDDEN", "unauthorized_client"]),
    ],
)
def test_a_refusal_is_a_list_of_errors(tokens: Facts, fact: str, said: list[Any]) -> None:
    assert [said] == _refused_with(tokens[fact])


def test_a_refresh_token_gives_another_token_once(tokens: Facts) -> None:
    assert tokens["refresh is another token"] is True


def test_the_published_key_verifies_tokens_and_nothing_else(tokens: Facts) -> None:
    client_id = tokens["sales channel claims"]["payload"]["application"]["client_id"]

    assert [client_id, "InvalidTokenError"] == [tokens["verified"], tokens["verified when changed"]]


@pytest.mark.parametrize("whose", ["", "kept, "])
def test_a_revoked_token_is_invalid(tokens: Facts, whose: str) -> None:
    revoked, after = tokens[f"{whose}revoked"], tokens[f"{whose}after revoking"]

    assert {} == revoked
    assert (401, "INVALID_TOKEN", "The access token you provided is invalid.") == first_error(after)


def test_a_token_was_good_until_it_was_revoked(tokens: Facts) -> None:
    assert [2, 2] == [tokens["before revoking"]["succeeded"], tokens["kept"]["lists"]["succeeded"]]


def test_the_clients_own_keeping_of_tokens_works(tokens: Facts) -> None:
    assert [True, "guest"] == [tokens["kept"]["same"], tokens["kept"]["ownerType"]]
    assert ["guest", "customer", tokens["customer"]] == tokens["channel"]


def test_a_customer_orders_and_logs_out(tokens: Facts) -> None:
    assert [False, "sanne@shop.test"] == tokens["channel, order"]
    assert [{}, "guest"] == tokens["channel, logged out"]
    assert (401, "INVALID_TOKEN") == first_error(tokens["channel, after logging out"])[:2]
    assert tokens["guests still shop"] is True


"""The SDK looks at its own clock: the world's stands in 2020, so that both agree on what has expired."""


@pytest.fixture(scope="module")
def expired(teller: Teller) -> Facts:
    return teller.tell("expired")


def test_no_token_is_refreshed_while_it_is_good(expired: Facts) -> None:
    assert [True, 0] == [expired["while it is good"], expired["calls while it is good"]]


def test_the_callback_is_asked_once_with_the_old_token(expired: Facts) -> None:
    assert ["2020-02-01T16:00:00.000Z", True, [True]] == [expired["moved"], expired["after it ended"], expired["calls"]]


def test_the_new_token_serves_from_then_on(expired: Facts) -> None:
    assert [True, 1] == [expired["another token"], expired["calls with the new one"]]


def test_without_a_callback_the_refusal_reaches_the_caller(expired: Facts) -> None:
    assert (401, "INVALID_TOKEN") == first_error(expired["without a callback"])[:2]


def test_a_callback_that_fails_is_told_as_such(expired: Facts) -> None:
    assert "token-refresh" == expired["a callback that fails"]["type"]


def test_a_write_is_sent_again_and_done_once(expired: Facts) -> None:
    assert ["late@shop.test", 1] == [expired["a write after it ended"], expired["written once"]]


def _refused_with(answer: Facts) -> list[Any]:
    """What js-auth read of a refusal."""
    return [[error["status"], error["code"], error["title"]] for error in answer["errors"]]

"""What many do with one code or refresh token at the same moment: one of them gets a token."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier
from typing import Any

from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import tokens
from mock_server.providers.next_commerce.errors import InvalidGrant
from mock_server.providers.next_commerce.state import access, records
from tests.threads import tried_at_once

MANY = 8
CLIENT = {"client_id": "app", "client_secret": "s"}
BACK = {"redirect_uri": "https://app.test/callback"}


class Patient:
    """A store in which nobody who has read a record of this kind goes on before all have."""

    def __init__(self, store: Any, kind: str) -> None:
        self._store, self._kind, self._all = store, f"{records.KIND}{kind}", Barrier(MANY)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def get(self, kind: str, key: str) -> Any:
        found = self._store.get(kind, key)
        if kind == self._kind:
            self._all.wait(10)
        return found


def asked_with_code(world: World) -> dict[str, str]:
    code = tokens.grant_code(world, {**CLIENT, **BACK, "response_type": "code", "scope": "orders:read"})
    return {**CLIENT, **BACK, "grant_type": "authorization_code", "code": code}


def tried(world: World, kind: str, asked: dict[str, str]) -> tuple[int, set[type]]:
    """How many got a token for what all of them have seen, and with what the others were refused."""
    patient: Any = Patient(world.store, kind)
    slow = replace(world, store=patient)
    results = tried_at_once(lambda: tokens.exchange(slow, asked), times=MANY)
    refused = [type(each) for each in results if isinstance(each, Exception)]
    return len(results) - len(refused), set(refused)


def test_a_code_that_many_bring_is_one_token(world: World) -> None:
    asked = asked_with_code(world)

    told = tried(world, access.CODES, asked)

    assert (1, {InvalidGrant}) == told
    assert (1, 1) == tuple(len(list(records.oldest(world, kind))) for kind in (access.TOKENS, access.REFRESH))


def test_a_refresh_token_that_many_bring_is_one_new_token(world: World) -> None:
    first = tokens.exchange(world, asked_with_code(world))
    asked = {**CLIENT, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}

    told = tried(world, access.REFRESH, asked)

    assert (1, {InvalidGrant}) == told
    assert [True, False] == [token["is_revoked"] for token in records.oldest(world, access.TOKENS)]

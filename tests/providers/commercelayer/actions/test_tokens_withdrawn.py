"""Tokens that are taken back, and clients that the setting does not list."""

from __future__ import annotations

import pytest

from mock_server.core.errors import ApiError
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions.tokens import check_authorization, grant_code, revoke
from mock_server.providers.commercelayer.state import tokens
from tests.providers.commercelayer.grants import (
    QUERY,
    by_code,
    client_credentials,
    customer_of,
    password,
    refresh,
    with_clients,
)


@pytest.fixture
def customer(world: World) -> str:
    return customer_of(world)


def is_revoked(world: World, access_token: str) -> bool:
    return world.store.get(tokens.REVOKED, tokens.fingerprint(access_token)) is not None


class TestRevoking:
    def test_a_sales_channel_takes_its_token_back(self, world: World) -> None:
        kept, taken = (client_credentials(world)["access_token"] for _ in range(2))

        answer = revoke(world, {"client_id": "shop", "token": taken})

        assert {} == answer
        assert (True, False) == (is_revoked(world, taken), is_revoked(world, kept))

    def test_so_does_an_integration_with_its_secret(self, world: World) -> None:
        token = client_credentials(world, client_secret="s")["access_token"]

        revoke(world, {"client_id": "shop", "client_secret": "s", "token": token})

        assert is_revoked(world, token)

    @pytest.mark.parametrize("name", ["access_token", "refresh_token"])
    def test_access_and_refresh_token_go_together(self, world: World, customer: str, name: str) -> None:
        kept, taken = password(world), password(world)

        revoke(world, {"client_id": "shop", "token": taken[name]})

        assert is_revoked(world, taken["access_token"])
        with pytest.raises(errors.InvalidGrant):
            refresh(world, taken["refresh_token"])
        assert not is_revoked(world, kept["access_token"])
        assert refresh(world, kept["refresh_token"])

    @pytest.mark.parametrize("told", [{}, {"client_id": "other"}, {"client_secret": "s"}])
    def test_nobody_else_may(self, world: World, customer: str, told: dict[str, str]) -> None:
        answer = password(world)

        for name in ("access_token", "refresh_token"):
            with pytest.raises(errors.UnauthorizedClient):
                revoke(world, {"token": answer[name], **told})

        assert not is_revoked(world, answer["access_token"])
        assert refresh(world, answer["refresh_token"])

    def test_an_integration_may_not_without_its_secret(self, world: World) -> None:
        token = client_credentials(world, client_secret="s")["access_token"]

        with pytest.raises(errors.UnauthorizedClient):
            revoke(world, {"client_id": "shop", "token": token})

        assert not is_revoked(world, token)

    def test_nor_a_webapp_its_refresh_token(self, world: World) -> None:
        answer = by_code(world, grant_code(world, QUERY))

        with pytest.raises(errors.UnauthorizedClient):
            revoke(world, {"client_id": "webapp_x", "token": answer["refresh_token"]})

        assert refresh(world, answer["refresh_token"], "webapp_x", client_secret="s")

    @pytest.mark.parametrize("token", ["1234", "token_world-default", "a.b.c", tokens.sign({})[:-9] + "AAAAAAAAA"])
    def test_an_unknown_token_is_as_good_as_revoked(self, world: World, token: str) -> None:
        answer = revoke(world, {"client_id": "shop", "token": token})

        assert {} == answer
        assert [] == list(world.store.all(tokens.REVOKED))

    def test_twice_is_as_good_as_once(self, world: World) -> None:
        token = client_credentials(world)["access_token"]

        answers = [revoke(world, {"client_id": "shop", "token": token}) for _ in range(2)]

        assert [{}, {}] == answers


class TestListedClients:
    @pytest.mark.parametrize(
        ("client_id", "secret"), [("shop", ""), ("shop", "whatever"), ("back-office", "s3:cret"), ("a", "")]
    )
    def test_a_listed_client_gets_its_token(self, world: World, client_id: str, secret: str) -> None:
        listed = with_clients(world, "shop, back-office:s3:cret ,, a")

        assert client_credentials(listed, client_id, client_secret=secret)["access_token"]

    @pytest.mark.parametrize(
        ("client_id", "secret"),
        [("other", ""), ("back-office", ""), ("back-office", "s3"), ("back-office", "bad"), ("back-office:s3", "cret"),
         ("Shop", ""), ("", "")],
    )  # fmt: skip
    def test_any_other_is_unknown(self, world: World, client_id: str, secret: str) -> None:
        listed = with_clients(world, "shop,back-office:s3:cret")

        with pytest.raises(errors.InvalidClient):
            client_credentials(listed, client_id, client_secret=secret)

    def test_an_unlisted_client_takes_nothing_back(self, world: World) -> None:
        token = client_credentials(world)["access_token"]

        with pytest.raises(errors.UnauthorizedClient):
            revoke(with_clients(world, "other"), {"client_id": "shop", "token": token})

    @pytest.mark.parametrize(("listed", "expected"), [("webapp_x:s", None), ("other", errors.InvalidClient)])
    def test_a_browser_shows_no_secret(self, world: World, listed: str, expected: type[ApiError] | None) -> None:
        refusals: list[type[ApiError]] = []

        try:
            check_authorization(with_clients(world, listed), QUERY)
        except ApiError as error:
            refusals.append(type(error))

        assert ([expected] if expected else []) == refusals

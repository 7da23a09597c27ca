"""Who is let in: tokens, their scopes and worlds, the version they speak, and how often they come."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mock_server.app import create_app
from mock_server.settings import Settings
from tests.klarna import InProcess
from tests.next_commerce import OLD, STABLE, UNSTABLE, NextCommerce, order_of

REALM = 'Bearer realm="api"'
NOBODY = {"detail": "Authentication credentials were not provided."}
FORBIDDEN = {"detail": "You do not have permission to perform this action."}
USERS = "/api/admin/users/"


def shop_with(**settings: Any) -> NextCommerce:
    """A store of a server with these settings."""
    return NextCommerce(InProcess(create_app(Settings(**settings)).test_client()), "test")


def with_scopes(shop: NextCommerce, *scopes: str) -> NextCommerce:
    """The store as a token with these scopes sees it."""
    answer = shop.control("POST", "/next_commerce/tokens", {"scopes": list(scopes)})
    assert 200 == answer.status, answer.text
    return NextCommerce(shop._wire, shop.world, answer.json["access_token"])


class TestTokens:
    @pytest.mark.parametrize("header", ["Bearer x", "bearer x", "BEARER x"])
    def test_a_bearer_is_let_in(self, app: Flask, header: str) -> None:
        assert 200 == app.test_client().get(USERS, headers={"Authorization": header}).status_code

    @pytest.mark.parametrize(
        "header", [None, "", "x", "Token x", "Basic YTpi", "Bearer", "Bearer ", "Bearer x y", "Bearer  x"]
    )
    def test_anybody_else_is_not(self, app: Flask, header: str | None) -> None:
        headers = {} if header is None else {"Authorization": header}

        answer = app.test_client().get(USERS, headers=headers)

        assert (401, NOBODY, REALM) == (answer.status_code, answer.get_json(), answer.headers["WWW-Authenticate"])

    def test_the_journal_says_what_came(self, next_commerce: NextCommerce) -> None:
        next_commerce.send("GET", "/users/", Authorization="Token x")

        text = "a header Authorization: Bearer <token> is expected, 'Token' came"
        entries = next_commerce._wire.send("GET", "/_mock/journal", auth=None, headers={}, body=None).json
        assert [{"path": "", "text": text}] == entries[0]["explanation"]["faults"]

    def test_a_token_names_its_world(self, app: Flask) -> None:
        http = app.test_client()
        http.post(USERS, json={"email": "bo@shop.test"}, headers={"Authorization": "Bearer t_world-one"})

        found = [
            len(http.get(USERS, headers={"Authorization": f"Bearer {token}"}).get_json()["results"])
            for token in ("x_world-one", "x_world-two", "x")
        ]

        assert [2, 1, 1] == found

    def test_one_that_is_not_listed_is_invalid(self) -> None:
        shop = shop_with(next_commerce_tokens="good, reader=orders:read users:read")

        answer = shop.send("GET", "/users/")

        invalid = f'{REALM},error="invalid_token",error_description="The access token is invalid."'
        assert (401, NOBODY, invalid) == (answer.status, answer.json, answer.headers["WWW-Authenticate"])

    def test_listed_ones_may_do_what_the_list_says(self) -> None:
        shop = shop_with(next_commerce_tokens="good, reader=orders:read users:read")

        statuses = [
            NextCommerce(shop._wire, "default", token).send(method, "/users/", {"email": "bo@shop.test"}).status
            for token in ("good", "reader")
            for method in ("GET", "POST")
        ]

        assert [200, 201, 200, 403] == statuses


class TestScopes:
    def test_one_that_lacks_the_scope_is_forbidden(self, next_commerce: NextCommerce) -> None:
        reader = with_scopes(next_commerce, "users:read")

        refused = reader.refusal("POST", "/users/", {"email": "bo@shop.test"})

        assert (403, FORBIDDEN) == refused
        assert 1 == len(reader.results("/users/"))

    def test_the_journal_says_which_it_lacks(self, next_commerce: NextCommerce) -> None:
        with_scopes(next_commerce, "users:read", "orders:read").refusal("GET", "/fulfillment-orders/")

        (fault,) = next_commerce.explanation()["faults"]
        expected = "fulfillment_service:read or fulfillment_orders:read is wanted, the token has users:read orders:read"
        assert expected == fault["text"]

    def test_a_body_is_not_looked_at_before(self, next_commerce: NextCommerce) -> None:
        reader = with_scopes(next_commerce, "users:read")

        assert (403, FORBIDDEN) == reader.refusal("POST", "/orders/", {"lines": "no lines"})

    @pytest.mark.parametrize("scopes", [(), ("admin:read", "admin:write")])
    def test_without_any_it_may_do_everything(self, next_commerce: NextCommerce, scopes: tuple[str, ...]) -> None:
        anybody = with_scopes(next_commerce, *scopes)

        assert 201 == anybody.send("POST", "/orders/", order_of()).status

    def test_some_endpoints_ask_for_none(self, next_commerce: NextCommerce) -> None:
        assert 200 == with_scopes(next_commerce, "themes:read").send("GET", "/shipping-methods/").status


class TestVersions:
    @pytest.mark.parametrize("version", [STABLE, UNSTABLE, "UNSTABLE", f" {STABLE} "])
    def test_a_known_one_is_spoken(self, next_commerce: NextCommerce, version: str) -> None:
        number = next_commerce.buy("card_token")["number"]

        answer = next_commerce.of_version(version).send("GET", f"/orders/{number}/")

        assert (200, True) == (answer.status, "total_outstanding" in answer.json)

    @pytest.mark.parametrize("version", [None, OLD])
    def test_without_the_header_it_is_the_old_one(self, next_commerce: NextCommerce, version: str | None) -> None:
        number = next_commerce.buy("card_token")["number"]

        answer = next_commerce.of_version(version).send("GET", f"/orders/{number}/")

        assert (200, False) == (answer.status, "total_outstanding" in answer.json)

    @pytest.mark.parametrize("name", ["X-29next-API-Version", "x-29next-api-version", "X-29Next-Api-Version"])
    def test_the_headers_name_may_be_spelled_anyhow(self, next_commerce: NextCommerce, name: str) -> None:
        number = next_commerce.buy("card_token")["number"]

        answer = next_commerce.of_version(None).send("GET", f"/orders/{number}/", **{name: STABLE})

        assert "total_outstanding" in answer.json

    @pytest.mark.parametrize("version", ["2024-04-02", "2", ""])
    def test_an_unknown_one_is_not_acceptable(self, next_commerce: NextCommerce, version: str) -> None:
        answer = next_commerce.of_version(None).send("GET", "/users/", **{"X-29next-API-Version": version})

        told = {"detail": 'Invalid version in "X-29next-API-Version" header.'}
        assert (406, told) == (answer.status, answer.json)
        assert f"{version!r}, expected {STABLE}, {OLD}, {UNSTABLE}" in next_commerce.explanation()["faults"][0]["text"]

    @pytest.mark.parametrize(("version", "status"), [(None, 404), (OLD, 404), (UNSTABLE, 404), (STABLE, 400)])
    def test_what_a_version_does_not_have_is_not_found(
        self, next_commerce: NextCommerce, version: str | None, status: int
    ) -> None:
        number = next_commerce.buy("card_token")["number"]

        answer = next_commerce.of_version(version).send("POST", f"/orders/{number}/lines/", {})

        assert (status, status == 404) == (answer.status, answer.text.startswith("<!DOCTYPE html>"))


class TestRates:
    @pytest.fixture
    def busy(self, next_commerce: NextCommerce) -> NextCommerce:
        """A store that counts, in a world where time stands still."""
        next_commerce.choose_scenario("rate-limits")
        next_commerce.freeze()
        return next_commerce

    def test_the_fifth_call_of_a_second_is_throttled(self, busy: NextCommerce) -> None:
        answers = [busy.send("GET", "/users/") for _ in range(6)]

        assert [200] * 4 + [429] * 2 == [answer.status for answer in answers]
        told = {"detail": "Request was throttled. Expected available in 1 second."}
        assert (told, "1") == (answers[-1].json, answers[-1].headers["Retry-After"])

    def test_a_second_later_four_more_are_let_in(self, busy: NextCommerce) -> None:
        statuses = [busy.send("GET", "/users/").status for _ in range(5)]

        busy.advance("1s")
        statuses += [busy.send("GET", "/users/").status for _ in range(5)]

        assert ([200] * 4 + [429]) * 2 == statuses

    def test_the_window_slides(self, busy: NextCommerce) -> None:
        statuses = []
        for _ in range(8):
            statuses.append(busy.send("GET", "/users/").status)
            busy.advance("250ms")

        assert [200] * 8 == statuses

    def test_each_token_has_its_own(self, busy: NextCommerce) -> None:
        other = NextCommerce(busy._wire, busy.world, f"other_world-{busy.world}")
        for _ in range(5):
            busy.send("GET", "/users/")

        assert 200 == other.send("GET", "/users/").status

    def test_a_throttled_call_does_nothing(self, busy: NextCommerce) -> None:
        for _ in range(4):
            busy.send("GET", "/users/")

        refused = busy.send("POST", "/users/", {"email": "bo@shop.test"})

        busy.advance("1s")
        assert (429, 1) == (refused.status, len(busy.results("/users/")))

    def test_without_the_setting_nobody_counts(self, next_commerce: NextCommerce) -> None:
        next_commerce.freeze()

        assert [200] * 9 == [next_commerce.send("GET", "/users/").status for _ in range(9)]


class TestWorlds:
    def test_a_new_world_tells_what_a_client_is_configured_with(self, app: Flask) -> None:
        http = app.test_client()
        told = http.post("/_mock/worlds", json={"name": "mine"}).get_json()
        mine = (told.get("credentials") or told)["next_commerce"]

        answer = http.get(f"{mine['base_url'].partition('localhost')[2]}users/", headers={
            "Authorization": mine["authorization"],
        })  # fmt: skip

        assert (200, "Bearer token_world-mine", "app_world-mine") == (
            answer.status_code, mine["authorization"], mine["client_id"]
        )  # fmt: skip

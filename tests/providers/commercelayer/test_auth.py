"""Who a request is from, whether it is let in, and how often; without HTTP."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mock_server.core.errors import Malformed
from mock_server.core.world import World
from mock_server.providers.commercelayer.actions.tokens import revoke
from mock_server.providers.commercelayer.auth import (
    Principal,
    admit,
    authenticate,
    credentials,
    principal_of,
    read_request,
    require,
)
from mock_server.providers.commercelayer.errors import AccessDenied, InvalidClient, InvalidToken, Throttled
from mock_server.providers.commercelayer.state import records, tokens
from mock_server.web.operations import Call
from tests.providers.commercelayer.grants import client_credentials, customer_of, password, with_clients
from tests.threads import tried_at_once

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _noon(world: World) -> None:
    world.clock.freeze(NOON)


def basic(client_id: str, secret: str) -> str:
    return "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()


def call_of(
    path: str = "/api/orders", method: str = "GET", *, body: Any = "", remote: str = "127.0.0.1", **headers: str
) -> Call:
    """A request; a body that is no text goes as JSON."""
    is_text = isinstance(body, str)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named.setdefault("content-type", FORM if is_text else "application/json")
    data = (body if is_text else json.dumps(body)).encode()
    return Call(method, path, {}, named, named, remote, "http://localhost", lambda: data)


def entering(world: World, token: str = "token", path: str = "/api/orders", **asked: Any) -> Call:
    """A request with a token that is known to be in this world."""
    call = call_of(path, authorization=f"Bearer {token}", **asked)
    call.world = world
    call.credential = authenticate(call)
    return call


def asking(body: Any = "", **headers: str) -> tuple[str, str, str]:
    """The client that asks for a token, its secret and its world."""
    credential = authenticate(call_of("/oauth/token", "POST", body=body, **headers))
    return credential.user, credential.password, credential.world


def let_in(world: World, token: str) -> bool:
    try:
        admit(entering(world, token))
    except InvalidToken:
        return False
    return True


class TestClients:
    @pytest.mark.parametrize(
        ("body", "headers"),
        [
            ({"client_id": "a_world-blue", "client_secret": "s"}, {}),
            ({"client_id": "a_world-blue", "client_secret": "s"}, {"content_type": "application/json; charset=utf-8"}),
            ('{"client_id": "a_world-blue", "client_secret": "s"}', {"content_type": ""}),
            ('\ufeff{"client_id": "a_world-blue", "client_secret": "s"}', {"content_type": "text/plain"}),
            ("client_id=a_world-blue&client_secret=s", {}),
            ("client_id=a_world-blue&client_secret=s", {"content_type": f"{FORM}; charset=UTF-8"}),
            ("grant_type=client_credentials", {"authorization": basic("a_world-blue", "s")}),
            ("", {"authorization": basic("a_world-blue", "s")}),
            ({}, {"authorization": basic("a_world-blue", "s")}),
            ("", {"authorization": basic("a%5Fworld%2Dblue", "s").replace("Basic", "basic")}),
            ("client_id=a_world-blue&client_secret=s", {"authorization": basic("b_world-red", "other")}),
        ],
    )  # fmt: skip
    def test_a_client_is_named_in_json_form_or_header(self, body: Any, headers: dict[str, str]) -> None:
        assert ("a_world-blue", "s", "blue") == asking(body, **headers)

    def test_a_secret_is_not_needed(self) -> None:
        assert ("shop", "", "default") == asking({"client_id": "shop", "client_secret": None})

    @pytest.mark.parametrize(
        ("body", "headers"),
        [
            ("", {}), ({}, {}), ({"client_id": ""}, {}), ({"client_id": None}, {}), ({"client_id": 1}, {}),
            ({"client_id": ["a"]}, {}), ("client_id=", {}), ("", {"authorization": "Basic !!!"}),
            ("", {"authorization": basic("", "s")}), ('{"client_id": "a"}', {}), ({"token": 1}, {}),
            ("", {"authorization": "Bearer"}),
        ],
    )  # fmt: skip
    def test_without_one_nobody_is_there(self, body: Any, headers: dict[str, str]) -> None:
        with pytest.raises(InvalidClient):
            asking(body, **headers)

    @pytest.mark.parametrize("text", ["{", "[]", '"a"', "{" * 100_000, "null"])
    def test_what_is_no_json_object_is_malformed(self, text: str) -> None:
        with pytest.raises(Malformed):
            asking(text, content_type="application/json")

    def test_a_token_to_be_revoked_names_the_world_alone(self, world: World) -> None:
        token = client_credentials(world, "a_world-blue")["access_token"]

        worlds = [asking({"token": text}) for text in (token, token + "x", "x_world-red", "\ud800")]

        assert [("", "", "blue"), ("", "", "default"), ("", "", "red"), ("", "", "default")] == worlds

    def test_the_header_fills_in_what_the_body_lacks(self) -> None:
        call = call_of("/oauth/token", "POST", body="client_secret=mine&x=1&x=2", authorization=basic("a", "other"))

        assert {"client_id": "a", "client_secret": "mine", "x": "2"} == read_request(call)


class TestBearers:
    def test_a_token_of_ours_names_client_world_and_claims(self, world: World) -> None:
        token = client_credentials(world, "a_world-blue")["access_token"]

        credential = authenticate(call_of(authorization=f"Bearer {token}"))

        assert ("a_world-blue", "blue") == (credential.user, credential.world)
        assert tokens.claims_of(token) == credential.claims

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
    def test_any_other_text_is_a_token_too(self, scheme: str) -> None:
        credential = authenticate(call_of(authorization=f"{scheme} abc_world-red"))

        assert ("abc_world-red", "red", {}) == (credential.user, credential.world, credential.claims)

    @pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer "}, {"authorization": basic("a", "b")}])
    def test_without_one_nobody_is_let_in(self, headers: dict[str, str]) -> None:
        with pytest.raises(InvalidToken):
            authenticate(call_of(**headers))

    def test_a_forged_one_is_refused(self, world: World) -> None:
        header, _, signature = client_credentials(world)["access_token"].split(".")

        with pytest.raises(InvalidToken):
            authenticate(call_of(authorization=f"Bearer {header}.e30.{signature}"))


class TestAdmitting:
    def test_a_token_lives_until_the_worlds_clock_says_so(self, world: World) -> None:
        token = client_credentials(world, client_secret="s")["access_token"]

        world.advance(timedelta(seconds=7200, milliseconds=-1))
        in_time = let_in(world, token)
        world.advance(timedelta(milliseconds=1))

        assert (True, False) == (in_time, let_in(world, token))

    @pytest.mark.parametrize("expires", [None, "2030-01-01", True])
    def test_one_that_does_not_say_when_it_ends_has_ended(self, world: World, expires: Any) -> None:
        assert not let_in(world, tokens.sign({"application": {"client_id": "a"}, "exp": expires}))

    def test_a_revoked_one_is_refused(self, world: World) -> None:
        token = client_credentials(world)["access_token"]
        before = let_in(world, token)

        revoke(world, {"client_id": "shop", "token": token})

        assert (True, False) == (before, let_in(world, token))

    @pytest.mark.parametrize(("strict", "expected"), [("off", True), ("on", False)])
    def test_a_setting_refuses_texts_that_are_no_tokens(self, world: World, strict: str, expected: bool) -> None:
        world = replace(world, settings=replace(world.settings, commercelayer_strict_auth=strict))

        assert expected is let_in(world, "token_world-default")
        assert let_in(world, client_credentials(world)["access_token"])

    @pytest.mark.parametrize(("listed", "expected"), [("", True), ("a, shop:s", True), ("a", False)])
    def test_a_setting_refuses_tokens_of_other_clients(self, world: World, listed: str, expected: bool) -> None:
        token = client_credentials(world)["access_token"]

        assert expected is let_in(with_clients(world, listed), token)

    def test_a_client_that_asks_for_a_token_has_none_yet(self, world: World) -> None:
        world = replace(world, settings=replace(world.settings, commercelayer_strict_auth="on"))
        call = call_of("/oauth/token", "POST", body={"client_id": "a"})
        call.world, call.credential = world, authenticate(call)

        admit(call)

        assert "30" == call.extra_headers["X-Ratelimit-Limit"]


class TestRateLimits:
    @pytest.fixture
    def limited(self, world: World) -> World:
        return replace(world, settings=replace(world.settings, commercelayer_rate_limits="on"))

    @pytest.mark.parametrize(
        ("method", "path", "limit"),
        [
            ("GET", "/api/orders", 100), ("GET", "/api/klarna_payments/abc", 100), ("GET", "/api", 100),
            ("POST", "/api/orders", 100), ("PATCH", "/api/markets/abc", 100), ("DELETE", "/api/skus/abc", 100),
            *(("GET", f"/api/{name}", 500) for name in (
                "bundles", "imports", "inventory_models", "markets", "prices", "price_lists", "promotions",
                "percentage_discount_promotions", "skus", "sku_options", "stock_items", "stock_locations",
                "markets/abc", "skus/abc/prices",
            )),
            ("GET", "/api/sku_lists", 100), ("GET", "/api/orders/abc/market", 100), ("HEAD", "/api/skus", 500),
        ],
    )  # fmt: skip
    def test_every_answer_tells_the_limit_of_its_class(self, world: World, method: str, path: str, limit: int) -> None:
        for _ in range(2):
            call = entering(world, path=path, method=method)
            admit(call)

        told = {name: call.extra_headers.get(f"X-Ratelimit-{name}") for name in ("Limit", "Interval", "Remaining")}
        assert {"Limit": str(limit), "Interval": "60", "Remaining": str(limit - 1)} == told
        assert (limit == 500) is (call.extra_headers.get("Cache-Control") == "public, no-cache")
        assert (limit == 500) is (call.extra_headers.get("Vary") == "Authorization, Accept-Encoding, Origin")

    def test_a_refused_token_is_told_too(self, world: World) -> None:
        call = entering(world, tokens.sign({"application": {"client_id": "a"}, "exp": 1}))

        with pytest.raises(InvalidToken):
            admit(call)

        assert "100" == call.extra_headers["X-Ratelimit-Limit"]

    def test_a_minute_slides(self, limited: World) -> None:
        def passed(path: str, times: int) -> int:
            return len([None for _ in range(times) if passes(limited, path)])

        first = passed("/api/orders", 30), passed("/api/customers", 30)
        limited.advance(timedelta(seconds=30))
        second = passed("/api/orders", 30), passed("/api/customers", 20), passed("/api/addresses", 20)
        limited.advance(timedelta(seconds=29, milliseconds=999))
        third = passed("/api/orders", 20)
        limited.advance(timedelta(milliseconds=1))

        assert ((25, 25), (25, 20, 5), 0) == (first, second, third)
        assert (25, 25) == (passed("/api/orders", 30), passed("/api/customers", 30))

    def test_what_is_left_counts_down_to_none(self, limited: World) -> None:
        left = []
        for number in range(100):
            call = entering(limited, path=f"/api/r{number % 5}")
            admit(call)
            left.append(int(call.extra_headers["X-Ratelimit-Remaining"]))

        refused = entering(limited, path="/api/other")
        with pytest.raises(Throttled):
            admit(refused)

        assert list(range(99, -1, -1)) == left
        assert "0" == refused.extra_headers["X-Ratelimit-Remaining"]

    @pytest.mark.parametrize(
        ("method", "path", "burst"),
        [
            ("GET", "/api/orders", 25), ("GET", "/api/skus", 125), ("POST", "/api/orders", 25),
            ("PATCH", "/api/skus", 25),
        ],
    )  # fmt: skip
    def test_ten_seconds_of_one_endpoint_have_a_limit_too(
        self, limited: World, method: str, path: str, burst: int
    ) -> None:
        passed = [passes(limited, path, method=method) for _ in range(burst + 1)]
        limited.advance(timedelta(seconds=10))

        assert [True] * burst + [False] == passed
        assert passes(limited, path, method=method)

    def test_reads_writes_and_callers_do_not_count_for_one_another(self, limited: World) -> None:
        for _ in range(25):
            admit(entering(limited))

        assert not passes(limited)
        assert passes(limited, method="POST")
        assert passes(limited, path="/api/customers")
        assert passes(limited, remote="10.0.0.1")

    def test_a_refused_call_does_not_count(self, limited: World) -> None:
        passed = [passes(limited) for _ in range(40)]
        limited.advance(timedelta(seconds=10))

        again = [passes(limited) for _ in range(40)]

        assert [25, 25] == [sum(passed), sum(again)]

    def test_tokens_are_30_a_minute_without_a_limit_on_bursts(self, limited: World) -> None:
        def asks() -> bool:
            call = call_of("/oauth/token", "POST", body={"client_id": "a"})
            call.world, call.credential = limited, authenticate(call)
            return passed(lambda: admit(call))

        assert [True] * 30 + [False] == [asks() for _ in range(31)]

    def test_of_many_at_once_no_more_pass_than_may(self, limited: World) -> None:
        got = tried_at_once(lambda: admit(entering(limited)), times=40)

        assert 25 == got.count(None)


def passed(act: Callable[[], object]) -> bool:
    try:
        act()
    except Throttled:
        return False
    return True


def passes(world: World, path: str = "/api/orders", **asked: Any) -> bool:
    return passed(lambda: admit(entering(world, path=path, **asked)))


class TestPrincipals:
    def test_a_customer_in_a_market(self, world: World) -> None:
        market = records.create(world, "markets", {"code": "XY"})["id"]
        customer = customer_of(world)
        token = password(world, scope="market:code:XY")["access_token"]

        principal = principal_of(entering(world, token))

        organization = records.fixed_id("organization acme")
        assert Principal("sales_channel", (market,), customer, "test", organization) == principal

    def test_an_opaque_token_is_an_integration(self, world: World) -> None:
        principal = principal_of(entering(world, "token"))

        assert Principal("integration", (), "", "test", records.fixed_id("organization acme")) == principal

    @pytest.mark.parametrize(
        ("claims", "expected"),
        [
            ({"application": {"kind": "webapp"}}, ("webapp", (), "", "test")),
            ({"application": {"kind": "dashboard"}, "test": False}, ("integration", (), "", "live")),
            ({"owner": {"type": "User", "id": "abc"}}, ("integration", (), "", "test")),
            ({"owner": "x", "market": None, "organization": 1, "application": []}, ("integration", (), "", "test")),
        ],
    )  # fmt: skip
    def test_claims_of_others_are_read_as_far_as_they_go(
        self, world: World, claims: dict[str, Any], expected: tuple[Any, ...]
    ) -> None:
        principal = principal_of(entering(world, tokens.sign(claims)))

        assert expected == (principal.kind, principal.market_ids, principal.customer_id, principal.mode)

    @pytest.mark.parametrize(
        ("kind", "expected"), [("sales_channel", "RC"), ("integration", "LRCUD"), ("webapp", "LRCUD")]
    )
    def test_only_sales_channels_may_not_do_everything(self, kind: str, expected: str) -> None:
        principal, done = Principal(kind, (), "", "test", "x"), ""

        for action in "LRCUD":
            try:
                require(principal, "RC", action)
            except AccessDenied:
                continue
            done += action

        assert expected == done


def test_credentials_name_their_world(world: World) -> None:
    told = credentials("blue", "http://localhost:8080")

    integration = {"client_id": told["integration_client_id"], "client_secret": told["client_secret"]}
    assert ("sales_channel_world-blue", "", "blue") == asking({"client_id": told["client_id"]})
    assert ("integration_world-blue", "secret", "blue") == asking(integration)
    assert "blue" == authenticate(call_of(authorization=told["authorization"])).world
    assert ("http://localhost:8080/api", "http://localhost:8080/oauth/token") == (told["base_url"], told["auth_url"])

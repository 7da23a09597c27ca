"""What each grant gives, and what takes it back; on a bare world where it is noon."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mock_server.core.errors import ApiError
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions import tokens as actions
from mock_server.providers.commercelayer.actions.tokens import check_authorization, grant_code
from mock_server.providers.commercelayer.state import records
from tests.providers.commercelayer.grants import (
    BACK,
    CLAIMS,
    QUERY,
    assertion,
    by_assertion,
    by_code,
    claims_in,
    client_credentials,
    customer_of,
    password,
    refresh,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(world: World) -> None:
    world.clock.freeze(NOON)


@pytest.fixture
def market(world: World) -> str:
    return str(records.create(world, "markets", {"code": "XY", "number": 1234})["id"])


@pytest.fixture
def customer(world: World) -> str:
    return customer_of(world, "Ann@shop.example")


def why(refusal: pytest.ExceptionInfo[ApiError]) -> str:
    return refusal.value.faults[0].text


class TestClientCredentials:
    def test_the_answer_is_as_recorded(self, world: World) -> None:
        answer = client_credentials(world, client_secret="secret")

        del answer["access_token"]
        expected = [
            ("token_type", "Bearer"), ("expires_in", 7200), ("scope", "market:all"),
            ("created_at", int(NOON.timestamp())),
        ]  # fmt: skip
        assert expected == list(answer.items())

    def test_the_claims_are_as_recorded(self, world: World, market: str) -> None:
        claims = claims_in(client_credentials(world, scope="market:code:XY"))

        rand, noon = claims.pop("rand"), int(NOON.timestamp())
        assert 0 <= rand < 1
        assert {
            "organization": {
                "id": records.fixed_id("organization acme"), "slug": "acme", "enterprise": True, "region": "eu-west-1"
            },
            "application": {
                "id": records.fixed_id("application shop"), "client_id": "shop", "kind": "sales_channel",
                "public": True, "confidential": False,
            },
            "market": {
                "id": [market], "stock_location_ids": [], "geocoder_id": None, "allows_external_prices": False
            },
            "scope": "market:code:XY",
            "exp": noon + 14_400,
            "test": True,
            "iat": noon,
            "iss": "https://auth.commercelayer.io",
        } == claims  # fmt: skip

    def test_two_tokens_of_one_second_differ(self, world: World) -> None:
        one, other = client_credentials(world), client_credentials(world)

        assert one["access_token"] != other["access_token"]

    @pytest.mark.parametrize(
        ("client_id", "secret", "kind", "lifetime_s"),
        [
            ("shop", "", "sales_channel", 14_400), ("shop", "s", "integration", 7200),
            ("sales_channel_world-x", "s", "sales_channel", 14_400), ("integration_world-x", "s", "integration", 7200),
            ("webapp_world-x", "s", "webapp", 7200),
        ],
    )  # fmt: skip
    def test_id_or_secret_tell_the_kind(
        self, world: World, client_id: str, secret: str, kind: str, lifetime_s: int
    ) -> None:
        answer = client_credentials(world, client_id, client_secret=secret)

        application = claims_in(answer)["application"]
        assert (kind, lifetime_s) == (application["kind"], answer["expires_in"])
        assert application["public"] is (kind == "sales_channel") is not application["confidential"]

    @pytest.mark.parametrize("client_id", ["integration_x", "webapp_x"])
    def test_a_confidential_client_needs_its_secret(self, world: World, client_id: str) -> None:
        with pytest.raises(errors.InvalidClient):
            client_credentials(world, client_id)

    def test_slug_and_domain_are_settings(self, world: World) -> None:
        settings = replace(world.settings, commercelayer_organization="umbrella", commercelayer_domain="cl.test:8443")

        claims = claims_in(client_credentials(replace(world, settings=settings)))

        assert ("umbrella", "https://auth.cl.test:8443") == (claims["organization"]["slug"], claims["iss"])
        assert records.fixed_id("organization umbrella") == claims["organization"]["id"]


class TestScopes:
    @pytest.mark.parametrize(
        "scope",
        ["market:code:XY", "market:1234", "market:code:XY  market:1234", "market:code:XY store:code:a",
         "market:1234 stock_location:id:abc"],
    )  # fmt: skip
    def test_one_market_is_known_by_several_names(self, world: World, market: str, scope: str) -> None:
        answer = client_credentials(world, scope=scope)

        assert ([market], scope) == (claims_in(answer)["market"]["id"], answer["scope"])

    def test_and_by_its_id(self, world: World, market: str) -> None:
        answer = client_credentials(world, scope=f"market:id:{market}")

        assert [market] == claims_in(answer)["market"]["id"]

    def test_several_markets_are_all_in_it(self, world: World, market: str) -> None:
        other = records.create(world, "markets", {"code": "ZZ", "number": 1})["id"]

        answer = client_credentials(world, scope="market:code:ZZ market:code:XY")

        assert sorted([market, other]) == claims_in(answer)["market"]["id"]

    @pytest.mark.parametrize("scope", ["market:all", "store:code:a", "market:all market:code:XY"])
    def test_all_markets_are_no_claim(self, world: World, market: str, scope: str) -> None:
        assert "market" not in claims_in(client_credentials(world, scope=scope))

    @pytest.mark.parametrize(
        "scope",
        ["market:code:nowhere", "market:id:nowhere", "market:99", "market", "market:", "market:code:", "market:XY",
         "market:code:xy", "prices", "provisioning-api", "stock_location:id:abc", "market:all stock_location:id:abc",
         "stock_location:id:abc store:id:a", "market:code:XY prices", " ", "store:x", "market:code:\ud800"],
    )  # fmt: skip
    def test_any_other_scope_is_refused(self, world: World, market: str, scope: str) -> None:
        with pytest.raises(errors.InvalidScope):
            client_credentials(world, scope=scope)


class TestPasswords:
    def test_a_customer_is_known_by_the_email_in_any_case(self, world: World, customer: str, market: str) -> None:
        answer = password(world, scope="market:code:XY")

        assert [
            "access_token", "token_type", "expires_in", "refresh_token", "scope", "created_at", "owner_id", "owner_type"
        ] == list(answer)  # fmt: skip
        assert (customer, "customer", 14_400) == (answer["owner_id"], answer["owner_type"], answer["expires_in"])
        assert {"id": customer, "type": "Customer"} == claims_in(answer)["owner"]

    @pytest.mark.parametrize(
        "fields", [{"password": "S3cret"}, {"password": "s3cret "}, {"username": "bob@shop.example"}]
    )
    def test_a_wrong_one_is_refused(self, world: World, customer: str, fields: dict[str, str]) -> None:
        with pytest.raises(errors.InvalidGrant):
            password(world, **fields)

    def test_a_customer_without_a_password_cannot_log_in(self, world: World) -> None:
        records.create(world, "customers", {"email": "ann@shop.example"})

        with pytest.raises(errors.InvalidGrant):
            password(world)


class TestRefreshing:
    def test_everything_stays_but_the_tokens(self, world: World, customer: str, market: str) -> None:
        first = password(world, scope="market:code:XY")
        world.advance(timedelta(hours=5))

        again = refresh(world, first["refresh_token"])

        assert list(first) == list(again)
        changed = {name for name in first if first[name] != again[name]}
        assert {"access_token", "refresh_token", "created_at"} == changed
        one, other = claims_in(first), claims_in(again)
        assert {"exp", "iat", "rand"} == {name for name in one if one[name] != other[name]}

    def test_a_refresh_token_is_good_once(self, world: World, customer: str) -> None:
        first = password(world)
        again = refresh(world, first["refresh_token"])

        with pytest.raises(errors.InvalidGrant):
            refresh(world, first["refresh_token"])

        assert refresh(world, again["refresh_token"])["owner_id"] == customer

    def test_one_who_is_overtaken_gets_nothing(
        self, world: World, customer: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = password(world)["refresh_token"]
        got: list[Any] = []

        def overtaken(world: World, scope: str) -> list[str]:
            monkeypatch.undo()
            got.append(refresh(world, token))
            return []

        monkeypatch.setattr(actions, "markets_in", overtaken)

        with pytest.raises(errors.InvalidGrant):
            refresh(world, token)

        assert [customer] == [answer["owner_id"] for answer in got]

    def test_it_lives_two_weeks(self, world: World, customer: str) -> None:
        in_time, too_late = password(world)["refresh_token"], password(world)["refresh_token"]
        world.advance(timedelta(days=14, milliseconds=-1))
        refresh(world, in_time)
        world.advance(timedelta(milliseconds=1))

        with pytest.raises(errors.InvalidGrant) as refusal:
            refresh(world, too_late)

        assert "refresh_token has expired" == why(refusal)

    def test_another_client_cannot_use_it_and_does_not_spend_it(self, world: World, customer: str) -> None:
        token = password(world)["refresh_token"]

        with pytest.raises(errors.InvalidGrant):
            refresh(world, token, "other")

        assert refresh(world, token)["owner_id"] == customer

    def test_a_confidential_client_needs_its_secret_again(self, world: World) -> None:
        token = by_code(world, grant_code(world, QUERY))["refresh_token"]

        with pytest.raises(errors.InvalidClient):
            refresh(world, token, "webapp_x")

        assert 7200 == refresh(world, token, "webapp_x", client_secret="s")["expires_in"]

    def test_a_market_that_is_gone_does_not_spend_it(self, world: World, customer: str, market: str) -> None:
        token = password(world, scope="market:code:XY")["refresh_token"]
        found = records.find(world, "markets", market)
        assert found is not None
        records.remove(world, found)
        with pytest.raises(errors.InvalidScope):
            refresh(world, token)
        records.create(world, "markets", {"code": "XY"})

        assert refresh(world, token)["owner_id"] == customer


class TestCodes:
    def test_a_code_gets_a_token_of_a_user(self, world: World, market: str) -> None:
        code = grant_code(world, {**QUERY, "scope": "market:code:XY"})

        answer = by_code(world, code)

        claims = claims_in(answer)
        assert ("webapp", "User", [market]) == (
            claims["application"]["kind"], claims["owner"]["type"], claims["market"]["id"]
        )  # fmt: skip
        assert (claims["owner"]["id"], "user") == (answer["owner_id"], answer["owner_type"])
        assert (7200, "market:code:XY") == (answer["expires_in"], answer["scope"])

    def test_a_code_is_good_once(self, world: World) -> None:
        code = grant_code(world, QUERY)
        by_code(world, code)

        with pytest.raises(errors.InvalidGrant):
            by_code(world, code)

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"client_id": "webapp_y"}, errors.InvalidGrant), ({"redirect_uri": BACK + "/"}, errors.InvalidGrant),
            ({"client_secret": ""}, errors.InvalidClient), ({"code": "made-up"}, errors.InvalidGrant),
        ],
    )  # fmt: skip
    def test_what_does_not_fit_is_refused_and_spends_nothing(
        self, world: World, fields: dict[str, str], expected: type[ApiError]
    ) -> None:
        code = grant_code(world, QUERY)

        with pytest.raises(expected):
            by_code(world, code, **fields)

        assert "user" == by_code(world, code)["owner_type"]

    def test_it_lives_ten_minutes(self, world: World) -> None:
        in_time, too_late = grant_code(world, QUERY), grant_code(world, QUERY)
        world.advance(timedelta(minutes=10, milliseconds=-1))
        by_code(world, in_time)
        world.advance(timedelta(milliseconds=1))

        with pytest.raises(errors.InvalidGrant):
            by_code(world, too_late)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"client_id": ""}, errors.InvalidClient), ({"response_type": "token"}, errors.InvalidOAuthRequest),
            ({"scope": "market:code:nowhere"}, errors.InvalidScope),
            *(({"redirect_uri": uri}, errors.InvalidOAuthRequest) for uri in (
                "", "javascript:alert(1)", "//shop.example", "/back", "data:text/html,x", "http://", "http:///back",
                "myapp://back", "https://shop.example/#f", "https://shop.example/a b", "https://shop.example/\r\nX: y",
                " https://shop.example/", "http://[::1", "https://shop.example/\x7f",
            )),
        ],
    )  # fmt: skip
    def test_a_bad_request_gets_no_code(
        self, world: World, query: dict[str, str], expected: type[ApiError]
    ) -> None:
        with pytest.raises(expected):
            grant_code(world, QUERY | query)

    @pytest.mark.parametrize("uri", ["http://localhost:3000/", "HTTPS://shop.example", "https://shöp.example/ä?b=c"])
    def test_any_web_address_will_do(self, world: World, uri: str) -> None:
        check_authorization(world, QUERY | {"redirect_uri": uri})


class TestAssertions:
    def test_a_customer_is_acted_for(self, world: World, customer: str) -> None:
        owner = {"type": "Customer", "id": customer}

        answer = by_assertion(world, assertion({CLAIMS: {"owner": owner, "custom_claim": {"app": "crm"}}}))

        claims = claims_in(answer)
        assert (owner, {"app": "crm"}, "sales_channel") == (
            claims["owner"], claims["custom_claim"], claims["application"]["kind"]
        )  # fmt: skip
        assert (customer, "customer") == (answer["owner_id"], answer["owner_type"])
        assert customer == refresh(world, answer["refresh_token"], "sales_channel_x")["owner_id"]

    def test_claims_of_ones_own_need_no_owner(self, world: World) -> None:
        answer = by_assertion(world, assertion({CLAIMS: {"custom_claim": {"a": ["ü", 1]}}}), "integration_x")

        claims = claims_in(answer)
        assert ({"a": ["ü", 1]}, False) == (claims["custom_claim"], "owner" in claims)
        assert {"owner_id", "owner_type"}.isdisjoint(answer) and answer["refresh_token"]

    def test_a_user_may_be_anybody(self, world: World) -> None:
        answer = by_assertion(world, assertion({CLAIMS: {"owner": {"type": "User", "id": "abc"}}}))

        assert ("abc", "user") == (answer["owner_id"], answer["owner_type"])

    @pytest.mark.parametrize(
        "text",
        [
            "a.b.c", assertion({CLAIMS: {"custom_claim": {"a": 1}}}, secret="wrong"),
            assertion({CLAIMS: {"custom_claim": {"a": 1}}}, alg="HS256"),
            assertion({}), assertion({CLAIMS: {}}), assertion({CLAIMS: "x"}), assertion({CLAIMS: {"custom_claim": {}}}),
            assertion({CLAIMS: {"custom_claim": "text"}}), assertion({CLAIMS: {"owner": "Ann"}}),
            assertion({CLAIMS: {"owner": {"type": "Customer", "id": "nobody"}}}),
            assertion({CLAIMS: {"owner": {"type": "Robot", "id": "x"}}}),
            assertion({CLAIMS: {"owner": {"type": "User"}}}), assertion({CLAIMS: {"owner": {"type": "User", "id": 1}}}),
            assertion({CLAIMS: {"custom_claim": {"a": "x" * 4096}}}),
            assertion({CLAIMS: {"custom_claim": {"a": 1}}, "exp": NOON.timestamp()}),
        ],
    )  # fmt: skip
    def test_any_other_is_refused(self, world: World, text: str) -> None:
        with pytest.raises(errors.InvalidAssertion):
            by_assertion(world, text)

    def test_one_that_has_not_expired_yet_is_good(self, world: World) -> None:
        text = assertion({CLAIMS: {"custom_claim": {"a": 1}}, "exp": NOON.timestamp() + 1})

        assert {"a": 1} == claims_in(by_assertion(world, text))["custom_claim"]

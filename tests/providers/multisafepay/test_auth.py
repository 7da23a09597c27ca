"""How a website is known by its API key. Source: docs.multisafepay.com, authentication."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.multisafepay import MultiSafepay, order_of
from tests.providers.multisafepay.website import app_with

KEY, OTHER = "a1b2c3d4e5" * 4, "f6e5d4c3b2" * 4
REFUSED = '{"success":false,"data":{},"error_code":1032,"error_info":"Invalid API key"}'
ME = "/v1/json/me"


def site_of(app: Flask, query: str = "", **headers: str) -> int:
    """The site_id that a request is known as; 0 when it is refused as it should be."""
    named = {name if name == "api_key" else name.replace("_", "-"): value for name, value in headers.items()}
    answer = app.test_client().get(ME + query, headers=named)
    if answer.status_code == 401:
        assert (REFUSED, "application/json") == (answer.text, answer.headers["Content-Type"])
        return 0
    site: int = answer.get_json()["data"]["site_id"]
    return site


class TestCarriers:
    def test_header_query_and_bearer_are_the_same_website(self, app: Flask) -> None:
        expected = site_of(app, api_key=KEY)

        assert expected and expected != site_of(app, api_key=OTHER)
        assert expected == site_of(app, f"?api_key={KEY}")
        assert expected == site_of(app, Authorization=f"Bearer {KEY}")

    @pytest.mark.parametrize("name", ["api_key", "Api_key", "API_KEY"])
    def test_the_underscore_survives_a_real_socket(self, server: str, name: str) -> None:
        address = urlsplit(server)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)

        connection.request("GET", ME, headers={name: f"_world-auth-{name}".rjust(40, "k")})

        assert 200 == connection.getresponse().status
        connection.close()

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_the_scheme_comes_in_any_case(self, app: Flask, scheme: str) -> None:
        assert site_of(app, api_key=KEY) == site_of(app, Authorization=f"{scheme} {KEY}")

    def test_the_header_wins_over_the_query_and_that_over_bearer(self, app: Flask) -> None:
        header, query = site_of(app, api_key=KEY), site_of(app, f"?api_key={OTHER}")
        bearer = f"Bearer {'e' * 20}{'f' * 20}"

        assert header == site_of(app, f"?api_key={OTHER}", api_key=KEY, Authorization=bearer)
        assert query == site_of(app, f"?api_key={OTHER}", Authorization=bearer)

    @pytest.mark.parametrize("length", [1, 39, 41, 100])
    def test_a_key_of_any_length_is_accepted(self, app: Flask, length: int) -> None:
        assert site_of(app, api_key="k" * length)


class TestRefused:
    @pytest.mark.parametrize("headers", [
        {}, {"api_key": ""}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "},
        {"Authorization": f"Basic {KEY}"}, {"Authorization": KEY}, {"X_Api_Key": KEY},
    ])  # fmt: skip
    def test_without_a_key_there_is_no_answer(self, app: Flask, headers: dict[str, str]) -> None:
        assert 0 == site_of(app, **headers)
        assert 0 == site_of(app, "?api_key=", **headers)

    @pytest.mark.parametrize(
        ("method", "path"),
        [("POST", "/v1/json/orders"), ("POST", "/orders"), ("GET", "/v1/json/orders/1"), ("PATCH", "/orders/1"),
         ("GET", "/v1/json/gateways"), ("GET", "/v1/json/nowhere"), ("PUT", "/v1/json/orders"),
         ("GET", "/v1/json/accounts")],
    )  # fmt: skip
    def test_the_key_is_looked_at_first(self, app: Flask, method: str, path: str) -> None:
        answer = app.test_client().open(path, method=method, data=b"{ no json")

        assert (401, REFUSED) == (answer.status_code, answer.text)

    @pytest.mark.parametrize("digit", list("0123456789abcdef"))
    def test_one_hexadecimal_digit_40_times_is_a_wrong_key(self, app: Flask, digit: str) -> None:
        assert 0 == site_of(app, api_key=digit * 40)
        assert 0 == site_of(app, f"?api_key={digit * 40}")
        assert 0 == site_of(app, Authorization=f"Bearer {digit * 40}")

    @pytest.mark.parametrize("key", ["0" * 39, "0" * 41, "g" * 40, "k" * 40, "0" * 39 + "1", "01" * 20])
    def test_any_other_is_not(self, app: Flask, key: str) -> None:
        assert site_of(app, api_key=key)

    def test_a_refused_order_is_not_created(self, multisafepay: MultiSafepay) -> None:
        right, multisafepay.api_key = multisafepay.api_key, "0" * 40
        body = order_of()

        assert 401 == multisafepay.send("POST", "/orders", body).status

        multisafepay.api_key = right
        assert 404 == multisafepay.send("GET", "/orders/ON-1").status


class TestWorlds:
    def test_a_key_names_its_world(self, app: Flask) -> None:
        for key in ("live_world-blue", "x" * 30 + "world-blue"):
            assert site_of(app, api_key=key)

        assert ["blue"] == app.extensions["worlds"].names()

    @pytest.mark.parametrize(
        ("query", "headers"),
        [
            ("", {"api_key": "k_world-red"}),
            ("?api_key=k_world-red", {}),
            ("", {"Authorization": "Bearer k_world-red"}),
            ("?api_key=k_world-blue", {"api_key": "k_world-red", "Authorization": "Bearer k_world-green"}),
            ("", {"api_key": "k_world-blue", "X_Mock_World": "red"}),
        ],
    )
    def test_whichever_way_it_comes(self, app: Flask, query: str, headers: dict[str, str]) -> None:
        assert site_of(app, query, **headers)

        assert ["red"] == app.extensions["worlds"].names()

    def test_any_other_key_is_of_the_default_world(self, app: Flask) -> None:
        assert site_of(app, api_key=KEY)

        assert ["default"] == app.extensions["worlds"].names()

    def test_an_order_of_one_world_is_unknown_in_another(self, multisafepay: MultiSafepay) -> None:
        multisafepay.create()
        multisafepay.api_key = multisafepay.api_key.replace("world-test", "world-blue")

        assert (404, 1006, "Invalid transaction ID") == multisafepay.refusal("GET", "/orders/ON-1")

    def test_two_carriers_of_one_key_see_the_same_orders(self, app: Flask, multisafepay: MultiSafepay) -> None:
        multisafepay.create()

        answer = app.test_client().get("/v1/json/orders/ON-1", headers={"api_key": multisafepay.api_key})

        assert (200, "ON-1") == (answer.status_code, answer.get_json()["data"]["order_id"])

    def test_a_world_tells_a_client_what_to_use(self, app: Flask) -> None:
        made = app.test_client().post("/_mock/worlds", json={"name": "blue"}).get_json()

        told = made["multisafepay"]

        assert 40 == len(told["api_key"])
        assert (f"Bearer {told['api_key']}", "http://localhost/v1/json") == (told["authorization"], told["base_url"])
        assert site_of(app, api_key=told["api_key"])
        assert "blue" in app.extensions["worlds"].names()


class TestListedKeys:
    @pytest.mark.parametrize("key", [KEY, OTHER])
    def test_a_listed_key_is_accepted(self, key: str) -> None:
        app = app_with(multisafepay_api_keys=f"{KEY}, {OTHER}")

        assert site_of(app, api_key=key)
        assert site_of(app, Authorization=f"Bearer {key}")

    @pytest.mark.parametrize("key", ["k" * 40, KEY[:-1], KEY + "0", KEY.upper(), f"{KEY}, {OTHER}", ","])
    def test_any_other_is_refused(self, key: str) -> None:
        app = app_with(multisafepay_api_keys=f"{KEY}, {OTHER}")

        assert 0 == site_of(app, api_key=key)

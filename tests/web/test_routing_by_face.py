"""Which face a request belongs to, and which method it has."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

from mock_server.app import PROVIDERS, create_app, create_worlds
from mock_server.providers import klarna, multisafepay
from mock_server.settings import Settings
from mock_server.web.operations import Provider
from mock_server.web.routing import Faces, _map_of

from .conftest import PURCHASE, SESSIONS, Client

# keys of a refusal
KLARNAS = ["correlation_id", "error_code", "error_messages"]
MULTISAFEPAYS = ["success", "data", "error_code", "error_info"]
CONTROLS = ["error", "code"]
KEY = {"api_key": "_world-default".rjust(40, "0")}
OVERRIDE = "X-HTTP-Method-Override"


class TestOwners:
    """A path belongs to the face with the longest prefix it begins with, segment by segment; else to the first."""

    @pytest.mark.parametrize(
        ("path", "status", "shape"),
        [
            ("/v1/json/nowhere", 404, MULTISAFEPAYS),
            ("/v1/json", 404, MULTISAFEPAYS),
            ("/v1/json/", 404, MULTISAFEPAYS),
            ("/v1/json/accounts/1", 501, MULTISAFEPAYS),
            ("/v1/json/accounts-of-others", 404, MULTISAFEPAYS),
            ("/connect", 404, MULTISAFEPAYS),
            ("/v3/fco", 404, MULTISAFEPAYS),
            ("/events/stream", 501, MULTISAFEPAYS),
            ("/v1/jsonx/nowhere", 404, KLARNAS),
            ("/v1", 404, KLARNAS),
            ("/v3", 404, KLARNAS),
            ("/ordersx", 404, KLARNAS),
            ("/orders-of-others/1", 404, KLARNAS),
            ("/connection", 404, KLARNAS),
            ("/nowhere/v1/json/orders", 404, KLARNAS),
            ("//v1/json/gateways", 404, KLARNAS),
            ("/", 404, KLARNAS),
            ("/apis", 404, KLARNAS),
            ("/_mockery", 404, KLARNAS),
            ("/api", 401, ["errors"]),
            ("/_mock", 404, CONTROLS),
            ("/_mock/nowhere", 404, CONTROLS),
        ],
    )
    def test_a_path_nobody_has_is_refused_by_the_face_it_belongs_to(
        self, client: Client, path: str, status: int, shape: list[str]
    ) -> None:
        answer = client.call("GET", path, headers=KEY)

        assert (status, shape) == (answer.status_code, list(answer.get_json())[: len(shape)])

    def test_a_path_nobody_has_is_the_storefronts_page_below_next_commerces(self, client: Client) -> None:
        answer = client.call("GET", "/api/admin/nowhere", headers=KEY)

        assert (404, "text/html; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])

    @pytest.mark.parametrize("path", ["/v1/json/orders", "/orders"])
    def test_both_spellings_of_a_path_are_multisafepays(self, client: Client, path: str) -> None:
        answer = client.call("PUT", path, {}, headers=KEY)

        assert (405, "POST", MULTISAFEPAYS) == (answer.status_code, answer.headers["Allow"], list(answer.get_json()))

    def test_a_path_is_multisafepays_by_its_host(self, client: Client) -> None:
        answer = client.call("GET", "/anything", headers=KEY, base_url="https://testapi.multisafepay.com")

        assert (404, MULTISAFEPAYS) == (answer.status_code, list(answer.get_json()))

    def test_a_control_path_is_nobody_elses_whatever_the_host(self, client: Client) -> None:
        answer = client.call("GET", "/_mock/nowhere", base_url="https://testapi.multisafepay.com")

        assert CONTROLS == list(answer.get_json())[:2]

    def test_what_a_longer_prefix_names_is_the_other_faces(self, client: Client) -> None:
        answers = [client.call("GET", path).get_json() for path in ("/api/admin/orders", "/api/orders")]

        assert "Authentication credentials were not provided." == answers[0]["detail"]
        assert "INVALID_TOKEN" == answers[1]["errors"][0]["code"]

    @pytest.mark.parametrize(
        ("path", "shape"),
        [
            ("/v1/json/inner/nowhere", KLARNAS),
            ("/v1/json/inner", KLARNAS),
            ("/v1/json/inner-and-more", MULTISAFEPAYS),
            ("/v1/json/nowhere", MULTISAFEPAYS),
        ],
    )
    @pytest.mark.parametrize("inner_first", [True, False])
    def test_the_longer_of_two_prefixes_wins_whichever_comes_first(
        self, path: str, shape: list[str], inner_first: bool
    ) -> None:
        inner = replace(klarna.PROVIDER, prefixes=("/v1/json/inner",), hosts=())
        providers = [inner, multisafepay.PROVIDER] if inner_first else [multisafepay.PROVIDER, inner]
        app = Flask(__name__)
        Faces(create_worlds(Settings()), providers, lambda: klarna.PROVIDER).mount(app)

        answer = Client(app).call("GET", path, headers=KEY)

        assert (404, shape) == (answer.status_code, list(answer.get_json()))


class TestMaps:
    """Compiling the rules of a large face takes longer than all its first answer."""

    def test_a_second_server_of_a_process_compiles_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def ask_all() -> list[int]:
            client = Client(create_app(Settings()))
            paths = [SESSIONS, "/v1/json/gateways", "/api/skus", "/_mock/clock"]
            return [client.call("GET", path, headers=KEY).status_code for path in paths]

        def fail(*_: object, **__: object) -> None:
            raise AssertionError("a map is made once more")

        first = ask_all()
        monkeypatch.setattr("mock_server.web.routing.Map", fail)

        assert [405, 200] == [first[0], first[1]]
        assert first == ask_all()

    def test_servers_that_share_it_share_nothing_else(self) -> None:
        clients = [Client(create_app(Settings(seed=seed))) for seed in ("one", "other")]

        found = [client.call("POST", SESSIONS, PURCHASE).get_json()["session_id"] for client in clients]
        statuses = [
            client.call("GET", f"{SESSIONS}/{session}").status_code for client in clients for session in found
        ]

        assert [200, 404, 404, 200] == statuses

    def test_a_face_is_mapped_when_somebody_asks_for_it(self) -> None:
        app = create_app(Settings())
        client = Client(app)

        client.call("POST", SESSIONS, PURCHASE)

        assert [True, False] == [any(name.startswith(f"{face}.") for name in app.view_functions)
                                 for face in ("klarna", "commercelayer")]  # fmt: skip


class TestMapsByFirstSegment:
    """Only the rules that may match are compiled."""

    @pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
    def test_every_path_begins_with_a_word_or_with_one_of_a_few(self, provider: Provider) -> None:
        operations = (*provider.operations, *provider.controls)
        paths = [path for operation in operations for path in (operation.path, *operation.aliases)]

        assert [] == [path for path in paths if not re.match(r"/(?:[\w.-]|<any\()", path)]

    @pytest.mark.parametrize("region", ["eu", "na", "oc"])
    def test_a_path_that_begins_with_one_of_a_few_is_found(self, client: Client, region: str) -> None:
        answer = client.call("GET", f"/{region}/kp/v1/sessions/nobody/redirect")

        assert "klarna.payments.redirect" == client.explained(answer)["operation"]

    def test_strangers_paths_make_no_maps(self, client: Client) -> None:
        client.call("GET", "/nowhere/0")
        before = _map_of.cache_info().currsize

        for number in range(5):
            client.call("GET", f"/nowhere-{number}/at/all")

        assert before == _map_of.cache_info().currsize


class TestOverride:
    """Java's clients cannot say PATCH; they POST and say in a header what they mean."""

    @pytest.mark.parametrize("path", ["/v1/json/orders/nobody", "/orders/nobody"])
    @pytest.mark.parametrize("method", ["PATCH", "patch", " Patch "])
    def test_a_post_becomes_what_the_header_says(self, client: Client, path: str, method: str) -> None:
        answer = client.call("POST", path, {"status": "shipped"}, headers=KEY | {OVERRIDE: method})

        assert (404, 1006) == (answer.status_code, answer.get_json()["error_code"])
        assert "multisafepay.orders.update_order" == client.explained(answer)["operation"]

    def test_a_get_may_be_posted_too(self, client: Client) -> None:
        answer = client.call("POST", "/v1/json/gateways", headers=KEY | {OVERRIDE: "GET"})

        assert (200, True) == (answer.status_code, answer.get_json()["success"])

    @pytest.mark.parametrize(("method", "status"), [("GET", 200), ("PUT", 405), ("PATCH", 405), ("DELETE", 405)])
    def test_only_a_post_is_overridden(self, client: Client, method: str, status: int) -> None:
        answer = client.call(method, "/v1/json/gateways", headers=KEY | {OVERRIDE: "GET" if status == 405 else "PUT"})

        assert status == answer.status_code

    @pytest.mark.parametrize("method", ["BREW", "DELETE", "PA TCH", "P\u00c4TCH", "GET, PATCH", "x" * 5000, "  ",
                                        "HEAD", "head", "CONNECT", "OPTIONS", "TRACE", "POST"])  # fmt: skip
    def test_a_method_that_no_operation_has_is_refused_in_multisafepays_shape(
        self, client: Client, method: str
    ) -> None:
        answer = client.call("POST", "/v1/json/orders/1", {}, headers=KEY | {OVERRIDE: method})

        assert (405, "GET, PATCH", MULTISAFEPAYS) == (
            answer.status_code, answer.headers["Allow"], list(answer.get_json()),
        )  # fmt: skip

    @pytest.mark.parametrize("method", ["HEAD", "CONNECT", "OPTIONS", "TRACE", "BREW", "\u00e9"])
    def test_what_nobody_means_leaves_a_post_a_post(self, client: Client, method: str) -> None:
        for path, operation in (
            ("/v1/json/orders", "multisafepay.orders.create_order"),
            ("/v1/json/orders/nobody/refunds", "multisafepay.orders.create_refund"),
        ):
            answer = client.call("POST", path, {}, headers=KEY | {OVERRIDE: method})

            assert (404, operation) == (answer.status_code, client.explained(answer)["operation"])
            assert MULTISAFEPAYS == list(answer.get_json())

    def test_an_unknown_path_stays_unknown(self, client: Client) -> None:
        answer = client.call("POST", "/v1/json/nowhere", {}, headers=KEY | {OVERRIDE: "PATCH"})

        assert (404, MULTISAFEPAYS) == (answer.status_code, list(answer.get_json()))

    def test_an_empty_header_says_nothing(self, client: Client) -> None:
        answer = client.call("POST", "/v1/json/orders", {}, headers=KEY | {OVERRIDE: ""})

        assert "multisafepay.orders.create_order" == client.explained(answer)["operation"]

    def test_klarna_takes_no_override(self, client: Client) -> None:
        answer = client.call("POST", SESSIONS, PURCHASE, headers={OVERRIDE: "DELETE"})

        assert (200, True) == (answer.status_code, "session_id" in answer.get_json())

    def test_the_control_api_takes_no_override(self, client: Client) -> None:
        answer = client.call("POST", "/_mock/health", headers={OVERRIDE: "GET"})

        assert (405, "WRONG_METHOD") == (answer.status_code, answer.get_json()["code"])

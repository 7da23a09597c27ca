from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import request
from werkzeug.exceptions import MethodNotAllowed

from mock_server.app import PROVIDERS
from mock_server.providers import klarna
from mock_server.web.operations import Provider

from .conftest import MERCHANT, PURCHASE, SESSIONS, Client, Socket, ask

PAGE = {"Origin": "https://shop.test"}


def refusal(body: dict[str, Any]) -> tuple[list[str], str, list[str]]:
    return list(body), body["error_code"], body["error_messages"]


def paths_of(provider: Provider) -> list[str]:
    """Of its operations, with something for each argument."""
    paths = [path for operation in provider.operations for path in (operation.path, *operation.aliases)]
    paths = [path.replace("<any(eu, na, oc):region>", "eu") for path in paths]
    return [re.sub("<[^>]*>", "made-up", path.replace("<any(relationships):links>", "relationships")) for path in paths]


def why_no_options(client: Client, path: str) -> type[Any]:
    """NoneType when the path takes them."""
    with client.app.test_request_context(path, method="OPTIONS"):
        return type(request.routing_exception)


ENVELOPE = ["correlation_id", "error_code", "error_messages"]


class TestNowhere:
    def test_an_unknown_path_is_refused_in_klarnas_shape_and_journaled(self, client: Client) -> None:
        answer = client.call("GET", "/payments/v1/nowhere")

        entry = client.explained(answer)
        assert (404, "application/json") == (answer.status_code, answer.headers["Content-Type"])
        assert (ENVELOPE, "NOT_FOUND", []) == refusal(answer.get_json())
        assert (None, 404, "klarna") == (entry["operation"], entry["status"], entry["provider"])

    def test_the_journal_names_the_operations_nearby(self, client: Client) -> None:
        answer = client.call("POST", "/payments/v1/session")

        explanation = client.explained(answer)["explanation"]
        assert "no operation has the path /payments/v1/session" == explanation["because"]
        assert "klarna.payments.create_session: POST /payments/v1/sessions" == explanation["near"][0]

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("PUT", SESSIONS, "POST"),
            ("GET", SESSIONS, "POST"),
            ("PATCH", f"{SESSIONS}/1", "GET, POST"),
            ("GET", "/payments/v1/authorizations/1/order", "POST"),
            ("GET", "/payments/v1/authorizations/1", "DELETE"),
        ],
    )
    def test_a_wrong_method_is_refused_with_those_allowed(
        self, client: Client, method: str, path: str, allowed: str
    ) -> None:
        answer = client.call(method, path, {})

        assert (405, allowed) == (answer.status_code, answer.headers["Allow"])
        assert (ENVELOPE, "BAD_REQUEST", []) == refusal(answer.get_json())
        assert f"{path} takes {allowed}, not {method}" == client.explained(answer)["explanation"]["because"]

    def test_what_klarna_has_and_this_server_not_is_said_to_be_so(self, client: Client) -> None:
        for prefix, what in klarna.PROVIDER.not_emulated.items():
            answer = client.call("GET", f"{prefix}v1/things")

            assert (501, "NOT_EMULATED", [f"{what} is not emulated: GET {prefix}v1/things"]) == (
                answer.status_code, answer.get_json()["error_code"], answer.get_json()["error_messages"],
            )  # fmt: skip

    def test_a_path_is_klarnas_by_its_host(self, client: Client) -> None:
        answer = client.call("GET", "/anything", base_url="https://api-na.playground.klarna.com")

        assert (404, ENVELOPE) == (answer.status_code, list(answer.get_json()))

    def test_an_unknown_control_path_is_refused_in_the_control_apis_shape(self, client: Client) -> None:
        answer = client.call("GET", "/_mock/clok")

        assert 404 == answer.status_code
        assert "control.api.read_clock: GET /_mock/clock" in answer.get_json()["did_you_mean"]

    def test_two_slashes_are_not_one(self, client: Client) -> None:
        assert 404 == client.call("POST", "/payments//v1/sessions", PURCHASE).status_code


class TestBodies:
    def test_a_body_above_a_megabyte_is_refused_and_journaled(self, client: Client) -> None:
        answer = client.call("POST", SESSIONS, data=b" " * (1024 * 1024 + 1))

        assert (413, ENVELOPE) == (answer.status_code, list(answer.get_json()))
        assert 413 == client.explained(answer)["status"]

    def test_a_body_just_below_a_megabyte_is_read(self, client: Client) -> None:
        data = json.dumps(PURCHASE).encode()

        answer = client.call("POST", SESSIONS, data=data + b" " * (1_000_000 - len(data)))

        assert 200 == answer.status_code

    def test_malformed_json_is_refused_and_journaled(self, client: Client) -> None:
        answer = client.call("POST", SESSIONS, data=b'{"order_amount": ')

        assert (400, ENVELOPE) == (answer.status_code, list(answer.get_json()))
        assert '{"order_amount": ' == client.explained(answer)["request"]["body"]

    def test_a_chunked_body_is_read(self, wire: Socket) -> None:
        data = json.dumps(PURCHASE).encode()
        with wire.connection() as connection:
            connection.request("POST", SESSIONS, iter([data[:10], data[10:]]), MERCHANT, encode_chunked=True)
            response = connection.getresponse()

            assert (200, True) == (response.status, "session_id" in json.loads(response.read()))

    def test_a_chunked_body_is_not_cut_at_the_limit(self, wire: Socket) -> None:
        """What lies beyond the limit decides: dropped in silence, this would be a sound body."""
        chunks = iter([json.dumps(PURCHASE).encode(), b" " * 1_100_000, b"nonsense"])
        with wire.connection() as connection:
            connection.request("POST", SESSIONS, chunks, MERCHANT, encode_chunked=True)

            assert 413 == connection.getresponse().status

    def test_a_chunked_body_above_a_megabyte_is_refused(self, wire: Socket) -> None:
        chunks = (b" " * 65536 for _ in range(20))
        with wire.connection() as connection:
            connection.request("POST", SESSIONS, chunks, MERCHANT, encode_chunked=True)

            assert 413 == connection.getresponse().status

    def test_a_large_body_over_a_socket_is_answered_not_cut(self, wire: Socket) -> None:
        with wire.connection() as connection:
            connection.request("POST", SESSIONS, b" " * 3_000_000, MERCHANT)
            response = connection.getresponse()

            assert (413, ENVELOPE) == (response.status, list(json.loads(response.read())))

    def test_a_body_on_get_is_passed_over_and_the_connection_kept(self, wire: Socket) -> None:
        with wire.connection() as connection:
            session_id = json.loads(ask(connection, "POST", SESSIONS, PURCHASE).read())["session_id"]
            first = ask(connection, "GET", f"{SESSIONS}/{session_id}", {"a": "b"})
            first.read()
            second = ask(connection, "GET", f"{SESSIONS}/{session_id}", {})
            second.read()

            assert (200, 200) == (first.status, second.status)

    def test_a_trailing_slash_is_taken_over_a_socket(self, wire: Socket) -> None:
        status, _ = wire.call("POST", f"{SESSIONS}/", PURCHASE)

        assert 200 == status


class TestBrowsers:
    """Vendor APIs answer pages of any origin; the control API answers none."""

    def test_a_preflight_is_answered_without_credentials(self, client: Client) -> None:
        asked = PAGE | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, x-a"}

        answer = client.call("OPTIONS", SESSIONS, headers=asked | {"Authorization": ""})

        assert (204, b"") == (answer.status_code, answer.data)
        assert ("https://shop.test", "authorization, x-a") == (
            answer.headers["Access-Control-Allow-Origin"], answer.headers["Access-Control-Allow-Headers"],
        )  # fmt: skip
        methods = {"GET", "POST", "PUT", "PATCH", "DELETE"}
        assert methods == set(answer.headers["Access-Control-Allow-Methods"].split(", "))

    @pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
    def test_a_preflight_is_answered_on_every_path_of_every_face(self, client: Client, provider: Provider) -> None:
        paths = [*paths_of(provider), *provider.prefixes, f"{provider.prefixes[0].rstrip('/')}/no/such/path"]
        asked = PAGE | {"Access-Control-Request-Method": "PATCH", "Authorization": ""}

        answers = {path: client.call("OPTIONS", path, headers=asked) for path in paths}

        assert {path: (204, ["https://shop.test"]) for path in paths} == {
            path: (answer.status_code, answer.headers.getlist("Access-Control-Allow-Origin"))
            for path, answer in answers.items()
        }

    @pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
    def test_the_paths_made_up_for_that_are_those_of_operations(self, client: Client, provider: Provider) -> None:
        found = {path: why_no_options(client, path) for path in paths_of(provider)}

        assert dict.fromkeys(found, MethodNotAllowed) == found

    @pytest.mark.parametrize("body", [PURCHASE, {}])
    def test_answers_and_refusals_may_be_read_by_the_page(self, client: Client, body: dict[str, Any]) -> None:
        answer = client.call("POST", SESSIONS, body, headers=PAGE)

        assert ("https://shop.test", "*, Authorization") == (
            answer.headers["Access-Control-Allow-Origin"], answer.headers["Access-Control-Expose-Headers"],
        )  # fmt: skip

    def test_without_an_origin_nothing_is_said_of_it(self, client: Client) -> None:
        answer = client.call("POST", SESSIONS, PURCHASE)

        assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]

    def test_the_control_api_refuses_a_foreign_page(self, client: Client) -> None:
        preflight = client.call("OPTIONS", "/_mock/reset", headers=PAGE)
        call = client.call("POST", "/_mock/reset", headers=PAGE)

        assert (403, "https://shop.test" in call.get_json()["error"]) == (call.status_code, True)
        assert "Access-Control-Allow-Origin" not in preflight.headers
        assert "Access-Control-Allow-Origin" not in call.headers

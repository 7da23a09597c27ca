"""Refusals: what the API says in JSON, what the storefront says in HTML, what the authorization server says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mock_server.app import create_app
from mock_server.core.errors import Broken, Malformed, RateLimited, TooLarge, Unauthorised, UnknownPath, WrongMethod
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.routes import customers
from mock_server.web.operations import Call
from tests.next_commerce import NextCommerce, order_of

JSON, HTML = "application/json", "text/html; charset=utf-8"
ADMIN = {"Authorization": "Bearer admin"}
NOBODY = {"detail": "Authentication credentials were not provided."}
THROTTLED = {"detail": "Request was throttled. Expected available in 1 second."}
UNKNOWN = ["/api/admin/", "/api/admin/made-up/", "/api/admin/orders/1/made-up/", "/oauth2/made-up/"]


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    return app.test_client()


def call_of(method: str = "GET") -> Call:
    return Call(
        method=method, path="/api/admin/x/", query={}, headers={}, wire_headers={}, remote="", base_url="",
        read_body=lambda: b"",
    )  # fmt: skip


def is_page(answer: TestResponse) -> bool:
    return answer.text.startswith("<!DOCTYPE html>") and HTML == answer.headers["Content-Type"]


class TestRendering:
    @pytest.mark.parametrize(
        ("error", "status", "body"),
        [
            (errors.NotAuthenticated(), 401, NOBODY),
            (errors.InvalidAccessToken(), 401, NOBODY),
            (errors.PermissionDenied(), 403, {"detail": "You do not have permission to perform this action."}),
            (errors.NotFound(), 404, {"detail": "Not found."}),
            (errors.NotFound.of("Order", "why"), 404, {"detail": "No Order matches the given query."}),
            (errors.InvalidCursor(), 404, {"detail": "Invalid cursor"}),
            (errors.NotAcceptable(), 406, {"detail": 'Invalid version in "X-29next-API-Version" header.'}),
            (errors.UnsupportedMediaType(), 415, {"detail": "Unsupported media type in request."}),
            (errors.ParseError(), 400, {"detail": "Malformed request."}),
            (errors.Throttled(), 429, THROTTLED),
            (errors.ServerError(), 500, {"detail": "A server error occurred."}),
            (errors.InvalidFields(), 400, {"non_field_errors": ["Invalid input."]}),
            (errors.InvalidFields("No."), 400, {"non_field_errors": ["No."]}),
            (errors.InvalidFields.at("a.b", "No."), 400, {"a": {"b": ["No."]}}),
            (errors.PaymentDeclined(), 400, {"payment_details": "Unable to process the purchase transaction."}),
            (
                errors.PaymentDeclined("No.", response_code=2001, card_token="tok"), 400,
                {"payment_details": "No.", "payment_response_code": "2001", "payment_method": {"card_token": "tok"}},
            ),
            (errors.InvalidClient(), 401, {"error": "invalid_client"}),
            (errors.InvalidGrant(), 400, {"error": "invalid_grant"}),
            (errors.UnsupportedGrantType(), 400, {"error": "unsupported_grant_type"}),
            (errors.OAuthError("Why."), 400, {"error": "invalid_request", "error_description": "Why."}),
            # those of the road
            (Unauthorised(), 401, NOBODY),
            (Malformed(), 400, {"detail": "Malformed request."}),
            (TooLarge(), 413, {"detail": "The request body is too large"}),
            (RateLimited(), 429, THROTTLED),
            (Broken(), 500, {"detail": "A server error occurred."}),
            (WrongMethod(), 405, {"detail": 'Method "PATCH" not allowed.'}),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
    )  # fmt: skip
    def test_each_has_its_status_and_body(self, error: Any, status: int, body: dict[str, Any]) -> None:
        reply = errors.render(error, call_of("PATCH"))

        assert (status, body) == (reply.status, reply.body)

    @pytest.mark.parametrize(
        ("error", "name", "value"),
        [
            (Unauthorised(), "WWW-Authenticate", 'Bearer realm="api"'),
            (RateLimited(), "Retry-After", "1"),
            (errors.InvalidClient(), "WWW-Authenticate", 'Bearer error="invalid_client"'),
            (errors.InvalidGrant(), "Cache-Control", "no-store"),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
    )
    def test_some_have_headers(self, error: Any, name: str, value: str) -> None:
        assert value == errors.render(error, call_of()).headers[name]

    def test_an_unknown_path_is_a_page_of_the_storefront(self) -> None:
        reply = errors.render(UnknownPath(), call_of())

        assert (404, HTML, True) == (reply.status, reply.content_type, b"Page not found" in reply.body)


class TestRoads:
    @pytest.mark.parametrize("headers", [{}, ADMIN, {"Authorization": "Token x"}])
    @pytest.mark.parametrize("path", UNKNOWN)
    def test_unknown_paths_are_pages_for_anybody(self, http: FlaskClient, path: str, headers: dict[str, str]) -> None:
        answer = http.get(path, headers=headers)

        assert (404, True) == (answer.status_code, is_page(answer))

    def test_so_are_those_of_the_stores_host(self, http: FlaskClient) -> None:
        answer = http.get("/api/v7/orders/", base_url="https://demo.29next.store", headers=ADMIN)

        assert (404, True) == (answer.status_code, is_page(answer))

    def test_what_is_not_emulated_says_so(self, http: FlaskClient) -> None:
        answer = http.get("/api/admin/disputes/", headers=ADMIN)

        assert (501, True, "Not emulated") == (
            answer.status_code, is_page(answer), answer.text.partition("<title>")[2].partition("<")[0]
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [("DELETE", "/api/admin/users/", "GET, POST"), ("PATCH", "/api/admin/orders/1/cancel/", "POST")],
    )
    def test_another_method_is_not_allowed(self, http: FlaskClient, method: str, path: str, allowed: str) -> None:
        answer = http.open(path, method=method, headers=ADMIN)

        told = {"detail": f'Method "{method}" not allowed.'}
        assert (405, told, allowed) == (answer.status_code, answer.get_json(), answer.headers["Allow"])

    def test_a_body_that_is_too_large_is_refused_in_json(self, http: FlaskClient) -> None:
        answer = http.post("/api/admin/users/", data=b"x" * 1_000_001, headers=ADMIN, content_type=JSON)

        assert (413, JSON) == (answer.status_code, answer.headers["Content-Type"])

    def test_this_servers_own_failure_is_an_answer_of_the_api(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: Any) -> None:
            raise RuntimeError("a mistake of ours")

        monkeypatch.setattr(customers, "actions", SimpleNamespace(list_users=fail))

        answer = create_app().test_client().get("/api/admin/users/", headers=ADMIN)

        assert (500, {"detail": "A server error occurred."}) == (answer.status_code, answer.get_json())

    def test_a_refused_order_leaves_no_trace(self, next_commerce: NextCommerce) -> None:
        before = next_commerce.control("GET", "/state").json

        next_commerce.refusal("POST", "/orders/", order_of(user={"email": "new@shop.test"}, lines=[]))

        assert before == next_commerce.control("GET", "/state").json


class TestRules:
    @pytest.mark.parametrize(
        ("error", "status", "body"),
        [
            ("Throttled", 429, THROTTLED),
            ("throttled", 429, THROTTLED),
            ("NotFound", 404, {"detail": "Not found."}),
            ("NotAuthenticated", 401, NOBODY),
            ("InvalidFields", 400, {"non_field_errors": ["Invalid input."]}),
        ],
    )
    def test_a_rule_refuses_by_name_or_code(
        self, next_commerce: NextCommerce, error: str, status: int, body: dict[str, Any]
    ) -> None:
        next_commerce.add_rule("next_commerce.users.update_user", {"error": error}, times=1)

        assert (status, body) == next_commerce.refusal("PATCH", "/users/32001/", {"first_name": "x"})
        assert 200 == next_commerce.send("PATCH", "/users/32001/", {"first_name": "x"}).status

    def test_with_texts_of_its_own(self, next_commerce: NextCommerce) -> None:
        rule = {"error": "PermissionDenied", "messages": ["Not today."]}
        next_commerce.add_rule("next_commerce.users.list_users", rule)

        assert (403, {"detail": "Not today."}) == next_commerce.refusal("GET", "/users/")

    def test_a_throttled_client_reads_how_long_to_wait(self, next_commerce: NextCommerce) -> None:
        next_commerce.choose_scenario("rate-limited")

        answer = next_commerce.send("GET", "/users/")

        assert ("1", True) == (answer.headers["Retry-After"], "throttled" in answer.text)

    def test_placing_an_order_fails_twice(self, next_commerce: NextCommerce) -> None:
        next_commerce.choose_scenario("flaky")

        statuses = [next_commerce.send("POST", "/orders/", order_of("card_token")).status for _ in range(3)]

        assert ([500, 500, 201], 1) == (statuses, len(next_commerce.results("/orders/")))

    @pytest.mark.parametrize(
        ("scenario", "status", "body"),
        [
            ("bad-credentials", 401, {"error": "invalid_client"}),
            ("server-error", 500, {"detail": "A server error occurred."}),
            ("rate-limited", 429, THROTTLED),
        ],
    )
    def test_the_authorization_server_is_not_spared(
        self, http: FlaskClient, scenario: str, status: int, body: dict[str, Any]
    ) -> None:
        answer = http.post("/oauth2/token/", data={"client_id": "app"}, headers={"X-Mock-Scenario": scenario})

        assert (status, body) == (answer.status_code, answer.get_json())

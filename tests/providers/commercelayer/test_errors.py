"""Commerce Layer's refusals: their objects, and the application's and the edge's shape of an answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from mock_server.app import create_app
from mock_server.core.errors import ApiError
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.errors import Problem
from mock_server.providers.commercelayer.routes.resources import RESOURCE_OPERATIONS
from mock_server.settings import Settings
from mock_server.web.routing import MOST_BODY_BYTES
from tests.commercelayer import JSON_API, SEED_ORDER, CommerceLayer, document_of

ORDER = f"/orders/{SEED_ORDER}"
APPLICATION = f"{JSON_API}; charset=utf-8"
EDGE = "application/json; charset=utf-8"
NOT_FOUND = "The requested resource was not found. Please double-check the resource id."
# name of an error -> HTTP status, code, title, detail of a rule that orders it without words of its own
CATALOGUE = {
    "RecordNotFound": (404, "RECORD_NOT_FOUND", "Record not found", NOT_FOUND),
    "AccessDenied": (
        401, "UNAUTHORIZED", "Access denied",
        "You are not authorized to perform this action on the requested resource.",
    ),
    "InvalidToken": (401, "INVALID_TOKEN", "Invalid token", "The access token you provided is invalid."),
    "KeyNotIncludedInUrl": (400, "KEY_NOT_INCLUDED_IN_URL", "Key is not included in URL",
                            "The URL does not support the key."),
    "Locked": (423, "LOCKED", "Locked resource", "The resource is locked."),
    "ParamNotAllowed": (400, "PARAM_NOT_ALLOWED", "Param not allowed", "The parameter is not allowed."),
    "ParamMissing": (400, "PARAM_MISSING", "Missing Parameter", "A required parameter is missing."),
    "InvalidResource": (400, "INVALID_RESOURCE", "Invalid resource", "The type is not a valid resource."),
    "InvalidField": (400, "INVALID_FIELD", "Invalid field", "The field is not a valid field."),
    "InvalidInclude": (400, "INVALID_INCLUDE", "Invalid field", "The name is not a valid includable relationship."),
    "InvalidSortCriteria": (400, "INVALID_SORT_CRITERIA", "Invalid sort criteria",
                            "The name is not a valid sort criteria."),
    "FilterNotAllowed": (400, "FILTER_NOT_ALLOWED", "Filter not allowed", "The filter is not allowed."),
    "InvalidFiltersSyntax": (400, "INVALID_FILTERS_SYNTAX", "Invalid filters syntax",
                             "The filter is not a valid syntax for filtering."),
    "InvalidFilterValue": (400, "INVALID_FILTER_VALUE", "Invalid filter value",
                           "The value is not a valid value for the filter."),
    "InvalidPageValue": (400, "INVALID_PAGE_VALUE", "Invalid page value", "The value is not a valid page value."),
    "InvalidPageObject": (400, "INVALID_PAGE_OBJECT", "Invalid Page Object", "Invalid Page Object."),
    "InvalidLinksObject": (400, "INVALID_LINKS_OBJECT", "Invalid Links Object", "Data is not a valid Links Object."),
    "InvalidDataFormat": (400, "INVALID_DATA_FORMAT", "Invalid data format", "Data must be a hash."),
    "TypeMismatch": (400, "TYPE_MISMATCH", "Type Mismatch", "The type is not a valid type for this operation."),
    "KeyOrderMismatch": (400, "KEY_ORDER_MISMATCH", "A key is required", "A key is required."),
    "BadRequest": (400, "BAD_REQUEST", "Bad Request", "The request could not be read."),
    "NotAcceptable": (
        406, "NOT_ACCEPTABLE", "Not acceptable",
        f"All requests must use the '{JSON_API}' Accept without media type parameters.",
    ),
    "UnsupportedMediaType": (
        415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type",
        f"All requests that create or update must use the '{JSON_API}' Content-Type.",
    ),
    "InternalServerError": (500, "INTERNAL_SERVER_ERROR", "Internal Server Error", "Internal Server Error"),
}  # fmt: skip
OTHERWISE = {"Unprocessable", "RecordNotFoundAtEdge", "Throttled"}  # other shapes, below
DECLARED = {error.__name__: operation for operation in RESOURCE_OPERATIONS for error in operation.errors}
OF_UPDATES = next(each.errors for each in RESOURCE_OPERATIONS if each.name == "commercelayer.orders.update")


@pytest.fixture(scope="module")
def shared() -> Flask:
    """One server for tests that each use a world of their own."""
    return create_app(Settings())


def told(shop: CommerceLayer, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, Any]:
    """Status, Content-Type and what ``errors`` is."""
    answer = shop.send(method, path, body, **headers)
    assert ["errors"] == list(answer.json)
    return answer.status, answer.headers["Content-Type"], answer.json["errors"]


class TestOrdered:
    @pytest.mark.parametrize("name", CATALOGUE)
    def test_an_error_has_its_status_code_title_and_detail(self, commercelayer: CommerceLayer, name: str) -> None:
        operation = DECLARED[name]
        commercelayer.add_rule(operation.name, {"error": name})
        path = re.sub("<[^>]*>", "AbCdEfGhIj", operation.path).removeprefix("/api")

        status, content_type, found = told(commercelayer, operation.method, path)

        expected_status, code, title, detail = CATALOGUE[name]
        error = {"title": title, "detail": detail, "code": code, "status": str(expected_status)}
        assert (expected_status, APPLICATION, [error]) == (status, content_type, found)

    def test_the_catalogue_has_every_error_that_an_operation_declares(self) -> None:
        assert {*CATALOGUE, *OTHERWISE} == set(DECLARED)

    @pytest.mark.parametrize(
        ("code", "name"),
        [("LOCKED", "Locked"), ("INVALID_TOKEN", "InvalidToken"), ("RECORD_NOT_FOUND", "RecordNotFound")],
    )
    def test_an_error_can_be_ordered_by_its_code(self, commercelayer: CommerceLayer, code: str, name: str) -> None:
        commercelayer.add_rule("commercelayer.orders.delete", {"error": code})

        status, own, _, detail = CATALOGUE[name]
        assert [f"{status} {own} {detail}"] == commercelayer.refusal("DELETE", ORDER)

    def test_an_ordered_text_stands_in_for_the_errors_own(self, commercelayer: CommerceLayer) -> None:
        then = {"error": "Locked", "messages": ["Failed to destroy Order with id=1286"]}
        commercelayer.add_rule("commercelayer.orders.delete", then)

        assert ["423 LOCKED Failed to destroy Order with id=1286"] == commercelayer.refusal("DELETE", ORDER)

    def test_ordered_texts_of_a_record_are_one_error_each(self, commercelayer: CommerceLayer) -> None:
        commercelayer.add_rule("commercelayer.orders.update", {"error": "Unprocessable", "messages": ["one", "two"]})

        status, _, found = told(commercelayer, "PATCH", ORDER, document_of("orders", id_=SEED_ORDER))

        assert 422 == status
        assert [("one", "/data"), ("two", "/data")] == [(each["detail"], each["source"]["pointer"]) for each in found]

    @pytest.mark.parametrize("error", OF_UPDATES)
    def test_an_ordered_error_leaves_no_trace(self, commercelayer: CommerceLayer, error: type[ApiError]) -> None:
        before = commercelayer.read("orders", SEED_ORDER)
        commercelayer.add_rule("commercelayer.orders.update", {"error": error.__name__}, times=1)

        answer = commercelayer.send("PATCH", ORDER, document_of("orders", {"reference": "R"}, id_=SEED_ORDER))

        assert (error.status, before) == (answer.status, commercelayer.read("orders", SEED_ORDER))


class TestTheEdge:
    """What is in front of the application answers with one object whose status is a number."""

    @pytest.mark.parametrize("path", ["/skus", ORDER, "/organization"])
    def test_who_comes_too_often_is_told_so(self, commercelayer: CommerceLayer, path: str) -> None:
        commercelayer.add_rule("commercelayer.*", {"error": "Throttled"})

        answer = commercelayer.send("GET", path)

        error = {"title": "Too Many Requests", "code": "THROTTLED", "status": 429}
        assert (429, EDGE, {"errors": error}) == (answer.status, answer.headers["Content-Type"], answer.json)
        assert ("0", "*") == (answer.headers["Retry-After"], answer.headers["Access-Control-Allow-Origin"])

    def test_what_is_not_there_is_not_not_there(self, commercelayer: CommerceLayer) -> None:
        commercelayer.add_rule("commercelayer.orders.retrieve", {"error": "RecordNotFoundAtEdge"})

        status, content_type, error = told(commercelayer, "GET", ORDER)

        assert (404, "application/json") == (status, content_type.partition(";")[0])
        detail = "The requested resource was not not found. Please double-check the resource id."
        title = "Record Not Found"
        assert {"title": title, "detail": detail, "code": "RECORD_NOT_FOUND", "status": 404} == error


class TestTheRoad:
    @pytest.mark.parametrize("path", ["/nope", "/attachments", "/orders/AbCdEfGhIj", "/orders/1/2/3/4", "/bundles"])
    def test_what_is_not_there_or_not_emulated_is_not_found(self, commercelayer: CommerceLayer, path: str) -> None:
        error = {"title": "Record not found", "detail": NOT_FOUND, "code": "RECORD_NOT_FOUND", "status": "404"}

        assert (404, APPLICATION, [error]) == told(commercelayer, "GET", path)

    def test_a_resource_that_is_not_emulated_says_so_in_the_journal(self, commercelayer: CommerceLayer) -> None:
        commercelayer.refusal("GET", "/stripe_payments")

        assert "/api/stripe_payments" in str(commercelayer.explanation())

    @pytest.mark.parametrize(
        ("method", "path"),
        [("PUT", ORDER), ("POST", "/organization"), ("DELETE", "/event_stores/AbCdEfGhIj"), ("POST", "/captures"),
         ("DELETE", "/authorizations/AbCdEfGhIj"), ("POST", f"{ORDER}/line_items"), ("PATCH", "/orders")],
    )  # fmt: skip
    def test_another_method_is_not_allowed(self, commercelayer: CommerceLayer, method: str, path: str) -> None:
        status, content_type, [error] = told(commercelayer, method, path, {})

        assert (405, APPLICATION) == (status, content_type)
        assert ("METHOD_NOT_ALLOWED", "Method not allowed", "405") == (error["code"], error["title"], error["status"])

    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer "}])
    def test_without_a_token_nobody_is_let_in(self, shared: Flask, headers: dict[str, str]) -> None:
        answer = shared.test_client().get("/api/orders", headers=headers)

        status, code, title, detail = CATALOGUE["InvalidToken"]
        error = {"title": title, "detail": detail, "code": code, "status": str(status)}
        assert (401, APPLICATION, [error]) == (answer.status_code, answer.headers["Content-Type"], _errors(answer))

    def test_a_body_that_is_too_large_is_refused(self, shared: Flask) -> None:
        data = b"x" * (MOST_BODY_BYTES + 1)
        headers = {"Authorization": "Bearer x", "Content-Type": JSON_API}

        answer = shared.test_client().post("/api/orders", data=data, headers=headers)

        assert "BAD_REQUEST" == _errors(answer)[0]["code"]

    def test_a_refusal_is_not_kept_by_caches(self, commercelayer: CommerceLayer) -> None:
        assert "no-cache" == commercelayer.send("GET", "/orders/AbCdEfGhIj").headers["Cache-Control"]


class TestProblems:
    @pytest.mark.parametrize(
        ("problem", "pointer", "detail", "meta"),
        [
            (Problem("email", "is invalid", "invalid"), "/data/attributes/email", "email - is invalid",
             {"error": "invalid"}),
            (Problem("email", "is invalid", "invalid", more={"value": "x"}), "/data/attributes/email",
             "email - is invalid", {"error": "invalid", "value": "x"}),
            (errors.blank("order", is_relationship=True), "/data/relationships/order", "order - can't be blank",
             {"error": "blank"}),
            (Problem("base", "is stuck", "invalid"), "/data", "is stuck", {"error": "invalid"}),
        ],
    )  # fmt: skip
    def test_an_error_points_to_what_is_wrong(
        self, problem: Problem, pointer: str, detail: str, meta: dict[str, Any]
    ) -> None:
        [found] = errors.Unprocessable.of(problem).objects()

        assert {
            "title": problem.title, "detail": detail, "code": "VALIDATION_ERROR", "source": {"pointer": pointer},
            "status": "422", "meta": meta,
        } == found  # fmt: skip

    def test_why_is_for_the_journal_alone(self) -> None:
        refusal = errors.Unprocessable.of(errors.blank("order", why="there is no order x"))

        assert ["there is no order x"] == [fault.text for fault in refusal.faults]
        assert "there is no" not in str(list(refusal.objects()))


def _errors(answer: Any) -> Any:
    return answer.get_json(force=True)["errors"]

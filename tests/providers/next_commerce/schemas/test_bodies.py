"""Bodies are read as JSON, as forms or as multipart; nested names too."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from mock_server.providers.next_commerce.schemas.bodies import nested
from tests.next_commerce import TEAPOT, TOWEL

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
USERS, ORDERS = "/api/admin/users/", "/api/admin/orders/"
PAID = {"payment_method": "card_token", "payment_details.card_token": "tok_1", "user.email": "bo@shop.test"}


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    return app.test_client()


def post(http: FlaskClient, data: Any, content_type: str | None, path: str = USERS) -> TestResponse:
    headers = {"Authorization": "Bearer admin", "X-29next-API-Version": "2024-04-01"}
    return http.post(path, data=data, headers=headers, content_type=content_type)


def refusal(answer: TestResponse) -> tuple[int, Any]:
    return answer.status_code, answer.get_json()


class TestNames:
    @pytest.mark.parametrize(
        ("told", "found"),
        [
            ([("a", "1")], {"a": "1"}),
            ([("a", "1"), ("a", "2"), ("a", "3")], {"a": ["1", "2", "3"]}),
            ([("a.b", "1"), ("a.c.d", "2")], {"a": {"b": "1", "c": {"d": "2"}}}),
            ([("a[0]b", "1"), ("a[1]b", "2"), ("a[1]c", "3")], {"a": [{"b": "1"}, {"b": "2", "c": "3"}]}),
            ([("a[0].b", "1"), ("a[0].c", "2")], {"a": [{"b": "1", "c": "2"}]}),
            ([("a[5]", "x"), ("a[2]", "y")], {"a": ["y", "x"]}),
            ([("a[0]b.c", "1")], {"a": [{"b": {"c": "1"}}]}),
            ([("", "1")], {"": "1"}),
            ([("...", "1")], {"...": "1"}),
            ([("[0]", "1"), ("[0]a", "2")], {"[0]": "1", "[0]a": "2"}),
        ],
    )
    def test_names_are_taken_apart(self, told: list[tuple[str, str]], found: Any) -> None:
        assert found == nested(told)

    def test_a_name_with_too_many_steps_is_just_a_name(self) -> None:
        name = "a." * 100_000

        assert {name: "1"} == nested([(name, "1")])

    @given(st.lists(st.tuples(st.text("a.[]01", max_size=8), st.text(max_size=2)), max_size=8))
    def test_whatever_comes_is_an_object(self, told: list[tuple[str, str]]) -> None:
        assert isinstance(nested(told), dict)


class TestForms:
    @pytest.mark.parametrize("dot", ["", "."])
    def test_an_order_with_two_lines(self, http: FlaskClient, dot: str) -> None:
        lines = {
            f"lines[0]{dot}product_id": TEAPOT, f"lines[0]{dot}quantity": 2, f"lines[1]{dot}product_id": TOWEL,
            f"lines[1]{dot}quantity": 1, f"lines[1]{dot}price": "3.00",
        }  # fmt: skip

        answer = post(http, urlencode({**PAID, **lines, "tags": ["a", "b"]}, doseq=True), FORM, ORDERS)

        order = answer.get_json()
        assert (201, "bo@shop.test", ["a", "b"]) == (answer.status_code, order["user"]["email"], order["tags"])
        assert [(TEAPOT, 2), (TOWEL, 1)] == [(line["variant_id"], line["quantity"]) for line in order["lines"]]

    def test_multipart_says_the_same(self, http: FlaskClient) -> None:
        told = {"email": "bö@shop.test", "first_name": "Jörg", "tags": ["a", "b"], "accepts_marketing": "on"}

        answer = post(http, told, "multipart/form-data")

        shown = answer.get_json()
        assert (201, "Jörg", ["a", "b"], True) == (
            answer.status_code, shown["first_name"], shown["tags"], shown["accepts_marketing"]
        )  # fmt: skip

    def test_a_multipart_body_without_boundary_is_refused(self, http: FlaskClient) -> None:
        text = "Multipart form parse error - Invalid boundary in multipart: None"

        assert (400, {"detail": text}) == refusal(post(http, "x", "multipart/form-data; a=b"))

    def test_too_many_fields_are_refused(self, http: FlaskClient) -> None:
        status, told = refusal(post(http, "&".join("a=1" for _ in range(1001)), FORM))

        assert (400, True) == (status, told["detail"].startswith("Form parse error - "))

    def test_a_charset_beside_the_type_is_passed_over(self, http: FlaskClient) -> None:
        assert 201 == post(http, "email=bo@shop.test", f"{FORM}; charset=UTF-8").status_code


class TestJson:
    def test_no_body_is_an_empty_object(self, http: FlaskClient) -> None:
        for content_type in (JSON, FORM, None):
            assert (400, {"email": ["This field is required."]}) == refusal(post(http, "", content_type))

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            ("{'email': 1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            ('{"email": NaN}', "Out of range float values are not JSON compliant: NaN"),
            ("[" * 100_000, ""),
            ('{"email": ' + "9" * 5000 + "}", ""),
        ],
    )
    def test_what_is_no_json_is_told_with_its_place(self, http: FlaskClient, text: str, why: str) -> None:
        status, told = refusal(post(http, text, JSON))

        assert (400, True) == (status, told["detail"].startswith(f"JSON parse error - {why}"))

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("null", "No data provided"),
            ("[]", "Invalid data. Expected a dictionary, but got list."),
            ("1", "Invalid data. Expected a dictionary, but got int."),
            ('"x"', "Invalid data. Expected a dictionary, but got str."),
        ],
    )
    def test_what_is_no_object_says_so(self, http: FlaskClient, text: str, said: str) -> None:
        assert (400, {"non_field_errors": [said]}) == refusal(post(http, text, JSON))

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml; charset=utf-8", "application/vnd.x+json"])
    def test_another_type_is_unsupported(self, http: FlaskClient, content_type: str) -> None:
        told = f'Unsupported media type "{content_type}" in request.'

        assert (415, {"detail": told}) == refusal(post(http, '{"email": "bo@shop.test"}', content_type))

    def test_a_body_of_no_type_is_too(self, http: FlaskClient) -> None:
        told = {"detail": 'Unsupported media type "" in request.'}

        assert (415, told) == refusal(post(http, '{"email": "bo@shop.test"}', None))

"""Answers as bytes: compact JSON, other scripts as they are, and headers."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mock_server.providers.next_commerce.schemas.wire import compact
from tests.next_commerce import NextCommerce


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, None, True], "b": {}}, '{"a":[1,null,true],"b":{}}'),
        ({"name": "Jörg 🚲"}, '{"name":"Jörg 🚲"}'),
        ({"line": 'a"\n\u2028'}, '{"line":"a\\"\\n\u2028"}'),
    ],
)
def test_json_comes_without_blanks(value: Any, text: str) -> None:
    assert text == compact(value)


def test_an_answer_is_plain_json_of_no_charset(next_commerce: NextCommerce) -> None:
    answer = next_commerce.send("GET", "/users/")

    assert ("application/json", "Accept") == (answer.headers["Content-Type"], answer.headers["Vary"])
    assert ": " not in answer.text


def test_so_is_a_refusal(next_commerce: NextCommerce) -> None:
    answer = next_commerce.send("POST", "/users/", {})

    assert ("application/json", '{"email":["This field is required."]}') == (
        answer.headers["Content-Type"], answer.text
    )  # fmt: skip


def test_half_a_character_is_a_question_mark(next_commerce: NextCommerce) -> None:
    answer = next_commerce.send("POST", "/users/", {"email": "bo@shop.test", "metadata": {"half": "\ud83d"}})

    assert (201, {"half": "?"}) == (answer.status, answer.json["metadata"])


def test_what_is_deleted_is_answered_without_a_body(next_commerce: NextCommerce) -> None:
    hook = next_commerce.listen("http://127.0.0.1:9/", "order.created")

    answer = next_commerce.send("DELETE", f"/webhooks/{hook['id']}/")

    assert (204, "", False) == (answer.status, answer.text, "Content-Type" in answer.headers)


@pytest.mark.parametrize("path", ["/api/admin/users/", "/api/admin/users"])
def test_no_path_is_redirected_for_its_slash(app: Flask, path: str) -> None:
    """A tool that gets a redirect gives up."""
    assert 200 == app.test_client().get(path, headers={"Authorization": "Bearer admin"}).status_code

"""Themes and their templates, as JSON, as forms and as multipart."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import themes
from tests.klarna import fine
from tests.next_commerce import NextCommerce

CSS = "assets/main.css"


@pytest.fixture
def theme(next_commerce: NextCommerce) -> str:
    """The path of a new theme."""
    return f"/themes/{next_commerce.post('/themes/', {'name': 'Spring'})['id']}/"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """For bodies that are no JSON, as the world of ``next_commerce`` gets them."""
    return app.test_client()


def uploaded(client: FlaskClient, theme: str, data: Any) -> Any:
    """The answer to a form."""
    return client.post(f"/api/admin{theme}templates/", data=data, headers={"Authorization": "Bearer token_world-test"})


class TestThemes:
    def test_one_is_made_found_and_listed(self, next_commerce: NextCommerce) -> None:
        answer = next_commerce.send("POST", "/themes/", {"name": "Spring"})

        assert [201, "Spring", False] == [answer.status, answer.json["name"], answer.json["active"]]
        assert [answer.json] == next_commerce.results("/themes/")
        assert answer.json == next_commerce.get(f"/themes/{answer.json['id']}/")

    def test_only_one_is_active(self, next_commerce: NextCommerce) -> None:
        for name in ("Spring", "Summer"):
            next_commerce.post("/themes/", {"name": name, "active": True})

        assert [("Spring", False), ("Summer", True)] == [
            (row["name"], row["active"]) for row in next_commerce.results("/themes/")
        ]

    def test_a_deleted_one_is_gone_with_its_templates(self, next_commerce: NextCommerce, theme: str) -> None:
        next_commerce.post(f"{theme}templates/", {"name": CSS, "content": "a{}"})

        answer = next_commerce.send("DELETE", theme)

        assert [204, "", []] == [answer.status, answer.text, next_commerce.results("/themes/")]
        gone = [next_commerce.refusal("GET", path) for path in (theme, f"{theme}templates/")]
        assert [(404, {"detail": "No Theme matches the given query."})] * 2 == gone

    def test_nothing_is_left_of_a_deleted_one(self, world: World) -> None:
        theme = themes.create(world, {"name": "Spring", "active": False})
        themes.upload(world, theme, {"name": CSS, "content": "a{}", "file": None})

        themes.delete(world, theme)

        assert [] == themes.list_templates(world, theme)

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            ({}, {"name": ["This field is required."]}),
            ({"name": " "}, {"name": ["This field may not be blank."]}),
            ({"name": "x" * 256}, {"name": ["Ensure this field has no more than 255 characters."]}),
        ],
    )
    def test_what_is_wrong_is_refused(self, next_commerce: NextCommerce, body: dict[str, str], told: Any) -> None:
        assert (400, told) == next_commerce.refusal("POST", "/themes/", body)
        assert [] == next_commerce.results("/themes/")


class TestTemplates:
    def test_the_list_is_plain_and_one_by_name_an_object(self, next_commerce: NextCommerce, theme: str) -> None:
        for name in (CSS, "layouts/base.html"):
            next_commerce.post(f"{theme}templates/", {"name": name, "content": name})

        listed = next_commerce.get(f"{theme}templates/")
        one = next_commerce.get(f"{theme}templates/?name={CSS}")

        assert [CSS, "layouts/base.html"] == [template["name"] for template in listed]
        assert {"theme": int(theme.split("/")[2]), "name": CSS, "content": CSS, "file": None} == one == listed[0]

    def test_one_of_the_same_name_is_replaced(self, next_commerce: NextCommerce, theme: str) -> None:
        for content in ("a{}", "b{}"):
            answer = next_commerce.send("POST", f"{theme}templates/", {"name": CSS, "content": content})

        assert [200, "b{}"] == [answer.status, answer.json["content"]]
        assert [answer.json] == next_commerce.get(f"{theme}templates/")

    @pytest.mark.parametrize("content", ["", "  a {}\n\n", "grüße – 茶 \U0001f375", "a&b=c+d%20\ttab\r\n"])
    def test_a_forms_content_is_kept_as_it_is(
        self, next_commerce: NextCommerce, client: FlaskClient, theme: str, content: str
    ) -> None:
        answer = uploaded(client, theme, {"name": CSS, "content": content})

        assert [200, "application/json"] == [answer.status_code, answer.headers["Content-Type"]]
        assert content == next_commerce.get(f"{theme}templates/?name={CSS}")["content"]

    def test_a_file_is_behind_its_own_url_without_a_token(
        self, next_commerce: NextCommerce, client: FlaskClient, theme: str
    ) -> None:
        svg = "<svg><text>grüße \x00</text></svg>\r\n".encode()
        name = "assets/our logo.svg"

        answer = uploaded(client, theme, {"name": name, "content": "", "file": (BytesIO(svg), name)})

        told = fine_json(answer)
        id_ = theme.split("/")[2]
        assert f"http://localhost/api/admin/media/themes/{id_}/assets/our%20logo.svg?world=test" == told["file"]
        file = client.get(told["file"])
        assert [200, svg, "image/svg+xml"] == [file.status_code, file.data, file.headers["Content-Type"]]
        assert ["sandbox", "nosniff"] == [
            file.headers[name] for name in ("Content-Security-Policy", "X-Content-Type-Options")
        ]
        assert ["", told] == [told["content"], next_commerce.get(f"{theme}templates/?name={name}")]

    def test_text_has_no_url_and_what_is_not_there_is_not_found(
        self, next_commerce: NextCommerce, client: FlaskClient, theme: str
    ) -> None:
        next_commerce.post(f"{theme}templates/", {"name": CSS, "content": "a{}"})

        media = f"/api/admin/media{theme}"
        asked = [f"{media}{CSS}", f"{media}none.png", "/api/admin/media/themes/9/x.png"]
        assert [404, 404, 404] == [client.get(f"{path}?world=test").status_code for path in asked]

    def test_a_deleted_one_is_gone(self, next_commerce: NextCommerce, theme: str) -> None:
        next_commerce.post(f"{theme}templates/", {"name": CSS, "content": "a{}"})

        answer = next_commerce.send("DELETE", f"{theme}templates/?name={CSS}")

        assert [204, "", []] == [answer.status, answer.text, next_commerce.get(f"{theme}templates/")]
        for method in ("GET", "DELETE"):
            status, told = next_commerce.refusal(method, f"{theme}templates/?name={CSS}")
            assert [404, "No Template matches the given query."] == [status, told["detail"]]

    def test_deletion_wants_a_name(self, next_commerce: NextCommerce, theme: str) -> None:
        next_commerce.post(f"{theme}templates/", {"name": CSS, "content": "a{}"})

        refused = next_commerce.refusal("DELETE", f"{theme}templates/")

        assert (400, {"name": ["This field is required."]}) == refused
        assert 1 == len(next_commerce.get(f"{theme}templates/"))

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            ({"content": "x"}, {"name": ["This field is required."]}),
            ({"name": "x" * 257}, {"name": ["Ensure this field has no more than 256 characters."]}),
            ({"name": CSS, "content": None}, {"content": ["This field may not be null."]}),
            ({"name": CSS, "content": {}}, {"content": ["Not a valid string."]}),
        ],
    )
    def test_what_is_wrong_is_refused_flat(
        self, next_commerce: NextCommerce, theme: str, body: dict[str, Any], told: Any
    ) -> None:
        assert (400, told) == next_commerce.refusal("POST", f"{theme}templates/", body)
        assert [] == next_commerce.get(f"{theme}templates/")

    def test_themes_do_not_share_templates(self, next_commerce: NextCommerce, theme: str) -> None:
        other = f"/themes/{next_commerce.post('/themes/', {'name': 'Summer'})['id']}/"
        next_commerce.post(f"{theme}templates/", {"name": CSS, "content": "a{}"})

        assert [] == next_commerce.get(f"{other}templates/")
        fine(next_commerce.send("DELETE", other))
        assert 1 == len(next_commerce.get(f"{theme}templates/"))


def fine_json(answer: Any) -> Any:
    assert 200 == answer.status_code, answer.text
    return answer.get_json()

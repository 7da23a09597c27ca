"""Headers both ways: what is accepted and sent, what answers are called and how long they are kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import JSON_API, SEED_ORDER, CommerceLayer, document_of
from tests.klarna import Answer

ORDER = f"/orders/{SEED_ORDER}"
PRIVATE = ("max-age=0, private, must-revalidate", "Accept, Accept-Encoding, Origin")
CACHEABLE = ("public, no-cache", "Authorization, Accept-Encoding, Origin")


def bare(shop: CommerceLayer, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """A request with a token and these headers only."""
    own = {"Authorization": f"Bearer {shop.token}"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return shop._wire.send(method, f"/api{path}", auth=None, headers={**own, **named}, body=body)


@pytest.mark.parametrize(
    "accept",
    [JSON_API, "*/*", "application/*", f"{JSON_API}; charset=utf-8", f"text/html, {JSON_API};q=0.5", "text/html, */*",
     JSON_API.upper(), f" {JSON_API} "],
)  # fmt: skip
def test_whoever_takes_json_api_is_served(commercelayer: CommerceLayer, accept: str) -> None:
    assert 200 == bare(commercelayer, "GET", ORDER, accept=accept).status


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("DELETE", 204)])
def test_so_is_who_does_not_say(commercelayer: CommerceLayer, method: str, status: int) -> None:
    """Commerce Layer's SDK for Go says nothing on DELETE."""
    assert status == bare(commercelayer, method, ORDER).status


@pytest.mark.parametrize("accept", ["application/json", "text/html", "application/vnd.api", "text/*, image/png"])
@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
def test_whoever_takes_something_else_is_not(commercelayer: CommerceLayer, method: str, accept: str) -> None:
    body = document_of("orders", {"reference": "R"}, id_=SEED_ORDER) if method == "PATCH" else None

    refusal = commercelayer.refusal(method, ORDER, body, accept=accept)

    text = f"All requests must use the '{JSON_API}' Accept without media type parameters."
    assert [f"406 NOT_ACCEPTABLE {text} This request specified '{accept}'."] == refusal
    assert None is commercelayer.read("orders", SEED_ORDER)["reference"]


@pytest.mark.parametrize("content_type", [JSON_API, f"{JSON_API}; charset=utf-8", JSON_API.upper()])
def test_json_api_is_written(commercelayer: CommerceLayer, content_type: str) -> None:
    answer = bare(commercelayer, "POST", "/orders", document_of("orders"), **{"Content-Type": content_type})

    assert 201 == answer.status


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/orders"), ("PATCH", ORDER)])
def test_anything_else_is_not(commercelayer: CommerceLayer, method: str, path: str, content_type: str) -> None:
    body = document_of("orders", {}, id_=SEED_ORDER if method == "PATCH" else "")

    refusal = commercelayer.refusal(method, path, body, content_type=content_type)

    text = f"All requests that create or update must use the '{JSON_API}' Content-Type."
    assert [f"415 UNSUPPORTED_MEDIA_TYPE {text} This request specified '{content_type}'."] == refusal


def test_what_is_sent_is_looked_at_before_what_is_taken(commercelayer: CommerceLayer) -> None:
    body = document_of("orders")

    answer = commercelayer.send("POST", "/orders", body, content_type="text/plain", accept="text/plain")

    assert 415 == answer.status


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", JSON_API])
def test_a_request_without_a_body_may_call_it_anything(
    commercelayer: CommerceLayer, method: str, content_type: str
) -> None:
    assert commercelayer.send(method, ORDER, content_type=content_type).status in (200, 204)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [("GET", ORDER, PRIVATE), ("GET", "/orders", PRIVATE), ("PATCH", ORDER, PRIVATE),
     ("DELETE", ORDER, (PRIVATE[0], "Origin")),
     ("GET", "/skus", CACHEABLE), ("GET", "/markets", CACHEABLE), ("GET", "/prices", CACHEABLE)],
)  # fmt: skip
def test_only_the_catalogue_may_be_kept(
    commercelayer: CommerceLayer, method: str, path: str, expected: tuple[str, str]
) -> None:
    body = document_of("orders", {}, id_=SEED_ORDER) if method == "PATCH" else None

    headers = commercelayer.send(method, path, body).headers

    assert expected == (headers["Cache-Control"], headers["Vary"])
    assert "ETag" not in headers


@pytest.mark.parametrize(("method", "path"), [("GET", ORDER), ("GET", "/orders"), ("PATCH", ORDER), ("GET", "/skus")])
def test_an_answer_is_called_json_api(commercelayer: CommerceLayer, method: str, path: str) -> None:
    body = document_of("orders", {}, id_=SEED_ORDER) if method == "PATCH" else None

    assert JSON_API == commercelayer.send(method, path, body).headers["Content-Type"]


def test_an_answer_is_written_without_blanks(commercelayer: CommerceLayer) -> None:
    text = commercelayer.send("GET", f"{ORDER}?fields[orders]=number&include=market&fields[markets]=code").text

    assert text.startswith('{"data":{"id":"QWERtyUpBa","type":"orders","links":{"self":"http://localhost/api/orders/')
    assert '"attributes":{"number":"1000000"}' in text
    assert ": " not in text

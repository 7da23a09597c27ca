"""Headers of Commerce Layer's answers and refusals: limits, caches, origins; at the edge in front of it too."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.commercelayer import JSON_API, SEED_ORDER, CommerceLayer, document_of

ORDER = f"/orders/{SEED_ORDER}"
NOBODY = "AbCdEfGhIj"
LIMITS = ("X-Ratelimit-Limit", "X-Ratelimit-Interval", "X-Ratelimit-Remaining")
PAGE = {"origin": "https://shop.test"}
EVERYTHING = "Accept, Accept-Encoding, Origin"


def _named(vary: str) -> list[str]:
    return [name.strip() for name in vary.split(",")]


@pytest.mark.parametrize(
    ("method", "path", "status", "limit"),
    [
        ("GET", ORDER, 200, "100"), ("GET", "/skus", 200, "500"), ("GET", f"/orders/{NOBODY}", 404, "100"),
        ("GET", f"/skus/{NOBODY}", 404, "500"), ("GET", "/nowhere", 404, "100"), ("PUT", ORDER, 405, "100"),
        ("POST", "/captures", 405, "100"), ("POST", "/orders", 415, "100"), ("DELETE", ORDER, 204, "100"),
    ],
)  # fmt: skip
def test_every_answer_tells_its_limit(
    commercelayer: CommerceLayer, method: str, path: str, status: int, limit: str
) -> None:
    answer = commercelayer.send(method, path, content_type="text/plain")

    assert status == answer.status
    assert [limit, "60", str(int(limit) - 1)] == [answer.headers.get(name) for name in LIMITS]


@pytest.mark.parametrize("token", ["", "Bearer ", "Basic eDp5"])
def test_a_caller_who_is_not_let_in_is_told_too(app: Flask, token: str) -> None:
    headers = {"Accept": JSON_API} | ({"Authorization": token} if token else {})

    answer = app.test_client().get(f"/api{ORDER}", headers=headers)

    assert [401, "100", "60", "99"] == [answer.status_code, *(answer.headers.get(name) for name in LIMITS)]


@pytest.mark.parametrize("path", [f"/skus/{NOBODY}", f"/markets/{NOBODY}", f"/orders/{NOBODY}", "/skus?sort=nope"])
def test_a_refusal_depends_on_what_the_caller_takes(commercelayer: CommerceLayer, path: str) -> None:
    """Recorded of a market in 2024; an answer that may be kept says otherwise."""
    headers = commercelayer.send("GET", path).headers

    assert ["no-cache", EVERYTHING] == [headers["Cache-Control"], headers["Vary"]]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ORDER), ("GET", "/skus"), ("GET", f"/orders/{NOBODY}"), ("GET", "/nowhere"), ("PUT", ORDER),
     ("DELETE", ORDER)],
)  # fmt: skip
def test_a_page_of_another_origin_reads_the_answer_and_the_origin_is_named_once(
    commercelayer: CommerceLayer, method: str, path: str
) -> None:
    headers = commercelayer.send(method, path, **PAGE).headers

    assert "https://shop.test" == headers["Access-Control-Allow-Origin"]
    assert 1 == _named(headers["Vary"]).count("Origin")


@pytest.mark.parametrize("origin", [{}, PAGE])
@pytest.mark.parametrize("error", ["Throttled", "RecordNotFoundAtEdge"])
def test_the_edge_says_nothing_of_caches(commercelayer: CommerceLayer, error: str, origin: dict[str, str]) -> None:
    commercelayer.add_rule("commercelayer.orders.retrieve", {"error": error})

    headers = commercelayer.send("GET", ORDER, **origin).headers

    kept = ["no-cache"] if error == "Throttled" else []
    assert kept == [headers[name] for name in ("Cache-Control",) if name in headers]
    assert (["Origin"] if origin else []) == [each for each in _named(headers.get("Vary", "")) if each]


def test_who_comes_too_often_may_come_back_at_once_and_from_any_page(commercelayer: CommerceLayer) -> None:
    commercelayer.add_rule("commercelayer.orders.retrieve", {"error": "Throttled"})

    headers = commercelayer.send("GET", ORDER).headers

    assert ["0", "*"] == [headers["Retry-After"], headers["Access-Control-Allow-Origin"]]


def test_a_deleted_record_leaves_an_answer_without_a_body_or_a_type(commercelayer: CommerceLayer) -> None:
    answer = commercelayer.send("DELETE", ORDER)

    assert [204, "", False, False, "Origin"] == [
        answer.status, answer.text, "Content-Type" in answer.headers, "Content-Length" in answer.headers,
        answer.headers["Vary"],
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/stripe_payments", "/bundles/AbCdEfGhIj"])
def test_of_a_resource_that_is_not_emulated_the_journal_says_so(commercelayer: CommerceLayer, path: str) -> None:
    commercelayer.refusal("GET", path)

    why = commercelayer.explanation()["because"]
    assert f"no operation has the path /api{path}" in why
    assert f"{path.split('/')[1]} are not emulated" in why
    assert "klarna_payments" in why


def test_of_a_path_below_one_that_is_it_does_not(commercelayer: CommerceLayer) -> None:
    commercelayer.refusal("GET", "/orders/1/2/3/4")

    assert "no operation has the path /api/orders/1/2/3/4" == commercelayer.explanation()["because"]


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [("GET", "/orders", "list"), ("DELETE", ORDER, "delete"), ("PATCH", ORDER, "_approve")],
)
def test_the_journal_tells_a_sales_channel_what_it_may_not(
    commercelayer: CommerceLayer, method: str, path: str, told: str
) -> None:
    body: Any = document_of("orders", {"_approve": True}, id_=SEED_ORDER) if method == "PATCH" else None

    commercelayer.as_sales_channel().refusal(method, path, body)

    assert told in str(commercelayer.explanation())

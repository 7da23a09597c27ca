"""Whatever is sent, the answer is a refusal in the right shape: no 500, no traceback, no harm to what comes next."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.app import create_app, create_worlds
from mock_server.core.errors import MistakeInFile
from mock_server.settings import Settings
from tests.klarna import Klarna, purchase_of

DEEP = "[" * 100_000
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
_FIELDS = [*purchase_of(), "billing_address", "shipping_address", "customer", "merchant_urls", "options", "attachment"]


def _raw(server: str, request: bytes) -> bytes:
    """Everything that comes back until the server closes the connection."""
    address = urlsplit(server)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=5) as connection:
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


def test_a_chunk_without_a_size_is_refused(server: str) -> None:
    head = b"POST /payments/v1/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YTpi\r\nConnection: close\r\n"

    answer = _raw(server, head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"BAD_REQUEST" in answer


@pytest.mark.parametrize("url", ["http://x/\r\nSet-Cookie: a=b", "http://x/\ud800", "http://x/ä ö", "\x00"])
def test_a_confirmation_url_cannot_break_out_of_its_header(klarna_over_http: Klarna, url: str) -> None:
    klarna = klarna_over_http
    session = klarna.create_session(merchant_urls={"confirmation": url})

    answer = klarna.send("GET", f"/eu/kp/v1/sessions/{session['session_id']}/redirect?world={klarna.world}")

    assert 302 == answer.status
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Location"].isascii() and answer.headers["Location"].isprintable()


def test_a_deeply_nested_body_is_malformed_and_the_journal_shows_it(klarna: Klarna) -> None:
    client = create_app().test_client()

    answer = client.post("/payments/v1/sessions", data=DEEP, auth=("a", "b"))

    (entry,) = client.get("/_mock/journal").get_json()
    assert [400, DEEP] == [answer.status_code, entry["request"]["body"]]


@pytest.mark.parametrize(
    "then",
    [
        {"outcome": "pending", "decide": {"a": 1}},
        {"outcome": "pending", "decide": ["accepted"]},
        {"outcome": "pending", "after": {}},
        {"_schema": 1},
        {"outcome": None},
        {"fault": {"delay": []}},
    ],
)
def test_a_rule_of_the_wrong_types_is_refused(klarna: Klarna, then: Any) -> None:
    rule = {"when": {"operation": "klarna.payments.create_order"}, "then": then}

    answer = klarna.control("POST", "/rules", rule)

    assert 400 == answer.status
    assert 400 == klarna.control("POST", "/rules", {**rule, "then": {}, "_schema": 1}).status


@pytest.mark.parametrize("limit", ["9" * 5000, "99999999999999999999", "-1", "1e3", "٣"])
def test_a_limit_that_is_none_is_refused(klarna: Klarna, limit: str) -> None:
    assert 400 == klarna.control("GET", f"/journal?limit={limit}").status


def test_a_deeply_nested_scenario_is_no_scenario(tmp_path: Path) -> None:
    (tmp_path / "deep.yaml").write_text("about: " + "[" * 3000, encoding="utf-8")

    with pytest.raises(MistakeInFile, match="not YAML"):
        create_worlds(Settings(scenarios=str(tmp_path)))


def test_at_the_end_of_time_sessions_still_open(klarna: Klarna) -> None:
    klarna.control("POST", "/clock", {"freeze": "8999-12-31T23:59:59Z"})
    session = klarna.create_session()

    assert "incomplete" == klarna.read_session(session["session_id"])["status"]


def test_an_authorization_that_comes_after_the_order_is_told_so(klarna: Klarna) -> None:
    session = klarna.create_session()
    klarna.create_order(klarna.authorize(session["session_id"])["authorization_token"])

    answer = klarna.control("POST", "/klarna/authorizations", {"session_id": session["session_id"]})

    assert [404, "SESSION_COMPLETED"] == [answer.status, answer.json["code"]]


def test_orders_and_authorizations_at_the_same_time_never_break(klarna_over_http: Klarna) -> None:
    """The shopper clicks again while the shop's server places the order."""
    klarna = klarna_over_http
    sessions = [klarna.create_session()["session_id"] for _ in range(8)]
    tokens = {session: klarna.authorize(session)["authorization_token"] for session in sessions}

    def click(session: str) -> int:
        return klarna.control("POST", "/klarna/authorizations", {"session_id": session}).status

    def place(session: str) -> int:
        return klarna.send("POST", f"/payments/v1/authorizations/{tokens[session]}/order", purchase_of()).status

    with ThreadPoolExecutor(16) as pool:
        work = [pool.submit(act, session) for session in sessions for act in (click, place, click, place)]
        statuses = {job.result() for job in work}

    assert statuses <= {200, 404}
    orders = klarna.control("GET", "/state/orders").json
    assert len(orders) == len({order["session_id"] for order in orders})


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=5))
def test_no_body_is_answered_with_a_failure(changes: dict[str, Any]) -> None:
    client = create_app().test_client()

    answer = client.post("/payments/v1/sessions", data=json.dumps({**purchase_of(), **changes}), auth=("a", "b"))

    assert answer.status_code in (200, 400)
    kept = client.get("/_mock/state").get_json()["sessions"]
    assert (answer.status_code == 200) == (kept == 1)

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

DEEP = "[" * 20_000
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
_FIELDS = [*purchase_of(), "billing_address", "shipping_address", "customer", "merchant_urls", "options", "attachment"]


def _raw(server: str, request: bytes, end: bytes = b"") -> bytes:
    """What comes back until ``end``, or until the server closes the connection."""
    address = urlsplit(server)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=5) as connection:
        connection.sendall(request)
        answer = b""
        while not (end and end in answer) and (chunk := connection.recv(65536)):
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


def test_an_update_cannot_smuggle_half_a_line_into_the_session(klarna: Klarna) -> None:
    session = klarna.create_session()["session_id"]

    update = klarna.send("POST", f"/payments/v1/sessions/{session}", {"order_lines": [{}]})
    approved = klarna.authorize(session, data={"order_lines": [{"name": "Socks"}]})

    assert 400 == update.status
    assert "order_lines[0].total_amount" in approved["error"]["invalid_fields"]
    assert purchase_of()["order_lines"] == klarna.read_session(session)["order_lines"]


def test_of_12_that_bring_the_same_unknown_token_one_places_an_order(klarna_over_http: Klarna) -> None:
    klarna = klarna_over_http
    klarna.choose_scenario("any-token")

    with ThreadPoolExecutor(12) as pool:
        orders = list(pool.map(lambda _: klarna.create_order("b4bd3423-24e3")["order_id"], range(12)))

    assert 1 == len(set(orders))
    assert orders[:1] == [order["order_id"] for order in klarna.control("GET", "/state/orders").json]
    assert 1 == len(klarna.control("GET", "/state/sessions").json)


def test_a_shopper_tokenized_before_can_be_authorized_again(klarna: Klarna) -> None:
    session = klarna.create_session(intent="tokenize")["session_id"]
    token = klarna.authorize(session)["authorization_token"]
    wish = {"purchase_country": "DE", "locale": "de-DE", "description": "Socks", "intended_use": "SUBSCRIPTION"}
    klarna.send("POST", f"/payments/v1/authorizations/{token}/customer-token", wish)

    assert klarna.authorize(session)["approved"]


def test_a_chunk_without_a_size_is_answered_at_once_also_when_the_connection_is_to_be_kept(server: str) -> None:
    head = b"POST /payments/v1/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YTpi\r\n"

    answer = _raw(server, head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", end=b"BAD_REQUEST")

    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("path", ["/_mock/journal", "/_mock/health"])
def test_a_name_rebound_to_loopback_reads_nothing(path: str) -> None:
    """A browser's own-origin GET carries no Origin."""
    client = create_app().test_client()

    assert 403 == client.get(path, headers={"Host": "evil.example:8080"}).status_code


def test_a_long_body_is_cut_in_the_journal(klarna: Klarna) -> None:
    klarna.send("POST", "/payments/v1/sessions", purchase_of(merchant_data="x" * 900_000))

    body = klarna.journal()[0]["request"]["body"]

    assert body.endswith(" characters)")
    assert len(body) < 65_000


def test_everything_wrong_with_a_body_is_in_the_journal(klarna: Klarna) -> None:
    """The answer names the first stage only."""
    line = {"name": "Tea", "quantity": 1, "unit_price": 50000, "tax_rate": 1000, "total_amount": 50000}
    lines = [{**line, "name": ""}, {**line, "total_tax_amount": 5000}]

    answer = klarna.send("POST", "/payments/v1/sessions", purchase_of(order_lines=lines))

    entry = klarna.control("GET", answer.headers["X-Mock-Explain"].removeprefix("/_mock")).json
    assert ["Bad value: order_lines[0].name"] == answer.json["error_messages"]
    assert ["order_lines[0].name", "order_lines[1].total_tax_amount"] == [
        fault["path"] for fault in entry["explanation"]["faults"]
    ]


def test_a_refused_order_is_compared_with_the_session_too(klarna: Klarna) -> None:
    token = klarna.authorize(klarna.create_session(amount=2000)["session_id"])["authorization_token"]
    body = purchase_of(amount=1500, merchant_reference1="x" * 300, billing_address="nowhere")

    answer = klarna.send("POST", f"/payments/v1/authorizations/{token}/order", body)

    entry = klarna.control("GET", answer.headers["X-Mock-Explain"].removeprefix("/_mock")).json
    told = {fault["path"]: fault["text"] for fault in entry["explanation"]["faults"]}
    assert ["Bad value: billing_address, merchant_reference1"] == answer.json["error_messages"]
    assert "order_amount is 1500, Klarna knows 2000" == told["order_amount"]


def test_why_a_body_is_no_json_is_in_the_journal(klarna: Klarna) -> None:
    client = create_app().test_client()

    answer = client.post("/payments/v1/sessions", data='{"a": 1,}', auth=("a", "b"))

    entry = client.get(answer.headers["X-Mock-Explain"]).get_json()
    assert "line 1 column " in entry["explanation"]["because"]


def test_an_option_that_the_outcome_does_not_have_is_refused(klarna: Klarna) -> None:
    session = klarna.create_session()["session_id"]
    asked = {"session_id": session, "outcome": "accepted", "decide": "rejected"}

    answer = klarna.control("POST", "/klarna/authorizations", asked)

    assert [400, "decide: no option of outcome accepted"] == [answer.status, answer.json["error"]]


def test_a_scenario_folder_may_change_while_requests_come(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("about: Mine.\n", encoding="utf-8")
    book = create_worlds(Settings(scenarios=str(tmp_path))).house.book

    def edit() -> None:
        for turn in range(200):
            file.unlink()
            file.write_text(f"about: Mine {turn}.\n", encoding="utf-8")

    with ThreadPoolExecutor(5) as pool:
        edits = pool.submit(edit)
        reads = [pool.submit(lambda: [book.get("accepted").name for _ in range(200)]) for _ in range(4)]
        edits.result()

        assert all(read.result() == ["accepted"] * 200 for read in reads)


def test_secrets_in_headers_and_queries_are_masked(klarna: Klarna) -> None:
    client = create_app().test_client()
    headers = {"Authorization": "hunter2 foo", "Klarna-Customer-Token": "abc", "Klarna-Idempotency-Key": "shown"}

    client.get("/payments/v1/sessions/x?api_key=abc&page=1", headers=headers)

    (entry,) = client.get("/_mock/journal").get_json()
    shown = entry["request"]["headers"]
    assert ["***", "***", "shown"] == [shown[name] for name in headers]
    assert {"api_key": "***", "page": "1"} == entry["query"]

"""Requests with the same Klarna-Idempotency-Key: done once, answered alike."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mock_server.ledger import captures
from mock_server.providers.klarna.routes import idempotent
from tests.threads import at_once

from ..conftest import Klarna, klarna_with
from ..orders import NOBODY, Orders, assert_refused

KEY = "5c8d1a3e-0b2f-5f4a-9c6d-7e8f9a0b1c2d"
HOUR, MS = timedelta(hours=1), timedelta(milliseconds=1)


@pytest.fixture
def orders(klarna: Klarna) -> Orders:
    return Orders(klarna)


def capture(orders: Orders, order_id: str, amount: int = 1000, *, key: str = KEY, **headers: str) -> TestResponse:
    body = {"captured_amount": amount}
    return orders.ask("POST", f"{order_id}/captures", body, Klarna_Idempotency_Key=key, **headers)


def captured(orders: Orders, order_id: str) -> list[int]:
    return [each["captured_amount"] for each in orders.read(order_id)["captures"]]


def facts(answer: TestResponse) -> tuple[int, bytes, dict[str, str | None]]:
    """What a client sees of an answer, but for what is of the request alone."""
    names = ("Location", "Capture-Id", "Refund-Id", "Content-Type", "Content-Length", "Transaction-Id")
    return answer.status_code, answer.data, {name: answer.headers.get(name) for name in names}


def keys(orders: Orders) -> list[dict[str, Any]]:
    return list(orders.klarna.world.store.all("klarna_idempotency_keys"))


def test_a_capture_is_made_once(orders: Orders) -> None:
    order_id = orders.place()

    first, second = capture(orders, order_id), capture(orders, order_id)

    assert 201 == first.status_code
    assert facts(first) == facts(second)
    assert [1000] == captured(orders, order_id)


def test_another_body_gets_the_first_answer_too(orders: Orders) -> None:
    order_id = orders.place()
    first = capture(orders, order_id)

    others = [
        capture(orders, order_id, 500),
        orders.ask("POST", f"{order_id}/captures", {}, Klarna_Idempotency_Key=KEY),
        orders.klarna.http.post(
            f"/ordermanagement/v1/orders/{order_id}/captures/", data="{",
            headers={"Authorization": orders.klarna.authorization, "klarna-idempotency-key": KEY},
        ),
    ]  # fmt: skip

    assert [facts(first)] * 3 == [facts(other) for other in others]
    assert [1000] == captured(orders, order_id)


def test_other_keys_and_no_key_are_other_requests(orders: Orders) -> None:
    order_id = orders.place()

    capture(orders, order_id)
    capture(orders, order_id, key=KEY.upper())
    for _ in range(2):
        orders.capture(order_id, 500)
        capture(orders, order_id, 250, key="")

    assert [1000, 1000, 500, 250, 500, 250] == captured(orders, order_id)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "acknowledge", None), ("PATCH", "authorization", {"order_amount": 20000}), ("POST", "cancel", None),
        ("PATCH", "customer-details", {"shipping_address": {"city": "Lund"}}),
        ("POST", "extend-authorization-time", None), ("PATCH", "merchant-references", {"merchant_reference1": "2"}),
        ("POST", "shipping-info", {"shipping_info": [{"tracking_number": "1"}]}),
    ],
)  # fmt: skip
def test_every_write_takes_a_key(orders: Orders, method: str, path: str, body: Any) -> None:
    order_id = orders.place()

    first, second = (orders.ask(method, f"{order_id}/{path}", body, Klarna_Idempotency_Key=KEY) for _ in range(2))

    assert 204 == first.status_code
    assert facts(first) == facts(second)
    assert len(orders.read(order_id)["shipping_info"]) == (path == "shipping-info")


def test_a_refund_is_made_once(orders: Orders) -> None:
    order_id = orders.place()
    orders.capture(order_id, 1000)
    body = {"refunded_amount": 400}

    first, second = (orders.ask("POST", f"{order_id}/refunds", body, Klarna_Idempotency_Key=KEY) for _ in range(2))

    assert facts(first) == facts(second)
    assert 400 == orders.read(order_id)["refunded_amount"]


def test_reading_is_never_answered_from_memory(orders: Orders) -> None:
    order_id = orders.place()
    before = orders.ask("GET", order_id, Klarna_Idempotency_Key=KEY).get_json()
    orders.capture(order_id, 1)

    after = orders.ask("GET", order_id, Klarna_Idempotency_Key=KEY).get_json()

    assert [0, 1] == [before["captured_amount"], after["captured_amount"]]
    assert [] == keys(orders)


def test_one_key_is_another_at_another_order_path_or_method(orders: Orders) -> None:
    order_id, other_id = orders.place(), orders.place()

    first, second = capture(orders, order_id), capture(orders, other_id)
    third = orders.ask("POST", f"{order_id}/refunds", {"refunded_amount": 1}, Klarna_Idempotency_Key=KEY)

    assert first.headers["Capture-Id"] != second.headers["Capture-Id"]
    assert 201 == third.status_code
    assert "Refund-Id" in third.headers


def test_one_key_is_another_of_another_merchant(orders: Orders) -> None:
    order_id = orders.place()
    other = Orders(Klarna(orders.klarna.app, "PK00002_test"))

    first, second = capture(orders, order_id), capture(other, order_id)

    assert first.headers["Capture-Id"] != second.headers["Capture-Id"]


def test_one_key_is_another_in_another_world(orders: Orders) -> None:
    order_id = orders.place()
    capture(orders, order_id)

    answer = capture(orders, order_id, X_Mock_World="blue")

    assert 404 == answer.status_code


def test_a_key_lasts_24_hours_and_is_free_again(orders: Orders) -> None:
    order_id = orders.place()
    first = capture(orders, order_id)

    orders.klarna.world.advance(24 * HOUR - MS)
    last = capture(orders, order_id)
    orders.klarna.world.advance(MS)
    forgotten = keys(orders)
    anew = capture(orders, order_id)

    assert facts(first) == facts(last)
    assert [] == forgotten
    assert first.headers["Capture-Id"] != anew.headers["Capture-Id"]
    assert [1000, 1000] == captured(orders, order_id)


def test_24_hours_count_from_the_request_that_was_answered(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A failure an hour before used the key too, in vain."""
    order_id = orders.place()
    with monkeypatch.context() as planted:
        planted.setattr("mock_server.ledger.captures.capture_order", lambda *_, **__: 1 // 0)
        assert 500 == capture(orders, order_id).status_code
    orders.klarna.world.advance(HOUR)
    first = capture(orders, order_id)

    orders.klarna.world.advance(24 * HOUR - MS)
    last = capture(orders, order_id)

    assert 201 == first.status_code
    assert facts(first) == facts(last)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("amount", "status", "code"), [(25001, 403, "CAPTURE_NOT_ALLOWED"), (-1, 422, "UNPROCESSABLE_ENTITY")]
)
def test_a_refusal_is_repeated_although_the_second_request_is_sound(
    orders: Orders, amount: int, status: int, code: str
) -> None:
    order_id = orders.place()
    first = capture(orders, order_id, amount)

    second = capture(orders, order_id, 1)

    assert facts(first) == facts(second)
    assert_refused(second, status, code, first.get_json()["error_messages"])
    assert [] == captured(orders, order_id)


def test_that_there_is_no_such_order_is_repeated(orders: Orders) -> None:
    first, second = capture(orders, NOBODY), capture(orders, NOBODY)

    assert 404 == first.status_code
    assert facts(first) == facts(second)


def test_a_page_is_never_remembered(orders: Orders) -> None:
    first, second = capture(orders, "{}"), capture(orders, "{}")

    assert [400, 400] == [first.status_code, second.status_code]
    assert [] == keys(orders)


@pytest.mark.parametrize(
    "error", ["InternalServerError", "UnexpectedError", "BadGateway", "TemporarilyUnavailable", "GatewayTimeout",
              "TOO_MANY_REQUESTS", "Conflict"],
)  # fmt: skip
def test_an_ordered_failure_is_not_remembered(orders: Orders, error: str) -> None:
    order_id = orders.place()
    orders.add_rule("create_capture", {"error": error}, times=1)

    first, second = capture(orders, order_id), capture(orders, order_id)

    assert [True, 201] == [first.status_code >= 409, second.status_code]
    assert [1000] == captured(orders, order_id)


def test_rate_limits_are_not_remembered() -> None:
    orders = Orders(klarna_with(klarna_rate_limits="on"))
    order_id = orders.place()

    for _ in range(60):
        limited = capture(orders, order_id, key="other")
    orders.klarna.world.advance(timedelta(seconds=1))
    second = capture(orders, order_id)

    assert [429, 201] == [limited.status_code, second.status_code]


def test_who_lost_the_answer_gets_it_with_the_same_key(orders: Orders) -> None:
    order_id = orders.place()
    orders.add_rule("create_capture", {"fault": {"drop": "answer"}}, times=1)
    lost = capture(orders, order_id)

    answer = capture(orders, order_id)

    assert "Capture-Id" not in lost.headers
    (made,) = orders.read(order_id)["captures"]
    assert (201, made["capture_id"]) == (answer.status_code, answer.headers["Capture-Id"])


def test_while_the_first_is_at_work_the_second_is_in_conflict(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = orders.place()
    honest, meanwhile = captures.capture_order, []

    def slow(*args: Any, **details: Any) -> Any:
        monkeypatch.setattr(captures, "capture_order", honest)
        meanwhile.append(capture(orders, order_id))
        return honest(*args, **details)

    monkeypatch.setattr(captures, "capture_order", slow)

    first, third = capture(orders, order_id), capture(orders, order_id)

    assert_refused(meanwhile[0], 409, "CONFLICT", [])
    assert "the first request with this key is at work since 2026-11-20T12:00:00.000Z" == (
        orders.klarna.explanation(meanwhile[0])["because"]
    )
    assert facts(first) == facts(third)
    assert [1000] == captured(orders, order_id)


def test_a_first_request_that_never_ended_gives_its_key_free(orders: Orders) -> None:
    order_id = orders.place()
    world = orders.klarna.world
    name = f"PK00001_test POST /ordermanagement/v1/orders/{order_id}/captures {KEY}"
    world.store.put("klarna_idempotency_keys", name, {"at": "2026-11-20T12:00:00.000Z", "reply": None})

    early = capture(orders, order_id)
    world.advance(timedelta(seconds=60))
    late = capture(orders, order_id)

    assert [409, 201] == [early.status_code, late.status_code]


def test_a_reset_forgets_the_keys(orders: Orders) -> None:
    order_id = orders.place()
    capture(orders, order_id)

    reset = orders.klarna.call("POST", "/_mock/reset")

    assert 2 == reset.status_code // 100
    assert [] == keys(orders)
    assert 404 == capture(orders, order_id).status_code


def test_the_journal_says_which_request_was_answered_before(orders: Orders) -> None:
    order_id = orders.place()
    capture(orders, order_id)
    orders.klarna.world.advance(HOUR)

    answer = capture(orders, order_id)

    entry = orders.klarna.call("GET", answer.headers["X-Mock-Explain"]).get_json()
    assert f"klarna-idempotency-key {KEY}, answered at 2026-11-20T12:00:00.000Z" == entry["decided_by"]


@pytest.mark.usefixtures("eager_threads")
def test_32_captures_with_one_key_at_once_are_one(orders: Orders) -> None:
    order_id = orders.place()

    answers = at_once(lambda: capture(orders, order_id), times=32)

    (made,) = orders.read(order_id)["captures"]
    assert {201, 409} >= {answer.status_code for answer in answers}
    assert {made["capture_id"]} == {answer.headers["Capture-Id"] for answer in answers if answer.status_code == 201}
    assert [1000] == captured(orders, order_id)


@pytest.mark.usefixtures("eager_threads")
def test_32_captures_with_keys_of_their_own_never_exceed_the_order(orders: Orders) -> None:
    order_id = orders.place()
    numbers = count(1)

    answers = at_once(lambda: capture(orders, order_id, 1000, key=f"key-{next(numbers)}"), times=32)

    order = orders.read(order_id)
    assert 25 == sum(answer.status_code == 201 for answer in answers)
    assert ("CAPTURED", 25000, 0) == tuple(
        order[name] for name in ("status", "captured_amount", "remaining_authorized_amount")
    )
    assert [f"{order['klarna_reference']}-{n}" for n in range(1, 26)] == [
        each["klarna_reference"] for each in order["captures"]
    ]


def test_a_remembered_answer_is_text(orders: Orders) -> None:
    """What stays in the store is JSON: another process answers alike."""
    order_id = orders.place()
    capture(orders, order_id, 25001)

    (record,) = keys(orders)

    assert record == json.loads(json.dumps(record))
    assert {"at", "reply"} == set(record)
    assert idempotent.FORGET == "klarna.idempotency_key.forget"

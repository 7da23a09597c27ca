"""The log of webhooks, and sending one again."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.klarna import InProcess, fine
from tests.multisafepay import MultiSafepay
from tests.receiver import Receiver

HELD = "https://www.example.com/hook"
WHY_HELD = (
    "www.example.com is neither loopback, private nor a one-word name; allow it with --webhook-allow www.example.com"
)


def told(url: str) -> dict[str, str]:
    return {"notification_url": url, "notification_method": "POST"}


@pytest.fixture
def shop(multisafepay: MultiSafepay, receiver: Receiver) -> MultiSafepay:
    """Order ON-1 was paid and shipped, ON-2 declined; the shop heard of both, of ON-3 it may not hear."""
    receiver.text = "OK"
    multisafepay.pay("ON-1", payment_options=told(receiver.url()))
    multisafepay.ship("ON-1")
    multisafepay.create("ON-2", payment_options=told(receiver.url()))
    multisafepay.complete("ON-2", outcome="declined")
    multisafepay.pay("ON-3", payment_options=told(HELD))
    multisafepay.advance("1s")
    return multisafepay


def webhook(shop: MultiSafepay, message_id: str) -> dict[str, Any]:
    found: dict[str, Any] = fine(shop.control("GET", f"/webhooks/{message_id}"))
    return found


def misuse(shop: MultiSafepay, method: str, path: str) -> tuple[int, str, str]:
    """Status, code and text of a refused call."""
    answer = shop.control(method, path)
    return answer.status, answer.json["code"], answer.json["error"]


def test_the_log_shows_the_newest_first(shop: MultiSafepay) -> None:
    log = fine(shop.control("GET", "/webhooks"))

    assert [
        ("ON-3", "completed"), ("ON-3", "initialized"), ("ON-2", "declined"), ("ON-2", "initialized"),
        ("ON-1", "shipped"), ("ON-1", "completed"), ("ON-1", "initialized"),
    ] == [(each["about"]["order_id"], each["event"].rpartition(".")[2]) for each in log]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "events"),
    [
        ("order_id=ON-1", ["initialized", "completed", "shipped"]),
        ("order_id=ON-1&event=multisafepay.order.shipped", ["shipped"]),
        ("event=multisafepay.order.completed", ["completed", "completed"]),
        ("state=held", ["initialized", "completed"]),
        ("state=delivered&order_id=ON-2", ["initialized", "declined"]),
        ("state=delivered&order_id=ON-3", []),
        ("order_id=ON-9", []),
        ("event=shipped", []),
        ("order_id=", []),
        ("limit=2", ["initialized", "completed"]),
        ("limit=0", []),
        ("order_id=ON-1&limit=1", ["shipped"]),
        ("world=test&order_id=ON-2", ["initialized", "declined"]),
    ],
)
def test_filters_choose(shop: MultiSafepay, query: str, events: list[str]) -> None:
    log = fine(shop.control("GET", f"/webhooks?{query}"))

    assert events == [each["event"].rpartition(".")[2] for each in log][::-1]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("orderid=ON-1", "orderid: no filter of webhooks; did you mean 'order_id'?"),
        ("stat=held", "stat: no filter of webhooks; did you mean 'state'?"),
        ("url=x", "url: no filter of webhooks; expected one of: event, limit, order_id, state"),
        ("limit=all", "limit is 'all', expected a number of at most 9 digits"),
        ("limit=-1", "limit is '-1', expected a number of at most 9 digits"),
        ("limit=1234567890", "limit is '1234567890', expected a number of at most 9 digits"),
    ],
)
def test_an_unknown_filter_is_refused_with_the_right_one(shop: MultiSafepay, query: str, text: str) -> None:
    answer = shop.control("GET", f"/webhooks?{query}")

    assert (400, text) == (answer.status, answer.json["error"])


def test_a_webhook_shows_what_was_sent_and_what_came_back(shop: MultiSafepay, receiver: Receiver) -> None:
    (shipped,) = shop.webhooks(event="multisafepay.order.shipped")

    found = webhook(shop, shipped["id"])

    request = receiver.requests[2]
    (attempt,) = found["attempts"]
    assert shipped == found
    assert ("POST", receiver.url(), request.text) == (found["method"], found["url"], found["body"])
    assert (receiver.url(request.path), request.headers["auth"], 200, "OK", "") == (
        attempt["url"], attempt["headers"]["Auth"], attempt["status"], attempt["answer"], attempt["why"],
    )  # fmt: skip


def test_a_held_webhook_says_why(shop: MultiSafepay) -> None:
    held = shop.webhooks(state="held")

    assert [("held", WHY_HELD, [])] * 2 == [(each["state"], each["why"], each["attempts"]) for each in held]


def test_a_failed_webhook_says_why(multisafepay: MultiSafepay, receiver: Receiver) -> None:
    receiver.text = "thanks"
    multisafepay.create(payment_options=told(receiver.url()))
    multisafepay.complete(outcome="declined")
    multisafepay.advance("1h")

    (failed,) = multisafepay.webhooks(state="failed")

    why = "OK or MULTISAFEPAY_OK is expected in the first 100 characters, which are 'thanks'"
    assert [why] * 5 == [failed["why"], *(attempt["why"] for attempt in failed["attempts"])]


@pytest.mark.parametrize("call", [("GET", ""), ("POST", "/resend")])
def test_a_webhook_that_is_not_there_is_not_found(shop: MultiSafepay, call: tuple[str, str]) -> None:
    method, what = call

    refused = misuse(shop, method, f"/webhooks/nothing{what}")

    assert (404, "NOT_FOUND", "no webhook nothing in world test") == refused


def test_a_webhook_is_sent_again_on_request(shop: MultiSafepay, receiver: Receiver) -> None:
    (shipped,) = shop.webhooks(event="multisafepay.order.shipped")

    again = fine(shop.control("POST", f"/webhooks/{shipped['id']}/resend"))

    assert ("delivered", 2, 6) == (again["state"], len(again["attempts"]), len(receiver.requests))
    assert receiver.requests[2].text == receiver.requests[-1].text
    assert webhook(shop, shipped["id"]) == again


def test_one_sent_again_comes_after_those_that_wait_and_is_answered_with_what_came_of_it(
    shop: MultiSafepay, receiver: Receiver
) -> None:
    (declined,) = shop.webhooks(event="multisafepay.order.declined")
    shop.pay("ON-2", payment_options=told(receiver.url()))

    again = fine(shop.control("POST", f"/webhooks/{declined['id']}/resend"))

    assert ("delivered", 2) == (again["state"], len(again["attempts"]))
    assert ["initialized", "completed", "declined"] == [request.json["status"] for request in receiver.requests[-3:]]


def test_one_sent_again_does_not_wait_for_a_newer_one_that_failed(shop: MultiSafepay, receiver: Receiver) -> None:
    (completed,) = shop.webhooks(order_id="ON-1", event="multisafepay.order.completed")
    receiver.answers(500)
    shop.refund("ON-1", amount=100)
    shop.advance("1s")

    again = fine(shop.control("POST", f"/webhooks/{completed['id']}/resend"))

    assert ("delivered", 2, ["waiting"]) == (
        again["state"], len(again["attempts"]), [each["state"] for each in shop.webhooks(state="waiting")],
    )  # fmt: skip


def test_what_comes_back_the_second_time_is_told_at_once(shop: MultiSafepay, receiver: Receiver) -> None:
    (shipped,) = shop.webhooks(event="multisafepay.order.shipped")
    receiver.answers(503)

    again = fine(shop.control("POST", f"/webhooks/{shipped['id']}/resend"))

    assert ("failed", "status is 503, expected 200") == (again["state"], again["why"])


def test_a_held_webhook_is_not_sent_again(shop: MultiSafepay) -> None:
    held = shop.webhooks(state="held")[0]

    refused = misuse(shop, "POST", f"/webhooks/{held['id']}/resend")

    assert (409, "IMPOSSIBLE", f"webhook {held['id']} is held: {WHY_HELD}") == refused
    assert held == webhook(shop, held["id"])


def test_a_waiting_webhook_is_not_sent_again(multisafepay: MultiSafepay, receiver: Receiver) -> None:
    receiver.answers(404)
    multisafepay.create(payment_options=told(receiver.url()))
    multisafepay.data("PATCH", "/orders/ON-1", {"status": "cancelled"})
    multisafepay.advance("1s")
    (waiting,) = multisafepay.webhooks()

    refused = misuse(multisafepay, "POST", f"/webhooks/{waiting['id']}/resend")

    assert (409, "IMPOSSIBLE", f"webhook {waiting['id']} is waiting: status is 404, expected 200") == refused
    assert 1 == len(receiver.requests)


def test_one_not_tried_yet_will_leave_by_itself(multisafepay: MultiSafepay, receiver: Receiver) -> None:
    multisafepay.choose_scenario("webhook-late")
    multisafepay.pay(payment_options=told(receiver.url()))
    waiting = multisafepay.webhooks()[0]

    refused = misuse(multisafepay, "POST", f"/webhooks/{waiting['id']}/resend")

    assert (409, "IMPOSSIBLE", f"webhook {waiting['id']} is waiting: it will leave by itself") == refused


def test_a_lost_webhook_can_be_sent_after_all(multisafepay: MultiSafepay, receiver: Receiver) -> None:
    receiver.text = "OK"
    multisafepay.choose_scenario("webhook-lost")
    multisafepay.pay(payment_options=told(receiver.url()))
    lost = multisafepay.webhooks(state="lost")
    before = len(receiver.requests)

    again = fine(multisafepay.control("POST", f"/webhooks/{lost[-1]['id']}/resend"))

    assert (2, 0, 1) == (len(lost), before, len(receiver.requests))
    assert ["scenario webhook-lost, rule 1: lost on the way"] * 2 == [each["why"] for each in lost]
    assert ("delivered", "") == (again["state"], again["why"])


def test_the_webhooks_of_one_world_are_not_those_of_another(app: Flask, shop: MultiSafepay) -> None:
    other = MultiSafepay(InProcess(app.test_client()), "other")
    message_id = shop.webhooks()[0]["id"]

    assert [] == other.webhooks()
    assert (404, "NOT_FOUND") == misuse(other, "GET", f"/webhooks/{message_id}")[:2]
    assert (404, "NOT_FOUND") == misuse(other, "POST", f"/webhooks/{message_id}/resend")[:2]
    assert 7 == len(shop.webhooks())


def test_the_state_shows_the_log_too(shop: MultiSafepay) -> None:
    assert 7 == fine(shop.control("GET", "/state"))["webhooks"]
    assert shop.webhooks()[::-1] == fine(shop.control("GET", "/state/webhooks"))


def test_a_reset_empties_the_log(shop: MultiSafepay) -> None:
    fine(shop.control("POST", "/reset"))

    assert [] == shop.webhooks()

"""Webhooks on their way: tries on the clock, what is kept of each, the circuit that opens, and sending again."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest

from mock_server.core.clock import parse_time
from tests.commercelayer import SEED_ORDER, CommerceLayer
from tests.klarna import fine
from tests.receiver import Receiver

TRIES = 11  # one and ten more
MOST_FAILURES = 30


@pytest.fixture
def shop(commercelayer: CommerceLayer) -> CommerceLayer:
    """In a world where it is noon until somebody moves the clock."""
    fine(commercelayer.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"}))
    return commercelayer


def told(shop: CommerceLayer, orders: int = 1) -> list[dict[str, Any]]:
    """So many new orders; the messages of them, tried once each, oldest first."""
    for _ in range(orders):
        shop.create("orders")
    shop.advance("0s")
    return shop.webhooks()[-orders:]


def callbacks(shop: CommerceLayer, path: str = "/event_callbacks") -> list[dict[str, Any]]:
    return [each["attributes"] for each in shop.listed(f"{path}?page[size]=25")]


def circuit(shop: CommerceLayer, hook: dict[str, Any]) -> tuple[str, int]:
    attributes = shop.read("webhooks", hook["id"])
    return attributes["circuit_state"], attributes["circuit_failure_count"]


def broken(shop: CommerceLayer, receiver: Receiver) -> dict[str, Any]:
    """A webhook whose circuit has opened; from now on its receiver is well."""
    hook = shop.listen(receiver.url(), "orders.create")
    receiver.answers(*[500] * MOST_FAILURES)
    told(shop, MOST_FAILURES)
    return hook


def resent(shop: CommerceLayer, message: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = fine(shop.control("POST", f"/webhooks/{message['id']}/resend"))
    return found


class TestTries:
    def test_there_are_ten_more_after_the_first_each_after_its_pause(
        self, shop: CommerceLayer, receiver: Receiver
    ) -> None:
        shop.listen(receiver.url(), "orders.create")
        receiver.answers(*[500] * 20)
        told(shop)

        fired = shop.advance("48h")

        (message,) = shop.webhooks()
        pauses = message["retry_after_s"]
        begun = parse_time("2026-11-20T12:00:00.000Z")
        due = [begun + timedelta(seconds=seconds) for seconds in accumulate([0, *pauses])]
        assert due == [parse_time(attempt["at"]) for attempt in message["attempts"]]
        assert due[1:] == [parse_time(each["at"]) for each in fired if each["what"] == "webhook"]
        assert [10, sorted(pauses), "failed", TRIES] == [
            len(pauses), pauses, message["state"], len(receiver.requests),
        ]  # fmt: skip

    def test_each_try_says_the_same(self, shop: CommerceLayer, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "orders.create")
        receiver.answers(*[500] * 20)
        (message,) = told(shop)
        shop.update("orders", message["about"]["order_id"], {"metadata": {"changed": True}})
        shop.advance("48h")

        said = {(each.text, each.headers["x-commercelayer-signature"]) for each in receiver.requests}

        assert {(message["body"], message["headers"]["X-CommerceLayer-Signature"])} == said

    def test_no_try_comes_before_its_time(self, shop: CommerceLayer, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "orders.create")
        receiver.answers(500)
        (message,) = told(shop)

        shop.advance(f"{message['retry_after_s'][0] - 1}s")
        early = len(receiver.requests)
        shop.advance("1s")

        assert (1, 2) == (early, len(receiver.requests))

    def test_a_receiver_has_five_seconds(self, shop: CommerceLayer, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "orders.create")

        (message,) = told(shop)

        assert 5 == message["timeout_s"]

    @pytest.mark.parametrize("status", [200, 201, 202, 204])
    def test_any_2xx_ends_it_whatever_is_said(self, shop: CommerceLayer, receiver: Receiver, status: int) -> None:
        receiver.text = "not today"
        shop.listen(receiver.url(), "orders.create")
        receiver.answers(status)

        told(shop)
        shop.advance("48h")

        assert ["delivered", 1] == [shop.webhooks()[0]["state"], len(receiver.requests)]

    @pytest.mark.parametrize("status", [301, 302, 400, 404, 500, 503])
    def test_nothing_else_does_and_a_redirect_is_not_followed(
        self, shop: CommerceLayer, receiver: Receiver, status: int
    ) -> None:
        shop.listen(receiver.url("/hook"), "orders.create")
        receiver.answers(status, Location=receiver.url("/login"))

        (message,) = told(shop)

        assert ["waiting", f"status is {status}, expected 2xx"] == [message["state"], message["why"]]
        assert ["/hook"] == [request.path for request in receiver.requests]


class TestCallbacks:
    def test_each_try_leaves_one(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url("/hook?shop=1"), "orders.create")
        receiver.answers(500, 404)
        told(shop)

        shop.advance("48h")

        kept = callbacks(shop)
        assert [("500", "Internal Server Error"), ("404", "Not Found"), ("200", "OK")] == [
            (each["response_code"], each["response_message"]) for each in kept
        ]
        assert [(receiver.url("/hook?shop=1"), receiver.requests[0].json)] * 3 == [
            (each["callback_url"], each["payload"]) for each in kept
        ]
        assert [attempt["at"] for attempt in shop.webhooks()[0]["attempts"]] == [each["created_at"] for each in kept]
        callback = shop.listed("/event_callbacks")[0]["id"]
        assert hook["id"] == shop.get(f"/event_callbacks/{callback}/webhook")["data"]["id"]

    def test_of_a_receiver_that_is_not_there_the_code_is_null(self, shop: CommerceLayer) -> None:
        with Receiver() as gone:
            shop.listen(gone.url(), "orders.create")

        told(shop)

        (kept,) = callbacks(shop)
        assert [None, "ConnectionError"] == [kept["response_code"], kept["response_message"].partition(":")[0]]

    def test_a_status_without_a_name_is_its_own_message(self, shop: CommerceLayer, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "orders.create")
        receiver.answers(599)

        told(shop)

        (kept,) = callbacks(shop)
        assert ("599", "599") == (kept["response_code"], kept["response_message"])

    def test_they_are_found_by_webhook_and_by_event(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "orders.place")
        other = shop.listen(receiver.url(), "orders.approve")
        shop.place()
        shop.pull("_approve")
        shop.advance("0s")
        events = {each["attributes"]["name"]: each["id"] for each in shop.listed(f"/orders/{SEED_ORDER}/events")}

        found = [
            shop.listed(f"{path}/last_event_callbacks")
            for path in (
                f"/webhooks/{hook['id']}", f"/events/{events['orders.place']}",
                f"/webhooks/{other['id']}", f"/events/{events['orders.approve']}",
            )
        ]  # fmt: skip

        placed, also_placed, approved, also_approved = [[each["id"] for each in page] for page in found]
        assert [placed, approved] == [also_placed, also_approved]
        assert {*placed, *approved} == {each["id"] for each in shop.listed("/event_callbacks")}
        assert [1, 1] == [len(placed), len(approved)]

    def test_they_can_be_included(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "orders.create")
        told(shop)

        document = shop.get(f"/webhooks/{hook['id']}?include=last_event_callbacks")

        (kept,) = document["included"]
        linkage = document["data"]["relationships"]["last_event_callbacks"]["data"]
        assert [{"type": "event_callbacks", "id": kept["id"]}] == linkage
        assert "200" == kept["attributes"]["response_code"]

    def test_nobody_makes_changes_or_deletes_one(self, shop: CommerceLayer, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "orders.create")
        told(shop)
        path = f"/event_callbacks/{shop.listed('/event_callbacks')[0]['id']}"

        statuses = [
            shop.send(method, where, {}).status
            for method, where in (("POST", "/event_callbacks"), ("PATCH", path), ("DELETE", path))
        ]

        assert [405, 405, 405] == statuses


class TestCircuit:
    def test_failures_in_a_row_are_counted(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "orders.create")
        receiver.answers(500, 404, 302)

        told(shop, 3)

        assert ("closed", 3) == circuit(shop, hook)

    def test_a_success_starts_the_count_anew(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "orders.create")
        receiver.answers(*[500] * (MOST_FAILURES - 1), 200, 500)

        told(shop, MOST_FAILURES + 1)

        assert ("closed", 1) == circuit(shop, hook)

    def test_the_thirtieth_opens_it(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "orders.create")
        receiver.answers(*[500] * 100)

        told(shop, MOST_FAILURES - 1)
        before = circuit(shop, hook)
        told(shop)

        assert [("closed", MOST_FAILURES - 1), ("open", MOST_FAILURES)] == [before, circuit(shop, hook)]

    def test_retries_count_too(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "orders.create")
        receiver.answers(*[500] * 100)
        told(shop, 3)

        shop.advance("48h")

        assert [("open", MOST_FAILURES), MOST_FAILURES] == [circuit(shop, hook), len(receiver.requests)]

    def test_what_waits_for_its_next_try_is_withheld(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = broken(shop, receiver)

        shop.advance("48h")

        why = f"the circuit of webhook {hook['id']} is open after 30 failures; _reset_circuit closes it"
        assert {("failed", why, 1)} == {(each["state"], each["why"], len(each["attempts"])) for each in shop.webhooks()}
        assert MOST_FAILURES == len(receiver.requests)

    def test_what_happens_later_is_not_told(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = broken(shop, receiver)
        shop.advance("48h")

        (message,) = told(shop)

        assert ["failed", [], MOST_FAILURES] == [message["state"], message["attempts"], len(receiver.requests)]
        assert MOST_FAILURES == len({each["created_at"] + each["id"] for each in _all_callbacks(shop, hook)})

    def test_other_webhooks_go_on(self, shop: CommerceLayer, receiver: Receiver) -> None:
        broken(shop, receiver)
        with Receiver() as well:
            other = shop.listen(well.url(), "orders.create")
            told(shop)

        assert [1, ("closed", 0)] == [len(well.requests), circuit(shop, other)]

    def test_reset_circuit_closes_it(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = broken(shop, receiver)
        shop.advance("48h")

        answer = shop.update("webhooks", hook["id"], {"_reset_circuit": True})
        (message,) = told(shop)

        assert ["closed", 0, "delivered"] == [
            answer["circuit_state"], answer["circuit_failure_count"], message["state"],
        ]  # fmt: skip

    def test_a_false_reset_does_nothing(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = broken(shop, receiver)

        shop.update("webhooks", hook["id"], {"_reset_circuit": False})

        assert ("open", MOST_FAILURES) == circuit(shop, hook)

    def test_after_a_reset_retries_that_were_not_due_yet_go_on(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = broken(shop, receiver)
        shop.update("webhooks", hook["id"], {"_reset_circuit": True})

        shop.advance("48h")

        assert {"delivered"} == {each["state"] for each in shop.webhooks()}


def _all_callbacks(shop: CommerceLayer, hook: dict[str, Any]) -> list[dict[str, Any]]:
    pages = [shop.listed(f"/webhooks/{hook['id']}/last_event_callbacks?page[number]={n}&page[size]=25") for n in (1, 2)]
    return [{"id": each["id"], **each["attributes"]} for page in pages for each in page]


class TestSendingAgain:
    def test_what_failed_is_sent_once_more_and_kept(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "orders.create")
        receiver.answers(*[500] * TRIES)
        (message,) = told(shop)
        shop.advance("48h")

        again = resent(shop, message)

        assert ["delivered", TRIES + 1, ("closed", 0)] == [again["state"], len(again["attempts"]), circuit(shop, hook)]
        assert ["500"] * TRIES + ["200"] == [each["response_code"] for each in callbacks(shop)]

    def test_what_was_delivered_too(self, shop: CommerceLayer, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "orders.create")
        (message,) = told(shop)

        resent(shop, message)

        first, second = receiver.requests
        assert [first.text, 2] == [second.text, len(callbacks(shop))]

    def test_with_an_open_circuit_it_is_withheld_and_after_a_reset_it_arrives(
        self, shop: CommerceLayer, receiver: Receiver
    ) -> None:
        hook = broken(shop, receiver)
        shop.advance("48h")
        (message,) = told(shop)

        withheld = resent(shop, message)
        shop.update("webhooks", hook["id"], {"_reset_circuit": True})
        sent = resent(shop, message)

        assert ["failed", [], "delivered"] == [withheld["state"], withheld["attempts"], sent["state"]]
        assert message["body"] == receiver.requests[-1].text

    def test_what_may_not_leave_cannot_be(self, shop: CommerceLayer) -> None:
        shop.listen("https://www.example.com/hook", "orders.create")
        (message,) = told(shop)

        answer = shop.control("POST", f"/webhooks/{message['id']}/resend")

        assert 409 == answer.status


class TestDeletedWebhook:
    def test_its_retries_are_withheld(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "orders.create")
        receiver.answers(500)
        told(shop)
        shop.send("DELETE", f"/webhooks/{hook['id']}")

        shop.advance("48h")

        (message,) = shop.webhooks()
        assert ["failed", f"webhook {hook['id']} was deleted", 1] == [
            message["state"], message["why"], len(receiver.requests),
        ]  # fmt: skip

    def test_its_callbacks_stay_and_lead_to_no_webhook(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "orders.create")
        told(shop)

        shop.send("DELETE", f"/webhooks/{hook['id']}")

        (kept,) = shop.listed("/event_callbacks")
        assert {"data": None} == shop.get(f"/event_callbacks/{kept['id']}/webhook")

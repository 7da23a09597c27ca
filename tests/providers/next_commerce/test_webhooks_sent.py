"""Webhooks on their way: the envelope, its signature, retries on the clock, and when a webhook is given up."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest

from mock_server.core.clock import parse_time
from mock_server.providers.next_commerce.webhooks import RETRIES_S, signature
from tests.next_commerce import NextCommerce, order_of
from tests.receiver import Received, Receiver

SECRET = "whsec_example"
TRIES = 11  # one and ten more
# a text as Python writes it, and what OpenSSL makes of it with the secret
SAMPLE = '{"object": "customer", "data": {"first_name": "J\\u00f6rg", "total_spent": "0.00"}, "event_type": "x"}'
SIGNED = "6b66b5877a30614fd35722760a1f54b0b81acfc96751883d2a526690bf59709f"


def told(shop: NextCommerce, **fields: Any) -> dict[str, Any]:
    """A new customer; the message of them, tried once."""
    number = len(shop.results("/users/"))
    shop.post("/users/", {"email": f"user-{number}@shop.test", **fields})
    shop.advance("0s")
    return shop.webhooks()[-1]


def hook_in(shop: NextCommerce) -> dict[str, Any]:
    """The webhook as the store keeps it."""
    (hook,) = shop.state("webhooks")
    return hook


def as_published(request: Received) -> list[str]:
    """What each of the two published ways of checking makes of a delivery."""
    texts = (request.text, json.dumps(json.loads(request.text)))
    return [hmac.new(SECRET.encode(), text.encode(), "sha256").hexdigest() for text in texts]


class TestEnvelope:
    def test_it_names_event_object_webhook_and_version(self, shop: NextCommerce, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "customer.created", "customer.updated")

        told(shop, first_name="Bo")

        (request,) = receiver.requests
        about = {"id": hook["id"], "store": "demo", "events": hook["events"], "target": receiver.url()}
        assert ["api_version", "object", "data", "event_id", "event_type", "webhook"] == list(request.json)
        assert ("2024-04-01", "customer", "customer.created", about) == tuple(
            request.json[name] for name in ("api_version", "object", "event_type", "webhook")
        )
        assert ("POST", "application/json") == (request.method, request.headers["content-type"])

    def test_the_data_is_what_the_api_shows(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created")

        told(shop, first_name="Bo", addresses=[{"line1": "1 Pier", "line4": "Porto", "country": "PT"}])

        data = receiver.requests[0].json["data"]
        assert data == shop.get(f"/users/{data['id']}/")

    @pytest.mark.parametrize(("version", "shown"), [(None, True), ("2024-04-01", True), ("2023-02-10", False)])
    def test_an_order_comes_in_the_form_of_the_webhooks_version(
        self, shop: NextCommerce, receiver: Receiver, version: str | None, shown: bool
    ) -> None:
        shop.listen(receiver.url(), "order.created", api_version=version)

        shop.buy("card_token")
        shop.advance("0s")

        (request,) = receiver.requests
        assert (version or "2024-04-01", shown) == (
            request.json["api_version"], "total_outstanding" in request.json["data"]
        )  # fmt: skip

    def test_only_those_who_listen_are_told(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url("/orders"), "order.created")
        shop.listen(receiver.url("/off"), "customer.created", active=False)
        shop.listen(receiver.url("/customers"), "customer.created")

        told(shop)

        assert ["/customers"] == [request.path for request in receiver.requests]


class TestSignature:
    def test_it_is_the_hash_of_the_body_with_the_secret(self) -> None:
        assert SIGNED == signature(SECRET, SAMPLE)

    def test_both_published_ways_of_checking_pass(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created", secret_key=SECRET)

        told(shop, first_name="Jörg 🚲", metadata={"rate": 0.1, "list": [1, {"ß": None}]})

        (request,) = receiver.requests
        assert [request.headers["x-29next-signature"]] * 2 == as_published(request)
        assert ("Jörg 🚲", True) == (request.json["data"]["first_name"], request.text.isascii())

    def test_half_a_character_does_not_break_it(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created", secret_key=SECRET)

        told(shop, metadata={"half": "\ud83d"})

        (request,) = receiver.requests
        assert [request.headers["x-29next-signature"]] * 2 == as_published(request)

    def test_without_a_secret_nothing_is_signed(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created", secret_key=None)

        told(shop)

        assert "x-29next-signature" not in receiver.requests[0].headers


class TestTries:
    def test_there_are_ten_more_each_after_twice_the_pause_then_it_is_given_up(
        self, shop: NextCommerce, receiver: Receiver
    ) -> None:
        shop.listen(receiver.url(), "customer.created")
        receiver.answers(*[500] * 20)
        told(shop)

        fired = shop.advance("10d")

        (message,) = shop.webhooks()
        begun = parse_time("2026-11-20T17:00:00.000Z")
        due = [begun + timedelta(seconds=seconds) for seconds in accumulate([0, *RETRIES_S])]
        assert due == [parse_time(attempt["at"]) for attempt in message["attempts"]]
        assert due[1:] == [parse_time(each["at"]) for each in fired if each["what"] == "webhook"]
        assert ("failed", TRIES, TRIES) == (message["state"], len(due), len(receiver.requests))
        assert [2.0] * 9 == [later / sooner for sooner, later in zip(RETRIES_S, RETRIES_S[1:], strict=False)]
        assert timedelta(days=2) < due[-1] - due[0] < timedelta(days=7)
        hook = hook_in(shop)
        assert (False, f"{TRIES} attempts failed", None) == (
            hook["active"], hook["why_inactive"], hook["next_check_at"]
        )  # fmt: skip

    def test_each_try_says_the_same_with_the_same_event_id(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created")
        receiver.answers(*[500] * 20)
        message = told(shop)
        shop.send("PATCH", f"/users/{json.loads(message['body'])['data']['id']}/", {"first_name": "Changed"})
        shop.advance("10d")

        said = {(each.text, each.headers["x-29next-signature"]) for each in receiver.requests}

        assert {(message["body"], message["headers"]["X-29Next-Signature"])} == said

    def test_two_events_have_two_ids(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created")

        ids = {json.loads(told(shop)["body"])["event_id"] for _ in range(3)}

        assert 3 == len(ids)

    def test_failures_are_counted_and_the_next_check_is_told(self, shop: NextCommerce, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "customer.created")
        receiver.answers(500, 500)
        told(shop)

        first = shop.get(f"/webhooks/{hook['id']}/")
        shop.advance("5m")
        second = shop.get(f"/webhooks/{hook['id']}/")

        assert (1, "2026-11-20T12:05:00-05:00") == (first["warning_count"], first["next_check_date"])
        assert (2, "2026-11-20T12:15:00-05:00") == (second["warning_count"], second["next_check_date"])

    def test_a_success_ends_it_and_forgets_the_failures(self, shop: NextCommerce, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "customer.created")
        receiver.answers(500, 500)
        told(shop)

        shop.advance("10d")

        (message,) = shop.webhooks()
        after = shop.get(f"/webhooks/{hook['id']}/")
        assert ("delivered", 3) == (message["state"], len(message["attempts"]))
        assert (True, 0, None) == (after["active"], after["warning_count"], after["next_check_date"])

    def test_no_try_comes_before_its_time(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created")
        receiver.answers(500)
        told(shop)

        shop.advance("299s")
        early = len(receiver.requests)
        shop.advance("1s")

        assert (1, 2) == (early, len(receiver.requests))

    @pytest.mark.parametrize("status", [201, 204, 302, 400, 404, 503])
    def test_nothing_but_200_acknowledges(self, shop: NextCommerce, receiver: Receiver, status: int) -> None:
        shop.listen(receiver.url("/hook"), "customer.created")
        receiver.answers(status, Location=receiver.url("/login"))

        message = told(shop)

        assert ("waiting", f"status is {status}, expected 200") == (message["state"], message["why"])
        assert ["/hook"] == [request.path for request in receiver.requests]

    def test_a_receiver_has_twenty_seconds(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created")

        assert 20 == told(shop)["timeout_s"]


class TestGivenUp:
    def test_410_switches_it_off_at_once(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created")
        receiver.answers(410)
        told(shop)

        shop.advance("10d")
        told(shop)

        hook = hook_in(shop)
        assert (False, 1, None, "its target answered 410") == tuple(
            hook[name] for name in ("active", "warning_count", "next_check_at", "why_inactive")
        )
        (message,) = shop.webhooks()
        assert ("failed", 1) == (message["state"], len(receiver.requests))
        assert "its target answered 410" in message["why"]

    def test_one_that_is_deleted_withholds_what_waits(self, shop: NextCommerce, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "customer.created")
        receiver.answers(500)
        told(shop)

        shop.send("DELETE", f"/webhooks/{hook['id']}/")
        shop.advance("10d")

        (message,) = shop.webhooks()
        assert ("failed", f"webhook {hook['id']} was deleted", 1) == (
            message["state"], message["why"], len(receiver.requests)
        )  # fmt: skip

    def test_one_that_is_switched_off_does_too(self, shop: NextCommerce, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "customer.created")
        receiver.answers(500)
        told(shop)

        shop.send("PATCH", f"/webhooks/{hook['id']}/", {"active": False})
        shop.advance("10d")

        (message,) = shop.webhooks()
        assert (f"webhook {hook['id']} is not active: switched off", 1) == (message["why"], len(receiver.requests))

    def test_a_message_sent_again_by_hand_does_not_switch_it_off(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created")
        message = told(shop)
        receiver.answers(500)

        shop.control("POST", f"/webhooks/{message['id']}/resend")
        shop.advance("0s")

        hook = hook_in(shop)
        assert (True, 1, None) == (hook["active"], hook["warning_count"], hook["next_check_at"])


class TestCustomers:
    def test_who_is_told_of_a_customer(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created", "customer.updated")
        told(shop)
        user = shop.results("/users/")[0]["id"]
        address = {"line1": "1 Pier", "line4": "Porto", "country": "PT"}

        shop.send("PATCH", f"/users/{user}/", {"first_name": "Bo"})
        added = shop.post(f"/users/{user}/addresses/", address)
        shop.send("PUT", f"/users/{user}/addresses/{added['id']}/", {**address, "line1": "2 Pier"})
        shop.send("DELETE", f"/users/{user}/addresses/{added['id']}/")
        shop.post(f"/users/{user}/notes/", {"message": "of no interest"})
        shop.advance("0s")

        assert ["customer.created", *["customer.updated"] * 4] == shop.told()
        lines = [[each["line1"] for each in request.json["data"]["addresses"]] for request in receiver.requests]
        assert [[], [], ["1 Pier"], ["2 Pier"], []] == lines

    def test_a_refused_customer_is_nobodys_news(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created", "customer.updated")

        shop.refusal("POST", "/users/", {"email": "ADA@example.com"})
        shop.refusal("POST", "/users/", {"email": "nobody"})

        assert [] == shop.told()


class TestScenarios:
    def test_late(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created")
        shop.choose_scenario("webhook-late")
        told(shop)

        shop.advance("29m")
        early = len(receiver.requests)
        shop.advance("1m")

        assert (0, 1) == (early, len(receiver.requests))

    def test_lost(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created")
        shop.choose_scenario("webhook-lost")

        message = told(shop)

        assert ("lost", 0) == (message["state"], len(receiver.requests))

    def test_twice_with_one_event_id(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created")
        shop.choose_scenario("webhook-twice")

        told(shop)

        first, second = receiver.requests
        assert first.text == second.text

    def test_never_acknowledged(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "customer.created")
        shop.choose_scenario("webhook-never-acknowledged")
        told(shop)

        shop.advance("10d")

        assert (TRIES, False) == (len(receiver.requests), hook_in(shop)["active"])

    def test_before_the_shopper_comes_back(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "order.created")
        shop.choose_scenario("webhook-before-redirect")
        payment = shop.start()

        number = shop.complete(payment)["order"]["number"]

        assert [number] == [request.json["data"]["number"] for request in receiver.requests]

    def test_a_rule_may_look_at_what_is_told(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "order.created", "order.updated")
        match = {"body.event_type": "order.updated", "purchase.user.email": "jane@shop.test"}
        shop.add_rule("next_commerce.webhooks.deliver", {"outcome": "lost"}, match=match)

        shop.post("/orders/", order_of("card_token"))
        shop.advance("0s")

        assert ["order.created"] == [request.json["event_type"] for request in receiver.requests]

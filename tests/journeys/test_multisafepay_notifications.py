"""A shop hears of its MultiSafepay orders over real sockets, and answers well or badly."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.multisafepay import PERSON, MultiSafepay, told_at
from tests.receiver import Received, Receiver

NOON_S = 1795176000  # 2026-11-20T12:00:00Z
QUARTER_S = 15 * 60


def query(request: Received) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.path).query))


def is_signed(request: Received, api_key: str) -> bool:
    """As a shop checks it: the second of the URL, and the digest of that and the raw body."""
    seconds, _, digest = b64decode(request.headers["auth"]).decode().partition(":")
    expected = hmac.new(api_key.encode(), f"{seconds}:{request.text}".encode(), "sha512").hexdigest()
    return (query(request)["timestamp"], expected) == (seconds, digest)


def unopened(shop: MultiSafepay, url: str) -> dict[str, Any]:
    """The log's entry of an order's one notification: its link was cancelled before it was opened."""
    shop.create(**told_at(url))
    shop.data("PATCH", "/orders/ON-1", {"status": "cancelled"})
    shop.advance("0s")
    (message,) = shop.webhooks()
    return message


class TestForms:
    def test_by_post_the_signed_order_comes(self, shop: MultiSafepay, receiver: Receiver) -> None:
        shop.pay(**told_at(receiver.url("/hook")))
        shop.advance("0s")

        _, request = receiver.wait_for(2)
        assert ("POST", f"/hook?transactionid=ON-1&timestamp={NOON_S}") == (request.method, request.path)
        assert "application/json" == request.headers["content-type"]
        assert is_signed(request, shop.api_key)
        assert shop.read() == request.json

    def test_the_body_is_compact_and_no_letter_is_escaped(self, shop: MultiSafepay, receiver: Receiver) -> None:
        customer = {**PERSON, "first_name": "Zoë", "last_name": "茶壺", "locale": "nl_NL"}
        shop.pay(description="Tea/Kettle ½", customer=customer, **told_at(receiver.url()))
        shop.advance("0s")

        text = receiver.wait_for(2)[1].text

        assert json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False) == text
        assert all(word in text for word in ("Zoë", "茶壺", "Tea/Kettle ½"))
        assert is_signed(receiver.requests[1], shop.api_key)

    @pytest.mark.parametrize("method", [{"notification_method": "GET"}, {}])
    def test_by_get_only_the_id_comes(self, shop: MultiSafepay, receiver: Receiver, method: dict[str, str]) -> None:
        shop.pay("ON/1 é", payment_options={"notification_url": receiver.url("/hook?a=b"), **method})
        shop.advance("0s")

        request = receiver.wait_for(2)[1]

        path = f"/hook?a=b&transactionid=ON%2F1%20%C3%A9&timestamp={NOON_S}"
        assert ("GET", path, "") == (request.method, request.path, request.text)
        assert not {"auth", "content-type", "content-length"} & set(request.headers)

    @pytest.mark.parametrize(
        ("path", "start"), [("/h?", "/h?"), ("/h?a=1", "/h?a=1&"), ("/h#top", "/h?"), ("/h?a=1#top", "/h?a=1&")]
    )
    def test_the_url_is_joined(self, shop: MultiSafepay, receiver: Receiver, path: str, start: str) -> None:
        unopened(shop, receiver.url(path))

        (request,) = receiver.requests
        assert f"{start}transactionid=ON-1&timestamp={NOON_S}&payload_type=pretransaction" == request.path

    def test_a_key_signs_its_own_orders_only(self, shop: MultiSafepay, receiver: Receiver) -> None:
        first, second = shop.api_key, f"another_world-{shop.world}"
        for order_id, key in (("A", first), ("B", second)):
            shop.api_key = key
            shop.pay(order_id, **told_at(receiver.url()))
        shop.advance("0s")

        signed = {
            (query(request)["transactionid"], key)
            for request in receiver.wait_for(4)
            for key in (first, second)
            if is_signed(request, key)
        }
        assert {("A", first), ("B", second)} == signed


class TestAcknowledgement:
    @pytest.mark.parametrize(
        "text", ["OK", "ok", '"OK"', "MULTISAFEPAY_OK", "." * 98 + "OK", "茶" * 98 + "ok", "OK\n" + "x" * 5000]
    )
    def test_an_ok_in_the_first_hundred_characters_ends_it(
        self, shop: MultiSafepay, receiver: Receiver, text: str
    ) -> None:
        receiver.text = text
        unopened(shop, receiver.url())

        shop.advance("2h")

        (message,) = shop.webhooks()
        assert ("delivered", "", 1) == (message["state"], message["why"], len(receiver.requests))

    @pytest.mark.parametrize(
        ("status", "text", "why"),
        [
            (201, "OK", "status is 201, expected 200"),
            (204, "", "status is 204, expected 200"),
            (302, "OK", "status is 302, expected 200"),
            (404, "OK", "status is 404, expected 200"),
            (500, "MULTISAFEPAY_OK", "status is 500, expected 200"),
            (200, "", "OK or MULTISAFEPAY_OK is expected in the first 100 characters, which are ''"),
            (200, "." * 99 + "OK", f"OK or MULTISAFEPAY_OK is expected in the first 100 characters, which are"
                                   f" {'.' * 99 + 'O'!r}"),
        ],
    )  # fmt: skip
    def test_nothing_else_does_and_the_log_says_why(
        self, shop: MultiSafepay, receiver: Receiver, status: int, text: str, why: str
    ) -> None:
        receiver.text = text
        receiver.answers(*[status] * 4)

        message = unopened(shop, receiver.url())

        assert ("waiting", why) == (message["state"], message["why"])
        assert [(status, text, why)] == [(each["status"], each["answer"], each["why"]) for each in message["attempts"]]

    def test_a_redirect_is_not_followed(self, shop: MultiSafepay, receiver: Receiver) -> None:
        receiver.answers(302, Location=receiver.url("/login"))

        message = unopened(shop, receiver.url("/hook"))

        assert (["/hook"], "waiting") == (
            [urlsplit(request.path).path for request in receiver.requests], message["state"],
        )  # fmt: skip

    def test_a_receiver_that_is_not_there_is_tried_again(self, shop: MultiSafepay) -> None:
        with Receiver() as gone:
            url = gone.url()

        message = unopened(shop, url)

        assert ("waiting", True) == (message["state"], message["why"].startswith("ConnectionError: "))


class TestRetries:
    def test_three_more_tries_come_15_minutes_apart_each_signed_anew(
        self, shop: MultiSafepay, receiver: Receiver
    ) -> None:
        receiver.text = "not today"
        unopened(shop, receiver.url())

        fired = shop.advance("24h")

        requests = receiver.requests
        assert [str(NOON_S + number * QUARTER_S) for number in range(4)] == [
            query(request)["timestamp"] for request in requests
        ]
        assert (4, True) == (
            len({request.headers["auth"] for request in requests}),
            all(is_signed(request, shop.api_key) for request in requests),
        )
        assert 1 == len({request.text for request in requests})
        assert [("12:15", "waiting"), ("12:30", "waiting"), ("12:45", "failed")] == [
            (each["at"][11:16], each["state"]) for each in fired if each["what"] == "webhook"
        ]

    def test_no_try_comes_before_its_time(self, shop: MultiSafepay, receiver: Receiver) -> None:
        receiver.answers(500)
        unopened(shop, receiver.url())

        shop.advance("14m59s")
        early = len(receiver.requests)
        shop.advance("1s")

        assert (1, 2) == (early, len(receiver.requests))

    def test_the_try_that_is_acknowledged_is_the_last(self, shop: MultiSafepay, receiver: Receiver) -> None:
        receiver.answers(500, 404)
        unopened(shop, receiver.url())

        shop.advance("24h")

        (message,) = shop.webhooks()
        assert ("delivered", [500, 404, 200]) == (
            message["state"], [attempt["status"] for attempt in message["attempts"]],
        )  # fmt: skip


class TestElsewhere:
    @pytest.mark.parametrize("url", ["https://www.example.com/hook?type=notification", "http://8.8.8.8/hook"])
    def test_a_far_host_is_shown_and_never_called(self, shop: MultiSafepay, url: str) -> None:
        shop.pay(**told_at(url))

        fired = shop.advance("2h")

        host = urlsplit(url).hostname
        why = f"{host} is neither loopback, private nor a one-word name; allow it with --webhook-allow {host}"
        assert [("held", why, [], url)] * 2 == [
            (each["state"], each["why"], each["attempts"], each["url"]) for each in shop.webhooks()
        ]
        assert [] == [each for each in fired if each["what"] == "webhook"]

    @pytest.mark.parametrize("text", ["Zoë 茶", "Jo😀", "J\u2028o", "J\u00a0o", "</script>", "J\\u00e9", 'J"o'])
    def test_letters_of_all_kinds_are_signed_as_they_are_sent(
        self, shop: MultiSafepay, receiver: Receiver, text: str
    ) -> None:
        shop.pay(customer={**PERSON, "first_name": text, "locale": "nl_NL"}, **told_at(receiver.url()))
        shop.advance("0s")

        request = receiver.wait_for(2)[1]
        assert (text, True) == (request.json["customer"]["first_name"], is_signed(request, shop.api_key))

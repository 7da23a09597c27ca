"""Notifications, piece by piece: the signature, the URL, and what acknowledges one."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

import pytest

from mock_server.core.store import MemoryStore
from mock_server.providers.multisafepay.webhooks import joined, signature, stamp, why_unacknowledged

from .vectors import VECTORS, Vector

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class TestSignature:
    @pytest.mark.parametrize("vector", VECTORS)
    def test_it_is_the_one_published(self, vector: Vector) -> None:
        found = b64decode(signature(vector.api_key, vector.seconds, vector.body)).decode()

        assert f"{vector.seconds}:{vector.digest}" == found

    def test_blanks_around_a_key_do_not_count(self) -> None:
        assert signature("key", "1", "{}") == signature(" key\n", "1", "{}")

    def test_letters_are_signed_as_they_are_sent(self) -> None:
        assert signature("key", "1", '"é茶"') == signature("key", "1", b'"\xc3\xa9\xe8\x8c\xb6"'.decode())
        assert signature("key", "1", '"é"') != signature("key", "1", '"\\u00e9"')


class TestStamp:
    def _message(self, **fields: Any) -> dict[str, Any]:
        return {
            "method": "POST", "url": "http://shop/hook", "headers": {"User-Agent": "x"}, "body": "{}",
            "about": {"transactionid": "ON/1 ä", "site": "mine"}, **fields,
        }  # fmt: skip

    @pytest.fixture
    def store(self) -> MemoryStore:
        store = MemoryStore()
        store.put("multisafepay_sites", "mine", {"api_key": "key"})
        return store

    def test_a_post_is_json_and_signed_with_the_websites_key(self, store: MemoryStore) -> None:
        stamped = stamp(store, self._message(), NOON)

        auth = signature("key", "1795176000", "{}")
        assert {"User-Agent": "x", "Content-Type": "application/json", "Auth": auth} == stamped["headers"]

    def test_a_get_is_neither(self, store: MemoryStore) -> None:
        stamped = stamp(store, self._message(method="GET", body=""), NOON)

        assert {"User-Agent": "x"} == stamped["headers"]

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_the_url_names_order_and_second(self, store: MemoryStore, method: str) -> None:
        stamped = stamp(store, self._message(method=method), NOON)

        assert "http://shop/hook?transactionid=ON%2F1%20%C3%A4&timestamp=1795176000" == stamped["url"]

    def test_the_url_names_what_is_no_transaction_yet(self, store: MemoryStore) -> None:
        about = {"transactionid": "1", "site": "mine", "payload_type": "pretransaction"}

        stamped = stamp(store, self._message(about=about), NOON)

        assert stamped["url"].endswith("?transactionid=1&timestamp=1795176000&payload_type=pretransaction")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://shop/hook", "http://shop/hook?a=1"),
        ("http://shop", "http://shop?a=1"),
        ("http://shop/hook?", "http://shop/hook?a=1"),
        ("http://shop/hook?invoice=8", "http://shop/hook?invoice=8&a=1"),
        ("http://shop/hook?invoice=8&", "http://shop/hook?invoice=8&a=1"),
        ("http://shop/hook#top", "http://shop/hook?a=1#top"),
        ("http://shop/hook?invoice=8#top", "http://shop/hook?invoice=8&a=1#top"),
        ("http://shop/hook#top?not=query", "http://shop/hook?a=1#top?not=query"),
        ("http://shop/?x=http://other/?y=1", "http://shop/?x=http://other/?y=1&a=1"),
    ],
)
def test_parameters_join_a_url(url: str, expected: str) -> None:
    assert expected == joined(url, {"a": "1"})


def test_parameters_are_escaped() -> None:
    assert "http://shop?id=a%26b%3Dc%23d%2Fe%20f%2B%C3%A9" == joined("http://shop", {"id": "a&b=c#d/e f+é"})


class TestAcknowledgement:
    @pytest.mark.parametrize(
        "text",
        [
            "OK", "ok", "Ok", '"OK"', "MULTISAFEPAY_OK", "multisafepay_ok", "OK\n", "  OK", "\ufeffOK", "<p>OK</p>",
            "." * 98 + "OK", "茶" * 98 + "OK", "." * 85 + "MULTISAFEPAY_OK", "x" * 98 + "OK",
            "OK" + "x" * 900, "status=ok;",
        ],
    )  # fmt: skip
    def test_it_is_a_200_that_says_ok_early(self, text: str) -> None:
        assert "" == why_unacknowledged(200, text)

    @pytest.mark.parametrize(
        "text",
        [
            "", "ng: unknown", "O K", "done", "true", "{}", "0K", "." * 99 + "OK", "." * 100 + "MULTISAFEPAY_OK",
            "ng: token expired", "NG: look here", "ng:OK",
        ],
    )
    def test_a_200_that_does_not_is_none(self, text: str) -> None:
        why = f"OK or MULTISAFEPAY_OK is expected in the first 100 characters, which are {text[:100]!r}"
        assert why == why_unacknowledged(200, text)

    @pytest.mark.parametrize("status", [201, 202, 204, 301, 302, 307, 400, 401, 403, 404, 500, 503])
    def test_nothing_but_a_200_is_one(self, status: int) -> None:
        assert f"status is {status}, expected 200" == why_unacknowledged(status, "OK")

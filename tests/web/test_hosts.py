"""The address that this server hands out is the one it was called by, if that is one at all."""

from __future__ import annotations

import pytest

from tests.multisafepay import order_of

from .conftest import Client

KEY = {"api_key": "_world-default".rjust(40, "0")}
HOSTS = [
    "shop.test", "shop.test:8080", "shop", "my-shop-1", "127.0.0.1:8080", "[::1]:8080", "[::1]", "a.b.",
]  # fmt: skip
NO_HOSTS = [
    'evil"><script>', "..", ".", "a..b", ".a", "a b", "a/b", "a?b", "a#b", "a@b", "a\\b", "a:b", "a:", ":80", "a:1:2",
    "[", "[]", "[::1", "a:123456", "<b>", "a;b", "a%2fb", "%", "'",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_in_the_urls(client: Client, host: str) -> None:
    answer = client.call("POST", "/v1/json/orders", order_of(), headers=KEY | {"Host": host})

    assert answer.get_json()["data"]["payment_url"].startswith(f"http://{host}/connect/")


@pytest.mark.parametrize("host", ["", *NO_HOSTS])
def test_what_is_no_host_is_not_in_the_urls(client: Client, host: str) -> None:
    answer = client.call("POST", "/v1/json/orders", order_of(), headers=KEY | {"Host": host})

    assert (200, "application/json") == (answer.status_code, answer.headers["Content-Type"])
    assert answer.get_json()["data"]["payment_url"].startswith("http://localhost/connect/")


@pytest.mark.parametrize("host", NO_HOSTS)
def test_no_page_says_it(client: Client, host: str) -> None:
    page = client.call("POST", "/v1/json/orders", order_of(), headers=KEY | {"Host": host}).get_json()["data"]

    answer = client.call("GET", page["payment_url"], headers={"Host": host})

    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])
    assert 'action="http://localhost/connect/' in answer.text


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/json/nowhere", 404), ("/payments/v1/x", 404), ("/_mock/health", 200)]
)
@pytest.mark.parametrize("host", ["", "..", 'evil"><script>'])
def test_nobody_is_answered_with_html(client: Client, path: str, status: int, host: str) -> None:
    answer = client.call("GET", path, headers=KEY | {"Host": host})

    assert (status, "application/json") == (answer.status_code, answer.headers["Content-Type"])

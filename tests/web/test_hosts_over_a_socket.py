"""Host headers over a real socket: names that docker gives, and what is no name at all."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from tests.multisafepay import order_of
from tests.web.conftest import Socket


def _ordered(wire: Socket, host: bytes) -> str:
    """The payment_url that a client which names the host so is answered with."""
    body = json.dumps(order_of()).encode()
    head = b"POST /v1/json/orders HTTP/1.1\r\nHost: %b\r\napi_key: key\r\nConnection: close\r\n" % host
    headers, _, text = wire.raw(head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)).partition(b"\r\n\r\n")
    assert headers.startswith(b"HTTP/1.1 200 OK")
    return str(json.loads(text)["data"]["payment_url"])


@pytest.mark.parametrize("host", [b"", b"..", b'evil"><script>', b"a/b", b"\xe9", b"[::1"])
def test_the_servers_own_address_takes_the_place_of_no_host(wire: Socket, host: bytes) -> None:
    url = urlsplit(_ordered(wire, host))

    assert ("127.0.0.1", wire.port) == (url.hostname, url.port)


@pytest.mark.parametrize("host", [b"my_shop-1", b"klarna_mock:8080", b"shop.test", b"[::1]:8080"])
def test_a_host_is_in_the_urls_as_the_client_named_it(wire: Socket, host: bytes) -> None:
    assert _ordered(wire, host).startswith(f"http://{host.decode()}/connect/")


def test_the_server_header_does_not_tell_the_address(wire: Socket) -> None:
    answer = wire.raw(b"GET /v1/json/gateways HTTP/1.0\r\napi_key: key\r\n\r\n")

    assert b"\r\nServer: Cheroot/" in answer


def test_a_call_without_a_host_is_answered_too(wire: Socket) -> None:
    """HTTP/1.0 knows none."""
    answer = wire.raw(b"GET /v1/json/gateways HTTP/1.0\r\napi_key: key\r\n\r\n")

    assert b" 200 OK\r\n" in answer

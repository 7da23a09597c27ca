"""The preload for Node: which calls of fetch come here, and that they come whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients.node import need_node, run_node, write_preload
from tests.receiver import Received, Receiver

need_node()

CALL = "https://acme.commercelayer.io/api/orders/a%2Fb?page%5Bsize%5D=2&sort=-code#part"
SHOW = "const show = (value) => console.log(JSON.stringify(value))\n"


@pytest.fixture(scope="module")
def preload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_preload(tmp_path_factory.mktemp("preload"))


def _run(preload: Path, server: str, script: str) -> Any:
    """What a script shows, of an application that knows nothing of us."""
    done = run_node(["--import", preload.as_uri(), "--input-type=module", "-"], server, SHOW + script)
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout) if done.stdout else None


def _only(receiver: Receiver) -> Received:
    (request,) = receiver.requests
    return request


@pytest.mark.parametrize("host", ["acme.commercelayer.io", "auth.commercelayer.io", "a.b.commercelayer.co"])
@pytest.mark.parametrize("given", ["'{}'", "new URL('{}')", "new Request('{}')"])
def test_calls_to_a_vendors_host_come_here(preload: Path, receiver: Receiver, host: str, given: str) -> None:
    url = CALL.replace("acme.commercelayer.io", host)

    shown = _run(preload, receiver.url(""), f"show(await (await fetch({given.format(url)})).text())")

    request = _only(receiver)
    assert ["OK", "GET", "/api/orders/a%2Fb?page%5Bsize%5D=2&sort=-code"] == [shown, request.method, request.path]
    assert [host, receiver.url("")] == [request.headers["x-forwarded-host"], f"http://{request.headers['host']}"]


@pytest.mark.parametrize(
    "url",
    [
        "https://commercelayer.io/",
        "https://acme.commercelayer.io.shop.test/",
        "https://acme.notcommercelayer.io/",
        "https://acme.commercelayerxio/",
        "http://acme.commercelayer.io/",
    ],
)
def test_other_calls_go_where_they_went(preload: Path, url: str) -> None:
    before = "data:text/javascript,globalThis.fetch = async (...given) => given"

    done = run_node(
        ["--import", before, "--import", preload.as_uri(), "--input-type=module", "-"],
        "http://127.0.0.1:9", f"{SHOW}show(await fetch('{url}', {{ method: 'PUT' }}))",
    )  # fmt: skip

    assert [url, {"method": "PUT"}] == json.loads(done.stdout)


@pytest.mark.parametrize(
    "given",
    [
        f"'{CALL}', {{ method: 'PATCH', body: 'grüße', headers: {{ 'X-Own': '1', Accept: 'a/b' }} }}",
        f"'{CALL}', {{ method: 'PATCH', body: 'grüße', headers: new Headers({{ 'X-Own': '1', Accept: 'a/b' }}) }}",
        f"'{CALL}', {{ method: 'PATCH', body: 'grüße', headers: [['X-Own', '1'], ['Accept', 'a/b']] }}",
        f"new Request('{CALL}', {{ method: 'PATCH', body: 'grüße', headers: {{ 'X-Own': '1', Accept: 'a/b' }} }})",
        f"new Request('{CALL}', {{ method: 'PUT', body: 'no' }}),"
        " { method: 'PATCH', body: 'grüße', headers: { 'X-Own': '1', Accept: 'a/b' } }",
    ],
)
def test_method_body_and_headers_come_as_they_were_given(preload: Path, receiver: Receiver, given: str) -> None:
    _run(preload, receiver.url(""), f"await fetch({given})")

    request = _only(receiver)
    assert ["PATCH", "grüße", "1", "a/b"] == [
        request.method, request.text, request.headers["x-own"], request.headers["accept"],
    ]  # fmt: skip
    assert ["text/plain;charset=UTF-8", "7"] == [request.headers[n] for n in ("content-type", "content-length")]


@pytest.mark.parametrize("given", ["'{}', {{ signal }}", "new Request('{}', {{ signal }})"])
def test_a_signal_stops_the_call(preload: Path, receiver: Receiver, given: str) -> None:
    script = "const signal = AbortSignal.abort(new Error('enough'))\n"

    shown = _run(preload, receiver.url(""), f"{script}await fetch({given.format(CALL)}).catch((e) => show(e.message))")

    assert ["enough", []] == [shown, receiver.requests]


def test_an_address_with_a_path_keeps_it(preload: Path, receiver: Receiver) -> None:
    _run(preload, receiver.url("/below/"), f"await fetch('{CALL}')")

    assert "/below/api/orders/a%2Fb?page%5Bsize%5D=2&sort=-code" == _only(receiver).path


def test_a_url_that_is_none_is_refused_as_ever(preload: Path) -> None:
    shown = _run(preload, "", "await fetch('no url').catch((error) => show([error.name, error.message]))")

    assert ["TypeError", "Failed to parse URL from no url"] == shown


def test_an_address_that_is_none_stops_the_program(preload: Path) -> None:
    done = run_node(["--import", preload.as_uri(), "-e", "1"], "127.0.0.1:8080")

    assert 1 == done.returncode
    assert 'KLARNA_MOCK_URL is "127.0.0.1:8080", expected something like http://127.0.0.1:8080' in done.stderr

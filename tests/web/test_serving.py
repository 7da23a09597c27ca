from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from mock_server.web.serving import RunningServer
from tests.multisafepay import order_of

from .conftest import MERCHANT, PURCHASE, SESSIONS, Socket, ask, read_all

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

POST = (
    b"POST /payments/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: "
    + MERCHANT["Authorization"].encode() + b"\r\nContent-Length: %d\r\n\r\n%s"
)  # fmt: skip
DATA = json.dumps(PURCHASE).encode()
GATEWAYS = "/v1/json/gateways"


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answers with the headers and the path it got."""
    got = {name: value for name, value in environ.items() if name.startswith("HTTP_") or name == "PATH_INFO"}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]


@pytest.fixture(scope="module")
def echoing() -> Iterator[Socket]:
    with RunningServer(echo) as server:
        yield Socket(server.port)


@pytest.mark.parametrize("name", ["api_key", "API_KEY", "Api_Key"])
def test_a_header_with_an_underscore_arrives(echoing: Socket, name: str) -> None:
    """MultiSafepay's ``api_key``; most servers drop it."""
    _, body = echoing.call("GET", "/", **{name: "secret"})

    assert "secret" == json.loads(body)["HTTP_API_KEY"]


def test_a_key_in_a_header_with_a_dash_is_none(wire: Socket) -> None:
    """As at MultiSafepay: what passes here must pass there."""
    status, body = wire.call("GET", GATEWAYS, **{"api-key": "_world-default".rjust(40, "0")})
    _, entries = wire.call("GET", "/_mock/journal?limit=1")

    assert (401, 1032) == (status, json.loads(body)["error_code"])
    assert "the header api-key has a dash" in json.loads(entries)[0]["explanation"]["messages"][0]


def test_the_journal_spells_the_header_as_it_came(wire: Socket) -> None:
    wire.call("GET", GATEWAYS, api_key="_world-default".rjust(40, "0"))
    _, entries = wire.call("GET", "/_mock/journal?limit=1")

    headers = json.loads(entries)[0]["request"]["headers"]
    assert ("***", False) == (headers["api_key"], "Api-Key" in headers)


@pytest.mark.parametrize("name", ["api_key", "Api_Key", "API_KEY"])
def test_a_key_in_a_header_opens_the_door(wire: Socket, name: str) -> None:
    refused, _ = wire.call("GET", GATEWAYS)
    status, body = wire.call("GET", GATEWAYS, **{name: "_world-default".rjust(40, "0")})

    assert (401, 200, True) == (refused, status, json.loads(body)["success"])


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/orders/1", "/orders/1"),
        ("/orders/a%20b", "/orders/a b"),
        ("/orders/a%2Fb", "/orders/a/b"),
        ("/orders/a%2fb", "/orders/a/b"),
        ("/orders/a%252Fb", "/orders/a%2Fb"),
        ("/orders/a%252Fb%2Fc", "/orders/a%2Fb/c"),
        ("/orders/%2Fa%2F", "/orders//a/"),
        ("/orders/a%2Fb%20c%3Fd%23e", "/orders/a/b c?d#e"),
        ("/orders/a%2Fb?next=http://shop.test/c%2Fd", "/orders/a/b"),
        ("/orders/a%2Fb?next=c%2Fd", "/orders/a/b"),
        ("/orders/a?next=c%2Fd", "/orders/a"),
        ("/orders/t%C3%A9/%E8%8C%B6", "/orders/té/茶"),
        ("/orders/t%C3%A9%2F%E8%8C%B6", "/orders/té/茶"),
        ("/orders/a+b%2Fc+d", "/orders/a+b/c+d"),
    ],
)
def test_a_path_arrives_decoded_once(echoing: Socket, target: str, path: str) -> None:
    status, body = echoing.call("GET", target)

    assert 200 == status, body
    assert path == json.loads(body)["PATH_INFO"].encode("latin-1").decode()


@pytest.mark.parametrize("target", ["/orders/%2561", "/orders/%2561?next=%2F"])
def test_a_path_without_a_slash_in_it_is_decoded_once_too(echoing: Socket, target: str) -> None:
    _, body = echoing.call("GET", target)

    assert "/orders/%61" == json.loads(body)["PATH_INFO"]


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("http://127.0.0.1/orders/1", "/orders/1"),
        ("http://127.0.0.1/orders/a%2Fb", "/orders/a/b"),
        ("http://127.0.0.1/orders/a%2Fb?next=c", "/orders/a/b"),
        ("http://127.0.0.1", "/"),
    ],
)
def test_a_target_may_name_the_host(echoing: Socket, target: str, path: str) -> None:
    """As clients behind a proxy send it; every server of HTTP/1.1 takes that form."""
    status, body = echoing.call("GET", target)

    assert 200 == status, body
    assert path == json.loads(body)["PATH_INFO"]


def test_letters_that_nobody_encoded_are_refused(echoing: Socket) -> None:
    received = echoing.raw("GET /orders/té HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    assert received.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("order_id", ["a/b", "a%2Fb", "été/茶", "a b/c+d"])
def test_an_order_id_with_a_slash_is_found(wire: Socket, order_id: str) -> None:
    key = {"api_key": "_world-default".rjust(40, "0")}
    created, _ = wire.call("POST", "/v1/json/orders", order_of(order_id), **key)

    status, body = wire.call("GET", f"/v1/json/orders/{quote(order_id, safe='')}", **key)

    assert (200, 200, order_id) == (created, status, json.loads(body)["data"]["order_id"])


def test_many_requests_go_over_one_connection(wire: Socket) -> None:
    with wire.connection() as connection:
        connection.connect()
        local = connection.sock.getsockname()
        statuses = []
        for _ in range(20):
            response = ask(connection, "POST", SESSIONS, PURCHASE)
            response.read()
            statuses.append(response.status)

        assert ([200] * 20, local) == (statuses, connection.sock.getsockname())


def test_refusals_keep_the_connection(wire: Socket) -> None:
    with wire.connection() as connection:
        connection.connect()
        opened = connection.sock
        statuses = []
        for body, headers in (({}, {}), (PURCHASE, {"Authorization": "none"}), ([], {}), (PURCHASE, {})):
            response = ask(connection, "POST", SESSIONS, body, **headers)
            response.read()
            statuses.append(response.status)

        assert [400, 401, 400, 200] == statuses
        assert opened is connection.sock


def test_a_204_has_no_body_and_keeps_the_connection(wire: Socket) -> None:
    with wire.connection() as connection:
        session_id = json.loads(ask(connection, "POST", SESSIONS, PURCHASE).read())["session_id"]
        opened = connection.sock
        update = ask(connection, "POST", f"{SESSIONS}/{session_id}", {})
        body = update.read()
        after = ask(connection, "GET", f"{SESSIONS}/{session_id}")
        after.read()

        assert (204, b"", 200) == (update.status, body, after.status)
        assert not {"content-length", "transfer-encoding", "content-type"} & {name.lower() for name in update.headers}
        assert opened is connection.sock


def test_requests_sent_at_once_are_answered_in_turn(wire: Socket) -> None:
    with socket.create_connection(("127.0.0.1", wire.port), timeout=10) as connection:
        connection.sendall(POST % (len(DATA), DATA) + POST % (2, b"{}"))
        connection.shutdown(socket.SHUT_WR)
        received = read_all(connection)

    assert 2 == received.count(b"HTTP/1.1 ")
    assert received.index(b"200 OK") < received.index(b"400 Bad Request")


@pytest.mark.parametrize("drop", ["request", "answer"])
def test_a_cut_connection_gets_no_byte(wire: Socket, drop: str) -> None:
    wire.add_rule("create_session", fault={"drop": drop})

    received = wire.raw(POST % (len(DATA), DATA))

    state = json.loads(wire.call("GET", "/_mock/state")[1])
    assert b"" == received
    assert {"request": 0, "answer": 1}[drop] == state["sessions"]


@pytest.mark.parametrize("length", [0, 1, 20])
def test_a_truncated_body_is_announced_in_full(wire: Socket, length: int) -> None:
    wire.add_rule("create_session", fault={"truncate": length})

    head, _, body = wire.raw(POST % (len(DATA), DATA)).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200 OK")
    assert length == len(body)
    announced = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    assert int(announced.split(b":")[1]) > 100


def _long(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """A body in pieces of the lengths that the path names; with a query no length is announced."""
    pieces = [PATTERN * (int(length) // 256) for length in environ["PATH_INFO"][1:].split(",")]
    announced = [] if environ["QUERY_STRING"] else [("Content-Length", str(sum(map(len, pieces))))]
    start_response("200 OK", announced)
    return pieces


PATTERN = bytes(range(256))
KIB = 1024


@pytest.fixture(scope="module")
def sending() -> Iterator[Socket]:
    with RunningServer(_long, threads=2) as server:
        yield Socket(server.port)


@pytest.mark.parametrize("is_announced", [True, False])
@pytest.mark.parametrize(
    "lengths",
    [(64 * KIB - 256,), (64 * KIB,), (64 * KIB + 256,), (5000 * KIB,), (KIB, 300 * KIB, KIB, 70 * KIB, 2 * KIB)],
)
def test_a_long_body_arrives_whole_and_the_connection_stays(
    sending: Socket, lengths: tuple[int, ...], is_announced: bool
) -> None:
    path = f"/{','.join(map(str, lengths))}{'' if is_announced else '?chunked'}"
    with sending.connection() as connection:
        bodies = [ask(connection, "GET", path).read() for _ in range(2)]

    assert [PATTERN * (sum(lengths) // 256)] * 2 == bodies


def test_a_reader_who_takes_its_time_gets_all_of_it_and_holds_nobody(sending: Socket) -> None:
    whole = 4000 * KIB
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(10)
        slow.connect(("127.0.0.1", sending.port))
        slow.sendall(b"GET /%d HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" % whole)
        first = slow.recv(1000)

        others = [len(sending.call("GET", f"/{100 * KIB}")[1]) for _ in range(20)]
        received = first + read_all(slow)

    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert [100 * KIB] * 20 == others
    assert PATTERN * (whole // 256) == body


def test_a_reader_who_leaves_in_the_middle_leaves_the_server_well(sending: Socket) -> None:
    for _ in range(4):  # there are two threads
        with socket.create_connection(("127.0.0.1", sending.port), timeout=10) as leaving:
            leaving.sendall(b"GET /%d HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % (4000 * KIB))
            leaving.recv(1000)

    assert [200 * KIB] * 4 == [len(sending.call("GET", f"/{200 * KIB}")[1]) for _ in range(4)]


def test_one_slow_answer_holds_nobody_else() -> None:
    """With 4 threads, one of them waiting, the others answer on as many connections as come."""
    released, waiting = Event(), Event()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/slow":
            waiting.set()
            released.wait(10)
        start_response("200 OK", [("Content-Length", "0")])
        return []

    with RunningServer(app, threads=4) as server, ThreadPoolExecutor(1) as pool:
        wire = Socket(server.port)
        slow = pool.submit(wire.call, "GET", "/slow")
        assert waiting.wait(10)

        quick = [wire.call("GET", "/quick")[0] for _ in range(40)]

        assert ([200] * 40, False) == (quick, slow.done())
        released.set()
        assert 200 == slow.result(10)[0]


def test_idle_connections_hold_nobody_and_are_kept() -> None:
    """More open connections than threads; each is answered when it speaks, twice on the same socket."""
    with RunningServer(echo, threads=2) as server:
        connections = [HTTPConnection("127.0.0.1", server.port, timeout=2) for _ in range(40)]
        for connection in connections:
            connection.connect()
        sockets = [connection.sock for connection in connections]

        statuses = []
        for connection in [*reversed(connections), *connections]:
            response = ask(connection, "GET", "/")
            response.read()
            statuses.append(response.status)
        kept = [connection.sock for connection in connections]
        for connection in connections:
            connection.close()

        assert ([200] * 80, sockets) == (statuses, kept)


def test_a_stopping_server_finishes_what_it_began() -> None:
    began, may_end = Event(), Event()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began.set()
        may_end.wait(10)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]

    with ThreadPoolExecutor(2) as pool:
        server = RunningServer(app)
        server.__enter__()
        answer = pool.submit(Socket(server.port).call, "GET", "/")
        assert began.wait(10)
        stopping = pool.submit(server.__exit__)
        may_end.set()

        assert (200, b"done") == answer.result(10)
        stopping.result(15)

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_command_gracefully(number: int) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KLARNA_MOCK_")}
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        first_line = process.stdout.readline()
        port = int(first_line.rpartition(":")[2])
        status, _ = Socket(port).call("POST", SESSIONS, PURCHASE)

        process.send_signal(number)
        code = process.wait(20)

        assert (200, 0, "") == (status, code, process.stderr.read())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ended = subprocess.run(
            [sys.executable, "-m", "mock_server", "serve", "--port", str(port)],
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip

    assert 2 == ended.returncode
    assert "cannot listen on" in ended.stderr and str(port) in ended.stderr
    assert "Traceback" not in ended.stderr

"""A closed-loop HTTP/1.1 load generator: N keep-alive connections, each with one request in flight."""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_AT_ONCE = 1 << 20  # bytes taken from a socket: a list comes in one piece or two
_STALL = 30.0  # seconds without any answer


@dataclass(frozen=True)
class Result:
    """What one run measured; the latencies are those of answered requests, in milliseconds."""
    requests: int
    per_second: float
    p50: float
    p99: float
    non_2xx: int
    connection_errors: int
    reconnects: int


@dataclass
class _Connection:
    """One connection and the answer being received on it."""
    sock: socket.socket
    received: bytearray
    started: float = 0.0


class Load:
    """Keeps `connections` requests in flight against one server and collects the timings."""

    def __init__(self, host: str, port: int, make_request: Callable[[], bytes], connections: int = 1) -> None:
        self._address = host, port
        self._make_request = make_request
        self._connections = connections
        self._selector = selectors.DefaultSelector()
        self._latencies: list[float] = []
        self._non_2xx = self._errors = self._reconnects = 0

    def run(self, *, requests: int | None = None, seconds: float = 3600.0, warm_up: int = 0) -> Result:
        """Send `warm_up` requests, then measure until `requests` are answered or `seconds` have passed."""
        try:
            for _ in range(self._connections):
                self._open()
            self._loop(warm_up, 3600.0)
            self._latencies.clear()
            self._non_2xx = self._errors = self._reconnects = 0
            started = time.perf_counter()
            self._loop(requests, seconds)
            return self._result(time.perf_counter() - started)
        finally:
            for key in list(self._selector.get_map().values()):
                self._selector.unregister(key.fileobj)
                key.data.sock.close()

    def _loop(self, requests: int | None, seconds: float) -> None:
        """Handle answers until there are enough of them or the time is over."""
        deadline = time.perf_counter() + seconds
        while requests is None or len(self._latencies) < requests:
            if (left := deadline - time.perf_counter()) <= 0:
                return
            events = self._selector.select(min(_STALL, left))
            if not events and left > _STALL:
                raise TimeoutError(f"no answer within {_STALL} s")
            for key, _ in events:
                self._receive(key.data)

    def _open(self) -> None:
        """Connect and send the first request."""
        connection = _Connection(socket.create_connection(self._address, timeout=_STALL), bytearray())
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(connection.sock, selectors.EVENT_READ, connection)
        self._send(connection)

    def _send(self, connection: _Connection) -> None:
        """Send the next request."""
        connection.received.clear()
        connection.started = time.perf_counter()
        with contextlib.suppress(OSError):  # noticed when receiving
            connection.sock.sendall(self._make_request())

    def _receive(self, connection: _Connection) -> None:
        """Take what has arrived; once the answer is complete, record it and send the next request."""
        data = b""
        with contextlib.suppress(OSError):
            data = connection.sock.recv(_AT_ONCE)
        if not data:
            return self._replace(connection, failed=True)
        connection.received += data
        end = connection.received.find(b"\r\n\r\n")
        if end < 0 or not _is_complete(connection.received, end):
            return
        self._latencies.append(time.perf_counter() - connection.started)
        self._non_2xx += connection.received[9:10] != b"2"
        if _CLOSE.search(connection.received, 0, end):
            return self._replace(connection, failed=False)
        self._send(connection)

    def _replace(self, connection: _Connection, *, failed: bool) -> None:
        """Open a new connection instead of one which the server has closed."""
        self._errors += failed
        self._reconnects += not failed
        self._selector.unregister(connection.sock)
        connection.sock.close()
        if self._errors > 1000:
            raise ConnectionError("more than 1000 connections failed")
        self._open()

    def _result(self, seconds: float) -> Result:
        times = sorted(self._latencies) or [float("nan")]
        p50, p99 = (round(times[int(len(times) * share)] * 1000, 3) for share in (0.5, 0.99))
        count, failures = len(self._latencies), (self._non_2xx, self._errors, self._reconnects)
        return Result(count, round(count / seconds, 1), p50, p99, *failures)


def _is_complete(received: bytearray, end: int) -> bool:
    """Tell whether the answer whose headers end at `end` has arrived entirely (1xx and HEAD are not used)."""
    if length := _LENGTH.search(received, 0, end):
        return len(received) >= end + 4 + int(length[1])
    return not _CHUNKED.search(received, 0, end) or received.endswith(b"\r\n0\r\n\r\n")


def main() -> None:
    """Load a server with the raw request read from a file and print the result as JSON."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("request", type=lambda name: Path(name).read_bytes(), help="file with a raw request")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    load = Load("127.0.0.1", options.port, lambda: options.request, options.connections)
    print(json.dumps(asdict(load.run(seconds=options.seconds, warm_up=200))))


if __name__ == "__main__":
    main()

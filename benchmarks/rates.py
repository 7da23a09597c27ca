"""Requests per second and p99 of three operations, each beside the bare application's; the bar of create_session."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from itertools import repeat
from statistics import median
from typing import Any, NamedTuple

from benchmarks import messages
from benchmarks.figures import Figure
from benchmarks.load import Result
from benchmarks.servers import Server

LEAST_RATE = 0.4  # of the bare application's, for create_session
_CASES = [(name, connections) for name in ("create_session", "create_order", "read_session") for connections in (1, 32)]
_WARM_UP = 50  # requests, untimed
_NO_ID = "00000000-0000-4000-8000-000000000000"  # the bare application knows every id


class Pair(NamedTuple):
    """One round of one operation on both servers."""

    mock: Result
    bare: Result


def measure(mock: Server, bare: Server, *, rounds: int, requests: int) -> list[Figure]:
    """Interleaved: a round takes every operation, with 1 and with 32 connections, on the one and the other server."""
    measured: dict[tuple[str, int], list[Pair]] = {case: [] for case in _CASES}
    client = _Client(mock)
    for _ in range(rounds):
        for name, connections in _CASES:
            most = requests + _WARM_UP + 3 * connections  # some are in flight when warm-up and measurement end
            timed = {"connections": connections, "warm_up": _WARM_UP}
            on_mock = mock.load(client.prepare(name, most), requests, **timed)
            on_bare = bare.load(_for_bare(name), requests, **timed)
            measured[name, connections].append(Pair(on_mock, on_bare))
    return [figure for case, pairs in measured.items() for figure in _figures(*case, pairs)]


def _figures(name: str, connections: int, pairs: list[Pair]) -> Iterator[Figure]:
    """Medians of the rounds' ratios, not the ratio of medians: a slow minute of the machine hurts both alike."""
    title = f"{name}, {connections} connection{'s' if connections > 1 else ''}"
    rate = median(pair.mock.per_second / pair.bare.per_second for pair in pairs)
    seen = [median(result.per_second for result in results) for results in zip(*pairs, strict=True)]
    least = LEAST_RATE if name == "create_session" else None
    yield Figure(f"{title}: rate to bare", rate, "x", least=least, note=f"{seen[0]:.0f} to {seen[1]:.0f} requests/s")
    p99 = median(pair.mock.p99 / pair.bare.p99 for pair in pairs)
    seen = [median(result.p99 for result in results) for results in zip(*pairs, strict=True)]
    yield Figure(f"{title}: p99 to bare", p99, "x", note=f"{seen[0]:.1f} to {seen[1]:.1f} ms")


def _for_bare(name: str) -> Iterator[bytes]:
    messages_ = {
        "create_session": messages.create_session(),
        "create_order": messages.create_order(_NO_ID),
        "read_session": messages.read_session(_NO_ID),
    }
    return repeat(messages_[name])


class _Client:
    """Prepares requests for the emulation, outside of the measured time."""

    def __init__(self, server: Server) -> None:
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=30)

    def prepare(self, name: str, most: int) -> Iterator[bytes]:
        """As many requests as may be sent; an order needs an authorization of its own."""
        if name == "create_session":
            return repeat(messages.create_session())
        if name == "read_session":
            return repeat(messages.read_session(self._session_id()))
        return iter([messages.create_order(self._token()) for _ in range(most)])

    def _session_id(self) -> str:
        return str(self._post(messages.SESSIONS, messages.PURCHASE)["session_id"])

    def _token(self) -> str:
        return str(self._post(messages.AUTHORIZATIONS, {"session_id": self._session_id()})["authorization_token"])

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        self._connection.request("POST", path, json.dumps(body), {"Authorization": messages.AUTHORIZATION})
        return json.load(self._connection.getresponse())

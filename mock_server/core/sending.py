"""One HTTP call to a receiver of webhooks, and which receivers are near enough to be called."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer
from typing import TYPE_CHECKING, Any

from mock_server.core.clock import stopwatch_ms
from mock_server.core.store import Record

if TYPE_CHECKING:
    import requests

_GRACE_S = 0.1  # for requests to notice itself that its time is over
_SHOWN_BYTES = 1000  # of a receiver's answer; the rest is not read


def is_near(host: str) -> bool:
    """Loopback, a private address, or a name without dots (localhost, a docker service)."""
    import ipaddress  # not before a webhook is to be sent

    try:
        address = ipaddress.ip_address(socket.inet_aton(host))  # also 2130706433 and 0x7f.1
    except OSError:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return "." not in host
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or (mapped.is_private and not mapped.is_link_local and not mapped.is_unspecified))


def send(message: Record) -> dict[str, Any]:
    """Call a message's URL; redirects are not followed, proxies of the environment are not used.

    Answers with ``took_ms`` and either ``status``, ``location`` if there is one, and ``answer``, its start, or
    ``error``. Never raises for what a receiver does; ``timeout_s`` bounds the whole of it, name look-up aside.
    """
    import requests  # takes 50 ms, most runs send no webhook

    started = stopwatch_ms()
    with requests.Session() as session, _deadline(session, message["timeout_s"]) as is_over:
        session.trust_env = False
        try:
            answer = session.request(
                message["method"], message["url"], data=message["body"].encode() or None, headers=message["headers"],
                timeout=message["timeout_s"], allow_redirects=False, stream=True,
            )  # fmt: skip
            if is_over():  # a header that was cut off looks like the last one
                raise requests.ReadTimeout("cut")
            outcome: dict[str, Any] = {"status": answer.status_code, "answer": _start_of(answer, started, message)}
            outcome |= {"location": answer.headers["Location"]} if "Location" in answer.headers else {}
        except (requests.RequestException, ValueError) as error:  # a host that urllib3 cannot parse is a ValueError
            late = f"no whole answer within {message['timeout_s']} s"
            outcome = {"error": late if is_over() else f"{type(error).__name__}: {error}"}
    return outcome | {"took_ms": round(stopwatch_ms() - started)}


@contextmanager
def _deadline(session: requests.Session, seconds: float) -> Iterator[Callable[[], bool]]:
    """Cuts every connection of the session when its time is over, which also ends one that trickles on and on.

    requests' own time-out starts again with each byte. Yields whether the time is over.
    """
    connections: list[Any] = []
    over = Event()

    def cut() -> None:
        over.set()
        for connection in connections:
            with suppress(OSError, AttributeError):  # closed meanwhile, or not open yet
                connection.sock.shutdown(socket.SHUT_RDWR)

    _watch(session, connections, over)
    timer = Timer(seconds + _GRACE_S, cut)
    timer.daemon = True
    timer.start()
    try:
        yield over.is_set
    finally:
        timer.cancel()


def _watch(session: requests.Session, connections: list[Any], over: Event) -> None:
    """Have the session's connections noted, and given up when they open too late."""
    from requests.adapters import HTTPAdapter

    class Watched(HTTPAdapter):
        def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
            pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
            make = pool.ConnectionCls

            def watched(*args: Any, **kwargs: Any) -> Any:
                connection = make(*args, **kwargs)
                connections.append(connection)
                connection.connect = _in_time(connection.connect, over)
                return connection

            pool.ConnectionCls = watched
            return pool

    for scheme in ("http://", "https://"):
        session.mount(scheme, Watched())


def _in_time(connect: Callable[[], None], over: Event) -> Callable[[], None]:
    def connect_in_time() -> None:
        connect()
        if over.is_set():
            raise ConnectionAbortedError("connected too late")

    return connect_in_time


def _start_of(answer: requests.Response, started_ms: float, message: Record) -> str:
    """What the receiver said, as far as it came in time; one that trickles is not waited for."""
    shown = b""
    for byte in answer.iter_content(1):
        shown += byte
        if len(shown) >= _SHOWN_BYTES or stopwatch_ms() - started_ms > message["timeout_s"] * 1000:
            break
    return shown.decode("utf-8", "replace")

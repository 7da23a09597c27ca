"""Runs a WSGI application on a socket: Cheroot, with the settings and small extensions that a test server needs.

With Cheroot's defaults (a backlog of 5, ten kept-alive connections) more than ten clients wait for seconds.
"""

from __future__ import annotations

import errno
import logging
import signal
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from cheroot import server as cheroot_server
from cheroot import wsgi as cheroot_wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_CUT = "serving.cut"
UNDERSCORED = "serving.underscored"  # names of headers with an underscore, in lower case
_UNREADABLE = "is_unreadable"
_LONG = 64 * 1024  # bytes
_ANY_ADDRESS = ("", "0.0.0.0", "::")  # listens everywhere, is called nowhere


class ConnectionCut(ConnectionResetError):
    """Raised by the iterable of a response after its first bytes, it cuts the answer there."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "cut by the application")


def cut(environ: WSGIEnvironment) -> None:
    """Have the connection of this request closed unanswered; what the application returns is dropped."""
    environ[_CUT] = True


def give_up_reading(environ: WSGIEnvironment) -> None:
    """Say that the rest of this body cannot be read: what follows cannot be told from a request."""
    with suppress(AttributeError):  # a test's stream
        setattr(environ["wsgi.input"], _UNREADABLE, True)


class _Request(cheroot_server.HTTPRequest):
    """A request whose chunked body is read to its end, trailers included, before the next one is parsed.

    Its target may name the host too, as that of every HTTP/1.1 server.
    """

    def __init__(self, server: cheroot_server.HTTPServer, conn: cheroot_server.HTTPConnection) -> None:
        super().__init__(server, conn, proxy_mode=True)

    def write(self, chunk: bytes) -> None:
        """A long body goes straight to the socket; the buffer in front of it would copy it over and over."""
        if self.chunked_write or len(chunk) < _LONG:
            super().write(chunk)
        else:
            self.conn.socket.sendall(chunk)

    def respond(self) -> None:
        super().respond()
        if getattr(self.rfile, _UNREADABLE, False):
            self.close_connection = True
        elif self.chunked_read and not self.close_connection:
            self._drain()

    def _drain(self) -> None:
        while self.rfile.read(65536):
            pass
        for _ in self.rfile.read_trailer_lines():
            pass


class _Gateway(cheroot_wsgi.Gateway_10):
    """Tells what WSGI cannot, which headers came with an underscore (``api_key``), and the server's real address."""

    def get_environ(self) -> WSGIEnvironment:  # type: ignore[override]  # its stub says None
        environ: WSGIEnvironment = super().get_environ()  # type: ignore[no-untyped-call]
        names = (name.decode("latin-1").lower() for name in self.req.inheaders if b"_" in name)
        environ[UNDERSCORED] = frozenset(names)
        environ["SERVER_NAME"] = _name_of(self.req.server.bind_addr[0])
        return environ


def _name_of(address: str) -> str:
    """What a server that listens there is called by; Cheroot's own SERVER_NAME is that of its software."""
    if address in _ANY_ADDRESS:
        return "127.0.0.1"
    return f"[{address}]" if ":" in address else address


class _Connection(cheroot_server.HTTPConnection):
    RequestHandlerClass = _Request


class _Server(cheroot_wsgi.Server):
    """Cheroot for many local clients, with its messages sent to `logging`."""

    ConnectionClass = _Connection
    keep_alive_conn_limit = 10_000
    max_request_header_size = 64 * 1024
    expiration_interval = 0.1  # bounds the time which stopping takes

    def process_conn(self, conn: cheroot_server.HTTPConnection) -> None:
        """Give a thread to a connection only when it has sent something, also when it is a new one."""
        if conn.last_used is None:
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        logging.getLogger(__name__).log(level, msg, exc_info=traceback)


class RunningServer:
    """Serves an application from background threads while entered as a context; port 0 is any free one."""

    def __init__(
        self, app: WSGIApplication, host: str = "127.0.0.1", port: int = 0, *, threads: int = 16
    ) -> None:
        self._app = app
        self._server = _Server(
            (host, port), self._respond, numthreads=threads, request_queue_size=1024, timeout=75, shutdown_timeout=10
        )
        self._server.gateway = _Gateway
        self._thread = threading.Thread(target=self._server.serve, name="serving")

    def __enter__(self) -> RunningServer:
        self._server.prepare()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening, finish the requests in progress, close the idle connections."""
        self._server.stop()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port the server listens on."""
        return int(self._server.bind_addr[1])

    def _respond(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "%2F" in environ["PATH_INFO"].upper():
            environ["PATH_INFO"] = _decoded(environ["REQUEST_URI"])
        answer = self._app(environ, start_response)
        if _CUT not in environ:
            return answer
        getattr(answer, "close", lambda: None)()
        raise ConnectionCut


def _decoded(target: str) -> str:
    """A request target's path as WSGI wants it; Cheroot leaves encoded slashes as they are, beside others decoded."""
    path = urlsplit(target).path if "://" in target else target.partition("?")[0]
    return unquote_to_bytes(path).decode("latin-1")


def serve(
    app: WSGIApplication, host: str, port: int, *, threads: int, on_ready: Callable[[int], None],
    on_stop: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """Serve until SIGTERM or SIGINT, then finish the requests in progress; a second signal kills.

    ``on_stop`` is called before: it lets those requests go on that wait for something.
    """
    received: list[int] = []  # signals; a handler must not touch a lock, so the main thread looks now and then
    pause = threading.Event()

    def stop(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        received.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with RunningServer(app, host, port, threads=threads) as server:
        on_ready(server.port)
        while not received:
            pause.wait(0.1)
        on_stop()

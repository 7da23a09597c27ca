"""A shop's server that is told things: records what it gets, answers as it is bidden."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Receiver:
    """An HTTP server on 127.0.0.1 while entered as a context."""

    def __init__(self) -> None:
        self.text = "OK"  # the body of every answer
        self.on_arrival: Callable[[], object] = lambda: None  # done before a request is answered
        self._arrived = Condition()
        self._requests: list[Received] = []
        self._answers: list[tuple[int, Mapping[str, str]]] = []  # yet to be given; none left: 200
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False  # closing waits for answers under way
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), name="receiver")

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def answers(self, *statuses: int, **headers: str) -> None:
        """Answer the next requests with these, one each; later ones with 200."""
        with self._arrived:
            self._answers += [(status, headers) for status in statuses]

    @property
    def requests(self) -> list[Received]:
        """All so far, oldest first."""
        with self._arrived:
            return list(self._requests)

    def wait_for(self, count: int, timeout_s: float = 5) -> list[Received]:
        """All so far, as soon as there are ``count``; fails when they have not come in time."""
        with self._arrived:
            there = self._arrived.wait_for(lambda: len(self._requests) >= count, timeout_s)
            assert there, f"{len(self._requests)} of {count} requests came within {timeout_s} s: {self._requests}"
            return list(self._requests)

    def _receive(self, request: Received) -> tuple[int, Mapping[str, str]]:
        with self._arrived:
            self._requests.append(request)
            self._arrived.notify_all()
            return self._answers.pop(0) if self._answers else (200, {})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                text = self.rfile.read(length).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.on_arrival()
                status, extra = receiver._receive(Received(self.command, self.path, headers, text))
                self.send_response(status)
                for name, value in extra.items():
                    self.send_header(name, value)
                body = b"" if status in (204, 304) else receiver.text.encode()
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

            def log_message(self, format: str, *args: object) -> None:
                """Quiet: what came is in ``requests``."""

        return Handler

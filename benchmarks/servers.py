"""Servers in processes of their own: started, waited for, loaded, weighed and stopped."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from benchmarks import messages
from benchmarks.load import Load, Result

MOCK = ("-m", "mock_server", "serve", "--port", "0")
BARE = ("-m", "benchmarks.bare")
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


class Server:
    """A running server process."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self.port = port

    def load(self, requests: Iterator[bytes], count: int, *, connections: int = 1, warm_up: int = 0) -> Result:
        """Have ``count`` requests answered and timed; raises RuntimeError when any is refused."""
        load = Load("127.0.0.1", self.port, lambda: next(requests), connections)
        result = load.run(requests=count, warm_up=warm_up)
        if result.non_2xx or result.connection_errors:
            raise RuntimeError(f"{result.non_2xx} refused, {result.connection_errors} connections failed")
        return result


@contextmanager
def running(arguments: tuple[str, ...]) -> Iterator[Server]:
    """A Python process with these arguments, from the line in which it tells its address until the end of the block.

    Settings of the environment are kept from it, and it may write its bytecode.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith("KLARNA_MOCK_")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's second start finds the bytecode of the first
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            yield Server(process.pid, _port(process))
        finally:
            process.terminate()


def _port(process: subprocess.Popen[str]) -> int:
    line = process.stdout.readline() if process.stdout else ""
    found = _ADDRESS.search(line)
    if found is None:
        raise RuntimeError(f"no address in {line!r}")
    return int(found.group(1))


def cold_start_ms(arguments: tuple[str, ...]) -> float:
    """From the start of the process to its first answer, to a create_session."""
    started = time.perf_counter()
    with running(arguments) as server:
        server.load(iter([messages.create_session()] * 2), 1)
        return (time.perf_counter() - started) * 1000


def rss_mb(pid: int) -> float:
    """Resident memory of a process, in millions of bytes."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6

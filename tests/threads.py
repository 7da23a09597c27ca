"""Many threads that do the same at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Semaphore
from typing import Any

from mock_server.core.holds import Places


def at_once(act: Callable[[], Any], *, times: int = 16) -> list[Any]:
    """What each of ``times`` threads got; the failure of one is the caller's."""
    barrier = Barrier(times)

    def run() -> Any:
        barrier.wait(10)
        return act()

    with ThreadPoolExecutor(times) as pool:
        return [future.result(60) for future in [pool.submit(run) for _ in range(times)]]


def tried_at_once(act: Callable[[], Any], *, times: int = 16) -> list[Any]:
    """What each of ``times`` threads got: results, and the exceptions of those that were refused."""

    def attempt() -> Any:
        try:
            return act()
        except Exception as error:
            return error

    return at_once(attempt, times=times)


def each_at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each of these got, in their order; the failure of one is the caller's."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait(10)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(60) for future in [pool.submit(run, act) for act in acts]]


class NoticedPlaces(Places):
    """Places at which a test notices that a request begins to wait."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self._taken = Semaphore(0)

    def take(self) -> bool:
        took = super().take()
        if took:
            self._taken.release()
        return took

    def wait_for(self, count: int = 1) -> None:
        """Come back when so many more requests wait."""
        for _ in range(count):
            assert self._taken.acquire(timeout=10), "nobody came to wait within 10 s"

"""Brings what is due in any world to its handlers, and deliveries to their receivers, beside the requests."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Event, Lock, Thread

_MOST_DELIVERIES = 256  # at a time: slow receivers hold one thread each, and must not delay others


class Courier:
    """Brings alarms of all worlds to their handlers when their time comes, in threads of its own."""

    POLL_S = 1.0  # another process may have set an alarm in a shared store

    def __init__(self, fire_due: Callable[[], float | None]) -> None:
        """``fire_due`` fires what is due in every world and answers with the seconds until the next is."""
        self._fire_due = fire_due
        self._under_way: dict[str, set[Future[object]]] = {}  # world -> deliveries that have not ended
        self._lock = Lock()
        self._woken = Event()
        self._stopped = False
        from concurrent.futures import ThreadPoolExecutor  # not before a server runs

        self._pool = ThreadPoolExecutor(max_workers=_MOST_DELIVERIES, thread_name_prefix="webhook")
        self._thread = Thread(target=self._run, name="courier", daemon=True)
        self._thread.start()

    def submit(self, world: str, job: Callable[[], object]) -> None:
        """Run a delivery soon, beside others: a slow receiver delays nobody else's."""
        with self._lock:
            future = self._pool.submit(job)
            self._under_way.setdefault(world, set()).add(future)
        future.add_done_callback(lambda done: self._ended(world, done))

    def settle(self, world: str) -> None:
        """Wait for the deliveries of a world that are under way."""
        with self._lock:
            futures = list(self._under_way.get(world, ()))
        wait(futures)

    def _ended(self, world: str, future: Future[object]) -> None:
        with self._lock:
            self._under_way[world].discard(future)
            if not self._under_way[world]:
                del self._under_way[world]

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        """Finish the deliveries that were taken on, take on no more."""
        self._stopped = True
        self.wake()
        self._thread.join()
        self._pool.shutdown(wait=True)

    def _run(self) -> None:
        while not self._stopped:
            self._woken.clear()
            try:
                next_s = self._fire_due()
            except Exception:
                logging.getLogger(__name__).exception("the courier stumbled")
                next_s = None
            self._woken.wait(self.POLL_S if next_s is None else min(next_s, self.POLL_S))

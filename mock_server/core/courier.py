"""Brings what is due in any world to its handlers, and deliveries to their receivers, beside the requests."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Event, Lock, Thread
from typing import NamedTuple

_MOST_DELIVERIES = 512  # at a time
_MOST_OF_A_RECEIVER = 16  # slow deliveries hold a thread each, and must leave room for other receivers'


class _Delivery(NamedTuple):
    world: str
    job: Callable[[], object]
    done: Future[None]


class Courier:
    """Brings alarms of all worlds to their handlers when their time comes, in threads of its own."""

    POLL_S = 1.0  # another process may have set an alarm in a shared store

    def __init__(self, fire_due: Callable[[], float | None]) -> None:
        """``fire_due`` fires what is due in every world and answers with the seconds until the next is."""
        self._fire_due = fire_due
        self._under_way: dict[str, set[Future[None]]] = {}  # world -> deliveries that have not ended
        self._lanes: dict[str, int] = {}  # receiver -> deliveries on their way to it
        self._parked: dict[str, deque[_Delivery]] = {}  # receiver -> those that wait for a place
        self._lock = Lock()
        self._woken = Event()
        self._stopped = False
        from concurrent.futures import ThreadPoolExecutor  # not before a server runs

        self._pool = ThreadPoolExecutor(max_workers=_MOST_DELIVERIES, thread_name_prefix="webhook")
        self._thread = Thread(target=self._run, name="courier", daemon=True)
        self._thread.start()

    def submit(self, world: str, job: Callable[[], object], receiver: str = "") -> None:
        """Run a delivery soon, beside others; of one receiver only so many at a time, a slow one delays no other's."""
        delivery = _Delivery(world, job, Future())
        with self._lock:
            self._under_way.setdefault(world, set()).add(delivery.done)
            if self._lanes.get(receiver, 0) >= _MOST_OF_A_RECEIVER:
                self._parked.setdefault(receiver, deque()).append(delivery)
                return
            self._lanes[receiver] = self._lanes.get(receiver, 0) + 1
        self._pool.submit(self._deliver, receiver, delivery)

    def _deliver(self, receiver: str, delivery: _Delivery | None) -> None:
        """A delivery, then those that were parked behind it."""
        while delivery is not None:
            try:
                delivery.job()
            except Exception:
                logging.getLogger(__name__).exception("a delivery failed")
            with self._lock:
                self._end(delivery)
                delivery = self._next_of(receiver)

    def _end(self, delivery: _Delivery) -> None:
        delivery.done.set_result(None)
        self._under_way[delivery.world].discard(delivery.done)
        if not self._under_way[delivery.world]:
            del self._under_way[delivery.world]

    def _next_of(self, receiver: str) -> _Delivery | None:
        """One that waited; else its place is free."""
        parked = self._parked.get(receiver)
        if parked:
            return parked.popleft()
        self._parked.pop(receiver, None)
        self._lanes[receiver] -= 1
        if not self._lanes[receiver]:
            del self._lanes[receiver]
        return None

    def settle(self, world: str) -> None:
        """Wait for the deliveries of a world that are under way."""
        with self._lock:
            futures = list(self._under_way.get(world, ()))
        wait(futures)

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

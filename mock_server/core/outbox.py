"""Webhooks: which are due, what was sent, what came back, and when to try again."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mock_server.core.clock import Clock, stopwatch_ms, to_text
from mock_server.core.ids import Ids
from mock_server.core.store import Record, Store

if TYPE_CHECKING:
    import requests

_HOST = re.compile(r"[a-z0-9._:-]+")  # anything else is read as another host by some client
_SHOWN_BYTES = 1000  # of a receiver's answer; the rest is not read
ALARM = "webhook"  # name of the alarms that bring messages to delivery


class Outbox:
    """The messages of one world. Times are the world's; only the waiting for an answer is real."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, allowed_hosts: str) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._allowed = {host.strip().lower() for host in allowed_hosts.split(",") if host.strip()}

    def post(
        self,
        event: str,
        url: str,
        body: str,
        *,
        headers: Mapping[str, str],
        about: Mapping[str, str],
        retry_after_s: Sequence[float] = (),
        timeout_s: float = 5,
    ) -> Record:
        """Send a POST soon, and again after each pause of ``retry_after_s`` until the answer is a 2xx.

        ``about`` says which record it tells of. A URL that webhooks may not go to is kept and shown, not sent.
        """
        held = self.why_held(url)
        message: Record = {
            "id": self._ids.uuid("webhook"),
            "event": event,
            "about": dict(about),
            "method": "POST",
            "url": url,
            "headers": dict(headers),
            "body": body,
            "timeout_s": timeout_s,
            "retry_after_s": list(retry_after_s),
            "state": "held" if held else "waiting",  # waiting | delivered | failed | held
            "why": held,
            "attempts": [],  # oldest first: {"at", "status" or "error", "took_ms"}
        }
        self._store.put("outbox", message["id"], message)
        if not held:
            self._clock.set_alarm(self._clock.now(), ALARM, message["id"])
        return message

    def newest(self) -> Iterator[Record]:
        return self._store.all("outbox", newest_first=True)

    def attempt(self, message_id: str) -> Record | None:
        """Send a message that is due; answers with it as it is afterwards, None when there is no such message."""
        message = self._store.get("outbox", message_id)
        if message is None or message["state"] != "waiting":
            return message
        at = self._clock.now()
        attempt = {"at": to_text(at), **_send(message)}
        tried = len(message["attempts"])
        pauses = message["retry_after_s"]
        delivered = 200 <= attempt.get("status", 0) < 300
        state = "delivered" if delivered else "waiting" if tried < len(pauses) else "failed"

        def note(current: Record | None) -> Record | None:
            if current is None:  # the world was reset meanwhile
                return None
            return current | {"state": state, "attempts": [*current["attempts"], attempt]}

        message = self._store.change("outbox", message_id, note)
        if message is not None and state == "waiting":
            self._clock.set_alarm(at + timedelta(seconds=pauses[tried]), ALARM, message_id)
        return message

    def why_held(self, url: str) -> str:
        """Why a webhook may not go there; empty for loopback, private addresses, one-word names and listed hosts."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return f"{url} is no URL"
        if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or "\\" in url:
            return f"{url} is no http(s) URL"
        if host in self._allowed or is_near(host):
            return ""
        return f"{host} is neither loopback, private nor a one-word name; allow it with --webhook-allow {host}"


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


def _send(message: Record) -> dict[str, Any]:
    """One HTTP call; redirects are not followed, proxies of the environment are not used."""
    import requests  # takes 50 ms, most runs send no webhook

    started = stopwatch_ms()
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.request(
                message["method"], message["url"], data=message["body"].encode(), headers=message["headers"],
                timeout=message["timeout_s"], allow_redirects=False, stream=True,
            )  # fmt: skip
            outcome: dict[str, Any] = {"status": answer.status_code, "answer": _start_of(answer, started, message)}
        except (requests.RequestException, ValueError) as error:  # a host that urllib3 cannot parse is a ValueError
            outcome = {"error": f"{type(error).__name__}: {error}"}
    return outcome | {"took_ms": round(stopwatch_ms() - started)}


def _start_of(answer: requests.Response, started_ms: float, message: Record) -> str:
    """What the receiver said, as far as it came in time; one that trickles is not waited for."""
    shown = b""
    for byte in answer.iter_content(1):
        shown += byte
        if len(shown) >= _SHOWN_BYTES or stopwatch_ms() - started_ms > message["timeout_s"] * 1000:
            break
    return shown.decode("utf-8", "replace")


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

        self._pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="webhook")
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
        """Finish the deliveries under way, start no more."""
        self._stopped = True
        self.wake()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        while not self._stopped:
            self._woken.clear()
            try:
                next_s = self._fire_due()
            except Exception:
                logging.getLogger(__name__).exception("the courier stumbled")
                next_s = None
            self._woken.wait(self.POLL_S if next_s is None else min(next_s, self.POLL_S))

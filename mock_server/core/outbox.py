"""Webhooks: which are due, what was sent, what came back, and when to try again."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event, Lock, Thread, Timer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from mock_server.core.clock import Clock, parse_time, stopwatch_ms, to_text
from mock_server.core.ids import Ids
from mock_server.core.store import Record, Store

if TYPE_CHECKING:
    import requests

_HOST = re.compile(r"[a-z0-9._:-]+")  # anything else is read as another host by some client
_GRACE_S = 0.1  # for requests to notice itself that its time is over
_SHOWN_BYTES = 1000  # of a receiver's answer; the rest is not read
_MOST_DELIVERIES = 256  # at a time: slow receivers hold one thread each, and must not delay others
ALARM = "webhook"  # name of the alarms that bring messages to delivery


def _why_not_2xx(status: int, text: str) -> str:
    return "" if 200 <= status < 300 else f"status is {status}, expected 2xx"


class Manners(NamedTuple):
    """How the webhooks of one face leave, and what counts as their acknowledgement."""

    # store, message, now -> {"url", "headers"} of this attempt: a time, a fresh signature
    stamp: Callable[[Store, Record, datetime], Record] = lambda store, message, now: {}
    # status and start of an answer -> why it acknowledges nothing; empty when it does
    why_unacknowledged: Callable[[int, str], str] = _why_not_2xx


_PLAIN = Manners()


class Outbox:
    """The messages of one world. Times are the world's; only the waiting for an answer is real.

    A message record: id, event, about, method, url, headers, body, timeout_s, retry_after_s, manners (name of the face
    whose they are), queue, alone, not_before, ignores, state (waiting | delivered | failed | superseded | held | lost),
    why, attempts (oldest first: {"at", "url", "headers", "status" and "answer" or "error", "why", "took_ms"}).

    Messages of one queue leave in order and one at a time. One that waits for its next try makes way when a newer one
    comes: what it told is no longer true.
    """

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, allowed_hosts: str, manners: Mapping[str, Manners] | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._allowed = {host.strip().lower() for host in allowed_hosts.split(",") if host.strip()}
        self._manners = manners or {}

    def post(
        self,
        event: str,
        url: str,
        body: str,
        *,
        headers: Mapping[str, str],
        about: Mapping[str, str],
        method: str = "POST",
        retry_after_s: Sequence[float] = (),
        timeout_s: float = 5,
        manners: str = "",
        queue: str = "",
        delay: timedelta = timedelta(),
        ignores: str = "",
        lost: str = "",
    ) -> Record:
        """Send a request soon, and again after each pause of ``retry_after_s`` until it is acknowledged.

        ``about`` says which record it tells of. A URL that webhooks may not go to is kept and shown, not sent, and so
        is one that is ``lost``, for this reason; ``ignores`` is why no answer acknowledges it.
        """
        held = self.why_held(url)
        not_before = self._clock.now() + delay
        message: Record = {
            "id": self._ids.uuid("webhook"),
            "event": event,
            "about": dict(about),
            "method": method,
            "url": url,
            "headers": dict(headers),
            "body": body,
            "timeout_s": timeout_s,
            "retry_after_s": list(retry_after_s),
            "manners": manners,
            "queue": queue,
            "alone": False,  # sent again past its queue
            "not_before": to_text(not_before),
            "ignores": ignores,
            "state": "held" if held else "lost" if lost else "waiting",
            "why": held or lost,
            "attempts": [],
        }
        self._store.put("outbox", message["id"], message)
        if message["state"] == "waiting":
            self._line_up(message)
        return message

    def newest(self) -> Iterator[Record]:
        return self._store.all("outbox", newest_first=True)

    def find(self, message_id: str) -> Record | None:
        return self._store.get("outbox", message_id)

    def send_again(self, message_id: str) -> Record | None:
        """One more try of a message that ended, whatever came of it; None when it is waiting, held or unknown.

        It goes behind those of its queue that leave at once, and past one that waits for its next try.
        """
        ended = ("delivered", "failed", "superseded", "lost")
        taken: list[Record] = []

        def reopen(message: Record | None) -> Record | None:
            taken.clear()
            if message is None or message["state"] not in ended:
                return message
            line = self._store.get("outbox_queues", message["queue"])
            again = message | {
                "state": "waiting", "why": "", "ignores": "", "retry_after_s": [],
                "not_before": to_text(self._clock.now()), "alone": line is not None and line["state"] == "retrying",
            }  # fmt: skip
            taken.append(again)
            return again

        self._store.change("outbox", message_id, reopen)
        for message in taken:
            self._line_up(message)
        return taken[0] if taken else None

    def flush(self, queue: str) -> None:
        """Send what waits in a queue at once, in this thread: for whoever must not answer before."""
        seen: set[str] = set()
        while (line := self._store.get("outbox_queues", queue)) and line["state"] == "idle":
            first = line["waiting"][0]
            if first in seen:
                return
            seen.add(first)
            self.attempt(first)

    def attempt(self, message_id: str) -> Record | None:
        """Send a message that is due; answers with it as it is afterwards, None when there is no such message."""
        message = self._store.get("outbox", message_id)
        if message is None or message["state"] != "waiting" or not self._begin(message):
            return message
        at = self._clock.now()
        attempt = {"at": to_text(at), **self._tried(message, at)}
        if not self._is_under_way(message):  # the world was reset meanwhile
            return self._store.get("outbox", message_id)
        tried = len(message["attempts"])
        pauses = [] if attempt.get("unsent") else message["retry_after_s"]
        state = "delivered" if not attempt["why"] else "waiting" if tried < len(pauses) else "failed"

        def note(current: Record | None) -> Record | None:
            if current is None:
                return None
            return current | {"state": state, "why": attempt["why"], "attempts": [*current["attempts"], attempt]}

        message = self._store.change("outbox", message_id, note)
        if message is not None:
            self._end(message, at + timedelta(seconds=pauses[tried]) if state == "waiting" else None)
        return self._store.get("outbox", message_id)

    def _tried(self, message: Record, at: datetime) -> Record:
        """One attempt, with why it was not acknowledged."""
        manners = self._manners.get(message["manners"], _PLAIN)
        try:
            stamped = {"url": message["url"], "headers": message["headers"], **manners.stamp(self._store, message, at)}
        except Exception as error:
            logging.getLogger(__name__).exception("webhook %s could not be stamped", message["id"])
            return {"unsent": True, "why": f"this server could not sign it: {type(error).__name__}"}
        sent = {**stamped, **_send(message | stamped)}
        why = sent.get("error") or message["ignores"] or manners.why_unacknowledged(sent["status"], sent["answer"])
        return {**sent, "why": why}

    def _line_up(self, message: Record) -> None:
        """Behind those of its queue; a message whose turn it is gets its alarm."""
        overtaken: list[str] = []

        def join(line: Record | None) -> Record:
            waiting, state = (line["waiting"], line["state"]) if line else ([], "idle")
            overtaken[:] = waiting[:1] if state == "retrying" else []
            ahead = waiting[len(overtaken) :]
            return {"waiting": [*ahead, message["id"]], "state": "idle" if state == "retrying" else state}

        line = self._store.change("outbox_queues", _queue_of(message), join)
        for older in overtaken:
            self._supersede(older, message["id"])
        if line and line["state"] == "idle" and line["waiting"][0] == message["id"]:
            self._set_alarm(message)

    def _supersede(self, older: str, newer: str) -> None:
        def give_way(message: Record | None) -> Record | None:
            if message is None or message["state"] != "waiting":
                return message
            return message | {"state": "superseded", "why": f"{message['why']}; message {newer} tells the newer state"}

        self._store.change("outbox", older, give_way)

    def _begin(self, message: Record) -> bool:
        """Whether it is the message's turn; then its queue is busy until ``_end``."""
        is_turn: list[bool] = []

        def take(line: Record | None) -> Record | None:
            is_turn[:] = [line is not None and line["state"] != "busy" and line["waiting"][:1] == [message["id"]]]
            return line | {"state": "busy"} if line and is_turn[0] else line

        self._store.change("outbox_queues", _queue_of(message), take)
        return is_turn[0]

    def _is_under_way(self, message: Record) -> bool:
        line = self._store.get("outbox_queues", _queue_of(message))
        return line is not None and line["state"] == "busy" and line["waiting"][:1] == [message["id"]]

    def _end(self, message: Record, again_at: datetime | None) -> None:
        """Wait for the next try, unless a newer message came; or let the next of the queue go."""
        line = self._store.change("outbox_queues", _queue_of(message), lambda line: _moved_on(line, again_at))
        if line is not None and line["waiting"][0] != message["id"]:
            if again_at:  # it came while this one was on its way
                self._supersede(message["id"], line["waiting"][0])
            following = self._store.get("outbox", line["waiting"][0])
            if following is not None:
                self._set_alarm(following)
        elif line is not None and again_at:
            self._clock.set_alarm(again_at, ALARM, message["id"])

    def _set_alarm(self, message: Record) -> None:
        self._clock.set_alarm(max(parse_time(message["not_before"]), self._clock.now()), ALARM, message["id"])

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


def _queue_of(message: Record) -> str:
    """A message without a queue, or past its own, stands in one by itself."""
    return str(message["id"] if message["alone"] or not message["queue"] else message["queue"])


def _moved_on(line: Record | None, again_at: datetime | None) -> Record | None:
    """A queue after an attempt of its first message; an empty one is forgotten."""
    if line is None:
        return None
    waiting = line["waiting"]
    if again_at and len(waiting) == 1:
        return {"waiting": waiting, "state": "retrying"}
    return {"waiting": waiting[1:], "state": "idle"} if len(waiting) > 1 else None


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
    with requests.Session() as session, _deadline(session, message["timeout_s"]) as is_over:
        session.trust_env = False
        try:
            answer = session.request(
                message["method"], message["url"], data=message["body"].encode() or None, headers=message["headers"],
                timeout=message["timeout_s"], allow_redirects=False, stream=True,
            )  # fmt: skip
            outcome: dict[str, Any] = {"status": answer.status_code, "answer": _start_of(answer, started, message)}
        except (requests.RequestException, ValueError) as error:  # a host that urllib3 cannot parse is a ValueError
            late = f"no whole answer within {message['timeout_s']} s"
            outcome = {"error": late if is_over() else f"{type(error).__name__}: {error}"}
    return outcome | {"took_ms": round(stopwatch_ms() - started)}


@contextmanager
def _deadline(session: requests.Session, seconds: float) -> Iterator[Callable[[], bool]]:
    """Cuts every connection of the session when its time is over, which also ends one that trickles on and on.

    requests' own time-out starts again with each byte. Yields whether the time is over.
    """
    from requests.adapters import HTTPAdapter

    connections: list[Any] = []
    over = Event()

    class Watched(HTTPAdapter):
        def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
            pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
            make = pool.ConnectionCls

            def watched(*args: Any, **kwargs: Any) -> Any:
                connections.append(make(*args, **kwargs))
                return connections[-1]

            pool.ConnectionCls = watched
            return pool

    def cut() -> None:
        over.set()
        for connection in connections:
            with suppress(OSError, AttributeError):  # closed meanwhile
                connection.sock.shutdown(socket.SHUT_RDWR)

    for scheme in ("http://", "https://"):
        session.mount(scheme, Watched())
    timer = Timer(seconds + _GRACE_S, cut)
    timer.daemon = True
    timer.start()
    try:
        yield over.is_set
    finally:
        timer.cancel()


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

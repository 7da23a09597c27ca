"""Webhooks: which are due, what was sent, what came back, and when to try again."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from mock_server.core.clock import Clock, parse_time, to_text
from mock_server.core.holds import Holds
from mock_server.core.ids import Ids
from mock_server.core.rules import look_into
from mock_server.core.sending import is_near, send
from mock_server.core.store import Record, Store

ALARM = "webhook"  # name of the alarms that bring messages to delivery
_HOST = re.compile(r"[a-z0-9._:-]+")  # anything else is read as another host by some client
_CLAIMS = count(1)  # of this process, so that no two attempts ever take each other's queue


def _why_not_2xx(status: int, text: str) -> str:
    return "" if 200 <= status < 300 else f"status is {status}, expected 2xx"


class Manners(NamedTuple):
    """How the webhooks of one face leave, and what counts as their acknowledgement."""

    # store, message, now -> {"url", "headers"} of this attempt: a time, a fresh signature
    stamp: Callable[[Store, Record, datetime], Record] = lambda store, message, now: {}
    # status and start of an answer -> why it acknowledges nothing; empty when it does
    why_unacknowledged: Callable[[int, str], str] = _why_not_2xx
    # store, message -> why it is given up right before an attempt, as with an open circuit; empty when it may leave
    why_withheld: Callable[[Store, Record], str] = lambda store, message: ""
    # store, message as it is after an attempt, the attempt: for a face that keeps a log or counts failures;
    # the next of the queue leaves afterwards
    note: Callable[[Store, Record, Record], None] = lambda store, message, attempt: None


_PLAIN = Manners()


class Outbox:
    """The messages of one world. Times are the world's; only the waiting for an answer is real.

    A message record: id, number (1, 2, ...), event, name (what rules and holds call it), about, method, url, headers,
    body, timeout_s, retry_after_s, manners (name of the face whose they are), queue, alone, not_before, ignores, state
    (waiting | delivered | failed | superseded | held | lost), why, held_up (why it left later than it could), attempts
    (oldest first: {"at", "url", "headers", "status" and "answer" (and "location") or "error", "why", "took_ms"}).

    Messages of one queue leave in order and one at a time. One that waits for its next try makes way when a newer one
    comes: what it told is no longer true.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        allowed_hosts: str,
        manners: Mapping[str, Manners] | None = None,
        limit: int = 10_000,
        holds: Holds | None = None,
    ) -> None:
        """``limit`` messages are kept; the oldest go first, but for those that wait."""
        self._holds = holds or Holds()
        self._store = store
        self._clock = clock
        self._ids = ids
        self._allowed = {host.strip().lower() for host in allowed_hosts.split(",") if host.strip()}
        self._manners = manners or {}
        self._limit = limit

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
        name: str = "",
        until: str = "",
    ) -> Record:
        """Send a request soon, and again after each pause of ``retry_after_s`` until it is acknowledged.

        ``about`` says which record it tells of. A URL that webhooks may not go to is kept and shown, not sent, and so
        is one that is ``lost``, for this reason; ``ignores`` is why no answer acknowledges it. ``name`` is what rules
        and holds call it, else ``event``; it does not leave before ``until`` has happened once more.
        """
        held = self.why_held(url)
        not_before = self._clock.now() + delay
        message: Record = {
            "id": self._ids.uuid("webhook"),
            "number": self._store.count("outbox"),
            "event": event,
            "name": name or event,
            "about": dict(about),
            "method": method,
            "url": url,
            "headers": dict(headers),
            "body": body,
            "timeout_s": timeout_s,
            "retry_after_s": list(retry_after_s),
            "manners": manners,
            "queue": queue,
            "alone": bool(until),  # past its queue: sent again, or overtaken, also by those of its queue
            "not_before": to_text(not_before),
            "ignores": ignores,
            "state": "held" if held else "lost" if lost else "waiting",
            "why": held or lost,
            "held_up": "",
            "attempts": [],
        }
        self._store.put("outbox", message["id"], message)
        self._forget_oldest(message["id"], message["number"])
        if message["state"] != "waiting":
            self._holds.happened(message["name"])  # nothing more will come of it
            return message
        if until:
            self._holds.expect(message["id"], until)
        self._line_up(message)
        return message

    def _forget_oldest(self, message_id: str, number: int) -> None:
        self._store.put("outbox_numbers", str(number), {"id": message_id})
        self._store.put("outbox_last", "number", {"number": number})
        oldest = self._store.get("outbox_numbers", str(number - self._limit))
        if oldest is not None:
            self._store.change("outbox_numbers", str(number - self._limit), lambda _: None)
            self._store.change("outbox", oldest["id"], lambda old: old if old and old["state"] == "waiting" else None)

    def _is_too_old(self, message: Record) -> bool:
        """Whether a message that just ended was only kept because it waited."""
        last = self._store.get("outbox_last", "number")
        return last is not None and message["number"] <= last["number"] - self._limit

    def newest(self) -> Iterator[Record]:
        return self._store.all("outbox", newest_first=True)

    def find(self, message_id: str) -> Record | None:
        return self._store.get("outbox", message_id)

    def receiver_of(self, message_id: str) -> str:
        """Host and port that a message goes to."""
        message = self._store.get("outbox", message_id)
        return urlsplit(message["url"]).netloc if message else ""

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
        """Send what may leave a queue by now, in this thread: for whoever must not answer before."""
        seen: set[str] = set()
        while (line := self._store.get("outbox_queues", queue)) and line["state"] == "idle":
            message = self._store.get("outbox", line["waiting"][0])
            if message is None or message["id"] in seen or parse_time(message["not_before"]) > self._clock.now():
                return
            seen.add(message["id"])
            self.attempt(message["id"])

    def attempt(self, message_id: str) -> Record | None:
        """Send a message whose turn it is; answers with it as it is afterwards, None when nothing was sent."""
        message = self._store.get("outbox", message_id)
        claim = f"{os.getpid()} {next(_CLAIMS)}"
        if message is None or message["state"] != "waiting" or self._is_kept(message):
            return None
        if not self._begin(message, claim):
            return None
        at = self._clock.now()
        why, made = self._tried(message, at)
        if not self._is_claimed(message, claim):  # the world was reset meanwhile
            return None
        tried = len(message["attempts"])
        pauses = message["retry_after_s"] if made else []
        state = "delivered" if not why else "waiting" if tried < len(pauses) else "failed"

        def write_down(current: Record | None) -> Record | None:
            if current is None:
                return None
            return current | {"state": state, "why": why, "attempts": [*current["attempts"], *made]}

        message = self._store.change("outbox", message_id, write_down) or message
        for attempt in made:
            self._note(message, attempt)
        self._end(message, claim, at + timedelta(seconds=pauses[tried]) if state == "waiting" else None)
        ended = self._store.get("outbox", message_id)
        if ended is not None and ended["state"] != "waiting" and self._is_too_old(ended):
            self._store.change("outbox", message_id, lambda _: None)
        self._holds.happened(message["name"])
        return ended if made else None

    def _is_kept(self, message: Record) -> bool:
        """Whether a message whose turn it is has to wait for somebody; it comes back by itself."""
        line = self._store.get("outbox_queues", queue_of(message))
        if line is None or line["state"] == "busy" or line["waiting"][:1] != [message["id"]]:
            return False

        def look(path: str) -> Any:
            word, *steps = path.split(".")
            return look_into(_parsed(message["body"]), steps) if word == "body" else None

        def resume(why: str) -> None:
            self._store.change("outbox", message["id"], lambda found: found and found | {"held_up": why})
            self._set_alarm(message)

        shown = {"webhook": message["id"], "operation": message["name"], "url": message["url"]}
        return self._holds.keep(message["id"], message["name"], look, shown, resume)

    def _tried(self, message: Record, at: datetime) -> tuple[str, list[Record]]:
        """Why a message was not acknowledged, and the attempt, none when it was withheld.

        Whatever goes wrong, its queue must go on.
        """
        manners = self._manners_of(message)
        attempt: Record = {"at": to_text(at), "url": message["url"], "headers": message["headers"]}
        try:
            if withheld := manners.why_withheld(self._store, message):
                return withheld, []
            attempt |= manners.stamp(self._store, message, at)
            attempt |= send(message | attempt)
            why = attempt.get("error") or message["ignores"]
            why = why or manners.why_unacknowledged(attempt["status"], attempt["answer"])
        except Exception as error:
            logging.getLogger(__name__).exception("webhook %s", message["id"])
            why = f"this server failed: {type(error).__name__}"
        return why, [attempt | {"why": why}]

    def _note(self, message: Record, attempt: Record) -> None:
        """Let the face know of an attempt; a failure is logged, the queue must go on."""
        try:
            self._manners_of(message).note(self._store, message, attempt)
        except Exception:
            logging.getLogger(__name__).exception("note of webhook %s", message["id"])

    def _manners_of(self, message: Record) -> Manners:
        return self._manners.get(message["manners"], _PLAIN)

    def _line_up(self, message: Record) -> None:
        """Behind those of its queue; a message whose turn it is gets its alarm."""
        overtaken: list[str] = []
        self._drop_lost_head(queue_of(message))

        def join(line: Record | None) -> Record:
            waiting, state = (line["waiting"], line["state"]) if line else ([], "idle")
            overtaken[:] = waiting[:1] if state == "retrying" else []
            ahead = waiting[len(overtaken) :]
            joined = {"waiting": [*ahead, message["id"]], "state": "idle" if state == "retrying" else state}
            return (line or {}) | joined

        line = self._store.change("outbox_queues", queue_of(message), join)
        for older in overtaken:
            self._supersede(older, message["id"])
        if line and line["state"] == "idle" and line["waiting"][0] == message["id"]:
            self._set_alarm(message)

    def _drop_lost_head(self, queue: str) -> None:
        """A message that lined up while its world was reset has no record."""
        line = self._store.get("outbox_queues", queue)
        if line is None or self._store.get("outbox", line["waiting"][0]) is not None:
            return
        lost = line["waiting"][0]

        def drop(found: Record | None) -> Record | None:
            if found is None or found["waiting"][0] != lost:
                return found
            return {"waiting": found["waiting"][1:], "state": "idle"} if len(found["waiting"]) > 1 else None

        self._store.change("outbox_queues", queue, drop)

    def _supersede(self, older: str, newer: str) -> None:
        def give_way(message: Record | None) -> Record | None:
            if message is None or message["state"] != "waiting":
                return message
            return message | {"state": "superseded", "why": f"{message['why']}; message {newer} tells the newer state"}

        given_way = self._store.change("outbox", older, give_way)
        if given_way is not None and given_way["state"] != "waiting" and self._is_too_old(given_way):
            self._store.change("outbox", older, lambda _: None)

    def _begin(self, message: Record, claim: str) -> bool:
        """Whether it is the message's turn; then its queue is busy until ``_end``."""
        is_turn: list[bool] = []

        def take(line: Record | None) -> Record | None:
            is_turn[:] = [line is not None and line["state"] != "busy" and line["waiting"][:1] == [message["id"]]]
            return line | {"state": "busy", "claim": claim} if line and is_turn[0] else line

        self._store.change("outbox_queues", queue_of(message), take)
        return is_turn[0]

    def _is_claimed(self, message: Record, claim: str) -> bool:
        line = self._store.get("outbox_queues", queue_of(message))
        return line is not None and line.get("claim") == claim

    def _end(self, message: Record, claim: str, again_at: datetime | None) -> None:
        """Wait for the next try, unless a newer message came; or let the next of the queue go."""
        queue = queue_of(message)
        line = self._store.change("outbox_queues", queue, lambda line: _moved_on(line, claim, again_at))
        if line is not None and (not again_at or line["waiting"][0] != message["id"]):
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


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def queue_of(message: Record) -> str:
    """Where a message stands in line: without a queue, or past its own, by itself."""
    return str(message["id"] if message["alone"] or not message["queue"] else message["queue"])


def _moved_on(line: Record | None, claim: str, again_at: datetime | None) -> Record | None:
    """A queue after an attempt of its first message; an empty one is forgotten."""
    if line is None or line.get("claim") != claim:
        return line
    waiting = line["waiting"]
    if again_at and len(waiting) == 1:
        return {"waiting": waiting, "state": "retrying"}
    return {"waiting": waiting[1:], "state": "idle"} if len(waiting) > 1 else None

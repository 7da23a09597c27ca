"""What may happen to any face's webhook on its way, as rules choose it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mock_server.core.clock import parse_duration
from mock_server.core.outbox import Outbox
from mock_server.core.rules import ACCEPTED, Decision, Option
from mock_server.core.store import Record

# outcome -> its options by name; a face may have more, which ``post`` takes as accepted
OUTCOMES: Mapping[str, Mapping[str, Option]] = {
    ACCEPTED: {},
    "unacknowledged": {},
    "twice": {},
    "late": {"after": Option("how long it is held back, as a duration: 5m", parse_duration)},
    "lost": {},
    "overtaken": {
        "by": Option("what has to happen once more before it leaves; left out, the same webhook again", is_name=True)
    },
}
_LATE = "5m"  # when the rule does not say how long


def post(outbox: Outbox, decision: Decision, event: str, url: str, body: str, **how: Any) -> Record:
    """Post a webhook as a rule has decided; ``how`` is what else ``Outbox.post`` takes. The last message comes back."""
    by, outcome = decision.decided_by, decision.outcome
    for _ in range(2 if outcome == "twice" else 1):
        message = outbox.post(
            event,
            url,
            body,
            delay=parse_duration(decision.options.get("after", _LATE)) if outcome == "late" else timedelta(),
            ignores=f"{by}: the answer is not looked at" if outcome == "unacknowledged" else "",
            lost=f"{by}: lost on the way" if outcome == "lost" else "",
            until=decision.options.get("by", how.get("name") or event) if outcome == "overtaken" else "",
            **how,
        )
    return message

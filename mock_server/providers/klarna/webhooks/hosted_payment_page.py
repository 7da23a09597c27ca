"""The status callback: a shop learns of each change of a hosted session.

Source: docs.klarna.com, Hosted Payment Page, status callbacks (read 2026-11-21).
"""

from __future__ import annotations

import json
from contextlib import suppress

from mock_server.core import deliveries
from mock_server.core.rules import Choices, look_into
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.klarna.state import hosted_payment_page as state

STATUS_UPDATE = "klarna.hosted_payment_page.status_update"
CHOICES = {STATUS_UPDATE: Choices(deliveries.OUTCOMES, frozenset(), takes_faults=False)}
_RETRIES_S = (1, 2, 4)
_TIMEOUT_S = 3


def send_status_update(world: World, session: Record) -> None:
    """POST the session as it is by now to ``merchant_urls.status_update``, when there is one.

    Any 2xx within 3 s counts, else three more tries. No signature. Callbacks of one session leave in order; one that
    waits for its next try makes way for a newer one. Assumed: pauses of 1, 2 and 4 s.
    """
    url = session["merchant_urls"].get("status_update")
    if not url:
        return
    told = {"event_id": world.ids.uuid("klarna_hpp_event"), "session": state.view(session)}
    seen = {"body": told, "purchase": state.seen_by_rules(world, session["payment_session_id"])}
    decision = world.decide(STATUS_UPDATE, lambda path: look_into(seen, path.split(".")))
    deliveries.post(
        world.outbox,
        decision,
        STATUS_UPDATE,
        state.filled_in(url, session),
        json.dumps(told),
        headers={"Content-Type": "application/json"},
        about={"session_id": session["id"], "status": session["status"]},
        retry_after_s=_RETRIES_S,
        timeout_s=_TIMEOUT_S,
        queue=f"{STATUS_UPDATE} {session['id']}",
    )


def follow_order(world: World, order: Record) -> None:
    """An order completes every open session that hosts its payment session, wherever it was placed.

    Source: docs.klarna.com, Hosted Payment Page API, ecosystem (read 2026-11-21).
    """
    if not order["session_id"]:
        return
    for session in state.hosts_of(world, order["session_id"]):
        with suppress(state.NotPossible):  # it is over already
            found = {"authorization_token": order["authorization_token"]}
            if state.mode_of(session) != state.NO_ORDER:
                found = {"order_id": order["order_id"], "klarna_reference": order["klarna_reference"]}
            send_status_update(world, state.move(world, session["id"], state.COMPLETED, **found))

"""The authorization callback: a shop learns of its token even when the browser is gone."""

from __future__ import annotations

import json

from mock_server.core.store import Record
from mock_server.core.world import World


def send_authorization_callback(world: World, authorization: Record) -> None:
    """POST the token and its session to ``merchant_urls.authorization``, when there is one.

    Three attempts, 1 s and 2 s apart; any 2xx within 2 s counts. No signature.
    Source: docs.klarna.com, authorization callback (read 2026-11-20).
    """
    session = world.store.get("sessions", authorization["session_id"])
    url = (session and session["purchase"].get("merchant_urls") or {}).get("authorization")
    if not url:
        return
    told = {"authorization_token": authorization["token"], "session_id": authorization["session_id"]}
    world.outbox.post(
        "klarna.payments.authorization_callback",
        url,
        json.dumps(told),
        headers={"Content-Type": "application/json"},
        about=told,
        retry_after_s=(1, 2),
        timeout_s=2,
    )

"""The authorization callback: a shop learns of its token even when the browser is gone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mock_server.core import deliveries
from mock_server.core.rules import Choices, look_into
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import markets

CALLBACK = "klarna.payments.authorization_callback"
CHOICES = {CALLBACK: Choices(deliveries.OUTCOMES, frozenset(), takes_faults=False)}


def send_authorization_callback(world: World, authorization: Record) -> None:
    """POST the token and its session to ``merchant_urls.authorization``, when there is one.

    Three attempts, 1 s and 2 s apart; any 2xx within 2 s counts. No signature.
    Source: docs.klarna.com, authorization callback (read 2026-11-20).
    """
    session = world.store.get("sessions", authorization["session_id"])
    purchase = session["purchase"] if session else {}
    url = (purchase.get("merchant_urls") or {}).get("authorization")
    if not url:
        return
    told = {"authorization_token": authorization["token"], "session_id": authorization["session_id"]}
    deliveries.post(
        world.outbox,
        world.decide(CALLBACK, lambda path: _look(path, purchase, told)),
        CALLBACK,
        url,
        json.dumps(told),
        headers={"Content-Type": "application/json"},
        about=told,
        retry_after_s=(1, 2),
        timeout_s=2,
    )


def _look(path: str, purchase: Mapping[str, Any], told: Mapping[str, str]) -> Any:
    """What a rule sees: body.session_id, purchase.billing_address.email, purchase.country."""
    word, *steps = path.split(".")
    if word == "purchase":
        return look_into({**purchase, "country": markets.country_of(purchase)}, steps)
    return look_into(told, steps) if word == "body" else None

"""Webhooks as apps manage them: whom to tell of what, and switched on again after they were given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import lists
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.hooks import KIND

_WRITTEN = ("target", "events", "name", "active", "api_version", "secret_key")
_WELL: Mapping[str, Any] = {"warning_count": 0, "next_check_at": None, "why_inactive": ""}


def list_webhooks(world: World, query: lists.Query) -> list[Record]:
    """Source: schema 2024-04-01, webhooksList (read 2026-11-21)."""
    tests: dict[str, lists.Test] = {
        "name": lists.holds(lambda hook: hook["name"]),
        "events": lists.any_of(lambda hook: hook["events"]),
        "active": lists.flag(lambda hook: hook["active"]),
    }
    return lists.listed(world, KIND, query, tests)


def find_webhook(world: World, webhook_id: str) -> Record:
    """Raises NotFound."""
    found = records.find(world, KIND, webhook_id)
    if found is None:
        raise errors.NotFound.of("Webhook", f"no webhook {webhook_id} in world {world.name}")
    return found


def create_webhook(world: World, wanted: Mapping[str, Any]) -> Record:
    """Tell a URL of these events from now on. The address need not be https, and is not called to see who is there.

    Source: developers.nextcommerce.com, webhooks; schema 2024-04-01, webhooksCreate (read 2026-11-21).
    """
    now = to_text(world.clock.now())
    hook = {
        "id": records.new_id(world, KIND),
        "name": None,
        "active": True,
        "api_version": None,
        "secret_key": None,
        **_WELL,
        **_written(wanted),
        "created_at": now,
        "updated_at": now,
    }
    return records.put(world, KIND, hook["id"], hook)


def update_webhook(world: World, hook: Record, wanted: Mapping[str, Any]) -> Record:
    """Replace the fields given. One that is switched on starts anew, without its failures.

    Raises NotFound when it was deleted meanwhile.
    Source: schema 2024-04-01, webhooksUpdate (read 2026-11-21).
    """
    now, changes = to_text(world.clock.now()), _written(wanted)

    def change(found: Record) -> Record:
        is_switched_on = changes.get("active") and not found["active"]
        return {**found, **(_WELL if is_switched_on else {}), **changes, "updated_at": now}

    return records.change(world, KIND, hook["id"], change)


def remove_webhook(world: World, hook: Record) -> None:
    """Nothing more is told; what waits to be sent is given up.

    Source: schema 2024-04-01, webhooksDestroy (read 2026-11-21).
    """
    records.remove(world, KIND, hook["id"])


def _written(wanted: Mapping[str, Any]) -> Record:
    """What of a body is kept; an empty version or secret is none."""
    told = {"secret_key": wanted["signing_secret"]} if wanted.get("signing_secret") else {}
    told = {**{name: wanted[name] for name in _WRITTEN if name in wanted}, **told}
    if "events" in told:
        told["events"] = list(dict.fromkeys(told["events"]))
    return {name: value or None if name in ("api_version", "secret_key") else value for name, value in told.items()}

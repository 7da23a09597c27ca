"""Notes about orders and customers, which apps and people leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.money import moment

KIND = "notes"
_BY: Mapping[str, Any] = {
    "app": {"client_id": "", "name": ""},
    "author": {"id": 1, "email": None, "first_name": "", "last_name": ""},
}


def add_note(world: World, kind: str, key: Any, message: str) -> Record:
    now = to_text(world.clock.now())
    note = {"id": records.new_id(world, KIND), "about": f"{kind} {key}", "message": message, "created_at": now}
    return records.put(world, KIND, note["id"], note)


def notes_of(world: World, kind: str, key: Any) -> list[Record]:
    """Newest first."""
    return [note for note in records.newest(world, KIND) if note["about"] == f"{kind} {key}"]


def order_note_view(world: World, note: Record) -> dict[str, Any]:
    made = moment(world, note["created_at"])
    return {"id": note["id"], "message": note["message"], **_BY, "date_created": made, "date_updated": made}


def user_note_view(world: World, note: Record) -> dict[str, Any]:
    made = moment(world, note["created_at"])
    return {"id": note["id"], "message": note["message"], **_BY, "created_at": made, "updated_at": made}

"""What can be asked about points where requests and webhooks wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.errors import Misused
from mock_server.core.grammar import rule_faults
from mock_server.core.holds import AFTER, BEFORE
from mock_server.core.rules import Catalog, Choices, read_rule
from mock_server.core.store import Record
from mock_server.core.world import World


def add_hold(world: World, wanted: Mapping[str, Any]) -> Record:
    """Stop the next calls of an operation before or after their work, or the next webhooks before they leave.

    Raises Misused for a name or a match that cannot be, with the nearest right word.
    """
    moments = [moment for moment in (BEFORE, AFTER) if moment in wanted]
    if len(moments) != 1:
        raise Misused('expected {"before": "klarna.payments.create_order"} or {"after": ...}')
    moment, catalog = moments[0], world.house.catalog
    if wanted[moment] in catalog and not catalog[wanted[moment]].outcomes:
        raise Misused(f"{moment}: {wanted[moment]!r} is no operation or webhook, but an event of the ledger")
    raw = {"when": {"operation": wanted[moment], "match": wanted["match"]}, "then": {}}
    faults = rule_faults(raw, catalog)
    if faults:
        raise Misused("; ".join(faults).replace("when.operation", moment).replace("when.match", "match"))
    rule = read_rule(raw, catalog, source="hold", counter="")
    names = frozenset(name for name in rule.operations if _can_be_held(catalog[name], moment))
    if not names:
        raise Misused(f"{moment}: {wanted[moment]!r} {_why_not(catalog, wanted[moment])}")
    asked = {moment: wanted[moment], "match": wanted["match"], "times": wanted["times"]}
    return world.holds.add(moment, names, asked, lambda look: rule.matches(look) is not None)


def _can_be_held(choices: Choices, moment: str) -> bool:
    return choices.may_wait and (choices.takes_faults or moment == BEFORE)


def _why_not(catalog: Catalog, name: str) -> str:
    is_webhook = name not in catalog or catalog[name].may_wait
    return "is a webhook, which waits before it leaves: say before" if is_webhook else "is nothing that can wait"


def list_holds(world: World) -> list[Record]:
    """Those in force, oldest first, and who waits at each."""
    return world.holds.records()


def release_hold(world: World, number: str) -> dict[str, Any]:
    """Let all go who wait at a hold, which is gone then. Raises Misused (404)."""
    released = world.holds.release(int(number)) if number.isascii() and number.isdigit() else None
    if released is None:
        raise Misused(f"no hold {number} in world {world.name}: {_there(world)}", status=404, code="NOT_FOUND")
    world.fire_due()  # a webhook that waited
    return {"id": int(number), "released": released}


def _there(world: World) -> str:
    numbers = ", ".join(str(record["id"]) for record in world.holds.records())
    return f"there are {numbers}" if numbers else "there is none; one that caught all it was for is gone"

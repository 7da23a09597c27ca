"""What moves an order through its statuses: whether its triggers may be pulled, and what each does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.decisions import Verdict
from mock_server.ledger.transitions import ACCEPTED
from mock_server.providers.commercelayer.actions import checks, line_items, money, placing, rows
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.actions.carts import keep_in_step
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.statuses import (
    EDITING,
    FREE,
    MOVES,
    PENDING,
    PLACED,
    PLACING,
    after,
    is_done,
    why_not,
)
from mock_server.providers.commercelayer.webhooks import emit


def check(act: Act, order: Record, moves: Sequence[str], *, amount: int | None, is_kept: bool) -> None:
    """Each trigger after those before it, as if these had gone well. Raises Unprocessable."""
    verdict = Verdict()
    for name in moves:
        attributes = order["attributes"]
        status, payment_status = attributes["status"], attributes["payment_status"]
        if is_done(name, status, payment_status):
            continue
        why = why_not(name, status, payment_status)
        if why:
            raise money.not_permitted(why)
        if name in ("_place", "_authorize"):
            verdict = checks.check(act, order, name, amount=amount, is_kept=is_kept)
        elif name in ("_capture", "_approve_and_capture") and payment_status != FREE:
            if verdict.fraud_status != ACCEPTED:
                raise money.not_permitted(f"{name} needs what Klarna has accepted, it will be {verdict.fraud_status}")
            money.check_capture(act, order)
        to, payment_to = after(name, status, payment_status)
        if name == "_place" and attributes.get("place_async"):
            to, payment_to = PLACING, payment_status
        order = {**order, "attributes": {**attributes, "status": to, "payment_status": payment_to}}


def is_repeated(order: Record, trigger: str) -> bool:
    """Whether a trigger was pulled before: it is answered alike, and changes nothing."""
    attributes = order["attributes"]
    return trigger in MOVES and is_done(trigger, attributes["status"], attributes["payment_status"])


def pull(act: Act, order: Record, trigger: str, amount: int | None) -> Record:
    """Pull one trigger; answers with the order afterwards."""
    if is_repeated(order, trigger):
        return order
    if trigger in ("_place", "_authorize"):
        return placing.pull(act, order, trigger, amount=amount)
    if trigger in money.TRIGGERS:
        return money.TRIGGERS[trigger](act, order)
    return _PULLS[trigger](act.world, order)


def _moved(status: str, topic: str, stamp: str = "") -> Callable[[World, Record], Record]:
    """A trigger that only sets the status, and perhaps a time."""

    def move(world: World, order: Record) -> Record:
        now = to_text(world.clock.now())
        moved = records.update(world, order, {"status": status} | ({stamp: now} if stamp else {}))
        emit(world, topic, moved)
        return moved

    return move


def _set(**changes: Any) -> Callable[[World, Record], Record]:
    return lambda world, order: records.update(world, order, changes)


def _stamped(name: str) -> Callable[[World, Record], Record]:
    return lambda world, order: records.update(world, order, {name: to_text(world.clock.now())})


def _counted(name: str) -> Callable[[World, Record], Record]:
    def count(world: World, order: Record) -> Record:
        def add(found: Record) -> Record:
            attributes = found["attributes"]
            return {**found, "attributes": {**attributes, name: (attributes.get(name) or 0) + 1}}

        return records.change(world, order, add)

    return count


def _refresh(world: World, order: Record) -> Record:
    """Sums anew; Klarna's payment source goes, as with every refresh."""
    order = records.update(world, order, {"refreshed_at": to_text(world.clock.now())}, {"payment_source": None})
    return keep_in_step(world, order)


def _refresh_prices(world: World, order: Record) -> Record:
    line_items.refresh_prices(world, order)
    return _refresh(world, order)


def _nullify(world: World, order: Record) -> Record:
    return records.update(world, order, relations={"payment_source": None})


_PULLS: Mapping[str, Callable[[World, Record], Record]] = {
    "_pending": _moved(PENDING, "orders.pending"),
    "_approve": money.approve,
    "_start_editing": _moved(EDITING, "orders.start_editing"),
    "_stop_editing": _moved(PLACED, "orders.stop_editing"),
    "_archive": _stamped("archived_at"),
    "_unarchive": _set(archived_at=None),
    "_fulfill": rows.fulfill,
    "_refresh": _refresh,
    "_refresh_prices": _refresh_prices,
    "_update_taxes": _counted("tax_calculations_count"),
    "_validate": _counted("validations_count"),
    "_nullify_payment_source": _nullify,
    "_fix_payment_source": lambda world, order: order,  # nothing of this server's is ever broken
    "_reset_circuit": _set(circuit_state="closed", circuit_failure_count=0),
}

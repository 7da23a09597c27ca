"""Shipments, lightly: a method is chosen, the parcel goes its way."""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.core.clock import to_text
from mock_server.core.errors import NotEmulated
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions import rows
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.actions.carts import keep_in_step
from mock_server.providers.commercelayer.errors import Problem
from mock_server.providers.commercelayer.schemas.documents import Written
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.related import suits
from mock_server.providers.commercelayer.state.statuses import EDITABLE, IN_PROGRESS
from mock_server.providers.commercelayer.webhooks import emit

# trigger -> status, what is told, the time that is noted
_STEPS: Mapping[str, tuple[str, str, str]] = {
    "_upcoming": ("upcoming", "upcoming", ""),
    "_cancel": ("cancelled", "cancel", ""),
    "_on_hold": ("on_hold", "on_hold", "on_hold_at"),
    "_picking": ("picking", "picking", "picking_at"),
    "_packing": ("packing", "packing", "packing_at"),
    "_ready_to_ship": ("ready_to_ship", "ready_to_ship", "ready_to_ship_at"),
    "_ship": ("shipped", "ship", "shipped_at"),
    "_deliver": ("delivered", "deliver", "delivered_at"),
}
_NOT_EMULATED = ("_reserve_stock", "_release_stock", "_decrement_stock", "_get_rates", "_purchase")


def update(act: Act, shipment: Record, written: Written) -> Record:
    """Choose its shipping method, or move it on; when all of an order is shipped, the order is fulfilled.

    A method changes what the order comes to, so the payment source goes. Raises Unprocessable, NotEmulated.
    """
    world = act.world
    triggers = written.triggers
    if triggers.keys() & set(_NOT_EMULATED):
        raise NotEmulated("stock and carriers' rates are not emulated")
    if act.is_sales and triggers:
        raise errors.AccessDenied.because(f"{sorted(triggers)[0]} is not for sales channels")
    order = records.follow(world, shipment["relations"].get("order"))
    _check_method(act, order, written)
    changes = written.plain
    before = shipment["relations"].get("shipping_method")
    shipment = records.update(world, shipment, changes, written.relations)
    if order is not None and "shipping_method" in written.relations:
        keep_in_step(world, order, keeps_source=shipment["relations"]["shipping_method"] == before)
    for name in _STEPS:
        if name in triggers:
            shipment = _step(act, shipment, name)
    return records.find(world, "shipments", shipment["id"]) or shipment


def _check_method(act: Act, order: Record | None, written: Written) -> None:
    method = records.follow(act.world, written.relations.get("shipping_method"))
    if method is None or order is None:
        return
    status = order["attributes"]["status"]
    why = "" if status in EDITABLE else f"order {order['id']} is {status}"
    if not suits(method, order):
        why = f"shipping method {method['id']} is disabled, or of another market or currency"
    if why:
        problem = Problem("shipping_method", "is invalid", "invalid", is_relationship=True, why=why)
        raise errors.Unprocessable.of(problem)


def _step(act: Act, shipment: Record, trigger: str) -> Record:
    status, told, stamp = _STEPS[trigger]
    world, now = act.world, to_text(act.world.clock.now())
    if shipment["attributes"]["status"] == status:
        return shipment
    shipment = records.update(world, shipment, {"status": status} | ({stamp: now} if stamp else {}))
    emit(world, f"shipments.{told}", shipment)
    order = records.follow(world, shipment["relations"].get("order"))
    if order is not None and order["attributes"]["fulfillment_status"] == IN_PROGRESS and _is_sent(world, order):
        rows.fulfill(world, order)
    return shipment


def _is_sent(world: World, order: Record) -> bool:
    shipments = records.belonging(world, order, "shipments")
    return all(each["attributes"]["status"] in ("shipped", "delivered") for each in shipments)

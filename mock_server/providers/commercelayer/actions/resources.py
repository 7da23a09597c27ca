"""What can be done with any resource: list, retrieve, create, update, delete; most by their row alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions import (
    addresses,
    klarna_payments,
    line_items,
    money,
    orders,
    settings,
    shipments,
)
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.jsonapi.documents import after_cursor, page_of
from mock_server.providers.commercelayer.jsonapi.filters import holds
from mock_server.providers.commercelayer.jsonapi.queries import Query
from mock_server.providers.commercelayer.resources.rows import Resource
from mock_server.providers.commercelayer.schemas.documents import Written
from mock_server.providers.commercelayer.state import access, records, related
from mock_server.providers.commercelayer.state.access import Viewer
from mock_server.providers.commercelayer.state.shown import attributes_of

# views of several types as one -> those types
VIEWS: Mapping[str, tuple[str, ...]] = {
    "payment_gateways": ("klarna_gateways",),
    "transactions": related.TRANSACTIONS,
}
BY_CURSOR = ("event_stores",)  # types whose lists are read by cursor, and not counted
# type -> relationships whose owner keeps a list of it, and how that is called
_BELONGS = {
    "customer_addresses": {"customer_addresses": "customer"},
    "customer_payment_sources": {"customer_payment_sources": "customer"},
    "shipments": {"shipments": "order"},
}
# type -> those that cannot do without it: type and relationship
_USED_BY = {
    "klarna_gateways": (("payment_methods", "payment_gateway"),),
    "markets": (("orders", "market"),),
    "payment_methods": (("orders", "payment_method"),),
    "price_lists": (("markets", "price_list"),),
    "skus": (("line_items", "sku"),),
}
_CREATE: Mapping[str, Callable[[Act, Written], Record]] = {
    "addresses": addresses.create,
    "customer_addresses": addresses.keep,
    "customers": settings.create_customer,
    "klarna_gateways": settings.create_klarna_gateway,
    "klarna_payments": klarna_payments.create,
    "line_items": line_items.create,
    "markets": settings.create_market,
    "orders": orders.create,
    "payment_methods": settings.create_payment_method,
    "prices": settings.create_price,
    "skus": settings.create_sku,
    "webhooks": settings.create_webhook,
}
_UPDATE: Mapping[str, Callable[[Act, Record, Written], Record]] = {
    "addresses": addresses.update,
    "authorizations": money.update_authorization,
    "captures": money.update_capture,
    "customers": settings.update_customer,
    "events": settings.trigger_event,
    "klarna_gateways": settings.update_klarna_gateway,
    "klarna_payments": klarna_payments.update,
    "line_items": line_items.update,
    "markets": settings.update_market,
    "orders": orders.update,
    "payment_methods": settings.update_payment_method,
    "refunds": money.update_transaction,
    "shipments": shipments.update,
    "skus": settings.update_sku,
    "voids": money.update_transaction,
    "webhooks": settings.update_webhook,
}
_DELETE: Mapping[str, Callable[[Act, Record], None]] = {
    "addresses": addresses.delete,
    "customers": settings.delete_customer,
    "klarna_payments": klarna_payments.delete,
    "line_items": line_items.delete,
    "orders": orders.delete,
}


def find(world: World, type_: str, id_: str) -> Record:
    """Raises RecordNotFound."""
    for each in VIEWS.get(type_, (type_,)):
        record = records.find(world, each, id_)
        if record is not None:
            return record
    raise errors.RecordNotFound.because(f"there is no {type_} {id_} in world {world.name}")


def create(act: Act, type_: str, written: Written) -> Record:
    """A new record, by its own act or as it is told; triggers _disable and _enable are known everywhere.

    Raises RecordNotFound, AccessDenied when it shall belong to what the caller may not see.
    """
    for name in ("order", "customer"):
        owner = records.follow(act.world, written.relations.get(name))
        if owner is not None and type_ != "orders":
            access.check(act.world, act.viewer, owner)
    if type_ in _CREATE:
        return _CREATE[type_](act, written)
    belongs = {name: written.relations[owner] for name, owner in _BELONGS.get(type_, {}).items()}
    return records.create(
        act.world, type_, _plain(act, written), written.relations, belongs={n: to for n, to in belongs.items() if to}
    )


def update(act: Act, record: Record, written: Written) -> Record:
    if record["type"] in _UPDATE:
        return _UPDATE[record["type"]](act, record, written)
    return records.update(act.world, record, _plain(act, written), written.relations)


def delete(act: Act, record: Record) -> None:
    type_ = record["type"]
    for user, name in _USED_BY.get(type_, ()):
        here = records.reference(record)
        if any(each["relations"].get(name) == here for each in records.every(act.world, user)):
            detail = f"Failed to destroy {_class_of(type_)} with id={record['id']}"
            raise errors.Locked.because(f"{type_} {record['id']} is the {name} of {user}", detail)
    if type_ in _DELETE:
        _DELETE[type_](act, record)
        return
    belongs = {name: record["relations"][owner] for name, owner in _BELONGS.get(type_, {}).items()}
    records.remove(act.world, record, belongs=belongs)


def _class_of(type_: str) -> str:
    """``payment_methods`` as Ruby calls them: PaymentMethod."""
    return "".join(word.title() for word in type_.removesuffix("s").split("_"))


def _plain(act: Act, written: Written) -> dict[str, Any]:
    return {**written.plain, **settings.switched(act.world, written.attributes)}


def listed(world: World, row: Resource, query: Query, viewer: Viewer) -> tuple[list[Record], int | None]:
    """A page of all records of a type that meet the query, and how many there are; None when nobody counts.

    A token for markets sees what is sold there, a customer through a sales channel what is their own.
    """
    type_ = row.type
    if viewer.is_sales and viewer.customer_id and row.is_own:
        customer = find(world, "customers", viewer.customer_id)
        return chosen(world, type_, records.belonging(world, customer, type_), query)
    types = VIEWS.get(type_, (type_,))
    if viewer.market_ids and {"market", "price_list", "order"} & row.relations.keys():
        offered = (each for each in _every(world, types) if access.is_offered(world, viewer, each))
        return chosen(world, type_, offered, query)
    is_plain = len(types) == 1 and not query.filters and not query.sort
    if is_plain and type_ not in BY_CURSOR:
        return page_of(world, types[0], query.page), records.how_many(world, types[0])
    return chosen(world, type_, _every(world, types), query)


def _every(world: World, types: Iterable[str]) -> Iterator[Record]:
    for type_ in types:
        yield from records.every(world, type_)


def chosen(world: World, type_: str, found: Iterable[Record], query: Query) -> tuple[list[Record], int | None]:
    """A page of these records of a type, those that meet all filters, sorted; and how many there are, as ``listed``."""
    kept = [record for record in found if all(holds(world, record, each) for each in query.filters)]
    places = {record["id"]: place for place, record in enumerate(kept)}  # as they were made, which real ids follow
    for name, is_descending in reversed(query.sort):
        kept.sort(key=lambda record: _sort_key(world, record, name, places), reverse=is_descending)
    if type_ in BY_CURSOR:
        return after_cursor(kept, query.page), None
    start = (query.page.number - 1) * query.page.size
    return kept[start : start + query.page.size], len(kept)


def _sort_key(world: World, record: Record, name: str, places: Mapping[str, int]) -> tuple[bool, Any]:
    """Nothing comes last, as in PostgreSQL; of one attribute all values are of one kind."""
    if name == "id":
        return False, places[record["id"]]
    if name in ("created_at", "updated_at"):
        return False, record[name]
    value = record["attributes"].get(name)
    if value is None and name not in record["attributes"]:
        value = attributes_of(world, record).get(name)
    return value is None, 0 if value is None else value

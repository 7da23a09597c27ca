"""Endpoints about stock records: how many of a variant there are at each location."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.auth import BASE
from mock_server.providers.next_commerce.routes.declared import (
    CHANGING,
    DOCS,
    LISTING,
    READING,
    WRITING,
    body,
    page,
    query_of,
)
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import stock
    from mock_server.providers.next_commerce.schemas import catalogue as schemas
    from mock_server.providers.next_commerce.state import catalogue as state
else:
    _HERE = "mock_server.providers.next_commerce"
    stock, schemas = Later(f"{_HERE}.actions.stock"), Later(f"{_HERE}.schemas.catalogue")
    state = Later(f"{_HERE}.state.catalogue")

_CATALOGUE = "next_commerce.catalogue"
_ALL = f"{BASE}/stockrecords"
_ONE = f"{_ALL}/<stock_id>"


def _stock(call: Call) -> Any:
    return stock.find(call.world, call.path_args["stock_id"])


@operation(_CATALOGUE, "GET", _ALL, docs=f"{DOCS}stockrecordsList", errors=LISTING)
def list_stock_records(call: Call) -> Reply:
    allocated, found = state.allocations(call.world), stock.list_all(call.world, query_of(call))
    return page(
        call, found, lambda each: state.stock_record_view(call.world, each["variant"], each["stock"], allocated)
    )


@operation(
    _CATALOGUE, "POST", _ALL, docs=f"{DOCS}stockrecordsCreate", **body(lambda: schemas.StockRecordSchema),
    errors=WRITING,
)  # fmt: skip
def create_stock_record(call: Call) -> Reply:
    return Reply(stock.view(call.world, stock.create(call.world, call.body, call.base_url)), 201)


@operation(_CATALOGUE, "GET", _ONE, docs=f"{DOCS}stockrecordsRetrieve", find=_stock, errors=READING)
def read_stock_record(call: Call) -> Reply:
    return Reply(stock.view(call.world, call.found))


@operation(
    _CATALOGUE, "PATCH", _ONE, docs=f"{DOCS}stockrecordsPartialUpdate", find=_stock,
    **body(lambda: schemas.UpdateStockRecordSchema), errors=CHANGING,
)  # fmt: skip
def update_stock_record(call: Call) -> Reply:
    return Reply(stock.view(call.world, stock.update(call.world, call.found, call.body, call.base_url)))


@operation(
    _CATALOGUE, "DELETE", _ONE, docs=f"{DOCS}stockrecordsDestroy", find=_stock,
    errors=(errors.InvalidFields, *READING),
)  # fmt: skip
def delete_stock_record(call: Call) -> Reply:
    stock.delete(call.world, call.found, call.base_url)
    return Reply(None, 204)


STOCK_OPERATIONS: tuple[Operation, ...] = (
    list_stock_records, create_stock_record, read_stock_record, update_stock_record, delete_stock_record,
)  # fmt: skip

"""Endpoints about carts."""

from __future__ import annotations

from collections.abc import Mapping
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
    from mock_server.providers.next_commerce.actions import carts as actions
    from mock_server.providers.next_commerce.schemas import carts as schemas
    from mock_server.providers.next_commerce.state import carts as state
    from mock_server.providers.next_commerce.state import records
else:
    _HERE = "mock_server.providers.next_commerce"
    actions, schemas = Later(f"{_HERE}.actions.carts"), Later(f"{_HERE}.schemas.carts")
    state, records = Later(f"{_HERE}.state.carts"), Later(f"{_HERE}.state.records")

_CARTS = "next_commerce.carts"
_ALL = f"{BASE}/carts"
_ONE = f"{_ALL}/<cart_id>"


def _cart(call: Call) -> Any:
    return actions.find(call.world, call.path_args["cart_id"])


def _known_purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* of a cart that is there."""
    return records.find(call.world, state.KIND, call.path_args["cart_id"]) or {}


@operation(_CARTS, "GET", _ALL, docs=f"{DOCS}cartsList", errors=(errors.InvalidFields, *LISTING))
def list_carts(call: Call) -> Reply:
    found = actions.list_carts(call.world, query_of(call))
    return page(call, found, lambda each: state.cart_row(call.world, each))


@operation(_CARTS, "POST", _ALL, docs=f"{DOCS}cartsCreate", **body(lambda: schemas.CartSchema), errors=WRITING)
def create_cart(call: Call) -> Reply:
    return Reply(state.cart_view(call.world, actions.create(call.world, call.body, call.base_url)), 201)


@operation(
    _CARTS, "GET", _ONE, docs=f"{DOCS}cartsRetrieve", find=_cart, purchase=_known_purchase, errors=READING
)
def read_cart(call: Call) -> Reply:
    return Reply(state.cart_view(call.world, call.found))


@operation(
    _CARTS, "PUT", _ONE, docs=f"{DOCS}cartsUpdate", find=_cart, purchase=_known_purchase,
    **body(lambda: schemas.UpdateCartSchema), errors=CHANGING,
)  # fmt: skip
def replace_cart(call: Call) -> Reply:
    return Reply(state.cart_view(call.world, actions.update(call.world, call.found, call.body)))


@operation(
    _CARTS, "DELETE", _ONE, docs=f"{DOCS}cartsDestroy", find=_cart, purchase=_known_purchase, errors=READING
)
def delete_cart(call: Call) -> Reply:
    actions.delete(call.world, call.found)
    return Reply(None, 204)


CART_OPERATIONS: tuple[Operation, ...] = (list_carts, create_cart, read_cart, replace_cart, delete_cart)

"""Endpoints about fulfillment orders: found, held, moved, requested of their warehouse, called back, shipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.core.store import Record
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.auth import BASE
from mock_server.providers.next_commerce.routes.declared import CHANGING, DOCS, LISTING, READING, body, page, query_of
from mock_server.providers.next_commerce.routes.locations import LOCATION_OPERATIONS
from mock_server.providers.next_commerce.routes.orders import order_in
from mock_server.providers.next_commerce.routes.shipments import FULFILLMENT, SHIPMENT_OPERATIONS
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import fulfillment as actions
    from mock_server.providers.next_commerce.actions import fulfillment_lists as lists
    from mock_server.providers.next_commerce.actions import moving, shipping
    from mock_server.providers.next_commerce.schemas import fulfillment as schemas
    from mock_server.providers.next_commerce.state import fulfillment_views as views
    from mock_server.providers.next_commerce.state import orders as state
    from mock_server.providers.next_commerce.state import purchase, shipments
else:
    _HERE = "mock_server.providers.next_commerce"
    actions, lists = Later(f"{_HERE}.actions.fulfillment"), Later(f"{_HERE}.actions.fulfillment_lists")
    moving, shipping = Later(f"{_HERE}.actions.moving"), Later(f"{_HERE}.actions.shipping")
    schemas, views = Later(f"{_HERE}.schemas.fulfillment"), Later(f"{_HERE}.state.fulfillment_views")
    state, purchase = Later(f"{_HERE}.state.orders"), Later(f"{_HERE}.state.purchase")
    shipments = Later(f"{_HERE}.state.shipments")

_ALL = f"{BASE}/fulfillment-orders"
_ONE = f"{_ALL}/<fulfillment_order_id>"
_REQUEST, _CANCELLATION = f"{_ONE}/fulfillment-request", f"{_ONE}/cancellation-request"
_BARE = (errors.InvalidFields, *READING)  # without a body


def _found(call: Call) -> Any:
    """The order and its fulfillment order that the path names; raises NotFound."""
    return actions.find(call.world, call.path_args["fulfillment_order_id"])


def _seen_by_rules(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* of the order that a fulfillment order is of."""
    order = state.find(call.world, shipments.number_in(call.path_args["fulfillment_order_id"]))
    return purchase.seen_by_rules(order, state.total(order)) if order else {}


def _about_one(docs: str, schema: Callable[[], type] | None = None) -> dict[str, Any]:
    """What is declared of all that is done with one fulfillment order."""
    load: dict[str, Any] = body(schema) if schema else {}
    refusals = CHANGING if schema else _BARE
    return {"docs": f"{DOCS}{docs}", "find": _found, "purchase": _seen_by_rules, "errors": refusals, **load}


def _view(call: Call, order: Record, own: Record | None) -> dict[str, Any] | None:
    return views.fulfillment_order_view(call.world, order, own) if own else None


def _reply(call: Call, found: tuple[Record, Record]) -> Reply:
    return Reply(_view(call, *found))


def _rows(call: Call, found: list[Record]) -> Reply:
    return page(call, found, lambda row: views.fulfillment_order_view(call.world, row["order"], row))


@operation(
    FULFILLMENT, "GET", _ALL, docs=f"{DOCS}fulfillmentOrdersList", errors=(errors.InvalidFields, *LISTING)
)
def list_fulfillment_orders(call: Call) -> Reply:
    return _rows(call, lists.list_fulfillment_orders(call.world, query_of(call)))


@operation(
    FULFILLMENT, "GET", f"{BASE}/assigned-fulfillment-orders", docs=f"{DOCS}assignedFulfillmentOrdersList",
    errors=(errors.InvalidFields, *LISTING),
)  # fmt: skip
def list_assigned_fulfillment_orders(call: Call) -> Reply:
    return _rows(call, lists.list_assigned(call.world, query_of(call)))


@operation(
    FULFILLMENT, "GET", f"{BASE}/orders/<number>/fulfillment-orders", docs=f"{DOCS}ordersFulfillmentOrdersRetrieve",
    find=order_in, errors=READING,
)  # fmt: skip
def list_fulfillment_orders_of_order(call: Call) -> Reply:
    """A plain array, oldest first."""
    return Reply([_view(call, call.found, own) for own in call.found["fulfillment_orders"]])


@operation(FULFILLMENT, "GET", _ONE, docs=f"{DOCS}fulfillmentOrdersRetrieve", find=_found, errors=READING)
def read_fulfillment_order(call: Call) -> Reply:
    return _reply(call, call.found)


@operation(
    FULFILLMENT, "GET", f"{_ONE}/available-locations", docs=f"{DOCS}availableLocationsRetrieve", find=_found,
    errors=READING,
)  # fmt: skip
def list_available_locations(call: Call) -> Reply:
    return Reply({"available_locations": moving.available_locations(call.world, call.found)})


@operation(
    FULFILLMENT, "POST", f"{_ONE}/move", **_about_one("fulfillmentOrdersMove", lambda: schemas.MoveSchema)
)
def move_fulfillment_order(call: Call) -> Reply:
    order, original, moved = moving.move(call.world, call.found, call.body)
    told = {"moved_fulfillment_order": _view(call, order, moved)}
    return Reply({**told, "original_fulfillment_order": _view(call, order, original)})


@operation(FULFILLMENT, "POST", f"{_ONE}/cancel", **_about_one("fulfillmentOrdersCancel"))
def cancel_fulfillment_order(call: Call) -> Reply:
    order, original, new = moving.cancel(call.world, call.found)
    told = {"new_fulfillment_order": _view(call, order, new)}
    return Reply({**told, "original_fulfillment_order": _view(call, order, original)})


@operation(FULFILLMENT, "POST", f"{_ONE}/hold", **_about_one("fulfillmentOrdersHold", lambda: schemas.HoldSchema))
def hold_fulfillment_order(call: Call) -> Reply:
    return _reply(call, actions.hold(call.world, call.found, call.body))


@operation(FULFILLMENT, "POST", f"{_ONE}/release-hold", **_about_one("fulfillmentOrdersReleaseHold"))
def release_hold(call: Call) -> Reply:
    return _reply(call, actions.release_hold(call.world, call.found))


@operation(
    FULFILLMENT, "POST", f"{_ONE}/close", **_about_one("fulfillmentOrdersClose", lambda: schemas.MessageSchema)
)
def close_fulfillment_order(call: Call) -> Reply:
    return _reply(call, actions.close(call.world, call.found, call.body))


@operation(
    FULFILLMENT, "POST", _REQUEST, **_about_one("fulfillmentRequestSend", lambda: schemas.FulfillmentRequestSchema)
)
def request_fulfillment(call: Call) -> Reply:
    order, own, rest = moving.request(call.world, call.found, call.body)
    view = _view(call, order, own)
    told = {"original_fulfillment_order": view, "requested_fulfillment_order": view}
    return Reply({**told, "unrequested_fulfillment_order": _view(call, order, rest)})


@operation(
    FULFILLMENT, "POST", f"{_REQUEST}/accept", **_about_one("fulfillmentRequestAccept", lambda: schemas.MessageSchema)
)
def accept_fulfillment_request(call: Call) -> Reply:
    return _reply(call, actions.accept_request(call.world, call.found, call.body))


@operation(
    FULFILLMENT, "POST", f"{_REQUEST}/reject", **_about_one("fulfillmentRequestReject", lambda: schemas.RejectSchema)
)
def reject_fulfillment_request(call: Call) -> Reply:
    return _reply(call, actions.reject_request(call.world, call.found, call.body))


@operation(
    FULFILLMENT, "POST", f"{_REQUEST}/cancel", **_about_one("fulfillmentRequestCancel", lambda: schemas.MessageSchema)
)
def cancel_fulfillment_request(call: Call) -> Reply:
    return _reply(call, actions.withdraw_request(call.world, call.found))


@operation(
    FULFILLMENT, "POST", _CANCELLATION, **_about_one("cancellationRequestSend", lambda: schemas.MessageSchema)
)
def request_cancellation(call: Call) -> Reply:
    return _reply(call, actions.request_cancellation(call.world, call.found, call.body))


@operation(
    FULFILLMENT, "POST", f"{_CANCELLATION}/accept",
    **_about_one("cancellationRequestAccept", lambda: schemas.MessageSchema),
)  # fmt: skip
def accept_cancellation_request(call: Call) -> Reply:
    return _reply(call, actions.accept_cancellation(call.world, call.found, call.body))


@operation(
    FULFILLMENT, "POST", f"{_CANCELLATION}/reject",
    **_about_one("cancellationRequestReject", lambda: schemas.MessageSchema),
)  # fmt: skip
def reject_cancellation_request(call: Call) -> Reply:
    return _reply(call, actions.reject_cancellation(call.world, call.found, call.body))


@operation(
    FULFILLMENT, "POST", f"{_CANCELLATION}/cancel",
    **_about_one("cancellationRequestCancel", lambda: schemas.MessageSchema),
)  # fmt: skip
def cancel_cancellation_request(call: Call) -> Reply:
    return _reply(call, actions.withdraw_cancellation(call.world, call.found))


@operation(FULFILLMENT, "GET", f"{_ONE}/fulfillments", docs=f"{DOCS}fulfillmentsRetrieve", find=_found, errors=READING)
def list_fulfillments(call: Call) -> Reply:
    """A plain array, oldest first."""
    order, own = call.found
    found = [each for each in order["fulfillments"] if each["fulfillment_order_id"] == own["id"]]
    return Reply([shipments.fulfillment_view(call.world, order, each) for each in found])


@operation(
    FULFILLMENT, "POST", f"{_ONE}/fulfillments",
    **_about_one("fulfillmentsCreate", lambda: schemas.CreateFulfillmentSchema),
)  # fmt: skip
def create_fulfillment(call: Call) -> Reply:
    order, fulfillment = shipping.create_fulfillment(call.world, call.found, call.body)
    return Reply(shipments.fulfillment_view(call.world, order, fulfillment), 201)


FULFILLMENT_OPERATIONS: tuple[Operation, ...] = (
    list_fulfillment_orders, list_assigned_fulfillment_orders, list_fulfillment_orders_of_order,
    read_fulfillment_order, list_available_locations, move_fulfillment_order, cancel_fulfillment_order,
    hold_fulfillment_order, release_hold, close_fulfillment_order, request_fulfillment, accept_fulfillment_request,
    reject_fulfillment_request, cancel_fulfillment_request, request_cancellation, accept_cancellation_request,
    reject_cancellation_request, cancel_cancellation_request, list_fulfillments, create_fulfillment,
    *SHIPMENT_OPERATIONS, *LOCATION_OPERATIONS,
)  # fmt: skip

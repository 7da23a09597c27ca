"""Endpoints about the fulfillments of an order, and the events of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.providers.next_commerce.auth import BASE
from mock_server.providers.next_commerce.routes.declared import CHANGING, DOCS, READING, body
from mock_server.providers.next_commerce.routes.orders import order_in, seen_by_rules
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import shipping as actions
    from mock_server.providers.next_commerce.schemas import fulfillment as schemas
    from mock_server.providers.next_commerce.state import fulfillment_views as views
    from mock_server.providers.next_commerce.state import shipments
else:
    _HERE = "mock_server.providers.next_commerce"
    actions, schemas = Later(f"{_HERE}.actions.shipping"), Later(f"{_HERE}.schemas.fulfillment")
    views, shipments = Later(f"{_HERE}.state.fulfillment_views"), Later(f"{_HERE}.state.shipments")

FULFILLMENT = "next_commerce.fulfillment"
_ALL = f"{BASE}/orders/<number>/fulfillments"
_ONE = f"{_ALL}/<fulfillment_id>"
_EVENTS = f"{_ONE}/events"


def _shipped(call: Call) -> Any:
    """The order and its fulfillment that the path names; raises NotFound."""
    order = order_in(call)
    return order, actions.find_fulfillment(order, call.path_args["fulfillment_id"])


def _event(call: Call) -> Any:
    """The same with an event; raises NotFound."""
    order, fulfillment = _shipped(call)
    return order, fulfillment, actions.find_event(fulfillment, call.path_args["event_id"])


@operation(
    FULFILLMENT, "GET", _ALL, docs=f"{DOCS}ordersFulfillmentsRetrieve", find=order_in, errors=READING
)
def list_fulfillments_of_order(call: Call) -> Reply:
    """A plain array, oldest first."""
    order = call.found
    return Reply([shipments.fulfillment_view(call.world, order, each) for each in order["fulfillments"]])


@operation(
    FULFILLMENT, "POST", _ALL, docs=f"{DOCS}ordersFulfillmentsCreate", find=order_in, purchase=seen_by_rules,
    **body(lambda: schemas.ShipmentSchema), errors=CHANGING,
)  # fmt: skip
def add_fulfillment(call: Call) -> Reply:
    order, fulfillment = actions.add_fulfillment(call.world, call.found, call.body)
    return Reply(shipments.fulfillment_view(call.world, order, fulfillment), 201)


@operation(FULFILLMENT, "GET", _ONE, docs=f"{DOCS}ordersFulfillmentRetrieve", find=_shipped, errors=READING)
def read_fulfillment(call: Call) -> Reply:
    return Reply(shipments.fulfillment_view(call.world, *call.found))


@operation(FULFILLMENT, "GET", _EVENTS, docs=f"{DOCS}ordersFulfillmentsEventsList", find=_shipped, errors=READING)
def list_events(call: Call) -> Reply:
    """A plain array, in the order they were told."""
    order, fulfillment = call.found
    return Reply([views.event_view(call.world, order, fulfillment, event) for event in fulfillment["events"]])


@operation(
    FULFILLMENT, "POST", _EVENTS, docs=f"{DOCS}ordersFulfillmentsEventsCreate", find=_shipped,
    purchase=seen_by_rules, **body(lambda: schemas.EventSchema), errors=CHANGING,
)  # fmt: skip
def add_event(call: Call) -> Reply:
    order, fulfillment = call.found
    event = actions.add_event(call.world, call.found, call.body)
    return Reply(views.event_view(call.world, order, fulfillment, event))


@operation(
    FULFILLMENT, "GET", f"{_EVENTS}/<event_id>", docs=f"{DOCS}ordersFulfillmentsEventsRetrieve", find=_event,
    errors=READING,
)  # fmt: skip
def read_event(call: Call) -> Reply:
    order, fulfillment, event = call.found
    return Reply(views.event_view(call.world, order, fulfillment, event))


@operation(
    FULFILLMENT, "DELETE", f"{_EVENTS}/<event_id>", docs=f"{DOCS}ordersFulfillmentsEventsDestroy", find=_event,
    purchase=seen_by_rules, errors=READING,
)  # fmt: skip
def remove_event(call: Call) -> Reply:
    order, fulfillment, event = call.found
    actions.remove_event(call.world, (order, fulfillment), event)
    return Reply(status=204)


SHIPMENT_OPERATIONS: tuple[Operation, ...] = (
    list_fulfillments_of_order, add_fulfillment, read_fulfillment, list_events, add_event, read_event, remove_event,
)  # fmt: skip

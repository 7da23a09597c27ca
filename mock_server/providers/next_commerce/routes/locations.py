"""Endpoints about the locations that orders are fulfilled from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.auth import BASE
from mock_server.providers.next_commerce.routes.declared import CHANGING, DOCS, LISTING, READING, WRITING, body, page
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import locations as actions
    from mock_server.providers.next_commerce.schemas import fulfillment as schemas
    from mock_server.providers.next_commerce.state import fulfillment_views as views
else:
    _HERE = "mock_server.providers.next_commerce"
    actions, schemas = Later(f"{_HERE}.actions.locations"), Later(f"{_HERE}.schemas.fulfillment")
    views = Later(f"{_HERE}.state.fulfillment_views")

LOCATIONS = "next_commerce.locations"
_ALL = f"{BASE}/locations"
_ONE = f"{_ALL}/<location_id>"


def _location(call: Call) -> Any:
    return actions.find_location(call.world, call.path_args["location_id"])


@operation(LOCATIONS, "GET", _ALL, docs=f"{DOCS}locationsList", errors=LISTING)
def list_locations(call: Call) -> Reply:
    return page(call, actions.list_locations(call.world), lambda each: views.location_view(each))


@operation(
    LOCATIONS, "POST", _ALL, docs=f"{DOCS}locationsCreate", **body(lambda: schemas.LocationSchema), errors=WRITING
)
def create_location(call: Call) -> Reply:
    return Reply(views.location_view(actions.create_location(call.world, call.body)), 201)


@operation(LOCATIONS, "GET", _ONE, docs=f"{DOCS}locationsRetrieve", find=_location, errors=READING)
def read_location(call: Call) -> Reply:
    return Reply(views.location_view(call.found))


@operation(
    LOCATIONS, "PUT", _ONE, docs=f"{DOCS}locationsUpdate", find=_location,
    **body(lambda: schemas.LocationSchema), errors=CHANGING,
)  # fmt: skip
def replace_location(call: Call) -> Reply:
    return Reply(views.location_view(actions.replace_location(call.world, call.found, call.body)))


@operation(
    LOCATIONS, "DELETE", _ONE, docs=f"{DOCS}locationsDestroy", find=_location,
    errors=(errors.InvalidFields, *READING),
)  # fmt: skip
def remove_location(call: Call) -> Reply:
    actions.remove_location(call.world, call.found)
    return Reply(status=204)


LOCATION_OPERATIONS: tuple[Operation, ...] = (
    list_locations, create_location, read_location, replace_location, remove_location,
)  # fmt: skip

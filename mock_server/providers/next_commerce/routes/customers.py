"""Endpoints about customers: their details, addresses, notes, and what they have bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.auth import BASE, version_of
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
    from mock_server.providers.next_commerce.actions import users as actions
    from mock_server.providers.next_commerce.schemas import customers as schemas
    from mock_server.providers.next_commerce.state import customers, notes, subscriptions, views
else:
    _HERE = "mock_server.providers.next_commerce"
    actions, schemas = Later(f"{_HERE}.actions.users"), Later(f"{_HERE}.schemas.customers")
    customers, notes = Later(f"{_HERE}.state.customers"), Later(f"{_HERE}.state.notes")
    subscriptions, views = Later(f"{_HERE}.state.subscriptions"), Later(f"{_HERE}.state.views")

USERS = "next_commerce.users"
_ONE = f"{BASE}/users/<user_id>"
_ADDRESS = f"{_ONE}/addresses/<address_id>"


def _user(call: Call) -> Any:
    return actions.find(call.world, call.path_args["user_id"])


def _address(call: Call) -> Any:
    """A customer, and the address of theirs that the path names."""
    user = _user(call)
    return user, actions.find_address(user, call.path_args["address_id"])


def _view(call: Call, user: Any, status: int = 200) -> Reply:
    return Reply(customers.customer_view(call.world, user), status)


@operation(USERS, "GET", f"{BASE}/users", docs=f"{DOCS}usersList", errors=(errors.InvalidFields, *LISTING))
def list_users(call: Call) -> Reply:
    found = actions.list_users(call.world, query_of(call))
    return page(call, found, lambda user: customers.customer_view(call.world, user))


@operation(
    USERS, "POST", f"{BASE}/users", docs=f"{DOCS}usersCreate", **body(lambda: schemas.UserSchema), errors=WRITING
)
def create_user(call: Call) -> Reply:
    return _view(call, actions.create_user(call.world, call.body), 201)


@operation(USERS, "GET", _ONE, docs=f"{DOCS}usersRetrieve", find=_user, errors=READING)
def read_user(call: Call) -> Reply:
    return _view(call, call.found)


@operation(
    USERS, "PATCH", _ONE, docs=f"{DOCS}usersPartialUpdate", find=_user, **body(lambda: schemas.UpdateUserSchema),
    errors=CHANGING,
)  # fmt: skip
def update_user(call: Call) -> Reply:
    return _view(call, actions.update_user(call.world, call.found, call.body))


@operation(
    USERS, "PUT", _ONE, docs=f"{DOCS}usersUpdate", find=_user, **body(lambda: schemas.UpdateUserSchema),
    errors=CHANGING,
)  # fmt: skip
def replace_user(call: Call) -> Reply:
    return _view(call, actions.update_user(call.world, call.found, call.body))


@operation(
    USERS, "GET", f"{_ONE}/addresses", docs=f"{DOCS}usersAddressesList", find=_user,
    errors=(errors.NotFound, *LISTING),
)  # fmt: skip
def list_addresses(call: Call) -> Reply:
    return page(call, call.found["addresses"], customers.user_address_view)


@operation(
    USERS, "POST", f"{_ONE}/addresses", docs=f"{DOCS}usersAddressesCreate", find=_user,
    **body(lambda: schemas.UserAddressSchema), errors=CHANGING,
)  # fmt: skip
def add_address(call: Call) -> Reply:
    return Reply(customers.user_address_view(actions.add_address(call.world, call.found, call.body)), 201)


@operation(USERS, "GET", _ADDRESS, docs=f"{DOCS}usersAddressesRetrieve", find=_address, errors=READING)
def read_address(call: Call) -> Reply:
    return Reply(customers.user_address_view(call.found[1]))


@operation(
    USERS, "PUT", _ADDRESS, docs=f"{DOCS}usersAddressesUpdate", find=_address,
    **body(lambda: schemas.UserAddressSchema), errors=CHANGING,
)  # fmt: skip
def replace_address(call: Call) -> Reply:
    user, address = call.found
    return Reply(customers.user_address_view(actions.replace_address(call.world, user, address, call.body)))


@operation(USERS, "DELETE", _ADDRESS, docs=f"{DOCS}usersAddressesDestroy", find=_address, errors=READING)
def remove_address(call: Call) -> Reply:
    user, address = call.found
    actions.remove_address(call.world, user, address)
    return Reply(None, 204)


@operation(
    USERS, "GET", f"{_ONE}/notes", docs=f"{DOCS}usersNotesList", find=_user, errors=(errors.NotFound, *LISTING)
)
def list_notes(call: Call) -> Reply:
    found = notes.notes_of(call.world, "user", call.found["id"])
    return page(call, found, lambda note: notes.user_note_view(call.world, note))


@operation(
    USERS, "POST", f"{_ONE}/notes", docs=f"{DOCS}usersNotesCreate", find=_user,
    **body(lambda: schemas.UserNoteSchema), errors=CHANGING,
)  # fmt: skip
def add_note(call: Call) -> Reply:
    note = notes.add_note(call.world, "user", call.found["id"], call.body["message"])
    return Reply(notes.user_note_view(call.world, note))


@operation(USERS, "GET", f"{_ONE}/orders", docs=f"{DOCS}usersOrdersRetrieve", find=_user, errors=READING)
def list_orders(call: Call) -> Reply:
    """All of them in a plain array; whose they are goes without saying."""
    version, found = version_of(call), actions.orders_of(call.world, call.found)
    shown = [views.order_view(call.world, order, version) for order in found]
    return Reply([{name: value for name, value in order.items() if name != "user"} for order in shown])


@operation(
    USERS, "GET", f"{_ONE}/subscriptions", docs=f"{DOCS}usersSubscriptionsRetrieve", find=_user, errors=READING
)
def list_subscriptions(call: Call) -> Reply:
    """All of them in a plain array."""
    found = actions.subscriptions_of(call.world, call.found)
    return Reply([subscriptions.subscription_view(call.world, each) for each in found])


CUSTOMER_OPERATIONS: tuple[Operation, ...] = (
    list_users, create_user, read_user, update_user, replace_user, list_addresses, add_address, read_address,
    replace_address, remove_address, list_notes, add_note, list_orders, list_subscriptions,
)  # fmt: skip

"""Customers by their e-mail, of which there is one each."""

from __future__ import annotations

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer.state import records

_BY_EMAIL = "commercelayer.emails"  # e-mail in lower case -> {"id": of the customer}


def claim(world: World, email: str, id_: str) -> bool:
    """Whether an e-mail is this customer's from now on; of several at once one gets it."""
    holder = world.store.change(_BY_EMAIL, email.lower(), lambda found: found or {"id": id_})
    return holder is None or bool(holder["id"] == id_)


def release(world: World, email: str, id_: str) -> None:
    """The e-mail is free again, when it was this customer's."""

    def let_go(found: Record | None) -> Record | None:
        return None if found is not None and found["id"] == id_ else found

    world.store.change(_BY_EMAIL, email.lower(), let_go)


def is_email(text: str) -> bool:
    name, _, host = text.partition("@")
    return bool(name and "." in host.strip(".")) and " " not in text


def find_by_email(world: World, email: str) -> Record | None:
    found = world.store.get(_BY_EMAIL, email.lower())
    return records.find(world, "customers", found["id"]) if found else None


def customer_of(world: World, email: str) -> tuple[Record, bool]:
    """The customer with this e-mail, made when there is none, and whether it was; by one of several at once."""
    found = find_by_email(world, email)
    if found is not None:
        return found, False
    id_ = records.new_id(world, "customers")
    claimed = world.store.change(_BY_EMAIL, email.lower(), lambda known: known or {"id": id_}) or {"id": id_}
    if claimed["id"] != id_:  # somebody is making it
        return {"id": claimed["id"], "type": "customers", "attributes": {"email": email}}, False
    return records.create(world, "customers", {"email": email}, id_=id_), True

"""Customers: found by id or e-mail, else made; their addresses and notes, and what they have bought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors, webhooks
from mock_server.providers.next_commerce.actions import lists
from mock_server.providers.next_commerce.state import orders, records, subscriptions
from mock_server.providers.next_commerce.state.customers import (
    DEFAULTS,
    EMAILS,
    KIND,
    address_in_e164,
    as_user,
    customer_view,
    same_address,
    with_address,
)

_WRITTEN = (
    "email", "first_name", "last_name", "phone_number", "language", "accepts_marketing", "ip", "user_agent", "tags",
    "metadata", "is_blocked",
)  # fmt: skip
_TAKEN = "user with this email already exists."


def known(world: World, told: Mapping[str, Any], path: str = "user") -> Record | None:
    """The customer of this id or e-mail; raises InvalidFields for an id that nobody has."""
    if told.get("id") is not None:
        found = records.find(world, KIND, told["id"])
        if found is None:
            text = f'Invalid pk "{told["id"]}" - object does not exist.'
            raise errors.InvalidFields.at(f"{path}.id", text, f"no customer {told['id']} in world {world.name}")
        return found
    return by_email(world, told.get("email"))


def by_email(world: World, email: str | None) -> Record | None:
    """E-mail addresses are the same in capitals."""
    index = records.find(world, EMAILS, email.lower()) if email else None
    return records.find(world, KIND, index["id"]) if index else None


def get_or_create(world: World, told: Mapping[str, Any]) -> Record:
    """The customer these details are of, made when there is none. Sends customer.created for a new one.

    Source: developers.nextcommerce.com, external checkout (read 2026-11-21).
    """
    found = known(world, told)
    if found is not None:
        return found
    return _made(world, as_user(world, told)) or get_or_create(world, told)


def _made(world: World, user: Record) -> Record | None:
    """Keep a new customer; None when another request took the e-mail meanwhile. Sends customer.created."""
    records.put(world, KIND, user["id"], user)
    email = user["email"]
    if email and records.claim(world, EMAILS, email.lower(), {"id": user["id"]})["id"] != user["id"]:
        records.remove(world, KIND, user["id"])
        return None
    _tell(world, "customer.created", user)
    return user


def _tell(world: World, event: str, user: Record) -> None:
    webhooks.emit(world, event, "customer", customer_view(world, user), key=f"customer {user['id']}")


def list_users(world: World, query: lists.Query) -> list[Record]:
    """Source: schema 2024-04-01, usersList (read 2026-11-21)."""
    tests: dict[str, lists.Test] = {
        "email": lambda user, value: (user["email"] or "").lower() == value.strip().lower(),
        "name": lists.holds(lambda user: f"{user['first_name']} {user['last_name']}"),
        "phone_number": lambda user, value: value.strip() in (user["phone_number"] or ""),  # "+1" comes as " 1"
        "language": lists.one_of(lambda user: user["language"]),
        "user_type": lists.one_of(lambda user: user["user_type"]),
        "date_joined_from": lists.dated(world, "joined_at", "date_joined_from", True),
        "date_joined_to": lists.dated(world, "joined_at", "date_joined_to", False),
        "is_blocked": lists.flag(lambda user: user["is_blocked"]),
        "accepts_marketing": lists.flag(lambda user: user["accepts_marketing"]),
    }
    return lists.listed(world, KIND, query, tests)


def find(world: World, user_id: str) -> Record:
    """Raises NotFound."""
    found = records.find(world, KIND, user_id)
    if found is None:
        raise errors.NotFound.of("User", f"no customer {user_id} in world {world.name}")
    return found


def create_user(world: World, wanted: Mapping[str, Any]) -> Record:
    """A new customer, a lead until the first order. Sends customer.created. Raises InvalidFields for a taken e-mail.

    Source: schema 2024-04-01, usersCreate (read 2026-11-21).
    """
    owner = by_email(world, wanted["email"])
    if owner is not None:
        raise errors.InvalidFields.at("email", _TAKEN, f"{wanted['email']} is the e-mail of customer {owner['id']}")
    user = as_user(world, wanted)
    for address in wanted.get("addresses", ()):
        user = with_address(user, {**address_in_e164(address), "id": records.new_id(world, "addresses")}, address)
    if _made(world, user) is None:
        raise errors.InvalidFields.at("email", _TAKEN, f"another request took {wanted['email']} at the same time")
    return user


def update_user(world: World, user: Record, wanted: Mapping[str, Any]) -> Record:
    """Replace the fields given; another e-mail must be free. Sends customer.updated. Raises InvalidFields.

    Source: schema 2024-04-01, usersUpdate (read 2026-11-21).
    """
    email = wanted.get("email")
    if email:
        owner = records.claim(world, EMAILS, email.lower(), {"id": user["id"]})["id"]
        if owner != user["id"]:
            raise errors.InvalidFields.at("email", _TAKEN, f"{email} is the e-mail of customer {owner}")
    changes = {name: wanted[name] for name in _WRITTEN if name in wanted}
    before: list[Record] = []

    def change(found: Record) -> Record:
        before[:] = [found]
        return {**found, **changes}

    changed = records.change(world, KIND, user["id"], change)
    earlier = before[0]["email"]
    if email and earlier and earlier.lower() != email.lower():
        records.remove(world, EMAILS, earlier.lower())
    _tell(world, "customer.updated", changed)
    return changed


def count_order(world: World, user_id: int, amount: int) -> None:
    """A customer who has ordered is one, no lead."""

    def count(found: Record) -> Record:
        spent = found["total_spent"] + amount
        return {**found, "orders_count": found["orders_count"] + 1, "total_spent": spent, "user_type": "customer"}

    records.change(world, KIND, user_id, count)


def keep_address(world: World, user: Record, address: Mapping[str, Any]) -> Record:
    """An address with an id; a customer's first one becomes their default. A known one keeps its id."""
    written = address_in_e164(address)
    same = next((each for each in user["addresses"] if same_address(each, written)), None)
    return same or _added(world, user, written, {})[0]


def _added(world: World, user: Record, written: Record, flags: Mapping[str, Any]) -> tuple[Record, Record]:
    """The address with its id, and its customer."""
    address = {**written, "id": records.new_id(world, "addresses")}
    changed = records.change(world, KIND, user["id"], lambda found: with_address(found, address, flags))
    return find_address(changed, address["id"]), changed


def default_address(user: Record | None, purpose: str) -> Record | None:
    """The customer's default for ``shipping`` or ``billing``."""
    addresses: list[Record] = user["addresses"] if user else []
    return next((each for each in addresses if each[f"is_default_for_{purpose}"]), None)


def find_address(user: Record, address_id: Any) -> Record:
    """Raises NotFound."""
    return records.one_of(user["addresses"], address_id, "UserAddress", f"customer {user['id']} has addresses")


def add_address(world: World, user: Record, wanted: Mapping[str, Any]) -> Record:
    """One more address, the default where it says so, or as the first. Sends customer.updated.

    Source: schema 2024-04-01, usersAddressesCreate (read 2026-11-21).
    """
    address, changed = _added(world, user, address_in_e164(wanted), wanted)
    _tell(world, "customer.updated", changed)
    return address


def replace_address(world: World, user: Record, address: Record, wanted: Mapping[str, Any]) -> Record:
    """Write the members given; as a default it takes the place of the one before. Sends customer.updated.

    Raises NotFound when it is gone meanwhile.
    Source: schema 2024-04-01, usersAddressesUpdate (read 2026-11-21).
    """

    def replace(found: Record) -> Record:
        kept = find_address(found, address["id"])
        flags = {name: wanted.get(name, kept[name]) for name in DEFAULTS}
        return with_address(found, {**kept, **address_in_e164({**kept, **wanted}), "id": kept["id"]}, flags)

    changed = records.change(world, KIND, user["id"], replace)
    _tell(world, "customer.updated", changed)
    return find_address(changed, address["id"])


def remove_address(world: World, user: Record, address: Record) -> None:
    """Take an address out of the customer's book; orders keep theirs. Sends customer.updated.

    Source: schema 2024-04-01, usersAddressesDestroy (read 2026-11-21).
    """

    def drop(found: Record) -> Record:
        find_address(found, address["id"])
        return {**found, "addresses": [each for each in found["addresses"] if each["id"] != address["id"]]}

    _tell(world, "customer.updated", records.change(world, KIND, user["id"], drop))


def orders_of(world: World, user: Record) -> list[Record]:
    """What the customer has ordered, newest first."""
    return [order for order in records.newest(world, orders.KIND) if order["user_id"] == user["id"]]


def subscriptions_of(world: World, user: Record) -> list[Record]:
    """The customer's subscriptions, newest first."""
    return [each for each in records.newest(world, subscriptions.KIND) if each["user_id"] == user["id"]]

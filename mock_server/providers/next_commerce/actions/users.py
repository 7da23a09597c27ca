"""Customers: found by id or e-mail, else made; their addresses and notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors, webhooks
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.customers import EMAILS, KIND, address_in_e164, as_user, customer_view

_WRITTEN = (
    "email", "first_name", "last_name", "phone_number", "language", "accepts_marketing", "ip", "user_agent", "tags",
    "metadata", "is_blocked",
)  # fmt: skip


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
    user = as_user(world, told)
    email = told.get("email")
    if email:
        index = records.claim(world, EMAILS, email.lower(), {"id": user["id"]})
        if index["id"] != user["id"]:  # another request was faster
            return records.find(world, KIND, index["id"]) or user
    records.put(world, KIND, user["id"], user)
    webhooks.emit(world, "customer.created", "customer", customer_view(world, user), key=f"customer {user['id']}")
    return user


def keep_address(world: World, user: Record, address: Mapping[str, Any], **defaults: bool) -> Record:
    """An address with an id; a customer's first one becomes their default. A known one keeps its id."""
    written = address_in_e164(address)
    addresses: list[Record] = user["addresses"]
    same = next((each for each in addresses if _plain(each) == _plain(written)), None)
    if same is not None:
        return same
    kept = {**written, "id": records.new_id(world, "addresses"), **defaults}

    def add(found: Record) -> Record:
        first = not found["addresses"]
        extra = {name: bool(kept.get(name)) or first for name in _DEFAULTS}
        kept.update(extra)
        others = [_without_default(each, extra) for each in found["addresses"]]
        return {**found, "addresses": [*others, kept]}

    records.change(world, KIND, user["id"], add)
    return kept


_DEFAULTS = ("is_default_for_shipping", "is_default_for_billing")


def _plain(address: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in address.items() if name not in ("id", *_DEFAULTS) and value}


def _without_default(address: Record, taken: Mapping[str, bool]) -> Record:
    return {**address, **{name: False for name, is_taken in taken.items() if is_taken}}


def default_address(user: Record | None, purpose: str) -> Record | None:
    """The customer's default for ``shipping`` or ``billing``."""
    addresses: list[Record] = user["addresses"] if user else []
    return next((each for each in addresses if each[f"is_default_for_{purpose}"]), None)


def find(world: World, user_id: str) -> Record:
    """Raises NotFound."""
    found = records.find(world, KIND, user_id)
    if found is None:
        raise errors.NotFound.of("User", f"no customer {user_id} in world {world.name}")
    return found


def create(world: World, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A new customer, a lead until the first order. Sends customer.created. Raises InvalidFields for a taken e-mail."""
    if by_email(world, wanted.get("email")) is not None:
        text = "user with this email already exists."
        raise errors.InvalidFields.at("email", text, f"{wanted['email']} is the e-mail of a customer")
    user = get_or_create(world, {name: value for name, value in wanted.items() if name in _WRITTEN})
    for address in wanted.get("addresses") or ():
        keep_address(world, records.find(world, KIND, user["id"]) or user, address)
    return customer_view(world, records.find(world, KIND, user["id"]) or user)


def update(world: World, user: Record, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the fields given; another e-mail must be free. Sends customer.updated. Raises InvalidFields."""
    email = wanted.get("email")
    if email and email.lower() != (user["email"] or "").lower():
        if records.claim(world, EMAILS, email.lower(), {"id": user["id"]})["id"] != user["id"]:
            raise errors.InvalidFields.at("email", "user with this email already exists.")
        if user["email"]:
            records.remove(world, EMAILS, user["email"].lower())
    changes = {name: wanted[name] for name in _WRITTEN if name in wanted}
    changed = records.change(world, KIND, user["id"], lambda found: {**found, **changes})
    view = customer_view(world, changed)
    webhooks.emit(world, "customer.updated", "customer", view, key=f"customer {user['id']}")
    return view


def count_order(world: World, user_id: int, amount: int) -> None:
    """A customer who has ordered is one, no lead."""

    def count(found: Record) -> Record:
        spent = found["total_spent"] + amount
        return {**found, "orders_count": found["orders_count"] + 1, "total_spent": spent, "user_type": "customer"}

    records.change(world, KIND, user_id, count)


def add_address(world: World, user: Record, wanted: Mapping[str, Any]) -> Record:
    return keep_address(world, user, wanted)


def find_address(world: World, user: Record, address_id: str) -> Record:
    """Raises NotFound."""
    addresses: list[Record] = user["addresses"]
    found = next((each for each in addresses if str(each["id"]) == address_id), None)
    if found is None:
        raise errors.NotFound.of("UserAddress", f"customer {user['id']} has no address {address_id}")
    return found


def update_address(world: World, user: Record, address: Record, wanted: Mapping[str, Any]) -> Record:
    changed = {**address, **address_in_e164({**address, **wanted})}
    taken = {name: bool(wanted.get(name)) for name in _DEFAULTS}

    def replace(found: Record) -> Record:
        others = [_without_default(each, taken) for each in found["addresses"]]
        return {**found, "addresses": [changed if each["id"] == address["id"] else each for each in others]}

    records.change(world, KIND, user["id"], replace)
    return changed


def remove_address(world: World, user: Record, address: Record) -> None:
    def drop(found: Record) -> Record:
        return {**found, "addresses": [each for each in found["addresses"] if each["id"] != address["id"]]}

    records.change(world, KIND, user["id"], drop)

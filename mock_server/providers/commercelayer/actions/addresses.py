"""Addresses, and the triggers of an order that copy them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.schemas.documents import Written
from mock_server.providers.commercelayer.state import access, records
from mock_server.providers.commercelayer.state.names import named

_KINDS = {"billing": "billing_address", "shipping": "shipping_address"}


def create(act: Act, written: Written) -> Record:
    attributes = {**written.plain, **named(written.plain)}
    return records.create(act.world, "addresses", attributes, written.relations)


def update(act: Act, address: Record, written: Written) -> Record:
    """Orders show it as it is by now."""
    update_checked(act, address)
    changes = written.plain
    changes |= named({**address["attributes"], **changes})
    return records.update(act.world, address, changes, written.relations)


def keep(act: Act, written: Written) -> Record:
    """In a customer's address book, by the address's name."""
    address = records.follow(act.world, written.relations["address"])
    customer = written.relations["customer"]
    told = {**written.attributes, "name": address["attributes"].get("name") if address else None}
    belongs = {"customer_addresses": customer} if customer else None
    return records.create(act.world, "customer_addresses", told, written.relations, belongs=belongs)


def chosen(
    act: Act, order: Record, triggers: Mapping[str, Any], relations: Mapping[str, records.Reference | None]
) -> dict[str, records.Reference]:
    """What the address triggers of an order come to: its relationships, to the addresses they are copied from.

    Raises Unprocessable for an address that is not there, AccessDenied for one of another customer's book.
    """
    found: dict[str, records.Reference] = {}
    for kind, name in _KINDS.items():
        wanted = triggers.get(f"_{kind}_address_clone_id")
        if wanted:
            found[name] = _source(act, str(wanted), f"_{kind}_address_clone_id")
    for kind, other in (("billing", "shipping"), ("shipping", "billing")):
        if triggers.get(f"_{kind}_address_same_as_{other}"):
            name = _KINDS[other]
            source = found.get(name) or relations.get(name) or order["relations"].get(name)
            if source is None:
                raise errors.Unprocessable.of(errors.blank(name, is_relationship=True))
            found[_KINDS[kind]] = source
    return found


def _source(act: Act, address_id: str, name: str) -> records.Reference:
    world = act.world
    address, kept = records.find(world, "addresses", address_id), records.find(world, "customer_addresses", address_id)
    if kept is not None:
        access.check(world, act.viewer, kept)
        address = records.follow(world, kept["relations"].get("address"))
    if address is None:
        why = f"there is no address {address_id}"
        raise errors.Unprocessable.of(errors.Problem(name, "is invalid", "invalid", why=why))
    return records.reference(address)


def copied(world: World, triggers: Mapping[str, Any], sources: Mapping[str, records.Reference]) -> dict[str, Any]:
    """The relationships with copies in place of what was to be cloned."""
    made: dict[str, Any] = dict(sources)
    for kind, name in _KINDS.items():
        if triggers.get(f"_{kind}_address_clone_id"):
            address = records.follow(world, sources[name])
            if address is not None:
                copy = records.create(world, "addresses", address["attributes"], address["relations"])
                made = {n: records.reference(copy) if to == sources[name] else to for n, to in made.items()}
    return made


def update_checked(act: Act, address: Record) -> None:
    """A sales channel leaves the addresses of placed orders alone. Raises AccessDenied."""
    if act.is_sales and address["private"].get("placed"):
        raise errors.AccessDenied.because(_why_kept(address))


def delete(act: Act, address: Record) -> None:
    """Raises AccessDenied, Locked for the address of a placed order."""
    update_checked(act, address)
    if address["private"].get("placed"):
        raise errors.Locked.because(_why_kept(address), f"Failed to destroy Address with id={address['id']}")
    records.remove(act.world, address)


def _why_kept(address: Record) -> str:
    return f"address {address['id']} is of the placed order {address['private']['placed']}"

"""What a customer keeps for the next order: payment sources and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.ledger import authorizations, sessions
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions import klarna_payments
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.errors import Problem
from mock_server.providers.commercelayer.state import access, records

USE = "_customer_payment_source_id"
_SAVE_SOURCE = "_save_payment_source_to_customer_wallet"
_SAVE_ADDRESS = {
    "_save_billing_address_to_customer_address_book": "billing_address",
    "_save_shipping_address_to_customer_address_book": "shipping_address",
}


def check(act: Act, order: Record, triggers: Mapping[str, Any]) -> None:
    """Whether what shall be kept or used is there.

    Raises Unprocessable: no customer, no payment source, or one that is not the customer's; AccessDenied when a sales
    channel would use what another customer keeps than who logged in.
    Source: docs.commercelayer.io, Klarna, reusing the payment source (read 2026-11-21).
    """
    wanted = [name for name in (_SAVE_SOURCE, *_SAVE_ADDRESS, USE) if triggers.get(name)]
    customer = records.follow(act.world, order["relations"].get("customer"))
    if wanted and customer is None:
        raise errors.Unprocessable.of(errors.blank("customer", is_relationship=True))
    for name in wanted:
        if name in _SAVE_ADDRESS and not order["relations"].get(_SAVE_ADDRESS[name]):
            raise errors.Unprocessable.of(errors.blank(_SAVE_ADDRESS[name], is_relationship=True))
    if _SAVE_SOURCE in wanted:
        _authorized_source(act, order)
    if USE in wanted and customer is not None:
        access.check(act.world, act.viewer, _kept(act, customer, str(triggers[USE])))
        klarna_payments.gateway_of(act.world, order)


def use(act: Act, order: Record) -> Record:
    """Pay with what the customer kept: a new Klarna payment, authorized without the shopper."""
    payment = klarna_payments.open_for(act, order, {})
    session = sessions.find_session(act.world, payment["attributes"]["session_id"])
    token = authorizations.grant(act.world, session)["token"]
    records.update(act.world, payment, {"auth_token": token, "payment_instrument": klarna_payments.INSTRUMENT})
    return records.find(act.world, "orders", order["id"]) or order


def save(act: Act, order: Record, triggers: Mapping[str, Any]) -> None:
    """Keep the order's payment source, or its addresses, for its customer."""
    customer = records.follow(act.world, order["relations"].get("customer"))
    if customer is None:
        return
    if triggers.get(_SAVE_SOURCE):
        _save_source(act, order, customer)
    for name, address in _SAVE_ADDRESS.items():
        if triggers.get(name):
            _save_address(act, order, customer, address)


def _authorized_source(act: Act, order: Record) -> Record:
    payment = records.follow(act.world, order["relations"].get("payment_source"))
    if payment is None or not payment["attributes"].get("auth_token"):
        why = "there is no payment source with an auth_token"
        raise errors.Unprocessable.of(errors.blank("payment_source", is_relationship=True, why=why))
    return payment


def _kept(act: Act, customer: Record, id_: str) -> Record:
    for kept in records.belonging(act.world, customer, "customer_payment_sources"):
        if kept["id"] == id_:
            return kept
    why = f"customer {customer['id']} has no payment source {id_}"
    raise errors.Unprocessable.of(Problem(USE, "is invalid", "invalid", why=why))


def _save_source(act: Act, order: Record, customer: Record) -> None:
    """Once."""
    payment = _authorized_source(act, order)
    here, source = records.reference(customer), records.reference(payment)
    for kept in records.belonging(act.world, customer, "customer_payment_sources"):
        if kept["relations"].get("payment_source") == source:
            return
    token = payment["attributes"]["auth_token"]
    told = {"name": "Klarna Payment", "customer_token": None, "payment_source_token": token}
    parts = {"customer": here, "payment_source": source, "payment_method": order["relations"].get("payment_method")}
    records.create(act.world, "customer_payment_sources", told, parts, belongs={"customer_payment_sources": here})


def _save_address(act: Act, order: Record, customer: Record, name: str) -> None:
    address = order["relations"][name]
    here, found = records.reference(customer), records.follow(act.world, address)
    told = {"name": found["attributes"].get("name") if found else None}
    parts = {"customer": here, "address": address}
    records.create(act.world, "customer_addresses", told, parts, belongs={"customer_addresses": here})

"""What a merchant sets up, and what customers have: acts that need more than their values kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, validate

from mock_server.core.clock import to_text
from mock_server.core.errors import NotEmulated
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.errors import Problem
from mock_server.providers.commercelayer.jsonapi.queries import is_includable
from mock_server.providers.commercelayer.resources import RESOURCES, known_types
from mock_server.providers.commercelayer.resources.rows import PAYMENT_SOURCES
from mock_server.providers.commercelayer.schemas.documents import Written
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.customers import claim, is_email, release
from mock_server.providers.commercelayer.state.tokens import digest_of
from mock_server.providers.commercelayer.webhooks import emit

_SECRETS = ("country_code", "api_key", "api_secret")  # of a gateway: no answer shows them
_REGIONS = ("EU", "US", "OC")
_URL = validate.URL(schemes={"http", "https"}, require_tld=False)
_OF_TRANSACTIONS = ("create", "succeeded", "failed")
# type -> what may happen to it; of types that are not here nobody can say. Source: Commerce Layer's dashboard, 2026
_EVENTS: Mapping[str, tuple[str, ...]] = {
    "orders": (
        "approve", "authorize", "cancel", "cancel_fulfilling", "cancel_subscriptions", "create",
        "create_subscriptions", "destroy", "draft", "fulfill", "pay", "pending", "place", "placing",
        "rebuild_shipments", "refund", "start_editing", "start_fulfilling", "stop_editing", "tagged",
        "tax_calculation_failed", "void",
    ),
    "authorizations": _OF_TRANSACTIONS,
    "captures": _OF_TRANSACTIONS,
    "voids": _OF_TRANSACTIONS,
    "refunds": _OF_TRANSACTIONS,
    "transactions": ("create", "refused"),
    "klarna_payments": (),
}  # fmt: skip


def create_klarna_gateway(act: Act, written: Written) -> Record:
    """Credentials are kept, and never shown again. Raises Unprocessable for a country_code other than EU, US, OC."""
    _check_in("country_code", written.attributes.get("country_code"), _REGIONS)
    kept, secret = _without_secrets(written.plain)
    attributes = {**kept, **switched(act.world, written.attributes)}
    return records.create(act.world, "klarna_gateways", attributes, **secret)


def update_klarna_gateway(act: Act, gateway: Record, written: Written) -> Record:
    if "country_code" in written.attributes:
        _check_in("country_code", written.attributes["country_code"], _REGIONS)
    kept, secret = _without_secrets(written.plain)
    return records.update(act.world, gateway, {**kept, **switched(act.world, written.attributes)}, **secret)


def _without_secrets(attributes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    kept = {name: value for name, value in attributes.items() if name not in _SECRETS}
    return kept, {name: attributes[name] for name in _SECRETS if name in attributes}


def create_payment_method(act: Act, written: Written) -> Record:
    """Its type may be written as Ruby's class name; without a name it is called after its type."""
    attributes = {**written.plain, **switched(act.world, written.attributes)}
    attributes["payment_source_type"] = _source_type(attributes["payment_source_type"])
    attributes["name"] = attributes.get("name") or _titled(attributes["payment_source_type"])
    return records.create(act.world, "payment_methods", attributes, written.relations)


def update_payment_method(act: Act, method: Record, written: Written) -> Record:
    changes = {**written.plain, **switched(act.world, written.attributes)}
    if "payment_source_type" in changes:
        changes["payment_source_type"] = _source_type(changes["payment_source_type"])
    return records.update(act.world, method, changes, written.relations)


def _source_type(text: str) -> str:
    """``AdyenPayment`` is adyen_payments."""
    for name in PAYMENT_SOURCES:
        if text in (name, _titled(name).replace(" ", "")):
            return name
    _check_in("payment_source_type", text, PAYMENT_SOURCES)
    return text


def _titled(source_type: str) -> str:
    return source_type.removesuffix("s").replace("_", " ").title()


def create_customer(act: Act, written: Written) -> Record:
    """Raises Unprocessable for an e-mail that is taken or none. Tells customers.create."""
    attributes = {**written.plain, **_password(written)}
    id_ = records.new_id(act.world, "customers")
    _take_email(act.world, attributes["email"], id_)
    customer = records.create(act.world, "customers", attributes, written.relations, id_=id_, **_digest(written))
    emit(act.world, "customers.create", customer)
    return customer


def update_customer(act: Act, customer: Record, written: Written) -> Record:
    if written.attributes.get("_request_anonymization") or written.attributes.get("_cancel_anonymization"):
        raise NotEmulated("anonymization of customers is not emulated")
    changes, before = {**written.plain, **_password(written)}, customer["attributes"]["email"]
    if "email" in changes:
        _take_email(act.world, changes["email"], customer["id"])
    changed = records.update(act.world, customer, changes, written.relations, **_digest(written))
    if changed["attributes"]["email"].lower() != before.lower():
        release(act.world, before, customer["id"])
    return changed


def delete_customer(act: Act, customer: Record) -> None:
    release(act.world, customer["attributes"]["email"], customer["id"])
    records.remove(act.world, customer)


def _digest(written: Written) -> dict[str, Any]:
    password = written.attributes.get("password")
    return {"password_digest": digest_of(password)} if password else {}


def _password(written: Written) -> dict[str, Any]:
    return {"has_password": True} if written.attributes.get("password") else {}


def _take_email(world: World, email: str, id_: str) -> None:
    if not is_email(email):
        raise errors.Unprocessable.of(Problem("email", "is invalid", "invalid", more={"value": email}))
    if not claim(world, email, id_):
        raise errors.Unprocessable.of(Problem("email", "has already been taken", "taken", more={"value": email}))


def create_sku(act: Act, written: Written) -> Record:
    _check_free(act.world, "skus", "code", written.attributes["code"])
    return records.create(act.world, "skus", written.plain, written.relations)


def update_sku(act: Act, sku: Record, written: Written) -> Record:
    if "code" in written.attributes:
        _check_free(act.world, "skus", "code", written.attributes["code"], sku["id"])
    return records.update(act.world, sku, written.plain, written.relations)


def _check_free(world: World, type_: str, name: str, value: Any, own_id: str = "") -> None:
    found = records.every(world, type_)
    if any(each["attributes"].get(name) == value and each["id"] != own_id for each in found):
        raise errors.Unprocessable.of(Problem(name, "has already been taken", "taken", more={"value": value}))


def create_price(act: Act, written: Written) -> Record:
    """Of a SKU by relationship or code, in the currency of its price list. Raises Unprocessable."""
    world, attributes, relations = act.world, written.plain, dict(written.relations)
    sku = records.follow(world, relations.get("sku"))
    if sku is None:
        code = attributes.get("sku_code")
        sku = next((each for each in records.every(world, "skus") if each["attributes"]["code"] == code), None)
    if sku is None:
        raise errors.Unprocessable.of(errors.blank("sku", is_relationship=True))
    prices = records.follow(world, relations["price_list"])
    attributes |= {
        "sku_code": sku["attributes"]["code"],
        "currency_code": prices["attributes"]["currency_code"] if prices else None,
        "compare_at_amount_cents": attributes.get("compare_at_amount_cents") or attributes["amount_cents"],
    }
    relations["sku"] = records.reference(sku)
    return records.create(world, "prices", attributes, relations)


def create_market(act: Act, written: Written) -> Record:
    world = act.world
    attributes = {**written.plain, **switched(world, written.attributes)}
    attributes["number"] = 1001 + world.store.count("commercelayer.market_numbers")
    attributes["shared_secret"] = _secret(world)
    if attributes.get("code") is not None:
        _check_free(world, "markets", "code", attributes["code"])
    relations = {**written.relations, "base_price_list": written.relations["price_list"]}
    return records.create(world, "markets", attributes, relations)


def update_market(act: Act, market: Record, written: Written) -> Record:
    if written.attributes.get("code") is not None:
        _check_free(act.world, "markets", "code", written.attributes["code"], market["id"])
    changes = {**written.plain, **switched(act.world, written.attributes)}
    return records.update(act.world, market, changes, written.relations)


def create_webhook(act: Act, written: Written) -> Record:
    """With a shared_secret, shown on every read. Raises Unprocessable for a topic or URL that is none."""
    _check_hook(written.attributes)
    attributes = {**written.plain, **switched(act.world, written.attributes)}
    return records.create(act.world, "webhooks", attributes | {"shared_secret": _secret(act.world)})


def update_webhook(act: Act, hook: Record, written: Written) -> Record:
    """With ``_reset_circuit`` calls go out again. Raises Unprocessable."""
    _check_hook({**hook["attributes"], **written.attributes})
    changes = {**written.plain, **switched(act.world, written.attributes)}
    if written.attributes.get("_reset_circuit"):
        changes |= {"circuit_state": "closed", "circuit_failure_count": 0}
    return records.update(act.world, hook, changes)


def _check_hook(attributes: Mapping[str, Any]) -> None:
    problems = list(_faults_of_hook(attributes))
    if problems:
        raise errors.Unprocessable(problems=problems)


def _faults_of_hook(attributes: Mapping[str, Any]) -> Iterator[Problem]:
    topic, url = attributes.get("topic") or "", attributes.get("callback_url") or ""
    type_, _, event = topic.partition(".")
    if type_ not in known_types() or not re.fullmatch(r"[a-z_]+", event) or event not in _EVENTS.get(type_, (event,)):
        yield Problem("topic", "is not included in the list", "inclusion", more={"value": topic})
    elif type_ in RESOURCES:
        for name in attributes.get("include_resources") or ():
            if not is_includable(RESOURCES[type_], name):
                why = f"{type_} have no relationship {name}"
                yield Problem("include_resources", "is invalid", "invalid", more={"value": name}, why=why)
    try:
        _URL(url)
        _ = urlsplit(url).port  # out of range, it raises
    except (ValidationError, ValueError):
        yield Problem("callback_url", "is invalid", "invalid", more={"value": url})


def _secret(world: World) -> str:
    return f"{world.ids.draw('commercelayer.shared_secret').getrandbits(128):032x}"


def trigger_event(act: Act, event: Record, written: Written) -> Record:
    """With ``_trigger`` the webhooks of the event are told once more."""
    about = records.follow(act.world, event["private"].get("about"))
    if written.attributes.get("_trigger") and about is not None:
        emit(act.world, event["attributes"]["name"], about)
    return event


def switched(world: World, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """``_disable`` and ``_enable``; false does nothing."""
    if attributes.get("_enable"):
        return {"disabled_at": None}
    return {"disabled_at": to_text(world.clock.now())} if attributes.get("_disable") else {}


def _check_in(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        why = f"{name} is {value!r}, expected {', '.join(allowed)}"
        raise errors.Unprocessable.of(
            Problem(name, "is not included in the list", "inclusion", more={"value": value}, why=why)
        )

"""What can be done with an order: make it, change it, delete it; its triggers are in ``moves``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.errors import NotEmulated
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions import addresses, moves, wallets
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.actions.carts import keep_in_step
from mock_server.providers.commercelayer.errors import Problem
from mock_server.providers.commercelayer.schemas.documents import Written
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.carts import NOTHING
from mock_server.providers.commercelayer.state.customers import customer_of, is_email
from mock_server.providers.commercelayer.state.related import suits
from mock_server.providers.commercelayer.state.statuses import (
    DRAFT,
    EDITABLE,
    MOVES,
    NOT_FOR_SALES,
    OPEN,
    PLACING,
    UNPAID,
)
from mock_server.providers.commercelayer.state.tokens import digest_of
from mock_server.providers.commercelayer.webhooks import emit

_FIRST_NUMBER = 1_000_000
_AMOUNT = "_authorization_amount_cents"
_NOT_EMULATED = ("_create_subscriptions", "_commit_invoice", "_refund_invoice")
# what may be written to an order that is placed
_ALWAYS = frozenset({
    "reference", "reference_origin", "metadata", "cart_url", "return_url", "terms_url", "privacy_url", "affiliate_code",
    "tags", "autorefresh", "place_async", "number",
})  # fmt: skip


def create(act: Act, written: Written) -> Record:
    """A draft in the market of the token (or the one that is named), in that market's currency.

    Tells orders.create. Source: docs.commercelayer.io, orders (read 2026-11-21).
    """
    world = act.world
    _check_values(world, written.attributes)
    number = written.attributes.get("number") or str(_FIRST_NUMBER + world.store.count("commercelayer.order_numbers"))
    market = _market(act, written)
    prices = records.follow(world, market["relations"].get("price_list"))
    sold = prices["attributes"] if prices else {}
    attributes = {
        **NOTHING,
        "currency_code": sold.get("currency_code"),
        "tax_included": sold.get("tax_included"),
        "token": f"{world.ids.draw('commercelayer.order_token').getrandbits(128):032x}",
        "checkout_url": market["attributes"].get("checkout_url"),
        **{name: value for name, value in written.plain.items() if value is not None},
        "number": number,
    }
    relations = {**written.relations, "market": records.reference(market), "payment_source": None}
    belongs = {}
    customer = _customer(act, attributes, relations)
    if customer is not None:
        belongs["orders"] = records.reference(customer)
    order = records.create(world, "orders", attributes, relations, belongs=belongs)
    _sign_up(world, order, written.attributes.get("customer_password"))
    emit(world, "orders.create", order)
    return keep_in_step(world, order) if order["relations"].get("shipping_address") else order


def _check_values(world: World, attributes: Mapping[str, Any], own_id: str = "") -> None:
    """Raises Unprocessable for an e-mail that is none, a number that is taken, and codes, of which there are none."""
    problems = [
        Problem(name, "is invalid", "invalid", more={"value": attributes[name]}, why=f"this server knows no {name}")
        for name in ("coupon_code", "gift_card_code")
        if attributes.get(name)
    ]
    email, number = attributes.get("customer_email"), attributes.get("number")
    if email and not is_email(email):
        problems.append(Problem("customer_email", "is invalid", "invalid", more={"value": email}))
    if own_id and "number" in attributes and not number:
        problems.append(errors.blank("number"))
    others = records.every(world, "orders") if number else ()
    if any(each["attributes"]["number"] == number and each["id"] != own_id for each in others):
        problems.append(Problem("number", "has already been taken", "taken", more={"value": number}))
    if problems:
        raise errors.Unprocessable(problems=problems)


def _market(act: Act, written: Written) -> Record:
    world = act.world
    named, wanted = records.follow(world, written.relations.get("market")), act.viewer.market_ids
    if named is not None and wanted and named["id"] not in wanted:
        raise errors.AccessDenied.because(f"market {named['id']} is not one of the token's")
    if named is not None:
        return named
    for market in records.every(world, "markets"):
        if (not wanted or market["id"] in wanted) and not market["attributes"].get("disabled_at"):
            return market
    raise errors.Unprocessable.of(errors.blank("market", is_relationship=True, why="there is no enabled market"))


def _customer(act: Act, attributes: dict[str, Any], relations: dict[str, Any]) -> Record | None:
    """Whose order it becomes: who logged in, who is named, or the one with this e-mail, made when there is none."""
    world = act.world
    known = records.find(world, "customers", act.viewer.customer_id) if act.viewer.customer_id else None
    known = known or records.follow(world, relations.get("customer"))
    if known is None and attributes.get("customer_email"):
        known, is_new = customer_of(world, attributes["customer_email"])
        if is_new:
            emit(world, "customers.create", known)
    elif known is not None:
        attributes["customer_email"] = known["attributes"]["email"]
        attributes["guest"] = not act.viewer.customer_id
    if known is not None:
        relations["customer"] = records.reference(known)
    return known


def update(act: Act, order: Record, written: Written) -> Record:
    """Change an order, then pull the triggers that are true, in the order of ``MOVES``.

    What cannot be done is refused before anything changes. Raises AccessDenied for triggers and statuses that are not
    a sales channel's, Unprocessable for what the order's status does not allow.
    """
    world = act.world
    triggers = written.triggers
    amount = written.attributes.get(_AMOUNT)
    if amount is not None:
        triggers |= {"_authorize": True, _AMOUNT: amount}
    if triggers.get("_place") and moves.is_repeated(order, "_place"):
        triggers.pop(wallets.USE, None)  # the answer was lost; it is placed with what was kept
    attributes, relations = written.plain, dict(written.relations)
    _check_rights(act, order, triggers, is_more=bool(attributes or relations))
    sources = addresses.chosen(act, order, triggers, relations)
    _check_changes(world, order, attributes, {**relations, **sources})
    method = order["relations"].get("payment_method")
    if relations.get("payment_method", method) != method:
        relations.setdefault("payment_source", None)  # it was of the other method
    changed = _with(order, attributes, {**relations, **sources})
    wallets.check(act, changed, triggers)
    wanted = [name for name in MOVES if name in triggers]
    moves.check(act, changed, wanted, amount=amount, is_kept=wallets.USE in triggers)
    order = _write(act, order, attributes, {**relations, **addresses.copied(world, triggers, sources)})
    if wallets.USE in triggers:
        order = wallets.use(act, order)
    for name in wanted:
        order = moves.pull(act, order, name, amount)
    wallets.save(act, order, triggers)
    _sign_up(world, order, written.attributes.get("customer_password"))
    return order


def _sign_up(world: World, order: Record, password: str | None) -> None:
    """The order's customer gets this password, who has none yet."""
    customer = records.follow(world, order["relations"].get("customer"))
    if password and customer is not None and not customer["attributes"]["has_password"]:
        records.update(world, customer, {"has_password": True}, password_digest=digest_of(password))


def _check_rights(act: Act, order: Record, triggers: Mapping[str, Any], *, is_more: bool) -> None:
    for name in triggers:
        if name in _NOT_EMULATED:
            raise NotEmulated(f"{name} is not emulated: subscriptions and invoices are not")
    if not act.is_sales or not (triggers or is_more):
        return
    forbidden = sorted(NOT_FOR_SALES & triggers.keys())
    if forbidden:
        raise errors.AccessDenied.because(f"{forbidden[0]} is not for sales channels")
    status = order["attributes"]["status"]
    is_repeated = bool(triggers) and not is_more and all(moves.is_repeated(order, name) for name in triggers)
    if status not in (*OPEN, PLACING) and not is_repeated:
        why = f"order {order['id']} is {status}; a sales channel writes drafts and pending ones"
        raise errors.AccessDenied.because(why)


def _check_changes(world: World, order: Record, attributes: Mapping[str, Any], relations: Mapping[str, Any]) -> None:
    """Of an order that is placed little may change; a payment method must be one that it is offered."""
    _check_values(world, attributes, order["id"])
    problems = []
    market = relations.get("market")
    if market and list(market) != order["relations"].get("market") and order["attributes"]["status"] != DRAFT:
        why = "the market of an order changes while it is a draft: its lines have that market's prices"
        problems.append(Problem("market", "is invalid", "invalid", is_relationship=True, why=why))
    if order["attributes"]["status"] not in EDITABLE:
        why = f"order {order['id']} is {order['attributes']['status']}"
        kept = order["attributes"]
        strangers = [(n, False) for n, v in attributes.items() if n not in _ALWAYS and v != kept.get(n)]
        strangers += [(name, True) for name in relations if name not in _ALWAYS]
        problems += [Problem(name, "is invalid", "invalid", is_one, why=why) for name, is_one in strangers]
    method = records.follow(world, relations.get("payment_method"))
    if method is not None and not suits(method, order):
        why = f"payment method {method['id']} is disabled, or of another market or currency"
        problems.append(Problem("payment_method", "is invalid", "invalid", is_relationship=True, why=why))
    if problems:
        raise errors.Unprocessable(problems=problems)


def _with(order: Record, attributes: Mapping[str, Any], relations: Mapping[str, Any]) -> Record:
    """The order as it will be."""
    return {
        **order,
        "attributes": {**order["attributes"], **attributes},
        "relations": {**order["relations"], **relations},
    }


def _write(act: Act, order: Record, attributes: dict[str, Any], relations: dict[str, Any]) -> Record:
    """Keep what was asked for; lines and sums follow."""
    world = act.world
    if not attributes and not relations:
        return order
    if "customer_email" in attributes or "customer" in relations:
        _move_customer(act, order, attributes, relations)
    market = records.follow(world, relations.get("market"))
    prices = records.follow(world, market["relations"].get("price_list")) if market else None
    if prices is not None:
        attributes |= {name: prices["attributes"].get(name) for name in ("currency_code", "tax_included")}
    order = records.update(world, order, attributes, relations)
    touched = {"payment_method", "shipping_address", "billing_address", "market"} & relations.keys()
    if touched and order["attributes"]["status"] in EDITABLE:
        order = keep_in_step(world, order, keeps_source=True)
    return order


def _move_customer(act: Act, order: Record, attributes: dict[str, Any], relations: dict[str, Any]) -> None:
    if "customer_email" in attributes and not attributes["customer_email"]:
        return
    customer = _customer(act, attributes, relations)
    before = order["relations"].get("customer")
    if before and (customer is None or before[1] != customer["id"]):
        records.leave(act.world, before, "orders", order["id"])
    if customer is not None:
        records.join(act.world, records.reference(customer), "orders", order["id"])


def delete(act: Act, order: Record) -> None:
    """Forget an order that is not placed, with what is in it. Tells orders.destroy. Raises Locked."""
    status, payment_status = order["attributes"]["status"], order["attributes"]["payment_status"]
    if status not in OPEN or payment_status != UNPAID:
        detail = f"Failed to destroy Order with id={order['id']}"
        raise errors.Locked.because(f"order {order['id']} is {status} and {payment_status}", detail)
    world, here = act.world, records.reference(order)
    for name in ("line_items", "shipments"):
        for part in records.belonging(world, order, name):
            records.remove(world, part, belongs={name: here})
    customer = order["relations"].get("customer")
    records.remove(world, order, belongs={"orders": customer} if customer else None)
    emit(world, "orders.destroy", order)

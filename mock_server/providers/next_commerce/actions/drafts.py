"""A request for an order, checked against the store: customer, products, prices, shipping, coupons, payment.

A draft is an order record (see state/orders) without number and ids, its user a set of details. Nothing is kept here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from mock_server.core.clock import parse_time, to_text
from mock_server.core.errors import Fault
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import users
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas.fields import REQUIRED
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.cards import TEST_CARDS
from mock_server.providers.next_commerce.state.customers import address_in_e164, snapshot_of
from mock_server.providers.next_commerce.state.methods import CARD, EXTERNAL, KLARNA, METHODS, SAVED_CARD
from mock_server.providers.next_commerce.state.money import money
from mock_server.providers.next_commerce.state.purchase import why_not_klarnas
from mock_server.providers.next_commerce.state.seeds import CURRENCIES, DEFAULT_GROUP, TEST_GATEWAY

_STORE_CURRENCY = "USD"
_SAME_WITHIN = timedelta(minutes=30)
_DESCRIPTOR = re.compile(r"[A-Za-z0-9 &,.#-]{1,22}")
NO_SHIPPING = {"code": "no-shipping-required", "name": "No Shipping Required", "price": 0, "original_price": 0}


def draft_of(world: World, wanted: Mapping[str, Any], *, base_url: str, source: str) -> Record:
    """Everything of an order but its number; raises InvalidFields, PaymentDeclined."""
    known = users.known(world, wanted.get("user") or {})
    currency = currency_of(wanted)
    lines = lines_of(world, wanted["lines"], currency)
    lines, discounts = discounted(world, lines, wanted.get("vouchers") or ())
    shipping_address, billing_address = _addresses(wanted, known)
    draft = {
        "status": wanted.get("status") or orders.OPEN,
        "source": source,
        "currency": currency,
        "is_test": False,
        "user_id": known["id"] if known else None,
        "user": {**(wanted.get("user") or {}), **(snapshot_of(known) if known else {})},
        "shipping_address": shipping_address,
        "billing_address": billing_address,
        "lines": lines,
        "shipping": shipping_of(world, wanted, lines, currency),
        "discounts": discounts,
        "transactions": [],
        "refunds": [],
        "subscriptions": [],
        "lifecycle": "recurring" if any(line["subscription"] for line in lines) else "non-recurring",
        "attribution": wanted.get("attribution") or {},
        "metadata": wanted.get("metadata") or {},
        "tags": [tag for tag in wanted.get("tags") or () if tag is not None],
        "payment": payment_of(world, wanted),
        "paid_in_test": False,
        "charging": 0,
        "fulfillment_status": "unfulfilled",
        "fulfillment_orders": [],
        "fulfillments": [],
        "base_url": base_url,
        "date_placed": to_text(wanted["date_placed"]) if wanted.get("date_placed") else None,
    }
    _check_payment(world, draft, wanted)
    return draft


def currency_of(wanted: Mapping[str, Any]) -> str:
    """Of the order, else of its lines, as version 2023-02-10 and the guides have it, else the store's."""
    told = dict.fromkeys(each["currency"] for each in (wanted, *wanted["lines"]) if each.get("currency"))
    currency = next(iter(told), _STORE_CURRENCY)
    if len(told) > 1:
        why = f"order and lines name {', '.join(told)}; an order is in one currency"
        raise InvalidFields.at("currency", "All lines must be in the currency of the order.", why)
    if currency not in CURRENCIES:
        raise InvalidFields.at("currency", f'"{currency}" is not a valid choice.')
    return str(currency)


def lines_of(world: World, wanted: Sequence[Mapping[str, Any]], currency: str) -> list[Record]:
    """Lines without ids, at the price asked for or the product's own. Raises InvalidFields."""
    told: list[Any] = []
    faults, lines = [], []
    for index, line in enumerate(wanted):
        variant = records.find(world, "variants", line["product_id"])
        refusal, why = _why_not_sold(world, line, variant, currency)
        told.append(refusal)
        if refusal:
            faults.append(Fault(f"lines[{index}].product_id", why))
        elif variant is not None:
            lines.append(_line(world, line, variant, currency))
    if faults:
        raise InvalidFields(fields={"lines": told}, faults=faults)
    return lines


def _why_not_sold(
    world: World, line: Mapping[str, Any], variant: Record | None, currency: str
) -> tuple[dict[str, Any], str]:
    """What is answered of a line that cannot be sold, and why."""
    id_ = line["product_id"]
    if variant is None:
        product = records.find(world, "products", id_)
        hint = f"; {id_} is a product, order lines name its variants: {product['variant_ids']}" if product else ""
        why = f"lines name variants, there is none with the id {id_}{hint}"
        return {"product_id": [f'Invalid pk "{id_}" - object does not exist.']}, why
    if not variant["is_available"]:
        return {"product_id": ["This product is not available."]}, f"variant {id_} is unavailable"
    if line.get("price") is None and currency not in variant["prices"]:
        return {"price": [REQUIRED]}, f"variant {id_} has prices in {', '.join(variant['prices'])}, not {currency}"
    return {}, ""


def _line(world: World, line: Mapping[str, Any], variant: Record, currency: str) -> Record:
    now = to_text(world.clock.now())
    terms = line.get("subscription")
    own = variant["prices"].get(currency, 0)
    recurring = variant["subscription_prices"].get(currency, own)
    price = line["price"] if line.get("price") is not None else recurring if terms else own
    return {
        "product_id": variant["product_id"],
        "variant_id": variant["id"],
        "title": variant["product_title"],
        "variant_title": variant["title"],
        "sku": variant["sku"],
        "slug": variant["slug"],
        "quantity": line["quantity"],
        "bought": line["quantity"],
        "removed": 0,
        "fulfilled": 0,
        "price": price,
        "original_price": price,
        "discount": 0,
        "is_upsell": bool(line.get("is_upsell")),
        "is_gift_card": variant["is_gift_card"],
        "requires_shipping": variant["requires_shipping"],
        "unit_cost": variant["unit_cost"],
        "metadata": line.get("metadata") or {},
        "properties": line.get("properties") or {},
        "subscription": {**terms, "price": terms.get("price", recurring)} if terms else None,
        "created_at": now,
        "updated_at": now,
    }


def discounted(
    world: World, lines: Sequence[Record], codes: Sequence[str], *, is_strict: bool = True
) -> tuple[list[Record], list[Record]]:
    """The lines with what coupons take off, and the coupons' discounts. Raises InvalidFields for an unknown code,
    unless told to pass over it."""
    found: list[Record] = []
    lines = [dict(line) for line in lines]
    for code in dict.fromkeys(code.upper() for code in codes):
        coupon = records.find(world, "coupons", code)
        if coupon is None and is_strict:
            known = ", ".join(each["code"] for each in records.oldest(world, "coupons"))
            raise InvalidFields.at("vouchers", f'Voucher "{code}" does not exist.', f"{code}: there are {known}")
        if coupon is None:
            continue
        amount = 0
        for line in lines:
            less = (line["price"] * line["quantity"] - line["discount"]) * coupon["percent"] // 100
            line["discount"] += less
            amount += less
        description = f"{coupon['percent']}% off"
        voucher = {"name": coupon["name"], "code": code, "from": coupon["from"], "to": None}
        found.append({"name": coupon["name"], "description": description, "amount": amount, "voucher": voucher})
    return lines, found


def shipping_of(world: World, wanted: Mapping[str, Any], lines: Sequence[Record], currency: str) -> Record:
    """The method asked for, else the cheapest; nothing for goods that are not shipped. Raises InvalidFields."""
    code, price = wanted.get("shipping_code"), wanted.get("shipping_price")
    if not code and not any(line["requires_shipping"] for line in lines):
        return dict(NO_SHIPPING)
    offered = list(records.oldest(world, "shipping_methods"))
    if code:
        method = next((each for each in offered if each["code"] == code), None)
        if method is None:
            known = ", ".join(each["code"] for each in offered)
            raise InvalidFields.at("shipping_code", f'"{code}" is not a valid choice.', f"{code}: there are {known}")
    else:
        method = min(offered, key=lambda each: int(each["prices"][currency]))
    price = method["prices"][currency] if price is None else price
    return {"code": method["code"], "name": method["name"], "price": price, "original_price": price}


def _addresses(wanted: Mapping[str, Any], known: Record | None) -> tuple[Record | None, Record | None]:
    shipping, billing = wanted.get("shipping_address"), wanted.get("billing_address")
    if shipping is None and wanted.get("use_default_shipping_address"):
        shipping = users.default_address(known, "shipping")
    if billing is None and wanted.get("use_default_billing_address"):
        billing = users.default_address(known, "billing")
    if wanted.get("billing_same_as_shipping_address"):
        billing = shipping
    return address_in_e164(shipping) if shipping else None, address_in_e164(billing) if billing else None


def payment_of(world: World, wanted: Mapping[str, Any]) -> Record:
    """How an order is to be paid, and through which gateway. Raises InvalidFields for one that is not there."""
    details, method = wanted.get("payment_details") or {}, wanted.get("payment_method")
    token = details.get("card_token")
    test = TEST_CARDS.get(token) if token else None
    gateway = gateway_of(world, details, TEST_GATEWAY if test and test.leaves_transactions else None)
    return {
        "method": method,
        "gateway_id": gateway["id"],
        "token_id": None,
        "card_token": token,
        "external_method": details.get("external_payment_method"),
        "descriptor": descriptor_in(details),
        "language": details.get("language") or None,
        "saves_card": details.get("save_card", True),
    }


def descriptor_in(details: Mapping[str, Any]) -> str | None:
    """The statement descriptor asked for; one that no bank takes is passed over, as documented."""
    asked = details.get("statement_descriptor")
    return asked if asked and _DESCRIPTOR.fullmatch(asked) else None


def gateway_of(world: World, details: Mapping[str, Any], otherwise: int | None = None) -> Record:
    """The gateway asked for, that of the group with the most weight, or the default group's; of both the group wins.

    Raises InvalidFields. Source: docs.nextcommerce.com, payments (read 2026-11-21).
    """
    for name, kind in (("payment_gateway_group", "gateway_groups"), ("payment_gateway", "gateways")):
        wanted = details.get(name)
        if wanted is None:
            continue
        found = records.find(world, kind, wanted)
        if found is None:
            known = ", ".join(str(each["id"]) for each in records.oldest(world, kind))
            text = f'Invalid pk "{wanted}" - object does not exist.'
            raise InvalidFields.at(f"payment_details.{name}", text, f"{name} is {wanted}, there are {known}")
        return _heaviest(world, found) if kind == "gateway_groups" else found
    if otherwise is not None:
        return records.find(world, "gateways", otherwise) or {"id": otherwise}
    return _heaviest(world, records.find(world, "gateway_groups", DEFAULT_GROUP) or {"gateways": []})


def _heaviest(world: World, group: Record) -> Record:
    members = sorted(group["gateways"], key=lambda member: -int(member[1]))
    return records.find(world, "gateways", members[0][0]) or {"id": members[0][0]}


def _check_payment(world: World, draft: Record, wanted: Mapping[str, Any]) -> None:
    code = draft["payment"]["method"]
    if code and draft["status"] == orders.CANCELED:
        raise InvalidFields.at("status", "A canceled order cannot be paid.", f"payment_method is {code}")
    recurring = [line for line in draft["lines"] if line["subscription"]]
    if recurring and not (code and METHODS[code].recurs):
        label = METHODS[code].label if code else "An order without payment"
        raise InvalidFields.at("payment_method", f"{label} does not support subscriptions.")
    if recurring and not orders.total(draft):
        raise InvalidFields.at("lines", "Orders with subscriptions must have a total greater than 0.00.")
    if code is None:
        return
    if not METHODS[code].is_express:
        for name in ("user", "shipping_address"):
            if not draft[name]:
                why = f"{METHODS[code].label} needs it before the shopper is sent away"
                raise InvalidFields.at(name, REQUIRED, f"{name}: {why}")
    if code == CARD and not draft["payment"]["card_token"]:
        raise InvalidFields.at("payment_details.card_token", REQUIRED)
    if code == SAVED_CARD and not draft["user"].get("card_token"):
        raise errors.PaymentDeclined.because("The customer has no saved card.", "no payment of theirs saved one", 3002)
    if code == EXTERNAL and not draft["payment"]["external_method"]:
        draft["payment"]["external_method"] = "external"
    if METHODS[code].is_redirect and not (wanted.get("payment_details") or {}).get("payment_return_url"):
        raise InvalidFields.at("payment_details.payment_return_url", REQUIRED)
    if code == KLARNA and (why := why_not_klarnas(draft)):
        raise errors.PaymentDeclined.because(f"{why}.", why)


def check_duplicate(world: World, draft: Record) -> None:
    """Raises InvalidFields for the same again, when the store's setting says so."""
    if earlier := duplicate_of(world, draft):
        amount = money(orders.total(draft))
        why = f"order {earlier['number']} of {amount} was placed at {earlier['created_at']}, within 30 minutes"
        raise InvalidFields.at("non_field_errors", "A duplicate order was detected.", why)


def duplicate_of(world: World, draft: Record) -> Record | None:
    """The order of the same customer and amount within the last 30 minutes, when the store's setting looks for one.

    Source: docs.nextcommerce.com, checkout settings (read 2026-11-21).
    """
    user = users.by_email(world, draft["user"].get("email")) or {"id": draft["user_id"]}
    if world.settings.next_commerce_duplicate_guard == "off" or user["id"] is None:
        return None
    since, amount = world.clock.now() - _SAME_WITHIN, orders.total(draft)
    for order in records.newest(world, orders.KIND):
        if parse_time(order["created_at"]) <= since:
            return None
        if order["user_id"] == user["id"] and order["original"]["total"] == amount:
            return order
    return None

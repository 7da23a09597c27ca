"""Packages as lines: what a campaign's request means to the store, and what the store's refusals mean to the campaign.

Amounts are minor units. Source: developers.nextcommerce.com, campaigns, concepts (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mock_server.core.errors import Fault
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import campaigns
from mock_server.providers.next_commerce.state.campaigns import Line, Offer, Package

# the Admin API's names -> the campaign's
_NAMES = {"payment_details": "payment_detail", "shipping_code": "shipping_method", "product_id": "package_id"}


def lines_of(
    world: World, wanted: Sequence[Mapping[str, Any]], codes: Collection[str], currency: str, *, is_upsell: bool = False
) -> list[Line]:
    """The lines of a request with their prices, offers taken off. Raises InvalidFields for what is not for sale."""
    sold = {package.ref_id: (package, variant) for package, variant in campaigns.packages(world)}
    told: list[dict[str, Any]] = []
    lines, faults = [], []
    for index, asked in enumerate(wanted):
        found = sold.get(asked["package_id"])
        text, why = _why_not(found, asked["package_id"], currency, sold)
        told.append({"package_id": [text]} if text else {})
        if text:
            faults.append(Fault(f"lines[{index}].package_id", why))
        elif found is not None:
            lines.append(_line(asked, *found, currency))
    if faults:
        raise InvalidFields(fields={"lines": told}, faults=faults)
    return campaigns.reduced(lines, campaigns.offers(world), codes, is_upsell=is_upsell)


def _why_not(
    found: tuple[Package, Record] | None, id_: int, currency: str, sold: Collection[int]
) -> tuple[str, str]:
    """What is answered of a package that cannot be sold, and why."""
    unknown = f'Invalid pk "{id_}" - object does not exist.'
    if found is None:
        return unknown, f"the campaign has packages {', '.join(map(str, sold))}, not {id_}"
    package, variant = found
    if not variant["is_available"]:
        return "This product is not available.", f"variant {variant['id']} of package {id_} is unavailable"
    if campaigns.prices(package, variant, currency) is None:
        return unknown, f"package {id_} has prices in {', '.join(variant['prices'])}, not {currency}"
    return "", ""


def _line(asked: Mapping[str, Any], package: Package, variant: Record, currency: str) -> Line:
    _, price, recurring = campaigns.prices(package, variant, currency) or (0, 0, 0)
    return Line(asked, package, variant, price, recurring, ())


def asked_of_the_store(line: Line, price: int, *, is_upsell: bool) -> dict[str, Any]:
    """A line as the Admin API is asked for it; ``price`` is that of one unit."""
    package = line.package
    terms = {"interval": package.interval, "interval_count": package.interval_count, "price": line.recurring}
    return {
        "product_id": package.variant_id,
        "quantity": line.units,
        "price": price,
        "is_upsell": is_upsell,
        "properties": line.asked.get("properties"),
        "subscription": terms if package.interval else None,
    }


def with_offers(draft: Record, lines: Sequence[Line]) -> Record:
    """A draft of these lines, with what offers and coupons take off."""
    reduced = [
        {**own, "discount": (line.price - line.reduced) * line.units}
        for own, line in zip(draft["lines"], lines, strict=True)
    ]
    saved = campaigns.saved(lines)
    return {
        **draft,
        "lines": reduced,
        "discounts": [_told(o, a) | {"voucher": _voucher(o.coupon)} for o, a in saved if o.coupon],
        "offers": [_told(o, a) | {"offer_id": o.ref_id} for o, a in saved if not o.coupon],
    }


def _voucher(coupon: Record) -> Record:
    return {"name": coupon["name"], "code": coupon["code"], "from": coupon["from"], "to": None}


def _told(offer: Offer, amount: int) -> Record:
    return {"name": offer.name, "description": offer.description, "amount": amount}


def in_own_words(refused: InvalidFields) -> InvalidFields:
    """A refusal of the Admin API under the names that the campaign's request has."""
    fields = _renamed(refused.fields)
    if "payment_method" in fields:
        fields.setdefault("payment_detail", {})["payment_method"] = fields.pop("payment_method")
    return InvalidFields(fields=fields, faults=[Fault(_own(path), _own(text)) for path, text, _ in refused.faults])


def _renamed(told: Any) -> Any:
    if isinstance(told, Mapping):
        return {_NAMES.get(name, name): _renamed(value) for name, value in told.items()}
    return [_renamed(each) for each in told] if isinstance(told, list) else told


def _own(text: str) -> str:
    for name, own in _NAMES.items():
        text = text.replace(name, own)
    return f"payment_detail.{text}" if text.startswith("payment_method") else text

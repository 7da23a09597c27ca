"""Prices of variants, one for each currency: found, added, changed, removed; each change sends product.updated.

Source: developers.nextcommerce.com, product management (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import variants
from mock_server.providers.next_commerce.actions.variant_drafts import EXISTS, price_problems, refuse
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.catalogue import PRICES, PRODUCTS


def find_variant(world: World, variant_id: str) -> Record:
    """The variant whose prices are asked for; raises InvalidFields for a product, NotFound."""
    product = records.find(world, PRODUCTS, variant_id)
    if product is not None:
        why = f"{variant_id} is a product, prices are on its variants: {product['variant_ids']}"
        raise InvalidFields.at("non_field_errors", "This action is not allowed on parent products.", why)
    return variants.find_variant(world, variant_id)


def require(variant: Record, currency: str) -> str:
    """The currency as the variant has it; raises NotFound."""
    known = currency.upper()
    if known not in variant["prices"]:
        why = f"variant {variant['id']} has prices in {', '.join(sorted(variant['prices'])) or 'no currency'}"
        raise errors.NotFound.of("ProductPrice", f"{why}, not {currency}")
    return known


def create(world: World, variant: Record, wanted: Mapping[str, Any], base_url: str) -> Record:
    """A price in one more currency. Raises InvalidFields."""
    currency = wanted["currency"]
    refuse(problem._replace(path=problem.path[-1:]) for problem in price_problems({"prices": [wanted]}, ()))

    def add(found: Record) -> Record:
        if currency in found["prices"]:
            why = f"variant {found['id']} has prices in {', '.join(sorted(found['prices']))}"
            raise InvalidFields.at("currency", EXISTS, why)
        return _with(found, currency, wanted)

    return variants.changed(world, variant, base_url, add)


def update(world: World, variant: Record, currency: str, wanted: Mapping[str, Any], base_url: str) -> Record:
    """Replace the amounts given. Raises NotFound."""

    def replace(found: Record) -> Record:
        require(found, currency)
        return _with(found, currency, wanted)

    return variants.changed(world, variant, base_url, replace)


def remove(world: World, variant: Record, currency: str, base_url: str) -> None:
    """Raises NotFound."""

    def drop(found: Record) -> Record:
        require(found, currency)
        return _with(found, currency, dict.fromkeys(PRICES))

    variants.changed(world, variant, base_url, drop)


def _with(variant: Record, currency: str, amounts: Mapping[str, Any]) -> Record:
    """The variant with these amounts in a currency; None takes one away."""
    for name, member in PRICES.items():
        if name in amounts:
            others = {own: amount for own, amount in variant[member].items() if own != currency}
            given = {} if amounts[name] is None else {currency: amounts[name]}
            variant = {**variant, member: {**others, **given}}
    return variant

"""Products as tests ask for them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

COLORS = {"name": "Color", "values": ["Black", "White"]}
SIZES = {"name": "Size", "values": ["S", "M"]}


def variant_of(*values: str, sku: str = "TEE", **fields: Any) -> dict[str, Any]:
    """A variant at 24.99 of which there are 100; ``values`` are those of Color and Size."""
    variant: dict[str, Any] = {
        "sku": sku,
        "prices": [{"currency": "USD", "price": "24.99", "retail": "29.99"}],
        "stockrecords": [{"location_id": 1, "num_in_stock": 100, "low_stock_threshold": 10}],
    }
    if values:
        names = ("Color", "Size")
        pairs = [{"name": name, "value": value} for name, value in zip(names, values, strict=False)]
        variant["variant_attribute_values"] = pairs
    return deepcopy({**variant, **fields})


def product_of(*variants: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return deepcopy({"title": "Harbour Tee", "variants": list(variants) or [variant_of()], **fields})


def tee(**fields: Any) -> dict[str, Any]:
    """One that comes in colours and sizes, of which there is Black in S."""
    return product_of(variant_of("Black", "S", sku="TEE-BS"), variant_attributes=[COLORS, SIZES], **fields)

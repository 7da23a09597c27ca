"""Variants of products: found, added, changed, deleted; each change sends product.updated.

Source: developers.nextcommerce.com, product management (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import catalogue as products
from mock_server.providers.next_commerce.actions import variant_drafts as drafts
from mock_server.providers.next_commerce.actions.variant_drafts import ONLY_ONE, Problem, refuse
from mock_server.providers.next_commerce.state import catalogue, records
from mock_server.providers.next_commerce.state.catalogue import PLAIN_VARIANT, PRODUCTS, VARIANTS


def find_variant(world: World, variant_id: Any) -> Record:
    """Raises NotFound."""
    variant = records.find(world, VARIANTS, variant_id)
    if variant is None:
        product = records.find(world, PRODUCTS, variant_id)
        hint = f"; {variant_id} is a product, its variants are {product['variant_ids']}" if product else ""
        raise errors.NotFound.of("Product", f"no variant {variant_id} in world {world.name}{hint}")
    return variant


def add_variant(world: World, product: Record, wanted: Mapping[str, Any], base_url: str) -> Record:
    """One more variant of a product with attributes; answers with the product. Raises InvalidFields, NotFound."""
    values = drafts.values_in(wanted)
    refuse((*drafts.problems_of(world, wanted, product["attributes"], ()), *_rivals(product, values)))
    id_ = records.new_id(world, catalogue.IDS)

    def add(found: Record) -> Record:
        refuse(_rivals(found, values))
        ids, known = [*found["variant_ids"], id_], {**found["values"], str(id_): values}
        return {**found, "variant_ids": ids, "values": known}

    product = products.change(world, product["id"], add)
    records.put(world, VARIANTS, id_, drafts.new_variant(world, product, id_, wanted))
    products.tell(world, "product.updated", product, base_url)
    return product


def _rivals(product: Record, values: Mapping[str, str]) -> Iterator[Problem]:
    """Why a product has no room for a variant of these values."""
    if not product["attributes"] and product["variant_ids"]:
        why = f"product {product['id']} has no variant_attributes and the variant {product['variant_ids'][0]}"
        yield Problem(("non_field_errors",), ONLY_ONE, why)
    yield from drafts.rivals(values, product["values"].values())


def update_variant(world: World, variant: Record, wanted: Mapping[str, Any], base_url: str) -> Record:
    """Replace the members given; of prices those of their currencies. Raises InvalidFields, NotFound."""
    product, id_ = products.find_product(world, variant["product_id"]), variant["id"]
    asked = wanted.get("variant_attribute_values")
    attributes = product["attributes"] if asked else ()
    refuse((*drafts.price_problems(wanted, ()), *drafts.value_problems(wanted, attributes, ())))
    values = drafts.values_in(wanted)

    def revalue(found: Record) -> Record:
        if asked is None:
            return found
        others = {key: own for key, own in found["values"].items() if key != str(id_)}
        refuse(drafts.rivals(values, others.values()))
        return {**found, "values": {**others, str(id_): values}}

    product = products.change(world, product["id"], revalue)
    now, title = to_text(world.clock.now()), drafts.title_of(product, id_)
    after = records.change(world, VARIANTS, id_, lambda found: {**drafts.updated(found, wanted, now), "title": title})
    products.tell(world, "product.updated", product, base_url)
    return after


def delete_variant(world: World, variant: Record, base_url: str) -> None:
    """The variant; orders keep what they have of it."""
    id_ = variant["id"]

    def drop(found: Record) -> Record:
        values = {key: own for key, own in found["values"].items() if key != str(id_)}
        return {**found, "variant_ids": [each for each in found["variant_ids"] if each != id_], "values": values}

    product = products.change(world, variant["product_id"], drop)
    records.remove(world, VARIANTS, id_)
    products.tell(world, "product.updated", product, base_url)


def views(world: World, product: Record, found: list[Record]) -> list[dict[str, Any]]:
    """Variants of a product as the API shows them."""
    allocated = catalogue.allocations(world)
    return [catalogue.variant_view(world, product, variant, allocated) for variant in found]


def changed(world: World, variant: Record, base_url: str, apply: Callable[[Record], Record]) -> Record:
    """Change a variant's prices or stock in one atomic step, and tell. Raises NotFound when it is gone."""
    now = to_text(world.clock.now())

    def settle(found: Record) -> Record:
        return {**catalogue.settled(apply({**PLAIN_VARIANT, **found})), "updated_at": now}

    after = records.change(world, VARIANTS, variant["id"], settle)
    product = products.change(world, variant["product_id"], lambda found: found)
    products.tell(world, "product.updated", product, base_url)
    return after

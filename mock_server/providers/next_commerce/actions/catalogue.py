"""Products: listed, created, changed, deleted; each change of them, or of their variants, is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors, webhooks
from mock_server.providers.next_commerce.actions import lists
from mock_server.providers.next_commerce.actions import variant_drafts as drafts
from mock_server.providers.next_commerce.actions.variant_drafts import ONLY_ONE, Problem, refuse
from mock_server.providers.next_commerce.schemas.fields import REQUIRED
from mock_server.providers.next_commerce.state import catalogue, records
from mock_server.providers.next_commerce.state.catalogue import PLAIN, PRODUCTS, VARIANTS

_WRITTEN = (
    "title", "description", "is_public", "is_discountable", "ranking", "categories", "recommended_products",
    "interval", "interval_counts", "external_tax_code", "meta_title", "meta_description", "template",
)  # fmt: skip
_OF_SUBSCRIPTIONS = ("enable_subscription", "interval", "interval_counts")


def find_product(world: World, product_id: Any) -> Record:
    """Raises NotFound."""
    product = records.find(world, PRODUCTS, product_id)
    if product is None:
        variant = records.find(world, VARIANTS, product_id)
        hint = f"; {product_id} is a variant of product {variant['product_id']}" if variant else ""
        raise errors.NotFound.of("Product", f"no product {product_id} in world {world.name}{hint}")
    return {**PLAIN, **product}


def list_products(world: World, query: lists.Query) -> list[Record]:
    """Not emulated: ranges; no product is in one.

    Source: schema 2024-04-01, productsList (read 2026-11-21).
    """

    def of_variants(member: str) -> Callable[[Record], list[Any]]:
        return lambda product: [variant[member] for variant in catalogue.variants_of(world, product)]

    tests: dict[str, lists.Test] = {
        "title": lists.holds(lambda product: product["title"]),
        "category": lists.any_of(lambda product: {**PLAIN, **product}["categories"]),
        "range": lists.any_of(lambda product: []),
        "is_public": lists.flag(lambda product: product["is_public"]),
        "is_gift_card": lists.flag(lambda product: any(of_variants("is_gift_card")(product))),
        "sku": lists.any_of(of_variants("sku")),
    }
    return lists.listed(world, PRODUCTS, query, tests)


def create_product(world: World, wanted: Mapping[str, Any], base_url: str) -> Record:
    """A product with its variants; without attributes it has exactly one, which is made when none is asked for.

    Sends product.created. Raises InvalidFields.
    Source: developers.nextcommerce.com, product management (read 2026-11-21).
    """
    attributes, asked = drafts.attributes_of(wanted), wanted.get("variants") or []
    refuse(_problems(world, wanted, attributes, asked))
    now, product_id = to_text(world.clock.now()), records.new_id(world, catalogue.IDS)
    ids = {records.new_id(world, catalogue.IDS): each for each in asked or ([] if attributes else [{}])}
    product = {
        **PLAIN,
        "id": product_id,
        "slug": catalogue.slug_of(wanted["title"]),
        "is_public": True,
        **{name: wanted[name] for name in _WRITTEN if wanted.get(name) is not None},
        "subscribes": bool(wanted.get("enable_subscription")),
        "attributes": attributes,
        "variant_ids": list(ids),
        "values": {str(id_): drafts.values_in(each) for id_, each in ids.items()},
        "metadata": wanted.get("metadata") or {},
        "created_at": now,
        "updated_at": now,
    }
    for id_, each in ids.items():
        records.put(world, VARIANTS, id_, drafts.new_variant(world, product, id_, each))
    records.put(world, PRODUCTS, product["id"], product)
    tell(world, "product.created", product, base_url)
    return product


def _problems(
    world: World, wanted: Mapping[str, Any], attributes: list[Record], asked: list[Mapping[str, Any]]
) -> Iterator[Problem]:
    yield from _product_problems(world, wanted, wanted)
    if not attributes and len(asked) > 1:
        yield Problem(("variants",), ONLY_ONE, f"{len(asked)} variants came without variant_attributes")
        return
    taken: list[dict[str, str]] = []
    for index, each in enumerate(asked):
        yield from drafts.problems_of(world, each, attributes, ("variants", index))
        yield from drafts.rivals(drafts.values_in(each), taken, ("variants", index))
        taken.append(drafts.values_in(each))


def _product_problems(world: World, wanted: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Problem]:
    """``after`` is the product as it would be."""
    codes = [each["code"] for each in drafts.attributes_of(wanted)]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            why = f"two attributes have the code {code}"
            yield Problem(("variant_attributes", index, "name"), "This attribute already exists.", why)
    if after.get("enable_subscription") and any(name in wanted for name in _OF_SUBSCRIPTIONS):
        for name in ("interval", "interval_counts"):
            if not after.get(name):
                yield Problem((name,), REQUIRED, f"enable_subscription is true, {name} is {after.get(name)}")
    for id_ in wanted.get("recommended_products") or ():
        if records.find(world, PRODUCTS, id_) is None:
            is_variant = records.find(world, VARIANTS, id_) is not None
            why = f"{id_} is a variant, products are expected" if is_variant else f"there is no product {id_}"
            yield Problem(("recommended_products",), drafts.no_such(id_), why)


def update_product(world: World, product: Record, wanted: Mapping[str, Any], base_url: str) -> Record:
    """Replace the members given; variant_attributes are the whole list, values that go are gone from variants too.

    Variants given with their ids change as by themselves. Sends product.updated. Raises InvalidFields, NotFound.
    Source: developers.nextcommerce.com, product management (read 2026-11-21).
    """
    after = {"enable_subscription": product["subscribes"], **product, **wanted}
    refuse((*_product_problems(world, wanted, after), *_own_problems(product, wanted)))
    changes = {name: wanted[name] for name in _WRITTEN if name in wanted}
    if "enable_subscription" in wanted:
        changes["subscribes"] = wanted["enable_subscription"]
    if "metadata" in wanted:
        changes["metadata"] = wanted["metadata"] or {}
    if "variant_attributes" in wanted:
        changes["attributes"] = drafts.attributes_of(wanted)
    changed = change(world, product["id"], lambda found: _pruned({**found, **changes}))
    given = {each["id"]: each for each in wanted.get("variants") or ()}
    for id_ in changed["variant_ids"]:
        _follow(world, changed, id_, given.get(id_, {}))
    tell(world, "product.updated", changed, base_url)
    return changed


def _own_problems(product: Record, wanted: Mapping[str, Any]) -> Iterator[Problem]:
    for index, each in enumerate(wanted.get("variants") or ()):
        if each["id"] not in product["variant_ids"]:
            why = f"the variants of product {product['id']} are {product['variant_ids']}"
            yield Problem(("variants", index, "id"), drafts.no_such(each["id"]), why)
        yield from drafts.price_problems(each, ("variants", index))


def _pruned(product: Record) -> Record:
    """Without values that its attributes do not have."""
    known = {each["code"]: each["values"] for each in product["attributes"]}
    values = {
        id_: {code: value for code, value in own.items() if value in known.get(code, ())}
        for id_, own in product["values"].items()
    }
    return {**product, "values": values}


def _follow(world: World, product: Record, variant_id: int, wanted: Mapping[str, Any]) -> None:
    """A variant is called as its product is, and changes as the product's body says."""
    now = to_text(world.clock.now())
    named = {"product_title": product["title"], "title": drafts.title_of(product, variant_id)}
    with suppress(errors.NotFound):  # it was deleted meanwhile
        records.change(world, VARIANTS, variant_id, lambda found: {**drafts.updated(found, wanted, now), **named})


def delete_product(world: World, product: Record) -> None:
    """The product and its variants; orders keep what they have of them. Sends product.deleted."""
    records.remove(world, PRODUCTS, product["id"])
    for id_ in product["variant_ids"]:
        records.remove(world, VARIANTS, id_)
    key = f"product {product['id']}"
    webhooks.emit(world, "product.deleted", "product", {"id": product["id"]}, key=key)


def change(world: World, product_id: Any, apply: Callable[[Record], Record]) -> Record:
    """Change a product in one atomic step; ``apply`` may refuse by raising. Raises NotFound when it is gone."""
    now = to_text(world.clock.now())
    return records.change(world, PRODUCTS, product_id, lambda found: {**apply({**PLAIN, **found}), "updated_at": now})


def tell(world: World, event: str, product: Record, base_url: str) -> None:
    """Send product.created or product.updated."""

    def view(version: str) -> dict[str, Any]:
        return catalogue.product_view(world, product, base_url, catalogue.allocations(world))

    webhooks.emit(world, event, "product", view, key=f"product {product['id']}")

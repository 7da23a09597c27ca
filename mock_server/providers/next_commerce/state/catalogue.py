"""Products, their variants and stock, and how the API shows them.

A product record: id, title, slug, variant_ids, is_public, subscribes, interval, interval_counts, attributes (what its
variants differ in: {code, name, values}), values (id of a variant -> code of an attribute -> value), metadata,
created_at, updated_at; what it does not say is as in PLAIN.

A variant record: id, product_id, product_title, slug, title (its values: "Black / S"), sku, prices,
subscription_prices, retail_prices and downsell_prices (each currency -> minor units), unit_cost, requires_shipping,
is_gift_card, track_stock, allow_backorders, stock ({id, location_id, num_in_stock, low_stock_threshold}), in_stock (of
all locations), is_available, metadata, created_at, updated_at; what it does not say is as in PLAIN_VARIANT. Products
and variants share one sequence of ids.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.money import moment, money
from mock_server.providers.next_commerce.state.shipments import CANCELED, CLOSED, MAIN_LOCATION

PRODUCTS, VARIANTS = "products", "variants"
IDS = "catalogue"  # counts products and variants
IN_STOCK, LOW_STOCK, OUT_OF_STOCK, UNTRACKED = "in_stock", "low_stock", "out_of_stock", "untracked"
AVAILABLE, UNAVAILABLE = "available", "unavailable"
PLAIN: Mapping[str, Any] = {
    "description": "", "is_discountable": True, "ranking": 0, "categories": [], "recommended_products": [],
    "interval": None, "interval_counts": None, "external_tax_code": None, "meta_title": None,
    "meta_description": None, "template": None, "attributes": [], "values": {},
}  # fmt: skip
PLAIN_VARIANT: Mapping[str, Any] = {
    "upc": None, "track_stock": True, "allow_backorders": False, "retail_prices": {}, "downsell_prices": {},
    "metadata": {},
}  # fmt: skip
# members of a price -> the variant's member that has it for each currency
PRICES = {
    "price": "prices", "retail": "retail_prices", "subscription": "subscription_prices",
    "subscription_suggested_downsell": "downsell_prices",
}  # fmt: skip
_ONLY_IN_DETAIL = ("description", "meta_title", "meta_description", "template")

Allocated = Mapping[tuple[int, int], int]  # (id of a variant, of a location) -> items that open orders hold


def slug_of(title: str) -> str:
    """``Harbour Tee`` is ``harbour-tee``."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "product"


def code_of(name: str) -> str:
    """An attribute's: ``Neck size`` is ``neck_size``; of other scripts it is the bytes, in hexadecimal."""
    if not name.isascii():
        return f"_{name.lower().encode('utf-8', 'replace').hex()}"
    code = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return code if code[:1].isalpha() else f"_{code}"


def variants_of(world: World, product: Record) -> list[Record]:
    found = (records.find(world, VARIANTS, id_) for id_ in product["variant_ids"])
    return [variant for variant in found if variant is not None]


def stock_of(variant: Record) -> list[Record]:
    """What there is of a variant at each location; at first all is in the main one."""
    if "stock" not in variant:
        in_main = {"location_id": MAIN_LOCATION, "num_in_stock": variant["in_stock"], "low_stock_threshold": 0}
        return [{"id": variant["id"], **in_main}]
    stock: list[Record] = variant["stock"]
    return stock


def settled(variant: Record) -> Record:
    """The variant with what follows from its stock: how many there are, and whether it is for sale."""
    variant = {**PLAIN_VARIANT, **variant}
    in_stock = sum(each["num_in_stock"] or 0 for each in stock_of(variant))
    is_available = not variant["track_stock"] or variant["allow_backorders"] or in_stock > 0
    return {**variant, "stock": stock_of(variant), "in_stock": in_stock, "is_available": is_available}


def allocations(world: World) -> Allocated:
    """What open orders wait for at each location; test orders take nothing."""
    held: Counter[tuple[int, int]] = Counter()
    for order in records.oldest(world, orders.KIND):
        if order["status"] != orders.OPEN or order["is_test"]:
            continue
        variants = {line["id"]: line["variant_id"] for line in order["lines"]}
        for asked in order["fulfillment_orders"]:
            if asked["status"] not in (CLOSED, CANCELED):
                for item in asked["line_items"]:
                    key = (variants.get(item["line_id"], 0), asked["location_id"])
                    held[key] += item["quantity"] - item["fulfilled"]
    return held


def inventory_of(variant: Record, stock: Iterable[Record], allocated: Allocated) -> str:
    """in_stock, low_stock, out_of_stock or untracked, of this stock of a variant."""
    if not {**PLAIN_VARIANT, **variant}["track_stock"]:
        return UNTRACKED
    net, least = 0, 0
    for each in stock:
        net += (each["num_in_stock"] or 0) - allocated.get((variant["id"], each["location_id"]), 0)
        least += each["low_stock_threshold"]
    if net <= 0:
        return OUT_OF_STOCK
    return LOW_STOCK if net <= least else IN_STOCK


def purchase_of(variant: Record) -> str:
    return AVAILABLE if variant["is_available"] else UNAVAILABLE


def product_view(world: World, product: Record, base_url: str, allocated: Allocated) -> dict[str, Any]:
    """Key order: the sample in the storefront's event tracking guide."""
    own = {**PLAIN, **product}
    return {
        "id": own["id"],
        "url": f"{base_url}/catalogue/{own['slug']}_{own['id']}/",
        "title": own["title"],
        "slug": own["slug"],
        "description": own["description"],
        "structure": "parent",
        "is_discountable": own["is_discountable"],
        "is_public": own["is_public"],
        "ranking": own["ranking"],
        "categories": [{"id": id_, "name": f"Category {id_}", "slug": f"category-{id_}"} for id_ in own["categories"]],
        "enable_subscription": own["subscribes"],
        "interval": own["interval"],
        "interval_counts": own["interval_counts"],
        "images": [],
        "recommended_products": own["recommended_products"],
        "external_tax_code": own["external_tax_code"],
        "meta_title": own["meta_title"],
        "meta_description": own["meta_description"],
        "template": own["template"],
        "variant_attributes": own["attributes"],
        "variants": [variant_view(world, own, variant, allocated) for variant in variants_of(world, own)],
        "rating": None,
        "date_created": moment(world, own["created_at"]),
        "date_updated": moment(world, own["updated_at"]),
        "metadata": own["metadata"],
    }


def product_row(world: World, product: Record, base_url: str, allocated: Allocated) -> dict[str, Any]:
    """A product in a list."""
    view = product_view(world, product, base_url, allocated)
    return {name: value for name, value in view.items() if name not in _ONLY_IN_DETAIL}


def variant_view(world: World, product: Record, variant: Record, allocated: Allocated) -> dict[str, Any]:
    own, stock = {**PLAIN_VARIANT, **variant}, stock_of(variant)
    return {
        "id": own["id"],
        "product_id": own["product_id"],
        "title": own["title"] or own["product_title"],
        "sku": own["sku"],
        "upc": own["upc"],
        "track_stock": own["track_stock"],
        "allow_backorders": own["allow_backorders"],
        "requires_shipping": own["requires_shipping"],
        "images": [],
        "variant_attribute_values": _values(product, own),
        "prices": price_views(own),
        "stockrecords": [_stock_of_variant(own, each, allocated) for each in stock],
        "inventory_availability": inventory_of(own, stock, allocated),
        "purchase_availability": purchase_of(own),
        "unit_cost": money(own["unit_cost"]),
        "date_created": moment(world, own["created_at"]),
        "date_updated": moment(world, own["updated_at"]),
        "metadata": own["metadata"],
    }


def _values(product: Record, variant: Record) -> list[dict[str, Any]]:
    product = {**PLAIN, **product}
    values = product["values"].get(str(variant["id"]), {})
    return [
        {"code": each["code"], "name": each["name"], "value": values[each["code"]]}
        for each in product["attributes"]
        if each["code"] in values
    ]


def price_views(variant: Record) -> list[dict[str, Any]]:
    """A variant's prices, by currency."""
    return [{"currency": currency, **price_view(variant, currency)} for currency in sorted(variant["prices"])]


def price_view(variant: Record, currency: str) -> dict[str, str | None]:
    own = {**PLAIN_VARIANT, **variant}
    amounts = {name: own[member].get(currency) for name, member in PRICES.items()}
    return {name: None if amount is None else money(amount) for name, amount in amounts.items()}


def _stock_of_variant(variant: Record, stock: Record, allocated: Allocated) -> dict[str, Any]:
    return {
        "id": stock["id"],
        "location_id": stock["location_id"],
        "num_in_stock": stock["num_in_stock"],
        "num_allocated": allocated.get((variant["id"], stock["location_id"]), 0),
        "low_stock_threshold": stock["low_stock_threshold"],
    }


def stock_record_view(world: World, variant: Record, stock: Record, allocated: Allocated) -> dict[str, Any]:
    """The stock of a variant at one location, by itself."""
    told = _stock_of_variant(variant, stock, allocated)
    location = records.find(world, "locations", stock["location_id"]) or {}
    return {
        "id": stock["id"],
        "product": {
            "id": variant["product_id"],
            "title": variant["product_title"],
            "variant_id": variant["id"],
            "variant_title": variant["title"],
            "sku": variant["sku"],
        },
        "location": {name: location.get(name) for name in ("id", "name", "address", "accept_return", "callback_url")},
        "num_in_stock": told["num_in_stock"],
        "num_allocated": told["num_allocated"],
        "net_stock_level": (told["num_in_stock"] or 0) - told["num_allocated"],
        "low_stock_threshold": told["low_stock_threshold"],
        "date_created": moment(world, stock.get("created_at") or variant["created_at"]),
        "date_updated": moment(world, stock.get("updated_at") or variant["updated_at"]),
    }

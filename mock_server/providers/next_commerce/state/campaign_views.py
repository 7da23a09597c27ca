"""The campaign as the Campaigns API shows it: packages, shipping, offers, ways to pay.

Names: schema Campaign of campaigns v1; key order: types of the vendor's campaign-cart (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import campaigns, catalogue, records, store
from mock_server.providers.next_commerce.state.campaigns import Offer, Package
from mock_server.providers.next_commerce.state.money import money
from mock_server.providers.next_commerce.state.seeds import CURRENCIES


def campaign_view(world: World, base_url: str, currency: str) -> dict[str, Any]:
    """The campaign with its prices in this currency."""
    payments = store.store_view(world)["payments"]
    return {
        "id": campaigns.ID,
        "name": campaigns.NAME,
        "currency": currency,
        "language": campaigns.LANGUAGE,
        "payment_env_key": payments["environment_key"],
        "packages": _packages(world, base_url, currency),
        "shipping_methods": [
            {"ref_id": each["id"], "code": each["code"], "price": money(each["prices"][currency])}
            for each in records.oldest(world, "shipping_methods")
        ],
        "offers": [_offer(world, offer, base_url, currency) for offer in campaigns.offers(world)],
        "available_payment_methods": _labelled((each["code"], each["label"]) for each in store.available_methods()),
        "available_express_payment_methods": store.express_methods(),
        "available_currencies": _labelled(CURRENCIES.items()),
        "available_shipping_countries": _labelled(campaigns.countries()),
    }


def _labelled(labels: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"code": code, "label": label} for code, label in labels]


def _packages(world: World, base_url: str, currency: str) -> list[dict[str, Any]]:
    allocated = catalogue.allocations(world)
    shown = []
    for package, variant in campaigns.packages(world):
        prices = campaigns.prices(package, variant, currency)
        product = records.find(world, catalogue.PRODUCTS, variant["product_id"])
        if prices and product:
            own = catalogue.variant_view(world, product, variant, allocated)
            shown.append({**_package(package, prices), "image": _image(base_url, variant), **_product(product, own)})
    return shown


def _package(package: Package, prices: tuple[int, int, int]) -> dict[str, Any]:
    retail, price, recurring = prices
    return {
        "ref_id": package.ref_id,
        "external_id": package.variant_id,
        "name": package.name,
        "price": money(price),
        "price_total": money(price * package.units),
        "price_retail": money(retail),
        "price_retail_total": money(retail * package.units),
        "price_recurring": money(recurring),
        "price_recurring_total": money(recurring * package.units),
        "qty": package.units,
        "is_recurring": package.interval is not None,
        "interval": package.interval,
        "interval_count": package.interval_count,
    }


def _product(product: Record, variant: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "product_id": product["id"],
        "product_name": product["title"],
        "product_sku": variant["sku"],
        "product_variant_id": variant["id"],
        "product_variant_name": variant["title"],
        "product_variant_attribute_values": variant["variant_attribute_values"],
        "product_purchase_availability": variant["purchase_availability"],
        "product_inventory_availability": variant["inventory_availability"],
    }


def _image(base_url: str, variant: Mapping[str, Any]) -> str:
    return f"{base_url}/media/products/{variant['slug']}.jpg"


def _offer(world: World, offer: Offer, base_url: str, currency: str) -> dict[str, Any]:
    count = f"Buy {offer.least} or more." if offer.least else "Applies to any quantity."
    what = "package_percentage" if offer.packages else "order_percentage"
    sold = [(package, variant) for package, variant in campaigns.packages(world) if offer.covers(package)]
    found = ((package, variant, campaigns.prices(package, variant, currency)) for package, variant in sold)
    return {
        "ref_id": offer.ref_id,
        "name": offer.name,
        "type": "voucher" if offer.code else "offer",
        "code": offer.code,
        "condition": {"type": "count" if offer.least else "any", "value": offer.least, "description": count},
        "benefit": {"type": what, "value": money(offer.percent * 100), "description": offer.description},
        "packages": [
            _package_of_offer(offer, base_url, package, variant, prices[1])
            for package, variant, prices in found
            if prices
        ],
        "shipping_methods": [],
    }


def _package_of_offer(offer: Offer, base_url: str, package: Package, variant: Record, price: int) -> dict[str, Any]:
    less = price - price * offer.percent // 100
    return {
        "package_id": package.ref_id,
        "package_name": package.name,
        "package_image": _image(base_url, variant),
        "package_unit_qty": package.units,
        "package_price": money(less * package.units),
        "package_price_before_discount": money(price * package.units),
        "unit_price": money(less),
        "unit_price_before_discount": money(price),
        "product_name": variant["product_title"],
        "product_variant_name": variant["title"] or variant["product_title"],
    }

"""Endpoints about what the store sells: products, their variants and prices; those of what is beside them join here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.auth import BASE, require_version
from mock_server.providers.next_commerce.routes.carts import CART_OPERATIONS
from mock_server.providers.next_commerce.routes.declared import (
    CHANGING,
    DOCS,
    LISTING,
    READING,
    WRITING,
    body,
    page,
    query_of,
)
from mock_server.providers.next_commerce.routes.stock import STOCK_OPERATIONS
from mock_server.providers.next_commerce.routes.store import STORE_OPERATIONS
from mock_server.providers.next_commerce.routes.themes import THEME_OPERATIONS
from mock_server.providers.next_commerce.state.versions import OLD, STABLE, UNSTABLE
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import catalogue as actions
    from mock_server.providers.next_commerce.actions import prices, variants
    from mock_server.providers.next_commerce.schemas import catalogue as schemas
    from mock_server.providers.next_commerce.state import catalogue as state
else:
    _HERE = "mock_server.providers.next_commerce"
    actions, prices = Later(f"{_HERE}.actions.catalogue"), Later(f"{_HERE}.actions.prices")
    variants, schemas = Later(f"{_HERE}.actions.variants"), Later(f"{_HERE}.schemas.catalogue")
    state = Later(f"{_HERE}.state.catalogue")

CATALOGUE = "next_commerce.catalogue"
_PRODUCTS = f"{BASE}/products"
_ONE = f"{_PRODUCTS}/<product_id>"
_VARIANT = f"{_PRODUCTS}/variants/<variant_id>"
_OLD_VARIANT = f"{_PRODUCTS}/children/<variant_id>"  # what the version of 2023 calls it
_PRICES = f"{_PRODUCTS}/<variant_id>/prices"
_PRICE = f"{_PRICES}/<currency>"


def _product(call: Call) -> Any:
    return actions.find_product(call.world, call.path_args["product_id"])


def _product_with_variants(call: Call) -> Any:
    _require_own_name(call)
    return _product(call)


def _variant(call: Call) -> Any:
    _require_own_name(call)
    return variants.find_variant(call.world, call.path_args["variant_id"])


def _require_own_name(call: Call) -> None:
    """Variants are called children in the version of 2023, and only there."""
    is_old = "children" in call.path.rstrip("/").split("/")[4:]
    require_version(call, *((OLD,) if is_old else (STABLE, UNSTABLE)))


def _priced(call: Call) -> Any:
    return prices.find_variant(call.world, call.path_args["variant_id"])


def _view(call: Call, product: Any, status: int = 200) -> Reply:
    view = state.product_view(call.world, product, call.base_url, state.allocations(call.world))
    return Reply(view, status)


def _variants_view(call: Call, product: Any) -> Reply:
    return Reply(variants.views(call.world, product, state.variants_of(call.world, product)))


def _variant_view(call: Call, variant: Any) -> Reply:
    product = actions.find_product(call.world, variant["product_id"])
    return Reply(variants.views(call.world, product, [variant])[0])


@operation(CATALOGUE, "GET", _PRODUCTS, docs=f"{DOCS}productsList", errors=LISTING)
def list_products(call: Call) -> Reply:
    allocated = state.allocations(call.world)
    found = actions.list_products(call.world, query_of(call))
    return page(call, found, lambda each: state.product_row(call.world, each, call.base_url, allocated))


@operation(
    CATALOGUE, "POST", _PRODUCTS, docs=f"{DOCS}productsCreate", **body(lambda: schemas.ProductSchema), errors=WRITING
)
def create_product(call: Call) -> Reply:
    return _view(call, actions.create_product(call.world, call.body, call.base_url), 201)


@operation(CATALOGUE, "GET", _ONE, docs=f"{DOCS}productsRetrieve", find=_product, errors=READING)
def read_product(call: Call) -> Reply:
    return _view(call, call.found)


def _update_product(call: Call) -> Reply:
    return _view(call, actions.update_product(call.world, call.found, call.body, call.base_url))


@operation(
    CATALOGUE, "PATCH", _ONE, docs=f"{DOCS}productsPartialUpdate", find=_product,
    **body(lambda: schemas.UpdateProductSchema), errors=CHANGING,
)  # fmt: skip
def update_product(call: Call) -> Reply:
    return _update_product(call)


@operation(
    CATALOGUE, "PUT", _ONE, docs=f"{DOCS}productsUpdate", find=_product,
    **body(lambda: schemas.UpdateProductSchema), errors=CHANGING,
)  # fmt: skip
def replace_product(call: Call) -> Reply:
    return _update_product(call)


@operation(CATALOGUE, "DELETE", _ONE, docs=f"{DOCS}productsDestroy", find=_product, errors=READING)
def delete_product(call: Call) -> Reply:
    actions.delete_product(call.world, call.found)
    return Reply(None, 204)


@operation(
    CATALOGUE, "GET", f"{_ONE}/variants", docs=f"{DOCS}productsVariantList", aliases=(f"{_ONE}/children",),
    find=_product_with_variants, errors=READING,
)  # fmt: skip
def list_variants(call: Call) -> Reply:
    return _variants_view(call, call.found)


@operation(
    CATALOGUE, "POST", f"{_ONE}/variants", docs=f"{DOCS}productsVariantCreate", aliases=(f"{_ONE}/children",),
    find=_product_with_variants, **body(lambda: schemas.VariantSchema), errors=CHANGING,
)  # fmt: skip
def add_variant(call: Call) -> Reply:
    return _variants_view(call, variants.add_variant(call.world, call.found, call.body, call.base_url))


@operation(
    CATALOGUE, "GET", _VARIANT, docs=f"{DOCS}productsVariantsRetrieve", aliases=(_OLD_VARIANT,), find=_variant,
    errors=READING,
)  # fmt: skip
def read_variant(call: Call) -> Reply:
    return _variant_view(call, call.found)


def _update_variant(call: Call) -> Reply:
    return _variant_view(call, variants.update_variant(call.world, call.found, call.body, call.base_url))


@operation(
    CATALOGUE, "PATCH", _VARIANT, docs=f"{DOCS}productsVariantsPartialUpdate", aliases=(_OLD_VARIANT,),
    find=_variant, **body(lambda: schemas.UpdateVariantSchema), errors=CHANGING,
)  # fmt: skip
def update_variant(call: Call) -> Reply:
    return _update_variant(call)


@operation(
    CATALOGUE, "PUT", _VARIANT, docs=f"{DOCS}productsVariantsUpdate", aliases=(_OLD_VARIANT,), find=_variant,
    **body(lambda: schemas.UpdateVariantSchema), errors=CHANGING,
)  # fmt: skip
def replace_variant(call: Call) -> Reply:
    return _update_variant(call)


@operation(
    CATALOGUE, "DELETE", _VARIANT, docs=f"{DOCS}productsVariantsDestroy", aliases=(_OLD_VARIANT,), find=_variant,
    errors=READING,
)  # fmt: skip
def delete_variant(call: Call) -> Reply:
    variants.delete_variant(call.world, call.found, call.base_url)
    return Reply(None, 204)


@operation(
    CATALOGUE, "GET", _PRICES, docs=f"{DOCS}productsPricesList", find=_priced, errors=(errors.InvalidFields, *READING)
)
def list_prices(call: Call) -> Reply:
    return Reply(state.price_views(call.found))


@operation(
    CATALOGUE, "POST", _PRICES, docs=f"{DOCS}productsPricesCreate", find=_priced,
    **body(lambda: schemas.PriceSchema), errors=CHANGING,
)  # fmt: skip
def add_price(call: Call) -> Reply:
    variant, currency = prices.create(call.world, call.found, call.body, call.base_url), call.body["currency"]
    return Reply({"currency": currency, **state.price_view(variant, currency)})


@operation(
    CATALOGUE, "GET", _PRICE, docs=f"{DOCS}productsPricesRetrieve", find=_priced,
    errors=(errors.InvalidFields, *READING),
)  # fmt: skip
def read_price(call: Call) -> Reply:
    return Reply(state.price_view(call.found, prices.require(call.found, call.path_args["currency"])))


@operation(
    CATALOGUE, "PATCH", _PRICE, docs=f"{DOCS}productsPricesPartialUpdate", find=_priced,
    **body(lambda: schemas.UpdatePriceSchema), errors=CHANGING,
)  # fmt: skip
def update_price(call: Call) -> Reply:
    currency = prices.require(call.found, call.path_args["currency"])
    return Reply(state.price_view(prices.update(call.world, call.found, currency, call.body, call.base_url), currency))


@operation(
    CATALOGUE, "DELETE", _PRICE, docs=f"{DOCS}productsPricesDestroy", find=_priced,
    errors=(errors.InvalidFields, *READING),
)  # fmt: skip
def remove_price(call: Call) -> Reply:
    currency = prices.require(call.found, call.path_args["currency"])
    prices.remove(call.world, call.found, currency, call.base_url)
    return Reply(None, 204)


CATALOGUE_OPERATIONS: tuple[Operation, ...] = (
    list_products, create_product, read_product, update_product, replace_product, delete_product, list_variants,
    add_variant, read_variant, update_variant, replace_variant, delete_variant, list_prices, add_price, read_price,
    update_price, remove_price, *STOCK_OPERATIONS, *STORE_OPERATIONS, *CART_OPERATIONS, *THEME_OPERATIONS,
)  # fmt: skip

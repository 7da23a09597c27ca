"""Bodies about products, their variants, prices and stock. Source: schemas CreateProduct, CreateProductVariant,
ProductPrices, CreateUpdateStockRecord and others of version 2024-04-01 (read 2026-11-21).
"""

from __future__ import annotations

from mock_server.providers.next_commerce.schemas.fields import (
    Anything,
    Choice,
    Flag,
    Many,
    Money,
    NextSchema,
    Part,
    Text,
    Whole,
)
from mock_server.providers.next_commerce.schemas.orders import INTERVALS

_NAME, _LONG = 255, 65_535
_LEAST = -(2**31)


class UpdatePriceSchema(NextSchema):
    """Any amounts of a price; its currency stands in the path."""

    price = Money(least=0)
    retail = Money(least=0, allow_none=True)
    subscription = Money(least=0, allow_none=True)
    subscription_suggested_downsell = Money(least=0, allow_none=True)


class PriceSchema(UpdatePriceSchema):
    currency = Text(12, upper=True, required=True)
    price = Money(least=0, required=True)


class StockSchema(NextSchema):
    """The stock of a variant at one location."""

    location_id = Whole(required=True)
    num_in_stock = Whole(least=_LEAST, allow_none=True)
    low_stock_threshold = Whole(least=0)


class AttributeSchema(NextSchema):
    """What variants of a product differ in: Color, and its values."""

    name = Text(128, required=True)
    values = Many(Text(_NAME), empty=False, required=True)


class AttributeValueSchema(NextSchema):
    name = Text(128, required=True)
    value = Text(_NAME, required=True)


class UpdateVariantSchema(NextSchema):
    """Any members of a variant; its stock changes elsewhere."""

    sku = Text(128, blank=True, allow_none=True)
    upc = Text(64, blank=True, allow_none=True)
    track_stock = Flag()
    allow_backorders = Flag()
    requires_shipping = Flag()
    unit_cost = Money(least=0, allow_none=True)
    metadata = Anything(allow_none=True)
    image = Whole(allow_none=True)
    prices = Many(Part(PriceSchema))
    variant_attribute_values = Many(Part(AttributeValueSchema))


class VariantSchema(UpdateVariantSchema):
    stockrecords = Many(Part(StockSchema))


class OwnVariantSchema(UpdateVariantSchema):
    """A variant inside an update of its product."""

    id = Whole(required=True)


class UpdateProductSchema(NextSchema):
    title = Text(_NAME)
    description = Text(_LONG, blank=True)
    is_public = Flag()
    is_discountable = Flag()
    ranking = Whole(least=_LEAST)
    categories = Many(Whole())
    recommended_products = Many(Whole())
    enable_subscription = Flag()
    interval = Choice(INTERVALS, blank=True, allow_none=True)
    interval_counts = Many(Whole(least=1), allow_none=True)
    external_tax_code = Text(_NAME, blank=True, allow_none=True)
    meta_title = Text(_NAME, blank=True, allow_none=True)
    meta_description = Text(_LONG, blank=True, allow_none=True)
    template = Text(_NAME, blank=True, allow_none=True)
    metadata = Anything(allow_none=True)
    variant_attributes = Many(Part(AttributeSchema))
    variants = Many(Part(OwnVariantSchema))


class ProductSchema(UpdateProductSchema):
    title = Text(_NAME, required=True)
    variants = Many(Part(VariantSchema))


class UpdateStockRecordSchema(NextSchema):
    num_in_stock = Whole(least=_LEAST)
    low_stock_threshold = Whole(least=0)


class StockRecordSchema(UpdateStockRecordSchema):
    """``product`` is a variant's id."""

    product = Whole(required=True)
    location_id = Whole(required=True)

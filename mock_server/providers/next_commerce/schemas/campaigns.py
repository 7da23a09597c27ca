"""Bodies of the Campaigns API. Source: schemas of campaigns v1; the vendor's campaign-cart (read 2026-11-21)."""

from __future__ import annotations

from marshmallow import fields as mm

from mock_server.providers.next_commerce.schemas import orders
from mock_server.providers.next_commerce.schemas.fields import (
    Anything,
    Choice,
    Flag,
    Many,
    NextSchema,
    Part,
    Text,
    Url,
    Whole,
)
from mock_server.providers.next_commerce.state.methods import METHODS, SAVED_CARD
from mock_server.providers.next_commerce.state.seeds import LANGUAGES

PAYMENT_METHODS = tuple(code for code in METHODS if code != SAVED_CARD)  # which pages cannot ask for
_LINE = 225


class LineSchema(NextSchema):
    """``package_id`` is a package's ref_id, ``quantity`` counts packages."""

    package_id = Whole(required=True)
    quantity = Whole(least=1, most=10_000, load_default=1)
    is_upsell = Flag(load_default=False)
    properties = mm.Dict(keys=mm.String(), allow_none=True)


class UserSchema(orders.UserSchema):
    """Names may be blank."""

    class Meta(NextSchema.Meta):
        exclude = ("id", "tags", "metadata")

    accepts_marketing = Flag(load_default=True, allow_none=True)


class AddressSchema(orders.AddressSchema):
    line1 = Text(_LINE, required=True)
    line2 = Text(_LINE, blank=True, allow_none=True)
    line3 = Text(_LINE, blank=True, allow_none=True)
    line4 = Text(_LINE, required=True)
    state = Text(_LINE, blank=True, allow_none=True)
    phone_number = Text(_LINE, blank=True, allow_none=True)
    notes = Text(_LINE, blank=True, allow_none=True)


class AttributionSchema(orders.AttributionSchema):
    class Meta(NextSchema.Meta):
        exclude = ("agent",)

    metadata = Anything(allow_none=True)


class PaymentSchema(NextSchema):
    payment_method = Choice(PAYMENT_METHODS, required=True)
    card_token = Text(128, allow_none=True)
    external_payment_method = Text(255, blank=True, allow_none=True)
    language = Choice(LANGUAGES, blank=True, allow_none=True)
    payment_gateway = Whole(allow_none=True)
    payment_gateway_group = Whole(allow_none=True)


class CartSchema(NextSchema):
    lines = Many(Part(LineSchema), empty=False, required=True)
    user = Part(UserSchema, required=True)
    address = Part(AddressSchema, allow_none=True)
    attribution = Part(AttributionSchema, allow_none=True)
    currency = Text(3, blank=True, upper=True, allow_none=True)
    vouchers = Many(Text(128, blank=True), allow_none=True)


class CalculateSchema(NextSchema):
    lines = Many(Part(LineSchema), required=True)
    currency = Text(3, blank=True, upper=True, allow_none=True)
    shipping_method = Whole(allow_none=True)
    vouchers = Many(Text(128, blank=True), allow_none=True)


class OrderSchema(NextSchema):
    lines = Many(Part(LineSchema), empty=False, required=True)
    payment_detail = Part(PaymentSchema, required=True)
    shipping_method = Whole(required=True)
    success_url = Url(required=True)
    payment_failed_url = Url()
    user = Part(UserSchema, allow_none=True)
    shipping_address = Part(AddressSchema, allow_none=True)
    billing_address = Part(AddressSchema, allow_none=True)
    billing_same_as_shipping_address = Flag(load_default=False)
    use_default_shipping_address = Flag(load_default=False)
    use_default_billing_address = Flag(load_default=False)
    attribution = Part(AttributionSchema, allow_none=True)
    currency = Text(3, blank=True, upper=True, allow_none=True)
    vouchers = Many(Text(128, blank=True), allow_none=True)


class UpsellPaymentSchema(NextSchema):
    payment_gateway = Whole(allow_none=True)
    payment_gateway_group = Whole(allow_none=True)


class UpsellSchema(NextSchema):
    lines = Many(Part(LineSchema), empty=False, required=True)
    payment_detail = Part(UpsellPaymentSchema, allow_none=True)
    vouchers = Many(Text(128, blank=True), allow_none=True)

"""Bodies about orders. Source: schemas CreateOrder, AddLineItem and others of version 2024-04-01 (read 2026-11-21)."""

from __future__ import annotations

from marshmallow import fields as mm

from mock_server.providers.next_commerce.schemas import fields
from mock_server.providers.next_commerce.schemas.fields import (
    Anything,
    Choice,
    Email,
    Flag,
    Instant,
    Many,
    Money,
    NextSchema,
    Part,
    Text,
    Url,
    Whole,
)
from mock_server.providers.next_commerce.state.methods import METHODS
from mock_server.providers.next_commerce.state.orders import STATUSES
from mock_server.providers.next_commerce.state.seeds import LANGUAGES

INTERVALS = ("day", "week", "month", "year")
_FULFILLMENT = ("not_required", "unfulfilled", "on_hold", "rejected", "processing", "fulfilled", "incomplete")
_RESTOCK = ("cancel", "no_restock", "return")
_NAME = 255


class SubscriptionTermsSchema(NextSchema):
    interval = Choice(INTERVALS, required=True)
    interval_count = Whole(least=1, required=True)
    price = Money(least=0)


class LineSchema(NextSchema):
    """``product_id`` is a variant's id; ``currency`` of the old version and the guides stands here."""

    product_id = Whole(required=True)
    quantity = Whole(least=1, most=100_000, required=True)
    currency = Text(3, upper=True, allow_none=True)
    price = Money(least=0, allow_none=True)
    is_upsell = Flag(load_default=False)
    metadata = Anything(allow_none=True)
    properties = mm.Dict(keys=mm.String(), allow_none=True)
    subscription = Part(SubscriptionTermsSchema, allow_none=True)


class UserSchema(NextSchema):
    """An existing customer by id or e-mail, or the details of a new one."""

    id = Whole(allow_none=True)
    email = Email(254, allow_none=True)
    first_name = Text(_NAME, blank=True)
    last_name = Text(_NAME, blank=True)
    phone_number = Text(128, blank=True, allow_none=True)
    language = Choice(LANGUAGES, blank=True, allow_none=True)
    accepts_marketing = Flag()
    ip = Text(64, blank=True, allow_none=True)
    user_agent = Text(2000, blank=True, allow_none=True)
    tags = Many(Text(255, allow_none=True))
    metadata = Anything(allow_none=True)


class PartialAddressSchema(NextSchema):
    """Any members of an address; line4 is the city."""

    first_name = Text(_NAME)
    last_name = Text(_NAME)
    line1 = Text(_NAME)
    line2 = Text(_NAME, blank=True, allow_none=True)
    line3 = Text(_NAME, blank=True, allow_none=True)
    line4 = Text(_NAME)
    state = Text(_NAME, blank=True, allow_none=True)
    postcode = Text(64, blank=True, allow_none=True)
    phone_number = Text(128, blank=True, allow_none=True)
    notes = Text(2000, blank=True, allow_none=True)
    country = Text(2, upper=True)


class AddressSchema(PartialAddressSchema):
    first_name = Text(_NAME, required=True)
    last_name = Text(_NAME, required=True)
    line1 = Text(_NAME, required=True)
    line4 = Text(_NAME, required=True)
    country = Text(2, upper=True, required=True)


class AttributionSchema(NextSchema):
    funnel = Text(255, blank=True, allow_none=True)
    utm_source = Text(255, blank=True, allow_none=True)
    utm_medium = Text(255, blank=True, allow_none=True)
    utm_campaign = Text(255, blank=True, allow_none=True)
    utm_term = Text(255, blank=True, allow_none=True)
    utm_content = Text(255, blank=True, allow_none=True)
    gclid = Text(255, blank=True, allow_none=True)
    metadata = Anything()
    affiliate = Text(255, blank=True, allow_none=True)
    subaffiliate1 = Text(255, blank=True, allow_none=True)
    subaffiliate2 = Text(255, blank=True, allow_none=True)
    subaffiliate3 = Text(255, blank=True, allow_none=True)
    subaffiliate4 = Text(255, blank=True, allow_none=True)
    subaffiliate5 = Text(255, blank=True, allow_none=True)
    agent = Whole(allow_none=True)


class PaymentDetailSchema(NextSchema):
    payment_return_url = Url(allow_none=True)
    payment_gateway = Whole(allow_none=True)
    payment_gateway_group = Whole(allow_none=True)
    language = Choice(LANGUAGES, blank=True, allow_none=True)
    card_token = Text(128, allow_none=True)
    recache_card_cvv = Whole(allow_none=True)
    save_card = Flag(load_default=True)
    statement_descriptor = Text(255, blank=True, allow_none=True)
    authorize_value = Money(least=0)
    paypal_account = Whole(allow_none=True)
    reference_transaction_id = Text(255, blank=True, allow_none=True)
    external_payment_method = Text(255, blank=True, allow_none=True)


class DeliverySchema(NextSchema):
    """Where orders and subscriptions go, and how."""

    shipping_address = Part(AddressSchema, allow_none=True)
    billing_address = Part(AddressSchema, allow_none=True)
    billing_same_as_shipping_address = Flag(load_default=False)
    use_default_shipping_address = Flag(load_default=False)
    use_default_billing_address = Flag(load_default=False)
    shipping_code = Text(128, allow_none=True)
    shipping_price = Money(least=0, allow_none=True)


class OrderSchema(DeliverySchema):
    lines = Many(Part(LineSchema), empty=False, required=True)
    currency = Text(3, upper=True)
    user = Part(UserSchema)
    payment_method = Choice(METHODS, allow_none=True)
    payment_details = Part(PaymentDetailSchema, allow_none=True)
    vouchers = Many(Text(128), allow_none=True)
    offers = Many(Whole())
    attribution = Part(AttributionSchema)
    metadata = Anything(allow_none=True)
    tags = Many(Text(255, allow_none=True))
    date_placed = Instant(allow_none=True)
    status = Choice(STATUSES, allow_none=True)
    send_receipt = Flag(load_default=True)


class UpdateSchema(NextSchema):
    """The rest of an order is read-only."""

    shipping_address = Part(PartialAddressSchema, allow_none=True)
    billing_address = Part(PartialAddressSchema, allow_none=True)
    attribution = Part(AttributionSchema)
    fulfillment_status = Choice(_FULFILLMENT)
    metadata = Anything(allow_none=True)
    status = Choice(STATUSES)
    tags = Many(Text(255, allow_none=True))


class AddPaymentSchema(NextSchema):
    payment_gateway = Whole(allow_none=True)
    payment_gateway_group = Whole(allow_none=True)
    statement_descriptor = Text(255, blank=True, allow_none=True)


class AddLineItemsSchema(NextSchema):
    lines = Many(Part(LineSchema), empty=False, required=True)
    payment_details = Part(AddPaymentSchema, allow_none=True)


class CancelSchema(NextSchema):
    cancel_reason = Text(required=True)
    full_refund = Flag(load_default=False)
    send_cancel_notification = Flag(load_default=True)


class CollectSchema(NextSchema):
    send_payment_notification = Flag(load_default=False)


class MarkAsPaidSchema(NextSchema):
    external_payment_method = Text(255, blank=True, allow_none=True)


class NoteSchema(NextSchema):
    message = Text(required=True)


class AddLineSchema(NextSchema):
    product_id = Whole(required=True)
    quantity = Whole(least=1, most=100_000, required=True)
    price = Money(least=0, allow_none=True)
    metadata = Anything(allow_none=True)
    reason = Text(blank=True, allow_none=True)


class UpdateLineSchema(NextSchema):
    quantity = Whole(least=0, most=100_000)
    metadata = Anything(allow_none=True)
    reason = Text(blank=True, allow_none=True)


class RefundLineSchema(NextSchema):
    line_id = Whole(required=True)
    quantity = Whole(least=1, required=True)
    restock_type = Choice(_RESTOCK)


class RefundShippingSchema(NextSchema):
    full_refund = Flag(load_default=False)
    amount_excl_tax = Money(least=0)


class CalculateSchema(NextSchema):
    refund_lines = Many(Part(RefundLineSchema), load_default=list)
    refund_shipping = Part(RefundShippingSchema)


class RefundedTransactionSchema(NextSchema):
    id = Whole(required=True)
    amount = Money(least=1, required=True)
    is_external = Flag(load_default=False)


class CreateRefundLineSchema(RefundLineSchema):
    restock_type = Choice(_RESTOCK, required=True)


class RefundSchema(NextSchema):
    transactions = Many(Part(RefundedTransactionSchema), empty=False, required=True)
    refund_lines = Many(Part(CreateRefundLineSchema), load_default=list)
    refund_shipping = Part(RefundShippingSchema)
    note = Text(blank=True, allow_none=True)
    send_refund_notification = Flag(load_default=True)


class RefundAmountSchema(NextSchema):
    """A refund of version 2023-02-10, and of a transaction."""

    amount = Money(least=1, required=True)
    is_external = Flag(load_default=False)
    send_refund_notification = Flag(load_default=True)


class CaptureSchema(NextSchema):
    amount = Money(least=1, allow_none=True)


class VerifySchema(NextSchema):
    card_token = Text(128, required=True)
    currency = Text(12, upper=True, required=True)
    user = Part(UserSchema, required=True)
    payment_gateway = Whole(allow_none=True)
    payment_gateway_group = Whole(allow_none=True)


class CompleteSchema(NextSchema):
    """What a tester says of a shopper; see ``next_commerce.shopper.complete``."""

    outcome = mm.String()
    decide = mm.String()
    after = mm.String()
    code = Whole()
    message = mm.String()
    deliver = Flag(load_default=False)


load = fields.load

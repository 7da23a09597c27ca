"""Bodies about subscriptions. Source: schemas CreateSubscription, UpdateSubscription, CancelSubscription and others of
version 2024-04-01; developers.nextcommerce.com, subscription management (read 2026-11-21)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple

from mock_server.providers.next_commerce.schemas.fields import (
    Anything,
    Choice,
    Day,
    Flag,
    Many,
    Moment,
    Money,
    NextSchema,
    Part,
    Text,
    Whole,
)
from mock_server.providers.next_commerce.schemas.orders import (
    INTERVALS,
    AttributionSchema,
    DeliverySchema,
    LineSchema,
    PartialAddressSchema,
    UserSchema,
)
from mock_server.providers.next_commerce.state.methods import CARD
from mock_server.providers.next_commerce.state.subscriptions import ACTIVE, CANCELED, PAST_DUE, RETRYING

CANCEL_REASONS = (
    "not_satisfied_with_product", "product_too_expensive", "cancel_recurring", "unwanted_subscription",
    "recurring_payment_declined", "disputed_cancel_recurring", "schedule_ended", "other",
)  # fmt: skip
_MOST_ITEMS = 100_000
_HAS_OFFSET = re.compile(r"[T ].*(?:[Zz]|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)$")


class Asked(NamedTuple):
    """A time as it was asked for: its text, what that says, and whether that is the time of the store's own zone."""

    text: str
    at: datetime
    is_local: bool


class Renewal(Moment):
    """A time; one without an offset is the store's, loaded as if it were UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        at = super()._deserialize(value, attr, data, **kwargs)
        text = str(value)
        return Asked(text, at, not _HAS_OFFSET.search(text.strip()))


class GatewaySchema(NextSchema):
    id = Whole()


class PaymentSchema(NextSchema):
    """``gateway.id`` stands for payment_gateway in a guide on moving many subscriptions."""

    payment_gateway = Whole(allow_none=True)
    gateway = Part(GatewaySchema, allow_none=True)
    card_token = Text(128, allow_none=True)
    statement_descriptor = Text(255, blank=True, allow_none=True)
    recache_card_cvv = Whole(allow_none=True)
    external_payment_method = Text(255, blank=True, allow_none=True)


class CreateSchema(DeliverySchema):
    interval = Choice(INTERVALS, required=True)
    interval_count = Whole(least=1, required=True)
    lines = Many(Part(LineSchema), empty=False, required=True)
    next_renewal_date = Renewal(required=True)
    payment_method = Choice((CARD,), required=True)
    payment_details = Part(PaymentSchema, allow_none=True)
    user = Part(UserSchema, required=True)
    currency = Text(12, upper=True)
    attribution = Part(AttributionSchema)


class UpdateSchema(NextSchema):
    """The rest of a subscription is read-only; pausing has an endpoint of its own."""

    interval = Choice(INTERVALS)
    interval_count = Whole(least=1)
    next_renewal_date = Renewal(allow_none=True)
    shipping_address = Part(PartialAddressSchema, allow_none=True)
    billing_address = Part(PartialAddressSchema, allow_none=True)
    shipping_code = Text(128, allow_none=True)
    shipping_price = Money(least=0, allow_none=True)
    payment_details = Part(PaymentSchema, allow_none=True)
    attribution = Part(AttributionSchema)
    is_test = Flag()
    status = Choice((ACTIVE, PAST_DUE, CANCELED, RETRYING))


class RetrySchema(NextSchema):
    payment_gateway = Whole(allow_none=True)


class CancelSchema(NextSchema):
    cancel_reason = Choice(CANCEL_REASONS, required=True)
    cancel_reason_other_message = Text(blank=True, allow_none=True)
    send_cancel_notification = Flag(load_default=True)


class PauseSchema(NextSchema):
    pause_until = Day(allow_none=True)


class ResumeSchema(NextSchema):
    """The guide requires a date, the vendor's own tool sends none."""

    next_renewal_date = Renewal(allow_none=True)


class AddLineSchema(NextSchema):
    product_id = Whole(required=True)
    quantity = Whole(least=1, most=_MOST_ITEMS, required=True)
    price = Money(least=0, allow_none=True)
    metadata = Anything(allow_none=True)


class UpdateLineSchema(NextSchema):
    quantity = Whole(least=1, most=_MOST_ITEMS, required=True)
    price = Money(least=0, allow_none=True)
    metadata = Anything(allow_none=True)

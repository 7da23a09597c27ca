"""Bodies about fulfillment. Source: schemas CreateFulfillment and others of version 2024-04-01 (read 2026-11-21)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError

from mock_server.providers.next_commerce.schemas.fields import (
    Anything,
    Choice,
    Flag,
    Instant,
    Many,
    NextSchema,
    Part,
    Text,
    Url,
    Whole,
)
from mock_server.providers.next_commerce.state.delivery import CARRIERS, DELIVERY

_REASONS = ("address_incorrect", "out_of_stock", "high_risk", "awaiting_payment", "other")
_REJECTIONS = ("incorrect_address", "inventory_out_of_stock", "ineligible_product", "undeliverable_address", "other")
_LARGEST = 2**53  # of an id


class Link(Url):
    """A URL, or nothing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return "" if value == "" else super()._deserialize(value, attr, data, **kwargs)


class Degrees(Anything):
    """A number within so many degrees of zero."""

    def __init__(self, most: int, **kwargs: Any):
        super().__init__(**kwargs)
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation as error:
            raise ValidationError("A valid number is required.") from error
        if not number.is_finite():
            raise ValidationError("A valid number is required.")
        if abs(number) > self._most:
            bound = f"less than or equal to {self._most}" if number > 0 else f"greater than or equal to -{self._most}"
            raise ValidationError(f"Ensure this value is {bound}.")
        return float(number)


class MessageSchema(NextSchema):
    message = Text(blank=True, allow_none=True)


class RejectSchema(MessageSchema):
    rejected_reason = Choice(_REJECTIONS, blank=True, allow_none=True)


class ItemSchema(NextSchema):
    id = Whole(most=_LARGEST, required=True)
    quantity = Whole(least=1, required=True)


class MovedItemSchema(NextSchema):
    id = Whole(most=_LARGEST, required=True)


class FulfillmentRequestSchema(MessageSchema):
    fulfillment_order_line_items = Many(Part(ItemSchema))
    notify = Flag()


class MoveSchema(NextSchema):
    new_location_id = Whole(required=True)
    fulfillment_order_line_items = Many(Part(MovedItemSchema))


class HoldSchema(NextSchema):
    reason = Choice(_REASONS, required=True)
    reason_message = Text(blank=True, allow_none=True)


class TrackingSchema(NextSchema):
    carrier = Choice(CARRIERS, required=True)
    tracking_code = Text(255, blank=True, allow_none=True)
    tracking_link = Link(2000, allow_none=True)
    carrier_other_name = Text(255, blank=True, allow_none=True)


class CreateFulfillmentSchema(NextSchema):
    fulfillment_order_line_items = Many(Part(ItemSchema))
    notify = Flag(load_default=True)
    tracking_info = Many(Part(TrackingSchema))


class ShipmentSchema(NextSchema):
    """Of an order's lines."""

    lines = Many(Whole(most=_LARGEST, allow_none=True), allow_none=True)
    carrier = Choice(CARRIERS, blank=True, allow_none=True)
    tracking_code = Text(255, blank=True, allow_none=True)
    tracking_link = Text(2000, blank=True, allow_none=True)
    send_shipped_notification = Flag(allow_none=True)


class EventSchema(NextSchema):
    status = Choice(DELIVERY, required=True)
    message = Text(blank=True, allow_none=True)
    happened_at = Instant()
    estimated_delivery_at = Instant(allow_none=True)
    line1 = Text(255, blank=True, allow_none=True)
    line2 = Text(255, blank=True, allow_none=True)
    city = Text(255, blank=True, allow_none=True)
    state = Text(255, blank=True, allow_none=True)
    postcode = Text(64, blank=True, allow_none=True)
    country = Text(2, upper=True, blank=True, allow_none=True)
    latitude = Degrees(90, allow_none=True)
    longitude = Degrees(180, allow_none=True)


class LocationAddressSchema(NextSchema):
    line1 = Text(255, required=True)
    line2 = Text(255, blank=True, allow_none=True)
    line3 = Text(255, blank=True, allow_none=True)
    line4 = Text(255, required=True)
    state = Text(255, blank=True, allow_none=True)
    postcode = Text(64, blank=True, allow_none=True)
    country = Text(2, upper=True, required=True)
    phone_number = Text(128, blank=True, allow_none=True)


class LocationSchema(NextSchema):
    name = Text(128)
    callback_url = Link(2000, allow_none=True)
    accept_return = Flag()
    address = Part(LocationAddressSchema, required=True)

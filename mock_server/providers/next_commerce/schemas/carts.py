"""Bodies about carts. Source: schemas CreateCart and UpdateCart of version 2024-04-01 (read 2026-11-21)."""

from __future__ import annotations

from mock_server.providers.next_commerce.schemas.fields import Anything, Many, NextSchema, Part, Text
from mock_server.providers.next_commerce.schemas.orders import AttributionSchema, LineSchema, UserSchema


class UpdateCartSchema(NextSchema):
    """The lines are all the cart will have."""

    lines = Many(Part(LineSchema), empty=False, required=True)
    vouchers = Many(Text(128), allow_none=True)
    attribution = Part(AttributionSchema)
    metadata = Anything(allow_none=True)


class CartSchema(UpdateCartSchema):
    currency = Text(3, upper=True)
    user = Part(UserSchema, allow_none=True)

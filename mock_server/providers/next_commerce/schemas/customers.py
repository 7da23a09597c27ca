"""Bodies about customers. Source: schemas User, UpdateUser, UserAddress of version 2024-04-01 (read 2026-11-21)."""

from __future__ import annotations

from mock_server.providers.next_commerce.schemas.fields import (
    Anything,
    Choice,
    Email,
    Flag,
    Many,
    NextSchema,
    Part,
    Text,
)
from mock_server.providers.next_commerce.state.seeds import LANGUAGES

_NAME = 255


class UserAddressSchema(NextSchema):
    """Line4 is the city."""

    first_name = Text(_NAME, blank=True, allow_none=True)
    last_name = Text(_NAME, blank=True, allow_none=True)
    line1 = Text(_NAME, required=True)
    line2 = Text(_NAME, blank=True, allow_none=True)
    line3 = Text(_NAME, blank=True, allow_none=True)
    line4 = Text(_NAME, required=True)
    state = Text(_NAME, blank=True, allow_none=True)
    postcode = Text(64, blank=True, allow_none=True)
    phone_number = Text(128, blank=True, allow_none=True)
    notes = Text(2000, blank=True, allow_none=True)
    country = Text(2, upper=True, required=True)
    is_default_for_shipping = Flag()
    is_default_for_billing = Flag()


class UpdateUserSchema(NextSchema):
    """Any of these; addresses have endpoints of their own."""

    email = Email(254)
    first_name = Text(_NAME, blank=True)
    last_name = Text(_NAME, blank=True)
    phone_number = Text(128, blank=True, allow_none=True)
    language = Choice(LANGUAGES, blank=True, allow_none=True)
    accepts_marketing = Flag()
    is_blocked = Flag()
    ip = Text(64, blank=True, allow_none=True)
    user_agent = Text(2000, blank=True, allow_none=True)
    tags = Many(Text(255, allow_none=True))
    metadata = Anything(allow_none=True)


class UserSchema(UpdateUserSchema):
    email = Email(254, required=True)
    addresses = Many(Part(UserAddressSchema))


class UserNoteSchema(NextSchema):
    message = Text(required=True)

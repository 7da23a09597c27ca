"""The bodies of Order Management v1: fields and limits; broken ones are told as Klarna's validator words them.

Numbers are taken for texts and texts of digits for numbers, as was recorded.
Source: Order Management API reference; playground calls recorded 2021-09-17 (read 2026-11-20).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError
from marshmallow import fields as mm

from mock_server.core.errors import Fault, Misused
from mock_server.core.grammar import load_strictly, nearest
from mock_server.providers.klarna.errors.order_management import BadRequest, UnprocessableEntity
from mock_server.providers.klarna.schemas import fields
from mock_server.providers.klarna.schemas.fields import KlarnaSchema, Many, Part

MOST = 200_000_000  # of any amount, minor units
_METHODS = (
    "(PickUpStore|Home|BoxReg|BoxUnreg|PickUpPoint|Own|Postal|DHLPackstation|Digital|Undefined|PickUpWarehouse"
    "|ClickCollect|PalletDelivery)"
)
_TYPES = "physical|discount|shipping_fee|sales_tax|store_credit|gift_card|digital|surcharge|return_fee"
_INDEX = re.compile(r"\[\d+\]")
_WHOLE = re.compile("[+-]?[0-9]{1,18}")
_UNREADABLE = "is of another kind"  # begins what the JSON reader refuses, before any rule is looked at


class Text(fields.Text):
    """A string; a number is one too."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise ValidationError(f"{_UNREADABLE}: {value!r:.60} is no string")
        if self.most is not None and not self.least <= len(value) <= self.most:
            limits = f"must be between {self.least} and {self.most}"
            raise ValidationError(f"The size of the %s value {limits}; it has {len(value)} characters")
        if self.pattern is not None and not self.pattern.fullmatch(value):
            raise ValidationError(f"'%s' must match \"{self.pattern.pattern}\"; it is {value!r:.60}")
        return value


class Whole(fields.Whole):
    """A whole number; a string of digits is one too."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError(f"{_UNREADABLE}: {value!r:.60} is no whole number")
        if value < self.least:
            raise ValidationError(f"'%s' must be greater than or equal to {self.least}; it is {value}")
        if value > self.most:
            raise ValidationError(f"'%s' must be less than or equal to {self.most}; it is {value}")
        return value


class ProductIdentifiersSchema(KlarnaSchema):
    brand = Text(70)
    category_path = Text(750)
    global_trade_item_number = Text(50)
    manufacturer_part_number = Text(70)
    color = Text(64)
    size = Text(64)


class SubscriptionSchema(KlarnaSchema):
    name = Text(255, required=True)
    interval = Text(pattern="DAY|WEEK|MONTH|YEAR", required=True)
    interval_count = Whole(least=1, required=True)


class OrderLineSchema(KlarnaSchema):
    """Amounts in minor units; what a return costs the shopper is a negative return_fee."""

    name = Text(255, required=True)
    quantity = Whole(least=0, required=True)
    unit_price = Whole(most=MOST, required=True)
    total_amount = Whole(most=MOST, required=True)
    type = Text(pattern=_TYPES)
    reference = Text(255)
    quantity_unit = Text(10)
    tax_rate = Whole(least=0)
    total_discount_amount = Whole(least=0, most=MOST)
    total_tax_amount = Whole(most=MOST)
    merchant_data = Text(1024)
    product_url = Text(1024)
    image_url = Text(1024)
    product_identifiers = Part(ProductIdentifiersSchema)
    subscription = Part(SubscriptionSchema)


class ShippingInfoSchema(KlarnaSchema):
    """A parcel, and the one it may come back in."""

    shipping_company = Text(100)
    shipping_method = Text(pattern=_METHODS)
    tracking_number = Text(100)
    tracking_uri = Text(1024)
    return_shipping_company = Text(100)
    return_tracking_number = Text(100)
    return_tracking_uri = Text(1024)


class CaptureSchema(KlarnaSchema):
    """Body of create_capture."""

    captured_amount = Whole(least=0, most=MOST, required=True)
    description = Text(255)
    reference = Text(255)
    order_lines = Many(Part(OrderLineSchema, required=True), most=1000)
    shipping_info = Many(Part(ShippingInfoSchema, required=True), most=500)
    shipping_delay = Whole(least=0)


class RefundSchema(KlarnaSchema):
    """Body of create_refund."""

    refunded_amount = Whole(least=0, most=MOST, required=True)
    description = Text(255)
    reference = Text(255)
    order_lines = Many(Part(OrderLineSchema, required=True), most=1000)


class AuthorizationSchema(KlarnaSchema):
    """Body of update_authorization; lines that are left out are deleted."""

    order_amount = Whole(least=0, most=MOST, required=True)
    description = Text(255)
    order_lines = Many(Part(OrderLineSchema, required=True), most=1000)


class AddressSchema(KlarnaSchema):
    """An empty text clears a field."""

    attention = Text(255)
    city = Text(200)
    country = Text(255)
    email = Text(100)
    family_name = Text(100)
    given_name = Text(100)
    organization_name = Text(255)
    phone = Text(100)
    postal_code = Text(10)
    region = Text(200)
    street_address = Text(100)
    street_address2 = Text(100)
    title = Text(20)


class CustomerDetailsSchema(KlarnaSchema):
    """Body of update_customer_details, of which a billing address is refused, and update_capture_customer_details, of
    which a shipping address is."""

    shipping_address = Part(AddressSchema)
    billing_address = Part(AddressSchema)


class MerchantReferencesSchema(KlarnaSchema):
    """Body of update_merchant_references."""

    merchant_reference1 = Text(255)
    merchant_reference2 = Text(255)


class ShippingInfosSchema(KlarnaSchema):
    """Body of add_shipping_info and add_capture_shipping_info."""

    shipping_info = Many(Part(ShippingInfoSchema, required=True), least=1, most=500, required=True)


class DueDateSchema(KlarnaSchema):
    """Body of extend_due_date."""

    number_of_days = Whole(required=True)


class WantedSchema(Schema):
    """Body of the control call that makes an order in a state; amounts are minor units."""

    state = mm.String(required=True)
    purchase = mm.Dict(keys=mm.String())
    captured_amount = mm.Integer(strict=True)
    refunded_amount = mm.Integer(strict=True)


def load_wanted(body: Mapping[str, Any], states: Sequence[str]) -> dict[str, Any]:
    """Which state an order shall be in; raises Misused, with the nearest right word."""
    wanted = load_strictly(_made(WantedSchema), body)
    if wanted["state"] not in states:
        raise Misused(f"state: {wanted['state']!r} is none; {nearest(wanted['state'], states)}")
    return wanted


@cache
def _made(schema: type[Schema]) -> Schema:
    return schema()


def load(schema: type[Schema], body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as the schema reads it; raises UnprocessableEntity (422) and, where it cannot be read, BadRequest."""
    loaded, faults = fields.load(_made(schema), body)
    if not faults:
        return loaded
    told = [_told(fault) for fault in faults]
    if any(_UNREADABLE in fault.text for fault in told):
        raise BadRequest(faults=told)
    raise UnprocessableEntity.of(told)


def _told(fault: Fault) -> Fault:
    """With Klarna's path (order_lines/name, no index) and words; behind them what was sent."""
    path = _INDEX.sub("", fault.path).replace(".", "/")
    text = fault.text.removeprefix(f"{fault.path} ")
    if text in ("is missing", "is null"):
        return Fault(path, f"'{path}' must not be null; {fault.path} {text}")
    counted = re.fullmatch(r"has (\d+) items, expected (\d+) to (\d+)", text)
    if counted:
        _, least, most = counted.groups()
        return Fault(path, f"The size of the {path} value must be between {least} and {most}; {fault.text}")
    if text in ("is no list", "is no object"):
        return Fault(path, f"{fault.path} {_UNREADABLE}: it {text}")
    return Fault(path, text.replace("%s", path))

"""The bodies of Customer Token v1: fields, limits, patterns and enums, where they differ from Klarna Payments.

Source: Customer Token API reference, schemas customer_token_order and customer_token_status_update_request;
playground calls recorded 2021-10-04 (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import Schema, validate
from marshmallow import fields as mm

from mock_server.core.grammar import load_strictly
from mock_server.ledger.tokens import ACTIVE, CANCELLED, SUSPENDED
from mock_server.providers.klarna.errors.payments import BadValue
from mock_server.providers.klarna.schemas import payments
from mock_server.providers.klarna.schemas.fields import Flag, KlarnaSchema, Many, Part, Text, Whole, load

MOST_PER_LINE = 100_000_000  # unit_price and total_amount, minor units: half of what Klarna Payments takes
_TYPES = ("physical", "discount", "shipping_fee", "sales_tax", "digital", "gift_card", "store_credit", "surcharge")
_STEP_UPS = ("SUPPORTED", "NOT_SUPPORTED")
# of authorized payment methods, in upper case
METHODS = (
    "INVOICE", "FIXED_AMOUNT", "PIX", "BASE_ACCOUNT", "DEFERRED_INTEREST", "DIRECT_DEBIT", "DIRECT_BANK_TRANSFER",
    "B2B_INVOICE", "CARD", "SLICE_IT_BY_CARD", "PAY_LATER_BY_CARD", "PAY_BY_CARD", "FIXED_SUM_CREDIT",
    "ALTERNATIVE_PAYMENT_METHOD",
)  # fmt: skip


class ShippingAddressSchema(payments.AddressSchema):
    """A phone number has at least five characters here."""

    phone = Text(99, least=5)


class ChargedLineSchema(payments.OrderLineSchema):
    """Amounts in minor units; a discount line is negative, a quantity may be 0."""

    type = Text(one_of=_TYPES)
    reference = Text(256)
    unit_price = Whole(most=MOST_PER_LINE, required=True)
    total_amount = Whole(most=MOST_PER_LINE, required=True)
    merchant_data = Text(255)


class ChargeUrlsSchema(KlarnaSchema):
    """{order.id} is filled in by Klarna."""

    confirmation = Text(2000, required=True)
    push = Text(2000)


class ChargeSchema(KlarnaSchema):
    """Body of create_order; required fields in the order Klarna was seen to name them.

    Country and locale are the token's: recorded requests carry them, and they are passed over.
    """

    order_lines = Many(Part(ChargedLineSchema, required=True), least=1, most=1000, required=True)
    purchase_currency = Text(pattern="[A-Za-z]{3}", required=True)
    order_amount = Whole(least=1, required=True)
    order_tax_amount = Whole(least=0, required=True)
    attachment = Part(payments.AttachmentSchema)
    auto_capture = Flag()
    merchant_data = Text(6000)
    merchant_reference1 = Text(255)
    merchant_reference2 = Text(255)
    merchant_urls = Part(ChargeUrlsSchema)
    shipping_address = Part(ShippingAddressSchema)
    step_up = Text(one_of=_STEP_UPS)


class StatusSchema(KlarnaSchema):
    """Body of update_status."""

    status = Text(one_of=(CANCELLED,), required=True)


class ChangedTokenSchema(Schema):
    """Body of the control call that changes a token from Klarna's side."""

    status = mm.String(validate=validate.OneOf((ACTIVE, SUSPENDED, CANCELLED)))
    payment_method_type = mm.String(validate=validate.OneOf(METHODS))


@cache
def _made(schema: type[Schema]) -> Schema:
    return schema()


def load_order(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is charged; raises BadValue."""
    return payments.load_charge(ChargeSchema, body)


def load_status(body: Mapping[str, Any]) -> str:
    """The status wanted; raises BadValue."""
    wanted, faults = load(_made(StatusSchema), body)
    if faults:
        raise BadValue.of(faults)
    return str(wanted["status"])


def load_change(body: Mapping[str, Any]) -> dict[str, Any]:
    """What happens to a token; raises Misused, with what was expected."""
    return load_strictly(_made(ChangedTokenSchema), body)

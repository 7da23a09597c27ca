"""The bodies of Klarna Payments v1: fields, limits, patterns and enums.

Source: Klarna Payments API reference, schemas session_create, create_order_request and
customer_token_creation_request; playground calls of 2021 (read 2026-11-20).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, validates_schema
from marshmallow import fields as mm

from mock_server.core.errors import Fault
from mock_server.core.grammar import load_strictly
from mock_server.ledger import markets
from mock_server.ledger.arithmetic import check_purchase
from mock_server.providers.klarna.errors.payments import BadValue
from mock_server.providers.klarna.schemas.fields import Flag, KlarnaSchema, Many, Part, Text, Whole, load

MOST_PER_LINE = 200_000_000  # unit_price and total_amount, minor units
_COUNTRY = "[A-Za-z]{2}"
_LOCALE = "[A-Za-z]{2}(?:-[A-Za-z]{2})*"
_COLOR = "#[A-Fa-f0-9]{6}"
_CHANNELS = ("ECOMMERCE", "IN_STORE", "TELESALES")
_INTENTS = ("buy", "tokenize", "buy_and_tokenize", "buy_and_default_tokenize", "buy_and_link")
_ENTITY_TYPES = (
    "LIMITED_COMPANY", "PUBLIC_LIMITED_COMPANY", "ENTREPRENEURIAL_COMPANY", "LIMITED_PARTNERSHIP_LIMITED_COMPANY",
    "LIMITED_PARTNERSHIP", "GENERAL_PARTNERSHIP", "REGISTERED_SOLE_TRADER", "SOLE_TRADER",
    "CIVIL_LAW_PARTNERSHIP", "PUBLIC_INSTITUTION", "OTHER",
)  # fmt: skip
_FRACTION = re.compile(r" is -?[\d.e+-]+, expected a whole number")
_LINE = re.compile(r"order_lines\[(\d+)\]")
_FIRST = -1  # stage of the fields whose absence hides every other mistake


class AddressSchema(KlarnaSchema):
    """Nothing is required; contents are judged when the shopper is authorized."""

    attention = Text(99)
    city = Text(99)
    country = Text(pattern=_COUNTRY)
    email = Text(99)
    family_name = Text(99)
    given_name = Text(99)
    organization_name = Text(99)
    phone = Text(99)
    postal_code = Text(10)
    region = Text(99)
    street_address = Text(99)
    street_address2 = Text(99)
    title = Text(20)


class CustomerSchema(KlarnaSchema):
    """Who buys: a person or an organization."""

    date_of_birth = Text(pattern=r"\d{4}-\d{2}-\d{2}")
    gender = Text(255)
    last_four_ssn = Text(pattern="[0-9]{4}|[0-9]{9}")
    national_identification_number = Text(255)
    organization_entity_type = Text(one_of=_ENTITY_TYPES)
    organization_registration_id = Text(255)
    title = Text(255)
    type = Text(pattern="person|organization")
    vat_id = Text(255)


class ProductIdentifiersSchema(KlarnaSchema):
    brand = Text(70)
    category_path = Text(750)
    global_trade_item_number = Text(50)
    manufacturer_part_number = Text(70)
    color = Text(64)
    size = Text(64)


class SubscriptionSchema(KlarnaSchema):
    name = Text(255, least=1, required=True)
    interval = Text(one_of=("DAY", "WEEK", "MONTH", "YEAR"), required=True)
    interval_count = Whole(least=1, required=True)


class OrderLineSchema(KlarnaSchema):
    """Amounts in minor units; a discount line is negative, a quantity may be 0."""

    type = Text(255)
    reference = Text(255)
    name = Text(255, least=1, required=True)
    quantity = Whole(least=0, required=True)
    quantity_unit = Text(8, least=1)
    unit_price = Whole(most=MOST_PER_LINE, required=True)
    tax_rate = Whole(least=0, most=10_000)
    total_amount = Whole(most=MOST_PER_LINE, required=True)
    total_discount_amount = Whole(least=0)
    total_tax_amount = Whole()
    image_url = Text(1024)
    product_url = Text(1024)
    merchant_data = Text(1024)
    product_identifiers = Part(ProductIdentifiersSchema)
    subscription = Part(SubscriptionSchema)


class MerchantUrlsSchema(KlarnaSchema):
    """{session.id} and {order.id} are filled in by Klarna."""

    authorization = Text(2000)
    confirmation = Text(2000)
    notification = Text(2000)
    push = Text(2000)


class OptionsSchema(KlarnaSchema):
    """Colours of the widget; older options are passed over."""

    color_border = Text(pattern=_COLOR)
    color_border_selected = Text(pattern=_COLOR)
    color_details = Text(pattern=_COLOR)
    color_text = Text(pattern=_COLOR)
    radius_border = Text(255)


class AttachmentSchema(KlarnaSchema):
    """Extra merchant data: JSON inside a string."""

    is_plain = False
    body = Text(required=True)
    content_type = Text(required=True)

    @validates_schema
    def _check_body(self, data: Mapping[str, Any], **_: Any) -> None:
        try:
            json.loads(data.get("body", ""))
        except (ValueError, RecursionError) as error:
            raise ValidationError("is no JSON in a string", "body") from error


class PurchaseSchema(KlarnaSchema):
    """What a session and an order have in common; required fields in the order Klarna was seen to name them."""

    purchase_country = Text(pattern=_COUNTRY, required=True)
    order_amount = Whole(least=0, required=True)
    order_lines = Many(Part(OrderLineSchema, required=True), least=1, most=1000, required=True)
    purchase_currency = Text(pattern="[A-Za-z]{3}", required=True)
    locale = Text(pattern=_LOCALE)
    order_tax_amount = Whole(least=0)
    billing_address = Part(AddressSchema)
    shipping_address = Part(AddressSchema)
    customer = Part(CustomerSchema)
    custom_payment_method_ids = Many(Text())
    merchant_data = Text(6000)
    merchant_reference1 = Text(255)
    merchant_reference2 = Text(255)
    merchant_urls = Part(MerchantUrlsSchema)


class SessionSchema(PurchaseSchema):
    """Body of create_session; read-only fields (client_token, status, ...) are passed over."""

    acquiring_channel = Text(one_of=_CHANNELS, any_case=True)
    attachment = Part(AttachmentSchema)
    design = Text(255)
    intent = Text(one_of=_INTENTS)
    options = Part(OptionsSchema)


class OrderSchema(PurchaseSchema):
    """Body of create_order."""

    auto_capture = Flag()


class CustomerTokenSchema(KlarnaSchema):
    """Body of create_customer_token; purchase_currency may be left out, as Klarna's samples do."""

    description = Text(255, least=1, required=True)
    intended_use = Text(one_of=("SUBSCRIPTION",), any_case=True, required=True)
    purchase_country = Text(pattern=_COUNTRY, required=True)
    purchase_currency = Text(pattern="[A-Za-z]{3}")
    locale = Text(pattern=_LOCALE, required=True)
    billing_address = Part(AddressSchema)
    customer = Part(CustomerSchema)


class AuthorizeSchema(Schema):
    """Body of the control call that stands for ``load()`` and ``authorize()`` in the browser."""

    session_id = mm.String(required=True)
    outcome = mm.String()
    data = mm.Dict(load_default=dict)
    payment_method_category = mm.String(load_default="")
    auto_finalize = mm.Boolean(load_default=True)
    decide = mm.String()
    after = mm.String()
    reason = mm.String()
    fields_ = mm.List(mm.String(), data_key="fields", attribute="fields")


@cache
def _made(schema: type[Schema], *, partial: bool = False) -> Schema:
    """One of each, made when the first body comes: the start is quicker without."""
    return schema(partial=partial)


def load_session(body: Mapping[str, Any], *, strict_locale: bool = False) -> dict[str, Any]:
    """A new session's purchase; raises BadValue. A missing country or currency hides all other mistakes."""
    return _checked(_made(SessionSchema), body, strict_locale, first=("purchase_country", "purchase_currency"))


def load_order(body: Mapping[str, Any], *, strict_locale: bool = False) -> dict[str, Any]:
    """An order's purchase; raises BadValue."""
    return _checked(_made(OrderSchema), body, strict_locale)


def load_charge(schema: type[Schema], body: Mapping[str, Any]) -> dict[str, Any]:
    """A purchase by a schema of another API, which says nothing of countries; raises BadValue."""
    return _checked(_made(schema), body, strict_locale=False)


def load_session_update(body: Mapping[str, Any], known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The fields that change; raises BadValue. What they amount to is checked by ``check_session``.

    ``known`` is the session so far: with it a refusal explains the broken arithmetic too.
    """
    changes, faults = load(_made(SessionSchema, partial=True), body)
    if faults:
        raise BadValue.of(_respelled(faults, ()) + _sound_arithmetic({**(known or {}), **changes}, faults))
    return changes


def load_customer_token(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a token is for; raises BadValue. A missing description or use hides all other mistakes."""
    request, faults = load(_made(CustomerTokenSchema), body)
    if faults:
        raise BadValue.of(_respelled(faults, ("description", "intended_use")))
    return request


def load_authorize(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a shopper does; raises Misused, with what was expected."""
    return load_strictly(_made(AuthorizeSchema), body)


def check_session(purchase: Mapping[str, Any], *, strict_locale: bool = False) -> None:
    """Raises BadValue when a session as it would be after an update breaks a rule."""
    faults = _market_faults(purchase, strict_locale) + check_purchase(purchase)
    if faults:
        raise BadValue.of(faults)


def _checked(
    schema: Schema, body: Mapping[str, Any], strict_locale: bool, first: tuple[str, ...] = ()
) -> dict[str, Any]:
    purchase, faults = load(schema, body)
    faults = _respelled(faults, first) + _market_faults(purchase, strict_locale) + _sound_arithmetic(purchase, faults)
    if faults:
        raise BadValue.of(faults)
    return purchase


def _sound_arithmetic(purchase: Mapping[str, Any], faults: list[Fault]) -> list[Fault]:
    """The arithmetic of the lines that could be read, and of the order when all of them could."""
    unread = {int(found.group(1)) for fault in faults if (found := _LINE.match(fault.path))}
    if not unread:
        return check_purchase(purchase)
    lines = purchase.get("order_lines") or []
    if len(lines) <= max(unread):  # a line that is no object left no trace, the numbers are no longer right
        return []
    sound = [{} if index in unread else line for index, line in enumerate(lines)]
    return check_purchase({"order_lines": sound})


def _respelled(faults: list[Fault], first: tuple[str, ...]) -> list[Fault]:
    """With the names Klarna has for some faults, and the stage of the fields that come first."""
    return [Fault(_respell(fault), fault.text, _FIRST if fault.path in first else fault.stage) for fault in faults]


def _respell(fault: Fault) -> str:
    """A broken attachment is ``attachment.attachment``, half a thing is a wrong ``total_amount`` of its line."""
    if fault.path.startswith("attachment"):
        return "attachment.attachment"
    if fault.path.endswith("].quantity") and _FRACTION.search(fault.text):
        return fault.path.removesuffix("quantity") + "total_amount"
    return fault.path


def _market_faults(purchase: Mapping[str, Any], strict_locale: bool) -> list[Fault]:
    """Klarna sells in some countries, in each for the local currency."""
    country = markets.country_of(purchase)
    if not country:
        return []
    market = markets.MARKETS.get(country)
    if market is None:
        text = f"{country} is none of the countries Klarna sells in: {', '.join(markets.MARKETS)}"
        return [Fault("purchase_country", text)]
    faults = []
    currency = purchase.get("purchase_currency")
    if currency is not None and currency.upper() != market.currency:
        text = f"purchase_currency is {currency}, expected {market.currency}, the currency of {country}"
        faults.append(Fault("purchase_currency", text))
    locale = purchase.get("locale")
    if strict_locale and locale and locale.lower() not in [f"{lang}-{country}".lower() for lang in market.languages]:
        text = f"locale is {locale}, expected {' or '.join(f'{lang}-{country}' for lang in market.languages)}"
        faults.append(Fault("locale", text))
    return faults

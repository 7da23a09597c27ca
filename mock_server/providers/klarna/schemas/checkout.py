"""The bodies of Checkout v3: fields, limits, patterns and enums.

Source: Klarna Checkout API reference; playground calls reported in public, 2020 and 2023 (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import Schema
from marshmallow import fields as mm

from mock_server.core.errors import Fault, Misused
from mock_server.core.grammar import load_strictly
from mock_server.ledger import markets
from mock_server.ledger.arithmetic import ORDER_TOTALS, check_purchase
from mock_server.providers.klarna.errors.checkout import BadValue
from mock_server.providers.klarna.schemas.fields import Flag, KlarnaSchema, Many, Part, Text, Whole, load
from mock_server.providers.klarna.schemas.payments import AttachmentSchema, OrderLineSchema

MOST_PER_LINE = 100_000_000  # unit_price and total_amount, minor units
_COUNTRY = "[A-Za-z]{2}"
_COLOR = "#[A-Fa-f0-9]{6}"
_CHANNELS = ("ECOMMERCE", "MOTO", "IN_STORE", "TELESALES")
_CURRENCIES = ", ".join(sorted({market.currency for market in markets.MARKETS.values()}))


class CheckoutAddressSchema(KlarnaSchema):
    """Nothing is required: the shopper fills in what is missing."""

    organization_name = Text()
    reference = Text()
    attention = Text()
    given_name = Text()
    family_name = Text()
    email = Text()
    title = Text()
    street_address = Text()
    street_address2 = Text()
    street_name = Text()
    street_number = Text()
    house_extension = Text()
    postal_code = Text()
    city = Text()
    region = Text()
    phone = Text()
    country = Text(pattern=_COUNTRY)
    care_of = Text()


class CheckoutCustomerSchema(KlarnaSchema):
    type = Text(one_of=("person", "organization"))
    gender = Text()
    date_of_birth = Text(pattern=r"\d{4}-\d{2}-\d{2}")
    organization_registration_id = Text()
    vat_id = Text()


class DimensionsSchema(KlarnaSchema):
    """Millimetres."""

    height = Whole(least=0)
    width = Whole(least=0)
    length = Whole(least=0)


class ShippingAttributesSchema(KlarnaSchema):
    weight = Whole(least=0)  # grams
    dimensions = Part(DimensionsSchema)
    tags = Many(Text())


class LineSubscriptionSchema(KlarnaSchema):
    name = Text()
    interval = Text(one_of=("DAY", "WEEK", "MONTH", "YEAR"), required=True)
    interval_count = Whole(least=1, required=True)


class CheckoutLineSchema(OrderLineSchema):
    """As in Payments; tax is told of every line, in the US as 0 beside a sales_tax line."""

    type = Text()
    unit_price = Whole(most=MOST_PER_LINE, required=True)
    tax_rate = Whole(least=0, most=10_000, required=True)
    total_amount = Whole(most=MOST_PER_LINE, required=True)
    total_tax_amount = Whole(required=True)
    shipping_attributes = Part(ShippingAttributesSchema)
    subscription = Part(LineSubscriptionSchema)


class CheckoutUrlsSchema(KlarnaSchema):
    """{checkout.order.id} is filled in by Klarna. Not emulated: https for the callbacks is not asked for."""

    terms = Text(2000, required=True)
    cancellation_terms = Text(2000)
    checkout = Text(2000, required=True)
    confirmation = Text(2000, required=True)
    push = Text(2000, required=True)
    validation = Text(2000)
    shipping_option_update = Text(2000)
    address_update = Text(2000)
    notification = Text(2000)
    country_change = Text(2000)


class CheckboxSchema(KlarnaSchema):
    text = Text(required=True)
    checked = Flag(required=True)
    required = Flag(required=True)


class NamedCheckboxSchema(CheckboxSchema):
    id = Text(required=True)


class CheckoutOptionsSchema(KlarnaSchema):
    """How the checkout looks and what it asks for; most of it is kept and shown, no more."""

    acquiring_channel = Text(one_of=_CHANNELS, any_case=True)
    allow_separate_shipping_address = Flag()
    color_button = Text(pattern=_COLOR)
    color_button_text = Text(pattern=_COLOR)
    color_checkbox = Text(pattern=_COLOR)
    color_checkbox_checkmark = Text(pattern=_COLOR)
    color_header = Text(pattern=_COLOR)
    color_link = Text(pattern=_COLOR)
    date_of_birth_mandatory = Flag()
    shipping_details = Text(255)
    title_mandatory = Flag()
    additional_checkbox = Part(CheckboxSchema)
    national_identification_number_mandatory = Flag()
    additional_merchant_terms = Text()
    phone_mandatory = Flag()
    radius_border = Text()
    allowed_customer_types = Many(Text(one_of=("person", "organization")), least=1, most=2)
    show_subtotal_detail = Flag()
    additional_checkboxes = Many(Part(NamedCheckboxSchema, required=True))
    verify_national_identification_number = Flag()
    auto_capture = Flag()
    require_client_validation = Flag()
    require_validate_callback_success = Flag()
    enable_discount_module = Flag()
    show_vat_registration_number_field = Flag()
    vat_removed = Flag()
    vat_excluded = Flag()


class PaymentProviderSchema(KlarnaSchema):
    name = Text(255, required=True)
    redirect_url = Text(2000, least=7, required=True)
    image_url = Text(2000)
    fee = Whole(least=0)
    description = Text(500)
    countries = Many(Text(pattern=_COUNTRY))
    label = Text(one_of=("continue", "complete"))


class ShippingOptionSchema(KlarnaSchema):
    """Amounts in minor units."""

    id = Text(required=True)
    name = Text(255, least=1, required=True)
    description = Text()
    promo = Text()
    price = Whole(required=True)
    tax_amount = Whole(required=True)
    tax_rate = Whole(least=0, required=True)
    preselected = Flag()
    shipping_method = Text()
    delivery_details = mm.Dict(allow_none=True)  # of a delivery service; kept as it is
    tms_reference = Text()


class GuiSchema(KlarnaSchema):
    options = Many(Text())


class CheckoutOrderSchema(KlarnaSchema):
    """An order as the shop sends it; what only Klarna says of it (status, html_snippet, ...) is passed over."""

    purchase_country = Text(pattern=_COUNTRY, required=True)
    purchase_currency = Text(pattern="[A-Za-z]{3}", required=True)
    locale = Text(pattern="[A-Za-z]{2}(?:-[A-Za-z]{2})*", required=True)
    billing_address = Part(CheckoutAddressSchema)
    customer = Part(CheckoutCustomerSchema)
    shipping_address = Part(CheckoutAddressSchema)
    order_amount = Whole(least=0, required=True)
    order_tax_amount = Whole(least=0, required=True)
    order_lines = Many(Part(CheckoutLineSchema, required=True), most=1000, required=True)
    merchant_urls = Part(CheckoutUrlsSchema, required=True)
    merchant_reference1 = Text(255)
    merchant_reference2 = Text(255)
    options = Part(CheckoutOptionsSchema)
    attachment = Part(AttachmentSchema)
    external_payment_methods = Many(Part(PaymentProviderSchema, required=True))
    external_checkouts = Many(Part(PaymentProviderSchema, required=True))
    shipping_countries = Many(Text(pattern=_COUNTRY))
    billing_countries = Many(Text(pattern=_COUNTRY))
    shipping_options = Many(Part(ShippingOptionSchema, required=True))
    merchant_data = Text(6000)
    gui = Part(GuiSchema)
    recurring = Flag()
    recurring_description = Text(255)
    tags = Many(Text())


class FormSchema(KlarnaSchema):
    """What a shopper fills in."""

    billing_address = Part(CheckoutAddressSchema)
    shipping_address = Part(CheckoutAddressSchema)
    customer = Part(CheckoutCustomerSchema)


class CompleteSchema(Schema):
    """Body of the control call that stands for the shopper in the checkout."""

    outcome = mm.String()
    data = mm.Dict(load_default=dict)
    decide = mm.String()
    after = mm.String()
    reason = mm.String()


@cache
def _made(schema: type[Schema], *, partial: bool = False) -> Schema:
    """One of each, made when the first body comes: the start is quicker without."""
    return schema(partial=partial)


def load_order(body: Mapping[str, Any], *, strict_locale: bool = False) -> dict[str, Any]:
    """A new order's fields; raises BadValue, naming the fields before what they amount to."""
    order, faults = load(_made(CheckoutOrderSchema), body)
    if faults:
        raise BadValue.of(faults + _broken_rules(order, strict_locale, faults))
    check_order(order, strict_locale=strict_locale)
    return order


def load_update(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that change; raises BadValue. What they amount to is checked by ``check_order``."""
    changes, faults = load(_made(CheckoutOrderSchema, partial=True), body)
    if faults:
        raise BadValue.of(faults)
    return changes


def load_complete(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a shopper does and fills in; raises Misused, with what was expected."""
    asked = load_strictly(_made(CompleteSchema), body)
    known = _made(FormSchema).fields
    for name in set(asked["data"]) - set(known):
        raise Misused(f"data.{name}: the form of the checkout has {', '.join(known)}")
    form, faults = load(_made(FormSchema), asked["data"])
    if faults:
        raise Misused("; ".join(f"data.{fault.text}" for fault in faults))
    return {**asked, "data": form}


def check_order(order: Mapping[str, Any], *, strict_locale: bool = False) -> None:
    """Raises BadValue when the whole of an order breaks a rule."""
    faults = _broken_rules(order, strict_locale, [])
    if faults:
        raise BadValue.of(faults)


def _broken_rules(order: Mapping[str, Any], strict_locale: bool, unread: list[Fault]) -> list[Fault]:
    """Of market and arithmetic; lines that could not all be read are not counted together."""
    faults = _market_faults(order, strict_locale)
    if any(fault.path.startswith("order_lines") for fault in unread):
        return faults
    return faults + check_purchase(order) + _empty_cart_faults(order)


def _empty_cart_faults(order: Mapping[str, Any]) -> list[Fault]:
    """An order without lines, which is allowed, costs nothing."""
    if order.get("order_lines") != []:
        return []
    names = [name for name in ("order_amount", "order_tax_amount") if order.get(name)]
    return [Fault(name, f"{name} is {order[name]}, expected 0: there are no lines", ORDER_TOTALS) for name in names]


def _market_faults(order: Mapping[str, Any], strict_locale: bool) -> list[Fault]:
    """Each country's local currency. Not emulated: countries where Klarna itself is not offered, but cards are."""
    country = markets.country_of(order)
    market = markets.MARKETS.get(country)
    if not country:
        return []
    if market is None:
        text = f"{country} is none of the countries Klarna sells in: {', '.join(markets.MARKETS)}"
        return [Fault("purchase_country", text)]
    faults = []
    currency = order.get("purchase_currency")
    if currency is not None and currency.upper() != market.currency:
        told = f"purchase_currency (order billing country is: {country}, configured currencies are: {_CURRENCIES})"
        text = f"purchase_currency is {currency}, expected {market.currency}, the currency of {country}"
        faults.append(Fault(told, text))
    locale = order.get("locale")
    if strict_locale and locale and locale.lower() not in [f"{lang}-{country}".lower() for lang in market.languages]:
        text = f"locale is {locale}, expected {' or '.join(f'{lang}-{country}' for lang in market.languages)}"
        faults.append(Fault("locale", text))
    return faults

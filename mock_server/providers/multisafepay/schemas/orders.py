"""The bodies of orders: fields, limits, and which refusal each bad one gets.

Source: docs.multisafepay.com, OpenAPI schemas of POST and PATCH /orders; pages of 2020 to 2022 (read 2026-11-20).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, pre_load
from marshmallow import fields as mm

from mock_server.core.grammar import load_strictly
from mock_server.providers.multisafepay import errors
from mock_server.providers.multisafepay.schemas.checks import CHECKOUT, DIRECT, PAYMENT_LINK, REDIRECT, check_order
from mock_server.providers.multisafepay.schemas.fields import (
    Anything,
    Flag,
    Many,
    MultiSafepaySchema,
    Number,
    Part,
    Scalar,
    Text,
    Whole,
    load,
)
from mock_server.settings import Settings

TYPES = (REDIRECT, DIRECT, PAYMENT_LINK, CHECKOUT)
LOCALES = tuple("cs_CZ de_AT de_DE en_US fi_FI fr_BE fr_FR it_IT nl_BE nl_NL pl_PL es_ES sv_SE zh_CN".split())
_FALLBACK_LOCALE = "en_US"
# of a page or an app, without blanks and line ends; nothing that a browser would run
_URL = r"(?!(?i:javascript|data|vbscript):)[A-Za-z][A-Za-z0-9+.-]*://[^\s\x00-\x1f\x7f]+"
_A_URL = "an absolute URL like http://localhost:3000/thanks"
_LONGEST_DESCRIPTION, _SHOWN_DESCRIPTION = 10_000, 200  # characters, with its HTML tags and after they are taken out
_TAG = re.compile(r"<[^>]*>")
_NO_COUNTRIES = ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ")  # which Unicode's list has too
_OLDEST = 1900  # year of birth; an earlier one was read in the wrong form
_BIRTHDAYS = ("%Y-%m-%d", "%d-%m-%Y", "%d%m%Y", "%Y%m%d")


class IpAddress(Text):
    """IPv4 or IPv6."""

    def __init__(self) -> None:
        super().__init__(error=errors.InvalidIpAddress)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        try:
            ipaddress.ip_address(text)
        except ValueError as error:
            raise ValidationError(f"is {text!r}, expected an IP address") from error
        return text


class Country(Text):
    """ISO 3166-1 alpha-2, in either case."""

    def __init__(self) -> None:
        super().__init__(error=errors.InvalidCountryCode, upper=True)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        from babel import Locale  # not before an order comes

        text = super()._deserialize(value, attr, data, **kwargs)
        text = "GB" if text == "UK" else text
        if len(text) != 2 or text in _NO_COUNTRIES or text not in Locale("en").territories:
            raise ValidationError(f"is {text!r}, expected an ISO 3166-1 code like NL")
        return text


class PersonSchema(MultiSafepaySchema):
    """A customer or the receiver of a delivery; also with PHP's spelling of names."""

    first_name = Text(25, least=2)
    last_name = Text(25, least=2)
    company_name = Text(100)
    cocnumber = Text(50)
    address1 = Text(64)
    address2 = Text(64)
    house_number = Text(10)
    zip_code = Text(10)
    city = Text(50)
    state = Text(50)  # documented are 6, but MultiSafepay's own PHP tests send whole names
    country = Country()
    phone = Text(25)
    email = Text(64)

    @pre_load
    def _spelled(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        aliases = {"firstname": "first_name", "lastname": "last_name", "phone1": "phone"}
        return {aliases[name]: value for name, value in data.items() if name in aliases} | {
            name: value for name, value in data.items() if name not in aliases and value not in (None, "")
        }


class CustomerSchema(PersonSchema):
    birthday = Text(20)
    ip_address = IpAddress()
    forwarded_ip = IpAddress()
    locale = Anything()
    reference = Text(100)


class GatewayInfoSchema(MultiSafepaySchema):
    """Of cards only what may be shown is kept."""

    birthday = Text(20)
    gender = Text(10)
    phone = Text(25)
    email = Text(64)
    issuer_id = Text(20)
    card_number = Text(25)
    card_holder_name = Text(100)
    card_expiry_date = Text(7, pattern="[0-9/-]+")


class PaymentOptionsSchema(MultiSafepaySchema):
    """Production's rules for URLs (https, no port, a few characters) do not suit a local server."""

    notification_url = Text(150)
    notification_method = Text(pattern="(?i)GET|POST", expected="GET or POST", upper=True)
    redirect_url = Text(2000, pattern=_URL, expected=_A_URL)
    cancel_url = Text(2000, pattern=_URL, expected=_A_URL)
    close_window = Flag()


class RuleSchema(MultiSafepaySchema):
    rate = Number(least=0, most=1, error=errors.IncorrectTaxRate, missing=errors.IncorrectTaxRate)
    country = Text(10)


class AlternateSchema(MultiSafepaySchema):
    name = Text(100)
    standalone = Flag()
    rules = Many(Part(RuleSchema, missing=errors.IncorrectTaxRate))


class DefaultSchema(MultiSafepaySchema):
    """Java and .NET send the default like an alternate, its rate inside ``rules``."""

    rate = Number(least=0, most=1, error=errors.IncorrectTaxRate, missing=errors.IncorrectTaxRate)
    shipping_taxed = Flag()

    @pre_load
    def _from_rules(self, data: Any, **_: Any) -> Any:
        rules = data.get("rules") if isinstance(data, Mapping) else None
        if isinstance(rules, list) and rules and isinstance(rules[0], Mapping) and "rate" not in data:
            return {**data, "rate": rules[0].get("rate")}
        return data


class TaxTablesSchema(MultiSafepaySchema):
    default = Part(DefaultSchema)
    alternate = Many(Part(AlternateSchema, missing=errors.IncorrectTaxRate))


class CheckoutOptionsSchema(MultiSafepaySchema):
    validate_cart = Flag()
    tax_tables = Part(TaxTablesSchema)


class WeightSchema(MultiSafepaySchema):
    unit = Text(20)
    value = Scalar()


class ItemSchema(MultiSafepaySchema):
    """A line; ``unit_price`` is major units without VAT."""

    name = Text(500)
    description = Text(2000)
    unit_price = Number(error=errors.IncorrectItemPrice, missing=errors.IncorrectItemPrice)
    quantity = Number(missing=errors.MissingData)
    merchant_item_id = Text(100)
    tax_table_selector = Scalar()
    currency = Text(10, upper=True, error=errors.IncorrectItemCurrency)
    weight = Part(WeightSchema)
    image = Text(2000)
    product_url = Text(2000)
    cashback = Text(100)
    options = Anything()


class CartSchema(MultiSafepaySchema):
    items = Many(Part(ItemSchema, missing=errors.MissingData), missing=errors.MissingData)


class CustomInfoSchema(MultiSafepaySchema):
    custom_1 = Text(500)
    custom_2 = Text(500)
    custom_3 = Text(500)


class OrderSchema(MultiSafepaySchema):
    """Body of create_order; fields are checked in this order, the first bad one is answered."""

    type = Text(pattern="|".join(TYPES))
    gateway = Text(50, upper=True, error=errors.NoGateway)
    order_id = Text(50, least=1, error=errors.InvalidTransactionId, missing=errors.InvalidTransactionId)
    currency = Text(3, least=3, upper=True, error=errors.InvalidCurrency, missing=errors.InvalidCurrency)
    amount = Whole(error=errors.InvalidAmount, missing=errors.InvalidAmount)
    description = Text(_LONGEST_DESCRIPTION, error=errors.InvalidDescription, missing=errors.InvalidDescription)
    var1 = Text(500, error=errors.InvalidVariable)
    var2 = Text(500, error=errors.InvalidVariable)
    var3 = Text(500, error=errors.InvalidVariable)
    items = Text(100_000)
    days_active = Whole(least=1, most=365)
    seconds_active = Whole(most=31_536_000)
    payment_options = Part(PaymentOptionsSchema)
    customer = Part(CustomerSchema)
    delivery = Part(PersonSchema)
    gateway_info = Part(GatewayInfoSchema)
    shopping_cart = Part(CartSchema)
    checkout_options = Part(CheckoutOptionsSchema)
    custom_info = Part(CustomInfoSchema)
    recurring_model = Text(pattern="cardOnFile|subscription|unscheduled")
    recurring_id = Text(100)
    capture = Text(pattern="manual")


class UpdateSchema(MultiSafepaySchema):
    """Body of update_order: a shipment, a cancellation, an extension or an invoice number."""

    status = Text(pattern="shipped|cancelled|completed|declined")
    exclude_order = Flag()
    tracktrace_code = Text(500)
    tracktrace_url = Text(2000)
    carrier = Text(500)
    ship_date = Text(100)
    reason = Text(500)
    invoice_id = Text(50)
    invoice_url = Text(2000)
    po_number = Text(100)
    memo = Text(2000)
    amount = Whole(error=errors.InvalidAmount)
    extend_expiration = Flag()
    new_order_id = Text(50)


class CompleteSchema(Schema):
    """Body of the control call that stands for the shopper on the payment page."""

    outcome = mm.String()
    gateway = mm.String()
    decide = mm.String()
    after = mm.String()
    reason = mm.String()


def load_complete(body: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Misused."""
    return load_strictly(CompleteSchema(), body)


def load_update(body: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Refused."""
    return load(UpdateSchema, body)


def load_order(body: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """A new order, checked from its fields to its cart.

    ``cart`` is ``{"items": [...], "tables": {...} or None}`` or None, ``customer``, ``delivery``, ``gateway_info`` and
    ``payment_options`` are always there. Raises Refused with the code of what was found first.
    """
    order = load(OrderSchema, body)
    order.setdefault("type", REDIRECT)
    for name in ("customer", "delivery", "gateway_info", "payment_options", "custom_info"):
        order.setdefault(name, {})
    order["description"] = _TAG.sub("", order["description"]).strip()[:_SHOWN_DESCRIPTION]
    order["locale"] = _locale(order["customer"].pop("locale", ""))
    order["cart"] = _cart(order)
    check_order(order, settings)
    birthday = order["customer"].pop("birthday", None)
    order["gateway_info"]["birthday"] = _birthday(order["gateway_info"].get("birthday") or birthday)
    return order


def _locale(text: Any) -> str:
    """Any other than those of the page falls back to English."""
    return text if isinstance(text, str) and text in LOCALES else _FALLBACK_LOCALE


def _birthday(text: str | None) -> str | None:
    """As 1970-07-10; None for what is no date, which the shopper is asked for again."""
    for form in _BIRTHDAYS if text else ():
        try:
            born = datetime.strptime(str(text), form).date()
        except ValueError:
            continue
        if born.year >= _OLDEST:
            return born.isoformat()
    return None


def _cart(order: dict[str, Any]) -> dict[str, Any] | None:
    shopping_cart = order.pop("shopping_cart", None)
    options = order.pop("checkout_options", {})
    order["validate_cart"] = options.get("validate_cart", False)
    if not shopping_cart or not shopping_cart["items"]:
        return None
    items = [{"merchant_item_id": None, "name": None, **item} for item in shopping_cart["items"]]
    return {"items": items, "tables": tables_of(options.get("tax_tables"))}


def tables_of(tables: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Tax tables with all their members."""
    if tables is None:
        return None
    default = tables.get("default")
    return {
        "default": default and {"shipping_taxed": False, **default},
        "alternate": [
            {
                "name": table.get("name", ""),
                "standalone": table.get("standalone", False),
                "rules": [{"country": "", **rule} for rule in table.get("rules", [])],
            }
            for table in tables.get("alternate", [])
        ],
    }

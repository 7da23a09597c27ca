"""What an order must be beyond its fields: a method that takes it, a sum, and all that its method wants.

Source: docs.multisafepay.com, create an order, Klarna, gateway ids; the pages of 2020 to 2022 (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.errors import Fault
from mock_server.providers.multisafepay import errors
from mock_server.providers.multisafepay.state import cart
from mock_server.providers.multisafepay.state.gateways import CURRENCIES, GATEWAYS, ISSUERS, takes
from mock_server.settings import Settings

REDIRECT, DIRECT, PAYMENT_LINK, CHECKOUT = "redirect", "direct", "paymentlink", "checkout"
_TEST_ISSUER = "3151"
_STORED_CARD = "CREDITCARD"  # the gateway of a payment with a stored card that names none
_OF_DELIVERY = ("address1", "city", "country", "first_name", "house_number", "last_name", "zip_code")


def check_order(order: dict[str, Any], settings: Settings) -> None:
    """Checks in the order MultiSafepay's documents list them; raises the refusal of the first that fails."""
    _check_gateway(order)
    _check_currency(order)
    _check_amount(order)
    _check_description(order)
    _check_what_fast_checkout_wants(order)
    _check_what_pay_later_wants(order, settings)
    _check_sum(order)


def _check_gateway(order: dict[str, Any]) -> None:
    if order["type"] == DIRECT and "recurring_id" in order:
        order.setdefault("gateway", _STORED_CARD)
    name = order.setdefault("gateway", None)
    if name is None:
        if order["type"] == DIRECT:
            raise errors.NoGateway.because("gateway", "is missing, a direct order needs one")
        return
    if name not in GATEWAYS:
        raise errors.NoGateway.because("gateway", f"is {name!r}; known: {', '.join(GATEWAYS)}")
    if order.get("capture") and not GATEWAYS[name].captured_within:
        raise errors.NoGateway.because("capture", f"is manual, which {name} does not offer")
    issuer = order["gateway_info"].get("issuer_id")
    if name == "IDEAL" and issuer and issuer not in (*ISSUERS["ideal"], _TEST_ISSUER):
        raise errors.InvalidIssuer.because("gateway_info.issuer_id", f"is {issuer!r}, no bank of iDEAL")


def _check_currency(order: Mapping[str, Any]) -> None:
    currency, name = order["currency"], order["gateway"]
    if currency not in CURRENCIES:
        raise errors.InvalidCurrency.because("currency", f"is {currency!r}; supported: {', '.join(CURRENCIES)}")
    if name and currency not in GATEWAYS[name].currencies:
        allowed = ", ".join(GATEWAYS[name].currencies)
        raise errors.InvalidCurrency.because("currency", f"is {currency}; {name} takes {allowed}")
    country = order["customer"].get("country", "")
    if name and not takes(GATEWAYS[name], country, ""):
        allowed = ", ".join(GATEWAYS[name].countries)
        raise errors.NoGateway.because("customer.country", f"is {country}; {name} is offered in {allowed}")


def _check_amount(order: Mapping[str, Any]) -> None:
    """Nothing is a sum only for a card that is to be verified."""
    is_card = bool(order["gateway"]) and GATEWAYS[order["gateway"]].is_card
    if order["amount"] < 1 and not is_card:
        raise errors.InvalidAmount.because("amount", "is 0, expected at least 1 (minor units)")


def _check_description(order: Mapping[str, Any]) -> None:
    if not order["description"]:
        raise errors.InvalidDescription.because("description", "is empty without its HTML tags")


def _check_what_fast_checkout_wants(order: Mapping[str, Any]) -> None:
    if order["type"] != CHECKOUT:
        return
    lacks = [f"payment_options.{url}" for url in ("redirect_url", "cancel_url") if url not in order["payment_options"]]
    _refuse_lack(lacks + ([] if order["cart"] else ["shopping_cart"]), "FastCheckout")


def _refuse_lack(paths: list[str], who: str) -> None:
    if paths:
        raise errors.MissingData.of([Fault(path, f"{path} is missing, {who} needs it") for path in paths])


def _check_what_pay_later_wants(order: Mapping[str, Any], settings: Settings) -> None:
    """A page asks the shopper for what is missing; a cart it cannot ask for."""
    name = order["gateway"]
    if not name or not GATEWAYS[name].is_bnpl:
        return
    lacks = []
    if order["type"] == DIRECT:
        lacks += [part for part in ("customer", "delivery") if not order[part]]
        lacks += [f"delivery.{field}" for field in _OF_DELIVERY if order["delivery"] and field not in order["delivery"]]
    if order["cart"] is None and (order["type"] == DIRECT or settings.multisafepay_cart == "required"):
        lacks.append("shopping_cart")
    if order["cart"] is not None and order["cart"]["tables"] is None:
        lacks.append("checkout_options.tax_tables")
    _refuse_lack(lacks, name)


def _check_sum(order: Mapping[str, Any]) -> None:
    """Of pay-later carts always, of others when the shop asks for it."""
    if order["cart"] is None:
        return
    items, tables, currency = order["cart"]["items"], order["cart"]["tables"], order["currency"]
    cart.check_cart(items, tables, currency)
    is_checked = order["validate_cart"] or (order["gateway"] and GATEWAYS[order["gateway"]].is_bnpl)
    if is_checked:
        cart.check_amount(order["amount"], items, tables, cart.digits_of(currency))

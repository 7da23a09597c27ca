"""Payment methods: what each is called, what it takes, how long it waits, and how its money comes.

Source: docs.multisafepay.com, gateway ids, transaction expiration, payment statuses, Klarna (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from mock_server.providers.multisafepay.state.statuses import AUTHORIZED, PAID, RESERVED, UNCLEARED, State

CURRENCIES = tuple(
    "AED AUD BRL CAD CHF CLP CNY COP CZK DKK EUR GBP HKD HRK HUF ILS INR ISK JPY KRW MXN MYR NOK NZD PEN PHP PLN RON"
    " RUB SEK SGD THB TRY TWD UAH USD VEF ZAR".split()
)
_EUR = ("EUR",)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Gateway(NamedTuple):
    """One payment method."""

    name: str  # on the payment page
    paid: State  # what an order becomes when the shopper has paid
    waits: timedelta | None = None  # for the shopper, before the transaction expires; None: for ever
    currencies: tuple[str, ...] = CURRENCIES
    countries: tuple[str, ...] = ()  # none: everywhere
    description: str = ""  # in /gateways, where it differs from the name
    is_bnpl: bool = False  # wants cart and addresses; refunds follow shipment
    is_card: bool = False
    pays_at_once: bool = False  # a direct order needs no page
    captured_within: timedelta | None = None  # of a card's reservation


_CARD: Mapping[str, Any] = {"is_card": True, "pays_at_once": True}
_BNPL: Mapping[str, Any] = {"is_bnpl": True, "currencies": _EUR}

GATEWAYS: Mapping[str, Gateway] = {
    "IDEAL": Gateway("iDEAL", PAID, _HOUR, _EUR),
    "MISTERCASH": Gateway("Bancontact", PAID, _HOUR, _EUR),
    "VISA": Gateway("Visa", PAID, _HOUR, captured_within=timedelta(days=7), **_CARD),
    "MASTERCARD": Gateway("Mastercard", PAID, _HOUR, captured_within=timedelta(days=30), **_CARD),
    "MAESTRO": Gateway("Maestro", PAID, _HOUR, captured_within=timedelta(days=30), **_CARD),
    "AMEX": Gateway("American Express", PAID, _HOUR, **_CARD),
    "CREDITCARD": Gateway("Credit card", PAID, _HOUR, captured_within=timedelta(days=7), **_CARD),
    "PAYPAL": Gateway("PayPal", RESERVED, timedelta(days=14)),
    "BANKTRANS": Gateway("Bank transfer", PAID, timedelta(days=60), _EUR),
    "DIRDEB": Gateway("SEPA Direct Debit", UNCLEARED, None, _EUR, pays_at_once=True),
    "DIRECTBANK": Gateway("Sofort", PAID, _HOUR, _EUR),
    "EPS": Gateway("EPS", PAID, None, _EUR),
    "GIROPAY": Gateway("Giropay", PAID, None, _EUR),
    "BELFIUS": Gateway("Belfius", PAID, _HOUR, _EUR),
    "CBC": Gateway("CBC", PAID, _HOUR, _EUR),
    "KBC": Gateway("KBC", PAID, _HOUR, _EUR),
    "TRUSTLY": Gateway("Trustly", PAID, _HOUR, ("EUR", "GBP", "SEK")),
    "MYBANK": Gateway("MyBank", PAID, _HOUR, _EUR),
    "ALIPAY": Gateway("Alipay", RESERVED, _HOUR),
    "APPLEPAY": Gateway("Apple Pay", PAID, _HOUR),
    "GOOGLEPAY": Gateway("Google Pay", PAID, _HOUR),
    "KLARNA": Gateway(
        "Klarna", AUTHORIZED, _DAY, ("DKK", "EUR", "GBP", "NOK", "SEK"),
        tuple("AT BE DK FI FR DE IT NL NO PT ES SE GB".split()), "Klarna - buy now, pay later", is_bnpl=True,
    ),
    "AFTERPAY": Gateway("Riverty", AUTHORIZED, timedelta(days=90), countries=("NL", "BE"), pays_at_once=True, **_BNPL),
    "PAYAFTER": Gateway(
        "Pay After Delivery", UNCLEARED, timedelta(days=90), countries=("NL", "BE"), pays_at_once=True, **_BNPL
    ),
    "EINVOICE": Gateway("E-Invoicing", UNCLEARED, None, countries=("NL",), pays_at_once=True, **_BNPL),
    "IN3": Gateway("in3", AUTHORIZED, 2 * _HOUR, countries=("NL",), pays_at_once=True, **_BNPL),
    "BILLINK": Gateway("Billink", AUTHORIZED, 2 * _HOUR, countries=("NL", "BE"), **_BNPL),
    "BNPL_MF": Gateway("Pay After Delivery", UNCLEARED, timedelta(days=90), pays_at_once=True, **_BNPL),
    "BNPL_INSTM": Gateway("Pay in Installments", UNCLEARED, timedelta(days=14), pays_at_once=True, **_BNPL),
    "BNPL_INST": Gateway("Pay After Delivery Installments", UNCLEARED, timedelta(days=14), pays_at_once=True, **_BNPL),
    "BNPL_OB": Gateway("Order Billing", UNCLEARED, timedelta(days=90), **_BNPL),
    "IN3B2B": Gateway("in3 B2B", AUTHORIZED, 2 * _HOUR, countries=("NL",), **_BNPL),
    "SANTANDER": Gateway("Betaal per Maand", AUTHORIZED, _DAY, countries=("NL",), **_BNPL),
    "ZINIA": Gateway("Zinia", AUTHORIZED, _DAY, **_BNPL),
    "ZINIA_IN3": Gateway("Zinia in3", AUTHORIZED, _DAY, **_BNPL),
    "ALIPAYPLUS": Gateway("Alipay+", RESERVED, _HOUR),
    "MULTIBANCO": Gateway("Multibanco", PAID, _DAY, _EUR),
    "MBWAY": Gateway("MB WAY", PAID, _HOUR, _EUR),
    "BIZUM": Gateway("Bizum", PAID, _HOUR, _EUR),
}  # fmt: skip

KLARNA = "KLARNA"
# gift cards, listed when coupons are asked for: id -> name
COUPONS = {"VVVGIFTCRD": "VVV Cadeaukaart", "WEBSHOPGIFTCARD": "Webshop gift card"}
ISSUERS = {
    "ideal": {
        "0031": "ABN AMRO", "0751": "SNS Bank", "0721": "ING", "0021": "Rabobank", "0761": "ASN Bank",
        "0771": "Regio Bank", "0511": "Triodos Bank", "0161": "Van Lanschot Bankiers", "0801": "Knab",
        "1099": "Revolut", "4371": "Bunq", "1235": "Handelsbanken",
    },
    "mybank": {"3151": "Test bank"},
}  # fmt: skip
CATEGORIES = {
    999: "Adult", 100: "Gifts and gadgets", 101: "Electronics and computers", 102: "Games", 103: "Health",
    104: "House and garden", 105: "Office supplies", 106: "Kids and toys", 107: "Nutrition", 108: "Fashion and care",
    109: "Music, movies, and books", 114: "Other", 110: "Sport, leisure, and hobby", 111: "Phone and internet",
    112: "Holiday and travel", 113: "Sales and auctions",
}  # fmt: skip


def find_gateway(gateway_id: str) -> Gateway | None:
    """Ids are compared without regard to case."""
    return GATEWAYS.get(gateway_id.upper())


def offered(country: str, currency: str, *, with_cart: bool) -> list[str]:
    """The methods a payment page shows: those that sell there, in that money; pay-later ones only with a cart."""
    return [
        name
        for name, gateway in GATEWAYS.items()
        if takes(gateway, country, currency) and (with_cart or not gateway.is_bnpl)
    ]


def takes(gateway: Gateway, country: str, currency: str) -> bool:
    """Whether the method is offered for a country and currency; an empty one is not looked at."""
    return (not currency or currency in gateway.currencies) and (
        not country or not gateway.countries or country in gateway.countries
    )

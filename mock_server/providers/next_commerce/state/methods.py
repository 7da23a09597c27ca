"""Payment methods: how each is paid, what it can do afterwards; and the codes that transactions end with.

Sources: developers.nextcommerce.com, external checkout, payment methods, testing guide; docs.nextcommerce.com,
transaction response codes (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mock_server.core.rules import Option

_THREE_D_SECURE = "payments/3ds-auth"
KLARNA, CARD, SAVED_CARD, EXTERNAL = "klarna", "card_token", "saved_card", "external"


class Method(NamedTuple):
    """One value of ``payment_method``."""

    label: str
    is_redirect: bool = True
    is_express: bool = False  # needs neither customer nor address before the shopper is sent away
    upsells: bool = False  # can be charged again for what is added after the purchase
    recurs: bool = False  # can pay for subscriptions
    path: str = "stripe/checkout"  # of payment_complete_url; seen in guides of 2023 for all but Apple and Google


METHODS: Mapping[str, Method] = {
    CARD: Method("Card Token", False, is_express=True, upsells=True, recurs=True, path=_THREE_D_SECURE),
    SAVED_CARD: Method("Saved Card", False, is_express=True, upsells=True, recurs=True, path=_THREE_D_SECURE),
    "apple_pay": Method("Apple Pay", is_express=True, upsells=True, recurs=True, path="checkout/apple-pay"),
    "google_pay": Method("Google Pay", is_express=True, upsells=True, recurs=True, path="checkout/google-pay"),
    EXTERNAL: Method("External", is_redirect=False, is_express=True),
    "paypal": Method("PayPal", is_express=True, upsells=True, recurs=True),
    "affirm": Method("Affirm"),
    "afterpay": Method("Afterpay"),
    "bancontact": Method("Bancontact"),
    "giropay": Method("Giropay"),
    "ideal": Method("iDEAL"),
    KLARNA: Method("Klarna", upsells=True, recurs=True),
    "link": Method("Link", is_express=True, upsells=True, recurs=True),
    "sepa_debit": Method("SEPA Direct Debit"),
    "sofort": Method("Sofort"),
    "swish": Method("Swish"),
    "twint": Method("TWINT", upsells=True, recurs=True),
}
PATHS = tuple(dict.fromkeys(method.path for method in METHODS.values()))

RENEW = "next_commerce.renewals.charge"  # what rules call the charge of a subscription, whoever asks for it
APPROVED = 1000
DO_NOT_HONOR = 2000
HARD_DECLINE = 3010
DUPLICATE = 3012
RESPONSE_CODES: Mapping[int, str] = {
    1000: "Approved",
    2000: "Do not honor", 2001: "Insufficient funds", 2002: "Limit exceeded", 2003: "Processor declined",
    2004: "Authorization required", 2005: "Processing error",
    3000: "Additional authorization required", 3001: "Address verification failed", 3002: "Invalid card",
    3003: "Card security code mismatch", 3004: "Invalid expiry date", 3005: "Invalid card number",
    3006: "Expired card", 3007: "Invalid transaction", 3008: "Lost or stolen card", 3009: "Suspected fraud",
    3010: "Hard decline", 3011: "Merchant error", 3012: "Duplicate or velocity limit", 3013: "Issuer error",
    3014: "Refund error", 3015: "Pick up card", 3016: "3D Secure authentication failed", 3017: "On a block list",
    4000: "Bank account declined", 4001: "Bank account verification failed", 4002: "Invalid routing number",
    4003: "No SEPA account",
    5000: "Payment method not supported", 5001: "Payment method failed", 5003: "Timed out",
    5004: "Invalid parameter", 5005: "Invalid country code", 5006: "Invalid cardholder name",
}  # fmt: skip
_SOFT = range(2000, 3000)


def is_soft(response_code: int) -> bool:
    """Whether a decline is worth another try."""
    return response_code in _SOFT


def check_response_code(word: object) -> int:
    """A decline's code; raises ValueError."""
    code = int(word) if isinstance(word, int | str) and str(word).isdigit() else 0
    if code not in RESPONSE_CODES or code == APPROVED:
        known = ", ".join(str(known) for known in RESPONSE_CODES if known != APPROVED)
        raise ValueError(f"code is {word!r}; expected one of {known}")
    return code


# options of the outcome "declined"
DECLINE_OPTIONS = {
    "code": Option("response code of the decline: 2001 (insufficient funds)", check_response_code),
    "message": Option("told as payment_details"),
}

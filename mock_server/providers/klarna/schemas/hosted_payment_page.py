"""The bodies of the Hosted Payment Page v1: fields, limits, patterns and enums.

Words are taken in any case, as the guides write them small. Assumed: Payments' limits for texts and URLs, the API
reference names none. Source: Hosted Payment Page API reference; docs.klarna.com, create session, accept Klarna
payments (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from marshmallow import Schema
from marshmallow import fields as mm

from mock_server.core.errors import Fault
from mock_server.core.grammar import load_strictly
from mock_server.providers.klarna.errors.payments import BadValue
from mock_server.providers.klarna.schemas.fields import KlarnaSchema, Many, Part, Text, Whole, load

CATEGORIES = ("DIRECT_DEBIT", "DIRECT_BANK_TRANSFER", "PAY_NOW", "PAY_LATER", "PAY_OVER_TIME", "KLARNA")
MODES = ("PLACE_ORDER", "CAPTURE_ORDER", "NONE")
PURCHASE_TYPES = ("BUY", "RENT", "BOOK", "SUBSCRIBE", "DOWNLOAD", "ORDER", "CONTINUE")
# empty, or a URL; apps have schemes of their own, but none may be one that a browser runs
_URL = r"(?:(?!(?i:javascript|data|vbscript):)[A-Za-z][A-Za-z0-9+.-]*://.+)?"
_WEB_URL = r"(?:https?://.+)?"
_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_PAYMENT_SESSION = re.compile(r"/(payments|credit)/v1/sessions/([^/]+)/?$")
_CHECKOUT_ORDER = re.compile(r"/(checkout)/v3/orders/([^/]+)/?$")
# method of distribution -> what it needs of contact_information
_NEEDED = {"sms": ("phone", "phone_country"), "email": ("email",), "token": ("access_id",)}


class MerchantUrlsSchema(KlarnaSchema):
    """{{session_id}}, {{authorization_token}} and {{order_id}} are filled in."""

    success = Text(2000, pattern=_URL)
    cancel = Text(2000, pattern=_URL)
    back = Text(2000, pattern=_URL)
    failure = Text(2000, pattern=_URL)
    error = Text(2000, pattern=_URL)
    status_update = Text(2000, pattern=_WEB_URL)


class BackgroundImageSchema(KlarnaSchema):
    url = Text(2000)
    width = Whole()


class OptionsSchema(KlarnaSchema):
    """How the page looks and what comes of a payment."""

    background_images = Many(Part(BackgroundImageSchema))
    logo_url = Text(2000, pattern=_WEB_URL)
    page_title = Text(255)
    payment_method_categories = Many(Text(one_of=CATEGORIES, any_case=True))
    payment_method_category = Text(one_of=CATEGORIES, any_case=True)
    place_order_mode = Text(one_of=MODES, any_case=True)
    purchase_type = Text(one_of=PURCHASE_TYPES, any_case=True)
    show_subtotal_detail = Text(one_of=("HIDE",), any_case=True)


class SessionSchema(KlarnaSchema):
    """Body of create_session."""

    payment_session_url = Text(2000, least=1, required=True)
    merchant_urls = Part(MerchantUrlsSchema)
    options = Part(OptionsSchema)
    profile_id = Text(255)


class ContactSchema(KlarnaSchema):
    """Who gets the link."""

    access_id = Text(255)
    email = Text(255, pattern=_EMAIL)
    phone = Text(pattern=r"\+?[0-9][0-9 ()/-]{3,28}")
    phone_country = Text(pattern="[A-Za-z]{2}")


class DistributionSchema(KlarnaSchema):
    """Body of distribute_session."""

    contact_information = Part(ContactSchema, required=True)
    method = Text(one_of=tuple(_NEEDED), required=True)
    template = Text(one_of=("INSTORE_PURCHASE",))


class CompleteSchema(Schema):
    """Body of the control call that stands for the shopper at the page."""

    outcome = mm.String()
    payment_method_category = mm.String(load_default="")
    decide = mm.String()
    after = mm.String()
    reason = mm.String()
    fields_ = mm.List(mm.String(), data_key="fields", attribute="fields")


class Hosted(NamedTuple):
    """What a payment_session_url names."""

    api: str  # payments | checkout
    id: str


@cache
def _made(schema: type[Schema]) -> Schema:
    """One of each, made when the first body comes: the start is quicker without."""
    return schema()


def load_session(body: Mapping[str, Any]) -> dict[str, Any]:
    """A new session, with ``hosted`` besides; raises BadValue."""
    asked, faults = load(_made(SessionSchema), body)
    hosted = read_payment_session_url(asked.get("payment_session_url", ""))
    if hosted is None and "payment_session_url" in asked:
        text = (
            f"payment_session_url is {asked['payment_session_url'][:200]!r}, expected one that ends in"
            " /payments/v1/sessions/<id> or /checkout/v3/orders/<id>"
        )
        faults.append(Fault("payment_session_url", text))
    options = asked.get("options") or {}
    if "payment_method_category" in options and "payment_method_categories" in options:
        text = "options has both payment_method_category and payment_method_categories, expected one of them"
        faults += [Fault(f"options.payment_method_{name}", text) for name in ("category", "categories")]
    if faults:
        raise BadValue.of(faults)
    return {**asked, "hosted": hosted}


def read_payment_session_url(url: Any) -> Hosted | None:
    """The session or order that a URL names, on whichever host; None when it names none."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    found = _PAYMENT_SESSION.search(parts.path) or _CHECKOUT_ORDER.search(parts.path)
    if found is None:
        return None
    return Hosted("checkout" if found[1] == "checkout" else "payments", unquote(found[2]))


def check_categories(options: Mapping[str, Any], offered: list[str]) -> None:
    """Raises BadValue for a category that the payment session does not offer; KLARNA stands for all of them."""
    known = {*(identifier.upper() for identifier in offered), "KLARNA"}
    wanted = {"options.payment_method_category": options.get("payment_method_category")}
    for index, category in enumerate(options.get("payment_method_categories") or ()):
        wanted[f"options.payment_method_categories[{index}]"] = category
    faults = [
        Fault(path, f"{path} is {category}, the payment session offers {', '.join(sorted(known))}")
        for path, category in wanted.items()
        if category is not None and category not in known
    ]
    if faults:
        raise BadValue.of(faults)


def load_distribution(body: Mapping[str, Any]) -> dict[str, Any]:
    """Who is sent the link and how; raises BadValue."""
    asked, faults = load(_made(DistributionSchema), body)
    contact = asked.get("contact_information") or {}
    if not faults:
        method = asked["method"]
        paths = [f"contact_information.{name}" for name in _NEEDED[method] if not contact.get(name)]
        faults = [Fault(path, f"{path} is missing, method {method} needs it") for path in paths]
    if faults:
        raise BadValue.of(faults)
    return asked


def load_complete(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a shopper does; raises Misused, with what was expected."""
    return load_strictly(_made(CompleteSchema), body)

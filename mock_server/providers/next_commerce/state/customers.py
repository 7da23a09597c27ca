"""Customers in the store.

A user record: id, email, first_name, last_name, phone_number, language, accepts_marketing, ip, user_agent, user_type
(lead | customer | dashboard), is_blocked, tags, metadata, addresses (each with id and is_default_for_shipping and
_billing), orders_count, subscriptions_count, total_spent (minor units), card_token (saved by a payment), joined_at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.money import moment, money

KIND, EMAILS = "users", "user_emails"
# of a customer inside an order, a cart, a subscription or a transaction
INLINE = (
    "id", "email", "ip", "first_name", "last_name", "phone_number", "accepts_marketing", "language", "user_agent",
)  # fmt: skip
_CALLING_CODES = {
    "US": "1", "CA": "1", "GB": "44", "DE": "49", "AT": "43", "CH": "41", "NL": "31", "BE": "32", "FR": "33",
    "ES": "34", "IT": "39", "PT": "351", "IE": "353", "SE": "46", "NO": "47", "DK": "45", "FI": "358", "PL": "48",
    "CZ": "420", "SK": "421", "HU": "36", "RO": "40", "GR": "30", "AU": "61", "NZ": "64", "MX": "52", "TH": "66",
    "JP": "81",
}  # fmt: skip
_KEEPS_ZERO = ("IT",)  # of a local number
ADDRESS_FIELDS = (
    "first_name", "last_name", "line1", "line2", "line3", "line4", "postcode", "phone_number", "notes", "state",
    "country",
)  # fmt: skip
DEFAULTS = ("is_default_for_shipping", "is_default_for_billing")
REQUIRED_IN_ADDRESS = ("first_name", "last_name", "line1", "line4", "country")
_LEFT_OUT: Mapping[str, Any] = {
    "email": None, "first_name": "", "last_name": "", "phone_number": None, "language": "en",
    "accepts_marketing": False, "ip": None, "user_agent": None,
}  # fmt: skip


def as_user(world: World, told: Mapping[str, Any]) -> Record:
    """A new customer with these details, not kept yet."""
    return {
        "id": records.new_id(world, KIND),
        **{name: default if told.get(name) is None else told[name] for name, default in _LEFT_OUT.items()},
        "user_type": "lead",
        "is_blocked": bool(told.get("is_blocked")),
        "tags": told.get("tags") or [],
        "metadata": told.get("metadata") or {},
        "addresses": [],
        "orders_count": 0,
        "subscriptions_count": 0,
        "total_spent": 0,
        "card_token": None,
        "joined_at": to_text(world.clock.now()),
    }


def snapshot_of(user: Record) -> Record:
    """What an order, a cart or a subscription keeps of its customer."""
    return {name: user[name] for name in (*INLINE, "card_token")}


def customer_view(world: World, user: Record) -> dict[str, Any]:
    """Key order: the webhook sample of the documents."""
    return {
        "accepts_marketing": user["accepts_marketing"],
        "addresses": [user_address_view(address) for address in user["addresses"]],
        "date_joined": moment(world, user["joined_at"]),
        "email": user["email"],
        "first_name": user["first_name"],
        "id": user["id"],
        "ip": user["ip"],
        "is_blocked": user["is_blocked"],
        "language": user["language"],
        "last_name": user["last_name"],
        "metadata": user["metadata"],
        "orders_count": user["orders_count"],
        "phone_number": user["phone_number"],
        "subscriptions_count": user["subscriptions_count"],
        "tags": user["tags"],
        "total_spent": money(user["total_spent"]),
        "user_agent": user["user_agent"],
        "user_type": user["user_type"],
    }


def user_address_view(address: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": address["id"],
        **{name: address.get(name) or "" for name in ADDRESS_FIELDS},
        **{name: address[name] for name in DEFAULTS},
    }


def with_address(user: Record, address: Record, flags: Mapping[str, Any]) -> Record:
    """The customer with this address, in place of the one of its id; the first one is the default of everything.

    ``flags`` say what else it is the default of; the address that was it before is it no more.
    """
    is_first = not user["addresses"]
    kept = {**address, **{name: is_first or bool(flags.get(name)) for name in DEFAULTS}}
    addresses = [
        kept if each["id"] == kept["id"] else {**each, **{name: each[name] and not kept[name] for name in DEFAULTS}}
        for each in user["addresses"]
    ]
    return {**user, "addresses": addresses if kept in addresses else [*addresses, kept]}


def same_address(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two addresses say the same, whatever their ids."""
    return all((one.get(name) or "") == (other.get(name) or "") for name in ADDRESS_FIELDS)


def address_in_e164(address: Mapping[str, Any]) -> dict[str, Any]:
    """An address's own members; a local telephone number gets its country's calling code."""
    written = {name: address[name] or "" for name in ADDRESS_FIELDS if name in address}
    if written.get("phone_number"):
        written["phone_number"] = e164(written["phone_number"], written.get("country", ""))
    return written


def e164(number: str, country: str) -> str:
    """``2025550140`` of the US is ``+12025550140``; what is no number comes back as it is."""
    digits = re.sub(r"[\s().-]", "", number)
    if digits.startswith("+") or not digits.isdigit() or country not in _CALLING_CODES:
        return digits if digits.startswith("+") else number
    code = _CALLING_CODES[country]
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    if country in ("US", "CA") and len(digits) == 11 and digits.startswith("1"):
        return f"+{digits}"
    return f"+{code}{digits if country in _KEEPS_ZERO else digits.removeprefix('0')}"

"""How orders of Klarna Checkout are shown: to the shop as JSON, to the shopper by a snippet of HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from mock_server.core.store import Record
from mock_server.ledger import markets
from mock_server.providers.klarna.state.checkout import ABORTED, INCOMPLETE, page_url, purchase_of

# Assumed: an aborted order is shown as never completed; the reference knows two statuses only
_SHOWN_AS = {ABORTED: INCOMPLETE}
_LINE = (
    "type", "reference", "name", "quantity", "quantity_unit", "unit_price", "tax_rate", "total_amount",
    "total_discount_amount", "total_tax_amount", "merchant_data", "product_url", "image_url", "product_identifiers",
    "shipping_attributes", "subscription",
)  # fmt: skip
_OF_A_LINE = {"type": "physical", "total_discount_amount": 0}  # where the shop left it out
_AFTER_THE_SNIPPET = ("merchant_reference1", "merchant_reference2")
_LAST = (
    "options", "attachment", "external_payment_methods", "external_checkouts", "shipping_countries",
    "billing_countries", "shipping_options", "merchant_data", "gui", "tags", "recurring", "recurring_description",
)  # fmt: skip


def snippet_of(order: Record, world: str) -> str:
    """The HTML a shop puts into its page: a frame with the checkout, later with the confirmation. It needs no script.

    Not emulated: what Klarna's script does in the shop's page (suspend and resume, events).
    """
    return (
        '<div id="klarna-checkout-container" style="overflow: hidden;">\n'
        f'  <iframe id="klarna-checkout-iframe" name="klarna-checkout-iframe" title="Checkout"\n'
        f'    src="{escape(page_url(order, world))}" style="width: 100%; height: 45rem; border: 0;"></iframe>\n'
        "</div>"
    )


def view_of(order: Record, world: str) -> dict[str, Any]:
    """The order as it is read: country in lower case, addresses from the start, keys in the recorded order.

    Source: playground orders reported in public, 2020 and 2023 (read 2026-11-21).
    """
    purchase = purchase_of(order)
    country = markets.country_of(purchase).lower()
    billing = purchase.get("billing_address") or {"country": country}
    completed = order["completed_at"]
    return {
        "order_id": order["order_id"],
        "status": _SHOWN_AS.get(order["status"], order["status"]),
        "purchase_country": purchase["purchase_country"].lower(),
        "purchase_currency": purchase["purchase_currency"].upper(),
        "locale": purchase["locale"],
        "billing_address": _shown_address(billing),
        "customer": purchase.get("customer") or {},
        "shipping_address": _shown_address(purchase.get("shipping_address") or billing),
        "order_amount": purchase["order_amount"],
        "order_tax_amount": purchase["order_tax_amount"],
        "order_lines": [_shown_line(line) for line in purchase["order_lines"]],
        "merchant_urls": purchase["merchant_urls"],
        "html_snippet": snippet_of(order, world),
        **_given(purchase, _AFTER_THE_SNIPPET),
        "started_at": _seconds(order["started_at"]),
        **({"completed_at": _seconds(completed)} if completed else {}),
        "last_modified_at": _seconds(order["last_modified_at"]),
        **_given(purchase, _LAST),
        **_chosen(purchase, is_complete=bool(completed)),
        **({"recurring_token": order["recurring_token"]} if order["recurring_token"] else {}),
    }


def _given(purchase: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: purchase[name] for name in names if name in purchase}


def _shown_address(address: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.lower() if name == "country" else value for name, value in address.items()}


def _shown_line(line: Mapping[str, Any]) -> dict[str, Any]:
    """With its type and discount also where the shop left them out."""
    whole = {**_OF_A_LINE, **line}
    return {name: whole[name] for name in _LINE if name in whole}


def _chosen(purchase: Mapping[str, Any], *, is_complete: bool) -> dict[str, Any]:
    """What the shopper left as it was: the preselected delivery, and once complete the shop's checkboxes.

    Not emulated: choosing another delivery, and what it adds to the amount; a shop sends it as a line.
    """
    preselected = [option for option in purchase.get("shipping_options", ()) if option.get("preselected")]
    requested = _requested(purchase.get("options", {})) if is_complete else {}
    return {
        **({"selected_shipping_option": preselected[0]} if preselected else {}),
        **({"merchant_requested": requested} if requested else {}),
    }


def _requested(options: Mapping[str, Any]) -> dict[str, Any]:
    one, several = options.get("additional_checkbox"), options.get("additional_checkboxes")
    boxes = [{"id": box["id"], "checked": box["checked"]} for box in several or ()]
    return {
        **({"additional_checkbox": one["checked"]} if one else {}),
        **({"additional_checkboxes": boxes} if boxes else {}),
    }


def _seconds(moment: str) -> str:
    """``2026-11-20T12:00:00Z``: as the reference writes times."""
    return f"{moment[:19]}Z"

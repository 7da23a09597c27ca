"""An order, its captures and refunds as Order Management shows them: what was left out is "" or 0.

Source: orders recorded on the playground 2021-09-17 and in public 2023-06-06; Order Management API reference
(read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.ledger.shipping import billing_address_of

# authorized payment method -> how orders name it: type, description, number of instalments where there are some
_METHODS: Mapping[str, tuple[str, str, int]] = {
    "invoice": ("INVOICE", "Pay later", 0),
    "b2b_invoice": ("INVOICE_BUSINESS", "Pay later", 0),
    "base_account": ("ACCOUNT", "Account", 0),
    "fixed_amount": ("FIXED_AMOUNT", "Slice it (Fixed Payments)", 3),
    "fixed_sum_credit": ("FIXED_SUM_CREDIT", "Financing", 0),
    "slice_it_by_card": ("FIXED_AMOUNT_BY_CARD", "Slice it (Fixed Payments by Card)", 4),
    "pay_later_by_card": ("PAY_LATER_BY_CARD", "Pay later by card", 0),
    "pay_by_card": ("PAY_BY_CARD", "Pay by card", 0),
    "direct_debit": ("DIRECT_DEBIT", "Direct debit", 0),
    "direct_bank_transfer": ("BANK_TRANSFER", "Bank transfer", 0),
    "card": ("CARD", "Card", 0),
    "deferred_interest": ("DEFERRED_INTEREST", "Financing", 0),
    "mobilepay": ("MOBILEPAY", "MobilePay", 0),
    "pay_later_in_parts": ("PAY_LATER_IN_PARTS", "Pay later in parts", 0),
    "pay_in_x": ("PAY_IN_X", "Pay in parts", 0),
    "swish": ("SWISH", "Swish", 0),
    "alternative_payment_method": ("ALTERNATIVE_PAYMENT_METHOD", "Other", 0),
}
_LINE = {
    "reference": "", "type": "physical", "quantity": 0, "quantity_unit": "", "name": "", "total_amount": 0,
    "unit_price": 0, "total_discount_amount": 0, "tax_rate": 0, "total_tax_amount": 0,
}  # fmt: skip
_OF_A_LINE = ("merchant_data", "product_url", "image_url", "product_identifiers", "subscription")
_ADDRESS = (
    "given_name", "family_name", "title", "street_address", "street_address2", "postal_code", "city", "region",
    "country", "email", "phone",
)  # fmt: skip
_OF_AN_ADDRESS = ("organization_name", "attention")
_OF_A_CUSTOMER = ("date_of_birth", "type", "national_identification_number")
_REFERENCES = ("merchant_reference1", "merchant_reference2")


def order_view(order: Record) -> dict[str, Any]:
    """The whole order; references that were never set are absent."""
    billing = order.get("billing_address") or {}
    return {
        **_picked(order, (
            "order_id", "status", "fraud_status", "order_amount", "original_order_amount", "captured_amount",
            "refunded_amount", "remaining_authorized_amount",
        )),
        "purchase_currency": order["purchase_currency"].upper(),
        "locale": order.get("locale") or "en-US",
        "order_lines": lines_view(order.get("order_lines")),
        **_picked(order, _REFERENCES),
        "klarna_reference": order["klarna_reference"],
        "customer": _picked({"type": "person", **order.get("customer", {})}, _OF_A_CUSTOMER),
        "billing_address": address_view(billing),
        "shipping_address": address_view(order.get("shipping_address") or billing),
        "created_at": order["created_at"],
        "purchase_country": order["purchase_country"].upper(),
        "expires_at": order["expires_at"],
        "captures": [capture_view(order, capture) for capture in order["captures"]],
        "refunds": [refund_view(refund) for refund in order["refunds"]],
        **_picked(order, ("merchant_data",)),
        "initial_payment_method": method_view(order["initial_payment_method"]["type"]),
        "shipping_info": list(order.get("shipping_info", ())),
    }  # fmt: skip


def capture_view(order: Record, capture: Record) -> dict[str, Any]:
    billing = order.get("billing_address") or {}
    return {
        "capture_id": capture["capture_id"],
        "klarna_reference": capture["klarna_reference"],
        "captured_amount": capture["captured_amount"],
        "captured_at": capture["captured_at"],
        **_told(capture),
        "order_lines": lines_view(capture.get("order_lines")),
        "refunded_amount": capture["refunded_amount"],
        "billing_address": address_view(billing_address_of(order, capture)),
        "shipping_address": address_view(order.get("shipping_address") or billing),
        "shipping_info": list(capture.get("shipping_info", ())),
    }


def refund_view(refund: Record) -> dict[str, Any]:
    return {
        "refund_id": refund["refund_id"],
        "refunded_amount": refund["refunded_amount"],
        "refunded_at": refund["refunded_at"],
        **_told(refund),
        "order_lines": lines_view(refund.get("order_lines")),
        "credit_invoice": False,
    }


def _told(move: Record) -> dict[str, Any]:
    """What the merchant said of a capture or refund; a reference that was not given is absent, as in the recordings."""
    return {"description": move.get("description") or "", **_picked(move, ("reference",))}


def method_view(method: str) -> dict[str, Any]:
    """``{"type": "INVOICE", "description": "Pay later"}``."""
    type_, description, instalments = _METHODS.get(method, ("OTHER", "Other", 0))
    return {
        "type": type_, "description": description, **({"number_of_installments": instalments} if instalments else {}),
    }  # fmt: skip


def lines_view(lines: Any) -> list[dict[str, Any]]:
    return [{**_LINE, **_picked(line, (*_LINE, *_OF_A_LINE))} for line in lines or ()]


def address_view(address: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: address.get(name) or "" for name in _ADDRESS}, **_picked(address, _OF_AN_ADDRESS)}


def _picked(record: Mapping[str, Any], names: Any) -> dict[str, Any]:
    return {name: record[name] for name in names if record.get(name) is not None}

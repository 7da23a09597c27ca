"""The bodies of refunds, captures and stored cards.

Source: docs.multisafepay.com, refund an order, manual capture, recurring; pages of 2020 and 2021 (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.providers.multisafepay import errors
from mock_server.providers.multisafepay.schemas.fields import Many, MultiSafepaySchema, Part, Text, Whole, load
from mock_server.providers.multisafepay.schemas.orders import ItemSchema, TaxTablesSchema, tables_of


class CheckoutDataSchema(MultiSafepaySchema):
    """A cart refund: the order's lines, and negative copies of those that come back."""

    items = Many(Part(ItemSchema, missing=errors.NoRefundInformation), missing=errors.NoRefundInformation)
    tax_tables = Part(TaxTablesSchema)
    tax_table = Part(TaxTablesSchema)


class RefundSchema(MultiSafepaySchema):
    """Body of create_refund: by amount (minor units; 0 or none is all that is left) or by cart, which wins."""

    currency = Text(3, least=3, upper=True, error=errors.InvalidCurrency)
    amount = Whole(error=errors.InvalidAmount)
    description = Text(500)
    refund_order_id = Text(50)
    var1 = Text(500, error=errors.InvalidVariable)
    var2 = Text(500, error=errors.InvalidVariable)
    var3 = Text(500, error=errors.InvalidVariable)
    checkout_data = Part(CheckoutDataSchema)


class RefundUpdateSchema(MultiSafepaySchema):
    status = Text(pattern="void", missing=errors.MissingData)
    description = Text(200)


class CaptureSchema(MultiSafepaySchema):
    """Body of create_capture; without an amount all that remains is taken."""

    amount = Whole(error=errors.InvalidAmount)
    new_order_id = Text(50, error=errors.InvalidTransactionId)
    new_order_status = Text(pattern="completed|shipped")
    invoice_id = Text(50)
    tracktrace_code = Text(500)
    carrier = Text(500)
    reason = Text(500)
    description = Text(500)


class CaptureUpdateSchema(MultiSafepaySchema):
    status = Text(pattern="cancelled", missing=errors.MissingData)
    reason = Text(500)


class RecurringUpdateSchema(MultiSafepaySchema):
    card_holder_name = Text(100)
    card_expiry_date = Text(4, pattern="[0-9]{4}")
    recurring_model = Text(pattern="cardOnFile|subscription|unscheduled")


def load_refund(body: Mapping[str, Any]) -> dict[str, Any]:
    """``cart`` is ``{"items", "tables"}`` of the body, None for a refund by amount. Raises Refused."""
    refund = load(RefundSchema, body)
    data = refund.pop("checkout_data", None)
    if data is None:
        refund["cart"] = None
        if "currency" not in refund:
            raise errors.InvalidCurrency.because("currency", "is missing")
        return refund
    items = [{"merchant_item_id": None, "name": None, **item} for item in data["items"]]
    refund["cart"] = {"items": items, "tables": tables_of(data.get("tax_tables") or data.get("tax_table"))}
    return refund


def load_refund_update(body: Mapping[str, Any]) -> dict[str, Any]:
    return load(RefundUpdateSchema, body)


def load_capture(body: Mapping[str, Any]) -> dict[str, Any]:
    return load(CaptureSchema, body)


def load_capture_update(body: Mapping[str, Any]) -> dict[str, Any]:
    return load(CaptureUpdateSchema, body)


def load_recurring_update(body: Mapping[str, Any]) -> dict[str, Any]:
    return load(RecurringUpdateSchema, body)

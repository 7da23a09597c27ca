"""Payouts and their transactions as Klarna's API tells them, and as its CSV reports do."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from mock_server.core.store import Record
from mock_server.ledger.payouts import FEE, RETURN, SALE, Movement, Payout

BASE = "/settlements/v1"
_NET = "NET"  # fees are taken off before the money is sent
# of a report's head, in this order; without total_ and _amount as in totals
_SUMMED = (
    "sale", "fee", "fee_correction", "tax", "return", "reversal", "commission", "charge", "credit", "holdback",
    "repay", "release", "fee_refund", "deposit", "settlement",
)  # fmt: skip
_TOTAL_COLUMNS = tuple(f"total_{name}_amount" for name in _SUMMED)
# Importers know the first ten by their place.
_COLUMNS = (
    "type", "capture_date", "sale_date", "order_id", "short_order_id", "capture_id", "merchant_reference1",
    "merchant_reference2", "amount", "posting_currency", "detailed_type", "refund_id", "purchase_country",
    "shipping_country", "initial_payment_method_type", "merchant_capture_reference", "merchant_refund_reference",
    "payment_reference",
)  # fmt: skip


def totals_of(payout: Payout) -> dict[str, int]:
    """Minor units; what Klarna has and this server never does is 0."""
    return {
        "commission_amount": 0,
        "repay_amount": payout.repaid,
        "sale_amount": payout.sums[SALE],
        "holdback_amount": 0,
        "tax_amount": 0,
        "settlement_amount": payout.settlement,
        "fee_correction_amount": 0,
        "reversal_amount": 0,
        "release_amount": 0,
        "return_amount": payout.sums[RETURN],
        "fee_amount": payout.sums[FEE],
        "charge_amount": 0,
        "credit_amount": 0,
        "fee_refund_amount": 0,
        "tax_refund_amount": 0,
        "deposit_amount": payout.deposit,
        "opening_debt_balance_amount": payout.opening_debt,
        "closing_debt_balance_amount": payout.closing_debt,
    }


def payout_view(payout: Payout, base_url: str) -> dict[str, Any]:
    return {
        "totals": totals_of(payout),
        "payment_reference": payout.reference,
        "payout_date": _seconds(payout.paid_at),
        "currency_code": payout.account.currency,
        "merchant_settlement_type": _NET,
        "merchant_id": payout.account.merchant_id,
        "transactions": f"{base_url}{BASE}/transactions?payment_reference={payout.reference}",
    }


def summary_view(payouts: Sequence[Payout], start: str, end: str) -> dict[str, Any]:
    """Of payouts in one currency, and the dates that were asked for."""
    names = (
        "fee_correction", "release", "tax", "settlement", "holdback", "reversal", "return", "fee", "commission",
        "sale", "repay",
    )  # fmt: skip
    return {
        "summary_payout_date_start": _seconds(start),
        "summary_payout_date_end": _seconds(end),
        "summary_settlement_currency": payouts[0].account.currency,
        **{f"summary_total_{name}_amount": _sum(payouts, name) for name in names},
    }


def _sum(payouts: Iterable[Payout], name: str) -> int:
    return sum(totals_of(payout)[f"{name}_amount"] for payout in payouts)


def transaction_view(movement: Movement, order: Record, reference: str | None, base_url: str) -> dict[str, Any]:
    """Without the members that there is nothing to tell of; a return's capture_id is empty, as documented.

    Source: Settlements API reference, schema Transaction (read 2026-11-21).
    """
    is_return = movement.type == RETURN
    part: Mapping[str, Any] = order["refunds" if is_return else "captures"][movement.part]
    told = {
        "amount": movement.amount,
        "capture_id": "" if is_return else part["capture_id"],
        "merchant_reference1": order.get("merchant_reference1"),
        "sale_date": _seconds(order["created_at"]),
        "type": movement.type,
        "capture_date": _seconds(movement.at),
        "payment_reference": reference,
        "order_id": movement.order_id,
        "payout": f"{base_url}{BASE}/payouts/{reference}" if reference else None,
        "refund_id": part["refund_id"] if is_return else None,
        "short_order_id": order["klarna_reference"],
        "merchant_reference2": order.get("merchant_reference2"),
        "currency_code": movement.account.currency,
        "purchase_country": order["purchase_country"].upper(),
        "shipping_country": _shipped_to(order),
        "initial_payment_method_type": (order.get("initial_payment_method") or {}).get("type"),
        "merchant_capture_reference": None if is_return else part.get("reference"),
        "merchant_refund_reference": part.get("reference") if is_return else None,
        "detailed_type": movement.detail,
    }
    return {name: value for name, value in told.items() if value is not None}


def _shipped_to(order: Record) -> str | None:
    country = (order.get("shipping_address") or {}).get("country")
    return str(country).upper() if country else None


def report(payouts: Sequence[Payout], transactions: Iterable[Mapping[str, Any]]) -> bytes:
    """CSV: a line of totals per payout below their names, an empty line, then the transactions below theirs.

    Separated by semicolons, amounts in major units without a sign, UTF-8: Klarna's default of what merchants may
    choose. Assumed: the empty line between the parts, and columns after the tenth.
    Source: docs.klarna.com, settlement files, how to customize settlements reports; docs.continia.com, Klarna (order
    of columns; read 2026-11-21).
    """
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow((*_TOTAL_COLUMNS, "settlement_currency", "payment_reference", "payout_date", "merchant_id"))
    for payout in payouts:
        totals = totals_of(payout)
        account, date = payout.account, _seconds(payout.paid_at)
        amounts = (_major(totals[f"{name}_amount"]) for name in _SUMMED)
        writer.writerow((*amounts, account.currency, payout.reference, date, account.merchant_id))
    writer.writerow(())
    writer.writerow(_COLUMNS)
    for told in transactions:
        shown = {**told, "amount": _major(told["amount"]), "posting_currency": told["currency_code"]}
        writer.writerow([shown.get(name, "") for name in _COLUMNS])
    return text.getvalue().encode("utf-8", "replace")


def _major(amount: int) -> str:
    """``1234`` as ``12.34``: each currency that Klarna sells in has a hundred parts."""
    return f"{amount // 100}.{amount % 100:02d}"


def _seconds(moment: str) -> str:
    """A record's time without its milliseconds."""
    return f"{moment[:19]}Z"

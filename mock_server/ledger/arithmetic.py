"""Line, tax and total rules of a purchase, each broken one explained with its numbers.

All amounts are minor units (1234 is 12.34); ``tax_rate`` has two implied decimals (2500 is 25 %).
Source: Klarna Payments API reference, order lines; docs.klarna.com, tax handling (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.core.errors import Fault

LINE_TOTALS, LINE_TAXES, ORDER_TOTALS = 1, 2, 3  # the order they are checked in; see Fault.stage

Purchase = Mapping[str, Any]


def check_purchase(purchase: Purchase) -> list[Fault]:
    """Every broken rule of a purchase whose fields have the right types; rules about missing fields are skipped."""
    lines = purchase.get("order_lines")
    if not lines:
        return []
    faults = []
    for index, line in enumerate(lines):
        faults += _check_line(line, f"order_lines[{index}]")
    return faults + _check_order_amount(purchase, lines) + _check_order_tax(purchase, lines)


def _check_line(line: Purchase, path: str) -> list[Fault]:
    quantity, unit_price, total = line.get("quantity"), line.get("unit_price"), line.get("total_amount")
    if quantity is None or unit_price is None or total is None:
        return []
    faults = []
    discount = line.get("total_discount_amount") or 0
    expected = quantity * unit_price - discount
    if total != expected:
        sum_ = f"{quantity}*{unit_price}" + (f" - {discount}" if discount else "")
        text = f"{path}.total_amount is {total}, expected {expected} = {sum_}"
        faults.append(Fault(f"{path}.total_amount", text, LINE_TOTALS))
    return faults + _check_line_tax(line, total, path)


def _check_line_tax(line: Purchase, total: int, path: str) -> list[Fault]:
    """Within 1 of ``total - total*10000/(10000+rate)``; lines that leave the rate or the tax out are not checked."""
    rate, tax = line.get("tax_rate"), line.get("total_tax_amount")
    if rate is None or tax is None:
        return []
    share = 10000 + rate
    if abs(tax * share - total * rate) <= share:  # |tax - total*rate/share| <= 1, in whole numbers
        return []
    expected = round(total * rate / share)
    text = (
        f"{path}.total_tax_amount is {tax}, expected {expected} = {total} - {total}*10000/(10000+{rate}), ±1"
    )
    return [Fault(f"{path}.total_tax_amount", text, LINE_TAXES)]


def _check_order_amount(purchase: Purchase, lines: Sequence[Purchase]) -> list[Fault]:
    amount, totals = purchase.get("order_amount"), [line.get("total_amount") for line in lines]
    if amount is None or None in totals or amount == sum(totals):  # type: ignore[arg-type]  # no None left
        return []
    text = f"order_amount is {amount}, expected {sum(totals)} = {_plus(totals)}"  # type: ignore[arg-type]  # same
    return [Fault("order_amount", text, ORDER_TOTALS)]


def _check_order_tax(purchase: Purchase, lines: Sequence[Purchase]) -> list[Fault]:
    """Within one minor unit per line of the lines' taxes; a ``sales_tax`` line is tax as a whole (US)."""
    tax = purchase.get("order_tax_amount")
    if tax is None:
        return []
    taxes = [_tax_in(line) for line in lines]
    if abs(tax - sum(taxes)) <= len(lines):
        return []
    text = f"order_tax_amount is {tax}, expected {sum(taxes)} = {_plus(taxes)}, ±{len(lines)}"
    return [Fault("order_tax_amount", text, ORDER_TOTALS)]


def _tax_in(line: Purchase) -> int:
    is_tax = str(line.get("type")).lower() == "sales_tax"
    return int((line.get("total_amount") if is_tax else line.get("total_tax_amount")) or 0)


def _plus(amounts: Sequence[int | None]) -> str:
    """``30000+15000+5000``; long lists are cut, they are read by people."""
    shown = "+".join(str(amount) for amount in amounts[:20]).replace("+-", "-")
    return shown + ("+..." if len(amounts) > 20 else "")

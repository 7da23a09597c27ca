"""The arithmetic of a cart: unit prices are major units without VAT, rates come from tax tables by name.

A cart is ``{"items": [...], "tables": {"default": {...} | None, "alternate": [...]} | None}`` with numbers as decimal
text, as ``schemas`` reads it. Source: docs.multisafepay.com, rounding rule and Klarna (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, NamedTuple

from mock_server.core.errors import Fault
from mock_server.providers.multisafepay import errors
from mock_server.providers.multisafepay.state.gateways import CURRENCIES

SHIPPING = "msp-shipping"  # merchant_item_id of a line that is the shipment
TOLERANCE = 1  # minor units that cart and amount may differ by
_ZERO = Decimal(0)

Item = Mapping[str, Any]
Tables = Mapping[str, Any] | None


class Total(NamedTuple):
    """What a cart comes to."""

    items: Decimal  # major units, exact
    tax: Decimal  # major units, exact
    amount: int  # minor units: items and tax, each rounded half-up, added
    text: str  # the sum, for an explanation

    @property
    def exact(self) -> Decimal:
        return self.items + self.tax


def digits_of(currency: str) -> int:
    """Decimals of a currency: 2, of JPY none."""
    from babel.numbers import get_currency_precision  # not before a cart comes

    return get_currency_precision(currency)


def rate_of(item: Item, tables: Tables) -> Decimal:
    """The VAT rate of a line: of the first table with the selector's name, else the default's."""
    if not tables:
        return _ZERO
    table = _table(item.get("tax_table_selector"), tables)
    if table is not None:
        rules = table["rules"]
        return Decimal(rules[0]["rate"]) if rules else _ZERO
    default = tables.get("default")
    return Decimal(default["rate"]) if default else _ZERO


def _table(selector: Any, tables: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if selector is None:
        return None
    return next((table for table in tables["alternate"] if table["name"] == str(selector)), None)


def net_of(item: Item) -> Decimal:
    return Decimal(item["unit_price"]) * Decimal(item["quantity"])


def total_of(items: Iterable[Item], tables: Tables, digits: int) -> Total:
    """Prices and VAT are summed unrounded, each sum is rounded half-up, then they are added."""
    net = tax = _ZERO
    for item in items:
        line = net_of(item)
        net += line
        tax += line * rate_of(item, tables)
    rounded_net, rounded_tax = in_minor_units(net, digits), in_minor_units(tax, digits)
    amount = rounded_net + rounded_tax
    return Total(net, tax, amount, f"{amount} = {rounded_net} + {rounded_tax} VAT")


def in_minor_units(major: Decimal, digits: int) -> int:
    """Half-up: 56.225 is 5623, -56.225 is -5623."""
    with localcontext(prec=60):
        return int((major * 10**digits).quantize(Decimal(1), ROUND_HALF_UP))


def check_cart(items: Iterable[Item], tables: Tables, currency: str) -> None:
    """Rates and currencies of the lines; raises InvalidItemTaxRate, IncorrectItemCurrency, SeveralCurrencies,
    OtherCartCurrency."""
    items = list(items)
    for index, item in enumerate(items):
        _check_selector(item, tables, f"shopping_cart.items[{index}].tax_table_selector")
    stated = {item["currency"]: index for index, item in reversed(list(enumerate(items))) if item.get("currency")}
    for stranger in stated:
        if stranger not in CURRENCIES:
            path = f"shopping_cart.items[{stated[stranger]}].currency"
            raise errors.IncorrectItemCurrency.because(path, f"is {stranger!r}, which is not supported")
    if len(stated) > 1:
        raise errors.SeveralCurrencies.because("shopping_cart.items", f"are in {' and '.join(sorted(stated))}")
    if stated and currency not in stated:
        raise errors.OtherCartCurrency.because("shopping_cart.items", f"are in {min(stated)}, the order in {currency}")


def _check_selector(item: Item, tables: Tables, path: str) -> None:
    """A name without a table means the default rate; 0 is no name, and nothing is left where there is no default."""
    selector = item.get("tax_table_selector")
    if selector is None or tables is None:
        return
    if selector == 0:
        raise errors.InvalidItemTaxRate.because(path, "is the number 0, expected the name of a tax table")
    if _table(selector, tables) is None and (selector == "0" or not tables.get("default")):
        names = ", ".join(repr(table["name"]) for table in tables["alternate"]) or "none"
        text = f"is {selector!r}; the tax tables are: {names}; there is no default for it"
        raise errors.InvalidItemTaxRate.because(path, text)


def check_amount(amount: int, items: Iterable[Item], tables: Tables, digits: int) -> None:
    """Raises OtherCartAmount when cart and amount differ by more than a minor unit."""
    total = total_of(items, tables, digits)
    if abs(total.amount - amount) > TOLERANCE:
        text = f"amount is {amount}, the cart comes to {total.text} (±{TOLERANCE})"
        raise errors.OtherCartAmount.of([Fault("amount", text)])

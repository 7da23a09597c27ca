"""What Klarna pays out: a merchant's captures of a day less refunds and fees, in one currency.

Nothing of it is kept, all follows from the captures and refunds of the orders. A day is one of the world's clock, UTC;
when it is over its payout is there, dated the midnight that ended it. Who owes Klarna after a day gets nothing until
later sales have repaid it. Amounts are minor units without a sign: the type says which way the money goes.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World

SALE, RETURN, FEE = "SALE", "RETURN", "FEE"
PURCHASE, PURCHASE_RETURN = "PURCHASE", "PURCHASE_RETURN"
FEE_PERCENTAGE, FEE_FIXED = "PURCHASE_FEE_PERCENTAGE", "PURCHASE_FEE_FIXED"
_WHOLE = 10_000  # a rate of 100 %
_REFERENCE_LENGTH = 8
_MERCHANT_ID = re.compile(r"[A-Z]{1,3}[0-9]+")  # what Klarna's user names begin with: K123456_abcd12345


class Account(NamedTuple):
    """Where payouts go: a merchant's, of one currency."""

    merchant_id: str
    currency: str


class Movement(NamedTuple):
    """One transaction of a payout."""

    at: str  # as in records; the same form everywhere, so that later is greater
    type: str
    detail: str
    amount: int
    account: Account
    order_id: str
    part: int  # which of the order's captures, of a return which of its refunds

    @property
    def day(self) -> str:
        return self.at[: len("2026-11-20")]


@dataclass
class Payout:
    """The movements of an account's day summed up, with the debt of earlier days."""

    reference: str
    account: Account
    day: str
    paid_at: str
    sums: dict[str, int] = field(default_factory=lambda: {SALE: 0, RETURN: 0, FEE: 0})
    opening_debt: int = 0

    @property
    def _net(self) -> int:
        return self.sums[SALE] - self.sums[RETURN] - self.sums[FEE]

    @property
    def deposit(self) -> int:
        """By how much the debt grows."""
        return max(-self._net, 0)

    @property
    def repaid(self) -> int:
        return min(self.opening_debt, max(self._net, 0))

    @property
    def settlement(self) -> int:
        """What arrives at the merchant's bank."""
        return max(self._net, 0) - self.repaid

    @property
    def closing_debt(self) -> int:
        return self.opening_debt + self.deposit - self.repaid


class Book:
    """The payouts of a world at this moment. Fees are those of the settings now."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._today = to_text(world.clock.now())[: len("2026-11-20")]
        self._merchant_ids: dict[str, str] = {}  # by the merchant of an order
        self._references: dict[tuple[Account, str], str] = {}  # by account and day

    def movements(self, order_id: str | None = None) -> Iterator[Movement]:
        """Of all orders as they were placed, or of one; those of today too."""
        if order_id is None:
            orders: Iterable[Record] = self._world.store.all("orders")
        else:
            found = self._world.store.get("orders", order_id)
            orders = [found] if found else []
        for order in orders:
            if order["captures"]:
                yield from self._movements_of(order)

    def reference(self, movement: Movement) -> str | None:
        """Of the payout that a movement is part of; None while its day lasts."""
        return self._reference(movement.account, movement.day) if movement.day < self._today else None

    def payouts(self) -> list[Payout]:
        """Those of days that are over, oldest first."""
        found: dict[tuple[Account, str], Payout] = {}
        for movement in self.movements():
            key = (movement.account, movement.day)
            payout = found.get(key)
            if payout is None:
                if movement.day >= self._today:
                    continue
                payout = found[key] = Payout(self._reference(*key), *key, _paid_at(movement.day))
            payout.sums[movement.type] += movement.amount
        ordered = sorted(found.values(), key=lambda payout: (payout.day, payout.account))
        debts: dict[Account, int] = {}
        for payout in ordered:
            payout.opening_debt = debts.get(payout.account, 0)
            debts[payout.account] = payout.closing_debt
        return ordered

    def _movements_of(self, order: Record) -> Iterator[Movement]:
        settings, order_id = self._world.settings, order["order_id"]
        account = Account(self._merchant_id(order["merchant"]), order["purchase_currency"].upper())
        for part, capture in enumerate(order["captures"]):
            at, amount = capture["captured_at"], capture["captured_amount"]
            yield Movement(at, SALE, PURCHASE, amount, account, order_id, part)
            share = (amount * settings.klarna_settlement_fee_rate + _WHOLE // 2) // _WHOLE
            for detail, fee in ((FEE_PERCENTAGE, share), (FEE_FIXED, settings.klarna_settlement_fee_fixed)):
                if fee and amount:
                    yield Movement(at, FEE, detail, fee, account, order_id, part)
        for part, refund in enumerate(order["refunds"]):
            at, amount = refund["refunded_at"], refund["refunded_amount"]
            yield Movement(at, RETURN, PURCHASE_RETURN, amount, account, order_id, part)

    def _merchant_id(self, merchant: str) -> str:
        """What a user name of Klarna begins with; made up for merchants of other faces, whose names are secrets."""
        if merchant not in self._merchant_ids:
            found = _MERCHANT_ID.match(merchant)
            made_up = f"K{self._world.ids.tied_to('merchant_id', merchant).randrange(100_000, 1_000_000)}"
            self._merchant_ids[merchant] = found.group() if found else made_up
        return self._merchant_ids[merchant]

    def _reference(self, account: Account, day: str) -> str:
        key = (account, day)
        if key not in self._references:
            chance = self._world.ids.tied_to("payment_reference", f"{account.merchant_id} {account.currency} {day}")
            letters = chance.choices(string.ascii_uppercase + string.digits, k=_REFERENCE_LENGTH)
            self._references[key] = "".join(letters)
        return self._references[key]


def _paid_at(day: str) -> str:
    return f"{date.fromisoformat(day) + timedelta(days=1)}T00:00:00.000Z"

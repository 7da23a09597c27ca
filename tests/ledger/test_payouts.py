"""Payouts: what follows from captures and refunds, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import captures, orders, refunds, sessions, tokens
from mock_server.ledger.authorizations import grant
from mock_server.ledger.decisions import Verdict
from mock_server.ledger.payouts import FEE, RETURN, SALE, Book, Payout

from .conftest import Till, purchase_of

DAY = timedelta(days=1)


def captured(till: Till, amount: int, **fields: Any) -> Record:
    order, _ = captures.capture_order(till.world, till.order(amount=amount, **fields)["order_id"], amount)
    return order


def of_merchant(till: Till, merchant: str, amount: int) -> Record:
    session = sessions.open_session(till.world, purchase_of(amount), merchant=merchant, base_url="http://localhost")
    order = till.place(grant(till.world, session))
    return captures.capture_order(till.world, order["order_id"], amount)[0]


def payouts(world: World) -> list[Payout]:
    return Book(world).payouts()


def money_of(payout: Payout) -> tuple[int, ...]:
    """Opening debt, what the day brought, what is repaid, what is paid out, closing debt."""
    return payout.opening_debt, payout.deposit, payout.repaid, payout.settlement, payout.closing_debt


def without_fees(world: World) -> World:
    return replace(world, settings=replace(world.settings, klarna_settlement_fee_rate=0))


def test_a_day_is_paid_out_when_it_is_over(world: World, till: Till) -> None:
    captured(till, 10_000)
    world.advance(timedelta(hours=11, minutes=59, seconds=59))
    before = payouts(world)

    world.advance(timedelta(seconds=1))

    (payout,) = payouts(world)
    assert ([], "2026-11-21T00:00:00.000Z", ("PK1", "SEK")) == (before, payout.paid_at, payout.account)
    assert {SALE: 10_000, FEE: 299, RETURN: 0} == payout.sums
    assert (0, 0, 0, 9701, 0) == money_of(payout)


@pytest.mark.parametrize(
    ("amount", "rate", "fixed", "fee"),
    [(10_000, 299, 0, 299), (1, 299, 0, 0), (17, 299, 0, 1), (16, 299, 0, 0), (1000, 0, 0, 0), (1000, 0, 35, 35),
     (1000, 250, 35, 60), (1000, 10_000, 0, 1000), (0, 299, 35, 0)],
)  # fmt: skip
def test_fees_are_a_share_rounded_to_the_nearest_and_a_fixed_part(
    world: World, till: Till, amount: int, rate: int, fixed: int, fee: int
) -> None:
    settings = replace(world.settings, klarna_settlement_fee_rate=rate, klarna_settlement_fee_fixed=fixed)
    captured(till, amount)
    world.advance(DAY)

    (payout,) = payouts(replace(world, settings=settings))

    assert fee == payout.sums[FEE]


def test_captures_of_a_day_are_one_payout_whatever_their_orders(world: World, till: Till) -> None:
    captured(till, 1000)
    order = till.order(amount=5000)
    for amount in (2000, 3000):
        captures.capture_order(world, order["order_id"], amount)
    world.advance(DAY)

    (payout,) = payouts(world)

    assert 6000 == payout.sums[SALE]


def test_an_order_that_nothing_was_captured_of_brings_nothing(world: World, till: Till) -> None:
    till.order()
    till.order(Verdict("PENDING"), auto_capture=True)
    world.advance(DAY)

    assert ([], []) == (payouts(world), list(Book(world).movements()))


def test_currencies_and_merchants_are_paid_apart(world: World, till: Till) -> None:
    captured(till, 1000)
    captured(till, 2000, purchase_currency="eur", purchase_country="FI")
    of_merchant(till, "PK2_abc", 4000)
    world.advance(DAY)

    found = payouts(world)

    assert [(("PK1", "EUR"), 2000), (("PK1", "SEK"), 1000), (("PK2", "SEK"), 4000)] == [
        (payout.account, payout.sums[SALE]) for payout in found
    ]
    assert 3 == len({payout.reference for payout in found})


def test_a_reference_stays_what_it_is(world: World, till: Till) -> None:
    captured(till, 1000)
    world.advance(DAY)
    (before,) = payouts(world)
    captured(till, 1000)
    world.advance(DAY)

    after, later = payouts(world)

    assert before.reference == after.reference != later.reference
    assert 8 == len(before.reference) and before.reference.isalnum() and before.reference.isupper()


def test_a_refund_belongs_to_its_own_day(world: World, till: Till) -> None:
    order = captured(till, 10_000)
    world.advance(DAY)
    captured(till, 10_000)
    refunds.refund_order(world, order["order_id"], 4000)
    world.advance(DAY)

    first, second = payouts(world)

    assert [(10_000, 0), (10_000, 4000)] == [(each.sums[SALE], each.sums[RETURN]) for each in (first, second)]
    assert (0, 0, 0, 5701, 0) == money_of(second)


def test_who_owes_klarna_repays_it_with_later_sales(world: World, till: Till) -> None:
    free = without_fees(world)
    order = captured(till, 10_000)
    for sold, returned in ((0, 6000), (0, 1000), (5000, 0), (3000, 0)):
        world.advance(DAY)
        if sold:
            captured(till, sold)
        if returned:
            refunds.refund_order(world, order["order_id"], returned)
    world.advance(DAY)

    told = [money_of(payout) for payout in payouts(free)]

    assert [
        (0, 0, 0, 10_000, 0),
        (0, 6000, 0, 0, 6000),
        (6000, 1000, 0, 0, 7000),
        (7000, 0, 5000, 0, 2000),
        (2000, 0, 2000, 1000, 0),
    ] == told


def test_debts_are_not_repaid_across_currencies(world: World, till: Till) -> None:
    order = captured(till, 1000)
    world.advance(DAY)
    refunds.refund_order(world, order["order_id"], 1000)
    captured(till, 2000, purchase_currency="EUR", purchase_country="FI")
    world.advance(DAY)

    found = {payout.account.currency: money_of(payout) for payout in payouts(without_fees(world))[1:]}

    assert {"EUR": (0, 0, 0, 2000, 0), "SEK": (0, 1000, 0, 0, 1000)} == found


def test_money_is_neither_lost_nor_made(world: World, till: Till) -> None:
    order = captured(till, 10_000)
    for amount in (9000, 500, 500):
        world.advance(DAY)
        refunds.refund_order(world, order["order_id"], amount)
        captured(till, 700)
    world.advance(DAY)

    found = payouts(world)

    net = sum(each.sums[SALE] - each.sums[RETURN] - each.sums[FEE] for each in found)
    assert net == sum(each.settlement for each in found) - found[-1].closing_debt


def test_movements_of_today_have_no_reference_yet(world: World, till: Till) -> None:
    order = captured(till, 1000)
    book = Book(world)

    told = [(each.type, each.detail, each.amount, book.reference(each)) for each in book.movements()]

    assert [(SALE, "PURCHASE", 1000, None), (FEE, "PURCHASE_FEE_PERCENTAGE", 30, None)] == told
    assert list(book.movements()) == list(book.movements(order["order_id"]))
    assert [] == list(book.movements("no such order"))


def test_the_names_of_other_faces_merchants_are_kept_secret(world: World, till: Till) -> None:
    of_merchant(till, "next_commerce token_of_a_store", 1000)
    of_merchant(till, "PK00001_world-test", 1000)
    world.advance(DAY)

    made_up, own = sorted(payout.account.merchant_id for payout in payouts(world))

    assert "PK00001" == own
    assert "K" == made_up[0] and made_up[1:].isdigit() and 7 == len(made_up)


def test_a_charged_token_is_paid_out_like_any_other(world: World, till: Till) -> None:
    tokens.create_customer_token(
        world, "t-1", till.authorization(), purchase_of(), billing_address=None, customer=None
    )
    orders.charge_token(
        world, orders.new_order_id(world), purchase_of(700, auto_capture=True), token_id="t-1", verdict=Verdict(),
        placed_through="klarna",
    )  # fmt: skip
    world.advance(DAY)

    assert [700] == [payout.sums[SALE] for payout in payouts(world)]

"""What a merchant can ask Settlements v1: the payouts of a world's captures and refunds, and their transactions.

Assumed: credentials of Klarna see all orders of their world, those made through other faces too; one payout per
merchant, currency and day. Not emulated: commissions, taxes on fees, disputes, holdbacks, and reports as PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.payouts import Book, Movement, Payout
from mock_server.providers.klarna.errors.settlements import PayoutNotFound
from mock_server.providers.klarna.schemas.settlements import Page, Span
from mock_server.providers.klarna.state import settlements as state


def list_payouts(world: World, span: Span, page: Page, *, base_url: str, query: Mapping[str, str]) -> Record:
    """The payouts of a span of time, oldest first.

    Source: https://docs.klarna.com/api/settlements/#operation/getPayouts (read 2026-11-21).
    """
    found = _payouts_in(world, span)
    shown = found[page.offset : page.offset + page.size]
    url = f"{base_url}{state.BASE}/payouts"
    return {
        "payouts": [state.payout_view(payout, base_url) for payout in shown],
        "pagination": _pagination(page, len(shown), len(found), url, query),
    }


def read_payout(world: World, reference: str, *, base_url: str) -> Record:
    """Raises PayoutNotFound (404), also while the payout's day lasts.

    Source: https://docs.klarna.com/api/settlements/#operation/getPayout (read 2026-11-21).
    """
    return state.payout_view(_find_payout(world, reference), base_url)


def read_payouts_summary(world: World, span: Span) -> list[Record]:
    """The totals of a span of time, one per currency.

    Source: https://docs.klarna.com/api/settlements/#operation/getPayoutSummary (read 2026-11-21).
    """
    by_currency: dict[str, list[Payout]] = {}
    for payout in _payouts_in(world, span):
        by_currency.setdefault(payout.account.currency, []).append(payout)
    return [state.summary_view(by_currency[name], span.start, span.end) for name in sorted(by_currency)]


def list_transactions(
    world: World, reference: str, order_id: str, page: Page, *, base_url: str, query: Mapping[str, str]
) -> Record:
    """Captures, refunds and fees, oldest first: of a payout, of an order, or all; those not paid out yet too.

    An unknown payout or order has none.
    Source: https://docs.klarna.com/api/settlements/#operation/getTransactions (read 2026-11-21).
    """
    book = Book(world)
    found = sorted(_movements(book, reference, order_id), key=_time)
    shown = found[page.offset : page.offset + page.size]
    url = f"{base_url}{state.BASE}/transactions"
    return {
        "transactions": list(_views(world, book, shown, base_url)),
        "pagination": _pagination(page, len(shown), len(found), url, query),
    }


def read_payout_with_transactions_report(world: World, reference: str, *, base_url: str) -> bytes:
    """A payout and its transactions as CSV. Raises PayoutNotFound (404).

    Source: https://docs.klarna.com/api/settlements/#operation/getPayoutReportWithTransactions (read 2026-11-21).
    """
    payout = _find_payout(world, reference)
    return _report(world, [payout], base_url)


def read_payouts_summary_with_transactions_report(world: World, span: Span, *, base_url: str) -> bytes:
    """The payouts of a span of time and all their transactions as CSV.

    Source: https://docs.klarna.com/api/settlements/#operation/getPayoutsSummaryReportWithTransactions (read
    2026-11-21).
    """
    return _report(world, _payouts_in(world, span), base_url)


def _payouts_in(world: World, span: Span) -> list[Payout]:
    return [payout for payout in Book(world).payouts() if span.holds(payout.paid_at, payout.account.currency)]


def _find_payout(world: World, reference: str) -> Payout:
    for payout in Book(world).payouts():
        if payout.reference == reference:
            return payout
    raise PayoutNotFound() from LookupError(f"no payout {reference} of a day that is over in world {world.name}")


def _report(world: World, payouts: list[Payout], base_url: str) -> bytes:
    book, references = Book(world), {payout.reference for payout in payouts}
    found = sorted((each for each in book.movements() if book.reference(each) in references), key=_time)
    return state.report(payouts, _views(world, book, found, base_url))


def _movements(book: Book, reference: str, order_id: str) -> Iterator[Movement]:
    for movement in book.movements(order_id or None):
        if not reference or book.reference(movement) == reference:
            yield movement


def _time(movement: Movement) -> str:
    return movement.at


def _views(world: World, book: Book, movements: list[Movement], base_url: str) -> Iterator[dict[str, Any]]:
    order: Record | None = None
    for movement in movements:
        if order is None or order["order_id"] != movement.order_id:
            order = world.store.get("orders", movement.order_id)
        if order is not None:  # the world may have been emptied meanwhile
            yield state.transaction_view(movement, order, book.reference(movement), base_url)


def _pagination(page: Page, count: int, total: int, url: str, query: Mapping[str, str]) -> Record:
    """With links to the pages before and after, when there are any."""

    def link(offset: int) -> str:
        return f"{url}?{urlencode({**query, 'offset': offset, 'size': page.size})}"

    following, before = page.offset + page.size, max(page.offset - page.size, 0)
    return {
        "count": count,
        "total": total,
        **({"next": link(following)} if following < total else {}),
        **({"prev": link(before)} if page.offset else {}),
        "offset": page.offset,
    }

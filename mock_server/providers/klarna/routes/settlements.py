"""Settlements v1: method, path and query of each endpoint; all of them only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_server.core.errors import NotEmulated
from mock_server.core.later import Later
from mock_server.providers.klarna.errors.payments import COMMON, BadValue
from mock_server.providers.klarna.errors.settlements import PayoutNotFound
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.klarna.actions import settlements as actions
    from mock_server.providers.klarna.schemas import settlements as schemas
else:
    _HERE = "mock_server.providers.klarna"
    actions, schemas = Later(f"{_HERE}.actions.settlements"), Later(f"{_HERE}.schemas.settlements")

SETTLEMENTS = "klarna.settlements"
DOCS = "https://docs.klarna.com/api/settlements/#operation/"
BASE = "/settlements/v1"
_REPORTS = f"{BASE}/reports"
_JSON, _CSV = "application/json", "text/csv"
_NO_PDF = "reports as PDF are not emulated; the same figures are there as JSON and as CSV: {}"


@operation(SETTLEMENTS, "GET", f"{BASE}/payouts", docs=DOCS + "getPayouts", errors=(BadValue, *COMMON))
def list_payouts(call: Call) -> Reply:
    span, page = schemas.load_span(call.query), schemas.load_page(call.query)
    found = actions.list_payouts(call.world, span, page, base_url=call.base_url, query=call.query)
    return Reply(found, content_type=_JSON)


@operation(
    SETTLEMENTS, "GET", f"{BASE}/payouts/summary", docs=DOCS + "getPayoutSummary", errors=(BadValue, *COMMON)
)
def read_payouts_summary(call: Call) -> Reply:
    span = schemas.load_span(call.query, is_required=True)
    return Reply(actions.read_payouts_summary(call.world, span), content_type=_JSON)


@operation(
    SETTLEMENTS, "GET", f"{BASE}/payouts/<payment_reference>", docs=DOCS + "getPayout",
    errors=(PayoutNotFound, BadValue, *COMMON),
)  # fmt: skip
def read_payout(call: Call) -> Reply:
    found = actions.read_payout(call.world, call.path_args["payment_reference"], base_url=call.base_url)
    return Reply(found, content_type=_JSON)


@operation(SETTLEMENTS, "GET", f"{BASE}/transactions", docs=DOCS + "getTransactions", errors=(BadValue, *COMMON))
def list_transactions(call: Call) -> Reply:
    query, page = call.query, schemas.load_page(call.query)
    reference, order_id = query.get("payment_reference", ""), query.get("order_id", "").lower()
    found = actions.list_transactions(
        call.world, reference, order_id, page, base_url=call.base_url, query=query
    )
    return Reply(found, content_type=_JSON)


@operation(
    SETTLEMENTS, "GET", f"{_REPORTS}/payout-with-transactions", docs=DOCS + "getPayoutReportWithTransactions",
    errors=(PayoutNotFound, BadValue, *COMMON),
)  # fmt: skip
def read_payout_with_transactions_report(call: Call) -> Reply:
    reference = schemas.load_reference(call.query)
    text = actions.read_payout_with_transactions_report(call.world, reference, base_url=call.base_url)
    return Reply(text, content_type=_CSV)


@operation(
    SETTLEMENTS, "GET", f"{_REPORTS}/payouts-summary-with-transactions",
    docs=DOCS + "getPayoutsSummaryReportWithTransactions", errors=(BadValue, *COMMON),
)  # fmt: skip
def read_payouts_summary_with_transactions_report(call: Call) -> Reply:
    span = schemas.load_span(call.query, is_required=True)
    text = actions.read_payouts_summary_with_transactions_report(call.world, span, base_url=call.base_url)
    return Reply(text, content_type=_CSV)


@operation(
    SETTLEMENTS, "GET", f"{_REPORTS}/payout", docs=DOCS + "payout", errors=(NotEmulated, *COMMON)
)
def read_payout_report(call: Call) -> Reply:
    raise NotEmulated(_NO_PDF.format(f"{_REPORTS}/payout-with-transactions"))


@operation(
    SETTLEMENTS, "GET", f"{_REPORTS}/payouts-summary", docs=DOCS + "payoutsSummary", errors=(NotEmulated, *COMMON)
)
def read_payouts_summary_report(call: Call) -> Reply:
    raise NotEmulated(_NO_PDF.format(f"{_REPORTS}/payouts-summary-with-transactions"))


SETTLEMENTS_OPERATIONS: tuple[Operation, ...] = (
    list_payouts, read_payout, read_payouts_summary, list_transactions, read_payout_report,
    read_payout_with_transactions_report, read_payouts_summary_report, read_payouts_summary_with_transactions_report,
)  # fmt: skip

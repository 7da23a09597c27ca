"""Endpoints about transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.auth import BASE
from mock_server.providers.next_commerce.routes.declared import (
    CHANGING,
    CHARGING,
    DOCS,
    LISTING,
    READING,
    WRITING,
    body,
    page,
    query_of,
)
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import lists
    from mock_server.providers.next_commerce.actions import transactions as actions
    from mock_server.providers.next_commerce.schemas import orders as schemas
    from mock_server.providers.next_commerce.state import money_views
else:
    _HERE = "mock_server.providers.next_commerce"
    actions, lists = Later(f"{_HERE}.actions.transactions"), Later(f"{_HERE}.actions.lists")
    schemas, money_views = Later(f"{_HERE}.schemas.orders"), Later(f"{_HERE}.state.money_views")

TRANSACTIONS = "next_commerce.transactions"
_ONE = f"{BASE}/transactions/<transaction_id>"


def _transaction(call: Call) -> Any:
    return actions.find(call.world, call.path_args["transaction_id"])


@operation(
    TRANSACTIONS, "GET", f"{BASE}/transactions", docs=f"{DOCS}transactionsList",
    errors=(errors.InvalidFields, *LISTING),
)  # fmt: skip
def list_transactions(call: Call) -> Reply:
    found = lists.list_transactions(call.world, query_of(call))
    return page(call, found, lambda each: money_views.transaction_row(call.world, each))


@operation(
    TRANSACTIONS, "POST", f"{BASE}/transactions/verify", docs=f"{DOCS}transactionsVerifyCreate",
    **body(lambda: schemas.VerifySchema), outcomes=CHARGING, errors=(errors.PaymentDeclined, *WRITING),
)  # fmt: skip
def verify_card(call: Call) -> Reply:
    return Reply(actions.verify(call.world, call.body, call.decision))


@operation(TRANSACTIONS, "GET", _ONE, docs=f"{DOCS}transactionsRetrieve", find=_transaction, errors=READING)
def read_transaction(call: Call) -> Reply:
    return Reply(money_views.transaction_view(call.world, call.found))


@operation(
    TRANSACTIONS, "POST", f"{_ONE}/capture", docs=f"{DOCS}transactionsCaptureCreate", find=_transaction,
    **body(lambda: schemas.CaptureSchema), errors=CHANGING,
)  # fmt: skip
def capture_transaction(call: Call) -> Reply:
    return Reply(actions.capture(call.world, call.found, call.body))


@operation(
    TRANSACTIONS, "POST", f"{_ONE}/refund", docs=f"{DOCS}transactionsRefundCreate", find=_transaction,
    **body(lambda: schemas.RefundAmountSchema), errors=CHANGING,
)  # fmt: skip
def refund_transaction(call: Call) -> Reply:
    return Reply(actions.refund(call.world, call.found, call.body))


TRANSACTION_OPERATIONS: tuple[Operation, ...] = (
    list_transactions, verify_card, read_transaction, capture_transaction, refund_transaction,
)  # fmt: skip

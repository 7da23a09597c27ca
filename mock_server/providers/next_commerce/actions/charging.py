"""Taking the money: with a card, with what a redirect method gave, and from Klarna through the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mock_server.core.clock import to_text
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, captures, sessions, tokens
from mock_server.ledger import orders as ledger_orders
from mock_server.ledger.decisions import Verdict
from mock_server.ledger.transitions import ACCEPTED
from mock_server.providers.next_commerce import errors, webhooks
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.cards import TEST_CARDS, card_of
from mock_server.providers.next_commerce.state.methods import (
    APPROVED,
    CARD,
    DO_NOT_HONOR,
    EXTERNAL,
    HARD_DECLINE,
    KLARNA,
    RESPONSE_CODES,
    SAVED_CARD,
)
from mock_server.providers.next_commerce.state.purchase import purchase_of
from mock_server.providers.next_commerce.state.money_views import transaction_view
from mock_server.providers.next_commerce.webhooks import FACE

KIND = "transactions"
_SHOWN_AS = {CARD: "bankcard", SAVED_CARD: "bankcard"}
_AUTH_CAPTURE = "auth-capture"


def transaction_of(world: World, order: Record, type_: str, amount: int, /, **fields: Any) -> Record:
    """A transaction, not kept yet; ``fields`` stand in for what follows from the order."""
    payment = order["payment"]
    gateway = records.find(world, "gateways", payment["gateway_id"])
    is_external = bool(fields.get("is_external")) or payment["method"] == EXTERNAL
    method = payment.get("external_method") if payment["method"] == EXTERNAL else payment["method"]
    token = card_token_of(order)
    return {
        "id": records.new_id(world, KIND),
        "order": order.get("number"),
        "external_id": order.get("number"),
        "type": type_,
        "status": "succeeded",
        "amount": amount,
        "currency": order["currency"],
        "parent_id": None,
        "payment_method": _SHOWN_AS.get(payment["method"], method),
        "gateway": None if is_external or not gateway else {name: gateway[name] for name in ("id", "type", "name")},
        "card": card_of(world, token) if token else None,
        "response_code": APPROVED,
        "auth_code": None,
        "user_id": order["user_id"],
        "is_test": order["is_test"],
        "is_external": is_external,
        "is_3ds": False,
        "descriptor": payment.get("descriptor"),
        "subscription": None,
        "attribution": order.get("attribution") or {},
        "ledger_order_id": None,
        "created_at": to_text(world.clock.now()),
        **fields,
    }


def card_token_of(order: Record) -> str | None:
    """The card that pays: of the request, or the customer's saved one."""
    payment = order["payment"]
    if payment["method"] == SAVED_CARD:
        token: str | None = order["user"].get("card_token")
        return token
    return payment["card_token"] if payment["method"] == CARD else None


def keep(world: World, transactions: Sequence[Record]) -> None:
    """Have transactions found by themselves; sends transaction.created for each."""
    for transaction in transactions:
        records.put(world, KIND, transaction["id"], transaction)
        _tell(world, "transaction.created", transaction)


def _tell(world: World, event: str, transaction: Record) -> None:
    view = transaction_view(world, transaction)
    key = f"transaction {transaction['id']}"
    webhooks.emit(world, event, "transaction", view, key=key, order=transaction["order"] or "")


def add(world: World, order: Record, made: Record, check: Callable[[Record], None] = lambda found: None) -> Record:
    """The order with one more transaction; ``check`` may refuse by raising. Sends transaction.created."""

    def append(found: Record) -> Record:
        check(found)
        return {**found, "transactions": [*found["transactions"], made]}

    after = orders.change(world, order["number"], append)
    keep(world, [made])
    return after


def change_amount(world: World, order: Record, transaction_id: int, amount: Callable[[], int]) -> Record:
    """The order after one of its transactions got another amount, as it is when it is written. Sends
    transaction.updated.
    """

    def changed(transaction: Record) -> Record:
        return {**transaction, "amount": amount()}

    def change(found: Record) -> Record:
        all_ = [changed(each) if each["id"] == transaction_id else each for each in found["transactions"]]
        return {**found, "transactions": all_}

    after = orders.change(world, order["number"], change)
    _tell(world, "transaction.updated", records.change(world, KIND, transaction_id, changed))
    return after


def first_charge(world: World, order: Record) -> tuple[list[Record], dict[str, Any]]:
    """What paying a new order without Klarna leaves: its transactions, and what changes of the order."""
    token, amount = card_token_of(order), orders.total(order)
    test = TEST_CARDS.get(token) if token else None
    changes: dict[str, Any] = {"is_test": test is not None}
    if order["payment"]["method"] is None or not amount:
        return [], changes
    if test is not None and not test.leaves_transactions:
        return [], {**changes, "paid_in_test": True}
    type_ = "authorize" if captures_later(world, order) else "debit"
    return [transaction_of(world, {**order, **changes}, type_, amount)], changes


def captures_later(world: World, order: Record) -> bool:
    """Whether the order's gateway only authorizes at first."""
    gateway = records.find(world, "gateways", order["payment"]["gateway_id"])
    is_later = gateway is not None and gateway["flow"] == _AUTH_CAPTURE
    return is_later and order["payment"]["method"] != EXTERNAL


def charge_again(
    world: World,
    order: Record,
    lines: Sequence[Record],
    shipping: int,
    amount: int,
    decision: Decision,
    /,
    **fields: Any,
) -> Record:
    """Charge an order's method once more, without the shopper; the transaction is not kept yet.

    With Klarna that is an order of its own in the ledger, charged to the customer token. Raises PaymentDeclined, and
    the failed transaction is kept.
    """
    if decision.outcome == "declined":
        raise declined(world, order, amount, decision, **fields)
    if order["payment"]["method"] != KLARNA:
        return transaction_of(world, order, "debit", amount, **fields)
    purchase = {**purchase_of(order, lines, shipping, amount), "auto_capture": False}
    order_id = ledger_orders.new_order_id(world)
    transaction = transaction_of(world, order, "debit", amount, ledger_order_id=order_id, **fields)
    try:
        ledger_orders.charge_token(
            world, order_id, purchase, token_id=order["payment"]["token_id"], verdict=Verdict(), placed_through=FACE
        )
    except tokens.TokenNotActive as gone:
        raise declined(world, order, amount, _refusal(str(gone)), **fields) from gone
    if order.get("number"):
        remember(world, order_id, order["number"])
    captures.capture_order(world, order_id, amount, next_commerce_transaction=transaction["id"])
    return transaction


def _refusal(why: str) -> Decision:
    """Klarna charges the token no more."""
    return Decision(outcome="declined", options={"code": HARD_DECLINE}, decided_by=why)


def declined(world: World, order: Record, amount: int, decision: Decision, /, **fields: Any) -> errors.PaymentDeclined:
    """The refusal of a payment, to be raised; its failed transaction belongs to no order and is kept.

    Source: docs.nextcommerce.com, payment failure cascading (read 2026-11-21).
    """
    code = int(decision.options.get("code", DO_NOT_HONOR))
    failed = transaction_of(
        world, order, "debit", amount, **{"order": None, "status": "failed", "response_code": code, **fields}
    )
    keep(world, [failed])
    token = card_token_of(order)
    message = decision.options.get("message")
    why = f"declined with {code} ({RESPONSE_CODES[code]}): {decision.decided_by}"
    refusal = errors.PaymentDeclined.because(message or errors.PaymentDeclined.default_messages()[0], why, code)
    refusal.card_token = token or ""
    return refusal


def open_session(world: World, draft: Record, merchant: str) -> Record:
    """Klarna's session for a draft, open for 48 hours."""
    amount = orders.total(draft)
    purchase = purchase_of(draft, draft["lines"], draft["shipping"]["price"], amount)
    return sessions.open_session(world, purchase, merchant=merchant, base_url=draft["base_url"])


def place_with_klarna(
    world: World, order: Record, session_id: str, verdict: Verdict
) -> tuple[list[Record], dict[str, Any]]:
    """Let the shopper's approval become a Klarna order: its transactions, none while it is pending, and the changes of
    the order, a customer token for later charges among them.

    Raises UnknownSession, SessionCompleted.
    """
    amount = orders.total(order)
    is_later = captures_later(world, order)
    is_pending = verdict.fraud_status != ACCEPTED
    purchase = purchase_of(order, order["lines"], order["shipping"]["price"], amount)
    purchase |= {"auto_capture": is_pending and not is_later}
    session = sessions.update_session(world, session_id, purchase)
    authorization = authorizations.grant(world, session)
    token_id = _keep_token(world, authorization, purchase)
    order_id = ledger_orders.new_order_id(world)
    remember(world, order_id, order["number"])
    placed = {"token": authorization["token"], "body_digest": "", "answer": {"order_id": order_id}}
    ledger_orders.place_order(
        world, order_id, purchase, authorization=authorization, placed=placed, verdict=verdict, placed_through=FACE
    )
    changes = {"payment": {**order["payment"], "token_id": token_id, "ledger_order_id": order_id}}
    if is_pending:
        return [], changes
    type_ = "authorize" if is_later else "debit"
    transaction = transaction_of(world, order, type_, amount, ledger_order_id=order_id)
    if not is_later:
        captures.capture_order(world, order_id, amount, next_commerce_transaction=transaction["id"])
    return [transaction], changes


def _keep_token(world: World, authorization: Record, purchase: Record) -> str:
    token_id = world.ids.uuid("customer_token")
    made = {"body_digest": "", "answer": {"token_id": token_id}}
    authorizations.keep_customer_token(world, authorization["token"], made, spend=False)
    tokens.create_customer_token(
        world, token_id, authorization, purchase,
        billing_address=purchase["billing_address"], customer=None,
    )  # fmt: skip
    return token_id


def remember(world: World, ledger_order_id: str, number: str) -> None:
    """Have the order found by the Klarna order that pays for it."""
    records.put(world, orders.LEDGER, ledger_order_id, {"number": number})

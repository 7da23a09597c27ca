"""What a merchant can do with Customer Token v1, and what Klarna or its customer do to a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.errors import Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import orders, tokens
from mock_server.ledger.decisions import Verdict, read_verdict
from mock_server.providers.klarna.errors import customer_token as errors
from mock_server.providers.klarna.state.customer_token import charged, currency_of, token_view
from mock_server.providers.klarna.state.payments import authorized_payment_method, redirect_url
from mock_server.providers.klarna.webhooks.orders import FACE

# outcomes of read_token -> the status it tells
SHOWN_AS = {"suspended": tokens.SUSPENDED, "cancelled": tokens.CANCELLED}


def find_token(world: World, token_id: str) -> Record:
    """Raises TokenNotFound (404). Tokens do not expire."""
    with errors.in_klarnas_words():
        return tokens.find_token(world, token_id)


def find_chargeable_token(world: World, token_id: str) -> Record:
    """Raises TokenNotFound (404), TokenSuspended (403), TokenCanceled (403)."""
    with errors.in_klarnas_words():
        return tokens.find_active_token(world, token_id)


def read_token(world: World, token: Record, decision: Decision) -> Record:
    """Its status and how it pays: with a masked number for a card or a bank account.

    Source: https://docs.klarna.com/api/customertoken/#operation/readCustomerToken; playground, recorded 2021-10-04.
    """
    return token_view(world, token, SHOWN_AS.get(decision.outcome))


def create_order(
    world: World, token: Record, body: Mapping[str, Any], decision: Decision, *, base_url: str
) -> Record:
    """Charge the token: an order without session or shopper, of the token's merchant. Amounts are minor units.

    With auto_capture the money is captured at once. The browser is sent to ``redirect_url`` when a confirmation URL
    was given. Assumed: a currency that is not the token's is PAYMENT_METHOD_CURRENCY_MISMATCH.

    Raises PaymentMethodCurrencyMismatch (403), PaymentMethodFailed (403) and UnavailablePaymentMethod (403) by
    outcome, TokenSuspended (403) and TokenCanceled (403) when somebody was faster.
    Not emulated: the step-up itself, a session that is started with the refusal's step_up_id.
    Source: https://docs.klarna.com/api/customertoken/#operation/createOrder; playground, recorded 2021-10-04.
    """
    _require_currency(token, body)
    method = authorized_payment_method(token["payment_method_type"].lower(), world.settings)
    verdict = _verdict(world, decision, method, wants_step_up=body.get("step_up") == "SUPPORTED")
    order_id = orders.new_order_id(world)
    purchase = charged(token, body)
    with errors.in_klarnas_words():
        orders.charge_token(
            world, order_id, purchase, token_id=token["token_id"], verdict=verdict, placed_through=FACE
        )
    url = redirect_url({"id": order_id, "purchase": purchase, "base_url": base_url}, world.name)
    return {
        "authorized_payment_method": method,
        "fraud_status": verdict.fraud_status,
        "order_id": order_id,
        **({"redirect_url": url} if url else {}),
    }


def update_status(world: World, token: Record, status: str) -> None:
    """Cancel the token for good; one that is cancelled already stays so.

    Assumed: done at once, although the answer only says that it was accepted.
    Source: https://docs.klarna.com/api/customertoken/#operation/patchCustomerToken; playground, recorded 2021-10-04.
    """
    with errors.in_klarnas_words():
        tokens.change_token(world, token["token_id"], status=status)


def change_token(world: World, token_id: str, change: Mapping[str, Any]) -> Record:
    """What Klarna or its customer do: suspend, activate or cancel a token, or pay another way from now on.

    Raises Misused (404 for a token that is not there, 409 for one that was cancelled).
    """
    if not change:
        raise Misused('expected {"status": "SUSPENDED"} or {"payment_method_type": "CARD"}')
    try:
        changed = tokens.change_token(
            world, token_id, status=change.get("status"), method=change.get("payment_method_type")
        )
    except tokens.TokenNotActive as unknown:
        raise Misused(str(unknown), status=404, code="NOT_FOUND") from unknown
    except tokens.MoveNotAllowed as refused:
        raise Misused(str(refused), status=409, code="IMPOSSIBLE") from refused
    return {"token_id": token_id, **token_view(world, changed)}


def _require_currency(token: Record, body: Mapping[str, Any]) -> None:
    asked, known = body["purchase_currency"].upper(), currency_of(token)
    if asked != known:
        told = f"purchase_currency is {asked}, customer token {token['token_id']} was made for {known}"
        raise errors.PaymentMethodCurrencyMismatch() from ValueError(told)


def _verdict(world: World, decision: Decision, method: Any, *, wants_step_up: bool) -> Verdict:
    if decision.outcome == "rejected":
        raise errors.PaymentMethodFailed()
    if decision.outcome == "unavailable":
        step_up_id = world.ids.uuid("step_up") if wants_step_up else None
        raise errors.UnavailablePaymentMethod.of(method, reason=decision.options.get("reason"), step_up_id=step_up_id)
    try:
        return read_verdict(decision.outcome, decision.options)
    except ValueError as error:
        raise Misused(f"{decision.decided_by}: {error}") from error

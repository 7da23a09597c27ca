"""What a merchant can do with Klarna Payments v1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.errors import Fault, Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, markets, orders, sessions, tokens
from mock_server.ledger.decisions import Verdict, read_verdict
from mock_server.providers.klarna.errors import payments as errors
from mock_server.providers.klarna.schemas import payments
from mock_server.providers.klarna.state.payments import (
    authorized_payment_method,
    body_digest,
    differences,
    is_strict,
    merged,
    redirect_url,
)
from mock_server.providers.klarna.webhooks.orders import FACE

_AFTER_THE_FIELDS = 10  # a stage later than all of a body's own
_SECRETS_OF_A_CUSTOMER = ("last_four_ssn", "national_identification_number")
_OF_THE_SHOPPER = ("billing_address", "shipping_address", "customer")


def create_session(world: World, purchase: dict[str, Any], *, merchant: str, base_url: str) -> Record:
    """Open a session for 48 hours; nothing is charged.

    Source: https://docs.klarna.com/api/payments/#operation/createCreditSession (read 2026-11-20).
    """
    session = sessions.open_session(world, purchase, merchant=merchant, base_url=base_url)
    return {
        "session_id": session["id"],
        "client_token": tokens.client_token(world, session),
        "payment_method_categories": sessions.categories_of(session),
    }


def find_session(world: World, session_id: str) -> Record:
    """Raises InvalidSessionId (404): never seen, or older than 48 hours."""
    with errors.in_klarnas_words():
        return sessions.find_session(world, session_id)


def find_open_session(world: World, session_id: str) -> Record:
    """Raises InvalidSessionId (404), SessionHasBeenCompleted (404)."""
    session = find_session(world, session_id)
    with errors.in_klarnas_words():
        sessions.require_open(session)
    return session


def read_session(world: World, session: Record) -> Record:
    """All that was sent so far; who the shopper is only once they were authorized.

    Source: https://docs.klarna.com/api/payments/#operation/readCreditSession (read 2026-11-20).
    """
    purchase = dict(session["purchase"])
    token = session["authorization_token"]
    if token is not None and session["status"] != "complete" and not _is_alive(world, token):
        token = None
    if token is None:
        purchase = {name: value for name, value in purchase.items() if name not in _OF_THE_SHOPPER}
    else:
        purchase = _with_shopper(world.store.get("authorizations", token), purchase)
    read = {
        "locale": "en-US",
        "intent": "buy",
        "acquiring_channel": "ECOMMERCE",
        **purchase,
        "client_token": tokens.client_token(world, session),
        "expires_at": session["expires_at"],
        "status": session["status"],
        "payment_method_categories": sessions.categories_of(session),
    }
    return read if token is None else read | {"authorization_token": token}


def update_session(world: World, session: Record, changes: dict[str, Any]) -> None:
    """Replace the fields that were sent; client token and id stay as they are.

    Raises BadValue (400) when the session as a whole would break a rule, SessionHasBeenCompleted (404).
    Source: https://docs.klarna.com/api/payments/#operation/updateCreditSession (read 2026-11-20).
    """
    payments.check_session(session["purchase"] | changes, strict_locale=is_strict(world.settings))
    with errors.in_klarnas_words():
        sessions.update_session(world, session["id"], changes)


def find_authorization(world: World, token: str) -> Record:
    """Raises InvalidAuthorizationToken (404): never seen, older than 60 minutes, replaced or cancelled."""
    with errors.in_klarnas_words():
        return authorizations.find_authorization(world, token)


def find_or_grant(world: World, token: str, decision: Decision) -> Record | None:
    """As ``find_authorization``; with the outcome any_token None for a token that is worth nothing."""
    try:
        return find_authorization(world, token)
    except errors.InvalidAuthorizationToken:
        if decision.outcome == "any_token":
            return None
        raise


def create_order(
    world: World,
    authorization: Record | None,
    purchase: dict[str, Any],
    decision: Decision,
    *,
    token: str,
    merchant: str,
    base_url: str,
) -> Record:
    """Spend the token: the shopper is charged, the session is complete.

    The same body once more gets the same answer. ``authorization`` is None for a token nobody granted, which the
    outcome any_token takes for one just granted for this body. With auto_capture the money is captured at once.

    Raises DifferentRequestBody (409), AuthorizationTokenConsumed (403), SessionHasBeenCompleted (404),
    NotMatchingFields (409) against the last data Klarna has, Rejected (403), OperationNotConfigured (403) for a
    session that is only to be tokenized.
    Source: https://docs.klarna.com/api/payments/#operation/createOrder; playground, recorded 2021-09-20.
    """
    if authorization is None:
        authorization = _grant_for(world, purchase, token=token, merchant=merchant, base_url=base_url)
    if authorization["used_for"] == "customer_token":
        raise errors.AuthorizationTokenConsumed()
    session = _session_of(world, authorization)
    if session["status"] == "complete":
        return _answer_again(sessions.SessionCompleted(session), token, body_digest(purchase))
    if session["purchase"].get("intent") == "tokenize":
        text = f"the intent of session {session['id']} is tokenize: no order comes of it, a customer token does"
        raise errors.OperationNotConfigured() from ValueError(text)
    mismatches = differences(session["purchase"], purchase)
    if mismatches:
        raise errors.NotMatchingFields.of(mismatches)
    return _place(world, session, authorization, purchase, _verdict(decision, authorization))


def explain_order(world: World, authorization: Record | None, body: Mapping[str, Any]) -> list[Fault]:
    """Where a refused body differs from the session besides: for the journal only."""
    session = world.store.get("sessions", authorization["session_id"]) if authorization else None
    if session is None or session["status"] == "complete":
        return []
    return [fault._replace(stage=_AFTER_THE_FIELDS) for fault in differences(session["purchase"], body)]


def _place(
    world: World, session: Record, authorization: Record, purchase: Mapping[str, Any], verdict: Verdict
) -> Record:
    """The answer to a new order, or to the one that was faster."""
    token, digest = authorization["token"], body_digest(purchase)
    order_id = orders.new_order_id(world)
    answer = _order_answer(world, order_id, session, authorization, verdict)
    whole = merged(session["purchase"] | authorization["shopper"], purchase)
    placed = {"token": token, "body_digest": digest, "answer": answer}
    with errors.in_klarnas_words():
        try:
            orders.place_order(
                world, order_id, whole, authorization=authorization, placed=placed, verdict=verdict, placed_through=FACE
            )
        except sessions.SessionCompleted as completed:
            return _answer_again(completed, token, digest)
    return answer


def delete_authorization(world: World, authorization: Record) -> None:
    """Clear the shopper's debt; the session stays open for another authorization.

    Raises AuthorizationCannotBeDeleted (404) when an order came of it, or a customer token that spent it.
    Source: https://docs.klarna.com/api/payments/#operation/cancelAuthorization (read 2026-11-20).
    """
    with errors.in_klarnas_words():
        try:
            authorizations.cancel(world, authorization["token"])
        except authorizations.AlreadyUsed as used:
            raise errors.AuthorizationCannotBeDeleted() from used


def create_customer_token(world: World, authorization: Record, request: dict[str, Any]) -> Record:
    """A token for charges without the shopper, from a session whose intent was to tokenize.

    The same body once more gets the same answer. With buy_and_tokenize the authorization stays good for the order;
    with tokenize it is spent.

    Raises NotAllowedForIntent (403), AuthorizationTokenConsumed (403), BadValue (400) for another country than the
    session's, NotMatchingFields (409) for another billing address.
    Source: https://docs.klarna.com/api/payments/#operation/purchaseToken; playground, recorded 2021-09-17.
    """
    session = find_session(world, authorization["session_id"])
    purchase = session["purchase"]
    if purchase.get("intent", "buy") == "buy":
        raise errors.NotAllowedForIntent()
    digest = body_digest(request)
    earlier = authorization["customer_token"]
    if earlier:
        return _token_again(earlier, digest)
    if authorization["status"] == "used":
        raise errors.AuthorizationTokenConsumed()
    _check_token_request(purchase, request)
    token_id = world.ids.uuid("customer_token")
    answer = _token_answer(world, token_id, session, authorization)
    made = {"body_digest": digest, "answer": answer}
    spend = purchase["intent"] == "tokenize"
    with errors.in_klarnas_words():
        try:
            kept = authorizations.keep_customer_token(world, authorization["token"], made, spend=spend)
        except authorizations.AlreadyUsed as used:
            raise errors.AuthorizationTokenConsumed() from used
    if kept["answer"]["token_id"] != token_id:
        return _token_again(kept, digest)
    tokens.create_customer_token(
        world, token_id, authorization, request,
        billing_address=answer.get("billing_address"), customer=answer.get("customer"),
    )  # fmt: skip
    return answer


def _grant_for(world: World, purchase: dict[str, Any], *, token: str, merchant: str, base_url: str) -> Record:
    """A session and its authorization, as if the shopper had just been approved for this body."""
    session = sessions.open_session(world, purchase, merchant=merchant, base_url=base_url, token=token)
    try:
        return authorizations.grant_unseen(world, session)
    except authorizations.AlreadyGranted:
        sessions.forget_session(world, session)
        return find_authorization(world, token)


def _answer_again(completed: sessions.SessionCompleted, token: str, digest: str) -> Record:
    """Of a session whose order this token placed: the answer it got, for the same body."""
    if completed.placed["token"] != token:
        raise errors.SessionHasBeenCompleted() from completed
    if completed.placed["body_digest"] != digest:
        raise errors.DifferentRequestBody() from completed
    answer: Record = completed.placed["answer"]
    return answer


def _token_again(earlier: Record, digest: str) -> Record:
    if earlier["body_digest"] != digest:
        raise errors.AuthorizationTokenConsumed()
    answer: Record = earlier["answer"]
    return answer


def _session_of(world: World, authorization: Record) -> Record:
    """The session, also when its 48 hours ended after the authorization."""
    session = world.store.get("sessions", authorization["session_id"])
    if session is None:
        raise errors.InvalidAuthorizationToken()
    return session


def _verdict(decision: Decision, authorization: Record) -> Verdict:
    """Of a rule for this call, else what was settled when the shopper was authorized; raises Rejected."""
    chosen: Mapping[str, Any] = {"outcome": decision.outcome, **decision.options}
    if decision.is_default and authorization["decision"]:
        chosen = authorization["decision"]
    if chosen["outcome"] == "rejected":
        raise errors.Rejected()
    try:
        return read_verdict(chosen["outcome"], chosen)
    except ValueError as error:
        raise Misused(f"{decision.decided_by}: {error}") from error


def _order_answer(
    world: World, order_id: str, session: Record, authorization: Record, verdict: Verdict
) -> dict[str, Any]:
    url = redirect_url(session, world.name)
    return {
        "order_id": order_id,
        **({"redirect_url": url} if url else {}),
        "fraud_status": verdict.fraud_status,
        "authorized_payment_method": authorized_payment_method(authorization["method"], world.settings),
    }


def _token_answer(world: World, token_id: str, session: Record, authorization: Record) -> dict[str, Any]:
    url = redirect_url(session, world.name)
    known = _with_shopper(authorization, session["purchase"])
    customer = {key: value for key, value in known.get("customer", {}).items() if key in ("date_of_birth", "gender")}
    return {
        "token_id": token_id,
        **({"redirect_url": url} if url else {}),
        **({"billing_address": known["billing_address"]} if "billing_address" in known else {}),
        **({"customer": customer} if customer else {}),
    }


def _check_token_request(purchase: Mapping[str, Any], request: Mapping[str, Any]) -> None:
    country, wanted = markets.country_of(purchase), markets.country_of(request)
    if wanted != country:
        text = f"purchase_country is {wanted}, expected {country}, the country of the session"
        raise errors.BadValue.of([Fault("purchase_country", text)])
    mismatches = differences(purchase, {name: request[name] for name in ("billing_address",) if name in request})
    if mismatches:
        raise errors.NotMatchingFields.of(mismatches)


def _with_shopper(authorization: Record | None, purchase: Mapping[str, Any]) -> dict[str, Any]:
    """The purchase with what the shopper filled in, and without what Klarna never shows again."""
    known = {**(authorization["shopper"] if authorization else {}), **purchase}
    if "billing_address" in known:
        known.setdefault("shipping_address", known["billing_address"])
    if "customer" in known:
        shown = {key: value for key, value in known["customer"].items() if key not in _SECRETS_OF_A_CUSTOMER}
        known["customer"] = shown
    return known


def _is_alive(world: World, token: str) -> bool:
    try:
        return bool(authorizations.find_authorization(world, token))
    except authorizations.UnknownAuthorization:
        return False

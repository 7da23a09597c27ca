"""Klarna Payments v1: method, path, body, outcomes of each endpoint, and what a shopper does in the widget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.errors import ApiError, Misused
from mock_server.core.rules import ACCEPTED, Option
from mock_server.ledger import disputes, markets
from mock_server.ledger.decisions import PENDING_OPTIONS, STOPPED_OPTIONS
from mock_server.providers.klarna.actions import payments as actions
from mock_server.providers.klarna.actions import shopper
from mock_server.providers.klarna.errors import payments as errors
from mock_server.providers.klarna.pages import payments as pages
from mock_server.providers.klarna.schemas import payments as schemas
from mock_server.providers.klarna.state.payments import is_strict
from mock_server.web.operations import Call, Reply, chosen, operation

PAYMENTS = "klarna.payments"
DOCS = "https://docs.klarna.com/api/payments/#operation/"
SDK_DOCS = "https://docs.klarna.com/payments/web-payments/additional-resources/klarna-payments-sdk-reference/"


def _paths(value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(path, str) for path in value):
        raise ValueError("expected a list of field paths")


def _load_order(call: Call) -> dict[str, Any]:
    try:
        return schemas.load_order(call.json, strict_locale=is_strict(call.world.settings))
    except errors.BadValue as bad:
        bad.faults += actions.explain_order(call.world, call.found, call.json)
        raise


def _known_purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* when an order is placed: the authorization's data with the body on top."""
    authorization = call.world.store.get("authorizations", call.path_args["token"])
    return _with_country(call, authorization["session_id"] if authorization else "", call.json)


def _session_purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* when a shopper is authorized: the session's data with the call's on top."""
    body = call.json if isinstance(call.json, dict) else {}
    return _with_country(call, str(body.get("session_id")), body.get("data"))


def _with_country(call: Call, session_id: str, news: Any) -> Mapping[str, Any]:
    """``purchase.country`` is the one that counts: the billing country, else the purchase country."""
    session = call.world.store.get("sessions", session_id)
    purchase = {**(session["purchase"] if session else {}), **(news if isinstance(news, dict) else {})}
    return {**purchase, "country": markets.country_of(purchase)}


@operation(
    PAYMENTS, "POST", "/payments/v1/sessions", docs=DOCS + "createCreditSession", aliases=("/credit/v1/sessions",),
    load=lambda call: schemas.load_session(call.json, strict_locale=is_strict(call.world.settings)),
    schema=lambda: schemas.SessionSchema, errors=(errors.BadValue, *errors.COMMON),
)  # fmt: skip
def create_session(call: Call) -> Reply:
    user, url = call.credential.user, call.base_url
    return Reply(actions.create_session(call.world, call.body, merchant=user, base_url=url))


@operation(
    PAYMENTS, "GET", "/payments/v1/sessions/<session_id>", docs=DOCS + "readCreditSession",
    aliases=("/credit/v1/sessions/<session_id>",),
    find=lambda call: actions.find_session(call.world, call.path_args["session_id"]),
    errors=(errors.InvalidSessionId, *errors.COMMON),
)  # fmt: skip
def read_session(call: Call) -> Reply:
    return Reply(actions.read_session(call.world, call.found))


@operation(
    PAYMENTS, "POST", "/payments/v1/sessions/<session_id>", docs=DOCS + "updateCreditSession",
    aliases=("/credit/v1/sessions/<session_id>",),
    find=lambda call: actions.find_open_session(call.world, call.path_args["session_id"]),
    load=lambda call: schemas.load_session_update(call.json, call.found["purchase"]),
    schema=lambda: schemas.SessionSchema,
    errors=(errors.BadValue, errors.InvalidSessionId, errors.SessionHasBeenCompleted, *errors.COMMON),
)  # fmt: skip
def update_session(call: Call) -> Reply:
    actions.update_session(call.world, call.found, call.body)
    return Reply(status=204)


@operation(
    PAYMENTS, "POST", "/payments/v1/authorizations/<token>/order", docs=DOCS + "createOrder",
    aliases=("/credit/v1/authorizations/<token>/order",),
    purchase=_known_purchase,
    find=lambda call: actions.find_or_grant(call.world, call.path_args["token"], call.decision),
    load=_load_order, schema=lambda: schemas.OrderSchema,
    outcomes={
        ACCEPTED: disputes.OPTIONS, "pending": {**PENDING_OPTIONS, **disputes.OPTIONS},
        "stopped": {**STOPPED_OPTIONS, **disputes.OPTIONS}, "rejected": {}, "any_token": {},
    },
    errors=(
        errors.InvalidAuthorizationToken, errors.BadValue, errors.AuthorizationTokenConsumed,
        errors.SessionHasBeenCompleted, errors.NotMatchingFields, errors.DifferentRequestBody, errors.Rejected,
        *errors.COMMON,
    ),
)  # fmt: skip
def create_order(call: Call) -> Reply:
    token, user, url = call.path_args["token"], call.credential.user, call.base_url
    answer = actions.create_order(
        call.world, call.found, call.body, call.decision, token=token, merchant=user, base_url=url
    )
    return Reply(answer)


@operation(
    PAYMENTS, "DELETE", "/payments/v1/authorizations/<token>", docs=DOCS + "cancelAuthorization",
    aliases=("/credit/v1/authorizations/<token>",),
    find=lambda call: actions.find_authorization(call.world, call.path_args["token"]),
    errors=(errors.InvalidAuthorizationToken, errors.AuthorizationCannotBeDeleted, *errors.COMMON),
)  # fmt: skip
def delete_authorization(call: Call) -> Reply:
    actions.delete_authorization(call.world, call.found)
    return Reply(status=204)


@operation(
    PAYMENTS, "POST", "/payments/v1/authorizations/<token>/customer-token", docs=DOCS + "purchaseToken",
    aliases=("/credit/v1/authorizations/<token>/customer-token",),
    find=lambda call: actions.find_authorization(call.world, call.path_args["token"]),
    load=lambda call: schemas.load_customer_token(call.json), schema=lambda: schemas.CustomerTokenSchema,
    errors=(
        errors.InvalidAuthorizationToken, errors.BadValue, errors.NotTokenizable, errors.NotAllowedForIntent,
        errors.AuthorizationTokenConsumed, errors.NotMatchingFields, *errors.COMMON,
    ),
)  # fmt: skip
def create_customer_token(call: Call) -> Reply:
    return Reply(actions.create_customer_token(call.world, call.found, call.body))


@operation(
    PAYMENTS, "GET", "/<any(eu, na, oc):region>/kp/v1/sessions/<session_id>/redirect", docs=DOCS + "createOrder",
    public=True, errors=(errors.InvalidSessionId, errors.InternalServerError),
)  # fmt: skip
def redirect(call: Call) -> Reply:
    return pages.redirect(call)


@operation(
    PAYMENTS, "POST", "/_mock/klarna/authorizations", docs=SDK_DOCS,
    purchase=_session_purchase,
    load=lambda call: schemas.load_authorize(call.json), schema=lambda: schemas.AuthorizeSchema,
    outcomes={
        ACCEPTED: {}, "pending": PENDING_OPTIONS,
        "rejected": {"reason": Option("Klarna's internal reason, for the journal")},
        "aborted": {}, "finalize_required": {}, "not_offered": {},
        "invalid_fields": {"fields": Option("paths that the widget marks: [billing_address.email]", _paths)},
    },
)  # fmt: skip
def authorize(call: Call) -> Reply:
    body = call.body
    call.decision = chosen(call.decision, body, authorize.outcomes)
    try:
        session = actions.find_open_session(call.world, body["session_id"])
        answer = shopper.authorize(
            call.world, session, call.decision, data=body["data"], category=body["payment_method_category"],
            auto_finalize=body["auto_finalize"],
        )  # fmt: skip
    except ApiError as error:
        because = f": {error.__cause__}" if error.__cause__ else ""
        raise Misused(f"{error}{because}", status=error.status, code=error.code) from error
    return Reply(answer)


PAYMENTS_OPERATIONS = (
    create_session, read_session, update_session, create_order, delete_authorization, create_customer_token, redirect,
)  # fmt: skip
PAYMENTS_CONTROLS = (authorize,)

"""Customer Token v1: method, path, body, outcomes of each endpoint, and what happens to a token at Klarna's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.core.rules import ACCEPTED, Option
from mock_server.ledger import disputes, markets
from mock_server.ledger.decisions import PENDING_OPTIONS
from mock_server.providers.klarna.errors import customer_token as errors
from mock_server.providers.klarna.errors.payments import COMMON, BadValue
from mock_server.providers.klarna.routes import idempotent
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.klarna.actions import customer_token as actions
    from mock_server.providers.klarna.schemas import customer_token as schemas
    from mock_server.providers.klarna.state import customer_token as state
else:
    _HERE = "mock_server.providers.klarna"
    actions, schemas = Later(f"{_HERE}.actions.customer_token"), Later(f"{_HERE}.schemas.customer_token")
    state = Later(f"{_HERE}.state.customer_token")

CUSTOMER_TOKEN = "klarna.customer_token"
DOCS = "https://docs.klarna.com/api/customertoken/#operation/"
_ONE = "/customer-token/v1/tokens/<token>"
_JSON = "application/json"  # as recorded, without a charset


def _token_in(call: Call) -> Any:
    return actions.find_token(call.world, call.path_args["token"])


def _known_purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* when a token is charged: the body, with the token's shopper and country."""
    token = call.world.store.get("customer_tokens", call.path_args["token"])
    body = call.json if isinstance(call.json, dict) else {}
    purchase = state.charged(token, body) if token else body
    return {**purchase, "country": markets.country_of(purchase)}


@operation(
    CUSTOMER_TOKEN, "GET", _ONE, docs=DOCS + "readCustomerToken", find=_token_in,
    outcomes={ACCEPTED: {}, "suspended": {}, "cancelled": {}},
    errors=(errors.TokenNotFound, errors.InvalidCustomerTokenId, *COMMON),
)  # fmt: skip
def read_token(call: Call) -> Reply:
    return Reply(actions.read_token(call.world, call.found, call.decision), content_type=_JSON)


@operation(
    CUSTOMER_TOKEN, "POST", f"{_ONE}/order", docs=DOCS + "createOrder", once=idempotent.once,
    purchase=_known_purchase,
    find=lambda call: actions.find_chargeable_token(call.world, call.path_args["token"]),
    load=lambda call: schemas.load_order(call.json), schema=lambda: schemas.ChargeSchema,
    outcomes={
        ACCEPTED: disputes.OPTIONS, "pending": {**PENDING_OPTIONS, **disputes.OPTIONS}, "rejected": {},
        "unavailable": {"reason": Option("what the refusal tells as its reason")},
    },
    errors=(
        errors.TokenNotFound, BadValue, errors.TokenSuspended, errors.TokenCanceled, errors.TokenCancelled,
        errors.TokenForbidden, errors.UnavailablePaymentMethod, errors.PaymentMethodCurrencyMismatch,
        errors.PaymentMethodFailed, errors.ServiceUnavailable, *COMMON,
    ),
)  # fmt: skip
def create_order(call: Call) -> Reply:
    answer = actions.create_order(call.world, call.found, call.body, call.decision, base_url=call.base_url)
    return Reply(answer, content_type=_JSON)


@operation(
    CUSTOMER_TOKEN, "PATCH", f"{_ONE}/status", docs=DOCS + "patchCustomerToken", find=_token_in,
    load=lambda call: schemas.load_status(call.json), schema=lambda: schemas.StatusSchema,
    errors=(errors.TokenNotFound, BadValue, *COMMON),
)  # fmt: skip
def update_status(call: Call) -> Reply:
    actions.update_status(call.world, call.found, call.body)
    return Reply(status=202)


@operation(
    CUSTOMER_TOKEN, "POST", "/_mock/klarna/customer-tokens/<token>", docs=DOCS + "readCustomerToken",
    load=lambda call: schemas.load_change(call.json), schema=lambda: schemas.ChangedTokenSchema,
)  # fmt: skip
def change_token(call: Call) -> Reply:
    return Reply(actions.change_token(call.world, call.path_args["token"], call.body))


CUSTOMER_TOKEN_OPERATIONS: tuple[Operation, ...] = (read_token, create_order, update_status)
CUSTOMER_TOKEN_CONTROLS: tuple[Operation, ...] = (change_token,)

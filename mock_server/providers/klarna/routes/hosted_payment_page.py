"""Hosted Payment Page v1: method, path, body, outcomes of each endpoint, and what a shopper does on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mock_server.core.errors import ApiError, Misused
from mock_server.core.later import Later
from mock_server.core.rules import ACCEPTED
from mock_server.core.world import Handler
from mock_server.providers.klarna.errors import hosted_payment_page as errors
from mock_server.providers.klarna.errors import payments as common
from mock_server.providers.klarna.routes.payments import authorize
from mock_server.providers.klarna.state import hosted_payment_page as state
from mock_server.web.operations import Call, Outcomes, Reply, chosen, operation
from mock_server.web.pages import form, pressed

if TYPE_CHECKING:
    from mock_server.providers.klarna.actions import hosted_payment_page as actions
    from mock_server.providers.klarna.actions import hosted_shopper as shopper
    from mock_server.providers.klarna.pages import hosted_payment_page as pages
    from mock_server.providers.klarna.schemas import hosted_payment_page as schemas
else:
    _HERE = "mock_server.providers.klarna"
    actions, shopper = Later(f"{_HERE}.actions.hosted_payment_page"), Later(f"{_HERE}.actions.hosted_shopper")
    pages, schemas = Later(f"{_HERE}.pages.hosted_payment_page"), Later(f"{_HERE}.schemas.hosted_payment_page")

HPP = "klarna.hosted_payment_page"
DOCS = "https://docs.klarna.com/api/hpp-merchant/#operation/"
GUIDE = "https://docs.klarna.com/hosted-payment-page/get-started/tracking-session-status/"
_SESSION = "/hpp/v1/sessions/<session_id>"
_PAGE = "/<any(eu, na, oc):region>/hpp/payments/<page_id>"

# what a shopper may do on the page; it shows the widget, whose outcomes have the same options
OUTCOMES: Outcomes = {
    ACCEPTED: {}, **{name: authorize.outcomes[name] for name in ("pending", "rejected", "invalid_fields")},
    "failed": {}, "error": {}, "back": {}, "cancelled": {}, "expired": {},
}  # fmt: skip


def _session(call: Call) -> Any:
    return actions.find_session(call.world, call.path_args["session_id"])


def _asked_purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* of a new session: the data of the payment session that it names."""
    url = call.json.get("payment_session_url") if isinstance(call.json, dict) else None
    hosted = schemas.read_payment_session_url(url)
    return state.seen_by_rules(call.world, hosted.id if hosted else "")


def _known_purchase(call: Call) -> Mapping[str, Any]:
    """The same of a session that is there."""
    session = state.find_by_page(call.world, call.path_args.get("page_id") or call.path_args["session_id"])
    return state.seen_by_rules(call.world, session["payment_session_id"] if session else "")


@operation(
    HPP, "POST", "/hpp/v1/sessions", docs=DOCS + "createHppSession", purchase=_asked_purchase,
    load=lambda call: schemas.load_session(call.json), schema=lambda: schemas.SessionSchema,
    errors=(common.BadValue, common.InvalidSessionId, common.SessionHasBeenCompleted, *common.COMMON),
)  # fmt: skip
def create_session(call: Call) -> Reply:
    user, url = call.credential.user, call.base_url
    return Reply(actions.create_session(call.world, call.body, merchant=user, base_url=url), 201)


@operation(
    HPP, "GET", _SESSION, docs=DOCS + "getSessionById", purchase=_known_purchase, find=_session,
    errors=(common.InvalidSessionId, *common.COMMON),
)  # fmt: skip
def read_session(call: Call) -> Reply:
    return Reply(actions.read_session(call.found))


@operation(
    HPP, "DELETE", _SESSION, docs=DOCS + "disableHppSession", purchase=_known_purchase, find=_session,
    errors=(common.InvalidSessionId, errors.AlreadyCompleted, *common.COMMON),
)  # fmt: skip
def delete_session(call: Call) -> Reply:
    actions.delete_session(call.world, call.found)
    return Reply(status=204)


@operation(
    HPP, "POST", f"{_SESSION}/distribution", docs=DOCS + "distributeHppSession", purchase=_known_purchase,
    find=_session, load=lambda call: schemas.load_distribution(call.json), schema=lambda: schemas.DistributionSchema,
    errors=(
        common.InvalidSessionId, common.BadValue, errors.AlreadyCompleted, errors.SessionIsClosed,
        errors.AccessTokenNotFound, errors.DistributionFailed, *common.COMMON,
    ),
)  # fmt: skip
def distribute_session(call: Call) -> Reply:
    actions.distribute_session(call.world, call.found, call.body)
    return Reply(status=204)


@operation(
    HPP, "POST", f"{_SESSION}/manual-id-check", docs=DOCS + "createHppSession", purchase=_known_purchase,
    find=_session, errors=(common.InvalidSessionId, *common.COMMON),
)  # fmt: skip
def check_identity(call: Call) -> Reply:
    actions.check_identity(call.found)


@operation(
    HPP, "POST", f"{_SESSION}/distribution-module/token", docs=DOCS + "createHppSession", purchase=_known_purchase,
    find=_session, errors=(common.InvalidSessionId, *common.COMMON),
)  # fmt: skip
def generate_distribution_token(call: Call) -> Reply:
    actions.generate_distribution_token(call.found)


@operation(
    HPP, "GET", _PAGE, docs=GUIDE, purchase=_known_purchase, public=True, errors=(common.InternalServerError,)
)
def show_page(call: Call) -> Reply:
    return pages.show(call)


@operation(
    HPP, "POST", _PAGE, docs=GUIDE, purchase=_known_purchase, public=True, parse=form, outcomes=OUTCOMES,
    errors=(common.InternalServerError,),
)  # fmt: skip
def pay(call: Call) -> Reply:
    call.decision = chosen(call.decision, pressed(call), OUTCOMES)
    return pages.act(call)


@operation(
    HPP, "GET", f"{_PAGE}/qr", docs=DOCS + "createHppSession", purchase=_known_purchase, public=True,
    errors=(common.InternalServerError,),
)  # fmt: skip
def show_qr_code(call: Call) -> Reply:
    return pages.show_qr_code(call)


@operation(
    HPP, "POST", "/_mock/klarna/hpp/<session_id>/complete", docs=GUIDE, purchase=_known_purchase,
    load=lambda call: schemas.load_complete(call.json), schema=lambda: schemas.CompleteSchema, outcomes=OUTCOMES,
)  # fmt: skip
def complete(call: Call) -> Reply:
    call.decision = chosen(call.decision, call.body, OUTCOMES)
    try:
        done = shopper.act(
            call.world, _session(call), call.decision, category=call.body["payment_method_category"]
        )
    except state.NotPossible as impossible:
        raise Misused(str(impossible), status=409, code="IMPOSSIBLE") from impossible
    except Misused:
        raise
    except ApiError as error:
        because = f": {error.__cause__}" if error.__cause__ else ""
        raise Misused(f"{error}{because}", status=error.status, code=error.code) from error
    call.decision = done.decision
    told = {"invalid_fields": list(done.invalid_fields)} if done.invalid_fields else {}
    return Reply({**state.view(done.session), "return_url": state.return_url(done.session), **told})


HOSTED_PAYMENT_PAGE_OPERATIONS = (
    create_session, read_session, delete_session, distribute_session, check_identity, generate_distribution_token,
    show_page, pay, show_qr_code,
)  # fmt: skip
HOSTED_PAYMENT_PAGE_CONTROLS = (complete,)
# name of the alarm -> what is done when it goes off
EXPIRE_HOSTED_PAGE: Mapping[str, Handler] = {state.EXPIRY: lambda world, alarm: actions.expire(world, alarm)}

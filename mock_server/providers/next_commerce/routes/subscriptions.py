"""Endpoints about subscriptions: created, changed, renewed, paused, canceled; their lines and transactions."""

from __future__ import annotations

from collections.abc import Mapping
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
from mock_server.providers.next_commerce.routes.orders import asked_purchase
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import renewals
    from mock_server.providers.next_commerce.actions import subscription_lines as lines
    from mock_server.providers.next_commerce.actions import subscription_lists as lists
    from mock_server.providers.next_commerce.actions import subscriptions as actions
    from mock_server.providers.next_commerce.schemas import subscriptions as schemas
    from mock_server.providers.next_commerce.state import subscriptions as state
    from mock_server.providers.next_commerce.state import money_views
else:
    _HERE = "mock_server.providers.next_commerce"
    actions, renewals = Later(f"{_HERE}.actions.subscriptions"), Later(f"{_HERE}.actions.renewals")
    lines, lists = Later(f"{_HERE}.actions.subscription_lines"), Later(f"{_HERE}.actions.subscription_lists")
    schemas = Later(f"{_HERE}.schemas.subscriptions")
    state, money_views = Later(f"{_HERE}.state.subscriptions"), Later(f"{_HERE}.state.money_views")

SUBSCRIPTIONS = "next_commerce.subscriptions"
_ALL = f"{BASE}/subscriptions"
_ONE = f"{_ALL}/<subscription_id>"


def _subscription(call: Call) -> Any:
    """The subscription that the path names; raises NotFound."""
    return actions.find_subscription(call.world, call.path_args["subscription_id"])


def _seen(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* of a subscription that is there."""
    found = state.find(call.world, call.path_args["subscription_id"])
    return state.seen_by_rules(call.world, found) if found else {}


def _view(call: Call, subscription: Any, status: int = 200) -> Reply:
    return Reply(state.subscription_detail(call.world, subscription), status)


@operation(
    SUBSCRIPTIONS, "GET", _ALL, docs=f"{DOCS}subscriptionsList", errors=(errors.InvalidFields, *LISTING)
)
def list_subscriptions(call: Call) -> Reply:
    found = lists.list_subscriptions(call.world, query_of(call))
    return page(call, found, lambda each: state.subscription_detail(call.world, each))


@operation(
    SUBSCRIPTIONS, "POST", _ALL, docs=f"{DOCS}subscriptionsCreate", purchase=asked_purchase,
    **body(lambda: schemas.CreateSchema), outcomes=CHARGING, errors=(errors.PaymentDeclined, *WRITING),
)  # fmt: skip
def create_subscription(call: Call) -> Reply:
    made = actions.create_subscription(call.world, call.body, call.decision, base_url=call.base_url)
    return _view(call, made, 201)


@operation(
    SUBSCRIPTIONS, "GET", _ONE, docs=f"{DOCS}subscriptionsRetrieve", find=_subscription, purchase=_seen, errors=READING
)
def read_subscription(call: Call) -> Reply:
    return _view(call, call.found)


@operation(
    SUBSCRIPTIONS, "PATCH", _ONE, docs=f"{DOCS}subscriptionsPartialUpdate", find=_subscription, purchase=_seen,
    **body(lambda: schemas.UpdateSchema), outcomes=CHARGING, errors=(errors.PaymentDeclined, *CHANGING),
)  # fmt: skip
def update_subscription(call: Call) -> Reply:
    return _view(call, actions.update_subscription(call.world, call.found, call.body, call.decision))


@operation(
    SUBSCRIPTIONS, "POST", f"{_ONE}/renew", docs=f"{DOCS}subscriptionsRenewCreate", find=_subscription, purchase=_seen,
    outcomes=CHARGING, errors=(errors.PaymentDeclined, errors.InvalidFields, *READING),
)  # fmt: skip
def renew_subscription(call: Call) -> Reply:
    return _view(call, renewals.renew(call.world, call.found, call.decision))


@operation(
    SUBSCRIPTIONS, "POST", f"{_ONE}/retry", docs=f"{DOCS}subscriptionsRetryCreate", find=_subscription, purchase=_seen,
    **body(lambda: schemas.RetrySchema), outcomes=CHARGING, errors=(errors.PaymentDeclined, *CHANGING),
)  # fmt: skip
def retry_subscription(call: Call) -> Reply:
    return _view(call, renewals.retry(call.world, call.found, call.body, call.decision))


@operation(
    SUBSCRIPTIONS, "POST", f"{_ONE}/cancel", docs=f"{DOCS}subscriptionsCancelCreate", find=_subscription,
    purchase=_seen, **body(lambda: schemas.CancelSchema), errors=CHANGING,
)  # fmt: skip
def cancel_subscription(call: Call) -> Reply:
    return _view(call, actions.cancel_subscription(call.world, call.found, call.body))


@operation(
    SUBSCRIPTIONS, "POST", f"{_ONE}/pause", docs=f"{DOCS}subscriptionsPauseCreate", find=_subscription, purchase=_seen,
    **body(lambda: schemas.PauseSchema), errors=CHANGING,
)  # fmt: skip
def pause_subscription(call: Call) -> Reply:
    return _view(call, actions.pause_subscription(call.world, call.found, call.body))


@operation(
    SUBSCRIPTIONS, "POST", f"{_ONE}/resume", docs=f"{DOCS}subscriptionsResumeCreate", find=_subscription,
    purchase=_seen, **body(lambda: schemas.ResumeSchema), errors=CHANGING,
)  # fmt: skip
def resume_subscription(call: Call) -> Reply:
    return _view(call, actions.resume_subscription(call.world, call.found, call.body))


@operation(
    SUBSCRIPTIONS, "POST", f"{_ONE}/lines", docs=f"{DOCS}subscriptionsLinesCreate", find=_subscription, purchase=_seen,
    **body(lambda: schemas.AddLineSchema), errors=CHANGING,
)  # fmt: skip
def add_line(call: Call) -> Reply:
    return Reply(lines.add_line(call.world, call.found, call.body), 201)


@operation(
    SUBSCRIPTIONS, "PUT", f"{_ONE}/lines/<line_id>", docs=f"{DOCS}subscriptionsLinesUpdate", find=_subscription,
    purchase=_seen, **body(lambda: schemas.UpdateLineSchema), errors=CHANGING,
)  # fmt: skip
def update_line(call: Call) -> Reply:
    return Reply(lines.update_line(call.world, call.found, call.path_args["line_id"], call.body))


@operation(
    SUBSCRIPTIONS, "DELETE", f"{_ONE}/lines/<line_id>", docs=f"{DOCS}subscriptionsLinesDestroy", find=_subscription,
    purchase=_seen, errors=(errors.InvalidFields, *READING),
)  # fmt: skip
def remove_line(call: Call) -> Reply:
    lines.remove_line(call.world, call.found, call.path_args["line_id"])
    return Reply(status=204)


@operation(
    SUBSCRIPTIONS, "GET", f"{_ONE}/transactions", docs=f"{DOCS}subscriptionsTransactionsList", find=_subscription,
    purchase=_seen, errors=(errors.NotFound, *LISTING),
)  # fmt: skip
def list_transactions(call: Call) -> Reply:
    found = lists.list_transactions(call.world, call.found)
    return page(call, found, lambda each: money_views.transaction_view(call.world, each))


SUBSCRIPTION_OPERATIONS: tuple[Operation, ...] = (
    list_subscriptions, create_subscription, read_subscription, update_subscription, renew_subscription,
    retry_subscription, cancel_subscription, pause_subscription, resume_subscription, add_line, update_line,
    remove_line, list_transactions,
)  # fmt: skip

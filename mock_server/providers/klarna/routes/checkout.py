"""Checkout v3: method, path, body, outcomes of each endpoint, and what a shopper does in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mock_server.core.errors import ApiError, Misused
from mock_server.core.later import Later
from mock_server.core.rules import ACCEPTED, Option
from mock_server.ledger import disputes
from mock_server.ledger.decisions import PENDING_OPTIONS
from mock_server.providers.klarna.errors import checkout as errors
from mock_server.providers.klarna.state.payments import is_strict
from mock_server.web.operations import Call, Operation, Outcomes, Reply, chosen, operation
from mock_server.web.pages import form, pressed

if TYPE_CHECKING:
    from mock_server.providers.klarna.actions import checkout as actions
    from mock_server.providers.klarna.actions import checkout_shopper as shopper
    from mock_server.providers.klarna.pages import checkout as pages
    from mock_server.providers.klarna.schemas import checkout as schemas
    from mock_server.providers.klarna.state import checkout as state
    from mock_server.providers.klarna.webhooks import checkout as webhooks
else:
    _HERE = "mock_server.providers.klarna"
    actions, shopper = Later(f"{_HERE}.actions.checkout"), Later(f"{_HERE}.actions.checkout_shopper")
    pages, schemas = Later(f"{_HERE}.pages.checkout"), Later(f"{_HERE}.schemas.checkout")
    state, webhooks = Later(f"{_HERE}.state.checkout"), Later(f"{_HERE}.webhooks.checkout")

CHECKOUT = "klarna.checkout"
DOCS = "https://docs.klarna.com/api/checkout/#operation/"
GUIDE = "https://docs.klarna.com/kco/"
PAGE = "/<any(eu, na, oc):region>/kco/v3/orders/<order_id>"
SHOPPER_OUTCOMES: Outcomes = {
    ACCEPTED: disputes.OPTIONS, "pending": {**PENDING_OPTIONS, **disputes.OPTIONS},
    "rejected": {"reason": Option("Klarna's internal reason, for the journal")}, "cancelled": {},
}  # fmt: skip


def _found(move: str = "") -> Callable[[Call], Any]:
    """Find the order that the path names; with a move only one that takes it."""
    if move:
        return lambda call: actions.find_open_order(call.world, call.path_args["order_id"], move)
    return lambda call: actions.find_order(call.world, call.path_args["order_id"])


def _known_purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* when a shopper acts: the order, and on top what they fill in."""
    order = call.world.store.get(state.KIND, call.path_args["order_id"])
    data = call.json.get("data") if isinstance(call.json, dict) else None
    return webhooks.seen_by_rules(order, data if isinstance(data, dict) else {}) if order else {}


@operation(
    CHECKOUT, "POST", "/checkout/v3/orders", docs=DOCS + "createOrderMerchant",
    load=lambda call: schemas.load_order(call.json, strict_locale=is_strict(call.world.settings)),
    schema=lambda: schemas.CheckoutOrderSchema, errors=(errors.BadValue, *errors.COMMON),
)  # fmt: skip
def create_order(call: Call) -> Reply:
    user, url = call.credential.user, call.base_url
    order = actions.create_order(call.world, call.body, merchant=user, base_url=url)
    return Reply(order, 201, {"Location": f"{url}/checkout/v3/orders/{order['order_id']}"})


@operation(
    CHECKOUT, "GET", "/checkout/v3/orders/<order_id>", docs=DOCS + "readOrderMerchant", find=_found(),
    errors=(errors.NoSuchOrder, errors.OrderExpired, *errors.COMMON),
)  # fmt: skip
def read_order(call: Call) -> Reply:
    return Reply(actions.read_order(call.world, call.found))


@operation(
    CHECKOUT, "POST", "/checkout/v3/orders/<order_id>", docs=DOCS + "updateOrderMerchant", find=_found("update"),
    load=lambda call: schemas.load_update(call.json), schema=lambda: schemas.CheckoutOrderSchema,
    errors=(errors.BadValue, errors.NoSuchOrder, errors.OrderExpired, errors.ReadOnlyOrder, *errors.COMMON),
)  # fmt: skip
def update_order(call: Call) -> Reply:
    return Reply(actions.update_order(call.world, call.found, call.body))


@operation(
    CHECKOUT, "POST", "/checkout/v3/orders/<order_id>/abort", docs=DOCS + "abortOrder", find=_found("abort"),
    errors=(errors.NoSuchOrder, errors.OrderExpired, errors.ReadOnlyOrder, *errors.COMMON),
)  # fmt: skip
def abort_order(call: Call) -> Reply:
    actions.abort_order(call.world, call.found)
    return Reply()


@operation(
    CHECKOUT, "GET", PAGE, docs=GUIDE + "get-started/render-the-checkout", public=True,
    errors=errors.PAGE,
)  # fmt: skip
def show_page(call: Call) -> Reply:
    return pages.show(call)


@operation(
    CHECKOUT, "POST", PAGE, docs=GUIDE + "get-started/render-the-checkout", public=True, parse=form,
    purchase=_known_purchase, outcomes=SHOPPER_OUTCOMES, errors=errors.PAGE,
)  # fmt: skip
def pay(call: Call) -> Reply:
    call.decision = chosen(call.decision, pressed(call), SHOPPER_OUTCOMES)
    return pages.act(call)


@operation(
    CHECKOUT, "POST", "/_mock/klarna/checkout/<order_id>/complete",
    docs=GUIDE + "additional-resources/confirm-purchase", purchase=_known_purchase,
    load=lambda call: schemas.load_complete(call.json), schema=lambda: schemas.CompleteSchema,
    outcomes=SHOPPER_OUTCOMES,
)  # fmt: skip
def complete(call: Call) -> Reply:
    call.decision = chosen(call.decision, call.body, SHOPPER_OUTCOMES)
    try:
        order = actions.find_order(call.world, call.path_args["order_id"])
        return Reply(shopper.complete(call.world, order, call.decision, call.body["data"]).view())
    except Misused:
        raise
    except ApiError as error:
        raise Misused(str(error.__cause__ or error), status=error.status, code=error.code) from error


CHECKOUT_OPERATIONS: tuple[Operation, ...] = (
    create_order, read_order, update_order, abort_order, show_page, pay,
)  # fmt: skip
CHECKOUT_CONTROLS: tuple[Operation, ...] = (complete,)

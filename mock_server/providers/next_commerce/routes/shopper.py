"""What a shopper's browser opens, and how a test stands in for the shopper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mock_server.core.errors import Misused
from mock_server.core.grammar import load_strictly
from mock_server.core.later import Later
from mock_server.core.rules import ACCEPTED
from mock_server.ledger.decisions import PENDING_OPTIONS
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.state.methods import DECLINE_OPTIONS, PATHS
from mock_server.web.operations import Call, Operation, Outcomes, Reply, chosen, operation
from mock_server.web.pages import form, pressed

if TYPE_CHECKING:
    from mock_server.providers.next_commerce import pages
    from mock_server.providers.next_commerce.actions import payments
    from mock_server.providers.next_commerce.schemas import orders as schemas
    from mock_server.providers.next_commerce.state import orders, purchase, views
else:
    _HERE = "mock_server.providers.next_commerce"
    pages, payments = Later(f"{_HERE}.pages"), Later(f"{_HERE}.actions.payments")
    schemas, purchase = Later(f"{_HERE}.schemas.orders"), Later(f"{_HERE}.state.purchase")
    orders, views = Later(f"{_HERE}.state.orders"), Later(f"{_HERE}.state.views")

SHOPPER = "next_commerce.shopper"
_DOCS = "https://developers.nextcommerce.com/docs/admin-api/guides/klarna"
_PATHS = tuple(f"/{path}/<payment_id>" for path in PATHS)
SHOPPER_OUTCOMES: Outcomes = {
    ACCEPTED: {}, "pending": PENDING_OPTIONS, "declined": DECLINE_OPTIONS, "cancelled": {}, "expired": {},
    "abandoned": {},
}  # fmt: skip


def _known_purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* of a payment."""
    payment = payments.find(call.world, call.path_args["payment_id"])
    if payment is None:
        return {}
    draft = payment["draft"]
    return {**purchase.seen_by_rules(draft, orders.total(draft)), "payment_method": payment["method"]}


@operation(
    SHOPPER, "GET", _PATHS[0], docs=_DOCS, public=True, aliases=_PATHS[1:], errors=(errors.ServerError,)
)
def show_page(call: Call) -> Reply:
    return pages.show(call)


@operation(
    SHOPPER, "POST", _PATHS[0], docs=_DOCS, public=True, aliases=_PATHS[1:], parse=form, purchase=_known_purchase,
    outcomes=SHOPPER_OUTCOMES, errors=(errors.ServerError,),
)  # fmt: skip
def pay(call: Call) -> Reply:
    return pages.act(call, chosen(call.decision, pressed(call), SHOPPER_OUTCOMES))


@operation(
    SHOPPER, "GET", "/accounts/order-status/<number>/<signed>", docs=_DOCS, public=True, errors=(errors.ServerError,)
)
def show_order_status(call: Call) -> Reply:
    return pages.show_status(call)


@operation(
    SHOPPER, "POST", "/_mock/next_commerce/payments/<payment_id>/complete", docs=_DOCS, purchase=_known_purchase,
    load=lambda call: load_strictly(schemas.CompleteSchema(unknown="raise"), call.json),
    schema=lambda: schemas.CompleteSchema, outcomes=SHOPPER_OUTCOMES,
)  # fmt: skip
def complete(call: Call) -> Reply:
    """What the shopper does; ``deliver`` has this server send the return, in the browser's place."""
    call.decision = chosen(call.decision, call.body, SHOPPER_OUTCOMES)
    id_ = call.path_args["payment_id"]
    try:
        payment = payments.complete(call.world, payments.known(call.world, id_), call.decision)
    except errors.NotFound as gone:
        raise Misused(f"no payment {id_} in world {call.world.name}", status=404, code="NOT_FOUND") from gone
    except errors.Impossible as impossible:
        raise Misused(str(impossible), status=409, code="IMPOSSIBLE") from impossible
    order = orders.find(call.world, payment["number"]) if payment["number"] else None
    told = {
        "payment": {name: payment[name] for name in ("id", "method", "status", "outcome", "number")},
        "order": views.order_view(call.world, order, payment["version"]) if order else None,
        "return": payments.return_of(call.world, payment) if payment["returns"] else None,
    }
    if call.body["deliver"]:
        told["delivered"] = payments.deliver_return(call.world, payment)
    return Reply(told)


@operation(SHOPPER, "GET", "/media/products/<name>", docs=_DOCS, public=True, errors=(errors.ServerError,))
def show_image(call: Call) -> Reply:
    """What a product's ``image`` leads to: a drawing of its initials, whatever the product."""
    return pages.draw_product(call.path_args["name"])


SHOPPER_OPERATIONS: tuple[Operation, ...] = (show_page, pay, show_order_status, show_image)
SHOPPER_CONTROLS: tuple[Operation, ...] = (complete,)

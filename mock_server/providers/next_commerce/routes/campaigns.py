"""Endpoints of the Campaigns API, which pages in a browser call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mock_server.core.errors import ApiError
from mock_server.core.later import Later
from mock_server.core.rules import ACCEPTED
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.auth import CAMPAIGNS, merchant_of
from mock_server.providers.next_commerce.routes.declared import CHARGING, body
from mock_server.providers.next_commerce.routes.orders import asked_purchase
from mock_server.providers.next_commerce.state.methods import DECLINE_OPTIONS
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import campaigns as actions
    from mock_server.providers.next_commerce.schemas import campaigns as schemas
    from mock_server.providers.next_commerce.state import orders, purchase
else:
    _HERE = "mock_server.providers.next_commerce"
    actions, schemas = Later(f"{_HERE}.actions.campaigns"), Later(f"{_HERE}.schemas.campaigns")
    orders, purchase = Later(f"{_HERE}.state.orders"), Later(f"{_HERE}.state.purchase")

OF_CAMPAIGNS = "next_commerce.campaigns"
_DOCS = "https://developers.nextcommerce.com/docs/campaigns/api/"
_ONE = f"{CAMPAIGNS}/orders/<ref_id>"
_READING: tuple[type[ApiError], ...] = (errors.NotAuthenticated, errors.Throttled, errors.ServerError)
_WRITING: tuple[type[ApiError], ...] = (*errors.BODY, *_READING)


def _order(call: Call) -> Any:
    return actions.find_order(call.world, call.path_args["ref_id"])


def _asked_purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* of a new order."""
    asked = asked_purchase(call)
    detail = asked.get("payment_detail")
    return {**asked, "payment_method": detail.get("payment_method") if isinstance(detail, dict) else None}


def _seen_by_rules(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* of an order that is paid."""
    order = actions.order_behind(call.world, call.path_args["ref_id"])
    return purchase.seen_by_rules(order, orders.total(order)) if order else {}


@operation(OF_CAMPAIGNS, "GET", f"{CAMPAIGNS}/campaigns", docs=f"{_DOCS}campaigns/campaignRetrieve", errors=_READING)
def read_campaign(call: Call) -> Reply:
    return Reply(actions.read_campaign(call.world, call.base_url, call.query.get("currency", "")))


@operation(
    OF_CAMPAIGNS, "POST", f"{CAMPAIGNS}/carts", docs=f"{_DOCS}carts/cartsCreate", **body(lambda: schemas.CartSchema),
    errors=_WRITING,
)  # fmt: skip
def create_cart(call: Call) -> Reply:
    return Reply(actions.create_cart(call.world, call.body, call.base_url), 201)


@operation(
    OF_CAMPAIGNS, "POST", f"{CAMPAIGNS}/carts/calculate", docs=f"{_DOCS}carts/cartsCalculate",
    **body(lambda: schemas.CalculateSchema), errors=_WRITING,
)  # fmt: skip
def calculate_cart(call: Call) -> Reply:
    is_upsell = call.query.get("upsell", "").lower() in ("true", "1")
    return Reply(actions.calculate_cart(call.world, call.body, is_upsell=is_upsell))


@operation(
    OF_CAMPAIGNS, "POST", f"{CAMPAIGNS}/orders", docs=f"{_DOCS}orders/ordersCreate", purchase=_asked_purchase,
    **body(lambda: schemas.OrderSchema),
    outcomes={ACCEPTED: {}, "declined": DECLINE_OPTIONS, "redirected": {}},
    errors=(errors.PaymentDeclined, *_WRITING),
)  # fmt: skip
def create_order(call: Call) -> Reply:
    told = actions.create_order(
        call.world, call.body, call.decision, base_url=call.base_url, merchant=merchant_of(call.credential),
        referer=call.headers.get("referer", ""),
    )  # fmt: skip
    return Reply(told, 201)


@operation(
    OF_CAMPAIGNS, "GET", _ONE, docs=f"{_DOCS}orders/orderRetrieve", find=_order, purchase=_seen_by_rules,
    errors=(errors.NotFound, *_READING),
)  # fmt: skip
def read_order(call: Call) -> Reply:
    return Reply(actions.read_order(call.world, call.found["ref_id"]))


@operation(
    OF_CAMPAIGNS, "POST", f"{_ONE}/upsells", docs=f"{_DOCS}orders/ordersUpsellCreate", find=_order,
    purchase=_seen_by_rules, **body(lambda: schemas.UpsellSchema), outcomes=CHARGING,
    errors=(errors.PaymentDeclined, errors.NotFound, *_WRITING),
)  # fmt: skip
def add_upsell(call: Call) -> Reply:
    return Reply(actions.add_upsell(call.world, call.found["ref_id"], call.body, call.decision), 201)


@operation(
    OF_CAMPAIGNS, "GET", f"{CAMPAIGNS}/addresses/autocomplete", docs=f"{_DOCS}address/addressAutocomplete",
    errors=(errors.InvalidFields, *_READING),
)  # fmt: skip
def autocomplete_address(call: Call) -> Reply:
    return Reply(actions.autocomplete_address(call.query))


CAMPAIGN_OPERATIONS: tuple[Operation, ...] = (
    read_campaign, create_cart, calculate_cart, create_order, read_order, add_upsell, autocomplete_address,
)  # fmt: skip

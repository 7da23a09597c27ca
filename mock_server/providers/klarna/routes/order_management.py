"""Order Management v1: method, path, body, outcomes of each endpoint."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mock_server.core.errors import ApiError
from mock_server.core.later import Later
from mock_server.core.rules import ACCEPTED
from mock_server.ledger import markets
from mock_server.providers.klarna.auth import credentials
from mock_server.providers.klarna.errors import order_management as errors
from mock_server.providers.klarna.routes.idempotent import once
from mock_server.web.operations import Call, Operation, Outcomes, Reply, View, operation

if TYPE_CHECKING:
    from mock_server.providers.klarna.actions import order_management as actions
    from mock_server.providers.klarna.actions import states
    from mock_server.providers.klarna.schemas import order_management as schemas
    from mock_server.providers.klarna.state import order_management as state
else:
    _HERE = "mock_server.providers.klarna"
    actions, states = Later(f"{_HERE}.actions.order_management"), Later(f"{_HERE}.actions.states")
    schemas = Later(f"{_HERE}.schemas.order_management")
    state = Later(f"{_HERE}.state.order_management")

ORDER_MANAGEMENT = "klarna.order_management"
DOCS = "https://docs.klarna.com/api/ordermanagement/#operation/"
_ORDERS = "/ordermanagement/v1/orders"
_ORDER = f"{_ORDERS}/<order_id>"
_CAPTURE = f"{_ORDER}/captures/<capture_id>"
_JSON = "application/json"
# groups may be short: of an id whose last one has eleven digits Klarna's documents say that it cannot be found
_UUID = re.compile("[0-9a-fA-F]{1,8}(?:-[0-9a-fA-F]{1,4}){3}-[0-9a-fA-F]{1,12}")
_CHARGING: Outcomes = {ACCEPTED: {}, "rejected": {}}


def _purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.*: the order, with the country that counts."""
    order = call.world.store.get("orders", call.path_args["order_id"].lower())
    return {**order, "country": markets.country_of(order)} if order else {}


def _require_ids(call: Call) -> None:
    """Raises InvalidId (400) for an id in the path that is no UUID: nobody looks any further then.

    A UUID in capitals, as some databases print it, is the same one.
    """
    for name, value in call.path_args.items():
        if not _UUID.fullmatch(value):
            raise errors.InvalidId() from ValueError(f"{name} is {value!r:.60}, expected a UUID")
    call.path_args = {name: value.lower() for name, value in call.path_args.items()}


def _declared(
    method: str, path: str, docs: str, *, refusals: tuple[type[ApiError], ...] = (), body: str = "",
    outcomes: Outcomes | None = None,
) -> Callable[[View], Operation]:
    """An endpoint about one order; ``body`` is the name of the schema of what is sent, none when nothing is."""
    is_reading = method == "GET"
    common = errors.COMMON if is_reading else errors.BODY if body else errors.WRITING
    more: dict[str, Any] = {} if is_reading else {"once": once}
    if body:
        more["load"] = lambda call: schemas.load(getattr(schemas, body), call.json)
        more["schema"] = lambda: getattr(schemas, body)
    if outcomes:
        more["outcomes"] = outcomes
    return operation(
        ORDER_MANAGEMENT, method, path, docs=DOCS + docs, find=_require_ids, purchase=_purchase,
        errors=(*refusals, *common), **more,
    )  # fmt: skip


def _created(call: Call, header: str, key: str) -> Reply:
    """201 without a body: the id, and where to read it."""
    location = f"{call.base_url}{call.path.rstrip('/')}/{key}"
    return Reply(status=201, headers={"Location": location, header: key, **_transaction(call)})


def _done(call: Call) -> Reply:
    return Reply(status=204, headers=_transaction(call))


def _transaction(call: Call) -> Mapping[str, str]:
    """Each write that succeeds is one (recorded 2021-09-17); a repeated request is none of its own."""
    return {"Transaction-Id": call.world.ids.uuid("transaction_id")}


@_declared("GET", _ORDER, "getOrder")
def read_order(call: Call) -> Reply:
    order = actions.read_order(call.world, call.path_args["order_id"])
    return Reply(state.order_view(order), content_type=_JSON)


@_declared("POST", f"{_ORDER}/acknowledge", "acknowledgeOrder", refusals=(errors.NotAllowed,))
def acknowledge_order(call: Call) -> Reply:
    actions.acknowledge_order(call.world, call.path_args["order_id"])
    return _done(call)


@_declared(
    "PATCH", f"{_ORDER}/authorization", "updateAuthorization", refusals=(errors.NotAllowed,),
    body="AuthorizationSchema", outcomes=_CHARGING,
)  # fmt: skip
def update_authorization(call: Call) -> Reply:
    actions.update_authorization(call.world, call.path_args["order_id"], call.body, call.decision)
    return _done(call)


@_declared("POST", f"{_ORDER}/cancel", "cancelOrder", refusals=(errors.CancelNotAllowed,))
def cancel_order(call: Call) -> Reply:
    actions.cancel_order(call.world, call.path_args["order_id"])
    return _done(call)


@_declared(
    "POST", f"{_ORDER}/captures", "captureOrder", refusals=(errors.CaptureNotAllowed, errors.PaymentMethodFailed),
    body="CaptureSchema", outcomes=_CHARGING,
)  # fmt: skip
def create_capture(call: Call) -> Reply:
    capture = actions.create_capture(call.world, call.path_args["order_id"], call.body, call.decision)
    return _created(call, "Capture-Id", capture["capture_id"])


@_declared("GET", f"{_ORDER}/captures", "getCaptures")
def list_captures(call: Call) -> Reply:
    order = actions.read_order(call.world, call.path_args["order_id"])
    return Reply([state.capture_view(order, capture) for capture in order["captures"]], content_type=_JSON)


@_declared("GET", _CAPTURE, "getCapture", refusals=(errors.NoSuchCapture,))
def read_capture(call: Call) -> Reply:
    order, capture = actions.read_capture(call.world, **call.path_args)
    return Reply(state.capture_view(order, capture), content_type=_JSON)


@_declared(
    "POST", f"{_CAPTURE}/shipping-info", "appendShippingInfo", refusals=(errors.NotAllowed, errors.NoSuchCapture),
    body="ShippingInfosSchema",
)  # fmt: skip
def add_capture_shipping_info(call: Call) -> Reply:
    actions.add_capture_shipping_info(call.world, body=call.body, **call.path_args)
    return _done(call)


@_declared(
    "PATCH", f"{_CAPTURE}/customer-details", "updateCaptureConsumerDetails",
    refusals=(errors.NotAllowed, errors.NoSuchCapture, errors.InvalidAddress), body="CustomerDetailsSchema",
)  # fmt: skip
def update_capture_customer_details(call: Call) -> Reply:
    actions.update_capture_customer_details(call.world, body=call.body, **call.path_args)
    return _done(call)


@_declared("POST", f"{_CAPTURE}/trigger-send-out", "triggerSendOut", refusals=(errors.NotAllowed, errors.NoSuchCapture))
def trigger_send_out(call: Call) -> Reply:
    actions.trigger_send_out(call.world, **call.path_args)
    return _done(call)


@_declared(
    "GET", f"{_CAPTURE}/extend-due-date-options", "getOptionsForExtendDueDate", refusals=(errors.NoSuchCapture,)
)
def read_due_date_options(call: Call) -> Reply:
    return Reply(actions.read_due_date_options(call.world, **call.path_args), content_type=_JSON)


@_declared(
    "PATCH", f"{_CAPTURE}/extend-due-date", "extendDueDate", refusals=(errors.NotAllowed, errors.NoSuchCapture),
    body="DueDateSchema",
)  # fmt: skip
def extend_due_date(call: Call) -> Reply:
    actions.extend_due_date(call.world, body=call.body, **call.path_args)
    return _done(call)


@_declared(
    "PATCH", f"{_ORDER}/customer-details", "updateConsumerDetails",
    refusals=(errors.NotAllowed, errors.InvalidAddress), body="CustomerDetailsSchema",
)  # fmt: skip
def update_customer_details(call: Call) -> Reply:
    actions.update_customer_details(call.world, call.path_args["order_id"], call.body)
    return _done(call)


@_declared("POST", f"{_ORDER}/extend-authorization-time", "extendAuthorizationTime", refusals=(errors.NotAllowed,))
def extend_authorization_time(call: Call) -> Reply:
    actions.extend_authorization_time(call.world, call.path_args["order_id"])
    return _done(call)


@_declared(
    "PATCH", f"{_ORDER}/merchant-references", "updateMerchantReferences", refusals=(errors.NotAllowed,),
    body="MerchantReferencesSchema",
)  # fmt: skip
def update_merchant_references(call: Call) -> Reply:
    actions.update_merchant_references(call.world, call.path_args["order_id"], call.body)
    return _done(call)


@_declared("POST", f"{_ORDER}/refunds", "refundOrder", refusals=(errors.RefundNotAllowed,), body="RefundSchema")
def create_refund(call: Call) -> Reply:
    refund = actions.create_refund(call.world, call.path_args["order_id"], call.body)
    return _created(call, "Refund-Id", refund["refund_id"])


@_declared("GET", f"{_ORDER}/refunds/<refund_id>", "get", refusals=(errors.NotFound,))
def read_refund(call: Call) -> Reply:
    return Reply(state.refund_view(actions.read_refund(call.world, **call.path_args)), content_type=_JSON)


@_declared(
    "POST", f"{_ORDER}/release-remaining-authorization", "releaseRemainingAuthorization",
    refusals=(errors.NotAllowed,),
)  # fmt: skip
def release_remaining_authorization(call: Call) -> Reply:
    actions.release_remaining_authorization(call.world, call.path_args["order_id"])
    return _done(call)


@_declared("POST", f"{_ORDER}/shipping-info", "appendOrderShippingInfo", body="ShippingInfosSchema")
def add_shipping_info(call: Call) -> Reply:
    actions.add_shipping_info(call.world, call.path_args["order_id"], call.body)
    return _done(call)


ORDER_MANAGEMENT_OPERATIONS = (
    read_order, acknowledge_order, update_authorization, cancel_order, create_capture, list_captures, read_capture,
    add_capture_shipping_info, update_capture_customer_details, trigger_send_out, read_due_date_options,
    extend_due_date, update_customer_details, extend_authorization_time, update_merchant_references, create_refund,
    read_refund, release_remaining_authorization, add_shipping_info,
)  # fmt: skip


@operation(
    ORDER_MANAGEMENT, "POST", "/_mock/klarna/orders", docs=DOCS + "getOrder",
    load=lambda call: schemas.load_wanted(call.json, list(states.WAYS)), schema=lambda: schemas.WantedSchema,
)  # fmt: skip
def make_order(call: Call) -> Reply:
    merchant = credentials(call.world.name, call.base_url)["user"]
    order = states.make_order(call.world, call.body, merchant=merchant, base_url=call.base_url)
    told = {name: order[name] for name in ("session_id", "authorization_token")}
    return Reply({**state.order_view(order), **told}, 201)


ORDER_MANAGEMENT_CONTROLS = (make_order,)

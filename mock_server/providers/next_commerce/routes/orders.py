"""Endpoints about orders: created, read, changed, charged again, refunded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.core.rules import ACCEPTED
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.auth import BASE, merchant_of, require_version, version_of
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
from mock_server.providers.next_commerce.state.methods import DECLINE_OPTIONS
from mock_server.providers.next_commerce.state.versions import OLD, STABLE, UNSTABLE
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import collecting, lines, lists, refunds
    from mock_server.providers.next_commerce.actions import orders as actions
    from mock_server.providers.next_commerce.schemas import orders as schemas
    from mock_server.providers.next_commerce.state import money_views, notes, purchase, views
    from mock_server.providers.next_commerce.state import orders as state
else:
    _HERE = "mock_server.providers.next_commerce"
    collecting = Later(f"{_HERE}.actions.collecting")
    actions, lines = Later(f"{_HERE}.actions.orders"), Later(f"{_HERE}.actions.lines")
    lists, refunds = Later(f"{_HERE}.actions.lists"), Later(f"{_HERE}.actions.refunds")
    schemas = Later(f"{_HERE}.schemas.orders")
    notes, purchase = Later(f"{_HERE}.state.notes"), Later(f"{_HERE}.state.purchase")
    money_views = Later(f"{_HERE}.state.money_views")
    views, state = Later(f"{_HERE}.state.views"), Later(f"{_HERE}.state.orders")

ORDERS = "next_commerce.orders"
_ONE = f"{BASE}/orders/<number>"
_NEW = (STABLE,)  # what has the editing of lines
_CALCULATING = (STABLE, UNSTABLE)


def order_in(call: Call) -> Any:
    """The order that the path names; raises NotFound."""
    return actions.find_order(call.world, call.path_args["number"])


def seen_by_rules(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* of an order that is there."""
    order = state.find(call.world, call.path_args["number"])
    return purchase.seen_by_rules(order, state.total(order)) if order else {}


def asked_purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* of a new order: its body, unchecked, with some of Klarna's names."""
    asked = call.json if isinstance(call.json, dict) else {}
    billing = asked.get("billing_address") or asked.get("shipping_address")
    billing = billing if isinstance(billing, dict) else {}
    user = asked.get("user") if isinstance(asked.get("user"), dict) else {}
    address = {**billing, "email": (user or {}).get("email"), "phone": billing.get("phone_number")}
    return {**asked, "country": billing.get("country"), "billing_address": address}


def view(call: Call, order: Any, status: int = 200) -> Reply:
    return Reply(views.order_view(call.world, order, version_of(call)), status)


def _since(*versions: str) -> Any:
    def find(call: Call) -> Any:
        require_version(call, *versions)
        return order_in(call)

    return find


@operation(ORDERS, "GET", f"{BASE}/orders", docs=f"{DOCS}ordersList", errors=(errors.InvalidFields, *LISTING))
def list_orders(call: Call) -> Reply:
    version, found = version_of(call), lists.list_orders(call.world, query_of(call))
    return page(call, found, lambda order: views.row_view(call.world, order, version), key="number")


@operation(
    ORDERS, "POST", f"{BASE}/orders", docs=f"{DOCS}ordersCreate", purchase=asked_purchase,
    **body(lambda: schemas.OrderSchema),
    outcomes={ACCEPTED: {}, "declined": DECLINE_OPTIONS, "redirected": {}},
    errors=(errors.PaymentDeclined, *WRITING),
)  # fmt: skip
def create_order(call: Call) -> Reply:
    told = actions.create_order(
        call.world, call.body, call.decision, base_url=call.base_url, merchant=merchant_of(call.credential),
        version=version_of(call),
    )  # fmt: skip
    return Reply(told, 201)


@operation(
    ORDERS, "GET", _ONE, docs=f"{DOCS}ordersRetrieve", find=order_in, purchase=seen_by_rules, errors=READING
)
def read_order(call: Call) -> Reply:
    return view(call, call.found)


def _update(call: Call) -> Reply:
    return view(call, actions.update_order(call.world, call.found, call.body))


@operation(
    ORDERS, "PATCH", _ONE, docs=f"{DOCS}ordersPartialUpdate", find=order_in, purchase=seen_by_rules,
    **body(lambda: schemas.UpdateSchema), errors=CHANGING,
)  # fmt: skip
def update_order(call: Call) -> Reply:
    return _update(call)


@operation(
    ORDERS, "PUT", _ONE, docs=f"{DOCS}ordersUpdate", find=order_in, purchase=seen_by_rules,
    **body(lambda: schemas.UpdateSchema), errors=CHANGING,
)  # fmt: skip
def replace_order(call: Call) -> Reply:
    return _update(call)


@operation(
    ORDERS, "POST", f"{_ONE}/add-line-items", docs=f"{DOCS}ordersAddLineItemsCreate", find=order_in,
    purchase=seen_by_rules, **body(lambda: schemas.AddLineItemsSchema), outcomes=CHARGING,
    errors=(errors.PaymentDeclined, *CHANGING),
)  # fmt: skip
def add_line_items(call: Call) -> Reply:
    return view(call, collecting.add_line_items(call.world, call.found, call.body, call.decision))


@operation(
    ORDERS, "POST", f"{_ONE}/cancel", docs=f"{DOCS}ordersCancelCreate", find=order_in, purchase=seen_by_rules,
    **body(lambda: schemas.CancelSchema), errors=CHANGING,
)  # fmt: skip
def cancel_order(call: Call) -> Reply:
    return view(call, actions.cancel_order(call.world, call.found, call.body))


@operation(
    ORDERS, "POST", f"{_ONE}/capture", docs=f"{DOCS}ordersCaptureCreate", find=order_in, purchase=seen_by_rules,
    errors=(errors.InvalidFields, *READING),
)  # fmt: skip
def capture_order(call: Call) -> Reply:
    return view(call, collecting.capture_order(call.world, call.found))


@operation(
    ORDERS, "POST", f"{_ONE}/collect-payment", docs=f"{DOCS}ordersCollectPaymentCreate", find=order_in,
    purchase=seen_by_rules, **body(lambda: schemas.CollectSchema), outcomes=CHARGING,
    errors=(errors.PaymentDeclined, *CHANGING),
)  # fmt: skip
def collect_payment(call: Call) -> Reply:
    return view(call, collecting.collect_payment(call.world, call.found, call.decision))


@operation(
    ORDERS, "POST", f"{_ONE}/mark-as-paid", docs=f"{DOCS}ordersMarkAsPaidCreate", find=order_in,
    purchase=seen_by_rules, **body(lambda: schemas.MarkAsPaidSchema), errors=CHANGING,
)  # fmt: skip
def mark_as_paid(call: Call) -> Reply:
    return view(call, collecting.mark_as_paid(call.world, call.found, call.body))


@operation(
    ORDERS, "POST", f"{_ONE}/refund/calculate", docs=f"{DOCS}ordersRefundCalculateCreate",
    find=_since(*_CALCULATING), purchase=seen_by_rules, **body(lambda: schemas.CalculateSchema), errors=CHANGING,
)  # fmt: skip
def calculate_refund(call: Call) -> Reply:
    return Reply(refunds.calculate(call.world, call.found, call.body))


def _refund_schema(call: Call) -> type:
    return schemas.RefundAmountSchema if version_of(call) == OLD else schemas.RefundSchema


@operation(
    ORDERS, "POST", f"{_ONE}/refund", docs=f"{DOCS}ordersRefundCreate", find=order_in, purchase=seen_by_rules,
    **{**body(lambda: schemas.RefundSchema), "load": lambda call: schemas.load(_refund_schema(call), call.json)},
    errors=CHANGING,
)  # fmt: skip
def refund_order(call: Call) -> Reply:
    if version_of(call) == OLD:
        refunds.refund_amount(call.world, call.found, call.body)
        return view(call, order_in(call))
    refund = refunds.create(call.world, call.found, call.body)
    return Reply(money_views.refund_view(call.world, order_in(call), refund))


@operation(
    ORDERS, "POST", f"{_ONE}/lines", docs=f"{DOCS}ordersLinesCreate", find=_since(*_NEW), purchase=seen_by_rules,
    **body(lambda: schemas.AddLineSchema), errors=CHANGING,
)  # fmt: skip
def add_line(call: Call) -> Reply:
    return view(call, lines.add_line(call.world, call.found, call.body), 201)


@operation(
    ORDERS, "PATCH", f"{_ONE}/lines/<line_id>", docs=f"{DOCS}ordersLinesPartialUpdate", find=_since(*_NEW),
    purchase=seen_by_rules, **body(lambda: schemas.UpdateLineSchema), errors=CHANGING,
)  # fmt: skip
def update_line(call: Call) -> Reply:
    return view(call, lines.update_line(call.world, call.found, call.path_args["line_id"], call.body))


@operation(
    ORDERS, "DELETE", f"{_ONE}/lines/<line_id>", docs=f"{DOCS}ordersLinesDestroy", find=_since(*_NEW),
    purchase=seen_by_rules, errors=(errors.InvalidFields, *READING),
)  # fmt: skip
def remove_line(call: Call) -> Reply:
    return view(call, lines.remove_line(call.world, call.found, call.path_args["line_id"]))


@operation(
    ORDERS, "GET", f"{_ONE}/notes", docs=f"{DOCS}ordersNotesList", find=order_in,
    errors=(errors.NotFound, *LISTING),
)  # fmt: skip
def list_notes(call: Call) -> Reply:
    found = notes.notes_of(call.world, "order", call.found["number"])
    return page(call, found, lambda note: notes.order_note_view(call.world, note))


@operation(
    ORDERS, "POST", f"{_ONE}/notes", docs=f"{DOCS}ordersNotesCreate", find=order_in,
    **body(lambda: schemas.NoteSchema), errors=CHANGING,
)  # fmt: skip
def add_note(call: Call) -> Reply:
    note = notes.add_note(call.world, "order", call.found["number"], call.body["message"])
    return Reply(notes.order_note_view(call.world, note))


ORDER_OPERATIONS: tuple[Operation, ...] = (
    list_orders, create_order, read_order, update_order, replace_order, add_line_items, cancel_order, capture_order,
    collect_payment, mark_as_paid, calculate_refund, refund_order, add_line, update_line, remove_line, list_notes,
    add_note,
)  # fmt: skip

"""What may be done with a fulfillment order, by its status and request_status, and what it is afterwards.

Sources: developers.nextcommerce.com, fulfillment service, order management; docs.nextcommerce.com, order and
fulfillment statuses; the official script next-bulk-move (read 2026-11-21). Most names of actions, and steps that no
guide tells of, are ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.core.store import Record
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders
from mock_server.providers.next_commerce.state.shipments import (
    CANCEL_ACCEPTED,
    CANCELED,
    CLOSED,
    ENDED,
    INCOMPLETE,
    ON_HOLD,
    OPEN,
    PENDING,
    PROCESSING,
    REJECTED,
    waiting_of,
)

REQUESTED, ACCEPTED, CANCEL_REQUESTED, CANCEL_REJECTED = (
    "requested", "accepted", "cancel_requested", "cancel_rejected",
)  # fmt: skip
# what supported_actions calls what can be done
SHIP, MOVE, HOLD, RELEASE, CANCEL, CLOSE = "create_fulfillment", "move", "hold", "release_hold", "cancel", "close"
REQUEST, ACCEPT, REJECT, WITHDRAW = (
    "request_fulfillment", "accept_fulfillment_request", "reject_fulfillment_request", "cancel_fulfillment_request",
)  # fmt: skip
REQUEST_CANCELLATION, ACCEPT_CANCELLATION, REJECT_CANCELLATION, WITHDRAW_CANCELLATION = (
    "request_cancellation", "accept_cancellation_request", "reject_cancellation_request", "cancel_cancellation_request",
)  # fmt: skip

Step = tuple[str, str | None]  # status, request_status
_BEFORE = "as before"  # stands for the request_status of a step earlier

_NEW: Mapping[str, Step] = {
    SHIP: (CLOSED, ENDED), MOVE: (CLOSED, ENDED), REQUEST: (PROCESSING, REQUESTED), CANCEL: (CANCELED, ENDED),
}  # fmt: skip
_UNDER_WAY: Mapping[str, Step] = {
    SHIP: (CLOSED, ENDED), REQUEST_CANCELLATION: (PROCESSING, CANCEL_REQUESTED), CLOSE: (INCOMPLETE, ENDED),
}  # fmt: skip
# what it is -> what can be done, and what it is then; SHIP only once all its items are shipped
STEPS: Mapping[Step, Mapping[str, Step]] = {
    (OPEN, PENDING): {**_NEW, HOLD: (ON_HOLD, PENDING)},
    (OPEN, REJECTED): {**_NEW, HOLD: (ON_HOLD, REJECTED)},
    (ON_HOLD, PENDING): {RELEASE: (OPEN, PENDING)},
    (ON_HOLD, REJECTED): {RELEASE: (OPEN, REJECTED)},
    (PROCESSING, REQUESTED): {
        **_UNDER_WAY, ACCEPT: (PROCESSING, ACCEPTED), REJECT: (OPEN, REJECTED), WITHDRAW: (OPEN, PENDING),
    },
    (PROCESSING, None): _UNDER_WAY,
    (PROCESSING, ACCEPTED): _UNDER_WAY,
    (PROCESSING, CANCEL_REJECTED): _UNDER_WAY,
    (PROCESSING, CANCEL_REQUESTED): {
        ACCEPT_CANCELLATION: (CANCELED, CANCEL_ACCEPTED), REJECT_CANCELLATION: (PROCESSING, CANCEL_REJECTED),
        WITHDRAW_CANCELLATION: (PROCESSING, _BEFORE),
    },
    (CANCELED, CANCEL_ACCEPTED): {MOVE: (CLOSED, ENDED), REQUEST: (PROCESSING, REQUESTED)},
    (INCOMPLETE, ENDED): {SHIP: (CLOSED, ENDED), REQUEST: (PROCESSING, REQUESTED), CANCEL: (CANCELED, ENDED)},
}  # fmt: skip
# at a location without callback_url nobody is asked: people there do at once what a service would be asked for
BY_HAND: Mapping[Step, Step] = {
    (PROCESSING, REQUESTED): (PROCESSING, None),
    (PROCESSING, CANCEL_REQUESTED): (CANCELED, CANCEL_ACCEPTED),
}


def supported(order: Record, fulfillment_order: Record) -> list[str]:
    """What can be done with it by now; nothing in an order that is not open, or when nothing is left to ship."""
    return list(_steps(order, fulfillment_order))


def _steps(order: Record, fulfillment_order: Record) -> Mapping[str, Step]:
    if order["status"] != orders.OPEN or not waiting_of(fulfillment_order):
        return {}
    return STEPS.get((fulfillment_order["status"], fulfillment_order["request_status"]), {})


def require(order: Record, fulfillment_order: Record, action: str) -> None:
    """Raises InvalidFields for what its status does not allow."""
    able = supported(order, fulfillment_order)
    if action in able:
        return
    status, number = fulfillment_order["status"], order["number"]
    text = f"This action is not allowed on {status} fulfillment orders."
    if order["status"] != orders.OPEN:
        text = f"This action is not allowed on {order['status']} orders."
    why = (
        f"{action}: status of fulfillment order {fulfillment_order['id']} is {status}, request_status "
        f"{fulfillment_order['request_status']}, supported_actions {', '.join(able) or 'none'}; order {number} is "
        f"{order['status']}"
    )
    raise InvalidFields.at("non_field_errors", text, why)


def after(order: Record, fulfillment_order: Record, action: str, *, is_asked: bool = True) -> Record:
    """What a fulfillment order is once this was done; ``is_asked``: its location answers requests itself.

    Raises InvalidFields for what its status does not allow.
    """
    require(order, fulfillment_order, action)
    step = _steps(order, fulfillment_order)[action]
    status, request_status = step if is_asked else BY_HAND.get(step, step)
    request_status = fulfillment_order["before"] if request_status == _BEFORE else request_status
    before = fulfillment_order["request_status"]
    return {**fulfillment_order, "status": status, "request_status": request_status, "before": before}

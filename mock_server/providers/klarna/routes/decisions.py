"""What a tester has Klarna's fraud assessment say of an order, at will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_server.core.later import Later
from mock_server.web.operations import Call, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.klarna.actions import decisions as actions
    from mock_server.providers.klarna.schemas import decisions as schemas
else:
    actions = Later("mock_server.providers.klarna.actions.decisions")
    schemas = Later("mock_server.providers.klarna.schemas.decisions")


@operation(
    "klarna.decisions", "POST", "/_mock/klarna/orders/<order_id>/decide",
    docs="https://docs.klarna.com/payments/after-payments/order-management/manage-orders-with-the-api/pending-orders/",
    load=lambda call: schemas.load_decision(call.json), schema=lambda: schemas.DecisionSchema,
)  # fmt: skip
def decide_order(call: Call) -> Reply:
    return Reply(actions.decide_order(call.world, call.path_args["order_id"], call.body["fraud_status"]))


DECISIONS_CONTROLS = (decide_order,)

"""An order to manage, and a merchant's requests about it."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.test import TestResponse

from .conftest import Klarna, purchase_of
from .refusals import ON_ANY_ANSWER, UUID

ORDERS = "/ordermanagement/v1/orders"
ADDRESS = {
    "given_name": "Astrid", "family_name": "Lind", "street_address": "Storgatan 1", "postal_code": "11122",
    "city": "Stockholm", "country": "SE", "email": "astrid@shop.test", "phone": "+46700000000",
}  # fmt: skip
NOBODY = "7849fd84-47dc-4919-a7ce-47b9f461562f"  # a UUID that no order, capture or refund has

PARCELS = {"shipping_info": [{"tracking_number": "1"}]}
# what is asked of an order -> method, path below it, body; <capture> is one of its captures
ON_AN_ORDER: dict[str, tuple[str, str, Any]] = {
    "read_order": ("GET", "", None),
    "acknowledge_order": ("POST", "/acknowledge", None),
    "update_authorization": ("PATCH", "/authorization", {"order_amount": 1}),
    "cancel_order": ("POST", "/cancel", None),
    "create_capture": ("POST", "/captures", {"captured_amount": 1}),
    "list_captures": ("GET", "/captures", None),
    "update_customer_details": ("PATCH", "/customer-details", {"shipping_address": {"city": "Lund"}}),
    "extend_authorization_time": ("POST", "/extend-authorization-time", None),
    "update_merchant_references": ("PATCH", "/merchant-references", {"merchant_reference1": "ON-2"}),
    "create_refund": ("POST", "/refunds", {"refunded_amount": 1}),
    "release_remaining_authorization": ("POST", "/release-remaining-authorization", None),
    "add_shipping_info": ("POST", "/shipping-info", PARCELS),
}
ON_A_CAPTURE: dict[str, tuple[str, str, Any]] = {
    "read_capture": ("GET", "/captures/<capture>", None),
    "add_capture_shipping_info": ("POST", "/captures/<capture>/shipping-info", PARCELS),
    "update_capture_customer_details": (
        "PATCH", "/captures/<capture>/customer-details", {"billing_address": {"city": "Lund"}},
    ),
    "trigger_send_out": ("POST", "/captures/<capture>/trigger-send-out", None),
    "read_due_date_options": ("GET", "/captures/<capture>/extend-due-date-options", None),
    "extend_due_date": ("PATCH", "/captures/<capture>/extend-due-date", {"number_of_days": 14}),
}  # fmt: skip
ON_A_REFUND: dict[str, tuple[str, str, Any]] = {"read_refund": ("GET", "/refunds/<capture>", None)}
ALL = ON_AN_ORDER | ON_A_CAPTURE | ON_A_REFUND

CAPTURE = "32904e4c-61d2-400e-9b77-c69a4b8e2d5f"


class Orders:
    """What a merchant does with orders; amounts in minor units, an order has 25000."""

    def __init__(self, klarna: Klarna) -> None:
        self.klarna = klarna

    def place(self, *, outcome: str = "accepted", **fields: Any) -> str:
        """Have a shopper buy two kettles; answers with the order's id."""
        purchase = purchase_of(billing_address=ADDRESS, merchant_reference1="ON-1", **fields)
        session_id = self.klarna.create_session(purchase).get_json()["session_id"]
        token = self.klarna.authorize(session_id, outcome=outcome).get_json()["authorization_token"]
        return str(self.klarna.create_order(token, purchase).get_json()["order_id"])

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """``path`` below the orders: ``<order id>/captures``."""
        return self.klarna.call(method, f"{ORDERS}/{path}", body, **headers)

    def read(self, order_id: str) -> dict[str, Any]:
        answer = self.ask("GET", order_id)
        assert 200 == answer.status_code, answer.text
        order: dict[str, Any] = answer.get_json()
        return order

    def capture(self, order_id: str, amount: int, **fields: Any) -> str:
        answer = self.ask("POST", f"{order_id}/captures", {"captured_amount": amount, **fields})
        assert 201 == answer.status_code, answer.text
        return answer.headers["Capture-Id"]

    def refund(self, order_id: str, amount: int, **fields: Any) -> str:
        answer = self.ask("POST", f"{order_id}/refunds", {"refunded_amount": amount, **fields})
        assert 201 == answer.status_code, answer.text
        return answer.headers["Refund-Id"]

    def add_rule(self, operation: str, then: dict[str, Any], **more: Any) -> None:
        rule = {"when": {"operation": f"klarna.order_management.{operation}"}, "then": then, **more}
        answer = self.klarna.call("POST", "/_mock/rules", rule)
        assert 201 == answer.status_code, answer.text

    def stored(self) -> list[dict[str, Any]]:
        """Every order as the ledger has it."""
        return list(self.klarna.world.store.all("orders"))


def assert_refused(answer: TestResponse, status: int, code: str, messages: list[str]) -> None:
    """Status, bytes and headers are those of Order Management's envelope."""
    correlation_id = answer.headers["Klarna-Correlation-Id"]
    told = {"error_code": code, "error_messages": messages, "correlation_id": correlation_id}
    expected = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
    assert (status, expected) == (answer.status_code, answer.text)
    assert UUID.fullmatch(correlation_id)
    assert ("application/json", str(len(expected))) == (
        answer.headers["Content-Type"], answer.headers["Content-Length"],
    )  # fmt: skip
    assert ON_ANY_ANSWER == {name: answer.headers[name] for name in ON_ANY_ANSWER}
    assert not {"Transaction-Id", "Render-Time", "Location"} & set(answer.headers.keys())

"""Order Management as clients ask it: once more, with ids in capitals, and what libraries expect of an answer."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from .conftest import Klarna

ORDERS = "/ordermanagement/v1/orders"


def made(klarna: Klarna, state: str) -> dict[str, Any]:
    order: dict[str, Any] = klarna.call("POST", "/_mock/klarna/orders", {"state": state}).get_json()
    return order


def read(klarna: Klarna, order_id: str) -> dict[str, Any]:
    order: dict[str, Any] = klarna.call("GET", f"{ORDERS}/{order_id}").get_json()
    return order


class TestCancelledOnceMore:
    def cancel(self, klarna: Klarna, order_id: str) -> TestResponse:
        return klarna.call("POST", f"{ORDERS}/{order_id}/cancel")

    def test_it_is_answered_as_the_first_time(self, klarna: Klarna) -> None:
        order_id = made(klarna, "AUTHORIZED")["order_id"]

        answers = [self.cancel(klarna, order_id) for _ in range(2)]

        assert [(204, b""), (204, b"")] == [(answer.status_code, answer.data) for answer in answers]
        assert all("Transaction-Id" in answer.headers for answer in answers)

    def test_nothing_changes(self, klarna: Klarna) -> None:
        order_id = made(klarna, "CANCELLED")["order_id"]
        before = read(klarna, order_id)

        self.cancel(klarna, order_id)

        assert before == read(klarna, order_id)

    def test_an_expired_order_was_never_cancelled(self, klarna: Klarna) -> None:
        order_id = made(klarna, "EXPIRED")["order_id"]

        answer = self.cancel(klarna, order_id)

        assert (403, "CANCEL_NOT_ALLOWED") == (answer.status_code, answer.get_json()["error_code"])


class TestIdsInCapitals:
    """Some databases print UUIDs so; they are the same UUIDs."""

    def test_an_order_is_found(self, klarna: Klarna) -> None:
        order_id = made(klarna, "CAPTURED")["order_id"]

        assert read(klarna, order_id) == read(klarna, order_id.upper())

    def test_its_captures_and_refunds_are_found(self, klarna: Klarna) -> None:
        order = made(klarna, "REFUNDED")
        url = f"{ORDERS}/{order['order_id'].upper()}"
        capture, refund = order["captures"][0], order["refunds"][0]

        found = [
            klarna.call("GET", f"{url}/captures/{capture['capture_id'].upper()}").get_json(),
            klarna.call("GET", f"{url}/refunds/{refund['refund_id'].upper()}").get_json(),
        ]

        assert [capture, refund] == found

    def test_it_is_captured_and_its_capture_is_read_where_the_answer_says(self, klarna: Klarna) -> None:
        order_id = made(klarna, "AUTHORIZED")["order_id"]

        answer = klarna.call("POST", f"{ORDERS}/{order_id.upper()}/captures", {"captured_amount": 10000})

        assert 201 == answer.status_code
        location = answer.headers["Location"].removeprefix("http://localhost")
        assert read(klarna, order_id)["captures"] == [klarna.call("GET", location).get_json()]

    def test_rules_see_what_was_bought(self, klarna: Klarna) -> None:
        order_id = made(klarna, "AUTHORIZED")["order_id"]
        when = {"operation": "klarna.order_management.create_capture", "match": {"purchase.country": "DE"}}
        klarna.call("POST", "/_mock/rules", {"when": when, "then": {"outcome": "rejected"}})

        answer = klarna.call("POST", f"{ORDERS}/{order_id.upper()}/captures", {"captured_amount": 10000})

        assert "PAYMENT_METHOD_FAILED" == answer.get_json()["error_code"]

    def test_its_transactions_are_listed(self, klarna: Klarna) -> None:
        order_id = made(klarna, "CAPTURED")["order_id"]

        found = klarna.call("GET", f"/settlements/v1/transactions?order_id={order_id.upper()}").get_json()

        assert {order_id} == {transaction["order_id"] for transaction in found["transactions"]}


class TestTheCustomerOfACapture:
    """As kco_rest_php and Klarna's module for Magento have it: the billing address of a capture, nothing else."""

    def update(self, klarna: Klarna, order: dict[str, Any], **body: Any) -> TestResponse:
        path = f"{ORDERS}/{order['order_id']}/captures/{order['captures'][0]['capture_id']}/customer-details"
        return klarna.call("PATCH", path, body)

    def test_its_billing_address_is_replaced_in_part(self, klarna: Klarna) -> None:
        order = made(klarna, "CAPTURED")
        change = {"email": "user@example.com", "phone": "57-3895734"}

        answer = self.update(klarna, order, billing_address=change)

        assert (204, b"") == (answer.status_code, answer.data)
        capture = read(klarna, order["order_id"])["captures"][0]
        assert order["billing_address"] | change == capture["billing_address"]

    def test_a_second_change_adds_to_the_first(self, klarna: Klarna) -> None:
        order = made(klarna, "CAPTURED")
        self.update(klarna, order, billing_address={"phone": "57-3895734", "title": "Mrs"})

        self.update(klarna, order, billing_address={"title": ""})

        address = read(klarna, order["order_id"])["captures"][0]["billing_address"]
        assert order["billing_address"] | {"phone": "57-3895734"} == address

    def test_the_order_and_its_other_captures_keep_theirs(self, klarna: Klarna) -> None:
        order = made(klarna, "PART_CAPTURED")
        klarna.call("POST", f"{ORDERS}/{order['order_id']}/captures", {"captured_amount": 1})

        self.update(klarna, order, billing_address={"city": "Lund"})

        after = read(klarna, order["order_id"])
        cities = [after["billing_address"]["city"], *(each["billing_address"]["city"] for each in after["captures"])]
        own = order["billing_address"]["city"]
        assert [own, "Lund", own] == cities

    def test_its_shipping_address_cannot_be_changed(self, klarna: Klarna) -> None:
        order = made(klarna, "PART_CAPTURED")
        before = read(klarna, order["order_id"])

        answer = self.update(klarna, order, shipping_address={"city": "Lund"}, billing_address={"city": "Lund"})

        assert (403, "NOT_ALLOWED") == (answer.status_code, answer.get_json()["error_code"])
        assert "of a capture only the billing_address can be changed" == klarna.explanation(answer)["because"]
        assert before == read(klarna, order["order_id"])

    def test_a_mandatory_part_cannot_be_cleared(self, klarna: Klarna) -> None:
        order = made(klarna, "CAPTURED")

        answer = self.update(klarna, order, billing_address={"city": ""})

        assert (422, "INVALID_ADDRESS") == (answer.status_code, answer.get_json()["error_code"])
        fault = {"path": "billing_address/city", "text": "city is mandatory, it cannot be cleared"}
        assert [fault] == klarna.explanation(answer)["faults"]
        assert order["billing_address"] == read(klarna, order["order_id"])["captures"][0]["billing_address"]

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

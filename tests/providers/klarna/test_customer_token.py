"""Customer Token v1 over HTTP: tokens are read, charged and cancelled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from .charges import AMERICAN, cancel, change, charge, charge_of, placed, read, token_of, token_of_american
from .conftest import Klarna, klarna_with, purchase_of

CONFIRMATION = {"confirmation": "https://shop.test/thanks?order={order.id}&session={session.id}"}
UNKNOWN = "unknown-token"
# as recorded on 2021-10-04: what a charge without a body's fields is told
EMPTY = "Bad value: order_lines, purchase_currency, order_amount, order_tax_amount"


class TestReadToken:
    def test_a_token_is_read_as_recorded(self, klarna: Klarna) -> None:
        answer = read(klarna, token_of_american(klarna))

        assert (200, "application/json") == (answer.status_code, answer.headers["Content-Type"])
        assert '{\n  "payment_method_type" : "SLICE_IT_BY_CARD",\n  "status" : "ACTIVE"\n}' == answer.text

    def test_a_token_that_pays_by_direct_debit_tells_a_masked_account(self, klarna: Klarna) -> None:
        token = token_of(klarna, "pay_now")

        body = read(klarna, token).get_json()

        assert ["direct_debit", "payment_method_type", "status"] == list(body)
        assert ("DIRECT_DEBIT", "*" * 10, 13) == (
            body["payment_method_type"], body["direct_debit"]["masked_number"][:10],
            len(body["direct_debit"]["masked_number"]),
        )  # fmt: skip
        assert body == read(klarna, token).get_json()

    def test_a_token_that_pays_by_card_tells_a_masked_card(self, klarna: Klarna) -> None:
        token = token_of(klarna)
        change(klarna, token, payment_method_type="CARD")

        card = read(klarna, token).get_json()["card"]

        assert ("VISA", "11/2030", "*" * 12) == (card["brand"], card["expiry_date"], card["masked_number"][:12])
        assert card["masked_number"][12:].isdigit() and 16 == len(card["masked_number"])

    def test_an_unknown_token_is_refused_as_recorded(self, klarna: Klarna) -> None:
        answer = read(klarna, UNKNOWN)

        assert (404, ["error_code", "error_messages", "correlation_id"]) == (
            answer.status_code, list(answer.get_json()),
        )  # fmt: skip
        assert ("TOKEN_NOT_FOUND", ["Customer token not found"], answer.headers["Klarna-Correlation-Id"]) == tuple(
            answer.get_json().values()
        )
        assert f"no customer token {UNKNOWN} in world default" == klarna.explanation(answer)["because"]

    @pytest.mark.parametrize("outcome", ["suspended", "cancelled"])
    def test_an_outcome_shows_a_token_that_is_as_it_was(self, klarna: Klarna, outcome: str) -> None:
        token = token_of(klarna)

        answer = read(klarna, token, X_Mock_Outcome=outcome)

        assert outcome.upper() == answer.get_json()["status"]
        assert "ACTIVE" == read(klarna, token).get_json()["status"]

    def test_a_token_outlives_its_session_and_its_authorization(self, klarna: Klarna) -> None:
        token = token_of(klarna)

        klarna.world.advance(timedelta(days=400))

        assert (200, 200) == (read(klarna, token).status_code, charge(klarna, token).status_code)


class TestCreateOrder:
    def test_a_charge_is_answered_as_recorded(self, klarna: Klarna) -> None:
        answer = charge(klarna, token_of_american(klarna), charge_of(purchase_currency="USD", locale="en-US"))

        (order,) = placed(klarna)
        assert (200, "application/json") == (answer.status_code, answer.headers["Content-Type"])
        assert [
            ("authorized_payment_method", {"type": "slice_it_by_card"}),
            ("fraud_status", "ACCEPTED"),
            ("order_id", order["order_id"]),
        ] == list(answer.get_json().items())

    def test_the_order_knows_the_tokens_shopper_and_the_bodys_purchase(self, klarna: Klarna) -> None:
        token = token_of_american(klarna)
        body = charge_of(2500, purchase_currency="USD", merchant_reference1="ON-7")

        charge(klarna, token, body)

        (order,) = placed(klarna)
        assert (2500, "US", "USD", "ON-7", "AUTHORIZED", token, "PK00001_test", "klarna") == tuple(
            order[name]
            for name in (
                "order_amount", "purchase_country", "purchase_currency", "merchant_reference1", "status",
                "customer_token_id", "merchant", "placed_through",
            )
        )  # fmt: skip
        assert (AMERICAN, AMERICAN) == (order["billing_address"], order["shipping_address"])
        assert {"type": "slice_it_by_card"} == order["initial_payment_method"]

    def test_the_goods_may_go_elsewhere(self, klarna: Klarna) -> None:
        charge(klarna, token_of(klarna), charge_of(shipping_address={"city": "Lund", "phone": "12345"}))

        assert {"city": "Lund", "phone": "12345"} == placed(klarna)[0]["shipping_address"]

    def test_the_money_may_be_captured_at_once(self, klarna: Klarna) -> None:
        charge(klarna, token_of(klarna), charge_of(auto_capture=True))

        assert "CAPTURED" == placed(klarna)[0]["status"]

    def test_a_currency_may_be_written_small(self, klarna: Klarna) -> None:
        assert 200 == charge(klarna, token_of(klarna), charge_of(purchase_currency="sek")).status_code

    def test_nothing_at_all_is_refused_with_the_recorded_bytes(self, klarna: Klarna) -> None:
        answer = charge(klarna, token_of(klarna), {})

        assert (400, "195", "application/json") == (
            answer.status_code, answer.headers["Content-Length"], answer.headers["Content-Type"],
        )  # fmt: skip
        assert ["correlation_id", "error_code", "error_messages"] == list(answer.get_json())
        assert ("BAD_VALUE", [EMPTY]) == (answer.get_json()["error_code"], answer.get_json()["error_messages"])

    def test_lines_that_do_not_add_up_are_explained(self, klarna: Klarna) -> None:
        answer = charge(klarna, token_of(klarna), charge_of(order_amount=999))

        assert ["Bad value: order_amount"] == answer.get_json()["error_messages"]
        assert "order_amount is 999, expected 1000 = 1000" == klarna.explanation(answer)["faults"][0]["text"]
        assert [] == placed(klarna)

    def test_a_confirmation_url_gets_the_browser_back_to_the_shop(self, klarna: Klarna) -> None:
        answer = charge(klarna, token_of(klarna), charge_of(merchant_urls=CONFIRMATION)).get_json()
        klarna.world.advance(timedelta(days=3))  # longer than any session lasts

        found = klarna.http.get(answer["redirect_url"])

        assert ["authorized_payment_method", "fraud_status", "order_id", "redirect_url"] == list(answer)
        assert f"http://localhost/eu/kp/v1/sessions/{answer['order_id']}/redirect" == answer["redirect_url"]
        shop = f"https://shop.test/thanks?order={answer['order_id']}&session={answer['order_id']}"
        assert (302, shop) == (found.status_code, found.headers["Location"])

    def test_an_order_without_a_confirmation_url_leads_nowhere(self, klarna: Klarna) -> None:
        order_id = charge(klarna, token_of(klarna)).get_json()["order_id"]

        found = klarna.http.get(f"/eu/kp/v1/sessions/{order_id}/redirect")

        assert 404 == found.status_code

    def test_the_id_of_an_order_with_a_session_is_no_sessions(self, klarna: Klarna) -> None:
        order_id = klarna.create_order(
            klarna.token(merchant_urls=CONFIRMATION), purchase_of(merchant_urls=CONFIRMATION)
        ).get_json()["order_id"]

        found = klarna.http.get(f"/eu/kp/v1/sessions/{order_id}/redirect")

        assert 404 == found.status_code

    def test_a_setting_makes_the_method_a_bare_string(self) -> None:
        klarna = klarna_with(klarna_authorized_payment_method="string")

        answer = charge(klarna, token_of(klarna))

        assert "invoice" == answer.get_json()["authorized_payment_method"]

    def test_the_same_key_gets_the_same_answer_whatever_else_is_sent(self, klarna: Klarna) -> None:
        token, key = token_of(klarna), "7d1e6a8c-0b3f-5a2d-9c4e-1f2a3b4c5d6e"

        first = charge(klarna, token, Klarna_Idempotency_Key=key)
        again = charge(klarna, token, charge_of(9999), Klarna_Idempotency_Key=key)
        other = charge(klarna, token, Klarna_Idempotency_Key="another")

        assert (200, first.data, first.headers["Content-Type"]) == (
            again.status_code, again.data, again.headers["Content-Type"],
        )  # fmt: skip
        assert first.data != other.data
        assert [1000, 1000] == [order["order_amount"] for order in placed(klarna)]

    def test_a_key_gets_its_refusal_again_too(self, klarna: Klarna) -> None:
        token = token_of(klarna)
        klarna.call("PUT", "/_mock/scenario", {"name": "charge-failed-then-recovers"})

        first, again = (charge(klarna, token, Klarna_Idempotency_Key="key") for _ in range(2))

        assert [403, 403] == [first.status_code, again.status_code]
        assert (first.data, first.headers["Content-Type"]) == (again.data, again.headers["Content-Type"])


class TestUpdateStatus:
    def test_a_token_is_cancelled_with_an_empty_answer_as_recorded(self, klarna: Klarna) -> None:
        token = token_of(klarna)

        answer = cancel(klarna, token)

        assert (202, b"", "0") == (answer.status_code, answer.data, answer.headers["Content-Length"])
        assert "Content-Type" not in answer.headers
        assert "CANCELLED" == read(klarna, token).get_json()["status"]

    def test_it_may_be_cancelled_again_as_recorded(self, klarna: Klarna) -> None:
        token = token_of(klarna)

        assert [202, 202] == [cancel(klarna, token).status_code for _ in range(2)]

    @pytest.mark.parametrize("status", ["ACTIVE", "SUSPENDED", "cancelled", "", None, 5, ["CANCELLED"]])
    def test_a_merchant_can_do_nothing_else(self, klarna: Klarna, status: Any) -> None:
        token = token_of(klarna)

        answer = cancel(klarna, token, status)

        assert (400, ["Bad value: status"]) == (answer.status_code, answer.get_json()["error_messages"])
        assert "ACTIVE" == read(klarna, token).get_json()["status"]

    def test_an_unknown_token_is_refused_as_recorded(self, klarna: Klarna) -> None:
        answer = cancel(klarna, UNKNOWN)

        assert (404, "error_code") == (answer.status_code, next(iter(answer.get_json())))


class TestChangeToken:
    def test_klarna_suspends_a_token_and_takes_it_back(self, klarna: Klarna) -> None:
        token = token_of(klarna)

        suspended = change(klarna, token, status="SUSPENDED").get_json()
        refused = charge(klarna, token)
        change(klarna, token, status="ACTIVE")

        assert {"token_id": token, "payment_method_type": "INVOICE", "status": "SUSPENDED"} == suspended
        assert (403, 200) == (refused.status_code, charge(klarna, token).status_code)

    def test_a_customer_who_pays_another_way_pays_so_from_then_on(self, klarna: Klarna) -> None:
        token = token_of(klarna)

        change(klarna, token, payment_method_type="PAY_BY_CARD")

        assert {"type": "pay_by_card"} == charge(klarna, token).get_json()["authorized_payment_method"]

    def test_cancelled_is_cancelled_for_good(self, klarna: Klarna) -> None:
        token = token_of(klarna)
        cancel(klarna, token)

        answer = change(klarna, token, status="ACTIVE")

        assert (409, f"customer token {token} is CANCELLED and cannot become ACTIVE") == (
            answer.status_code, answer.get_json()["error"],
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({}, 'expected {"status": "SUSPENDED"}'),
            ({"status": "STOPPED"}, "Must be one of: ACTIVE, SUSPENDED, CANCELLED"),
            ({"payment_method_type": "CASH"}, "Must be one of: INVOICE"),
            ({"stauts": "ACTIVE"}, "did you mean 'status'?"),
        ],
    )
    def test_what_makes_no_sense_is_told_with_what_would(
        self, klarna: Klarna, changes: dict[str, Any], told: str
    ) -> None:
        answer = change(klarna, token_of(klarna), **changes)

        assert (400, True) == (answer.status_code, told in answer.get_json()["error"])

    def test_an_unknown_token_is_told(self, klarna: Klarna) -> None:
        answer = change(klarna, UNKNOWN, status="SUSPENDED")

        assert (404, f"no customer token {UNKNOWN} in world default") == (
            answer.status_code, answer.get_json()["error"],
        )  # fmt: skip

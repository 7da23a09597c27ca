"""Payments by redirect: what becomes of each outcome, and how the shopper comes back."""

from __future__ import annotations

import json

import pytest

from tests.klarna import fine
from tests.next_commerce import CAPTURES_LATER, OLD, RETURN_URL, NextCommerce

WITHOUT_KLARNA = (
    "paypal", "ideal", "bancontact", "affirm", "afterpay", "twint", "swish", "sofort", "giropay", "sepa_debit", "link",
    "apple_pay", "google_pay",
)  # fmt: skip


def test_a_paid_klarna_order_is_one_of_the_ledger(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy()

    (klarna,) = next_commerce.ledger_orders()
    assert ("CAPTURED", 1500, "next_commerce", order["number"]) == tuple(
        klarna[name] for name in ("status", "captured_amount", "placed_through", "merchant_reference1")
    )
    assert ["physical", "shipping_fee"] == [line["type"] for line in klarna["order_lines"]]
    assert ("US", "USD", "jane@shop.test") == (
        klarna["purchase_country"], klarna["purchase_currency"], klarna["billing_address"]["email"],
    )  # fmt: skip


def test_klarnas_session_is_open_while_the_shopper_is_away(next_commerce: NextCommerce) -> None:
    next_commerce.start()

    (session,) = fine(next_commerce.control("GET", "/state/sessions"))

    assert ("incomplete", 1500) == (session["status"], session["purchase"]["order_amount"])


@pytest.mark.parametrize("method", WITHOUT_KLARNA)
def test_the_other_redirect_methods_go_the_same_way_without_the_ledger(
    next_commerce: NextCommerce, method: str
) -> None:
    order = next_commerce.buy(method)

    assert ("paid", method) == (order["payment_status"], order["transactions"][0]["payment_method"])
    assert [] == next_commerce.ledger_orders()


@pytest.mark.parametrize("outcome", ["declined", "cancelled", "expired"])
def test_nothing_comes_of_a_payment_that_was_not_made(next_commerce: NextCommerce, outcome: str) -> None:
    told = next_commerce.complete(next_commerce.start(), outcome)

    assert None is told["order"]
    assert {"method": "POST", "url": RETURN_URL, "fields": {"response": "{}"}} == told["return"]
    assert ([], [], ["ada@example.com"]) == (
        next_commerce.results("/orders/"), next_commerce.ledger_orders(),
        [user["email"] for user in next_commerce.state("users")],
    )  # fmt: skip


def test_a_decline_leaves_a_failed_transaction_with_its_code(next_commerce: NextCommerce) -> None:
    next_commerce.complete(next_commerce.start(), "declined", code=2001)

    (transaction,) = next_commerce.results("/transactions/")

    assert ("failed", 2001, "klarna", None) == tuple(
        transaction[name] for name in ("status", "response_code", "payment_method", "order")
    )


def test_the_return_holds_the_order_as_the_api_shows_it(next_commerce: NextCommerce) -> None:
    told = next_commerce.complete(next_commerce.start())

    order = json.loads(told["return"]["fields"]["response"])

    assert next_commerce.read(order["number"]) == order == told["order"]


def test_the_return_is_of_the_version_of_the_request(next_commerce: NextCommerce) -> None:
    old = next_commerce.of_version(OLD)

    told = old.complete(old.start())

    assert "total_outstanding" not in json.loads(told["return"]["fields"]["response"])


def test_a_shopper_who_closes_the_window_leaves_an_order_and_no_return(next_commerce: NextCommerce) -> None:
    told = next_commerce.complete(next_commerce.start(), "abandoned", deliver=True)

    assert ("paid", None, None) == (told["order"]["payment_status"], told["return"], told["delivered"])


def test_a_payment_is_decided_once(next_commerce: NextCommerce) -> None:
    payment = next_commerce.start()
    next_commerce.complete(payment)

    again = next_commerce.control("POST", f"/next_commerce/payments/{payment}/complete", {"outcome": "declined"})

    assert (409, "IMPOSSIBLE") == (again.status, again.json["code"])
    assert 1 == len(next_commerce.results("/orders/"))


def test_a_payment_nobody_started_is_not_found(next_commerce: NextCommerce) -> None:
    answer = next_commerce.control("POST", "/next_commerce/payments/nobody/complete", {})

    assert (404, "NOT_FOUND") == (answer.status, answer.json["code"])


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"outcome": "approved"}, "'approved' is none of accepted, pending, declined, cancelled, expired, abandoned"),
        ({"outcome": "declined", "code": 1}, "code is 1; expected one of 2000"),
        ({"outcome": "declined", "decide": "accepted"}, "decide: no option of outcome declined"),
        ({"outcom": "declined"}, "did you mean 'outcome'?"),
    ],
)
def test_what_a_tester_asks_wrongly_is_explained(
    next_commerce: NextCommerce, asked: dict[str, object], text: str
) -> None:
    answer = next_commerce.control("POST", f"/next_commerce/payments/{next_commerce.start()}/complete", asked)

    assert 400 == answer.status
    assert text in answer.json["error"]


def test_an_hour_or_two_days_later(next_commerce: NextCommerce) -> None:
    next_commerce.freeze()
    first, second = next_commerce.start(), next_commerce.start()

    next_commerce.advance("47h")
    paid = next_commerce.complete(first)
    fired = next_commerce.advance("61m")
    late = next_commerce.control("POST", f"/next_commerce/payments/{second}/complete", {})

    assert "paid" == paid["order"]["payment_status"]
    assert "next_commerce.payment.expired" in [each["what"] for each in fired]
    assert 409 == late.status
    assert 1 == len(next_commerce.results("/orders/"))


def test_a_pending_klarna_order_is_paid_once_klarna_accepts(next_commerce: NextCommerce) -> None:
    next_commerce.freeze()

    order = next_commerce.complete(next_commerce.start(), "pending", decide="accepted", after="5m")["order"]
    next_commerce.advance("6m")

    assert ("pending", []) == (order["payment_status"], order["transactions"])
    assert "open/paid/unfulfilled" == next_commerce.status(order["number"])
    assert ["debit 15.00"] == next_commerce.transactions(order["number"])


def test_a_pending_klarna_order_is_canceled_once_klarna_rejects(next_commerce: NextCommerce) -> None:
    next_commerce.freeze()

    order = next_commerce.complete(next_commerce.start(), "pending", decide="rejected", after="5m")["order"]
    next_commerce.advance("6m")

    assert "canceled/voided/unfulfilled" == next_commerce.status(order["number"])
    assert ["debit 15.00 failed"] == next_commerce.transactions(order["number"])


def test_a_canceled_order_stays_as_it_is_when_klarna_cancels_its_own_four_hours_later(
    next_commerce: NextCommerce,
) -> None:
    next_commerce.freeze()
    number = next_commerce.complete(next_commerce.start(), "pending", decide="rejected", after="5m")["order"]["number"]
    next_commerce.advance("6m")
    before = [next_commerce.get(f"/orders/{number}/"), next_commerce.control("GET", "/webhooks").json]

    fired = next_commerce.advance("4h")

    assert "order.cancelled" in [event["what"] for event in fired]
    assert before == [next_commerce.get(f"/orders/{number}/"), next_commerce.control("GET", "/webhooks").json]


def test_only_klarna_decides_later(next_commerce: NextCommerce) -> None:
    payment = next_commerce.start("ideal")

    answer = next_commerce.control("POST", f"/next_commerce/payments/{payment}/complete", {"outcome": "pending"})
    next_commerce.choose_scenario("pending-then-rejected")
    order = next_commerce.complete(payment)["order"]

    assert 400 == answer.status
    assert "paid" == order["payment_status"]


def test_a_gateway_may_take_the_money_later(next_commerce: NextCommerce) -> None:
    details = {"payment_return_url": RETURN_URL, "payment_gateway": CAPTURES_LATER}
    order = next_commerce.buy(payment_details=details)

    before = next_commerce.status(order["number"])
    next_commerce.post(f"/orders/{order['number']}/capture/")

    assert "open/authorized/unfulfilled" == before
    assert "open/paid/unfulfilled" == next_commerce.status(order["number"])
    assert ["authorize 15.00", "capture 15.00"] == next_commerce.transactions(order["number"])
    assert 1500 == next_commerce.ledger_orders()[0]["captured_amount"]


def test_what_was_only_authorized_is_let_go_with_the_order(next_commerce: NextCommerce) -> None:
    details = {"payment_return_url": RETURN_URL, "payment_gateway": CAPTURES_LATER}
    number = next_commerce.buy(payment_details=details)["number"]

    next_commerce.post(f"/orders/{number}/cancel/", {"cancel_reason": "no"})

    assert "canceled/voided/unfulfilled" == next_commerce.status(number)
    assert "CANCELLED" == next_commerce.ledger_orders()[0]["status"]


def test_a_rule_decides_what_the_shopper_does(next_commerce: NextCommerce) -> None:
    payment = next_commerce.start(user={"email": "customer+denied@email.us"})

    told = next_commerce.complete(payment)

    assert ("failed", "declined") == (told["payment"]["status"], told["payment"]["outcome"])


def test_two_payments_of_one_customer_make_one_customer(next_commerce: NextCommerce) -> None:
    first, second = next_commerce.start(), next_commerce.start()

    orders = [next_commerce.complete(payment)["order"] for payment in (first, second)]

    assert 1 == len({order["user"]["id"] for order in orders})
    assert 2 == len({order["number"] for order in orders})

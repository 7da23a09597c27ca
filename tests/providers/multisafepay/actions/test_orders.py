"""Orders of MultiSafepay: created, found again, and what they are in the ledger."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.multisafepay import PERSON, MultiSafepay, order_of

from ..website import multisafepay_with

SHOP = {"redirect_url": "http://shop.test/thanks?from=msp", "cancel_url": "http://shop.test/cart"}
# answer of the version -> the members of a page's answer, in order
MEMBERS_OF_A_PAGE = {
    "2019": ["order_id", "payment_url"],
    "2021": ["order_id", "payment_url", "session_id"],
    "2025": ["order_id", "payment_url", "session_id", "events_token", "events_url", "events_stream_url"],
}
ODD_IDS = ["2026/001", "two words", "Grüße-7", "50%/off?#1", "a+b", "000123", "../orders"]
UNPAID_ENDS = ("declined", "cancelled", "expired")


def _ledger(multisafepay: MultiSafepay) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = multisafepay.control("GET", "/state/orders").json
    return found


@pytest.mark.parametrize("version", MEMBERS_OF_A_PAGE)
def test_a_page_is_answered_as_in_its_year(version: str) -> None:
    answer = multisafepay_with(multisafepay_version=version).create()

    assert MEMBERS_OF_A_PAGE[version] == list(answer)
    assert "ON-1" == answer["order_id"]


@pytest.mark.parametrize(
    ("kind", "path"), [("redirect", "connect"), ("paymentlink", "connect"), ("checkout", "v3/fco")]
)
def test_the_shopper_is_sent_to_a_page_of_the_session(multisafepay: MultiSafepay, kind: str, path: str) -> None:
    answer = multisafepay.create(type=kind, payment_options=SHOP)

    session_id = answer["session_id"]
    assert re.fullmatch("8[0-9A-Za-z]{34}", session_id)
    assert f"http://localhost/{path}/{session_id}/?lang=nl_NL&world=test" == answer["payment_url"]


def test_a_redirect_order_waits_without_a_transaction(multisafepay: MultiSafepay) -> None:
    multisafepay.create()

    order = multisafepay.read()

    assert ["initialized", "initialized", None] == [
        order["status"], order["financial_status"], order["transaction_id"],
    ]  # fmt: skip
    assert [{}, []] == [order["payment_details"], order["payment_methods"]]


def test_an_order_without_a_type_is_a_redirect(multisafepay: MultiSafepay) -> None:
    body = order_of()
    del body["type"]

    assert "payment_url" in multisafepay.data("POST", "/orders", body)


def test_a_direct_klarna_order_is_answered_whole_with_klarnas_page_behind(multisafepay: MultiSafepay) -> None:
    answer = multisafepay.create(type="direct", payment_options=SHOP)

    names = list(answer)
    assert ["qr_url", "payment_url"] == names[-2:]
    assert sorted(names[:-2]) == names[:-2]
    assert answer["payment_url"] == answer["qr_url"]
    assert "/connect/" in answer["payment_url"]
    assert ["initialized", "initialized", "KLARNA"] == [
        answer["status"], answer["financial_status"], answer["payment_details"]["type"],
    ]  # fmt: skip


def test_reading_a_direct_order_shows_the_same_without_the_urls(multisafepay: MultiSafepay) -> None:
    answer = multisafepay.create(type="direct")

    order = multisafepay.read()

    assert {name: value for name, value in answer.items() if name not in ("qr_url", "payment_url")} == order
    assert re.fullmatch(r"\d{16}", str(order["transaction_id"]))


@pytest.mark.parametrize(
    ("gateway", "state"),
    [("AFTERPAY", "completed/uncleared"), ("EINVOICE", "uncleared/uncleared"), ("VISA", "completed/completed")],
)
def test_a_direct_order_without_a_page_is_paid_at_once(multisafepay: MultiSafepay, gateway: str, state: str) -> None:
    answer = multisafepay.create(type="direct", gateway=gateway, payment_options=SHOP)

    assert state == f"{answer['status']}/{answer['financial_status']}" == multisafepay.status()
    assert "http://shop.test/thanks?from=msp&transactionid=ON-1" == answer["payment_url"]
    assert "http://shop.test/cart?transactionid=ON-1" == answer["cancel_url"]
    assert [] == _ledger(multisafepay)


def test_a_refused_order_leaves_no_trace(multisafepay: MultiSafepay) -> None:
    body = order_of(type="direct", gateway="AFTERPAY")

    refused = multisafepay.refusal("POST", "/orders", body, x_mock_outcome="declined")

    assert (400, 1024, "Transaction refused") == refused
    assert (404, 1006, "Invalid transaction ID") == multisafepay.refusal("GET", "/orders/ON-1")


def test_an_unpaid_order_id_may_be_used_again_for_another_page(app: Flask, multisafepay: MultiSafepay) -> None:
    first = multisafepay.create(amount=10000)

    second = multisafepay.create(amount=2500)

    pages = [app.test_client().get(page["payment_url"]).status_code for page in (first, second)]
    assert [404, 200] == pages
    assert 2500 == multisafepay.read()["amount"]


@pytest.mark.parametrize("outcome", UNPAID_ENDS)
def test_the_order_id_of_an_order_that_ended_unpaid_may_be_used_again(
    multisafepay: MultiSafepay, outcome: str
) -> None:
    multisafepay.create()
    multisafepay.complete(outcome=outcome)

    multisafepay.create()

    assert "initialized/initialized" == multisafepay.status()


@pytest.mark.parametrize("outcome", ["accepted", "pending"])
def test_a_paid_order_id_is_taken(multisafepay: MultiSafepay, outcome: str) -> None:
    multisafepay.create()
    paid = multisafepay.complete(outcome=outcome)

    refused = multisafepay.refusal("POST", "/orders", order_of(amount=500))

    assert (404, 1006, "Invalid transaction ID") == refused
    assert [10000, paid["transaction_id"]] == [multisafepay.read()[name] for name in ("amount", "transaction_id")]


def test_a_shipped_and_refunded_order_id_stays_taken(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    multisafepay.ship()
    multisafepay.refund()

    assert 1006 == multisafepay.refusal("POST", "/orders", order_of())[1]


@pytest.mark.parametrize("status", ["refunded", "void"])
def test_a_refunded_order_id_is_taken_whatever_its_status_is_called(status: str) -> None:
    multisafepay = multisafepay_with(multisafepay_refunded=status)
    multisafepay.pay()
    multisafepay.ship()
    multisafepay.refund()

    assert 1006 == multisafepay.refusal("POST", "/orders", order_of())[1]
    assert status == multisafepay.read()["status"]


def test_a_setting_refuses_every_second_use_of_an_order_id() -> None:
    multisafepay = multisafepay_with(multisafepay_duplicates="never")
    multisafepay.create(amount=10000)

    refused = multisafepay.refusal("POST", "/orders", order_of(amount=2500))

    assert (404, 1006, "Invalid transaction ID") == refused
    assert 10000 == multisafepay.read()["amount"]


def test_the_expiry_of_a_replaced_page_is_not_the_new_ones(multisafepay: MultiSafepay) -> None:
    multisafepay.create(days_active=1)
    multisafepay.create(days_active=10)

    fired = multisafepay.advance("9d")

    assert [] == fired
    assert "initialized/initialized" == multisafepay.status()


def test_an_order_is_found_by_either_of_its_ids(multisafepay: MultiSafepay) -> None:
    paid = multisafepay.pay()

    found = multisafepay.read(str(paid["transaction_id"]))

    assert multisafepay.read("ON-1") == found


def test_an_order_is_changed_by_either_of_its_ids(multisafepay: MultiSafepay) -> None:
    paid = multisafepay.pay()

    multisafepay.ship(str(paid["transaction_id"]))

    assert "shipped/uncleared" == multisafepay.status()


@pytest.mark.parametrize("order_id", ODD_IDS)
def test_any_order_id_is_read_back_shipped_and_refunded(multisafepay: MultiSafepay, order_id: str) -> None:
    multisafepay.pay(order_id)

    multisafepay.ship(order_id)
    multisafepay.refund(order_id, amount=100)

    order = multisafepay.read(order_id)
    assert [order_id, "partial_refunded", 100] == [order[name] for name in ("order_id", "status", "amount_refunded")]


def test_an_order_id_with_a_slash_is_found_unencoded_too(multisafepay: MultiSafepay) -> None:
    multisafepay.pay("2026", amount=500)
    multisafepay.pay("2026/001")

    multisafepay.data("PATCH", "/orders/2026/001", {"status": "shipped"})
    refund = multisafepay.data("POST", "/orders/2026/001/refunds", {"currency": "EUR", "amount": 400})

    order = multisafepay.data("GET", "/orders/2026/001")
    assert [refund["transaction_id"], "2026/001", 400] == [
        order[name] for name in ("transaction_id", "order_id", "amount_refunded")
    ]
    assert "completed/uncleared" == multisafepay.status("2026")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/orders/foobar"),
        ("PATCH", "/orders/foobar"),
        ("POST", "/orders/foobar/refunds"),
        ("PATCH", "/orders/foobar/refunds/1"),
        ("POST", "/orders/foobar/capture"),
        ("PATCH", "/capture/foobar"),
        ("GET", "/transactions/1"),
    ],
)
def test_what_nobody_created_has_an_invalid_transaction_id(
    multisafepay: MultiSafepay, method: str, path: str
) -> None:
    body = {"status": "void" if "refunds/" in path else "cancelled", "currency": "EUR"} if method != "GET" else None

    assert (404, 1006, "Invalid transaction ID") == multisafepay.refusal(method, path, body)


def test_a_paid_order_is_a_klarna_order_with_the_same_amounts(multisafepay: MultiSafepay) -> None:
    items = [
        {"name": "Pot", "unit_price": "90", "quantity": "3", "merchant_item_id": "P", "tax_table_selector": "high"},
        {"name": "Sent", "unit_price": 10, "quantity": 1, "merchant_item_id": "msp-shipping"},
    ]  # 270.00 + 56.70, 10.00 + 2.10
    multisafepay.pay(amount=33880, shopping_cart={"items": items})

    ledger = multisafepay.ledger_order()

    assert {"order_amount": 33880, "order_tax_amount": 5880, "captured_amount": 0, "purchase_currency": "EUR"} == {
        name: ledger[name] for name in ("order_amount", "order_tax_amount", "captured_amount", "purchase_currency")
    }
    assert ["AUTHORIZED", "ACCEPTED", "multisafepay", "ON-1"] == [
        ledger[name] for name in ("status", "fraud_status", "placed_through", "merchant_reference1")
    ]
    assert [("physical", 3, 32670), ("shipping_fee", 1, 1210)] == [
        (line["type"], line["quantity"], line["total_amount"]) for line in ledger["order_lines"]
    ]


def test_the_shopper_is_the_same_in_the_ledger(multisafepay: MultiSafepay) -> None:
    multisafepay.pay(gateway_info={"birthday": "10-07-1970"})

    ledger = multisafepay.ledger_order()

    address = ledger["billing_address"]
    assert [PERSON["first_name"], "Kade 7", "3011AA", "NL", PERSON["email"]] == [
        address[name] for name in ("given_name", "street_address", "postal_code", "country", "email")
    ]
    assert ["NL", "nl-NL", {"date_of_birth": "1970-07-10"}] == [
        ledger[name] for name in ("purchase_country", "locale", "customer")
    ]


def test_a_redirect_order_and_its_klarna_order_know_each_other(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()

    (ledger,) = _ledger(multisafepay)

    order = multisafepay.read()
    assert ledger["order_id"] == order["payment_details"]["external_transaction_id"]
    assert ledger["order_id"] == order["payment_methods"][0]["external_transaction_id"]
    assert "ON-1" == ledger["merchant_reference1"]

"""What a shop tells MultiSafepay of an order, and what time does: shipped, cancelled, extended, settled, expired."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.multisafepay import MultiSafepay

SHIPMENTS: list[dict[str, Any]] = [
    {"status": "shipped"},
    {"status": "shipped", "tracktrace_code": "3S1", "carrier": "PostNL", "ship_date": "20-11-2026", "reason": "sent"},
    {"status": "shipped", "amount": "10000"},
    # Java and .NET leave the status out
    {"ship_date": "2026-11-20", "tracktrace_code": "3S1", "carrier": "DHL"},
    {"tracktrace_url": "http://parcels.test/3S1"},
    {"memo": "left at the door"},
]
# state -> how an order gets there, and what cancelling it makes of it (None: it is refused)
CANCELLED: dict[str, tuple[Callable[[MultiSafepay], object], str | None]] = {
    "initialized/initialized": (lambda shop: None, "cancelled/cancelled"),
    "uncleared/uncleared": (lambda shop: shop.complete(outcome="pending"), "void/void"),
    "completed/uncleared": (lambda shop: shop.complete(), "void/void"),
    "shipped/uncleared": (lambda shop: _complete_and_ship(shop), None),
    "shipped/completed": (lambda shop: (_complete_and_ship(shop), shop.advance("20d")), None),
    "declined/declined": (lambda shop: shop.complete(outcome="declined"), None),
    "expired/expired": (lambda shop: shop.complete(outcome="expired"), None),
    "void/void": (lambda shop: shop.complete(outcome="cancelled"), None),
}
INVALID = (400, 1000, "Invalid request")


def _complete_and_ship(multisafepay: MultiSafepay) -> dict[str, Any]:
    paid = multisafepay.complete()
    multisafepay.ship()
    return paid


def _in(multisafepay: MultiSafepay, state: str) -> None:
    multisafepay.create()
    CANCELLED[state][0](multisafepay)
    assert state == multisafepay.status()


def _expires(multisafepay: MultiSafepay) -> str:
    expires_at: str = multisafepay.ledger_order()["expires_at"]
    return expires_at[:10]


@pytest.mark.parametrize("told", SHIPMENTS, ids=lambda told: "+".join(told))
def test_a_shipped_order_is_captured_in_the_ledger(multisafepay: MultiSafepay, told: dict[str, Any]) -> None:
    multisafepay.pay()

    answer = multisafepay.data("PATCH", "/orders/ON-1", told)

    assert {} == answer
    assert "shipped/uncleared" == multisafepay.status()
    ledger = multisafepay.ledger_order()
    assert ["CAPTURED", 10000, 0] == [
        ledger[name] for name in ("status", "captured_amount", "remaining_authorized_amount")
    ]
    assert ["ON-1"] == [capture["reference"] for capture in ledger["captures"]]


def test_a_second_shipment_captures_nothing_more(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    multisafepay.ship()

    multisafepay.ship(tracktrace_code="3S2")

    assert 1 == len(multisafepay.ledger_order()["captures"])
    kept = multisafepay.control("GET", "/state/multisafepay_orders/ON-1").json
    assert {"tracktrace_code": "3S2"} == kept["shipment"]


def test_a_shipment_may_be_corrected_after_a_refund_too(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    multisafepay.ship()
    multisafepay.refund(amount=100)

    multisafepay.ship(tracktrace_code="3S2")

    kept = multisafepay.control("GET", "/state/multisafepay_orders/ON-1").json
    assert [{"tracktrace_code": "3S2"}, "partial_refunded"] == [kept["shipment"], kept["status"]]


def test_a_part_of_a_klarna_order_cannot_be_shipped(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()

    answer = multisafepay.send("PATCH", "/orders/ON-1", {"status": "shipped", "amount": 4000})

    assert [501, False] == [answer.status, answer.json["success"]]
    assert "completed/uncleared" == multisafepay.status()


@pytest.mark.parametrize(
    "state",
    ["initialized/initialized", "uncleared/uncleared", "declined/declined", "expired/expired", "void/void"],
)
def test_what_klarna_has_not_approved_cannot_be_shipped(multisafepay: MultiSafepay, state: str) -> None:
    _in(multisafepay, state)

    refused = multisafepay.refusal("PATCH", "/orders/ON-1", {"status": "shipped"})

    assert INVALID == refused
    assert state == multisafepay.status()


@pytest.mark.parametrize("state", CANCELLED)
def test_an_order_is_cancelled_before_it_is_shipped(multisafepay: MultiSafepay, state: str) -> None:
    becomes = CANCELLED[state][1]
    _in(multisafepay, state)

    answer = multisafepay.send("PATCH", "/orders/ON-1", {"status": "cancelled", "exclude_order": 1})

    if becomes is None:
        assert [400, 1000, state] == [answer.status, answer.json["error_code"], multisafepay.status()]
    else:
        assert [200, {}, becomes] == [answer.status, answer.json["data"], multisafepay.status()]


@pytest.mark.parametrize("outcome", ["accepted", "pending"])
def test_cancelling_lets_klarnas_money_go(multisafepay: MultiSafepay, outcome: str) -> None:
    multisafepay.create()
    multisafepay.complete(outcome=outcome)

    multisafepay.data("PATCH", "/orders/ON-1", {"status": "cancelled"})

    ledger = multisafepay.ledger_order()
    assert ["CANCELLED", 0] == [ledger["status"], ledger["remaining_authorized_amount"]]


def test_a_cancelled_page_neither_expires_nor_can_be_paid(multisafepay: MultiSafepay) -> None:
    multisafepay.create()
    multisafepay.data("PATCH", "/orders/ON-1", {"status": "cancelled"})

    fired = multisafepay.advance("40d")

    assert [] == fired
    assert 409 == multisafepay.control("POST", "/multisafepay/orders/ON-1/complete", {}).status


def test_an_extension_gives_28_days_from_today(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    multisafepay.advance("10d")

    answer = multisafepay.data("PATCH", "/orders/ON-1", {"extend_expiration": True, "reason": "out of stock"})

    assert {"expiry_date": "2026-12-28"} == answer
    assert ["2026-12-28", "completed/uncleared"] == [_expires(multisafepay), multisafepay.status()]


def test_an_extended_order_outlives_its_first_28_days(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    multisafepay.advance("10d")
    multisafepay.data("PATCH", "/orders/ON-1", {"extend_expiration": "true", "reason": "out of stock"})

    early = multisafepay.advance("27d")
    due = multisafepay.advance("1d")

    assert [] == early
    assert ["order.expired"] == [event["what"] for event in due]


def test_extensions_end_180_days_after_the_payment(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    for _ in range(8):
        multisafepay.advance("20d")
        last = multisafepay.data("PATCH", "/orders/ON-1", {"extend_expiration": True, "reason": "again"})

    multisafepay.advance("16d")

    assert {"expiry_date": "2027-05-19"} == last
    assert {"expiry_date": "2027-05-19"} == multisafepay.data(
        "PATCH", "/orders/ON-1", {"extend_expiration": True, "reason": "once more"}
    )
    assert ["order.expired"] == [event["what"] for event in multisafepay.advance("4d")]


@pytest.mark.parametrize("state", [state for state in CANCELLED if not state.startswith(("uncleared", "completed"))])
def test_there_is_nothing_to_extend_but_an_unshipped_klarna_order(multisafepay: MultiSafepay, state: str) -> None:
    _in(multisafepay, state)

    assert INVALID == multisafepay.refusal("PATCH", "/orders/ON-1", {"extend_expiration": True, "reason": "late"})


def test_an_extension_needs_a_reason(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()

    assert (400, 1016, "Missing data") == multisafepay.refusal("PATCH", "/orders/ON-1", {"extend_expiration": True})


def test_an_extension_is_klarnas(multisafepay: MultiSafepay) -> None:
    multisafepay.create(type="direct", gateway="AFTERPAY")

    assert INVALID == multisafepay.refusal("PATCH", "/orders/ON-1", {"extend_expiration": True, "reason": "late"})


@pytest.mark.parametrize("state", CANCELLED)
def test_an_invoice_number_changes_no_status(multisafepay: MultiSafepay, state: str) -> None:
    _in(multisafepay, state)

    multisafepay.data("PATCH", "/orders/ON-1", {"invoice_id": "F-77"})

    kept = multisafepay.control("GET", "/state/multisafepay_orders/ON-1").json
    assert ["F-77", state] == [kept["invoice_id"], multisafepay.status()]


def test_a_shipment_brings_its_invoice_number(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()

    multisafepay.ship(invoice_id="F-78")

    (payment,) = multisafepay.data("GET", "/transactions")
    assert "F-78" == payment["invoice_id"]


def test_an_update_that_says_nothing_is_refused(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()

    body = {"plugin": {"shop": "node"}}
    assert (400, 1016, "Missing data") == multisafepay.refusal("PATCH", "/orders/ON-1", body)


@pytest.mark.parametrize(
    ("fields", "early", "rest"),
    [
        ({}, "29d23h59m", "1m"),
        ({"days_active": "3"}, "2d23h59m", "1m"),
        ({"seconds_active": 90}, "89s", "1s"),
        ({"seconds_active": 90, "days_active": 3}, "89s", "1s"),
        ({"seconds_active": 0, "days_active": 3}, "2d23h59m", "1m"),
    ],
)
def test_a_link_that_nobody_opened_expires(
    multisafepay: MultiSafepay, fields: dict[str, Any], early: str, rest: str
) -> None:
    multisafepay.create(**fields)

    before = multisafepay.advance(early)
    due = multisafepay.advance(rest)

    assert [] == before
    assert [("multisafepay.order.expired", "ON-1")] == [(event["what"], event["order_id"]) for event in due]
    assert "expired/expired" == multisafepay.status()


def test_a_started_klarna_payment_expires_after_a_day(multisafepay: MultiSafepay) -> None:
    multisafepay.create(type="direct", days_active=10)

    early = multisafepay.advance("23h59m")
    due = multisafepay.advance("1m")

    assert [] == early
    assert ["multisafepay.order.expired"] == [event["what"] for event in due]
    assert "expired/expired" == multisafepay.status()


def test_an_unshipped_order_expires_in_both_places_after_28_days(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()

    early = multisafepay.advance("27d11h")
    due = multisafepay.advance("1h")

    ledger = multisafepay.ledger_order()
    assert [[], ["order.expired"]] == [early, [event["what"] for event in due]]
    assert ["expired/expired", "EXPIRED", 0] == [
        multisafepay.status(), ledger["status"], ledger["remaining_authorized_amount"],
    ]  # fmt: skip

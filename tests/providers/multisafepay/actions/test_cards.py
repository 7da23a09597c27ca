"""Cards: money that is reserved and captured, all or in parts, and cards that are kept for later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.multisafepay import PERSON, MultiSafepay

CARD = {"card_number": "5555 5555 5555 4444", "card_holder_name": "S Bakker", "card_expiry_date": "2912"}
INVALID = (400, 1000, "Invalid request")
NO_TOKEN = (410, 1000, "Not found: token")
DAYS_OF_A_RESERVATION = {"VISA": 7, "CREDITCARD": 7, "MASTERCARD": 30, "MAESTRO": 30}
# how the rest of a reservation is let go
ENDS: dict[str, Callable[[MultiSafepay], object]] = {
    "its time": lambda shop: shop.advance("7d"),
    "the order is cancelled": lambda shop: shop.data("PATCH", "/orders/ON-1", {"status": "cancelled"}),
    "the capture is cancelled": lambda shop: shop.data("PATCH", "/capture/ON-1", {"status": "cancelled"}),
}


def _reserve(multisafepay: MultiSafepay, gateway: str = "VISA") -> dict[str, Any]:
    return multisafepay.create(type="direct", gateway=gateway, capture="manual", gateway_info=CARD)


def _capture(multisafepay: MultiSafepay, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = multisafepay.data("POST", "/orders/ON-1/capture", asked)
    return found


def _remain(multisafepay: MultiSafepay) -> int:
    remain: int = multisafepay.read()["payment_details"]["capture_remain"]
    return remain


def _store_card(multisafepay: MultiSafepay, order_id: str = "ON-1", **fields: Any) -> dict[str, Any]:
    """A direct order whose card is kept; its payment_details."""
    order = {
        "type": "direct",
        "gateway": "CREDITCARD",
        "customer": {**PERSON, "reference": "sanne-1"},
        "recurring_model": "cardOnFile",
        "gateway_info": CARD,
        **fields,
    }
    details: dict[str, Any] = multisafepay.create(order_id, **order)["payment_details"]
    return details


def _tokens(multisafepay: MultiSafepay, reference: str = "sanne-1") -> list[dict[str, Any]]:
    tokens: list[dict[str, Any]] = multisafepay.data("GET", f"/recurring/{reference}")["tokens"]
    return tokens


def test_a_reservation_is_completed_with_money_to_come(multisafepay: MultiSafepay) -> None:
    order = _reserve(multisafepay)

    details = order["payment_details"]
    assert "completed/initialized" == multisafepay.status()
    assert ["manual", 10000, "2026-11-27T13:00:00"] == [
        details[name] for name in ("capture", "capture_remain", "capture_expiry")
    ]


@pytest.mark.parametrize("asked", [{}, {"amount": 10000}, {"amount": "0"}, {"amount": 10000, "new_order_id": "ON-2"}])
def test_a_full_capture_pays_the_order_itself(multisafepay: MultiSafepay, asked: dict[str, Any]) -> None:
    order = _reserve(multisafepay)

    answer = _capture(multisafepay, **asked)

    assert {"transaction_id": order["transaction_id"], "order_id": "ON-1"} == answer
    assert ["completed/completed", 0] == [multisafepay.status(), _remain(multisafepay)]
    assert 404 == multisafepay.send("GET", "/orders/ON-2").status


def test_a_part_becomes_an_order_of_its_own(multisafepay: MultiSafepay) -> None:
    _reserve(multisafepay)

    answer = _capture(multisafepay, amount=4000, new_order_id="ON-1-a", new_order_status="shipped", invoice_id="F-1")

    part = multisafepay.read("ON-1-a")
    assert {"transaction_id": part["transaction_id"], "order_id": "ON-1-a"} == answer
    assert [4000, "shipped", "completed"] == [part[name] for name in ("amount", "status", "financial_status")]
    assert ["completed/initialized", 6000] == [multisafepay.status(), _remain(multisafepay)]
    assert "capture_remain" not in part["payment_details"]


def test_the_last_part_pays_the_order(multisafepay: MultiSafepay) -> None:
    _reserve(multisafepay)
    _capture(multisafepay, amount=4000, new_order_id="a")

    _capture(multisafepay, new_order_id="b")

    assert 6000 == multisafepay.read("b")["amount"]
    assert ["completed/completed", 0] == [multisafepay.status(), _remain(multisafepay)]


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"amount": 10001, "new_order_id": "b"}, (400, 1001, "Invalid amount")),
        ({"amount": 6001, "new_order_id": "b"}, (400, 1001, "Invalid amount")),
        ({"amount": 10000}, (400, 1001, "Invalid amount")),
        ({"amount": 100}, (400, 1016, "Missing data")),
        ({"amount": 100, "new_order_id": "a"}, (404, 1006, "Invalid transaction ID")),
        ({"amount": 100, "new_order_id": "ON-1"}, (404, 1006, "Invalid transaction ID")),
    ],
)
def test_a_refused_capture_takes_nothing(
    multisafepay: MultiSafepay, asked: dict[str, Any], refused: tuple[int, int, str]
) -> None:
    _reserve(multisafepay)
    _capture(multisafepay, amount=4000, new_order_id="a")

    assert refused == multisafepay.refusal("POST", "/orders/ON-1/capture", asked)
    assert [6000, 404] == [_remain(multisafepay), multisafepay.send("GET", "/orders/b").status]


def test_what_is_not_reserved_cannot_be_captured(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()

    assert INVALID == multisafepay.refusal("POST", "/orders/ON-1/capture", {})
    assert INVALID == multisafepay.refusal("PATCH", "/capture/ON-1", {"status": "cancelled"})


def test_a_reservation_is_let_go(multisafepay: MultiSafepay) -> None:
    order = _reserve(multisafepay)

    answer = multisafepay.data("PATCH", "/capture/ON-1", {"status": "cancelled", "reason": "no stock"})

    assert {"order_id": "ON-1", "transaction_id": order["transaction_id"], "success": True} == answer
    assert ["void/void", "no stock"] == [multisafepay.status(), multisafepay.read()["reason"]]
    assert INVALID == multisafepay.refusal("POST", "/orders/ON-1/capture", {})


def test_an_order_with_reserved_money_is_cancelled_as_a_whole(multisafepay: MultiSafepay) -> None:
    _reserve(multisafepay)

    multisafepay.data("PATCH", "/orders/ON-1", {"status": "cancelled"})

    assert "void/void" == multisafepay.status()


@pytest.mark.parametrize("end", ENDS)
def test_a_reservation_captured_in_part_ends_paid(multisafepay: MultiSafepay, end: str) -> None:
    _reserve(multisafepay)
    _capture(multisafepay, amount=4000, new_order_id="a")

    ENDS[end](multisafepay)

    assert ["completed/completed", 0, 4000] == [
        multisafepay.status(), _remain(multisafepay), multisafepay.read("a")["amount"],
    ]  # fmt: skip
    assert INVALID == multisafepay.refusal("POST", "/orders/ON-1/capture", {"amount": 100, "new_order_id": "b"})


@pytest.mark.parametrize("end", ENDS)
def test_of_a_reservation_captured_in_part_nothing_is_left_to_refund(multisafepay: MultiSafepay, end: str) -> None:
    """The part is refunded as the order that it is."""
    _reserve(multisafepay)
    _capture(multisafepay, amount=4000, new_order_id="a")
    ENDS[end](multisafepay)

    refused = multisafepay.refusal("POST", "/orders/ON-1/refunds", {"currency": "EUR", "amount": 100})
    multisafepay.refund("a")

    assert [1034, 0, 4000] == [refused[1], *(multisafepay.read(id_)["amount_refunded"] for id_ in ("ON-1", "a"))]


@pytest.mark.parametrize("gateway", DAYS_OF_A_RESERVATION)
def test_a_reservation_expires_with_its_scheme(multisafepay: MultiSafepay, gateway: str) -> None:
    _reserve(multisafepay, gateway)

    early = multisafepay.advance(f"{DAYS_OF_A_RESERVATION[gateway] * 24 - 1}h")
    due = multisafepay.advance("1h")

    assert [[], ["multisafepay.order.void"]] == [early, [event["what"] for event in due]]
    assert "void/void" == multisafepay.status()


def test_captured_money_does_not_expire(multisafepay: MultiSafepay) -> None:
    _reserve(multisafepay)
    _capture(multisafepay)

    assert [] == multisafepay.advance("40d")
    assert "completed/completed" == multisafepay.status()


def test_reserved_money_is_none_to_refund(multisafepay: MultiSafepay) -> None:
    _reserve(multisafepay)

    refused = multisafepay.refusal("POST", "/orders/ON-1/refunds", {"currency": "EUR", "amount": 100})

    assert (400, 1034, "Cannot refund transaction") == refused


def test_a_card_paid_on_the_page_is_reserved_too(multisafepay: MultiSafepay) -> None:
    multisafepay.create(gateway="VISA", capture="manual")

    multisafepay.complete()

    assert ["completed/initialized", 10000] == [multisafepay.status(), _remain(multisafepay)]


def test_of_a_card_its_last_four_digits_are_shown(multisafepay: MultiSafepay) -> None:
    order = multisafepay.create(type="direct", gateway="MASTERCARD", gateway_info=CARD)

    for shown in (order["payment_details"], order["payment_methods"][0]):
        assert ["4444", "S Bakker", "2912"] == [
            shown[name] for name in ("last4", "account_holder_name", "card_expiry_date")
        ]


def test_a_card_is_kept_for_its_customer(multisafepay: MultiSafepay) -> None:
    details = _store_card(multisafepay)

    assert [
        {
            "token": details["recurring_id"],
            "code": "CREDITCARD",
            "display": "**** **** **** 4444",
            "bin": 555555,
            "name_holder": "S Bakker",
            "expiry_date": 2912,
            "expired": 0,
            "last4": 4444,
            "recurring_model": "cardOnFile",
        }
    ] == _tokens(multisafepay)
    assert "cardOnFile" == details["recurring_model"]
    assert [] == _tokens(multisafepay, "somebody-else")


@pytest.mark.parametrize(
    "fields", [{"recurring_model": ""}, {"customer": PERSON}, {"gateway": "KLARNA", "type": "redirect"}]
)
def test_no_card_is_kept_that_nobody_asked_to_keep(multisafepay: MultiSafepay, fields: dict[str, Any]) -> None:
    order = {"type": "direct", "gateway": "VISA", "customer": {**PERSON, "reference": "sanne-1"}}

    multisafepay.create(**{**order, "recurring_model": "cardOnFile", **fields})

    assert [] == _tokens(multisafepay)


def test_a_kept_card_pays_again(multisafepay: MultiSafepay) -> None:
    token = _store_card(multisafepay)["recurring_id"]

    details = _store_card(multisafepay, "ON-2", recurring_id=token, gateway_info={})

    assert token == details["recurring_id"]
    assert ["completed/completed", 1] == [multisafepay.status("ON-2"), len(_tokens(multisafepay))]


def test_one_card_is_read_changed_and_removed(multisafepay: MultiSafepay) -> None:
    token = _store_card(multisafepay)["recurring_id"]
    update = {"card_holder_name": "Sanne B", "card_expiry_date": "2611", "recurring_model": "unscheduled"}

    changed = multisafepay.data("PATCH", f"/recurring/sanne-1/update/{token}", update)
    card = multisafepay.data("GET", f"/recurring/sanne-1/token/{token}")
    multisafepay.advance("30d")
    later = multisafepay.data("GET", f"/recurring/sanne-1/token/{token}")
    removed = multisafepay.data("DELETE", f"/recurring/sanne-1/remove/{token}")

    assert [{"updated": True}, {"removed": True}] == [changed, removed]
    assert ["Sanne B", 2611, "unscheduled", 0, 1] == [
        *(card[name] for name in ("name_holder", "expiry_date", "recurring_model", "expired")), later["expired"],
    ]  # fmt: skip
    assert [] == _tokens(multisafepay)


@pytest.mark.parametrize("reference", ["sanne-1", "somebody-else"])
@pytest.mark.parametrize(("method", "word"), [("GET", "token"), ("PATCH", "update"), ("DELETE", "remove")])
def test_nobody_reaches_a_card_that_is_not_theirs(
    multisafepay: MultiSafepay, method: str, word: str, reference: str
) -> None:
    token = _store_card(multisafepay)["recurring_id"] if reference != "sanne-1" else "abcdefghij"

    path = f"/recurring/{reference}/{word}/{token}"
    assert NO_TOKEN == multisafepay.refusal(method, path, {} if method == "PATCH" else None)

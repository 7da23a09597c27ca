"""What was refused leaves no record of any kind, but for its entry in the journal."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mock_server.core.store import MemoryStore, Record
from tests.multisafepay import MultiSafepay, line_of, order_of

TIMELESS = ("journal",)  # kinds that every request adds to
DOUBTFUL = line_of(-5, 1, merchant_item_id="OTHER")
# what is refused of a shipped Klarna order of 100.00, of which 1.00 was given back a moment ago
REFUNDS: dict[str, dict[str, Any]] = {
    "no currency": {"amount": 200},
    "another currency": {"amount": 200, "currency": "USD"},
    "too much": {"amount": 9901, "currency": "EUR"},
    "the same again": {"amount": 100, "currency": "EUR"},
    "under an id of its own": {"amount": 9901, "currency": "EUR", "refund_order_id": "BACK"},
    "a line that was never sold": {"checkout_data": {"items": [DOUBTFUL]}},
    "no line that comes back": {"checkout_data": {"items": [line_of(100)]}},
}
# what is refused of a card's reservation of 100.00, of which 40.00 were captured as ON-1-a
CAPTURES: dict[str, dict[str, Any]] = {
    "too much": {"amount": 6001, "new_order_id": "b"},
    "the whole": {"amount": 10000},
    "no id of its own": {"amount": 100},
    "the id of a part": {"amount": 100, "new_order_id": "ON-1-a"},
    "the id of the whole": {"amount": 100, "new_order_id": "ON-1"},
    "an id too long": {"amount": 100, "new_order_id": "x" * 51},
}


@pytest.fixture
def store(app: Flask) -> MemoryStore:
    """Of the world that the shop lives in."""
    found = app.extensions["worlds"].get("test").store
    assert isinstance(found, MemoryStore)
    return found


def _records(store: MemoryStore) -> dict[str, list[Record]]:
    """Kind -> its records."""
    return {kind: list(store.all(kind)) for kind in sorted(store._kinds) if kind not in TIMELESS}


@pytest.mark.parametrize("why", REFUNDS)
@pytest.mark.parametrize("outcome", ["accepted", "reserved"])
def test_a_refused_refund_leaves_nothing(
    multisafepay: MultiSafepay, store: MemoryStore, why: str, outcome: str
) -> None:
    multisafepay.pay()
    multisafepay.ship()
    multisafepay.refund(amount=100)
    before = _records(store)

    multisafepay.refusal("POST", "/orders/ON-1/refunds", REFUNDS[why], x_mock_outcome=outcome)

    assert before == _records(store)


@pytest.mark.parametrize("gateway", ["KLARNA", "EINVOICE"])
def test_a_refund_too_early_leaves_nothing(multisafepay: MultiSafepay, store: MemoryStore, gateway: str) -> None:
    multisafepay.pay(gateway=gateway)
    before = _records(store)

    multisafepay.refusal("POST", "/orders/ON-1/refunds", {"currency": "EUR", "amount": 100})

    assert before == _records(store)


@pytest.mark.parametrize("why", CAPTURES)
def test_a_refused_capture_leaves_nothing(multisafepay: MultiSafepay, store: MemoryStore, why: str) -> None:
    multisafepay.create(type="direct", gateway="VISA", capture="manual")
    multisafepay.data("POST", "/orders/ON-1/capture", {"amount": 4000, "new_order_id": "ON-1-a"})
    before = _records(store)

    multisafepay.refusal("POST", "/orders/ON-1/capture", CAPTURES[why])

    assert before == _records(store)


@pytest.mark.parametrize("gateway", ["KLARNA", "VISA"])
def test_an_order_refused_for_its_id_leaves_nothing(
    multisafepay: MultiSafepay, store: MemoryStore, gateway: str
) -> None:
    multisafepay.create(type="direct", gateway="VISA")
    before = _records(store)

    multisafepay.refusal("POST", "/orders", order_of(type="direct", gateway=gateway, amount=500))

    assert before == _records(store)

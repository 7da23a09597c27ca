"""An order that another took the place of is gone: its ids, its page, its time."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.multisafepay import MultiSafepay

NOT_FOUND = (404, 1006, "Invalid transaction ID")
HELD = {"notification_url": "https://www.example.com/hook"}


@pytest.fixture
def replaced(app: Flask, multisafepay: MultiSafepay) -> dict[str, Any]:
    """The order as it was when its page had been opened, before another of its order_id was created."""
    page = multisafepay.create(payment_options=HELD)["payment_url"]
    app.test_client().get(page)
    order = multisafepay.read()
    multisafepay.create(amount=2500)
    return {**order, "page": page}


def _external(order: dict[str, Any]) -> str:
    number: str = order["payment_details"]["external_transaction_id"]
    return number


def test_its_ids_lead_nowhere(multisafepay: MultiSafepay, replaced: dict[str, Any]) -> None:
    for id_ in (replaced["transaction_id"], _external(replaced)):
        for path in (f"/orders/{id_}", f"/transactions/{id_}"):
            assert NOT_FOUND == multisafepay.refusal("GET", path)
    assert 2500 == multisafepay.read()["amount"]


def test_its_ids_change_nothing(multisafepay: MultiSafepay, replaced: dict[str, Any]) -> None:
    number = replaced["transaction_id"]

    refused = multisafepay.refusal("PATCH", f"/orders/{number}", {"status": "cancelled"})
    unpaid = multisafepay.control("POST", f"/multisafepay/orders/{number}/complete", {})

    assert [NOT_FOUND, 404, "initialized/initialized"] == [refused, unpaid.status, multisafepay.status()]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_its_page_is_gone(
    app: Flask, multisafepay: MultiSafepay, replaced: dict[str, Any], method: str
) -> None:
    answer = app.test_client().open(replaced["page"], method=method, data={"outcome": ""} if method == "POST" else None)

    assert [404, "text/html; charset=utf-8"] == [answer.status_code, answer.headers["Content-Type"]]
    assert "initialized/initialized" == multisafepay.status()


def test_its_time_runs_out_unnoticed(multisafepay: MultiSafepay, replaced: dict[str, Any]) -> None:
    before = len(multisafepay.webhooks())

    fired = multisafepay.advance("25h")

    assert [[], before] == [fired, len(multisafepay.webhooks())]


def test_a_direct_order_replaced_by_another_leads_nowhere(multisafepay: MultiSafepay) -> None:
    first = multisafepay.create(type="direct")
    second = multisafepay.create(type="direct", amount=2500)

    for id_ in (first["transaction_id"], _external(first)):
        assert NOT_FOUND == multisafepay.refusal("GET", f"/orders/{id_}")
    for id_ in (second["transaction_id"], _external(second)):
        assert 2500 == multisafepay.read(str(id_))["amount"]


def test_an_order_that_ended_unpaid_leads_nowhere_once_it_is_replaced(multisafepay: MultiSafepay) -> None:
    multisafepay.create()
    ended = multisafepay.complete(outcome="declined")
    multisafepay.create()

    assert NOT_FOUND == multisafepay.refusal("GET", f"/orders/{ended['transaction_id']}")

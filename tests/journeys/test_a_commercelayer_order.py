"""A shop sells through Commerce Layer over real HTTP: a sales channel fills and places the order, Klarna is paid
through its widget, an integration approves, captures and refunds; each step shows on Klarna's side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.commercelayer import ADDRESS, CommerceLayer
from tests.klarna import Klarna, OverHttp, fine
from tests.receiver import Received, Receiver

EMAIL = "jo@shop.test"
CAP = "CAPXXXXX000000FFFFFFXXXX"
TOPICS = (
    "orders.pending", "orders.authorize", "orders.place", "orders.approve", "orders.pay", "orders.start_fulfilling",
    "orders.refund", "orders.cancel",
)  # fmt: skip
DENIED = "401 UNAUTHORIZED You are not authorized to perform this action on the requested resource."


@pytest.fixture
def back_office(commercelayer_over_http: CommerceLayer) -> CommerceLayer:
    """An integration with its secret."""
    found = commercelayer_over_http
    asked = {
        "grant_type": "client_credentials", "client_id": f"office_world-{found.world}", "client_secret": "secret",
    }  # fmt: skip
    found.token = fine(found.oauth("token", asked))["access_token"]
    return found


@pytest.fixture
def shop(back_office: CommerceLayer) -> CommerceLayer:
    """A sales channel of the market."""
    return back_office.as_sales_channel(scope="market:code:EU")


@pytest.fixture
def klarna(server: str, back_office: CommerceLayer) -> Iterator[Klarna]:
    """Klarna's own face of the same world."""
    with requests.Session() as session:
        session.trust_env = False
        yield Klarna(OverHttp(server, session), back_office.world)


def _fill(shop: CommerceLayer) -> str:
    """An order with everything but a payment, as a storefront makes one."""
    order = str(shop.create("orders", {"customer_email": EMAIL, "language_code": "de"})["id"])
    shop.create("line_items", {"sku_code": CAP, "quantity": 2}, order=("orders", order))
    address = shop.create("addresses", ADDRESS)["id"]
    shop.update(
        "orders", order, {"_shipping_address_same_as_billing": True}, billing_address=("addresses", address)
    )
    include = "available_payment_methods,shipments.available_shipping_methods"
    included = shop.get(f"/orders/{order}?include={include}")["included"]
    of = {each["type"]: each for each in included}
    cheapest = min(
        (each for each in included if each["type"] == "shipping_methods"),
        key=lambda each: int(each["attributes"]["price_amount_cents"]),
    )
    shop.update("shipments", of["shipments"]["id"], shipping_method=("shipping_methods", cheapest["id"]))
    shop.update("orders", order, payment_method=("payment_methods", of["payment_methods"]["id"]))
    return order


def _pay(shop: CommerceLayer, klarna: Klarna, order: str) -> dict[str, Any]:
    """What the checkout does: a session, the widget, the token sent back."""
    payment = shop.create("klarna_payments", order=("orders", order))
    session = payment["attributes"]
    approved = klarna.authorize(
        session["session_id"], payment_method_category=session["payment_methods"][0]["identifier"]
    )
    shop.update("klarna_payments", payment["id"], {"auth_token": approved["authorization_token"]})
    return payment


def _ledger(back_office: CommerceLayer, order: str) -> list[Any]:
    found = back_office.ledger_order(order)
    return [found[name] for name in ("status", "captured_amount", "refunded_amount", "remaining_authorized_amount")]


def _topics(requests: list[Received]) -> list[str]:
    return [request.headers["x-commercelayer-topic"] for request in requests]


def test_an_order_is_paid_with_klarna_captured_and_given_back(
    shop: CommerceLayer, back_office: CommerceLayer, klarna: Klarna
) -> None:
    order = _fill(shop)
    method = shop.get(f"/orders/{order}?include=payment_method")["included"][0]["attributes"]
    payment = _pay(shop, klarna, order)
    session = klarna.read_session(payment["attributes"]["session_id"])

    placed = shop.pull("_place", order_id=order)

    assert ["klarna_payments", 3400] == [method["payment_source_type"], placed["total_amount_cents"]]
    assert [3400, "DE", "de-DE", "incomplete"] == [
        session[name] for name in ("order_amount", "purchase_country", "locale", "status")
    ]
    assert payment["attributes"]["client_token"] == session["client_token"]
    assert "complete" == klarna.read_session(payment["attributes"]["session_id"])["status"]
    assert ["placed/authorized/unfulfilled", False] == [back_office.status(order), placed["editable"]]
    assert placed["payment_updated_at"] <= placed["placed_at"]
    assert ["AUTHORIZED", 0, 0, 3400] == _ledger(back_office, order)

    back_office.pull("_approve", order_id=order)
    authorization = back_office.only(f"/orders/{order}/authorizations")["id"]
    back_office.update("authorizations", authorization, {"_capture": True, "_capture_amount_cents": 1000})
    assert ["PART_CAPTURED", 1000, 0, 2400] == _ledger(back_office, order)

    back_office.pull("_capture", order_id=order)
    assert ["approved/paid/in_progress", ["CAPTURED", 3400, 0, 0]] == [
        back_office.status(order), _ledger(back_office, order),
    ]  # fmt: skip

    capture = back_office.listed(f"/orders/{order}/captures")[1]["id"]
    back_office.update("captures", capture, {"_refund": True, "_refund_amount_cents": 400})
    assert ["approved/partially_refunded/in_progress", ["CAPTURED", 3400, 400, 0]] == [
        back_office.status(order), _ledger(back_office, order),
    ]  # fmt: skip

    back_office.pull("_refund", order_id=order)
    assert ["cancelled/refunded/unfulfilled", ["CAPTURED", 3400, 3400, 0]] == [
        back_office.status(order), _ledger(back_office, order),
    ]  # fmt: skip
    assert [
        "authorizations 3400", "captures 1000", "captures 2400", "refunds 400", "refunds 1000", "refunds 2000",
    ] == back_office.transactions(order)  # fmt: skip


def test_the_shops_server_is_told_of_each_step(
    shop: CommerceLayer, back_office: CommerceLayer, klarna: Klarna, receiver: Receiver
) -> None:
    for topic in TOPICS:
        back_office.create("webhooks", {"topic": topic, "callback_url": receiver.url()})
    order = _fill(shop)
    _pay(shop, klarna, order)

    shop.pull("_place", order_id=order)
    for trigger in ("_approve", "_capture", "_refund"):
        back_office.pull(trigger, order_id=order)

    told = receiver.wait_for(len(TOPICS))
    assert sorted(TOPICS) == sorted(_topics(told))
    assert {order} == {request.json["data"]["id"] for request in told}
    authorized = next(request.json for request in told if "authorize" in request.headers["x-commercelayer-topic"])
    assert "authorized" == authorized["data"]["attributes"]["payment_status"]
    assert f"/api/orders/{order}" == authorized["data"]["links"]["self"]


def test_an_order_that_is_called_off_lets_klarnas_money_go(
    shop: CommerceLayer, back_office: CommerceLayer, klarna: Klarna
) -> None:
    order = _fill(shop)
    _pay(shop, klarna, order)
    shop.pull("_place", order_id=order)

    back_office.pull("_cancel", order_id=order)

    assert ["cancelled/voided/unfulfilled", ["CANCELLED", 0, 0, 0]] == [
        back_office.status(order), _ledger(back_office, order),
    ]  # fmt: skip
    assert ["authorizations 3400", "voids 3400"] == back_office.transactions(order)


def test_the_klarna_side_knows_whose_order_it_is(
    shop: CommerceLayer, back_office: CommerceLayer, klarna: Klarna
) -> None:
    order = _fill(shop)
    _pay(shop, klarna, order)
    placed = shop.pull("_place", order_id=order)

    (ledger,) = fine(back_office.control("GET", "/state/orders"))

    assert [placed["number"], order, "commercelayer"] == [
        ledger[name] for name in ("merchant_reference1", "merchant_reference2", "placed_through")
    ]
    assert re.fullmatch("[0-9a-f-]{36}", ledger["order_id"])
    assert ledger["order_id"] == placed["payment_source_details"]["klarna_id"]
    assert [EMAIL, "10178"] == [ledger["billing_address"][name] for name in ("email", "postal_code")]


def test_a_shopper_who_changes_the_cart_pays_anew(
    shop: CommerceLayer, back_office: CommerceLayer, klarna: Klarna
) -> None:
    order = _fill(shop)
    _pay(shop, klarna, order)
    line = next(
        each["id"]
        for each in shop.get(f"/orders/{order}?include=line_items")["included"]
        if each["attributes"]["item_type"] == "skus"
    )
    shop.update("line_items", line, {"quantity": 3})

    refused = shop.refused("orders", order, {"_place": True})
    _pay(shop, klarna, order)
    shop.pull("_place", order_id=order)

    assert ["422 VALIDATION_ERROR payment_source - can't be blank"] == refused
    assert ["authorizations 4850"] == back_office.transactions(order)


def test_a_sales_channel_sees_neither_transactions_nor_other_peoples_orders(
    shop: CommerceLayer, back_office: CommerceLayer, klarna: Klarna
) -> None:
    order = _fill(shop)
    _pay(shop, klarna, order)
    shop.pull("_place", order_id=order)

    paths = ["/orders", "/klarna_payments", "/authorizations", f"/orders/{order}/transactions", "/klarna_gateways"]

    assert [[DENIED]] * len(paths) == [shop.refusal("GET", path) for path in paths]
    assert [DENIED] == shop.refused("orders", order, {"_capture": True})
    assert "placed/authorized/unfulfilled" == back_office.status(order)


def test_a_shopper_who_comes_back_after_lunch_pays_anew(
    shop: CommerceLayer, back_office: CommerceLayer, klarna: Klarna
) -> None:
    order = _fill(shop)
    _pay(shop, klarna, order)

    fired = back_office.advance("61m")

    assert "authorization.expired" in [each["what"] for each in fired]
    assert ["422 VALIDATION_ERROR order_data - is expired"] == shop.refused("orders", order, {"_place": True})
    _pay(shop, klarna, order)
    assert "placed" == shop.pull("_place", order_id=order)["status"]

"""Placing an order of Commerce Layer: what it must have, what Klarna says, and what is kept of a refusal."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.commercelayer import ADDRESS, SEED_ORDER, CommerceLayer
from tests.klarna import InProcess, Klarna

EXPIRED = ["422 VALIDATION_ERROR order_data - is expired"]
DECLINED = ["422 PAYMENT_NOT_APPROVED_FOR_EXECUTION payment not approved for execution"]
MISMATCH = ["422 VALIDATION_ERROR payment_source - is invalid"]
STANDARD = "Standard shipping"


@pytest.fixture
def klarna(app: Flask) -> Klarna:
    """Klarna's own face of the world that ``commercelayer`` is in."""
    return Klarna(InProcess(app.test_client()), "test")


def _refused(commercelayer: CommerceLayer, order_id: str = SEED_ORDER) -> list[str]:
    return commercelayer.refused("orders", order_id, {"_place": True})


def _cart(commercelayer: CommerceLayer, *, sku: str = "CAPXXXXX000000FFFFFFXXXX", **attributes: Any) -> str:
    """A pending order with one line and nothing else."""
    order = str(commercelayer.create("orders", attributes)["id"])
    commercelayer.create("line_items", {"sku_code": sku, "quantity": 1}, order=("orders", order))
    return order


def _free_order(commercelayer: CommerceLayer, *, do_not_ship: bool) -> str:
    """A pending order of one thing that costs nothing, sent for nothing."""
    category = commercelayer.only("/shipping_categories")["id"]
    told = {"code": "SAMPLE", "name": "Sample", "do_not_ship": do_not_ship}
    commercelayer.create("skus", told, shipping_category=("shipping_categories", category))
    order = str(commercelayer.create("orders", {"customer_email": "jo@shop.test"})["id"])
    line = {"sku_code": "SAMPLE", "quantity": 1, "unit_amount_cents": 0}
    commercelayer.create("line_items", line, order=("orders", order))
    address = commercelayer.create("addresses", ADDRESS)["id"]
    same = {"_shipping_address_same_as_billing": True}
    commercelayer.update("orders", order, same, billing_address=("addresses", address))
    for shipment in commercelayer.listed(f"/orders/{order}/shipments"):
        free = commercelayer.create(
            "shipping_methods", {"name": "Letter", "price_amount_cents": 0, "currency_code": "EUR"}
        )["id"]  # fmt: skip
        commercelayer.update("shipments", shipment["id"], shipping_method=("shipping_methods", free))
    return order


def test_an_order_that_lacks_everything_is_told_so_in_one_answer(commercelayer: CommerceLayer) -> None:
    order = _cart(commercelayer)

    assert {
        "422 VALIDATION_ERROR customer - can't be blank",
        "422 VALIDATION_ERROR billing_address - can't be blank",
        "422 VALIDATION_ERROR shipping_address - can't be blank",
        "422 VALIDATION_ERROR payment_method - can't be blank",
    } == set(_refused(commercelayer, order))
    assert "pending/unpaid/unfulfilled" == commercelayer.status(order)


@pytest.mark.parametrize("name", ["billing_address", "payment_method"])
def test_an_order_that_lacks_one_thing_is_told_which(commercelayer: CommerceLayer, name: str) -> None:
    commercelayer.update("orders", SEED_ORDER, **{name: None})

    assert f"422 VALIDATION_ERROR {name} - can't be blank" in _refused(commercelayer)


def test_a_shipment_needs_a_method(commercelayer: CommerceLayer) -> None:
    shipment = commercelayer.only(f"/orders/{SEED_ORDER}/shipments")["id"]
    commercelayer.update("shipments", shipment, shipping_method=None)
    commercelayer.pay()

    assert ["422 VALIDATION_ERROR shipments - is invalid"] == _refused(commercelayer)
    assert shipment in str(commercelayer.explanation())


def test_without_a_payment_source_nothing_is_placed(commercelayer: CommerceLayer) -> None:
    assert ["422 VALIDATION_ERROR payment_source - can't be blank"] == _refused(commercelayer)


def test_without_the_shoppers_token_nothing_is_placed(commercelayer: CommerceLayer) -> None:
    commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))

    assert ["422 VALIDATION_ERROR auth_token - can't be blank"] == _refused(commercelayer)
    assert [] == commercelayer.transactions()


def test_a_draft_is_not_placed(commercelayer: CommerceLayer) -> None:
    draft = commercelayer.create("orders")["id"]

    assert ["422 VALIDATION_ERROR status - transition not permitted"] == _refused(commercelayer, draft)


def test_placing_spends_the_shoppers_token_on_one_klarna_order(
    commercelayer: CommerceLayer, klarna: Klarna
) -> None:
    payment = commercelayer.pay()
    token = commercelayer.read("klarna_payments", payment["id"])["auth_token"]

    order = commercelayer.pull("_place")

    ledger = commercelayer.ledger_order()
    assert [token, 7750, "AUTHORIZED", "ACCEPTED", "commercelayer"] == [
        ledger[name]
        for name in ("authorization_token", "order_amount", "status", "fraud_status", "placed_through")
    ]
    assert "complete" == klarna.read_session(payment["attributes"]["session_id"])["status"]
    assert {
        "type": "klarna_payment",
        "klarna_id": ledger["order_id"],
        "payment_method_details": {
            "order_id": ledger["order_id"],
            "fraud_status": "ACCEPTED",
            "authorized_payment_method": ledger["initial_payment_method"],
        },
    } == order["payment_source_details"]
    assert ["placed/authorized/unfulfilled", ["authorizations 7750"]] == [
        commercelayer.status(), commercelayer.transactions(),
    ]  # fmt: skip


def test_placing_makes_the_shipment_upcoming_and_counts_the_customers_orders(commercelayer: CommerceLayer) -> None:
    commercelayer.place()

    customer = commercelayer.get(f"/orders/{SEED_ORDER}/customer")["data"]["attributes"]
    shipment = commercelayer.only(f"/orders/{SEED_ORDER}/shipments")["attributes"]
    assert ["upcoming", 1, "acquired"] == [shipment["status"], customer["total_orders_count"], customer["status"]]


@pytest.mark.parametrize(
    ("wait", "said"), [("59m", "placed"), ("61m", "60 minutes after it was granted"), ("49h", "expired at")]
)
def test_a_token_is_good_for_an_hour_of_the_worlds_clock(
    commercelayer: CommerceLayer, wait: str, said: str
) -> None:
    commercelayer.pay()
    commercelayer.advance(wait)

    if said == "placed":
        assert said == commercelayer.pull("_place")["status"]
    else:
        assert EXPIRED == _refused(commercelayer)
        assert said in str(commercelayer.explanation())
        assert ["pending/unpaid/unfulfilled", []] == [commercelayer.status(), commercelayer.transactions()]


def test_a_session_of_two_days_ago_is_gone(commercelayer: CommerceLayer) -> None:
    payment = commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))
    commercelayer.update("klarna_payments", payment["id"], {"auth_token": "b4bd3423-24e3"})
    commercelayer.advance("49h")

    assert EXPIRED == _refused(commercelayer)
    assert payment["attributes"]["session_id"] in str(commercelayer.explanation())


def test_what_expired_is_paid_with_a_new_payment(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.advance("61m")
    _refused(commercelayer)

    assert "placed" == commercelayer.place()["status"]


def test_the_token_of_another_session_is_worth_nothing(commercelayer: CommerceLayer) -> None:
    other = commercelayer.pay(commercelayer.new_order())["id"]
    token = commercelayer.read("klarna_payments", other)["auth_token"]
    payment = commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))["id"]

    commercelayer.update("klarna_payments", payment, {"auth_token": token})

    assert EXPIRED == _refused(commercelayer)
    assert "of another session" in str(commercelayer.explanation())


@pytest.mark.parametrize("token", ["", "b4bd3423-24e3"])
def test_a_token_that_nobody_granted_places_nothing(commercelayer: CommerceLayer, token: str) -> None:
    payment = commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))["id"]
    commercelayer.update("klarna_payments", payment, {"auth_token": token})

    assert 1 == len(_refused(commercelayer))
    assert [] == commercelayer.transactions()


def test_a_token_that_klarnas_side_has_used_is_worth_nothing(commercelayer: CommerceLayer, klarna: Klarna) -> None:
    payment = commercelayer.pay()
    session = klarna.read_session(payment["attributes"]["session_id"])
    token = commercelayer.read("klarna_payments", payment["id"])["auth_token"]
    fields = ("purchase_country", "purchase_currency", "locale", "order_amount", "order_lines")
    body = {name: session[name] for name in fields}
    klarna.send("POST", f"/payments/v1/authorizations/{token}/order", body)

    assert EXPIRED == _refused(commercelayer)
    assert ["pending/unpaid/unfulfilled", []] == [commercelayer.status(), commercelayer.transactions()]


def test_a_token_that_klarnas_side_cancelled_is_worth_nothing(commercelayer: CommerceLayer, klarna: Klarna) -> None:
    payment = commercelayer.pay()["id"]
    token = commercelayer.read("klarna_payments", payment)["auth_token"]
    klarna.send("DELETE", f"/payments/v1/authorizations/{token}")

    assert EXPIRED == _refused(commercelayer)


@pytest.mark.parametrize("scenario", ["declined-on-place", "rejected"])
def test_a_refusal_by_klarna_is_kept_as_a_failed_authorization(
    commercelayer: CommerceLayer, scenario: str
) -> None:
    commercelayer.pay()
    commercelayer.choose_scenario(scenario)

    refused = _refused(commercelayer)

    failed = commercelayer.only(f"/orders/{SEED_ORDER}/authorizations")["attributes"]
    assert [DECLINED, "pending/unpaid/unfulfilled"] == [refused, commercelayer.status()]
    assert ["authorizations 7750 failed"] == commercelayer.transactions()
    assert [False, "REJECTED", None, 0, 0] == [
        failed[name]
        for name in ("succeeded", "error_code", "token", "capture_balance_cents", "void_balance_cents")
    ]
    assert {"payment_source_details": {}}.items() <= commercelayer.read("orders", SEED_ORDER).items()


def test_after_a_refusal_the_shopper_may_try_again(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.add_rule("commercelayer.orders.update", {"outcome": "declined"}, times=1)
    _refused(commercelayer)

    commercelayer.pull("_place")

    assert ["authorizations 7750 failed", "authorizations 7750"] == commercelayer.transactions()
    assert "placed/authorized/unfulfilled" == commercelayer.status()


@pytest.mark.parametrize(("decided", "captured"), [("accepted", 200), ("rejected", 422)])
def test_a_pending_order_is_placed_and_its_money_waits_for_the_decision(
    commercelayer: CommerceLayer, decided: str, captured: int
) -> None:
    commercelayer.pay()
    commercelayer.choose_scenario(f"pending-then-{decided}")
    placed = commercelayer.pull("_place")
    commercelayer.pull("_approve")
    early = commercelayer.refused("orders", SEED_ORDER, {"_capture": True})
    review = commercelayer.only(f"/orders/{SEED_ORDER}/authorizations")["attributes"]["fraud_review"]

    commercelayer.advance("5m")

    details = commercelayer.read("orders", SEED_ORDER)["payment_source_details"]["payment_method_details"]
    after = commercelayer.only(f"/orders/{SEED_ORDER}/authorizations")["attributes"]["fraud_review"]
    assert ["placed", "authorized", "PENDING"] == [placed["status"], placed["payment_status"], review]
    assert ["422 VALIDATION_ERROR status - transition not permitted"] == early
    assert [decided.upper()] * 2 == [details["fraud_status"], after]
    body = {"data": {"type": "orders", "id": SEED_ORDER, "attributes": {"_capture": True}}}
    assert captured == commercelayer.send("PATCH", f"/orders/{SEED_ORDER}", body).status


def test_the_money_of_a_rejected_order_is_void_once_klarna_gives_it_up_and_the_order_stays(
    commercelayer: CommerceLayer,
) -> None:
    commercelayer.pay()
    commercelayer.choose_scenario("pending-then-rejected")
    commercelayer.pull("_place")
    commercelayer.advance("5m")

    commercelayer.advance("4h")

    assert ["authorizations 7750", "voids 7750"] == commercelayer.transactions()
    assert "placed/voided/unfulfilled" == commercelayer.status()


def test_what_was_settled_in_klarnas_widget_holds_when_the_order_is_placed(commercelayer: CommerceLayer) -> None:
    commercelayer.add_rule("klarna.payments.authorize", {"outcome": "pending", "decide": "accepted", "after": "5m"})

    commercelayer.place()

    assert "PENDING" == commercelayer.ledger_order()["fraud_status"]
    commercelayer.advance("5m")
    assert "ACCEPTED" == commercelayer.ledger_order()["fraud_status"]


@pytest.mark.parametrize(
    ("scenario", "refused"), [("amounts-mismatch", MISMATCH), ("session-expired", EXPIRED)]
)
def test_a_scenario_refuses_a_payment_that_nothing_is_wrong_with(
    commercelayer: CommerceLayer, scenario: str, refused: list[str]
) -> None:
    commercelayer.pay()
    commercelayer.choose_scenario(scenario)

    assert [refused, []] == [_refused(commercelayer), commercelayer.transactions()]


def test_a_scenario_places_without_a_shopper(commercelayer: CommerceLayer) -> None:
    commercelayer.choose_scenario("placed-and-authorized")
    commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))

    commercelayer.pull("_place")

    assert ["placed/authorized/unfulfilled", 7750] == [
        commercelayer.status(), commercelayer.ledger_order()["order_amount"],
    ]  # fmt: skip


@pytest.mark.parametrize(("do_not_ship", "fulfillment"), [(True, "not_required"), (False, "unfulfilled")])
def test_what_costs_nothing_is_placed_without_klarna(
    commercelayer: CommerceLayer, do_not_ship: bool, fulfillment: str
) -> None:
    order = _free_order(commercelayer, do_not_ship=do_not_ship)

    commercelayer.pull("_place", order_id=order)

    assert [f"placed/free/{fulfillment}", []] == [commercelayer.status(order), commercelayer.transactions(order)]
    approved = commercelayer.pull("_approve", order_id=order)
    assert ["approved", "free"] == [approved["status"], approved["payment_status"]]


def test_an_order_authorized_before_is_placed_without_paying_again(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.pull("_authorize")

    commercelayer.pull("_place")

    assert ["authorizations 7750"] == commercelayer.transactions()


@pytest.mark.parametrize(
    ("cents", "why"), [(0, "must be greater than 0"), (7751, "must be less than or equal to 7750")]
)
def test_no_more_is_authorized_than_the_order_comes_to(commercelayer: CommerceLayer, cents: int, why: str) -> None:
    commercelayer.pay()

    asked = {"_authorize": True, "_authorization_amount_cents": cents}

    refused = commercelayer.refused("orders", SEED_ORDER, asked)
    assert [f"422 VALIDATION_ERROR _authorization_amount_cents - {why}"] == refused
    assert [] == commercelayer.transactions()


@pytest.mark.parametrize(("most", "status"), [(None, "paid"), (7750, "paid"), (7749, "authorized")])
def test_a_method_with_auto_capture_takes_the_money_up_to_its_maximum(
    commercelayer: CommerceLayer, most: int | None, status: str
) -> None:
    method = commercelayer.only("/payment_methods")["id"]
    told = {"auto_capture": True, "auto_capture_max_amount_cents": most}
    commercelayer.update("payment_methods", method, told)

    order = commercelayer.place()

    assert ["placed", status] == [order["status"], order["payment_status"]]
    assert (7750 if status == "paid" else 0) == commercelayer.ledger_order()["captured_amount"]

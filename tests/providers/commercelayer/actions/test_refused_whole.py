"""Orders of Commerce Layer of which a change is refused: all of it, before anything of it happened."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import ADDRESS, SEED_ORDER, CommerceLayer, document_of

ORDER = f"/orders/{SEED_ORDER}"
PARTS = "customer,market,billing_address,shipping_address,payment_method,payment_source,line_items,shipments,captures"
NOT_PERMITTED = "422 VALIDATION_ERROR status - transition not permitted"
NOT_IN_REACH = "422 VALIDATION_ERROR _authorization_amount_cents - must be"


@pytest.fixture
def payable(commercelayer: CommerceLayer) -> CommerceLayer:
    """With the seeded order of 77.50 pending, and a payment that the shopper authorized."""
    commercelayer.pay()
    return commercelayer


def _whole(shop: CommerceLayer) -> Any:
    """The order with all that is in it, and what it leads to."""
    document = shop.get(f"{ORDER}?include={PARTS}")
    order = document["data"]
    led = {name: each["data"] for name, each in order["relationships"].items() if "data" in each}
    return [order["attributes"], led, [(each["id"], each["attributes"]) for each in document["included"]]]


def _refused(shop: CommerceLayer, asked: dict[str, Any], outcome: str = "", **relations: Any) -> list[str]:
    headers = {"x_mock_outcome": outcome} if outcome else {}
    body = document_of("orders", {"reference": "changed", **asked}, relations, SEED_ORDER)
    return shop.refusal("PATCH", ORDER, body, **headers)


@pytest.mark.parametrize(
    ("asked", "outcome", "refused"),
    [
        ({"_place": True}, "declined", "422 PAYMENT_NOT_APPROVED_FOR_EXECUTION payment not approved for execution"),
        ({"_place": True}, "expired", "422 VALIDATION_ERROR order_data - is expired"),
        ({"_place": True}, "amounts_mismatch", "422 VALIDATION_ERROR payment_source - is invalid"),
        ({"_authorize": True}, "declined", "422 PAYMENT_NOT_APPROVED_FOR_EXECUTION payment not approved for execution"),
        ({"_authorize": True, "_authorization_amount_cents": 0}, "", f"{NOT_IN_REACH} greater than 0"),
        ({"_authorize": True, "_authorization_amount_cents": -5}, "", f"{NOT_IN_REACH} greater than 0"),
        ({"_authorization_amount_cents": 0}, "", f"{NOT_IN_REACH} greater than 0"),
        ({"_authorization_amount_cents": 10**9}, "", f"{NOT_IN_REACH} less than or equal to 7750"),
        ({"_place": True, "_approve_and_capture": True}, "pending", NOT_PERMITTED),
        ({"_place": True, "_approve": True, "_capture": True}, "pending", NOT_PERMITTED),
        ({"_place": True, "_approve": True, "_cancel": True, "_refund": True}, "", NOT_PERMITTED),
        ({"_place": True, "_approve": True, "place_async": True}, "", NOT_PERMITTED),
        ({"_place": True, "_save_shipping_address_to_customer_address_book": True}, "declined",
         "422 PAYMENT_NOT_APPROVED_FOR_EXECUTION payment not approved for execution"),
    ],
)  # fmt: skip
def test_a_refused_trigger_changes_nothing_beside_it(
    payable: CommerceLayer, asked: dict[str, Any], outcome: str, refused: str
) -> None:
    before = _whole(payable)

    assert [refused] == _refused(payable, asked, outcome)
    assert before == _whole(payable)


def test_nothing_is_placed_with_a_payment_of_another_method(payable: CommerceLayer) -> None:
    gateway = payable.only("/klarna_gateways")["id"]
    asked = {"payment_source_type": "klarna_payments", "price_amount_cents": 300, "currency_code": "EUR"}
    dearer = payable.create(
        "payment_methods", asked, payment_gateway=("payment_gateways", gateway)
    )["id"]
    before = _whole(payable)

    refused = _refused(payable, {"_place": True}, payment_method=("payment_methods", dearer))

    assert ["422 VALIDATION_ERROR payment_source - can't be blank"] == refused
    assert before == _whole(payable)


def test_nothing_is_placed_without_the_address_it_goes_to(payable: CommerceLayer) -> None:
    before = _whole(payable)

    refused = _refused(payable, {"_place": True}, shipping_address=None)

    assert ["422 VALIDATION_ERROR shipping_address - can't be blank"] == refused
    assert before == _whole(payable)


@pytest.mark.parametrize("is_cloned", [False, True])
def test_nothing_is_placed_for_a_country_where_klarna_sells_in_another_currency(
    payable: CommerceLayer, is_cloned: bool
) -> None:
    swiss = payable.create("addresses", {**ADDRESS, "country_code": "CH"})["id"]
    before = _whole(payable)

    asked = {"_place": True} | ({"_billing_address_clone_id": swiss} if is_cloned else {})
    relations: dict[str, Any] = {} if is_cloned else {"billing_address": ("addresses", swiss)}

    assert ["422 VALIDATION_ERROR payment_source - is invalid"] == _refused(payable, asked, **relations)
    assert before == _whole(payable)


def test_what_klarna_has_not_accepted_is_not_approved_either(payable: CommerceLayer) -> None:
    payable.listen("http://shop.example/hooks", "orders.approve")
    payable.send("PATCH", ORDER, document_of("orders", {"_place": True}, id_=SEED_ORDER), x_mock_outcome="pending")

    assert [NOT_PERMITTED] == payable.refused("orders", SEED_ORDER, {"_approve_and_capture": True, "reference": "r"})
    assert "placed/authorized/unfulfilled" == payable.status()
    assert [None, None, []] == [
        *(payable.read("orders", SEED_ORDER)[name] for name in ("approved_at", "reference")), payable.told(),
    ]  # fmt: skip


def test_triggers_of_one_request_follow_one_another(payable: CommerceLayer) -> None:
    payable.pull("_capture", "_approve", "_place")

    assert ["approved/paid/in_progress", ["authorizations 7750", "captures 7750"]] == [
        payable.status(), payable.transactions(),
    ]  # fmt: skip


def test_a_sales_channel_may_say_that_it_pulls_nothing(payable: CommerceLayer) -> None:
    shop = payable.as_sales_channel(scope="market:code:EU")

    order = shop.update("orders", SEED_ORDER, {"_approve": False, "_capture": False, "reference": "R"})

    assert ["pending", "R"] == [order["status"], order["reference"]]


def test_a_capture_that_klarna_refuses_does_not_undo_the_placement(payable: CommerceLayer) -> None:
    method = payable.get(f"{ORDER}/payment_method")["data"]["id"]
    payable.update("payment_methods", method, {"auto_capture": True})

    body = document_of("orders", {"_place": True}, id_=SEED_ORDER)
    answer = payable.send("PATCH", ORDER, body, x_mock_outcome="pending")

    assert [200, "placed/authorized/unfulfilled"] == [answer.status, payable.status()]
    assert ["authorizations 7750", "captures 7750 failed"] == payable.transactions()

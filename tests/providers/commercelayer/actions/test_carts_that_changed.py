"""Orders whose cart changed after a sum was authorized: no more is captured, and nothing short of the total is paid."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer

CAP = "CAPXXXXX000000FFFFFFXXXX"
NOT_THIS = ["422 VALIDATION_ERROR payment_source - is invalid"]


@pytest.fixture
def authorized(commercelayer: CommerceLayer) -> CommerceLayer:
    """With the seeded order pending, whose 77.50 are authorized."""
    commercelayer.pay()
    commercelayer.pull("_authorize")
    return commercelayer


@pytest.fixture
def partly(commercelayer: CommerceLayer) -> CommerceLayer:
    """With 30.00 of them authorized."""
    commercelayer.pay()
    commercelayer.pull("_authorize", _authorization_amount_cents=3000)
    return commercelayer


def _put(shop: CommerceLayer, quantity: int = 1) -> None:
    """So many more caps at 14.50."""
    shop.create("line_items", {"sku_code": CAP, "quantity": quantity}, order=("orders", SEED_ORDER))


def _lines(shop: CommerceLayer) -> list[str]:
    path = f"/orders/{SEED_ORDER}/line_items?filter[q][item_type_eq]=skus"
    return [each["id"] for each in shop.listed(path)]


def _take_out(shop: CommerceLayer) -> None:
    shop.send("DELETE", f"/line_items/{_lines(shop)[0]}")


def _sums(shop: CommerceLayer) -> tuple[int, int]:
    """What the order comes to, and what Klarna captured."""
    return shop.read("orders", SEED_ORDER)["total_amount_cents"], shop.ledger_order()["captured_amount"]


def test_a_cart_that_grew_is_not_paid_by_what_was_authorized_before(authorized: CommerceLayer) -> None:
    _put(authorized)

    authorized.pull("_place")
    placed = authorized.status()
    authorized.pull("_approve_and_capture")

    assert "placed/partially_authorized/unfulfilled" == placed
    assert "partially_paid" == authorized.read("orders", SEED_ORDER)["payment_status"]
    assert (9200, 7750) == _sums(authorized)


def test_a_cart_that_shrank_is_not_placed_with_more_than_it_comes_to(authorized: CommerceLayer) -> None:
    _take_out(authorized)

    assert NOT_THIS == authorized.refused("orders", SEED_ORDER, {"_place": True})
    assert "too much" in str(authorized.explanation())
    assert ["pending/authorized/unfulfilled", ["authorizations 7750"]] == [
        authorized.status(), authorized.transactions(),
    ]  # fmt: skip


def test_of_a_cart_that_shrank_a_new_authorization_is_needed(authorized: CommerceLayer) -> None:
    _take_out(authorized)
    total = authorized.read("orders", SEED_ORDER)["total_amount_cents"]
    authorization = authorized.only(f"/orders/{SEED_ORDER}/authorizations")["id"]
    authorized.update("authorizations", authorization, {"_cancel": True})

    authorized.place()
    authorized.pull("_approve_and_capture")

    assert "approved/paid/in_progress" == authorized.status()
    assert (total, total) == _sums(authorized)


def test_an_edited_order_that_grew_is_paid_in_part(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.pull("_start_editing")
    _put(commercelayer)

    commercelayer.pull("_stop_editing")
    edited = commercelayer.status()
    commercelayer.pull("_approve_and_capture")

    assert "placed/partially_authorized/unfulfilled" == edited
    assert "partially_paid" == commercelayer.read("orders", SEED_ORDER)["payment_status"]
    assert (9200, 7750) == _sums(commercelayer)


def test_of_an_edited_order_that_shrank_no_more_is_captured_than_it_comes_to(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.pull("_start_editing")
    _take_out(commercelayer)
    commercelayer.pull("_stop_editing")

    commercelayer.pull("_approve_and_capture")

    total, captured = _sums(commercelayer)
    assert (True, total) == (total < 7750, captured)


def test_an_edited_order_that_shrank_is_paid_and_given_back_whole(commercelayer: CommerceLayer) -> None:
    """What Klarna still holds of it is never asked for."""
    commercelayer.place()
    commercelayer.pull("_start_editing")
    _take_out(commercelayer)
    commercelayer.pull("_stop_editing")

    commercelayer.pull("_approve_and_capture")
    paid = commercelayer.status()
    commercelayer.pull("_refund")

    assert ["approved/paid/in_progress", "cancelled/refunded/unfulfilled"] == [paid, commercelayer.status()]


def test_an_order_that_was_edited_to_nothing_is_not_captured_and_not_approved(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.pull("_start_editing")
    for line in commercelayer.listed(f"/orders/{SEED_ORDER}/line_items"):
        commercelayer.send("DELETE", f"/line_items/{line['id']}")
    commercelayer.pull("_stop_editing")
    before = commercelayer.status()

    refusal = commercelayer.refused("orders", SEED_ORDER, {"_approve_and_capture": True})

    assert ["422 VALIDATION_ERROR status - transition not permitted"] == refusal
    assert before == commercelayer.status() == "placed/authorized/unfulfilled"


def test_the_rest_of_what_was_authorized_in_part_is_authorized_with_a_new_payment(partly: CommerceLayer) -> None:
    partly.pay()

    partly.pull("_authorize")

    assert ["pending/authorized/unfulfilled", ["authorizations 3000", "authorizations 4750"]] == [
        partly.status(), partly.transactions(),
    ]  # fmt: skip
    partly.pull("_place", "_approve", "_capture")
    assert ["authorizations 3000", "authorizations 4750", "captures 3000", "captures 4750"] == partly.transactions()
    assert "approved/paid/in_progress" == partly.status()


@pytest.mark.parametrize("asked", [{"_authorize": True}, {"_authorization_amount_cents": 100}])
def test_a_token_that_authorized_a_part_authorizes_no_more(partly: CommerceLayer, asked: dict[str, Any]) -> None:
    refused = partly.refused("orders", SEED_ORDER, {"reference": "r", **asked})

    assert ["422 VALIDATION_ERROR order_data - is expired"] == refused
    assert ["authorizations 3000"] == partly.transactions()
    assert partly.read("orders", SEED_ORDER)["reference"] is None


@pytest.mark.parametrize(
    ("cents", "why"), [(4751, "must be less than or equal to 4750"), (0, "must be greater than 0")]
)
def test_no_more_than_the_rest_is_authorized(partly: CommerceLayer, cents: int, why: str) -> None:
    partly.pay()

    refused = partly.refused("orders", SEED_ORDER, {"_authorization_amount_cents": cents})

    assert [f"422 VALIDATION_ERROR _authorization_amount_cents - {why}"] == refused
    assert ["authorizations 3000"] == partly.transactions()


def test_the_rest_can_be_authorized_in_parts_too(partly: CommerceLayer) -> None:
    partly.pay()

    order = partly.update("orders", SEED_ORDER, {"_authorization_amount_cents": 4000})

    assert ["partially_authorized", ["authorizations 3000", "authorizations 4000"]] == [
        order["payment_status"], partly.transactions(),
    ]  # fmt: skip


def test_a_no_to_the_rest_leaves_the_part(partly: CommerceLayer) -> None:
    partly.pay()
    partly.add_rule("commercelayer.orders.update", {"outcome": "declined"}, times=1)

    partly.refused("orders", SEED_ORDER, {"_authorize": True})

    assert "pending/partially_authorized/unfulfilled" == partly.status()
    assert ["authorizations 3000", "authorizations 4750 failed"] == partly.transactions()


@pytest.mark.parametrize("asked", [{}, {"_authorization_amount_cents": 100}])
def test_an_order_with_money_of_klarnas_is_not_deleted(commercelayer: CommerceLayer, asked: dict[str, int]) -> None:
    commercelayer.pay()
    commercelayer.update("orders", SEED_ORDER, {"_authorize": True, **asked})

    refused = commercelayer.refusal("DELETE", f"/orders/{SEED_ORDER}")

    assert [f"423 LOCKED Failed to destroy Order with id={SEED_ORDER}"] == refused
    assert "AUTHORIZED" == commercelayer.ledger_order()["status"]


def test_an_order_whose_money_was_let_go_can_be_deleted(authorized: CommerceLayer) -> None:
    authorization = authorized.only(f"/orders/{SEED_ORDER}/authorizations")["id"]

    authorized.update("authorizations", authorization, {"_cancel": True})

    assert 204 == authorized.send("DELETE", f"/orders/{SEED_ORDER}").status

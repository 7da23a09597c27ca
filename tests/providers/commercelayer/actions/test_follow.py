"""What becomes of a Commerce Layer order through Klarna's own side shows here, and only of orders placed here."""

from __future__ import annotations

import pytest
from flask import Flask

from mock_server.core.world import World
from mock_server.ledger import captures, decisions, endings, refunds, updates
from tests.commercelayer import SEED_ORDER, CommerceLayer
from tests.klarna import InProcess, Klarna
from tests.multisafepay import MultiSafepay


@pytest.fixture
def world(app: Flask) -> World:
    """The world that ``commercelayer`` is in."""
    found: World = app.extensions["worlds"].get("test")
    return found


def _placed(commercelayer: CommerceLayer, *triggers: str) -> str:
    """The id of the Klarna order behind."""
    commercelayer.place()
    for trigger in triggers:
        commercelayer.pull(trigger)
    return str(commercelayer.ledger_order()["order_id"])


def _numbers(commercelayer: CommerceLayer) -> list[str]:
    rows = commercelayer.listed(f"/orders/{SEED_ORDER}/transactions")
    return [row["attributes"]["number"].partition("/")[2] for row in rows]


def test_a_capture_of_klarnas_side_shows_as_one_of_this(commercelayer: CommerceLayer, world: World) -> None:
    order_id = _placed(commercelayer, "_approve")

    captures.capture_order(world, order_id, 2500)
    part = commercelayer.read("orders", SEED_ORDER)["payment_status"]
    captures.capture_order(world, order_id, 5250)

    assert ["partially_paid", "approved/paid/in_progress"] == [part, commercelayer.status()]
    assert ["authorizations 7750", "captures 2500", "captures 5250"] == commercelayer.transactions()
    assert ["T/001", "T/002", "T/003"] == _numbers(commercelayer)
    row = commercelayer.listed(f"/orders/{SEED_ORDER}/captures")[0]
    reference = commercelayer.get(f"/captures/{row['id']}/reference_authorization")["data"]
    assert [7750, 2500] == [reference["attributes"]["amount_cents"], row["attributes"]["refund_balance_cents"]]


def test_both_sides_capture_of_one_sum(commercelayer: CommerceLayer, world: World) -> None:
    order_id = _placed(commercelayer, "_approve")
    captures.capture_order(world, order_id, 2500)

    commercelayer.pull("_capture")

    assert ["authorizations 7750", "captures 2500", "captures 5250"] == commercelayer.transactions()
    assert "CAPTURED" == commercelayer.ledger_order()["status"]


def test_a_refund_of_klarnas_side_comes_off_the_oldest_capture_with_something_left(
    commercelayer: CommerceLayer, world: World
) -> None:
    order_id = _placed(commercelayer, "_approve")
    for cents in (2500, 5250):
        captures.capture_order(world, order_id, cents)

    refunds.refund_order(world, order_id, 3000)
    rows = commercelayer.listed(f"/orders/{SEED_ORDER}/captures")

    assert [0, 4750] == [row["attributes"]["refund_balance_cents"] for row in rows]
    assert ["refunds 2500", "refunds 500"] == commercelayer.transactions()[3:]
    assert "approved/partially_refunded/in_progress" == commercelayer.status()


def test_all_given_back_on_klarnas_side_cancels_the_order(commercelayer: CommerceLayer, world: World) -> None:
    order_id = _placed(commercelayer, "_approve_and_capture")

    refunds.refund_order(world, order_id, 7750)

    assert ["cancelled/refunded/unfulfilled", "refunds 7750"] == [
        commercelayer.status(), commercelayer.transactions()[-1],
    ]  # fmt: skip


def test_an_order_cancelled_on_klarnas_side_is_voided(commercelayer: CommerceLayer, world: World) -> None:
    order_id = _placed(commercelayer)

    endings.cancel_order(world, order_id)

    assert "voided" == commercelayer.read("orders", SEED_ORDER)["payment_status"]
    assert ["authorizations 7750", "voids 7750"] == commercelayer.transactions()


def test_an_authorization_expires_after_four_weeks_and_is_voided(commercelayer: CommerceLayer) -> None:
    _placed(commercelayer)

    fired = commercelayer.advance("29d")

    authorization = commercelayer.only(f"/orders/{SEED_ORDER}/authorizations")["attributes"]
    assert "order.expired" in [each["what"] for each in fired]
    assert ["placed/voided/unfulfilled", 0] == [commercelayer.status(), authorization["capture_balance_cents"]]
    assert ["authorizations 7750", "voids 7750"] == commercelayer.transactions()
    assert ["cancelled", 2] == [commercelayer.pull("_cancel")["status"], len(commercelayer.transactions())]


@pytest.mark.parametrize("by", ["Klarna's side", "time"])
def test_what_is_let_go_of_a_part_captured_order_is_voided(
    commercelayer: CommerceLayer, world: World, by: str
) -> None:
    order_id = _placed(commercelayer, "_approve")
    captures.capture_order(world, order_id, 2500)

    if by == "time":
        commercelayer.advance("29d")
    else:
        endings.release_order(world, order_id)

    assert ["authorizations 7750", "captures 2500", "voids 5250"] == commercelayer.transactions()
    assert "approved/partially_paid/unfulfilled" == commercelayer.status()


def test_another_amount_of_klarnas_side_is_the_authorizations(commercelayer: CommerceLayer, world: World) -> None:
    order_id = _placed(commercelayer, "_approve")

    updates.update_authorization(world, order_id, 7000, ())
    less = commercelayer.read("orders", SEED_ORDER)["payment_status"]
    authorization = commercelayer.only(f"/orders/{SEED_ORDER}/authorizations")["attributes"]
    updates.update_authorization(world, order_id, 7750, ())

    assert ["partially_authorized", "authorized"] == [
        less, commercelayer.read("orders", SEED_ORDER)["payment_status"],
    ]  # fmt: skip
    assert [7000, 7000] == [authorization[name] for name in ("amount_cents", "capture_balance_cents")]


def test_a_cancellation_voids_what_was_authorized_last(commercelayer: CommerceLayer, world: World) -> None:
    order_id = _placed(commercelayer)
    updates.update_authorization(world, order_id, 7000, ())

    endings.cancel_order(world, order_id)

    assert ["authorizations 7000", "voids 7000"] == commercelayer.transactions()


def test_an_order_that_was_captured_does_not_expire(commercelayer: CommerceLayer) -> None:
    _placed(commercelayer, "_approve_and_capture")

    commercelayer.advance("29d")

    assert "approved/paid/in_progress" == commercelayer.status()


@pytest.mark.parametrize("verdict", ["ACCEPTED", "REJECTED"])
def test_a_decision_of_klarnas_side_shows_in_the_details(
    commercelayer: CommerceLayer, world: World, verdict: str
) -> None:
    commercelayer.pay()
    commercelayer.add_rule("commercelayer.orders.update", {"outcome": "pending"}, times=1)
    commercelayer.pull("_place")

    decisions.decide_order(world, commercelayer.ledger_order()["order_id"], verdict)

    details = commercelayer.read("orders", SEED_ORDER)["payment_source_details"]["payment_method_details"]
    authorization = commercelayer.only(f"/orders/{SEED_ORDER}/authorizations")["attributes"]
    assert [verdict, verdict] == [details["fraud_status"], authorization["fraud_review"]]
    assert "placed/authorized/unfulfilled" == commercelayer.status()


def test_an_order_that_klarna_stops_is_under_review_no_more(commercelayer: CommerceLayer, world: World) -> None:
    order_id = _placed(commercelayer, "_approve")

    decisions.decide_order(world, order_id, "STOPPED")
    refused = commercelayer.refused("orders", SEED_ORDER, {"_capture": True})

    authorization = commercelayer.only(f"/orders/{SEED_ORDER}/authorizations")["attributes"]
    assert "REJECTED" == authorization["fraud_review"]
    assert ["422 VALIDATION_ERROR status - transition not permitted"] == refused


def test_a_captured_order_is_refunded_here_and_seen_in_the_ledger(commercelayer: CommerceLayer) -> None:
    _placed(commercelayer, "_approve_and_capture")
    capture = commercelayer.only(f"/orders/{SEED_ORDER}/captures")

    commercelayer.update("captures", capture["id"], {"_refund_amount_cents": 1000})

    ledger = commercelayer.ledger_order()
    gateway_id = commercelayer.only(f"/orders/{SEED_ORDER}/refunds")["attributes"]["gateway_transaction_id"]
    assert [1000, [(gateway_id, 1000)]] == [
        ledger["refunded_amount"],
        [(each["refund_id"], each["refunded_amount"]) for each in ledger["refunds"]],
    ]


def test_an_order_of_klarnas_own_face_shows_nowhere_here(commercelayer: CommerceLayer, app: Flask) -> None:
    Klarna(InProcess(app.test_client()), "test").buy()

    assert 0 == commercelayer.get("/transactions")["meta"]["record_count"]
    assert ["pending/unpaid/unfulfilled", []] == [commercelayer.status(), commercelayer.transactions()]


def test_an_order_of_multisafepay_shows_nowhere_here(
    commercelayer: CommerceLayer, multisafepay: MultiSafepay
) -> None:
    commercelayer.place()

    multisafepay.pay()
    multisafepay.ship()
    multisafepay.refund(amount=1000)

    assert ["authorizations 7750"] == commercelayer.transactions()
    assert 1 == commercelayer.get("/transactions")["meta"]["record_count"]
    assert 2 == len(commercelayer.control("GET", "/state/orders").json)


def test_an_order_placed_here_shows_nowhere_at_multisafepay(
    commercelayer: CommerceLayer, multisafepay: MultiSafepay
) -> None:
    _placed(commercelayer, "_approve_and_capture")

    assert [] == commercelayer.control("GET", "/state/multisafepay_orders").json
    assert 404 == multisafepay.send("GET", f"/v1/json/orders/{SEED_ORDER}").status

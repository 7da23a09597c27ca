"""Money of placed orders: captured, given back and let go, through the order and through its transactions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of

NOT_PERMITTED = ["422 VALIDATION_ERROR status - transition not permitted"]


def _authorization(commercelayer: CommerceLayer) -> str:
    return str(commercelayer.only(f"/orders/{SEED_ORDER}/authorizations")["id"])


def _capture(commercelayer: CommerceLayer, cents: int | None = None) -> str:
    """The id of the capture that it made."""
    asked = {"_capture": True} if cents is None else {"_capture": True, "_capture_amount_cents": cents}
    commercelayer.update("authorizations", _authorization(commercelayer), asked)
    return str(commercelayer.listed(f"/orders/{SEED_ORDER}/captures")[-1]["id"])


def _refund(commercelayer: CommerceLayer, capture: str, cents: int | None = None) -> dict[str, Any]:
    asked = {"_refund": True} if cents is None else {"_refund": True, "_refund_amount_cents": cents}
    return commercelayer.update("captures", capture, asked)


def _ledger(commercelayer: CommerceLayer) -> tuple[int, int, int]:
    """What is left to capture, what was captured, what was given back."""
    order = commercelayer.ledger_order()
    return order["remaining_authorized_amount"], order["captured_amount"], order["refunded_amount"]


def _balances(row: dict[str, Any], *names: str) -> list[int]:
    return [row[f"{name}_cents"] for name in names]


def test_all_is_captured_through_the_order(approved: CommerceLayer) -> None:
    approved.pull("_capture")

    assert ["approved/paid/in_progress", (0, 7750, 0)] == [approved.status(), _ledger(approved)]
    shipment = approved.only(f"/orders/{SEED_ORDER}/shipments")["attributes"]
    assert ["picking", True] == [shipment["status"], shipment["picking_at"] is not None]


def test_an_authorization_is_captured_in_parts_until_nothing_is_left(approved: CommerceLayer) -> None:
    seen = []
    for cents in (2500, 5000, None):
        _capture(approved, cents)
        row = approved.read("authorizations", _authorization(approved))
        order = approved.read("orders", SEED_ORDER)
        balances = _balances(row, "capture_amount", "capture_balance", "void_balance")
        seen.append((order["payment_status"], *balances))

    assert [
        ("partially_paid", 5250, 5250, 7750), ("partially_paid", 250, 250, 7750), ("paid", 0, 0, 7750),
    ] == seen  # fmt: skip
    assert [(0, 7750, 0), "approved/paid/in_progress"] == [_ledger(approved), approved.status()]
    assert ["authorizations 7750", "captures 2500", "captures 5000", "captures 250"] == approved.transactions()


def test_the_order_captures_what_its_parts_left(approved: CommerceLayer) -> None:
    _capture(approved, 2500)

    approved.pull("_capture")

    assert ["authorizations 7750", "captures 2500", "captures 5250"] == approved.transactions()


@pytest.mark.parametrize("name", ["_capture_amount_cents", "_refund_amount_cents"])
def test_an_amount_alone_is_trigger_enough(approved: CommerceLayer, name: str) -> None:
    type_, row = "authorizations", _authorization(approved)
    if name == "_refund_amount_cents":
        type_, row = "captures", _capture(approved)

    approved.update(type_, row, {name: "500"})

    assert 500 == approved.listed(f"/orders/{SEED_ORDER}/transactions")[-1]["attributes"]["amount_cents"]


def test_a_capture_is_given_back_in_parts(approved: CommerceLayer) -> None:
    capture = _capture(approved)

    first = _refund(approved, capture, 500)
    status = approved.status()
    last = _refund(approved, capture)

    assert [[7250] * 2, [0] * 2] == [_balances(row, "refund_amount", "refund_balance") for row in (first, last)]
    assert ["approved/partially_refunded/in_progress", "cancelled/refunded/unfulfilled"] == [status, approved.status()]
    assert (0, 7750, 7750) == _ledger(approved)
    assert ["refunds 500", "refunds 7250"] == approved.transactions()[2:]


def test_each_capture_is_given_back_on_its_own(approved: CommerceLayer) -> None:
    first, second = _capture(approved, 2500), _capture(approved)

    _refund(approved, second, 1000)

    rows = [approved.read("captures", capture) for capture in (first, second)]
    assert [[2500], [4250]] == [_balances(row, "refund_balance") for row in rows]
    assert [] == approved.listed(f"/captures/{first}/refunds")
    assert 1000 == approved.only(f"/captures/{second}/refunds")["attributes"]["amount_cents"]


def test_the_order_gives_back_what_its_captures_still_hold(approved: CommerceLayer) -> None:
    first = _capture(approved, 2500)
    _capture(approved)
    _refund(approved, first, 1000)

    approved.pull("_refund")

    assert ["refunds 1000", "refunds 1500", "refunds 5250"] == approved.transactions()[3:]
    assert ["cancelled/refunded/unfulfilled", (0, 7750, 7750)] == [approved.status(), _ledger(approved)]


def test_the_order_leaves_captures_alone_that_hold_nothing(approved: CommerceLayer) -> None:
    _refund(approved, _capture(approved, 2500))
    _capture(approved)

    approved.pull("_refund")

    assert [2500, 5250] == [each["refunded_amount"] for each in approved.ledger_order()["refunds"]]


def test_a_fulfilled_order_stays_so_when_all_is_given_back(approved: CommerceLayer) -> None:
    capture = _capture(approved)
    shipment = approved.only(f"/orders/{SEED_ORDER}/shipments")["id"]
    approved.update("shipments", shipment, {"_ship": True})

    _refund(approved, capture)

    assert "cancelled/refunded/fulfilled" == approved.status()


@pytest.mark.parametrize(
    ("cents", "why"),
    [
        (0, "must be greater than 0"),
        (-1, "must be greater than 0"),
        (5251, "must be less than or equal to 5250"),
        ("much", "is not a number"),
        (1.5, "must be an integer"),
    ],
)
def test_no_more_is_captured_than_was_authorized(approved: CommerceLayer, cents: Any, why: str) -> None:
    _capture(approved, 2500)

    refused = approved.refused("authorizations", _authorization(approved), {"_capture_amount_cents": cents})

    assert [f"422 VALIDATION_ERROR _capture_amount_cents - {why}"] == refused
    assert [(5250, 2500, 0), 2] == [_ledger(approved), len(approved.transactions())]


@pytest.mark.parametrize(
    ("cents", "why"), [(0, "must be greater than 0"), (2001, "must be less than or equal to 2000")]
)
def test_no_more_is_given_back_than_was_captured(approved: CommerceLayer, cents: int, why: str) -> None:
    capture = _capture(approved, 2500)
    _capture(approved)
    _refund(approved, capture, 500)

    refused = approved.refused("captures", capture, {"_refund_amount_cents": cents})

    assert [f"422 VALIDATION_ERROR _refund_amount_cents - {why}"] == refused
    assert (0, 7750, 500) == _ledger(approved)


def test_an_order_that_is_not_approved_is_not_captured(commercelayer: CommerceLayer) -> None:
    commercelayer.place()

    refused = commercelayer.refused("authorizations", _authorization(commercelayer), {"_capture": True})

    assert [NOT_PERMITTED, (7750, 0, 0)] == [refused, _ledger(commercelayer)]


@pytest.mark.parametrize("trigger", ["_approve", "_archive"])  # before it is approved, and after
def test_a_void_lets_the_money_go(commercelayer: CommerceLayer, trigger: str) -> None:
    commercelayer.place()
    commercelayer.pull(trigger)
    authorization = _authorization(commercelayer)

    row = commercelayer.update("authorizations", authorization, {"_void": True})

    void = commercelayer.only(f"/authorizations/{authorization}/voids")
    assert [0, 0, 0] == _balances(row, "capture_amount", "capture_balance", "void_balance")
    assert ["voided", "CANCELLED"] == [
        commercelayer.read("orders", SEED_ORDER)["payment_status"], commercelayer.ledger_order()["status"],
    ]  # fmt: skip
    assert ["authorizations 7750", "voids 7750"] == commercelayer.transactions()
    reference = commercelayer.get(f"/voids/{void['id']}/reference_authorization")["data"]
    assert authorization == reference["id"]


def test_what_is_captured_cannot_be_voided(approved: CommerceLayer) -> None:
    _capture(approved, 2500)

    assert NOT_PERMITTED == approved.refused("authorizations", _authorization(approved), {"_void": True})
    assert NOT_PERMITTED == approved.refused("orders", SEED_ORDER, {"_cancel": True})
    assert [(5250, 2500, 0), 2] == [_ledger(approved), len(approved.transactions())]


def test_cancelling_an_order_voids_by_itself(approved: CommerceLayer) -> None:
    order = approved.pull("_cancel")

    shipment = approved.only(f"/orders/{SEED_ORDER}/shipments")["attributes"]
    assert ["cancelled/voided/unfulfilled", "cancelled"] == [approved.status(), shipment["status"]]
    assert order["cancelled_at"] is not None
    assert ["authorizations 7750", "voids 7750"] == approved.transactions()
    assert "CANCELLED" == approved.ledger_order()["status"]


def test_the_authorization_of_a_pending_order_is_cancelled_and_made_anew(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.pull("_authorize")

    commercelayer.update("authorizations", _authorization(commercelayer), {"_cancel": True})

    assert "pending/unpaid/unfulfilled" == commercelayer.status()
    commercelayer.place()
    assert ["authorizations 7750", "voids 7750", "authorizations 7750"] == commercelayer.transactions()
    assert "placed/authorized/unfulfilled" == commercelayer.status()


def test_the_authorization_of_a_placed_order_is_voided_and_not_cancelled(approved: CommerceLayer) -> None:
    assert NOT_PERMITTED == approved.refused("authorizations", _authorization(approved), {"_cancel": True})
    assert NOT_PERMITTED == approved.refused("captures", _capture(approved), {"_cancel": True})


def test_transactions_are_numbered_over_all_kinds(approved: CommerceLayer) -> None:
    capture = _capture(approved, 2500)
    _refund(approved, capture, 500)
    _capture(approved)

    rows = approved.listed(f"/orders/{SEED_ORDER}/transactions?sort=number")

    number = approved.read("orders", SEED_ORDER)["number"]
    assert [
        (f"{number}/T/001", "authorizations"),
        (f"{number}/T/002", "captures"),
        (f"{number}/T/003", "refunds"),
        (f"{number}/T/004", "captures"),
    ] == [(row["attributes"]["number"], row["type"]) for row in rows]


def test_a_transaction_tells_of_its_order_its_source_and_klarna(approved: CommerceLayer) -> None:
    capture = _capture(approved, 2500)

    document = approved.get(f"/captures/{capture}?include=order,payment_source,reference_authorization")

    row, ledger = document["data"]["attributes"], approved.ledger_order()
    assert {"amount_cents": 2500, "amount_float": 25.0, "formatted_amount": "€25,00"}.items() <= row.items()
    assert ["EUR", True, ledger["order_id"], ledger["captures"][0]["capture_id"]] == [
        row[name] for name in ("currency_code", "succeeded", "token", "gateway_transaction_id")
    ]
    assert {"orders", "klarna_payments", "authorizations"} == {each["type"] for each in document["included"]}


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("type_", ["authorizations", "captures", "voids", "refunds", "transactions"])
def test_transactions_are_neither_made_nor_deleted(approved: CommerceLayer, method: str, type_: str) -> None:
    path = f"/{type_}" if method == "POST" else f"/{type_}/{_authorization(approved)}"

    answer = approved.send(method, path, document_of(type_) if method == "POST" else None)

    assert answer.status >= 400
    assert ["authorizations 7750"] == approved.transactions()


def test_what_only_some_transactions_have_comes_last(approved: CommerceLayer) -> None:
    """As recorded."""
    approved.pull("_capture")

    documents = [approved.only(f"/orders/{SEED_ORDER}/{type_}") for type_ in ("authorizations", "captures")]

    common = ["gateway_transaction_id", "created_at", "updated_at", "reference", "reference_origin", "metadata"]
    names = [list(each["attributes"]) for each in documents]
    assert [common] * 2 == [each[each.index(common[0]) :][: len(common)] for each in names]
    assert ["formatted_void_balance", "formatted_refund_balance"] == [each[-1] for each in names]
    assert [
        ["order", "payment_source", "attachments", "captures", "voids", "events", "event_stores"],
        ["order", "payment_source", "attachments", "reference_authorization", "refunds", "return", "events",
         "event_stores"],
    ] == [list(each["relationships"]) for each in documents]  # fmt: skip


def test_forwarding_what_succeeded_does_nothing(approved: CommerceLayer) -> None:
    _refund(approved, _capture(approved, 2500), 500)
    before = approved.transactions()
    rows = approved.listed(f"/orders/{SEED_ORDER}/transactions")

    told = [approved.update(row["type"], row["id"], {"_forward": True})["succeeded"] for row in rows]

    assert [[True] * 3, before] == [told, approved.transactions()]


def test_forwarding_what_failed_without_a_balance_does_nothing(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.add_rule("commercelayer.orders.update", {"outcome": "declined"}, times=1)
    commercelayer.refused("orders", SEED_ORDER, {"_place": True})

    row = commercelayer.update("authorizations", _authorization(commercelayer), {"_forward": True})

    assert [False, "pending/unpaid/unfulfilled"] == [row["succeeded"], commercelayer.status()]


def test_a_capture_that_klarna_refuses_is_kept_as_failed(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.add_rule("commercelayer.orders.update", {"outcome": "pending"}, times=1)
    commercelayer.pull("_place")
    commercelayer.pull("_approve")

    refused = commercelayer.refused("orders", SEED_ORDER, {"_capture": True})

    failed = commercelayer.only(f"/orders/{SEED_ORDER}/captures")["attributes"]
    assert [NOT_PERMITTED, "approved/authorized/unfulfilled"] == [refused, commercelayer.status()]
    assert ["authorizations 7750", "captures 7750 failed"] == commercelayer.transactions()
    assert [False, "PENDING", 0] == [
        failed[name] for name in ("succeeded", "error_code", "refund_balance_cents")
    ]
    assert (7750, 0, 0) == _ledger(commercelayer)


@pytest.mark.parametrize("how", ["orders", "captures"])
def test_a_scenario_refuses_refunds(approved: CommerceLayer, how: str) -> None:
    capture = _capture(approved)
    approved.choose_scenario("refund-refused")

    asked = {"_refund": True}
    refused = approved.refused(how, SEED_ORDER if how == "orders" else capture, asked)

    assert ["422 VALIDATION_ERROR refund is not possible"] == refused
    assert (0, 7750, 0) == _ledger(approved)

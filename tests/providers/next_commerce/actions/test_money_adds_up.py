"""Whatever is done to an order in whatever order: its money adds up, to the cent, here and in the ledger."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.world import World
from mock_server.core.worlds import Worlds
from mock_server.ledger import endings, refunds
from tests.klarna import fine
from tests.next_commerce import CAPTURES_LATER, RETURN_URL, TOWEL, NextCommerce, line_of, order_of

LATER = {"payment_return_url": RETURN_URL, "payment_gateway": CAPTURES_LATER}
NO_REASON = {"cancel_reason": "no"}


def _sums(store: NextCommerce, number: str) -> tuple[str, str]:
    order = store.read(number)
    return order["total_incl_tax"], order["total_outstanding"]


def _refund(store: NextCommerce, order: dict[str, Any], amount: str, **fields: Any) -> dict[str, Any]:
    share = {"id": order["transactions"][0]["id"], "amount": amount}
    told: dict[str, Any] = store.post(f"/orders/{order['number']}/refund/", {"transactions": [share], **fields})
    return told


def _line(order: dict[str, Any]) -> str:
    return f"/orders/{order['number']}/lines/{order['lines'][0]['id']}/"


def _patch(store: NextCommerce, path: str, body: Any) -> None:
    fine(store.send("PATCH", path, body))


def test_parts_of_a_discounted_line_add_up_to_what_was_paid(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy(lines=[line_of(1, 3, "3.37")], vouchers=["WELCOME10"], shipping_price="0")
    line = {"line_id": order["lines"][0]["id"], "quantity": 1}

    parts = []
    for _ in range(3):
        told = next_commerce.post(f"/orders/{order['number']}/refund/calculate/", {"refund_lines": [line]})
        parts.append(told["amount_incl_tax"])
        _refund(next_commerce, order, parts[-1], refund_lines=[{**line, "restock_type": "cancel"}])

    assert ("9.10", "9.10") == (order["total_incl_tax"], f"{sum(map(float, parts)):.2f}")
    assert ("0.00", "0.00") == _sums(next_commerce, order["number"])


def test_a_discount_belongs_to_what_was_bought(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy(lines=[line_of(1, 2, "10.00")], vouchers=["HALF"], shipping_price="0")

    totals = []
    for quantity in (1, 2, 4, 2):
        _patch(next_commerce, _line(order), {"quantity": quantity})
        totals.append(next_commerce.read(order["number"])["total_incl_tax"])

    assert ["5.00", "10.00", "30.00", "10.00"] == totals
    assert "10.00" == next_commerce.read(order["number"])["lines"][0]["original_price_incl_tax"]


def test_giving_back_what_was_paid_too_much_makes_an_order_no_cheaper(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy(lines=[line_of(1, 3, "10.00")])
    _patch(next_commerce, _line(order), {"quantity": 1})

    _refund(next_commerce, order, "20.00")
    after = _sums(next_commerce, order["number"])
    _patch(next_commerce, _line(order), {"quantity": 2})

    assert (("15.00", "0.00"), ("25.00", "10.00")) == (after, _sums(next_commerce, order["number"]))


def test_keeping_part_of_what_was_taken_out_leaves_nothing_paid_too_much(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy(lines=[line_of(1, 3, "10.00")])
    line = {"line_id": order["lines"][0]["id"], "quantity": 1, "restock_type": "cancel"}

    _refund(next_commerce, order, "8.00", refund_lines=[line])

    assert ("27.00", "0.00") == _sums(next_commerce, order["number"])


@pytest.mark.parametrize("quantity", [1, 5])
def test_a_canceled_order_comes_to_nothing_whatever_was_edited(next_commerce: NextCommerce, quantity: int) -> None:
    order = next_commerce.buy(lines=[line_of(1, 3, "10.00")])
    _patch(next_commerce, _line(order), {"quantity": quantity})

    next_commerce.post(f"/orders/{order['number']}/cancel/", {**NO_REASON, "full_refund": True})

    assert ("0.00", "0.00") == _sums(next_commerce, order["number"])
    assert ["debit 35.00", "refund 35.00"] == next_commerce.transactions(order["number"])


def test_a_pending_order_is_canceled_with_its_reason_and_let_go(next_commerce: NextCommerce) -> None:
    order = next_commerce.complete(next_commerce.start(), "pending")["order"]

    answer = next_commerce.send("POST", f"/orders/{order['number']}/cancel/", NO_REASON)

    kept = next_commerce.state("orders")[0]
    assert (200, "canceled", "no") == (answer.status, answer.json["status"], kept["cancel_reason"])
    assert "CANCELLED" == next_commerce.ledger_orders()[0]["status"]
    assert ["canceled"] == [each["status"] for each in kept["fulfillment_orders"]]


def test_a_part_captured_order_is_canceled_refunded_and_released(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy(payment_details=LATER)
    next_commerce.post(f"/transactions/{order['transactions'][0]['id']}/capture/", {"amount": "6.00"})

    next_commerce.post(f"/orders/{order['number']}/cancel/", {**NO_REASON, "full_refund": True})

    (klarna,) = next_commerce.ledger_orders()
    told = next_commerce.transactions(order["number"])
    assert ["authorize 15.00", "capture 6.00", "refund 6.00", "void 9.00"] == told
    assert ("CAPTURED", 600, 600, 0) == tuple(
        klarna[name] for name in ("status", "captured_amount", "refunded_amount", "remaining_authorized_amount")
    )


@pytest.mark.parametrize("what", ["collect-payment", "mark-as-paid"])
@pytest.mark.parametrize("method", ["klarna", "card_token"])
def test_what_is_authorized_is_captured_not_charged_again(
    next_commerce: NextCommerce, what: str, method: str
) -> None:
    details = {**LATER, "card_token": "tok_1"} if method == "card_token" else LATER
    order = next_commerce.buy(method, payment_details=details)

    refused = next_commerce.refusal("POST", f"/orders/{order['number']}/{what}/", {})
    next_commerce.post(f"/orders/{order['number']}/capture/")

    assert (400, {"non_field_errors": ["This order has an authorized payment; capture it first."]}) == refused
    assert ["authorize 15.00", "capture 15.00"] == next_commerce.transactions(order["number"])


@pytest.mark.parametrize("what", ["collect-payment", "mark-as-paid"])
def test_nothing_is_collected_while_klarna_decides(next_commerce: NextCommerce, what: str) -> None:
    order = next_commerce.complete(next_commerce.start(), "pending", decide="accepted", after="1h")["order"]

    refused = next_commerce.refusal("POST", f"/orders/{order['number']}/{what}/", {})
    next_commerce.advance("61m")

    assert (400, {"non_field_errors": ["The payment of this order is pending."]}) == refused
    assert ["debit 15.00"] == next_commerce.transactions(order["number"])


def test_setting_the_status_to_canceled_cancels(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy(payment_details=LATER)

    _patch(next_commerce, f"/orders/{order['number']}/", {"status": "canceled", "tags": ["gone"]})
    back = next_commerce.refusal("PATCH", f"/orders/{order['number']}/", {"status": "open"})

    assert "canceled/voided/unfulfilled" == next_commerce.status(order["number"])
    assert ["gone"] == next_commerce.read(order["number"])["tags"]
    assert "CANCELLED" == next_commerce.ledger_orders()[0]["status"]
    assert (400, {"status": ['"open" is not a valid choice.']}) == back


def test_a_canceled_order_is_not_created_and_charged(next_commerce: NextCommerce) -> None:
    refused = next_commerce.refusal("POST", "/orders/", order_of("card_token", status="canceled"))

    assert (400, {"status": ["A canceled order cannot be paid."]}) == refused


@pytest.mark.parametrize("path", ["add-line-items", "lines"])
def test_an_archived_order_takes_nothing_more(next_commerce: NextCommerce, path: str) -> None:
    number = next_commerce.buy()["number"]
    _patch(next_commerce, f"/orders/{number}/", {"status": "archived"})

    body = {"lines": [line_of()]} if path == "add-line-items" else line_of()
    refused = next_commerce.refusal("POST", f"/orders/{number}/{path}/", body)

    assert (400, {"non_field_errors": ["This order is archived."]}) == refused
    assert not next_commerce.read(number)["supports_post_purchase_upsells"]


def test_what_waits_at_the_warehouse_is_not_refunded_under_another_name(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy()
    next_commerce.advance("31m")

    told = [
        next_commerce.refusal("POST", f"/orders/{order['number']}/refund/", {
            "transactions": [{"id": order["transactions"][0]["id"], "amount": "10.00"}],
            "refund_lines": [{"line_id": order["lines"][0]["id"], "quantity": 1, "restock_type": restock}],
        })[1]["refund_lines"][0]
        for restock in ("cancel", "no_restock", "return")
    ]  # fmt: skip

    assert [["line_id"], ["restock_type"], ["restock_type"]] == [list(each) for each in told]


def test_what_waits_at_the_warehouse_is_not_raised(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy()
    next_commerce.advance("31m")

    refused = next_commerce.refusal("PATCH", _line(order), {"quantity": 5})

    assert (400, {"quantity": ["This line cannot be edited."]}) == refused


def test_a_refund_that_the_ledger_refuses_changes_nothing(
    next_commerce: NextCommerce, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = next_commerce.buy(lines=[line_of(1, 3, "10.00")])
    worlds: Worlds = app.extensions["worlds"]
    world: World = worlds.get("test")
    klarna = next_commerce.ledger_orders()[0]
    # another face is a moment faster, and its news come late
    monkeypatch.setattr(type(world), "publish", lambda *_: None)
    refunds.refund_order(world, klarna["order_id"], 3000)
    monkeypatch.undo()
    line = {"line_id": order["lines"][0]["id"], "quantity": 3, "restock_type": "cancel"}

    refused = next_commerce.refusal(
        "POST", f"/orders/{order['number']}/refund/",
        {"transactions": [{"id": order["transactions"][0]["id"], "amount": "30.00"}], "refund_lines": [line]},
    )  # fmt: skip

    assert (400, {"transactions": ["This transaction cannot be refunded."]}) == refused
    assert order == next_commerce.read(order["number"])


def test_a_refund_elsewhere_is_written_down_whole_whatever_was_refunded_outside(
    next_commerce: NextCommerce, app: Any
) -> None:
    order = next_commerce.buy()
    outside = {"amount": "5.00", "is_external": True}
    next_commerce.post(f"/transactions/{order['transactions'][0]['id']}/refund/", outside)

    refunds.refund_order(app.extensions["worlds"].get("test"), next_commerce.ledger_orders()[0]["order_id"], 1500)

    assert ["debit 15.00", "refund 5.00", "refund 15.00"] == next_commerce.transactions(order["number"])


def test_a_capture_after_the_cancellation_elsewhere_leaves_it_void(next_commerce: NextCommerce, app: Any) -> None:
    order = next_commerce.buy(payment_details=LATER)
    endings.cancel_order(app.extensions["worlds"].get("test"), next_commerce.ledger_orders()[0]["order_id"])

    refused = next_commerce.refusal("POST", f"/orders/{order['number']}/capture/", {})

    assert 400 == refused[0]
    assert "open/voided/unfulfilled" == next_commerce.status(order["number"])


def test_an_order_that_costs_nothing_is_placed_without_the_shopper(next_commerce: NextCommerce) -> None:
    order = next_commerce.post("/orders/", order_of(lines=[line_of(1, 1, "0")], shipping_price="0"))

    assert ("paid", []) == (order["payment_status"], order["transactions"])
    assert [] == next_commerce.ledger_orders()


def test_the_guard_against_duplicates_looks_again_when_the_shopper_pays(next_commerce: NextCommerce) -> None:
    next_commerce.freeze()
    next_commerce.choose_scenario("duplicate-orders")
    first, second = next_commerce.start(), next_commerce.start()

    outcomes = [next_commerce.complete(payment)["payment"]["outcome"] for payment in (first, second)]

    assert ["accepted", "declined"] == outcomes
    assert 1 == len(next_commerce.results("/orders/"))


def test_a_declined_upsell_is_declined_for_test_orders_too(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy("card_token", payment_details={"card_token": "test_card"})
    next_commerce.choose_scenario("upsell-declined")

    refused = next_commerce.refusal("POST", f"/orders/{order['number']}/add-line-items/", {"lines": [line_of(TOWEL)]})

    assert (400, "2001") == (refused[0], refused[1]["payment_response_code"])


def test_currencies_are_not_mixed(next_commerce: NextCommerce) -> None:
    lines = [line_of(currency="USD"), line_of(TOWEL, currency="EUR")]

    refused = next_commerce.refusal("POST", "/orders/", order_of("card_token", lines=lines))

    assert (400, {"currency": ["All lines must be in the currency of the order."]}) == refused


@pytest.mark.parametrize(("asked", "kept"), [("SHOP 1, & CO", "SHOP 1, & CO"), ("<script>", None), ("x" * 23, None)])
def test_a_descriptor_no_bank_takes_is_passed_over(next_commerce: NextCommerce, asked: str, kept: str | None) -> None:
    order = next_commerce.buy("card_token", payment_details={"card_token": "t", "statement_descriptor": asked})

    assert kept == order["transactions"][0]["statement_descriptor"]


def test_nothing_is_found_by_what_is_not_there(next_commerce: NextCommerce) -> None:
    next_commerce.buy("card_token")

    found = [next_commerce.results(f"/orders/?{query}") for query in ("utm_source=None", "affiliate=None")]
    of_brand = next_commerce.results("/transactions/?card_type=amex")

    assert ([[], []], []) == (found, of_brand)

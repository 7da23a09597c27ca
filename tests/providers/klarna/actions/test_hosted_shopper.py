from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest

from mock_server.control.actions import add_rules
from mock_server.core.errors import Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.core.worlds import Worlds
from mock_server.ledger import authorizations, orders, sessions
from mock_server.ledger.decisions import Verdict
from mock_server.providers.klarna.actions import hosted_payment_page as actions
from mock_server.providers.klarna.actions import hosted_shopper as shopper
from mock_server.providers.klarna.actions import payments
from mock_server.providers.klarna.errors.payments import InvalidSessionId
from mock_server.providers.klarna.state import hosted_payment_page as state

from ..conftest import purchase_of
from ..hosted import again, hosted, said, told

HOOK = {"status_update": "http://127.0.0.1:9/told"}
PLACING = {"place_order_mode": "PLACE_ORDER"}
CAPTURING = {"place_order_mode": "CAPTURE_ORDER"}
AUTHORIZE, CREATE_ORDER = "klarna.payments.authorize", "klarna.payments.create_order"


def order_of(world: World, session: Record) -> Record:
    found = world.store.get("orders", session["order_id"])
    assert found is not None
    return found


def add_rule(world: World, operation: str, **then: Any) -> None:
    add_rules(world, {"when": {"operation": operation}, "then": then})


def billing(email: str, country: str = "SE") -> dict[str, Any]:
    return {"billing_address": {"email": email, "country": country}}


class TestEnter:
    def test_the_shop_learns_that_the_page_was_opened(self, world: World) -> None:
        session = hosted(world, merchant_urls=HOOK)
        world.advance(timedelta(minutes=1))

        entered = shopper.enter(world, session)

        assert ["IN_PROGRESS", "2026-11-20T12:01:00.000Z"] == [entered["status"], entered["updated_at"]]
        assert ["IN_PROGRESS"] == told(world)

    def test_opening_it_again_changes_nothing(self, world: World) -> None:
        session = hosted(world, merchant_urls=HOOK)
        entered = shopper.enter(world, session)

        assert entered == shopper.enter(world, session) == shopper.enter(world, entered)
        assert ["IN_PROGRESS"] == told(world)

    def test_a_page_that_is_over_is_not_opened(self, world: World) -> None:
        session = hosted(world)
        actions.delete_session(world, session)

        with pytest.raises(state.NotPossible, match="is DISABLED"):
            shopper.enter(world, session)

    def test_a_page_whose_time_is_over_is_not_opened_though_its_alarm_did_not_go_off_yet(self, world: World) -> None:
        session = hosted(world)
        world.clock.freeze(world.clock.now() + timedelta(hours=47))

        with pytest.raises(state.NotPossible, match="expired at 2026-11-22T11:00:00.000Z"):
            shopper.enter(world, session)

        assert "WAITING" == again(world, session)["status"]


class TestPaying:
    def test_an_approved_shopper_leaves_a_token_that_is_good_for_the_order(self, world: World) -> None:
        session = hosted(world, merchant_urls=HOOK)

        done = shopper.act(world, session, Decision()).session

        token = done["authorization_token"]
        assert ["COMPLETED", None, None] == [done["status"], done["order_id"], done["klarna_reference"]]
        assert ["IN_PROGRESS", "COMPLETED"] == told(world)
        answer = payments.create_order(
            world, payments.find_authorization(world, token), purchase_of(), Decision(), token=token, merchant="PK1",
            base_url="http://127.0.0.1",
        )  # fmt: skip
        assert "ACCEPTED" == answer["fraud_status"]
        assert token == again(world, session)["authorization_token"]

    def test_with_place_order_the_order_is_placed_as_the_shop_would(self, world: World) -> None:
        session = hosted(world, options=PLACING, merchant_urls=HOOK)

        done = shopper.act(world, session, Decision()).session

        order = order_of(world, done)
        assert ["COMPLETED", None, order["klarna_reference"]] == [
            done["status"], done["authorization_token"], done["klarna_reference"],
        ]  # fmt: skip
        assert ["klarna", "AUTHORIZED", 25000, 0] == [
            order[name] for name in ("placed_through", "status", "order_amount", "captured_amount")
        ]
        assert purchase_of()["order_lines"] == order["order_lines"]
        assert "complete" == sessions.find_session(world, session["payment_session_id"])["status"]
        assert ["IN_PROGRESS", "COMPLETED"] == told(world)

    def test_with_capture_order_the_money_is_taken(self, world: World) -> None:
        done = shopper.act(world, hosted(world, options=CAPTURING), Decision()).session

        order = order_of(world, done)
        assert ["CAPTURED", 25000] == [order["status"], order["captured_amount"]]

    def test_a_pending_order_is_captured_once_it_is_accepted(self, world: World) -> None:
        pending = said("pending", decide="accepted", after="5m")

        done = shopper.act(world, hosted(world, options=CAPTURING), pending).session

        before = order_of(world, done)
        world.advance(timedelta(minutes=5))
        after = order_of(world, done)
        assert ["PENDING", "AUTHORIZED"] == [before["fraud_status"], before["status"]]
        assert ["ACCEPTED", "CAPTURED"] == [after["fraud_status"], after["status"]]

    def test_a_pending_decision_waits_in_the_token_for_the_shops_order(self, world: World) -> None:
        done = shopper.act(world, hosted(world), said("pending")).session

        authorization = authorizations.find_authorization(world, done["authorization_token"])
        assert {"outcome": "pending"} == authorization["decision"]

    def test_the_category_chosen_decides_the_payment_method(self, world: World) -> None:
        session = hosted(world, options=PLACING)

        done = shopper.act(world, session, Decision(), category="PAY_NOW").session

        assert {"type": "direct_debit"} == order_of(world, done)["initial_payment_method"]

    def test_a_category_that_is_not_shown_is_a_misuse_and_changes_nothing(self, world: World) -> None:
        session = hosted(world, options={"payment_method_category": "PAY_LATER"})

        with pytest.raises(Misused, match="'pay_now' is not shown on the page; there are: pay_later"):
            shopper.act(world, session, Decision(), category="pay_now")

        assert session == again(world, session)

    def test_a_token_only_session_cannot_place_orders(self, world: World) -> None:
        session = hosted(world, options=PLACING, purchase={"intent": "tokenize"})

        done = shopper.act(world, session, Decision()).session

        assert ["ERROR", "OperationNotConfigured"] == [done["status"], done["refusal"].partition(":")[0]]

    def test_data_that_no_shopper_can_have_stops_the_payment(self, world: World) -> None:
        session = hosted(world, purchase={"billing_address": {"given_name": "7", "country": "SE"}})

        act = shopper.act(world, session, Decision())

        assert ["IN_PROGRESS", ("billing_address.given_name",)] == [act.session["status"], act.invalid_fields]


class TestNotPaying:
    @pytest.mark.parametrize(
        ("outcome", "status"),
        [("rejected", "FAILED"), ("failed", "FAILED"), ("error", "ERROR"), ("back", "BACK"), ("cancelled", "BACK")],
    )
    def test_a_try_that_led_to_nothing_can_be_repeated(self, world: World, outcome: str, status: str) -> None:
        session = hosted(world, merchant_urls=HOOK)

        first = shopper.act(world, session, said(outcome)).session
        second = shopper.act(world, first, Decision()).session

        assert [status, "COMPLETED"] == [first["status"], second["status"]]
        assert ["IN_PROGRESS", status, "IN_PROGRESS", "COMPLETED"] == told(world)
        assert second["refusal"] is None

    @pytest.mark.parametrize("channel", ["IN_STORE", "TELESALES"])
    def test_outside_web_shops_a_cancellation_is_final(self, world: World, channel: str) -> None:
        session = hosted(world, purchase={"acquiring_channel": channel})

        done = shopper.act(world, session, said("cancelled")).session

        assert "CANCELLED" == done["status"]
        with pytest.raises(state.NotPossible):
            shopper.act(world, done, Decision())

    def test_a_reason_is_kept_with_the_session(self, world: World) -> None:
        done = shopper.act(world, hosted(world), said("rejected", reason="HIGH_RISK")).session

        assert "rejected (HIGH_RISK)" == done["refusal"]

    def test_a_shopper_who_comes_too_late_finds_the_page_expired(self, world: World) -> None:
        session = hosted(world)

        done = shopper.act(world, session, said("expired")).session

        assert "TIMEOUT" == done["status"]
        with pytest.raises(InvalidSessionId):
            actions.find_session(world, session["id"])

    def test_a_payment_session_that_went_away_is_an_error(self, world: World) -> None:
        session = hosted(world)
        world.store.change("sessions", session["payment_session_id"], lambda _: None)

        done = shopper.act(world, session, Decision()).session

        assert ["ERROR", "InvalidSessionId: Invalid session id"] == [done["status"], done["refusal"]]


class TestWhoDecides:
    @pytest.mark.parametrize(
        ("email", "country", "status"),
        [
            ("customer+denied@email.se", "SE", "FAILED"),
            ("customer+red@email.se", "SE", "FAILED"),
            ("customer+reject_reason_HIGH_RISK@email.us", "US", "FAILED"),
            ("customer@email.se", "SE", "COMPLETED"),
        ],
    )
    def test_klarnas_test_shoppers_have_their_way(self, world: World, email: str, country: str, status: str) -> None:
        currency = {"SE": "SEK", "US": "USD"}[country]
        purchase = {**billing(email, country), "purchase_country": country, "purchase_currency": currency}

        act = shopper.act(world, hosted(world, purchase=purchase), Decision())

        assert status == act.session["status"]
        assert ("default" == act.decision.decided_by) == (status == "COMPLETED")

    def test_the_order_of_a_pending_test_shopper_is_pending(self, world: World) -> None:
        address = billing("customer+pend-accept-05@email.us", "US")
        purchase = {**address, "purchase_country": "US", "purchase_currency": "USD"}

        act = shopper.act(world, hosted(world, purchase=purchase, options=PLACING), Decision())

        assert "PENDING" == order_of(world, act.session)["fraud_status"]
        assert ["pending", "scenario magic-pending, rule 1"] == [act.decision.outcome, act.decision.decided_by]

    @pytest.mark.parametrize(
        ("scenario", "of_the_token", "of_the_order"),
        [
            ("declined", "FAILED", "FAILED"),
            ("shopper-aborts", "BACK", "BACK"),
            ("rejected", "COMPLETED", "FAILED"),
            ("address-changed", "COMPLETED", "ERROR"),
            ("server-error", "COMPLETED", "ERROR"),
        ],
    )
    def test_scenarios_about_payments_decide_here_too(
        self, worlds: Worlds, scenario: str, of_the_token: str, of_the_order: str
    ) -> None:
        world = worlds.start("default", scenario)

        without, placing = (shopper.act(world, hosted(world, options=o), Decision()) for o in ({}, PLACING))

        assert [of_the_token, of_the_order] == [without.session["status"], placing.session["status"]]
        assert f"scenario {scenario}, rule 1" == placing.decision.decided_by

    @pytest.mark.parametrize("fault", [{"status": 502}, {"drop": "request"}])
    def test_a_rule_by_which_nothing_is_done_leaves_no_order(self, world: World, fault: dict[str, Any]) -> None:
        add_rule(world, CREATE_ORDER, fault=fault)

        done = shopper.act(world, hosted(world, options=PLACING), Decision()).session

        assert ["ERROR", []] == [done["status"], list(world.store.all("orders"))]

    def test_a_rule_that_makes_no_sense_for_this_order_is_told_to_who_wrote_it(self, world: World) -> None:
        rule = {
            "when": {
                "operation": CREATE_ORDER,
                "match": {"purchase.billing_address.email": {"matches": r"\+slow-(?P<time>\w+)@"}},
            },
            "then": {"outcome": "pending", "decide": "accepted", "after": "{time}"},
        }
        add_rules(world, rule)
        session = hosted(world, options=PLACING, purchase=billing("a+slow-never@shop.test"))

        with pytest.raises(Misused, match="rule 1: 'never' is no duration"):
            shopper.act(world, session, Decision())

        assert ["IN_PROGRESS", None] == [again(world, session)[name] for name in ("status", "paying_since")]

    def test_a_widget_that_wants_to_be_finalized_is(self, world: World) -> None:
        add_rule(world, AUTHORIZE, outcome="finalize_required")

        assert "COMPLETED" == shopper.act(world, hosted(world), Decision()).session["status"]

    def test_a_widget_that_marks_fields_stops_the_payment(self, world: World) -> None:
        add_rule(world, AUTHORIZE, outcome="invalid_fields", fields=["billing_address.city"])

        act = shopper.act(world, hosted(world), Decision())

        assert ["IN_PROGRESS", ("billing_address.city",)] == [act.session["status"], act.invalid_fields]

    def test_who_speaks_of_the_page_is_heard_first(self, world: World) -> None:
        add_rule(world, AUTHORIZE, outcome="rejected")
        add_rule(world, CREATE_ORDER, outcome="rejected")

        done = shopper.act(world, hosted(world, options=PLACING), said("accepted")).session

        assert "COMPLETED" == done["status"]


class TestTheSameOrderElsewhere:
    def placed(self, world: World, session: Record) -> Record:
        """An order that the shop placed with the widget's token."""
        found = sessions.find_session(world, session["payment_session_id"])
        authorization = authorizations.grant(world, found)
        order_id = orders.new_order_id(world)
        placed = {"token": authorization["token"], "body_digest": "", "answer": {}}
        return orders.place_order(
            world, order_id, purchase_of(), authorization=authorization, placed=placed,
            verdict=Verdict(), placed_through="klarna",
        )  # fmt: skip

    def test_an_order_completes_the_pages_of_its_payment_session(self, world: World) -> None:
        session = hosted(world, options=PLACING, merchant_urls=HOOK)

        order = self.placed(world, session)

        done = again(world, session)
        assert ["COMPLETED", order["order_id"], order["klarna_reference"], None] == [
            done[name] for name in ("status", "order_id", "klarna_reference", "authorization_token")
        ]
        assert ["COMPLETED"] == told(world)

    def test_a_page_without_place_order_mode_shows_the_token_that_was_spent(self, world: World) -> None:
        session = hosted(world)

        order = self.placed(world, session)

        assert order["authorization_token"] == again(world, session)["authorization_token"]

    def test_a_page_that_is_over_stays_as_it_is(self, world: World) -> None:
        session = hosted(world)
        actions.delete_session(world, session)

        self.placed(world, session)

        assert "DISABLED" == again(world, session)["status"]


@pytest.mark.usefixtures("eager_threads")
def test_two_windows_pay_once_and_leave_the_token_that_counts(world: World) -> None:
    for _ in range(10):
        session = hosted(world)

        def pay(session: Record = session) -> None:
            try:
                shopper.act(world, session, Decision())
            except state.NotPossible:
                return

        windows = [Thread(target=pay) for _ in range(3)]
        for window in windows:
            window.start()
        for window in windows:
            window.join()

        done = again(world, session)
        payment_session = sessions.find_session(world, session["payment_session_id"])
        assert ["COMPLETED", payment_session["authorization_token"]] == [done["status"], done["authorization_token"]]

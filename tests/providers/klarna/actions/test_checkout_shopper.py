from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.errors import Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import orders, tokens
from mock_server.providers.klarna.actions import checkout as actions
from mock_server.providers.klarna.errors.checkout import BadValue, ReadOnlyOrder
from tests.receiver import Receiver
from tests.threads import tried_at_once

from ..checkout import ADDRESS, complete, keep, urls_of

REJECTED = Decision(outcome="rejected")
STRICT = {"require_validate_callback_success": True}


def read(world: World, order: Record) -> Record:
    return actions.read_order(world, actions.find_order(world, order["order_id"]))


def asking(world: World, receiver: Receiver, **fields: Any) -> Record:
    """An order whose shop wants to be asked."""
    url = receiver.url("/validate?kco={checkout.order.id}")
    return keep(world, merchant_urls=urls_of(validation=url), **fields)


class TestPlacing:
    def test_the_order_has_the_id_of_the_checkout(self, world: World) -> None:
        order = keep(world, merchant_reference1="ON-1")

        done = complete(world, order)

        placed = orders.find_order(world, order["order_id"])
        assert ("accepted", f"https://shop.test/confirmation?kco={order['order_id']}") == (done.result, done.url)
        assert ("AUTHORIZED", "ACCEPTED", 25000, "ON-1", "klarna checkout", "PK1") == tuple(
            placed[name] for name in (
                "status", "fraud_status", "order_amount", "merchant_reference1", "placed_through", "merchant",
            )
        )  # fmt: skip
        assert f"https://shop.test/push?kco={order['order_id']}" == placed["merchant_urls"]["push"]
        (session,) = world.store.all("sessions")
        assert ("complete", order["order_id"]) == (session["status"], session["order_id"])

    def test_the_checkout_is_complete(self, world: World) -> None:
        order = keep(world)
        world.advance(timedelta(minutes=5))

        complete(world, order)

        told = read(world, order)
        assert ("checkout_complete", "2026-11-20T12:05:00Z", "2026-11-20T12:05:00Z") == tuple(
            told[name] for name in ("status", "completed_at", "last_modified_at")
        )

    def test_a_pending_order_is_decided_later(self, world: World) -> None:
        order = keep(world)

        complete(world, order, Decision(outcome="pending", options={"decide": "rejected", "after": "5m"}))

        before = orders.find_order(world, order["order_id"])["fraud_status"]
        world.advance(timedelta(minutes=5))
        after = orders.find_order(world, order["order_id"])["fraud_status"]
        assert ("PENDING", "REJECTED", "checkout_complete") == (before, after, read(world, order)["status"])

    def test_a_word_that_decides_nothing_is_refused_before_anything_happens(self, world: World) -> None:
        order = keep(world)

        with pytest.raises(Misused, match="decide is 'perhaps'"):
            complete(world, order, Decision(outcome="pending", options={"decide": "perhaps"}))

        assert order == actions.find_order(world, order["order_id"])

    def test_with_auto_capture_the_money_is_taken_at_once(self, world: World) -> None:
        order = keep(world, options={"auto_capture": True})

        complete(world, order)

        assert "CAPTURED" == orders.find_order(world, order["order_id"])["status"]

    def test_a_recurring_order_leaves_a_token_that_can_be_charged(self, world: World) -> None:
        order = keep(world, recurring=True, recurring_description="Tea, every month")

        complete(world, order)

        token = tokens.find_active_token(world, read(world, order)["recurring_token"])
        assert ("Tea, every month", "SE", "SEK", "PK1") == tuple(
            token[name] for name in ("description", "purchase_country", "purchase_currency", "merchant")
        )

    def test_an_order_that_does_not_recur_leaves_none(self, world: World) -> None:
        order = keep(world)

        complete(world, order)

        assert "recurring_token" not in read(world, order)
        assert [] == list(world.store.all("customer_tokens"))

    def test_only_one_of_several_windows_places_the_order(self, world: World, eager_threads: None) -> None:
        order = keep(world)

        results = tried_at_once(lambda: complete(world, order), times=8)

        placed = [result for result in results if not isinstance(result, Exception)]
        assert 1 == len(placed)
        assert 1 == len(list(world.store.all("orders"))) == len(list(world.store.all("sessions")))

    @pytest.mark.parametrize("end", [complete, lambda world, order: actions.abort_order(world, order)])
    def test_what_is_over_cannot_be_completed(self, world: World, end: Callable[[World, Record], object]) -> None:
        order = keep(world)
        end(world, order)

        with pytest.raises(ReadOnlyOrder):
            complete(world, order)


class TestForm:
    def test_a_shopper_nobody_named_is_made_up(self, world: World) -> None:
        order = keep(world)

        complete(world, order)

        told = read(world, order)
        assert {"given_name", "family_name", "email", "street_address", "postal_code", "city", "country"} == set(
            told["billing_address"]
        )
        assert (told["billing_address"], "person") == (told["shipping_address"], told["customer"]["type"])

    def test_what_the_shop_knew_stays(self, world: World) -> None:
        order = keep(world, billing_address={"email": "astrid@shop.test", "postal_code": "22100"})

        complete(world, order)

        address = read(world, order)["billing_address"]
        assert ("astrid@shop.test", "22100", "se") == tuple(address[n] for n in ("email", "postal_code", "country"))
        assert address["given_name"] and address["city"]

    def test_a_whole_address_is_nobodys_invention(self, world: World) -> None:
        order = keep(world, billing_address=ADDRESS)

        complete(world, order)

        told = read(world, order)
        assert ({**ADDRESS, "country": "se"}, {"type": "person"}) == (told["billing_address"], told["customer"])

    def test_what_the_shopper_fills_in_comes_first(self, world: World) -> None:
        order = keep(world, billing_address={**ADDRESS, "city": "Malmö"})

        complete(world, order, billing_address=ADDRESS, shipping_address={"city": "Kiruna"})

        told = read(world, order)
        assert ("Lund", "Kiruna", "Astrid") == (
            told["billing_address"]["city"], told["shipping_address"]["city"], told["shipping_address"]["given_name"],
        )  # fmt: skip

    def test_a_country_with_another_currency_is_refused(self, world: World) -> None:
        order = keep(world)

        with pytest.raises(BadValue, match="order billing country is: NO"):
            complete(world, order, billing_address={"country": "NO"})

        assert order == actions.find_order(world, order["order_id"])


class TestRefused:
    def test_who_is_turned_down_may_try_again(self, world: World) -> None:
        order = keep(world)

        refused = complete(world, order, REJECTED)
        again = complete(world, order)

        assert ("rejected", "", "accepted") == (refused.result, refused.url, again.result)
        assert refused.message
        assert refused.order["shopper"] == again.order["shopper"]

    def test_who_goes_back_leaves_no_trace(self, world: World) -> None:
        order = keep(world)

        done = complete(world, order, Decision(outcome="cancelled"))

        assert ("cancelled", f"https://shop.test/checkout?kco={order['order_id']}") == (done.result, done.url)
        assert order == actions.find_order(world, order["order_id"])


class TestValidation:
    def test_the_shop_is_asked_with_the_order_as_it_would_be_read(self, world: World, receiver: Receiver) -> None:
        order = asking(world, receiver)

        done = complete(world, order)

        (asked,) = receiver.requests
        assert ("POST", f"/validate?kco={order['order_id']}", "application/json") == (
            asked.method, asked.path, asked.headers["content-type"],
        )  # fmt: skip
        told = read(world, order)
        later = {"status": "checkout_complete", "completed_at": told["completed_at"]}
        assert told == asked.json | later
        assert ("accepted", "checkout_incomplete") == (done.result, asked.json["status"])

    @pytest.mark.parametrize("status", [301, 302, 303, 307])
    def test_a_redirect_denies_and_leads_elsewhere(self, world: World, receiver: Receiver, status: int) -> None:
        receiver.answers(status, Location="https://shop.test/sold-out")
        order = asking(world, receiver)

        done = complete(world, order)

        assert ("redirected", "https://shop.test/sold-out") == (done.result, done.url)
        assert ("checkout_incomplete", []) == (read(world, order)["status"], list(world.store.all("orders")))

    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            ('{"error_type": "address_error", "error_text": "We do not deliver there."}', "We do not deliver there."),
            ('{"error_type": "approval_failed"}', "The shop did not take this order. Nothing was paid."),
            ("no", "The shop did not take this order. Nothing was paid."),
            ("[1]", "The shop did not take this order. Nothing was paid."),
        ],
    )
    def test_a_400_shows_its_text(self, world: World, receiver: Receiver, answer: str, message: str) -> None:
        receiver.answers(400)
        receiver.text = answer

        done = complete(world, asking(world, receiver))

        assert ("refused", "", message) == (done.result, done.url, done.message)

    @pytest.mark.parametrize(("options", "result"), [({}, "accepted"), (STRICT, "refused")])
    @pytest.mark.parametrize("status", [500, 303])
    def test_any_other_answer_denies_only_where_approval_is_required(
        self, world: World, receiver: Receiver, status: int, options: dict[str, Any], result: str
    ) -> None:
        receiver.answers(status)  # a redirect that leads nowhere is none

        done = complete(world, asking(world, receiver, options=options))

        assert result == done.result

    @pytest.mark.parametrize(("options", "result", "seconds"), [({}, "accepted", 3), (STRICT, "refused", 10)])
    def test_a_shop_that_may_not_be_asked_denies_only_where_approval_is_required(
        self, world: World, options: dict[str, Any], result: str, seconds: int
    ) -> None:
        order = keep(world, merchant_urls=urls_of(validation="https://shop.example.com/validate"), options=options)

        done = complete(world, order)

        (message,) = world.store.all("outbox")
        assert (result, "held", "klarna.checkout.validation", seconds) == (
            done.result, message["state"], message["event"], message["timeout_s"],
        )  # fmt: skip

    def test_a_shop_that_approves_after_a_denial_gets_its_order(self, world: World, receiver: Receiver) -> None:
        receiver.answers(400, 200)
        order = asking(world, receiver)
        complete(world, order)

        done = complete(world, order)

        assert ("accepted", 2) == (done.result, len(receiver.requests))

    def test_who_is_turned_down_by_klarna_is_not_asked_about(self, world: World, receiver: Receiver) -> None:
        complete(world, asking(world, receiver), REJECTED)

        assert [] == receiver.requests

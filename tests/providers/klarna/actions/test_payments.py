from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.errors import ApiError
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, orders, sessions
from mock_server.providers.klarna.actions import payments, shopper
from mock_server.providers.klarna.errors import payments as errors
from mock_server.settings import Settings

from tests.threads import tried_at_once

from ..conftest import purchase_of, token_request_of

BASE_URL = "http://127.0.0.1:8080"
ADDRESS = {"given_name": "Astrid", "family_name": "Berg", "email": "astrid@shop.test", "country": "SE"}
CUSTOMER = {
    "date_of_birth": "1978-12-31", "gender": "female", "last_four_ssn": "1234",
    "national_identification_number": "781231-0000",
}  # fmt: skip


def open_session(world: World, **fields: Any) -> Record:
    created = payments.create_session(world, purchase_of(**fields), merchant="PK1", base_url=BASE_URL)
    return payments.find_session(world, created["session_id"])


def authorize(world: World, session: Record, decision: Decision = Decision(), **act: Any) -> str:
    told = shopper.authorize(world, session, decision, data=act.pop("data", {}), **act)
    return str(told["authorization_token"])


def place(world: World, token: str, decision: Decision = Decision(), **fields: Any) -> Record:
    return payments.create_order(
        world, payments.find_or_grant(world, token, decision), purchase_of(**fields), decision,
        token=token, merchant="PK1", base_url=BASE_URL,
    )  # fmt: skip


class TestReadSession:
    def test_who_the_shopper_is_is_shown_once_they_are_authorized(self, world: World) -> None:
        session = open_session(world, billing_address=ADDRESS, customer=CUSTOMER)
        before = payments.read_session(world, session)

        token = authorize(world, session)

        after = payments.read_session(world, payments.find_session(world, session["id"]))
        assert not {"billing_address", "shipping_address", "customer", "authorization_token"} & set(before)
        assert (ADDRESS, ADDRESS, token) == tuple(
            after[name] for name in ("billing_address", "shipping_address", "authorization_token")
        )

    def test_secrets_of_the_shopper_are_never_shown(self, world: World) -> None:
        session = open_session(world, billing_address=ADDRESS, customer=CUSTOMER)
        authorize(world, session)

        read = payments.read_session(world, payments.find_session(world, session["id"]))

        assert {"date_of_birth": "1978-12-31", "gender": "female"} == read["customer"]

    def test_a_shopper_the_shop_did_not_name_is_made_up(self, world: World) -> None:
        session = open_session(world)
        authorize(world, session)

        read = payments.read_session(world, payments.find_session(world, session["id"]))

        assert "SE" == read["billing_address"]["country"]
        assert read["billing_address"]["email"].partition("@")[1] == "@"
        assert {"date_of_birth"} == set(read["customer"])

    def test_defaults_are_shown_for_what_was_not_sent(self, world: World) -> None:
        purchase = purchase_of()
        del purchase["locale"]
        created = payments.create_session(world, purchase, merchant="PK1", base_url=BASE_URL)

        read = payments.read_session(world, payments.find_session(world, created["session_id"]))

        assert ("en-US", "buy", "ECOMMERCE") == (read["locale"], read["intent"], read["acquiring_channel"])

    def test_a_placed_order_makes_the_session_complete(self, world: World) -> None:
        session = open_session(world)
        place(world, authorize(world, session))

        read = payments.read_session(world, payments.find_session(world, session["id"]))

        assert "complete" == read["status"]


class TestUpdateSession:
    def test_client_token_and_id_stay(self, world: World) -> None:
        session = open_session(world)
        before = payments.read_session(world, session)

        payments.update_session(world, session, {"merchant_reference1": "R"})

        after = payments.read_session(world, payments.find_session(world, session["id"]))
        assert before | {"merchant_reference1": "R"} == after

    def test_a_change_that_breaks_the_whole_changes_nothing(self, world: World) -> None:
        session = open_session(world)

        with pytest.raises(errors.BadValue):
            payments.update_session(world, session, {"order_lines": purchase_of()["order_lines"][:1]})

        assert session == payments.find_session(world, session["id"])

    def test_a_session_completed_meanwhile_is_not_changed(self, world: World) -> None:
        session = open_session(world)
        place(world, authorize(world, session))

        with pytest.raises(errors.SessionHasBeenCompleted):
            payments.update_session(world, session, {"merchant_reference1": "late"})

    def test_an_order_is_compared_with_the_updated_session(self, world: World) -> None:
        """Klarna compares with the last data it has; the seed's error is changing *without* an update."""
        session = open_session(world)
        token = authorize(world, session)
        grown = purchase_of(order_amount=20000, order_tax_amount=4000, order_lines=purchase_of()["order_lines"][:1])
        payments.update_session(world, payments.find_session(world, session["id"]), grown)

        answer = place(world, token, **grown)

        assert 20000 == orders.find_order(world, answer["order_id"])["order_amount"]

    def test_an_order_that_misses_the_update_does_not_match(self, world: World) -> None:
        session = open_session(world)
        token = authorize(world, session)
        shrunk = purchase_of(order_amount=20000, order_tax_amount=4000, order_lines=purchase_of()["order_lines"][:1])
        payments.update_session(world, payments.find_session(world, session["id"]), shrunk)

        with pytest.raises(errors.NotMatchingFields) as refused:
            place(world, token)

        assert "Expected: 1, Actual: 2" in refused.value.messages[0]


class TestCreateOrder:
    def test_the_order_has_what_was_known_and_what_it_says_itself(self, world: World) -> None:
        session = open_session(world, billing_address=ADDRESS, merchant_reference1="before")
        token = authorize(world, session)

        answer = place(world, token, merchant_reference1="after", merchant_reference2="more")

        order = orders.find_order(world, answer["order_id"])
        assert (ADDRESS, "after", "more", "klarna") == tuple(
            order[name] for name in ("billing_address", "merchant_reference1", "merchant_reference2", "placed_through")
        )

    @pytest.mark.parametrize(
        ("category", "method"),
        [("pay_later", "invoice"), ("pay_over_time", "fixed_amount"), ("pay_now", "direct_debit")],
    )
    def test_the_category_settles_the_payment_method(self, world: World, category: str, method: str) -> None:
        token = authorize(world, open_session(world), category=category)

        answer = place(world, token)

        assert {"type": method} == answer["authorized_payment_method"]

    def test_by_a_setting_the_payment_method_is_a_string(self, world: World) -> None:
        world = replace(world, settings=Settings(klarna_authorized_payment_method="string"))

        answer = place(world, authorize(world, open_session(world)))

        assert "invoice" == answer["authorized_payment_method"]

    def test_auto_capture_captures(self, world: World) -> None:
        token = authorize(world, open_session(world))

        answer = place(world, token, auto_capture=True)

        assert "CAPTURED" == orders.find_order(world, answer["order_id"])["status"]

    def test_a_pending_outcome_makes_a_pending_order(self, world: World) -> None:
        pending = Decision("pending", {"decide": "accepted", "after": "5m"}, decided_by="a rule")
        token = authorize(world, open_session(world))

        answer = place(world, token, pending)

        assert "PENDING" == answer["fraud_status"]
        world.advance(timedelta(minutes=5))
        assert "ACCEPTED" == orders.find_order(world, answer["order_id"])["fraud_status"]

    def test_a_pending_outcome_of_the_shopper_is_remembered_for_the_order(self, world: World) -> None:
        pending = Decision("pending", {"decide": "rejected", "after": "5m"}, decided_by="a rule")
        token = authorize(world, open_session(world), pending)

        answer = place(world, token)

        assert "PENDING" == answer["fraud_status"]
        world.advance(timedelta(minutes=5))
        assert "REJECTED" == orders.find_order(world, answer["order_id"])["fraud_status"]

    def test_a_rejected_order_leaves_token_and_session_as_they_were(self, world: World) -> None:
        token = authorize(world, open_session(world))
        rejected = Decision("rejected", decided_by="a rule")

        with pytest.raises(errors.Rejected):
            place(world, token, rejected)

        assert "valid" == authorizations.find_authorization(world, token)["status"]
        assert [] == list(world.store.all("orders"))
        assert "ACCEPTED" == place(world, token)["fraud_status"]

    def test_a_mismatch_leaves_the_token_as_it_was(self, world: World) -> None:
        token = authorize(world, open_session(world, billing_address=ADDRESS))

        with pytest.raises(errors.NotMatchingFields):
            place(world, token, billing_address=ADDRESS | {"given_name": "Berta"})

        assert "ACCEPTED" == place(world, token)["fraud_status"]

    def test_any_token_counts_as_just_authorized_for_its_body(self, world: World) -> None:
        any_token = Decision("any_token", decided_by="scenario any-token")

        answer = place(world, "b4bd3423-24e3", any_token)

        order = orders.find_order(world, answer["order_id"])
        assert ("b4bd3423-24e3", 25000, "ACCEPTED") == (
            order["authorization_token"], order["order_amount"], order["fraud_status"],
        )  # fmt: skip
        assert "complete" == sessions.find_session(world, order["session_id"])["status"]
        assert answer == place(world, "b4bd3423-24e3", any_token)

    def test_of_16_threads_with_the_same_body_all_get_the_same_order(self, world: World) -> None:
        token = authorize(world, open_session(world))

        answers = tried_at_once(lambda: place(world, token))

        assert 1 == len({answer["order_id"] for answer in answers})
        assert 1 == sum(1 for _ in world.store.all("orders"))

    def test_of_16_threads_with_different_bodies_one_places_its_order(self, world: World) -> None:
        token = authorize(world, open_session(world))
        references = iter(range(16))

        answers = tried_at_once(lambda: place(world, token, merchant_reference1=str(next(references))))

        assert 1 == sum(isinstance(answer, dict) for answer in answers)
        assert 15 == sum(isinstance(answer, errors.DifferentRequestBody) for answer in answers)
        assert 1 == sum(1 for _ in world.store.all("orders"))


class TestDeleteAuthorization:
    def test_the_session_stays_open_for_another(self, world: World) -> None:
        session = open_session(world)
        token = authorize(world, session)

        payments.delete_authorization(world, payments.find_authorization(world, token))

        again = authorize(world, payments.find_open_session(world, session["id"]))
        assert token != again
        assert "ACCEPTED" == place(world, again)["fraud_status"]

    def test_an_order_cannot_be_undone_by_it(self, world: World) -> None:
        token = authorize(world, open_session(world))
        place(world, token)

        with pytest.raises(errors.AuthorizationCannotBeDeleted):
            payments.delete_authorization(world, payments.find_authorization(world, token))


class TestCreateCustomerToken:
    def test_the_same_body_once_more_gets_the_same_token(self, world: World) -> None:
        """Recorded 2021-09-17."""
        token = authorize(world, open_session(world, intent="tokenize"))

        first, second = (
            payments.create_customer_token(world, payments.find_authorization(world, token), token_request_of())
            for _ in range(2)
        )

        assert first == second
        assert 1 == sum(1 for _ in world.store.all("customer_tokens"))

    def test_another_body_for_it_is_refused(self, world: World) -> None:
        token = authorize(world, open_session(world, intent="tokenize"))
        payments.create_customer_token(world, payments.find_authorization(world, token), token_request_of())

        with pytest.raises(errors.AuthorizationTokenConsumed):
            payments.create_customer_token(
                world, payments.find_authorization(world, token), token_request_of(description="Coffee")
            )

    @pytest.mark.parametrize("intent", ["buy_and_tokenize", "buy_and_default_tokenize"])
    def test_when_buying_too_the_order_follows_the_token(self, world: World, intent: str) -> None:
        token = authorize(world, open_session(world, intent=intent))
        payments.create_customer_token(world, payments.find_authorization(world, token), token_request_of())

        answer = place(world, token)

        assert "ACCEPTED" == answer["fraud_status"]

    def test_when_only_tokenizing_no_order_follows(self, world: World) -> None:
        token = authorize(world, open_session(world, intent="tokenize"))
        payments.create_customer_token(world, payments.find_authorization(world, token), token_request_of())

        with pytest.raises(errors.AuthorizationTokenConsumed):
            place(world, token)

    def test_when_only_tokenizing_an_order_without_the_token_is_refused_too(self, world: World) -> None:
        """For tokenize, placing an order with the authorization token must fail."""
        token = authorize(world, open_session(world, intent="tokenize"))

        with pytest.raises(ApiError):
            place(world, token)

        assert [] == list(world.store.all("orders"))

    def test_the_shoppers_secrets_are_left_out(self, world: World) -> None:
        token = authorize(world, open_session(world, intent="tokenize", billing_address=ADDRESS, customer=CUSTOMER))

        made = payments.create_customer_token(world, payments.find_authorization(world, token), token_request_of())

        assert {"date_of_birth": "1978-12-31", "gender": "female"} == made["customer"]
        assert ADDRESS == made["billing_address"]

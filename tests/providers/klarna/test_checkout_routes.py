"""Checkout v3 on the wire: statuses, headers, envelopes, and the control call that plays the shopper."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from .checkout import ADDRESS, Checkout, order_of
from .conftest import Klarna, basic


@pytest.fixture
def shop(klarna: Klarna) -> Checkout:
    return Checkout(klarna)


def test_a_created_order_is_located_by_its_absolute_address(shop: Checkout) -> None:
    answer = shop.create()

    location = answer.headers["Location"]
    assert (201, f"http://localhost/checkout/v3/orders/{answer.get_json()['order_id']}") == (
        answer.status_code, location,
    )  # fmt: skip
    assert answer.get_json() == shop.klarna.call("GET", location).get_json()


def test_a_refusal_has_checkouts_own_envelope(shop: Checkout) -> None:
    answer = shop.create(order_amount=1)

    correlation_id = answer.headers["Klarna-Correlation-Id"]
    expected = (
        '{\n  "error_code" : "BAD_VALUE",\n  "error_messages" : [ "Bad value: order_amount" ],\n'
        f'  "correlation_id" : "{correlation_id}",\n  "service_version" : "SNAPSHOT"\n}}'
    )
    assert (400, "application/json", expected) == (answer.status_code, answer.headers["Content-Type"], answer.text)


def test_a_body_that_is_no_json_has_it_too(shop: Checkout) -> None:
    answer = shop.klarna.http.post(
        "/checkout/v3/orders", data="{", headers={"Authorization": shop.klarna.authorization}
    )

    told = answer.get_json()
    assert (400, "BAD_REQUEST", [], "SNAPSHOT") == (
        answer.status_code, told["error_code"], told["error_messages"], told["service_version"],
    )  # fmt: skip


def test_an_order_is_updated(shop: Checkout) -> None:
    order_id = shop.order_id()

    answer = shop.update(order_id, merchant_reference1="B")

    assert (200, "B") == (answer.status_code, answer.get_json()["merchant_reference1"])
    assert answer.get_json() == shop.read(order_id).get_json()


def test_what_a_read_order_says_can_be_sent_back(shop: Checkout) -> None:
    order_id = shop.order_id(billing_address=ADDRESS, options={"auto_capture": True})
    read = shop.read(order_id).get_json()

    answer = shop.klarna.call("POST", f"/checkout/v3/orders/{order_id}", read)

    assert (200, read) == (answer.status_code, answer.get_json())


@pytest.mark.parametrize("act", ["read", "update", "abort"])
def test_an_unknown_order_is_not_found(shop: Checkout, act: str) -> None:
    answer = getattr(shop, act)("00000000-0000-0000-0000-000000000000")

    assert (404, "NO_SUCH_ORDER", []) == (
        answer.status_code, answer.get_json()["error_code"], answer.get_json()["error_messages"],
    )  # fmt: skip


@pytest.mark.parametrize("act", ["read", "update", "abort"])
def test_an_expired_order_is_not_found_without_a_body(shop: Checkout, act: str) -> None:
    order_id = shop.order_id()
    shop.klarna.world.advance(timedelta(hours=48))

    answer = getattr(shop, act)(order_id)

    assert (404, b"") == (answer.status_code, answer.data)
    assert "expired at" in shop.klarna.explanation(answer)["because"]


@pytest.mark.parametrize("act", ["update", "abort"])
@pytest.mark.parametrize("end", ["complete", "abort"])
def test_what_is_over_is_read_only(shop: Checkout, end: str, act: str) -> None:
    order_id = shop.order_id()
    assert 200 == getattr(shop, end)(order_id).status_code

    answer = getattr(shop, act)(order_id)

    assert (403, "READ_ONLY_ORDER", ["Resource is read-only"]) == (
        answer.status_code, answer.get_json()["error_code"], answer.get_json()["error_messages"],
    )  # fmt: skip
    assert 200 == shop.read(order_id).status_code


def test_wrong_credentials_get_the_gateways_page_with_a_correlation_id(shop: Checkout) -> None:
    shop.klarna.authorization = basic(password="wrong")

    answer = shop.create()

    assert (401, "text/html", True) == (
        answer.status_code, answer.headers["Content-Type"], "Klarna-Correlation-Id" in answer.headers,
    )  # fmt: skip


class TestComplete:
    def test_a_tester_plays_the_shopper(self, shop: Checkout) -> None:
        order_id = shop.order_id()

        answer = shop.complete(order_id)

        expected = {
            "order_id": order_id, "status": "checkout_complete", "result": "accepted",
            "redirect_url": f"https://shop.test/confirmation?kco={order_id}", "message": "",
        }  # fmt: skip
        assert (200, expected) == (answer.status_code, answer.get_json())

    @pytest.mark.parametrize(
        ("asked", "status", "result"),
        [
            ({"outcome": "accepted"}, "checkout_complete", "accepted"),
            ({"outcome": "pending", "decide": "accepted", "after": "5m"}, "checkout_complete", "pending"),
            ({"outcome": "rejected", "reason": "HIGH_RISK"}, "checkout_incomplete", "rejected"),
            ({"outcome": "cancelled"}, "checkout_incomplete", "cancelled"),
        ],
    )
    def test_the_outcome_can_be_chosen(self, shop: Checkout, asked: dict[str, Any], status: str, result: str) -> None:
        order_id = shop.order_id()

        told = shop.complete(order_id, **asked).get_json()

        assert (status, result, status) == (
            told["status"], told["result"], shop.read(order_id).get_json()["status"],
        )  # fmt: skip

    def test_the_form_can_be_filled_in(self, shop: Checkout) -> None:
        order_id = shop.order_id()

        shop.complete(order_id, data={"billing_address": ADDRESS})

        assert "Astrid" == shop.read(order_id).get_json()["billing_address"]["given_name"]

    @pytest.mark.parametrize(
        ("address", "country", "result"),
        [
            ({"email": "customer+denied@email.se"}, "SE", "rejected"),
            ({"email": "customer+pend-accept-05@email.us"}, "US", "pending"),
            ({"email": "customer+pend-reject-05@email.us"}, "US", "pending"),
            ({"email": "customer+reject_reason_HIGH_RISK@email.us"}, "US", "rejected"),
            ({"email": "customer@email.se"}, "SE", "accepted"),
        ],
    )
    @pytest.mark.parametrize("is_typed", [True, False])
    def test_magic_shoppers_are_known_whoever_names_them(
        self, shop: Checkout, is_typed: bool, address: dict[str, str], country: str, result: str
    ) -> None:
        market = {"purchase_country": country, "purchase_currency": {"SE": "SEK", "US": "USD"}[country]}
        order_id = shop.order_id(**market, **({} if is_typed else {"billing_address": address}))

        told = shop.complete(order_id, **({"data": {"billing_address": address}} if is_typed else {})).get_json()

        assert result == told["result"]

    def test_a_pending_shoppers_order_is_decided_after_their_minutes(self, shop: Checkout) -> None:
        email = {"email": "customer+pend-reject-05@email.us"}
        order_id = shop.order_id(purchase_country="US", purchase_currency="USD", billing_address=email)
        shop.complete(order_id)

        shop.klarna.world.advance(timedelta(minutes=5))

        assert "REJECTED" == shop.klarna.call("GET", f"/_mock/state/orders/{order_id}").get_json()["fraud_status"]

    @pytest.mark.parametrize(
        ("asked", "text"),
        [
            ({"outcome": "accepte"}, "outcome: 'accepte' is none of accepted, pending, rejected, cancelled"),
            ({"outcome": "accepted", "after": "5m"}, "after: no option of outcome accepted"),
            ({"outcome": "pending", "after": "soon"}, "after: 'soon' is no duration"),
            ({"data": {"billing_address": {"country": "NO"}}}, "Bad value: purchase_currency (order billing country"),
        ],
    )
    def test_a_wrong_word_is_told_with_the_right_ones(self, shop: Checkout, asked: dict[str, Any], text: str) -> None:
        answer = shop.complete(shop.order_id(), **asked)

        assert (400, True) == (answer.status_code, answer.get_json()["error"].startswith(text))

    def test_an_unknown_order_is_not_found(self, shop: Checkout) -> None:
        answer = shop.complete("nobody")

        expected = {"error": "no checkout order nobody in world default", "code": "NO_SUCH_ORDER"}
        assert (404, expected) == (answer.status_code, answer.get_json())

    def test_a_completed_order_cannot_be_completed_again(self, shop: Checkout) -> None:
        order_id = shop.order_id()
        shop.complete(order_id)

        answer = shop.complete(order_id)

        assert (403, "READ_ONLY_ORDER") == (answer.status_code, answer.get_json()["code"])

    def test_a_scenario_decides_for_page_and_control_call(self, shop: Checkout) -> None:
        shop.klarna.call("PUT", "/_mock/scenario", {"name": "declined"})

        assert "rejected" == shop.complete(shop.order_id()).get_json()["result"]


def test_the_record_can_be_looked_at(shop: Checkout) -> None:
    order_id = shop.order_id()

    found = shop.klarna.call("GET", f"/_mock/state/klarna_checkout_orders/{order_id}").get_json()

    assert ("checkout_incomplete", order_of()["order_amount"]) == (found["status"], found["purchase"]["order_amount"])

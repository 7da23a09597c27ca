"""Orders of campaign pages: created in packages, paid at once or elsewhere, and then more is added."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mock_server.core.rules import Decision
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import campaigns
from mock_server.providers.next_commerce.schemas import campaigns as schemas
from mock_server.providers.next_commerce.schemas.fields import load
from mock_server.providers.next_commerce.state.seeds import furnish
from tests.klarna import fine
from tests.next_commerce import ADDRESS, TEST_GATEWAY, NextCommerce
from tests.providers.next_commerce.campaign import (
    BLUE_MUG,
    SUCCESS_URL,
    TEA_MONTH,
    TEAPOT,
    TOWELS,
    add,
    asked,
    paid,
    place,
    read,
)
from tests.threads import at_once

KEYS = [
    "ref_id", "number", "currency", "lines", "total_excl_tax", "total_incl_tax", "total_tax", "total_discounts",
    "shipping_excl_tax", "shipping_incl_tax", "shipping_tax", "shipping_method", "shipping_code", "display_taxes",
    "discounts", "user", "shipping_address", "billing_address", "attribution", "payment_method", "order_status_url",
    "supports_post_purchase_upsells", "is_test", "statement_descriptor",
]  # fmt: skip


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_shopper_buys_with_klarna_and_then_some_more(next_commerce: NextCommerce, browser: FlaskClient) -> None:
    order = place(next_commerce, "klarna", TEAPOT, TOWELS)
    page = browser.get(order["payment_complete_url"])
    nothing_yet = next_commerce.results("/orders/")
    back = browser.post(order["payment_complete_url"], data={"outcome": ""})
    bought = read(next_commerce, order["ref_id"])
    after = add(next_commerce, order["ref_id"], BLUE_MUG)
    (stored,) = next_commerce.results("/orders/")

    number = bought["number"]
    assert (200, [], 303) == (page.status_code, nothing_yet, back.status_code)
    assert f"{SUCCESS_URL}?ref_id={order['ref_id']}" == back.headers["Location"]
    assert ("53.56", "68.55") == (bought["total_incl_tax"], after["total_incl_tax"])
    assert (number, number, "open", "paid") == tuple(
        (after | stored)[name] for name in ("number", "number", "status", "payment_status")
    )
    assert ["debit 53.56", "debit 14.99"] == next_commerce.transactions(number)
    assert [(5356, "CAPTURED"), (1499, "CAPTURED")] == [
        (each["order_amount"], each["status"]) for each in next_commerce.ledger_orders()
    ]


def test_the_store_and_the_campaign_tell_the_same_of_an_order(next_commerce: NextCommerce) -> None:
    order = paid(next_commerce, "klarna", TOWELS)

    stored = next_commerce.read(order["number"])

    same = ("number", "currency", "total_incl_tax", "shipping_incl_tax", "shipping_code", "order_status_url", "is_test")
    assert [order[name] for name in same] == [stored[name] for name in same]
    (line,), (own,) = stored["lines"], order["lines"]
    assert ("checkout", line["id"], "18.58", 2) == (stored["source"], own["id"], own["price_incl_tax"], own["quantity"])
    assert (line["product_id"], line["variant_id"], line["sku"]) == (
        own["product_id"], own["variant_id"], own["product_sku"],
    )  # fmt: skip


def test_an_order_to_be_paid_elsewhere_has_no_number_and_keeps_its_lines_ids(next_commerce: NextCommerce) -> None:
    created = place(next_commerce, "klarna", TEAPOT, TOWELS)
    waiting = read(next_commerce, created["ref_id"])
    stored = next_commerce.complete(created["ref_id"])["order"]

    bought = read(next_commerce, created["ref_id"])

    own = {"number", "order_status_url"}
    assert created == waiting
    assert [name for name in KEYS if name not in own] == [name for name in created if name != "payment_complete_url"]
    assert (KEYS, created["lines"]) == (list(bought), bought["lines"])
    assert [line["id"] for line in stored["lines"]] == [line["id"] for line in created["lines"]]
    assert 2 == len({line["id"] for line in created["lines"]})
    assert re.fullmatch(r"[0-9a-f]{32}", created["ref_id"])


def test_a_card_pays_at_once(next_commerce: NextCommerce) -> None:
    order = place(next_commerce, "card_token")

    assert KEYS == list(order)
    assert order == read(next_commerce, order["ref_id"])
    assert ["debit 34.98"] == next_commerce.transactions(order["number"])


def test_the_test_card_of_the_sdk_pays_a_test_order(next_commerce: NextCommerce) -> None:
    order = place(next_commerce, payment_detail={"payment_method": "card_token", "card_token": "test_card"})

    assert (True, "34.98") == (order["is_test"], order["total_incl_tax"])
    assert [] == next_commerce.transactions(order["number"])


@pytest.mark.parametrize("token", ["5555555555554444", "6011000990139424", "test_3ds_card"])
def test_a_card_that_wants_3d_secure_sends_the_shopper_away(next_commerce: NextCommerce, token: str) -> None:
    order = place(next_commerce, payment_detail={"payment_method": "card_token", "card_token": token})

    bought = next_commerce.complete(order["ref_id"])["order"]

    assert "/payments/3ds-auth/" in order["payment_complete_url"]
    assert bought["number"] == read(next_commerce, order["ref_id"])["number"]


def test_an_express_method_needs_neither_customer_nor_address(next_commerce: NextCommerce) -> None:
    body = asked("paypal")
    del body["user"], body["shipping_address"], body["billing_same_as_shipping_address"]

    order = fine(next_commerce.campaign("POST", "/orders/", body))

    next_commerce.complete(order["ref_id"])
    bought = read(next_commerce, order["ref_id"])
    assert {""} == {*bought["shipping_address"].values()} == {*bought["billing_address"].values()}
    assert ("", "en") == (bought["user"]["first_name"], bought["user"]["language"])


def test_a_package_that_recurs_begins_a_subscription(next_commerce: NextCommerce) -> None:
    order = paid(next_commerce, "klarna", TEA_MONTH)

    (subscription,) = next_commerce.state("subscriptions")
    assert ("month", 1, [1799]) == (
        subscription["interval"], subscription["interval_count"], [line["price"] for line in subscription["lines"]],
    )  # fmt: skip
    assert ("24.98", [{"id": subscription["id"], "billing_cycle": 0}]) == (
        order["total_incl_tax"], next_commerce.read(order["number"])["subscriptions"],
    )  # fmt: skip


def test_offers_and_coupons_take_off_what_the_store_shows_too(next_commerce: NextCommerce) -> None:
    lines = [{"package_id": TEAPOT, "quantity": 3}]

    order = paid(next_commerce, lines=lines, vouchers=["welcome10", "no-such-code"])

    # 29.99 - 5.99 (20%) - 2.40 (10%) = 21.60 for each of 3
    assert ("69.79", "25.17") == (order["total_incl_tax"], order["total_discounts"])
    (line,) = order["lines"]
    assert ("64.80", "89.97") == (line["price_incl_tax"], line["price_incl_tax_excl_discounts"])
    assert [(1, "17.97"), (2, "7.20")] == [(each["offer_id"], each["amount"]) for each in order["discounts"]]
    stored = next_commerce.read(order["number"])
    assert ["17.97"] == [each["amount"] for each in stored["offer_discounts"]]
    assert [("WELCOME10", "7.20")] == [
        (each["voucher"]["code"], each["amount"]) for each in stored["voucher_discounts"]
    ]
    (klarnas,) = next_commerce.ledger_orders()
    assert (6979, [2517, 0]) == (
        klarnas["order_amount"], [each["total_discount_amount"] for each in klarnas["order_lines"]],
    )  # fmt: skip


def test_what_a_page_adds_before_the_purchase_is_marked_as_an_upsell(next_commerce: NextCommerce) -> None:
    lines = [
        {"package_id": TEAPOT, "properties": {"engraving": "For Jo"}},
        {"package_id": "4", "quantity": "2", "is_upsell": "true"},
    ]

    order = place(next_commerce, lines=lines)

    assert [(False, 1, [{"key": "engraving", "value": "For Jo"}]), (True, 2, [])] == [
        (line["is_upsell"], line["quantity"], line["properties"]) for line in order["lines"]
    ]


def test_without_a_billing_address_the_one_of_delivery_is_told(next_commerce: NextCommerce) -> None:
    order = paid(next_commerce, billing_same_as_shipping_address=False)

    assert order["shipping_address"] == order["billing_address"]
    assert next_commerce.read(order["number"])["billing_address"] is None


def test_forms_of_old_pages_are_taken_as_they_are(next_commerce: NextCommerce) -> None:
    body = asked(shipping_method="3", billing_same_as_shipping_address="on", use_default_shipping_address=False)
    del body["currency"]

    order = place(next_commerce, **body)

    assert ("express", "14.99", "USD", ADDRESS["line1"]) == (
        order["shipping_code"], order["shipping_incl_tax"], order["currency"], order["billing_address"]["line1"],
    )  # fmt: skip


def test_where_a_visitor_came_from_is_kept_with_the_order(next_commerce: NextCommerce) -> None:
    told = {"utm_source": "news", "funnel": "tea", "gclid": None, "metadata": {"page": "a"}, "agent": 7}

    order = paid(next_commerce, attribution=told)

    assert ("news", "tea", None, {"page": "a"}) == tuple(
        order["attribution"][name] for name in ("utm_source", "funnel", "gclid", "metadata")
    )
    assert [order["number"]] == [each["number"] for each in next_commerce.results("/orders/?utm_source=news")]


def test_what_is_not_known_of_a_visit_may_be_null(next_commerce: NextCommerce) -> None:
    order = paid(next_commerce, attribution={"utm_source": None, "metadata": None})

    told = [seen["attribution"] for seen in (order, next_commerce.read(order["number"]))]
    assert [(None, {}), (None, {})] == [(each["utm_source"], each["metadata"]) for each in told]


def test_a_gateway_of_the_request_charges(next_commerce: NextCommerce) -> None:
    order = place(
        next_commerce,
        payment_detail={"payment_method": "card_token", "card_token": "tok_1", "payment_gateway": str(TEST_GATEWAY)},
    )

    (transaction,) = next_commerce.read(order["number"])["transactions"]
    assert TEST_GATEWAY == transaction["payment_details"]["gateway"]["id"]


def test_orders_in_another_currency_have_its_prices(next_commerce: NextCommerce) -> None:
    address = {**ADDRESS, "country": "SE", "phone_number": "0701740615"}

    order = paid(next_commerce, currency="sek", shipping_address=address)

    assert ("SEK", "349.80") == (order["currency"], order["total_incl_tax"])


def test_many_orders_at_once_have_a_ref_id_each(world: World, eager_threads: None) -> None:
    furnish(world)
    wanted = load(schemas.OrderSchema, asked("card_token"))

    orders = at_once(
        lambda: campaigns.create_order(
            world, wanted, Decision(), base_url="http://127.0.0.1", merchant="key", referer=""
        )
    )

    told = {order["ref_id"]: order["number"] for order in orders}
    assert (16, 16) == (len(told), len({*told.values()}))
    assert told == {ref_id: campaigns.read_order(world, ref_id)["number"] for ref_id in told}

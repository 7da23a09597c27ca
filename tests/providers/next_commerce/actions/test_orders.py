"""Orders are created, priced, refused with every fault and changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.klarna import fine
from tests.next_commerce import (
    ADDRESS,
    GIFT_CARD,
    OLD,
    RETURN_URL,
    STRIPE,
    TEAPOT,
    TEST_GATEWAY,
    TOWEL,
    NextCommerce,
    line_of,
    order_of,
    payment_in,
)


def test_a_card_pays_at_once(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy("card_token")

    assert ("open", "paid", "unfulfilled") == tuple(
        order[name] for name in ("status", "payment_status", "fulfillment_status")
    )
    assert ["debit 15.00"] == next_commerce.transactions(order["number"])
    assert ("bankcard", 1000, False) == tuple(
        order["transactions"][0][name] for name in ("payment_method", "response_code", "is_test")
    )


def test_a_redirect_method_answers_with_exactly_two_members_and_makes_no_order(next_commerce: NextCommerce) -> None:
    answer = next_commerce.send("POST", "/orders/", order_of("klarna"))

    assert 201 == answer.status
    assert ["reference_transaction_id", "payment_complete_url"] == list(answer.json)
    assert answer.json["reference_transaction_id"] is None
    assert [] == next_commerce.results("/orders/")
    assert [] == next_commerce.results("/transactions/")


def test_a_new_order_has_the_price_of_its_product_unless_it_names_one(next_commerce: NextCommerce) -> None:
    lines = [{"product_id": TEAPOT, "quantity": 2}, line_of(TOWEL, 3, "1.50")]

    order = next_commerce.buy("card_token", lines=lines)

    assert ["59.98", "4.50"] == [line["price_incl_tax"] for line in order["lines"]]
    assert "69.48" == order["total_incl_tax"]


def test_the_cheapest_shipping_is_taken_when_none_is_named(next_commerce: NextCommerce) -> None:
    body = order_of("card_token")
    del body["shipping_code"], body["shipping_price"]

    order = next_commerce.post("/orders/", body)

    assert ("default", "4.99", "14.99") == (
        order["shipping_code"], order["shipping_incl_tax"], order["total_incl_tax"],
    )  # fmt: skip


def test_what_is_not_shipped_costs_no_shipping(next_commerce: NextCommerce) -> None:
    body = order_of("card_token", lines=[line_of(GIFT_CARD, 1, "50.00")])
    del body["shipping_code"], body["shipping_price"]

    order = next_commerce.post("/orders/", body)

    assert ("50.00", "not_required") == (order["total_incl_tax"], order["fulfillment_status"])


def test_coupons_take_their_share_off_every_line(next_commerce: NextCommerce) -> None:
    lines = [line_of(TEAPOT, 2, "10.00"), line_of(TOWEL, 1, "5.55")]

    order = next_commerce.buy("card_token", lines=lines, vouchers=["welcome10"])

    assert ["2.00", "0.55"] == [line["total_discount"] for line in order["lines"]]
    assert [("WELCOME10", "2.55")] == [
        (each["voucher"]["code"], each["amount"]) for each in order["voucher_discounts"]
    ]
    assert "28.00" == order["total_incl_tax"]


def test_currency_may_stand_on_the_lines_and_prices_may_be_numbers(next_commerce: NextCommerce) -> None:
    body = order_of("card_token", lines=[{"product_id": TEAPOT, "quantity": 1, "price": 33.44, "currency": "EUR"}])
    del body["currency"]

    order = next_commerce.post("/orders/", body)

    assert ("EUR", "33.44") == (order["currency"], order["lines"][0]["price_incl_tax"])


def test_a_customer_is_the_same_by_e_mail_in_any_case(next_commerce: NextCommerce) -> None:
    first = next_commerce.buy("card_token")
    second = next_commerce.buy("card_token", user={"email": "JANE@shop.test"})

    assert first["user"]["id"] == second["user"]["id"]
    assert first["shipping_address"]["id"] == second["shipping_address"]["id"]


def test_a_telephone_number_gets_its_countrys_calling_code(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy("card_token")

    assert "+12025550140" == order["shipping_address"]["phone_number"]


def test_default_addresses_are_used_when_asked_for(next_commerce: NextCommerce) -> None:
    next_commerce.buy("card_token")
    body = order_of("card_token", use_default_shipping_address=True, use_default_billing_address=True)
    del body["shipping_address"], body["billing_same_as_shipping_address"]

    order = next_commerce.post("/orders/", body)

    assert ("12 Harbour St", "12 Harbour St") == (
        order["shipping_address"]["line1"], order["billing_address"]["line1"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("details", "gateway"),
    [
        ({}, "NEXT Payments"),
        ({"payment_gateway": STRIPE}, "Stripe"),
        ({"payment_gateway": "13"}, "Stripe"),
        ({"payment_gateway_group": 2}, "Stripe"),
        ({"payment_gateway": 12, "payment_gateway_group": "2"}, "Stripe"),
    ],
)
def test_a_gateway_or_the_heaviest_of_a_group_takes_the_payment(
    next_commerce: NextCommerce, details: dict[str, Any], gateway: str
) -> None:
    order = next_commerce.buy("klarna", payment_details={"payment_return_url": RETURN_URL, **details})

    assert gateway == order["transactions"][0]["payment_details"]["gateway"]["name"]


@pytest.mark.parametrize("token", ["test_card", "6011111111111117"])
def test_the_test_card_makes_a_test_order_without_transactions(next_commerce: NextCommerce, token: str) -> None:
    order = next_commerce.buy("card_token", payment_details={"card_token": token})

    assert (True, "paid", "0.00", []) == (
        order["is_test"], order["payment_status"], order["total_outstanding"], order["transactions"],
    )  # fmt: skip


def test_a_card_of_the_test_gateway_makes_a_test_order_with_transactions(next_commerce: NextCommerce) -> None:
    order = next_commerce.buy("card_token", payment_details={"card_token": "4111111111111111"})

    (transaction,) = order["transactions"]
    assert (True, True, TEST_GATEWAY, "411111", "1111") == (
        order["is_test"], transaction["is_test"], transaction["payment_details"]["gateway"]["id"],
        transaction["payment_details"]["bankcard_first_six"], transaction["payment_details"]["bankcard_last_four"],
    )  # fmt: skip


def test_a_declined_card_leaves_a_failed_transaction_and_no_order(next_commerce: NextCommerce) -> None:
    body = order_of("card_token", payment_details={"card_token": "4012888888881881"})

    refused = next_commerce.refusal("POST", "/orders/", body)

    assert (
        400,
        {
            "payment_details": "Unable to process the purchase transaction.",
            "payment_response_code": "2000",
            "payment_method": {"card_token": "4012888888881881"},
        },
    ) == refused
    assert [] == next_commerce.results("/orders/")
    (transaction,) = next_commerce.results("/transactions/")
    assert ("failed", 2000, None) == tuple(transaction[name] for name in ("status", "response_code", "order"))


@pytest.mark.parametrize("token", ["5555555555554444", "test_3ds_card", "6011000990139424"])
def test_a_card_that_asks_for_3d_secure_is_a_redirect(next_commerce: NextCommerce, token: str) -> None:
    details = {"card_token": token, "payment_return_url": RETURN_URL}

    url = next_commerce.post("/orders/", order_of("card_token", payment_details=details))["payment_complete_url"]
    order = next_commerce.complete(payment_in(url))["order"]

    assert "/payments/3ds-auth/" in url
    assert (True, "paid") == (order["is_test"], order["payment_status"])


def test_3d_secure_needs_somewhere_to_come_back_to(next_commerce: NextCommerce) -> None:
    refused = next_commerce.refusal(
        "POST", "/orders/", order_of("card_token", payment_details={"card_token": "test_3ds_card"})
    )

    assert (400, {"payment_details": {"payment_return_url": ["This field is required."]}}) == refused


def test_a_saved_card_pays_for_the_next_order(next_commerce: NextCommerce) -> None:
    next_commerce.buy("card_token")

    order = next_commerce.post("/orders/", order_of("saved_card", payment_details={}))

    assert ("paid", "tok_4242") == (
        order["payment_status"], order["transactions"][0]["payment_details"]["card_token"],
    )  # fmt: skip


def test_without_a_saved_card_there_is_none_to_pay_with(next_commerce: NextCommerce) -> None:
    status, body = next_commerce.refusal("POST", "/orders/", order_of("saved_card", payment_details={}))

    assert (400, "3002") == (status, body["payment_response_code"])


def test_an_external_payment_has_no_gateway(next_commerce: NextCommerce) -> None:
    order = next_commerce.post("/orders/", order_of("external", payment_details={"external_payment_method": "cash"}))

    (transaction,) = order["transactions"]
    assert (True, None) == (transaction["is_external"], transaction["payment_details"]["gateway"])


def test_an_order_without_payment_waits_for_it(next_commerce: NextCommerce) -> None:
    order = next_commerce.post("/orders/", order_of(None))

    assert ("pending", "15.00", []) == (
        order["payment_status"], order["total_outstanding"], order["transactions"],
    )  # fmt: skip


REFUSED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"lines": []}, {"lines": {"non_field_errors": ["This list may not be empty."]}}),
    ({"lines": "x"}, {"lines": {"non_field_errors": ['Expected a list of items but got type "str".']}}),
    (
        {"lines": [line_of(), {"product_id": "x", "quantity": 0}]},
        {
            "lines": [
                {},
                {
                    "product_id": ["A valid integer is required."],
                    "quantity": ["Ensure this value is greater than or equal to 1."],
                },
            ]
        },
    ),
    ({"lines": [line_of(999)]}, {"lines": [{"product_id": ['Invalid pk "999" - object does not exist.']}]}),
    (
        {"lines": [line_of(price="1.234")]},
        {"lines": [{"price": ["Ensure that there are no more than 2 decimal places."]}]},
    ),
    ({"lines": [line_of(price="x")]}, {"lines": [{"price": ["A valid number is required."]}]}),
    ({"currency": "XXX"}, {"currency": ['"XXX" is not a valid choice.']}),
    ({"currency": "DOLLARS"}, {"currency": ["Ensure this field has no more than 3 characters."]}),
    ({"user": {"email": "jane"}}, {"user": {"email": ["Enter a valid email address."]}}),
    ({"user": {"id": 5}}, {"user": {"id": ['Invalid pk "5" - object does not exist.']}}),
    ({"shipping_address": {**ADDRESS, "line1": ""}}, {"shipping_address": {"line1": ["This field may not be blank."]}}),
    ({"shipping_address": {"country": "US"}}, {
        "shipping_address": {
            name: ["This field is required."] for name in ("first_name", "last_name", "line1", "line4")
        },
    }),
    ({"shipping_code": "drone"}, {"shipping_code": ['"drone" is not a valid choice.']}),
    ({"vouchers": ["NOPE"]}, {"vouchers": ['Voucher "NOPE" does not exist.']}),
    ({"payment_method": "cheque"}, {"payment_method": ['"cheque" is not a valid choice.']}),
    ({"payment_method": "sepa_direct"}, {"payment_method": ['"sepa_direct" is not a valid choice.']}),
    ({"payment_details": {}}, {"payment_details": {"payment_return_url": ["This field is required."]}}),
    (
        {"payment_details": {"payment_return_url": "shop"}},
        {"payment_details": {"payment_return_url": ["Enter a valid URL."]}},
    ),
    (
        {"payment_details": {"payment_return_url": RETURN_URL, "payment_gateway": 99}},
        {"payment_details": {"payment_gateway": ['Invalid pk "99" - object does not exist.']}},
    ),
    ({"payment_details": "x"}, {
        "payment_details": {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]},
    }),
    ({"shipping_address": None}, {"shipping_address": ["This field is required."]}),
    ({"user": {}}, {"user": ["This field is required."]}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "told"), REFUSED, ids=str)
def test_a_bad_order_is_refused_where_it_is_bad_and_changes_nothing(
    next_commerce: NextCommerce, changes: dict[str, Any], told: dict[str, Any]
) -> None:
    before = fine(next_commerce.control("GET", "/state"))

    refused = next_commerce.refusal("POST", "/orders/", order_of("klarna", **changes))

    assert (400, told) == refused
    assert next_commerce.explanation()["faults"]
    assert before == fine(next_commerce.control("GET", "/state"))


@pytest.mark.parametrize(
    ("country", "currency", "why"),
    [("US", "EUR", "Klarna takes USD in US, the order is in EUR."), ("JP", "JPY", "Klarna is not available in JP.")],
)
def test_klarna_is_refused_where_it_does_not_sell(
    next_commerce: NextCommerce, country: str, currency: str, why: str
) -> None:
    address = {**ADDRESS, "country": country}

    refused = next_commerce.refusal("POST", "/orders/", order_of(shipping_address=address, currency=currency))

    assert (400, {"payment_details": why}) == refused


def test_the_address_of_a_parent_product_is_told_apart_from_its_variants(next_commerce: NextCommerce) -> None:
    next_commerce.refusal("POST", "/orders/", order_of("card_token", lines=[line_of(110)]))

    assert "110 is a product, order lines name its variants: [1]" in next_commerce.explanation()["faults"][0]["text"]


def test_what_was_left_out_of_an_address_stays_when_it_is_updated(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]

    order = fine(next_commerce.send("PATCH", f"/orders/{number}/", {"shipping_address": {"line1": "4 Quay Lane"}}))

    assert ("Jane", "4 Quay Lane", "US") == tuple(
        order["shipping_address"][name] for name in ("first_name", "line1", "country")
    )


def test_metadata_tags_and_attribution_can_be_updated(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy(attribution={"funnel": "a", "utm_source": "mail"})["number"]
    body = {"metadata": {"ref": 1}, "tags": ["vip"], "attribution": {"funnel": "b"}, "total_incl_tax": "0.01"}

    order = fine(next_commerce.send("PUT", f"/orders/{number}/", body))

    assert ({"ref": 1}, ["vip"], "b", "mail", "15.00") == (
        order["metadata"], order["tags"], order["attribution"]["funnel"], order["attribution"]["utm_source"],
        order["total_incl_tax"],
    )  # fmt: skip


def test_an_order_nobody_made_is_not_found(next_commerce: NextCommerce) -> None:
    assert (404, {"detail": "No Order matches the given query."}) == next_commerce.refusal("GET", "/orders/1/")


def test_the_old_version_shows_lines_as_it_did(next_commerce: NextCommerce) -> None:
    number = next_commerce.buy()["number"]

    order = next_commerce.of_version(OLD).read(number)
    unversioned = next_commerce.of_version(None).read(number)

    assert order == unversioned
    assert {"total_discount", "original_total_discount", "total_outstanding"}.isdisjoint(order)
    assert ("USD", "TEAPOT-1") == (
        order["lines"][0]["price_currency"], order["lines"][0]["stockrecord"]["partner_sku"],
    )  # fmt: skip


def test_the_duplicate_guard_refuses_the_same_again_for_30_minutes(next_commerce: NextCommerce) -> None:
    next_commerce.freeze()
    next_commerce.choose_scenario("duplicate-orders")
    next_commerce.buy("card_token")

    refused = next_commerce.refusal("POST", "/orders/", order_of("card_token"))
    other = next_commerce.buy("card_token", shipping_price="6.00")
    next_commerce.advance("31m")
    later = next_commerce.buy("card_token")

    assert (400, {"non_field_errors": ["A duplicate order was detected."]}) == refused
    assert "16.00" == other["total_incl_tax"]
    assert "15.00" == later["total_incl_tax"]

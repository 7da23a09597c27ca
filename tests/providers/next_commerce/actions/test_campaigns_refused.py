"""What campaign pages are told when an order cannot be: under the names of their own request, and nothing is left."""

from __future__ import annotations

from typing import Any

import pytest

from tests.klarna import fine
from tests.next_commerce import ADDRESS, NextCommerce
from tests.providers.next_commerce.campaign import BLUE_MUG, TEA_MONTH, TEAPOT, asked, paid, place, read, refused

REQUIRED = ["This field is required."]
UNKNOWN = ['Invalid pk "99" - object does not exist.']
CARD = {"payment_method": "card_token"}


def _traces(shop: NextCommerce) -> list[Any]:
    """What an order would leave, its customer among it."""
    customers = shop.results("/users/?email=jane@shop.test")
    return [each for kind in ("orders", "payments", "transactions", "carts") for each in shop.state(kind)] + customers


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"lines": [{"package_id": TEAPOT}, {"package_id": 99}]}, {"lines": [{}, {"package_id": UNKNOWN}]}),
        ({"lines": []}, {"lines": {"non_field_errors": ["This list may not be empty."]}}),
        (
            {"lines": [{"package_id": 1, "quantity": 0}]},
            {"lines": [{"quantity": ["Ensure this value is greater than or equal to 1."]}]},
        ),
        ({"lines": [{"package_id": "teapot"}]}, {"lines": [{"package_id": ["A valid integer is required."]}]}),
        ({"shipping_method": 99}, {"shipping_method": UNKNOWN}),
        ({"payment_detail": CARD}, {"payment_detail": {"card_token": REQUIRED}}),
        ({"payment_detail": {}}, {"payment_detail": {"payment_method": REQUIRED}}),
        (
            {"payment_detail": {"payment_method": "sepa_direct"}},
            {"payment_detail": {"payment_method": ['"sepa_direct" is not a valid choice.']}},
        ),
        (
            {"payment_detail": {"payment_method": "saved_card"}},
            {"payment_detail": {"payment_method": ['"saved_card" is not a valid choice.']}},
        ),
        (
            {"payment_detail": {**CARD, "card_token": "tok_1", "payment_gateway": 99}},
            {"payment_detail": {"payment_gateway": UNKNOWN}},
        ),
        (
            {"lines": [{"package_id": TEA_MONTH}], "payment_detail": {"payment_method": "ideal"}},
            {"payment_detail": {"payment_method": ["iDEAL does not support subscriptions."]}},
        ),
        ({"user": None}, {"user": REQUIRED}),
        ({"shipping_address": None}, {"shipping_address": REQUIRED}),
        (
            {"shipping_address": {**ADDRESS, "phone_number": "1" * 226}},
            {"shipping_address": {"phone_number": ["Ensure this field has no more than 225 characters."]}},
        ),
        ({"shipping_address": {"first_name": "Jane"}}, {"shipping_address": dict.fromkeys(
            ("last_name", "line1", "line4", "country"), REQUIRED,
        )}),
        ({"user": {"email": "jane"}}, {"user": {"email": ["Enter a valid email address."]}}),
        ({"currency": "XYZ"}, {"currency": ['"XYZ" is not a valid choice.']}),
        ({"success_url": "/next"}, {"success_url": ["Enter a valid URL."]}),
        ({"payment_failed_url": "javascript:alert(1)"}, {"payment_failed_url": ["Enter a valid URL."]}),
    ],
)  # fmt: skip
def test_an_order_is_refused_under_the_names_of_its_request(
    next_commerce: NextCommerce, fields: dict[str, Any], told: dict[str, Any]
) -> None:
    refusal = refused(next_commerce, "POST", "/orders/", asked(**fields))

    assert (400, told) == refusal
    assert [] == _traces(next_commerce)


def test_the_journal_explains_a_refusal_of_the_store_in_the_campaigns_names(next_commerce: NextCommerce) -> None:
    body = asked(payment_detail={**CARD, "card_token": "tok_1", "payment_gateway": 99})

    refused(next_commerce, "POST", "/orders/", body)

    (fault,) = next_commerce.explanation()["faults"]
    assert ("payment_detail.payment_gateway", "payment_gateway is 99, there are 2, 12, 13, 14") == (
        fault["path"], fault["text"],
    )  # fmt: skip


@pytest.mark.parametrize("name", ["lines", "payment_detail", "shipping_method", "success_url"])
def test_what_every_order_needs(next_commerce: NextCommerce, name: str) -> None:
    body = asked()
    del body[name]

    assert (400, {name: REQUIRED}) == refused(next_commerce, "POST", "/orders/", body)


@pytest.mark.parametrize("referer", ["", "about:blank", "https://[shop", "//shop.test/checkout", "shop"])
def test_a_page_for_failures_is_needed_without_a_referer(next_commerce: NextCommerce, referer: str) -> None:
    body = asked("card_token")
    del body["payment_failed_url"]

    refusal = refused(next_commerce, "POST", "/orders/", body, **({"referer": referer} if referer else {}))

    assert (400, {"payment_failed_url": REQUIRED}) == refusal
    assert [] == _traces(next_commerce)


def test_a_declined_card_is_told_as_payment_details(next_commerce: NextCommerce) -> None:
    body = asked(payment_detail={**CARD, "card_token": "4012888888881881"})

    status, told = refused(next_commerce, "POST", "/orders/", body)

    assert (400, "Unable to process the purchase transaction.", "2000") == (
        status, told["payment_details"], told["payment_response_code"],
    )  # fmt: skip
    assert ["failed"] == [each["status"] for each in next_commerce.results("/transactions/")]
    assert [] == next_commerce.results("/orders/")


def test_rules_see_the_country_and_the_method_of_a_new_order(next_commerce: NextCommerce) -> None:
    match = {"purchase.country": "US", "purchase.payment_method": "klarna", "purchase.billing_address.email": "j@x.io"}
    next_commerce.add_rule(
        "next_commerce.campaigns.create_order", {"outcome": "declined", "code": 5000, "message": "No."}, match=match
    )

    refusal = refused(next_commerce, "POST", "/orders/", asked(user={"email": "j@x.io"}))

    assert (400, {"payment_details": "No.", "payment_response_code": "5000"}) == refusal
    assert "ref_id" in place(next_commerce)


def test_klarna_is_refused_where_it_does_not_sell(next_commerce: NextCommerce) -> None:
    refusal = refused(next_commerce, "POST", "/orders/", asked(currency="EUR"))

    assert (400, {"payment_details": "Klarna takes USD in US, the order is in EUR."}) == refusal
    assert [] == _traces(next_commerce)


def test_what_the_store_does_not_sell_any_more_is_refused(next_commerce: NextCommerce) -> None:
    next_commerce.send("PATCH", "/products/112/variants/3/", {"track_stock": True})
    lines = [{"package_id": TEA_MONTH}]
    before = fine(next_commerce.campaign("GET", "/campaigns/"))["packages"][2]["product_purchase_availability"]
    stock = next(each for each in next_commerce.results("/stockrecords/") if each["product"]["variant_id"] == 3)
    fine(next_commerce.send("PATCH", f"/stockrecords/{stock['id']}/", {"num_in_stock": 0}))

    paths = ("/orders/", "/carts/", "/carts/calculate/")
    refusals = [refused(next_commerce, "POST", path, asked(lines=lines)) for path in paths]

    after = fine(next_commerce.campaign("GET", "/campaigns/"))["packages"][2]["product_purchase_availability"]
    assert [(400, {"lines": [{"package_id": ["This product is not available."]}]})] * 3 == refusals
    assert ("available", "unavailable") == (before, after)


@pytest.mark.parametrize(("method", "path"), [("GET", "/orders/{}/"), ("POST", "/orders/{}/upsells/")])
def test_a_ref_id_that_nobody_gave_out_is_not_found(next_commerce: NextCommerce, method: str, path: str) -> None:
    refusal = refused(next_commerce, method, path.format("0" * 32), {} if method == "POST" else None)

    assert (404, {"detail": "No Order matches the given query."}) == refusal


def test_an_order_of_the_admin_api_has_no_ref_id(next_commerce: NextCommerce) -> None:
    payment = next_commerce.start()
    number = next_commerce.buy()["number"]

    found = [refused(next_commerce, "GET", f"/orders/{id_}/")[0] for id_ in (payment, number)]

    assert [404, 404] == found


def test_an_order_that_is_not_paid_takes_no_upsell(next_commerce: NextCommerce) -> None:
    ref_id = place(next_commerce)["ref_id"]

    refusal = refused(next_commerce, "POST", f"/orders/{ref_id}/upsells/", {"lines": [{"package_id": BLUE_MUG}]})

    assert (400, {"non_field_errors": ["This order is not paid yet."]}) == refusal


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, {"lines": REQUIRED}),
        ({"lines": [{"package_id": 99}]}, {"lines": [{"package_id": UNKNOWN}]}),
        (
            {"lines": [{"package_id": TEAPOT}], "payment_detail": {"payment_gateway_group": 99}},
            {"payment_detail": {"payment_gateway_group": UNKNOWN}},
        ),
    ],
)
def test_a_refused_upsell_changes_nothing(
    next_commerce: NextCommerce, body: dict[str, Any], told: dict[str, Any]
) -> None:
    before = paid(next_commerce)

    refusal = refused(next_commerce, "POST", f"/orders/{before['ref_id']}/upsells/", body)

    assert (400, told) == refusal
    assert before == read(next_commerce, before["ref_id"])
    assert 1 == len(next_commerce.ledger_orders())


def test_a_method_that_cannot_be_charged_again_says_so_before_and_when_asked(next_commerce: NextCommerce) -> None:
    order = paid(next_commerce, "ideal")

    status, told = refused(
        next_commerce, "POST", f"/orders/{order['ref_id']}/upsells/", {"lines": [{"package_id": BLUE_MUG}]}
    )

    assert (False, 400) == (order["supports_post_purchase_upsells"], status)
    assert {"non_field_errors": ["iDEAL does not support post purchase upsells."]} == told

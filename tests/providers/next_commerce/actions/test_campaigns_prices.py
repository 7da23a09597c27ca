"""What a campaign shows before anybody buys: packages, sums, carts, addresses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.klarna import fine
from tests.next_commerce import ADDRESS, NextCommerce
from tests.providers.next_commerce.campaign import BLUE_MUG, TEA_MONTH, TEAPOT, TOWELS, asked, refused

LINE_KEYS = [
    "package_id", "quantity", "original_unit_price", "original_package_price", "unit_price", "package_price",
    "subtotal", "total_discount", "total", "discounts",
]  # fmt: skip


def _calculated(shop: NextCommerce, *packages: int, query: str = "", **fields: Any) -> dict[str, Any]:
    body = {"lines": [{"package_id": package} for package in packages], "vouchers": [], **fields}
    found: dict[str, Any] = fine(shop.campaign("POST", f"/carts/calculate/{query}", body))
    return found


def _campaign(shop: NextCommerce, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = fine(shop.campaign("GET", f"/campaigns/{query}"))
    return found


def test_the_campaign_lists_packages_shipping_and_ways_to_pay(next_commerce: NextCommerce) -> None:
    campaign = _campaign(next_commerce)

    assert ("USD", "en") == (campaign["currency"], campaign["language"])
    assert [*range(1, 8)] == [package["ref_id"] for package in campaign["packages"]]
    assert [(1, "default", "4.99"), (2, "default-shipping", "5.99"), (3, "express", "14.99")] == [
        (each["ref_id"], each["code"], each["price"]) for each in campaign["shipping_methods"]
    ]
    methods = {each["code"] for each in campaign["available_payment_methods"]}
    assert {"bankcard", "klarna", "paypal", "sepa_debit"} <= methods
    assert not {"card_token", "saved_card", "external"} & methods
    assert ["apple_pay", "google_pay", "paypal", "link"] == [
        each["code"] for each in campaign["available_express_payment_methods"]
    ]
    assert {"code": "DE", "label": "Germany"} in campaign["available_shipping_countries"]
    assert campaign["payment_env_key"] == next_commerce.get("/store/")["payments"]["environment_key"]


def test_a_package_may_hold_several_of_a_variant_and_may_recur(next_commerce: NextCommerce) -> None:
    packages = _campaign(next_commerce)["packages"]

    towels, monthly = packages[TOWELS - 1], packages[TEA_MONTH - 1]
    assert (2, "9.29", "18.58", "10.33", "20.66", False, None) == tuple(
        towels[name]
        for name in ("qty", "price", "price_total", "price_retail", "price_retail_total", "is_recurring", "interval")
    )
    assert (True, "month", 1, "19.99", "17.99", "17.99") == tuple(
        monthly[name]
        for name in ("is_recurring", "interval", "interval_count", "price", "price_recurring", "price_recurring_total")
    )


@pytest.mark.parametrize(
    ("query", "currency", "price"),
    [("", "USD", "29.99"), ("?currency=sek", "SEK", "299.90"), ("?currency=XYZ", "USD", "29.99")],
)
def test_prices_are_in_the_currency_asked_for_or_in_the_campaigns_own(
    next_commerce: NextCommerce, query: str, currency: str, price: str
) -> None:
    campaign = _campaign(next_commerce, query)

    assert (currency, price) == (campaign["currency"], campaign["packages"][0]["price"])


def test_a_package_whose_product_is_deleted_is_not_sold_any_more(next_commerce: NextCommerce) -> None:
    fine(next_commerce.send("DELETE", "/products/113/"))

    campaign = _campaign(next_commerce)

    assert [1, 2, 3, 6, 7] == [package["ref_id"] for package in campaign["packages"]]
    refusal = refused(next_commerce, "POST", "/carts/calculate/", {"lines": [{"package_id": BLUE_MUG}]})
    assert (400, {"lines": [{"package_id": ['Invalid pk "4" - object does not exist.']}]}) == refusal


def test_offers_say_when_they_apply_and_what_they_take_off(next_commerce: NextCommerce) -> None:
    offers = _campaign(next_commerce)["offers"]

    assert [("offer", "", "count", 3, "package_percentage", "20.00"), ("voucher", "WELCOME10", "any", 0)] == [
        ("offer", offers[0]["code"], *_terms(offers[0])), ("voucher", offers[1]["code"], *_terms(offers[1])[:2]),
    ]  # fmt: skip
    (teapot,) = offers[0]["packages"]
    assert ("24.00", "29.99") == (teapot["package_price"], teapot["package_price_before_discount"])
    assert 7 == len(offers[1]["packages"])


def _terms(offer: dict[str, Any]) -> list[Any]:
    condition, benefit = offer["condition"], offer["benefit"]
    return [condition["type"], condition["value"], benefit["type"], benefit["value"]]


def test_a_sum_tells_every_amount_as_text(next_commerce: NextCommerce) -> None:
    told = _calculated(next_commerce, TEAPOT, TOWELS, currency=None, shipping_method=1)

    assert ("48.57", "0.00", "53.56", "USD") == tuple(
        told[name] for name in ("subtotal", "total_discount", "total", "currency")
    )
    assert {
        "id": 1, "name": "Default", "code": "default", "original_price": "4.99", "price": "4.99", "discounts": [],
    } == told["shipping_method"]  # fmt: skip
    assert [[TEAPOT, 1, "29.99"], [TOWELS, 1, "9.29"]] == [
        [line[name] for name in ("package_id", "quantity", "unit_price")] for line in told["lines"]
    ]
    assert LINE_KEYS == list(told["lines"][1])


@pytest.mark.parametrize("fields", [{}, {"shipping_method": None}])
def test_without_a_shipping_method_none_is_told_of(next_commerce: NextCommerce, fields: dict[str, Any]) -> None:
    told = _calculated(next_commerce, TEAPOT, **fields)

    assert ("29.99", False) == (told["total"], "shipping_method" in told)


def test_a_sum_of_nothing_is_nothing(next_commerce: NextCommerce) -> None:
    told = _calculated(next_commerce)

    assert ([], "0.00", "0.00", "0.00") == tuple(
        told[name] for name in ("lines", "subtotal", "total_discount", "total")
    )


def test_a_sum_is_what_the_order_costs(next_commerce: NextCommerce) -> None:
    what = {
        "lines": [{"package_id": TEAPOT, "quantity": 3}, {"package_id": TOWELS, "quantity": 2}],
        "vouchers": ["WELCOME10", "half"],
        "shipping_method": 2,
        "currency": "EUR",
    }

    told = fine(next_commerce.campaign("POST", "/carts/calculate/", what))
    order = fine(next_commerce.campaign("POST", "/orders/", asked("card_token", **what)))

    assert (told["total"], told["total_discount"]) == (order["total_incl_tax"], order["total_discounts"])
    assert told["offer_discounts"] + told["voucher_discounts"] == order["discounts"]
    assert [line["total"] for line in told["lines"]] == [line["price_incl_tax"] for line in order["lines"]]
    assert [f"debit {told['total']}"] == next_commerce.transactions(order["number"])


def test_the_parts_of_a_sum_add_up(next_commerce: NextCommerce) -> None:
    lines = [{"package_id": TEAPOT, "quantity": 3}, {"package_id": TOWELS, "quantity": 2}]

    told = _calculated(next_commerce, lines=lines, vouchers=["WELCOME10"])

    cents = [[_cents(line[name]) for name in ("subtotal", "total_discount", "total")] for line in told["lines"]]
    assert [_cents(told[name]) for name in ("subtotal", "total_discount", "total")] == [
        sum(amounts) for amounts in zip(*cents, strict=True)
    ]
    discounts = [_cents(each["amount"]) for each in told["offer_discounts"] + told["voucher_discounts"]]
    assert _cents(told["total_discount"]) == sum(discounts)


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


@pytest.mark.parametrize("vouchers", [["NOPE"], [""], [], None])
def test_unknown_codes_are_passed_over(next_commerce: NextCommerce, vouchers: Any) -> None:
    told = _calculated(next_commerce, TEAPOT, vouchers=vouchers)

    assert ("29.99", []) == (told["total"], told["voucher_discounts"])


@pytest.mark.parametrize(("query", "offers"), [("", ["17.97"]), ("?upsell=true", []), ("?upsell=false", ["17.97"])])
def test_upsells_have_no_automatic_offers(next_commerce: NextCommerce, query: str, offers: list[str]) -> None:
    told = _calculated(next_commerce, query=query, lines=[{"package_id": TEAPOT, "quantity": 3}], vouchers=["half"])

    assert offers == [each["amount"] for each in told["offer_discounts"]]
    assert [3] == [each["offer_id"] for each in told["voucher_discounts"]]


def test_an_offer_counts_packages_over_all_lines(next_commerce: NextCommerce) -> None:
    lines = [{"package_id": TEAPOT, "quantity": 2}, {"package_id": TEAPOT, "properties": {"lid": "red"}}]

    told = _calculated(next_commerce, lines=lines)

    assert ["11.98", "5.99"] == [line["total_discount"] for line in told["lines"]]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"lines": [{"package_id": 99}]}, {"lines": [{"package_id": ['Invalid pk "99" - object does not exist.']}]}),
        ({"shipping_method": 99}, {"shipping_method": ['Invalid pk "99" - object does not exist.']}),
        ({"currency": "XYZ"}, {"currency": ['"XYZ" is not a valid choice.']}),
    ],
)
def test_a_sum_of_what_is_not_there_is_refused(
    next_commerce: NextCommerce, fields: dict[str, Any], told: dict[str, Any]
) -> None:
    body = {"lines": [{"package_id": TEAPOT}], **fields}

    assert (400, told) == refused(next_commerce, "POST", "/carts/calculate/", body)


def test_a_cart_of_a_campaign_is_one_of_the_store(next_commerce: NextCommerce) -> None:
    body = {
        "lines": [{"package_id": TEAPOT, "quantity": 3}],
        "user": {"email": "jane@shop.test", "first_name": "Jane", "last_name": "Roe"},
        "attribution": {"utm_source": "news"},
        "vouchers": ["half", "nope"],
    }

    cart = fine(next_commerce.campaign("POST", "/carts/", body))

    (stored,) = next_commerce.results("/carts/?utm_source=news")
    full = next_commerce.get(f"/carts/{stored['id']}/")
    assert (cart["checkout_url"], "jane@shop.test") == (stored["checkout_url"], stored["user"]["email"])
    assert ("36.00", "89.97", "53.97") == tuple(
        cart[name] for name in ("total_incl_tax", "total_incl_tax_excl_discounts", "total_discounts")
    )
    assert ("36.00", "53.97", ["HALF"]) == (
        full["total_incl_tax"], full["total_discount"], [each["voucher"]["code"] for each in full["voucher_discounts"]],
    )  # fmt: skip
    assert cart["lines"][0]["id"] == full["lines"][0]["id"]
    assert [{"amount": "17.97", "description": "20% off", "name": "Buy 3 teapots, save 20%"}] == cart["discounts"][:1]


def test_a_cart_that_the_store_changes_keeps_its_coupons(next_commerce: NextCommerce) -> None:
    body = {"lines": [{"package_id": TEAPOT}], "user": {"email": "jane@shop.test"}, "vouchers": ["half", "nope"]}
    fine(next_commerce.campaign("POST", "/carts/", body))
    (row,) = next_commerce.results("/carts/")

    cart = fine(next_commerce.send("PUT", f"/carts/{row['id']}/", {"lines": [{"product_id": 1, "quantity": 2}]}))

    assert (["HALF"], "29.99") == (
        [each["voucher"]["code"] for each in cart["voucher_discounts"]], cart["total_incl_tax"],
    )  # fmt: skip


def test_what_is_typed_so_far_is_enough_for_a_cart(next_commerce: NextCommerce) -> None:
    user = {"email": "jane@shop.test", "first_name": "", "last_name": "", "language": "en"}

    cart = fine(
        next_commerce.campaign("POST", "/carts/", {"lines": [{"package_id": "3"}], "user": user, "currency": "USD"})
    )

    assert ("", "lead") == (
        cart["user"]["first_name"], next_commerce.results("/users/?email=jane@shop.test")[0]["user_type"],
    )  # fmt: skip


def test_the_address_of_a_cart_becomes_the_customers(next_commerce: NextCommerce) -> None:
    body = {"lines": [{"package_id": TEAPOT}], "user": {"email": "jane@shop.test"}, "address": ADDRESS}

    for _ in range(2):
        fine(next_commerce.campaign("POST", "/carts/", body))
    order = fine(
        next_commerce.campaign("POST", "/orders/", asked(shipping_address=None, use_default_shipping_address=True))
    )

    assert ADDRESS["line1"] == order["shipping_address"]["line1"]
    (customer,) = next_commerce.results("/users/?email=jane@shop.test")
    assert 1 == len(customer["addresses"])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"lines": [{"package_id": TEAPOT}]}, {"user": ["This field is required."]}),
        (
            {"lines": [{"package_id": 99}], "user": {"email": "jane@shop.test"}},
            {"lines": [{"package_id": ['Invalid pk "99" - object does not exist.']}]},
        ),
    ],
)
def test_a_refused_cart_leaves_nothing(next_commerce: NextCommerce, body: dict[str, Any], told: dict[str, Any]) -> None:
    refusal = refused(next_commerce, "POST", "/carts/", body)

    assert (400, told) == refusal
    assert ([], []) == (next_commerce.state("carts"), next_commerce.results("/users/?email=jane@shop.test"))


def test_addresses_are_suggested_while_somebody_types(next_commerce: NextCommerce) -> None:
    query = "?query_text=12%20harbour%20st&country=de&language=de"

    first, second = (fine(next_commerce.campaign("GET", f"/addresses/autocomplete/{query}")) for _ in range(2))

    assert first == second
    assert {
        "label": "12 Harbour St, 10115 Berlin, Germany",
        "address": {
            "line1": "12 Harbour St", "line2": "", "line3": "", "city": "Berlin", "state": "", "state_code": "",
            "postcode": "10115", "country": "Germany", "country_code": "DE",
        },
    } == first["results"][0]  # fmt: skip


@pytest.mark.parametrize("query", ["", "?country=US", "?query_text=%20"])
def test_something_must_have_been_typed(next_commerce: NextCommerce, query: str) -> None:
    refusal = refused(next_commerce, "GET", f"/addresses/autocomplete/{query}")

    assert (400, {"query_text": ["This field is required."]}) == refusal

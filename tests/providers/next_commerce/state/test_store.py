"""The store, its gateways and shipping methods, as the API shows them."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.app import create_app
from mock_server.ledger.markets import MARKETS
from mock_server.providers.next_commerce.state.seeds import CURRENCIES, LANGUAGES
from mock_server.settings import Settings
from tests.klarna import InProcess
from tests.next_commerce import CAPTURES_LATER, NEXT_PAYMENTS, STRIPE, TEST_GATEWAY, NextCommerce


def by_code(listed: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["code"]: each for each in listed}


def test_the_store_is_one_object(next_commerce: NextCommerce) -> None:
    store = next_commerce.get("/store/")

    assert [
        "name", "tagline", "timezone", "contact_address", "primary_domain", "tax_id", "available_languages",
        "available_currencies", "payments",
    ] == list(store)  # fmt: skip
    assert ["Demo", "America/New_York", "demo.29next.store"] == [
        store[name] for name in ("name", "timezone", "primary_domain")
    ]
    assert {"code": "USD", "label": "$ USD"} == store["available_currencies"][0]
    assert list(LANGUAGES) == list(by_code(store["available_languages"]))


def test_its_keys_are_the_same_whenever_they_are_asked_for(next_commerce: NextCommerce) -> None:
    first, second = (next_commerce.get("/store/")["payments"] for _ in range(2))

    keys = [first[name] for name in ("environment_key", "certificate_token")]
    assert keys == [second[name] for name in ("environment_key", "certificate_token")]
    assert [27, 27, 2] == [*map(len, keys), len(set(keys))]


def test_klarna_is_offered_in_the_currencies_of_its_markets(next_commerce: NextCommerce) -> None:
    methods = by_code(next_commerce.get("/store/")["payments"]["available_payment_methods"])

    klarna = methods["klarna"]
    assert ["Klarna", {market.currency for market in MARKETS.values()}] == [
        klarna["label"], set(klarna["supported_currencies"])
    ]  # fmt: skip
    assert ["JPY"] == sorted(set(CURRENCIES) - set(klarna["supported_currencies"]))


def test_cards_are_called_bankcard_and_what_no_shopper_chooses_is_not_offered(next_commerce: NextCommerce) -> None:
    payments = next_commerce.get("/store/")["payments"]

    methods = by_code(payments["available_payment_methods"])
    assert [list(CURRENCIES), ["EUR"]] == [methods[code]["supported_currencies"] for code in ("bankcard", "ideal")]
    assert not {"card_token", "saved_card", "external"} & set(methods)
    express = by_code(payments["available_express_payment_methods"])
    assert [["apple_pay", "google_pay", "paypal", "link"], True] == [list(express), set(express) < set(methods)]


def test_gateways_are_listed_with_the_groups_they_are_in(next_commerce: NextCommerce) -> None:
    gateways = {row["id"]: row for row in next_commerce.results("/gateways/")}

    assert [TEST_GATEWAY, NEXT_PAYMENTS, STRIPE, CAPTURES_LATER] == list(gateways)
    assert [
        {"id": 1, "name": "Default", "weight": 100}, {"id": 2, "name": "Stripe first", "weight": 20},
    ] == gateways[NEXT_PAYMENTS]["gateway_groups"]  # fmt: skip
    assert [[], "test"] == [gateways[TEST_GATEWAY][name] for name in ("gateway_groups", "gateway_type")]
    captures = [gateways[id_] for id_ in (STRIPE, CAPTURES_LATER)]
    assert [("charge", False), ("auth-capture", True)] == [
        (each["payment_flow"], each["auto_capture_on_fulfillment"]) for each in captures
    ]
    assert gateways[STRIPE] == next_commerce.get(f"/gateways/{STRIPE}/")


def test_a_gateway_has_the_names_of_the_documents(next_commerce: NextCommerce) -> None:
    assert {
        "active", "auto_capture_on_fulfillment", "card_types", "currencies", "delayed_capture_days", "enable_3ds2",
        "gateway_groups", "gateway_type", "id", "merchant_profile", "name", "optimized_3ds", "payment_flow",
    } == set(next_commerce.get(f"/gateways/{STRIPE}/"))  # fmt: skip


def test_groups_offer_what_the_store_does(next_commerce: NextCommerce) -> None:
    store, (group, second) = next_commerce.get("/store/"), next_commerce.results("/gateway-groups/")

    for name in ("available_payment_methods", "available_express_payment_methods"):
        assert store["payments"][name] == group[name]
    assert [store["available_currencies"], "Visa"] == [group["available_currencies"], group["card_types"][0]["label"]]
    assert second == next_commerce.get(f"/gateway-groups/{second['id']}/")


def test_shipping_methods_have_a_price_in_every_currency(next_commerce: NextCommerce) -> None:
    methods = by_code(next_commerce.results("/shipping-methods/"))

    prices = {price["currency"]: price["price_per_order"] for price in methods["default"]["prices"]}
    assert [list(CURRENCIES), "4.99", "49.90"] == [list(prices), prices["USD"], prices["SEK"]]
    assert ["Express", True, []] == [methods["express"][name] for name in ("name", "is_public", "countries")]
    assert methods["express"] == next_commerce.get(f"/shipping-methods/{methods['express']['id']}/")


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/gateways/99/", "PaymentGateway"),
        ("/gateway-groups/99/", "GatewayGroup"),
        ("/shipping-methods/99/", "ShippingMethod"),
    ],
)
def test_an_unknown_one_is_refused_with_those_that_are_known(
    next_commerce: NextCommerce, path: str, model: str
) -> None:
    status, told = next_commerce.refusal("GET", path)

    assert [404, f"No {model} matches the given query."] == [status, told["detail"]]
    assert "the id is 99, there are " in next_commerce.explanation()["faults"][0]["text"]


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("store:read", "/store/", 200),
        ("gateways:read", "/store/", 403),
        ("gateways:read", "/gateways/", 200),
        ("gateways:read", "/gateway-groups/1/", 200),
        ("catalogue:read", "/gateways/", 403),
        ("catalogue:read", "/products/", 200),
        ("catalogue:read", "/stockrecords/", 200),
        ("carts:read", "/shipping-methods/", 200),
        ("carts:read", "/carts/", 200),
        ("themes:read", "/carts/", 403),
        ("themes:read", "/themes/", 200),
    ],
)
def test_each_wants_its_scope_and_shipping_methods_none(scope: str, path: str, status: int) -> None:
    client = create_app(Settings(next_commerce_tokens=f"narrow={scope}")).test_client()
    shop = NextCommerce(InProcess(client), "default", "narrow")

    assert status == shop.send("GET", path).status

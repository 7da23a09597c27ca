"""Prices of variants: one for each currency, on the variant alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.klarna import fine
from tests.next_commerce import TEA_MONTH, TEAPOT, NextCommerce, order_of
from tests.providers.next_commerce.catalogue import product_of
from tests.receiver import Receiver

ON_PARENT = {"non_field_errors": ["This action is not allowed on parent products."]}
NO_MORE = {"retail": None, "subscription": None, "subscription_suggested_downsell": None}


@pytest.fixture
def tee(next_commerce: NextCommerce) -> str:
    """The path of the prices of a variant that costs 24.99 USD."""
    variant = next_commerce.post("/products/", product_of())["variants"][0]
    return f"/products/{variant['id']}/prices/"


def bought(shop: NextCommerce, prices: str, currency: str, **terms: Any) -> str:
    """What one of a variant costs in an order."""
    lines = [{"product_id": int(prices.split("/")[2]), "quantity": 1, **terms}]
    price: str = shop.buy("card_token", lines=lines, currency=currency)["lines"][0]["price_incl_tax"]
    return price


def test_one_in_another_currency_is_sold_for_from_then_on(next_commerce: NextCommerce, tee: str) -> None:
    answer = next_commerce.send("POST", tee, {"currency": "eur", "price": "22.99", "retail": 27.99})

    told = {"currency": "EUR", **NO_MORE, "price": "22.99", "retail": "27.99"}
    assert [200, told, "22.99"] == [answer.status, answer.json, bought(next_commerce, tee, "EUR")]
    assert ["EUR", "USD"] == [price["currency"] for price in next_commerce.get(tee)]


def test_one_by_its_currency_tells_its_amounts(next_commerce: NextCommerce, tee: str) -> None:
    assert {**NO_MORE, "price": "24.99", "retail": "29.99"} == next_commerce.get(f"{tee}usd/")


def test_the_price_of_a_subscription_is_what_recurs(next_commerce: NextCommerce, tee: str) -> None:
    next_commerce.post(tee, {"currency": "CAD", "price": "30", "subscription": "19.99"})

    assert "19.99" == bought(next_commerce, tee, "CAD", subscription={"interval": "month", "interval_count": 1})


def test_a_change_replaces_what_is_given(next_commerce: NextCommerce, tee: str) -> None:
    after = fine(next_commerce.send("PATCH", f"{tee}USD/", {"price": "21.99", "subscription": "19.99"}))
    again = fine(next_commerce.send("PATCH", f"{tee}USD/", {"retail": None}))

    told = {**NO_MORE, "price": "21.99", "retail": "29.99", "subscription": "19.99"}
    assert [told, {**told, "retail": None}] == [after, again]
    assert "21.99" == bought(next_commerce, tee, "USD")


def test_one_that_is_removed_is_not_sold_for(next_commerce: NextCommerce, tee: str) -> None:
    answer = next_commerce.send("DELETE", f"{tee}USD/")

    assert [204, "", []] == [answer.status, answer.text, next_commerce.get(tee)]
    lines = [{"product_id": int(tee.split("/")[2]), "quantity": 1}]
    status, told = next_commerce.refusal("POST", "/orders/", order_of(lines=lines))
    assert [400, {"lines": [{"price": ["This field is required."]}]}] == [status, told]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"currency": "USD", "price": "1"}, {"currency": ["This currency already exists."]}),
        ({"currency": "XTS", "price": "1"}, {"currency": ["Currency is not available."]}),
        ({"price": "1"}, {"currency": ["This field is required."]}),
        ({"currency": "EUR"}, {"price": ["This field is required."]}),
        ({"currency": "EUR", "price": "1.005"}, {"price": ["Ensure that there are no more than 2 decimal places."]}),
    ],
)
def test_what_is_wrong_is_refused(next_commerce: NextCommerce, tee: str, body: dict[str, Any], told: Any) -> None:
    before = next_commerce.get(tee)

    assert [(400, told), before] == [next_commerce.refusal("POST", tee, body), next_commerce.get(tee)]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("POST", "", {"currency": "EUR", "price": "1"}),
        ("GET", "USD/", None),
        ("PATCH", "USD/", {"price": "1"}),
        ("DELETE", "USD/", None),
    ],
)
def test_a_product_has_none(next_commerce: NextCommerce, method: str, path: str, body: Any) -> None:
    status, told = next_commerce.refusal(method, f"/products/113/prices/{path}", body)

    assert [400, ON_PARENT] == [status, told]
    why = "113 is a product, prices are on its variants: [4, 5]"
    assert why == next_commerce.explanation()["faults"][0]["text"]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_currency_without_a_price_is_not_found(next_commerce: NextCommerce, tee: str, method: str) -> None:
    status, told = next_commerce.refusal(method, f"{tee}EUR/", {})

    assert [404, "No ProductPrice matches the given query."] == [status, told["detail"]]
    assert "has prices in USD, not EUR" in next_commerce.explanation()["faults"][0]["text"]


def test_the_prices_of_a_stores_own_variants_are_in_every_currency(next_commerce: NextCommerce) -> None:
    teapot, tea = (next_commerce.get(f"/products/{id_}/prices/") for id_ in (TEAPOT, TEA_MONTH))

    assert sorted(price["currency"] for price in teapot) == [price["currency"] for price in tea]
    assert {"subscription": "17.99", "price": "19.99"}.items() <= tea[-1].items()


def test_each_change_is_told_as_one_of_the_product(next_commerce: NextCommerce, tee: str, receiver: Receiver) -> None:
    next_commerce.listen(receiver.url(), "product.updated")

    next_commerce.post(tee, {"currency": "EUR", "price": "1"})
    fine(next_commerce.send("PATCH", f"{tee}EUR/", {"price": "2"}))
    next_commerce.send("DELETE", f"{tee}EUR/")
    next_commerce.refusal("POST", tee, {"currency": "USD", "price": "1"})
    next_commerce.advance("0s")

    seen = [request.json["data"]["variants"][0]["prices"] for request in receiver.requests]
    assert [["1.00", "24.99"], ["2.00", "24.99"], ["24.99"]] == [[each["price"] for each in prices] for prices in seen]

"""How a campaign's shopper comes back from paying, and what the page reads then."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from tests.klarna import fine
from tests.next_commerce import NextCommerce
from tests.providers.next_commerce.campaign import BLUE_MUG, FAILED_URL, SUCCESS_URL, asked, place, read, refused


@pytest.mark.parametrize("method", ["ideal", "paypal", "sepa_debit", "twint", "apple_pay", "google_pay"])
def test_other_methods_come_back_the_same_way(next_commerce: NextCommerce, method: str) -> None:
    order = place(next_commerce, method)

    told = next_commerce.complete(order["ref_id"])

    assert {"method": "GET", "url": f"{SUCCESS_URL}?ref_id={order['ref_id']}", "fields": {}} == told["return"]
    assert (method, told["order"]["number"]) == tuple(
        read(next_commerce, order["ref_id"])[name] for name in ("payment_method", "number")
    )


@pytest.mark.parametrize("outcome", ["declined", "cancelled", "expired"])
def test_an_order_that_is_not_paid_stays_a_draft_that_cannot_be_paid_any_more(
    next_commerce: NextCommerce, app: Flask, outcome: str
) -> None:
    order = place(next_commerce)

    told = next_commerce.complete(order["ref_id"], outcome)

    again = app.test_client().get(order["payment_complete_url"])
    url = f"{FAILED_URL}&ref_id={order['ref_id']}"
    assert (None, url, 303, url) == (told["order"], told["return"]["url"], again.status_code, again.headers["Location"])
    assert order == read(next_commerce, order["ref_id"])  # pages take one without payment_complete_url for paid
    assert [] == next_commerce.results("/orders/")


def test_a_page_that_nobody_opens_runs_out(next_commerce: NextCommerce) -> None:
    next_commerce.freeze()
    order = place(next_commerce)

    next_commerce.advance("48h")

    assert order == read(next_commerce, order["ref_id"])
    assert [] == next_commerce.results("/orders/")


def test_klarna_that_decides_later_leaves_an_order_that_takes_no_upsell(next_commerce: NextCommerce) -> None:
    order = place(next_commerce)
    number = next_commerce.complete(order["ref_id"], "pending")["order"]["number"]

    refusal = refused(
        next_commerce, "POST", f"/orders/{order['ref_id']}/upsells/", {"lines": [{"package_id": BLUE_MUG}]}
    )

    assert number == read(next_commerce, order["ref_id"])["number"]
    assert (400, {"non_field_errors": ["This order is not paid, its payment is pending."]}) == refusal


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.test/next", "https://shop.test/next?ref_id={}"),
        ("https://shop.test/next?a=1", "https://shop.test/next?a=1&ref_id={}"),
        ("https://shop.test/next#done", "https://shop.test/next?ref_id={}#done"),
        ("https://shop.test/next?a=1#done?b", "https://shop.test/next?a=1&ref_id={}#done?b"),
    ],
)
def test_the_way_back_carries_the_ref_id_whatever_the_url_is_like(
    next_commerce: NextCommerce, url: str, expected: str
) -> None:
    ref_ids = [place(next_commerce, success_url=url, payment_failed_url=url)["ref_id"] for _ in range(2)]

    urls = [next_commerce.complete(ref_ids[0])["return"]["url"]]
    urls.append(next_commerce.complete(ref_ids[1], "cancelled")["return"]["url"])

    assert [expected.format(ref_id) for ref_id in ref_ids] == urls


def test_without_a_page_for_failures_the_one_that_asked_is_it(next_commerce: NextCommerce) -> None:
    body = asked("paypal")
    del body["payment_failed_url"]
    page = "https://shop.test/checkout?utm_source=x&payment_failed=true&payment_method=klarna&ref_id=earlier"
    order = fine(next_commerce.campaign("POST", "/orders/", body, referer=page))

    url = next_commerce.complete(order["ref_id"], "declined")["return"]["url"]

    told = {"utm_source": "x", "payment_failed": "true", "payment_method": "paypal", "ref_id": order["ref_id"]}
    assert {name: [value] for name, value in told.items()} == parse_qs(urlsplit(url).query)
    assert url.startswith("https://shop.test/checkout?")

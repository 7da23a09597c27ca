"""The page where a shopper pays, and how the browser goes back to the shop."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import payments
from mock_server.providers.next_commerce.state import records
from tests.next_commerce import RETURN_URL, NextCommerce


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def _url(payment: str) -> str:
    return f"/stripe/checkout/{payment}/?world=test"


def _form_of(html: str) -> tuple[str, str]:
    """Where the form goes, and its field ``response``."""
    action = re.search(r'<form method="post" action="([^"]*)"', html)
    value = re.search(r'name="response" value="([^"]*)"', html)
    assert action and value, html
    return unescape(action.group(1)), unescape(value.group(1))


def test_the_page_shows_merchant_amount_lines_and_a_button_for_every_outcome(
    next_commerce: NextCommerce, browser: FlaskClient
) -> None:
    html = browser.get(_url(next_commerce.start())).text

    assert "Pay with Klarna" in html and "$15.00" in html and "Stoneware Teapot" in html and "demo" in html
    assert ["", "pending", "declined", "cancelled", "expired", "abandoned"] == re.findall(
        r'name="outcome" value="(\w*)"', html
    )


def test_only_klarna_offers_to_decide_later(next_commerce: NextCommerce, browser: FlaskClient) -> None:
    html = browser.get(_url(next_commerce.start("ideal"))).text

    assert "Pay with iDEAL" in html
    assert 'value="pending"' not in html


def test_the_page_speaks_the_language_of_the_request(next_commerce: NextCommerce, browser: FlaskClient) -> None:
    details = {"payment_return_url": RETURN_URL, "language": "de"}

    html = browser.get(_url(next_commerce.start(payment_details=details))).text

    assert '<html lang="de">' in html
    assert "15,00\xa0$" in html


def test_paying_answers_with_a_form_that_posts_the_order_to_the_shop_by_itself(
    next_commerce: NextCommerce, browser: FlaskClient
) -> None:
    answer = browser.post(_url(next_commerce.start()), data={"outcome": ""})

    action, response = _form_of(answer.text)
    order = json.loads(response)
    assert (RETURN_URL, "paid") == (action, order["payment_status"])
    assert next_commerce.read(order["number"]) == order
    assert "document.forms[0].submit()" in answer.text
    assert "script-src 'sha256-" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("outcome", ["declined", "cancelled", "expired"])
def test_any_other_way_out_posts_an_empty_object(
    next_commerce: NextCommerce, browser: FlaskClient, outcome: str
) -> None:
    answer = browser.post(_url(next_commerce.start()), data={"outcome": outcome})

    assert (RETURN_URL, "{}") == _form_of(answer.text)


def test_opening_a_used_page_posts_the_same_once_more(next_commerce: NextCommerce, browser: FlaskClient) -> None:
    payment = next_commerce.start()
    first = _form_of(browser.post(_url(payment), data={"outcome": ""}).text)

    again = [_form_of(browser.get(_url(payment)).text), _form_of(browser.post(_url(payment), data={}).text)]

    assert [first, first] == again
    assert 1 == len(next_commerce.results("/orders/"))


def test_a_closed_window_leads_nowhere(next_commerce: NextCommerce, browser: FlaskClient) -> None:
    answer = browser.post(_url(next_commerce.start()), data={"outcome": "abandoned"})

    assert (200, True, False) == (answer.status_code, "Window closed" in answer.text, "<form" in answer.text)
    assert 1 == len(next_commerce.results("/orders/"))


def test_what_a_merchant_wrote_is_escaped(next_commerce: NextCommerce, browser: FlaskClient) -> None:
    evil = 'https://shop.test/"><script>alert(1)</script>'
    payment = next_commerce.start(payment_details={"payment_return_url": evil}, metadata={"x": "</script><b>"})

    answer = browser.post(_url(payment), data={"outcome": ""})

    action, response = _form_of(answer.text)
    assert (evil, {"x": "</script><b>"}) == (action, json.loads(response)["metadata"])
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_nobody_made_is_not_found(browser: FlaskClient, method: str) -> None:
    assert 404 == browser.open("/stripe/checkout/nobody/", method=method).status_code


def test_the_status_of_an_order_has_a_page(next_commerce: NextCommerce, browser: FlaskClient) -> None:
    order = next_commerce.buy()
    path = order["order_status_url"].partition("localhost")[2]

    found = browser.get(path)
    forged = browser.get(path.replace("/?", "x/?"))

    assert (200, True) == (found.status_code, f"Order {order['number']}: open" in found.text)
    assert 404 == forged.status_code


def test_the_image_of_a_product_is_a_drawing(next_commerce: NextCommerce, browser: FlaskClient) -> None:
    line = next_commerce.buy()["lines"][0]

    answer = browser.get(line["product_image"])

    assert (200, "image/svg+xml") == (answer.status_code, answer.content_type)
    assert ">ST</text>" in answer.text
    assert "&lt;</text>" in browser.get("/media/products/<.jpg").text


def test_the_storefront_itself_is_not_emulated(next_commerce: NextCommerce, browser: FlaskClient) -> None:
    for url in (next_commerce.buy()["lines"][0]["product_url"], "/dashboard/orders/"):
        assert 501 == browser.get(url).status_code


def test_who_pays_when_the_world_was_reset_is_told_that_the_payment_is_unknown(
    next_commerce: NextCommerce, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment, complete = next_commerce.start(), payments.complete

    def late(world: World, found: Record, decision: Decision) -> Record:
        records.remove(world, payments.KIND, found["id"])
        return complete(world, found, decision)

    monkeypatch.setattr(payments, "complete", late)
    answer = browser.post(_url(payment), data={"outcome": ""})

    assert [404, True] == [answer.status_code, "Unknown payment" in answer.text]

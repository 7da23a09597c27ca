"""What a browser gets of a payment page: to look at, to press, and to be sent back by."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.multisafepay import MultiSafepay

SHOP = {"notification_url": "https://www.example.com/hook", "redirect_url": "http://shop.test/"}


def press(app: Flask, page: str, **form: str) -> TestResponse:
    return app.test_client().post(page, data={"outcome": "", **form})


@pytest.mark.parametrize("fields", [{}, {"type": "direct"}, {"gateway": ""}, {"gateway": "IDEAL"}])
def test_to_ask_for_the_head_of_a_page_starts_nothing(
    app: Flask, multisafepay: MultiSafepay, fields: dict[str, str]
) -> None:
    page = multisafepay.create(payment_options=SHOP, **fields)["payment_url"]
    before = multisafepay.read()

    answer = app.test_client().head(page)

    assert [200, "text/html; charset=utf-8", b""] == [answer.status_code, answer.headers["Content-Type"], answer.data]
    assert before == multisafepay.read()
    assert [] == multisafepay.webhooks()


@pytest.mark.parametrize("gateway", ["IDEAL", "VISA"])
def test_a_button_that_a_page_does_not_have_changes_nothing(
    app: Flask, multisafepay: MultiSafepay, gateway: str
) -> None:
    page = multisafepay.create(gateway=gateway)["payment_url"]

    answer = press(app, page, outcome="pending")

    assert [400, "initialized/initialized"] == [answer.status_code, multisafepay.status()]


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("http://shop.test/Grüße", "http://shop.test/Gr%C3%BC%C3%9Fe?transactionid=ON-1"),
        ("http://shop.test/茶?von=茶#é", "http://shop.test/%E8%8C%B6?von=%E8%8C%B6&transactionid=ON-1#%C3%A9"),
        ("http://shop.test/a%20b?c=%C3%BC", "http://shop.test/a%20b?c=%C3%BC&transactionid=ON-1"),
        ("http://shop.test/?a=1&b='(2)'!*;$,@:~+", "http://shop.test/?a=1&b='(2)'!*;$,@:~+&transactionid=ON-1"),
        ('http://shop.test/"<b>', "http://shop.test/%22%3Cb%3E?transactionid=ON-1"),
        ("myapp://thanks", "myapp://thanks?transactionid=ON-1"),
    ],
)
@pytest.mark.parametrize(("name", "outcome"), [("redirect_url", ""), ("cancel_url", "cancelled")])
def test_the_way_back_is_one_that_a_header_can_carry(
    app: Flask, multisafepay: MultiSafepay, url: str, location: str, name: str, outcome: str
) -> None:
    page = multisafepay.create(payment_options={name: url})["payment_url"]

    answer = press(app, page, outcome=outcome)

    assert [303, location] == [answer.status_code, answer.headers["Location"]]


def test_the_way_back_of_a_direct_order_is_the_same(multisafepay: MultiSafepay) -> None:
    options: dict[str, Any] = {"redirect_url": "http://shop.test/茶", "cancel_url": "http://shop.test/ü"}

    order = multisafepay.create(type="direct", gateway="VISA", payment_options=options)

    assert [
        "http://shop.test/%E8%8C%B6?transactionid=ON-1", "http://shop.test/%C3%BC?transactionid=ON-1",
    ] == [order["payment_url"], order["cancel_url"]]  # fmt: skip

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.errors import Misused
from mock_server.providers.klarna.errors.checkout import BadValue
from mock_server.providers.klarna.schemas import checkout

from ..checkout import order_of, urls_of
from .bodies import set_at

MOST = 100_000_000
# path -> values just inside its limits, values just outside
LIMITS: dict[str, tuple[list[Any], list[Any]]] = {
    "purchase_country": (["SE", "se"], ["S", "SWE", "", 5, None]),
    "purchase_currency": (["SEK", "sek"], ["SE", "SEKR", 5, None]),
    "locale": (["sv-SE", "sv", "EN"], ["sv_SE", "", 5, None]),
    "order_amount": ([], [-1, 250.5, "25000", True, None]),
    "order_tax_amount": ([], [-1, 0.5, None]),
    "order_lines": ([], [None, {}, [None]]),
    "order_lines[0].name": (["n", "n" * 255], ["", "n" * 256, None]),
    "order_lines[0].quantity_unit": (["p", "u" * 8, None], ["", "u" * 9]),
    "order_lines[0].unit_price": ([], [MOST + 1, None]),
    "order_lines[0].total_amount": ([], [MOST + 1, None]),
    "order_lines[0].tax_rate": ([], [-1, 10_001, None]),
    "order_lines[0].total_tax_amount": ([3999, 4001], [None, "4000"]),
    "order_lines[0].total_discount_amount": ([0, None], [-1]),
    "order_lines[0].merchant_data": (["d" * 1024], ["d" * 1025]),
    "order_lines[0].image_url": (["u" * 1024], ["u" * 1025]),
    "order_lines[0].reference": (["r" * 255], ["r" * 256]),
    "order_lines[0].subscription": ([{"interval": "MONTH", "interval_count": 1}], [{"interval": "MONTH"}]),
    "order_lines[0].shipping_attributes": ([{"weight": 0, "dimensions": {"height": 0}}], [{"weight": -1}]),
    "merchant_urls": ([], [None, {}, "https://shop.test"]),
    "merchant_urls.push": (["u" * 2000], ["u" * 2001, None]),
    "merchant_urls.validation": (["u" * 2000, None], ["u" * 2001]),
    "merchant_reference1": (["r" * 255, None], ["r" * 256]),
    "merchant_data": (["d" * 6000], ["d" * 6001]),
    "billing_address": ([{}, None, {"given_name": "A" * 500}], ["Lund", {"country": "SWE"}]),
    "customer": ([{}, {"type": "organization"}], [{"type": "company"}, {"date_of_birth": "1978"}]),
    "options": ([{}, {"color_button": "#ff9900"}, {"acquiring_channel": "eCommerce"}], [{"color_button": "red"}]),
    "options.auto_capture": ([True, False], ["yes"]),
    "options.additional_checkboxes": (
        [[{"id": "news", "text": "News", "checked": False, "required": False}]], [[{"id": "news"}]],
    ),
    "shipping_options": (
        [[{"id": "s", "name": "Post", "price": 0, "tax_amount": 0, "tax_rate": 0}]], [[{"id": "s", "name": "Post"}]],
    ),
    "external_payment_methods": (
        [[{"name": "P", "redirect_url": "https://p.test"}]], [[{"name": "P", "redirect_url": "https:"}]],
    ),
    "recurring": ([True, False, None], ["true", 1]),
    "attachment": ([{"body": "{}", "content_type": "application/json"}], [{"body": "{", "content_type": "x"}]),
    "tags": ([["bulky"], []], ["bulky"]),
}  # fmt: skip
INSIDE = [(path, value) for path, (values, _) in LIMITS.items() for value in values]
OUTSIDE = [(path, value) for path, (_, values) in LIMITS.items() for value in values]


def refused(body: dict[str, Any]) -> BadValue:
    with pytest.raises(BadValue) as caught:
        checkout.load_order(body)
    return caught.value


@pytest.mark.parametrize(("path", "value"), INSIDE)
def test_a_value_inside_its_limits_is_taken(path: str, value: Any) -> None:
    body = set_at({**order_of(), "options": {}}, path, value)

    loaded = checkout.load_order(body)

    assert order_of()["order_amount"] == loaded["order_amount"]


@pytest.mark.parametrize(("path", "value"), OUTSIDE)
def test_a_value_outside_its_limits_is_named(path: str, value: Any) -> None:
    body = set_at({**order_of(), "options": {}}, path, value)

    error = refused(body)

    assert any(fault.path.startswith(path) for fault in error.faults)
    assert error.messages[0].startswith("Bad value: ")


def test_an_empty_body_lacks_what_is_required() -> None:
    expected = "purchase_country, purchase_currency, locale, order_amount, order_tax_amount, order_lines, merchant_urls"

    assert [f"Bad value: {expected}"] == refused({}).messages


@pytest.mark.parametrize("name", ["terms", "checkout", "confirmation", "push"])
def test_four_urls_are_required(name: str) -> None:
    urls = urls_of()
    del urls[name]

    assert [f"Bad value: merchant_urls.{name}"] == refused(order_of(merchant_urls=urls)).messages


def test_a_wrong_field_of_a_line_is_named_without_saying_of_which() -> None:
    body = order_of()
    body["order_lines"][0]["total_tax_amount"] = 41
    body["order_lines"][1]["total_tax_amount"] = 41

    error = refused(body)

    assert ["Bad value: total_tax_amount"] == error.messages
    texts = [fault.text for fault in error.faults if fault.path.startswith("order_lines")]
    assert "order_lines[0].total_tax_amount is 41, expected 4000 = 20000 - 20000*10000/(10000+2500), ±1" == texts[0]
    assert "order_lines[1].total_tax_amount is 41" in texts[1]


@pytest.mark.parametrize(
    ("change", "named"),
    [({"order_amount": 24999}, "order_amount"), ({"order_tax_amount": 5003}, "order_tax_amount")],
)
def test_sums_are_checked(change: dict[str, Any], named: str) -> None:
    assert [f"Bad value: {named}"] == refused(order_of(**change)).messages


def test_an_order_without_lines_costs_nothing() -> None:
    free = order_of(order_lines=[], order_amount=0, order_tax_amount=0)

    assert [] == checkout.load_order(free)["order_lines"]
    assert ["Bad value: order_amount, order_tax_amount"] == refused(order_of(order_lines=[])).messages


def test_a_foreign_currency_is_told_with_country_and_currencies() -> None:
    error = refused(order_of(purchase_currency="NOK"))

    (message,) = error.messages
    assert message.startswith(
        "Bad value: purchase_currency (order billing country is: SE, configured currencies are: AUD, CAD, CHF, CZK, DKK"
    )
    assert "purchase_currency is NOK, expected SEK, the currency of SE" == error.faults[0].text


def test_the_billing_country_is_the_one_that_counts() -> None:
    body = order_of(purchase_currency="NOK", locale="nb-NO", billing_address={"country": "no"})

    assert "NOK" == checkout.load_order(body)["purchase_currency"]


def test_a_country_without_klarna_is_refused() -> None:
    assert ["Bad value: purchase_country"] == refused(order_of(purchase_country="BR")).messages


@pytest.mark.parametrize("locale", ["nl-NL", "EN"])
def test_a_foreign_locale_is_refused_only_where_that_is_asked_for(locale: str) -> None:
    body = order_of(locale=locale)

    assert locale == checkout.load_order(body)["locale"]
    with pytest.raises(BadValue, match="Bad value: locale"):
        checkout.load_order(body, strict_locale=True)


def test_what_only_klarna_says_is_passed_over() -> None:
    loaded = checkout.load_order(order_of(status="checkout_complete", html_snippet="<b>", order_id="mine", name="Shop"))

    assert not {"status", "html_snippet", "order_id", "name"} & set(loaded)


def test_an_update_may_leave_out_fields_not_parts_of_them() -> None:
    assert {"merchant_reference1": "B"} == checkout.load_update({"merchant_reference1": "B"})
    with pytest.raises(BadValue, match="Bad value: merchant_urls.terms, merchant_urls.checkout"):
        checkout.load_update({"merchant_urls": {"push": "https://shop.test/push"}})


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"data": {"email": "a@b.test"}}, "data.email: the form of the checkout has billing_address, "),
        ({"data": {"customer": {"type": "company"}}}, "data.customer.type is 'company', expected person, organization"),
        ({"outcom": "rejected"}, "outcom: unknown key; did you mean 'outcome'?"),
    ],
)  # fmt: skip
def test_a_wrong_word_of_the_control_call_is_told_with_the_right_ones(body: dict[str, Any], text: str) -> None:
    with pytest.raises(Misused) as caught:
        checkout.load_complete(body)

    assert str(caught.value).startswith(text)

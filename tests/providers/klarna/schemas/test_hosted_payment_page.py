from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.errors import Misused
from mock_server.providers.klarna.errors.payments import BadValue
from mock_server.providers.klarna.schemas import hosted_payment_page as schemas

URL = "https://api.klarna.com/payments/v1/sessions/92d97f60"


def refused(body: dict[str, Any]) -> list[str]:
    with pytest.raises(BadValue) as refusal:
        schemas.load_session({"payment_session_url": URL, **body})
    return refusal.value.messages


def test_a_url_is_all_that_is_needed() -> None:
    loaded = schemas.load_session({"payment_session_url": URL})

    assert {"payment_session_url": URL, "hosted": ("payments", "92d97f60")} == loaded


def test_words_in_small_letters_and_members_that_went_away_are_taken() -> None:
    options = {"payment_method_category": "pay_later", "purchase_type": "buy", "place_order_mode": "capture_order"}
    urls = {"success": "myapp://paid?t={{authorization_token}}", "cancel": "", "terms": "https://shop.test/terms"}

    loaded = schemas.load_session({"payment_session_url": URL, "options": options, "merchant_urls": urls})

    assert {name: word.upper() for name, word in options.items()} == loaded["options"]
    assert {"success": urls["success"], "cancel": ""} == loaded["merchant_urls"]


@pytest.mark.parametrize(
    ("url", "hosted"),
    [
        ("http://127.0.0.1:8080/payments/v1/sessions/1-a", ("payments", "1-a")),
        ("https://proxy.test/klarna/payments/v1/sessions/1/?world=x", ("payments", "1")),
        ("https://api.klarna.com/credit/v1/sessions/1", ("payments", "1")),
        ("https://api.klarna.com/checkout/v3/orders/1", ("checkout", "1")),
        ("https://api.klarna.com/payments/v1/sessions/", None),
        ("https://api.klarna.com/payments/v1/sessions/1/2", None),
        ("/payments/v1/sessions/1", None),
        ("ftp://api.klarna.com/payments/v1/sessions/1", None),
        ("https://[/payments/v1/sessions/1", None),
        ("", None),
        (None, None),
    ],
)
def test_the_last_two_steps_of_a_url_name_what_is_hosted(url: Any, hosted: tuple[str, str] | None) -> None:
    assert hosted == schemas.read_payment_session_url(url)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"payment_session_url": None}, "payment_session_url"),
        ({"payment_session_url": ""}, "payment_session_url"),
        ({"payment_session_url": 7}, "payment_session_url"),
        ({"payment_session_url": "https://shop.test/"}, "payment_session_url"),
        ({"merchant_urls": []}, "merchant_urls"),
        ({"merchant_urls": {"success": "thanks"}}, "merchant_urls.success"),
        ({"merchant_urls": {"back": "JavaScript://%0aalert(1)"}}, "merchant_urls.back"),
        ({"merchant_urls": {"error": "https://shop.test/\r\nX: 1"}}, "merchant_urls.error"),
        ({"merchant_urls": {"status_update": "myapp://told"}}, "merchant_urls.status_update"),
        ({"merchant_urls": {"cancel": "https://shop.test/" + "a" * 2000}}, "merchant_urls.cancel"),
        ({"options": {"logo_url": "data:image/png;base64,"}}, "options.logo_url"),
        ({"options": {"page_title": "a" * 256}}, "options.page_title"),
        ({"options": {"place_order_mode": "LATER"}}, "options.place_order_mode"),
        ({"options": {"purchase_type": "STEAL"}}, "options.purchase_type"),
        ({"options": {"show_subtotal_detail": "SHOW"}}, "options.show_subtotal_detail"),
        ({"options": {"payment_method_category": "CARD"}}, "options.payment_method_category"),
        ({"options": {"payment_method_categories": ["PAY_NOW", "X"]}}, "options.payment_method_categories[1]"),
        ({"options": {"background_images": [{"width": "wide"}]}}, "options.background_images[0].width"),
        ({"profile_id": 5}, "profile_id"),
    ],
)
def test_a_broken_constraint_is_named(body: dict[str, Any], path: str) -> None:
    assert [f"Bad value: {path}"] == refused(body)


def test_one_category_and_a_list_of_them_together_are_refused() -> None:
    options = {"payment_method_category": "PAY_NOW", "payment_method_categories": ["PAY_LATER"]}

    paths = "options.payment_method_category, options.payment_method_categories"
    assert [f"Bad value: {paths}"] == refused({"options": options})


def test_a_category_that_the_payment_session_does_not_offer_is_explained() -> None:
    with pytest.raises(BadValue) as refusal:
        schemas.check_categories({"payment_method_categories": ["PAY_NOW", "DIRECT_DEBIT"]}, ["pay_later", "pay_now"])

    (fault,) = refusal.value.faults
    assert "options.payment_method_categories[1]" == fault.path
    assert "DIRECT_DEBIT, the payment session offers KLARNA, PAY_LATER, PAY_NOW" in fault.text


@pytest.mark.parametrize(
    ("method", "contact"),
    [
        ("sms", {"phone": "07000212345", "phone_country": "SE"}),
        ("email", {"email": "test@example.com"}),
        ("token", {"access_id": "467521087419"}),
    ],
)
def test_each_method_needs_its_contact(method: str, contact: dict[str, str]) -> None:
    body = {"method": method, "contact_information": contact}

    assert body == schemas.load_distribution(body)


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, "contact_information, method"),
        ({"method": "pigeon", "contact_information": {}}, "method"),
        ({"method": "sms", "contact_information": {"phone": "07000212345"}}, "contact_information.phone_country"),
        ({"method": "email", "contact_information": {"phone": "07000212345"}}, "contact_information.email"),
        ({"method": "token", "contact_information": {"access_id": ""}}, "contact_information.access_id"),
        ({"method": "email", "contact_information": {"email": "nobody"}}, "contact_information.email"),
        ({"method": "sms", "contact_information": {"phone": "call", "phone_country": "SE"}},
         "contact_information.phone"),
        ({"method": "sms", "contact_information": {"phone": "07000212345", "phone_country": "SWE"}},
         "contact_information.phone_country"),
        ({"method": "token", "contact_information": {"access_id": "1"}, "template": "X"}, "template"),
    ],
)  # fmt: skip
def test_a_distribution_that_reaches_nobody_is_refused(body: dict[str, Any], paths: str) -> None:
    with pytest.raises(BadValue) as refusal:
        schemas.load_distribution(body)

    assert [f"Bad value: {paths}"] == refusal.value.messages


def test_a_mistyped_key_of_the_control_call_is_told_the_nearest() -> None:
    with pytest.raises(Misused, match="outcom: unknown key; did you mean 'outcome'"):
        schemas.load_complete({"outcom": "rejected"})

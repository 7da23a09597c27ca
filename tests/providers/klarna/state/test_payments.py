from __future__ import annotations

from typing import Any

import pytest

from mock_server.providers.klarna.state.payments import (
    authorized_payment_method,
    body_digest,
    differences,
    filled_in,
    merged,
    redirect_url,
)
from mock_server.settings import Settings

from ..conftest import purchase_of

FULL = purchase_of(
    billing_address={"given_name": "Astrid", "postal_code": "11122", "country": "SE"},
    shipping_address={"given_name": "Astrid", "postal_code": "11122"},
)


def paths(known: dict[str, Any], placed: dict[str, Any]) -> list[str]:
    return [fault.path for fault in differences(known, placed)]


class TestDifferences:
    def test_the_same_purchase_has_none(self) -> None:
        assert [] == paths(FULL, FULL)

    @pytest.mark.parametrize("part", ["billing_address", "shipping_address"])
    def test_a_changed_field_of_an_address_is_named(self, part: str) -> None:
        placed = FULL | {part: FULL[part] | {"postal_code": "22211"}}

        assert [f"{part}.postal_code"] == paths(FULL, placed)

    @pytest.mark.parametrize("part", ["billing_address", "shipping_address"])
    def test_a_field_of_an_address_left_out_is_named(self, part: str) -> None:
        """The address is there, the field is not: it was replaced by nothing."""
        placed = FULL | {part: {"postal_code": "11122", "country": "SE"}}

        assert [f"{part}.given_name"] == paths(FULL, placed)

    @pytest.mark.parametrize("before", [None, "", "missing"])
    def test_an_empty_earlier_value_matches_anything(self, before: str | None) -> None:
        address = {} if before == "missing" else {"organization_name": before}

        placed = purchase_of(shipping_address={"organization_name": "Tea"})

        assert [] == paths(purchase_of(shipping_address=address), placed)

    def test_an_address_that_was_never_sent_matches_anything(self) -> None:
        assert [] == paths(purchase_of(), FULL)

    def test_an_address_that_is_not_sent_again_matches(self) -> None:
        assert [] == paths(FULL, purchase_of())

    def test_all_that_differs_is_named_in_one_list(self) -> None:
        placed = FULL | {
            "billing_address": FULL["billing_address"] | {"postal_code": "2", "given_name": "B"},
            "shipping_address": {"given_name": "C", "postal_code": "11122"},
        }

        assert {
            "billing_address.postal_code", "billing_address.given_name", "shipping_address.given_name",
        } == set(paths(FULL, placed))  # fmt: skip

    @pytest.mark.parametrize(
        ("field", "value"),
        [("order_amount", 24999), ("order_tax_amount", 5001), ("purchase_country", "NO"), ("purchase_currency", "NOK")],
    )
    def test_amounts_country_and_currency_are_compared(self, field: str, value: Any) -> None:
        assert [field] == paths(FULL, FULL | {field: value})

    @pytest.mark.parametrize("field", ["purchase_country", "purchase_currency"])
    def test_the_case_of_country_and_currency_is_not(self, field: str) -> None:
        assert [] == paths(FULL, FULL | {field: FULL[field].lower()})

    @pytest.mark.parametrize(
        "changes",
        [
            {"merchant_reference1": "other"}, {"merchant_reference2": "other"}, {"merchant_data": "other"},
            {"merchant_urls": {"confirmation": "other"}}, {"locale": "sv-SE"}, {"auto_capture": True},
        ],
    )  # fmt: skip
    def test_references_urls_and_locale_are_not_compared(self, changes: dict[str, Any]) -> None:
        known = FULL | {"merchant_reference1": "r", "merchant_reference2": "r", "merchant_data": "d",
                        "merchant_urls": {"confirmation": "c"}}  # fmt: skip

        assert [] == paths(known, known | changes)

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_changed_number_of_lines_is_counted(self, count: int) -> None:
        lines = (FULL["order_lines"] * 2)[:count]

        expected = f"Incorrect number of items in the cart. Expected: 2, Actual: {count}"
        found = differences(FULL, FULL | {"order_lines": lines, "order_amount": 1})
        assert [expected] == [fault.path for fault in found if fault.stage == 0]
        assert ["order_amount"] == [fault.path for fault in found if fault.stage == 1]

    def test_lines_are_compared_in_their_order(self) -> None:
        placed = FULL | {"order_lines": FULL["order_lines"][::-1]}

        assert {"order_lines[0].name", "order_lines[1].name"} < set(paths(FULL, placed))

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "Pot"), ("quantity", 3), ("unit_price", 1), ("tax_rate", 1), ("total_amount", 1),
            ("total_tax_amount", 1), ("reference", "K-2"), ("type", "digital"),
        ],
    )  # fmt: skip
    def test_a_changed_field_of_a_line_is_named(self, field: str, value: Any) -> None:
        line, delivery = FULL["order_lines"]

        placed = FULL | {"order_lines": [line | {field: value}, delivery]}

        assert [f"order_lines[0].{field}"] == paths(FULL, placed)

    def test_physical_is_the_type_of_a_line_without_one(self) -> None:
        line, delivery = FULL["order_lines"]
        untyped = {key: value for key, value in line.items() if key != "type"}

        assert [] == paths(FULL, FULL | {"order_lines": [untyped, delivery]})
        assert [] == paths(FULL | {"order_lines": [untyped, delivery]}, FULL)

    def test_pictures_of_a_line_are_not_compared(self) -> None:
        line, delivery = FULL["order_lines"]
        known = FULL | {"order_lines": [line | {"image_url": "https://a"}, delivery]}

        assert [] == paths(known, FULL)

    def test_the_explanation_shows_both_values(self) -> None:
        (fault,) = differences(FULL, FULL | {"order_amount": 1})

        assert "order_amount is 1, Klarna knows 25000" == fault.text


def test_what_the_order_says_comes_before_what_was_known() -> None:
    assert {"a": 2, "b": 1, "c": 3} == merged({"a": 1, "b": 1}, {"a": 2, "c": 3})


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert body_digest({"a": 1, "b": {"c": 2, "d": 3}}) == body_digest({"b": {"d": 3, "c": 2}, "a": 1})
    assert body_digest({"a": 1}) != body_digest({"a": 2})


@pytest.mark.parametrize(("form", "expected"), [("object", {"type": "invoice"}), ("string", "invoice")])
def test_the_payment_method_is_an_object_or_by_a_setting_a_string(form: str, expected: Any) -> None:
    settings = Settings(klarna_authorized_payment_method=form)

    assert expected == authorized_payment_method("invoice", settings)


@pytest.mark.parametrize(
    ("country", "currency", "world", "expected"),
    [
        ("SE", "SEK", "default", "http://127.0.0.1:8080/eu/kp/v1/sessions/s-1/redirect"),
        ("US", "USD", "default", "http://127.0.0.1:8080/na/kp/v1/sessions/s-1/redirect"),
        ("AU", "AUD", "default", "http://127.0.0.1:8080/oc/kp/v1/sessions/s-1/redirect"),
        ("SE", "SEK", "blue", "http://127.0.0.1:8080/eu/kp/v1/sessions/s-1/redirect?world=blue"),
    ],
)
def test_the_redirect_url_has_the_recorded_form(country: str, currency: str, world: str, expected: str) -> None:
    purchase = purchase_of(
        purchase_country=country, purchase_currency=currency, merchant_urls={"confirmation": "https://shop.test"}
    )
    session = {"id": "s-1", "base_url": "http://127.0.0.1:8080", "purchase": purchase}

    assert expected == redirect_url(session, world)


@pytest.mark.parametrize("urls", [{}, {"merchant_urls": None}, {"merchant_urls": {"push": "https://shop.test"}}])
def test_without_a_confirmation_url_there_is_none(urls: dict[str, Any]) -> None:
    session = {"id": "s-1", "base_url": "http://127.0.0.1:8080", "purchase": purchase_of(**urls)}

    assert redirect_url(session, "default") is None


def test_before_the_order_its_placeholder_is_empty() -> None:
    session = {"id": "s-1", "order_id": None}

    assert "https://shop.test/?s=s-1&o=" == filled_in("https://shop.test/?s={session.id}&o={order.id}", session)

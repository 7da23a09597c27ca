"""Bodies that campaign pages send, as loosely typed as forms are."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas import campaigns as schemas
from mock_server.providers.next_commerce.schemas.fields import load
from tests.providers.next_commerce.campaign import asked


def test_a_line_is_one_package_unless_it_says_more() -> None:
    loaded = load(schemas.CalculateSchema, {"lines": [{"package_id": "3"}]})

    assert [{"package_id": 3, "quantity": 1, "is_upsell": False}] == loaded["lines"]


@pytest.mark.parametrize("flag", [True, "true", "on", "1", 1])
def test_flags_come_as_forms_write_them(flag: Any) -> None:
    loaded = load(schemas.OrderSchema, asked(billing_same_as_shipping_address=flag))

    assert loaded["billing_same_as_shipping_address"] is True


def test_a_customer_who_says_nothing_of_it_accepts_marketing() -> None:
    users = [load(schemas.UserSchema, user) for user in ({}, {"accepts_marketing": False})]

    assert [True, False] == [user["accepts_marketing"] for user in users]


@pytest.mark.parametrize("name", ["id", "tags", "metadata"])
def test_a_page_cannot_say_who_a_customer_is(name: str) -> None:
    assert name not in load(schemas.UserSchema, {name: 32001})


@pytest.mark.parametrize("name", ["user", "shipping_address", "billing_address", "attribution", "currency", "vouchers"])
def test_what_an_order_may_lack_may_be_null(name: str) -> None:
    assert load(schemas.OrderSchema, {**asked(), name: None})[name] is None


@pytest.mark.parametrize("name", ["lines", "payment_detail", "shipping_method", "success_url", "payment_failed_url"])
def test_what_an_order_needs_may_not(name: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        load(schemas.OrderSchema, {**asked(), name: None})

    assert {name: ["This field may not be null."]} == refused.value.fields


def test_unknown_members_are_passed_over() -> None:
    assert "number" not in load(schemas.OrderSchema, asked(number="1"))

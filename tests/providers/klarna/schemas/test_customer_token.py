"""The limits of Customer Token's bodies, where they differ from those of Klarna Payments."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.errors import Misused
from mock_server.providers.klarna.errors.payments import BadValue
from mock_server.providers.klarna.schemas import customer_token as schemas

from ..charges import charge_of
from .bodies import PATH_TO_LINE, messages, set_at

MOST = 100_000_000
# path -> values just inside its limits, values just outside
LIMITS: dict[str, tuple[list[Any], list[Any]]] = {
    "purchase_currency": (["SEK", "sek"], ["SE", "SEKR", "", 5, None]),
    "order_amount": ([], [0, -1, "1000", 0.5, None]),
    "order_tax_amount": ([0], [-1, None, "0"]),
    "order_lines": ([], [[], None, {}]),
    "auto_capture": ([True, False, None], ["true", 1]),
    "merchant_data": (["d" * 6000, None], ["d" * 6001]),
    "merchant_reference1": (["r" * 255], ["r" * 256]),
    "merchant_reference2": (["r" * 255], ["r" * 256]),
    "merchant_urls": ([None], ["https://shop.test"]),
    "merchant_urls.confirmation": (["u" * 2000], ["u" * 2001, None, 5]),
    "step_up": (["SUPPORTED", "NOT_SUPPORTED", None], ["supported", "YES", True]),
    "shipping_address.phone": (["12345", "1" * 99, None], ["1234", "1" * 100, ""]),
    "shipping_address.postal_code": (["1" * 10], ["1" * 11]),
    "shipping_address.country": (["SE"], ["SWE"]),
    f"{PATH_TO_LINE}.type": (["physical", "digital", "gift_card", None], ["return_fee", "PHYSICAL", ""]),
    f"{PATH_TO_LINE}.reference": (["r" * 256], ["r" * 257]),
    f"{PATH_TO_LINE}.merchant_data": (["d" * 255], ["d" * 256]),
    f"{PATH_TO_LINE}.name": (["n" * 255], ["", "n" * 256, None]),
}


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, (fine, _) in LIMITS.items() for value in fine])
def test_a_value_inside_its_limits_is_taken(path: str, value: Any) -> None:
    loaded = schemas.load_order(set_at(charge_of(), path, value))

    assert 1000 == loaded["order_amount"]


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, (_, bad) in LIMITS.items() for value in bad])
def test_a_value_outside_its_limits_is_named(path: str, value: Any) -> None:
    with pytest.raises(BadValue) as raised:
        schemas.load_order(set_at(charge_of(), path, value))

    assert [f"Bad value: {path}"] == messages(raised)


def test_a_line_costs_half_of_what_klarna_payments_takes() -> None:
    assert MOST == schemas.load_order(charge_of(MOST))["order_amount"]

    with pytest.raises(BadValue) as raised:
        schemas.load_order(charge_of(MOST + 1))

    assert [f"Bad value: {PATH_TO_LINE}.unit_price, {PATH_TO_LINE}.total_amount"] == messages(raised)


def test_a_place_for_pushes_does_without_no_confirmation() -> None:
    with pytest.raises(BadValue) as raised:
        schemas.load_order(charge_of(merchant_urls={"push": "https://shop.test/push"}))

    assert ["Bad value: merchant_urls.confirmation"] == messages(raised)


def test_nothing_is_not_charged() -> None:
    with pytest.raises(BadValue) as raised:
        schemas.load_order(charge_of(0))

    assert ["Bad value: order_amount"] == messages(raised)


def test_an_attachment_is_json_in_a_string() -> None:
    fine = {"body": "{}", "content_type": "application/vnd.klarna.internal.emd-v2+json"}

    assert fine == schemas.load_order(charge_of(attachment=fine))["attachment"]

    with pytest.raises(BadValue) as raised:
        schemas.load_order(charge_of(attachment=fine | {"body": "{"}))

    assert ["Bad value: attachment.attachment"] == messages(raised)


def test_country_and_locale_of_recorded_requests_are_passed_over() -> None:
    loaded = schemas.load_order(charge_of(purchase_country="nowhere", locale="none", usage="SUBSCRIPTION"))

    assert {"purchase_country", "locale", "usage"}.isdisjoint(loaded)


def test_american_tax_is_a_line_of_its_own() -> None:
    """The body of the recorded call."""
    lines = [
        {"name": "Running shoe", "quantity": 1, "total_amount": 2999, "unit_price": 2999, "type": "physical"},
        {"name": "shipping", "quantity": 1, "total_amount": 500, "unit_price": 500, "type": "shipping_fee"},
        {"name": "taxes", "quantity": 1, "total_amount": 175, "unit_price": 175, "type": "sales_tax"},
    ]
    body = {"purchase_currency": "USD", "order_amount": 3674, "order_tax_amount": 175, "order_lines": lines}

    assert body == schemas.load_order(body)

    with pytest.raises(BadValue) as raised:
        schemas.load_order(body | {"order_tax_amount": 170})

    assert ["Bad value: order_tax_amount"] == messages(raised)


def test_a_status_without_a_body_is_refused() -> None:
    with pytest.raises(BadValue) as raised:
        schemas.load_status({})

    assert ["Bad value: status"] == messages(raised)


def test_a_change_that_nobody_knows_is_misuse() -> None:
    with pytest.raises(Misused, match="stauts"):
        schemas.load_change({"stauts": "ACTIVE"})

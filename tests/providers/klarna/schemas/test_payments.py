from __future__ import annotations

from typing import Any

import pytest

from mock_server.providers.klarna.errors.payments import BadValue
from mock_server.providers.klarna.schemas import payments

from ..conftest import purchase_of, token_request_of
from .bodies import MOST, PATH_TO_LINE, messages, set_at, steps_of


# path -> values just inside its limits, values just outside; of session and order alike
COMMON: dict[str, tuple[list[Any], list[Any]]] = {
    "purchase_country": (["SE", "se", "Se"], ["S", "SWE", "S1", "", 5, "SE\n"]),
    "purchase_currency": (["SEK", "sek"], ["SE", "SEKR", "S3K", "", 5]),
    "locale": (["EN", "PL", "sv", "sv-SE", "SV-se", "en-SE-se", None], ["e", "eng", "sv_SE", "sv-", "sv-SWE", "", 5]),
    "order_amount": ([], [-1, 2**63, 250.5, "25000", True, None, []]),
    "order_tax_amount": ([None], [-1, 2**63, 0.5, "5000", True]),
    "order_lines": ([], [[], None, {}, "lines", 5, [None], ["line"]]),
    "merchant_data": (["", "d" * 6000, None], ["d" * 6001, 5, {}]),
    "merchant_reference1": (["", "r" * 255, None], ["r" * 256, 5]),
    "merchant_reference2": (["", "r" * 255, None], ["r" * 256, 5]),
    "custom_payment_method_ids": ([[], ["one", "two"], None], ["one", {}]),
    "merchant_urls": ([{}, None, {"unknown": 1}], ["https://shop.test", 5, []]),
    "merchant_urls.confirmation": (["", "u" * 2000, None], ["u" * 2001, 5]),
    "merchant_urls.notification": (["", "u" * 2000, None], ["u" * 2001, 5]),
    "merchant_urls.push": (["", "u" * 2000, None], ["u" * 2001, 5]),
    "merchant_urls.authorization": (["", "u" * 2000, None], ["u" * 2001, 5]),
    "billing_address": ([{}, None, {"unknown": 1}], ["Lund", 5, []]),
    "shipping_address": ([{}, None, {"unknown": 1}], ["Lund", 5, []]),
    "customer": ([{}, None, {"unknown": 1}], ["Astrid", 5, []]),
    "customer.date_of_birth": (["1978-12-31", None], ["1978-1-1", "78-12-31", "19781231", "1978-12-31T", "", 1978]),
    "customer.gender": (["male", "", None], [5]),
    "customer.last_four_ssn": (["1234", "123456789", None], ["123", "12345", "1234567890", "12a4", "", 1234]),
    "customer.national_identification_number": (["781231-0000", None], [7812310000]),
    "customer.organization_entity_type": (
        [
            "LIMITED_COMPANY", "PUBLIC_LIMITED_COMPANY", "ENTREPRENEURIAL_COMPANY",
            "LIMITED_PARTNERSHIP_LIMITED_COMPANY", "LIMITED_PARTNERSHIP", "GENERAL_PARTNERSHIP",
            "REGISTERED_SOLE_TRADER", "SOLE_TRADER", "CIVIL_LAW_PARTNERSHIP", "PUBLIC_INSTITUTION", "OTHER", None,
        ],
        ["COMPANY", "", 5],
    ),
    "customer.organization_registration_id": (["556703-7485", None], [5567037485]),
    "customer.title": (["Mr.", None], [5]),
    "customer.type": (["person", "organization", None], ["company", "Person", "", 5]),
    "customer.vat_id": (["SE556703748501", None], [5]),
    f"{PATH_TO_LINE}.name": (["n", "n" * 255], ["", "n" * 256, None, 5]),
    f"{PATH_TO_LINE}.quantity": ([], [-1, None]),
    f"{PATH_TO_LINE}.unit_price": ([], [MOST + 1, 0.5, "10000", True, None]),
    f"{PATH_TO_LINE}.total_amount": ([], [MOST + 1, 0.5, "20000", True, None]),
    f"{PATH_TO_LINE}.total_discount_amount": ([0, None], [-1, 0.5, "0"]),
    f"{PATH_TO_LINE}.tax_rate": ([None], [-1, 10001, 25.5, "2500"]),
    f"{PATH_TO_LINE}.total_tax_amount": ([3999, 4001], [0.5, "4000", True]),
    f"{PATH_TO_LINE}.type": (["physical", "digital", "anything", None], [5]),
    f"{PATH_TO_LINE}.reference": (["", "r" * 255, None], ["r" * 256, 5]),
    f"{PATH_TO_LINE}.quantity_unit": (["p", "u" * 8, None], ["", "u" * 9, 5]),
    f"{PATH_TO_LINE}.image_url": (["", "u" * 1024, None], ["u" * 1025, 5]),
    f"{PATH_TO_LINE}.product_url": (["", "u" * 1024, None], ["u" * 1025, 5]),
    f"{PATH_TO_LINE}.merchant_data": (["", "d" * 1024, None], ["d" * 1025, 5]),
    f"{PATH_TO_LINE}.product_identifiers": ([{}, None], ["none", []]),
    f"{PATH_TO_LINE}.product_identifiers.brand": (["", "b" * 70, None], ["b" * 71, 5]),
    f"{PATH_TO_LINE}.product_identifiers.category_path": (["", "c" * 750], ["c" * 751]),
    f"{PATH_TO_LINE}.product_identifiers.global_trade_item_number": (["", "g" * 50], ["g" * 51]),
    f"{PATH_TO_LINE}.product_identifiers.manufacturer_part_number": (["", "m" * 70], ["m" * 71]),
    f"{PATH_TO_LINE}.product_identifiers.color": (["", "c" * 64], ["c" * 65]),
    f"{PATH_TO_LINE}.product_identifiers.size": (["", "s" * 64], ["s" * 65]),
    f"{PATH_TO_LINE}.subscription.name": (["s", "s" * 255], ["", "s" * 256, None]),
    f"{PATH_TO_LINE}.subscription.interval": (["DAY", "WEEK", "MONTH", "YEAR"], ["day", "DECADE", "", None]),
    f"{PATH_TO_LINE}.subscription.interval_count": ([1, 12], [0, -1, 1.5, "1", None]),
}
for _part in ("billing_address", "shipping_address"):
    for _name in (
        "attention", "city", "email", "family_name", "given_name", "organization_name", "phone", "region",
        "street_address", "street_address2",
    ):  # fmt: skip
        COMMON[f"{_part}.{_name}"] = (["", "a" * 99, None], ["a" * 100, 5])
    COMMON[f"{_part}.postal_code"] = (["", "1" * 10, "36522-2156", None], ["1" * 11, 11122])
    COMMON[f"{_part}.title"] = (["", "t" * 20, None], ["t" * 21, 5])
    COMMON[f"{_part}.country"] = (["SE", "se", None], ["S", "SWE", "", 5])

SESSION_ONLY: dict[str, tuple[list[Any], list[Any]]] = {
    "acquiring_channel": (["ECOMMERCE", "IN_STORE", "TELESALES", "ecommerce", None], ["STORE", "", 5]),
    "design": (["", "d" * 255, None], [5]),
    "intent": (
        ["buy", "tokenize", "buy_and_tokenize", "buy_and_default_tokenize", "buy_and_link", None],
        ["sell", "", 5],
    ),
    "options": ([{}, {"color_button": "red"}, None], ["red", []]),
    "options.color_border": (["#FF9900", "#ff9900", None], ["FF9900", "#FF990", "#FF99001", "#GG9900", "red", ""]),
    "options.color_border_selected": (["#FF9900"], ["red"]),
    "options.color_details": (["#FF9900"], ["red"]),
    "options.color_text": (["#FF9900"], ["red"]),
    "options.radius_border": (["5px", "", None], [5]),
}

ADDRESSES = {path: limits for path, limits in COMMON.items() if path.startswith("billing_address")}
TOKEN: dict[str, tuple[list[Any], list[Any]]] = {
    "description": (["d", "d" * 255], ["", "d" * 256, None, 5]),
    "intended_use": (["SUBSCRIPTION", "subscription"], ["subscribe", "", None, 5]),
    "purchase_country": (["SE", "se"], ["S", "SWE", None]),
    "purchase_currency": (["SEK", None], ["SE", "SEKR", 5]),
    "locale": (["EN", "sv-SE"], ["swedish", "", None]),
    "customer.date_of_birth": (["1978-12-31", None], ["1978"]),
    **ADDRESSES,
}


def get_at(body: Any, path: str) -> Any:
    for step in steps_of(path):
        body = body.get(step) if isinstance(body, dict) else body[step]
    return body


def cases(table: dict[str, tuple[list[Any], list[Any]]], side: int) -> list[Any]:
    return [
        pytest.param(path, value, id=f"{path}-{repr(value)[:12]}-{len(value) if isinstance(value, str) else index}")
        for path, limits in table.items()
        for index, value in enumerate(limits[side])
    ]


def kept_of(value: Any) -> Any:
    """Of an object with unknown fields only, nothing is kept."""
    return {} if value in ({"unknown": 1}, {"color_button": "red"}) else value


@pytest.mark.parametrize(("path", "value"), cases(COMMON | SESSION_ONLY, 0))
def test_a_session_takes_a_value_at_the_border(path: str, value: Any) -> None:
    body = set_at(purchase_of(), path, value)

    loaded = payments.load_session(body)

    expected = "ECOMMERCE" if value == "ecommerce" else kept_of(value)
    assert expected == get_at(loaded, path)


@pytest.mark.parametrize(("path", "value"), cases(COMMON | SESSION_ONLY, 1))
def test_a_session_refuses_a_value_beyond_the_border(path: str, value: Any) -> None:
    body = set_at(purchase_of(), path, value)

    with pytest.raises(BadValue) as refused:
        payments.load_session(body)

    (message,) = messages(refused)
    assert message.startswith(f"Bad value: {path}")
    assert all(fault.text.startswith(f"{fault.path} ") for fault in refused.value.faults)


@pytest.mark.parametrize(("path", "value"), cases(COMMON, 0))
def test_an_order_takes_a_value_at_the_border(path: str, value: Any) -> None:
    body = set_at(purchase_of(), path, value)

    loaded = payments.load_order(body)

    assert kept_of(value) == get_at(loaded, path)


@pytest.mark.parametrize(("path", "value"), cases(COMMON, 1))
def test_an_order_refuses_a_value_beyond_the_border(path: str, value: Any) -> None:
    body = set_at(purchase_of(), path, value)

    with pytest.raises(BadValue) as refused:
        payments.load_order(body)

    assert messages(refused)[0].startswith(f"Bad value: {path}")


@pytest.mark.parametrize(("path", "value"), [c for c in cases(COMMON | SESSION_ONLY, 1) if "." in str(c.values[0])])
def test_an_update_refuses_a_value_beyond_the_border(path: str, value: Any) -> None:
    body = set_at({"order_lines": purchase_of()["order_lines"]}, path, value)

    with pytest.raises(BadValue) as refused:
        payments.load_session_update(body)

    assert messages(refused)[0].startswith(f"Bad value: {path}")


@pytest.mark.parametrize(("path", "value"), cases(TOKEN, 0))
def test_a_token_request_takes_a_value_at_the_border(path: str, value: Any) -> None:
    body = set_at(token_request_of(), path, value)

    loaded = payments.load_customer_token(body)

    expected = "SUBSCRIPTION" if path == "intended_use" else kept_of(value)
    assert expected == get_at(loaded, path)


@pytest.mark.parametrize(("path", "value"), cases(TOKEN, 1))
def test_a_token_request_refuses_a_value_beyond_the_border(path: str, value: Any) -> None:
    body = set_at(token_request_of(), path, value)

    with pytest.raises(BadValue) as refused:
        payments.load_customer_token(body)

    assert [f"Bad value: {path}"] == messages(refused)

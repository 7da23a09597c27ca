from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from mock_server.core.errors import Misused
from mock_server.providers.klarna.errors import BadValue
from mock_server.providers.klarna.schemas import payments

from ..conftest import purchase_of, token_request_of

_STEP = re.compile(r"(\w+)|\[(\d+)\]")
MOST = 200_000_000
PATH_TO_LINE = "order_lines[0]"

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


def steps_of(path: str) -> list[str | int]:
    return [name or int(index) for name, index in _STEP.findall(path)]


def set_at(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with a value somewhere inside; parts on the way are made."""
    body = copy.deepcopy(body)
    *way, last = steps_of(path)
    place: Any = body
    for step in way:
        if isinstance(place, dict) and step not in place:
            place[step] = dict(SUBSCRIPTION) if step == "subscription" else {}
        place = place[step]
    place[last] = copy.deepcopy(value)
    return body


def get_at(body: Any, path: str) -> Any:
    for step in steps_of(path):
        body = body.get(step) if isinstance(body, dict) else body[step]
    return body


SUBSCRIPTION = {"name": "Tea", "interval": "MONTH", "interval_count": 1}


def cases(table: dict[str, tuple[list[Any], list[Any]]], side: int) -> list[Any]:
    return [
        pytest.param(path, value, id=f"{path}-{repr(value)[:12]}-{len(value) if isinstance(value, str) else index}")
        for path, limits in table.items()
        for index, value in enumerate(limits[side])
    ]


def messages(raised: pytest.ExceptionInfo[BadValue]) -> list[str]:
    return raised.value.messages


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


class TestAmounts:
    @pytest.mark.parametrize("price", [MOST, -MOST, -2 * MOST, 0])
    def test_prices_reach_two_million_and_have_no_minimum(self, price: int) -> None:
        line = {"name": "One", "quantity": 1, "unit_price": price, "total_amount": price}
        others = [{"name": "Other", "quantity": 1, "unit_price": MOST, "total_amount": MOST}] * 2

        loaded = payments.load_session(
            purchase_of(order_lines=[line, *others], order_amount=price + 2 * MOST, order_tax_amount=0)
        )

        assert price == loaded["order_lines"][0]["unit_price"]

    def test_a_quantity_may_be_zero(self) -> None:
        free = {"name": "Nothing", "quantity": 0, "unit_price": 10000, "total_amount": 0}
        body = purchase_of(order_lines=[*purchase_of()["order_lines"], free])

        assert 0 == payments.load_session(body)["order_lines"][2]["quantity"]

    def test_an_order_amount_may_be_zero(self) -> None:
        free = {"name": "Trial", "quantity": 1, "unit_price": 0, "total_amount": 0}
        body = purchase_of(order_amount=0, order_tax_amount=0, order_lines=[free], intent="tokenize")

        assert 0 == payments.load_session(body)["order_amount"]

    @pytest.mark.parametrize("rate", [0, 10000])
    def test_a_tax_rate_reaches_from_0_to_100_percent(self, rate: int) -> None:
        tax = 10000 if rate else 0
        body = purchase_of(order_tax_amount=tax + 1000)
        body["order_lines"][0] |= {"tax_rate": rate, "total_tax_amount": tax}

        assert rate == payments.load_session(body)["order_lines"][0]["tax_rate"]

    @pytest.mark.parametrize("quantity", ["2", True, [], {}])
    def test_a_quantity_that_is_no_number_is_refused(self, quantity: Any) -> None:
        """Which field Klarna names for it is not known."""
        with pytest.raises(BadValue) as refused:
            payments.load_session(set_at(purchase_of(), f"{PATH_TO_LINE}.quantity", quantity))

        expected = f"{PATH_TO_LINE}.quantity is {quantity!r}, expected a whole number"
        assert [expected] == [fault.text for fault in refused.value.faults]

    def test_a_whole_number_written_with_a_point_is_a_whole_number(self) -> None:
        body = set_at(purchase_of(), f"{PATH_TO_LINE}.quantity", 2.0)

        quantity = payments.load_session(body)["order_lines"][0]["quantity"]

        assert (2, int) == (quantity, type(quantity))

    def test_a_broken_quantity_is_reported_as_the_lines_total(self) -> None:
        """A shop that sent 0.5 was answered ``Bad value: order_lines[1].total_amount`` (2018)."""
        half = {
            "name": "Cloth", "quantity": 0.5, "unit_price": 2120, "tax_rate": 0, "total_amount": 1060,
            "total_tax_amount": 0,
        }  # fmt: skip
        body = purchase_of(order_amount=21060, order_tax_amount=4000)
        body["order_lines"][1] = half

        with pytest.raises(BadValue) as refused:
            payments.load_session(body)

        assert ["Bad value: order_lines[1].total_amount"] == messages(refused)


class TestLines:
    @pytest.mark.parametrize("count", [1, 1000])
    def test_a_purchase_has_1_to_1000_lines(self, count: int) -> None:
        lines = [{"name": "Tea", "quantity": 1, "unit_price": 1, "total_amount": 1}] * count

        loaded = payments.load_session(purchase_of(order_lines=lines, order_amount=count, order_tax_amount=0))

        assert count == len(loaded["order_lines"])

    def test_1001_lines_are_too_many(self) -> None:
        lines = [{"name": "Tea", "quantity": 1, "unit_price": 1, "total_amount": 1}] * 1001

        with pytest.raises(BadValue) as refused:
            payments.load_session(purchase_of(order_lines=lines, order_amount=1001, order_tax_amount=0))

        assert ["Bad value: order_lines"] == messages(refused)
        assert "order_lines has 1001 items, expected 1 to 1000" in [fault.text for fault in refused.value.faults]

    @pytest.mark.parametrize("missing", ["name", "quantity", "unit_price", "total_amount"])
    def test_a_line_needs_its_four_fields(self, missing: str) -> None:
        body = purchase_of()
        del body["order_lines"][1][missing]

        with pytest.raises(BadValue) as refused:
            payments.load_session(body)

        assert [f"Bad value: order_lines[1].{missing}"] == messages(refused)
        assert f"order_lines[1].{missing} is missing" == refused.value.faults[0].text

    @pytest.mark.parametrize("missing", ["name", "interval", "interval_count"])
    def test_a_subscription_needs_its_three_fields(self, missing: str) -> None:
        body = set_at(purchase_of(), f"{PATH_TO_LINE}.subscription", SUBSCRIPTION)
        del body["order_lines"][0]["subscription"][missing]

        with pytest.raises(BadValue) as refused:
            payments.load_session(body)

        assert [f"Bad value: {PATH_TO_LINE}.subscription.{missing}"] == messages(refused)

    def test_bad_fields_of_several_lines_stand_in_one_message(self) -> None:
        body = set_at(set_at(purchase_of(), "order_lines[0].name", ""), "order_lines[1].reference", "r" * 256)

        with pytest.raises(BadValue) as refused:
            payments.load_session(body)

        assert ["Bad value: order_lines[0].name, order_lines[1].reference"] == messages(refused)


class TestAttachments:
    def test_an_attachment_is_json_in_a_string_with_its_type(self) -> None:
        attachment = {"body": '{"a": 1}', "content_type": "application/vnd.klarna.internal.emd-v2+json"}

        assert attachment == payments.load_session(purchase_of(attachment=attachment))["attachment"]

    @pytest.mark.parametrize(
        "attachment",
        [
            {}, {"body": "{}"}, {"content_type": "text/plain"}, {"body": "{", "content_type": "text/plain"},
            {"body": {}, "content_type": "text/plain"}, "text", {"body": "", "content_type": "text/plain"},
        ],
    )  # fmt: skip
    def test_a_malformed_attachment_has_one_name(self, attachment: Any) -> None:
        with pytest.raises(BadValue) as refused:
            payments.load_session(purchase_of(attachment=attachment))

        assert ["Bad value: attachment.attachment"] == messages(refused)


class TestStages:
    def test_an_empty_session_names_country_and_currency_only(self) -> None:
        with pytest.raises(BadValue) as refused:
            payments.load_session({})

        assert ["Bad value: purchase_country, purchase_currency"] == messages(refused)
        assert {"purchase_country", "purchase_currency", "order_amount", "order_lines"} == {
            fault.path for fault in refused.value.faults
        }

    @pytest.mark.parametrize("missing", ["purchase_country", "purchase_currency"])
    def test_one_of_them_missing_hides_all_else(self, missing: str) -> None:
        body = {"purchase_country": "SE", "purchase_currency": "SEK"}
        del body[missing]

        with pytest.raises(BadValue) as refused:
            payments.load_session(body)

        assert [f"Bad value: {missing}"] == messages(refused)

    def test_with_both_there_amount_and_lines_are_missed(self) -> None:
        with pytest.raises(BadValue) as refused:
            payments.load_session({"purchase_country": "SE", "purchase_currency": "SEK"})

        assert ["Bad value: order_amount, order_lines"] == messages(refused)

    def test_an_empty_order_names_all_four_in_the_recorded_order(self) -> None:
        with pytest.raises(BadValue) as refused:
            payments.load_order({})

        assert ["Bad value: purchase_country, order_amount, order_lines, purchase_currency"] == messages(refused)

    def test_an_empty_token_request_names_description_and_use(self) -> None:
        with pytest.raises(BadValue) as refused:
            payments.load_customer_token({})

        assert ["Bad value: description, intended_use"] == messages(refused)

    def test_with_those_there_country_and_locale_are_missed(self) -> None:
        with pytest.raises(BadValue) as refused:
            payments.load_customer_token({"description": "Tea", "intended_use": "SUBSCRIPTION"})

        assert ["Bad value: purchase_country, locale"] == messages(refused)

    def test_fields_come_before_arithmetic(self) -> None:
        body = purchase_of(order_amount=1, merchant_reference1="r" * 256)

        with pytest.raises(BadValue) as refused:
            payments.load_session(body)

        assert ["Bad value: merchant_reference1"] == messages(refused)
        assert ["merchant_reference1", "order_amount"] == [fault.path for fault in refused.value.faults]

    def test_lines_come_before_the_orders_sum(self) -> None:
        body = set_at(purchase_of(order_amount=1), f"{PATH_TO_LINE}.total_tax_amount", 0)

        with pytest.raises(BadValue) as refused:
            payments.load_session(body)

        assert [f"Bad value: {PATH_TO_LINE}.total_tax_amount"] == messages(refused)


class TestMarkets:
    @pytest.mark.parametrize("country", ["JP", "XX", "us"])
    def test_klarna_sells_in_its_countries_for_their_currency(self, country: str) -> None:
        wrong = "purchase_currency" if country == "us" else "purchase_country"

        with pytest.raises(BadValue) as refused:
            payments.load_session(purchase_of(purchase_country=country))

        assert [f"Bad value: {wrong}"] == messages(refused)

    def test_case_does_not_matter(self) -> None:
        loaded = payments.load_session(purchase_of(purchase_country="se", purchase_currency="sek"))

        assert ("se", "sek") == (loaded["purchase_country"], loaded["purchase_currency"])

    def test_an_address_of_another_country_is_not_judged_at_the_session(self) -> None:
        """Recorded 2023: billing in Sweden with an American postal code, shipping in the US."""
        billing, shipping = {"country": "SE", "postal_code": "20500"}, {"country": "US"}
        body = purchase_of(billing_address=billing, shipping_address=shipping)

        assert shipping == payments.load_session(body)["shipping_address"]

    @pytest.mark.parametrize("locale", ["EN", "PL", "pl-PL", "de-DE"])
    def test_a_foreign_locale_is_accepted_as_recorded(self, locale: str) -> None:
        assert locale == payments.load_session(purchase_of(locale=locale))["locale"]

    @pytest.mark.parametrize("locale", ["sv-SE", "EN-se"])
    def test_a_strict_check_accepts_the_countrys_locales(self, locale: str) -> None:
        assert locale == payments.load_session(purchase_of(locale=locale), strict_locale=True)["locale"]

    @pytest.mark.parametrize("load", [payments.load_session, payments.load_order])
    @pytest.mark.parametrize("locale", ["EN", "pl-SE", "sv-DE"])
    def test_a_strict_check_refuses_any_other(self, load: Any, locale: str) -> None:
        with pytest.raises(BadValue) as refused:
            load(purchase_of(locale=locale), strict_locale=True)

        assert ["Bad value: locale"] == messages(refused)


class TestUpdates:
    def test_an_update_takes_any_part(self) -> None:
        assert {"merchant_reference1": "R"} == payments.load_session_update({"merchant_reference1": "R"})

    def test_an_empty_update_takes_nothing(self) -> None:
        assert {} == payments.load_session_update({})

    def test_the_session_as_a_whole_is_checked(self) -> None:
        with pytest.raises(BadValue) as refused:
            payments.check_session(purchase_of(order_amount=1))

        assert ["Bad value: order_amount"] == messages(refused)

    def test_a_sound_session_passes(self) -> None:
        payments.check_session(purchase_of())

        with pytest.raises(BadValue):
            payments.check_session(purchase_of(purchase_currency="USD"))


def test_read_only_and_unknown_fields_are_passed_over() -> None:
    """The recorded order carried the session's read-only fields and was placed."""
    read_only = {
        "authorization_token": "x", "client_token": "y", "expires_at": "2038-01-19T03:14:07.000Z", "status": "complete",
        "payment_method_categories": [], "anything": {"else": 1},
    }  # fmt: skip

    for load in (payments.load_session, payments.load_order):
        assert purchase_of() == load(purchase_of(**read_only))


def test_auto_capture_is_true_or_false() -> None:
    assert payments.load_order(purchase_of(auto_capture=True))["auto_capture"] is True

    with pytest.raises(BadValue) as refused:
        payments.load_order(purchase_of(auto_capture="true"))
    assert ["Bad value: auto_capture"] == messages(refused)


def test_a_shoppers_act_names_its_session() -> None:
    with pytest.raises(Misused) as refused:
        payments.load_authorize({"outcome": "rejected"})

    assert "session_id: Missing data for required field." == str(refused.value)

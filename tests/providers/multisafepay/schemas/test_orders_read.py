"""What the values of a new order become. Source: docs.multisafepay.com, OpenAPI schemas of POST /orders; SDKs."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.providers.multisafepay.schemas.orders import load_update
from tests.multisafepay import PERSON, order_of
from tests.providers.multisafepay.website import LAX, loaded, refused, with_tables, without


@pytest.mark.parametrize("amount", [26000, "26000", 26000.0, "26000.0", " 26000 "])
def test_an_amount_comes_as_number_or_text(amount: Any) -> None:
    assert 26000 == loaded(order_of(amount=26000) | {"amount": amount})["amount"]


@pytest.mark.parametrize("days", [1, 365, "30"])
def test_a_link_lives_for_a_day_to_a_year(days: Any) -> None:
    assert int(days) == loaded(order_of(days_active=days))["days_active"]


@pytest.mark.parametrize("seconds", [1, 31_536_000, "2592000"])
def test_or_for_a_second_to_a_year(seconds: Any) -> None:
    assert int(seconds) == loaded(order_of(seconds_active=seconds))["seconds_active"]


@pytest.mark.parametrize(("value", "flag"), [("true", True), ("false", False), (True, True), (0, False)])
def test_booleans_come_as_text(value: Any, flag: bool) -> None:
    order = order_of()
    order["payment_options"] = {"close_window": value}
    order["checkout_options"]["validate_cart"] = value

    found = loaded(order)

    assert (flag, flag) == (found["payment_options"]["close_window"], found["validate_cart"])


@pytest.mark.parametrize("method", ["get", "POST", "post"])
def test_the_way_of_notifications_comes_in_any_case(method: str) -> None:
    options = {"notification_method": method}

    assert method.upper() == loaded(order_of(payment_options=options))["payment_options"]["notification_method"]


@pytest.mark.parametrize("country", ["nl", "NL"])
def test_countries_currencies_and_gateways_come_in_any_case(country: str) -> None:
    order = loaded(order_of(gateway="Klarna", currency="eur", customer={**PERSON, "country": country}))

    assert ("KLARNA", "EUR", "NL") == (order["gateway"], order["currency"], order["customer"]["country"])


def test_what_klarna_calls_uk_is_gb() -> None:
    assert "GB" == loaded(order_of(customer={**PERSON, "country": "uk"}))["customer"]["country"]


@pytest.mark.parametrize("address", ["192.0.2.10", "2001:db8::1", ""])
def test_an_ip_address_is_of_either_kind_or_empty(address: str) -> None:
    order = loaded(order_of(customer={**PERSON, "ip_address": address, "forwarded_ip": address}))

    assert address == order["customer"].get("ip_address", "") == order["customer"].get("forwarded_ip", "")


def with_person(part: str, person: dict[str, Any]) -> dict[str, Any]:
    return order_of() | {part: person}


@pytest.mark.parametrize("part", ["customer", "delivery"])
class TestNames:
    def test_phps_spelling_is_read(self, part: str) -> None:
        person = without(without(PERSON, "first_name"), "last_name") | {"firstname": "Jip", "lastname": "Smit"}

        found = loaded(with_person(part, person))[part]

        assert ("Jip", "Smit") == (found["first_name"], found["last_name"])
        assert not {"firstname", "lastname"} & set(found)

    def test_phps_spelling_steps_in_for_an_empty_name(self, part: str) -> None:
        found = loaded(with_person(part, {**PERSON, "first_name": "", "firstname": "Jip"}))[part]

        assert ("Jip", "Bakker") == (found["first_name"], found["last_name"])

    def test_the_documented_spelling_wins(self, part: str) -> None:
        found = loaded(with_person(part, {"firstname": "Jip", "lastname": "Smit", **PERSON}))[part]

        assert ("Sanne", "Bakker") == (found["first_name"], found["last_name"])

    def test_phps_spelling_has_the_same_limit(self, part: str) -> None:
        code, (path,) = refused(with_person(part, {**without(PERSON, "first_name"), "firstname": "x" * 26}))

        assert ("1000", f"{part}.first_name") == (code, path)


def test_phps_empty_lists_stand_for_empty_objects() -> None:
    names = ("customer", "delivery", "gateway_info", "payment_options", "custom_info")
    empty: dict[str, Any] = {name: [] for name in (*names, "plugin", "second_chance")}

    order = loaded(order_of() | empty)

    assert [{}, {}, {"birthday": None}, {}, {}] == [order[name] for name in names]


def test_javas_default_table_has_its_rate_in_a_rule() -> None:
    java = {"name": "Default", "rules": [{"rate": 0.21}], "shipping_taxed": False}

    order = loaded(with_tables(default=java) | {"amount": 12100})

    assert {"default": {"shipping_taxed": False, "rate": "0.21"}, "alternate": []} == order["cart"]["tables"]


def test_php_leaves_the_default_table_out() -> None:
    tables = {"alternate": [{"name": "0", "standalone": "", "rules": [{"rate": "0", "country": ""}]}]}

    found = loaded(with_tables(**tables))["cart"]["tables"]

    rules = [{"country": "", "rate": "0"}]
    assert {"default": None, "alternate": [{"name": "0", "standalone": False, "rules": rules}]} == found


@pytest.mark.parametrize("locale", ["nl_NL", "cs_CZ", "de_AT", "fr_BE", "sv_SE", "zh_CN", "en_US"])
def test_a_locale_of_the_page_is_kept(locale: str) -> None:
    assert locale == loaded(order_of(customer={**PERSON, "locale": locale}))["locale"]


@pytest.mark.parametrize("locale", [None, "", "nl", "nl-NL", "pt_BR", "English", 5, "Nederlands (Nederland)"])
def test_any_other_falls_back_to_english(locale: Any) -> None:
    assert "en_US" == loaded(order_of(customer={**PERSON, "locale": locale}))["locale"]


@pytest.mark.parametrize("text", ["1984-05-06", "06-05-1984", "06051984"])
def test_a_birthday_comes_in_several_forms(text: str) -> None:
    assert "1984-05-06" == loaded(order_of(gateway_info={"birthday": text}))["gateway_info"]["birthday"]


@pytest.mark.parametrize("text", [None, "", "yesterday", "1984-02-30", "31-31-1984", "06/05/1984"])
def test_what_is_no_birthday_is_none(text: Any) -> None:
    assert loaded(order_of(gateway_info={"birthday": text}))["gateway_info"]["birthday"] is None


class TestDescription:
    def test_tags_are_taken_out(self) -> None:
        text = "<b>Two</b> pots <br/>and <a href='https://shop.test'>tea</a>"

        assert "Two pots and tea" == loaded(order_of(description=text))["description"]

    @pytest.mark.parametrize("length", [200, 201, 5000])
    def test_what_is_too_long_is_cut(self, length: int) -> None:
        assert "x" * 200 == loaded(order_of(description="x" * length))["description"]

    def test_tags_do_not_count(self) -> None:
        text = "<b>" + "x" * 201 + "</b>"

        assert "x" * 200 == loaded(order_of(description=text))["description"]

    def test_a_tag_is_not_cut_in_two(self) -> None:
        text = "x" * 198 + "<b>y</b>"

        assert "x" * 198 + "y" == loaded(order_of(description=text))["description"]


@pytest.mark.parametrize("rate", [0, 1, "0.0825", "1.00"])
def test_a_rate_is_a_share(rate: Any) -> None:
    tables = loaded(with_tables(default={"rate": rate}) | {"gateway": LAX})["cart"]["tables"]

    assert str(rate) == tables["default"]["rate"]


def test_an_update_takes_text_for_booleans_and_numbers() -> None:
    update = load_update({"exclude_order": "1", "amount": "500", "extend_expiration": "true", "invoice_id": 7})

    assert {"exclude_order": True, "amount": 500, "extend_expiration": True, "invoice_id": "7"} == update

"""Bodies of Klarna Payments as a whole: amounts, lines, attachments, markets, updates, and what is told first."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.errors import Misused
from mock_server.providers.klarna.errors.payments import BadValue
from mock_server.providers.klarna.schemas import payments

from ..conftest import purchase_of
from .bodies import MOST, PATH_TO_LINE, SUBSCRIPTION, messages, set_at


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

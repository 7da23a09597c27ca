"""What hosted pages share: escaping, headers, forms, money."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from jinja2 import UndefinedError

from mock_server.core.errors import Malformed
from mock_server.web.operations import Call, Reply
from mock_server.web.pages import form, money, page
from tests.multisafepay import MultiSafepay, line_of

HOSTILE = "<script>alert('1')</script>\"><img src=x onerror=alert(2)>"
ESCAPED = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&#34;&gt;&lt;img src=x onerror=alert(2)&gt;"
MESSAGE: dict[str, Any] = {"language": "en", "title": "Done", "text": "Thank you.", "back": ""}
PAYMENT: dict[str, Any] = {
    "language": "en", "title": "Pay", "amount": "€1.00", "description": "A kettle", "reference": "ON-1",
    "lines": [{"quantity": "1", "name": "Kettle", "price": "€1.00"}],
    "methods": [("KLARNA", "Klarna"), ("VISA", "Visa")], "outcomes": [("", "Pay")], "action": "/connect/1/",
}  # fmt: skip


def html_of(reply: Reply) -> str:
    assert isinstance(reply.body, bytes)
    return reply.body.decode()


def sent(text: str) -> Call:
    """A call with this body."""
    return Call("POST", "/connect/1", {}, {}, {}, "127.0.0.1", "http://127.0.0.1:8080", lambda: b"", text=text)


class TestPages:
    @pytest.mark.parametrize("name", ["title", "text", "back", "language"])
    def test_a_message_escapes_what_merchants_wrote(self, name: str) -> None:
        html = html_of(page("message.html", **{**MESSAGE, name: HOSTILE}))

        assert ESCAPED in html
        assert "<script" not in html and "<img" not in html

    @pytest.mark.parametrize(
        "values",
        [
            {"title": HOSTILE}, {"amount": HOSTILE}, {"description": HOSTILE}, {"reference": HOSTILE},
            {"action": HOSTILE}, {"lines": [{"quantity": "1", "name": HOSTILE, "price": "€1.00"}]},
            {"methods": [(HOSTILE, "Klarna"), ("VISA", HOSTILE)]}, {"outcomes": [(HOSTILE, HOSTILE)]},
        ],
    )  # fmt: skip
    def test_a_payment_page_escapes_what_merchants_wrote(self, values: dict[str, Any]) -> None:
        html = html_of(page("pay.html", **{**PAYMENT, **values}))

        assert ESCAPED in html
        assert "<script" not in html and "<img" not in html

    def test_a_value_that_is_missing_is_this_servers_mistake(self) -> None:
        with pytest.raises(UndefinedError):
            page("message.html", title="Done")

    @pytest.mark.parametrize(("template", "values"), [("message.html", MESSAGE), ("pay.html", PAYMENT)])
    def test_a_page_takes_nothing_from_other_hosts(self, template: str, values: dict[str, Any]) -> None:
        html = html_of(page(template, **values))

        assert not [word for word in ("src=", "<link", "@import", "url(", "<script", "//") if word in html]

    def test_a_browser_is_told_to_run_nothing_and_to_keep_nothing(self) -> None:
        reply = page("message.html", **MESSAGE)

        policy = dict(part.split(" ", 1) for part in reply.headers["Content-Security-Policy"].split("; "))
        assert ("'none'", "'unsafe-inline'", "'none'") == (
            policy["default-src"], policy["style-src"], policy["base-uri"],
        )  # fmt: skip
        assert not {"script-src", "script-src-elem", "script-src-attr", "form-action"} & set(policy)
        assert ("no-store", "no-referrer") == (reply.headers["Cache-Control"], reply.headers["Referrer-Policy"])

    @pytest.mark.parametrize("status", [200, 404])
    def test_a_page_is_html_of_its_status(self, status: int) -> None:
        reply = page("message.html", status=status, **MESSAGE)

        assert (status, "text/html; charset=utf-8") == (reply.status, reply.content_type)
        assert html_of(reply).startswith("<!doctype html>")

    def test_letters_of_all_scripts_are_shown_and_broken_ones_replaced(self) -> None:
        html = html_of(page("message.html", **{**MESSAGE, "text": "Tee für 茶 \ud800!"}))

        assert "Tee für 茶 ?!" in html

    @pytest.mark.parametrize(("back", "links"), [("https://shop.test/?a=1&b=2", 1), ("", 0)])
    def test_a_way_back_is_shown_when_there_is_one(self, back: str, links: int) -> None:
        html = html_of(page("message.html", **{**MESSAGE, "back": back}))

        assert links == html.count('<a href="https://shop.test/?a=1&amp;b=2" target="_top">') == html.count("<a ")

    @pytest.mark.parametrize(("methods", "choices"), [([("KLARNA", "Klarna")], 0), (PAYMENT["methods"], 2)])
    def test_a_method_is_chosen_only_where_there_are_several(
        self, methods: list[tuple[str, str]], choices: int
    ) -> None:
        html = html_of(page("pay.html", **{**PAYMENT, "methods": methods}))

        assert (choices, min(choices, 1)) == (html.count('type="radio"'), html.count(" checked"))

    def test_a_page_arrives_with_its_headers_and_escaped(self, app: Flask, multisafepay: MultiSafepay) -> None:
        created = multisafepay.create(shopping_cart={"items": [line_of(100, name=HOSTILE)]})

        answer = app.test_client().get(created["payment_url"])

        assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert ESCAPED in answer.text and "<script" not in answer.text


class TestForms:
    @pytest.mark.parametrize(
        ("text", "fields"),
        [
            ("", {}),
            ("a=1", {"a": "1"}),
            ("a=1&b=2", {"a": "1", "b": "2"}),
            ("a=1&a=2", {"a": "2"}),
            ("a=", {"a": ""}),
            ("a", {"a": ""}),
            ("a=b%26c+d%3D", {"a": "b&c d="}),
            ("name=J%C3%BCrgen", {"name": "Jürgen"}),
            ("name=Jürgen", {"name": "Jürgen"}),
            ("a=%ZZ", {"a": "%ZZ"}),
            ("a=%FF", {"a": "\ufffd"}),
            ('{"outcome": "declined"}', {'{"outcome": "declined"}': ""}),
        ],
    )
    def test_the_fields_of_a_form_are_read(self, text: str, fields: dict[str, str]) -> None:
        assert fields == form(sent(text))

    def test_a_hundred_fields_are_read_and_no_more(self) -> None:
        fields = [f"f{number}=1" for number in range(101)]

        assert 100 == len(form(sent("&".join(fields[:100]))))
        with pytest.raises(Malformed, match="the body is no form: "):
            form(sent("&".join(fields)))

    def test_a_form_too_large_is_refused_over_http(self, app: Flask, multisafepay: MultiSafepay) -> None:
        url = multisafepay.create()["payment_url"]

        answer = app.test_client().post(url, data={f"f{number}": "1" for number in range(200)})

        assert 400 <= answer.status_code < 500
        assert "initialized/initialized" == multisafepay.status()


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "currency", "locale", "shown"),
        [
            (26000, "EUR", "nl_NL", "€\xa0260,00"),
            (26000, "EUR", "de_DE", "260,00\xa0€"),
            (26000, "EUR", "en_GB", "€260.00"),
            (123456, "SEK", "sv_SE", "1\xa0234,56\xa0kr"),
            (26000, "EUR", "nl", "€\xa0260,00"),
            (26000, "JPY", "en_US", "¥26,000"),
            (26000, "KWD", "en_US", "KWD26.000"),
            (-29, "EUR", "en_US", "-€0.29"),
            (0, "EUR", "en_US", "€0.00"),
            (99_999_999_999_999, "EUR", "en_US", "€999,999,999,999.99"),
        ],
    )
    def test_minor_units_are_shown_as_the_shopper_reads_them(
        self, amount: int, currency: str, locale: str, shown: str
    ) -> None:
        assert shown.replace("\xa0", " ") == money(amount, currency, locale).replace("\xa0", " ")

    @pytest.mark.parametrize("locale", ["nl-NL", "xx_YY", "_", "C", "../etc/passwd", "\x00", "123", "n" * 300])
    def test_a_locale_nobody_speaks_is_shown_in_english(self, locale: str) -> None:
        assert "€260.00" == money(26000, "EUR", locale)

"""The cart as the HTML table of an order object. Source: a Riverty order of 2025-03-12."""

from __future__ import annotations

from typing import Any

import pytest

from tests.multisafepay import PERSON, MultiSafepay, line_of


def html_of(multisafepay: MultiSafepay, *lines: dict[str, Any], amount: int, **fields: Any) -> str:
    order = multisafepay.create(type="direct", amount=amount, shopping_cart={"items": list(lines)}, **fields)
    return str(order["items"])


def in_locale(locale: str) -> dict[str, Any]:
    return {**PERSON, "locale": locale}


def test_it_is_dutch_for_the_dutch(multisafepay: MultiSafepay) -> None:
    html = html_of(multisafepay, line_of(100, tax_table_selector="high"), amount=12100)

    assert ["Aantal ", "Details ", "Prijs ", "BTW:", "Totaal:"] == [
        word for word in ("Aantal ", "Details ", "Prijs ", "BTW:", "Totaal:") if f">{word}<" in html
    ]


@pytest.mark.parametrize("locale", ["en_US", "de_DE", ""])
def test_it_is_english_for_others(multisafepay: MultiSafepay, locale: str) -> None:
    line = line_of(100, tax_table_selector="high")

    html = html_of(multisafepay, line, amount=12100, customer=in_locale(locale))

    assert ["Quantity ", "Details ", "Price ", "VAT:", "Total:"] == [
        word for word in ("Quantity ", "Details ", "Price ", "VAT:", "Total:") if f">{word}<" in html
    ]


def test_belgians_read_dutch_too(multisafepay: MultiSafepay) -> None:
    assert ">Aantal <" in html_of(multisafepay, line_of(100), amount=10000, customer=in_locale("nl_BE"))


def test_names_are_escaped(multisafepay: MultiSafepay) -> None:
    line = line_of(100, name="<script>alert('tea & \"pots\"')</script>")

    html = html_of(multisafepay, line, amount=10000)

    assert "<script" not in html
    assert "&lt;script&gt;alert(&#x27;tea &amp; &quot;pots&quot;&#x27;)&lt;/script&gt;" in html


def test_a_row_has_quantity_name_and_price_without_vat(multisafepay: MultiSafepay) -> None:
    html = html_of(multisafepay, line_of("40.005", "2.5", tax_table_selector="high"), amount=12102)

    cell = '<font size="2" face="Verdana">'
    assert f'<td align="center">{cell}2.5</font></td>' in html
    assert f'<td width="65%">{cell}Teapot</font></td>' in html
    assert f"&euro;{cell}40.01</font>" in html
    assert f"&euro;{cell}21.00</font>" in html and f"&euro;{cell}121.02</font>" in html


def test_without_vat_there_are_no_sums(multisafepay: MultiSafepay) -> None:
    html = html_of(multisafepay, line_of(100), amount=10000)

    assert 2 == html.count("<tr>") and "BTW" not in html and "Totaal" not in html


@pytest.mark.parametrize(("currency", "sign"), [("GBP", "&pound;"), ("SEK", "SEK "), ("EUR", "&euro;")])
def test_prices_carry_their_currency(multisafepay: MultiSafepay, currency: str, sign: str) -> None:
    assert f"{sign}<font" in html_of(multisafepay, line_of(100), amount=10000, currency=currency)


def test_the_shops_own_html_is_shown_in_place_of_a_cart(multisafepay: MultiSafepay) -> None:
    order = multisafepay.create(type="direct", gateway="VISA", shopping_cart=None, items="<p>Pots</p>")

    assert "<p>Pots</p>" == order["items"]

"""What hosted pages share: one look, escaped by default, nothing from other hosts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from mock_server.core.errors import Malformed
from mock_server.core.rules import ACCEPTED
from mock_server.web.operations import Call, Reply

if TYPE_CHECKING:
    from jinja2 import Environment

_HTML = "text/html; charset=utf-8"
# outcomes as the buttons of a payment page call them; what is decided elsewhere comes first
PAY_LABELS: Mapping[str, str] = {
    "": "Pay",
    "pending": "Pay, but let Klarna decide later",
    "declined": "Be declined",
    "cancelled": "Cancel",
    "expired": "Let it expire",
}
_MOST_FIELDS = 100
_SUBMIT = "document.forms[0].submit()"
# no scripts, nothing of other hosts; forms may lead back to the shop, wherever that is
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors *",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def page(template: str, *, status: int = 200, **values: Any) -> Reply:
    """A page from a template of this folder; what merchants wrote is escaped."""
    html = _environment().get_template(template).render(**values)
    return Reply(html.encode("utf-8", "replace"), status, _HEADERS, _HTML)


def submitting_page(url: str, fields: Mapping[str, str], *, title: str) -> Reply:
    """A page that posts a form to a shop by itself; a button does it where scripts are off."""
    told = page("submit.html", language="en", title=title, url=url, fields=fields, script=_SUBMIT)
    digest = b64encode(sha256(_SUBMIT.encode()).digest()).decode()
    policy = f"{_HEADERS['Content-Security-Policy']}; script-src 'sha256-{digest}'"
    return replace(told, headers={**_HEADERS, "Content-Security-Policy": policy})


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # not before a page is asked for

    return Environment(loader=PackageLoader("mock_server.web"), autoescape=True, undefined=StrictUndefined)


def form(call: Call) -> Mapping[str, str]:
    """The fields of a form that a browser sent; of one sent twice the last. Raises Malformed."""
    try:
        fields = parse_qs(call.text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Malformed(f"the body is no form: {error}") from error
    return {name: values[-1] for name, values in fields.items()}


def pressed(call: Call) -> dict[str, str]:
    """The outcome whose button was pressed, for ``chosen``; Pay leaves it to scenarios and rules."""
    outcome = call.json.get("outcome", "")
    return {"outcome": outcome} if outcome and outcome != ACCEPTED else {}


def money(amount: int, currency: str, locale: str) -> str:
    """Minor units as the shopper reads them: €260.00, 260,00 €."""
    from babel.core import UnknownLocaleError
    from babel.numbers import format_currency, get_currency_precision

    major = amount / 10 ** get_currency_precision(currency)
    try:
        return format_currency(major, currency, locale=locale)
    except (UnknownLocaleError, ValueError):
        return format_currency(major, currency, locale="en_US")

from __future__ import annotations

import struct
import zlib
from html.parser import HTMLParser
from typing import Any

import pytest

from mock_server.app import create_app
from mock_server.core.store import Record
from mock_server.providers.klarna.state import hosted_payment_page as state

from ..conftest import Klarna
from ..hosted import URLS, Host


class Page(HTMLParser):
    """The form of a page: where it leads, its methods and its buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.methods: list[str] = []
        self.buttons: dict[str, str] = {}  # outcome -> what the button says
        self._open = ""
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.action = found["action"] if tag == "form" else self.action
        self.methods += [found["value"]] if tag == "input" else []
        self.links += [found["href"]] if tag == "a" else []
        self._open = found["value"] if tag == "button" else "-"

    def handle_data(self, data: str) -> None:
        if self._open != "-" and data.strip():
            self.buttons[self._open] = data
            self._open = "-"


@pytest.fixture
def host(klarna: Klarna) -> Host:
    return Host(klarna)


def page_of(host: Host, created: dict[str, Any]) -> Page:
    answer = host.open(created["redirect_url"])
    assert [200, "text/html; charset=utf-8"] == [answer.status_code, answer.headers["Content-Type"]]
    return Page(answer.text)


def kept(host: Host, created: dict[str, Any]) -> Record:
    found = host.klarna.world.store.get(state.KIND, created["session_id"])
    assert found is not None
    return found


def test_the_page_shows_what_is_bought_and_what_may_happen(host: Host) -> None:
    created = host.create(purchase={"merchant_reference1": "ON-7"})

    html = host.open(created["redirect_url"]).text

    page = Page(html)
    assert all(text in html for text in ("Pay with Klarna", "250,00", "2 × Kettle", "1 × Delivery", "ON-7"))
    assert created["redirect_url"] == page.action
    assert ["", "pending", "rejected", "error", "back"] == list(page.buttons)
    assert {"pay_later", "pay_now", "pay_over_time"} == set(page.methods)


def test_opening_the_page_is_told_once_and_looking_at_its_head_is_not(host: Host) -> None:
    created = host.create()
    path = created["redirect_url"].removeprefix("http://localhost")

    host.klarna.http.head(path)
    before = host.status(created["session_id"])
    host.open(created["redirect_url"])

    assert ["WAITING", "IN_PROGRESS"] == [before, host.status(created["session_id"])]


def test_the_shops_options_change_the_page(host: Host) -> None:
    options = {
        "page_title": "<script>alert(1)</script>", "logo_url": "https://shop.test/logo.png", "purchase_type": "RENT",
        "show_subtotal_detail": "HIDE", "payment_method_category": "PAY_LATER",
        "background_images": [{"url": "https://shop.test/back.png", "width": 800}],
    }  # fmt: skip
    created = host.create(options=options)

    answer = host.open(created["redirect_url"])

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert not any(text in answer.text for text in ("<script", "shop.test", "Kettle"))
    page = Page(answer.text)
    assert ["Rent", [], "Buy now, pay later" in answer.text] == [page.buttons[""], page.methods, True]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_list_of_categories_is_shown_and_klarna_stands_for_all(host: Host) -> None:
    some = page_of(host, host.create(options={"payment_method_categories": ["PAY_NOW", "pay_later"]}))
    all_ = page_of(host, host.create(options={"payment_method_category": "KLARNA"}))

    assert [{"pay_now", "pay_later"}, 3] == [set(some.methods), len(all_.methods)]


@pytest.mark.parametrize(
    ("button", "where", "status"),
    [
        ("", "success", "COMPLETED"), ("pending", "success", "COMPLETED"), ("rejected", "failure", "FAILED"),
        ("error", "error", "ERROR"), ("back", "back", "BACK"),
    ],
)  # fmt: skip
def test_every_button_leads_to_its_url(host: Host, button: str, where: str, status: str) -> None:
    created = host.create()
    page = page_of(host, created)

    answer = host.press(page.action, button, gateway=page.methods[0])

    assert button in page.buttons
    assert [303, status] == [answer.status_code, host.status(created["session_id"])]
    assert answer.headers["Location"].startswith(URLS[where].partition("?")[0])


def test_the_success_url_carries_the_token(host: Host) -> None:
    created = host.create()

    location = host.press(created["redirect_url"]).headers["Location"]

    token = host.read(created["session_id"]).get_json()["authorization_token"]
    assert f"https://shop.test/success?sid={created['session_id']}&token={token}&order=" == location
    assert 200 == host.klarna.create_order(token).status_code


def test_the_success_url_carries_the_order(host: Host) -> None:
    created = host.create(options={"place_order_mode": "PLACE_ORDER"})

    location = host.press(created["redirect_url"]).headers["Location"]

    order_id = host.read(created["session_id"]).get_json()["order_id"]
    assert f"https://shop.test/success?sid={created['session_id']}&token=&order={order_id}" == location


def test_outside_web_shops_the_payment_can_be_cancelled(host: Host) -> None:
    created = host.create(purchase={"acquiring_channel": "TELESALES"})
    page = page_of(host, created)

    answer = host.press(page.action, "cancelled")

    assert "cancelled" in page.buttons
    assert [URLS["cancel"], "CANCELLED"] == [answer.headers["Location"], host.status(created["session_id"])]


@pytest.mark.parametrize(
    ("button", "text", "links"),
    [("", "This payment is done.", 0), ("rejected", "It can be tried again.", 1), ("error", "Something went wrong", 1)],
)
def test_without_urls_the_page_itself_says_what_happened(host: Host, button: str, text: str, links: int) -> None:
    created = host.create(merchant_urls={})

    answer = host.press(created["redirect_url"], button)

    assert 200 == answer.status_code
    assert text in answer.text
    assert [created["redirect_url"]] * links == Page(answer.text).links


def test_pressing_twice_leads_to_the_same_place_and_pays_once(host: Host) -> None:
    created = host.create()

    first, second = host.press(created["redirect_url"]), host.press(created["redirect_url"], "rejected")

    assert first.headers["Location"] == second.headers["Location"]
    assert 1 == len(list(host.klarna.world.store.all("authorizations")))


def test_a_payment_at_work_is_not_disturbed(host: Host) -> None:
    created = host.create()

    with state.paying(host.klarna.world, created["session_id"]):
        answer = host.press(created["redirect_url"])

    assert 400 == answer.status_code
    assert "is at work since" in answer.text


def test_a_method_that_is_not_shown_is_not_possible(host: Host) -> None:
    answer = host.press(host.create()["redirect_url"], gateway="cash")

    assert 400 == answer.status_code
    assert "&#39;cash&#39; is not shown on the page" in answer.text


def test_fields_that_no_shopper_can_have_are_named(host: Host) -> None:
    created = host.create(purchase={"billing_address": {"email": "nobody", "country": "SE"}})

    answer = host.press(created["redirect_url"])

    assert [400, "IN_PROGRESS"] == [answer.status_code, host.status(created["session_id"])]
    assert "billing_address.email" in answer.text


def test_a_page_that_is_done_says_so(host: Host) -> None:
    created = host.create()
    host.press(created["redirect_url"])

    answer = host.open(created["redirect_url"])

    assert 200 == answer.status_code
    assert "This payment is done." in answer.text
    assert {} == Page(answer.text).buttons


def test_a_disabled_page_says_so_and_takes_nothing_more(host: Host) -> None:
    created = host.create()
    host.delete(created["session_id"])

    shown, pressed = host.open(created["redirect_url"]), host.press(created["redirect_url"])

    assert [404, 404] == [shown.status_code, pressed.status_code]
    assert "The shop has closed this payment page." in shown.text
    assert "Unknown payment" in pressed.text


@pytest.mark.parametrize("goes_off", [True, False], ids=["after its alarm", "before its alarm"])
def test_an_expired_page_says_so_and_takes_nothing_more(host: Host, goes_off: bool) -> None:
    created = host.create()
    host.klarna.call("POST", "/_mock/clock", {"advance": "47h"})
    if not goes_off:
        world = host.klarna.world
        world.store.put(state.KIND, created["session_id"], kept(host, created) | {"status": "WAITING"})

    shown, pressed = host.open(created["redirect_url"]), host.press(created["redirect_url"])

    assert [404, 404] == [shown.status_code, pressed.status_code]
    assert "This payment page has expired." in shown.text


@pytest.mark.parametrize("path", ["/eu/hpp/payments/nobody", "/eu/hpp/payments/nobody/qr"])
def test_an_unknown_page_is_not_found(host: Host, path: str) -> None:
    answer = host.klarna.http.get(path)

    assert [404, "text/html; charset=utf-8"] == [answer.status_code, answer.headers["Content-Type"]]
    assert "Unknown payment" in answer.text


def test_an_unknown_page_cannot_be_paid_on(host: Host) -> None:
    assert 404 == host.press("http://localhost/eu/hpp/payments/nobody").status_code


def test_the_qr_code_is_a_picture(host: Host) -> None:
    created = host.create()

    answer = host.open(created["qr_code_url"])

    assert [200, "image/png"] == [answer.status_code, answer.headers["Content-Type"]]
    width, height = struct.unpack(">II", answer.data[16:24])
    assert [b"\x89PNG\r\n\x1a\n", width, 0] == [answer.data[:8], height, width % 8]
    assert "WAITING" == host.status(created["session_id"])
    assert zlib.crc32(answer.data) != zlib.crc32(host.open(host.create()["qr_code_url"]).data)


def test_a_page_carries_its_world() -> None:
    host = Host(Klarna(create_app(), "PK00001_world-blue"))
    created = host.create()

    page = page_of(host, created)
    answer = host.press(page.action)

    assert created["redirect_url"].endswith("?world=blue")
    assert [created["redirect_url"], 303] == [page.action, answer.status_code]
    assert "COMPLETED" == host.status(created["session_id"])

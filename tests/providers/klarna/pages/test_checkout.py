from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from werkzeug.test import TestResponse

from tests.receiver import Receiver

from ..checkout import ADDRESS, Checkout, order_of, urls_of
from ..conftest import Klarna, basic


@pytest.fixture
def shop(klarna: Klarna) -> Checkout:
    return Checkout(klarna)


def page_of(shop: Checkout, order_id: str) -> str:
    """The address that the snippet frames."""
    snippet = shop.read(order_id).get_json()["html_snippet"]
    (src,) = re.findall(r'src="([^"]+)"', snippet)
    return unescape(src)


def press(shop: Checkout, order_id: str, outcome: str = "") -> TestResponse:
    return shop.klarna.http.post(page_of(shop, order_id), data={"outcome": outcome})


def test_the_page_shows_lines_and_amount_and_the_buttons_leave_the_frame(shop: Checkout) -> None:
    order_id = shop.order_id(locale="sv-SE")

    answer = shop.klarna.http.get(page_of(shop, order_id))

    text = unescape(answer.text)
    assert 200 == answer.status_code
    assert "2 × Kettle" in text and "250,00\xa0kr" in text and "200,00\xa0kr" in text
    assert f'action="http://localhost/eu/kco/v3/orders/{order_id}" target="_top"' in text
    assert ["", "pending", "rejected", "cancelled"] == re.findall(r'name="outcome" value="(\w*)"', text)
    assert "<script" not in text


def test_any_page_may_frame_it(shop: Checkout) -> None:
    answer = shop.klarna.http.get(page_of(shop, shop.order_id()))

    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers


def test_what_the_shop_wrote_is_escaped(shop: Checkout) -> None:
    lines = order_of()["order_lines"]
    lines[0]["name"] = "<script>alert(1)</script>"
    order_id = shop.order_id(order_lines=lines, billing_address={"given_name": "<b>"}, merchant_reference1="<i>")

    text = shop.klarna.http.get(page_of(shop, order_id)).text

    assert "&lt;script&gt;alert(1)" in text
    assert not any(tag in text for tag in ("<script", "<b>", "<i>"))


def test_the_address_the_shop_sent_is_shown(shop: Checkout) -> None:
    text = shop.klarna.http.get(page_of(shop, shop.order_id(billing_address=ADDRESS))).text

    assert "Astrid, Berg, Storgatan 1, 22100, Lund, astrid@shop.test" in text


def test_placing_the_order_leads_to_the_confirmation(shop: Checkout) -> None:
    order_id = shop.order_id()

    answer = press(shop, order_id)

    assert (303, f"https://shop.test/confirmation?kco={order_id}") == (answer.status_code, answer.headers["Location"])
    assert "checkout_complete" == shop.read(order_id).get_json()["status"]


def test_the_frame_shows_the_confirmation_afterwards(shop: Checkout) -> None:
    order_id = shop.order_id(locale="sv-SE", billing_address=ADDRESS)
    press(shop, order_id)

    answer = shop.klarna.http.get(page_of(shop, order_id))

    expected = "Your order over 250,00\xa0kr is placed. A confirmation goes to astrid@shop.test."
    assert expected in unescape(answer.text)
    assert "<form" not in answer.text


def test_pressing_twice_places_one_order(shop: Checkout) -> None:
    order_id = shop.order_id()
    press(shop, order_id)

    answer = press(shop, order_id)

    assert (200, True) == (answer.status_code, "Thank you" in answer.text)
    assert 1 == len(list(shop.klarna.world.store.all("orders")))


def test_who_is_declined_reads_so_and_can_go_back(shop: Checkout) -> None:
    order_id = shop.order_id()

    answer = press(shop, order_id, "rejected")

    assert "This purchase cannot be made with Klarna." in answer.text
    assert f'<a href="https://shop.test/checkout?kco={order_id}">' in answer.text
    assert "checkout_incomplete" == shop.read(order_id).get_json()["status"]


def test_going_back_leads_to_the_shops_checkout(shop: Checkout) -> None:
    order_id = shop.order_id()

    answer = press(shop, order_id, "cancelled")

    assert (303, f"https://shop.test/checkout?kco={order_id}") == (answer.status_code, answer.headers["Location"])


@pytest.mark.parametrize(("outcome", "text"), [("", "Thank you"), ("cancelled", "What shall happen?")])
def test_without_an_address_to_go_to_the_browser_stays(shop: Checkout, outcome: str, text: str) -> None:
    order_id = shop.order_id(merchant_urls=urls_of(confirmation="", checkout=""))

    answer = press(shop, order_id, outcome)

    assert (200, True) == (answer.status_code, text in answer.text)


def test_the_shops_veto_is_read_by_the_shopper(shop: Checkout, receiver: Receiver) -> None:
    receiver.answers(400)
    receiver.text = '{"error_type": "approval_failed", "error_text": "<Sold> out"}'
    order_id = shop.order_id(merchant_urls=urls_of(validation=receiver.url()))

    answer = press(shop, order_id)

    assert (200, True) == (answer.status_code, "&lt;Sold&gt; out" in answer.text)


def test_an_unknown_outcome_is_refused(shop: Checkout) -> None:
    answer = press(shop, shop.order_id(), "perhaps")

    assert (400, "MISUSED") == (answer.status_code, answer.get_json()["code"])


def test_an_aborted_checkout_says_so(shop: Checkout) -> None:
    order_id = shop.order_id()
    shop.abort(order_id)

    answers = [shop.klarna.http.get(page_of(shop, order_id)), press(shop, order_id)]

    assert [True, True] == ["The shop has ended this checkout." in answer.text for answer in answers]
    assert [] == list(shop.klarna.world.store.all("orders"))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_expired_or_unknown_checkout_has_no_page(shop: Checkout, method: str) -> None:
    url = page_of(shop, shop.order_id())
    shop.klarna.world.advance(timedelta(hours=48))

    answers = [shop.klarna.http.open(path, method=method) for path in (url, "/eu/kco/v3/orders/nobody")]

    assert [404, 404] == [answer.status_code for answer in answers]
    assert "Unknown checkout" in answers[0].text


def test_the_page_of_another_world_is_found_by_its_url_alone(klarna: Klarna) -> None:
    klarna.authorization = basic("PK00001_world-blue")
    shop = Checkout(klarna)
    order_id = shop.order_id()

    answer = press(shop, order_id)

    assert page_of(shop, order_id).endswith(f"/eu/kco/v3/orders/{order_id}?world=blue")
    assert (303, "checkout_complete") == (answer.status_code, shop.read(order_id).get_json()["status"])

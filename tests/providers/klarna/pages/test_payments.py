from __future__ import annotations

from datetime import timedelta

import pytest

from ..conftest import Klarna, basic

THANKS = "https://shop.test/thanks?order={order.id}&session={session.id}"


def redirect_path(session_id: str, region: str = "eu") -> str:
    return f"/{region}/kp/v1/sessions/{session_id}/redirect"


@pytest.mark.parametrize("region", ["eu", "na", "oc"])
def test_every_region_has_the_page(klarna: Klarna, region: str) -> None:
    session_id = klarna.session_id(merchant_urls={"confirmation": "https://shop.test/thanks"})

    answer = klarna.http.get(redirect_path(session_id, region))

    assert (302, "https://shop.test/thanks") == (answer.status_code, answer.headers["Location"])


def test_both_placeholders_are_filled_in_wherever_they_stand(klarna: Klarna) -> None:
    session_id = klarna.session_id(merchant_urls={"confirmation": f"{THANKS}&again={{order.id}}"})
    token = klarna.authorize(session_id).get_json()["authorization_token"]
    order_id = klarna.create_order(token).get_json()["order_id"]

    answer = klarna.http.get(redirect_path(session_id))

    expected = f"https://shop.test/thanks?order={order_id}&session={session_id}&again={order_id}"
    assert expected == answer.headers["Location"]


def test_the_page_needs_no_credentials_and_is_journaled(klarna: Klarna) -> None:
    session_id = klarna.session_id(merchant_urls={"confirmation": "https://shop.test/thanks"})

    klarna.http.get(redirect_path(session_id))

    newest = klarna.call("GET", "/_mock/journal?limit=1").get_json()[0]
    assert ("klarna.payments.redirect", 302) == (newest["operation"], newest["status"])


def test_a_session_without_a_confirmation_url_has_no_page(klarna: Klarna) -> None:
    answer = klarna.http.get(redirect_path(klarna.session_id()))

    assert (404, ["Invalid session id"]) == (answer.status_code, answer.get_json()["error_messages"])


def test_an_order_without_a_confirmation_url_has_no_redirect_url(klarna: Klarna) -> None:
    order = klarna.create_order(klarna.token()).get_json()

    assert ["order_id", "fraud_status", "authorized_payment_method"] == list(order)


def test_the_page_goes_with_its_session_after_48_hours(klarna: Klarna) -> None:
    session_id = klarna.session_id(merchant_urls={"confirmation": "https://shop.test/thanks"})
    klarna.world.advance(timedelta(hours=48))

    answer = klarna.http.get(redirect_path(session_id))

    assert 404 == answer.status_code


def test_an_unknown_region_has_no_page(klarna: Klarna) -> None:
    session_id = klarna.session_id(merchant_urls={"confirmation": "https://shop.test/thanks"})

    answer = klarna.http.get(redirect_path(session_id, "sa"), headers={"Authorization": klarna.authorization})

    assert 404 == answer.status_code


def test_the_page_of_another_world_is_found_by_its_url_alone(klarna: Klarna) -> None:
    klarna.authorization = basic("PK00001_world-blue")
    session_id = klarna.session_id(merchant_urls={"confirmation": THANKS})
    answer = klarna.call("POST", "/_mock/klarna/authorizations", {"session_id": session_id}, X_Mock_World="blue")
    order = klarna.create_order(answer.get_json()["authorization_token"]).get_json()

    bounced = klarna.http.get(order["redirect_url"])

    assert f"http://localhost/eu/kp/v1/sessions/{session_id}/redirect?world=blue" == order["redirect_url"]
    expected = f"https://shop.test/thanks?order={order['order_id']}&session={session_id}"
    assert (302, expected) == (bounced.status_code, bounced.headers["Location"])

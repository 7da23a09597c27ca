"""The shared fixtures do what their names say: the same story in one process and over a socket."""

from __future__ import annotations

import pytest

from tests.klarna import Klarna
from tests.receiver import Receiver


@pytest.fixture(params=["klarna", "klarna_over_http"])
def any_klarna(request: pytest.FixtureRequest) -> Klarna:
    found: Klarna = request.getfixturevalue(request.param)
    return found


def test_a_shopper_buys(any_klarna: Klarna) -> None:
    order = any_klarna.buy(amount=1234)

    assert "ACCEPTED" == order["fraud_status"]
    assert ["klarna.payments.create_order", "klarna.payments.create_session"] == [
        entry["operation"] for entry in any_klarna.journal() if entry["operation"] != "klarna.payments.authorize"
    ]


def test_a_rule_decides_what_happens(any_klarna: Klarna) -> None:
    any_klarna.add_rule("klarna.payments.create_session", {"error": "InternalServerError"}, times=1)

    statuses = [any_klarna.send("POST", "/payments/v1/sessions", {}).status for _ in range(2)]

    assert [500, 400] == statuses


def test_a_session_is_gone_after_its_48_hours(any_klarna: Klarna) -> None:
    session = any_klarna.create_session()

    fired = any_klarna.advance("48h")

    assert [session["session_id"]] == [each["session_id"] for each in fired]
    assert 404 == any_klarna.send("GET", f"/payments/v1/sessions/{session['session_id']}").status


def test_a_shop_is_told_of_an_authorization(klarna_over_http: Klarna, receiver: Receiver) -> None:
    session = klarna_over_http.create_session(merchant_urls={"authorization": receiver.url("/authorized")})

    granted = klarna_over_http.authorize(session["session_id"])

    (told,) = receiver.wait_for(1)
    assert ("/authorized", granted["authorization_token"]) == (told.path, told.json["authorization_token"])


def test_a_header_asks_for_an_outcome(any_klarna: Klarna) -> None:
    answer = any_klarna.send("GET", "/payments/v1/sessions/1", x_mock_outcome="nonsense")

    assert (400, "MISUSED") == (answer.status, answer.json["code"])

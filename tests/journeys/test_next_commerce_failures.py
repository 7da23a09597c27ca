"""A QA engineer makes things go wrong for a shop on NEXT Commerce over real HTTP, one scenario after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from mock_server.app import create_worlds
from mock_server.core.world import World
from mock_server.settings import Settings
from tests.klarna import Answer
from tests.next_commerce import MONTHLY, TEA_MONTH, NextCommerce, line_of, order_of, payment_in
from tests.receiver import Receiver

NOT_AUTHENTICATED = (401, {"detail": "Authentication credentials were not provided."})
THROTTLED = (429, {"detail": "Request was throttled. Expected available in 1 second."})
FAILED = (500, {"detail": "A server error occurred."})
DOORS: Mapping[str, tuple[str, str, Any]] = {
    "create": ("POST", "/orders/", order_of("card_token")),
    "create with klarna": ("POST", "/orders/", order_of("klarna")),
    "list": ("GET", "/orders/", None),
    "store": ("GET", "/store/", None),
}
ORDERING = ("create", "create with klarna")
# scenario -> doors it closes, and what is said there
CLOSED: Mapping[str, tuple[tuple[str, ...], tuple[int, Any]]] = {
    "bad-credentials": (tuple(DOORS), NOT_AUTHENTICATED),
    "server-error": (tuple(DOORS), FAILED),
    "rate-limited": (tuple(DOORS), THROTTLED),
    "klarna-unavailable": (
        ("create with klarna",),
        (400, {
            "payment_details": "Klarna is not available for this country and currency.",
            "payment_response_code": "5000",
        }),
    ),
}  # fmt: skip
# scenario -> payment_response_code of a declined card
DECLINED_CARDS = {"declined": "2000", "rejected": "3009"}
# scenario -> what becomes of a Klarna payment that the shopper wants to make
PAID = {
    "declined": "failed/declined", "shopper-aborts": "failed/cancelled", "link-expired": "failed/expired",
    "shopper-never-returns": "paid/abandoned", "pending-then-accepted": "paid/pending",
    "pending-then-rejected": "paid/pending",
}  # fmt: skip
DECIDED = {"pending-then-accepted": "open/paid/unfulfilled", "pending-then-rejected": "canceled/voided/unfulfilled"}


@pytest.fixture
def shop(next_commerce_over_http: NextCommerce) -> NextCommerce:
    """In a world where it is noon in New York until somebody moves the clock."""
    next_commerce_over_http.freeze()
    return next_commerce_over_http


def _said(answer: Answer) -> tuple[int, Any]:
    return answer.status, answer.json


@pytest.mark.parametrize("scenario", CLOSED)
def test_a_scenario_closes_its_doors_and_no_other(shop: NextCommerce, scenario: str) -> None:
    doors, said = CLOSED[scenario]

    shop.choose_scenario(scenario)
    answers = {door: shop.send(*DOORS[door]) for door in DOORS}

    assert {door: said for door in doors} == {door: _said(answers[door]) for door in doors}
    assert {200, 201} >= {answers[door].status for door in DOORS if door not in doors}


@pytest.mark.parametrize("scenario", DECLINED_CARDS)
def test_cards_are_declined(shop: NextCommerce, scenario: str) -> None:
    shop.choose_scenario(scenario)

    status, body = shop.refusal("POST", "/orders/", order_of("card_token"))

    assert (400, DECLINED_CARDS[scenario]) == (status, body["payment_response_code"])


@pytest.mark.parametrize("scenario", PAID)
def test_a_shopper_who_wants_to_pay_does_not_get_there(shop: NextCommerce, scenario: str) -> None:
    shop.choose_scenario(scenario)

    told = shop.complete(shop.start())

    assert PAID[scenario] == f"{told['payment']['status']}/{told['payment']['outcome']}"
    if scenario in DECIDED:
        shop.advance("6m")
        assert DECIDED[scenario] == shop.status(told["order"]["number"])


def test_the_order_of_a_shopper_who_never_returns_is_told_by_webhook(shop: NextCommerce, receiver: Receiver) -> None:
    shop.listen(receiver.url("/hook"), "order.created")
    shop.choose_scenario("shopper-never-returns")
    details = {"payment_return_url": receiver.url("/return")}
    url = shop.post("/orders/", order_of(payment_details=details))["payment_complete_url"]

    page = requests.post(url, data={"outcome": ""}, timeout=5)

    assert ["/hook"] == [request.path for request in receiver.wait_for(1)]
    assert "Window closed" in page.text
    assert 1 == len(shop.results("/orders/"))


def test_an_order_is_told_before_its_shopper_returns(shop: NextCommerce, receiver: Receiver) -> None:
    shop.listen(receiver.url("/hook"), "order.created")
    shop.choose_scenario("webhook-before-redirect")
    details = {"payment_return_url": receiver.url("/return")}

    url = shop.post("/orders/", order_of(payment_details=details))["payment_complete_url"]

    shop.complete(payment_in(url), deliver=True)

    hook, back = receiver.wait_for(2)
    assert ["/hook", "/return"] == [hook.path, back.path]
    assert hook.json["data"]["number"] == json.loads(parse_qs(back.text)["response"][0])["number"]


@pytest.mark.parametrize(
    ("scenario", "states"),
    [("webhook-late", ["waiting"]), ("webhook-lost", ["lost"]), ("webhook-twice", ["delivered", "delivered"])],
)
def test_webhooks_go_wrong(shop: NextCommerce, receiver: Receiver, scenario: str, states: list[str]) -> None:
    shop.listen(receiver.url(), "customer.created")
    shop.choose_scenario(scenario)

    shop.buy("card_token")
    arrived = receiver.wait_for(states.count("delivered"))
    if scenario == "webhook-late":
        shop.advance("31m")
        arrived = receiver.wait_for(1)

    shop.advance("0s")
    assert ("lost" not in states) == bool(arrived)
    assert [state.replace("waiting", "delivered") for state in states] == [m["state"] for m in shop.webhooks()]


def test_a_webhook_that_nobody_acknowledges_is_tried_eleven_times_and_switched_off(
    shop: NextCommerce, receiver: Receiver
) -> None:
    hook = shop.listen(receiver.url(), "customer.created")
    shop.choose_scenario("webhook-never-acknowledged")

    shop.buy("card_token")
    shop.advance("4d")

    (message,) = shop.webhooks()
    assert ("failed", 11) == (message["state"], len(message["attempts"]))
    assert 1 == len({json.loads(request.text)["event_id"] for request in receiver.requests})
    assert not shop.get(f"/webhooks/{hook['id']}/")["active"]


def test_the_same_order_twice_is_refused_for_half_an_hour(shop: NextCommerce) -> None:
    shop.choose_scenario("duplicate-orders")
    shop.buy("card_token")

    refused = shop.refusal("POST", "/orders/", order_of("card_token"))
    shop.advance("31m")

    assert (400, {"non_field_errors": ["A duplicate order was detected."]}) == refused
    assert 201 == shop.send("POST", "/orders/", order_of("card_token")).status


def test_upsells_are_declined(shop: NextCommerce) -> None:
    shop.choose_scenario("upsell-declined")
    number = shop.buy()["number"]

    status, body = shop.refusal("POST", f"/orders/{number}/add-line-items/", {"lines": [line_of()]})

    assert (400, "2001") == (status, body["payment_response_code"])


def _subscription(shop: NextCommerce) -> dict[str, Any]:
    found: dict[str, Any] = shop.results("/subscriptions/")[0]
    return found


def test_a_renewal_is_declined_and_recovers(shop: NextCommerce) -> None:
    shop.buy(lines=[line_of(TEA_MONTH, 1, "17.99", subscription=MONTHLY)])
    shop.choose_scenario("renewal-declined-then-recovers")

    shop.advance("31d")
    declined = _subscription(shop)
    shop.advance("4d")
    recovered = _subscription(shop)

    assert ("retrying", 1) == (declined["status"], declined["num_orders"])
    assert ("active", 2) == (recovered["status"], recovered["num_orders"])
    assert ["succeeded", "failed", "succeeded"] == [
        each["status"] for each in shop.results(f"/subscriptions/{recovered['id']}/transactions/")[::-1]
    ] or ["failed", "succeeded"] == [
        each["status"] for each in shop.results(f"/subscriptions/{recovered['id']}/transactions/")[::-1]
    ]


def test_a_renewal_that_is_declined_for_good_is_not_tried_again(shop: NextCommerce) -> None:
    shop.buy(lines=[line_of(TEA_MONTH, 1, "17.99", subscription=MONTHLY)])
    shop.choose_scenario("renewal-hard-declined")

    shop.advance("31d")
    shop.advance("60d")

    subscription = _subscription(shop)
    assert ("past_due", 1) == (subscription["status"], subscription["num_orders"])


def test_the_limit_of_four_calls_a_second_is_enforced(shop: NextCommerce) -> None:
    shop.choose_scenario("rate-limits")

    answers = [shop.send("GET", "/orders/") for _ in range(5)]
    shop.advance("1s")

    assert [200, 200, 200, 200, 429] == [answer.status for answer in answers]
    assert ("1", True) == (answers[-1].headers["Retry-After"], "throttled" in answers[-1].text)
    assert 200 == shop.send("GET", "/orders/").status


def test_an_order_is_placed_though_its_answer_is_lost(shop: NextCommerce) -> None:
    shop.choose_scenario("answer-lost")

    with pytest.raises(requests.ConnectionError):
        shop.send("POST", "/orders/", order_of("card_token"))

    assert 1 == len(shop.results("/orders/"))


def test_a_flaky_store_takes_the_third_attempt(shop: NextCommerce) -> None:
    shop.choose_scenario("flaky")

    statuses = [shop.send("POST", "/orders/", order_of("card_token")).status for _ in range(3)]

    assert [500, 500, 201] == statuses


def test_a_slow_answer_is_an_order_all_the_same(shop: NextCommerce) -> None:
    shop.choose_scenario("slow-answer")

    number = shop.buy("card_token")["number"]

    assert "open/paid/unfulfilled" == shop.status(number)


@pytest.mark.parametrize(
    ("email", "outcome"), [("customer+denied@email.us", "declined"), ("customer+pend-accept-05@email.us", "pending")]
)
def test_klarnas_test_shoppers_do_here_what_they_do_there(shop: NextCommerce, email: str, outcome: str) -> None:
    """Scenarios magic-denied and magic-pending are always on."""
    told = shop.complete(shop.start(user={"email": email}))

    assert outcome == told["payment"]["outcome"]


def test_clients_that_nobody_knows_get_no_token(server: str) -> None:
    """Scenario magic-unknown-client is always on."""
    grant = {"grant_type": "authorization_code", "redirect_uri": "http://localhost/", "code": "c"}
    asked = {**grant, "client_id": "nobody", "client_secret": "s"}

    answer = requests.post(f"{server}/oauth2/token/", data=asked, timeout=5)

    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])


def test_test_cards_do_what_the_guides_say(shop: NextCommerce) -> None:
    """Scenario magic-declined-card is always on."""
    details = {"card_token": "4012888888881881"}

    refused = shop.refusal("POST", "/orders/", order_of("card_token", payment_details=details))

    assert (400, "2000") == (refused[0], refused[1]["payment_response_code"])


def test_every_scenario_that_speaks_of_this_face_is_asked_for_here(worlds: Any) -> None:
    world: World = create_worlds(Settings()).get("default")
    names = {name for name in world.house.catalog if name.startswith("next_commerce.")}
    about = {
        scenario.name
        for scenario in world.house.book.every()
        for rule in scenario.rules
        if rule.operations & names
    } | {"rate-limits", "duplicate-orders"}
    text = Path(__file__).read_text(encoding="utf-8")
    asked = {*CLOSED, *DECLINED_CARDS, *PAID, *re.findall(r'choose_scenario\("([\w-]+)"\)', text)}
    asked |= {*re.findall(r'\("(webhook-[\w-]+)"', text), *re.findall(r"cenarios? ([\w-]+)", text), "magic-pending"}

    assert set() == about - asked
